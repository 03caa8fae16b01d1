"""The wire messages: one typed row per line of docs/protocol.md.

Every message is a MessagePack array whose first element is its kind; here the kind is the
struct's tag. Ranges sit in the annotations, so decoding checks them: a value of one of these
client types is a validated value. A bool or a float is never taken for an int.

The snapshot's payload is packed by a kernel and is drawn in docs/protocol.md.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Annotated, Final

import msgspec

from schema.commands import BUTTONS_ALL

PROTOCOL_VERSION: Final = 3
SLOT_NOBODY: Final = 65535
NAME_BYTES_MAX: Final = 64
NAME_CHARACTERS_MAX: Final = 16
NAME_DEFAULT: Final = "Guest"
ROLE_ANY: Final = 255
RESYNC: Final = 64
"""A bit of ``Input.buttons`` that is no button: the client asks for its exact own state."""

DROPS_MAX: Final = 9
"""Where to begin: 0 anywhere, 1…9 a ninth of the map, row by row."""

TICKET_CHARACTERS_MAX: Final = 128
"""A ticket has 43; the bound is what a decoder reads of one at most."""

U8 = Annotated[int, msgspec.Meta(ge=0, le=0xFF)]
U16 = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
U32 = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF_FFFF)]
Direction = Annotated[int, msgspec.Meta(ge=0, le=4095)]
ButtonBits = Annotated[int, msgspec.Meta(ge=0, le=BUTTONS_ALL | RESYNC)]
Ticket = Annotated[str, msgspec.Meta(max_length=TICKET_CHARACTERS_MAX)]


class ClientKind(IntEnum):
    """First element of what a client sends."""

    JOIN = 1
    INPUT = 2
    PING = 3
    SPECTATE = 4


class ServerKind(IntEnum):
    """First element of what the server sends."""

    WELCOME = 1
    SNAPSHOT = 2
    JOINED = 3
    ERROR = 4
    PONG = 5
    RESULT = 6
    KILL = 7


class WelcomeMode(IntEnum):
    """As what a client was let in: ``Welcome.mode``."""

    NEW = 0
    RESUMED = 1
    WATCHING = 2


class ErrorCode(StrEnum):
    """Why the server ends a connection or refuses a request.

    The tables in docs/protocol.md say what each means.
    """

    BAD_MESSAGE = "bad_message"
    BAD_VERSION = "bad_version"
    FIRST_MESSAGE_LATE = "first_message_late"
    FLOODING = "flooding"
    IDLE = "idle"
    TOO_SLOW = "too_slow"
    SERVER_FULL = "server_full"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    SHUTTING_DOWN = "shutting_down"
    MATCH_OVER = "match_over"
    MATCH_FULL = "match_full"
    BAD_TICKET = "bad_ticket"
    TAKEN_OVER = "taken_over"
    SIGNED_OUT = "signed_out"
    BAD_REQUEST = "bad_request"
    TOO_BIG = "too_big"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_MANY_REQUESTS = "too_many_requests"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class CloseCode(IntEnum):
    """WebSocket close codes the server uses (RFC 6455, section 7.4.1)."""

    NORMAL = 1000
    PROTOCOL_ERROR = 1002
    ABNORMAL = 1006  # never sent: what a line that just broke is called
    INVALID_TEXT = 1007
    REFUSED = 1008
    TOO_BIG = 1009
    INTERNAL = 1011
    TRY_AGAIN_LATER = 1013


class Join(msgspec.Struct, array_like=True, tag=1, frozen=True, forbid_unknown_fields=True):
    """JOIN: the first message of a client, once. Who it is and what it wants, the ticket says.

    ``resume_tick`` is the newest snapshot that was applied before a line broke, 0 for none.
    """

    version: U16
    ticket: Ticket
    resume_tick: U32 = 0


class Input(
    msgspec.Struct, array_like=True, tag=2, frozen=True, forbid_unknown_fields=True, gc=False
):
    """INPUT: what a player wants for one tick. Intent only; a position cannot be expressed.

    ``view`` is the tick that was drawn when it was made, 0 for none.
    """

    seq: U32
    move: Direction
    aim: Direction
    reach: U8
    buttons: ButtonBits
    ack: U32
    view: U32 = 0


class Ping(msgspec.Struct, array_like=True, tag=3, frozen=True, forbid_unknown_fields=True):
    """PING: answered by PONG with the same nonce."""

    nonce: U32


class Spectate(msgspec.Struct, array_like=True, tag=4, frozen=True, forbid_unknown_fields=True):
    """SPECTATE: whom a watcher, or a dead player with living team mates, wants to see."""

    slot: U16


ClientMessage = Join | Input | Ping | Spectate


WallView = tuple[float, float, float, float, float, int, int]
"""(cx, cy, hx, hy, r, heading, blocks): centre, half extents, corner radius in units, index of the
direction of its own x axis, bits of what it blocks."""

BushView = tuple[float, float, float]
"""(x, y, r), in units."""


class MapView(msgspec.Struct, frozen=True):
    """WELCOME.map."""

    name: str
    width_u: float
    height_u: float
    walls: list[WallView]
    bushes: list[BushView]


class ClassView(msgspec.Struct, frozen=True, kw_only=True):
    """A class in WELCOME.rules; ``block_half_degrees`` is 0 for one that never blocks.

    ``levels`` is what decides how its body moves, by level from 1: speed_ups, mana_max_mp,
    mana_mp_per_tick.
    """

    name: str
    title: str
    blurb: str
    skills: list[int]
    block_half_degrees: float
    levels: list[tuple[float, float, float]]


class SkillView(msgspec.Struct, frozen=True, kw_only=True):
    """A skill in WELCOME.rules; what its kind does not use is 0, or 1 for ``charge_radius``.

    ``fan_count`` shots fly at once, ``fan_directions`` from one to the next.

    ``self_status`` is the status it puts on its caster, -1 for none.
    """

    name: str
    title: str
    kind: str
    cooldown_ticks: int
    gap_ticks: int
    charges_max: int
    mana_mp: float
    mana_mp_per_tick: float
    self_status: int
    self_status_ticks: int
    hold_ticks: int
    range_u: float
    radius_u: float
    speed_ups: float
    life_ticks: int
    delay_ticks: int
    distance_u: float
    half_length_u: float
    charge_radius: float
    fan_count: int
    fan_directions: int


class NamedView(msgspec.Struct, frozen=True, kw_only=True):
    """An item in WELCOME.rules."""

    name: str
    title: str
    kind: str


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """A status in WELCOME.rules; ``strength`` as in ``schema.rulebook.STATUS_ROW``."""

    name: str
    title: str
    kind: str
    stacking: str
    stacks_max: int
    ticks_max: int
    strength: float


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """WELCOME.rules: what a client draws by, and works out by how its own body moves.

    Places in the lists are indices on the wire.
    """

    body_radius_u: float
    view_width_u: float
    view_height_u: float
    team_size: int
    friendly_fire: bool
    level_max: int
    revive_reach_u: float
    revive_ticks: int
    acceleration_upss: float
    down_speed_ratio: float
    countdown_ticks: int
    overhold_ticks: int
    classes: list[ClassView]
    skills: list[SkillView]
    statuses: list[StatusView]
    items: list[NamedView]


class RosterRow(msgspec.Struct, array_like=True, frozen=True):
    """One entrant of the match in WELCOME.roster; ``bot`` is 0 for a human, else its level."""

    slot: U16
    name: str
    bot: int
    role: int
    team: int


class Welcome(msgspec.Struct, array_like=True, tag=1, frozen=True):
    """WELCOME: the answer to JOIN."""

    version: int
    slot: U16
    tick_rate_hz: int
    tick: U32
    match_id: str
    map: MapView
    rules: Rules
    roster: list[RosterRow]
    mode: int


class Snapshot(msgspec.Struct, array_like=True, tag=2, frozen=True):
    """SNAPSHOT: one tick as one viewer may see it; read by bots and tests, written by a kernel."""

    payload: bytes


class Joined(msgspec.Struct, array_like=True, tag=3, frozen=True):
    """JOINED: a later entrant."""

    slot: U16
    name: str
    bot: int
    role: int
    team: int


class Error(msgspec.Struct, array_like=True, tag=4, frozen=True):
    """ERROR: the last message before the server closes the connection."""

    code: str
    message: str
    retry_after_s: float | None


class Pong(msgspec.Struct, array_like=True, tag=5, frozen=True):
    """PONG: the answer to PING."""

    nonce: U32


class Result(msgspec.Struct, array_like=True, tag=6, frozen=True, kw_only=True):
    """RESULT: how the match went for this player.

    ``placement`` counts teams, 0 while the player's own still plays; ``winner`` is a slot, and
    ``winning_team`` its team, None until the match is over.
    """

    placement: int
    entrants: int
    teams: int
    kills: int
    assists: int
    damage_hp: float
    healed_hp: float
    accuracy: float
    distance_u: float
    ticks_alive: int
    level: int
    winner: int | None
    winning_team: int | None
    over: bool


class Kill(msgspec.Struct, array_like=True, tag=7, frozen=True):
    """KILL: somebody died; ``killer`` is None when nobody gets the credit.

    ``cause``: index of a skill, or one of ``schema.events``' causes.
    """

    tick: U32
    victim: U16
    killer: U16 | None
    cause: int


ServerMessage = Welcome | Snapshot | Joined | Error | Pong | Result | Kill
