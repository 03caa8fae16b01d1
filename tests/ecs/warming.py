"""A kernel that is compiled for the sake of compiling: see ``tests.ecs.forks``."""

from __future__ import annotations

from ecs.kernel import F64In, F64Out, device, kernel


@device
def part(value: float) -> float:
    return value * 2.0 + 1.0


@kernel
def whole(x: F64In, out: F64Out) -> None:
    out[0] = part(x[0])
    out[1] = 1.0 / x[1]
