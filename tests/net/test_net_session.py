"""A conversation without sockets: what reaches the game, and what does not."""

from __future__ import annotations

import pytest

from net.limits import Limits
from net.rejections import Counters, Rejection, shutting_down
from net.session import Session
from net.wire import encode
from schema import messages as m
from tests.net.harness import FakeGame

JOIN = encode(m.Join(3, "  Ada\u200b ", 3, 9))


def begin(**limits: int) -> tuple[Session, FakeGame, Counters]:
    game, counters = FakeGame(), Counters()
    return Session(game, Limits(**limits), counters, 0.0), game, counters  # type: ignore[arg-type]


def test_join_input_ping_leave() -> None:
    session, game, counters = begin()
    assert not session.joined
    session.join(JOIN, "192.0.2.1")
    (seat,) = game.seats
    assert session.joined
    assert seat.join == m.Join(3, "Ada", 3, 9), "the name is cleaned, the rest is as it came"
    assert (seat.address, counters.joined_open) == ("192.0.2.1", 1)
    session.receive(encode(m.Input(1, 2, 3, 4, 5, 6)), 0.1)
    session.receive(encode(m.Ping(9)), 0.2)
    assert seat.inputs == [m.Input(1, 2, 3, 4, 5, 6)]
    session.outbox.take()
    assert session.outbox.take() == encode(m.Pong(9))
    session.leave()
    session.leave()
    assert (seat.left, counters.joined_open, counters.messages_in) == (1, 0, 3)
    assert not session.outbox.push(b"late")


def test_asking_for_the_exact_state_is_no_button() -> None:
    session, game, _ = begin()
    session.join(JOIN, "")
    session.receive(encode(m.Input(1, 0, 0, 0, 5 | m.RESYNC, 0)), 0.0)
    session.receive(encode(m.Input(2, 0, 0, 0, 5, 0)), 0.1)
    assert [message.buttons for message in game.seats[0].inputs] == [5, 5]
    assert session.outbox.take_resync()
    assert not session.outbox.take_resync()


def test_nobody_is_seated_while_the_server_stops() -> None:
    session, game, _ = begin()
    session.outbox.close(shutting_down())
    with pytest.raises(Rejection, match="shutting_down"):
        session.join(JOIN, "")
    assert game.seats == []


def test_nothing_reaches_the_game_once_the_end_is_decided() -> None:
    session, game, counters = begin()
    session.join(JOIN, "")
    session.outbox.close(None)
    session.receive(encode(m.Input(1, 0, 0, 0, 0, 0)), 0.0)
    session.receive(b"\xc1", 0.0)
    assert game.seats[0].inputs == []
    assert counters.messages_in == 3


def test_calm_forgives_drops() -> None:
    session, game, counters = begin(messages_per_s=10, messages_burst=5, flood_drops_max=4)
    session.join(JOIN, "")
    data = encode(m.Input(1, 0, 0, 0, 0, 0))
    now_s = 0.0
    for _ in range(10):
        for _ in range(5 + 4):
            session.receive(data, now_s)
        now_s += 1.0
    assert counters.dropped["message_rate"] == 40
    assert len(game.seats[0].inputs) == 50
    for _ in range(5 + 4):
        session.receive(data, now_s)
    with pytest.raises(Rejection, match="flooding"):
        session.receive(data, now_s)


def test_a_bug_of_the_game_on_leave_still_shuts_the_box() -> None:
    session, game, counters = begin()
    session.join(JOIN, "")

    def bug(_seat: object) -> None:
        raise ZeroDivisionError

    game.on_leave = bug
    with pytest.raises(ZeroDivisionError):
        session.leave()
    assert session.outbox.closing
    assert counters.joined_open == 0
