# ruff: noqa: E501 - golden texts stay on one line
"""Curves: baked exactly, the same everywhere, and refused where they break their word."""

from __future__ import annotations

import _pydecimal
import decimal
import io
import json
import struct
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

import schema.curves
from ringfall.curve_plots import TEXT_COLUMNS, html_page, png, text_plot
from ringfall.datapack import content_hash
from ringfall.documents import DataError, parse_document, validate
from schema.curves import LEVEL_MAX, Curve, CurveRef, CurvesBalance, scaled_at
from tests.oracle import curves as oracle

ADAPTER: TypeAdapter[Any] = TypeAdapter(Curve)
ANY = {"range": [-1e9, 1e9], "clamp": False, "monotone": "any"}
CURVES: dict[str, dict[str, Any]] = {
    "flat": {"kind": "constant", "domain": [3, 3], "value": 7.5},
    "line": {"kind": "linear", "domain": [1, 11], "first": 0.0, "last": 1.0},
    "down": {"kind": "linear", "domain": [0, 30], "first": 10.0, "last": -3.0},
    "growth": {"kind": "exponential", "domain": [1, 40], "first": 80.0, "growth_ratio": 1.075},
    "decay": {"kind": "exponential", "domain": [0, 255], "first": 3.3, "growth_ratio": 0.97},
    "s": {
        "kind": "logistic",
        "domain": [1, 30],
        "low": 100.0,
        "high": 400.0,
        "midpoint_level": 15.5,
        "steepness": 0.31,
    },
    "steep": {
        "kind": "logistic",
        "domain": [0, 255],
        "low": 0.0,
        "high": 1.0,
        "midpoint_level": 100.0,
        "steepness": 100.0,
    },
    "bent": {
        "kind": "keyframes",
        "domain": [1, 20],
        "points": [[1, 5.0], [7, 0.1], [8, 22.0], [20, 22.5]],
    },
}


def baked(table: dict[str, Any]) -> tuple[float, ...]:
    return tuple(ADAPTER.validate_python(ANY | table).values())


@pytest.mark.parametrize("name", CURVES)
def test_curves_are_what_they_say(name: str) -> None:
    assert list(baked(CURVES[name])) == oracle.bake(ANY | CURVES[name])


def test_a_line_of_tenths_gives_the_tenths_one_would_write() -> None:
    assert baked(CURVES["line"]) == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def test_the_bits_are_the_same_on_every_machine() -> None:
    tables = b"".join(struct.pack(f"<{len(v)}d", *v) for v in map(baked, CURVES.values()))
    assert content_hash(tables) == "20648489b7a59f7ea7feef9b5e26e7a1"


@pytest.mark.parametrize("name", ["s", "steep"])
def test_the_decimals_written_in_python_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = baked(CURVES[name])
    exact = _pydecimal.Context(  # type: ignore[attr-defined]
        prec=50, rounding=decimal.ROUND_HALF_EVEN, Emin=-999999, Emax=999999, traps=[]
    )
    monkeypatch.setattr(schema.curves, "decimal", _pydecimal)
    monkeypatch.setattr(schema.curves, "_EXACT", exact)
    # Fractions only know the compiled ones.
    monkeypatch.setattr(schema.curves, "Fraction", lambda *of: Fraction(*map(as_text, of)))
    assert baked(CURVES[name]) == compiled


def as_text(value: object) -> Any:
    return str(value) if isinstance(value, _pydecimal.Decimal) else value  # type: ignore[attr-defined]


_NUMBERS = st.floats(-1e6, 1e6).map(lambda value: round(value, 6))
_DOMAINS = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted).map(list)


@settings(deadline=None, max_examples=60)
@given(_DOMAINS, _NUMBERS, _NUMBERS, st.floats(0.01, 3), st.floats(0, 60), st.booleans())
def test_any_curve_is_what_it_says(
    domain: list[int], a: float, b: float, rate: float, middle: float, clamp: bool
) -> None:
    limits = {"domain": domain, "clamp": clamp, "monotone": "any", "range": [-1e9, 1e9]}
    if clamp:
        limits["range"] = sorted([a / 2, b / 2])
    for table in (
        {"kind": "linear", "first": a, "last": b},
        {"kind": "exponential", "first": a, "growth_ratio": rate},
        {"kind": "logistic", "low": a, "high": b, "midpoint_level": middle, "steepness": rate},
    ):
        whole = limits | table
        expected = oracle.bake(whole)
        if max(map(abs, expected)) <= 1e9:
            assert list(ADAPTER.validate_python(whole).values()) == expected
        else:
            with pytest.raises(ValidationError, match="gives"):
                ADAPTER.validate_python(whole)


def error_of(table: dict[str, Any]) -> list[str]:
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in (ANY | table).items())
    with pytest.raises(DataError) as caught:
        validate(parse_document("f", f"[c]\n{lines}".encode(), "toml"), CurvesBalance)
    return [f"{problem.key}: {problem.message}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("line", {"range": [0, 0.75]}, "c.range: level 9 gives 0.8, allowed is 0 to 0.75"),
        ("down", {"range": [-2, 10]}, "c.range: level 28 gives -2.1333333333333333, allowed is -2 to 10"),
        ("down", {"monotone": "rising"}, "c.monotone: is rising, but level 1 gives 9.566666666666666 after 10"),
        ("bent", {"monotone": "falling"}, "c.monotone: is falling, but level 8 gives 22 after 0.1"),
        ("line", {"domain": [11, 1]}, "c.domain[1]: must be at least 11, is 1"),
        ("line", {"domain": [0, 256]}, f"c.domain[1]: must be a whole number from 0 to {LEVEL_MAX}, is 256"),
        ("line", {"domain": [0.5, 2]}, "c.domain[0]: must be a whole number from 0 to 255, is 0.5"),
        ("line", {"range": [2, 1]}, "c.range[1]: must be at least 2, is 1"),
        ("bent", {"points": [[1, 5], [1, 6], [20, 7]]}, "c.points[1][0]: must be above the level before it (1), is 1"),
        ("bent", {"points": [[2, 5], [20, 7]]}, "c.points[0][0]: must be 1, an end of the domain, is 2"),
        ("bent", {"points": []}, "c.points: must have at least 1 entry, has 0"),
        ("growth", {"growth_ratio": 0}, "c.growth_ratio: must be a number above 0 and at most 100, is 0"),
        ("decay", {"growth_ratio": 100.0}, "c.range: level 5 gives 33000000000, allowed is -1000000000 to 1000000000"),
        ("growth", {"kind": "exponental"}, 'c.kind: must be "constant" or "linear" or "exponential" or "logistic" or "keyframes", is "exponental"; did you mean exponential?'),
    ],
)  # fmt: skip
def test_errors_read(name: str, change: dict[str, Any], expected: str) -> None:
    assert error_of(CURVES[name] | change) == [expected]


def test_a_clamped_curve_stays_in_its_range() -> None:
    table = CURVES["decay"] | {"clamp": True, "range": [0.5, 2], "monotone": "falling"}
    values = baked(table)
    assert values[0] == 2
    assert values[-1] == 0.5
    assert len(set(values)) > 20


@pytest.mark.parametrize("monotone", ["rising", "falling", "any"])
def test_staying_equal_goes_any_way(monotone: str) -> None:
    table = CURVES["flat"] | {"domain": [1, 9], "monotone": monotone}
    assert baked(table) == (7.5,) * 9


def test_a_table_that_is_not_the_curves_own_is_refused() -> None:
    whole = ADAPTER.validate_python(ANY | CURVES["line"]).model_dump()
    assert ADAPTER.validate_python(whole).values() == whole["table"]
    whole["table"] = (*whole["table"][:-1], 1.0000000000000002)
    with pytest.raises(ValidationError, match="is not what the curve gives"):
        ADAPTER.validate_python(whole)


def test_a_value_may_follow_a_curve() -> None:
    curves = CurvesBalance.model_validate({"line": ANY | CURVES["line"]})
    assert scaled_at(3.5, curves, 7) == 3.5
    ref = CurveRef(curve="line")
    assert [scaled_at(ref, curves, level) for level in (0, 1, 4, 11, 99)] == [0, 0, 0.3, 1, 1]


# ---- pictures --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CURVES)
def test_a_text_plot_fits_a_terminal(name: str) -> None:
    curve = ADAPTER.validate_python(ANY | CURVES[name])
    lines = text_plot(name, curve).splitlines()
    assert len(lines) == 11
    assert max(map(len, lines)) <= TEXT_COLUMNS
    assert lines[0].startswith(f"{name}: {curve.kind}, ")


def test_a_text_plot_reads() -> None:
    curve = ADAPTER.validate_python(ANY | CURVES["line"] | {"domain": [1, 5], "last": 4.0})
    assert (
        text_plot("steps", curve)
        == """\
steps: linear, 0 at level 1 to 4 at level 5
           4 ┤                ████
             ┤                ████
             ┤            ████████
             ┤        ▁▁▁▁████████
             ┤        ████████████
             ┤    ▁▁▁▁████████████
             ┤    ████████████████
           0 ┤▁▁▁▁████████████████
             └────────────────────
      level   1                  5"""
    )


def test_a_page_needs_nothing_but_itself_and_tells_every_value() -> None:
    curves = {f"<{name}>": ADAPTER.validate_python(ANY | one) for name, one in CURVES.items()}
    page = html_page(curves, "0123")
    assert page.count("<svg ") == len(CURVES)
    assert "<flat>" not in page
    assert "&lt;flat&gt;: constant, 7.5 at levels 3 to 3" in page
    for curve in curves.values():
        for level, value in enumerate(curve.values(), curve.domain[0]):
            assert f"<title>level {level}: {value!r}</title>" in page
    assert "http" not in page
    assert "src=" not in page


def test_a_picture_has_a_chart_for_each_curve() -> None:

    from PIL import Image

    curves = {name: ADAPTER.validate_python(ANY | one) for name, one in CURVES.items()}
    picture = Image.open(io.BytesIO(png(curves)))
    assert picture.size == (1840, 2080)
    for row in range(4):
        for column in range(2):
            box = (920 * column, 520 * row, 920 * (column + 1), 520 * (row + 1))
            colours = {colour for _, colour in picture.crop(box).getcolors(1 << 20)}
            assert (0x0B, 0x6B, 0xCB) in colours
