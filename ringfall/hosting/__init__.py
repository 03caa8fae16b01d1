"""Matches with people in and around them: who sits where, who watches, and what each is told.

lobby      invites and seats          hosted     a match and its players
seats      a connection's hold on it  gallery    those who watch, and the dead: delayed worlds
patience   how long people are waited for
"""

from ringfall.hosting.counts import LIMITED, REFUSALS
from ringfall.hosting.hosted import HostedMatch
from ringfall.hosting.packing import make_packer
from ringfall.hosting.seats import PlayerSeat

__all__ = ["LIMITED", "REFUSALS", "HostedMatch", "PlayerSeat", "make_packer"]
