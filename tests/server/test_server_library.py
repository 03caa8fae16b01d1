"""A running server looks after the recordings it finds, by its settings."""

from __future__ import annotations

from pathlib import Path

import httpx

from persistence.reader import open_journal
from persistence.store.file import StoreFile
from persistence.store.recordings import RecordingSealed, recording
from tests.ringfall.library_samples import put_sample, record
from tests.server.door import ask, new_guest
from tests.server.servers import HOST, WAIT_S, Served, serving, wait_for


def test_recordings_are_packed_and_pruned_while_a_match_runs(tmp_path: Path) -> None:
    folder = tmp_path / "journals"
    folder.mkdir()
    put_sample(folder)
    record(folder, "ancient", ticks=5, begun="2001-01-01T00:00:00+00:00")
    rules: dict[str, object] = {"pack": True, "keep_days": 9000.0}
    with serving(tmp_path, match={"bots": 2}, library=rules) as server:
        wait_for(lambda: server.metrics().get("ringfall_recordings_packed_total") == 1.0)
        assert server.metrics()["ringfall_recordings"] == 1.0
        assert server.metrics()["ringfall_recordings_pruned_total"] == 1.0
        assert not list(folder.glob("ancient*"))
        with open_journal(folder / "m-1.journal.packed") as journal:
            assert journal.verify() is None
        sent_to_who_took_part(server, folder / "m-1.journal.packed", tmp_path)
        assert server.stop() == 0
    [running] = folder.glob("*.journal")
    with open_journal(running) as journal:
        assert journal.seal is not None


def sent_to_who_took_part(server: Served, path: Path, folder: Path) -> None:
    """The file as it lies there, over HTTP; to a guest only once they are one of its players."""
    token = new_guest(server)
    player_id = ask(server, "GET", "/api/me", token=token).body["player_id"]
    assert ask(server, "GET", "/api/recordings/m-1", token=token).status == 404
    file = StoreFile(folder / "players.sqlite")
    found = file.ask(lambda db: recording(db, "m-1"))
    assert found is not None
    file.write([RecordingSealed(found, (player_id,))])
    file.close()
    headers = {"Authorization": f"Bearer {token}"}
    url = f"http://{HOST}:{server.http_port}/api/recordings/m-1"
    with httpx.Client(trust_env=False, timeout=WAIT_S) as client:
        reply = client.get(url, headers=headers)
    assert (reply.status_code, reply.content) == (200, path.read_bytes())
