"""Keys that cannot both be meant: found between values, told with the key to point at."""

from __future__ import annotations

from typing import NamedTuple

from pydantic_core import PydanticCustomError


class Contradiction(NamedTuple):
    """Two keys that cannot both be meant: `at` is the key path to point at, within the model."""

    at: tuple[str | int, ...]
    message: str


def refuse(contradictions: list[Contradiction]) -> None:
    """Raise one pydantic error carrying all `contradictions`; do nothing when there are none."""
    if not contradictions:
        return
    text = "; ".join(".".join(map(str, c.at)) + ": " + c.message for c in contradictions)
    context = {"text": text, "contradictions": contradictions}
    raise PydanticCustomError("contradiction", "{text}", context)
