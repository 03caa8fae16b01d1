"""How a client is turned away, in words it is told, and the tally of everybody who was.

A Rejection is an answer to a client, never a fault of the server: it is raised by decoding, by the
limits and by the game, and ends as one ERROR message and a close code. A Refusal is the same
before there is a WebSocket to speak through: a plain HTTP status.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from schema.messages import CLOSE_CODES, CloseCode, ErrorCode

# For clients that are turned away because there is no room, or no server.
RETRY_AFTER_S: Final = 5


class Rejection(Exception):
    """A client is told ``code`` and ``message`` and its connection is closed.

    ``message`` is one plain sentence that never repeats what the client sent.
    ``retry_after_s`` is when trying again makes sense, None when it does not.
    ``close_code`` follows from the code unless given.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        retry_after_s: float | None = None,
        *,
        close_code: CloseCode | None = None,
    ) -> None:
        super().__init__(code, message, retry_after_s)
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s
        self.close_code = close_code or CLOSE_CODES.get(code, CloseCode.REFUSED)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


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
    message = "the server is stopping"
    return Rejection(ErrorCode.SHUTTING_DOWN, message, float(RETRY_AFTER_S))


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
