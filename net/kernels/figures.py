"""How the match and every viewer's own affairs stand: drawn, and written where they changed."""

from ecs.kernel import F64In, I64In, I64Out, Int, U8In, U8Out, device, kernel
from net.kernels.bodies import BEAM_AT, BODY_BYTES, FLAGS_AT
from net.kernels.deltas import (
    HAND_GROUPS,
    MATCH_GROUPS,
    SELF_GROUPS,
    changed_groups,
    put_groups,
)
from net.kernels.eyes import is_given_away
from net.kernels.fields import (
    FULL,
    VITAL_STEPS,
    copy_bytes,
    count8,
    get16,
    put16,
    put32,
    put_tick,
    share,
    span,
    steps,
)
from net.kernels.heads import FRAME_BYTES, HANDS, MATCH, SELF, STATUSES_GIVEN
from schema.commands import SKILL_SLOTS
from schema.events import NOBODY
from schema.rulebook import STATUSES

MATCH_BYTES = 45
EYES_AT = 43
SELF_BYTES = 22
HEALTH_AT = 3
MANA_AT = 9
PROGRESS_AT = 17
HAND_BYTES = 15
STATUS_BYTES = 6
"""Bytes of the rows, and where some figures stand in them."""

HEALTH_GROUP = 2
MANA_GROUP = 8
PROGRESS_GROUP = 64
SLOW_TICKS = 8
"""Figures that only rise are told so seldom; those that fall, at once."""

ALIVE = 1
DOWN = 2
CHANNELLING = 4
IN_BUSH = 8
SEEN = 16
REVIVED = 32
"""Bits of the viewer's own flags."""


@kernel
def measure_help(
    players: I64In,
    alive: U8In,
    down: U8In,
    reviver: I64In,
    progress_ticks: I64In,
    help_ticks: I64Out,
) -> None:
    """How long everybody has been helped up, or has helped somebody up.

    Args:
        help_ticks: i64[players], written; 0 for those who do neither.
    """
    for row in range(players[0]):
        help_ticks[row] = 0
    for row in range(players[0]):
        helper = reviver[row]
        if alive[row] != 0 and down[row] != 0 and 0 <= helper < players[0]:
            help_ticks[row] = progress_ticks[row]
            help_ticks[helper] = progress_ticks[row]


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
def draw_flags(
    viewers: I64In,
    tick: I64In,
    alive: U8In,
    down: U8In,
    channelling: U8In,
    bush: I64In,
    seen_until: I64In,
    conditions: U8In,
    reviver: I64In,
    combo: U8In,
    help_ticks: I64In,
    revive_ticks: Int,
    rows: U8Out,
) -> None:
    """How it stands with every viewer's own body: the first and the last group of its row.

    Args:
        channelling: u8[players * BODY_BYTES], bodies as they are drawn.
        help_ticks: i64[players], from ``measure_help``.
        revive_ticks: how long helping somebody up takes.
        rows: u8[n * SELF_BYTES], written.
    """
    for viewer in range(viewers.shape[0]):
        own, at = viewers[viewer], viewer * SELF_BYTES
        body = own * BODY_BYTES
        covered = alive[own] != 0 and bush[own] >= 0
        flags = ALIVE if alive[own] != 0 else 0
        flags |= DOWN if down[own] != 0 else 0
        flags |= CHANNELLING if int(channelling[body + FLAGS_AT]) & CHANNELLING != 0 else 0
        flags |= IN_BUSH if covered else 0
        if covered and is_given_away(tick[0], seen_until[own], int(conditions[own])):
            flags |= SEEN
        flags |= REVIVED if down[own] != 0 and reviver[own] >= 0 else 0
        helped = help_ticks[own]
        done = share(float(helped), float(revive_ticks))
        rows[at] = flags
        rows[at + 1] = channelling[body + FLAGS_AT]
        rows[at + 2] = conditions[own]
        rows[at + 18] = combo[own]
        rows[at + 19] = max(1, done) if helped > 0 else 0
        copy_bytes(channelling, body + BEAM_AT, 2, rows, at + 20)


@kernel
def draw_figures(
    viewers: I64In,
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
    rows: U8Out,
) -> None:
    """Every viewer's own numbers, the rest of its row."""
    for viewer in range(viewers.shape[0]):
        own, at = viewers[viewer], viewer * SELF_BYTES
        put16(rows, at + HEALTH_AT, steps(health_hp[own], VITAL_STEPS))
        put16(rows, at + 5, steps(health_max_hp[own], VITAL_STEPS))
        put16(rows, at + 7, steps(mana_max_mp[own], VITAL_STEPS))
        put16(rows, at + MANA_AT, steps(mana_mp[own], VITAL_STEPS))
        put16(rows, at + 11, steps(shield_hp[own], VITAL_STEPS))
        put16(rows, at + 13, span(kills[own]))
        rows[at + 15] = count8(assists[own])
        rows[at + 16] = level[own]
        rows[at + PROGRESS_AT] = progress_of(int(level[own]), experience_xp[own], level_xp)


@device
def rising(rows: U8In, at: int, known: U8In, begin: int) -> int:
    """The groups of figures that have only risen."""
    mask = 0
    if get16(rows, at + HEALTH_AT) > get16(known, begin + HEALTH_AT):
        mask |= HEALTH_GROUP
    if get16(rows, at + MANA_AT) > get16(known, begin + MANA_AT):
        mask |= MANA_GROUP
    if rows[at + PROGRESS_AT] > known[begin + PROGRESS_AT]:
        mask |= PROGRESS_GROUP
    return mask


@kernel
def write_match(
    seats: I64In,
    stride: Int,
    common: I64In,
    eyes: I64In,
    first: U8In,
    row: U8Out,
    known: U8Out,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Append what has changed of the match, and through whose eyes a viewer looks.

    Args:
        common: i64[14]: players alive, teams alive, stage, its tick, zone phase from 1, zone state,
            since and until which tick; x, y, radius of the zone then, and where it is going.
        eyes: i64[n], row or NOBODY.
        row: u8[MATCH_BYTES], working space.
        known: u8[seats * MATCH_BYTES].
    """
    put16(row, 0, common[0])
    put16(row, 2, common[1])
    row[4] = common[2]
    put_tick(row, 5, common[3])
    row[9], row[10] = count8(common[4]), common[5]
    put_tick(row, 11, common[6])
    put_tick(row, 15, common[7])
    for index in range(6):
        put32(row, 19 + 4 * index, common[8 + index])
    for viewer in range(seats.shape[0]):
        begin = seats[viewer] * MATCH_BYTES
        put16(row, EYES_AT, eyes[viewer])
        mask = changed_groups(row, 0, known, begin, MATCH_GROUPS)
        mask = 31 if first[seats[viewer]] != 0 else mask
        if mask != 0:
            buffer[viewer * stride + FRAME_BYTES + 1] |= MATCH
            buffer[ends[viewer]] = mask
            ends[viewer] = put_groups(
                row, 0, mask, MATCH_GROUPS, known, begin, buffer, ends[viewer] + 1
            )


@kernel
def write_self(
    seats: I64In,
    tick: I64In,
    stride: Int,
    first: U8In,
    rows: U8In,
    known: U8Out,
    slow_tick: I64Out,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Append what has changed of every viewer's own figures.

    Args:
        rows: u8[n * SELF_BYTES], as drawn; known: u8[seats * SELF_BYTES].
        slow_tick: i64[seats], when figures that had only risen were sent last.
    """
    for viewer in range(seats.shape[0]):
        seat, at = seats[viewer], viewer * SELF_BYTES
        begin = seat * SELF_BYTES
        mask = changed_groups(rows, at, known, begin, SELF_GROUPS)
        late = mask & rising(rows, at, known, begin)
        if first[seat] != 0:
            mask = 255
            slow_tick[seat] = tick[0]
        elif late != 0 and tick[0] - slow_tick[seat] < SLOW_TICKS:
            mask &= ~late
        elif late != 0:
            slow_tick[seat] = tick[0]
        if mask != 0:
            buffer[viewer * stride + FRAME_BYTES + 1] |= SELF
            buffer[ends[viewer]] = mask
            ends[viewer] = put_groups(
                rows, at, mask, SELF_GROUPS, known, begin, buffer, ends[viewer] + 1
            )


@device
def draw_hand(
    place: int,
    skill: U8In,
    level: U8In,
    charges: U8In,
    ready_tick: I64In,
    recharge_tick: I64In,
    held_tick: I64In,
    row: U8Out,
) -> None:
    """One skill: which, its level, charges, and the ticks at which something is or was."""
    row[0], row[1], row[2] = skill[place], level[place], charges[place]
    put_tick(row, 3, ready_tick[place])
    put_tick(row, 7, recharge_tick[place])
    put32(row, 11, -1 if held_tick[place] == NOBODY else held_tick[place])


@kernel
def write_hands(
    viewers: I64In,
    seats: I64In,
    stride: Int,
    plays: U8In,
    first: U8In,
    skill: U8In,
    level: U8In,
    charges: U8In,
    ready_tick: I64In,
    recharge_tick: I64In,
    held_tick: I64In,
    row: U8Out,
    known: U8Out,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Append what has changed of every viewer's own four skills; nothing for who only looks on.

    Args:
        plays: u8[seats], 1 for who is that player.
        skill, level, charges, ready_tick, recharge_tick, held_tick: [players * SKILL_SLOTS].
        row: u8[HAND_BYTES], working space; known: u8[seats * SKILL_SLOTS * HAND_BYTES].
    """
    for viewer in range(viewers.shape[0]):
        seat, at = seats[viewer], ends[viewer]
        if plays[seat] == 0:
            continue
        which, end = 0, at + 1
        for slot in range(SKILL_SLOTS):
            place = viewers[viewer] * SKILL_SLOTS + slot
            begin = (seat * SKILL_SLOTS + slot) * HAND_BYTES
            draw_hand(place, skill, level, charges, ready_tick, recharge_tick, held_tick, row)
            mask = changed_groups(row, 0, known, begin, HAND_GROUPS)
            mask = 31 if first[seat] != 0 else mask
            if mask != 0:
                which |= 1 << slot
                buffer[end] = mask
                end = put_groups(row, 0, mask, HAND_GROUPS, known, begin, buffer, end + 1)
        if which != 0:
            buffer[viewer * stride + FRAME_BYTES + 1] |= HANDS
            buffer[at] = which
            ends[viewer] = end


@kernel
def write_statuses(
    viewers: I64In,
    seats: I64In,
    tick: I64In,
    stride: Int,
    stacks: U8In,
    until_tick: I64In,
    known_stacks: U8Out,
    known_until: I64Out,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Append which of every viewer's own statuses have changed; both sides know when one ends.

    Args:
        stacks, until_tick: [players * STATUSES].
        known_stacks, known_until: [seats * STATUSES].
    """
    for viewer in range(viewers.shape[0]):
        at, given = ends[viewer] + 1, 0
        for status in range(STATUSES):
            place = viewers[viewer] * STATUSES + status
            known = seats[viewer] * STATUSES + status
            until = min(until_tick[place], 4294967295)
            now = int(stacks[place]) if until > tick[0] else 0
            before = int(known_stacks[known]) if known_until[known] > tick[0] else 0
            if now == before and (now == 0 or until == known_until[known]):
                continue
            known_stacks[known], known_until[known] = now, until if now != 0 else 0
            buffer[at], buffer[at + 1] = status, now
            put_tick(buffer, at + 2, known_until[known])
            at += STATUS_BYTES
            given += 1
        if given != 0:
            buffer[viewer * stride + FRAME_BYTES + 1] |= STATUSES_GIVEN
            buffer[ends[viewer]] = given
            ends[viewer] = at
