"""The HTTP side: what the page asks, what operators scrape, and how a request is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
import trio
from prometheus_client.parser import text_string_to_metric_families

from ecs.columns import Rows
from net.limits import Limits
from net.rejections import Counters
from persistence.players import Players
from persistence.store.writer import Store
from ringfall import __version__
from ringfall.health import SILENT_S, Health
from ringfall.hosting import HostedMatch
from ringfall.hosting.lobby import Lobby
from ringfall.identity.tickets import TicketDesk
from ringfall.metrics import Metrics
from ringfall.names import bot_names
from ringfall.web import static
from ringfall.web.api import Api
from ringfall.web.app import make_app
from ringfall.web.boards import Boards
from ringfall.web.gate import Gate
from ringfall.web.port import HttpCounters
from ringfall.web.profiles import Profiles
from ringfall.web.recordings import Recordings
from schema.balance import Balance
from schema.columns import Outcome
from schema.events import REFUSED_MANA
from schema.messages import Input
from tests.ringfall.packs import YARD, balance, new_match, outbox, pack, shipped, wish


class Site:
    """An application over a lobby without a network."""

    folder: ClassVar[Path]
    open: ClassVar[list[Store]] = []

    def __init__(self, public_game_url: str | None = None, **limits: Any) -> None:
        self.counters, self.http, self.pack = Counters(), HttpCounters(), pack()
        self.now_s = 0.0
        self.lobby = Lobby(lambda: None, lambda: 4, TicketDesk(30.0, 100), clock=lambda: self.now_s)
        self.metrics = Metrics(self.counters, self.lobby, self.http)
        self.store = Store(self.folder / f"players-{len(self.open)}.sqlite")
        self.players = Players(self.store, 30.0)
        self.metrics.watch(self.store, self.players)
        self.open.append(self.store)
        gate = Gate(self.players, Limits(**limits), self.http, lambda: self.now_s)
        api = Api(
            gate,
            self.lobby,
            lambda: {"game_port": 4321, "game_url": public_game_url},
            15.0,
        )
        self.health = Health(self.lobby, lambda: self.now_s)
        self.recordings = Recordings(gate, self.store, self.folder)
        self.boards = Boards(gate, self.store, lambda: self.pack.balance.classes.root)
        self.app = make_app(
            self.lobby,
            self.metrics,
            lambda: self.pack,
            api,
            [
                *Profiles(gate, self.store, self.lobby).routes(),
                *self.boards.routes(),
                *self.recordings.routes(),
            ],
            self.health,
            self.http.refused,
        )

    def host(self, bots: int) -> HostedMatch:
        match = new_match()
        match.enter_bots(bot_names(bots, 1))
        name = f"match-{len(self.lobby.matches)}"
        hosted = HostedMatch(name, match, promised=lambda: self.lobby.promised(name))
        self.lobby.matches.append(hosted)
        return hosted

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str | None = None,
        address: str = "192.0.2.1",
        **headers: str,
    ) -> httpx.Response:
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, bytes):
            sent: dict[str, Any] = {"content": body}
        else:
            sent = {} if body is None else {"json": body}

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, False, client=(address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                return await client.request(method, path, headers=headers, **sent)

        return trio.run(run)

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def samples(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """Everything at /metrics, by name and labels, through the parser Prometheus ships."""
        found = {}
        for family in text_string_to_metric_families(self.get("/metrics").text):
            assert family.documentation
            for sample in family.samples:
                key = (sample.name, tuple(sorted(sample.labels.items())))
                assert key not in found, "a series twice"
                found[key] = sample.value
        return found


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> Iterator[None]:
    Site.folder = tmp_path
    yield
    while Site.open:
        Site.open.pop().close()


def test_config() -> None:
    reply = Site("wss://play.example.org/game").get("/api/config")
    assert reply.status_code == 200
    assert reply.json() == {
        "game_port": 4321,
        "game_url": "wss://play.example.org/game",
        "protocol_version": 3,
        "version": __version__,
    }
    assert reply.headers["cache-control"] == "no-store"
    assert Site().get("/api/config").json()["game_url"] is None


def test_what_the_title_screen_asks_for() -> None:
    site = Site()
    reply = site.get("/match.json")
    assert reply.headers["content-type"].startswith("application/json")
    told, shown = reply.json(), shipped()
    assert list(told) == ["classes", "map", "team_size"]
    assert [card["name"] for card in told["classes"]] == sorted(shown.classes.root)
    for card in told["classes"]:
        assert list(card) == [
            "name", "title", "blurb", "skills", "health_hp", "speed_ups", "mana_mp",
        ]  # fmt: skip
        role = shown.classes.root[card["name"]]
        assert (card["title"], card["blurb"]) == (role.title, role.blurb)
        skills = [shown.skills.root[name] for name in role.skills.model_dump().values()]
        assert card["skills"] == [{"title": s.title, "kind": s.kind} for s in skills]
        assert min(card["health_hp"], card["speed_ups"], card["mana_mp"]) > 0
    herbalist = told["classes"][0]
    assert (herbalist["health_hp"], herbalist["speed_ups"]) == (162.0, 6.8), "plain numbers"
    assert told["map"] == {
        "name": "Yard",
        "width_u": 48.0,
        "height_u": 36.0,
        "walls": [list(wall) for wall in YARD.walls],
        "bushes": [list(bush) for bush in YARD.bushes],
    }
    assert told["team_size"] == 1


def test_the_title_screen_follows_the_data_in_force() -> None:
    site = Site()
    assert site.get("/match.json").json()["team_size"] == 1
    other: Balance = balance(team_size=4)
    site.pack = pack(other)
    assert site.get("/match.json").json()["team_size"] == 4


def test_status() -> None:
    site = Site()
    assert site.get("/api/status").json()["matches"] == []
    hosted = site.host(bots=2)
    hosted.seat(wish("Ada"), outbox())
    for _ in range(45):
        hosted.advance()
    assert site.get("/api/status").json()["matches"] == [
        {
            "match_id": "match-0",
            "tick": 45,
            "seconds": 1.5,
            "entrants": 3,
            "alive": 3,
            "humans": 1,
            "away": 0,
            "watchers": 0,
            "open": True,
            "over": False,
        }
    ]


@pytest.mark.parametrize(
    "path", ["/api/config", "/api/status", "/match.json", "/metrics", "/nowhere", "/"]
)
def test_every_answer_has_the_safety_headers(path: str) -> None:
    reply = Site().get(path)
    for name, value in static.SAFETY_HEADERS.items():
        assert reply.headers[name] == value


@pytest.mark.parametrize("built", [True, False])
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/nowhere", 404, "not_found"),
        ("GET", "/../../etc/passwd", 404, "not_found"),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404, "not_found"),
        ("POST", "/api/config", 405, "method_not_allowed"),
        ("DELETE", "/metrics", 405, "method_not_allowed"),
        ("POST", "/match.json", 405, "method_not_allowed"),
    ],
)
def test_refusals_are_json(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    built: bool,
    method: str,
    path: str,
    status: int,
    code: str,
) -> None:
    (tmp_path / "index.html").write_text("<title>Ringfall</title>")
    monkeypatch.setattr(static, "client_folder", lambda: tmp_path if built else None)
    reply = Site().ask(method, path)
    assert reply.status_code == status
    assert reply.json()["code"] == code
    assert reply.json()["message"]


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "index.html").write_text("<title>Ringfall</title>")
    (tmp_path / "a.js").write_text("1")
    monkeypatch.setattr(static, "client_folder", lambda: tmp_path)
    site = Site()
    assert "<title>Ringfall" in site.get("/").text
    assert "javascript" in site.get("/a.js").headers["content-type"]
    monkeypatch.setattr(static, "client_folder", lambda: None)
    reply = Site().get("/")
    assert reply.status_code == 503
    assert "make client" in reply.text


def test_a_fault_of_ours_is_one_line_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    monkeypatch.setattr(site.lobby, "matches", None)
    reply = site.get("/api/status")
    assert reply.status_code == 500
    assert reply.json()["code"] == "internal"
    assert "NoneType" not in reply.text


def test_metrics_of_a_running_server() -> None:
    site = Site()
    hosted = site.host(bots=3)
    hosted.seat(wish("Ada"), outbox())
    site.counters.open, site.counters.accepted, site.counters.joined_open = 2, 9, 1
    site.counters.rejected.update({"bad_message": 4, "flooding": 1})
    site.counters.dropped["message_rate"] = 6
    site.metrics.tick_duration.observe(0.0003)
    site.metrics.tick_lateness.observe(0.2)
    site.metrics.ticks_slipped.inc(8)
    site.metrics.journal_backlog.labels("match-0").set(77)
    hosted.advance()
    hosted.match.world.group("match", Outcome).refused_casts[REFUSED_MANA] = 6
    hosted.match.world.group("pickups", Rows).refused[0] = 3
    for seq in (1, 1, 2, 3, 4, 5, 6):
        hosted.match.post(3, Input(seq, 0, 0, 0, 0, 0))
    found = site.samples()
    assert found["ringfall_connections", ()] == 2
    assert found["ringfall_clients", ()] == 1
    assert found["ringfall_accepted_connections_total", ()] == 9
    assert found["ringfall_rejected_connections_total", (("reason", "bad_message"),)] == 4
    assert found["ringfall_rejected_connections_total", (("reason", "flooding"),)] == 1
    assert found["ringfall_dropped_messages_total", (("reason", "message_rate"),)] == 6
    assert found["ringfall_matches", ()] == 1
    assert found["ringfall_players_alive", ()] == 4
    assert found["ringfall_humans", ()] == 1
    assert found["ringfall_ticks_slipped_total", ()] == 8
    assert found["ringfall_tick_duration_seconds_count", ()] == 1
    assert found["ringfall_tick_duration_seconds_bucket", (("le", "0.0002"),)] == 0
    assert found["ringfall_tick_duration_seconds_bucket", (("le", "0.0005"),)] == 1
    assert found["ringfall_tick_lateness_seconds_sum", ()] == 0.2
    assert found["ringfall_journal_backlog_bytes", (("match", "match-0"),)] == 77
    assert found["ringfall_dropped_commands_total", (("reason", "sequence"),)] == 1
    assert found["ringfall_dropped_commands_total", (("reason", "overflow"),)] == 2
    assert found["ringfall_http_faults_total", ()] == 0
    assert found["ringfall_casts_refused_total", (("reason", "mana"),)] == 6
    assert found["ringfall_rows_refused_total", (("table", "pickups"),)] == 3


def test_counters_never_fall_when_a_match_ends() -> None:
    """Prometheus would take a fall for a restart and count everything again."""
    site = Site()
    for _ in range(2):
        hosted = site.host(bots=0)
        hosted.seat(wish("Ada"), outbox())
        hosted.advance()
        hosted.match.world.group("match", Outcome).refused_casts[REFUSED_MANA] = 6
        hosted.match.world.group("pickups", Rows).refused[0] = 3
        hosted.views.replaced["old"] = 5
        for seq in (3, 3, 2):
            hosted.match.post(0, Input(seq, 0, 0, 0, 0, 0))
    counters = {
        key: value
        for key, value in site.samples().items()
        # The process goes on using its processor while this test looks.
        if key[0].endswith("_total") and not key[0].startswith("process_")
    }
    dropped = ("ringfall_dropped_commands_total", (("reason", "sequence"),))
    assert counters[dropped] == 4
    assert counters["ringfall_casts_refused_total", (("reason", "mana"),)] == 12
    assert counters["ringfall_replaced_views_total", (("reason", "old"),)] == 10
    assert counters["ringfall_rows_refused_total", (("table", "pickups"),)] == 6
    site.metrics.match_ended(site.lobby.matches[0])
    site.lobby.matches.pop(0)
    after = site.samples()
    assert {key: after[key] for key in counters} == counters
    assert after["ringfall_matches", ()] == 1


# --- health --------------------------------------------------------------------------------------


def test_it_lives_while_its_matches_tick() -> None:
    site = Site()
    assert site.get("/livez").json() == {"live": True, "silent_matches": []}
    for name in ("quick", "stuck", "over"):
        site.health.beat(name)
    site.health.forget("over")
    site.now_s += SILENT_S
    assert site.get("/livez").status_code == 200
    site.health.beat("quick")
    site.now_s += 0.1
    reply = site.get("/livez")
    assert (reply.status_code, reply.json()["silent_matches"]) == (503, ["stuck"])
    assert reply.json()["live"] is False


def test_it_is_ready_until_it_drains() -> None:
    site = Site()
    reply = site.get("/readyz")
    assert (reply.status_code, reply.json()) == (200, {"ready": True, "reason": None})
    assert site.samples()["ringfall_draining", ()] == 0
    site.lobby.draining = True
    reply = site.get("/readyz")
    assert (reply.status_code, reply.json()) == (503, {"ready": False, "reason": "draining"})
    assert site.samples()["ringfall_draining", ()] == 1
    assert site.get("/livez").status_code == 200
