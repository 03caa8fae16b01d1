"""Leaderboards: asked of the database by one reader, and shown to all others from memory.

::

    reader ─▶ shelf of (board, class): younger than FRESH_S? ─▶ answer
                         └─▶ one asks the store, whoever comes meanwhile waits for that answer
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import msgspec
import trio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from net.rejections import BadRequest, NotFound
from persistence.store.migrations import RANKED_MATCHES_MIN
from persistence.store.queries import BOARDS, LIMIT_MAX, Board, Rank, leaderboard
from persistence.store.writer import Store, StoreSilentError
from ringfall.web.gate import Gate, parameters, silent, whole

FRESH_S: Final = 10.0  # a board is asked for again after so long
SILENT_S: Final = 1.0  # a database that did not answer is left in peace for so long
ROWS: Final = 20


class BoardRow(msgspec.Struct, frozen=True):
    """A line of a board; ``value`` is what it is ordered by."""

    rank: int
    player_id: str
    name: str
    value: float
    matches: int


class BoardShown(msgspec.Struct, frozen=True):
    """Answer of GET /api/leaderboards/{board}; ``matches_min`` is how many it takes to be on it."""

    board: Board
    role: str | None
    matches_min: int
    rows: list[BoardRow]


@dataclass(slots=True)
class _Shelf:
    """A board as it was read last."""

    turn: trio.Lock = field(default_factory=trio.Lock)
    ranks: Sequence[Rank] = ()
    read_s: float = -math.inf
    silent_s: float = -math.inf


class Boards:
    """The boards, and their routes.

    Args:
        gate: counts who asks.
        store: what is read.
        roles: names of the classes that are played now.
    """

    def __init__(self, gate: Gate, store: Store, roles: Callable[[], Collection[str]]) -> None:
        self._gate, self._store, self._roles = gate, store, roles
        self._shelves: dict[tuple[Board, str | None], _Shelf] = {}

    def routes(self) -> list[Route]:
        """Every board."""
        return [Route("/api/leaderboards/{board}", self._show, methods=["GET"])]

    async def read(self, board: Board, role: str | None) -> tuple[Sequence[Rank], float]:
        """The best LIMIT_MAX of a board, and how many seconds ago it was so.

        Raises:
            StoreSilentError: the database does not answer.
        """
        clock, reads = self._gate.clock, self._gate.counters.board_reads
        shelf = self._shelves.setdefault((board, role), _Shelf())
        async with shelf.turn:
            age_s = clock() - shelf.read_s
            if age_s < FRESH_S:
                reads["memory"] += 1
                return shelf.ranks, age_s
            if clock() - shelf.silent_s < SILENT_S:
                # Those who waited are not to wait again, one behind the other.
                raise StoreSilentError
            reads["database"] += 1
            try:
                found = await self._store.ask(
                    partial(leaderboard, board=board, role=role, limit=LIMIT_MAX)
                )
            except StoreSilentError:
                shelf.silent_s = clock()
                raise
            shelf.ranks, shelf.read_s = found, clock()
            return found, 0.0

    async def _show(self, request: Request) -> Response:
        self._gate.take("reads", self._gate.count(request))
        board = next((name for name in BOARDS if name == request.path_params["board"]), None)
        if board is None:
            raise NotFound("there is no such board")
        given = parameters(request, ("role", "limit"))
        limit = whole(given.get("limit"), "limit", ROWS, LIMIT_MAX)
        role = given.get("role")
        # Only these, for each has a place in memory.
        if role is not None and role not in self._roles():
            raise BadRequest("there is no such class")
        try:
            ranks, age_s = await self.read(board, role)
        except StoreSilentError:
            raise silent() from None
        rows = [
            BoardRow(rank.rank, rank.player_id, rank.name, rank.value, rank.sums.matches)
            for rank in ranks[:limit]
        ]
        least = RANKED_MATCHES_MIN if board == "placement" else 1
        body = msgspec.json.encode(BoardShown(board, role, least, rows))
        return _unless_known(request, body, age_s)


def _unless_known(request: Request, body: bytes, age_s: float) -> Response:
    """The body, or 304 for who has it already."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={FRESH_S:.0f}",
        "Age": str(int(age_s)),
    }
    known = {text.strip() for text in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, f"W/{tag}", "*"}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
