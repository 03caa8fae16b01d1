"""The modes that need no second process: shuffled mail, every keyframe, eight ticks over again.

Each plays a match in its own way and raises ``Diverged`` where the state is not the recorded one;
each returns how many hashes it compared, because a mode that compared nothing proves nothing.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from ecs.world import World
from ringfall.mailbox import Mailbox
from ringfall.match import Match
from ringfall.replay import world_of_header
from schema.commands import TickInputs, in_slot_order
from schema.messages import Input
from systems.tick import step
from tests.determinism.trace import Diverged, Recording, block_at, check, explain, play, trace

POISONS = (0xFF, 0x00)
"""What scratch is filled with, in turns.

The first is NaN as a float and −1 as a count or a row; the second is for code that a comparison
with NaN would keep from its mistake.
"""

SYNC_TICKS = 8


def straight(recording: Recording) -> int:
    """The same inputs, in a new world."""
    found = trace(recording)
    check(recording, found, "re-stepped", lambda tick: block_at(recording, tick))
    return len(found)


def shuffled(recording: Recording, seed: int = 0) -> int:
    """Every tick's mail arrives in another order and goes through a real mailbox.

    What leaves the mailbox is also compared with what was recorded: most orders give the same
    state, and the journal has to be the same as well.
    """
    post = Post(seed)
    found = trace(recording, post.deliver)
    check(recording, found, "shuffled", lambda tick: block_at(recording, tick, Post(seed).deliver))
    if post.reordered == 0:
        raise Diverged("shuffled: no tick had two messages to exchange, so nothing was shown")
    return len(found)


class Post:
    """Delivers recorded inputs in an order of its own.

    Attributes:
        reordered: ticks in which something arrived in another order than it was recorded in.
    """

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._mailbox = Mailbox()
        self.reordered = 0

    def deliver(self, recorded: TickInputs) -> TickInputs:
        """Post everything shuffled, and return what comes out.

        Raises:
            Diverged: it is not what was recorded.
        """
        letters = self._shuffled(recorded.commands)
        for slot, move, aim, reach, buttons, seq, view_tick in letters.tolist():
            self._mailbox.post(
                slot,
                Input(
                    seq=seq, move=move, aim=aim, reach=reach, buttons=buttons, ack=0, view=view_tick
                ),
            )
        sorted_again = TickInputs(
            commands=self._mailbox.drain(),
            joins=in_slot_order(self._shuffled(recorded.joins)),
            leaves=in_slot_order(self._shuffled(recorded.leaves)),
        )
        for kind in ("commands", "joins", "leaves"):
            before, after = getattr(recorded, kind), getattr(sorted_again, kind)
            if before.tobytes() != after.tobytes():
                raise Diverged(
                    f"shuffled: {kind} for slots {before['slot'].tolist()} were recorded, and came "
                    f"out of the mailbox for slots {after['slot'].tolist()}"
                )
        return sorted_again

    def _shuffled(self, records: NDArray[np.void]) -> NDArray[np.void]:
        order = list(range(len(records)))
        self._draw.shuffle(order)
        self.reordered += order != sorted(order)
        return records[order]


def poisoned(inputs: Sequence[TickInputs], world: World) -> Iterable[World]:
    """Play like ``play``, with scratch spoilt before every tick: it must not matter what it holds.

    The state after the last tick is yielded too, the one before the first is not.
    """
    for given, poison in zip(inputs, cycle(POISONS), strict=False):
        world.scratch[:] = poison
        step(world, given)
        yield world


def from_keyframes(recording: Recording) -> int:
    """Begin in a new world at every keyframe and play to the end."""
    compared = 0
    for tick, keyframe in sorted(recording.keyframes.items()):
        mode = f"restored at {tick}"
        world = world_of_header(recording.header)
        world.scratch[:] = POISONS[0]
        world.restore(keyframe.block)
        for at, state in enumerate(play(world, recording.inputs[tick:]), start=tick):
            compared += 1
            if state.state_hash() != recording.hashes[at]:
                raise Diverged(explain(recording, at, mode, state.keyframe()))
    if len(recording.keyframes) < 2:
        raise Diverged("restored: the recording has no keyframe but its first")
    return compared


@dataclass(frozen=True, slots=True)
class Moment:
    """The state before one tick, and what that tick was given."""

    tick: int
    block: bytes
    inputs: TickInputs


def sync_test(played: Iterable[Match], ticks: int = SYNC_TICKS) -> int:
    """While a match runs: after every tick go back ``ticks`` ticks, play them again, compare.

    The match goes on from the repeated state, so an error cannot hide by healing. Scratch is
    spoilt before each repeated tick.

    Args:
        played: a live match before each tick and after the last, as from ``matches.live``.
        ticks: how far to go back.
    """
    past: deque[Moment] = deque(maxlen=ticks)
    compared = 0
    for match in played:
        match.recorder = Tap(past)  # type: ignore[assignment]
        if len(past) == ticks:
            compared += repeat(match.world, list(past))
    if compared == 0:
        raise Diverged(f"SyncTest: the match was over before tick {ticks}")
    return compared


class Tap:
    """Stands where the recorder stands, and keeps what a journal would."""

    def __init__(self, past: deque[Moment]) -> None:
        self._past = past

    def record(self, world: World, tick: int, inputs: TickInputs, names: Sequence[str]) -> None:
        """Keep one tick; the bots' commands are copied, they live in a buffer used again."""
        kept = TickInputs(inputs.commands.copy(), inputs.joins.copy(), inputs.leaves.copy())
        self._past.append(Moment(tick, world.keyframe(), kept))


def repeat(world: World, past: Sequence[Moment]) -> int:
    """Go back to the first of these moments and play up to now again; how many were compared.

    Raises:
        Diverged: naming first tick, group, column, row and both values.
    """
    expected = [moment.block for moment in past[1:]] + [world.keyframe()]
    world.restore(past[0].block)
    again = poisoned([moment.inputs for moment in past], world)
    for tick, (told, state) in enumerate(zip(expected, again, strict=True), past[0].tick + 1):
        if state.keyframe() == told:
            continue
        found = state.first_difference(np.frombuffer(told, dtype=np.uint8))
        if found is not None:  # else only the padding between columns differs, which is no state
            place = found.placed
            raise Diverged(
                f"SyncTest: played again from tick {past[0].tick}, the state before tick {tick} "
                f"differs: group {place.table}.{place.column.group.__name__}, column "
                f"{place.column.name}, row {found.row}: first {found.theirs!r}, again "
                f"{found.mine!r}"
            )
    return len(expected)
