"""The only door for machine code: what it lets through and what it refuses."""

import ast
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecs import kernel as door
from ecs.kernel import (
    F64In,
    F64Out,
    I64Out,
    Int,
    KernelLooksError,
    device,
    entry,
    kernel,
    routine,
)
from ecs.kernel_cache import KernelSourceError
from tests.ecs import kernels_of_tests as good

ROOT = Path(__file__).resolve().parents[2]
JIT = not door.config.DISABLE_JIT
only_compiled = pytest.mark.skipif(not JIT, reason="kernels run as plain Python")

TABLE = np.arange(4.0)
CHOICES = [1, 2]
NESTED = (1, (2.0, TABLE))


class Colour(IntEnum):
    RED = 1


def test_good_kernels_do_what_they_say() -> None:
    out = np.zeros(3)
    good.add_up(np.array([1.0, 2.0, 3.5]), out)
    assert out.tolist() == [1.0, 3.0, 6.5]
    good.scale(np.array([1.0, 2.0, 4.0]), 0.5, 3, out)
    assert out.tolist() == [3.0, 4.5, 7.5]
    items = np.array([(1, 2.5), (-3, 4.0)], dtype=good.RECORD)
    copied, count = np.zeros(2, dtype=good.RECORD), np.zeros(1, dtype=np.int64)
    good.copy_records(items, count, copied)
    assert copied.tolist() == items.tolist()
    assert count[0] == 2


def test_every_kernel_is_registered() -> None:
    made = door.REGISTRY["tests.ecs.kernels_of_tests.scale"]
    assert made.name == "tests.ecs.kernels_of_tests.scale"
    spelled = door.signature_of(getattr(good.scale, "py_func", good.scale))
    assert made.signature == str(spelled)
    x, factor, times, out = spelled.args
    assert (x.mutable, out.mutable) == (False, True)
    assert (str(factor), str(times), x.layout) == ("float64", "int64", "C")


@only_compiled
def test_division_by_zero_is_an_infinity_and_no_error() -> None:
    out = np.zeros(2)
    good.divide(np.array([0.0, -0.0]), out)
    assert out.tolist() == [np.inf, -np.inf]


@only_compiled
def test_compiled_without_fastmath_and_threads() -> None:
    options = good.add_up.targetoptions  # type: ignore[attr-defined]
    assert options["fastmath"] is False
    assert options["parallel"] is False
    assert options["error_model"] == "numpy"
    assert good.shifted.targetoptions["fastmath"] is False  # type: ignore[attr-defined]


@only_compiled
@pytest.mark.parametrize(
    "x",
    [
        np.zeros(3, np.float32),
        np.zeros(3, np.int64),
        np.zeros((3, 1)),
        np.zeros(6)[::2],
        np.zeros(3).astype(">f8"),
        [0.0, 0.0, 0.0],
        None,
        3.0,
    ],
)
def test_a_wrong_array_is_refused(x: Any) -> None:
    with pytest.raises((TypeError, NotImplementedError, ValueError)):
        good.add_up(x, np.zeros(3))


@only_compiled
def test_a_read_only_output_and_a_wrong_record_are_refused() -> None:
    frozen = np.zeros(3)
    frozen.flags.writeable = False
    with pytest.raises(TypeError, match="No matching definition"):
        good.add_up(np.zeros(3), frozen)
    good.add_up(frozen, np.zeros(3))
    other = np.zeros(2, dtype=[("a", "<i4"), ("b", "<f8")])
    with pytest.raises(TypeError, match="No matching definition"):
        good.copy_records(other, np.zeros(1, np.int64), np.zeros(2, good.RECORD))


@only_compiled
def test_a_kernel_that_writes_an_input_does_not_compile() -> None:
    from numba.core.errors import TypingError

    def spoil(x: F64In, out: F64Out) -> None:
        x[0] = out[0]

    with pytest.raises(TypingError, match="readonly array"):
        kernel(spoil)


@only_compiled
def test_nor_one_that_has_a_device_write_it() -> None:
    from numba.core.errors import TypingError

    with pytest.raises(TypingError, match="readonly array"):
        kernel(spoil_through_a_device)


@only_compiled
def test_a_kernel_that_allocates_does_not_compile() -> None:
    from numba.core.errors import NumbaError

    def hoard(x: F64In, out: F64Out) -> None:
        room = np.zeros(x.shape[0])
        out[0] = room[0]

    with pytest.raises(NumbaError):
        kernel(hoard)


@device
def put(x: Any, value: float) -> None:
    x[0] = value


def spoil_through_a_device(x: F64In, out: F64Out) -> None:
    put(x, out[0])


def test_a_parameter_without_a_type_is_named() -> None:
    def bare(x: F64In, n, out: F64Out) -> None:  # type: ignore[no-untyped-def]
        out[0] = x[0] + n

    def plain(x: F64In, count: int, out: F64Out) -> None:
        out[0] = x[0] + count

    def returns(x: F64In) -> float:
        return float(x[0])

    for function, word in ((bare, "'n'"), (plain, "'count'"), (returns, "'return'")):
        with pytest.raises(TypeError, match=rf"{function.__name__}: parameter {word}"):
            kernel(function)


def test_a_kernel_may_return_a_scalar() -> None:
    def length(x: F64In) -> Int:
        return x.shape[0]

    assert kernel(length)(np.zeros(4)) == 4


# --- the way into a device from Python ------------------------------------------------------------


@device
def between(x: F64In, limits: tuple[float, float], whole: int) -> float:
    return min(max(x[whole], limits[0]), limits[1])


def test_an_entry_computes_what_the_device_does_whatever_comes_first() -> None:
    shifted = entry(good.shifted)
    assert [shifted(2), shifted(2.25), shifted(True)] == [2.5, 2.75, 1.5]
    held = entry(between)
    x = np.array([5.0, -5.0, 0.25])
    assert [held(x, (0.0, 1.0), row) for row in range(3)] == [1.0, 0.0, 0.25]


@only_compiled
def test_an_entry_that_writes_an_input_does_not_compile() -> None:
    from numba.core.errors import TypingError

    with pytest.raises(TypingError, match="readonly array"):
        entry(spoil)(np.zeros(1), 1.0)


@only_compiled
def test_an_entry_may_look_at_all_of_an_array() -> None:
    assert entry(left_of)(np.zeros(5)) == 5 + 3


@device
def left_of(x: F64In) -> int:
    return x.size + x[2:].size


@device
def spoil(x: F64In, value: float) -> None:
    x[0] = value


# --- what may be frozen into machine code ---------------------------------------------------------


def reads_an_array(out: F64Out) -> None:
    out[0] = TABLE[1]


def reads_a_list(out: F64Out) -> None:
    out[0] = CHOICES[1]


def reads_a_tuple_with_an_array(out: F64Out) -> None:
    out[0] = NESTED[0]


def reads_an_enumeration(out: I64Out) -> None:
    out[0] = Colour.RED


def reads_through_a_module(out: F64Out) -> None:
    out[0] = good.OFFSET


def reads_a_list_in_a_comprehension(out: F64Out) -> None:
    for value in [CHOICES[0] for _ in range(2)]:
        out[0] = value


@device
def deep(value: float) -> float:
    return value + TABLE[0]


def calls_one_that_reads_an_array(out: F64Out) -> None:
    out[0] = deep(1.0)


@pytest.mark.parametrize("cache", ["off", "folder"])
@pytest.mark.parametrize(
    ("function", "word"),
    [
        (reads_an_array, "'TABLE' of type ndarray"),
        (reads_a_list, "'CHOICES' of type list"),
        (reads_a_tuple_with_an_array, "'NESTED' of type ndarray"),
        (reads_an_enumeration, "'Colour'"),
        (reads_through_a_module, "tests.ecs.kernels_of_tests"),
        (reads_a_list_in_a_comprehension, "'CHOICES'"),
        (calls_one_that_reads_an_array, "deep reads the global 'TABLE'"),
    ],
)
def test_what_cannot_be_frozen_is_refused_with_and_without_a_cache(
    function: Any, word: str, cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFALL_KERNEL_CACHE", "off" if cache == "off" else str(tmp_path))
    with pytest.raises(KernelSourceError, match=word):
        kernel(function)


def test_a_closure_is_refused() -> None:
    factor = 3.0

    def closed(out: F64Out) -> None:
        out[0] = factor

    with pytest.raises(KernelSourceError, match="closed reads factor of the function around it"):
        kernel(closed)


def test_an_observer_hears_of_every_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    def heard_of(out: F64Out) -> None:
        out[0] = 1.0

    monkeypatch.setattr(door, "_observers", [])
    names: list[str] = []
    door.observe(lambda made: names.append(made.name))
    kernel(heard_of)
    assert [name.rpartition(".")[2] for name in names] == (["heard_of"] if JIT else [])


# --- records: the compiler does not hold a kernel to a read-only array of them --------------------


def record_writes(source: str) -> list[str]:
    """Writes to, and passing on as an output, of parameters annotated as record inputs.

    Annotations of records are aliases that end in ``In`` or ``Out`` by the rule of ``ecs.kernel``.
    """
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = []
    for function in functions:
        inputs = {
            argument.arg
            for argument in function.args.args
            if isinstance(argument.annotation, ast.Name) and argument.annotation.id.endswith("In")
        }
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets += [node.target] if isinstance(node, ast.AugAssign) else []
            for target in targets:
                base: ast.AST = target
                while isinstance(base, ast.Subscript | ast.Attribute):
                    base = base.value
                if isinstance(base, ast.Name) and base.id in inputs and base is not target:
                    found.append(f"{function.name} line {node.lineno} writes {base.id}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                outputs = RECORD_OUTPUTS.get(node.func.id, ())
                for place in outputs:
                    given = node.args[place] if place < len(node.args) else None
                    if isinstance(given, ast.Name) and given.id in inputs:
                        found.append(
                            f"{function.name} line {node.lineno} has {node.func.id} write it"
                        )
    return found


def record_outputs() -> dict[str, tuple[int, ...]]:
    """The devices that take records to write, by name, and at which places."""
    plain = {"F64Out", "I64Out", "I32Out", "U64Out", "U32Out", "U16Out", "U8Out"}
    found: dict[str, tuple[int, ...]] = {}
    for path in sorted((ROOT / "systems" / "kernels").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            marks = {mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)}
            places = tuple(
                place
                for place, argument in enumerate(node.args.args)
                if isinstance(argument.annotation, ast.Name)
                and argument.annotation.id.endswith("Out")
                and argument.annotation.id not in plain
            )
            if marks & {"device", "routine"} and places:
                assert node.name not in found, f"two devices are called {node.name}"
                found[node.name] = places
    return found


RECORD_OUTPUTS = record_outputs()


def test_no_kernel_writes_its_input_records() -> None:
    sources = sorted((ROOT / "systems" / "kernels").glob("*.py"))
    assert len(sources) > 10
    for path in sources:
        assert record_writes(path.read_text(encoding="utf-8")) == [], path.name


def test_devices_that_write_records_are_known() -> None:
    assert {"add_hit", "add_event", "add_knock"} <= RECORD_OUTPUTS.keys()
    assert RECORD_OUTPUTS["add_hit"] == (0,)


@pytest.mark.parametrize(
    ("body", "caught"),
    [
        ("hits[0]['a'] = 1", True),
        ("hits[0]['a'] += 1", True),
        ("hits[row].a = 1", True),
        ("add_hit(hits, n)", True),
        ("out[0]['a'] = hits[0]['a']", False),
        ("add_hit(out, hits)", False),
    ],
)
def test_the_search_for_such_writes_itself(body: str, caught: bool) -> None:
    source = f"def f(hits: HitsIn, out: HitsOut, n: I64Out):\n    {body}\n"
    assert bool(record_writes(source)) is caught


@only_compiled
@pytest.mark.parametrize("kept", [True, False], ids=["cache", "no cache"])
def test_a_kernel_that_looks_beyond_items_and_shape_is_refused(
    kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs hand over nothing else.  Once refused, it does not come out of the cache either."""
    monkeypatch.setenv("RINGFALL_KERNEL_CACHE", str(tmp_path) if kept else "off")
    for _ in range(2):
        for guilty in (measure_bytes, measure_elsewhere):
            with pytest.raises(KernelLooksError, match=r"looks beyond items and shape of x\b"):
                kernel(guilty)
    kernel(hand_on)


@routine
def second(values: F64In) -> float:
    return values[1] if values.shape[0] > 1 else 0.0


@routine
def size_of(values: F64In) -> int:
    return values.size


def measure_bytes(x: F64In, out: F64Out) -> None:
    out[0] = float(x.strides[0])


def measure_elsewhere(x: F64In, out: F64Out) -> None:
    out[0] = second(out) + float(size_of(x))


def hand_on(x: F64In, out: F64Out) -> None:
    out[0] = second(x)
