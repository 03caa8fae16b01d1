"""The HTTP side of coming in, by the page on the protocol: guests, tickets, and what is refused."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from tests.server.servers import HOST, WAIT_S, Served


@dataclass(frozen=True)
class Answer:
    """What a request came to."""

    status: int
    body: Any
    headers: dict[str, str]


def ask(
    server: Served, method: str, path: str, body: object = None, token: str | None = None
) -> Answer:
    """One request; whatever the answer is, it is JSON or empty."""
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    url = f"http://{HOST}:{server.http_port}{path}"
    request = urllib.request.Request(url, data, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=WAIT_S) as response:
            text, status, told = response.read(), response.status, response.headers
    except urllib.error.HTTPError as refused:
        with refused:
            text, status, told = refused.read(), refused.code, refused.headers
    return Answer(status, json.loads(text) if text else None, dict(told))


def new_guest(server: Served, name: str = "Ada") -> str:
    """The token of a guest who was not there before."""
    answer = ask(server, "POST", "/api/guest", {"name": name})
    assert answer.status == 201, answer
    return str(answer.body["token"])


def ticket_of(server: Served, token: str, **wish: object) -> str:
    """A ticket to play."""
    answer = ask(server, "POST", "/api/play", wish, token)
    assert answer.status == 200, answer
    return str(answer.body["ticket"])
