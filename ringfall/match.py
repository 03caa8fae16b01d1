"""One match: world, bots, mailbox and journal around ``step``.  No I/O, no clock, no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ecs.columns import Rows
from ecs.world import World
from ringfall.datapack import DataPack
from ringfall.lineup import Entrant, bot_level, bot_role, least_played, open_team
from ringfall.mailbox import Mailbox
from ringfall.names import bot_names
from ringfall.recording import Recorder
from schema.columns import Clock, Events, Outcome, Vitals
from schema.commands import DROP_ANYWHERE, HUMAN, JOIN, LEAVE, TickInputs, in_slot_order
from schema.events import DEATH, NOBODY
from schema.messages import ROLE_ANY, Input, Kill
from systems.bots import Bots
from systems.rules import Rules, make_rules
from systems.terrain import make_terrain
from systems.tick import capacities_for, make_world, step


class Historian(Protocol):
    """Somebody who keeps what ticks were made of."""

    def add(self, world: World, tick: int, inputs: TickInputs) -> None:
        """Take the inputs of a tick and the state they meet; both are gone afterwards."""


NO_JOINS = np.zeros(0, dtype=JOIN)
NO_LEAVES = np.zeros(0, dtype=LEAVE)


@dataclass(frozen=True, slots=True)
class MatchPlan:
    """What a match is started with.

    Attributes:
        pack: balance and map.
        rate_hz: ticks per second.
        players_max: places, for people and bots together.
        seed: of every draw, 0 ≤ seed < 2**64.
    """

    pack: DataPack
    rate_hz: int
    players_max: int
    seed: int

    @property
    def team_size(self) -> int:
        """Players to a team."""
        return self.pack.balance.match.team.size


def world_of(plan: MatchPlan) -> World:
    """The world of a match before its first tick."""
    model, balance = plan.pack.map, plan.pack.balance
    terrain = make_terrain(
        model.width_u,
        model.height_u,
        model.walls,
        model.spawns,
        crates=[(*crate, balance.loot.crate_hp) for crate in model.crates],
        bushes=model.bushes,
        loot=model.loot,
    )
    rules = make_rules(balance, plan.rate_hz, terrain, plan.players_max)
    return make_world(rules, terrain, capacities_for(rules, terrain, plan.players_max), plan.seed)


class Match:
    """A match being played.

    Attributes:
        names: of everybody who entered, by slot.
        lineup: everybody who entered, by slot.
        members: entrants of each team.
        world: its state; only ``advance`` changes it.
        mailbox: where commands wait.
        kills: deaths of the tick applied last.
        bot_count: bots among the entrants.
        history: told of every tick before it is applied, None for nobody.
    """

    def __init__(self, plan: MatchPlan, recorder: Recorder | None = None) -> None:
        self.plan = plan
        self.world = world_of(plan)
        self.rules = self.world.resource(Rules)
        self.names: list[str] = []
        self.lineup: list[Entrant] = []
        self.members: list[int] = []
        self.mailbox = Mailbox()
        self.kills: list[Kill] = []
        self.recorder = recorder
        self.history: Historian | None = None
        self._bots = Bots(self.world)
        self.bot_count = 0
        self._joins: list[tuple[int, int, int, int, int]] = []
        self._leaves: list[int] = []
        self._clock = self.world.group("match", Clock)
        self._outcome = self.world.group("match", Outcome)
        self._rows = self.world.group("players", Rows)
        self._vitals = self.world.group("players", Vitals)
        self._window_ticks = self.rules.ticks(plan.pack.balance.match.join_window_s)

    @property
    def tick(self) -> int:
        """Ticks applied so far."""
        return int(self._clock.tick[0])

    @property
    def over(self) -> bool:
        """Whether the match is decided."""
        return bool(self._outcome.over[0])

    @property
    def alive(self) -> int:
        """Players alive."""
        return int(self._outcome.alive[0])

    @property
    def entrants(self) -> int:
        """Players who entered or will with the next tick."""
        return len(self.names)

    @property
    def rows(self) -> int:
        """Players who have a body, dead or alive."""
        return int(self._rows.count[0])

    @property
    def has_room(self) -> bool:
        """Whether somebody may still be asked in; whoever was may enter after the window too."""
        return self.takes_more(0) and self.tick < self._window_ticks

    def takes_more(self, held: int) -> bool:
        """Whether there is a place that is neither taken nor one of ``held`` kept for others."""
        return not self.over and self.entrants + held < self.plan.players_max

    def has_role(self, role: int) -> bool:
        """Whether somebody may ask for this class."""
        return role == ROLE_ANY or 0 <= role < len(self.rules.class_names)

    def enter(
        self,
        name: str,
        bot: int = HUMAN,
        role: int = ROLE_ANY,
        drop: int = DROP_ANYWHERE,
        team: int | None = None,
        player: str = "",
    ) -> int:
        """Give somebody the next slot; the body appears with the next tick.

        Args:
            name: as shown to others.
            bot: HUMAN or the level of a bot.
            role: index of a class, or ROLE_ANY for the one played least.
            drop: DROP_ANYWHERE or the ninth of the map to begin in.
            team: number of the team, for those who come together, the next one for the first of
                them; None for whoever comes alone.
            player: id of the person beyond this match, empty for bots.

        Raises:
            ValueError: all places are taken, or those in the team, or there is no such class.
        """
        slot = len(self.names)
        if slot >= self.plan.players_max:
            raise ValueError(f"all {self.plan.players_max} places are taken")
        if not self.has_role(role):
            raise ValueError(f"there is no class {role}")
        if role == ROLE_ANY:
            role = least_played((e.role for e in self.lineup), len(self.rules.class_names))
        if team is None:
            team = open_team(self.members, self._teams_in_play(), self.plan.team_size)
        self._list(Entrant(name, bot, role, team, player))
        self._joins.append((slot, team, bot, role, drop))
        return slot

    def _list(self, entrant: Entrant) -> None:
        team = entrant.team
        if team == len(self.members):
            self.members.append(0)
        if self.members[team] >= self.plan.team_size:
            raise ValueError(f"team {team} has its {self.plan.team_size} members")
        self.members[team] += 1
        self.names.append(entrant.name)
        self.lineup.append(entrant)
        self.bot_count += entrant.bot != HUMAN

    def enter_bots(self, names: Sequence[str]) -> None:
        """Let bots of these names enter, their levels by the balance's shares, class by class."""
        seed, bots = self.plan.seed, self.plan.pack.balance.bots
        for name in names:
            slot = len(self.names)
            role = bot_role(slot, seed, len(self.rules.class_names))
            self.enter(name, bot_level(slot, seed, bots), role)

    def fill_teams(self, held: int = 0) -> None:
        """Let bots take the places that are open in teams, as long as there are any in the match.

        Nobody is left alone in a team because the next newcomer never came.

        Args:
            held: places of the match that are kept for others.
        """
        still, size = self._teams_in_play(), self.plan.team_size
        missing = sum(size - self.members[team] for team in still)
        count = min(missing, max(self.plan.players_max - self.entrants - held, 0))
        self.enter_bots(bot_names(self.bot_count + count, self.plan.seed)[self.bot_count :])

    def enter_another_bot(self) -> int:
        """Let one more bot enter, for somebody who left; its slot."""
        self.enter_bots(bot_names(self.bot_count + 1, self.plan.seed)[self.bot_count :])
        return self.entrants - 1

    def _teams_in_play(self) -> set[int]:
        """Teams with somebody alive, or who will be with the next tick."""
        rows = self.rows
        alive = self._vitals.alive[:rows].tolist() + [1] * (self.entrants - rows)
        return {entrant.team for entrant, lives in zip(self.lineup, alive, strict=True) if lives}

    def leave(self, slot: int) -> None:
        """Take somebody out with the next tick."""
        self._leaves.append(slot)
        self.mailbox.forget(slot)

    def post(self, slot: int, command: Input) -> None:
        """Hand a player's command to the mailbox."""
        self.mailbox.post(slot, command)

    def advance(self, held: int = 0) -> None:
        """Collect the tick's inputs, record them, apply them.

        Args:
            held: places that bots leave free, for people on their way in.
        """
        closes, closed = self.tick == self._window_ticks, self.tick > self._window_ticks
        if self.bot_count and not self.over and (closes or (closed and self._joins)):
            self.fill_teams(held)
        if self.bot_count:
            self.mailbox.post_batch(self._bots.decide())
        joins, leaves = NO_JOINS, NO_LEAVES
        if self._joins:
            joins = in_slot_order(np.array(self._joins, dtype=JOIN))
            self._joins.clear()
        if self._leaves:
            leaves = in_slot_order(np.array([(slot,) for slot in self._leaves], dtype=LEAVE))
            self._leaves.clear()
        self._apply(TickInputs(self.mailbox.drain(), joins, leaves))

    def _apply(self, inputs: TickInputs) -> None:
        if self.recorder is not None:
            self.recorder.record(self.world, self.tick, inputs, self.lineup)
        if self.history is not None:
            self.history.add(self.world, self.tick, inputs)
        step(self.world, inputs)
        self.kills = deaths_of(self.world)

    # ---- what was recorded of this match before -------------------------------------------

    def go_back_to(self, state: bytes | None, entrants: Sequence[Entrant]) -> None:
        """Take a recorded state for one's own; to be called once, before anything else.

        Args:
            state: a keyframe of this match; None for the state before its first tick.
            entrants: by slot, everybody who had entered by then; further ones may follow.

        Raises:
            BlockMismatchError: a keyframe of another match.
            ValueError, IndexError: those cannot be its entrants.
        """
        if state is not None:
            self.world.restore(state)
        if self.rows > len(entrants):
            raise ValueError(f"{self.rows} have a body, but {len(entrants)} entered")
        for entrant in entrants[: self.rows]:
            self._list(entrant)

    def repeat(self, inputs: TickInputs, entrants: Sequence[Entrant]) -> None:
        """Apply a tick as it was recorded: nobody is asked for commands.

        Args:
            inputs: of this tick.
            entrants: who enters with it, by slot.

        Raises:
            ValueError, IndexError: those cannot be its entrants.
        """
        for entrant in entrants:
            self._list(entrant)
        self._apply(inputs)


def deaths_of(world: World) -> list[Kill]:
    """The deaths of the tick that was applied last."""
    rows = int(world.group("events", Rows).count[0])
    events = world.group("events", Events).record[:rows]
    dead = events["kind"] == DEATH
    if not rows or not dead.any():
        return []
    tick = int(world.group("match", Clock).tick[0])
    return [
        Kill(
            tick=tick,
            victim=int(event["a"]),
            killer=None if event["b"] == NOBODY else int(event["b"]),
            cause=int(event["cause"]),
        )
        for event in events[dead]
    ]
