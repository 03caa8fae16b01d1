"""A match with people watching: who is told what, in which order, and how it ends for them."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest

from ecs.columns import Rows as TableRows
from net.outbox import Ending, Outbox
from net.rejections import MatchOver, Rejection
from ringfall.hosting import LIMITED, HostedMatch, PlayerSeat
from ringfall.names import bot_names
from schema.columns import Credit, Outcome, Position, Tally
from schema.commands import MOVE
from schema.events import CAUSE_LEFT, REFUSALS, REFUSED_BLOCKED, REFUSED_COOLDOWN
from schema.messages import CloseCode, ErrorCode, Input, Result, Rules
from schema.messages import ServerKind as K
from schema.rulebook import LEVELS
from tests.oracle.snapshot import Reader
from tests.ringfall.packs import CALM, DEADLY, YARD, new_match, outbox, shipped, take_all, wish


class Watcher:
    """Somebody in a match who takes what there is and acknowledges every snapshot."""

    def __init__(self, hosted: HostedMatch, name: str, *, acks: bool = True, **limits: int) -> None:
        self.box: Outbox = outbox(**limits)
        self.acks = acks
        self.seat: PlayerSeat = hosted.seat(wish(name), self.box)
        self.told: list[list[Any]] = []
        self.snapshots: list[int] = []
        self.reader = Reader()
        self.ending: Ending | None = None

    def listen(self) -> list[list[Any]]:
        """Take everything; return what is not a snapshot."""
        news = []
        for item in take_all(self.box):
            if isinstance(item, Ending):
                self.ending = item
                continue
            message = msgpack.unpackb(item)
            if message[0] == K.SNAPSHOT:
                self.reader.apply(message[1])
                self.snapshots.append(self.reader.tick)
                if self.acks:
                    self.box.acked(self.snapshots[-1])
            else:
                news.append(message)
        self.told += news
        return news


def of_kind(messages: list[list[Any]], kind: K) -> list[list[Any]]:
    return [message for message in messages if message[0] == kind]


def hosted_match(bots: int = 0, **plan: Any) -> HostedMatch:
    match = new_match(**plan)
    match.enter_bots(bot_names(bots, match.plan.seed))
    return HostedMatch("the-match", match)


def test_welcome() -> None:
    hosted = hosted_match(bots=2)
    for _ in range(3):
        hosted.advance()
    first, second = Watcher(hosted, "Ada"), Watcher(hosted, "Bo")
    [[kind, version, slot, rate_hz, tick, match_id, place, rules, roster, mode]] = second.listen()
    assert (kind, version, slot, rate_hz, tick, match_id) == (1, 3, 3, 30, 3, "the-match")
    assert mode == 0
    assert [row[1] for row in roster] == [*bot_names(2, 7), "Ada", "Bo"]
    lineup = hosted.match.lineup
    assert roster == [[n, e.name, e.bot, e.role, e.team] for n, e in enumerate(lineup)]
    assert [row[2] > 0 for row in roster] == [True, True, False, False]
    assert (place["name"], place["width_u"], place["height_u"]) == ("Yard", 48.0, 36.0)
    assert place["walls"] == [list(wall) for wall in YARD.walls]
    assert place["bushes"] == [list(bush) for bush in YARD.bushes]
    assert list(rules) == list(Rules.__struct_fields__)
    welcome, joined = first.listen()
    assert welcome[2] == 2
    assert len(welcome[8]) == 3, "the roster of its own moment"
    assert joined == [K.JOINED, 3, "Bo", 0, lineup[3].role, lineup[3].team]


def test_the_rules_in_welcome_are_those_of_the_balance() -> None:
    watcher = Watcher(hosted_match(team_size=2), "Ada")
    [welcome] = watcher.listen()
    rules, balance = welcome[7], shipped()
    assert rules["team_size"] == 2
    assert rules["friendly_fire"] is (balance.match.team.friendly_fire_ratio > 0)
    assert rules["revive_ticks"] == round(30 * balance.match.team.revive_s)
    assert rules["level_max"] == balance.match.experience.level_max
    for key, told in (
        ("classes", balance.classes.root),
        ("skills", balance.skills.root),
        ("statuses", balance.statuses.root),
        ("items", balance.loot.items),
    ):
        assert [row["name"] for row in rules[key]] == sorted(told)
        assert [row["title"] for row in rules[key]] == [told[name].title for name in sorted(told)]
    skills = {row["name"]: row for row in rules["skills"]}
    for card in rules["classes"]:
        role = balance.classes.root[card["name"]]
        names = list(role.skills.model_dump().values())
        assert [rules["skills"][index]["name"] for index in card["skills"]] == names
        half = 0 if role.block is None else role.block.arc_degrees / 2
        assert (card["blurb"], card["block_half_degrees"]) == (role.blurb, half)
    fireball, wall = skills["fireball"], skills["shield_wall"]
    assert (fireball["kind"], fireball["hold_ticks"], fireball["charge_radius"]) == (
        "projectile",
        42,
        2.0,
    )
    assert (fireball["cooldown_ticks"], fireball["mana_mp"], fireball["speed_ups"]) == (105, 25, 20)
    assert (wall["distance_u"], wall["half_length_u"], wall["radius_u"]) == (2.2, 2.3, 0.2)
    assert (wall["life_ticks"], wall["hold_ticks"], wall["charge_radius"]) == (180, 0, 1.0)
    assert skills["entangle"]["delay_ticks"] == 21
    darts = skills["thorn_darts"]
    assert (darts["fan_count"], darts["fan_directions"]) == (3, round(14.0 / 2 * 4096 / 360))
    assert (fireball["fan_count"], fireball["fan_directions"]) == (1, 0)
    assert skills["seeker"]["charges_max"] == 2


def test_the_welcome_holds_what_a_body_moves_by_to_the_last_bit() -> None:
    hosted = hosted_match()
    [welcome] = Watcher(hosted, "Ada").listen()
    told, rules = welcome[7], hosted.match.rules
    match = rules.balance.match
    assert told["acceleration_upss"] == match.body.acceleration_upss
    assert told["down_speed_ratio"] == match.team.down_speed_ratio
    assert told["countdown_ticks"] == rules.some_ticks(match.countdown_s)
    assert told["overhold_ticks"] == 2 * rules.rate_hz
    for role, card in enumerate(told["classes"]):
        assert len(card["levels"]) == match.experience.level_max
        for place, row in enumerate(card["levels"]):
            baked = rules.levels[role * LEVELS + place]
            names = ("speed_ups", "mana_max_mp", "mana_mp_per_tick")
            assert row == [float(baked[name]) for name in names]
    for card, skill in zip(told["skills"], rules.skills, strict=True):
        for name in ("gap_ticks", "mana_mp_per_tick", "self_status", "self_status_ticks"):
            assert card[name] == skill[name]
    for card, status in zip(told["statuses"], rules.statuses, strict=False):
        for name in ("stacks_max", "ticks_max", "strength"):
            assert card[name] == status[name]
        assert card["stacking"] == rules.balance.statuses.root[card["name"]].stacking


def test_wishes_reach_the_match() -> None:
    hosted = hosted_match(team_size=2)
    hosted.seat(wish("Ada", role=2, drop=9), outbox())
    hosted.seat(wish("Bo", role=2), outbox())
    entrants = hosted.match.lineup
    assert [(e.role, e.team, e.is_human) for e in entrants] == [(2, 0, True), (2, 0, True)]
    with pytest.raises(Rejection) as caught:
        hosted.seat(wish("Cy", role=len(shipped().classes.root)), outbox())
    assert caught.value.code == ErrorCode.BAD_MESSAGE
    assert hosted.match.entrants == 2
    assert hosted.humans == 2


def test_bots_that_come_later_are_announced() -> None:
    hosted = hosted_match(bots=2, team_size=2, join_window_s=1.0)
    ada = Watcher(hosted, "Ada")
    ada.listen()
    for _ in range(31):
        hosted.advance()
        ada.listen()
    [joined] = of_kind(ada.told, K.JOINED)
    fourth = hosted.match.lineup[3]
    assert joined == [K.JOINED, 3, fourth.name, fourth.bot, fourth.role, 1]
    assert fourth.bot > 0


def test_snapshots_begin_with_the_body() -> None:
    hosted = hosted_match()
    ada, bo = Watcher(hosted, "Ada"), Watcher(hosted, "Bo")
    hosted.advance()
    for watcher in (ada, bo):
        watcher.listen()
    late = Watcher(hosted, "Late")
    late.listen()
    assert late.snapshots == []
    for _ in range(3):
        hosted.advance()
        for watcher in (ada, bo, late):
            watcher.listen()
    assert late.snapshots == ada.snapshots[-3:] == [2, 3, 4]
    assert bo.snapshots == ada.snapshots


def test_everybody_hears_of_every_kill_before_the_snapshot_of_its_tick() -> None:
    hosted = hosted_match()
    ada, bo, cy = (Watcher(hosted, name) for name in ("Ada", "Bo", "Cy"))
    hosted.advance()
    for watcher in (ada, bo, cy):
        watcher.listen()
    credit = hosted.match.world.group("players", Credit)
    credit.attacker[2], credit.hit_tick[2] = 0, hosted.match.tick
    cy.seat.leave(for_good=True)
    hosted.advance()
    kinds = [msgpack.unpackb(item)[0] for item in take_all(ada.box)]
    assert kinds == [K.KILL, K.SNAPSHOT]
    assert bo.listen() == [[K.KILL, 2, 2, 0, CAUSE_LEFT]]
    assert cy.listen() == [], "who has left is told nothing"
    assert hosted.humans == 2


def test_input_reaches_the_body() -> None:
    hosted = hosted_match()
    ada, _ = Watcher(hosted, "Ada"), Watcher(hosted, "Bo")
    hosted.advance()
    place = hosted.match.world.group("players", Position)
    before = float(place.y_u[0])
    for seq in range(5):
        ada.seat.receive(Input(seq=seq, move=1024, aim=0, reach=0, buttons=MOVE, ack=0))
        hosted.advance()
    assert place.y_u[0] > before


def results(watcher: Watcher) -> list[dict[str, Any]]:
    """The results told since the last time, by their fields."""
    names = Result.__struct_fields__
    told = of_kind(watcher.listen(), K.RESULT)
    return [dict(zip(names, row[1:], strict=True)) for row in told]


def pick(result: dict[str, Any], *names: str) -> list[Any]:
    return [result[name] for name in names]


HOW_IT_WENT = ("placement", "entrants", "teams", "ticks_alive", "winner", "winning_team", "over")


def test_a_result_on_death_and_another_at_the_end() -> None:
    hosted = hosted_match()
    ada, bo, cy = (Watcher(hosted, name) for name in ("Ada", "Bo", "Cy"))
    for _ in range(10):
        hosted.advance()
    # Leaving is the one death a test can order; the connection of a dead player stays.
    hosted.match.leave(1)
    hosted.advance()
    [result] = results(bo)
    assert pick(result, *HOW_IT_WENT) == [3, 3, 3, 10, None, None, False]
    assert pick(result, "kills", "assists", "damage_hp", "accuracy") == [0, 0, 0.0, 0.0]
    assert results(ada) == []
    hosted.advance()
    assert results(bo) == [], "once"
    hosted.match.leave(2)
    hosted.advance()
    assert hosted.match.over
    ends = [results(watcher) for watcher in (ada, bo, cy)]
    assert [len(found) for found in ends] == [1, 1, 1], "the last death is told once"
    assert [pick(found[0], *HOW_IT_WENT) for found in ends] == [
        [1, 3, 3, 13, 0, 0, True],
        [3, 3, 3, 10, 0, 0, True],
        [2, 3, 3, 12, 0, 0, True],
    ]


def test_a_team_has_its_place_when_the_last_of_it_dies() -> None:
    hosted = hosted_match(team_size=2)
    names = ("Ada", "Abe", "Bo", "Bea", "Cy", "Cat")
    ada, abe, bo, bea, cy, cat = (Watcher(hosted, name) for name in names)
    everybody = (ada, abe, bo, bea, cy, cat)
    hosted.advance()
    hosted.match.leave(2)
    hosted.advance()
    [result] = results(bo)
    assert pick(result, "placement", "teams", "over") == [0, 3, False], "the team still plays"
    hosted.match.leave(3)
    hosted.advance()
    places = [[pick(found, "placement", "over") for found in results(w)] for w in everybody]
    assert places == [[], [], [[3, False]], [[3, False]], [], []]
    hosted.match.leave(4)
    hosted.match.leave(5)
    hosted.advance()
    assert hosted.match.over
    ends = [[pick(found, "placement", "over") for found in results(w)] for w in everybody]
    wanted = [1, 1, 3, 3, 2, 2]
    assert ends == [[[place, True]] for place in wanted]


def test_what_a_result_says_of_its_player() -> None:
    hosted = hosted_match()
    ada, _ = Watcher(hosted, "Ada"), Watcher(hosted, "Bo")
    hosted.advance()
    tally = hosted.match.world.group("players", Tally)
    tally.kills[0], tally.assists[0], tally.healed_hp[0] = 3, 2, 12.5
    tally.dealt_hp[0], tally.shots[0], tally.hits[0] = 250.25, 8, 6
    hosted.match.leave(0)
    hosted.advance()
    [result] = results(ada)
    facts = ("kills", "assists", "damage_hp", "healed_hp", "accuracy", "level")
    assert pick(result, *facts) == [3, 2, 250.25, 12.5, 0.75, 1]


def test_counts_for_operators() -> None:
    hosted = hosted_match()
    assert hosted.casts_refused.keys() >= {"cooldown", "blocked"}
    assert len(hosted.casts_refused) == REFUSALS
    outcome = hosted.match.world.group("match", Outcome)
    outcome.refused_casts[REFUSED_COOLDOWN], outcome.refused_casts[REFUSED_BLOCKED] = 7, 2
    assert (hosted.casts_refused["cooldown"], hosted.casts_refused["blocked"]) == (7, 2)
    assert set(hosted.rows_refused) == set(LIMITED)
    hosted.match.world.group("events", TableRows).refused[0] = 5
    assert hosted.rows_refused["events"] == 5
    for table in LIMITED:
        assert hosted.match.world.group(table, TableRows).refused.shape == (1,)


def test_linger_then_goodbye() -> None:
    hosted = hosted_match(zone=DEADLY, result_linger_s=0.5)
    watchers = [Watcher(hosted, name) for name in ("Ada", "Bo", "Cy")]
    for _ in range(200):
        hosted.advance()
        for watcher in watchers:
            watcher.listen()
        if hosted.match.over:
            break
    over_tick = hosted.match.tick
    while not hosted.finished:
        assert all(not watcher.box.closing for watcher in watchers)
        hosted.advance()
        for watcher in watchers:
            watcher.listen()
    assert hosted.match.tick - over_tick == 15, "half a second at 30 Hz"
    for watcher in watchers:
        assert watcher.ending == Ending(CloseCode.NORMAL, "")
        told = of_kind(watcher.told, K.RESULT)
        assert told[-1][-1] is True
        assert [result[-1] for result in told].count(True) == 1
        assert watcher.snapshots[-1] >= hosted.match.tick - 1, "they could watch to the end"
    assert sorted(of_kind(w.told, K.RESULT)[-1][1] for w in watchers) == [1, 2, 3]


def test_whoever_comes_after_the_end_is_told_so() -> None:
    hosted = hosted_match()
    ada, bo = Watcher(hosted, "Ada"), Watcher(hosted, "Bo")
    hosted.advance()
    bo.seat.leave(for_good=True)
    hosted.advance()
    assert hosted.match.over
    with pytest.raises(Rejection) as caught:
        Watcher(hosted, "Late")
    assert caught.value.code == ErrorCode.MATCH_OVER
    while not hosted.finished:
        hosted.advance()
        ada.listen()
    assert ada.ending == Ending(CloseCode.NORMAL, "")


def test_a_closed_window_skips_and_an_ack_opens_it() -> None:
    hosted = hosted_match()
    silent = Watcher(hosted, "Silent", acks=False, unacked_max=4)
    keen = Watcher(hosted, "Keen")
    for _ in range(10):
        hosted.advance()
        silent.listen()
        keen.listen()
    assert silent.snapshots == [1, 2, 3, 4]
    assert silent.box.skipped == 6
    assert keen.snapshots == list(range(1, 11))
    silent.box.acked(4)
    for _ in range(silent.box.pace.every):
        hosted.advance()
    silent.listen()
    assert len(silent.snapshots) == 5
    assert silent.reader.tick == silent.snapshots[-1] > 10
    Watcher(hosted, "News")
    assert of_kind(silent.listen(), K.JOINED), "what must arrive is never skipped"


def test_a_stuck_window_ends_as_too_slow() -> None:
    hosted = hosted_match()
    silent = Watcher(hosted, "Silent", acks=False, unacked_max=2, skips_in_a_row_max=5)
    Watcher(hosted, "Keen")
    for _ in range(8):
        hosted.advance()
        silent.listen()
    assert silent.box.too_slow
    assert silent.told[-1][:2] == [K.ERROR, "too_slow"]
    for _ in range(3):
        hosted.advance()


def test_closing_tells_everybody_why() -> None:
    hosted = hosted_match()
    watchers = [Watcher(hosted, name) for name in ("Ada", "Bo")]
    hosted.advance()
    hosted.close(MatchOver("the match had to be ended"))
    for watcher in watchers:
        assert watcher.listen()[-1][:2] == [K.ERROR, "match_over"]
        assert watcher.ending == Ending(CloseCode.REFUSED, "match_over")


@pytest.mark.parametrize("bots", [0, 1])
def test_a_match_nobody_came_to_makes_room(bots: int) -> None:
    hosted = hosted_match(bots=bots, zone=CALM, join_window_s=1.0)
    for _ in range(29):
        hosted.advance()
        assert not hosted.finished
    hosted.advance()
    assert hosted.finished is (bots == 0)


def test_the_result_lists_everybody_best_first() -> None:
    hosted = hosted_match(bots=2)
    Watcher(hosted, "Ada")
    hosted.advance()
    hosted.match.leave(0)
    hosted.advance()
    rows = hosted.result()
    assert [row.slot for row in rows] == [1, 2, 0]
    assert [row.placement for row in rows] == [1, 1, 3]
