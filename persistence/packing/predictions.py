"""What the next state will probably be, by arithmetic that is the same on every machine.

    now = predicted(before, now) XOR flips

A ``Predictor`` works in steps. The first guess is the state before; every step then overwrites
what it foretells, from the state before and from those columns of the state *now* that no later
step foretells: they are known when it is read back. In this order:

    stays     rows of a table that come and go are taken from where the same entity was before
    follows   what its source was before; a trail moves by one part        (of the layout)
    heads     velocity = direction[heading] * speed[kind]
    steers    velocity = the one before, brought towards the wish by at most an acceleration
    drifts    what it was, here or where ``stays`` took it from, + velocity * dt   (of the layout)
    travels   way = the one before + floor(|velocity * dt| * steps + 0.5) / steps

float64 + - * / sqrt floor alone, each rounded on its own. Where a step arrives at NaN the first
guess stays, for machines disagree about its bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from persistence.changes import WORD_BYTES, Words
from persistence.packing.plan import Foretelling
from persistence.records import Header, LayoutRow
from schema.directions import COUNT, TABLE

Block: TypeAlias = NDArray[np.uint64]
Floats: TypeAlias = NDArray[np.float64]
Foretell: TypeAlias = Callable[[Block, Block, Block], None]
"""Given the words before, now (as far as known) and predicted so far, predict some more."""

ORDER: Final = ("stays", "follows", "heads", "steers", "drifts", "travels")
ENTITY_GROUPS: Final = ("Rows", "Identity")  # who is in a row, and how many there are


class BadPlanError(Exception):
    """A prediction that cannot be made of this layout."""


class Place:
    """Where a column lies: ``view`` of words u64[n] is the column, of its own dtype."""

    def __init__(self, row: LayoutRow, words: int) -> None:
        try:
            self.dtype = np.dtype(row.dtype)
        except (TypeError, ValueError) as error:
            raise BadPlanError(f"{row.column} has no known type: {error}") from None
        self.rows = row.rows
        size = self.dtype.itemsize * row.rows
        self.start, self.end = row.offset // WORD_BYTES, -(-(row.offset + size) // WORD_BYTES)
        if self.dtype.hasobject or row.offset % WORD_BYTES or self.end > words:
            raise BadPlanError(f"{row.table}.{row.group}.{row.column} lies outside of the block")

    def view(self, words: Block) -> NDArray[Any]:
        """This column of ``words``, in shared memory."""
        return words[self.start : self.end].view(self.dtype)[: self.rows]


class Step(NamedTuple):
    """One prediction: words from ``start`` to ``end`` of each target are foretold."""

    targets: tuple[tuple[int, int], ...]
    foretell: Foretell


class Predictor:
    """All predictions about the states of one journal.

    Args:
        header: of the journal; its layout has predictions of its own.
        foretellings: more of them; none for those of the layout alone.

    Raises:
        BadPlanError: one of them does not fit the layout.
    """

    def __init__(self, header: Header, foretellings: Sequence[Foretelling] = ()) -> None:
        self.words = header.block_bytes // WORD_BYTES
        self._rows = {f"{row.table}.{row.group}.{row.column}": row for row in header.layout}
        steps: list[tuple[str, Step]] = [(t.operation, self._step(t)) for t in foretellings]
        steps += self._of_layout(header)
        self.steps = tuple(step for _, step in sorted(steps, key=lambda s: ORDER.index(s[0])))
        self._flips: Block = np.zeros(self.words, dtype=np.uint64)

    def differ(self, before: Block, now: Block) -> Words:
        """How ``now`` differs from what ``before`` let expect, both u64[words]."""
        wrong = before.copy()
        with np.errstate(all="ignore"):
            for step in self.steps:
                step.foretell(before, now, wrong)
        wrong ^= now
        place = np.flatnonzero(wrong)
        return place.astype(np.uint32), wrong[place]

    def advance(self, before: Block, changes: Words) -> Block:
        """The state u64[words] that ``changes``, whose places lie in it, lead to."""
        place, flips = changes
        self._flips[place] = flips
        guess, now = before.copy(), before.copy()
        now[place] ^= flips
        with np.errstate(all="ignore"):
            for step in self.steps:
                step.foretell(before, now, guess)
                for start, end in step.targets:
                    now[start:end] = guess[start:end] ^ self._flips[start:end]
        self._flips[place] = 0
        return now

    # ---- steps ----------------------------------------------------------------------------

    def _of_layout(self, header: Header) -> list[tuple[str, Step]]:
        steps = []
        for row in header.layout:
            if row.prediction:
                kind, _, name = row.prediction.partition(" ")
                target, source = self._place(_name(row)), self._place(f"{row.table}.{name}")
                if kind == "drifts":
                    steps.append((kind, _drifts(target, source, 1.0 / header.tick_rate_hz)))
                elif kind == "follows" and source.rows and target.rows % source.rows == 0:
                    steps.append((kind, _follows(target, source)))
                else:
                    raise BadPlanError(f"{_name(row)}: {row.prediction!r} is no prediction")
        return steps

    def _step(self, told: Foretelling) -> Step:
        kinds = KINDS[told.operation]
        if len(told.columns) != len(kinds):
            raise BadPlanError(f"{told.operation} of {len(told.columns)} columns")
        places = [self._place(name) for name in told.columns]
        for name, place, kind in zip(told.columns, places, kinds, strict=True):
            if place.dtype.str != kind:
                raise BadPlanError(f"{told.operation}: {name} is {place.dtype.str}, not {kind}")
        if told.operation == "stays":
            table = told.columns[0].partition(".")[0]
            return _stays(places, self._moving(table, places[0].rows))
        rows = {place.rows for place in places if place.rows != 1 or told.operation == "heads"}
        if len(rows) > 1:
            raise BadPlanError(f"{told.operation} of columns that are not equally long")
        return MAKERS[told.operation](places, told.numbers)

    def _moving(self, table: str, rows: int) -> list[Place]:
        """The columns of a table that move with their row."""
        return [
            self._place(name)
            for name, row in self._rows.items()
            if row.table == table and row.group not in ENTITY_GROUPS and row.rows == rows
        ]

    def _place(self, name: str) -> Place:
        row = self._rows.get(name)
        if row is None:
            raise BadPlanError(f"the layout has no column {name}")
        return Place(row, self.words)


def _name(row: LayoutRow) -> str:
    return f"{row.table}.{row.group}.{row.column}"


def _spans(*places: Place) -> tuple[tuple[int, int], ...]:
    return tuple((place.start, place.end) for place in places)


def _follows(target: Place, source: Place) -> Step:
    rows = source.rows

    def foretell(before: Block, now: Block, guess: Block) -> None:
        theirs, mine = target.view(guess), target.view(before)
        theirs[:rows] = source.view(before)
        theirs[rows:] = mine[:-rows]

    return Step(_spans(target), foretell)


def _drifts(target: Place, source: Place, dt_s: float) -> Step:
    if target.rows != source.rows or target.dtype != "<f8" or source.dtype != "<f8":
        raise BadPlanError("only floats drift, row by row")

    def foretell(before: Block, now: Block, guess: Block) -> None:
        _put(target.view(guess), target.view(guess) + source.view(now) * dt_s)

    return Step(_spans(target), foretell)


def _stays(places: Sequence[Place], moving: Sequence[Place]) -> Step:
    """Columns: Identity.slot, Rows.count."""
    slots, count = places

    def foretell(before: Block, now: Block, guess: Block) -> None:
        # Numbers out of range foretell nothing: whatever they are, both sides do the same.
        there, here = _used(slots, count, before), _used(slots, count, now)
        row_of = np.full(slots.rows, -1, dtype=np.int64)
        row_of[there] = np.arange(len(there))
        came_from = row_of[here]
        rows = np.flatnonzero((came_from >= 0) & (came_from != np.arange(len(here))))
        if len(rows):
            for place in moving:
                place.view(guess)[rows] = place.view(before)[came_from[rows]]

    return Step(_spans(*moving), foretell)


def _used(slots: Place, count: Place, words: Block) -> NDArray[np.int64]:
    """The slots of the rows in use; none of them when one is out of range."""
    used = slots.view(words)[: max(0, int(count.view(words)[0]))].astype(np.int64)
    return used if not len(used) or 0 <= used.min() <= used.max() < slots.rows else used[:0]


def _heads(places: Sequence[Place], numbers: Sequence[float]) -> Step:
    """Columns: velocity x, y, heading, kind. Numbers: the speed of each kind."""
    vx, vy, heading, kind = places
    speeds = np.zeros(256)
    speeds[: min(256, len(numbers))] = numbers[:256]

    def foretell(before: Block, now: Block, guess: Block) -> None:
        toward, speed = TABLE[heading.view(now) % COUNT], speeds[kind.view(now)]
        # A row that was never used heads nowhere.
        used = speed != 0.0
        for axis, place in enumerate((vx, vy)):
            velocity = place.view(guess)
            _put(velocity, np.where(used, toward[:, axis] * speed, velocity))

    return Step(_spans(vx, vy), foretell)


def _steers(places: Sequence[Place], numbers: Sequence[float]) -> Step:
    """Columns: velocity x, y, alive, running speed, buttons, wished heading, end of the dash, its
    heading and speed, the match's tick and stage. Numbers: most change of velocity in a tick, the
    button that is held to move, the stage in which nobody moves.
    """
    if len(numbers) != 3:
        raise BadPlanError("steers takes three numbers")
    vx, vy, alive, top, buttons, heading, dash_end, dash_heading, dash_speed, tick, stage = places
    step_ups, button, still = numbers[0], int(numbers[1]) & 255, numbers[2]

    def foretell(before: Block, now: Block, guess: Block) -> None:
        x, y, speed = vx.view(before), vy.view(before), top.view(now)
        gone = np.sqrt(x * x + y * y)
        cut = np.where(gone > speed, speed / gone, 1.0)
        x, y = x * cut, y * cut
        wishes = (buttons.view(now) & button != 0) & (stage.view(now)[0] != still)
        wish = np.where(wishes[:, None], TABLE[heading.view(now) % COUNT] * speed[:, None], 0.0)
        gap_x, gap_y = wish[:, 0] - x, wish[:, 1] - y
        gap = np.sqrt(gap_x * gap_x + gap_y * gap_y)
        there, part = gap <= step_ups, step_ups / gap
        dashes = tick.view(before)[0] < dash_end.view(now)
        dash = TABLE[dash_heading.view(now) % COUNT] * dash_speed.view(now)[:, None]
        moves = alive.view(before) != 0
        for axis, (place, own, way) in enumerate(((vx, x, gap_x), (vy, y, gap_y))):
            steered = np.where(there, wish[:, axis], own + way * part)
            steered = np.where(dashes, dash[:, axis], steered)
            _put(place.view(guess), np.where(moves, steered, place.view(before)))

    return Step(_spans(vx, vy), foretell)


def _travels(places: Sequence[Place], numbers: Sequence[float]) -> Step:
    """Columns: way, velocity x, y, where the tick began x, y. Numbers: dt, steps of a way."""
    if len(numbers) != 2:
        raise BadPlanError("travels takes two numbers")
    way, vx, vy, from_x, from_y = places
    dt_s, steps = numbers

    def foretell(before: Block, now: Block, guess: Block) -> None:
        x, y = from_x.view(now), from_y.view(now)
        gone_x, gone_y = (x + vx.view(now) * dt_s) - x, (y + vy.view(now) * dt_s) - y
        gone = np.sqrt(gone_x * gone_x + gone_y * gone_y)
        _put(way.view(guess), way.view(before) + np.floor(gone * steps + 0.5) / steps)

    return Step(_spans(way), foretell)


def _put(target: Floats, values: Floats) -> None:
    """Write ``values`` into ``target`` where they are numbers."""
    np.copyto(target, values, where=values == values)


F8: Final = "<f8"
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "stays": ("<i4", "<i8"),
    "heads": (F8, F8, "<u2", "|u1"),
    "steers": (F8, F8, "|u1", F8, "|u1", "<u2", "<i8", "<u2", F8, "<i8", "|u1"),
    "travels": (F8, F8, F8, F8, F8),
}
"""The dtypes of the columns that an operation takes."""
MAKERS: Final[dict[str, Callable[[Sequence[Place], Sequence[float]], Step]]] = {
    "heads": _heads,
    "steers": _steers,
    "travels": _travels,
}
