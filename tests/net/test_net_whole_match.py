"""Whole matches of a hundred, every byte that clients receive: nobody hidden is in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from net.mirror import Mirror
from ringfall.datapack import load_datapack
from ringfall.hosting import make_packer
from ringfall.match import Match, MatchPlan
from ringfall.names import bot_names
from schema.columns import Intent, Position, Vitals
from tests.net.states import state_of
from tests.net.watched import Follower, payload_of
from tests.oracle import watching

PLAYERS = 100
SEED = 3
FIGHTING_TICKS = 500


def new_hundred(team_size: int) -> Match:
    """The shipped map and rules, a hundred bots who have found each other."""
    pack = load_datapack(players=PLAYERS)
    frame = pack.balance.match
    team = frame.team.model_copy(update={"size": team_size})
    changed = pack.balance.model_copy(update={"match": frame.model_copy(update={"team": team})})
    match = Match(MatchPlan(replace(pack, balance=changed), 30, PLAYERS, SEED))
    match.enter_bots(bot_names(PLAYERS, SEED))
    for _ in range(FIGHTING_TICKS):
        match.advance()
    return match


@pytest.mark.parametrize("team_size", [1, 4])
def test_a_hundred_and_their_bytes(team_size: int) -> None:
    """All decode all; a few are held to the twin for a while, one joining late, one losing ticks.

    What everybody knows of bodies is looked at now and then: who knows one, sees it.
    """
    chance, seen = Random(team_size), Counter[str]()
    match = new_hundred(team_size)
    packer = make_packer(match.world)
    mirrors = {packer.take_seat(slot): (slot, Mirror()) for slot in range(PLAYERS)}
    seq = match.world.group("players", Intent).seq
    followers: list[Follower] = []
    for tick in range(300):
        match.advance()
        # As if everybody's inputs came: bots send none that are numbered.
        seq[:PLAYERS] = match.tick
        if tick in (110, 210):
            for follower in followers:
                seen.update(follower.seen)
                packer.leave_seat(follower.seat)
            slots = chance.sample(range(PLAYERS), 2)
            followers = [Follower(slot, packer.take_seat(slot)) for slot in slots]
        lost = {seat for seat in mirrors if chance.random() < 0.1}
        skipped = bool(followers) and chance.random() < 0.3
        given = [seat for seat in mirrors if seat not in lost]
        ready = followers[1 if skipped else 0 :] if tick % 100 >= 10 and tick % 100 < 45 else []
        frames = packer.pack([*given, *(f.seat for f in ready)])
        for seat, frame in zip(given, frames, strict=False):
            mirrors[seat][1].apply(payload_of(frame))
        if not followers and tick % 40:
            continue
        state = state_of(match.world)
        for follower, frame in zip(ready, frames[len(given) :], strict=True):
            follower.take(state, frame)
        for follower in followers:
            if follower not in ready:
                follower.miss(state)
        if tick % 40 == 0:
            for seat in chance.sample(given, 12):
                slot, mirror = mirrors[seat]
                expected = watching.expected_bodies(state, slot)
                assert mirror.bodies.keys() <= expected.keys()
                assert all(expected[known][0] is not False for known in mirror.bodies)
                hidden = [row for sees, row in expected.values() if sees is False]
                seen["hidden"] += len(hidden)
                told = {(body.x, body.y) for body in mirror.bodies.values()}
                assert not told & {(row["x"], row["y"]) for row in hidden}
    for follower in followers:
        seen.update(follower.seen)
    assert min(seen[kind] for kind in ("hidden", "bodies", "hidden bodies", "projectiles")) > 0
    alive = match.world.group("players", Vitals).alive[:PLAYERS]
    assert alive.sum() < PLAYERS, "somebody died"
    assert match.world.group("players", Position).x_u[:PLAYERS].std() > 10
    assert packer.late[0] == 0
