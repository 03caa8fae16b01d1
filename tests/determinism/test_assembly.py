"""The machine code of every kernel: nothing fused, no call to the C library's mathematics."""

from __future__ import annotations

import json
import platform
from typing import Any

import pytest

from tests.determinism.assembly import fused_in, strangers_in
from tests.determinism.conftest import Note
from tests.determinism.machines import Machine


@pytest.fixture(scope="module")
def compiled() -> Any:
    machine = Machine("assembly", environment={"RINGFALL_KERNEL_CACHE": "off"})
    return json.loads(machine.run("-m", "tests.determinism.assembly"))


@pytest.mark.slow
def test_kernels_are_plain_arithmetic(compiled: Any, note: Note) -> None:
    kernels = compiled["kernels"]
    assert len(kernels) == compiled["declared"] > 20
    assert {name: found["fused"] for name, found in kernels.items() if found["fused"]} == {}
    assert {name: f["strangers"] for name, f in kernels.items() if f["strangers"]} == {}
    lines = sum(found["lines"] for found in kernels.values())
    cpu = compiled["surroundings"]["kernel_cpu"]
    note("assembly", f"{len(kernels)} kernels, {lines} lines for {cpu}: nothing fused, no libm")


@pytest.mark.slow
def test_the_reader_finds_a_guilty_function(compiled: Any) -> None:
    assert "sin" in compiled["control"]["strangers"]
    features = compiled["surroundings"]["kernel_features"]
    if platform.machine() == "x86_64" and "+fma" not in features:
        pytest.skip("this CPU has no fused multiply-add: nothing here could have used one")
    assert compiled["control"]["fused"] != []


@pytest.mark.parametrize(
    "line",
    [
        "vfmadd231sd %xmm0, %xmm1, %xmm2",
        "vfnmsub213pd (%rax), %ymm1, %ymm2",
        "vfmaddsub132ps %zmm0, %zmm1, %zmm2",
        "vfmaddsd %xmm0, %xmm1, %xmm2, %xmm3",
        "fmadd d0, d1, d2, d3",
        "fnmsub d0, d1, d2, d3",
        "fmla v0.2d, v1.2d, v2.2d",
        "fmls z0.d, p0/m, z1.d, z2.d",
    ],
)
def test_fused_mnemonics(line: str) -> None:
    assert fused_in(f"\tmovq %rax, %rbx\n\t{line}\n\tretq\n") == [line.split()[0]]


@pytest.mark.parametrize("line", ["fmul d0, d1, d2", "vmulsd %xmm0, %xmm1, %xmm2", "fmov d0, d1"])
def test_plain_mnemonics(line: str) -> None:
    assert fused_in(f"\t{line}\n\tretq\n") == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("movabsq $sin, %rax", ["sin"]),
        ("callq pow@PLT", ["pow"]),
        ("callq *exp@GOTPCREL(%rip)", ["exp"]),
        ("jmp atan2", ["atan2"]),
        ("bl hypot", ["hypot"]),
        ("movz x8, #:abs_g0_nc:fma", ["fma"]),
        ("movabsq $NRT_decref, %rax", []),
        ("movabsq $.LCPI0_0, %rax", []),
        ("callq floor", []),
        ("jmp .LBB0_3", []),
        ("callq *%rax", []),
        ("addq $8, %rsp", []),
    ],
)
def test_called_symbols(line: str, found: list[str]) -> None:
    assert strangers_in(f"\t{line}\n\tretq\n") == found
