"""The ASGI application: routes, and the one boundary at which every error becomes an answer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from net.rejections import (
    BadRequest,
    Internal,
    MethodNotAllowed,
    NotFound,
    Rejection,
    told,
)
from ringfall import __version__
from ringfall.datapack import DataPack
from ringfall.health import Health
from ringfall.hosting.lobby import Lobby
from ringfall.metrics import Metrics
from ringfall.web import probes, static
from ringfall.web.api import Api
from ringfall.welcome import match_facts
from schema.messages import PROTOCOL_VERSION

log = structlog.get_logger("ringfall.web")

NOT_STORED = {"Cache-Control": "no-store"}


def make_app(
    lobby: Lobby,
    metrics: Metrics,
    pack: Callable[[], DataPack],
    api: Api,
    read: Sequence[BaseRoute],
    health: Health,
    refused: Counter[str],
) -> Starlette:
    """The ASGI application.

    Args:
        lobby: the running matches.
        metrics: served at /metrics.
        pack: the data by which the next match is played.
        api: sessions and tickets.
        read: routes to what people did.
        health: what /livez and /readyz tell.
        refused: counts answers that are refusals, by code.
    """

    async def config(request: Request) -> Response:
        facts = {**api.address(), "protocol_version": PROTOCOL_VERSION, "version": __version__}
        return JSONResponse(facts, headers=NOT_STORED)

    async def status(request: Request) -> Response:
        matches = [
            {
                "match_id": hosted.match_id,
                "tick": hosted.match.tick,
                "seconds": round(hosted.match.tick / hosted.match.rules.rate_hz, 1),
                "entrants": hosted.match.entrants,
                "alive": hosted.match.alive,
                "humans": hosted.humans,
                "away": hosted.away,
                "watchers": len(hosted.gallery.watchers),
                "open": hosted.has_room,
                "over": hosted.match.over,
            }
            for hosted in lobby.matches
        ]
        return JSONResponse({"version": __version__, "matches": matches}, headers=NOT_STORED)

    async def scrape(request: Request) -> Response:
        return Response(
            generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    async def refuse(request: Request, error: Exception) -> Response:
        return _answer(_rejection_of(error), refused)

    async def fault(request: Request, error: Exception) -> Response:
        log.error("request failed", path=request.url.path, exc_info=error)
        return _answer(Internal(), refused)

    routes: list[BaseRoute] = [
        Route("/api/config", config),
        Route("/api/status", status),
        *api.routes(),
        *read,
        *probes.routes(health),
        Route("/match.json", MatchFacts(pack).answer),
        Route("/metrics", scrape),
        static.page_route(),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(static.SafetyHeaders)],
        exception_handlers={HTTPException: refuse, Rejection: refuse, Exception: fault},
    )


def _rejection_of(error: Exception) -> Rejection:
    """What starlette raises, in our words."""
    if isinstance(error, Rejection):
        return error
    status = error.status_code if isinstance(error, HTTPException) else 400
    if status == 404:
        return NotFound()
    return MethodNotAllowed() if status == 405 else BadRequest("the request cannot be answered")


def _answer(rejection: Rejection, refused: Counter[str]) -> Response:
    refused[rejection.code.value] += 1
    headers = dict(NOT_STORED)
    if rejection.retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(rejection.retry_after_s))
    if rejection.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = told(rejection.code.value, rejection.message, rejection.retry_after_s)
    return JSONResponse(body, status_code=rejection.status, headers=headers)


class MatchFacts:
    """The body of match.json, made anew only when the data are others: anybody may ask for it."""

    def __init__(self, pack: Callable[[], DataPack]) -> None:
        self._pack = pack
        self._told: DataPack | None = None
        self._body = b""

    async def answer(self, request: Request) -> Response:
        """JSON of ``welcome.match_facts``."""
        pack = self._pack()
        if pack is not self._told:
            self._told, self._body = pack, msgspec.json.encode(match_facts(pack))
        headers = {"Cache-Control": "no-cache"}
        return Response(self._body, media_type="application/json", headers=headers)
