"""Bound calls do what the dispatcher does, and take as little."""

from functools import partial
from typing import Any

import numpy as np
import pytest

from ecs.binding import bound
from ecs.kernel import I64Out, Int, config, kernel
from tests.ecs import kernels_of_tests as good

jit_only = pytest.mark.skipif(bool(config.DISABLE_JIT), reason="there is no machine code")


@kernel
def note(number: Int, out: I64Out) -> None:
    out[0] = number


def frozen(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    array.flags.writeable = False
    return array


def test_it_does_the_same_each_time() -> None:
    x, out = frozen(np.array([1.0, 2.0, 3.5])), np.zeros(3)
    call = bound(partial(good.scale, x, 2.0, 3, out))
    call()
    expected = [7.5, 13.5, 22.5]
    assert out.tolist() == expected
    out[:] = 0.0
    call()
    assert out.tolist() == expected


def test_it_sees_what_changes_in_its_arrays() -> None:
    x, out = np.array([1.0, 2.0]), np.zeros(2)
    call = bound(partial(good.add_up, x, out))
    x[0] = 10.0
    call()
    assert out.tolist() == [10.0, 12.0]


def test_records_and_whole_numbers() -> None:
    items, copied = np.array([(1, 2.5), (3, 4.5)], good.RECORD), np.zeros(2, good.RECORD)
    count = np.zeros(1, np.int64)
    bound(partial(good.copy_records, frozen(items), count, copied))()
    assert (copied.tolist(), count[0]) == (items.tolist(), 2)
    bound(partial(note, 7, count))()
    assert count[0] == 7
    bound(partial(note, np.int64(8), count))()
    assert count[0] == 8


def test_a_whole_number_may_stand_for_a_float() -> None:
    out = np.zeros(1)
    bound(partial(good.scale, np.ones(1), 2, 1, out))()
    assert out[0] == 2.5


@jit_only
def test_the_dispatcher_is_out_of_the_way() -> None:
    call = bound(partial(good.add_up, np.ones(2), np.zeros(2)))
    assert isinstance(call, partial)
    assert call.func is not good.add_up


@jit_only
@pytest.mark.parametrize(
    "x",
    [
        np.zeros(3, np.float32),
        np.zeros(3, np.int64),
        np.zeros((3, 1)),
        np.zeros(6)[::2],
        np.zeros(3).astype(">f8"),
        [1.0, 2.0, 3.0],
        1.0,
        None,
    ],
    ids=[
        "float32",
        "int64",
        "two axes",
        "strided",
        "swapped",
        "list",
        "float",
        "none",
    ],
)
def test_a_wrong_array_is_refused(x: Any) -> None:
    with pytest.raises(TypeError, match="argument 0 of add_up"):
        bound(partial(good.add_up, x, np.zeros(3)))


@jit_only
def test_a_read_only_output_is_refused() -> None:
    with pytest.raises(TypeError, match="argument 1 of add_up"):
        bound(partial(good.add_up, np.zeros(3), frozen(np.zeros(3))))


@jit_only
def test_records_of_another_shape_are_refused() -> None:
    other = np.zeros(2, dtype=[("a", "<i4"), ("b", "<f8")])
    with pytest.raises(TypeError, match="argument 0 of copy_records"):
        bound(partial(good.copy_records, other, np.zeros(1, np.int64), np.zeros(2, good.RECORD)))


@jit_only
@pytest.mark.parametrize("number", [1.5, "1", np.float32(1.0)])
def test_a_wrong_number_is_refused(number: Any) -> None:
    with pytest.raises(TypeError, match="argument 0 of note"):
        bound(partial(note, number, np.zeros(1, np.int64)))


@jit_only
def test_a_missing_argument_is_refused() -> None:
    with pytest.raises(TypeError, match="add_up takes 2 arguments, not 1"):
        bound(partial(good.add_up, np.zeros(3)))  # type: ignore[call-arg]


def test_other_calls_are_left_alone() -> None:
    def plain() -> None: ...

    assert bound(plain) is plain
    call = partial(print, "x")
    assert bound(call) is call
