"""Sessions and tickets over HTTP: who somebody is, and what they may enter."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from typing import Annotated, Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from net.rejections import BadRequest, TooBig
from net.wire import clean_name
from persistence.players import LineFullError
from persistence.store.sessions import Player
from ringfall.hosting.lobby import Invitation, Lobby
from ringfall.web.gate import Gate, silent
from schema.commands import DROP_ANYWHERE
from schema.messages import DROPS_MAX, NAME_BYTES_MAX, NAME_DEFAULT, ROLE_ANY

Name = Annotated[str, msgspec.Meta(max_length=NAME_BYTES_MAX)]
MatchId = Annotated[str, msgspec.Meta(max_length=64)]
U8 = Annotated[int, msgspec.Meta(ge=0, le=0xFF)]
U16 = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
Drop = Annotated[int, msgspec.Meta(ge=0, le=DROPS_MAX)]


class GuestWish(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/guest."""

    name: Name = NAME_DEFAULT


class PlayWish(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/play; ``new`` gives up a body that waits."""

    role: U8 = ROLE_ANY
    drop: Drop = DROP_ANYWHERE
    name: Name | None = None
    match: MatchId | None = None
    new: bool = False


class WatchWish(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/watch."""

    match: MatchId | None = None
    slot: U16 | None = None


WishT = TypeVar("WishT", GuestWish, PlayWish, WatchWish)


class Api:
    """The handlers; every one raises what the application's boundary answers.

    Args:
        gate: says who asks, and counts them.
        lobby: gives out tickets.
        address: what tells a client where the game is.
        watch_delay_s: told to watchers.
    """

    def __init__(
        self,
        gate: Gate,
        lobby: Lobby,
        address: Callable[[], dict[str, Any]],
        watch_delay_s: float,
    ) -> None:
        self.address = address
        self._gate, self._players, self._lobby = gate, gate.players, lobby
        self._watch_delay_s = watch_delay_s

    def routes(self) -> list[Route]:
        """Everything below /api that needs to know who asks."""
        return [
            Route("/api/guest", self._guest, methods=["POST"]),
            Route("/api/me", self._me, methods=["GET"]),
            Route("/api/session", self._sign_out, methods=["DELETE"]),
            Route("/api/play", self._play, methods=["POST"]),
            Route("/api/watch", self._watch, methods=["POST"]),
        ]

    async def _guest(self, request: Request) -> Response:
        key = self._gate.count(request)
        wish = await self._body(request, GuestWish)
        # Counted last: whoever asks wrongly has not had a guest.
        self._gate.take("guests", key)
        try:
            token, player = self._players.sign_in(clean_name(wish.name))
        except LineFullError:
            raise silent() from None
        return _json({"token": token, "player_id": player.player_id, "name": player.name}, 201)

    async def _me(self, request: Request) -> Response:
        self._gate.count(request)
        _, player = await self._gate.who(request)
        home = self._lobby.home_of(player.player_id)
        return _json(
            {
                "player_id": player.player_id,
                "name": player.name,
                "kind": player.kind,
                "match_id": None if home is None else home.match_id,
            }
        )

    async def _sign_out(self, request: Request) -> Response:
        self._gate.count(request)
        token, player = await self._gate.who(request)
        self._players.sign_out(token)
        self._lobby.sign_out(player.player_id)
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def _play(self, request: Request) -> Response:
        key = self._gate.count(request)
        token, player = await self._gate.who(request)
        wish = await self._body(request, PlayWish)
        self._gate.take("tickets", key)
        player = self._present(token, player, wish.name)
        found = self._lobby.invite(player, wish.role, wish.drop, wish.match, wish.new)
        return _json({**self._ticket(found), "resumed": found.resumed})

    async def _watch(self, request: Request) -> Response:
        key = self._gate.count(request)
        token, player = await self._gate.who(request)
        wish = await self._body(request, WatchWish)
        self._gate.take("tickets", key)
        player = self._present(token, player, None)
        found = self._lobby.invite_to_watch(player, wish.match, wish.slot)
        return _json({**self._ticket(found), "delay_s": self._watch_delay_s})

    # ---- what they share ------------------------------------------------------------------

    def _ticket(self, found: Invitation) -> dict[str, Any]:
        return {
            "ticket": found.ticket,
            "match_id": found.match_id,
            **self.address(),
            "expires_s": self._lobby.desk.life_s,
        }

    def _present(self, token: str, player: Player, name: str | None) -> Player:
        return self._players.use(token, player, None if name is None else clean_name(name))

    async def _body(self, request: Request, kind: type[WishT]) -> WishT:
        # A page of another site can send text, but not JSON without asking first.
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise BadRequest("the body must be JSON, and its type application/json")
        body = bytearray()
        try:
            async with aclosing(request.stream()) as stream:
                async for chunk in stream:
                    body += chunk
                    if len(body) > self._gate.limits.http_body_bytes_max:
                        raise TooBig(
                            f"a body has at most {self._gate.limits.http_body_bytes_max} bytes"
                        )
        except ClientDisconnect:
            raise BadRequest("the request was not finished") from None
        try:
            return msgspec.json.decode(bytes(body) or b"{}", type=kind, strict=True)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            fields = ", ".join(kind.__struct_fields__)
            raise BadRequest(f"the body must be an object of {fields}, within their ranges") from (
                None
            )


def _json(facts: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(facts, status_code=status, headers={"Cache-Control": "no-store"})
