"""Pictures of curves and of what follows them: as text, as one HTML page, and as PNG.

All three draw the baked values, which are what a match uses, and nothing between them. Text fits a
terminal of 80 columns.
"""

from __future__ import annotations

import html
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ringfall.datapack.checking import file_models
from ringfall.documents.shapes import walk
from ringfall.documents.words import key_text
from schema.curves import Between, ConstantCurve, CurvesBalance
from schema.rulebook import SKILL_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TEXT_COLUMNS = 80
TEXT_ROWS = 8
_LABEL_COLUMNS = 12
_EIGHTHS = " ▁▂▃▄▅▆▇█"

WIDTH_PX, HEIGHT_PX = 460, 260
_LEFT_PX, _RIGHT_PX, _TOP_PX, _BOTTOM_PX = 64, 16, 40, 34
_INK, _PAPER, _FAINT, _LINE = "#1c2530", "#ffffff", "#d5dae0", "#0b6bcb"


def curves_of(balance: Any) -> dict[str, Any]:
    """All curves of a balance by name; none where its models have no curves."""
    found: dict[str, Any] = {}
    for name in type(balance).model_fields:
        value = getattr(balance, name)
        if isinstance(value, CurvesBalance):
            found |= value.root
    return found


@dataclass(frozen=True, slots=True)
class Series:
    """A key that may grow, drawn like a curve: its values at levels ``domain[0]`` to the last.

    Attributes:
        kind: the name of its curve; empty for a plain number.
        table: a value per level.
    """

    kind: str
    domain: tuple[int, int]
    table: tuple[float, ...]

    def values(self) -> tuple[float, ...]:
        """A value per level."""
        return self.table


def all_series(balance: Any) -> dict[str, Any]:
    """Every curve by name, then every key that may follow one, over the levels it is used at."""
    curves = curves_of(balance)
    return curves | {
        name: series
        for file, model in file_models(type(balance)).items()
        for name, series in _grown(balance, file, model, curves)
    }


def _grown(
    balance: Any, file: str, model: Any, curves: Mapping[str, Any]
) -> Iterator[tuple[str, Series]]:
    last = levels_of(balance, file)
    for spot in walk(model, getattr(balance, file).model_dump(mode="json")):
        if not any(isinstance(limit, Between) for limit in spot.shape.limits):
            continue
        at, value = key_text((file, *spot.at)), spot.value
        if isinstance(value, dict):
            curve = curves[value["curve"]]
            table = tuple(curve.at(level) for level in range(1, last + 1))
            yield at, Series(f"curve {value['curve']}", (1, last), table)
        elif value is not None:
            yield at, Series("", (1, last), (float(value),) * last)


def levels_of(balance: Any, file: str) -> int:
    """How many levels the entries of a file have: skills their own, all else those of players."""
    match = getattr(balance, "match", None)
    players = match.experience.level_max if match is not None else 1
    return SKILL_LEVELS if file == "skills" else int(players)


def title_of(name: str, curve: Any) -> str:
    """`health: linear, 100 at level 1 to 400 at level 30`."""
    values, (first, last) = curve.values(), curve.domain
    if isinstance(curve, ConstantCurve) or not curve.kind:
        return f"{name}: constant, {number(values[0])} at levels {first} to {last}"
    return (
        f"{name}: {curve.kind}, {number(values[0])} at level {first} to {number(values[-1])} at "
        f"level {last}"
    )


def number(value: float) -> str:
    """A value as short as four digits allow."""
    return f"{value:.4g}"


# ---- text ------------------------------------------------------------------------------------


def text_plot(name: str, curve: Any) -> str:
    """A chart of columns, at most `TEXT_COLUMNS` wide; low values keep a sliver to be seen."""
    values, (first, last) = curve.values(), curve.domain
    if not curve.kind:
        return title_of(name, curve)[:TEXT_COLUMNS]
    room = TEXT_COLUMNS - _LABEL_COLUMNS - 2
    each = max(1, min(4, room // len(values)))
    shown = _columns(values, room // each)
    low, high = _bounds(values)
    heights = [1 + round((TEXT_ROWS * 8 - 1) * (value - low) / (high - low)) for value in shown]
    lines = [title_of(name, curve)[:TEXT_COLUMNS]]
    for row in reversed(range(TEXT_ROWS)):
        cells = "".join(_EIGHTHS[min(max(height - 8 * row, 0), 8)] * each for height in heights)
        edge = {TEXT_ROWS - 1: number(high), 0: number(low)}.get(row, "")
        lines.append(f"{edge:>{_LABEL_COLUMNS}} ┤{cells}".rstrip())
    width = each * len(shown)
    ends = f"{first}{f'{last}':>{max(width - len(str(first)), 0)}}" if last > first else str(first)
    lines.append(" " * (_LABEL_COLUMNS + 1) + "└" + "─" * width)
    lines.append(" " * (_LABEL_COLUMNS - 6) + "level   " + ends)
    return "\n".join(lines)


def _columns(values: Sequence[float], room: int) -> list[float]:
    """The values, or as many of them as there is room for, evenly, with both ends."""
    if len(values) <= room:
        return list(values)
    return [values[column * (len(values) - 1) // (room - 1)] for column in range(room)]


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest value; apart, even where all are equal."""
    low, high = min(values), max(values)
    return (low, high) if low < high else (low - 1, high)


# ---- HTML ------------------------------------------------------------------------------------

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Curves</title><style>
body {{ font: 14px system-ui, sans-serif; color: {ink}; background: #f4f6f8; margin: 24px }}
main {{ display: flex; flex-wrap: wrap; gap: 16px }}
svg {{ background: {paper}; border: 1px solid {faint}; border-radius: 6px }}
circle:hover {{ r: 6 }}
</style></head><body><h1>Curves</h1><p>Balance {digest}. Point at a dot to read its value.</p>
<main>
{charts}
</main></body></html>
"""


def html_page(curves: Mapping[str, Any], digest: str) -> str:
    """One page with a chart per curve, which needs nothing but itself."""
    charts = "\n".join(_svg(name, curve) for name, curve in curves.items())
    return _PAGE.format(ink=_INK, paper=_PAPER, faint=_FAINT, digest=digest, charts=charts)


def _svg(name: str, curve: Any) -> str:
    points, ticks = _layout(curve)
    title = html.escape(title_of(name, curve))
    parts = [f'<text x="12" y="22" font-weight="600">{title}</text>']
    for (x0, y0, x1, y1), label, (x, y), anchor in ticks:
        parts.append(f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="{_FAINT}"/>')
        where = {"right": "end", "middle": "middle"}[anchor]
        parts.append(
            f'<text x="{x}" y="{y + 4}" font-size="11" text-anchor="{where}">{label}</text>'
        )
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{_LINE}" stroke-width="2"/>')
    for (x, y), (level, value) in zip(points, _levels(curve), strict=True):
        tip = f"<title>level {level}: {value!r}</title>"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{_LINE}">{tip}</circle>')
    size = f'width="{WIDTH_PX}" height="{HEIGHT_PX}" viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}"'
    return f'<svg {size} role="img" aria-label="{title}">{"".join(parts)}</svg>'


def _levels(curve: Any) -> list[tuple[int, float]]:
    return list(enumerate(curve.values(), curve.domain[0]))


Tick = tuple[tuple[float, float, float, float], str, tuple[float, float], str]


def _layout(curve: Any) -> tuple[list[tuple[float, float]], list[Tick]]:
    """Pixels of the points, and lines and labels of both axes."""
    first, last = (int(end) for end in curve.domain)
    low, high = _bounds(curve.values())
    right, bottom = WIDTH_PX - _RIGHT_PX, HEIGHT_PX - _BOTTOM_PX
    span = max(last - first, 1)

    def x_of(level: float) -> float:
        return _LEFT_PX + (right - _LEFT_PX) * (level - first) / span

    def y_of(value: float) -> float:
        return bottom - (bottom - _TOP_PX) * (value - low) / (high - low)

    ticks: list[Tick] = []
    for step in range(5):
        value = low + (high - low) * step / 4
        y = round(y_of(value), 1)
        ticks.append(((_LEFT_PX, y, right, y), number(value), (_LEFT_PX - 6, y), "right"))
    for level in sorted({first + span * step // 6 for step in range(7) if last > first} | {first}):
        x = round(x_of(level), 1)
        ticks.append(((x, _TOP_PX, x, bottom), str(level), (x, bottom + 14), "middle"))
    return [(x_of(level), y_of(value)) for level, value in _levels(curve)], ticks


# ---- PNG -------------------------------------------------------------------------------------


def png(curves: Mapping[str, Any], columns: int = 0, scale: int = 2) -> bytes:
    """The same charts as one picture, `columns` beside each other; 0 for about a square."""
    from PIL import Image, ImageDraw, ImageFont

    columns = columns or max(2, round(math.sqrt(len(curves) * HEIGHT_PX / WIDTH_PX)))
    rows = -(-len(curves) // columns)
    columns = min(columns, len(curves))
    picture = Image.new("RGB", (WIDTH_PX * columns * scale, HEIGHT_PX * rows * scale), _PAPER)
    draw = ImageDraw.Draw(picture)
    small, large = (ImageFont.load_default(size * scale) for size in (11, 13))
    for index, (name, curve) in enumerate(curves.items()):
        left, top = index % columns * WIDTH_PX, index // columns * HEIGHT_PX

        def at(x: float, y: float, left: int = left, top: int = top) -> tuple[float, float]:
            return (left + x) * scale, (top + y) * scale

        points, ticks = _layout(curve)
        draw.text(at(12, 10), title_of(name, curve), _INK, large)
        for (x0, y0, x1, y1), label, (x, y), anchor in ticks:
            draw.line((*at(x0, y0), *at(x1, y1)), _FAINT, scale)
            draw.text(at(x, y), label, _INK, small, anchor="rm" if anchor == "right" else "mm")
        draw.line([at(*point) for point in points], _LINE, 2 * scale, joint="curve")
        for x, y in points:
            draw.ellipse((*at(x - 2.5, y - 2.5), *at(x + 2.5, y + 2.5)), _LINE)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
