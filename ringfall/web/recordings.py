"""Recordings over HTTP: whoever played a match may have what was recorded of it."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Final

import trio
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from net.rejections import NotFound
from persistence.store.recordings import Recording, recording_with
from persistence.store.writer import Store, StoreSilentError
from ringfall.web.gate import Gate, parameters, silent

_MATCH_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
NO_SUCH: Final = "there is no such recording, or you did not play in it"


class Recordings:
    """The handler; it raises what the application's boundary answers.

    A recording shows where everybody was. It is in the index only when its match has ended, and
    goes to those who were in it.

    Args:
        gate: says who asks, and counts them.
        store: has the index.
        folder: of the recordings.
    """

    def __init__(self, gate: Gate, store: Store, folder: Path) -> None:
        self._gate, self._store, self._folder = gate, store, folder

    def routes(self) -> list[Route]:
        """Everything about recordings."""
        return [Route("/api/recordings/{match_id}", self._file, methods=["GET"])]

    async def _file(self, request: Request) -> Response:
        self._gate.take("reads", self._gate.count(request))
        parameters(request, ())
        _, player = await self._gate.who(request)
        match_id = str(request.path_params["match_id"])
        if _MATCH_ID.fullmatch(match_id) is None:
            raise NotFound(NO_SUCH)
        # Between question and answer the packed form may have taken the place of the plain one.
        for _ in range(2):
            found = await self._found(match_id, player.player_id)
            path = self._folder / found.file
            if await trio.Path(path).is_file():
                return FileResponse(
                    path,
                    media_type="application/octet-stream",
                    filename=found.file,
                    headers={"Cache-Control": "no-store"},
                )
        raise NotFound(NO_SUCH)

    async def _found(self, match_id: str, player_id: str) -> Recording:
        query = partial(recording_with, match_id=match_id, player_id=player_id)
        try:
            found = await self._store.ask(query)
        except StoreSilentError:
            raise silent() from None
        if found is None:
            raise NotFound(NO_SUCH)
        return found
