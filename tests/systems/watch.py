"""A referee who looks at a world after every tick and holds it to the rules.

It knows the state before the tick, the state after it, and the reports in between, and derives
nothing from kernels: every rule here is one that a player could cite.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from ecs.columns import Group, Rows
from ecs.world import World
from schema.columns import (
    Ability,
    Casts,
    Channel,
    Dash,
    Effort,
    Events,
    Outcome,
    Position,
    Progress,
    Push,
    Rescue,
    Role,
    Stats,
    Tally,
    Vitals,
    Zone,
)
from schema.commands import SKILL_SLOTS
from schema.events import (
    CAST,
    NO_SLOT,
    NOBODY,
    ROOTED,
    STAGE_COUNTDOWN,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
    STUNNED,
)
from schema.rulebook import DASH, LEVELS, SKILL_LEVELS
from systems.rules import Rules
from systems.terrain import Terrain
from systems.tick import fork
from tests.systems.ground import gaps_to
from tests.systems.matches import standing_walls

G = TypeVar("G", bound=Group)

ROUNDING = 1e-9
SKIN_U = 16 / 1024  # moved and pushed, at most eight contacts each, a skin each
SELDOM = 8  # what costs most and does not heal by itself is looked at every so many ticks
FOR_EVER = 1 << 60
ENTITIES = ("projectiles", "areas", "obstacles", "pickups")


def close(one: np.ndarray, two: np.ndarray, apart: float) -> bool:
    """Whether no two numbers are farther apart."""
    return not (np.abs(one - two) > apart).any()


@dataclass
class Watch:
    """Call ``before`` ahead of every tick and ``look`` after it.

    Attributes:
        past: a second such world, to keep the state before a tick in; made where there is none.
        seen: how often something happened that makes a match worth judging, by name.
        fullest: most rows in use of each table.
    """

    world: World
    past: World | None = None
    seen: dict[str, float] = field(default_factory=dict)
    fullest: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules, self.terrain = self.world.resource(Rules), self.world.resource(Terrain)
        self.body_u = self.rules.balance.match.body.radius_u
        self.former = self.past or fork(self.world)
        self.refused_events = 0
        self.casts_of: dict[int, list[int]] = {}
        self.deadlines: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.judged = dict.fromkeys(ENTITIES, b"")
        self.soonest = dict.fromkeys(ENTITIES, FOR_EVER)
        for table in ENTITIES:
            size = self.world.layout.capacities[table]
            self.deadlines[table] = (np.zeros(size, np.int64), np.zeros(size, np.int64))
            self.deadlines_hold(table, -1)

    def before(self) -> None:
        """Remember the state ahead of a tick."""
        self.former.restore(self.world.keyframe())

    def as_judged(self, table: str) -> bool:
        """Whether a table is to the byte what it was when it was judged last; as it is, it is kept.

        What needs no second look then is what follows from the table alone.
        """
        spans = [span for span in self.world.layout.spans if span.table == table]
        found = self.world.block[spans[0].start : spans[-1].end].tobytes()
        same, self.judged[table] = found == self.judged[table], found
        return same

    def now(self, group: type[G]) -> G:
        return self.world.group("players", group)

    def then(self, group: type[G]) -> G:
        return self.former.group("players", group)

    def note(self, what: str, how_often: float) -> None:
        self.seen[what] = self.seen.get(what, 0) + float(how_often)

    def told(self, kind: int) -> int:
        """Events of a kind in this tick."""
        rows = self.world.group("events", Rows)
        return int(
            (self.world.group("events", Events).record[: rows.count[0]]["kind"] == kind).sum()
        )

    # --- the rules --------------------------------------------------------------------------------

    def numbers(self) -> None:
        """Everything is finite, tables hold what they may, and the zone shrinks into itself."""
        for placed in self.world.layout.columns if self.tick % SELDOM == 0 else ():
            # What is not a number stays none.
            if placed.column.dtype.kind == "f":
                assert np.isfinite(placed.view(self.world.block)).all(), placed.name
        for table in ("players", *ENTITIES, "casts", "hits", "knocks", "events"):
            scratch = table not in self.world.layout.capacities
            layout = self.world.scratch_layout if scratch else self.world.layout
            count = int(self.world.group(table, Rows).count[0])
            assert 0 <= count <= layout.capacities[table], table
            self.fullest[table] = max(self.fullest.get(table, 0), count)
        refused = int(self.world.group("events", Rows).refused[0])
        self.all_told, self.refused_events = refused == self.refused_events, refused
        zone = self.world.group("match", Zone)
        apart = np.hypot(zone.next_x_u - zone.x_u, zone.next_y_u - zone.y_u)
        assert apart + zone.next_radius_u <= zone.radius_u + ROUNDING
        assert self.stage >= int(self.former.group("match", Outcome).stage[0])

    def vitals(self) -> None:
        """Health and mana within their bounds, and who is alive or down with good reason."""
        n, vitals, stats, progress = self.count, *map(self.now, (Vitals, Stats, Progress))
        alive, down = vitals.alive[:n] != 0, vitals.down[:n] != 0
        health = vitals.health_hp[:n]
        assert not vitals.alive[n:].any()
        assert ((health > 0) == alive).all()
        assert not (down & ~alive).any()
        team = self.rules.balance.match.team
        ceiling = np.maximum(stats.health_max_hp[:n], np.where(down, team.down_health_hp, 0.0))
        assert (health <= ceiling).all()
        assert (vitals.mana_mp[:n] >= 0).all()
        assert (vitals.mana_mp[:n] <= stats.mana_max_mp[:n]).all()
        assert (vitals.shield_hp[:n] >= 0).all()
        assert ((progress.level[:n] >= 1) & (progress.level[:n] <= LEVELS)).all()
        assert (progress.level[:n] >= self.then(Progress).level[:n]).all()
        assert (progress.experience_xp[:n] >= self.then(Progress).experience_xp[:n]).all()
        rescue, teams = self.now(Rescue), self.now(Role).team[:n]
        standing = set(teams[alive & ~down].tolist())
        assert set(teams[down].tolist()) <= standing
        assert team.size > 1 or not down.any()
        assert (rescue.downs[:n] <= team.downs_max).all()
        assert (rescue.progress_ticks[:n][down] < self.rules.ticks(team.revive_s)).all()
        self.note("down", down.sum())
        self.note("revives", self.now(Tally).revives.sum() - self.then(Tally).revives.sum())

    def movement(self) -> None:
        """Nobody goes farther than legs, a dash and a push can take them, nor into a wall."""
        n, stats, dash, push = self.count, self.now(Stats), self.now(Dash), self.now_push()
        lived = self.then(Vitals).alive[:n] != 0
        here, there = self.places(self.now(Position)), self.places(self.then(Position))
        far = np.hypot(*(here - there).T)
        pushed = np.hypot(push.dx_u[:n], push.dy_u[:n])
        assert (pushed[lived] <= self.body_u + ROUNDING).all()
        cast = np.zeros(n, dtype=bool)
        for made in self.made():
            cast[made["player"]] |= made["kind"] == DASH
        dashing = (dash.until_tick[:n] > self.tick) | (self.then(Dash).until_tick[:n] > self.tick)
        dashing = (dashing | cast) & (stats.flags[:n] & (ROOTED | STUNNED) == 0)
        dashing &= self.then(Vitals).down[:n] == 0
        speed = np.where(
            dashing, np.maximum(dash.speed_ups[:n], stats.speed_ups[:n]), stats.speed_ups[:n]
        )
        if self.stage == STAGE_COUNTDOWN:
            speed[:] = 0.0
        legal = np.where(lived, speed * self.rules.dt_s + pushed + SKIN_U, 0.0)
        assert (far <= legal)[~self.joined].all()
        self.note("way", far[lived].sum())
        self.note("dashes", dashing.sum())
        alive = (self.now(Vitals).alive[:n] != 0) & ~self.joined
        self.outside_walls(here[alive], there[alive])

    def now_push(self) -> Push:
        return self.world.group("push", Push)

    def places(self, position: Position) -> np.ndarray:
        return np.column_stack([position.x_u[: self.count], position.y_u[: self.count]])

    def outside_walls(self, here: np.ndarray, there: np.ndarray) -> None:
        """In no wall; whoever a fresh barrier overlaps comes no deeper into it."""
        radius = self.body_u
        assert (here >= radius).all()
        assert (here <= self.terrain.frame[:2] - radius).all()
        walls = standing_walls(self.world)
        gaps, former = np.split(gaps_to(walls, np.concatenate([here, there])), 2)
        caught = former < radius - ROUNDING
        assert (gaps[~caught] >= radius - ROUNDING).all()
        assert (gaps[caught] >= former[caught] - SKIN_U).all()
        self.note("caught", caught.sum())

    def made(self) -> np.ndarray:
        return self.world.group("casts", Casts).record[: self.world.group("casts", Rows).count[0]]

    def casts(self) -> None:
        """Only the fit cast, at most what charges and cooldowns give, each slot once a tick."""
        made, vitals, flags = self.made(), self.then(Vitals), self.now(Stats).flags
        ability = self.world.group("abilities", Ability)
        effort, past = (w.group("abilities", Effort) for w in (self.world, self.former))
        counted = np.zeros(len(effort.casts), np.int64)
        for cast in made.tolist():
            row, slot, skill, level, kind = cast[:5]
            place, reach, charge = row * SKILL_SLOTS + slot, cast[8], cast[9]
            rule = self.rules.skills[skill]
            assert self.stage in (STAGE_PLAY, STAGE_SUDDEN_DEATH)
            assert vitals.alive[row] or self.joined[row]
            assert not vitals.down[row]
            assert not flags[row] & STUNNED
            assert kind != DASH or not flags[row] & ROOTED
            assert ability.skill[place] == skill
            assert 1 <= level <= SKILL_LEVELS
            assert 0.0 <= reach <= 1.0
            assert 0.0 <= charge <= 1.0
            assert charge == 0.0 or rule["hold_ticks"] > 0
            counted[place] += 1
            self.held_to_cooldown(place, rule)
            self.note(f"kind {kind}", 1)
            self.note("charged", charge > 0.0)
        assert (counted <= 1).all()
        assert (effort.casts - past.casts == counted).all()
        assert not self.all_told or self.told(CAST) == len(made)
        used = slice(0, self.count * SKILL_SLOTS)
        most = self.rules.skills["charges_max"][ability.skill[used]]
        assert (ability.charges[used] <= most).all()
        missing = ability.charges[used] < most
        assert (ability.recharge_tick[used][missing] > self.tick).all()
        held = ability.held_tick[used].reshape(-1, SKILL_SLOTS) != NOBODY
        channelling = self.now(Channel).slot[: self.count] != NO_SLOT
        assert (held.sum(axis=1) + channelling <= 1).all()
        assert not (held.any(axis=1) & (flags[: self.count] & STUNNED != 0)).any()

    def held_to_cooldown(self, place: int, rule: np.void) -> None:
        """So many casts as there are charges take at least one cooldown."""
        ticks = self.casts_of.setdefault(place, [])
        most, cooldown = int(rule["charges_max"]), int(rule["cooldown_ticks"])
        if len(ticks) >= most:
            assert self.tick - ticks[-most] >= cooldown
        if ticks and most > 1:
            assert self.tick - ticks[-1] >= rule["gap_ticks"]
        ticks.append(self.tick)

    def players_unmoved(self) -> np.ndarray:
        """Players to whom nothing came but damage, healing and what they paid for."""
        n = self.count
        same = np.ones(n, dtype=bool)
        for group, columns in (
            (Vitals, ("alive", "down")),
            (Progress, ("level",)),
            (Tally, ("items",)),
        ):
            for column in columns:
                changed = (
                    getattr(self.now(group), column)[:n] != getattr(self.then(group), column)[:n]
                )
                same &= ~changed | (self.joined if group is not Tally else False)
        return same & (self.now(Vitals).alive[:n] != 0)

    def level_rows_before(self) -> np.ndarray:
        """LEVEL_ROW[players] as the tick began."""
        level = np.where(self.joined, 1, self.then(Progress).level[: self.count])
        role = self.now(Role).role[: self.count].astype(np.int64)
        return self.rules.levels[role * LEVELS + level - 1]

    def prices(self) -> None:
        """Mana is what there was, what came back, and nothing but what was paid."""
        n, channel, rows = self.count, self.now(Channel), self.level_rows
        most = rows["mana_max_mp"]
        had = np.where(self.joined, most, self.then(Vitals).mana_mp[:n])
        expected = np.minimum(had + rows["mana_mp_per_tick"], most)
        for cast in self.made():
            expected[cast["player"]] -= self.rules.skills[cast["skill"]]["mana_mp"]
        skill_of = self.world.group("abilities", Ability).skill
        for row in np.flatnonzero(channel.slot[:n] != NO_SLOT):
            if channel.since_tick[row] < self.tick:
                skill = skill_of[row * SKILL_SLOTS + channel.slot[row]]
                expected[row] -= self.rules.skills[skill]["mana_mp_per_tick"]
                self.note("beaming", 1)
        same = self.unmoved
        assert close(self.now(Vitals).mana_mp[:n][same], expected[same], ROUNDING)
