"""Calling a kernel by the names of its parameters, with plain lists and numbers.

``call`` reads dtypes and directions from the kernel's annotations, hands inputs over read-only,
and checks that no input was changed: records are where the compiler would not notice.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np

from ecs.kernel import Records, Ref, Scalar


@cache
def notes_of(kernel: Any) -> Mapping[str, Ref | Records | Scalar]:
    """Parameter name to its kernel type, in order: reading it takes longer than most kernels."""
    function = getattr(kernel, "py_func", kernel)
    hints = typing.get_type_hints(function, include_extras=True)
    names = inspect.signature(function).parameters
    return MappingProxyType({name: hints[name].__metadata__[0] for name in names})


def call_in_turn(kernels: Sequence[Any], **given: Any) -> SimpleNamespace:
    """Call each with what it asks for of ``given``, as the ones before it left it."""
    asked = {name for kernel in kernels for name in notes_of(kernel)}
    assert asked == given.keys(), asked ^ given.keys()
    for kernel in kernels:
        given |= vars(call(kernel, **{name: given[name] for name in notes_of(kernel)}))
    return SimpleNamespace(**given)


def call(kernel: Any, **given: Any) -> SimpleNamespace:
    """Call ``kernel``; return all its arrays, by parameter name, as they are afterwards.

    A number given for an array is an array of one.  Arrays are copied before the call.
    """
    notes = notes_of(kernel)
    assert notes.keys() == given.keys(), notes.keys() ^ given.keys()
    arguments: dict[str, Any] = {}
    before: dict[str, bytes] = {}
    for name, note in notes.items():
        if isinstance(note, Scalar):
            arguments[name] = given[name]
            continue
        array = np.array(given[name], dtype=note.dtype, ndmin=1, copy=True)
        if not note.writes:
            # Bytes, not a copy: copying a record need not copy what lies between its fields.
            before[name] = array.tobytes()
            array.flags.writeable = False
        arguments[name] = array
    kernel(*arguments.values())
    for name, saved in before.items():
        assert saved == arguments[name].tobytes(), f"the input {name} was changed"
    return SimpleNamespace(**arguments)
