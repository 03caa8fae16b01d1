"""The unit-vector table against the libm's sine and cosine, and against itself."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import numpy as np
import pytest

from schema import directions
from schema.directions import COUNT, SHA256, TABLE

FILE = Path(directions.__file__).with_name("directions.bin")


def test_every_entry_points_where_it_should() -> None:
    for index, (x, y) in enumerate(TABLE.tolist()):
        angle = 2.0 * math.pi * index / COUNT
        assert abs(x - math.cos(angle)) <= 1e-15
        assert abs(y - math.sin(angle)) <= 1e-15
        assert abs(x * x + y * y - 1.0) <= 4e-16


def test_the_axes_are_exact() -> None:
    assert TABLE[[0, 1024, 2048, 3072]].tolist() == [[1, 0], [0, 1], [-1, 0], [0, -1]]


def test_the_symmetries_are_exact() -> None:
    x, y = TABLE[:, 0], TABLE[:, 1]
    index = np.arange(COUNT)
    for turn, (wanted_x, wanted_y) in {
        1024: (-y, x),
        2048: (-x, -y),
        3072: (y, -x),
    }.items():
        assert (x[(index + turn) % COUNT] == wanted_x).all()
        assert (y[(index + turn) % COUNT] == wanted_y).all()
    for mirror, (wanted_x, wanted_y) in {0: (x, -y), 1024: (y, x), 2048: (-x, y)}.items():
        assert (x[(mirror - index) % COUNT] == wanted_x).all()
        assert (y[(mirror - index) % COUNT] == wanted_y).all()


def test_within_a_quarter_directions_turn_one_way() -> None:
    quarter = TABLE[:1025]
    assert (np.diff(quarter[:, 0]) < 0).all()
    assert (np.diff(quarter[:, 1]) > 0).all()


def test_the_table_is_what_was_published_and_cannot_be_written() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == SHA256
    assert TABLE.shape == (COUNT, 2)
    assert TABLE.dtype == np.dtype("<f8")
    assert FILE.stat().st_size == COUNT * 16
    with pytest.raises(ValueError, match="read-only"):
        TABLE[0, 0] = 2.0


def test_another_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = bytearray(FILE.read_bytes())
    raw[4711] ^= 1
    (tmp_path / "directions.bin").write_bytes(raw)
    monkeypatch.setattr(directions, "__file__", str(tmp_path / "directions.py"))
    with pytest.raises(RuntimeError, match=r"directions\.bin has the hash"):
        directions.load()
