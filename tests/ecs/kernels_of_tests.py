"""Kernels for the tests of the decorator, good ones; no future import: annotations must be real."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import F64In, F64Out, Float, I64Out, Int, Records, device, kernel

RECORD = np.dtype([("a", "<i8"), ("b", "<f8")])
RecordsIn = Annotated[NDArray[np.void], Records(RECORD)]
RecordsOut = Annotated[NDArray[np.void], Records(RECORD, True)]

OFFSET = 0.5


@device
def shifted(value: float) -> float:
    """A constant of the module, through a function."""
    return value + OFFSET


@kernel
def add_up(x: F64In, total: F64Out) -> None:
    """Running sum."""
    running = 0.0
    for row in range(x.shape[0]):
        running += x[row]
        total[row] = running


@kernel
def scale(x: F64In, factor: Float, times: Int, out: F64Out) -> None:
    """Scalars by value."""
    for row in range(x.shape[0]):
        out[row] = shifted(x[row] * factor) * times


@kernel
def divide(x: F64In, out: F64Out) -> None:
    """Division by zero is no error."""
    for row in range(x.shape[0]):
        out[row] = 1.0 / x[row]


@kernel
def copy_records(items: RecordsIn, count: I64Out, out: RecordsOut) -> None:
    """Records in and out."""
    for row in range(items.shape[0]):
        out[row]["a"] = items[row]["a"]
        out[row]["b"] = items[row]["b"]
    count[0] = items.shape[0]
