"""Nothing is left to be compiled when a match begins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
from ecs.kernel import REGISTRY
from ringfall.warming import count_kernels, load_kernels
load_kernels(lambda made: None)
print(len(REGISTRY), count_kernels())
"""


def test_all_kernels_are_loaded() -> None:
    """In a process of its own: in this one other tests have loaded what they test."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True, check=True
    )
    loaded, declared = map(int, done.stdout.split())
    assert loaded == declared > 100
