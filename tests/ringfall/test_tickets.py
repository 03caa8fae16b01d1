"""Tickets: once, for one purpose, for so long, and nothing that was made up."""

from __future__ import annotations

import secrets

import pytest

from net.rejections import BadTicket, Rejection
from persistence.store.sessions import Player
from ringfall.identity.tickets import Grant, TicketDesk
from schema.messages import ErrorCode


def grant(who: str = "ada", match_id: str = "m-1", watching: bool = False) -> Grant:
    return Grant(Player(f"p-{who}", who), match_id, 255, 0, watching)


def desk(tickets_max: int = 100) -> TicketDesk:
    return TicketDesk(30.0, tickets_max)


def test_a_ticket_is_good_once() -> None:
    found, wanted = desk(), grant()
    ticket = found.issue(wanted, 0.0)
    assert len(ticket) == 43
    assert found.places("m-1", 0.0) == 1
    assert found.take(ticket, 29.99) == wanted
    assert (len(found), found.places("m-1", 0.0)) == (0, 0)
    with pytest.raises(BadTicket):
        found.take(ticket, 29.99)
    assert found.refused == {"unknown": 1}


def test_a_ticket_gets_old() -> None:
    found = desk()
    ticket = found.issue(grant(), 100.0)
    with pytest.raises(BadTicket):
        found.take(ticket, 130.0)
    assert found.refused == {"expired": 1, "unknown": 1}
    assert (len(found), found.places("m-1", 130.0)) == (0, 0)


def test_a_clock_that_steps_back_makes_nothing_good_for_longer_than_it_was() -> None:
    found = desk()
    ticket = found.issue(grant(), 100.0)
    assert found.places("m-1", 50.0) == 1
    found.issue(grant("bo"), 50.0)
    with pytest.raises(BadTicket):
        found.take(ticket, 131.0)


@pytest.mark.parametrize(
    "forge",
    [
        lambda ticket: "",
        lambda ticket: "x",
        lambda ticket: ticket[:-1],
        lambda ticket: ticket + "A",
        lambda ticket: ticket[:12],
        lambda ticket: ticket[:12] + secrets.token_urlsafe(23),
        lambda ticket: secrets.token_urlsafe(9) + ticket[12:],
        lambda ticket: ticket.swapcase(),
        lambda ticket: ticket[:-1] + "é",
        lambda ticket: "é" + ticket[1:],
        lambda ticket: ticket[:12] + "\ud800",
        lambda ticket: "\x00" * 43,
    ],
)
def test_what_is_made_up_opens_nothing_and_spoils_nothing(forge: object) -> None:
    found, wanted = desk(), grant()
    ticket = found.issue(wanted, 0.0)
    assert callable(forge)
    with pytest.raises(BadTicket):
        found.take(forge(ticket), 1.0)
    assert found.take(ticket, 1.0) == wanted, "the real one is still good"


def test_the_newest_of_a_purpose_counts() -> None:
    found = desk()
    first = found.issue(grant(), 0.0)
    watch = found.issue(grant(watching=True), 0.0)
    second = found.issue(grant(match_id="m-2"), 0.0)
    assert [found.places(name, 0.0) for name in ("m-1", "m-2")] == [0, 1]
    with pytest.raises(BadTicket):
        found.take(first, 1.0)
    assert found.take(second, 1.0).match_id == "m-2"
    assert found.take(watch, 1.0).watching
    assert found.places("m-1", 0.0) == 0, "watchers take no place"


def test_ten_thousand_tickets() -> None:
    """Asked by one they are one; asked by many they end at the limit, and time makes room."""
    found = desk(tickets_max=1000)
    for _ in range(10_000):
        found.issue(grant(), 0.0)
    assert len(found) == 1
    for number in range(999):
        found.issue(grant(str(number)), 1.0)
    with pytest.raises(Rejection) as caught:
        found.issue(grant("one too many"), 2.0)
    assert caught.value.code == ErrorCode.SERVER_FULL
    assert caught.value.retry_after_s
    assert len(found) == found.places("m-1", 2.0) == 1000
    found.issue(grant("later"), 31.0)
    assert len(found) == 1


def test_revoking_voids_what_is_out() -> None:
    found = desk()
    tickets = [found.issue(grant(watching=watching), 0.0) for watching in (False, True)]
    other = found.issue(grant("bo"), 0.0)
    found.revoke("p-ada")
    found.revoke("p-nobody")
    for ticket in tickets:
        with pytest.raises(BadTicket):
            found.take(ticket, 1.0)
    assert found.take(other, 1.0) == grant("bo")
