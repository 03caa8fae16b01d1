"""docs/operating.md names every setting, every limit and every metric."""

import dataclasses
import re
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from net.limits import Limits
from net.rejections import Counters
from ringfall.config import (
    JournalSection,
    LibrarySection,
    MatchSection,
    PlayersSection,
    ServerSection,
)
from ringfall.hosting.lobby import Lobby
from ringfall.identity.tickets import TicketDesk
from ringfall.metrics import Metrics
from ringfall.web.port import HttpCounters

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")


def metric_names() -> list[str]:
    metrics = Metrics(
        Counters(), Lobby(lambda: None, lambda: 1, TicketDesk(30.0, 9)), HttpCounters()
    )
    exposition = generate_latest(metrics.registry).decode()
    names = re.findall(r"^# TYPE (\S+) (\w+)$", exposition, re.M)
    return [name for name, _ in names if not name.endswith("_created")]


@pytest.mark.parametrize("name", metric_names())
def test_metrics(name: str) -> None:
    assert f"`{name}" in PAGE


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Limits)])
def test_limits(name: str) -> None:
    assert f"| `{name}` |" in PAGE


SECTIONS = (ServerSection, MatchSection, JournalSection, LibrarySection, PlayersSection)


@pytest.mark.parametrize("section", SECTIONS)
def test_settings(section: type) -> None:
    keys = section.model_fields  # type: ignore[attr-defined]
    assert [key for key in keys if not re.search(rf"^{key} = ", PAGE, re.M)] == []
