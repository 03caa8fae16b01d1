"""Recordings over HTTP: to those who took part, whole, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from persistence.store.recordings import Recording, RecordingGone, RecordingSealed
from ringfall.web.recordings import SENT_MAX
from tests.persistence.store_samples import played, result
from tests.ringfall.test_api import refusal
from tests.ringfall.test_profiles import guest, history, write
from tests.ringfall.test_web import Site

RECORDING = Recording(
    match_id="m-1", file="m-1.journal.packed", sealed_s=2, started_s=1, ticks=30, rate_hz=30,
    map="Caldera", balance_hash="b", source_hash="s", players=2, people=1, winner_name="",
    winner_id="", reason="finished", size_bytes=5, packed=True,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> Iterator[None]:
    Site.folder = tmp_path
    yield
    while Site.open:
        Site.open.pop().close()


def test_who_took_part_has_it_whole() -> None:
    site = Site()
    token, me = guest(site)
    data = bytes(range(256)) * 700
    (site.folder / RECORDING.file).write_bytes(data)
    write(site, played("m-1", result(me)), RecordingSealed(RECORDING, (me, "p-other")))
    assert [row["recorded"] for row in history(site, me)["matches"]] == [True]
    reply = site.ask("GET", "/api/recordings/m-1", token=token)
    assert (reply.status_code, reply.content) == (200, data)
    assert reply.headers["content-length"] == str(len(data))
    assert reply.headers["content-disposition"] == 'attachment; filename="m-1.journal.packed"'
    assert (reply.headers["cache-control"], reply.headers["x-content-type-options"]) == (
        "no-store",
        "nosniff",
    )
    head = site.ask("HEAD", "/api/recordings/m-1", token=token)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(data)))
    assert not +site.recordings.sending, "nothing is being sent any more"
    write(site, RecordingGone("m-1"))
    refusal(site.ask("GET", "/api/recordings/m-1", token=token), 404, "not_found")
    assert [row["recorded"] for row in history(site, me)["matches"]] == [False]


@pytest.mark.parametrize(
    "name", ["m-1", "m-2", "..%2Fplayers-0.sqlite", "players-0.sqlite", "m-1%00", "x" * 65, "*"]
)
def test_nobody_else(name: str) -> None:
    site = Site()
    token, _ = guest(site)
    (site.folder / RECORDING.file).write_bytes(b"other")
    write(site, RecordingSealed(RECORDING, ("p-other",)))
    refusal(site.ask("GET", f"/api/recordings/{name}", token=token), 404, "not_found")


def test_without_a_token() -> None:
    site = Site()
    write(site, RecordingSealed(RECORDING, ("p-other",)))
    refusal(site.get("/api/recordings/m-1"), 401, "unauthorized")
    refusal(site.get("/api/recordings/m-1?token=x"), 400, "bad_request")


def test_a_file_that_has_just_gone_and_too_many_at_once() -> None:
    site = Site()
    token, me = guest(site)
    write(site, RecordingSealed(msgspec.structs.replace(RECORDING, packed=False), (me,)))
    refusal(site.ask("GET", "/api/recordings/m-1", token=token), 503, "unavailable")
    (site.folder / RECORDING.file).write_bytes(b"bytes")
    site.recordings.sending["now"] = SENT_MAX
    refusal(site.ask("GET", "/api/recordings/m-1", token=token), 503, "unavailable")
    site.recordings.sending["now"] -= 1
    assert site.ask("GET", "/api/recordings/m-1", token=token).content == b"bytes"
