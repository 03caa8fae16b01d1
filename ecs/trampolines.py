"""A few lines of machine code for each kernel, which read its arguments from memory and call it.

Trampolines follow Numba's own convention for calls between compiled functions: a place for the
result, a place for an exception, then the arguments, each array as (owner, parent, items, item
size, address, shape, strides).  Numba describes each function in LLVM's types, and what is passed
here must fit that description exactly; for a Numba that does otherwise there are no programs.

Of an array only address and shape are passed: a kernel that looks at more does not compile
(``ecs.looking``).  A call has twenty arrays, and storing seven words of each took longer than most
kernels that find nothing to do.
"""

import functools
import hashlib
from typing import Any

import llvmlite
import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import types as nb
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target

from ecs import kernel_cache

WORD = ir.IntType(64)
POINTER = ir.IntType(8).as_pointer()
TRAMPOLINE = ir.FunctionType(ir.VoidType(), [WORD.as_pointer()])

NAME = "trampoline"
EFFORT = 1
"""How hard LLVM tries: at 0 every word goes through memory twice more than it needs to."""


@functools.cache
def target_of(dispatcher: Any) -> int:
    """Address of a kernel's machine code."""
    ((_, result),) = dispatcher.overloads.items()
    address: int = result.library.get_pointer_to_function(result.fndesc.llvm_func_name)
    return address


@functools.cache
def trampoline(dispatcher: Any) -> int | None:
    """Address of machine code that reads words and calls a kernel; None if it takes other things.

    The first word is the kernel's address (``target_of``), then come the arguments.

    Args:
        dispatcher: a compiled kernel.
    """
    ((_, result),) = dispatcher.overloads.items()
    context, function = cpu_target.target_context, result.fndesc
    wanted = context.call_conv.get_function_type(function.restype, function.argtypes)
    module = ir.Module(NAME)
    code = ir.IRBuilder(ir.Function(module, TRAMPOLINE, NAME).append_basic_block())
    given = [code.alloca(kind.pointee) for kind in wanted.args[:2]]
    words = _Reader(code, code.function.args[0])
    target = words.next()
    for kind in function.argtypes:
        given += _array(code, words, kind) if isinstance(kind, nb.Array) else [words.next()]
    if len(given) != len(wanted.args):
        return None
    fitted = [_fit(code, value, kind) for value, kind in zip(given, wanted.args, strict=True)]
    if None in fitted:
        return None
    code.call(code.inttoptr(target, wanted.as_pointer()), fitted)
    code.ret_void()
    return _assemble(str(module), function.qualname)


class _Reader:
    """Loads one word after another."""

    def __init__(self, code: Any, words: Any) -> None:
        self.code, self.words, self.place = code, words, 0

    def next(self) -> Any:
        place = self.code.gep(self.words, [ir.Constant(WORD, self.place)])
        self.place += 1
        return self.code.load(place)


def _array(code: Any, words: _Reader, kind: Any) -> list[Any]:
    """An array in Numba's order: address and shape; the rest is left as it happens to be."""
    address, shape = words.next(), [words.next() for _ in range(kind.ndim)]
    owner, other = ir.Constant(POINTER, ir.Undefined), ir.Constant(WORD, ir.Undefined)
    strides = [other] * kind.ndim
    return [owner, owner, other, other, code.inttoptr(address, POINTER), *shape, *strides]


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


def _assemble(text: str, name: str) -> int:
    """Machine code of a module, which is kept beside the kernel's: making it takes 15 ms."""
    triple = llvm.get_process_triple()
    parts = (text, triple, llvmlite.__version__, str(llvm.llvm_version_info), str(EFFORT))
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
    home = f"{name}.{NAME}"
    known = kernel_cache.kept(home, key)

    def keep(_: object, made: bytes) -> None:
        kernel_cache.keep(home, key, made)

    with global_compiler_lock:
        target = llvm.Target.from_triple(triple).create_target_machine(opt=EFFORT, jit=True)
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), target)
        engine.set_object_cache(keep, lambda _: known)
        engine.finalize_object()
        _engines.append(engine)
        return int(engine.get_function_address(NAME))
