"""Every hostile client of tests/net against the real server, on both of its ports."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from net.limits import Limits
from tests.net.hostile import HOSTILE, tickets
from tests.server.door import new_guest, ticket_of
from tests.server.player import Player
from tests.server.servers import HOST, Served, serving, wait_for

# Attacks run side by side, each followed by a guest of its own: one after the other they would
# take minutes, and a server is rarely attacked by one at a time.
ATTACKERS = 8

# Those who attack are not waited for longer than they would be anywhere, where no guest could be
# late as well.
SHIPPED_DEADLINES = {
    f"{what}_deadline_s": getattr(Limits(), f"{what}_deadline_s")
    for what in ("send", "close", "stop")
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(
        tmp_path_factory.mktemp("hostile"), match={"bots": 2}, limits=SHIPPED_DEADLINES
    ) as server:
        tickets[server.game_port] = lambda: ticket_of(server, new_guest(server, "Eve"))
        yield server
        del tickets[server.game_port]
        assert server.stop() == 0


def guest(server: Served, name: str) -> None:
    """Join, get WELCOME and snapshots that follow each other, leave."""
    player = Player(server, name[:16])
    first = player.step()
    player.until(lambda view: view.header.tick > first.header.tick)
    assert player.slot == first.players[0].slot
    player.leave()


def ticks(server: Served) -> dict[str, int]:
    matches = server.get("/api/status")["matches"]
    return {match["match_id"]: match["tick"] for match in matches}


def check_health(server: Served) -> None:
    """Nobody is left, nothing went wrong, and every match still ticks."""
    wait_for(lambda: server.metrics()["ringfall_connections"] == 0, server.metrics)
    found = server.metrics()
    assert found["ringfall_clients"] == 0
    assert found.get("ringfall_edge_faults_total", 0.0) == 0, server.fetch("/metrics")
    assert found["ringfall_match_faults_total"] == 0
    assert found["ringfall_journal_failures_total"] == 0
    before = ticks(server)
    wait_for(lambda: all(now > before.get(name, -1) for name, now in ticks(server).items()))
    assert "Traceback" not in server.log()


def test_after_each_attack_on_the_game_another_client_joins(server: Served) -> None:
    def attack(name: str) -> str | None:
        try:
            HOSTILE[name](HOST, server.game_port)
            guest(server, name)
        except Exception as error:
            return f"{name}: {error!r}"
        return None

    with ThreadPoolExecutor(ATTACKERS) as pool:
        broken = [problem for problem in pool.map(attack, HOSTILE) if problem is not None]
    assert broken == []
    check_health(server)
    rejected = server.metrics()["ringfall_rejected_connections_total"]
    assert rejected > len(HOSTILE) / 2, "they did get as far as being refused"


def test_after_each_attack_on_the_page_it_is_still_served(server: Served) -> None:
    def attack(name: str) -> str | None:
        try:
            HOSTILE[name](HOST, server.http_port)
            server.get("/api/config")
        except Exception as error:
            return f"{name}: {error!r}"
        return None

    with ThreadPoolExecutor(2) as pool:
        broken = [problem for problem in pool.map(attack, HOSTILE) if problem is not None]
    assert broken == []
    guest(server, "Afterwards")
    check_health(server)


def test_a_reader_that_never_reads_does_not_keep_the_server_from_stopping(server: Served) -> None:
    """Its answers fill every buffer; the module's end stops the server with it still there."""
    with contextlib.ExitStack() as stack:
        for path in ("/metrics", "/api/status", "/metrics"):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            client.connect((HOST, server.http_port))
            client.settimeout(1.0)
            # Half a megabyte of answers at least; fewer requests than one connection may make.
            with contextlib.suppress(OSError):
                for _ in range(900):
                    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                    time.sleep(0.0005)
        assert server.get("/api/config")
        assert server.stop() == 0
