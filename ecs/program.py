"""Kernel calls with arguments that never change, one after another in one call from Python.

From Python a call costs most in its arguments: every array is taken apart into address and shape,
15 ns each, and a tick hands over more than a thousand.  The arrays of a world never move, so here
they are taken apart once, into words in memory, and a *trampoline*, a few lines of machine code
for each kernel, reads the words and calls.  A system's calls are then a *program*: (trampoline,
words) pairs that ``run`` walks through.  It halves what a tick with nobody in it costs.

Trampolines follow Numba's own convention for calls between compiled functions: a place for the
result, a place for an exception, then the arguments, each array as (owner, parent, items, item
size, address, shape, strides).  Numba describes each function in LLVM's types, and what is passed
here must fit that description exactly; for a Numba that does otherwise there are no programs.
"""

import functools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba.core import types as nb
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target
from numba.extending import intrinsic
from numpy.typing import NDArray

from ecs.kernel import I64In, config, kernel

WORD = ir.IntType(64)
POINTER = ir.IntType(8).as_pointer()
TRAMPOLINE = ir.FunctionType(ir.VoidType(), [WORD.as_pointer()])


@intrinsic
def jump(typing: Any, address: Any, words: Any) -> Any:
    """Call the trampoline at an address with the address of its words."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target = builder.inttoptr(arguments[0], TRAMPOLINE.as_pointer())
        builder.call(target, [builder.inttoptr(arguments[1], WORD.as_pointer())])
        return context.get_dummy_value()

    return nb.void(nb.int64, nb.int64), code


@kernel
def run(steps: I64In) -> None:
    """Call trampolines in their order.

    Args:
        steps: i64[2 n], for each the addresses of trampoline and words.
    """
    for place in range(0, steps.shape[0], 2):
        jump(steps[place], steps[place + 1])  # type: ignore[call-arg]


def program(
    calls: Sequence[partial[Any]], spans: Sequence[NDArray[Any]] = ()
) -> Callable[[], object] | None:
    """All calls as one, in their order; None without calls, or where there is no such machine code.

    Args:
        calls: kernels with all their arguments, of the types that their signatures state:
            nothing is looked at any more.
        spans: arrays among the arguments of which kernels are to see a part: see ``resize``.
    """
    # What checks bounds raises, and an exception does not come through a trampoline.
    if not calls or config.DISABLE_JIT or config.BOUNDSCHECK:
        return None
    trampolines = [address for call in calls if (address := trampoline(call.func)) is not None]
    if len(trampolines) < len(calls):
        return None
    words, lengths, begins = list[int](), list[int](), list[int]()
    for call in calls:
        begins.append(len(words))
        _append_words(call, words, lengths, spans)
    whole = np.array(words, dtype=np.int64)
    steps = np.zeros(2 * len(calls), dtype=np.int64)
    steps[0::2] = trampolines
    steps[1::2] = _address(whole) + whole.itemsize * np.array(begins)
    made = partial(_entry(run), steps)
    # Machine code knows addresses alone: what lies there must live as long as the program.
    made.keeps = calls  # type: ignore[attr-defined]
    made.words, made.lengths = whole, np.array(lengths, dtype=np.int64)  # type: ignore[attr-defined]
    return made


def resize(made: Callable[[], object], length: int) -> None:
    """From now on kernels see the first ``length`` items of the program's spans."""
    made.words[made.lengths] = length  # type: ignore[attr-defined]


def _entry(dispatcher: Any) -> Callable[..., object]:
    ((_, result),) = dispatcher.overloads.items()
    entry: Callable[..., object] = result.entry_point
    return entry


def _address(array: NDArray[Any]) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _append_words(
    call: partial[Any], words: list[int], lengths: list[int], spans: Sequence[NDArray[Any]]
) -> None:
    """Arguments as a trampoline reads them: of an array address and shape, or a number's bits.

    Args:
        words: appended to.
        lengths: appended to, where in ``words`` the length of a span is.
        spans: arrays of which kernels are to see a part.
    """
    dispatcher: Any = call.func
    (parameters,) = dispatcher.overloads
    for parameter, argument in zip(parameters, call.args, strict=True):
        if isinstance(parameter, nb.Array):
            if any(argument is span for span in spans):
                lengths.append(len(words) + 1)
            words += (_address(argument), *argument.shape)
        elif parameter == nb.float64:
            words.append(int(np.float64(argument).view(np.int64)))
        else:
            words.append(int(argument))


@functools.cache
def trampoline(dispatcher: Any) -> int | None:
    """Address of machine code that reads words and calls a kernel; None if it takes other things.

    Args:
        dispatcher: a compiled kernel.
    """
    ((_, result),) = dispatcher.overloads.items()
    context, function = cpu_target.target_context, result.fndesc
    wanted = context.call_conv.get_function_type(function.restype, function.argtypes)
    module = ir.Module(function.qualname)
    code = ir.IRBuilder(ir.Function(module, TRAMPOLINE, "trampoline").append_basic_block())
    given = [code.alloca(kind.pointee) for kind in wanted.args[:2]]
    words = _Reader(code, code.function.args[0])
    for kind in function.argtypes:
        given += (
            _array(context, code, words, kind) if isinstance(kind, nb.Array) else [words.next()]
        )
    if len(given) != len(wanted.args):
        return None
    fitted = [_fit(code, value, kind) for value, kind in zip(given, wanted.args, strict=True)]
    if None in fitted:
        return None
    address = result.library.get_pointer_to_function(function.llvm_func_name)
    code.call(code.inttoptr(ir.Constant(WORD, address), wanted.as_pointer()), fitted)
    code.ret_void()
    return _assemble(module)


class _Reader:
    """Loads one word after another."""

    def __init__(self, code: Any, words: Any) -> None:
        self.code, self.words, self.place = code, words, 0

    def next(self) -> Any:
        place = self.code.gep(self.words, [ir.Constant(WORD, self.place)])
        self.place += 1
        return self.code.load(place)


def _array(context: Any, code: Any, words: _Reader, kind: Any) -> list[Any]:
    """An array in Numba's order: nobody owns it, and its rows lie without gaps."""
    item = ir.Constant(WORD, _item_bytes(context, kind.dtype))
    address, shape = words.next(), [words.next() for _ in range(kind.ndim)]
    strides, items = [item], shape[0]
    for size in reversed(shape[1:]):
        strides.insert(0, code.mul(strides[0], size))
        items = code.mul(items, size)
    nobody, address = ir.Constant(POINTER, None), code.inttoptr(address, POINTER)
    return [nobody, nobody, items, item, address, *shape, *strides]


# LLVM is asked by way of a module of its own: 1 ms, for a dozen types in a thousand arrays.
@functools.cache
def _item_bytes(context: Any, kind: Any) -> int:
    size: int = context.get_abi_sizeof(context.get_data_type(kind))
    return size


def _fit(code: Any, value: Any, kind: Any) -> Any:
    """A value as what a function takes in this place; None if it takes something else."""
    if value.type == kind:
        return value
    if isinstance(kind, ir.PointerType) and isinstance(value.type, ir.PointerType):
        return code.bitcast(value, kind)
    if isinstance(kind, ir.DoubleType) and value.type == WORD:
        return code.bitcast(value, kind)
    return None


_engines: list[object] = []
"""Machine code lives as long as the engine that made it."""


def _assemble(module: Any) -> int:
    with global_compiler_lock:
        # A few dozen loads and a call: there is nothing to optimise, and it is made at every start.
        target = llvm.Target.from_default_triple().create_target_machine(opt=0, jit=True)
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(str(module)), target)
        engine.finalize_object()
        _engines.append(engine)
        return int(engine.get_function_address("trampoline"))
