"""Snapshots of matches that are played, against the twin, tick by tick."""

from __future__ import annotations

from collections import Counter
from random import Random

import msgspec
import pytest

from ringfall.hosting import make_packer
from ringfall.match import Match
from schema.columns import Position
from schema.commands import INTERACT, MOBILITY, MOVE, PRIMARY, SECONDARY, SPECIAL
from schema.messages import Input
from tests.net.states import state_of
from tests.net.watched import Follower
from tests.ringfall.packs import new_match

WAYS = (MOVE, MOVE | PRIMARY, PRIMARY, SECONDARY, SPECIAL, MOVE | MOBILITY, INTERACT, 0)
PLAYERS = 12


def wish(chance: Random, match: Match, slot: int, seq: int, buttons: int) -> Input:
    """Somebody walks towards the middle, aims about there, and keeps at a skill for a while."""
    place = match.world.group("players", Position)
    right, below = bool(place.x_u[slot] < 24.0), bool(place.y_u[slot] < 18.0)
    towards = {(1, 1): 512, (0, 1): 1536, (0, 0): 2560, (1, 0): 3584}[right, below]
    move = (towards + chance.randrange(-600, 600)) % 4096
    return Input(seq, move, move, chance.randrange(256), buttons, ack=0)


@pytest.mark.parametrize("team_size", [1, 3])
def test_a_match_at_many_ticks(team_size: int) -> None:
    """Viewers who get every snapshot, or some; one joins late, one comes back, one only watches."""
    chance, line, seen = Random(team_size), Random(9), Counter[str]()
    match = new_match(PLAYERS, seed=5, team_size=team_size, view_width_u=24.0, view_height_u=14.0)
    for slot in range(PLAYERS):
        match.enter(f"P{slot}", role=slot % 4)
    match.advance()
    packer = make_packer(match.world)
    followers = [
        Follower(slot, packer.take_seat(slot, plays), plays)
        for slot, plays in ((1, True), (2, True), (0, True), (5, False), (7, True))
    ]
    buttons = [0] * PLAYERS
    for seq in range(1, 500):
        for slot in range(PLAYERS):
            if chance.random() < 0.06:
                buttons[slot] = chance.choice(WAYS)
            said = wish(chance, match, slot, seq, buttons[slot])
            if slot == 1:
                # One goes from side to side, and leaves far behind what it has seen.
                move, buttons_held = 2048 * (seq // 120 % 2), said.buttons | MOVE
                said = msgspec.structs.replace(said, move=move, buttons=buttons_held)
            match.post(slot, said)
        if seq == 200:
            # The one death a test can order; whoever died goes on watching.
            match.leave(0)
        if seq in (60, 300):
            seen.update(followers[-1].seen)
            packer.leave_seat(followers[-1].seat)
            followers[-1] = Follower(7, packer.take_seat(7))
        match.advance()
        # The second is often skipped, now and then for so long that all begins anew.
        resting = 100 < seq < 360 or chance.random() < 0.5
        ready = [f for n, f in enumerate(followers) if n != 1 or not resting]
        state = state_of(match.world)
        asking = {f.seat for f in ready if seq % 50 == 0}
        for follower in ready:
            follower.lead = line.choice((follower.lead, follower.lead, -128, -1, 0, 1, 127))
        frames = packer.pack([f.seat for f in ready], asking, [f.lead for f in ready])
        for follower, frame in zip(ready, frames, strict=True):
            follower.take(state, frame)
        for follower in followers:
            if follower not in ready:
                follower.miss(state)
    for follower in followers:
        seen.update(follower.seen)
    # A match in which little happened would prove little.
    kinds = {"bodies", "hidden bodies", "projectiles", "areas", "obstacle", "pickup", "statuses"}
    kinds |= {"hidden projectiles", "hidden things", "events kept back", "kept events"}
    kinds |= {"remembered", "forgotten", "late figures", "motion", "check", "held", "dead"}
    kinds |= {"beam", "lead", "looks on"}
    missing = {kind for kind in kinds | {f"event {n}" for n in (1, 2, 4, 5)} if not seen[kind]}
    assert not missing, seen
    assert (packer.late[0], packer.dropped[0]) == (0, seen["lost events"])
