"""A throwaway data pack in the current directory, to be damaged by tests.

The map is the shipped one.  The balance is a copy kept beside the tests, so that tuning the
shipped one breaks no test of error texts.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ringfall.datapack import shipped_data


@pytest.fixture
def mydata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Relative, so that error texts are the same everywhere: `mydata/balance/…`."""
    shutil.copytree(shipped_data() / "maps", tmp_path / "mydata" / "maps")
    shutil.copytree(Path(__file__).parent / "balance", tmp_path / "mydata" / "balance")
    monkeypatch.chdir(tmp_path)
    return Path("mydata")
