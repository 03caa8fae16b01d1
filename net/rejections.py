"""How a client is turned away, in words it is told, and the tally of everybody who was.

A Rejection is an answer to a client, never a fault of the server: it is raised by decoding, by the
limits, by the door and by the game, one class for every code, and ends as one ERROR message and a
close code, or as one HTTP answer. Both say the same: ``{code, message, retry_after?}``.

A Refusal ends what was to become a WebSocket before there is one to speak through. It is an HTTP
answer of the same shape, and its code is the reason it is counted under.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from schema.messages import CloseCode, ErrorCode

# For clients that are turned away because there is no room, or no server.
RETRY_AFTER_S: Final = 5


class Rejection(Exception):
    """A client is told ``code`` and ``message``, and that is the end of its request.

    ``message`` is one plain sentence that never repeats what the client sent.
    ``retry_after_s`` is when trying again makes sense, None when it does not.
    ``status`` is the HTTP status of it, ``close_code`` the WebSocket's.
    """

    code: ClassVar[ErrorCode]
    status: ClassVar[int] = 400
    words: ClassVar[str] = ""
    closes_with: ClassVar[CloseCode] = CloseCode.REFUSED

    def __init__(
        self,
        message: str | None = None,
        retry_after_s: float | None = None,
        *,
        close_code: CloseCode | None = None,
    ) -> None:
        self.message = self.words if message is None else message
        super().__init__(self.message, retry_after_s)
        self.retry_after_s = retry_after_s
        self.close_code = close_code or self.closes_with

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class BadMessage(Rejection):
    """The bytes are not one of the protocol's messages, or not one for this moment."""

    code = ErrorCode.BAD_MESSAGE


class BadVersion(Rejection):
    """Another version of the protocol."""

    code = ErrorCode.BAD_VERSION


class FirstMessageLate(Rejection):
    """JOIN did not come."""

    code = ErrorCode.FIRST_MESSAGE_LATE
    words = "JOIN did not come in time"


class Flooding(Rejection):
    """More than anybody who plays could send."""

    code = ErrorCode.FLOODING
    status = 429


class Idle(Rejection):
    """Nothing was heard for too long."""

    code = ErrorCode.IDLE


class TooSlow(Rejection):
    """The client does not read what it is sent."""

    code = ErrorCode.TOO_SLOW


class BadTicket(Rejection):
    """A ticket that was never given out, was used, is too old, or is for something else."""

    code = ErrorCode.BAD_TICKET
    status = 401
    words = "this ticket is not valid, or no longer: ask for another"


class TakenOver(Rejection):
    """The same player has connected again."""

    code = ErrorCode.TAKEN_OVER
    status = 409
    words = "you are playing from another place now"


class SignedOut(Rejection):
    """The session behind this connection was ended."""

    code = ErrorCode.SIGNED_OUT
    status = 401
    words = "you have signed out"


class MatchFull(Rejection):
    """No free place in the match that was named."""

    code = ErrorCode.MATCH_FULL
    status = 409
    words = "there is no free place in this match"
    closes_with = CloseCode.TRY_AGAIN_LATER


class MatchOver(Rejection):
    """The match has ended, or takes nobody any more."""

    code = ErrorCode.MATCH_OVER
    status = 409
    words = "this match is over"


class ServerFull(Rejection):
    """No free place in any match."""

    code = ErrorCode.SERVER_FULL
    status = 503
    closes_with = CloseCode.TRY_AGAIN_LATER


class TooManyConnections(Rejection):
    """This address has too many."""

    code = ErrorCode.TOO_MANY_CONNECTIONS
    status = 429
    closes_with = CloseCode.TRY_AGAIN_LATER


class ShuttingDown(Rejection):
    """The server stops."""

    code = ErrorCode.SHUTTING_DOWN
    status = 503
    words = "the server is stopping"
    closes_with = CloseCode.TRY_AGAIN_LATER


class BadRequest(Rejection):
    """An HTTP request that is not one of the interface."""

    code = ErrorCode.BAD_REQUEST


class TooBig(Rejection):
    """An HTTP body over the limit."""

    code = ErrorCode.TOO_BIG
    status = 413


class Unauthorized(Rejection):
    """No session token, or one that is unknown, expired or revoked."""

    code = ErrorCode.UNAUTHORIZED
    status = 401
    words = "this session token is not valid, or no longer: sign in again"


class NotFound(Rejection):
    """There is no such thing."""

    code = ErrorCode.NOT_FOUND
    status = 404
    words = "there is nothing here"


class MethodNotAllowed(Rejection):
    """The path exists, the method does not."""

    code = ErrorCode.METHOD_NOT_ALLOWED
    status = 405
    words = "this path does not take that method"


class TooManyRequests(Rejection):
    """Over a rate."""

    code = ErrorCode.TOO_MANY_REQUESTS
    status = 429
    words = "too many requests from this address"


class Unavailable(Rejection):
    """Something the answer needs does not answer itself."""

    code = ErrorCode.UNAVAILABLE
    status = 503
    words = "this cannot be answered at the moment"


class Internal(Rejection):
    """A fault of the server."""

    code = ErrorCode.INTERNAL
    status = 500
    words = "something went wrong on the server"
    closes_with = CloseCode.INTERNAL


REJECTIONS: Final[dict[ErrorCode, type[Rejection]]] = {
    found.code: found for found in Rejection.__subclasses__()
}
"""The class of every code."""


class Refusal(Exception):
    """A request that does not become a WebSocket: an HTTP status, and a reason to count it under.

    ``status`` is 400, 403, 429 or 503; ``reason`` is one of a fixed set of words.
    """

    def __init__(self, status: int, reason: str, retry_after_s: int | None = None) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason
        self.retry_after_s = retry_after_s


def shutting_down() -> Rejection:
    """What everybody is told when the server stops."""
    return ShuttingDown(retry_after_s=float(RETRY_AFTER_S))


def told(code: str, message: str, retry_after_s: float | None) -> dict[str, Any]:
    """The one shape of every error over HTTP."""
    body: dict[str, Any] = {"code": code, "message": message}
    if retry_after_s is not None:
        body["retry_after"] = retry_after_s
    return body


@dataclass(slots=True)
class Counters:
    """What the listener has seen, for metrics. Only the listener writes; all values only rise,
    except ``open`` and ``joined_open``.

    ``accepted`` always equals ``open + ended``. The keys of the tallies come from a fixed set of
    words (error codes, refusal reasons, names of exception classes), never from a client.
    """

    accepted: int = 0
    open: int = 0
    joined_open: int = 0
    ended: int = 0
    messages_in: int = 0
    messages_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    # Connections that ended for a cause, by reason; the others left of their own accord.
    rejected: Counter[str] = field(default_factory=Counter)
    # Messages that were lost on purpose, by reason: inputs over the rate, snapshots skipped.
    dropped: Counter[str] = field(default_factory=Counter)
    # Exceptions that should not have happened, by class.
    faults: Counter[str] = field(default_factory=Counter)
