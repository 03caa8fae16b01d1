"""Profiles and histories over HTTP: what is known of a player, and what of oneself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from net.rejections import BadRequest, NotFound
from persistence.store.portraits import Portrait, history_of, portrait
from persistence.store.queries import ClassSums, Played, Sums
from persistence.store.writer import Store, StoreSilentError
from ringfall.hosting.lobby import Lobby
from ringfall.web.gate import Gate, parameters, silent, whole

ROWS: Final = 20
ROWS_MAX: Final = 50
_PLAYER_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_CURSOR: Final = re.compile(r"([0-9]{1,12})\.([A-Za-z0-9_-]{1,64})", re.ASCII)


class MatchShown(msgspec.Struct, frozen=True):
    """What somebody did in a match.

    Attributes:
        map, seconds, reason, players, bots: of the match; null where it never ended. ``reason`` is
            "finished", or "stopped" when nothing was decided.
        placement: 0 where nothing was decided.
        recorded: whether those who took part can have its recording.
    """

    match_id: str
    started_s: int
    map: str | None
    seconds: float | None
    reason: str | None
    players: int | None
    bots: int | None
    slot: int
    role: str
    team: int
    placement: int
    won: bool
    kills: int
    assists: int
    knocks: int
    revives: int
    damage_hp: float
    taken_hp: float
    healed_hp: float
    shots: int
    hits: int
    distance_u: float
    items: int
    alive_s: float
    level: int
    recorded: bool


class PlayerShown(msgspec.Struct, frozen=True):
    """Answer of GET /api/players/{player_id}; ``since_s`` in seconds since 1970."""

    player_id: str
    name: str
    since_s: int | None
    sums: Sums
    classes: list[ClassSums]


class OwnProfile(PlayerShown, frozen=True):
    """Answer of GET /api/profile; ``last`` is the newest match that is written down."""

    kind: str
    last: MatchShown | None


class HistoryShown(msgspec.Struct, frozen=True):
    """Answer of GET /api/players/{player_id}/matches.

    ``next`` is what ``before`` has to be for the page behind this one, null on the last.
    """

    matches: list[MatchShown]
    next: str | None


class Profiles:
    """The handlers; every one raises what the application's boundary answers.

    Args:
        gate: says who asks, and counts them.
        store: what is read.
        lobby: of matches that go on nothing is told.
    """

    def __init__(self, gate: Gate, store: Store, lobby: Lobby) -> None:
        self._gate, self._store, self._lobby = gate, store, lobby

    def routes(self) -> list[Route]:
        """Everything about players."""
        return [
            Route("/api/profile", self._own, methods=["GET"]),
            Route("/api/players/{player_id}", self._player, methods=["GET"]),
            Route("/api/players/{player_id}/matches", self._matches, methods=["GET"]),
        ]

    async def _own(self, request: Request) -> Response:
        self._gate.take("reads", self._gate.count(request))
        parameters(request, ())
        _, player = await self._gate.who(request)
        found = await self._portrait(player.player_id)
        # Whoever has just come may be in no file yet, and a new name too.
        return _json(
            OwnProfile(
                player.player_id,
                player.name,
                None if found is None else found.profile.created_s,
                _NOTHING if found is None else found.profile.sums,
                [] if found is None else found.classes,
                player.kind,
                None if found is None or found.last is None else _shown(found.last),
            )
        )

    async def _player(self, request: Request) -> Response:
        player_id = self._asked(request)
        parameters(request, ())
        found = await self._portrait(player_id)
        if found is None:
            raise NotFound("there is no such player")
        who = found.profile
        return _json(PlayerShown(player_id, who.name, who.created_s, who.sums, found.classes))

    async def _matches(self, request: Request) -> Response:
        player_id = self._asked(request)
        given = parameters(request, ("before", "limit"))
        limit = whole(given.get("limit"), "limit", ROWS, ROWS_MAX)
        before = _cursor_of(given.get("before"))
        # One more than is shown tells whether there is another page.
        query = partial(history_of, player_id=player_id, before=before, limit=limit + 1)
        try:
            found = await self._store.ask(query)
        except StoreSilentError:
            raise silent() from None
        if found is None:
            raise NotFound("there is no such player")
        return _json(self._page(found, limit))

    def _page(self, found: Sequence[Played], limit: int) -> HistoryShown:
        page = found[:limit]
        going_on = {hosted.match_id for hosted in self._lobby.matches if not hosted.finished}
        more = f"{page[-1].started_s}.{page[-1].match_id}" if len(found) > limit else None
        return HistoryShown([_shown(row) for row in page if row.match_id not in going_on], more)

    def _asked(self, request: Request) -> str:
        self._gate.take("reads", self._gate.count(request))
        player_id = str(request.path_params["player_id"])
        if _PLAYER_ID.fullmatch(player_id) is None:
            raise NotFound("there is no such player")
        return player_id

    async def _portrait(self, player_id: str) -> Portrait | None:
        try:
            return await self._store.ask(partial(portrait, player_id=player_id))
        except StoreSilentError:
            raise silent() from None


_NOTHING: Final = msgspec.convert(
    dict.fromkeys(Sums.__struct_fields__, 0) | {"placement": None}, Sums
)


def _cursor_of(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise BadRequest("before is what the page in front of it said in next")
    return int(found[1]), found[2]


def _shown(row: Played) -> MatchShown:
    same: dict[str, Any] = {
        name: getattr(row, name)
        for name in MatchShown.__struct_fields__
        if name in Played.__struct_fields__
    }
    seconds = None if row.ticks is None or row.rate_hz is None else row.ticks / row.rate_hz
    return MatchShown(seconds=seconds, recorded=row.recording is not None, **same)


def _json(answer: msgspec.Struct) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(answer), media_type="application/json", headers=headers)
