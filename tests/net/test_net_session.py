"""A conversation without sockets: what reaches the game, and what does not."""

from __future__ import annotations

import pytest

from net.limits import Limits
from net.rejections import Counters, Rejection, shutting_down
from net.session import Session
from net.wire import encode
from schema import messages as m
from tests.net.harness import FakeGame

JOIN = encode(m.Join(3, "a-ticket", 41))


def begin(**limits: int) -> tuple[Session, FakeGame, Counters]:
    game, counters = FakeGame(), Counters()
    return Session(game, Limits(**limits), counters, 0.0), game, counters  # type: ignore[arg-type]


def test_join_input_ping_leave() -> None:
    session, game, counters = begin()
    assert not session.joined
    session.join(JOIN, "192.0.2.1")
    (seat,) = game.seats
    assert session.joined
    assert seat.join == m.Join(3, "a-ticket", 41)
    assert (seat.address, counters.joined_open) == ("192.0.2.1", 1)
    session.receive(encode(m.Input(1, 2, 3, 4, 5, 6)), 0.1)
    session.receive(encode(m.Ping(9)), 0.2)
    assert seat.inputs == [m.Input(1, 2, 3, 4, 5, 6)]
    session.outbox.take()
    assert session.outbox.take() == encode(m.Pong(9))
    session.leave()
    session.leave()
    assert (seat.left, seat.for_good) == (1, False)
    assert (counters.joined_open, counters.messages_in) == (0, 3)
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


def test_a_client_that_closes_in_good_order_leaves_for_good() -> None:
    for close_code, for_good in ((1000, True), (1001, False), (1006, False), (1005, False)):
        session, game, _ = begin()
        session.join(JOIN, "")
        session.hung_up(close_code)
        session.leave()
        assert game.seats[0].for_good is for_good
    session, game, _ = begin()
    session.join(JOIN, "")
    session.outbox.close(shutting_down())
    session.hung_up(1000)
    session.leave()
    assert not game.seats[0].for_good, "the server closed, and the client merely answered"


def test_every_kind_has_a_rate_of_its_own() -> None:
    session, game, counters = begin(
        messages_burst=100, inputs_burst=9, pings_burst=5, spectates_burst=3
    )
    session.join(JOIN, "")
    session.outbox.take()
    for seq in range(20):
        session.receive(encode(m.Ping(seq)), 0.0)
        session.receive(encode(m.Spectate(seq)), 0.0)
        session.receive(encode(m.Input(seq, 0, 0, 0, 0, 0)), 0.0)
    (seat,) = game.seats
    assert len(seat.inputs) == 9
    assert seat.wishes == [m.Spectate(0), m.Spectate(1), m.Spectate(2)]
    assert counters.dropped == {"ping_rate": 15, "spectate_rate": 17, "input_rate": 11}
    pongs = 0
    while session.outbox.take() is not None:
        pongs += 1
    assert pongs == 5
    session.receive(encode(m.Spectate(7)), 1.0)
    assert seat.wishes[-1] == m.Spectate(7), "a second later there are some again"


def test_an_acknowledgement_over_the_rate_does_not_count() -> None:
    session, _, counters = begin(inputs_burst=1)
    session.join(JOIN, "")
    session.outbox.take()
    for tick in (1, 2):
        session.outbox.offer_snapshot(tick, b"frame")
        session.outbox.take()
        session.receive(encode(m.Input(tick, 0, 0, 0, 0, tick)), 0.0)
    assert session.outbox.unacked == 1
    assert counters.dropped["input_rate"] == 1


def test_sizes_by_kind() -> None:
    session, game, _ = begin(command_bytes_max=20, message_bytes_max=30)
    with pytest.raises(Rejection) as caught:
        session.join(encode(m.Join(3, "x" * 30)), "")
    assert caught.value.close_code == m.CloseCode.TOO_BIG
    session.join(encode(m.Join(3, "x" * 22)), "")
    session.receive(encode(m.Input(1, 0, 0, 0, 0, 0)), 0.0)
    with pytest.raises(Rejection) as caught:
        session.receive(encode(m.Input(2**32 - 1, 4095, 4095, 255, 63, 2**32 - 1)), 0.0)
    assert caught.value.close_code == m.CloseCode.TOO_BIG
    assert len(game.seats[0].inputs) == 1
