"""Who plays in a match: entrants, the team each of them joins, and what bots are.

Teams are numbered from 0 in the order in which they come to be.  Everything here follows from the
slot, the seed and who is there already, so the same arrivals make the same match.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schema.balance.bots import BotsBalance
from schema.commands import BOT_EASY, BOT_HARD, BOT_NORMAL, HUMAN

GOLDEN_TURN = 0.6180339887498949
"""Multiples of it, taken modulo 1, spread evenly however many there are: shares hold for few bots
as for many (Weyl's sequence of the golden ratio)."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """Somebody in a match; the slot is the place in the list.

    Attributes:
        name: as shown to others.
        bot: HUMAN or the level of a bot.
        role: index of the class.
        team: number of the team.
        player: id of the person beyond this match, empty for bots.
    """

    name: str
    bot: int
    role: int
    team: int
    player: str = ""

    @property
    def is_human(self) -> bool:
        """Whether a person plays."""
        return self.bot == HUMAN


def open_team(members: Sequence[int], in_play: Iterable[int], size: int) -> int:
    """The team that somebody who comes alone joins: of the open ones that with fewest missing.

    A team is open while it has room and is not out of the match; where none is, a new one begins.

    Args:
        members: entrants of each team.
        in_play: teams that are not out.
        size: most members.
    """
    still = set(in_play)
    room = [team for team, count in enumerate(members) if count < size and team in still]
    return max(room, key=lambda team: (members[team], -team), default=len(members))


def least_played(roles: Iterable[int], classes: int) -> int:
    """The class fewest have, the lowest of several."""
    played = [0] * classes
    for role in roles:
        played[role] += 1
    return played.index(min(played))


def bot_level(slot: int, seed: int, bots: BotsBalance) -> int:
    """The level of the bot in a slot: levels occur in the shares the balance gives them."""
    at = (slot * GOLDEN_TURN + seed % 1000 / 1000.0) % 1.0
    if at < bots.easy.share_ratio:
        return BOT_EASY
    return BOT_NORMAL if at < bots.easy.share_ratio + bots.normal.share_ratio else BOT_HARD


def bot_role(slot: int, seed: int, classes: int) -> int:
    """The class of the bot in a slot: one after the other, beginning somewhere by seed."""
    return (slot + seed) % classes
