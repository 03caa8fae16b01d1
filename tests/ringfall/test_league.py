"""The league counts what happened in its matches, and nothing else."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from typer.testing import CliRunner

from ringfall.cli import app
from ringfall.datapack import load_datapack
from ringfall.league import League, play_league
from ringfall.match import Match, MatchPlan
from ringfall.names import bot_names
from schema.columns import Outcome, Role, Tally

PLAYERS, SEED, MATCHES = 12, 3, 2


@pytest.fixture(scope="module")
def plan() -> MatchPlan:
    return MatchPlan(load_datapack(None, "millrace"), 10, PLAYERS, SEED)


@pytest.fixture(scope="module")
def league(plan: MatchPlan) -> League:
    told: list[int] = []
    found = play_league(plan, MATCHES, told.append)
    assert told == [1, 2]
    return found


def test_it_counts_the_matches_of_its_seeds(plan: MatchPlan, league: League) -> None:
    kills, wins, entered = Counter[str](), Counter[str](), Counter[str]()
    lengths, places = [], Counter[str]()
    for seed in (SEED, SEED + 1):
        match = Match(MatchPlan(plan.pack, plan.rate_hz, PLAYERS, seed))
        match.enter_bots(bot_names(PLAYERS, seed))
        while not match.over:
            match.advance()
        roles = [match.rules.class_names[row] for row in match.world.group("players", Role).role]
        tally = match.world.group("players", Tally)
        entered.update(roles)
        for role, count, place in zip(roles, tally.kills, tally.placement, strict=True):
            kills[role] += int(count)
            places[role] += (int(place) - 1) / (PLAYERS - 1)
        wins[roles[int(match.world.group("match", Outcome).winner[0])]] += 1
        lengths.append(match.tick / plan.rate_hz)
    assert (league.matches, league.players) == (MATCHES, PLAYERS)
    assert league.over_s == pytest.approx(sum(lengths) / 2)
    assert 0.0 < league.half_s < league.over_s
    assert {one.name: one.entered for one in league.classes} == entered
    for one in league.classes:
        share = entered[one.name] / (MATCHES * PLAYERS)
        assert one.kills == pytest.approx(kills[one.name] / entered[one.name])
        assert one.win_ratio == pytest.approx(wins[one.name] / MATCHES / share)
        assert one.place == pytest.approx(places[one.name] / entered[one.name])
        assert 0.0 < one.alive_s <= max(lengths)


def test_shares_add_up(league: League) -> None:
    for standings in (league.classes, league.levels):
        entered = sum(one.entered for one in standings)
        assert entered == MATCHES * PLAYERS
        for share in ("win_ratio", "top_ratio"):
            total = sum(getattr(one, share) * one.entered for one in standings) / entered
            assert total == pytest.approx(1.0)
    shares = [share for _, share in league.alive]
    assert shares == sorted(shares, reverse=True)
    assert all(0.0 < share <= 1.0 for share in shares)


def test_the_command_line() -> None:
    run = CliRunner().invoke(
        app,
        ["balance", "league", "--matches", "1", "--players", "8", "--map", "millrace", "--json"],
    )
    assert run.exit_code == 0, run.output
    told = json.loads(run.stdout)
    assert (told["map"], told["players"], told["matches"]) == ("Millrace", 8, 1)
    assert sum(one["entered"] for one in told["classes"]) == 8
    shown = CliRunner().invoke(
        app, ["balance", "league", "--matches", "1", "--players", "8", "--map", "millrace"]
    )
    assert "1 matches of 8" in " ".join(shown.output.split())


def test_too_many_players() -> None:
    run = CliRunner().invoke(app, ["balance", "league", "--players", "5000", "--map", "millrace"])
    assert run.exit_code == 2
    assert "places for" in " ".join(run.output.split())
