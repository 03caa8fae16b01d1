"""Kernel calls with arguments that never change, one after another in one call from Python.

From Python a call costs most in its arguments: every array is taken apart into address and shape,
15 ns each, and a tick hands over more than a thousand.  The arrays of a world never move, so here
they are taken apart once, into words in memory, and a *trampoline*, a few lines of machine code
for each kernel, reads the words and calls.  A system's calls are then a *program*: (trampoline,
words) pairs that ``run`` walks through.  It halves what a tick with nobody in it costs.

How a trampoline calls is in ``ecs.trampolines``.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numba.core import types as nb
from numba.extending import intrinsic
from numpy.typing import NDArray

from ecs.kernel import I64In, config, kernel
from ecs.trampolines import TRAMPOLINE, WORD, target_of, trampoline


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
    """A call as a trampoline reads it: the kernel's address; of an array address and shape, or a
    number's bits.

    Args:
        words: appended to.
        lengths: appended to, where in ``words`` the length of a span is.
        spans: arrays of which kernels are to see a part.
    """
    dispatcher: Any = call.func
    (parameters,) = dispatcher.overloads
    words.append(target_of(dispatcher))
    for parameter, argument in zip(parameters, call.args, strict=True):
        if isinstance(parameter, nb.Array):
            if any(argument is span for span in spans):
                lengths.append(len(words) + 1)
            words += (_address(argument), *argument.shape)
        elif parameter == nb.float64:
            words.append(int(np.float64(argument).view(np.int64)))
        else:
            words.append(int(argument))
