"""Who watches sees the past, byte for byte as a player saw it; and so do the dead."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest

from net.outbox import Ending, Outbox
from net.rejections import Rejection
from ringfall.hosting.delayed import CATCH_UP_TICKS, DelayedWorld
from ringfall.hosting.history import History
from ringfall.hosting.hosted import HostedMatch, Patience
from ringfall.hosting.packing import make_packer
from ringfall.match import Match
from ringfall.names import bot_names
from schema.columns import Tally
from schema.commands import MOVE
from schema.messages import ErrorCode, Input, Spectate
from schema.messages import ServerKind as K
from tests.oracle.snapshot import Snapshot, read_payload
from tests.ringfall.packs import new_match, outbox, take_all, wish

WATCH_TICKS, KILLER_TICKS = 60, 20
PATIENCE = Patience(
    grace_s=1.0, watch_delay_s=WATCH_TICKS / 30, killer_delay_s=KILLER_TICKS / 30, watchers_max=3
)


class Onlooker:
    """Somebody with an outbox who acknowledges everything."""

    def __init__(self) -> None:
        self.box: Outbox = outbox(messages_max=256)
        self.views: dict[int, Snapshot] = {}
        self.frames: dict[int, bytes] = {}
        self.news: list[list[Any]] = []
        self.ending: Ending | None = None

    def listen(self) -> list[list[Any]]:
        found = []
        for item in take_all(self.box):
            if isinstance(item, Ending):
                self.ending = item
                continue
            message = msgpack.unpackb(item)
            if message[0] != K.SNAPSHOT:
                found.append(message)
                continue
            view = read_payload(message[1])
            assert not self.frames or view.header.tick > max(self.frames)
            self.views[view.header.tick], self.frames[view.header.tick] = view, item
            self.box.acked(view.header.tick)
        self.news += found
        return found


class Watcher(Onlooker):
    def __init__(self, hosted: HostedMatch, slot: int | None = None, **who: Any) -> None:
        super().__init__()
        self.seat = hosted.watch(wish("Eve", watching=True, slot=slot, **who), self.box)


class Person(Onlooker):
    def __init__(self, hosted: HostedMatch, name: str) -> None:
        super().__init__()
        self.seat = hosted.seat(wish(name), self.box)


def hosted_match(bots: int = 0, **plan: Any) -> HostedMatch:
    match = new_match(10, **plan)
    match.enter_bots(bot_names(bots, match.plan.seed))
    return HostedMatch("the-match", match, PATIENCE)


def run(hosted: HostedMatch, ticks: int, *people: Onlooker) -> None:
    for _ in range(ticks):
        hosted.advance()
        for person in people:
            person.listen()


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


def test_a_watcher_gets_the_bytes_of_the_watched_player_and_late() -> None:
    hosted = hosted_match(bots=4)
    ada = Person(hosted, "Ada")
    slot = ada.seat.slot
    for seq in range(1, 101):
        stir(hosted.match, slot, seq)
        run(hosted, 1, ada)
    eve = Watcher(hosted, slot)
    for seq in range(101, 200):
        stir(hosted.match, slot, seq)
        run(hosted, 1, ada, eve)
        if eve.frames:
            assert max(eve.frames) <= hosted.match.tick - WATCH_TICKS
    assert len(eve.frames) > 90
    assert all(eve.frames[tick] == ada.frames[tick] for tick in eve.frames)
    welcome = eve.news[0]
    assert (welcome[0], welcome[2], welcome[9]) == (K.WELCOME, 65535, 2)
    assert welcome[4] <= 100 - WATCH_TICKS


def test_news_come_as_late_as_pictures() -> None:
    hosted = hosted_match()
    ada, bo, cy = (Person(hosted, name) for name in ("Ada", "Bo", "Cy"))
    run(hosted, 5, ada, bo, cy)
    eve = Watcher(hosted)
    late = Person(hosted, "Late")
    run(hosted, 5, ada, bo, cy, late, eve)
    cy.seat.leave(for_good=True)
    died = hosted.match.tick + 1
    run(hosted, died + WATCH_TICKS - hosted.match.tick - 1, ada, bo, late, eve)
    assert [message[0] for message in eve.news if message[0] == K.KILL] == []
    joined = [message[1] for message in eve.news if message[0] == K.JOINED]
    assert joined == [0, 1, 2, 3]
    assert eve.news[0][8] == [], "of whom there is nothing to be seen yet, nothing is said"
    run(hosted, 1, ada, bo, late, eve)
    assert [message[1] for message in eve.news if message[0] == K.KILL] == [died]


def test_switching_eyes() -> None:
    hosted = hosted_match(bots=4)
    run(hosted, WATCH_TICKS + 10)
    eve = Watcher(hosted)
    run(hosted, 20, eve)
    assert eve.views[max(eve.views)].header.self_slot == 0, "somebody who lives"
    eve.seat.receive(Spectate(3))
    run(hosted, 2, eve)
    assert eve.views[max(eve.views)].header.self_slot == 3
    for nobody in (4, 9, 65535):
        eve.seat.receive(Spectate(nobody))
    eve.seat.receive(Input(1, 0, 0, 0, MOVE, 0))
    run(hosted, 2, eve)
    assert eve.views[max(eve.views)].header.self_slot == 3


def test_before_anything_can_be_seen_nothing_is() -> None:
    hosted = hosted_match(bots=2)
    eve = Watcher(hosted)
    run(hosted, WATCH_TICKS, eve)
    assert eve.frames == {}
    run(hosted, 2, eve)
    assert list(eve.frames) == [1, 2]


def test_watchers_see_the_end_and_go_home() -> None:
    hosted = hosted_match(result_linger_s=0.2)
    ada, bo = Person(hosted, "Ada"), Person(hosted, "Bo")
    run(hosted, 10, ada, bo)
    eve = Watcher(hosted)
    bo.seat.leave(for_good=True)
    while not hosted.finished:
        run(hosted, 1, ada, eve)
    assert ada.ending is not None
    assert eve.ending is None
    last, extra = hosted.match.tick, 0
    while not hosted.show_the_rest():
        extra += 1
        eve.listen()
    eve.listen()
    assert eve.ending is not None
    assert max(eve.frames) == last
    assert WATCH_TICKS - 20 <= extra <= WATCH_TICKS
    [result] = [message for message in eve.news if message[0] == K.RESULT]
    assert (result[1], result[12], result[14]) == (0, ada.seat.slot, True)
    with pytest.raises(Rejection) as caught:
        Watcher(hosted)
    assert caught.value.code == ErrorCode.MATCH_OVER


def test_without_watchers_nothing_is_left_to_show() -> None:
    hosted = hosted_match(result_linger_s=0.1)
    ada, bo = Person(hosted, "Ada"), Person(hosted, "Bo")
    run(hosted, 3, ada, bo)
    eve = Watcher(hosted)
    eve.seat.leave(for_good=True)
    bo.seat.leave(for_good=True)
    while not hosted.finished:
        run(hosted, 1, ada)
    assert hosted.show_the_rest()


def test_one_connection_for_a_watcher_and_so_many_for_all() -> None:
    hosted = hosted_match(bots=2)
    run(hosted, 1)
    first = Watcher(hosted, player_id="p-eve")
    Watcher(hosted, player_id="p-eve")
    first.listen()
    assert first.news[-1][:2] == [K.ERROR, "taken_over"]
    first.seat.leave(for_good=False)
    for _ in range(PATIENCE.watchers_max - 1):
        Watcher(hosted)
    with pytest.raises(Rejection) as caught:
        Watcher(hosted)
    assert caught.value.code == ErrorCode.MATCH_FULL


# --- the dead ------------------------------------------------------------------------------------


def kill(hosted: HostedMatch, slot: int, killer: int = -1) -> None:
    """The one death a test can order, and whose work it was."""
    hosted.match.leave(slot)
    hosted.match.world.group("players", Tally).killer[slot] = killer


def test_the_killers_eyes_come_late_and_without_a_gap() -> None:
    hosted = hosted_match(bots=4)
    ada = Person(hosted, "Ada")
    run(hosted, 200, ada)
    assert min(ada.frames) == 1
    kill(hosted, ada.seat.slot)
    run(hosted, 1, ada)
    died = hosted.match.tick
    assert max(ada.frames) == died - 1, "the moment of death is late already"
    for _ in range(60):
        run(hosted, 1, ada)
        assert max(ada.frames) <= max(died - 1, hosted.match.tick - KILLER_TICKS)
    assert sorted(ada.frames) == list(range(1, hosted.match.tick - KILLER_TICKS + 1))
    header = ada.views[died].header
    assert (header.self_slot, header.self_alive) == (ada.seat.slot, False)
    assert header.eyes_slot not in (ada.seat.slot, 65535)


def test_the_late_bytes_are_those_of_that_time() -> None:
    """What a dead player gets is what the packer would have made of the world back then."""
    hosted = hosted_match(bots=4)
    ada = Person(hosted, "Ada")
    packer = make_packer(hosted.match.world)
    run(hosted, 40, ada)
    kill(hosted, ada.seat.slot)
    then = {}
    for _ in range(60):
        run(hosted, 1, ada)
        [then[hosted.match.tick]] = packer.pack([ada.seat.slot])
    late = [tick for tick in ada.frames if tick > 40]
    assert len(late) > 20
    assert all(msgpack.unpackb(ada.frames[tick]) == msgpack.unpackb(then[tick]) for tick in late)


def test_the_dead_with_mates_see_them_live_and_choose() -> None:
    hosted = hosted_match(team_size=3)
    people = [Person(hosted, name) for name in ("Ada", "Abe", "Amy", "Bo", "Bea", "Ben")]
    ada, abe, amy, bo, *_ = people
    run(hosted, 5, *people)
    hosted.match.leave(0)
    run(hosted, 3, *people)
    newest = hosted.match.tick
    assert max(ada.frames) == newest, "live"
    header = ada.views[newest].header
    assert (header.self_slot, header.eyes_slot, header.self_alive) == (0, 1, False)
    ada.seat.receive(Spectate(2))
    run(hosted, 2, *people)
    assert ada.frames[hosted.match.tick] == amy.frames[hosted.match.tick]
    for stranger in (3, 9, 65535):
        ada.seat.receive(Spectate(stranger))
        run(hosted, 2, *people)
        assert ada.views[hosted.match.tick].header.self_slot == 0, "an enemy is not shown"
        assert ada.views[hosted.match.tick].header.eyes_slot == 1
    abe.seat.receive(Spectate(2))
    bo.seat.receive(Spectate(0))
    run(hosted, 2, *people)
    assert abe.views[hosted.match.tick].header.self_slot == 1, "the living see with their own eyes"
    assert bo.views[hosted.match.tick].header.self_slot == 3


def test_when_it_is_over_everybody_sees_it_live() -> None:
    hosted = hosted_match()
    people = [Person(hosted, name) for name in ("Ada", "Bo", "Cy")]
    ada, bo, cy = people
    run(hosted, 5, *people)
    hosted.match.leave(0)
    run(hosted, 3, *people)
    assert max(ada.frames) == 5
    hosted.match.leave(1)
    run(hosted, 1, *people)
    assert hosted.match.over
    assert max(ada.frames) == max(bo.frames) == max(cy.frames) == hosted.match.tick


def test_a_crowd_of_bots_does_not_flood_a_watcher_who_came_first() -> None:
    hosted = hosted_match(bots=9)
    eve = Onlooker()
    eve.box = outbox(messages_max=4)
    hosted.watch(wish("Eve", watching=True), eve.box)
    run(hosted, WATCH_TICKS + 5, eve)
    assert eve.ending is None
    assert [row[0] for row in eve.news[0][8]] == list(range(9))
    assert [message for message in eve.news if message[0] == K.JOINED] == []


def test_an_entrant_is_told_of_when_the_body_is_seen() -> None:
    hosted = hosted_match(bots=2)
    run(hosted, WATCH_TICKS + 10)
    eve = Watcher(hosted)
    run(hosted, 30, eve)
    ada = Person(hosted, "Ada")
    entered = hosted.match.tick + 1
    while max(eve.frames) < entered - 1:
        run(hosted, 1, ada, eve)
    assert [message for message in eve.news if message[0] == K.JOINED] == []
    run(hosted, 1, ada, eve)
    assert [message[1] for message in eve.news if message[0] == K.JOINED] == [ada.seat.slot]
