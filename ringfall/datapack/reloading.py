"""Noticing edits of the data while a server runs: `ringfall serve --dev`.

Files are asked for their times, twice, because editors save in steps: data are read once two
looks in a row agree. Rejected: a library that waits for the operating system's notices. It knows
nothing of network folders and containers' mounts, and a few dozen times cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ringfall.datapack.packs import DataPack, Reading, shipped_data
from ringfall.documents import DataError

POLL_S = 0.4

Times = dict[Path, tuple[int, int]]


class Reloader:
    """Reads data again when one of their files has changed. Blocks: call it in a thread.

    Args:
        load: reads the data; may raise `DataError`.
        directory: the folder of data, None for the shipped one.
    """

    def __init__(self, load: Callable[[], Reading], directory: Path | None) -> None:
        self._load = load
        self._directory = directory or shipped_data()
        self._files: set[Path] = set()
        self._told = ""
        self._hashes = ("", "")
        self._taken = self._seen = self._times()
        try:
            self._hashes = _hashes(self._read())  # the server has these data already
        except DataError as error:
            self._told = str(error)

    def poll(self) -> DataPack | DataError | None:
        """New data, or why there are none; None when there is nothing new to tell."""
        times = self._times()
        settled, self._seen = times == self._seen, times
        if times == self._taken or not settled:
            return None
        # From before the reading, and of more files afterwards: what is saved meanwhile, and
        # what was not known to matter, is looked at again.
        self._taken = times
        told, self._told = self._told, ""
        try:
            pack = self._read()
        except DataError as error:
            self._told = str(error)
            return None if told == self._told else error
        before, self._hashes = self._hashes, _hashes(pack)
        return pack if told or before != self._hashes else None

    def _read(self) -> DataPack:
        reading = self._load()
        self._files |= set(reading.files)
        return reading.taken()

    def _times(self) -> Times:
        """When each file was last written, and its size; a file that is not there is left out."""
        folder = self._directory
        files = {folder / "pack.toml", *self._files}
        files.update((folder / "balance").glob("*.toml"))
        files.update(path for path in (folder / "maps").glob("*") if path.suffix != ".png")
        found: Times = {}
        for path in files:
            try:
                state = path.stat()
            except OSError:
                continue
            found[path] = (state.st_mtime_ns, state.st_size)
        return found


def _hashes(pack: DataPack) -> tuple[str, str]:
    return pack.balance_hash, pack.map_hash
