"""A match with people watching: who is told what, in which order, and how it ends for them."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest

from net.outbox import Ending, Outbox
from net.rejections import Rejection
from ringfall.hosting import HostedMatch, PlayerSeat
from ringfall.names import bot_names
from schema.columns import Credit, Position
from schema.commands import MOVE
from schema.messages import CloseCode, ErrorCode, Input, Join
from schema.messages import ServerKind as K
from tests.ringfall.packs import CALM, DEADLY, YARD, new_match, outbox, take_all


class Watcher:
    """Somebody in a match who takes what there is and acknowledges every snapshot."""

    def __init__(self, hosted: HostedMatch, name: str, *, acks: bool = True, **limits: int) -> None:
        self.box: Outbox = outbox(**limits)
        self.acks = acks
        self.seat: PlayerSeat = hosted.seat(Join(1, name), self.box)
        self.told: list[list[Any]] = []
        self.snapshots: list[int] = []
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
                self.snapshots.append(int.from_bytes(message[1][:4], "little"))
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
    [[kind, version, slot, rate_hz, tick, match_id, place, rules, roster]] = second.listen()
    assert (kind, version, slot, rate_hz, tick, match_id) == (1, 1, 3, 30, 3, "the-match")
    bots = bot_names(2, 7)
    assert roster == [[0, bots[0], True], [1, bots[1], True], [2, "Ada", False], [3, "Bo", False]]
    assert (place["name"], place["width_u"], place["height_u"]) == ("Yard", 48.0, 36.0)
    assert place["walls"] == [list(wall) for wall in YARD.walls]
    assert rules == {
        "body_radius_u": 0.5,
        "health_max_hp": 100.0,
        "view_width_u": 44.0,
        "view_height_u": 26.0,
        "shot_radius_u": 0.12,
        "shot_speed_ups": 32.0,
        "shot_range_u": 26.0,
        "shot_cooldown_ticks": 12,
        "blast_radius_u": 3.5,
        "blast_range_u": 12.0,
        "blast_fuse_ticks": 21,
        "blast_cooldown_ticks": 180,
        "dash_cooldown_ticks": 90,
        "dash_ticks": 5,
    }
    welcome, joined = first.listen()
    assert welcome[2] == 2
    assert len(welcome[8]) == 3, "the roster of its own moment"
    assert joined == [K.JOINED, 3, "Bo", False]


def test_snapshots_begin_with_the_body() -> None:
    hosted = hosted_match()
    ada, bo = Watcher(hosted, "Ada"), Watcher(hosted, "Bo")
    hosted.advance()
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
    cy.seat.leave()
    hosted.advance()
    kinds = [msgpack.unpackb(item)[0] for item in take_all(ada.box)]
    assert kinds == [K.KILL, K.SNAPSHOT]
    assert bo.listen() == [[K.KILL, 2, 2, 0, 3]]
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


def test_a_result_on_death_and_another_at_the_end() -> None:
    hosted = hosted_match()
    ada, bo, cy = (Watcher(hosted, name) for name in ("Ada", "Bo", "Cy"))
    for _ in range(10):
        hosted.advance()
    # Leaving is the one death a test can order; the connection of a dead player stays.
    hosted.match.leave(1)
    hosted.advance()
    [result] = of_kind(bo.listen(), K.RESULT)
    assert result == [K.RESULT, 3, 3, 0, 0.0, 10, None, False]
    assert of_kind(ada.listen(), K.RESULT) == []
    hosted.advance()
    assert of_kind(bo.listen(), K.RESULT) == [], "once"
    hosted.match.leave(2)
    hosted.advance()
    assert hosted.match.over
    ends = {w: of_kind(w.listen(), K.RESULT) for w in (ada, bo, cy)}
    assert ends[ada] == [[K.RESULT, 1, 3, 0, 0.0, 13, 0, True]]
    assert ends[bo] == [[K.RESULT, 3, 3, 0, 0.0, 10, 0, True]]
    assert ends[cy] == [[K.RESULT, 2, 3, 0, 0.0, 12, 0, True]], "the last death is told once"


def test_linger_then_goodbye() -> None:
    hosted = hosted_match(zone=DEADLY, result_linger_s=0.5)
    watchers = [Watcher(hosted, name) for name in ("Ada", "Bo", "Cy")]
    for _ in range(200):
        hosted.advance()
        if hosted.match.over:
            break
    over_tick = hosted.match.tick
    for watcher in watchers:
        watcher.listen()
    while not hosted.finished:
        assert all(not watcher.box.closing for watcher in watchers)
        hosted.advance()
        for watcher in watchers:
            watcher.listen()
    assert hosted.match.tick - over_tick == 15, "half a second at 30 Hz"
    for watcher in watchers:
        assert watcher.ending == Ending(CloseCode.NORMAL, "")
        results = of_kind(watcher.told, K.RESULT)
        assert results[-1][-1] is True
        assert [result[-1] for result in results].count(True) == 1
        assert watcher.snapshots[-1] >= hosted.match.tick - 1, "they could watch to the end"
    assert sorted(of_kind(w.told, K.RESULT)[-1][1] for w in watchers) == [1, 2, 3]


def test_whoever_comes_after_the_end_gets_no_body_and_no_snapshots() -> None:
    """The lobby seats nobody there; were it to, nothing is read beyond the rows there are."""
    hosted = hosted_match()
    ada, bo = Watcher(hosted, "Ada"), Watcher(hosted, "Bo")
    hosted.advance()
    bo.seat.leave()
    hosted.advance()
    assert hosted.match.over
    late = Watcher(hosted, "Late")
    while not hosted.finished:
        hosted.advance()
        ada.listen()
        late.listen()
    assert late.snapshots == []
    assert ada.snapshots
    assert late.ending == Ending(CloseCode.NORMAL, "")


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
    hosted.advance()
    silent.listen()
    assert silent.snapshots[-1] == 11
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
    hosted.close(Rejection(ErrorCode.MATCH_OVER, "the match had to be ended"))
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
