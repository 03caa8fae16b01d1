"""Through whose eyes a viewer looks, and whom bushes hide from them."""

from __future__ import annotations

import pytest

from tests.net.scenes import CENTRE, new_state
from tests.net.watched import check_all
from tests.oracle import snapshot as oracle
from tests.oracle.scenery import Body, Hand, Happening, Item, Shot, State

STEP = 1 / 64

# ---- eyes ---------------------------------------------------------------------------------------


def fallen(team: int, killer: int | None = None) -> Body:
    """Somebody dead, where nobody else is."""
    return Body(4.0, 4.0, team=team, alive=False, killer=killer, health_hp=0.0)


def eyes_of(state: State, slot: int = 0) -> int:
    """Whose eyes ``slot`` looks through."""
    [view] = check_all(state, [slot])
    return view.eyes


def test_the_dead_look_through_a_team_mate_first() -> None:
    living = [Body(24.0, 18.0 + n, team=team) for n, team in enumerate((1, 0, 0))]
    state = new_state([fallen(0, killer=1), *living], winner=1)
    [view] = check_all(state, [0])
    assert view.eyes == 2, "the lowest of their team, before the killer"
    assert view.shown == [1, 2, 3]
    assert not view.alive


def test_the_dead_follow_the_chain_of_killers() -> None:
    living = Body(24.0, 18.0, team=9)
    for links in range(10):
        # 0 was killed by 1, that one by 2, and so on; the last one lives, and is no lowest slot.
        chain = [fallen(n, killer=n + 3) for n in range(links)]
        state = new_state([fallen(50, killer=2), Body(30.0, 4.0, team=8), *chain, living])
        assert eyes_of(state) == (links + 2 if links < 8 else 1)


def test_killers_who_killed_each_other() -> None:
    state = new_state([fallen(0, killer=1), fallen(1, killer=0), Body(9.0, 9.0, team=2)])
    assert eyes_of(state) == 2


@pytest.mark.parametrize(("winner", "wanted"), [(3, 3), (1, 2), (None, 2)])
def test_the_winner_then_anybody(winner: int | None, wanted: int) -> None:
    places = [Body(20.0 + n, 18.0, team=5 + n) for n in range(2)]
    state = new_state([fallen(0), fallen(1), *places], winner=winner)
    assert eyes_of(state) == wanted


def test_where_nobody_lives_the_place_where_one_fell_is_seen() -> None:
    state = new_state([fallen(0, killer=1), fallen(1, killer=1)])
    state.bodies[0].bush = 3
    state.items = [Item(0, 1, 4.0, 4.0, 2), Item(1, 1, 24.0, 18.0, 2)]
    [view] = check_all(state, [0])
    assert view.eyes == oracle.NOBODY
    assert view.shown == []
    assert [row["x"] for row in view.rows("pickup")] == [256]
    assert view.own["self_flags"] == 0, "the dead stand in no bush"


def test_own_figures_stay_ones_own() -> None:
    mate = Body(24.0, 18.0, team=0, kills=9, level=5, mana_mp=50.0)
    own = fallen(0)
    own.kills, own.level, own.seq, own.hands = 3, 2, 77, [Hand(skill=n) for n in range(4)]
    [view] = check_all(new_state([own, mate]), [0])
    assert (view.own["kills"], view.own["level"], view.reader.ack_seq) == (3, 2, 77)
    assert [hand["skill"] for hand in view.reader.hands] == [0, 1, 2, 3]


# ---- bushes -------------------------------------------------------------------------------------


def hiding(dx: float = 5.0, **facts: object) -> State:
    """A viewer, and an enemy in bush 4 ``dx`` to the right."""
    enemy = Body(CENTRE[0] + dx, 18.0, team=1, bush=4)
    for name, value in facts.items():
        setattr(enemy, name, value)
    return new_state([Body(*CENTRE, team=0), enemy])


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        (hiding(), False),
        (hiding(bush=None), True),
        (hiding(dx=3.0), True),
        (hiding(dx=3.0 + STEP), False),
        (hiding(team=0), True),
        (hiding(seen_until_tick=500), False),
        (hiding(seen_until_tick=501), True),
        (hiding(conditions=32), True),
        (hiding(conditions=31), False),
        (hiding(bush=0), False),
    ],
)
def test_whom_bushes_hide(state: State, seen: bool) -> None:
    view, enemys = check_all(state)
    assert view.shown == ([0, 1] if seen else [0])
    assert enemys.shown == [0, 1], "one sees out of a bush"


def test_in_the_same_bush_one_is_seen() -> None:
    state = hiding()
    state.bodies[0].bush = 4
    assert all(view.shown == [0, 1] for view in check_all(state))
    state.bodies[0].bush = 5
    assert [view.shown for view in check_all(state)] == [[0], [1]]


def test_bushes_hide_from_the_eyes_one_looks_through() -> None:
    """A dead spectator sees what its killer sees, not what its own team would."""
    state = hiding()
    state.bodies += [Body(4.0, 4.0, team=1, alive=False, killer=0), Body(25.0, 18.0, team=1)]
    state.bodies[1].alive = True
    assert check_all(state, [2])[0].shown == [0, 1, 3], "its mate's eyes"
    state.bodies[1].team = state.bodies[3].team = 7
    assert check_all(state, [2])[0].shown == [0, 3], "its killer's eyes"


OF_A, OF_B = (1, 8, 12, 13), (2, 3, 4, 9)


@pytest.mark.parametrize("kind", range(1, 14))
def test_what_happens_to_the_hidden_is_kept_back(kind: int) -> None:
    """And what happens to nobody's body is not, wherever it comes from."""
    state = hiding()
    state.events = [
        Happening(kind, 1, 0, 7, 3.0, 25.0, 18.0),
        Happening(kind, 0, 1, 7, 3.0, 25.0, 18.0),
        Happening(kind, -1, 1, 7, 3.0, 25.0, 18.0),
    ]
    state.shots = [Shot(0, 1, 26.0, 18.0, 9, 1, 3, 0.25)]
    view, enemys = check_all(state)
    told = [(event["a"], event.get("b")) for event in view.reader.events]
    if kind in OF_A:
        assert {a for a, _ in told} == {0, oracle.EVENT_NOBODY}
    elif kind in OF_B:
        assert [b for _, b in told] == [0]
    else:
        assert len(told) == 3
    assert len(enemys.reader.events) == 3
    assert len(view.rows("projectile")) == 1, "a shot is seen where it is"


def test_the_dead_are_neither_seen_nor_hidden() -> None:
    state = hiding(alive=False)
    state.events = [Happening(1, 1, -1, 7, 3.0, 25.0, 18.0)]
    view, _ = check_all(state)
    assert view.shown == [0]
    assert len(view.reader.events) == 1, "what somebody did on the tick of their death"
