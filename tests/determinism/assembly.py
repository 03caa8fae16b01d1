"""What the compiled kernels are made of: fused instructions, and calls out of the machine code.

A kernel that comes out of the cache has no assembly to read, so this is a program of its own,
which compiles everything afresh:

    RINGFALL_KERNEL_CACHE=off python -m tests.determinism.assembly

It prints JSON: for every kernel, and for one *control* that was compiled to be guilty, the fused
multiply-adds and the unknown symbols found.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

FUSED = re.compile(
    r"^\s+(v?fn?m(?:add|sub)(?:add|sub)?(?:132|213|231)?[sp][sdh]"  # x86: FMA3, FMA4
    r"|fn?m(?:add|sub)|fml[as]l?2?|fcmla|fnml[as]|fmad|fmsb)\b",  # ARM: scalar, NEON, SVE
    re.MULTILINE,
)

# Symbols the machine code names: as the operand of a call or jump, or loaded to be called.
NAMED = re.compile(
    r"^\s+(?:callq?|jmpq?|bl?)\s+\*?([A-Za-z_][\w.$@]*)"
    r"|\$([A-Za-z_][\w.$@]*)"
    r"|#:abs_g\d(?:_nc)?:([A-Za-z_][\w.$@]*)",
    re.MULTILINE,
)

ALLOWED = re.compile(
    r"_?Py\w*|NRT_\w+|numba_\w+"  # taking arguments out of Python objects, and giving results back
    r"|mem(?:set|move|cpy|cmp)"
    r"|floor|ceil|trunc"  # exact by definition; a call only on CPUs without an instruction for it
    r"|_ZN\w*(?:7systems|3ecs|3net|6schema|8NumbaEnv|5numba|7cpython|determinism)[\w.]*"
)


def fused_in(assembly: str) -> list[str]:
    """Mnemonics of fused multiply-adds, sorted, each once."""
    return sorted(set(FUSED.findall(assembly)))


def strangers_in(assembly: str) -> list[str]:
    """Symbols that machine code of the tick may not name, sorted, each once."""
    named = {
        name.partition("@")[0] for groups in NAMED.findall(assembly) for name in groups if name
    }
    return sorted(name for name in named if not ALLOWED.fullmatch(name))


def assembly_of(dispatcher: Any) -> str:
    """Assembly of all signatures of one compiled function; never empty.

    Raises:
        ValueError: there is none, as for a kernel that came out of a cache.
    """
    text = "".join(dispatcher.inspect_asm().values())
    if not re.search(r"^\s+(?:ret|retq)\b", text, re.MULTILINE):
        raise ValueError(f"no assembly for {dispatcher.__name__}: it came out of a cache")
    return text


def facts(assembly: str) -> dict[str, Any]:
    """What is wrong with one function's machine code, and how much of it there is."""
    return {
        "fused": fused_in(assembly),
        "strangers": strangers_in(assembly),
        "lines": assembly.count("\n"),
    }


def control() -> dict[str, Any]:
    """Facts of a function that breaks both rules."""
    import numba

    def guilty(values, factor):  # type: ignore[no-untyped-def]
        total = 0.0
        for index in range(values.shape[0]):
            total += values[index] * factor + math.sin(values[index])
        return total

    flags: dict[str, Any] = {"fastmath": True, "error_model": "numpy"}
    compiled = numba.njit("f8(f8[::1], f8)", **flags)(guilty)
    return facts(assembly_of(compiled))


def main() -> int:
    """Compile every kernel and print what was found."""
    from ecs.kernel import REGISTRY
    from ringfall.warming import count_kernels, load_kernels
    from tests.determinism.trace import surroundings

    load_kernels(lambda made: None)
    found = {name: facts(assembly_of(one.dispatcher)) for name, one in sorted(REGISTRY.items())}
    report = {
        "kernels": found,
        "declared": count_kernels(),
        "control": control(),
        "surroundings": surroundings(),
    }
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
