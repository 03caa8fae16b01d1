"""The HTTP side: the page, what it needs to know, and metrics."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

import msgspec
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringfall import __version__
from ringfall.datapack import DataPack
from ringfall.lobby import Lobby
from ringfall.metrics import Metrics
from ringfall.welcome import match_facts
from schema.messages import PROTOCOL_VERSION

log = structlog.get_logger("ringfall.web")

SAFETY_HEADERS = {
    # The game port is another origin of the same host, hence ws: and wss:.
    "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws: wss:; "
    "img-src 'self' blob:; worker-src 'self' blob:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


def client_folder() -> Path | None:
    """The built client: inside an installed package, or in the checkout; None when not built."""
    installed = Path(str(resources.files("ringfall").joinpath("_client")))
    checkout = Path(__file__).resolve().parent.parent / "client" / "dist"
    for folder in (installed, checkout):
        if (folder / "index.html").is_file():
            return folder
    return None


def make_app(
    lobby: Lobby,
    metrics: Metrics,
    pack: Callable[[], DataPack],
    game_port: Callable[[], int],
    public_game_url: str | None,
) -> Starlette:
    """The ASGI application.

    Args:
        lobby: the running matches.
        metrics: served at /metrics.
        pack: the data by which the next match is played.
        game_port: port of the game, known once it is bound.
        public_game_url: WebSocket address to hand out instead of that port.
    """

    async def config(request: Request) -> Response:
        return JSONResponse(
            {
                "game_port": game_port(),
                "game_url": public_game_url,
                "protocol_version": PROTOCOL_VERSION,
                "version": __version__,
            },
            headers={"Cache-Control": "no-store"},
        )

    async def status(request: Request) -> Response:
        matches = [
            {
                "match_id": hosted.match_id,
                "tick": hosted.match.tick,
                "seconds": round(hosted.match.tick / hosted.match.rules.rate_hz, 1),
                "entrants": hosted.match.entrants,
                "alive": hosted.match.alive,
                "humans": hosted.humans,
                "open": hosted.match.has_room,
                "over": hosted.match.over,
            }
            for hosted in lobby.matches
        ]
        return JSONResponse(
            {"version": __version__, "matches": matches}, headers={"Cache-Control": "no-store"}
        )

    async def scrape(request: Request) -> Response:
        return Response(
            generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    routes: list[BaseRoute] = [
        Route("/api/config", config),
        Route("/api/status", status),
        Route("/match.json", MatchFacts(pack).answer),
        Route("/metrics", scrape),
    ]
    folder = client_folder()
    if folder is not None:
        routes.append(Mount("/", StaticFiles(directory=folder, html=True)))
    else:
        routes.append(Route("/", _not_built))
    return Starlette(
        routes=routes,
        middleware=[Middleware(SafetyHeaders)],
        exception_handlers={HTTPException: _refuse, Exception: _fault},
    )


async def _not_built(request: Request) -> Response:
    return PlainTextResponse(
        "The client has not been built: run `make client` in the checkout.\n", status_code=503
    )


async def _refuse(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = {404: "not_found", 405: "method_not_allowed"}.get(status, "bad_request")
    message = str(getattr(error, "detail", "")) or "the request cannot be answered"
    return JSONResponse({"code": code, "message": message}, status_code=status)


async def _fault(request: Request, error: Exception) -> Response:
    log.error("request failed", path=request.url.path, exc_info=error)
    return JSONResponse(
        {"code": "internal", "message": "something went wrong on the server"}, status_code=500
    )


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


class SafetyHeaders:
    """ASGI middleware that adds ``SAFETY_HEADERS`` to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SAFETY_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
