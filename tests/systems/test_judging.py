"""Who may cast, tick after tick, against a twin; and what nobody may get for nothing."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema import events, rulebook
from schema.commands import PRIMARY, SKILL_SLOTS
from schema.directions import TABLE
from schema.events import CAST, CAST_RECORD, EVENT_RECORD, NO_SLOT, NOBODY, REFUSALS
from systems.kernels.judging import announce, judge
from systems.kernels.wishing import drop_held, read_wishes, recharge
from tests.oracle import permits
from tests.oracle.permits import Hand, Person, Scene, Skill
from tests.systems.casting import skill_rows
from tests.systems.kernel_calls import call, call_in_turn

WORLD = (40.0, 24.0)
BODY = 0.5
OVERHOLD, REVEAL = 6, 45
KINDS = {
    "projectile": rulebook.PROJECTILE,
    "homing": rulebook.HOMING,
    "area": rulebook.AREA,
    "beam": rulebook.BEAM,
    "dash": rulebook.DASH,
    "shield": rulebook.SHIELD,
    "heal": rulebook.MEND,
    "wall": rulebook.WALL,
}
assert permits.BLOCKED == events.REFUSED_BLOCKED


def rows_of(skills: list[Skill]) -> np.ndarray:
    return skill_rows(
        *(
            {
                "kind": KINDS[skill.kind],
                "cooldown_ticks": skill.cooldown,
                "charges_max": skill.charges,
                "gap_ticks": skill.gap,
                "mana_mp": skill.mana,
                "hold_ticks": skill.hold,
                "count": skill.count,
                "affects": rulebook.ENEMIES if skill.hostile else rulebook.ALLIES,
                "distance_u": skill.distance,
                "half_length_u": skill.half_length,
                "radius_u": skill.radius,
            }
            for skill in skills
        )
    )


def bits(slots: frozenset[int]) -> int:
    return sum(PRIMARY << slot for slot in slots)


class Court:
    """The kernels' side of a scene: columns that go from tick to tick."""

    def __init__(self, people: list[Person], skills: list[Skill], casts: int = 99) -> None:
        self.skills, self.rows = skills, rows_of(skills)
        hands = [hand for who in people for hand in who.hands]
        self.skill_of = [skills.index(hand.skill) for hand in hands]
        self.charges = [hand.skill.charges for hand in hands]
        self.ready = [0] * len(hands)
        self.recharge = [0] * len(hands)
        self.held = [NOBODY] * len(hands)
        self.made = [0] * len(hands)
        self.mana = [who.mana for who in people]
        self.seen = [0] * len(people)
        self.refused = [0] * REFUSALS
        self.room = casts
        self.stages = {True: events.STAGE_PLAY, False: events.STAGE_COUNTDOWN}

    def sit(self, scene: Scene, now: int, channels: list[int]) -> SimpleNamespace:
        """Judge one tick."""
        people, count = scene.people, len(scene.people)
        flags = [
            events.STUNNED * who.stunned | events.ROOTED * who.rooted | events.SLOWED
            for who in people
        ]
        alive, down = [who.alive for who in people], [who.down for who in people]
        back = call(
            recharge,
            players=count,
            tick=now,
            skill_of=self.skill_of,
            skills=self.rows,
            charges=self.charges,
            recharge_tick=self.recharge,
        )
        hands = call(
            drop_held, players=count, alive=alive, down=down, flags=flags, held_tick=self.held
        )
        made = call_in_turn(
            [read_wishes, judge, announce],
            players=count,
            tick=now,
            stage=self.stages[scene.playing],
            alive=alive,
            down=down,
            flags=flags,
            buttons=[bits(who.pressed) | 1 for who in people],
            buttons_before=[bits(who.before) | 32 for who in people],
            aim=[who.aim for who in people],
            reach=[51] * count,
            x_u=[who.x for who in people],
            y_u=[who.y for who in people],
            power=[1.5] * count,
            channel_slot=channels,
            skill_of=self.skill_of,
            level=[3] * len(self.skill_of),
            shots=7,
            areas=5,
            obstacles=3,
            skills=self.rows,
            directions=TABLE,
            frame=[*WORLD, 8.0, 5.0, 3.0],
            shots_max=7 + scene.room["shots"],
            areas_max=5 + scene.room["areas"],
            obstacles_max=3 + scene.room["obstacles"],
            overhold_ticks=OVERHOLD,
            reveal_ticks=REVEAL,
            body_radius_u=BODY,
            mana_mp=self.mana,
            charges=back.charges,
            ready_tick=self.ready,
            recharge_tick=back.recharge_tick,
            held_tick=hands.held_tick,
            casts_made=self.made,
            seen_until_tick=self.seen,
            refused=self.refused,
            casts=np.zeros(self.room, CAST_RECORD),
            cast_count=0,
            events=np.zeros(99, EVENT_RECORD),
            event_count=0,
            events_refused=0,
            wishes=[9] * len(self.skill_of),
        )
        self.charges, self.ready, self.recharge = (
            made.charges.tolist(),
            made.ready_tick.tolist(),
            made.recharge_tick.tolist(),
        )
        self.held, self.made = made.held_tick.tolist(), made.casts_made.tolist()
        self.mana, self.seen = made.mana_mp.tolist(), made.seen_until_tick.tolist()
        self.refused = made.refused.tolist()
        return made


def a_skill(rng: Random) -> Skill:
    kind = rng.choice([*KINDS, "projectile", "area", "beam"])
    held = kind in ("projectile", "area") and rng.random() < 0.6
    return Skill(
        kind,
        cooldown=rng.choice([1, 2, 3, 7, 12]),
        charges=rng.choice([1, 1, 2, 3]),
        gap=rng.choice([1, 2, 4]),
        mana=rng.choice([0.0, 1.0, 7.5, 20.0]),
        hold=rng.choice([1, 3, 8]) if held else 0,
        count=rng.choice([1, 2, 3]) if kind == "projectile" else 1,
        hostile=kind in ("projectile", "homing", "beam") or (kind == "area" and rng.random() < 0.5),
        distance=rng.choice([1.1, 2.0, 5.0]),
        half_length=rng.choice([0.0, 0.5, 2.0]),
        radius=rng.choice([0.1, 0.25]),
    )


def a_person(rng: Random, skills: list[Skill]) -> Person:
    near_edge = rng.random() < 0.2
    return Person(
        [Hand(rng.choice(skills)) for _ in range(SKILL_SLOTS)],
        x=0.6 if near_edge else rng.uniform(8.0, 14.0),
        y=rng.uniform(8.0, 14.0),
        mana=rng.choice([0.0, 15.0, 100.0]),
        aim=rng.choice([0, 1024, 2048, 3072, rng.randrange(4096)]),
    )


def stir(rng: Random, scene: Scene, channels: list[int]) -> None:
    """What may change from a tick to the next: buttons, states, mana, beams that end."""
    for row, who in enumerate(scene.people):
        who.before = who.pressed
        flips = {slot for slot in range(SKILL_SLOTS) if rng.random() < 0.25}
        who.pressed = who.pressed ^ flips
        who.stunned = rng.random() < (0.6 if who.stunned else 0.04)
        who.rooted = rng.random() < (0.6 if who.rooted else 0.1)
        who.down = rng.random() < (0.7 if who.down else 0.02)
        who.alive = who.alive and rng.random() > 0.005
        if channels[row] != NO_SLOT and rng.random() < 0.3:
            channels[row] = NO_SLOT
        who.beam = None if channels[row] == NO_SLOT else channels[row]
        who.aim = rng.choice([who.aim, rng.randrange(4096)])
    scene.playing = rng.random() > 0.05
    scene.room = {name: rng.choice([0, 1, 2, 9]) for name in ("shots", "areas", "obstacles")}
    scene.casts = []


@settings(max_examples=60)
@given(st.integers(0, 2**40))
def test_every_wish_is_judged_as_the_twin_judges_it(seed: int) -> None:
    rng = Random(seed)
    skills = [a_skill(rng) for _ in range(rng.choice([4, 8]))]
    skills = list(dict.fromkeys(skills))
    people = [a_person(rng, skills) for _ in range(rng.choice([1, 3]))]
    scene = Scene(people, {}, True, WORLD, BODY, OVERHOLD, REVEAL)
    court, channels = Court(people, skills), [NO_SLOT] * len(people)
    for now in range(40):
        stir(rng, scene, channels)
        walls = [(who, hand.skill) for who in people for hand in who.hands]
        if any(permits.stands_on(scene, who, s) is None for who, s in walls if s.kind == "wall"):
            return  # a matter of a hair, which only exact arithmetic could tell
        room = dict(scene.room)
        made = court.sit(scene, now, channels)
        scene.room = room
        permits.judge(scene, now)
        compare(scene, court, made)
        for row, slot, _ in scene.casts:
            if people[row].hands[slot].skill.kind == "beam":
                channels[row] = slot


def compare(scene: Scene, court: Court, made: SimpleNamespace) -> None:
    people, hands = scene.people, [hand for who in scene.people for hand in who.hands]
    records = made.casts[: made.cast_count[0]]
    found = [(int(r["player"]), int(r["slot"]), float(r["charge"])) for r in records]
    assert found == scene.casts
    assert court.refused == scene.refusals
    assert court.charges == [permits.charges_left(hand) for hand in hands]
    for at, back in enumerate(permits.next_back(hands)):
        assert back is None or court.recharge[at] == back
    assert court.held == [NOBODY if hand.since is None else hand.since for hand in hands]
    assert court.made == [hand.casts for hand in hands]
    assert court.mana == [who.mana for who in people]
    assert min(court.mana) >= 0.0
    assert court.seen == [who.seen_until for who in people]
    for record, event in zip(records, made.events[: made.event_count[0]], strict=True):
        who = people[record["player"]]
        skill = who.hands[record["slot"]].skill
        index = court.skills.index(skill)
        place = (record["x_u"], record["y_u"], record["aim"])
        assert (record["skill"], record["kind"], record["level"]) == (index, KINDS[skill.kind], 3)
        assert place == (who.x, who.y, who.aim)
        assert (record["reach"], record["power"]) == (0.2, 1.5)
        fired = (CAST, record["player"], NOBODY, index, record["charge"], who.x, who.y)
        assert event.item() == fired


# --- One rule at a time ---------------------------------------------------------------------------


def lone(*skills: Skill, mana: float = 100.0, **more: Any) -> tuple[Scene, Court]:
    """One person with these skills in the lowest slots, and plain shields in the rest."""
    spare = Skill("shield", cooldown=1)
    hands = [Hand(skill) for skill in (*skills, *[spare] * (SKILL_SLOTS - len(skills)))]
    who = Person(hands, 20.0, 12.0, mana, **more)
    room = {"shots": 9, "areas": 9, "obstacles": 9}
    scene = Scene([who], room, True, WORLD, BODY, OVERHOLD, REVEAL)
    return scene, Court([who], list(dict.fromkeys(hand.skill for hand in hands)))


def press(
    scene: Scene, court: Court, now: int, *slots: int, channel: int = NO_SLOT
) -> list[tuple[int, float]]:
    """Hold these buttons for a tick; (slot, charge) of what was cast."""
    who = scene.people[0]
    who.before, who.pressed = who.pressed, frozenset(slots)
    made = court.sit(scene, now, [channel])
    return [(int(r["slot"]), float(r["charge"])) for r in made.casts[: made.cast_count[0]]]


def refusals(court: Court) -> dict[int, int]:
    return {reason: count for reason, count in enumerate(court.refused) if count}


def test_a_cooldown_is_exact_to_the_tick_and_counts_the_waiting() -> None:
    scene, court = lone(Skill("projectile", cooldown=6))
    fired = [now for now in range(20) if press(scene, court, now, 0)]
    assert fired == [0, 6, 12, 18]
    assert refusals(court) == {events.REFUSED_COOLDOWN: 16}


def test_a_single_charge_has_no_gap() -> None:
    scene, court = lone(Skill("projectile", cooldown=2, gap=9))
    assert [now for now in range(8) if press(scene, court, now, 0)] == [0, 2, 4, 6]


def test_charges_come_back_one_by_one() -> None:
    scene, court = lone(Skill("dash", cooldown=10, charges=2, gap=3))
    assert [now for now in range(45) if press(scene, court, now, 0)] == [0, 3, 10, 20, 30, 40]


def test_a_charge_grows_is_full_and_goes_off_by_itself() -> None:
    scene, court = lone(Skill("projectile", cooldown=1, hold=8))
    for held_for, charge in [(1, 0.125), (4, 0.5), (8, 1.0), (11, 1.0)]:
        start = 100 * held_for
        for now in range(start, start + held_for):
            assert press(scene, court, now, 0) == []
        assert press(scene, court, start + held_for) == [(0, charge)]
    fired = [now for now in range(5000, 5100) if press(scene, court, now, 0)]
    assert fired == [5000 + 8 + OVERHOLD]  # and no second one without letting go


@pytest.mark.parametrize("state", ["stunned", "down"])
def test_a_charge_that_is_taken_away_costs_nothing_and_does_not_come_back(state: str) -> None:
    scene, court = lone(Skill("projectile", cooldown=5, hold=8, mana=30.0))
    press(scene, court, 0, 0)
    setattr(scene.people[0], state, True)
    assert press(scene, court, 3, 0) == []
    setattr(scene.people[0], state, False)
    assert press(scene, court, 4, 0) == []
    assert press(scene, court, 5) == []
    assert (court.mana, court.charges[0], court.made[0]) == ([100.0], 1, 0)
    press(scene, court, 6, 0)
    assert press(scene, court, 8) == [(0, 0.25)]


def test_mana_is_asked_for_when_the_cast_is_wanted_not_when_the_holding_begins() -> None:
    scene, court = lone(Skill("area", hold=4, mana=30.0), mana=10.0)
    press(scene, court, 0, 0)
    assert refusals(court) == {}
    assert press(scene, court, 2) == []
    assert refusals(court) == {events.REFUSED_MANA: 1}
    assert court.mana == [10.0]
    assert court.held[0] == NOBODY


def test_the_last_of_the_mana_may_be_spent_and_no_more() -> None:
    scene, court = lone(Skill("projectile", cooldown=1, mana=7.5), mana=15.0)
    assert [now for now in range(5) if press(scene, court, now, 0)] == [0, 1]
    assert court.mana == [0.0]


def test_hands_are_full_but_a_dash_needs_none() -> None:
    scene, court = lone(Skill("projectile", hold=9), Skill("projectile"), Skill("dash"))
    press(scene, court, 0, 0)
    assert press(scene, court, 1, 0, 1, 2) == [(2, 0.0)]
    assert refusals(court) == {events.REFUSED_BUSY: 1}
    assert court.held[0] == 0


def test_a_beam_fills_the_hands_from_its_own_tick_on() -> None:
    scene, court = lone(Skill("projectile"), Skill("beam"), Skill("area"), Skill("dash"))
    assert press(scene, court, 0, 1, 2, 3) == [(1, 0.0), (3, 0.0)]
    # Its own button, which keeps it going, is no wish for another one.
    assert press(scene, court, 20, 0, 1, channel=1) == []
    assert refusals(court) == {events.REFUSED_BUSY: 2}


def test_two_skills_cannot_be_held_at_once() -> None:
    scene, court = lone(Skill("projectile", hold=9), Skill("area", hold=5))
    press(scene, court, 0, 0, 1)
    assert court.held[:2] == [0, NOBODY]
    assert refusals(court) == {events.REFUSED_BUSY: 1}


def test_room_is_shared_by_all_and_what_is_put_aside_is_not_promised_twice() -> None:
    shots = Skill("projectile", count=3)
    people = [Person([Hand(shots)] + [Hand(Skill("shield"))] * 3, 20.0, 12.0, 9.0) for _ in "abc"]
    for who in people:
        who.pressed = frozenset([0])
    room = {"shots": 8, "areas": 0, "obstacles": 0}
    scene = Scene(people, room, True, WORLD, BODY, OVERHOLD, REVEAL)
    court = Court(people, [shots, Skill("shield")])
    made = court.sit(scene, 0, [NO_SLOT] * 3)
    assert made.casts["player"][: made.cast_count[0]].tolist() == [0, 1]
    assert refusals(court) == {events.REFUSED_FULL: 1}
    assert court.charges[8] == 1


def test_a_full_report_of_casts_refuses_as_well() -> None:
    scene, court = lone(Skill("shield"), Skill("shield"))
    court.room = 1
    assert press(scene, court, 0, 0, 1) == [(0, 0.0)]
    assert refusals(court) == {events.REFUSED_FULL: 1}


def test_a_refused_cast_gives_nobody_away() -> None:
    scene, court = lone(Skill("projectile", mana=200.0))
    press(scene, court, 9, 0)
    assert court.seen == [0]
    scene, court = lone(Skill("projectile"))
    press(scene, court, 9, 0)
    assert court.seen == [9 + 1 + REVEAL]


@pytest.mark.parametrize(
    ("stage", "may"),
    [
        (events.STAGE_COUNTDOWN, False),
        (events.STAGE_PLAY, True),
        (events.STAGE_SUDDEN_DEATH, True),
        (events.STAGE_OVER, False),
    ],
)
def test_stages(stage: int, may: bool) -> None:
    scene, court = lone(Skill("projectile"))
    court.stages = {True: stage}
    assert bool(press(scene, court, 0, 0)) is may
    assert refusals(court) == ({} if may else {events.REFUSED_STAGE: 1})


def test_reasons_are_looked_for_in_order() -> None:
    """Somebody against whom everything speaks, from which one reason after the other is taken."""
    wall = Skill("wall", mana=50.0, distance=0.2, radius=0.2)
    scene, court = lone(wall, mana=0.0, stunned=True, down=True)
    who = scene.people[0]
    scene.playing, scene.room["obstacles"], court.ready[0] = False, 0, 99
    steps = [
        (events.REFUSED_STAGE, lambda: setattr(scene, "playing", True)),
        (events.REFUSED_DOWN, lambda: setattr(who, "down", False)),
        (events.REFUSED_STUNNED, lambda: setattr(who, "stunned", False)),
        (events.REFUSED_BUSY, lambda: None),
        (events.REFUSED_COOLDOWN, lambda: court.ready.__setitem__(0, 0)),
        (events.REFUSED_MANA, lambda: court.mana.__setitem__(0, 60.0)),
        (events.REFUSED_FULL, lambda: scene.room.__setitem__("obstacles", 1)),
        (events.REFUSED_BLOCKED, lambda: None),
    ]
    channel = 3
    for reason, remedy in steps:
        court.refused = [0] * REFUSALS
        assert press(scene, court, 5, 0, channel=channel) == []
        assert refusals(court) == {reason: 1}
        channel = NO_SLOT if reason == events.REFUSED_BUSY else channel
        remedy()


@pytest.mark.parametrize(("gap", "blocked"), [(-1e-6, True), (1e-6, False)])
@pytest.mark.parametrize("aim", [0, 300, 1024, 2901])
def test_a_barrier_keeps_clear_of_living_bodies_alone(gap: float, blocked: bool, aim: int) -> None:
    wall = Skill("wall", distance=3.0, half_length=2.0, radius=0.25)
    ux, uy = TABLE[aim].tolist()
    for along, ahead in [(0.0, 3.75 + gap), (-2.75 - gap, 3.0), (1.5, 2.25 - gap)]:
        for alive in (True, False):
            scene, court = lone(wall, aim=aim)
            x, y = 20.0 + ux * ahead - uy * along, 12.0 + uy * ahead + ux * along
            other = Person([Hand(Skill("shield"))] * 4, x, y, 0.0, alive=alive, down=True)
            scene.people.append(other)
            court = Court(scene.people, [wall, Skill("shield", cooldown=1), Skill("shield")])
            scene.people[0].pressed = frozenset([0])
            made = court.sit(scene, 0, [NO_SLOT] * 2)
            assert made.cast_count[0] == (0 if blocked and alive else 1), (along, ahead, alive)


@pytest.mark.parametrize(
    ("x", "y", "aim"), [(2.0, 12.0, 2048), (38.0, 12.0, 0), (20.0, 2.0, 3072), (20.0, 22.0, 1024)]
)
@pytest.mark.parametrize(("distance", "may"), [(1.999, True), (2.001, False)])
def test_the_middle_of_a_barrier_is_in_the_world(
    x: float, y: float, aim: int, distance: float, may: bool
) -> None:
    scene, court = lone(Skill("wall", distance=distance, half_length=3.0, radius=0.1), aim=aim)
    scene.people[0].x, scene.people[0].y = x, y
    assert press(scene, court, 0, 0) == ([(0, 0.0)] if may else [])
    assert refusals(court) == ({} if may else {events.REFUSED_BLOCKED: 1})
