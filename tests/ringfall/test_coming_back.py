"""A player's line breaks: the body stands, and is given back, within the grace and not after it."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest

from ecs.world import World
from net.outbox import Ending, Outbox
from net.rejections import Rejection
from persistence.journal_file import Entry
from persistence.records import Tick
from ringfall.hosting.hosted import MISSED_KILLS_MAX, HostedMatch
from ringfall.hosting.patience import Patience
from ringfall.hosting.seats import PlayerSeat
from ringfall.identity.tickets import Grant
from ringfall.names import bot_names
from ringfall.recording import Cadence, Recorder
from ringfall.replay_source import inputs_of
from schema.columns import Intent, Position, Vitals
from schema.commands import MOVE
from schema.messages import CloseCode, ErrorCode, Input, Kill
from schema.messages import ServerKind as K
from systems.tick import step
from tests.ringfall.packs import new_match, outbox, take_all, wish

GRACE_TICKS = 30


class Person:
    """Somebody with a line that may break, who acknowledges what comes."""

    def __init__(self, hosted: HostedMatch, name: str) -> None:
        self.hosted, self.grant = hosted, wish(name)
        self.seq = 0
        self.connect()

    def connect(self, resume_tick: int = 0, grant: Grant | None = None) -> None:
        self.box: Outbox = outbox(messages_max=256)
        self.seat: PlayerSeat = self.hosted.seat(grant or self.grant, self.box, resume_tick)
        self.seq = 0

    def listen(self) -> list[list[Any]]:
        """Everything that came; endings and snapshots among it."""
        found: list[list[Any]] = []
        for item in take_all(self.box):
            if isinstance(item, Ending):
                found.append(["ending", item.close_code, item.reason])
                continue
            message = msgpack.unpackb(item)
            if message[0] == K.SNAPSHOT:
                self.box.acked(int.from_bytes(message[1][:4], "little"))
            found.append(message)
        return found

    def walk(self, move: int = 0) -> None:
        self.seq += 1
        self.seat.receive(Input(self.seq, move, 0, 0, MOVE, 0))


def hosted_match(bots: int = 0, **plan: Any) -> HostedMatch:
    match = new_match(**plan)
    match.enter_bots(bot_names(bots, match.plan.seed))
    return HostedMatch("the-match", match, Patience(grace_s=GRACE_TICKS / 30))


def kinds(messages: list[list[Any]]) -> list[Any]:
    return [message[0] for message in messages]


def place(hosted: HostedMatch, slot: int) -> tuple[float, float]:
    body = hosted.match.world.group("players", Position)
    return float(body.x_u[slot]), float(body.y_u[slot])


def test_the_journal_says_whose_body_it_is() -> None:
    hosted = hosted_match(bots=1, players_max=4)
    entries: list[Entry] = []
    hosted.match.recorder = Recorder(entries.append, Cadence(100, 0))
    ada = Person(hosted, "Ada")
    hosted.advance()
    joins = next(entry for entry in entries if isinstance(entry, Tick)).joins
    assert [entrant.player for entrant in joins] == ["", ada.grant.player.player_id]
    assert [entrant.player for entrant in hosted.match.lineup] == ["", ada.grant.player.player_id]
    assert ada.grant.player.player_id


def test_the_body_holds_its_input_and_then_stands() -> None:
    hosted = hosted_match(input_hold_s=0.2)
    ada, _ = Person(hosted, "Ada"), Person(hosted, "Bo")
    hosted.advance()
    ada.walk(1024)
    hosted.advance()
    ada.seat.leave(for_good=False)
    assert (hosted.humans, hosted.away) == (1, 1)
    places = []
    for _ in range(20):
        hosted.advance()
        places.append(place(hosted, 0))
    assert places[0] != places[3], "the last input holds for a moment"
    assert places[15] == places[19]
    assert hosted.match.alive == 2


def test_one_snapshot_puts_the_player_back() -> None:
    hosted = hosted_match()
    ada, bo = Person(hosted, "Ada"), Person(hosted, "Bo")
    for _ in range(5):
        hosted.advance()
    ada.walk(1024)
    hosted.advance()
    ada.seat.leave(for_good=False)
    for _ in range(GRACE_TICKS - 1):
        hosted.advance()
    bo.listen()
    ada.connect()
    hosted.advance()
    assert K.JOINED not in kinds(bo.listen()), "nobody new has come"
    welcome, snapshot = ada.listen()
    assert (welcome[0], welcome[2], welcome[9]) == (K.WELCOME, 0, 1)
    assert snapshot[0] == K.SNAPSHOT
    assert (hosted.humans, hosted.away, hosted.match.entrants) == (2, 0, 2)
    before = place(hosted, 0)
    ada.walk(1024)
    hosted.advance()
    assert place(hosted, 0) != before, "a new line counts its inputs from the beginning"
    assert hosted.match.world.group("players", Intent).seq[0] == 1


def test_after_the_grace_it_is_over() -> None:
    hosted = hosted_match(bots=1)
    ada, bo = Person(hosted, "Ada"), Person(hosted, "Bo")
    hosted.advance()
    bo.listen()
    ada.seat.leave(for_good=False)
    for _ in range(GRACE_TICKS):
        hosted.advance()
        assert hosted.match.world.group("players", Vitals).alive[1]
    hosted.advance()
    assert not hosted.match.world.group("players", Vitals).alive[1]
    assert K.KILL in kinds(bo.listen())
    assert hosted.away == 0
    with pytest.raises(Rejection) as caught:
        ada.connect()
    assert caught.value.code == ErrorCode.MATCH_FULL


def test_leaving_for_good_takes_no_time_and_a_bot_comes() -> None:
    hosted = hosted_match(bots=2)
    ada, bo = Person(hosted, "Ada"), Person(hosted, "Bo")
    hosted.advance()
    bo.listen()
    ada.seat.leave(for_good=True)
    hosted.advance()
    assert not hosted.match.world.group("players", Vitals).alive[2]
    joined = next(message for message in bo.listen() if message[0] == K.JOINED)
    assert (joined[1], joined[3] > 0) == (4, True)
    assert hosted.match.alive == 4
    assert hosted.match.bot_count == 3


def test_no_bot_comes_where_none_were_or_late() -> None:
    for bots, window_s in ((0, 10.0), (2, 0.1)):
        hosted = hosted_match(bots=bots, join_window_s=window_s)
        ada, _ = Person(hosted, "Ada"), Person(hosted, "Bo")
        for _ in range(6):
            hosted.advance()
        entrants = hosted.match.entrants
        ada.seat.leave(for_good=True)
        hosted.advance()
        assert hosted.match.entrants == entrants


def test_a_second_connection_takes_the_seat_over() -> None:
    hosted = hosted_match()
    ada, _ = Person(hosted, "Ada"), Person(hosted, "Bo")
    hosted.advance()
    ada.listen()
    first, first_box = ada.seat, ada.box
    ada.connect()
    assert [msgpack.unpackb(item)[:2] for item in take_all(first_box)[:1]  # type: ignore[arg-type]
            ] == [[K.ERROR, "taken_over"]]  # fmt: skip
    first.receive(Input(99, 0, 0, 0, MOVE, 0))
    first.leave(for_good=True)
    hosted.advance()
    assert hosted.match.alive == 2, "the old connection has nothing to say any more"
    assert hosted.match.world.group("players", Intent).seq[0] == 0
    assert (hosted.humans, hosted.away) == (2, 0)
    assert kinds(ada.listen()) == [K.WELCOME, K.SNAPSHOT]


def test_whoever_comes_back_hears_the_result_and_the_kills_that_were_missed() -> None:
    hosted = hosted_match(bots=1)
    people = [Person(hosted, name) for name in ("Ada", "Bo", "Cy", "Di")]
    ada, bo, cy, _ = people
    hosted.advance()
    ada.listen()
    bo.seat.leave(for_good=True)
    hosted.advance()
    seen_tick = hosted.match.tick
    ada.seat.leave(for_good=False)
    cy.seat.leave(for_good=True)
    hosted.match.leave(ada.seat.slot)  # the one death a test can order
    hosted.advance()
    ada.connect(seen_tick)
    told = ada.listen()
    assert kinds(told) == [K.WELCOME, K.KILL, K.KILL, K.RESULT]
    assert [message[2] for message in told[1:3]] == [ada.seat.slot, cy.seat.slot]
    assert told[3][14] is False
    ada.seat.leave(for_good=False)
    ada.connect()
    assert kinds(ada.listen()) == [K.WELCOME, K.RESULT], "nothing was seen before: no kills"


def test_coming_back_into_a_match_that_is_over() -> None:
    hosted = hosted_match(result_linger_s=1.0)
    ada, bo = Person(hosted, "Ada"), Person(hosted, "Bo")
    hosted.advance()
    ada.seat.leave(for_good=False)
    bo.seat.leave(for_good=True)
    hosted.advance()
    assert hosted.match.over
    ada.connect()
    told = ada.listen()
    assert kinds(told) == [K.WELCOME, K.RESULT]
    assert (told[1][1], told[1][14]) == (1, True), "won while away"
    while not hosted.finished:
        hosted.advance()
        told = ada.listen()
    assert told[-1] == ["ending", CloseCode.NORMAL, ""]
    with pytest.raises(Rejection) as caught:
        ada.connect()
    assert caught.value.code == ErrorCode.MATCH_OVER


def test_signing_out_ends_connection_and_body() -> None:
    hosted = hosted_match()
    ada, _ = Person(hosted, "Ada"), Person(hosted, "Bo")
    hosted.advance()
    ada.listen()
    hosted.sign_out(ada.grant.player.player_id)
    assert ada.listen()[0][:2] == [K.ERROR, "signed_out"]
    ada.seat.leave(for_good=False)
    hosted.advance()
    assert not hosted.match.world.group("players", Vitals).alive[0]


def test_all_of_it_is_in_the_record_and_replays() -> None:
    """The tick sees joins, leaves and commands, whatever happened to connections."""
    records: list[Entry] = []
    hosted = hosted_match(bots=2)
    hosted.match.recorder = Recorder(records.append, Cadence(1000, 0))
    replayed = HostedMatch("again", new_match()).match.world
    ada, bo = Person(hosted, "Ada"), Person(hosted, "Bo")
    for tick in range(3 * GRACE_TICKS):
        if tick == 5:
            ada.seat.leave(for_good=False)
        if tick == 20:
            ada.connect()
        if tick == 30:
            ada.connect()
            bo.seat.leave(for_good=False)
        if tick % 3:
            ada.walk(tick * 40)
        hosted.advance()
        ada.listen()
    ticks = [record for record in records if isinstance(record, Tick)]
    assert sum(len(tick.leaves) for tick in ticks) == 1, "the grace ran out for one"
    assert sum(len(tick.joins) for tick in ticks) == 5, "two people, two bots, and one for who left"
    _replay(replayed, ticks)
    assert replayed.state_hash() == hosted.match.world.state_hash()


def _replay(world: World, ticks: list[Tick]) -> None:
    for tick in ticks:
        assert world.state_hash() == tick.hash_before
        step(world, inputs_of(tick))


def test_many_kills_that_were_missed_do_not_fill_the_line() -> None:
    hosted = hosted_match()
    ada, _ = Person(hosted, "Ada"), Person(hosted, "Bo")
    hosted.advance()
    hosted._kills += [Kill(5, 9, None, 240)] * 500
    ada.seat.leave(for_good=False)
    ada.connect(1)
    assert kinds(ada.listen()) == [K.WELCOME] + [K.KILL] * MISSED_KILLS_MAX
