"""The real listener in a thread, a tiny game behind it, and a good client from another library."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
import time
from collections.abc import Callable, Iterator

import msgspec
import structlog
import trio
import trio.testing
from websockets.sync.client import ClientConnection, connect

from net.limits import Limits
from net.listener import AVAILABLE, Intake, serve
from net.listener.intake import PAUSE_S
from net.outbox import Outbox
from net.rejections import Counters
from net.wire import encode
from schema import messages as m

WAIT_S = 60.0

WAYS = ("together", "each", "library") if AVAILABLE else ("each", "library")
"""Usual frames go past trio-websocket and are read for all connections in one go, or by each for
itself; or trio-websocket sees them all."""

way = WAYS[0]
"""In which of them servers read and send; tests run with all."""

# However slow this machine is, it makes no late one of who is in time: a test of a deadline names
# its own, or has a clock that moves when told.
PATIENT = Limits(
    connections_max=200,
    connections_per_address_max=150,
    handshakes_per_minute=1_000_000,
    handshake_deadline_s=WAIT_S,
    first_message_deadline_s=WAIT_S,
    idle_deadline_s=WAIT_S,
    send_deadline_s=WAIT_S,
    close_deadline_s=WAIT_S,
    stop_deadline_s=WAIT_S / 4,
)

RULES = m.Rules(
    body_radius_u=0.5,
    view_width_u=40.0,
    view_height_u=24.0,
    team_size=2,
    friendly_fire=False,
    level_max=10,
    revive_reach_u=1.5,
    revive_ticks=90,
    acceleration_upss=60.0,
    down_speed_ratio=0.35,
    countdown_ticks=90,
    overhold_ticks=60,
    classes=[
        m.ClassView(
            name="scout",
            title="Scout",
            blurb="Wins by not missing.",
            skills=[0, 0, 0, 0],
            block_half_degrees=55.0,
            levels=[(7.4, 80.0, 0.25)],
        )
    ],
    skills=[
        m.SkillView(
            name="longshot",
            title="Longshot",
            kind="projectile",
            cooldown_ticks=21,
            gap_ticks=0,
            charges_max=1,
            mana_mp=0.0,
            mana_mp_per_tick=0.0,
            self_status=-1,
            self_status_ticks=0,
            hold_ticks=0,
            range_u=30.0,
            radius_u=0.1,
            speed_ups=46.0,
            life_ticks=20,
            delay_ticks=0,
            distance_u=0.0,
            half_length_u=0.0,
            charge_radius=1.0,
            fan_count=1,
            fan_directions=0,
        )
    ],
    statuses=[
        m.StatusView(
            name="burning",
            title="Burning",
            kind="burn",
            stacking="stack",
            stacks_max=3,
            ticks_max=120,
            strength=0.25,
        )
    ],
    items=[m.NamedView(name="bandage", title="Bandage", kind="health")],
)
WORLD = m.MapView(
    "yard",
    128.0,
    96.0,
    [(10.0, 12.5, 2.0, 1.0, 0.25, 512, 7), (40.0, 40.0, 0.0, 0.0, 3.0, 0, 1)],
    [(20.0, 20.0, 2.5)],
)
RESULT = m.Result(
    placement=2,
    entrants=30,
    teams=15,
    kills=4,
    assists=3,
    damage_hp=250.5,
    healed_hp=12.25,
    accuracy=0.5,
    distance_u=812.5,
    ticks_alive=900,
    level=6,
    winner=None,
    winning_team=None,
    over=False,
)


class FakeSeat:
    inbox, slot = None, None

    def __init__(self, game: FakeGame, join: m.Join, outbox: Outbox, address: str) -> None:
        self.game = game
        self.join = join
        self.outbox = outbox
        self.address = address
        self.inputs: list[m.Input] = []
        self.wishes: list[m.Spectate] = []
        self.left = 0
        self.for_good = False

    def receive(self, message: m.Input | m.Spectate) -> None:
        if isinstance(message, m.Spectate):
            self.wishes.append(message)
            return
        if self.game.on_input is not None:
            self.game.on_input(self, message)
        self.inputs.append(message)

    def leave(self, for_good: bool) -> None:
        self.left += 1
        self.for_good = for_good
        if self.game.on_leave is not None:
            self.game.on_leave(self)


class FakeGame:
    """A Door. ``seats`` keeps everybody who ever entered."""

    def __init__(self) -> None:
        self.seats: list[FakeSeat] = []
        self.on_enter: Callable[[m.Join], None] | None = None
        self.on_input: Callable[[FakeSeat, m.Input], None] | None = None
        self.on_leave: Callable[[FakeSeat], None] | None = None

    def enter(self, join: m.Join, outbox: Outbox, address: str) -> FakeSeat:
        if self.on_enter is not None:
            self.on_enter(join)
        seat = FakeSeat(self, join, outbox, address)
        self.seats.append(seat)
        slot = len(self.seats) % 1000
        roster = [m.RosterRow(slot, join.ticket, 0, 0, 0)]
        outbox.push(
            encode(m.Welcome(m.PROTOCOL_VERSION, slot, 30, 0, "match-1", WORLD, RULES, roster, 0))
        )
        return seat


class Server:
    """The listener on a free loopback port, run by trio in a thread of its own."""

    def __init__(
        self, limits: Limits, host: str = "127.0.0.1", clock: trio.testing.MockClock | None = None
    ) -> None:
        self.limits = limits
        self.clock = clock
        self.game = FakeGame()
        self.counters = Counters()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, 0), family=family, backlog=256)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self.crash: BaseException | None = None
        self._token: trio.lowlevel.TrioToken
        self._cancel: trio.CancelScope
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            trio.run(self._main, clock=self.clock)
        except BaseException as error:
            self.crash = error

    async def _main(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        with trio.CancelScope() as self._cancel:
            async with trio.open_nursery() as nursery:
                await nursery.start(serve_, [self._socket], self)
                self._started.set()

    def start(self) -> None:
        self._thread.start()
        assert self._started.wait(WAIT_S)
        self.baseline = self.tasks()

    def stop(self) -> None:
        self.begin_to_stop()
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive(), "the listener did not stop"
        if self.crash is not None:
            raise self.crash

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def begin_to_stop(self) -> None:
        if self.running:
            # It may come to its end by itself in this very moment.
            with contextlib.suppress(trio.RunFinishedError):
                trio.from_thread.run_sync(self._cancel.cancel, trio_token=self._token)

    def pass_s(self, seconds: float) -> None:
        """Let time pass at once, by a clock that stands still otherwise."""
        assert self.clock is not None
        clock = self.clock
        self.call(lambda: clock.jump(seconds))

    def call(self, function: Callable[[], object]) -> object:
        """Run ``function`` in the trio thread, as the game would."""
        return trio.from_thread.run_sync(function, trio_token=self._token)

    def tasks(self) -> int:
        return int(
            trio.from_thread.run_sync(
                lambda: trio.lowlevel.current_statistics().tasks_living, trio_token=self._token
            )
        )

    def settled(self) -> bool:
        """Whether nobody is left: no connection, no task, no seat."""
        return (
            self.counters.open == 0
            and self.counters.joined_open == 0
            and self.counters.accepted == self.counters.ended
            and self.tasks() == self.baseline
            and all(seat.left == 1 for seat in self.game.seats)
        )

    def wait_settled(self) -> None:
        wait_for(self.settled, lambda: f"{self.counters}, {self.tasks()} tasks of {self.baseline}")


async def serve_(
    sockets: list[socket.socket],
    server: Server,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    # Rounds do not pause by a clock that stands still: there would be no second one.
    pause_s = PAUSE_S if server.clock is None else 0.0
    await serve(
        sockets,
        server.game,
        server.limits,
        server.counters,
        direct_frames=way != "library",
        intake=Intake(pause_s) if way == "together" else None,
        task_status=task_status,
    )


def wait_for(condition: Callable[[], object], explain: Callable[[], object] = lambda: "") -> None:
    """Poll until ``condition``; fail after WAIT_S with what ``explain`` says."""
    give_up = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < give_up, f"never came true: {explain()}"
        time.sleep(0.005)


@contextlib.contextmanager
def running(
    host: str = "127.0.0.1", clock: trio.testing.MockClock | None = None, **changes: object
) -> Iterator[Server]:
    """A server with the patient limits, some of them changed; stopped and checked at the end."""
    structlog.configure(processors=[drop_event], cache_logger_on_first_use=False)
    server = Server(dataclasses.replace(PATIENT, **changes), host, clock)  # type: ignore[arg-type]
    server.start()
    try:
        yield server
    finally:
        server.stop()
    assert server.counters.open == 0
    assert server.counters.accepted == server.counters.ended
    assert all(seat.left == 1 for seat in server.game.seats)


def drop_event(_logger: object, _name: str, _event: structlog.typing.EventDict) -> str:
    raise structlog.DropEvent


def open_client(host: str, port: int, **options: object) -> ClientConnection:
    options = {"open_timeout": WAIT_S, "close_timeout": WAIT_S, "compression": None, **options}
    shown = f"[{host}]" if ":" in host else host
    return connect(f"ws://{shown}:{port}/", **options)  # type: ignore[arg-type]


def join(client: ClientConnection, ticket: str = "Ada") -> list[object]:
    """Send JOIN and return WELCOME as plain lists."""
    client.send(encode(m.Join(m.PROTOCOL_VERSION, ticket)))
    reply = msgspec.msgpack.decode(client.recv(timeout=WAIT_S))
    assert isinstance(reply, list)
    assert reply[0] == m.ServerKind.WELCOME, reply
    return reply


def good_client(host: str, port: int) -> None:
    """Join, get WELCOME, have a PING answered, leave in good order."""
    with open_client(host, port) as client:
        join(client)
        client.send(encode(m.Ping(77)))
        give_up = time.monotonic() + WAIT_S
        while msgspec.msgpack.decode(client.recv(timeout=WAIT_S)) != [m.ServerKind.PONG, 77]:
            assert time.monotonic() < give_up, "no PONG among what the server sends"
    assert client.close_code == 1000
