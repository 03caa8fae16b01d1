"""A match as it is, in the twin's plain values."""

from __future__ import annotations

import math
from typing import Any

from ecs.columns import Identity, Rows
from ecs.world import World
from schema.columns import (
    Ability,
    Affliction,
    Area,
    Barrier,
    Channel,
    Clock,
    Combo,
    Cover,
    Dash,
    Events,
    Flight,
    Goods,
    Intent,
    Motion,
    Outcome,
    Position,
    Progress,
    Rescue,
    Role,
    Shape,
    Stats,
    Tally,
    Vitals,
    Walls,
    Zone,
)
from schema.directions import TABLE
from schema.rulebook import STATUSES
from systems.rules import Rules
from systems.terrain import Terrain
from tests.oracle.scenery import Block, Body, Circle, Hand, Happening, Item, Shot, State, Wall


def state_of(world: World) -> State:
    """Everything of a match that snapshots speak of."""
    rules, outcome = world.resource(Rules), world.group("match", Outcome)
    frame, zone = rules.balance.match, world.group("match", Zone)
    record = world.group("events", Events).record[: _count(world, "events")]
    shrinking = int(zone.state[0]) == 1
    circle = ("from_x_u", "from_y_u", "from_radius_u") if shrinking else ("x_u", "y_u", "radius_u")
    return State(
        tick=int(world.group("match", Clock).tick[0]),
        alive=int(outcome.alive[0]),
        teams_alive=int(outcome.teams_alive[0]),
        stage=int(outcome.stage[0]),
        stage_tick=int(outcome.stage_tick[0]),
        play_tick=math.floor(frame.countdown_s * rules.rate_hz + 0.5),
        winner=_somebody(outcome.winner[0]),
        zone_phase=int(zone.phase[0]),
        zone_state=int(zone.state[0]),
        zone_change_tick=int(zone.until_tick[0]),
        zone_since_tick=int(zone.since_tick[0]),
        zone=tuple(float(getattr(zone, name)[0]) for name in circle),  # type: ignore[arg-type]
        zone_next=(float(zone.next_x_u[0]), float(zone.next_y_u[0]), float(zone.next_radius_u[0])),
        view_u=(frame.view_width_u, frame.view_height_u),
        notice_u=frame.cover.notice_u,
        revive_ticks=rules.ticks(frame.team.revive_s),
        level_xp=[None if math.isinf(xp) else xp for xp in rules.level_xp.tolist()],
        hold_ticks=rules.skills["hold_ticks"].tolist(),
        charges_max=rules.skills["charges_max"].tolist(),
        bodies=_bodies(world),
        shots=[
            Shot(**facts) for facts in _things(world, "projectiles", SHOT, Position, Motion, Flight)
        ],
        circles=[Circle(**facts) for facts in _things(world, "areas", CIRCLE, Position, Area)],
        blocks=[
            Block(
                **facts, ux=float(TABLE[facts["heading"], 0]), uy=float(TABLE[facts["heading"], 1])
            )
            for facts in _things(world, "obstacles", BLOCK, Shape, Barrier)
        ],
        items=[Item(**facts) for facts in _things(world, "pickups", ITEM, Position, Goods)],
        events=[Happening(*row) for row in record.tolist()],
        walls=_walls(world),
        dt_s=rules.dt_s,
        body_u=frame.body.radius_u,
    )


def _walls(world: World) -> list[Wall]:
    walls, fixed = world.group("walls", Walls), len(world.resource(Terrain).walls)
    names = ("x_u", "y_u", "hx_u", "hy_u", "radius_u", "ux", "uy", "blocks")
    found = walls.record[: fixed + int(walls.raised[1])]
    return [Wall(*row) for row in zip(*(found[name].tolist() for name in names), strict=True)]


SHOT = ("x_u", "y_u", "direction", "owner", "skill", "radius_u", "vx_ups", "vy_ups")
CIRCLE = ("x_u", "y_u", "radius_u", "fire_tick", "until_tick", "owner", "skill")
ITEM = ("x_u", "y_u", "item")
BLOCK = (
    "kind",
    "x_u",
    "y_u",
    "hx_u",
    "hy_u",
    "radius_u",
    "heading",
    "health_hp",
    "full_hp",
    "blocks",
)


def _count(world: World, table: str) -> int:
    return int(world.group(table, Rows).count[0])


def _somebody(row: Any) -> int | None:
    return int(row) if row >= 0 else None


def _things(
    world: World, table: str, names: tuple[str, ...], *groups: type[Any]
) -> list[dict[str, Any]]:
    """Columns of a table by name, and who is in each row."""
    identity = world.group(table, Identity)
    columns = {
        name: getattr(world.group(table, group), name)
        for group in groups
        for name in names
        if name in group.__dict__
    }
    count = _count(world, table)
    columns = {name: array[:count].tolist() for name, array in columns.items()}
    found = []
    for row, slot in enumerate(identity.slot[:count].tolist()):
        facts = {name: values[row] for name, values in columns.items()}
        found.append({"slot": slot, "generation": int(identity.generation[slot]), **facts})
    return found


def _bodies(world: World) -> list[Body]:
    count = _count(world, "players")
    told = {
        (group, name): getattr(world.group("players", group), name)[:count].tolist()
        for group, names in TOLD.items()
        for name in names.split()
    }
    affliction = world.group("afflictions", Affliction)
    size = count * STATUSES
    statuses = list(
        zip(affliction.stacks[:size].tolist(), affliction.until_tick[:size].tolist(), strict=True)
    )
    hands = _hands(world, 4 * count)
    return [
        _body(
            {key: values[row] for key, values in told.items()},
            hands[4 * row : 4 * row + 4],
            dict(enumerate(statuses[STATUSES * row : STATUSES * (row + 1)])),
        )
        for row in range(count)
    ]


TOLD: dict[type[Any], str] = {
    Position: "x_u y_u",
    Role: "team",
    Vitals: "alive down health_hp mana_mp shield_hp",
    Stats: "health_max_hp mana_max_mp flags",
    Intent: "aim seq buttons",
    Progress: "level experience_xp",
    Combo: "hits",
    Dash: "until_tick",
    Channel: "slot length_u",
    Cover: "bush seen_until_tick",
    Rescue: "reviver progress_ticks",
    Tally: "killer kills assists",
    Motion: "vx_ups vy_ups",
}


def _body(
    told: dict[tuple[type[Any], str], Any],
    hands: list[Hand],
    statuses: dict[int, tuple[int, int]],
) -> Body:
    def value(group: type[Any], name: str) -> Any:
        return told[group, name]

    slot = value(Channel, "slot")
    return Body(
        value(Position, "x_u"),
        value(Position, "y_u"),
        team=value(Role, "team"),
        alive=bool(value(Vitals, "alive")),
        down=bool(value(Vitals, "down")),
        health_hp=value(Vitals, "health_hp"),
        health_max_hp=value(Stats, "health_max_hp"),
        mana_mp=value(Vitals, "mana_mp"),
        mana_max_mp=value(Stats, "mana_max_mp"),
        shield_hp=value(Vitals, "shield_hp"),
        aim=value(Intent, "aim"),
        level=value(Progress, "level"),
        experience_xp=value(Progress, "experience_xp"),
        conditions=value(Stats, "flags"),
        combo=value(Combo, "hits"),
        dash_until_tick=value(Dash, "until_tick"),
        channel=None if slot == 255 else slot,
        beam_u=value(Channel, "length_u"),
        bush=_somebody(value(Cover, "bush")),
        seen_until_tick=value(Cover, "seen_until_tick"),
        reviver=_somebody(value(Rescue, "reviver")),
        progress_ticks=value(Rescue, "progress_ticks"),
        killer=_somebody(value(Tally, "killer")),
        seq=value(Intent, "seq"),
        buttons=value(Intent, "buttons"),
        vx_ups=value(Motion, "vx_ups"),
        vy_ups=value(Motion, "vy_ups"),
        kills=value(Tally, "kills"),
        assists=value(Tally, "assists"),
        hands=hands,
        statuses=statuses,
    )


def _hands(world: World, count: int) -> list[Hand]:
    ability = world.group("abilities", Ability)
    names = ("skill", "level", "charges", "ready_tick", "recharge_tick", "held_tick")
    columns = (getattr(ability, name)[:count].tolist() for name in names)
    return [Hand(*told, held_tick=_somebody(held)) for *told, held in zip(*columns, strict=True)]
