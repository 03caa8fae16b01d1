"""4096 unit vectors: every angle in the game is an index into this table.

Index i points to 2*pi*i/4096; 0 is +x, 1024 is +y (downwards).  The file is written by
``tools/make_directions.py`` and is part of the rules: another byte would be another game.
"""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

COUNT = 4096
SHA256 = "69c0c04b74eab70b7ec181afc8f5e88a60a77e1966d81ce972112488a1a4b48e"


def load() -> NDArray[np.float64]:
    """The table, read-only f64[4096, 2] of (x, y).

    Raises:
        RuntimeError: the file is not the published one.
    """
    raw = Path(__file__).with_name("directions.bin").read_bytes()
    found = hashlib.sha256(raw).hexdigest()
    if found != SHA256:
        raise RuntimeError(
            f"schema/directions.bin has the hash {found[:16]}…, not {SHA256[:16]}…: restore the "
            "file from the release, or run tools/make_directions.py"
        )
    return np.frombuffer(raw, dtype="<f8").reshape(COUNT, 2)


TABLE = load()
