"""Curves: how a value grows with the level. Each is baked to one float64 per level at loading.

    kind         value at level n of domain [a, b]
    constant     value
    linear       first + (last - first) (n - a) / (b - a)
    exponential  first * growth_ratio ^ (n - a)
    logistic     low + (high - low) / (1 + e ^ (-steepness (n - midpoint_level)))
    keyframes    points [level, value], straight lines between them

Numbers are taken as the decimals that a designer wrote (the shortest text that means the float),
computed exactly as fractions, and rounded once at the end. Only the logistic kind needs e^x,
which `decimal` computes to 50 digits, correctly rounded: the same on every machine, unlike the
C library's. A baked table travels with its curve; loading computes it again and refuses another.

Units are those of the field that uses the curve: a field of type `Scaled` is a plain number or
`{ curve = "name" }`, and its own range holds for every value of the curve.
"""

from __future__ import annotations

import decimal
import functools
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator
from pydantic.annotated_handlers import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from schema.contradictions import Contradiction, refuse
from schema.references import RefersTo

CURVES_FILE = "curves"
LEVEL_MAX = 255  # a level fits in one byte
_VALUE_MAX = 1e9  # far beyond every range that a field has

_EXACT = decimal.Context(
    prec=50, rounding=decimal.ROUND_HALF_EVEN, Emin=-999999, Emax=999999, traps=[]
)

Number = Annotated[float, Field(ge=-_VALUE_MAX, le=_VALUE_MAX)]
Level = Annotated[int, Field(ge=0, le=LEVEL_MAX)]


class _Curve(BaseModel):
    """What all kinds have in common."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    domain: tuple[Level, Level] = Field(strict=False, description="first and last level")
    range: tuple[Number, Number] = Field(
        strict=False, description="lowest and highest value the curve may take"
    )
    clamp: bool = Field(description="whether values beyond the range are moved to its end")
    monotone: Literal["rising", "falling", "any"] = Field(
        description="the way the curve must go, level by level; staying equal is allowed"
    )
    table: tuple[Number, ...] | None = Field(
        default=None,
        strict=False,
        description="the value at each level of the domain; computed, never written by hand",
        json_schema_extra={"computed": True},
    )

    @model_validator(mode="after")
    def _bake(self) -> _Curve:
        first, last = self.domain
        low, high = self.range
        found = []
        if first > last:
            found.append(Contradiction(("domain", 1), f"must be at least {first}, is {last}"))
        if low > high:
            found.append(Contradiction(("range", 1), f"must be at least {low:g}, is {high:g}"))
        refuse(found or list(self.contradictions()))
        table = tuple(self._baked())
        refuse(list(self._violations(table)))
        if self.table is not None and self.table != table:
            refuse([Contradiction(("table",), "is not what the curve gives: leave it out")])
        object.__setattr__(self, "table", table)
        return self

    def contradictions(self) -> Iterator[Contradiction]:
        """Keys of this kind that cannot be meant together."""
        yield from ()

    def exact(self, level: int) -> Fraction:
        """The value at a level of the domain, before it is clamped and rounded."""
        raise NotImplementedError

    def values(self) -> tuple[float, ...]:
        """The baked values, one per level of the domain."""
        assert self.table is not None
        return self.table

    def at(self, level: int) -> float:
        """The value at a level; levels outside of the domain count as its nearest end."""
        first, last = self.domain
        return self.values()[min(max(level, first), last) - first]

    def _baked(self) -> Iterator[float]:
        low, high = (_fraction(end) for end in self.range)
        for level in range(self.domain[0], self.domain[1] + 1):
            value = self.exact(level)
            if self.clamp:
                value = min(max(value, low), high)
            try:
                yield value.numerator / value.denominator  # correctly rounded, as CPython does it
            except OverflowError:
                yield float("inf") if value > 0 else float("-inf")

    def _violations(self, table: tuple[float, ...]) -> Iterator[Contradiction]:
        """The first level beyond the range, and the first that goes the wrong way."""
        first, (low, high) = self.domain[0], self.range
        for level, value in enumerate(table, first):
            if not low <= value <= high:
                text = f"level {level} gives {_text(value)}, allowed is {_span(low, high)}"
                yield Contradiction(("range",), text)
                break
        for level, (before, value) in enumerate(pairwise(table), first + 1):
            wrong = {"rising": value < before, "falling": value > before, "any": False}
            if wrong[self.monotone]:
                text = f"is {self.monotone}, but level {level} gives {_text(value)} after "
                yield Contradiction(("monotone",), text + _text(before))
                break


class ConstantCurve(_Curve):
    """The same at every level."""

    kind: Literal["constant"] = Field(description="the same at every level")
    value: Number = Field(description="the value")

    def exact(self, level: int) -> Fraction:
        """See the head of the file."""
        return _fraction(self.value)


class LinearCurve(_Curve):
    """A straight line over the domain."""

    kind: Literal["linear"] = Field(description="a straight line over the domain")
    first: Number = Field(description="value at the first level")
    last: Number = Field(description="value at the last level")

    def exact(self, level: int) -> Fraction:
        """See the head of the file."""
        start, end = self.domain
        return _between((start, self.first), (end, self.last), level)


class ExponentialCurve(_Curve):
    """The same factor from each level to the next."""

    kind: Literal["exponential"] = Field(description="the same factor from level to level")
    first: Number = Field(description="value at the first level")
    growth_ratio: float = Field(gt=0, le=100, description="factor from each level to the next")

    def exact(self, level: int) -> Fraction:
        """See the head of the file."""
        growth = _fraction(self.growth_ratio)
        steps = level - self.domain[0]
        top, bottom = growth.numerator, growth.denominator
        return _fraction(self.first) * Fraction(_product(top, steps), _product(bottom, steps))


class LogisticCurve(_Curve):
    """An S between two values that it approaches and never reaches."""

    kind: Literal["logistic"] = Field(description="an S between two values")
    low: Number = Field(description="value far below the midpoint")
    high: Number = Field(description="value far above the midpoint")
    midpoint_level: float = Field(ge=0, le=LEVEL_MAX, description="level half way between them")
    steepness: float = Field(gt=0, le=100, description="how fast it changes, per level")

    def exact(self, level: int) -> Fraction:
        """See the head of the file."""
        power = _fraction(self.steepness) * (_fraction(self.midpoint_level) - level)
        quotient = _EXACT.divide(
            decimal.Decimal(power.numerator), decimal.Decimal(power.denominator)
        )
        share = 1 / (1 + Fraction(quotient.exp(_EXACT)))
        low, high = _fraction(self.low), _fraction(self.high)
        return low + (high - low) * share


class KeyframesCurve(_Curve):
    """Straight lines between given points."""

    kind: Literal["keyframes"] = Field(description="straight lines between given points")
    points: tuple[Annotated[tuple[Level, Number], Field(strict=False)], ...] = Field(
        min_length=1,
        max_length=LEVEL_MAX + 1,
        strict=False,
        description="level and value, by rising level, from the first level to the last",
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Levels must rise and cover the domain."""
        for index, ((before, _), (level, _)) in enumerate(pairwise(self.points), 1):
            if level <= before:
                text = f"must be above the level before it ({before}), is {level}"
                yield Contradiction(("points", index, 0), text)
        for index, level in zip((0, len(self.points) - 1), self.domain, strict=True):
            if self.points[index][0] != level:
                text = f"must be {level}, an end of the domain, is {self.points[index][0]}"
                yield Contradiction(("points", index, 0), text)

    def exact(self, level: int) -> Fraction:
        """See the head of the file."""
        for left, right in pairwise(self.points):
            if level <= right[0]:
                return _between(left, right, level)
        return _fraction(self.points[0][1])


Curve: TypeAlias = Annotated[
    ConstantCurve | LinearCurve | ExponentialCurve | LogisticCurve | KeyframesCurve,
    Field(discriminator="kind"),
]


class CurvesBalance(RootModel[dict[str, Curve]]):
    """`curves.toml`: one table per curve."""

    model_config = ConfigDict(strict=True, frozen=True)


class CurveRef(BaseModel):
    """`{ curve = "name" }`: the value follows a curve."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    curve: Annotated[str, RefersTo(CURVES_FILE)] = Field(description="name of a curve")


class Between:
    """The range of a `Scaled` field: `damage_hp: Annotated[Scaled, Between(ge=1, le=400)]`.

    A plain number is held to it at once; the values of a curve are, level by level, where the
    whole balance is loaded.
    """

    def __init__(
        self,
        *,
        ge: float | None = None,
        gt: float | None = None,
        le: float | None = None,
        lt: float | None = None,
    ) -> None:
        self.ge, self.gt, self.le, self.lt = ge, gt, le, lt

    def form_of(self, value: object) -> tuple[Any, Literal["number", "curve"]]:
        """The type that a written value is meant as, and its name in pydantic's errors."""
        return (CurveRef, "curve") if isinstance(value, dict | CurveRef) else (float, "number")

    def allows(self, value: float) -> bool:
        """Whether a value is in the range."""
        return (
            (self.ge is None or value >= self.ge)
            and (self.gt is None or value > self.gt)
            and (self.le is None or value <= self.le)
            and (self.lt is None or value < self.lt)
        )

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        tag: Callable[[object], str] = lambda value: self.form_of(value)[1]  # noqa: E731
        number = core_schema.float_schema(
            ge=self.ge, gt=self.gt, le=self.le, lt=self.lt, strict=True, allow_inf_nan=False
        )
        choices = {"number": number, "curve": handler.generate_schema(CurveRef)}
        return core_schema.tagged_union_schema(choices, discriminator=tag)


Scaled: TypeAlias = Annotated[float | CurveRef, Between()]
"""A plain number, or a curve; always with a range of its own around it."""


def scaled_at(value: float | CurveRef, curves: CurvesBalance, level: int) -> float:
    """What a `Scaled` value is at a level."""
    return curves.root[value.curve].at(level) if isinstance(value, CurveRef) else value


# A curve asks for each of its few numbers again at every level.
@functools.lru_cache(maxsize=1024)
def _fraction(value: float) -> Fraction:
    """The decimal a person would write for a float, exactly."""
    return Fraction(repr(value))


def _between(left: tuple[int, float], right: tuple[int, float], level: int) -> Fraction:
    """The straight line through two points, at a level; they may be one point."""
    start, end = _fraction(left[1]), _fraction(right[1])
    if left[0] == right[0]:
        return start
    return start + (end - start) * Fraction(level - left[0], right[0] - left[0])


def _product(base: int, times: int) -> int:
    """An integer power, by squaring."""
    result = 1
    while times:
        result = result * base if times & 1 else result
        base, times = base * base, times >> 1
    return result


def _text(value: float) -> str:
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def _span(low: float, high: float) -> str:
    return _text(low) if low == high else f"{_text(low)} to {_text(high)}"
