"""INPUTs taken one by one, by what docs/protocol.md says of frames, messages and rates.

Numbers are read by Python's own big-endian integers, windows are lists, a bucket is what it was
filled with by now, less what was taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Command = tuple[int, ...]
_WIDTHS = {0xCC: 1, 0xCD: 2, 0xCE: 4}


@dataclass
class Bucket:
    """``rate`` tokens a second, at most ``burst``."""

    rate: float
    burst: float
    tokens: float
    at_s: float

    def after(self, now_s: float, pieces: list[float]) -> tuple[float, float] | None:
        """Tokens and time after so many pieces, None when there are too few."""
        tokens = self.tokens
        if now_s > self.at_s:
            tokens = min(tokens + (now_s - self.at_s) * self.rate, self.burst)
        for piece in pieces:
            if tokens < piece:
                return None
            tokens -= piece
        return tokens, max(self.at_s, now_s)


@dataclass
class Sender:
    """What is known of a client.

    Attributes:
        flying: ticks on their way; sent: the newest that were sent.
    """

    slot: int
    buckets: list[Bucket]
    bars: list[bool]
    now_tick: int
    flying: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    every: int = 1
    late: int = 0
    timely: int = 0
    quickest: float = float("inf")
    heard_s: float = 0.0

    def acked(self, tick: int) -> None:
        """It says that it has a snapshot."""
        if tick not in self.flying:
            return
        self.flying = [later for later in self.flying if later > tick]
        lag = max(0, self.now_tick - tick)
        self.quickest = min(lag, self.quickest + 1 / 64)
        self.timely, self.late = (
            (0, self.late + 1) if lag > self.quickest + 4 else (self.timely + self.every, 0)
        )
        if self.late == 4:
            self.late, self.every = 0, min(6, self.every + 1)
        if self.timely >= 60:
            self.timely, self.every = 0, max(1, self.every - 1)


def take(sender: Sender, chunk: bytes, now_s: float, most_bytes: int) -> list[Command] | None:
    """The commands of a chunk, None when it is left and nothing has changed."""
    payloads = unframed(chunk, most_bytes)
    if any(sender.bars) or payloads is None or not 0 < len(payloads) <= 4:
        return None
    found = [message(payload) for payload in payloads]
    inputs = [numbers for numbers in found if numbers is not None]
    if len(inputs) < len(found) or any(row[6] and row[6] not in sender.sent for row in inputs):
        return None
    ones = [1.0] * len(inputs)
    after = [
        bucket.after(now_s, pieces)
        for bucket, pieces in zip(sender.buckets, ([float(len(chunk))], ones, ones), strict=True)
    ]
    if None in after:
        return None
    for bucket, left in zip(sender.buckets, after, strict=True):
        if left is not None:
            bucket.tokens, bucket.at_s = left
    sender.heard_s = now_s
    for row in inputs:
        sender.acked(row[5])
    return [
        (sender.slot, move, aim, reach, buttons, seq, view)
        for seq, move, aim, reach, buttons, _, view in inputs
    ]


def unframed(chunk: bytes, most_bytes: int) -> list[bytes] | None:
    """Payloads of a chunk of small, masked, whole binary messages; None for any other."""
    found = []
    while chunk:
        size = chunk[1] - 0x80 if len(chunk) >= 6 else -1
        if chunk[0] != 0x82 or not 0 <= size <= min(125, most_bytes) or len(chunk) < 6 + size:
            return None
        mask, masked, chunk = chunk[2:6], chunk[6 : 6 + size], chunk[6 + size :]
        found.append(bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked)))
    return found


def message(payload: bytes) -> tuple[int, ...] | None:
    """Seq, move, aim, reach, buttons, ack and view of an INPUT; None for anything else."""
    if payload[:1] not in (b"\x97", b"\x98") or payload[1:2] != b"\x02":
        return None
    rest, found = payload[2:], list[int]()
    while rest:
        width = _WIDTHS.get(rest[0], 0)
        if rest[0] >= 0x80 and (not width or len(rest) <= width):
            return None
        found.append(int.from_bytes(rest[1 : 1 + width], "big") if width else rest[0])
        rest = rest[1 + width :]
    if len(found) != payload[0] - 0x91:
        return None
    seq, move, aim, reach, buttons, ack, view = (*found, 0)[:7]
    if move > 4095 or aim > 4095 or reach > 255 or buttons > 63:
        return None
    return seq, move, aim, reach, buttons, ack, view
