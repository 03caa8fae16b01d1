"""A match without network: who enters, who leaves, who dies, and what is handed on about it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ecs.changes import Changes
from persistence.changes import RawChanges
from persistence.keyframes import RawKeyframe
from persistence.records import Tick
from ringfall.names import bot_names
from ringfall.recording import Cadence, Recorder, cadence_of, placements, predictor_of, winner_of
from schema.columns import Credit, Intent, Position, Tally, Vitals
from schema.commands import BOT, MOVE
from schema.messages import DeathCause, Input, Kill
from tests.ringfall.packs import CALM, DEADLY, new_match


def walk(seq: int, move: int) -> Input:
    return Input(seq=seq, move=move, aim=0, reach=0, buttons=MOVE, ack=0)


def test_a_body_appears_with_the_tick_after_entering() -> None:
    match = new_match()
    assert (match.tick, match.rows, match.entrants, match.alive) == (0, 0, 0, 0)
    assert [match.enter("Ada"), match.enter("Bo", BOT)] == [0, 1]
    assert (match.rows, match.entrants, match.bot_count) == (0, 2, 1)
    match.advance()
    assert (match.tick, match.rows, match.alive) == (1, 2, 2)
    assert match.names == ["Ada", "Bo"]


def test_a_command_moves_its_own_player_only() -> None:
    match = new_match()
    for name in "ABC":
        match.enter(name)
    match.advance()
    place = match.world.group("players", Position)
    before = place.x_u[:3].copy()
    for seq in range(1, 11):
        match.post(1, walk(seq, 0))
        match.advance()
    moved = place.x_u[:3] - before
    assert moved[1] > 1.0
    assert moved[0] == moved[2] == 0.0
    assert match.world.group("players", Intent).seq[1] == 10


def test_room() -> None:
    match = new_match(places=3, join_window_s=1.0)
    assert match.has_room
    for name in "ABC":
        assert match.has_room
        match.enter(name)
    assert not match.has_room, "full, counting those whose body is still to come"
    with pytest.raises(ValueError, match="all 3 places are taken"):
        match.enter("D")
    late = new_match(places=3, join_window_s=1.0)
    late.enter("A")
    late.enter("B")
    for _ in range(29):
        late.advance()
    assert late.has_room
    late.advance()
    assert not late.has_room, "the window of one second is over"


def test_leaving_is_a_death_with_cause_and_credit() -> None:
    match = new_match()
    for name in "ABCD":
        match.enter(name)
    match.advance()
    # B was hurt by C a moment ago; D by nobody.
    credit = match.world.group("players", Credit)
    credit.attacker[1], credit.hit_tick[1] = 2, match.tick
    match.leave(1)
    match.leave(3)
    match.advance()
    assert sorted(match.kills, key=lambda kill: kill.victim) == [
        Kill(tick=2, victim=1, killer=2, cause=DeathCause.LEFT),
        Kill(tick=2, victim=3, killer=None, cause=DeathCause.LEFT),
    ]
    assert match.alive == 2
    assert match.world.group("players", Tally).kills[:4].tolist() == [0, 0, 1, 0]
    match.advance()
    assert match.kills == [], "told once"


def test_leaving_drops_what_still_waits() -> None:
    match = new_match()
    match.enter("A")
    match.enter("B")
    match.enter("C")
    match.advance()
    match.post(0, walk(1, 0))
    match.leave(0)
    match.advance()
    assert match.world.group("players", Intent).seq[0] == 0


def test_entering_and_leaving_before_the_first_tick() -> None:
    match = new_match()
    match.enter("A")
    match.enter("B")
    gone = match.enter("C")
    match.leave(gone)
    match.advance()
    assert match.alive == 2
    assert [(kill.victim, kill.cause) for kill in match.kills] == [(2, DeathCause.LEFT)]


def test_a_late_entrant_joins_the_living() -> None:
    match = new_match()
    match.enter("A")
    match.enter("B")
    for _ in range(40):
        match.advance()
    slot = match.enter("Late")
    match.advance()
    assert slot == 2
    assert match.alive == 3
    assert match.world.group("players", Vitals).health_hp[2] == 100.0


def test_the_zone_decides() -> None:
    match = new_match(zone=DEADLY)
    for name in "ABC":
        match.enter(name)
    kills = []
    for _ in range(60):
        match.advance()
        kills += match.kills
        if match.over:
            break
    assert match.over
    assert not match.has_room
    assert winner_of(match.world) is not None
    assert {kill.cause for kill in kills} == {DeathCause.ZONE}
    rows = placements(match.world, match.names)
    assert [row.placement for row in rows] == [1, 2, 3]
    assert rows[0].slot == winner_of(match.world)


def test_placements_while_it_runs() -> None:
    match = new_match()
    for name in "ABC":
        match.enter(name)
    for _ in range(10):
        match.advance()
    match.leave(0)
    match.advance()
    rows = placements(match.world, match.names)
    assert [(row.slot, row.placement) for row in rows] == [(1, 1), (2, 1), (0, 3)]
    assert [row.ticks_alive for row in rows] == [11, 11, 10]


def test_what_is_recorded_is_the_state_before_and_the_inputs_of_each_tick() -> None:
    match, records = new_match(places=8, zone=CALM), []
    match.recorder = Recorder(records.append, Cadence(keyframe_ticks=4, changes_ticks=3))
    match.enter_bots(bot_names(3, seed=1))
    states = {}
    for tick in range(9):
        if tick == 5:
            match.enter("Ada")
        if tick == 7:
            match.leave(0)
            match.post(3, walk(9, 77))
        states[tick] = (match.world.state_hash(), match.world.keyframe())
        match.advance()
    ticks = [record for record in records if isinstance(record, Tick)]
    frames = [record for record in records if isinstance(record, RawKeyframe)]
    assert [(t.tick, t.hash_before) for t in ticks] == [(n, states[n][0]) for n in range(9)]
    assert [(f.tick, f.state_hash, f.block) for f in frames] == [(n, *states[n]) for n in (0, 4, 8)]
    assert [record.tick for record in records if not isinstance(record, RawChanges)] == [
        0, 0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8,
    ]  # fmt: skip
    changes = [record for record in records if isinstance(record, RawChanges)]
    assert [(c.tick, len(c.ticks)) for c in changes] == [(1, 3), (4, 3)]
    for former, record in pairwise(records):
        if isinstance(record, RawChanges):
            assert former.tick == record.tick + 2, "they stand behind the last tick they tell of"
    predictor = predictor_of(match.world)
    for tick, words in [(c.tick + i, w) for c in changes for i, w in enumerate(c.ticks)]:
        before = np.frombuffer(states[tick - 1][1], dtype=np.uint8)
        assert predictor.rebuild(before, Changes(*words)).tobytes() == states[tick][1]
    match.recorder.record_end(match.world, 9)
    last, end = records[-2:]
    assert (last.tick, len(last.ticks)) == (7, 2), "what was not told is told at the end"
    assert (end.tick, end.block) == (9, match.world.keyframe())
    assert isinstance(records[0], RawKeyframe), "a keyframe stands before its tick"
    assert [(e.slot, e.kind, e.name) for e in ticks[0].joins] == [
        (slot, BOT, name) for slot, name in enumerate(bot_names(3, seed=1))
    ]
    assert [(e.slot, e.kind, e.name) for e in ticks[5].joins] == [(3, 0, "Ada")]
    assert ticks[7].leaves == (0,)
    assert len(ticks[7].commands) % 16 == 0
    assert (3).to_bytes(2, "little") + (77).to_bytes(2, "little") in ticks[7].commands


@pytest.mark.parametrize(
    ("keyframe_s", "changes_s", "expected"),
    [(10.0, 1.0, Cadence(200, 20)), (1.0, 0.0, Cadence(20, 0)), (1.0, 0.001, Cadence(20, 1))],
)
def test_a_cadence_in_seconds(keyframe_s: float, changes_s: float, expected: Cadence) -> None:
    assert cadence_of(new_match(rate_hz=20).rules, keyframe_s, changes_s) == expected


def test_without_changes_none_are_handed_over() -> None:
    match, records = new_match(places=8, zone=CALM), []
    match.recorder = Recorder(records.append, Cadence(keyframe_ticks=4, changes_ticks=0))
    for _ in range(6):
        match.advance()
    match.recorder.record_end(match.world, match.tick)
    assert {type(record) for record in records} == {RawKeyframe, Tick}
