"""The systems of flying, bursting, hiding and closing: every kernel gets the columns it means.

Each works through lenses that hold what it declared, on a world of its own, in which columns differ
so that two that are mixed up show.
"""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ecs.binding import bound
from ecs.columns import Rows
from ecs.schedule import Granted, System
from ecs.world import World
from schema import columns
from schema.columns import (
    Area,
    Barrier,
    Clock,
    Combo,
    Cover,
    Events,
    Flight,
    Hits,
    Knocks,
    Motion,
    Origin,
    Outcome,
    Pierced,
    Position,
    Role,
    Shape,
    Spent,
    Tally,
    Vitals,
    Zone,
)
from schema.directions import TABLE
from schema.events import (
    BURST,
    CAUSE_SUDDEN_DEATH,
    CAUSE_ZONE,
    HEALS,
    NO_RETURN,
    NOBODY,
    STAGE_OVER,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
    TRUE_DAMAGE,
    UNBLOCKED,
    WALL_HIT,
    ZONE_CLOSED,
)
from schema.rulebook import ALLIES, CLASS_ROW, ENEMIES, SELF
from schema.walls import BLOCKS_ACROSS
from systems.hide import Hide
from systems.move import BuildGrid
from systems.pulse import Pulse
from systems.raise_walls import RaiseWalls
from systems.rules import Rules, plan_grid
from systems.run_stage import RunStage
from systems.shrink_zone import ShrinkZone, prepare_zone
from systems.sweep_projectiles import SweepProjectiles
from systems.terrain import make_terrain
from tests.oracle.closing import Phase, Timetable
from tests.oracle.strikes import Body, Shot, as_number, touch_time
from tests.systems.casting import skill_rows

# Draws wrap around, which plain Python remarks on.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

PLAYERS = 5
TICK = 500
RATE = 2
SIZE = (48.0, 40.0)
SEED = 99
PHASES = [Phase(2, 4, 0.5, 1.0), Phase(0, 3, 0.25, 0.5), Phase(1, 2, 0.0, 0.0)]
CRATES = [(25.0, 20.0, 1.0, 1.0, 0, 30.0), (19.0, 29.5, 3.0, 0.5, 1024, 30.0)]
BUSHES = [(31.0, 8.0, 2.0), (10.0, 20.0, 1.5)]


def stub_rules(friendly: float) -> Rules:
    """Rules of which only what these systems look up is there; 2 ticks a second."""
    classes = np.zeros(3, CLASS_ROW)
    classes["combo_max"], classes["combo_ticks"] = (0, 5, 9), (11, 12, 13)
    sudden = SimpleNamespace(after_s=2.0, damage_hp_per_s=6.0, growth_hp_per_s=4.0)
    match = SimpleNamespace(
        team=SimpleNamespace(friendly_fire_ratio=friendly),
        body=SimpleNamespace(radius_u=0.5),
        countdown_s=1.5,
    )
    known: dict[str, Any] = {
        "balance": SimpleNamespace(match=match, zone=SimpleNamespace(sudden_death=sudden)),
        "rate_hz": RATE,
        "dt_s": 1 / RATE,
        "directions": TABLE,
        "grid": plan_grid(*SIZE, PLAYERS, 0.5),
        "classes": classes,
        "skills": skill_rows(
            {"combo": 0},
            {"combo": 1},
            {"affects": ENEMIES | ALLIES | SELF, "period_ticks": 7, "through_walls": 1},
        ),
        "zone_wait_ticks": np.array([phase.wait for phase in PHASES]),
        "zone_shrink_ticks": np.array([phase.shrink for phase in PHASES]),
        "zone_ratio": np.array([phase.ratio for phase in PHASES]),
        "zone_drift": np.array([phase.drift for phase in PHASES]),
        "zone_damage_hp": np.array([1.0, 2.0, 3.0]),
        "zone_flags": np.array([0, TRUE_DAMAGE, 0]),
    }
    every: dict[str, Any] = {field.name: known.get(field.name) for field in fields(Rules)}
    return Rules(**every)


class Field:
    """Five players of three teams in a row, two crates, nothing in the air."""

    def __init__(self, friendly: float = 0.0, walls: tuple[Any, ...] = ()) -> None:
        terrain = make_terrain(*SIZE, walls, [(1.0, 1.0)], (), BUSHES)
        self.rules = stub_rules(friendly)
        names = {table.capacity for table in columns.TABLES if isinstance(table.capacity, str)}
        for table in columns.TABLES:
            for group in table.groups:
                names |= {each.length for each in group.columns if isinstance(each.length, str)}
        room = dict.fromkeys(sorted(names), 128) | {"players": PLAYERS, "trail": PLAYERS * 7}
        room |= {"projectiles": 6, "areas": 6, "obstacles": 6}
        room |= {"walls": len(walls) + 6, "wall_cells": len(terrain.wall_start)}
        room["wall_blocks"] = (len(terrain.wall_start) - 1) * BLOCKS_ACROSS**2
        self.world = World(columns.TABLES, room, (self.rules, terrain))
        self.player(Role).team[:] = (7, 7, 8, 8, 9)
        self.player(Role).role[:] = (1, 0, 2, 2, 0)
        self.player(Vitals).alive[:] = 1
        for group in (Position, Origin):
            self.player(group).x_u[:] = (10.0, 14.0, 17.0, 21.0, 30.0)
            self.player(group).y_u[:] = (20.0, 20.0, 20.5, 19.75, 8.0)
        self.of("players", Rows).count[0] = PLAYERS
        match = self.of("match", Outcome)
        match.stage[0] = STAGE_PLAY
        clock = self.of("match", Clock)
        clock.tick[0], clock.seed[0] = TICK, SEED
        shape, barrier = (
            self.of("obstacles", Shape),
            self.of("obstacles", Barrier),
        )
        for row, (x, y, hx, hy, heading, health) in enumerate(CRATES):
            shape.x_u[row], shape.y_u[row], shape.hx_u[row], shape.hy_u[row] = x, y, hx, hy
            shape.heading[row], barrier.health_hp[row], barrier.blocks[row] = heading, health, 7
        self.of("obstacles", Rows).count[0] = len(CRATES)

    def of(self, table: str, group: Any) -> Any:
        return self.world.group(table, group)

    def player(self, group: Any) -> Any:
        return self.of("players", group)

    def run(self, *kinds: type[System]) -> None:
        """Run systems once each, bound as a schedule binds them."""
        for kind in kinds:
            system = kind()
            system.bind(Granted(self.world, kind.reads, kind.writes))
            for one in system.calls:
                bound(one)()

    def shoot(self, skill: int, pierce: int, row: int = 0, owner: int = 0) -> None:
        """From the owner to the right, 20 u in a tick."""
        flight = self.of("projectiles", Flight)
        flight.owner[row], flight.skill[row], flight.slot[row] = owner, skill, 3
        flight.damage_hp[row], flight.radius_u[row] = 12.5, 0.25
        flight.expire_tick[row], flight.pierce[row] = TICK + 4, pierce
        motion, at = (self.of("projectiles", each) for each in (Motion, Position))
        motion.vx_ups[row], motion.vy_ups[row] = 20.0 * RATE, 0.0
        at.x_u[row], at.y_u[row] = self.player(Origin).x_u[owner], self.player(Origin).y_u[owner]
        known = self.of("projectiles", Pierced)
        for column in (known.first, known.second, known.third, known.fourth):
            column[row] = NOBODY
        self.of("projectiles", Rows).count[0] += 1

    def told(self, table: str, group: Any) -> list[tuple[Any, ...]]:
        count = int(self.of(table, Rows).count[0])
        found: list[tuple[Any, ...]] = self.of(table, group).record[:count].tolist()
        return found


def test_a_shot_flies_through_a_crowd_into_a_crate() -> None:
    field = Field()
    # Row 2 runs away from the line: hit because it was near it when the tick began.
    field.player(Origin).y_u[2], field.player(Position).y_u[2] = 20.25, 21.5
    field.shoot(skill=1, pierce=3)
    field.run(RaiseWalls, BuildGrid)
    field.of("grid", columns.Grid).reach_u[0] = 1.25
    field.run(SweepProjectiles)
    shot = Shot((10.0, 20.0), (20.0, 0.0), 0, 0.25)
    runner, stander = Body((17.0, 20.25), (17.0, 21.5)), Body((21.0, 19.75), (21.0, 19.75))
    hits = field.told("hits", Hits)
    assert [hit[:6] for hit in hits] == [(2, 0, 1, 3, 0, 12.5), (3, 0, 1, 3, 0, 12.5)]
    for hit, body in zip(hits, (runner, stander), strict=True):
        touch = touch_time(shot, body, Fraction(3, 4))
        assert touch is not None
        assert hit[6] == pytest.approx(float(as_number(touch)), abs=1e-12)
        assert hit[7:9] == (10.0, 20.0)
    assert field.told("knocks", Knocks) == [(0, 0, 12.5)]
    front = 24.0 - 0.25
    assert field.told("events", Events) == [(WALL_HIT, 0, NOBODY, 1, 0.0, front, 20.0)]
    flight, known = (field.of("projectiles", each) for each in (Flight, Pierced))
    assert (flight.pierce[0], flight.hit_count[0]) == (1, 2)
    assert [known.first[0], known.second[0], known.third[0], known.fourth[0]] == [3, 2, -1, -1]
    assert field.of("projectiles", Spent).gone.tolist() == [1, 0, 0, 0, 0, 0]
    assert field.player(Tally).hits.tolist() == [1, 0, 0, 0, 0]
    assert field.player(Combo).hits.tolist() == [2, 0, 0, 0, 0]
    assert field.player(Combo).until_tick[0] == TICK + 1 + 12


def test_friends_stop_shots_where_they_can_be_hurt() -> None:
    field = Field(friendly=0.25)
    field.player(Combo).hits[0] = 4
    field.shoot(skill=1, pierce=0)
    field.run(RaiseWalls, BuildGrid, SweepProjectiles)
    assert [hit[:2] for hit in field.told("hits", Hits)] == [(1, 0)]
    assert (field.player(Combo).hits[0], field.player(Tally).hits[0]) == (0, 0)


def test_what_has_no_health_takes_no_knocks() -> None:
    field = Field()
    field.of("obstacles", Barrier).health_hp[0] = 0.0
    field.player(Vitals).alive[2:4] = 0
    field.shoot(skill=0, pierce=0)
    field.of("areas", Rows).count[0] = 1
    field.run(RaiseWalls, BuildGrid, SweepProjectiles)
    assert field.told("knocks", Knocks) == []
    assert len(field.told("events", Events)) == 1


def test_a_wall_of_the_map_is_no_obstacle() -> None:
    field = Field(walls=((12.0, 20.0, 0.25, 3.0, 0.0, 0, 7),))
    field.shoot(skill=0, pierce=0)
    field.run(RaiseWalls, BuildGrid, SweepProjectiles)
    assert field.of("projectiles", Position).x_u[0] == 11.5
    assert (field.told("knocks", Knocks), len(field.told("events", Events))) == ([], 1)


def test_an_area_hurts_heals_and_shakes() -> None:
    field = Field()
    area, at = (field.of("areas", each) for each in (Area, Position))
    at.x_u[0], at.y_u[0] = 19.0, 21.0
    area.owner[0], area.skill[0], area.slot[0], area.radius_u[0] = 3, 2, 1, 6.0
    area.damage_hp[0], area.heal_hp[0] = 9.0, 5.0
    area.fire_tick[0], area.until_tick[0] = TICK, TICK + 7
    field.of("areas", Rows).count[0] = 1
    field.run(RaiseWalls, BuildGrid, Pulse)
    how = (2, 1)
    wanted = [
        (1, 3, *how, 0, 9.0),
        (2, 3, *how, HEALS, 5.0),
        (3, 3, *how, 0, 9.0),
        (3, 3, *how, HEALS, 5.0),
    ]
    hits = field.told("hits", Hits)
    assert sorted(hit[:6] for hit in hits) == wanted
    assert {hit[6:9] for hit in hits} == {(1.0, 19.0, 21.0)}
    # The second stands upright by its turn alone, else it would be out of reach.
    assert field.told("knocks", Knocks) == [(0, 3, 9.0), (1, 3, 9.0)]
    assert field.told("events", Events) == [(BURST, 3, NOBODY, 2, 6.0, 19.0, 21.0)]
    assert (area.fire_tick[0], field.of("areas", Spent).gone[0]) == (TICK + 7, 0)
    field.of("match", Clock).tick[0] = TICK + 7
    field.run(Pulse)
    assert field.of("areas", Spent).gone[0] == 1


def test_an_area_hurts_friends_where_there_is_friendly_fire() -> None:
    field = Field(friendly=0.5)
    area, at = (field.of("areas", each) for each in (Area, Position))
    at.x_u[0], at.y_u[0] = 12.0, 20.0
    area.owner[0], area.skill[0], area.radius_u[0], area.damage_hp[0] = 0, 2, 2.5, 9.0
    area.fire_tick[0] = area.until_tick[0] = TICK
    field.of("areas", Rows).count[0] = 1
    field.run(RaiseWalls, BuildGrid, Pulse)
    assert sorted(hit[0] for hit in field.told("hits", Hits)) == [0, 1]


def test_bushes_hide_the_living() -> None:
    field = Field()
    field.player(Cover).bush[:] = 9
    field.run(Hide)
    assert field.player(Cover).bush.tolist() == [1, NOBODY, NOBODY, NOBODY, 0]


def test_the_zone_closes_by_its_timetable_and_stages_follow() -> None:
    field = Field()
    world, clock = field.world, field.of("match", Clock)
    zone, outcome = field.of("match", Zone), field.of("match", Outcome)
    outcome.stage[0], clock.tick[0] = 0, 0
    prepare_zone(world)
    table = Timetable(PHASES, SIZE, SEED, TABLE.tolist())
    stages = []
    for tick in range(table.end + 8):
        clock.tick[0] = tick
        field.of("hits", Rows).count[0] = 0
        outcome.over[0] = tick >= table.end + 6
        field.run(RunStage, ShrinkZone)
        stages.append((int(outcome.stage[0]), int(outcome.stage_tick[0])))
        wanted = table.at(tick)
        assert (zone.phase[0], zone.state[0]) == (wanted.phase, wanted.state)
        assert (zone.since_tick[0], zone.until_tick[0]) == (wanted.since, wanted.until)
        found = (zone.x_u[0], zone.y_u[0], zone.radius_u[0])
        assert found == pytest.approx([float(each) for each in wanted.now], abs=1e-9)
        goal = (zone.next_x_u[0], zone.next_y_u[0], zone.next_radius_u[0])
        assert goal == pytest.approx([float(each) for each in wanted.goal], abs=1e-9)
        burnt = [hit for hit in field.told("hits", Hits) if hit[2] == CAUSE_ZONE]
        flags = UNBLOCKED | NO_RETURN | (TRUE_DAMAGE if wanted.phase == 1 else 0)
        assert {hit[4:6] for hit in burnt} <= {(flags, 1.0 + wanted.phase)}
        assert len(burnt) == PLAYERS or wanted.state != ZONE_CLOSED
    sudden, over = table.end + 2 * RATE, table.end + 6
    assert stages == [
        (0, 0)
        if tick < 3
        else (1, 3)
        if tick < sudden
        else (2, sudden)
        if tick < over
        else (3, over)
        for tick in range(table.end + 8)
    ]
    assert (STAGE_SUDDEN_DEATH, STAGE_OVER) == (2, 3)


def test_sudden_death_costs_more_every_second() -> None:
    field = Field()
    outcome = field.of("match", Outcome)
    outcome.stage[0], outcome.stage_tick[0] = STAGE_SUDDEN_DEATH, TICK - 6
    field.player(Vitals).alive[3] = 0
    field.run(RunStage)
    hits = field.told("hits", Hits)
    assert [hit[0] for hit in hits] == [0, 1, 2, 4]
    # After three seconds 6 + 3 * 4 hp a second.
    assert {hit[2:6] for hit in hits} == {
        (CAUSE_SUDDEN_DEATH, 255, TRUE_DAMAGE | UNBLOCKED | NO_RETURN, 9.0)
    }
