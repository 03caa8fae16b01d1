"""The last seconds of a match, as what they follow from: a state now and then, and all inputs."""

from __future__ import annotations

from collections import deque

from ecs.world import World
from schema.commands import TickInputs


class History:
    """States and inputs from which any tick of the last while can be stepped to.

    Args:
        reach_ticks: how far back one may want to go.
        every_ticks: ticks between two states; a copy of the block each.
    """

    def __init__(self, reach_ticks: int, every_ticks: int) -> None:
        self._reach_ticks, self._every_ticks = reach_ticks, every_ticks
        self._states: deque[tuple[int, bytes]] = deque()
        self._inputs: deque[TickInputs] = deque()
        self._first_tick = 0

    def begin(self, tick: int, state: bytes) -> None:
        """Begin in the middle of a match, with the state before ``tick``."""
        self._states, self._inputs = deque([(tick, state)]), deque()
        self._first_tick = tick

    def add(self, world: World, tick: int, inputs: TickInputs) -> None:
        """Keep the inputs of ``tick``, and the state they meet when it is time for one.

        Args:
            world: the state before the tick.
            tick: its number, one more than in the call before.
            inputs: copied; bots decide in place.
        """
        if tick % self._every_ticks == 0 and not (self._states and self._states[-1][0] == tick):
            self._states.append((tick, world.keyframe()))
            while len(self._states) > 1 and self._states[1][0] <= tick - self._reach_ticks:
                self._states.popleft()
            while self._first_tick < self._states[0][0]:
                self._inputs.popleft()
                self._first_tick += 1
        self._inputs.append(TickInputs(inputs.commands.copy(), inputs.joins, inputs.leaves))

    def state(self, tick: int) -> bytes:
        """The newest state that is no newer than ``tick``; the oldest there is if none is so old.

        Raises:
            LookupError: nothing has been added yet.
        """
        if not self._states:
            raise LookupError("no tick has been played")
        found = self._states[0][1]
        for at, state in self._states:
            if at <= tick:
                found = state
        return found

    def inputs(self, tick: int) -> TickInputs:
        """The inputs of a tick that is still kept."""
        at = tick - self._first_tick
        if not 0 <= at < len(self._inputs):
            raise LookupError(f"tick {tick} is not kept")
        return self._inputs[at]
