"""The determinism lint finds each unsafe construct where it stands, and leaves safe ones alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.determinism_rules import RULES
from tools.lint_determinism import check_source, main

ROOT = Path(__file__).resolve().parents[2]

REJECTED = {
    "import": [
        "import time",
        "import os.path",
        "import random as chance",
        "from datetime import datetime",
        "from logging import getLogger",
        "from os import path",
        "import trio",
        "import msgpack",
        "import sqlite3",
        "import threading",
        "import uuid, secrets",
        "def f():\n    import time",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import trio",
        "from math import *",
        "from numpy import *",
        "clock = __import__('time')",
    ],
    "libm": [
        "import math\nx = math.sin(1.0)",
        "import math as m\nx = m.atan2(1.0, 2.0)",
        "from math import exp",
        "from math import hypot as h",
        "import math\ntable = map(math.cos, [0.5])",
        "import math\nx = math.fsum([0.5])",
        "import math\nx = math.pow(2.0, 0.5)",
        "import math\nx = math.fma(1.0, 2.0, 3.0)",
        "import numpy as np\nx = np.cos(a)",
        "import numpy\nx = numpy.exp(a)",
        "from numpy import hypot",
        "import numpy as np\nx = np.power(a, 2)",
        "import numpy as np\nx = np.tan.outer(a, b)",
        "x = np.log(a)",
    ],
    "reduction": [
        "import numpy as np\nx = np.sum(a)",
        "import numpy as np\nx = np.dot(a, b)",
        "import numpy as np\nx = np.mean(a)",
        "import numpy as np\nx = np.cumsum(a)",
        "import numpy as np\nx = np.add.reduce(a)",
        "import numpy as np\nx = np.multiply.accumulate(a)",
        "import numpy as np\nx = np.linalg.norm(a)",
        "from numpy.linalg import norm",
        "from numpy import einsum",
        "x = a @ b",
        "a @= b",
        "x = a.sum()",
        "x = columns.x[:n].mean(axis=0)",
        "x = sum(a)",
        "x = sum(v * w for v, w in pairs)",
    ],
    "power": [
        "x = a ** 2",
        "x = 2 ** a",
        "x = a ** 0.5",
        "x = 2.0 ** 3",
        "a **= 2",
        "x = pow(a, 2)",
    ],
    "fastmath": [
        "@njit(fastmath=True)\ndef f(a): return a",
        "f = numba.njit(fastmath={'nnan'})(g)",
        "f = njit(fastmath=FLAG)(g)",
    ],
    "parallel": [
        "@njit(parallel=True)\ndef f(a): return a",
        "from numba import prange",
        "import numba\nfor i in numba.prange(3): pass",
        "for i in prange(3): pass",
    ],
    "float": [
        "import numpy as np\nx = np.float32(1)",
        "import numpy as np\nx = np.zeros(3, dtype='f4')",
        "import numpy as np\nx = np.dtype('<f4')",
        "x = a.astype('float32')",
        "from numpy import float16",
        "import numpy as np\nx = np.longdouble(1)",
        "import numba as nb\nx = nb.float32",
    ],
    "order": [
        "for x in {1, 2}: pass",
        "for x in set(a): pass",
        "x = [y for y in frozenset(a)]",
        "x = list(set(a))",
        "x = [*{1, 2}]",
        "names = set(a)\nfor name in names: pass",
        "def f(a):\n    seen = {1}\n    seen = seen | a\n    for x in seen: pass",
        "def f(names: list[str]):\n    left: set[str] = g()\n    return [x for x in left]",
        "for i, x in enumerate({1, 2}): pass",
        "x = a.popitem()",
        "x = {1, 2}.pop()",
        "for x in {1} - {2}: pass",
    ],
    "identity": ["x = hash(a)", "x = id(a)", "a.sort(key=lambda v: id(v))"],
    "random": [
        "import numpy as np\nx = np.random.default_rng(1)",
        "from numpy import random",
        "from numpy.random import default_rng",
        "import numpy.random",
    ],
    "sort": [
        "import numpy as np\nx = np.sort(a)",
        "import numpy as np\nx = np.argsort(a)",
        "import numpy as np\nx = np.argsort(a, kind='quicksort')",
        "x = a.argsort()",
        "a.sort(kind='heapsort')",
        "import numpy as np\nx = np.argpartition(a, 3)",
    ],
    "stale": ["x = 1  # determinism: integers", "import numpy as np  # determinism: integers"],
}

ACCEPTED = [
    "import math\nx = math.sqrt(2.0) + math.floor(3.7) + math.ceil(3.2) + math.pi",
    "from math import floor, inf, isfinite, sqrt\nx = sqrt(2.0)",
    "import numpy as np\nx = np.sqrt(a) * np.floor(b) + np.minimum(a, b)",
    "import numpy as np\nx = np.minimum.reduce(a)",
    "import numpy as np\nx = np.max(a)",
    "import numpy as np\nx = np.sum(counts)  # determinism: integers",
    "import numpy as np\nx = np.cumsum(\n    counts,  # determinism: integers\n)",
    "x = sum(len(row) for row in rows) + sum(1 for row in rows)",
    "x = 2 ** 16 + a * a",
    "@njit(fastmath=False, parallel=False)\ndef f(a): return a",
    "import numpy as np\nx = np.zeros(3, dtype=np.float64)",
    "'''Nothing here is float32.'''",
    "for x in sorted({1, 2}): pass",
    "x = 3 in {1, 2}",
    "names = set(a)\nnames = sorted(names)\nfor name in names: pass",
    "def f(a):\n    seen = set(a)\ndef g(seen):\n    for x in seen: pass",
    "for key, value in {'a': 1}.items(): pass",
    "x = [1, 2].pop()",
    "import numpy as np\nx = np.argsort(a, kind='stable')",
    "x = a.argsort(kind='mergesort')",
    "a.sort()",
    "names.sort(key=len)",
    "from ecs.randomness import draw\nx = draw(seed, tick)",
    "from .time import tick_of",
    "def __hash__(self): return 1",
    "x = self.hash(a) + a.id",
    "import hashlib, struct, xxhash, esper, numba",
    "fast = 'fastmath=True'",
]

CASES = [(rule, source) for rule, sources in REJECTED.items() for source in sources]


def test_every_rule_has_cases() -> None:
    assert REJECTED.keys() == RULES.keys()


@pytest.mark.parametrize(("rule", "source"), CASES)
def test_rejects(rule: str, source: str) -> None:
    findings = check_source(source, "systems/x.py")
    assert rule in {finding.rule for finding in findings}, findings
    assert all(finding.rule == rule for finding in findings), findings


@pytest.mark.parametrize("source", ACCEPTED)
def test_accepts(source: str) -> None:
    assert check_source(source, "systems/x.py") == []


def test_one_readable_line_with_the_place() -> None:
    source = "import math\n\n\ndef f(a):\n    return a + math.exp(a)\n"
    (finding,) = check_source(source, "systems/zone.py")
    assert str(finding).startswith("systems/zone.py:5:16 libm math.exp differs between C libraries")
    assert "\n" not in str(finding)


def test_an_exemption_covers_only_reductions_and_sorts() -> None:
    findings = check_source("x = hash(a)  # determinism: integers", "ecs/x.py")
    assert [finding.rule for finding in findings] == ["stale", "identity"]


def test_the_kernel_cache_alone_may_see_the_machine() -> None:
    assert check_source("import os", "ecs/kernel_cache.py") == []
    assert check_source("import os", "/somewhere/ecs/kernel_cache.py") == []
    assert check_source("import os", "ecs/world.py") != []
    assert check_source("import os", "notecs/kernel_cache.py") != []
    assert check_source("import time", "ecs/kernel_cache.py") != []
    assert check_source("x = id(f)", "ecs/kernel_cache.py") == []
    assert check_source("x = hash(f)", "ecs/kernel_cache.py") != []


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, broken = tmp_path / "good.py", tmp_path / "sub" / "bad.py", tmp_path / "broken.py"
    bad.parent.mkdir()
    good.write_text("x = 1\n")
    bad.write_text("import time\nx = hash(1)\n")
    assert main([str(good)]) == 0
    assert main([str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3].startswith(f"{bad.as_posix()}:1:1 import import of time")
    assert lines[-2].startswith(f"{bad.as_posix()}:2:5 identity hash()")
    assert lines[-1] == "determinism lint: 2 files, 2 findings"
    broken.write_text("def (:\n")
    assert main([str(tmp_path)]) == 2
    assert "broken.py" in capsys.readouterr().err
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "nowhere: no such file or folder" in capsys.readouterr().err


def test_the_simulation_itself_is_clean() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.lint_determinism", "ecs", "schema", "systems"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
