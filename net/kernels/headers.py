"""The header of every viewer's snapshot, the viewer's own figures, and the frame round the payload.

docs/protocol.md draws the payload; offsets here are its offsets.  In front of it stand the five
bytes that make it a MessagePack array [2, bin]: 0x92 0x02 0xc5 and the payload's length, u16
big-endian.
"""

from ecs.kernel import F64In, I64In, I64Out, Int, U8In, U8Out, U32In, device, kernel
from net.kernels.eyes import is_given_away
from net.kernels.fields import FULL, VITAL_STEPS, count8, put16, put32, share, span, steps
from schema.commands import SKILL_SLOTS
from schema.events import NO_SLOT
from schema.rulebook import STATUSES

FRAME_BYTES = 5
HEADER_BYTES = 118
STATUS_BYTES = 5
SLOT_BYTES = 8
SLOTS_AT = 70
STATUS_COUNT_AT = 116

ALIVE = 1
DOWN = 2
CHANNELLING = 4
IN_BUSH = 8
SEEN = 16
REVIVED = 32
"""Bits of the viewer's own flags."""


@kernel
def write_common(
    viewers: I64In,
    stride: Int,
    common: I64In,
    eyes: I64In,
    seq: U32In,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Write what the match says to everybody, and set ``ends`` behind the header.

    Args:
        viewers: i64[n], player rows.
        stride: bytes of the buffer per viewer.
        common: i64[14]: tick, players alive, teams alive, stage, zone phase from 1, zone state,
            stage tick, zone change tick, then x, y, radius of the zone and of the next in 1/256 u.
        eyes: i64[n], row or NOBODY.
    """
    for viewer in range(viewers.shape[0]):
        base = viewer * stride + FRAME_BYTES
        put32(buffer, base, common[0])
        put32(buffer, base + 4, int(seq[viewers[viewer]]))
        put16(buffer, base + 8, viewers[viewer])
        put16(buffer, base + 10, eyes[viewer])
        put16(buffer, base + 12, common[1])
        put16(buffer, base + 14, common[2])
        buffer[base + 16] = common[3]
        buffer[base + 17] = count8(common[4])
        buffer[base + 18] = common[5]
        put32(buffer, base + 20, common[6])
        put32(buffer, base + 24, common[7])
        for index in range(6):
            put32(buffer, base + 28 + 4 * index, common[8 + index])
        buffer[base + 117] = 0
        ends[viewer] = base + HEADER_BYTES


@kernel
def write_state(
    viewers: I64In,
    stride: Int,
    tick: I64In,
    alive: U8In,
    down: U8In,
    channel_slot: U8In,
    bush: I64In,
    seen_until: I64In,
    conditions: U8In,
    reviver: I64In,
    combo: U8In,
    help_ticks: I64In,
    revive_ticks: Int,
    buffer: U8Out,
) -> None:
    """Write how it stands with every viewer's own body.

    Args:
        help_ticks: i64[players], from ``measure_help``.
        revive_ticks: how long helping somebody up takes.
    """
    for viewer in range(viewers.shape[0]):
        own = viewers[viewer]
        base = viewer * stride + FRAME_BYTES
        covered = alive[own] != 0 and bush[own] >= 0
        flags = ALIVE if alive[own] != 0 else 0
        flags |= DOWN if down[own] != 0 else 0
        flags |= CHANNELLING if channel_slot[own] != NO_SLOT else 0
        flags |= IN_BUSH if covered else 0
        if covered and is_given_away(tick[0], seen_until[own], int(conditions[own])):
            flags |= SEEN
        flags |= REVIVED if down[own] != 0 and reviver[own] >= 0 else 0
        buffer[base + 19] = flags
        buffer[base + 67] = combo[own]
        buffer[base + 68] = conditions[own]
        helped = help_ticks[own]
        done = share(float(helped), float(revive_ticks))
        buffer[base + 69] = max(1, done) if helped > 0 else 0


@device
def progress_of(level: int, experience_xp: float, level_xp: F64In) -> int:
    """Experience gathered towards the next level, 255 at the highest.

    Args:
        level_xp: f64[LEVELS], experience at which level i + 2 is reached; infinite for none.
    """
    if level < 1 or level > level_xp.shape[0]:
        return FULL
    reached = level_xp[level - 2] if level > 1 else 0.0
    wanted = level_xp[level - 1]
    # The next level cannot be had: what is left of an infinite span would look like nothing.
    if wanted > 1e15:
        return FULL
    return share(experience_xp - reached, wanted - reached)


@kernel
def write_figures(
    viewers: I64In,
    stride: Int,
    health_hp: F64In,
    health_max_hp: F64In,
    mana_mp: F64In,
    mana_max_mp: F64In,
    shield_hp: F64In,
    kills: I64In,
    assists: I64In,
    level: U8In,
    experience_xp: F64In,
    level_xp: F64In,
    buffer: U8Out,
) -> None:
    """Write every viewer's own numbers."""
    for viewer in range(viewers.shape[0]):
        own = viewers[viewer]
        base = viewer * stride + FRAME_BYTES
        put16(buffer, base + 52, steps(health_hp[own], VITAL_STEPS))
        put16(buffer, base + 54, steps(health_max_hp[own], VITAL_STEPS))
        put16(buffer, base + 56, steps(mana_mp[own], VITAL_STEPS))
        put16(buffer, base + 58, steps(mana_max_mp[own], VITAL_STEPS))
        put16(buffer, base + 60, steps(shield_hp[own], VITAL_STEPS))
        put16(buffer, base + 62, span(kills[own]))
        buffer[base + 64] = count8(assists[own])
        buffer[base + 65] = level[own]
        buffer[base + 66] = progress_of(int(level[own]), experience_xp[own], level_xp)


@kernel
def write_slots(
    viewers: I64In,
    stride: Int,
    tick: I64In,
    skill: U8In,
    level: U8In,
    charges: U8In,
    held: U8In,
    ready_tick: I64In,
    recharge_tick: I64In,
    charges_max: I64In,
    buffer: U8Out,
) -> None:
    """Write every viewer's own four skills.

    A cast is possible from the tick on in which both a charge is there and the gap is over.

    Args:
        skill, level, charges, held, ready_tick, recharge_tick: [players * SKILL_SLOTS].
        charges_max: i64[skills].
    """
    for viewer in range(viewers.shape[0]):
        base = viewer * stride + FRAME_BYTES + SLOTS_AT
        for slot in range(SKILL_SLOTS):
            place, at = viewers[viewer] * SKILL_SLOTS + slot, base + slot * SLOT_BYTES
            wait, recharge = ready_tick[place] - tick[0], recharge_tick[place] - tick[0]
            if charges[place] == 0:
                wait = max(wait, recharge)
            missing = int(charges[place]) < charges_max[skill[place]]
            buffer[at] = skill[place]
            buffer[at + 1] = level[place]
            buffer[at + 2] = charges[place]
            buffer[at + 3] = held[place]
            put16(buffer, at + 4, span(wait))
            put16(buffer, at + 6, max(1, span(recharge)) if missing else 0)


@kernel
def write_statuses(
    viewers: I64In,
    stride: Int,
    tick: I64In,
    stacks: U8In,
    until_tick: I64In,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Append every viewer's own statuses, ascending.

    Args:
        stacks, until_tick: [players * STATUSES].
    """
    for viewer in range(viewers.shape[0]):
        at, written = ends[viewer], 0
        for status in range(STATUSES):
            place = viewers[viewer] * STATUSES + status
            left = until_tick[place] - tick[0]
            if stacks[place] == 0 or left <= 0:
                continue
            buffer[at] = status
            buffer[at + 1] = stacks[place]
            buffer[at + 2] = 0
            put16(buffer, at + 3, span(left))
            at += STATUS_BYTES
            written += 1
        buffer[viewer * stride + FRAME_BYTES + STATUS_COUNT_AT] = written
        ends[viewer] = at


@kernel
def close_frames(stride: Int, buffer: U8Out, ends: I64In) -> None:
    """Put the MessagePack frame with the payload's length in front of every payload."""
    for viewer in range(ends.shape[0]):
        base = viewer * stride
        size = ends[viewer] - base - FRAME_BYTES
        buffer[base] = 0x92
        buffer[base + 1] = 2
        buffer[base + 2] = 0xC5
        buffer[base + 3] = (size >> 8) & 255
        buffer[base + 4] = size & 255
