"""The modes can fail: each is shown a broken engine and must name what is wrong."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest

from ecs.world import World
from ringfall import mailbox, match
from ringfall.datapack import DataPack
from schema.columns import Clock, Position, Push, Tally
from schema.commands import TickInputs
from systems.tick import step
from tests.determinism import golden, matches, modes, trace
from tests.determinism.trace import Diverged, Recording

TICK = 200


def use(monkeypatch: pytest.MonkeyPatch, broken: Any) -> None:
    """Put ``broken`` wherever the modes and live matches step a world."""
    for place in (trace, modes, match):
        monkeypatch.setattr(place, "step", broken)


def tick_of(world: World) -> int:
    return int(world.group("match", Clock).tick[0])


def test_one_wrong_bit_is_named(golden_match: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_bit(world: World, inputs: TickInputs) -> None:
        step(world, inputs)
        if tick_of(world) == TICK:
            x_u = world.group("players", Position).x_u
            x_u[17] = np.nextafter(x_u[17], np.inf)

    true = trace.block_at(golden_match, TICK)
    use(monkeypatch, one_bit)
    found = trace.trace(golden_match)
    spoilt = trace.block_at(golden_match, TICK)
    monkeypatch.undo()
    with pytest.raises(Diverged) as raised:
        trace.check(golden_match, found, "other", lambda tick: spoilt)
    text = str(raised.value)
    assert f"before tick {TICK}: group players.Position, column x_u, row 17: recorded " in text
    assert text.endswith("(1 columns differ)")
    recorded, other = map(float, re.findall(r"(?:recorded|other) (\d+\.\d+)", text))
    assert other == np.nextafter(recorded, np.inf)
    assert recorded in np.frombuffer(true, dtype="<f8")


@pytest.mark.parametrize("lost", [1, 5])
def test_a_trace_of_another_length_is_named(golden_match: Recording, lost: int) -> None:
    short = golden_match.hashes[:lost]
    told = f"other: {lost - 1} ticks, the recording has {golden.TICKS}"
    with pytest.raises(Diverged, match=told):
        trace.check(golden_match, short, "other", lambda tick: b"")


def test_mail_that_is_not_sorted(golden_match: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    drain = mailbox.Mailbox.drain
    monkeypatch.setattr(mailbox.Mailbox, "drain", lambda box: drain(box)[::-1].copy())
    with pytest.raises(Diverged, match=r"commands for slots .* came out of the mailbox"):
        modes.shuffled(golden_match)


def test_joins_that_are_not_sorted(
    golden_match: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modes, "in_slot_order", lambda records: records)
    with pytest.raises(Diverged, match=r"joins for slots .* came out of the mailbox"):
        modes.shuffled(golden_match)


def test_state_outside_the_block_by_keyframes(
    golden_match: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system that remembers something of its own since the world was made."""
    memory: dict[str, int] = {}

    def remembers(world: World, inputs: TickInputs) -> None:
        step(world, inputs)
        memory[world.name] = memory.get(world.name, 0) + 1
        # True to the recording as long as the world was played from its first tick.
        if memory[world.name] != tick_of(world):
            world.group("players", Tally).kills[0] += 1

    use(monkeypatch, remembers)
    assert modes.straight(golden_match) == golden_match.ticks + 1
    with pytest.raises(
        Diverged, match=r"restored at 31: .*before tick 32: group players\.Tally, column kills"
    ):
        modes.from_keyframes(golden_match)


def test_state_outside_the_block_by_sync_test(
    pack: DataPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = itertools.count()

    def remembers(world: World, inputs: TickInputs) -> None:
        step(world, inputs)
        if next(memory) % 7 == 0:
            world.group("players", Tally).kills[0] += 1

    use(monkeypatch, remembers)
    with pytest.raises(Diverged, match=r"SyncTest: .* column kills, row 0: first \d+, again \d+"):
        modes.sync_test(matches.live(pack, 8, 2, 40, seed=1))


@pytest.mark.parametrize("left", [1.0, -1.0])
def test_scratch_that_is_read_before_it_is_written(
    pack: DataPack, monkeypatch: pytest.MonkeyPatch, left: float
) -> None:
    def leaks(world: World, inputs: TickInputs) -> None:
        if world.group("push", Push).dx_u[0] * left > 0.0:
            world.group("players", Tally).dealt_hp[0] += 1.0
        step(world, inputs)
        world.group("push", Push).dx_u[0] = left

    use(monkeypatch, leaks)
    with pytest.raises(Diverged, match=r"SyncTest: .* column dealt_hp, row 0"):
        modes.sync_test(matches.live(pack, 8, 2, 40, seed=1))


def test_scratch_that_nan_would_hide(pack: DataPack, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaks(world: World, inputs: TickInputs) -> None:
        if world.group("push", Push).dx_u[0] == 0.0:
            world.group("players", Tally).dealt_hp[0] += 1.0
        step(world, inputs)
        world.group("push", Push).dx_u[0] = 1.0

    use(monkeypatch, leaks)
    with pytest.raises(Diverged, match=r"SyncTest: .* column dealt_hp, row 0"):
        modes.sync_test(matches.live(pack, 8, 2, 40, seed=1))


def test_a_match_without_mail_proves_nothing(golden_match: Recording) -> None:
    empty = Recording(golden_match.header, (), golden_match.hashes[:1], {})
    with pytest.raises(Diverged, match="nothing was shown"):
        modes.shuffled(empty)
    with pytest.raises(Diverged, match="no keyframe but its first"):
        modes.from_keyframes(empty)
