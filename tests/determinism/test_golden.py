"""The golden match, re-stepped here: (a) as compiled for this CPU, (c) without a compiler."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.determinism import bake, golden
from tests.determinism.conftest import Note
from tests.determinism.machines import no_compiler, wrong_libm
from tests.determinism.trace import Diverged, Recording, surroundings


def test_the_golden_match_plays_as_recorded(note: Note) -> None:
    compared = golden.judge()
    assert compared == golden.TICKS + 1
    note("a golden", f"{compared} hashes on {surroundings()['kernel_cpu']}")


def test_the_golden_match_without_a_compiler(
    golden_match: Recording, tmp_path: Path, note: Note
) -> None:
    facts = no_compiler().check(golden.JOURNAL, golden_match, tmp_path)
    assert facts["jit"] is False
    note("c golden, JIT off", f"{golden_match.ticks + 1} hashes")


def test_the_golden_match_with_a_wrong_libm(
    golden_match: Recording, tmp_path: Path, note: Note
) -> None:
    facts = wrong_libm().check(golden.JOURNAL, golden_match, tmp_path)
    assert facts["jit"] is True
    note("b golden, wrong libm", f"{golden_match.ticks + 1} hashes")


def test_the_golden_match_is_small_and_has_everything(golden_match: Recording) -> None:
    assert golden.JOURNAL.stat().st_size <= golden.SIZE_MAX_BYTES
    assert len(golden_match.keyframes) >= 4
    late = [tick for tick, given in enumerate(golden_match.inputs) if len(given.joins) and tick]
    assert late
    assert any(len(given.leaves) for given in golden_match.inputs)
    assert sum(len(given.commands) for given in golden_match.inputs) > golden_match.ticks


def test_other_hashes_name_the_command_that_bakes_again(tmp_path: Path) -> None:
    expected = tmp_path / "expected.bin"
    hashes = np.fromfile(golden.EXPECTED, dtype="<u8")
    hashes[-1] += 1
    hashes.tofile(expected)
    with pytest.raises(Diverged, match=r"python -m tests\.determinism\.bake"):
        golden.judge(expected=expected)


def test_a_journal_that_cannot_be_played_names_it_too(tmp_path: Path) -> None:
    journal = tmp_path / "match.journal"
    whole = golden.JOURNAL.read_bytes()
    journal.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Diverged, match=r"python -m tests\.determinism\.bake"):
        golden.judge(journal)


def test_baking_gives_the_golden_match_of_these_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(golden, "FOLDER", tmp_path / "golden")
    monkeypatch.setattr(golden, "JOURNAL", tmp_path / "golden" / "match.journal")
    monkeypatch.setattr(golden, "EXPECTED", tmp_path / "golden" / "expected.bin")
    shutil.rmtree(tmp_path / "golden", ignore_errors=True)
    assert "CHANGELOG.md" in bake.bake(tmp_path)
    assert golden.judge(golden.JOURNAL, golden.EXPECTED) == golden.TICKS + 1
