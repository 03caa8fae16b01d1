"""Tables of `ringfall.duels`: as text for an 80-column terminal, as one HTML page, and as PNG.

A table has an attacker; its rows are skills, its columns victims. A cell says the seconds until
the victim is dead and the health lost per second, from the front and, where that differs, from
behind.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from textwrap import fill
from typing import Any

from ringfall.duels import HORIZON_S, Fight

TEXT_COLUMNS = 80
_NAME_COLUMNS, _CELL_COLUMNS = 20, 15
_CELLS = (TEXT_COLUMNS - _NAME_COLUMNS) // _CELL_COLUMNS
NOTE = (
    f"Seconds from pressing the button to death, - for more than {HORIZON_S:g}, and below them "
    "health lost per second; front / behind where they differ."
)
_CSS = """
body { font: 14px system-ui, sans-serif; color: #1c2530; background: #f4f6f8; margin: 24px }
table { border-collapse: collapse; background: #fff; margin: 8px 0 20px }
th, td { border: 1px solid #d5dae0; padding: 4px 10px; text-align: right }
th:first-child { text-align: left }
small { color: #5a6672 }
"""
_SLOWEST_S = 15.0  # from here on a kill is as pale as can be

ROW_PX, NAME_PX, CELL_PX, MARGIN_PX = 40, 170, 120, 16


def row_of(fight: Fight, rate_hz: int) -> dict[str, Any]:
    """A fight for programs: as it is, and its spans in seconds too."""
    return asdict(fight) | {
        "front_s": _seconds(fight.front_ticks, rate_hz),
        "behind_s": _seconds(fight.behind_ticks, rate_hz),
    }


def _seconds(ticks: int | None, rate_hz: int) -> float | None:
    return None if ticks is None else ticks / rate_hz


def _both(front: str, behind: str) -> str:
    return front if front == behind else f"{front} / {behind}"


def kill_text(fight: Fight, rate_hz: int) -> str:
    """`5.4`, or `9.0 / 5.4` where the victim blocks; `-` for never."""
    spans = (_seconds(ticks, rate_hz) for ticks in (fight.front_ticks, fight.behind_ticks))
    return _both(*("-" if span is None else f"{span:.1f}" for span in spans))


def rate_text(fight: Fight) -> str:
    """Health lost per second, likewise."""
    return _both(f"{fight.front_hp_per_s:.1f}", f"{fight.behind_hp_per_s:.1f}")


Grid = tuple[str, list[str], list[tuple[str, list[Fight]]]]


def grids(fights: Sequence[Fight]) -> Iterator[Grid]:
    """(attacker, victims, [(skill, a fight for each victim)]) of the fights of one level."""
    for attacker, own in groupby(fights, key=lambda fight: fight.attacker):
        rows = [
            (skill, list(row))
            for (skill, _), row in groupby(own, key=lambda fight: (fight.skill, fight.slot))
        ]
        yield attacker, [fight.victim for fight in rows[0][1]], rows


def heading(fight: Fight) -> str:
    """Which levels a table is for."""
    return f"Players of level {fight.level}, skills of level {fight.skill_level}"


def by_level(fights: Sequence[Fight]) -> Iterator[list[Fight]]:
    """The fights of each level, one list after the other."""
    for _, own in groupby(fights, key=lambda fight: (fight.level, fight.skill_level)):
        yield list(own)


# ---- text ------------------------------------------------------------------------------------


def text_page(fights: Sequence[Fight], rate_hz: int) -> str:
    """The note, and the tables of each level."""
    tables = [text_tables(own, rate_hz) for own in by_level(fights)]
    return "\n\n".join([fill(NOTE, TEXT_COLUMNS), *tables])


def text_tables(fights: Sequence[Fight], rate_hz: int) -> str:
    """Tables at most `TEXT_COLUMNS` wide; more victims than fit go into another table below."""
    lines = [heading(fights[0])]
    for attacker, victims, rows in grids(fights):
        for start in range(0, len(victims), _CELLS):
            here = slice(start, start + _CELLS)
            lines += ["", _line(attacker.upper(), victims[here])]
            for skill, row in rows:
                lines.append(_line(f"  {skill}", [kill_text(one, rate_hz) for one in row[here]]))
                lines.append(_line("    hp/s", [rate_text(one) for one in row[here]]))
    return "\n".join(lines)


def _line(name: str, cells: Sequence[str]) -> str:
    shown = "".join(f" {cell[: _CELL_COLUMNS - 1]:>{_CELL_COLUMNS - 1}}" for cell in cells)
    return f"{name[:_NAME_COLUMNS]:<{_NAME_COLUMNS}}{shown}"


# ---- HTML ------------------------------------------------------------------------------------


def html_page(fights: Sequence[Fight], rate_hz: int, digest: str) -> str:
    """One page with all levels, each to be folded away, which needs nothing but itself."""
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Time to kill</title>'
        f"<style>{_CSS}</style></head><body><h1>Time to kill</h1>"
        f"<p>Balance {html.escape(digest)}. {html.escape(NOTE)}</p>"
    ]
    for number, own in enumerate(by_level(fights)):
        opened = " open" if number == 0 else ""
        parts.append(f"<details{opened}><summary>{heading(own[0])}</summary>")
        parts += [_html_table(grid, rate_hz) for grid in grids(own)]
        parts.append("</details>")
    return "\n".join([*parts, "</body></html>\n"])


def _html_table(grid: Grid, rate_hz: int) -> str:
    attacker, victims, rows = grid
    head = "".join(f"<th>{html.escape(name)}</th>" for name in [attacker, *victims])
    lines = [f"<table><tr>{head}</tr>"]
    for skill, row in rows:
        cells = "".join(
            f'<td style="background:rgb{_colour(one, rate_hz)}">{kill_text(one, rate_hz)}'
            f"<br><small>{rate_text(one)}</small></td>"
            for one in row
        )
        lines.append(f"<tr><th>{html.escape(skill)}</th>{cells}</tr>")
    return "\n".join([*lines, "</table>"])


def _colour(fight: Fight, rate_hz: int) -> tuple[int, int, int]:
    """White for slow kills, red for fast ones, by the better of both sides."""
    span = _seconds(fight.behind_ticks, rate_hz)
    share = 1.0 if span is None else min(1.0, span / _SLOWEST_S)
    return 255, 150 + round(105 * share), 140 + round(115 * share)


# ---- PNG -------------------------------------------------------------------------------------


def png(levels: Sequence[Sequence[Fight]], rate_hz: int, scale: int = 2) -> bytes:
    """The tables of some levels as a picture, one level below the other."""
    from PIL import Image, ImageDraw

    lines = [line for fights in levels for line in _picture_lines(fights)]
    wide = max(len(cells) for _, cells in lines)
    size = (2 * MARGIN_PX + NAME_PX + CELL_PX * wide, 2 * MARGIN_PX + ROW_PX * len(lines))
    picture = Image.new("RGB", (size[0] * scale, size[1] * scale), "#ffffff")
    draw = ImageDraw.Draw(picture)
    for row, (name, cells) in enumerate(lines):
        top = MARGIN_PX + ROW_PX * row
        _put(draw, scale, MARGIN_PX, top + 16, name, anchor="lm")
        for column, cell in enumerate(cells):
            left = MARGIN_PX + NAME_PX + CELL_PX * column
            if isinstance(cell, str):
                _put(draw, scale, left + CELL_PX // 2, top + 22, cell)
                continue
            box = (left, top, left + CELL_PX - 3, top + ROW_PX - 3)
            draw.rectangle([side * scale for side in box], _colour(cell, rate_hz))
            _put(draw, scale, left + CELL_PX // 2, top + 12, kill_text(cell, rate_hz))
            _put(draw, scale, left + CELL_PX // 2, top + 28, rate_text(cell), points=11)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _put(
    draw: Any, scale: int, x: int, y: int, text: str, points: int = 14, anchor: str = "mm"
) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(points * scale)
    draw.text((x * scale, y * scale), text, "#1c2530", font, anchor=anchor)


def _picture_lines(fights: Sequence[Fight]) -> Iterator[tuple[str, Sequence[str | Fight]]]:
    """The rows of a picture: a text at their left, and texts or fights in their cells."""
    yield heading(fights[0]), ()
    yield "Seconds to death, below them hp lost per second; front / behind", ()
    for attacker, victims, rows in grids(fights):
        yield attacker.upper(), victims
        for skill, row in rows:
            yield f"  {skill}", row
        yield "", ()
