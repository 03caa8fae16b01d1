"""The own body ahead of the server, as the page keeps it: predicted, checked, replayed.

Most snapshots only carry a check of the state.  Where it is that of the prediction, the prediction
is the exact state; where it is not, the exact one is asked for until it comes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from net.known import Obstacle
from net.mirror import FULL, GAIT, HANDS, MATCH, MOTION, SELF, STATUSES, Mirror
from ringfall.loadtest.stage import (
    ALIVE,
    MOTION_BYTES,
    TICK_BYTES,
    Command,
    Stage,
    check_of,
)

NOTHING: Final[Sequence[Obstacle]] = ()
UNACKED_MAX: Final = 256  # commands remembered; beyond, the oldest is forgotten
_MOVED_BYTES: Final = 32  # place and velocity
_ABOUT_ONESELF: Final = (FULL | MOTION | GAIT, MATCH | SELF | HANDS | STATUSES)


@dataclass(slots=True)
class _Entry:
    seq: int
    command: Command
    after: bytes


class Pilot:
    """Predicts one body.

    Args:
        stage: of the match; several pilots may share it.
        role: class of the body.

    Attributes:
        asks: whether the exact state is to be asked for with the next command.
        misses: checks that the prediction did not pass.
        corrections: how often the server had the body elsewhere, or at another speed.
        refreshes: how often it moved as predicted but something else differed.
    """

    def __init__(self, stage: Stage, role: int) -> None:
        self._stage, self._role = stage, role
        self._line: deque[_Entry] = deque()
        self._exact: bytes | None = None
        self._exact_former: bytes | None = None
        self._obstacles = NOTHING
        self._names: tuple[int, ...] = ()
        self.asks = False
        self.misses = self.corrections = self.refreshes = 0

    @property
    def newest(self) -> bytes | None:
        """The state after the newest command; None before the server's first."""
        return self._line[-1].after if self._line else self._exact

    @property
    def exact(self) -> bytes | None:
        """The server's last state, as far as it was told or confirmed; None before the first."""
        return self._exact

    def sent(self, seq: int, command: Command) -> None:
        """A command was sent, one a tick."""
        if self._exact is None:
            return
        if len(self._line) == UNACKED_MAX:
            self._line.popleft()
        before = self._line[-1].after if self._line else self._exact
        [after] = self._stage.play(before, [command], self._obstacles)
        self._line.append(_Entry(seq, command, after))

    def heard(self, mirror: Mirror, quiet: bool = False) -> None:
        """The mirror has taken a snapshot.

        Args:
            quiet: nothing in it was about the own state but its check (``tells_nothing``).
        """
        motion = mirror.motion
        exact = motion is not None and motion.tick == mirror.tick
        if not mirror.figures.self_flags & ALIVE or (not exact and mirror.check is None):
            self._line.clear()
            self._exact, self.asks = None, False
            return
        predicted = self._take_predicted(mirror.ack_seq)
        if exact:
            self.asks = False
        elif predicted is None or check_of(predicted) != mirror.check:
            self.misses += not self.asks
            self.asks = True
            return
        if not (quiet and self._as_before(predicted)):
            self._reconcile(predicted, mirror)
        else:
            self._exact = predicted
        self._raise(mirror)

    def _as_before(self, predicted: bytes | None) -> bool:
        """Whether only the motion and the tick were to change: then nothing had to be told."""
        former, end = self._exact_former, -TICK_BYTES
        return (
            predicted is not None
            and former is not None
            and predicted[MOTION_BYTES:end] == former[MOTION_BYTES:end]
        )

    def _take_predicted(self, ack_seq: int) -> bytes | None:
        """Drop what is acknowledged; what was predicted for it, or acknowledged with it before."""
        found = self._exact_former = self._exact
        line = self._line
        while line and line[0].seq <= ack_seq:
            found = line.popleft().after
        return found

    def _reconcile(self, predicted: bytes | None, mirror: Mirror) -> None:
        exact = self._stage.told(predicted, mirror, self._role)
        self._exact = exact
        if exact == predicted:
            return
        if predicted is not None:
            if exact[:_MOVED_BYTES] == predicted[:_MOVED_BYTES]:
                self.refreshes += 1
            else:
                self.corrections += 1
        self._replay()

    def _replay(self) -> None:
        if self._exact is None or not self._line:
            return
        commands = [entry.command for entry in self._line]
        states = self._stage.play(self._exact, commands, self._obstacles)
        for entry, after in zip(self._line, states, strict=True):
            entry.after = after

    def _raise(self, mirror: Mirror) -> None:
        """Put the obstacles that are known into the way, when others are known than before."""
        standing = [
            (name, thing) for name, thing in mirror.things.items() if isinstance(thing, Obstacle)
        ]
        names = tuple(name for name, _ in standing)
        if names == self._names:
            return
        # One object for none, whoever it is: a stage knows by that what stands already.
        self._names, self._obstacles = names, [thing for _, thing in standing] or NOTHING
        self._replay()


def tells_nothing(payload: bytes) -> bool:
    """Whether a snapshot says nothing of the own state but its check."""
    flags, sections = _ABOUT_ONESELF
    return not (payload[0] & flags or payload[1] & sections)
