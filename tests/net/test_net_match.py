"""Snapshots of matches that are played, against the twin, tick by tick."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from ringfall.hosting import make_packer
from ringfall.match import Match
from schema.commands import INTERACT, MOBILITY, MOVE, PRIMARY, SECONDARY, SPECIAL
from schema.messages import Input
from tests.net.states import state_of
from tests.net.watched import check
from tests.oracle import snapshot as oracle
from tests.ringfall.packs import new_match

WAYS = (MOVE, MOVE | PRIMARY, PRIMARY, SECONDARY, SPECIAL, MOVE | MOBILITY, INTERACT, 0)
PLAYERS = 12


def wish(chance: Random, match: Match, slot: int, seq: int, buttons: int) -> Input:
    """Somebody walks towards the middle, aims about there, and keeps at a skill for a while."""
    state = state_of(match.world).bodies[slot]
    right, below = state.x_u < 24.0, state.y_u < 18.0
    towards = {(1, 1): 512, (0, 1): 1536, (0, 0): 2560, (1, 0): 3584}[right, below]
    move = (towards + chance.randrange(-600, 600)) % 4096
    return Input(seq, move, move, chance.randrange(256), buttons, ack=0)


@pytest.mark.parametrize("team_size", [1, 3])
def test_a_match_at_many_ticks(team_size: int) -> None:
    chance, seen = Random(team_size), Counter[str]()
    match = new_match(PLAYERS, seed=5, team_size=team_size, view_width_u=24.0, view_height_u=14.0)
    for slot in range(PLAYERS):
        match.enter(f"P{slot}", role=slot % 4)
    match.advance()
    packer = make_packer(match.world)
    buttons = [0] * PLAYERS
    for seq in range(1, 500):
        for slot in range(PLAYERS):
            if chance.random() < 0.06:
                buttons[slot] = chance.choice(WAYS)
            match.post(slot, wish(chance, match, slot, seq, buttons[slot]))
        if seq == 200:
            # The one death a test can order; whoever died goes on watching.
            match.leave(0)
        match.advance()
        if seq % 4:
            continue
        viewers = chance.sample(range(PLAYERS), 5)
        state = state_of(match.world)
        for slot, frame in zip(viewers, packer.pack(viewers), strict=True):
            view = check(state, slot, frame)
            seen.update(name for name, *_ in oracle.SECTIONS if getattr(view, name))
            seen.update(f"event {event.kind}" for event in view.events)
            seen["held"] += any(hand.held for hand in view.header.slots)
            seen["beam"] += any(row.beam_length for row in view.players)
            seen["dead"] += not view.header.self_alive
    # A match in which little happened would prove little.
    kinds = {name for name, *_ in oracle.SECTIONS} - ({"mates"} if team_size == 1 else set())
    events = {f"event {kind}" for kind in (1, 2, 4, 5)}
    assert seen.keys() >= kinds | events | {"held", "beam", "dead"}, seen
    assert min(seen["held"], seen["beam"], seen["dead"]) > 0
    assert packer.dropped[0] == 0
