"""Who watches sees the past as a player saw it; and so do the dead.

Every snapshot that anybody gets here is held to the twin: whose it is, of what time, what is in it.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from net.rejections import Rejection
from ringfall.hosting.delayed import CATCH_UP_TICKS, DelayedWorld
from ringfall.hosting.history import History
from ringfall.hosting.hosted import STATE_EVERY_S, HostedMatch
from ringfall.hosting.packing import Feed, make_packer
from ringfall.hosting.patience import Patience
from ringfall.match import Match
from ringfall.names import bot_names
from schema.commands import MOVE
from schema.messages import ErrorCode, Input
from schema.messages import ServerKind as K
from tests.ringfall.onlookers import Onlooker, Past, Person, Watcher
from tests.ringfall.packs import new_match, outbox

WATCH_TICKS, KILLER_TICKS = 60, 20
PATIENCE = Patience(
    grace_s=1.0, watch_delay_s=WATCH_TICKS / 30, killer_delay_s=KILLER_TICKS / 30, watchers_max=3
)


def new_past(bots: int = 0, **plan: Any) -> Past:
    match = new_match(10, **plan)
    match.enter_bots(bot_names(bots, match.plan.seed))
    return Past(HostedMatch("the-match", match, PATIENCE), KILLER_TICKS, WATCH_TICKS)


def stir(match: Match, slot: int, seq: int) -> None:
    match.post(slot, Input(seq, seq * 37 % 4096, 0, 0, MOVE, 0))


# --- the past ------------------------------------------------------------------------------------


@pytest.mark.parametrize("delay_ticks", [1, 20, 47])
def test_the_past_is_the_match_itself(delay_ticks: int) -> None:
    match = new_match(10)
    match.enter_bots(bot_names(6, 7))
    match.history = history = History(50, 15)
    hashes = {}
    delayed: DelayedWorld | None = None
    for seq in range(1, 160):
        hashes[match.tick] = match.world.state_hash()
        if seq == 90:
            delayed = DelayedWorld(match, history, delay_ticks)
        if seq == 100:
            match.leave(2)
        match.advance()
        if delayed is not None:
            for _ in delayed.advance(match.tick, match.tick):
                assert delayed.world.state_hash() == hashes[delayed.tick]
            assert delayed.tick <= match.tick - delay_ticks
    assert delayed is not None
    assert delayed.tick == match.tick - delay_ticks


def test_catching_up_is_done_in_portions() -> None:
    match = new_match(10)
    match.history = history = History(200, 100)
    for _ in range(150):
        match.advance()
    delayed = DelayedWorld(match, history, 10)
    assert delayed.tick == 100, "the newest state that is old enough"
    assert len(list(delayed.advance(match.tick, match.tick))) == CATCH_UP_TICKS


@pytest.mark.parametrize("behind", range(0, 15, 2))
def test_whoever_begins_just_before_the_past_is_forgotten_catches_up(behind: int) -> None:
    hosted = HostedMatch("the-match", new_match(10), Patience(watch_delay_s=STATE_EVERY_S))
    hosted.match.enter("Ada")
    match, history = hosted.match, hosted.match.history
    assert isinstance(history, History)
    period = match.rules.ticks(STATE_EVERY_S)
    delay_ticks = period  # the state to begin at is nearly a period too old, or just old enough
    while match.tick < delay_ticks + 3 * period - behind:
        hosted.advance()
    late = DelayedWorld(match, history, delay_ticks)
    for _ in range(period):
        hosted.advance()
        list(late.advance(match.tick, match.tick))
    assert late.tick == match.tick - delay_ticks


def test_a_history_keeps_what_it_must_and_no_more() -> None:
    match = new_match(10)
    match.history = history = History(40, 10)
    for _ in range(200):
        match.advance()
        kept = [tick for tick in range(200) if _has(history, tick)]
        assert kept[-1] == match.tick - 1
        assert kept[0] <= max(0, match.tick - 40)
        assert len(kept) <= 40 + 20
    with pytest.raises(LookupError):
        History(1, 1).state(0)


def _has(history: History, tick: int) -> bool:
    try:
        history.inputs(tick)
    except LookupError:
        return False
    return True


# --- watchers ------------------------------------------------------------------------------------


def test_a_watcher_sees_what_the_watched_player_saw_and_late() -> None:
    past = new_past(bots=4)
    ada = Person(past, "Ada")
    for seq in range(1, 101):
        stir(past.match, ada.slot, seq)
        past.run(1, ada)
    eve = Watcher(past, ada.slot)
    for seq in range(101, 200):
        stir(past.match, ada.slot, seq)
        past.run(1, ada, eve)
    assert len(eve.ticks) > 90
    assert (eve.look, eve.fulls) == ((ada.slot, False), eve.ticks[:1])
    assert eve.eyes == ada.slot
    assert ada.slot in eve.reader.bodies, "the body one looks through is seen"
    assert (eve.reader.motion, eve.reader.gait) == ({}, {}), "but not how it will move"
    assert ada.look == (ada.slot, True)
    assert ada.fulls == [1]
    welcome = eve.news[0]
    assert (welcome[0], welcome[2], welcome[9]) == (K.WELCOME, 65535, 2)
    assert welcome[4] <= 100 - WATCH_TICKS


def test_news_come_as_late_as_pictures() -> None:
    past = new_past()
    ada, bo, cy = (Person(past, name) for name in ("Ada", "Bo", "Cy"))
    past.run(5, ada, bo, cy)
    eve = Watcher(past)
    late = Person(past, "Late")
    past.run(5, ada, bo, cy, late, eve)
    cy.seat.leave(for_good=True)
    died = past.match.tick + 1
    past.run(died + WATCH_TICKS - past.match.tick - 1, ada, bo, late, eve)
    assert [message[0] for message in eve.news if message[0] == K.KILL] == []
    joined = [message[1] for message in eve.news if message[0] == K.JOINED]
    assert joined == [0, 1, 2, 3]
    assert eve.news[0][8] == [], "of whom there is nothing to be seen yet, nothing is said"
    past.run(1, ada, bo, late, eve)
    assert [message[1] for message in eve.news if message[0] == K.KILL] == [died]


def test_switching_eyes() -> None:
    past = new_past(bots=4)
    past.run(WATCH_TICKS + 10)
    eve = Watcher(past)
    past.run(20, eve)
    assert eve.eyes == 0, "somebody who lives"
    eve.spectate(3)
    past.run(2, eve)
    assert (eve.eyes, eve.look) == (3, (3, False))
    assert eve.fulls == [eve.ticks[0], eve.ticks[-2]], "other eyes, another stream"
    for nobody in (4, 9, 65535):
        eve.spectate(nobody)
    eve.seat.receive(Input(1, 0, 0, 0, MOVE, 0))
    past.run(2, eve)
    assert eve.eyes == 3
    eve.spectate(3)
    past.run(2, eve)
    assert len(eve.fulls) == 2, "the same eyes, the same stream"


def test_before_anything_can_be_seen_nothing_is() -> None:
    past = new_past(bots=2)
    eve = Watcher(past)
    past.run(WATCH_TICKS, eve)
    assert eve.ticks == []
    past.run(2, eve)
    assert eve.ticks == [1, 2]


def test_watchers_see_the_end_and_go_home() -> None:
    past = new_past(result_linger_s=0.2)
    ada, bo = Person(past, "Ada"), Person(past, "Bo")
    past.run(10, ada, bo)
    eve = Watcher(past)
    bo.seat.leave(for_good=True)
    while not past.hosted.finished:
        past.run(1, ada, eve)
    assert ada.ending is not None
    assert eve.ending is None
    last, extra = past.match.tick, 0
    while not past.hosted.show_the_rest():
        extra = past.after = extra + 1
        eve.listen()
    eve.listen()
    assert eve.ending is not None
    assert eve.ticks[-1] == last
    assert WATCH_TICKS - 20 <= extra <= WATCH_TICKS
    [result] = [message for message in eve.news if message[0] == K.RESULT]
    assert (result[1], result[12], result[14]) == (0, ada.slot, True)
    with pytest.raises(Rejection) as caught:
        Watcher(past)
    assert caught.value.code == ErrorCode.MATCH_OVER


def test_without_watchers_nothing_is_left_to_show() -> None:
    past = new_past(result_linger_s=0.1)
    ada, bo = Person(past, "Ada"), Person(past, "Bo")
    past.run(3, ada, bo)
    eve = Watcher(past)
    eve.seat.leave(for_good=True)
    bo.seat.leave(for_good=True)
    while not past.hosted.finished:
        past.run(1, ada)
    assert past.hosted.show_the_rest()


def test_one_connection_for_a_watcher_and_so_many_for_all() -> None:
    past = new_past(bots=2)
    past.run(1)
    first = Watcher(past, player_id="p-eve")
    Watcher(past, player_id="p-eve")
    first.listen()
    assert first.news[-1][:2] == [K.ERROR, "taken_over"]
    first.seat.leave(for_good=False)
    for _ in range(PATIENCE.watchers_max - 1):
        Watcher(past)
    with pytest.raises(Rejection) as caught:
        Watcher(past)
    assert caught.value.code == ErrorCode.MATCH_FULL


# --- the dead ------------------------------------------------------------------------------------


def test_the_killers_eyes_come_late_and_without_a_gap() -> None:
    past = new_past(bots=4)
    ada = Person(past, "Ada")
    past.run(200, ada)
    assert ada.ticks[0] == 1
    past.match.leave(ada.slot)
    past.run(1, ada)
    died = past.match.tick
    assert ada.ticks[-1] == died - 1, "the moment of death is late already"
    for _ in range(60):
        past.run(1, ada)
        assert ada.ticks[-1] <= max(died - 1, past.match.tick - KILLER_TICKS)
    assert ada.ticks == list(range(1, past.match.tick - KILLER_TICKS + 1))
    assert ada.fulls == [1, died], "the past is another stream"
    assert (ada.look, ada.alive) == ((ada.slot, False), False)
    assert ada.eyes not in (ada.slot, 65535)
    assert ada.eyes in ada.reader.bodies


def test_the_past_is_dropped_with_the_last_who_looks_at_it() -> None:
    """Whoever dies long after is shown the past all the same."""
    past = new_past(bots=4)
    ada, bo = Person(past, "Ada"), Person(past, "Bo")
    past.run(50, ada, bo)
    past.match.leave(ada.slot)
    past.run(KILLER_TICKS + 10, ada, bo)
    assert not ada.look[1]
    ada.seat.leave(for_good=True)
    past.run(WATCH_TICKS + 200, bo)
    past.match.leave(bo.slot)
    past.run(KILLER_TICKS + 10, bo)
    assert bo.look == (bo.slot, False)
    assert bo.ticks == list(range(1, past.match.tick - KILLER_TICKS + 1))


def test_the_dead_with_mates_see_them_live_and_choose() -> None:
    past = new_past(team_size=3)
    people = [Person(past, name) for name in ("Ada", "Abe", "Amy", "Bo", "Bea", "Ben")]
    ada, abe, _, bo, *_ = people
    past.run(5, *people)
    past.match.leave(0)
    past.run(3, *people)
    assert ada.ticks[-1] == past.match.tick, "live"
    assert (ada.look, ada.eyes, ada.alive) == ((0, True), 1, False)
    assert ada.fulls == [1], "a death does not break the stream"
    ada.spectate(2)
    past.run(2, *people)
    assert (ada.look, ada.eyes, ada.alive) == ((2, False), 2, True)
    for stranger in (3, 9, 65535):
        ada.spectate(stranger)
        past.run(2, *people)
        assert (ada.look, ada.eyes) == ((0, True), 1), "an enemy is not shown"
    assert len(ada.fulls) == 3
    abe.spectate(2)
    bo.spectate(0)
    past.run(2, *people)
    assert (abe.look, abe.eyes) == ((1, True), 1), "the living see with their own eyes"
    assert (bo.look, bo.eyes) == ((3, True), 3)


def test_a_mate_who_dies_leads_back_to_ones_own() -> None:
    past = new_past(bots=6, team_size=3)
    people = [Person(past, name) for name in ("Ada", "Abe", "Amy")]
    ada = people[0]
    past.run(5, *people)
    past.match.leave(6)
    past.run(1, *people)
    ada.spectate(8)
    past.run(2, *people)
    assert ada.look == (8, False)
    past.match.leave(8)
    past.run(2, *people)
    assert (ada.look, ada.eyes) == ((6, True), 7)
    past.match.leave(7)
    past.run(KILLER_TICKS + 5, *people)
    assert ada.look == (6, False), "the team is out"


def test_when_it_is_over_everybody_sees_it_live() -> None:
    past = new_past()
    people = [Person(past, name) for name in ("Ada", "Bo", "Cy")]
    ada, bo, cy = people
    past.run(5, *people)
    past.match.leave(0)
    past.run(3, *people)
    assert ada.ticks[-1] == 5
    past.match.leave(1)
    past.run(1, *people)
    assert past.match.over
    assert ada.ticks[-1] == bo.ticks[-1] == cy.ticks[-1] == past.match.tick


def test_a_crowd_of_bots_does_not_flood_a_watcher_who_came_first() -> None:
    past = new_past(bots=9)
    eve = Watcher(past, messages_max=4)
    past.run(WATCH_TICKS + 5, eve)
    assert eve.ending is None
    assert [row[0] for row in eve.news[0][8]] == list(range(9))
    assert [message for message in eve.news if message[0] == K.JOINED] == []


def test_an_entrant_is_told_of_when_the_body_is_seen() -> None:
    past = new_past(bots=2)
    past.run(WATCH_TICKS + 10)
    eve = Watcher(past)
    past.run(30, eve)
    ada = Person(past, "Ada")
    entered = past.match.tick + 1
    while eve.ticks[-1] < entered - 1:
        past.run(1, ada, eve)
    assert [message for message in eve.news if message[0] == K.JOINED] == []
    past.run(1, ada, eve)
    assert [message[1] for message in eve.news if message[0] == K.JOINED] == [ada.slot]


# --- feeds ---------------------------------------------------------------------------------------


def test_a_feed_has_one_seat_at_most() -> None:
    """And another one for another row, another world, or another hand on the body."""
    match = new_match(10)
    match.enter_bots(bot_names(3, 7))
    match.advance()
    one, other, feed = make_packer(match.world), make_packer(match.world), Feed(outbox())
    taken = []
    for packer, row, plays in (
        (one, 1, True),
        (one, 1, True),
        (one, 1, False),
        (one, 2, False),
        (other, 2, False),
        (one, 2, False),
    ):
        before = packer.ledger.taken.tolist()
        feed.turn_to(packer, row, plays)
        seats = [*one.ledger.taken.tolist(), *other.ledger.taken.tolist()]
        assert seats == [feed.seat]
        assert (packer.ledger.slot[feed.seat], packer.ledger.plays[feed.seat]) == (row, plays)
        taken.append(before == [feed.seat])
    assert taken == [False, True, True, True, False, False]
    feed.end()
    feed.end()
    assert [*one.ledger.taken, *other.ledger.taken] == []


# --- whole matches -------------------------------------------------------------------------------


@pytest.mark.parametrize("team_size", [1, 3])
def test_nobody_is_shown_what_is_hidden_from_the_eyes_they_look_through(team_size: int) -> None:
    """A match of bots who fight, and every kind of receiver in it, every byte of theirs."""
    chance = Random(team_size)
    past = new_past(bots=7, team_size=team_size, view_width_u=24.0, view_height_u=14.0)
    ada, bo = people = [Person(past, name) for name in ("Ada", "Bo")]
    past.run(WATCH_TICKS + 1, *people)
    eve, eva = watchers = [Watcher(past, slot) for slot in (0, ada.slot)]
    everybody: list[Onlooker] = [*people, *watchers]
    for seq in range(1, 400):
        for person in people:
            move = chance.randrange(4096) if seq % 30 == 1 else 13 * seq % 4096
            if chance.random() < 0.9:
                past.match.post(person.slot, Input(seq, move, move, 200, chance.randrange(32), 0))
        if seq == 100:
            past.match.leave(ada.slot)
        if seq % 40 == 0:
            eve.spectate(chance.randrange(past.match.entrants))
            ada.spectate(chance.randrange(past.match.entrants))
        past.run(1, *everybody)
    looks = {person: Counter[str]() for person in everybody}
    for person in everybody:
        for follower in person.followers:
            looks[person].update(follower.seen)
        assert looks[person]["hidden bodies"] > 0
        assert looks[person]["bodies"] > 0
        assert person.ending is None
    assert looks[ada]["dead"] > 0
    assert looks[eve]["looks on"] == len(eve.ticks) > 200
    assert looks[eva]["looks on"] == len(eva.ticks) > 200
    assert looks[ada]["looks on"] > 0
    assert looks[bo]["motion"] > 0
