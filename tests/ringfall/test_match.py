"""A match without network: who enters, who leaves, who dies, and what is handed on about it."""

from __future__ import annotations

import pytest

from persistence.keyframes import RawKeyframe
from persistence.records import Tick
from ringfall.match import Match
from ringfall.names import bot_names
from ringfall.recording import Cadence, Recorder, placements, winner_of
from schema.columns import Credit, Intent, Position, Role, Stats, Tally, Vitals
from schema.commands import BOT_EASY, BOT_HARD, BOT_NORMAL, HUMAN, MOVE
from schema.events import CAUSE_LEFT, CAUSE_ZONE
from schema.messages import Input, Kill
from tests.ringfall.packs import CALM, DEADLY, new_match, shipped


def walk(seq: int, move: int) -> Input:
    return Input(seq=seq, move=move, aim=0, reach=0, buttons=MOVE, ack=0)


def test_a_body_appears_with_the_tick_after_entering() -> None:
    match = new_match()
    assert (match.tick, match.rows, match.entrants, match.alive) == (0, 0, 0, 0)
    assert [match.enter("Ada"), match.enter("Bo", BOT_HARD)] == [0, 1]
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
        Kill(tick=2, victim=1, killer=2, cause=CAUSE_LEFT),
        Kill(tick=2, victim=3, killer=None, cause=CAUSE_LEFT),
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
    assert [(kill.victim, kill.cause) for kill in match.kills] == [(2, CAUSE_LEFT)]


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
    health, most = match.world.group("players", Vitals), match.world.group("players", Stats)
    assert health.health_hp[2] == most.health_max_hp[2] > 0.0


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
    assert {kill.cause for kill in kills} == {CAUSE_ZONE}
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
    match.recorder = Recorder(records.append, Cadence(keyframe_ticks=4, changes_ticks=0))
    match.enter_bots(bot_names(3, seed=1))
    states = {}
    for tick in range(9):
        if tick == 5:
            match.enter("Ada", drop=7)
        if tick == 7:
            match.leave(0)
            match.post(3, walk(9, 77))
        states[tick] = (match.world.state_hash(), match.world.keyframe())
        match.advance()
    ticks = [record for record in records if isinstance(record, Tick)]
    frames = [record for record in records if isinstance(record, RawKeyframe)]
    assert [(t.tick, t.hash_before) for t in ticks] == [(n, states[n][0]) for n in range(9)]
    assert [(f.tick, f.state_hash, f.block) for f in frames] == [(n, *states[n]) for n in (0, 4, 8)]
    assert [record.tick for record in records] == [0, 0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8]
    assert isinstance(records[0], RawKeyframe), "a keyframe stands before its tick"
    assert [(e.slot, e.name, e.kind, e.role, e.team) for e in ticks[0].joins] == [
        (slot, name, match.lineup[slot].bot, match.lineup[slot].role, slot)
        for slot, name in enumerate(bot_names(3, seed=1))
    ]
    assert [(e.slot, e.kind, e.name, e.team, e.drop) for e in ticks[5].joins] == [
        (3, HUMAN, "Ada", 3, 7)
    ]
    assert ticks[7].leaves == (0,)
    assert len(ticks[7].commands) % 16 == 0
    assert (3).to_bytes(2, "little") + (77).to_bytes(2, "little") in ticks[7].commands


# ---- teams and classes --------------------------------------------------------------------------


def teams(match: Match) -> list[int]:
    """The team of everybody, by slot."""
    return [entrant.team for entrant in match.lineup]


def test_everybody_is_a_team_in_a_solo_match() -> None:
    match = new_match()
    match.enter_bots(bot_names(2, 1))
    for name in "AB":
        match.enter(name)
    match.advance()
    assert teams(match) == [0, 1, 2, 3]
    assert match.world.group("players", Role).team[:4].tolist() == [0, 1, 2, 3]


def test_newcomers_fill_the_team_with_fewest_missing() -> None:
    match = new_match(places=12, team_size=4)
    match.enter_bots(bot_names(6, 1))
    assert teams(match) == [0, 0, 0, 0, 1, 1]
    for name in "ABC":
        match.enter(name)
    assert teams(match)[6:] == [1, 1, 2]
    # Two come together: a team of their own, and whoever comes alone goes where fewest are missing.
    assert match.enter("D", team=3) == 9
    match.enter("E", team=3)
    match.enter("F")
    assert teams(match)[9:] == [3, 3, 3]


def test_a_team_has_no_more_than_its_size() -> None:
    match = new_match(places=6, team_size=2)
    match.enter("A")
    match.enter("B")
    with pytest.raises(ValueError, match="team 0 has its 2 members"):
        match.enter("C", team=0)
    assert match.entrants == 2


def test_nobody_joins_a_team_that_is_out() -> None:
    """Its place is given already."""
    match = new_match(places=8, team_size=2)
    for name in "ABCDE":
        match.enter(name)
    match.advance()
    match.leave(4)
    match.advance()
    assert not match.over
    match.enter("F")
    match.enter("G")
    assert teams(match) == [0, 0, 1, 1, 2, 3, 3]


def test_a_team_whose_members_are_still_to_come_is_open() -> None:
    match = new_match(places=8, team_size=3)
    match.advance()
    match.enter("A")
    assert match.enter("B") == 1
    assert teams(match) == [0, 0]


def test_bots_fill_teams_when_nobody_can_come_any_more() -> None:
    match = new_match(places=12, team_size=4, join_window_s=1.0)
    match.enter_bots(bot_names(4, match.plan.seed))
    for name in "AB":
        match.enter(name)
    for _ in range(30):
        match.advance()
        assert match.entrants == 6
    match.advance()
    assert teams(match) == [0, 0, 0, 0, 1, 1, 1, 1]
    assert [entrant.is_human for entrant in match.lineup[4:]] == [True, True, False, False]
    assert match.rows == 8
    assert match.names[6:] == bot_names(6, match.plan.seed)[4:], "no name comes twice"
    for _ in range(5):
        match.advance()
    assert match.entrants == 8, "once"


def test_bots_fill_only_the_places_there_are() -> None:
    match = new_match(places=5, team_size=4, join_window_s=1.0)
    match.enter_bots(bot_names(4, match.plan.seed))
    match.enter("A")
    for _ in range(32):
        match.advance()
    assert match.entrants == 5


def test_bots_leave_free_what_is_kept_for_people() -> None:
    match = new_match(places=6, team_size=4, join_window_s=1.0)
    match.enter_bots(bot_names(2, match.plan.seed))
    for _ in range(32):
        match.advance(held=3)
    assert match.entrants == 3


def test_whoever_comes_after_the_window_is_not_left_alone_either() -> None:
    match = new_match(places=12, team_size=4, join_window_s=1.0)
    match.enter_bots(bot_names(4, match.plan.seed))
    for _ in range(40):
        match.advance(held=1)
    assert match.entrants == 4
    match.enter("A")
    match.advance()
    assert teams(match) == [0] * 4 + [1] * 4
    match.advance()
    assert match.entrants == 8, "once"


def test_without_bots_none_come_later() -> None:
    match = new_match(places=8, team_size=4, join_window_s=1.0)
    for name in "ABCDE":
        match.enter(name)
    for _ in range(32):
        match.advance()
    assert match.entrants == 5


def test_whoever_asks_for_no_class_gets_the_one_played_least() -> None:
    match, count = new_match(places=12), len(shipped().classes.root)
    assert match.enter("A", role=1) == 0
    for name in range(count):
        match.enter(f"{name}")
    assert [entrant.role for entrant in match.lineup] == [
        1,
        *[n for n in range(count) if n != 1],
        0,
    ]
    match.advance()
    assert match.world.group("players", Role).role[0] == 1


@pytest.mark.parametrize("role", [-1, 4, 254])
def test_there_is_no_such_class(role: int) -> None:
    match = new_match()
    assert not match.has_role(role)
    with pytest.raises(ValueError, match="there is no class"):
        match.enter("A", role=role)
    assert match.entrants == 0


def test_bots_have_every_class_and_levels_by_share() -> None:
    match, again = new_match(places=12, seed=3), new_match(places=12, seed=3)
    for one in (match, again):
        one.enter_bots(bot_names(12, 3))
    assert match.lineup == again.lineup
    assert {entrant.role for entrant in match.lineup} == set(range(len(shipped().classes.root)))
    assert {entrant.bot for entrant in match.lineup} <= {BOT_EASY, BOT_NORMAL, BOT_HARD}
