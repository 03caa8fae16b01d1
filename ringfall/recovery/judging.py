"""Whether a match that was cut off can go on in this build."""

from __future__ import annotations

from persistence.records import Header
from ringfall import __version__
from ringfall.documents import DataError
from ringfall.engine import source_hash
from ringfall.match import MatchPlan
from ringfall.replay_source import CannotReplayError, plan_of_header


class CannotRecoverError(Exception):
    """The match cannot go on; the text is the reason that is kept with its journal."""


def judged(header: Header) -> MatchPlan:
    """What the match was started with, if it can go on.

    Balance and map are in the header, so data that were edited since change nothing; other rules
    would make another match of it from the first tick on.

    Raises:
        CannotRecoverError: it was recorded by other rules, or its header is not to be trusted.
    """
    if header.source_hash != source_hash():
        raise CannotRecoverError(
            f"recorded by Ringfall {header.engine_version} with rules {header.source_hash}; this "
            f"is {__version__} with rules {source_hash()}, and its ticks would come out otherwise"
        )
    try:
        return plan_of_header(header)
    except (CannotReplayError, DataError) as error:
        raise CannotRecoverError(str(error)) from None
