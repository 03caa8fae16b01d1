"""What clients are told of the data in force: in WELCOME, and before they join."""

from typing import Any

from ringfall.datapack import DataPack
from ringfall.match import Match
from schema.balance import Balance
from schema.commands import SKILL_SLOTS
from schema.messages import (
    PROTOCOL_VERSION,
    ClassView,
    MapView,
    NamedView,
    RosterRow,
    Rules,
    SkillView,
    StatusView,
    Welcome,
    WelcomeMode,
)
from schema.rulebook import LEVELS
from schema.tiled import MapModel
from systems import rules as ruling
from systems.baking import STACKINGS, Baker
from systems.judge_casts import OVERHOLD_S

ANY_RATE_HZ = 30
"""Health, speed and mana at level 1 are the same at every tick rate."""

STACKING_NAMES = {number: name for name, number in STACKINGS.items()}


def welcome_template(match: Match, match_id: str) -> Welcome:
    """WELCOME without what differs between newcomers: slot, tick and roster."""
    return Welcome(
        version=PROTOCOL_VERSION,
        slot=0,
        tick_rate_hz=match.rules.rate_hz,
        tick=0,
        match_id=match_id,
        map=map_view(match.plan.pack.map),
        rules=rules_view(match.rules),
        roster=[],
        mode=WelcomeMode.NEW,
    )


def roster_of(match: Match) -> list[RosterRow]:
    """Everybody who has entered a match, by slot."""
    return [
        RosterRow(slot, entrant.name, entrant.bot, entrant.role, entrant.team)
        for slot, entrant in enumerate(match.lineup)
    ]


def map_view(model: MapModel) -> MapView:
    """The map as clients draw it; crates come in snapshots."""
    return MapView(model.name, model.width_u, model.height_u, list(model.walls), list(model.bushes))


def rules_view(rules: ruling.Rules) -> Rules:
    """The rules as clients draw and predict by them."""
    match, balance = rules.balance.match, rules.balance
    return Rules(
        body_radius_u=match.body.radius_u,
        view_width_u=match.view_width_u,
        view_height_u=match.view_height_u,
        team_size=match.team.size,
        friendly_fire=match.team.friendly_fire_ratio > 0,
        level_max=match.experience.level_max,
        revive_reach_u=match.team.revive_reach_u,
        revive_ticks=rules.ticks(match.team.revive_s),
        acceleration_upss=match.body.acceleration_upss,
        down_speed_ratio=match.team.down_speed_ratio,
        countdown_ticks=rules.some_ticks(match.countdown_s),
        overhold_ticks=rules.ticks(OVERHOLD_S),
        classes=_classes(rules),
        skills=[_skill(rules, index) for index in range(len(rules.skill_names))],
        statuses=[_status(rules, index) for index in range(len(rules.status_names))],
        items=[_named(name, balance.loot.items[name]) for name in rules.item_names],
    )


def match_facts(pack: DataPack) -> dict[str, Any]:
    """What the title screen shows of the data in force, as match.json has it."""
    balance = pack.balance
    baker = Baker(balance, ANY_RATE_HZ)
    levels = baker.levels()
    cards = []
    for index, name in enumerate(baker.class_names):
        role, first = balance.classes.root[name], levels[index * LEVELS]
        cards.append(
            {
                "name": name,
                "title": role.title,
                "blurb": role.blurb,
                "skills": [_card(balance, skill) for skill in role.skills.model_dump().values()],
                "health_hp": float(first["health_max_hp"]),
                "speed_ups": float(first["speed_ups"]),
                "mana_mp": float(first["mana_max_mp"]),
            }
        )
    model = pack.map
    place = {
        "name": model.name,
        "width_u": model.width_u,
        "height_u": model.height_u,
        "walls": model.walls,
        "bushes": model.bushes,
    }
    return {"classes": cards, "map": place, "team_size": balance.match.team.size}


def _card(balance: Balance, name: str) -> dict[str, str]:
    skill = balance.skills.root[name]
    return {"title": skill.title, "kind": skill.kind}


def _named(name: str, told: Any) -> NamedView:
    return NamedView(name=name, title=told.title, kind=told.kind)


def _status(rules: ruling.Rules, index: int) -> StatusView:
    name, row = rules.status_names[index], rules.statuses[index]
    told = rules.balance.statuses.root[name]
    return StatusView(
        name=name,
        title=told.title,
        kind=told.kind,
        stacking=STACKING_NAMES[int(row["stacking"])],
        stacks_max=int(row["stacks_max"]),
        ticks_max=int(row["ticks_max"]),
        strength=float(row["strength"]),
    )


def _classes(rules: ruling.Rules) -> list[ClassView]:
    views = []
    level_max = rules.balance.match.experience.level_max
    for index, (name, row) in enumerate(zip(rules.class_names, rules.classes, strict=True)):
        levels = rules.levels[index * LEVELS : index * LEVELS + level_max]
        role = rules.balance.classes.root[name]
        views.append(
            ClassView(
                name=name,
                title=role.title,
                blurb=role.blurb,
                skills=[int(row[f"skill_{slot}"]) for slot in range(SKILL_SLOTS)],
                block_half_degrees=0.0 if role.block is None else role.block.arc_degrees / 2.0,
                levels=[
                    (
                        float(level["speed_ups"]),
                        float(level["mana_max_mp"]),
                        float(level["mana_mp_per_tick"]),
                    )
                    for level in levels
                ],
            )
        )
    return views


def _skill(rules: ruling.Rules, index: int) -> SkillView:
    name, row = rules.skill_names[index], rules.skills[index]
    told = rules.balance.skills.root[name]
    return SkillView(
        name=name,
        title=told.title,
        kind=told.kind,
        cooldown_ticks=int(row["cooldown_ticks"]),
        gap_ticks=int(row["gap_ticks"]),
        charges_max=int(row["charges_max"]),
        mana_mp=float(row["mana_mp"]),
        mana_mp_per_tick=float(row["mana_mp_per_tick"]),
        self_status=int(row["self_status"]),
        self_status_ticks=int(row["self_status_ticks"]),
        hold_ticks=int(row["hold_ticks"]),
        range_u=float(row["range_u"]),
        radius_u=float(row["radius_u"]),
        speed_ups=float(row["speed_ups"]),
        life_ticks=int(row["life_ticks"]),
        delay_ticks=int(row["delay_ticks"]),
        distance_u=float(row["distance_u"]),
        half_length_u=float(row["half_length_u"]),
        charge_radius=float(row["charge_radius"]),
        fan_count=int(row["count"]),
        fan_directions=int(row["spread"]),
    )
