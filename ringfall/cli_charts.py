"""`ringfall balance plot`, `ttk` and `league`: what the numbers of a balance come to."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import track
from rich.table import Table

from ringfall.cli_balance import DataOption, JsonOption, digest_of, loaded
from ringfall.cli_output import err, fail, out, print_json, refusing, shown

if TYPE_CHECKING:
    from ringfall.league import League

HtmlOption = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write a page of it.")
]
PngOption = Annotated[
    Path | None, typer.Option("--png", metavar="FILE", help="Write a picture of it.")
]


def plot(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Curves, or keys such as classes.scout.armour; all when left out."),
    ] = None,
    html: HtmlOption = None,
    png: PngOption = None,
    data: DataOption = None,
) -> None:
    """Draw the curves, and what classes and skills are at each level."""
    from ringfall import curve_plots
    from ringfall.documents.words import did_you_mean

    with refusing():
        _, balance = loaded(data)
    series = curve_plots.all_series(balance)
    if not series:
        fail("this balance has nothing that grows")
    chosen: dict[str, Any] = {}
    for name in names or series:
        found = {key: one for key, one in series.items() if f"{key}.".startswith(f"{name}.")}
        if not found:
            fail(f"there is no curve or growing key {name}{did_you_mean(name, series)}")
        chosen |= found
    if html is not None:
        html.write_text(curve_plots.html_page(chosen, digest_of(balance)), encoding="utf-8")
    if png is not None:
        png.write_bytes(curve_plots.png(chosen))
    for path in (html, png):
        if path is not None:
            out.print(f"{len(chosen)} charts drawn to {shown(path)}")
    if html is None and png is None:
        print("\n\n".join(curve_plots.text_plot(name, one) for name, one in chosen.items()))


def ttk(
    level: Annotated[
        int | None, typer.Option(min=1, help="Level of both players; all when left out.")
    ] = None,
    skill_level: Annotated[
        int, typer.Option("--skill-level", min=1, max=5, help="Level of the skills.")
    ] = 1,
    distance: Annotated[
        float, typer.Option("--distance", min=0.0, max=100.0, help="Units between the two.")
    ] = 2.0,
    html: HtmlOption = None,
    png: PngOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Time to kill and damage per second, of every class and skill against every class.

    The terminal and the picture show level 1 and the highest when no level is named.
    """
    from ringfall import duel_tables
    from ringfall.config import MatchSection
    from ringfall.duels import Duels

    with refusing():
        _, balance = loaded(data)
    rate_hz = int(MatchSection.model_fields["tick_rate_hz"].default)
    duels = Duels(balance, rate_hz, distance)
    if level is not None and level > duels.level_max:
        fail(f"--level: the highest level is {duels.level_max}, not {level}")
    every = as_json or html is not None
    few = sorted({1, duels.level_max})
    levels = [level] if level else list(range(1, duels.level_max + 1)) if every else few
    fights = [fight for one in levels for fight in duels.fights(one, skill_level)]
    if not fights:
        fail(f"no skill of this balance hurts at a distance of {distance:g} u")
    if html is not None:
        html.write_text(duel_tables.html_page(fights, rate_hz, digest_of(balance)), "utf-8")
    if png is not None:
        shown_levels = [own for own in duel_tables.by_level(fights) if level or own[0].level in few]
        png.write_bytes(duel_tables.png(shown_levels, rate_hz))
    if as_json:
        rows = [duel_tables.row_of(fight, rate_hz) for fight in fights]
        print_json({"balance_hash": digest_of(balance), "rate_hz": rate_hz, "fights": rows})
        return
    for path in (html, png):
        if path is not None:
            out.print(f"{len(fights)} fights drawn to {shown(path)}")
    if html is None and png is None:
        print(duel_tables.text_page(fights, rate_hz))


def league(
    matches: Annotated[
        int, typer.Option("--matches", min=1, max=10_000, help="Matches to play.")
    ] = 20,
    players: Annotated[
        int | None, typer.Option("--players", min=2, help="Places; the map's when left out.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the first match.")] = 1,
    map_name: Annotated[
        str | None, typer.Option("--map", help="Name of the map, or generated:SEED.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let bots play many matches: which class wins how often, and how fast a match thins out."""
    from ringfall import warming
    from ringfall.config import MatchSection
    from ringfall.datapack import load_datapack
    from ringfall.league import play_league
    from ringfall.match import MatchPlan

    rate_hz = int(MatchSection.model_fields["tick_rate_hz"].default)
    with refusing():
        pack = load_datapack(data, map_name, players)
        warming.warm(err)
        places = players or pack.map.players_max
        if places > pack.map.players_max:
            fail(f"--players: the map {pack.map.name!r} has places for {pack.map.players_max}")
        counter = iter(track(range(matches), "playing", console=err, disable=as_json))
        next(counter)
        found = play_league(
            MatchPlan(pack, rate_hz, places, seed), matches, lambda _: next(counter, None)
        )
    if as_json:
        print_json({"balance_hash": pack.balance_hash, "map": pack.map.name, **asdict(found)})
    else:
        _print_league(found)


def _print_league(found: League) -> None:
    for title, standings in (("class", found.classes), ("bots", found.levels)):
        table = Table(title, "entered", "wins ×", "top tenth ×", "place", "kills", "damage hp")
        for heading in ("healed hp", "level", "alive s"):
            table.add_column(heading)
        for column in table.columns[1:]:
            column.justify = "right"
        for one in standings:
            table.add_row(
                shown(one.name),
                f"{one.entered:,}",
                f"{one.win_ratio:.2f}",
                f"{one.top_ratio:.2f}",
                f"{one.place:.0%}",
                f"{one.kills:.2f}",
                f"{one.damage_hp:.0f}",
                f"{one.healed_hp:.0f}",
                f"{one.level:.1f}",
                f"{one.alive_s:.0f}",
            )
        out.print(table)
    alive = ", ".join(f"{seconds} s {share:.0%}" for seconds, share in found.alive)
    out.print(f"still alive: {alive}")
    out.print(
        f"{found.matches} matches of {found.players}: half are out after {found.half_s:.0f} s, "
        f"over after {found.over_s:.0f} s (medians); wins and top tenth against what their numbers "
        "would give: 1 is fair"
    )
