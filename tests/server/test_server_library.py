"""A running server looks after the recordings it finds, by its settings."""

from __future__ import annotations

from pathlib import Path

from persistence.reader import open_journal
from tests.ringfall.library_samples import put_sample, record
from tests.server.servers import serving, wait_for


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
        assert server.stop() == 0
    [running] = folder.glob("*.journal")
    with open_journal(running) as journal:
        assert journal.seal is not None
