"""What came of the journals that a killed process left behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recovered:
    """A match that goes on, or was over and is sealed now.

    Attributes:
        match_id: its id.
        tick: ticks applied.
        waiting: people whose bodies wait for them.
        restepped_s: match time that was played again from the keyframe.
        seconds: how long all of it took.
        over: whether it was decided already.
        notes: what was cut off, missing or not good.
    """

    match_id: str
    tick: int
    waiting: int
    restepped_s: float
    seconds: float
    over: bool
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it as one line."""
        if self.over:
            return f"match {self.match_id} was over at tick {self.tick} and is sealed now"
        people = "1 player" if self.waiting == 1 else f"{self.waiting} players"
        return (
            f"match {self.match_id} goes on at tick {self.tick}: {people} waited for, "
            f"{self.restepped_s:.1f} s played again in {self.seconds:.2f} s"
        )


@dataclass(frozen=True, slots=True)
class SetAside:
    """A match that does not go on.

    Attributes:
        journal: where its journal is now.
        reason: why.
        moved: whether it was set aside; otherwise it lies where it lay, and is tried again.
    """

    journal: Path
    reason: str
    moved: bool = True

    def __str__(self) -> str:
        """Return it as one line."""
        where = f"set aside as {self.journal}" if self.moved else f"left as {self.journal}"
        return f"not recovered, {where}: {self.reason}"


@dataclass(slots=True)
class Report:
    """All of it.

    Attributes:
        recovered: matches that go on, or are sealed.
        set_aside: journals that could not be recovered.
        seconds: from the first journal to the last.
    """

    recovered: list[Recovered] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    seconds: float = 0.0
