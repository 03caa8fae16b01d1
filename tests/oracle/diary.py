"""The ticks of a match as the pages of a diary."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Page:
    hits: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)


class Diary:
    """A finished page for every tick that was applied, and the one that is being written."""

    def __init__(self, first_tick: int) -> None:
        self.first_tick = first_tick
        self.finished: list[Page] = []
        self.page = Page()

    @property
    def tick(self) -> int:
        return self.first_tick + len(self.finished)

    def begin(self) -> None:
        self.page = Page()

    def report(self, hits: int, events: int) -> None:
        self.page.hits += ["a hit"] * hits
        self.page.events += ["an event"] * events

    def end(self) -> None:
        self.finished.append(self.page)
