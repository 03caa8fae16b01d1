"""Everything that can go wrong with a journal, by name.

Callers catch ``JournalError`` and show its text: each message names the file and what to do.
Damage inside a journal is not an error as long as its header can be read; it is a ``Damage``
value next to everything that is still good.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Damage:
    """Where a journal stops being readable, and what is wrong there.

    ``offset`` is the byte offset of the first frame that cannot be trusted; every record
    before it is good.
    """

    offset: int
    reason: str

    def __str__(self) -> str:
        """Return the damage as one readable phrase."""
        return f"byte {self.offset}: {self.reason}"


class JournalError(Exception):
    """Base of every error this package raises about a journal."""


class NotAJournal(JournalError):
    """The file is something else."""


class UnsupportedFormat(JournalError):
    """The journal was written in a format version this build does not read."""

    def __init__(self, name: str, found: int, supported: int) -> None:
        """Name the file and both versions."""
        super().__init__(
            f"{name}: journal format {found}, but this build reads format {supported}; "
            "open it with the Ringfall version that wrote it"
        )
        self.found = found
        self.supported = supported


class Unreadable(JournalError):
    """The operating system refused to open or read the file."""


class Unwritable(JournalError):
    """The operating system refused to create, write, truncate or sync the file."""


class JournalGone(Unwritable):
    """The file was deleted while it was being written: trying again cannot help."""


class AlreadyExists(JournalError):
    """A journal never overwrites a file."""


class InUse(JournalError):
    """Another writer holds the journal."""


class Sealed(JournalError):
    """The journal is complete or closed: nothing can be appended."""


class BadRecord(JournalError):
    """The caller handed over a record that its own reader would refuse. A bug, named."""


class BadKeyframe(JournalError):
    """A keyframe does not unpack to the block it promises."""


class BadChanges(JournalError):
    """A record of changes does not unpack, or not to changes of its block and ticks."""


class NoStart(JournalError):
    """There is no good keyframe to begin at, and the ticks do not begin with the match."""


class BadTail(JournalError):
    """A tail that cannot be read, or belongs to another journal: its ticks cannot be told."""


class DamagedJournal(JournalError):
    """The journal cannot be used at all: its header, or most of what follows, is damaged."""

    def __init__(self, name: str, damage: Damage) -> None:
        """Name the file and the place."""
        super().__init__(f"{name}: damaged at {damage}")
        self.damage = damage
