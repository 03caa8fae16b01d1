"""What operators watch: Prometheus metrics of ticks, matches and the network edge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import prometheus_client as prometheus
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from net.rejections import Counters
from persistence.players import Players
from persistence.store.writer import Store
from ringfall.hosting.hosted import HostedMatch
from ringfall.hosting.lobby import Lobby
from ringfall.library.librarian import Librarian
from ringfall.recovery.report import Report
from ringfall.web.port import HttpCounters

TICK_BUCKETS_S = (
    0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5,
)  # fmt: skip


class Metrics:
    """All metrics of one server, in a registry of its own."""

    def __init__(self, counters: Counters, lobby: Lobby, http: HttpCounters) -> None:
        self.registry = prometheus.CollectorRegistry()
        self.tick_duration = prometheus.Histogram(
            "ringfall_tick_duration_seconds",
            "Time to apply a tick and pack its snapshots",
            buckets=TICK_BUCKETS_S,
            registry=self.registry,
        )
        self.tick_lateness = prometheus.Histogram(
            "ringfall_tick_lateness_seconds",
            "How much later than due a tick began",
            buckets=TICK_BUCKETS_S,
            registry=self.registry,
        )
        self.ticks_slipped = prometheus.Counter(
            "ringfall_ticks_slipped",
            "Ticks given up because catching up would have taken too long",
            registry=self.registry,
        )
        self.matches_started = prometheus.Counter(
            "ringfall_matches_started", "Matches started", registry=self.registry
        )
        self.match_faults = prometheus.Counter(
            "ringfall_match_faults", "Matches ended by a fault", registry=self.registry
        )
        self.journal_failures = prometheus.Counter(
            "ringfall_journal_failures", "Journals given up", registry=self.registry
        )
        self.journal_backlog = prometheus.Gauge(
            "ringfall_journal_backlog_bytes",
            "Records that wait for the disk",
            ["match"],
            registry=self.registry,
        )
        self.journal_tail = prometheus.Gauge(
            "ringfall_journal_tail_bytes",
            "Ticks held in the tail because the journal's file does not have them yet",
            ["match"],
            registry=self.registry,
        )
        self.matches_recovered = prometheus.Counter(
            "ringfall_matches_recovered",
            "Matches that go on after the process was killed",
            registry=self.registry,
        )
        self.matches_set_aside = prometheus.Counter(
            "ringfall_matches_set_aside",
            "Matches that could not be recovered",
            registry=self.registry,
        )
        self.recovery_duration = prometheus.Gauge(
            "ringfall_recovery_seconds",
            "Time it took at the start to recover matches",
            registry=self.registry,
        )
        self._matches = _Matches(lobby)
        # CPU, memory and open files, where the operating system tells.
        prometheus.ProcessCollector(registry=self.registry)
        self.registry.register(_Edge(counters))
        self.registry.register(self._matches)
        self.registry.register(_Door(lobby, http))
        self._store = _Store()
        self.registry.register(self._store)

    def watch_library(self, librarian: Librarian) -> None:
        """From now on say how it stands with the recordings of matches that have ended."""
        self.registry.register(_Library(librarian))

    def watch(self, store: Store, players: Players) -> None:
        """From now on say how it stands with the database of players."""
        self._store.watched = store, players

    def recovered(self, report: Report) -> None:
        """Keep what came of recovering."""
        self.matches_recovered.inc(sum(not found.over for found in report.recovered))
        self.matches_set_aside.inc(len(report.set_aside))
        self.recovery_duration.set(report.seconds)

    def match_ended(self, hosted: HostedMatch) -> None:
        """Keep the counts of a match that is about to leave the lobby."""
        self._matches.bequeath(hosted)


class _Library(Collector):
    """The recordings of matches that have ended."""

    def __init__(self, librarian: Librarian) -> None:
        self._librarian = librarian

    def collect(self) -> Iterator[Metric]:
        """Every counter as a metric."""
        found = self._librarian
        yield GaugeMetricFamily(
            "ringfall_recordings", "Recordings in the library", value=found.recordings
        )
        yield GaugeMetricFamily(
            "ringfall_recordings_bytes", "Size of all recordings", value=found.size_bytes
        )
        yield CounterMetricFamily(
            "ringfall_recordings_packed", "Recordings packed", value=found.packed
        )
        yield CounterMetricFamily(
            "ringfall_recordings_unpackable",
            "Recordings that stay plain since they are damaged or contradict themselves",
            value=found.unpackable,
        )
        pruned = CounterMetricFamily(
            "ringfall_recordings_pruned",
            "Recordings deleted by the rule of the library",
            labels=["reason"],
        )
        _add(pruned, ((reason, found.pruned[reason]) for reason in ("age", "size")))
        yield pruned


class _Edge(Collector):
    """The listener's counters, read when asked for."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def collect(self) -> Iterator[Metric]:
        """Every counter as a metric."""
        counters = self._counters
        yield GaugeMetricFamily("ringfall_connections", "Connections open", value=counters.open)
        yield GaugeMetricFamily(
            "ringfall_clients", "Connections that have joined", value=counters.joined_open
        )
        for name, text, value in (
            ("accepted_connections", "Connections accepted", counters.accepted),
            ("received_messages", "Messages from clients", counters.messages_in),
            ("sent_messages", "Messages to clients", counters.messages_out),
            ("received_bytes", "Bytes from clients", counters.bytes_in),
            ("sent_bytes", "Bytes to clients", counters.bytes_out),
        ):
            yield CounterMetricFamily(f"ringfall_{name}", text, value=value)
        for name, text, tally in (
            ("rejected_connections", "Connections ended for a cause", counters.rejected),
            ("dropped_messages", "Messages dropped on purpose", counters.dropped),
            ("edge_faults", "Exceptions that should not have happened", counters.faults),
        ):
            family = CounterMetricFamily(f"ringfall_{name}", text, labels=["reason"])
            _add(family, tally.items())
            yield family


class _Door(Collector):
    """The HTTP port and tickets."""

    def __init__(self, lobby: Lobby, http: HttpCounters) -> None:
        self._lobby, self._http = lobby, http

    def collect(self) -> Iterator[Metric]:
        """Every counter as a metric."""
        desk, http = self._lobby.desk, self._http
        yield GaugeMetricFamily("ringfall_tickets", "Tickets nobody has used yet", value=len(desk))
        yield GaugeMetricFamily(
            "ringfall_draining",
            "1 while nobody new is let in because the server is about to stop",
            value=int(self._lobby.draining),
        )
        yield CounterMetricFamily(
            "ringfall_http_faults",
            "HTTP connections ended by an exception, most often a hostile client's",
            value=http.faults,
        )
        for name, text, label, tally in (
            ("refused_tickets", "Tickets that were not good", "reason", desk.refused),
            ("rejected_http_connections", "HTTP connections not taken", "reason", http.rejected),
            ("refused_requests", "HTTP requests answered by a refusal", "code", http.refused),
            ("requests_over_rate", "HTTP requests over a rate", "rate", http.over_rate),
            ("board_reads", "Leaderboards shown, by where from", "source", http.board_reads),
        ):
            family = CounterMetricFamily(f"ringfall_{name}", text, labels=[label])
            _add(family, tally.items())
            yield family


class _Store(Collector):
    """The database of players."""

    def __init__(self) -> None:
        self.watched: tuple[Store, Players] | None = None

    def collect(self) -> Iterator[Metric]:
        """Every counter as a metric, 0 before there is a database."""
        store, players = self.watched or (None, None)
        yield GaugeMetricFamily(
            "ringfall_players_unsaved",
            "Changes that are not in the database of players yet",
            value=0 if store is None else store.pending,
        )
        for name, text, owner, count in (
            (
                "player_store_failures",
                "Times the database of players could not be used",
                store,
                "failures",
            ),
            ("store_spilled", "Changes that went by the spool", store, "spilled"),
            ("store_dropped", "Changes nobody misses, dropped in an outage", store, "dropped"),
            ("store_lost", "Changes that no file will ever hold", store, "lost"),
            (
                "guests_forgotten",
                "Guests forgotten after they had not come for long",
                players,
                "purged",
            ),
        ):
            value = 0 if owner is None else getattr(owner, count)
            yield CounterMetricFamily(f"ringfall_{name}", text, value=value)


class _Matches(Collector):
    """What the matches are doing."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        # Of matches that have ended: a counter that falls when one does would read as a restart.
        self._past_rows_dropped = self._past_rows_late = 0
        self._past_commands_dropped: Counter[str] = Counter()
        self._past_views_replaced: Counter[str] = Counter()
        self._past_casts_refused: Counter[str] = Counter()
        self._past_rows_refused: Counter[str] = Counter()

    def bequeath(self, hosted: HostedMatch) -> None:
        """Keep the counts of a match that is about to leave the lobby."""
        self._past_rows_dropped += hosted.rows_dropped
        self._past_rows_late += hosted.rows_late
        self._past_commands_dropped += hosted.match.mailbox.dropped
        self._past_views_replaced += hosted.views.replaced
        self._past_casts_refused += hosted.casts_refused
        self._past_rows_refused += hosted.rows_refused

    def collect(self) -> Iterator[Metric]:
        """Gauges over all running matches, and counters over all there ever were."""
        matches = list(self._lobby.matches)
        yield GaugeMetricFamily("ringfall_matches", "Matches running", value=len(matches))
        yield GaugeMetricFamily(
            "ringfall_players_alive", "Players alive", value=sum(m.match.alive for m in matches)
        )
        yield GaugeMetricFamily(
            "ringfall_humans", "People connected to matches", value=sum(m.humans for m in matches)
        )
        yield GaugeMetricFamily(
            "ringfall_humans_away",
            "People whose line broke and who are waited for",
            value=sum(m.away for m in matches),
        )
        yield GaugeMetricFamily(
            "ringfall_watchers",
            "People who watch matches",
            value=sum(len(m.gallery.watchers) for m in matches),
        )
        yield CounterMetricFamily(
            "ringfall_snapshot_rows_dropped",
            "Events that did not fit into snapshots",
            value=self._past_rows_dropped + sum(m.rows_dropped for m in matches),
        )
        yield CounterMetricFamily(
            "ringfall_snapshot_rows_late",
            "Rows that had to wait for a later snapshot, once for every snapshot they missed",
            value=self._past_rows_late + sum(m.rows_late for m in matches),
        )
        for name, text, label, past, now in (
            (
                "dropped_commands",
                "Commands dropped on purpose",
                "reason",
                self._past_commands_dropped,
                [m.match.mailbox.dropped for m in matches],
            ),
            (
                "replaced_views",
                "Commands that claimed a view their sender cannot have had",
                "reason",
                self._past_views_replaced,
                [m.views.replaced for m in matches],
            ),
            (
                "casts_refused",
                "Casts that were not allowed",
                "reason",
                self._past_casts_refused,
                [m.casts_refused for m in matches],
            ),
            (
                "rows_refused",
                "Rows that were wanted in full tables",
                "table",
                self._past_rows_refused,
                [m.rows_refused for m in matches],
            ),
        ):
            family = CounterMetricFamily(f"ringfall_{name}", text, labels=[label])
            _add(family, sum(now, past).items())
            yield family


def _add(family: CounterMetricFamily, items: Iterable[tuple[str, int]]) -> None:
    for reason, count in items:
        family.add_metric([reason], count)
