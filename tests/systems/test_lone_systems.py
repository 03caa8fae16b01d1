"""Arrivals, conditions, rewards and goods as systems: every column where it belongs."""

from __future__ import annotations

from math import floor

import numpy as np
import pytest

from schema.columns import (
    Ability,
    Affliction,
    Assailant,
    Barrier,
    Channel,
    Clock,
    Combo,
    Control,
    Cover,
    Credit,
    Goods,
    Hits,
    Intent,
    Mending,
    Outcome,
    Position,
    Progress,
    Rescue,
    Role,
    Shape,
    Spent,
    Stats,
    Tally,
    Vitals,
    Zone,
)
from schema.commands import COMMAND, JOIN, LEAVE, PRIMARY, SKILL_SLOTS, TickInputs
from schema.events import (
    BURNING,
    CAUSE_BLED_OUT,
    CAUSE_LEFT,
    CAUSE_STATUS,
    CAUSE_THORNS,
    HASTED,
    HEALS,
    LEVEL,
    NO_SLOT,
    NOBODY,
    PICKUP,
    REVEALED,
    STAGE_PLAY,
)
from schema.rulebook import ASSAILANTS, LEVELS, STATUSES
from schema.walls import BARRIER, BLOCKS_ALL, CRATE
from systems.afflict import Afflict
from systems.apply_inputs import ApplyInputs
from systems.loot import Collect, DropLoot, prepare_loot
from systems.move import BuildGrid
from systems.reward import Reward
from systems.separate import Separate
from systems.terrain import make_terrain
from systems.wear_off import WearOff
from tests.oracle import goods
from tests.systems.lone_systems import HZ, PLAYERS, Bench, fill

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

SPAWNS = [(3.0, 4.0), (35.0, 4.0), (3.0, 20.0), (35.0, 20.0)]
POINTS = [(5.0, 5.0, "common"), (6.0, 5.0, "crate"), (7.0, 5.0, "common"), (8.0, 5.0, "remains")]
POINTS += [(9.0 + row, 15.0, "crate") for row in range(6)]
GROUND = make_terrain(40.0, 24.0, [(20.0, 12.0, 2.0, 2.0, 0.0, 0, BLOCKS_ALL)], SPAWNS, loot=POINTS)


def bench(tick: int = 500) -> Bench:
    made = Bench(GROUND)
    made.match(Clock).tick[0], made.match(Clock).seed[0] = tick, 77
    made.match(Outcome).stage[0] = STAGE_PLAY
    zone = made.match(Zone)
    zone.x_u[0], zone.y_u[0], zone.radius_u[0] = 35.0, 20.0, 1.0
    return made


def crowd(made: Bench, count: int = 4) -> Bench:
    """So many people of all classes, each a team, at (10 + row, 5), with health and mana left."""
    made.rows("players").count[0] = count
    row = np.arange(count)
    for group, values in (
        (Role, {"role": row % len(made.rules.classes), "team": 5 + row}),
        (Position, {"x_u": 10.0 + row, "y_u": 5.0 + 0 * row}),
        (Vitals, {"alive": 1 + 0 * row, "health_hp": 40.0 + row, "mana_mp": 20.0 + row}),
        (Progress, {"level": 1 + row % 2}),
        (Stats, {"health_max_hp": 100.0 + row, "mana_max_mp": 60.0 + row}),
        (Tally, {"killer": 0 * row + NOBODY}),
        (Credit, {"attacker": 0 * row + NOBODY}),
        (Rescue, {"downer": 0 * row + NOBODY}),
    ):
        for name, column in values.items():
            getattr(made.player(group), name)[:count] = column
    made.rows("abilities", Ability).level[:] = 1
    made.rows("afflictions", Affliction).source[:] = NOBODY
    made.rows("assailants", Assailant).attacker[:] = NOBODY
    return made


def test_who_enters_has_all_that_is_due_and_obeys_at_once() -> None:
    made = bench()
    joins = [(0, 3, 2, 1, 1), (1, 4, 0, 2, 0), (2, 3, 0, 99, 0), (2, 3, 1, 0, 9)]
    command = (2, 4095, 17, 99, PRIMARY, 1234, 490)
    inputs = TickInputs(
        np.array([command, (5, 0, 0, 0, 0, 0, 0)], COMMAND),
        np.array(joins, JOIN),
        np.array([(1,), (3,)], LEAVE),
    )
    made.post(inputs)
    made.run(ApplyInputs)
    rules, place = made.rules, made.player(Position)
    assert (made.rows("players").count[0], made.rows("players").refused[0]) == (3, 1)
    # Where the first wished, in the zone, with the mate wherever that wished.
    assert list(zip(place.x_u[:3], place.y_u[:3], strict=True)) == [SPAWNS[0], SPAWNS[3], SPAWNS[3]]
    for column, values in (
        (made.player(Control).bot, [2, 0, 1]),
        (made.player(Control).join_tick, [500] * 3),
        (made.player(Role).role, [1, 2, 0]),
        (made.player(Role).team, [3, 4, 3]),
        (made.player(Intent).heard_tick, [500] * 3),
        (made.player(Progress).level, [1] * 3),
        (made.player(Tally).placement, [0] * 3),
    ):
        assert column[:4].tolist() == [*values, 0]
    stats, vitals, ability = (
        made.player(Stats),
        made.player(Vitals),
        made.rows("abilities", Ability),
    )
    for row, role in enumerate((1, 2, 0)):
        at_one = rules.levels[role * LEVELS]
        assert stats.health_max_hp[row] == vitals.health_hp[row] == at_one["health_max_hp"]
        assert stats.mana_max_mp[row] == vitals.mana_mp[row] == at_one["mana_max_mp"]
        for slot in range(SKILL_SLOTS):
            at, skill = row * SKILL_SLOTS + slot, rules.classes[role][f"skill_{slot}"]
            charges = rules.skills[skill]["charges_max"]
            assert (ability.skill[at], ability.charges[at]) == (skill, charges)
            assert (ability.level[at], ability.held_tick[at]) == (1, NOBODY)
    intent = made.player(Intent)
    names = ("move", "aim", "reach", "buttons", "seq", "view_tick")
    assert [int(getattr(intent, name)[2]) for name in names] == list(command[1:])
    assert (made.match(Outcome).alive[0], made.match(Outcome).refused_commands[0]) == (3, 1)
    hits = [(h["victim"], h["cause"], h["amount_hp"], h["from_x_u"]) for h in made.hits()]
    assert hits == [(1, CAUSE_LEFT, vitals.health_hp[1], SPAWNS[3][0])]


def test_who_enters_names_nobody() -> None:
    made = bench()
    named = [
        made.player(Mending).healer,
        made.player(Cover).bush,
        made.player(Rescue).downer,
        made.player(Rescue).reviver,
        made.player(Credit).attacker,
        made.player(Tally).killer,
        made.rows("afflictions", Affliction).source,
        made.rows("assailants", Assailant).attacker,
    ]
    made.post(TickInputs(joins=np.array([(0, 0, 0, 0, 0)], JOIN)))
    made.run(ApplyInputs)
    for column in named:
        each = len(column) // PLAYERS
        assert column[: 2 * each].tolist() == [NOBODY] * each + [0] * each
    assert made.player(Channel).slot[:2].tolist() == [NO_SLOT, 0]


@pytest.mark.parametrize(("early", "buttons"), [(2, 0), (1, 0), (0, PRIMARY)])
def test_buttons_count_from_the_tick_of_the_start(early: int, buttons: int) -> None:
    """The stage of the tick before is still that of the countdown."""
    made = bench()
    start = made.rules.some_ticks(made.rules.balance.match.countdown_s)
    made = crowd(bench(start - early))
    made.match(Outcome).stage[0] = 0
    made.post(TickInputs(np.array([(1, 0, 0, 0, PRIMARY, 0, 0)], COMMAND)))
    made.run(ApplyInputs)
    assert made.player(Intent).buttons[1] == buttons


def test_what_lasts_in_a_world() -> None:
    made = crowd(bench())
    vitals, mending, rescue = made.player(Vitals), made.player(Mending), made.player(Rescue)
    made.wear(1, "burning", 501, 2, 3)
    made.wear(1, "chilled", 500, 1, 3)
    made.wear(2, "hasted", 510, 1, 2)
    fill(vitals.shield_hp, 9.0, 9.0)
    fill(vitals.shield_until_tick, 500, 501)
    fill(made.player(Combo).hits, 4, 4)
    fill(made.player(Combo).until_tick, 501, 500)
    vitals.down[3], rescue.downer[3] = 1, 2
    mending.until_tick[0], mending.heal_hp[0], mending.healer[0] = 501, 1.75, 2
    mending.skill[0], mending.slot[0] = 6, 3
    made.run(WearOff)
    worn = made.rows("afflictions", Affliction)
    chilled = STATUSES + made.status("chilled")
    assert (worn.stacks[chilled], worn.source[chilled]) == (0, NOBODY)
    assert vitals.shield_hp[:2].tolist() == [0.0, 9.0]
    assert made.player(Combo).hits[:2].tolist() == [4, 0]
    rules, stats = made.rules, made.player(Stats)
    for row in range(4):
        role = row % len(rules.classes)
        own = rules.levels[role * LEVELS + row % 2]
        for name in ("health_max_hp", "mana_max_mp", "armour", "power"):
            assert getattr(stats, name)[row] == own[name], name
        ratio = [1.0, 1.0, 1.3, rules.balance.match.team.down_speed_ratio][row]
        assert stats.speed_ups[row] == pytest.approx(own["speed_ups"] * ratio, rel=1e-14)
        assert vitals.mana_mp[row] == pytest.approx(20.0 + row + own["mana_mp_per_tick"])
    assert stats.flags[:4].tolist() == [0, BURNING | REVEALED, HASTED, 0]
    names = ("victim", "attacker", "cause", "slot", "flags", "amount_hp", "from_x_u", "from_y_u")
    hits = [tuple(hit[name] for name in names) for hit in made.hits()]
    burning = made.status("burning")
    assert [hit[:3] for hit in hits] == [
        (1, 3, CAUSE_STATUS + burning),
        (3, 2, CAUSE_BLED_OUT),
        (0, 2, 6),
    ]
    assert hits[0][5] == 2 * rules.statuses[burning]["strength"]
    assert hits[1][5] == rules.balance.match.team.bleed_hp_per_s * rules.dt_s
    assert hits[2][3:] == (3, HEALS, 1.75, 10.0, 5.0)
    assert [hit[6:] for hit in hits[:2]] == [(11.0, 5.0), (13.0, 5.0)]


def test_hits_leave_statuses_behind_in_a_world() -> None:
    made = crowd(bench())
    record, names = made.rows("hits", Hits).record, made.rules.skill_names
    for hit, skill in zip(record, ("fireball", "entangle"), strict=False):
        hit["cause"], hit["attacker"], hit["landed"] = names.index(skill), 2, 1
    record[0]["victim"], record[1]["victim"] = 1, 3
    # Thorns give away whoever they hurt, what is on somebody already does not.
    for hit, (cause, victim, attacker) in zip(
        record[2:], [(CAUSE_THORNS, 0, 2), (CAUSE_STATUS, 2, 1)], strict=False
    ):
        hit["cause"], hit["victim"], hit["attacker"], hit["landed"] = cause, victim, attacker, 1
    made.rows("hits").count[0] = 4
    made.run(Afflict)
    worn = made.rows("afflictions", Affliction)
    there = [
        (place // STATUSES, made.rules.status_names[place % STATUSES], int(worn.until_tick[place]))
        for place in np.flatnonzero(worn.stacks)
    ]
    seconds = [(1, "burning", 3.0), (3, "revealed", 2.0), (3, "rooted", 1.3)]
    assert there == [(row, name, 501 + made.rules.ticks(span)) for row, name, span in seconds]
    assert (worn.source[np.flatnonzero(worn.stacks)] == 2).all()
    seen = 501 + made.rules.some_ticks(made.rules.balance.match.cover.reveal_s)
    assert made.player(Cover).seen_until_tick[:4].tolist() == [seen, seen, 0, seen]


def test_rewards_in_a_world() -> None:
    """0 dies by nobody's hand, 1 hurt it last, 2 helped, 3 knocked down 4, who dies too."""
    made = crowd(bench(), 6)
    rules, tally, progress = made.rules, made.player(Tally), made.player(Progress)
    prices = rules.balance.match.experience
    tally.dying[[0, 4]] = 1
    credit, rescue = made.player(Credit), made.player(Rescue)
    credit.attacker[:5], credit.hit_tick[:5] = 1, 500 - rules.some_ticks(10.0)
    made.player(Vitals).down[4], rescue.downer[4] = 1, 3
    assailant = made.rows("assailants", Assailant)
    assailant.attacker[:2], assailant.hit_tick[:2] = [1, 2], 500 - rules.some_ticks(12.0)
    progress.experience_xp[3] = rules.level_xp[1] - prices.kill_xp
    level = int(progress.level[3])
    health, mana = made.player(Vitals).health_hp.copy(), made.player(Vitals).mana_mp.copy()
    made.run(Reward)
    assert tally.killer[:6].tolist() == [1, NOBODY, NOBODY, NOBODY, 3, NOBODY]
    assert tally.kills[:6].tolist() == [0, 1, 0, 1, 0, 0]
    assert tally.assists[:6].tolist() == [0, 0, 1, 0, 0, 0]
    # To the nearest 1/65536.
    alive_xp = floor(prices.survival_xp_per_s / HZ * 65536.0 + 0.5) / 65536.0
    earned = [0.0, prices.kill_xp, prices.assist_xp, rules.level_xp[1], 0.0, 0.0]
    more = [0.0, alive_xp, alive_xp, alive_xp, 0.0, alive_xp]
    assert progress.experience_xp[:6] == pytest.approx(np.add(earned, more))
    assert (level, progress.level[3]) == (2, 3)
    role, stats, vitals = 3 % len(rules.classes), made.player(Stats), made.player(Vitals)
    old, new = (rules.levels[role * LEVELS + at - 1] for at in (2, 3))
    assert stats.health_max_hp[3] == new["health_max_hp"] != stats.mana_max_mp[3]
    assert stats.mana_max_mp[3] == new["mana_max_mp"]
    gained = new["health_max_hp"] - old["health_max_hp"]
    assert vitals.health_hp[3] == pytest.approx(health[3] + gained)
    assert vitals.mana_mp[3] == pytest.approx(mana[3] + new["mana_max_mp"] - old["mana_max_mp"])
    assert (LEVEL, 3, NOBODY, 0, 3.0, 13.0, 5.0) in made.events()
    assert made.rows("assailants", Assailant).attacker[ASSAILANTS] == NOBODY


def lines_of(made: Bench, table: int) -> list[tuple[int, float]]:
    loot = made.rules.loot
    return [tuple(line) for line in loot.lines[loot.start[table] : loot.start[table + 1]].tolist()]


def lying(made: Bench) -> list[tuple[int, float, float]]:
    upto = made.rows("pickups").count[0]
    place, item = made.rows("pickups", Position), made.rows("pickups", Goods).item
    return list(zip(item[:upto].tolist(), place.x_u[:upto], place.y_u[:upto], strict=True))


def anywhere(*_: float) -> bool:
    return True


def test_the_dead_and_crates_drop_and_barriers_do_not() -> None:
    made = crowd(bench())
    loot, balance = made.rules.loot, made.rules.balance.loot
    made.player(Tally).dying[[1, 3]] = 1
    made.rows("obstacles").count[0] = 4
    shape, barrier = made.rows("obstacles", Shape), made.rows("obstacles", Barrier)
    fill(shape.x_u, 30.0, 31.0, 32.0, 33.0)
    fill(shape.y_u, 6.0, 7.0, 8.0, 9.0)
    fill(barrier.kind, CRATE, BARRIER, CRATE, CRATE)
    fill(made.rows("obstacles", Spent).gone, 1, 1, 0, 1)
    made.run(DropLoot)
    expected = []
    for table, sources in (
        (loot.death_table, [(1, 11.0, 5.0), (3, 13.0, 5.0)]),
        (loot.crate_table, [((1 << 16) + 0, 30.0, 6.0), ((1 << 16) + 3, 33.0, 9.0)]),
    ):
        rolls, lines = int(loot.rolls[table]), lines_of(made, table)
        expected += goods.drops((77, 500), sources, lines, rolls, balance.scatter_u, anywhere)
    assert lying(made) == expected
    assert len(expected) > 4
    lain = made.rows("pickups", Goods).expire_tick[: len(expected)]
    assert (lain == 500 + made.rules.ticks(balance.lifetime_s)).all()


def test_loot_points_hold_what_their_tables_say_for_ever() -> None:
    made = bench(tick=0)
    prepare_loot(made.world)
    names, expected, first = made.rules.loot.table_names, [], 1 << 20
    for table, name in enumerate(names):
        spots = [(x, y) for x, y, drawn_from in POINTS if drawn_from == name]
        sources = [(first + row, x, y) for row, (x, y) in enumerate(spots)]
        rolls = int(made.rules.loot.rolls[table])
        expected += goods.drops((77, 0), sources, lines_of(made, table), rolls, 0.0, anywhere)
        first += len(spots)
    assert lying(made) == expected
    assert len(expected) > 5
    assert (made.rows("pickups", Goods).expire_tick[: len(expected)] > 1 << 59).all()


def test_every_kind_of_item_does_what_it_says_in_a_world() -> None:
    made = crowd(bench(), 5)
    rules, names = made.rules, made.rules.item_names
    items = [names.index(name) for name in ("bandage", "elixir", "ward", "lore", "rune")]
    # Each lies on the other side of somebody, who is far from all others.
    x, y = made.player(Position).x_u, made.player(Position).y_u
    x[:5] = [2.0, 8.0, 14.0, 26.0, 32.0]
    place, lie = made.rows("pickups", Position), made.rows("pickups", Goods)
    made.rows("pickups").count[0] = 6
    fill(place.x_u, *(x[:5] + 0.5), 2.0)
    fill(place.y_u, *(y[:5] - 0.5), 20.0)
    fill(lie.item, *items, 0)
    fill(lie.amount, *(3.0 + row for row in range(5)), 1.0)
    fill(lie.expire_tick, *[501] * 5, 500)
    made.run(BuildGrid, Separate, Collect)
    vitals = made.player(Vitals)
    assert made.rows("pickups", Spent).gone[:7].tolist() == [1] * 6 + [0]
    assert vitals.health_hp[:5].tolist() == [43.0, 41.0, 42.0, 43.0, 44.0]
    assert vitals.mana_mp[:5].tolist() == [20.0, 25.0, 22.0, 23.0, 24.0]
    assert vitals.shield_hp[:5].tolist() == [0.0, 0.0, 5.0, 0.0, 0.0]
    until = 501 + rules.ticks(rules.balance.loot.shield_s)
    assert vitals.shield_until_tick[:5].tolist() == [0, 0, until, 0, 0]
    assert made.player(Progress).experience_xp[:5].tolist() == [0.0, 0.0, 0.0, 6.0, 0.0]
    levels = made.rows("abilities", Ability).level[: 5 * SKILL_SLOTS].reshape(5, SKILL_SLOTS)
    assert levels.tolist() == [[1] * 4] * 4 + [[3, 3, 3, 2]]
    assert made.player(Tally).items[:6].tolist() == [1] * 5 + [0]
    assert made.events() == [
        (PICKUP, row, NOBODY, items[row], 3.0 + row, x[row] + 0.5, y[row] - 0.5) for row in range(5)
    ]
