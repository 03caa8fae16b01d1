"""Rules about damage, time, teams and things: the rest of what a referee holds a world to."""

from __future__ import annotations

import numpy as np

from ecs.columns import Identity, Rows
from schema.columns import (
    Ability,
    Affliction,
    Area,
    Barrier,
    Channel,
    Clock,
    Combo,
    Control,
    Dash,
    Effort,
    Flight,
    Goods,
    Hits,
    Mending,
    Outcome,
    Position,
    Role,
    Shape,
    Spent,
    Stats,
    Tally,
    Vitals,
)
from schema.commands import SKILL_SLOTS
from schema.events import (
    BURST,
    CAUSE_LEFT,
    DEATH,
    HEALS,
    NO_SLOT,
    NOBODY,
    PICKUP,
    STAGE_COUNTDOWN,
    STAGE_OVER,
)
from schema.rulebook import BEAM, HOMING, PROJECTILE, STATUSES
from schema.walls import BARRIER, NEVER
from tests.systems.watch import ENTITIES, FOR_EVER, ROUNDING, SELDOM, Watch, close


class Referee(Watch):
    """Compares the state before and after every tick, by all the rules."""

    def look(self) -> None:
        """Judge the tick that was applied since ``before``."""
        self.tick = int(self.former.group("match", Clock).tick[0])
        self.count = int(self.world.group("players", Rows).count[0])
        self.stage = int(self.world.group("match", Outcome).stage[0])
        self.joined = self.now(Control).join_tick[: self.count] == self.tick
        assert self.world.group("match", Clock).tick[0] == self.tick + 1
        self.unmoved, self.level_rows = self.players_unmoved(), self.level_rows_before()
        self.numbers()
        self.vitals()
        self.movement()
        self.casts()
        self.prices()
        self.damage()
        self.lasting()
        self.teams()
        self.pickups()
        for table in ENTITIES:
            if self.as_judged(table) and self.tick % SELDOM:
                assert self.soonest[table] > self.tick, table
                continue
            self.entities(table)
            self.deadlines_hold(table, self.tick)

    # --- what is looked at ------------------------------------------------------------------------

    def damage(self) -> None:
        """No damage is lost or made: every hit adds up, and so do all books that it is in."""
        n, ratio = self.count, self.rules.balance.match.team.friendly_fire_ratio
        hits = self.world.group("hits", Hits).record[: self.world.group("hits", Rows).count[0]]
        landed, victim, attacker = hits["landed"] != 0, hits["victim"], hits["attacker"]
        assert ((victim >= 0) & (victim < n)).all()
        assert ((attacker >= NOBODY) & (attacker < n)).all()
        assert ((hits["moment"] >= 0) & (hits["moment"] <= 1)).all()
        team = self.now(Role).team
        parts = ("health_hp", "shield_hp", "blocked_hp", "over_hp")
        assert all((hits[part] >= 0).all() and not hits[part][~landed].any() for part in parts)
        mate = (attacker != NOBODY) & (attacker != victim) & (team[victim] == team[attacker])
        heals = hits["flags"] & HEALS != 0
        whole = np.where(mate & ~heals, ratio, 1.0) * hits["amount_hp"]
        summed = sum(hits[part] for part in parts)
        assert close(summed[landed], whole[landed], ROUNDING)
        assert ratio > 0 or not (landed & mate & ~heals).any()
        lived = (self.then(Vitals).alive[:n] != 0) | self.joined
        assert lived[victim[landed]].all()
        before = int(self.former.group("match", Outcome).over[0])
        assert (
            self.stage not in (STAGE_COUNTDOWN, STAGE_OVER)
            or (hits["cause"][landed & ~heals] == CAUSE_LEFT).all()
        )
        assert not (before and landed.any())
        self.note("landed", landed.sum())
        self.note("healed", hits["health_hp"][heals].sum())
        self.note("friendly", (landed & mate & ~heals).sum())
        self.books(hits, landed & ~heals, landed & heals, ~mate & (attacker != victim))

    def books(
        self, hits: np.ndarray, hurt: np.ndarray, healed: np.ndarray, enemy: np.ndarray
    ) -> None:
        n, places = self.count, self.count * SKILL_SLOTS
        victim, attacker, slot = hits["victim"], hits["attacker"], hits["slot"]
        enemy, by_one = hurt & enemy & (attacker != NOBODY), healed & (attacker != NOBODY)
        sums = {
            "taken_hp": (victim, hurt, "health_hp"),
            "shielded_hp": (victim, hurt, "shield_hp"),
            "blocked_hp": (victim, hurt, "blocked_hp"),
            "dealt_hp": (attacker, enemy, "health_hp"),
            "over_hp": (attacker, enemy, "over_hp"),
            "healed_hp": (attacker, by_one, "health_hp"),
        }
        for name, (whose, which, part) in sums.items():
            grown = getattr(self.now(Tally), name)[:n] - getattr(self.then(Tally), name)[:n]
            total = np.bincount(whose[which], hits[part][which], minlength=n)
            assert close(grown, total, 1e-6), name
        effort, past = (w.group("abilities", Effort) for w in (self.world, self.former))
        place = attacker * SKILL_SLOTS + slot
        for name, which in (("dealt_hp", enemy), ("healed_hp", by_one)):
            which = which & (slot < SKILL_SLOTS)
            grown = getattr(effort, name)[:places] - getattr(past, name)[:places]
            total = np.bincount(place[which], hits["health_hp"][which], minlength=places)
            assert close(grown, total, 1e-6), name
        had = np.where(self.joined, np.inf, self.then(Vitals).health_hp[:n])
        expected = np.minimum(had, self.level_rows["health_max_hp"])
        expected -= np.bincount(victim[hurt], hits["health_hp"][hurt], minlength=n)
        expected += np.bincount(victim[healed], hits["health_hp"][healed], minlength=n)
        same = self.unmoved
        assert close(self.now(Vitals).health_hp[:n][same], expected[same], 1e-6)

    def lasting(self) -> None:
        """Whatever is on a player ends, and none of it is longer than its rule allows."""
        n, skills, next_tick = self.count, self.rules.skills, self.tick + 1
        longest = int(skills["life_ticks"].max())
        status = self.world.group("afflictions", Affliction)
        stacks = status.stacks[: n * STATUSES].reshape(n, STATUSES)
        left = status.until_tick[: n * STATUSES].reshape(n, STATUSES) - self.tick
        rules = self.rules.statuses
        on = stacks > 0
        assert (left[on] > 0).all()
        # In this tick they were given; they work from the next on.
        assert (left - 1 <= rules["ticks_max"])[on].all()
        assert (stacks <= np.maximum(1, rules["stacks_max"])).all()
        alive = self.now(Vitals).alive[:n] != 0
        assert not on[~alive].any()
        assert not self.now(Stats).flags[:n][~alive].any()
        self.note("statuses", on.sum())
        vitals, channel, mending = self.now(Vitals), self.now(Channel), self.now(Mending)
        # One from an item was given behind the tick's damage, for the ticks after it.
        shield = max(longest, 1 + self.rules.ticks(self.rules.balance.loot.shield_s))
        shielded = vitals.shield_hp[:n] > 0
        assert (vitals.shield_until_tick[:n] - self.tick <= shield).all()
        assert (vitals.shield_until_tick[:n][shielded] >= next_tick).all()
        assert (mending.until_tick[:n] - self.tick <= longest).all()
        assert (self.now(Dash).until_tick[:n] - self.tick <= longest).all()
        beaming = channel.slot[:n] != NO_SLOT
        assert (channel.until_tick[:n] - channel.since_tick[:n] <= longest).all()
        assert (channel.until_tick[:n][beaming] > self.tick).all()
        assert not (beaming & (~alive | (vitals.down[:n] != 0))).any()
        own = (
            self.world.group("abilities", Ability).skill[: n * SKILL_SLOTS].reshape(n, SKILL_SLOTS)
        )
        slot = np.where(beaming, channel.slot[:n], 0).astype(np.int64)
        assert (skills["kind"][own[np.arange(n), slot]] == BEAM)[beaming].all()
        combo_max = self.rules.classes["combo_max"][self.now(Role).role[:n]]
        assert (self.now(Combo).hits[:n] <= combo_max).all()

    def teams(self) -> None:
        """Places from the last down, one a team; one team wins; kills are somebody's."""
        n, tally, outcome = self.count, self.now(Tally), self.world.group("match", Outcome)
        alive, teams = self.now(Vitals).alive[:n] != 0, self.now(Role).team[:n]
        place = tally.placement[:n]
        living, entered = set(teams[alive].tolist()), set(teams.tolist())
        assert outcome.alive[0] == alive.sum()
        assert outcome.teams_alive[0] == len(living)
        over = bool(outcome.over[0])
        assert over == (n > 0 and (not living or len(living) <= 1 < len(entered)))
        shared = {team: set(place[teams == team].tolist()) for team in entered}
        assert all(len(places) == 1 for places in shared.values())
        taken = sorted(
            places.pop() for team, places in shared.items() if over or team not in living
        )
        assert taken == list(range(1 if over else len(living) + 1, len(entered) + 1))
        if over:
            won = int(outcome.winning_team[0])
            assert (place[teams == won] == 1).all()
            assert living <= {won}
            assert teams[outcome.winner[0]] == won
            assert outcome.over_tick[0] <= self.tick
        else:
            assert not place[alive].any()
            assert (outcome.winner[0], outcome.winning_team[0]) == (NOBODY, NOBODY)
        killer = tally.killer[:n]
        named = killer != NOBODY
        assert not (named & alive).any()
        assert (teams[killer[named]] != teams[named]).all()
        assert tally.kills.sum() == named.sum()
        died = self.then(Vitals).alive[:n].astype(np.int64).sum() + self.joined.sum() - alive.sum()
        assert not self.all_told or self.told(DEATH) == died
        self.note("deaths", died)
        self.note("bursts", self.told(BURST))

    def pickups(self) -> None:
        """Every item is taken once, or lies until its time is over."""
        taken = int(self.now(Tally).items.sum() - self.then(Tally).items.sum())
        rows, past = (w.group("pickups", Rows) for w in (self.world, self.former))
        identity, former = (w.group("pickups", Identity) for w in (self.world, self.former))
        dropped = int((identity.generation.astype(np.int64) - former.generation).sum())
        lay = self.former.group("pickups", Goods).expire_tick[: past.count[0]]
        expired = int((lay <= self.tick).sum())
        assert past.count[0] + dropped - expired - taken == rows.count[0]
        assert not self.all_told or self.told(PICKUP) == taken
        self.note("items", taken)

    def entities(self, table: str) -> None:
        """Slots are given once, rows are in the world, and what is vacated is empty."""
        world = self.world
        capacity = world.layout.capacities[table]
        count = int(world.group(table, Rows).count[0])
        place = world.group(table, Shape if table == "obstacles" else Position)
        identity, frame = world.group(table, Identity), self.terrain.frame
        assert ((place.x_u >= 0) & (place.x_u <= frame[0])).all()
        assert ((place.y_u >= 0) & (place.y_u <= frame[1])).all()
        assert not world.group(table, Spent).gone.any()
        slots = identity.slot[:count].tolist() + identity.free[: capacity - count].tolist()
        assert sorted(slots) == list(range(capacity))
        for placed in world.layout.of_table(table) if self.tick % SELDOM == 0 else ():
            if placed.column.length is None and not placed.column.by_slot:
                assert not placed.view(world.block)[count:].any(), placed.name

    def deadlines_hold(self, table: str, tick: int) -> None:
        """What is made has an absolute end, which is not put off and not missed."""
        count = int(self.world.group(table, Rows).count[0])
        identity = self.world.group(table, Identity)
        slot = identity.slot[:count]
        generation = identity.generation[slot]
        end, longest = self.ends(table, count)
        known, told = self.deadlines[table]
        same = known[slot] == generation
        assert (told[slot][same] == end[same]).all(), table
        assert ((end - tick <= longest) | (end >= FOR_EVER))[~same].all(), table
        self.soonest[table] = int(end.min(initial=FOR_EVER))
        assert self.soonest[table] > tick, table
        known[slot], told[slot] = generation, end

    def ends(self, table: str, count: int) -> tuple[np.ndarray, np.ndarray]:
        """(when each row ends at the latest, how long one that is new may last)."""
        skills, world = self.rules.skills, self.world
        if table == "projectiles":
            flight = world.group(table, Flight)
            kinds = skills["kind"][flight.skill[:count]]
            assert ((kinds == PROJECTILE) | (kinds == HOMING)).all()
            self.owners(flight.owner[:count])
            # A shot is still there after the tick of its end only if that is to come.
            return flight.expire_tick[:count], skills["life_ticks"][flight.skill[:count]] - 1
        if table == "areas":
            area = world.group(table, Area)
            skill = area.skill[:count]
            self.owners(area.owner[:count])
            assert (area.fire_tick[:count] <= area.until_tick[:count]).all()
            longest = skills["delay_ticks"][skill] + skills["linger_ticks"][skill]
            return area.until_tick[:count], longest
        if table == "obstacles":
            barrier = world.group(table, Barrier)
            raised = barrier.kind[:count] == BARRIER
            self.owners(barrier.owner[:count][raised])
            assert ((barrier.expire_tick[:count] == NEVER) == ~raised).all()
            assert (barrier.health_hp[:count] > 0).all()
            assert (barrier.health_hp <= barrier.full_hp).all()
            return barrier.expire_tick[:count], np.full(count, skills["life_ticks"].max())
        lies = self.rules.ticks(self.rules.balance.loot.lifetime_s)
        # What the map begins with lies for ever.
        return world.group(table, Goods).expire_tick[:count], np.full(count, lies)

    def owners(self, rows: np.ndarray) -> None:
        players = int(self.world.group("players", Rows).count[0])
        assert ((rows >= 0) & (rows < players)).all()
