"""The lobby: every newcomer gets the fullest match there is, a new one, or a time to come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgpack
import pytest

from net.outbox import Outbox
from net.rejections import Rejection
from net.session import Seat
from ringfall.hosting import HostedMatch, PlayerSeat
from ringfall.hosting.lobby import Invitation, Lobby
from ringfall.identity.tickets import Grant, TicketDesk
from schema.columns import Vitals
from schema.messages import ROLE_ANY, CloseCode, ErrorCode, Join
from tests.ringfall.packs import new_match, outbox, shipped, take_all, wish


class House:
    """A lobby whose matches are opened by hand."""

    def __init__(self, matches_max: int, places: int = 3) -> None:
        self.matches_max = matches_max
        self.places = places
        self.now_s = 0.0
        desk = TicketDesk(30.0, 100)
        roles = len(shipped().classes.root)
        self.lobby = Lobby(self.open_match, lambda: roles, desk, lambda: self.now_s)

    def open_match(self) -> HostedMatch | None:
        if len(self.lobby.matches) >= self.matches_max:
            return None
        number = len(self.lobby.matches)
        name, match = f"match-{number}", new_match(self.places, join_window_s=1.0)
        hosted = HostedMatch(name, match, promised=lambda: self.lobby.promised(name))
        self.lobby.matches.append(hosted)
        return hosted

    def enter(self, name: str = "Guest", role: int = ROLE_ANY) -> tuple[PlayerSeat, str, int]:
        """Seat somebody: (seat, id of the match, slot) as WELCOME has them."""
        box = outbox()
        invitation = self.lobby.invite(wish(name).player, role)
        seat = self.lobby.enter(Join(3, invitation.ticket), box, "127.0.0.1")
        assert isinstance(seat, PlayerSeat)
        welcome = msgpack.unpackb(next(item for item in take_all(box) if isinstance(item, bytes)))
        return seat, welcome[5], welcome[2]


def test_the_first_newcomer_opens_a_match() -> None:
    house = House(matches_max=1)
    assert house.enter()[1:] == ("match-0", 0)
    assert house.enter()[1:] == ("match-0", 1)


def test_a_full_house_says_when_to_come_back() -> None:
    house = House(matches_max=2)
    assert [house.enter()[1] for _ in range(6)] == ["match-0"] * 3 + ["match-1"] * 3
    with pytest.raises(Rejection) as caught:
        house.enter()
    assert caught.value.code == ErrorCode.SERVER_FULL
    assert caught.value.retry_after_s is not None
    assert caught.value.retry_after_s > 0
    assert caught.value.close_code == CloseCode.TRY_AGAIN_LATER


def test_the_fullest_match_comes_first() -> None:
    house = House(matches_max=3, places=6)
    for _ in range(3):
        house.open_match()
    seats = [house.lobby.matches[1].seat(wish("A"), outbox()) for _ in range(3)]
    house.lobby.matches[2].seat(wish("B"), outbox())
    assert house.enter()[1] == "match-1"
    for seat in seats:
        seat.leave(for_good=True)
    # One connected there, one in match-2: fullest counts people, not those who came and went.
    house.lobby.matches[2].seat(wish("B"), outbox())
    assert house.enter()[1] == "match-2"


def test_a_place_is_not_given_twice() -> None:
    house = House(matches_max=1, places=2)
    seat, _, _ = house.enter()
    seat.leave(for_good=True)
    assert house.enter()[2] == 1
    with pytest.raises(Rejection):
        house.enter()


def test_a_match_past_its_window_takes_nobody() -> None:
    house = House(matches_max=2, places=6)
    house.enter()
    house.enter()
    for _ in range(30):
        house.lobby.matches[0].advance()
    assert house.enter()[1] == "match-1"


@pytest.mark.parametrize("matches", [0, 1])
def test_a_class_that_does_not_exist_takes_no_place_and_opens_no_match(matches: int) -> None:
    house = House(matches_max=2)
    for _ in range(matches):
        house.open_match()
    for role in (len(shipped().classes.root), 254):
        with pytest.raises(Rejection) as caught:
            house.enter(role=role)
        assert caught.value.code == ErrorCode.BAD_MESSAGE
    assert len(house.lobby.matches) == matches
    assert all(hosted.match.entrants == 0 for hosted in house.lobby.matches)
    assert house.enter(role=len(shipped().classes.root) - 1)[2] == 0


# --- tickets and seats ---------------------------------------------------------------------------


def invited(house: House, grant: Grant, **wish: Any) -> Invitation:
    return house.lobby.invite(grant.player, **wish)


def sit(house: House, ticket: str) -> tuple[Seat, Outbox]:
    box = outbox()
    return house.lobby.enter(Join(3, ticket), box, "192.0.2.1"), box


def refused(code: ErrorCode, call: Callable[[], object]) -> Rejection:
    with pytest.raises(Rejection) as caught:
        call()
    assert caught.value.code == code
    return caught.value


def test_tickets_hold_places_until_they_are_too_old() -> None:
    house = House(matches_max=2, places=2)
    people = [wish(name) for name in ("A", "B", "C", "D", "E")]
    found = [invited(house, grant).match_id for grant in people[:4]]
    assert found == ["match-0", "match-0", "match-1", "match-1"]
    assert refused(ErrorCode.SERVER_FULL, lambda: invited(house, people[4])).retry_after_s
    house.now_s = 31.0
    assert invited(house, people[4]).match_id == "match-0"
    assert all(hosted.match.entrants == 0 for hosted in house.lobby.matches)


def test_a_promised_place_is_kept_after_the_window() -> None:
    house = House(matches_max=1, places=4)
    ticket = invited(house, wish("Ada")).ticket
    house.enter("Bo")
    hosted = house.lobby.matches[0]
    for _ in range(40):
        hosted.advance()
    refused(ErrorCode.SERVER_FULL, lambda: invited(house, wish("Cy")))
    seat, _ = sit(house, ticket)
    assert isinstance(seat, PlayerSeat)
    hosted.advance()
    assert (seat.slot, hosted.match.rows, hosted.match.alive) == (1, 2, 2)


def test_nobody_waits_for_a_promise_that_has_grown_old() -> None:
    house = House(matches_max=1)
    ticket = invited(house, wish("Ada")).ticket
    hosted = house.lobby.matches[0]
    for _ in range(40):
        hosted.advance()
    assert not hosted.finished, "somebody is on their way"
    house.now_s = 31.0
    hosted.advance()
    assert hosted.finished
    refused(ErrorCode.BAD_TICKET, lambda: sit(house, ticket))


def test_a_bot_for_somebody_who_left_takes_no_promised_place() -> None:
    house = House(matches_max=1, places=4)
    hosted = house.open_match()
    assert hosted is not None
    hosted.match.enter_bots(["Bot"])
    seat, _, _ = house.enter("Bo")
    hosted.advance()
    tickets = [invited(house, wish(name)).ticket for name in ("Ada", "Cy")]
    seat.leave(for_good=True)
    assert hosted.match.entrants == 2
    slots = [sit(house, ticket)[0].slot for ticket in tickets]  # type: ignore[union-attr]
    assert slots == [2, 3]


def test_quick_play_counts_those_on_their_way() -> None:
    house = House(matches_max=2, places=6)
    house.open_match()
    house.open_match()
    house.lobby.matches[1].seat(wish("A"), outbox())
    assert [invited(house, wish(name)).match_id for name in "BCD"] == ["match-1"] * 3


def test_a_ticket_is_for_one_match_and_says_so_when_it_has_filled_up() -> None:
    house = House(matches_max=2, places=1)
    ada = wish("Ada")
    ticket = invited(house, ada).ticket
    house.lobby.matches[0].seat(wish("Quicker"), outbox())
    refused(ErrorCode.MATCH_FULL, lambda: sit(house, ticket))
    refused(ErrorCode.BAD_TICKET, lambda: sit(house, ticket))
    assert invited(house, ada).match_id == "match-1"


def test_a_match_that_has_gone_is_over() -> None:
    house = House(matches_max=2)
    ticket = invited(house, wish("Ada")).ticket
    house.lobby.matches.clear()
    refused(ErrorCode.MATCH_OVER, lambda: sit(house, ticket))


def test_one_body_for_a_player() -> None:
    house = House(matches_max=3)
    ada = wish("Ada")
    _, first = sit(house, invited(house, ada).ticket)
    house.lobby.matches[0].advance()
    home = house.lobby.home_of(ada.player.player_id)
    assert home is house.lobby.matches[0]
    back = invited(house, ada)
    assert (back.match_id, back.resumed) == ("match-0", True)
    fresh = invited(house, ada, fresh=True)
    assert (fresh.match_id, fresh.resumed) == ("match-1", False)
    assert not first.closing, "nothing is given up for a ticket"
    sit(house, fresh.ticket)
    assert first.closing
    house.lobby.matches[0].advance()
    assert house.lobby.matches[0].match.alive == 0
    assert house.lobby.home_of(ada.player.player_id) is house.lobby.matches[1]


def test_whoever_died_plays_the_next_one_elsewhere_and_may_still_look() -> None:
    house = House(matches_max=3)
    ada = wish("Ada")
    seat, _ = sit(house, invited(house, ada).ticket)
    house.lobby.matches[0].seat(wish("Bo"), outbox())
    house.lobby.matches[0].seat(wish("Cy"), outbox())
    house.lobby.matches[0].advance()
    house.lobby.matches[0].match.leave(0)
    house.lobby.matches[0].advance()
    seat.leave(for_good=False)
    assert invited(house, ada).match_id == "match-1"
    look = invited(house, ada, match_id="match-0")
    assert (look.match_id, look.resumed) == ("match-0", True)
    sit(house, look.ticket)
    assert house.lobby.matches[0].humans == 3


def test_watching_a_match_one_has_joined_meanwhile() -> None:
    house = House(matches_max=1)
    ada = wish("Ada")
    house.open_match()
    watch = house.lobby.invite_to_watch(ada.player)
    sit(house, invited(house, ada).ticket)
    refused(ErrorCode.BAD_TICKET, lambda: sit(house, watch.ticket))
    refused(ErrorCode.NOT_FOUND, lambda: house.lobby.invite_to_watch(ada.player))


def test_the_most_people_are_watched() -> None:
    house = House(matches_max=2)
    house.open_match()
    house.open_match()
    house.lobby.matches[1].seat(wish("A"), outbox())
    assert house.lobby.invite_to_watch(wish("Eve").player).match_id == "match-1"


def test_signing_out_voids_tickets_and_closes_watchers() -> None:
    house = House(matches_max=1)
    house.open_match()
    eve = wish("Eve")
    _, box = sit(house, house.lobby.invite_to_watch(eve.player).ticket)
    ticket = invited(house, eve).ticket
    house.lobby.sign_out(eve.player.player_id)
    assert box.closing
    refused(ErrorCode.BAD_TICKET, lambda: sit(house, ticket))


# --- recovering ----------------------------------------------------------------------------------


def test_while_it_recovers_only_bodies_that_are_back_already_are_given_out() -> None:
    house = House(matches_max=2)
    grant = wish("Ada")
    sit(house, invited(house, grant).ticket)
    house.lobby.matches[0].advance()
    running = len(house.lobby.matches)
    house.lobby.recovering = True
    for ask in (
        lambda: invited(house, wish("Bo")),
        lambda: invited(house, wish("Bo"), match_id="one that is still being read"),
        lambda: invited(house, grant, fresh=True),
        lambda: house.lobby.invite_to_watch(wish("Bo").player),
    ):
        told = refused(ErrorCode.UNAVAILABLE, ask)
        assert told.retry_after_s is not None
        assert told.retry_after_s <= 1.0
    assert invited(house, grant).resumed
    assert len(house.lobby.matches) == running, "no match takes the place of one that comes back"


# --- draining ------------------------------------------------------------------------------------


def test_while_it_drains_nobody_new_is_invited_and_bodies_are_kept() -> None:
    house = House(matches_max=2)
    grant = wish("Ada")
    sit(house, invited(house, grant).ticket)
    promise = invited(house, wish("Bo")).ticket
    house.lobby.matches[0].advance()
    house.lobby.draining = True
    told = refused(ErrorCode.SHUTTING_DOWN, lambda: invited(house, wish("Cy")))
    assert told.retry_after_s is not None
    refused(ErrorCode.SHUTTING_DOWN, lambda: house.lobby.invite_to_watch(wish("Cy").player))
    refused(ErrorCode.SHUTTING_DOWN, lambda: invited(house, grant, fresh=True))
    assert invited(house, grant).resumed
    # What was promised before is kept.
    sit(house, promise)
    assert house.lobby.playing == 2


def test_only_those_count_as_playing_whose_body_lives_in_a_match_that_goes_on() -> None:
    house = House(matches_max=2)
    ada, bo = wish("Ada"), wish("Bo")
    seat, _ = sit(house, invited(house, ada).ticket)
    sit(house, invited(house, bo).ticket)
    hosted = house.lobby.matches[0]
    assert house.lobby.playing == 2, "their bodies come with the next tick"
    hosted.advance()
    assert house.lobby.playing == 2
    hosted.match.world.group("players", Vitals).alive[1] = 0
    assert house.lobby.playing == 1
    seat.leave(for_good=False)
    assert house.lobby.playing == 0, "nobody waits for those whose line broke"
    seat, _ = sit(house, invited(house, ada).ticket)
    assert house.lobby.playing == 1
    hosted.finished = True
    assert house.lobby.playing == 0
