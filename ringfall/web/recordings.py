"""Recordings over HTTP: the file of a match that has ended, for those who took part in it."""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import trio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from net.rejections import NotFound, Unavailable
from persistence.store.recordings import recording_with
from persistence.store.writer import Store, StoreSilentError
from ringfall.web.gate import SILENCE_RETRY_S, Gate, parameters, silent

SENT_MAX: Final = 4  # files being sent at one time; more are unavailable
CHUNK_BYTES: Final = 65_536
_MATCH_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class Recordings:
    """The handler.

    Args:
        gate: says who asks, and counts them.
        store: has the index.
        folder: of the files.

    Attributes:
        sending: how many files are being sent, under "now".
    """

    def __init__(self, gate: Gate, store: Store, folder: Path) -> None:
        self._gate, self._store, self._folder = gate, store, folder
        self.sending: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        """One recording."""
        return [Route("/api/recordings/{match_id}", self._send, methods=["GET"])]

    async def _send(self, request: Request) -> Response:
        self._gate.take("reads", self._gate.count(request))
        parameters(request, ())
        _, player = await self._gate.who(request)
        match_id = str(request.path_params["match_id"])
        query = partial(recording_with, match_id=match_id, player_id=player.player_id)
        try:
            found = await self._store.ask(query) if _MATCH_ID.fullmatch(match_id) else None
        except StoreSilentError:
            raise silent() from None
        if found is None:
            # Of the matches of others not even whether there is a recording.
            raise NotFound("there is no such recording of a match of yours")
        return _FileSent(self._folder / found.file, self.sending)


class _FileSent(Response):
    """The bytes of a file, a chunk at a time: none is in memory as a whole."""

    def __init__(self, path: Path, sending: Counter[str]) -> None:
        super().__init__(
            media_type="application/octet-stream",
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": f'attachment; filename="{path.name}"',
            },
        )
        self._path, self._sending = path, sending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it.

        Raises:
            Unavailable: too many are sent now, or the file has just got another name.
        """
        if self._sending["now"] >= SENT_MAX:
            raise Unavailable(retry_after_s=SILENCE_RETRY_S)
        self._sending["now"] += 1
        try:
            with await self._opened() as file:
                await self._send(file, scope["method"] == "HEAD", send)
        finally:
            self._sending["now"] -= 1

    async def _opened(self) -> BinaryIO:
        try:
            return await trio.to_thread.run_sync(lambda: open(self._path, "rb"))
        except OSError:
            # It is being packed, or was deleted a moment ago; the index will say so too.
            raise Unavailable(retry_after_s=SILENCE_RETRY_S) from None

    async def _send(self, file: BinaryIO, head_only: bool, send: Send) -> None:
        left = os.fstat(file.fileno()).st_size
        self.headers["content-length"] = str(left)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        left = 0 if head_only else left
        while left:
            chunk = await trio.to_thread.run_sync(file.read, min(left, CHUNK_BYTES))
            if not chunk:
                raise OSError(f"{self._path} became shorter while it was sent")
            left -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
