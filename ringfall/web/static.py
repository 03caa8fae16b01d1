"""The page itself, and the headers that keep it safe."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    checkout = Path(__file__).resolve().parents[2] / "client" / "dist"
    for folder in (installed, checkout):
        if (folder / "index.html").is_file():
            return folder
    return None


def page_route() -> BaseRoute:
    """The page, or where it is not built how to build it."""
    folder = client_folder()
    if folder is not None:
        return Mount("/", StaticFiles(directory=folder, html=True))
    return Route("/", _not_built)


async def _not_built(request: Request) -> Response:
    return PlainTextResponse(
        "The client has not been built: run `make client` in the checkout.\n", status_code=503
    )


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
