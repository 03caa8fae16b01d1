"""The ticks of a match as the pages of a diary."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Page:
    casts: list[str] = field(default_factory=list)
    hits: list[str] = field(default_factory=list)
    knocks: list[str] = field(default_factory=list)
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

    def report(self, casts: int, hits: int, knocks: int, events: int) -> None:
        self.page.casts += ["a cast"] * casts
        self.page.hits += ["a hit"] * hits
        self.page.knocks += ["a knock"] * knocks
        self.page.events += ["an event"] * events

    def counts(self) -> tuple[int, int, int, int]:
        """How much the page at hand reports, by kind."""
        page = self.page
        return len(page.casts), len(page.hits), len(page.knocks), len(page.events)

    def end(self) -> None:
        self.finished.append(self.page)
