"""What waits to be sent to one client: a short line of messages, and one snapshot.

TCP hides queues, so none is built: while a snapshot was not yet taken, or ``unacked_max`` are on
their way, no further one is accepted. A snapshot says what differs from the one before, so one that
was accepted is never taken back. Messages that must arrive wait in a bounded line; a client that
lets it overflow is closed as too slow.

The game fills the box and never waits; the listener empties it. Both run in one thread, so
nothing here locks. No trio, no clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from net.kernels.arriving import (
    BARRED,
    EVERY,
    FLYING,
    INTS,
    NEWEST_TICK,
    NOW_TICK,
    RESYNC,
    SKIPS,
    WAITS,
)
from net.pace import Pace
from net.rejections import Rejection, TooSlow
from net.standing import Standing
from net.wire import encode
from schema.messages import CloseCode, Error


@dataclass(frozen=True, slots=True)
class Ending:
    """Taken last, once: close the WebSocket with ``close_code``."""

    close_code: CloseCode
    reason: str


def _nobody_waits() -> None:
    """Stand in for ``wake`` until the listener sets it."""


def _nobody_takes(message: bytes) -> bool:
    """Stand in for ``hand_over`` until the listener sets it."""
    return False


class Outbox:
    """The line, the snapshot slot and the acknowledgement window of one client.

    States: open → closing (what waits is still delivered, then the Ending) → shut (after the
    Ending, or when the connection is gone). In the last two, everything offered is ignored, so the
    game may go on holding the box of a client that has left.

    Args:
        standing: the client's row, where it counts what acknowledgements ask for.

    Attributes:
        wake: called when something waits to be taken.
        hand_over: takes a message at once, or says that it cannot now.
        settle_rest: sends what the kernel has not taken of a frame.
    """

    __slots__ = (
        "_ending",
        "_frame",
        "_frame_tick",
        "_line",
        "_messages_max",
        "_shut",
        "_skips_in_a_row_max",
        "_standing",
        "_unacked_max",
        "hand_over",
        "pace",
        "settle_rest",
        "skipped",
        "too_slow",
        "wake",
    )

    def __init__(
        self,
        *,
        messages_max: int,
        unacked_max: int,
        skips_in_a_row_max: int,
        standing: Standing | None = None,
    ) -> None:
        self._messages_max = messages_max
        self._unacked_max = unacked_max
        self._skips_in_a_row_max = skips_in_a_row_max
        self._line: deque[bytes] = deque()
        self._frame: bytes | None = None
        self._frame_tick = 0
        self._standing = standing = standing or Standing(unacked_max)
        self.pace = Pace(standing)
        self._ending: Ending | None = None
        self._shut = False
        self.skipped = 0
        self.too_slow = False
        self.wake: Callable[[], object] = _nobody_waits
        self.hand_over: Callable[[bytes], bool] = _nobody_takes
        self.settle_rest: Callable[[bytes], object] = bytes

    @property
    def closing(self) -> bool:
        """Whether the end has been decided; nothing more is accepted."""
        return self._shut or self._ending is not None

    @property
    def window_open(self) -> bool:
        """Whether a snapshot offered now would be accepted; none may be packed otherwise."""
        return (
            self._frame is None
            and self._standing.ints[FLYING] < self._unacked_max
            and not (self._shut or self._ending is not None)
        )

    def wants(self, tick: int) -> bool:
        """Whether the snapshot of ``tick`` is due and would be accepted; asked once in every tick.

        One that is due and cannot be sent is skipped and counted.
        """
        ints = self._standing.ints
        ints[NOW_TICK], newest = tick, ints[NEWEST_TICK]
        if newest >= 0 and tick - newest < ints[EVERY]:
            return False
        if self.window_open:
            return True
        self.skip_snapshot()
        return False

    @property
    def newest_tick(self) -> int:
        """Of the snapshot offered last, -1 before the first."""
        return self._standing.ints[NEWEST_TICK]

    @property
    def standing(self) -> Standing:
        """The client's row."""
        return self._standing

    @property
    def unacked(self) -> int:
        """Snapshots on their way, 0 to ``unacked_max``."""
        return self._standing.ints[FLYING]

    @property
    def sent(self) -> list[int]:
        """Ticks of the newest snapshots that were taken to be sent, ascending."""
        return self._standing.sent

    def ask_resync(self) -> None:
        """Note that the client wants its exact own state."""
        self._standing.ints[RESYNC] = 1

    def take_resync(self) -> bool:
        """Whether the client has asked for its exact own state since this was asked last."""
        ints = self._standing.ints
        asked, ints[RESYNC] = ints[RESYNC], 0
        return bool(asked)

    def push(self, message: bytes) -> bool:
        """Add a message that must arrive. False when the box is closing or was full until now.

        A full box is marked ``too_slow``, what waits in it is dropped, and it closes.
        """
        if self.closing:
            return False
        if len(self._line) >= self._messages_max:
            self._give_up("too many messages are waiting to be read")
            return False
        self._line.append(message)
        self._standing.ints[WAITS] = 1
        self.wake()
        return True

    def offer_snapshot(self, tick: int, frame: bytes) -> bool:
        """Hand the snapshot of ``tick`` over, or let it be taken next. False when it is skipped.

        It is skipped while the last one waits or ``unacked_max`` are unacknowledged; too many skips
        in a row mark the box ``too_slow``. ValueError when ``tick`` does not rise:
        acknowledgements name ticks.
        """
        if self._shut or self._ending is not None:
            return False
        if tick <= self.newest_tick:
            raise ValueError(f"snapshot of tick {tick} offered after tick {self.newest_tick}")
        if self._frame is not None or self._standing.ints[FLYING] >= self._unacked_max:
            self.skip_snapshot()
            return False
        ints = self._standing.ints
        ints[NEWEST_TICK], ints[SKIPS] = tick, 0
        if not self._line and self.hand_over(frame):
            self._standing.note_sent(tick)
            return True
        self._frame = frame
        self._frame_tick = tick
        ints[WAITS] = 1
        self.wake()
        return True

    def skip_snapshot(self) -> None:
        """Count a snapshot that was not even packed because ``window_open`` was False."""
        if self.closing:
            return
        self.pace.blocked()
        self.skipped += 1
        self._standing.ints[SKIPS] += 1
        if self._standing.ints[SKIPS] > self._skips_in_a_row_max:
            self._give_up("no snapshot has been acknowledged for too long")

    def acked(self, tick: int) -> None:
        """Take the client's word that it applied the snapshot of ``tick`` and all before.

        A tick that is not on its way says nothing and is ignored: one never sent, one that still
        waits in the slot, one acknowledged before.
        """
        ints = self._standing.ints
        flying = ints[INTS : INTS + ints[FLYING]].tolist()
        if tick not in flying:
            return
        still = flying[flying.index(tick) + 1 :]
        for place, later in enumerate(still):
            ints[INTS + place] = later
        ints[FLYING] = len(still)
        self.pace.heard(max(0, ints[NOW_TICK] - tick))

    def close(self, rejection: Rejection | None) -> None:
        """End the connection: deliver what waits, then ERROR if there is a rejection, then close.

        Never waits. The first call decides; the snapshot in the slot is dropped.
        """
        if self.closing:
            return
        self._frame = None
        self._standing.ints[BARRED] = 1
        if rejection is None:
            self._ending = Ending(CloseCode.NORMAL, "")
        else:
            error = Error(rejection.code.value, rejection.message, rejection.retry_after_s)
            self._line.append(encode(error))
            self._ending = Ending(rejection.close_code, rejection.code.value)
        self.wake()

    def shut(self) -> None:
        """Forget everything: the connection is gone. Whatever is offered later is ignored."""
        self._shut = True
        self._line.clear()
        self._standing.ints[BARRED] = 1
        self._standing.ints[FLYING] = 0
        self._frame = None
        self.wake = _nobody_waits
        self.hand_over = _nobody_takes
        self.settle_rest = bytes

    def take(self) -> bytes | Ending | None:
        """What to write next, None when there is nothing.

        First the line in order, then the snapshot, which from now on counts as on its way, and
        when the box is closing and the line is empty the Ending, once.
        """
        if self._line:
            message = self._line.popleft()
            self._standing.ints[WAITS] = int(bool(self._line) or self._frame is not None)
            return message
        if self._frame is not None:
            frame, self._frame = self._frame, None
            self._standing.ints[WAITS] = 0
            self._standing.note_sent(self._frame_tick)
            return frame
        if self._ending is not None and not self._shut:
            self._shut = True
            return self._ending
        return None

    def _give_up(self, message: str) -> None:
        self.too_slow = True
        self._line.clear()
        self.close(TooSlow(message))
