"""Leaves and commands against lists and sets."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.commands import BUTTONS_ALL, COMMAND, LEAVE
from schema.events import (
    CAUSE_LEFT,
    HIT_RECORD,
    NO_RETURN,
    NO_SLOT,
    NOBODY,
    TRUE_DAMAGE,
    UNBLOCKED,
)
from systems.kernels.arrivals import dismiss, obey
from tests.oracle import entering
from tests.oracle.entering import Player
from tests.systems.kernel_calls import call

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=150)
FIELDS = ("move", "aim", "reach", "buttons", "seq", "view_tick")


@CAREFUL
@given(st.data())
def test_leaves_become_lethal_hits_by_nobody(data: st.DataObject) -> None:
    capacity = data.draw(st.integers(1, 6))
    health, places = st.floats(0, 100), st.sampled_from([0.0, 0.25, 17.5, 40.0])
    players = [
        Player(
            data.draw(places),
            data.draw(places),
            alive=data.draw(st.booleans()),
            health=data.draw(health),
        )
        for _ in range(capacity)
    ]
    here = data.draw(st.integers(0, capacity))
    slots = sorted(data.draw(st.lists(st.integers(0, capacity + 1) | st.just(65535), max_size=6)))
    full, room = data.draw(st.integers(0, 2)), data.draw(st.integers(2, 8))
    found = call(
        dismiss,
        leaves=np.array([(slot,) for slot in [*slots, 0]], dtype=LEAVE),
        leave_count=len(slots),
        count=here,
        alive=[player.alive for player in players],
        health_hp=[player.health for player in players],
        x_u=[player.x for player in players],
        y_u=[player.y for player in players],
        hits=np.full(room * HIT_RECORD.itemsize, 5, np.uint8).view(HIT_RECORD),
        hit_count=full,
        hits_refused=3,
    )
    by_nobody = (NOBODY, CAUSE_LEFT, NO_SLOT, UNBLOCKED | TRUE_DAMAGE | NO_RETURN)
    expected = [
        (slot, *by_nobody, hp, 0.0, x, y, 0, 0, 0, 0, 0)
        for slot, hp, x, y in entering.farewells(players[:here], slots)
    ]
    fit = expected[: room - full]
    assert found.hits[full : found.hit_count[0]].tolist() == fit
    assert found.hit_count[0] == full + len(fit)
    assert found.hits_refused[0] == 3 + len(expected) - len(fit)


# --- commands ------------------------------------------------------------------------------------

commands = st.fixed_dictionaries(
    {
        "slot": st.integers(0, 6) | st.just(65535),
        "move": st.integers(0, 65535),
        "aim": st.integers(0, 65535) | st.sampled_from([4095, 4096]),
        "reach": st.integers(0, 255),
        "buttons": st.integers(0, 255),
        "seq": st.integers(0, 2**32 - 1),
        "view_tick": st.integers(0, 2**32 - 1),
    }
)


@CAREFUL
@given(st.data())
def test_commands_in_force(data: st.DataObject) -> None:
    here = data.draw(st.integers(0, 5))
    tick = data.draw(st.integers(0, 200))
    hold = data.draw(st.integers(0, 20))
    countdown = data.draw(st.sampled_from([0, 0, 0, tick - 1, tick, tick + 1]))
    # Aimed at the edge of staleness.
    heard = st.integers(-2, 2).map(lambda off: tick - hold + off) | st.just(tick)
    players = []
    for _ in range(here):
        player = Player(0, 0, alive=data.draw(st.booleans()), heard=data.draw(heard))
        player.held = {name: data.draw(st.integers(0, 63)) for name in FIELDS}
        players.append(player)
    given_commands = data.draw(st.lists(commands, max_size=9))
    given_commands.sort(key=lambda command: command["slot"])
    rows = [tuple(command[name] for name in COMMAND.names or ()) for command in given_commands]
    found = call(
        obey,
        commands=np.array([*rows, (0,) * 7], dtype=COMMAND),
        command_count=len(rows),
        tick=tick,
        hold_ticks=hold,
        countdown_ticks=countdown,
        count=here,
        alive=[*(p.alive for p in players), 0],
        held=[9] * (here + 1),
        heard_tick=[*(p.heard for p in players), 0],
        refused=5,
        **{name: [*(p.held[name] for p in players), 0] for name in FIELDS},
    )
    refused = entering.obey(players, given_commands, tick, hold, countdown)
    assert found.refused[0] == 5 + refused
    assert found.heard_tick.tolist() == [*(p.heard for p in players), 0]
    assert found.held.tolist() == [*(p.before for p in players), 9]
    for name in FIELDS:
        values = getattr(found, name).tolist()
        assert values == [*(p.held[name] for p in players), 0], name


def held_after(silent_ticks: int, hold: int, countdown: int = 0) -> int:
    found = call(
        obey,
        commands=np.zeros(1, dtype=COMMAND),
        command_count=0,
        tick=100 + silent_ticks,
        hold_ticks=hold,
        countdown_ticks=countdown,
        count=1,
        alive=[1],
        held=[0],
        heard_tick=[100],
        refused=0,
        move=[77],
        aim=[78],
        reach=[79],
        buttons=[BUTTONS_ALL],
        seq=[80],
        view_tick=[81],
    )
    assert (found.move[0], found.aim[0], found.reach[0]) == (77, 78, 79)
    assert found.held[0] == BUTTONS_ALL
    return int(found.buttons[0])


def test_buttons_hold_for_exactly_so_long() -> None:
    assert [held_after(silent, 3) for silent in range(6)] == [BUTTONS_ALL] * 4 + [0, 0]


def test_buttons_are_up_until_the_very_tick_of_the_start() -> None:
    assert [held_after(t, 9, countdown=102) for t in range(4)] == [0, 0, BUTTONS_ALL, BUTTONS_ALL]
