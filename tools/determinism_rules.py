"""The tables behind the determinism lint: which names are unsafe in the simulation, and why."""

from __future__ import annotations

RULES = {
    "import": "brings a clock, chance, the machine or I/O into the simulation",
    "libm": "differs between C libraries and CPUs: use + - * /, sqrt, floor or a baked table",
    "reduction": "adds in an order that depends on CPU, NumPy or Python version: write the loop, "
    "or mark integers with `# determinism: integers`",
    "power": "goes through the C library's pow: write the product, or << for powers of two",
    "fastmath": "lets the compiler reorder or fuse float arithmetic",
    "parallel": "runs in an order nobody chose",
    "float": "rounds differently between compiled and plain Python: columns are float64",
    "order": "iterates in an order that depends on hashing: sort first",
    "identity": "changes from one process to the next",
    "random": "draws from a hidden stream: use the addressed draws of ecs",
    "sort": "orders equal keys as it likes: pass kind='stable'",
    "stale": "exempts nothing on this line: remove the comment",
}

FORBIDDEN_IMPORTS = frozenset(
    """asyncio cmath concurrent datetime hypercorn locale logging msgpack multiprocessing os random
    scipy secrets select signal socket sqlite3 sqlite_utils statistics structlog subprocess
    tempfile threading time trio trio_websocket uuid zoneinfo""".split()
)

ALLOWED = {
    # The folder of compiled kernels is part of the machine, and the walk over a kernel's callees
    # remembers objects it has seen. Both decide how fast a kernel is ready, never what it computes.
    "ecs/kernel_cache.py": frozenset({"import of os", "id()"}),
}
"""What single files may do all the same, in the words of the finding."""

MATH_ALLOWED = frozenset("sqrt floor ceil isfinite isinf isnan inf nan pi tau e".split())
"""IEEE 754 demands the exact result of these; everything else in `math` may round as it likes."""

NUMPY_LIBM = frozenset(
    """sin cos tan arcsin arccos arctan arctan2 asin acos atan atan2 sinh cosh tanh arcsinh arccosh
    arctanh asinh acosh atanh exp exp2 expm1 log log2 log10 log1p logaddexp logaddexp2 power pow
    float_power hypot cbrt sinc angle i0""".split()
)

NUMPY_REDUCTIONS = frozenset(
    """sum prod mean average median std var dot vdot inner matmul vecdot tensordot einsum cumsum
    cumprod cumulative_sum cumulative_prod nansum nanprod nanmean nanstd nanvar nancumsum trace
    convolve correlate trapezoid trapz linalg fft cov corrcoef polyfit""".split()
)

UFUNC_REDUCTIONS = frozenset("reduce reduceat accumulate".split())
ORDERED_UFUNCS = frozenset(
    f"numpy.{name}"
    for name in """minimum maximum logical_and logical_or logical_xor bitwise_and bitwise_or
    bitwise_xor""".split()
)
"""Ufuncs whose reduction gives the same bits in any order."""

METHOD_REDUCTIONS = frozenset("sum prod mean std var dot cumsum cumprod trace".split())

NARROW_FLOATS = frozenset(
    "float32 float16 half single longdouble float128 complex64 complex128 complex256".split()
)
NARROW_DTYPES = frozenset(
    code
    for name in ("f2", "f4", "f16", "c8", "c16")
    for code in (name, *(o + name for o in "<>=|"))
) | (NARROW_FLOATS - {"half", "single"})

STABLE_KINDS = frozenset({"stable", "mergesort"})
"""Numba knows only the older name, `mergesort`; NumPy takes it to mean `stable`."""

EXEMPTION = "determinism: integers"
EXEMPTIBLE = frozenset({"reduction", "sort"})
