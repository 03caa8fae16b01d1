"""What a kernel looks at of its arrays: where they are and their shape, and nothing else.

A program hands over nothing else (``ecs.trampolines``).  Numba passes an array as seven words and
more; what reads the others is ``size``, ``strides``, some slices, and what NumPy is asked to do.
"""

from typing import Any

import llvmlite.binding as llvm
from numba.core import types as nb

WORDS_BEFORE_ITEMS = 4
"""Owner, parent, items, item size; then come the address, the shape, and the strides."""


def looks_beyond(dispatcher: Any, parameters: list[str]) -> list[str]:
    """Names of array parameters of which machine code reads more than address and shape.

    Args:
        dispatcher: of one signature, compiled just now: what comes out of a cache has no code in
            LLVM's language, and was looked at when it was compiled.
        parameters: names, in the order of the signature.
    """
    ((signature, result),) = dispatcher.overloads.items()
    module = llvm.parse_assembly(dispatcher.inspect_llvm(signature))
    code = {function.name: function for function in module.functions}
    read = _read_by(result.fndesc.llvm_func_name, code, {})
    found, place = [], 2  # behind the places for the result and for an exception
    for name, kind in zip(parameters, signature, strict=True):
        if not isinstance(kind, nb.Array):
            place += 1
            continue
        end = place + WORDS_BEFORE_ITEMS + 1 + 2 * kind.ndim
        hidden = {*range(place, place + WORDS_BEFORE_ITEMS), *range(end - kind.ndim, end)}
        if hidden & read:
            found.append(name)
        place = end
    return found


def _read_by(name: str, code: dict[str, Any], known: dict[str, set[int]]) -> set[int]:
    """Places of a function's parameters that it, or what it calls, does anything with."""
    if name in known:
        return known[name]
    function = code[name]
    known[name] = set()  # while it is looked through, for one that calls itself
    places = {argument.name: place for place, argument in enumerate(function.arguments)}
    read = set[int]()
    for block in function.blocks:
        for instruction in block.instructions:
            operands = [operand.name for operand in instruction.operands]
            inner = code.get(operands[-1]) if instruction.opcode == "call" else None
            passed_on = inner is not None and not inner.is_declaration
            taken = _read_by(operands[-1], code, known) if passed_on else None
            for index, operand in enumerate(operands):
                if operand in places and (taken is None or index in taken):
                    read.add(places[operand])
    known[name] = read
    return read
