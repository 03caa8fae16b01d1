"""Curves again, slowly: sums and products in decimals of 400 digits, rounded once at the end.

Nothing is taken from `decimal` but the four operations: e^x is the sum of its series.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Any

DIGITS = 400


def bake(curve: dict[str, Any]) -> list[float]:
    """The value at each level of the domain, for the keys of one table of a curves file."""
    first, last = curve["domain"]
    with localcontext() as context:
        context.prec = DIGITS
        values = [_value(curve, level) for level in range(first, last + 1)]
        if curve["clamp"]:
            low, high = (_decimal(end) for end in curve["range"])
            values = [low if value < low else high if value > high else value for value in values]
    return [float(value) for value in values]


def _value(curve: dict[str, Any], level: int) -> Decimal:
    first, last = curve["domain"]
    match curve["kind"]:
        case "constant":
            return _decimal(curve["value"])
        case "linear":
            return _line([(first, curve["first"]), (last, curve["last"])], level)
        case "exponential":
            value = _decimal(curve["first"])
            for _ in range(first, level):
                value *= _decimal(curve["growth_ratio"])
            return value
        case "logistic":
            low, high = _decimal(curve["low"]), _decimal(curve["high"])
            power = _decimal(curve["steepness"]) * (level - _decimal(curve["midpoint_level"]))
            return (low + high * _exp(power)) / (1 + _exp(power))
    return _line(curve["points"], level)


def _line(points: list[Any], level: int) -> Decimal:
    """Both ends weighted by how far the other one is."""
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 < x1 and x0 <= level <= x1:
            weighted = _decimal(y0) * (x1 - level) + _decimal(y1) * (level - x0)
            return weighted / (x1 - x0)
    return _decimal(points[0][1])


def _exp(power: Decimal) -> Decimal:
    """The series of e^(x / 2^n), squared n times."""
    halvings = 0
    while abs(power) > Decimal("0.5"):
        power, halvings = power / 2, halvings + 1
    term, total, step = Decimal(1), Decimal(1), 0
    while abs(term) > Decimal(10) ** -DIGITS:
        step += 1
        term = term * power / step
        total += term
    for _ in range(halvings):
        total *= total
    return total


def _decimal(value: float) -> Decimal:
    return Decimal(repr(value))
