"""Calls, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def one_by_one(calls: Iterable[Callable[[], object]]) -> None:
    for call in calls:
        call()
