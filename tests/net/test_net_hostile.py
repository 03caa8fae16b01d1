"""After each hostile client a good one still gets in, and nothing is left of the hostile one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.net import harness
from tests.net.harness import Server, good_client, running
from tests.net.hostile import HOSTILE

# Of whoever does not read, or does not answer a goodbye, the rest is not waited for.
CUTTING = {"send_deadline_s": 1.0, "close_deadline_s": 1.5}


@pytest.fixture(scope="module", params=harness.WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Everything holds with frames that we send and read, and with the library alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(harness, "way", request.param)
        yield


@pytest.fixture(scope="module")
def server(way: None) -> Iterator[Server]:
    with running(**CUTTING) as server:
        yield server


@pytest.fixture(scope="module")
def unmetered(way: None) -> Iterator[Server]:
    with running(**CUTTING, bytes_per_s=1e12, bytes_burst=1024) as server:
        yield server


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_client_harms_nobody(server: Server, name: str) -> None:
    HOSTILE[name](server.host, server.port)
    good_client(server.host, server.port)
    server.wait_settled()
    # Whatever broke was expected to: an unexpected exception is a bug even when it was caught.
    assert not server.counters.faults


@pytest.mark.parametrize(
    "name",
    [name for name in HOSTILE if "oversize" in name or "bytes then" in name or "frag" in name],
)
def test_hostile_client_harms_nobody_without_byte_budget(unmetered: Server, name: str) -> None:
    """The budget is the first fence; behind it trio-websocket meets these itself."""
    HOSTILE[name](unmetered.host, unmetered.port)
    good_client(unmetered.host, unmetered.port)
    unmetered.wait_settled()
    assert not unmetered.counters.faults


def test_all_at_once(server: Server) -> None:
    """Attacks in parallel, and good clients between them."""
    names = list(HOSTILE)
    with ThreadPoolExecutor(12) as pool:
        attacks = [pool.submit(HOSTILE[name], server.host, server.port) for name in names]
        guests = [pool.submit(good_client, server.host, server.port) for _ in range(24)]
        for future in (*attacks, *guests):
            future.result()
    server.wait_settled()
    assert not server.counters.faults
