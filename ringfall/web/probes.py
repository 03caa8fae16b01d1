"""What supervisors ask: is the process alive, and may it be sent people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ringfall.health import Health

HEADERS = {"Cache-Control": "no-store"}


def routes(health: Health) -> list[Route]:
    """/livez and /readyz: 200 when it is so, 503 when not, and why."""

    async def livez(request: Request) -> Response:
        silent = health.silent
        return JSONResponse(
            {"live": not silent, "silent_matches": silent}, 503 if silent else 200, headers=HEADERS
        )

    async def readyz(request: Request) -> Response:
        reason = health.unready
        body = {"ready": reason is None, "reason": reason}
        return JSONResponse(body, 503 if reason else 200, headers=HEADERS)

    return [Route("/livez", livez), Route("/readyz", readyz)]
