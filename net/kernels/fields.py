"""Numbers as the wire has them: little-endian, in rounded steps, clamped to their type."""

import math

import numpy as np

from ecs.kernel import U8In, U8Out, device

POSITION_STEPS = 64.0
VITAL_STEPS = 32.0
SPEED_STEPS = 1024.0
AMOUNT_STEPS = 8.0
FULL = 255
NOBODY_ON_WIRE = 65535


@device
def put16(buffer: U8Out, at: int, value: int) -> None:
    """u16; nobody (-1) and whatever does not fit become 65535."""
    if value < 0 or value > 65535:
        value = NOBODY_ON_WIRE
    buffer[at] = value & 255
    buffer[at + 1] = (value >> 8) & 255


@device
def put32(buffer: U8Out, at: int, value: int) -> None:
    """u32 or i32, its lowest 32 bits."""
    for byte in range(4):
        buffer[at + byte] = (value >> (8 * byte)) & 255


@device
def steps(value: float, per_unit: float) -> int:
    """A quantity in wire steps, halves rounded up, clamped to u16."""
    return int(max(0.0, min(65535.0, math.floor(value * per_unit + 0.5))))


@device
def span(ticks: int) -> int:
    """A number of ticks, clamped to u16."""
    return max(0, min(65535, ticks))


@device
def count8(value: int) -> int:
    """A count, clamped to u8."""
    return max(0, min(255, value))


@device
def share(value: float, whole: float) -> int:
    """``value`` as a share of ``whole``, 255 for all of it or more; of nothing, anything is all."""
    if whole <= 0.0:
        return FULL if value > 0.0 else 0
    return int(max(0.0, min(255.0, math.floor(value * 255.0 / whole + 0.5))))


@device
def put_place(buffer: U8Out, at: int, x_u: float, y_u: float) -> None:
    """A position, two u16 in 1/64 u."""
    put16(buffer, at, steps(x_u, POSITION_STEPS))
    put16(buffer, at + 2, steps(y_u, POSITION_STEPS))


@device
def put_count(buffer: U8Out, at: int, value: int) -> int:
    """A number below 2**14 in one byte or two, the lower seven bits first; the place behind it."""
    if value < 128:
        buffer[at] = value
        return at + 1
    buffer[at] = (value & 127) | 128
    buffer[at + 1] = (value >> 7) & 127
    return at + 2


@device
def count_bytes(value: int) -> int:
    """How many bytes ``put_count`` takes."""
    return 1 if value < 128 else 2


@device
def get16(buffer: U8In, at: int) -> int:
    """u16, as a number that may be subtracted from."""
    # NumPy's, for unsigned numbers that are subtracted wrap in compiled code.
    value: int = np.int64(buffer[at]) + np.int64(buffer[at + 1]) * 256  # type: ignore[assignment]
    return value


@device
def get16s(buffer: U8In, at: int) -> int:
    """i16."""
    value = get16(buffer, at)
    return value - 65536 if value >= 32768 else value


@device
def put16s(buffer: U8Out, at: int, value: int) -> None:
    """i16, clamped."""
    value = max(-32768, min(32767, value))
    buffer[at] = value & 255
    buffer[at + 1] = (value >> 8) & 255


@device
def put_tick(buffer: U8Out, at: int, tick: int) -> None:
    """A point in time, u32; what lies beyond its range is its end."""
    put32(buffer, at, max(0, min(4294967295, tick)))


@device
def copy_bytes(source: U8In, begin: int, size: int, buffer: U8Out, at: int) -> int:
    """Append ``size`` bytes; the place behind them."""
    for byte in range(size):
        buffer[at + byte] = source[begin + byte]
    return at + size


@device
def differs(one: U8In, begin: int, other: U8In, start: int, size: int) -> bool:
    """Whether two runs of bytes differ."""
    same = 0
    while same < size and one[begin + same] == other[start + same]:
        same += 1
    return same < size
