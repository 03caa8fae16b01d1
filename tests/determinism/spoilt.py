"""``tests.determinism.trace`` with a C library that answers wrongly wherever a kernel asks it:

    python -m tests.determinism.spoilt JOURNAL OUT [--block-at TICK]

Real libm variants differ in about one answer of a thousand, by one bit: a match could miss that.
Here every answer is off by a billionth, so a single call from a kernel into libm shows at once.
"""

from __future__ import annotations

import ctypes
import math
import sys
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numba

OFF_BY = 1.0 + 2.0**-30
UNARY = """sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh exp exp2 expm1 log log2 log10
    log1p cbrt erf erfc gamma lgamma""".split()
BINARY = "pow atan2 hypot".split()

_kept: list[Any] = []
"""ctypes callbacks: machine code points at them, so they live as long as the process."""


def wrong(real: Callable[..., float]) -> Callable[..., float]:
    """``real``, a little off; NaN where Python's version raises."""

    def answer(*values: float) -> float:
        try:
            return real(*values) * OFF_BY
        except (ValueError, OverflowError):
            return math.nan

    return answer


def spoil() -> None:
    """Put wrong functions where the linker of kernels looks first.

    Raises:
        SystemExit: a kernel still gets the right answer, so nothing would be shown.
    """

    def probe(x: float) -> float:
        return math.sin(x) + math.pow(x, 0.3)

    # Numba names libm's functions to the linker with its first compilation: ours come after.
    right = numba.njit("f8(f8)")(probe)(0.5)
    for name in UNARY + BINARY:
        arguments = [ctypes.c_double] * (2 if name in BINARY else 1)
        callback = ctypes.CFUNCTYPE(ctypes.c_double, *arguments)(wrong(getattr(math, name)))
        _kept.append(callback)
        llvm.add_symbol(name, ctypes.cast(callback, ctypes.c_void_p).value)
    if numba.njit("f8(f8)")(probe)(0.5) == right:
        raise SystemExit("kernels are still linked with the real libm")


if __name__ == "__main__":
    spoil()
    # Kernels are linked when they are imported, so only now.
    from tests.determinism import trace

    sys.exit(trace.main(sys.argv[1:]))
