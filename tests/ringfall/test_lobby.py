"""The lobby: every newcomer gets the fullest match there is, a new one, or a time to come back."""

from __future__ import annotations

import msgpack
import pytest

from net.rejections import Rejection
from ringfall.hosting import HostedMatch, PlayerSeat
from ringfall.hosting.lobby import Lobby
from ringfall.identity.tickets import TicketDesk
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
        match = new_match(self.places, join_window_s=1.0)
        self.lobby.matches.append(HostedMatch(f"match-{number}", match))
        return self.lobby.matches[-1]

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
