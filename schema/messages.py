"""The wire messages: one typed row per line of docs/protocol.md.

Every message is a MessagePack array whose first element is its kind; here the kind is the
struct's tag. Ranges sit in the annotations, so decoding checks them: a value of one of these
client types is a validated value. A bool or a float is never taken for an int.

The snapshot's payload is packed by a kernel and is drawn in docs/protocol.md.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag, StrEnum
from typing import Annotated, Final

import msgspec

PROTOCOL_VERSION: Final = 1
SLOT_NOBODY: Final = 65535
NAME_BYTES_MAX: Final = 64
NAME_CHARACTERS_MAX: Final = 16
NAME_DEFAULT: Final = "Guest"

U8 = Annotated[int, msgspec.Meta(ge=0, le=0xFF)]
U16 = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
U32 = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF_FFFF)]
Direction = Annotated[int, msgspec.Meta(ge=0, le=4095)]
ButtonBits = Annotated[int, msgspec.Meta(ge=0, le=15)]
# Characters here; the limit on bytes is checked in Join, because Meta counts characters.
WireName = Annotated[str, msgspec.Meta(max_length=NAME_BYTES_MAX)]


class ClientKind(IntEnum):
    """First element of what a client sends."""

    JOIN = 1
    INPUT = 2
    PING = 3


class ServerKind(IntEnum):
    """First element of what the server sends."""

    WELCOME = 1
    SNAPSHOT = 2
    JOINED = 3
    ERROR = 4
    PONG = 5
    RESULT = 6
    KILL = 7


class ErrorCode(StrEnum):
    """Why the server ends a connection; the table in docs/protocol.md says what each means."""

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


class CloseCode(IntEnum):
    """WebSocket close codes the server uses (RFC 6455, section 7.4.1)."""

    NORMAL = 1000
    PROTOCOL_ERROR = 1002
    INVALID_TEXT = 1007
    REFUSED = 1008
    TOO_BIG = 1009
    INTERNAL = 1011
    TRY_AGAIN_LATER = 1013


class Button(IntFlag):
    """Bits of ``Input.buttons``; a button is held, not pressed."""

    MOVE = 1
    ATTACK = 2
    BLAST = 4
    DASH = 8


class DeathCause(IntEnum):
    """``Kill.cause``."""

    SHOT = 0
    BLAST = 1
    ZONE = 2
    LEFT = 3


class Join(msgspec.Struct, array_like=True, tag=1, frozen=True, forbid_unknown_fields=True):
    """JOIN: the first message of a client, once. ``name`` is raw; net.wire cleans it."""

    version: U16
    name: WireName

    def __post_init__(self) -> None:
        """Refuse a name over NAME_BYTES_MAX bytes of UTF-8."""
        if len(self.name.encode("utf-8", "surrogatepass")) > NAME_BYTES_MAX:
            raise ValueError(f"name is longer than {NAME_BYTES_MAX} bytes")


class Input(msgspec.Struct, array_like=True, tag=2, frozen=True, forbid_unknown_fields=True):
    """INPUT: what a player wants for one tick. Intent only; a position cannot be expressed."""

    seq: U32
    move: Direction
    aim: Direction
    reach: U8
    buttons: ButtonBits
    ack: U32


class Ping(msgspec.Struct, array_like=True, tag=3, frozen=True, forbid_unknown_fields=True):
    """PING: answered by PONG with the same nonce."""

    nonce: U32


ClientMessage = Join | Input | Ping


class MapView(msgspec.Struct, frozen=True):
    """WELCOME.map. A wall is (cx, cy, hx, hy, r) in units: centre, half extents, corner radius."""

    name: str
    width_u: float
    height_u: float
    walls: list[tuple[float, float, float, float, float]]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """WELCOME.rules: the numbers a client needs to draw and to predict."""

    body_radius_u: float
    health_max_hp: float
    view_width_u: float
    view_height_u: float
    shot_radius_u: float
    shot_speed_ups: float
    shot_range_u: float
    shot_cooldown_ticks: int
    blast_radius_u: float
    blast_range_u: float
    blast_fuse_ticks: int
    blast_cooldown_ticks: int
    dash_cooldown_ticks: int
    dash_ticks: int


class RosterRow(msgspec.Struct, array_like=True, frozen=True):
    """One entrant of the match in WELCOME.roster."""

    slot: U16
    name: str
    is_bot: bool


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


class Snapshot(msgspec.Struct, array_like=True, tag=2, frozen=True):
    """SNAPSHOT: one tick as one viewer may see it; read by bots and tests, written by a kernel."""

    payload: bytes


class Joined(msgspec.Struct, array_like=True, tag=3, frozen=True):
    """JOINED: a later entrant."""

    slot: U16
    name: str
    is_bot: bool


class Error(msgspec.Struct, array_like=True, tag=4, frozen=True):
    """ERROR: the last message before the server closes the connection."""

    code: str
    message: str
    retry_after_s: float | None


class Pong(msgspec.Struct, array_like=True, tag=5, frozen=True):
    """PONG: the answer to PING."""

    nonce: U32


class Result(msgspec.Struct, array_like=True, tag=6, frozen=True):
    """RESULT: how the match went for this player; ``winner`` is a slot, or None until it is over.

    Sent on the player's death and again, with ``over`` true, when the match ends.
    """

    placement: int
    entrants: int
    kills: int
    damage_hp: float
    ticks_alive: int
    winner: int | None
    over: bool


class Kill(msgspec.Struct, array_like=True, tag=7, frozen=True):
    """KILL: somebody died; ``killer`` is None when nobody gets the credit."""

    tick: U32
    victim: U16
    killer: U16 | None
    cause: int


ServerMessage = Welcome | Snapshot | Joined | Error | Pong | Result | Kill

# How a refusal ends the WebSocket; codes not named here close with REFUSED (1008).
CLOSE_CODES: Final[dict[ErrorCode, CloseCode]] = {
    ErrorCode.SERVER_FULL: CloseCode.TRY_AGAIN_LATER,
    ErrorCode.TOO_MANY_CONNECTIONS: CloseCode.TRY_AGAIN_LATER,
    ErrorCode.SHUTTING_DOWN: CloseCode.TRY_AGAIN_LATER,
}
