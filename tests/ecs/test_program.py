"""A program does what its calls do one by one, and is refused what they are refused."""

from __future__ import annotations

import gc
import weakref
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ecs.program
import ecs.trampolines
from ecs.binding import resized, sequence
from ecs.kernel import F64In2, F64Out, Float, I32In, I64Out, Int, U8In, config, kernel
from ecs.program import program, run
from ecs.trampolines import trampoline
from tests.ecs import kernels_of_tests as good
from tests.oracle.calling import one_by_one

jit_only = pytest.mark.skipif(
    bool(config.DISABLE_JIT or config.BOUNDSCHECK), reason="there are no programs then"
)


@kernel
def blend(
    bytes_in: U8In,
    shares: I32In,
    table: F64In2,
    weight: Float,
    offset: Int,
    found: I64Out,
    out: F64Out,
) -> None:
    """Every kind of argument in one; what comes out depends on each, and on what was there."""
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            out[row] = out[row] * 0.5 + table[row, column] * weight
        out[row] += float(bytes_in[row]) + float(shares[row])
    found[0] = found[0] * 31 + offset + table.shape[0] * 10 + table.shape[1] + out.shape[0]


def blending(seed: int) -> tuple[partial[None], NDArray[np.int64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(0, 6, 2)
    found, out = np.zeros(1, np.int64), rng.normal(size=rows)
    call = partial(
        blend,
        rng.integers(0, 256, rows, np.uint8),
        rng.integers(-9, 9, rows, np.int32),
        rng.normal(size=(rows, columns)),
        float(rng.normal()),
        int(rng.integers(-(2**62), 2**62)),
        found,
        out,
    )
    return call, found, out


@jit_only
@pytest.mark.parametrize("seed", range(50))
def test_a_program_does_what_its_calls_do_one_by_one(seed: int) -> None:
    order = np.random.default_rng(seed).integers(0, 3, 7).tolist()
    states = []
    for whole in (True, False):
        made = [blending(3 * seed + which) for which in range(3)]
        calls = [made[which][0] for which in order]
        if whole:
            made_program = program(calls)
            assert made_program is not None
            made_program()
            made_program()
        else:
            one_by_one([*calls, *calls])
        states.append([(found.tobytes(), out.tobytes()) for _, found, out in made])
    assert states[0] == states[1]


@jit_only
def test_run_walks_through_its_steps_in_order() -> None:
    """The kernel itself, through the dispatcher."""
    order, numbers = np.zeros(4), [3.0, 1.0, 2.0]
    calls = [partial(good.scale, order[:3], 2.0, 1, order[1:]) for _ in numbers]
    expected = order.copy()
    for each in (order, expected):
        each[0] = 5.0
    one_by_one([partial(good.scale, expected[:3], 2.0, 1, expected[1:]) for _ in numbers])
    lists = [list[int]() for _ in calls]
    for call, one in zip(calls, lists, strict=True):
        ecs.program._append_words(call, one, [], ())
    words = [np.array(one, np.int64) for one in lists]
    target = trampoline(good.scale)
    steps = np.array([(target, one.ctypes.data) for one in words], np.int64).ravel()
    run(steps)
    assert order.tolist() == expected.tolist()
    assert order[3] != 0.0
    run(steps[:0])


@jit_only
def test_kernels_see_so_much_of_a_span() -> None:
    given, taken = np.arange(6.0), np.full(6, -1.0)
    rest = np.full(6, -1.0)
    calls = [partial(good.scale, given, 2.0, 1, out) for out in (taken, rest)]
    steps = sequence(calls, (given, taken))
    for length in (6, 2, 0, 4):
        taken[:] = rest[:] = -1.0
        assert resized(steps, length)
        for step in steps:
            step()
        expected = [np.full(6, -1.0), np.full(6, -1.0)]
        for out, seen in zip(expected, (length, 6), strict=True):
            good.scale(given[:length], 2.0, 1, out[:seen])
        assert taken.tolist() == expected[0].tolist()
        assert rest.tolist() == expected[1].tolist()


def test_what_is_no_program_has_one_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "BOUNDSCHECK", 1)
    call, _, out = blending(3)
    assert not resized(sequence([call], (out,)), 1)
    # Nothing in it has a size.
    assert resized(sequence([print]), 1)


@jit_only
def test_what_a_program_needs_lives_as_long() -> None:
    def make() -> tuple[Any, weakref.ref[NDArray[np.float64]]]:
        call, _, out = blending(4)
        return program([call]), weakref.ref(out)

    made, out = make()
    gc.collect()
    made()
    assert out() is not None
    del made
    gc.collect()
    assert out() is None


@jit_only
def test_kernel_calls_that_follow_one_another_become_one() -> None:
    def plain() -> None: ...

    calls = [blending(seed)[0] for seed in range(5)]
    steps = sequence([calls[0], calls[1], plain, calls[2], partial(print, end=""), *calls[3:]])
    assert [step is plain for step in steps] == [False, True, False, False, False]
    assert sequence([]) == ()


@jit_only
def test_a_trampoline_that_was_kept_does_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFALL_KERNEL_CACHE", str(tmp_path))
    made = []
    for _ in range(2):
        trampoline.cache_clear()
        call, found, out = blending(5)
        whole = program([call])
        assert whole is not None
        whole()
        made.append((found.tobytes(), out.tobytes()))
        (file,) = tmp_path.glob("*blend*.trampoline/*/code")
    trampoline.cache_clear()
    assert made[0] == made[1]
    call, found, out = blending(5)
    call()
    assert made[0] == (found.tobytes(), out.tobytes())
    assert file.stat().st_size > 500


def test_a_wrong_argument_is_refused_wherever_it_stands() -> None:
    call, _, _ = blending(1)
    wrong = partial(blend, *call.args[:-1], np.zeros(3, np.float32))
    if config.DISABLE_JIT:
        pytest.skip("there is no machine code")
    with pytest.raises(TypeError, match="argument 6 of blend"):
        sequence([call, wrong])


@jit_only
def test_a_numba_with_other_conventions_gets_no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then everything is called one by one, and comes out the same."""
    pieces = ecs.trampolines._array
    monkeypatch.setattr(ecs.trampolines, "_array", lambda *given: pieces(*given)[:-1])
    trampoline.cache_clear()
    try:
        call, found, _ = blending(7)
        assert program([call]) is None
        (step,) = sequence([call])
        step()
        assert found[0] != 0
        monkeypatch.setattr(ecs.trampolines, "_array", lambda *given: pieces(*given)[::-1])
        trampoline.cache_clear()
        assert program([call]) is None
    finally:
        trampoline.cache_clear()


def test_no_program_where_bounds_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "BOUNDSCHECK", 1)
    assert program([blending(1)[0]]) is None
