"""Small recorded matches, true in every hash, for tests of the library."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import msgspec

from persistence.journal_file import JournalFile
from ringfall.library.entries import PLAIN
from ringfall.match import Match, MatchPlan
from ringfall.names import bot_names
from ringfall.recording import Cadence, Recorder, make_header, placements, winner_of
from tests.ringfall.packs import pack

TICKS = 100
CADENCE = Cadence(keyframe_ticks=25, changes_ticks=10)


def record(
    folder: Path,
    match_id: str = "m-1",
    *,
    ticks: int = TICKS,
    people: tuple[str, ...] = (),
    begun: str = "2026-01-02T03:04:05+00:00",
    cadence: Cadence = CADENCE,
    seed: int = 3,
    sealed: bool = True,
) -> Path:
    """Record a match of bots, and of people who stand still; where the journal is.

    The same match is played once, however often it is asked for.
    """
    path = folder / (match_id + PLAIN)
    path.write_bytes(_recorded(match_id, ticks, people, begun, cadence, seed, sealed))
    return path


@cache
def _recorded(
    match_id: str,
    ticks: int,
    people: tuple[str, ...],
    begun: str,
    cadence: Cadence,
    seed: int,
    sealed: bool,
) -> bytes:
    places = pack()
    match = Match(MatchPlan(places, 30, 8, seed))
    header = make_header(match_id, places, match.world, cadence)
    header = msgspec.structs.replace(header, created_utc=begun)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recorded"
        with JournalFile.create(path, header) as file:
            match.recorder = Recorder(file.append, cadence)
            for player in people:
                match.enter(f"Name of {player}", player=player)
            match.enter_bots(bot_names(6, seed))
            while match.tick < ticks:
                match.advance()
            if sealed:
                match.recorder.record_end(match.world, match.tick)
                file.seal(
                    tick=match.tick,
                    final_hash=match.world.state_hash(),
                    winner=winner_of(match.world),
                    result=placements(match.world, match.names),
                    reason="stopped",
                )
        return path.read_bytes()


def put_sample(folder: Path, match_id: str = "m-1") -> Path:
    """The journal of the match "m-1", with one person in it, under a name."""
    return record(folder, people=("p-ada",)).rename(folder / (match_id + PLAIN))
