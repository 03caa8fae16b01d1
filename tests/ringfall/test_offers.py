"""Snapshots handed out to all at once: the same, in the same ticks, as one by one."""

from __future__ import annotations

from random import Random

import numpy as np

from net.frames import binary_frame
from net.kernels import arriving
from net.kernels.offering import find_due, note_offers
from net.limits import Limits
from net.outbox import Outbox
from net.rejections import Counters
from net.standing import Standings
from ringfall.hosting import HostedMatch, PlayerSeat
from ringfall.names import bot_names
from tests.oracle.offering import Client
from tests.ringfall.packs import new_match, outbox, wish

WINDOW = 4
SOCKET_0 = 900


class Line:
    """One client; what it is sent comes past its outbox where it has a row, else through it."""

    def __init__(self, hosted: HostedMatch, number: int, table: Standings | None) -> None:
        self.box: Outbox = outbox(unacked_max=WINDOW)
        self.box.hand_over = self.hand_over
        self.box.settle_rest = self.rests
        self.got: list[bytes] = []
        self.room = self.broken = False
        self.owed = b""
        self.seat: PlayerSeat = hosted.seat(wish(f"P{number}"), self.box)
        self.box.standing.ints[arriving.SOCKET] = SOCKET_0 + number
        if table is not None:
            assert table.admit(self.box.standing, self.seat.inbox, self.seat.slot)
        while self.box.take() is not None:
            pass

    def write(self, data: bytes) -> int:
        if self.broken:
            raise BrokenPipeError
        if self.room:
            self.got.append(data)
            return len(data)
        self.got.append(data[:3])
        return 3

    def rests(self, rest: bytes) -> None:
        self.owed += rest

    def hand_over(self, message: bytes) -> bool:
        frame = binary_frame(message)
        try:
            sent = self.write(frame)
        except OSError:
            sent = 0
        if sent < len(frame):
            self.rests(frame[sent:])
        return True


def hall(together: bool) -> tuple[HostedMatch, list[Line], Counters]:
    match = new_match(places=8)
    match.enter_bots(bot_names(2, match.plan.seed))
    hosted, counters = HostedMatch("the-match", match), Counters()
    table = Standings(8, Limits(unacked_max=WINDOW), counters) if together else None
    lines = [Line(hosted, number, table) for number in range(6)]
    if table is not None:
        table.write = lambda socket, data: lines[socket - SOCKET_0].write(data)
    return hosted, lines, counters


def test_the_same_as_one_by_one() -> None:
    halls = [hall(together) for together in (False, True)]
    chance, sent = Random(3), 0
    for tick in range(260):
        doings = [(chance.random(), chance.random(), chance.randrange(4)) for _ in range(6)]
        leaver = {200: 2}.get(tick)
        for hosted, lines, _ in halls:
            for line, (what, other, back) in zip(lines, doings, strict=True):
                line.room, line.broken = other > 0.1, other < 0.03
                box = line.box
                if what < 0.75:
                    box.acked(box.newest_tick - back)
                if 0.75 < what < 0.78:
                    box.ask_resync()
                if 0.9 < what < 0.93:
                    box.push(b"news")
                elif what > 0.93 or other > 0.5:
                    while box.take() is not None:
                        pass
                box.standing.ints[arriving.BUSY] = int(0.8 < what < 0.85)
            if leaver is not None:
                lines[leaver].box.shut()
                table = lines[leaver].box.standing.table
                if table is not None:
                    table.dismiss(lines[leaver].box.standing)
                lines[leaver].seat.leave(for_good=True)
            hosted.advance()
        for one, other in zip(halls[0][1], halls[1][1], strict=True):
            assert one.got == other.got
            assert one.owed == other.owed
            assert one.box.sent == other.box.sent
            assert one.box.unacked == other.box.unacked
            assert (one.box.skipped, one.box.newest_tick) == (
                other.box.skipped,
                other.box.newest_tick,
            )
            assert one.box.pace.every == other.box.pace.every
            sent += len(one.got)
            one.got, other.got, one.owed, other.owed = [], [], b"", b""
    assert halls[0][0].match.world.state_hash() == halls[1][0].match.world.state_hash()
    assert sent > 500
    assert halls[1][2].messages_out > 300, "most of them past everything else"
    assert min(line.box.skipped for line in halls[1][1]) > 3


def test_who_is_due_and_what_is_noted() -> None:
    chance, rows = Random(8), 7
    width = arriving.INTS + WINDOW
    ints = np.zeros(rows * width, dtype=np.int64)
    twins = [Client() for _ in range(rows)]
    for row in range(rows):
        ints[row * width + arriving.NEWEST_TICK] = -1
        ints[row * width + arriving.EVERY] = 1
    answers, asking = np.zeros(rows + 1, dtype=np.uint8), np.zeros(rows + 1, dtype=np.uint8)
    counts, now = np.zeros(2, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for tick in range(1, 300):
        now[0] = tick
        order = chance.sample(range(rows), rows)
        places = np.array([*order, -1])
        for row, twin in enumerate(twins):
            at = row * width
            twin.every, twin.bars = chance.choice((1, 1, 1, 2, 3)), chance.random() < 0.1
            twin.asks = twin.asks or chance.random() < 0.1
            ints[at + arriving.EVERY], ints[at + arriving.RESYNC] = twin.every, int(twin.asks)
            for bar in (arriving.BARRED, arriving.WAITS, arriving.BUSY):
                ints[at + bar] = 0
            which = chance.choice((arriving.BARRED, arriving.WAITS, arriving.BUSY))
            ints[at + which] = int(twin.bars)
            if chance.random() < 0.6:
                twin.flying = twin.flying[1:]
                ints[at + arriving.FLYING] = len(twin.flying)
                ints[at + arriving.INTS : at + arriving.INTS + len(twin.flying)] = twin.flying
        find_due(now, WINDOW, width, places, ints, answers, asking, counts)
        said = [twins[row].due(tick, WINDOW) for row in order]
        assert answers.tolist() == [*said, 2]
        assert asking.tolist() == [
            *(twins[row].told(answer) for row, answer in zip(order, said, strict=True)),
            0,
        ]
        assert counts.tolist() == [said.count(1), said.count(2) + 1]
        note_offers(now, width, places, answers, ints)
        for row, answer in zip(order, said, strict=True):
            if answer == 1:
                twins[row].note(tick)
        for row, twin in enumerate(twins):
            own = ints[row * width : (row + 1) * width]
            assert own[arriving.NEWEST_TICK] == twin.newest
            assert own[arriving.INTS : arriving.INTS + own[arriving.FLYING]].tolist() == twin.flying
            total = int(own[arriving.SENT_TOTAL])
            assert total == len(twin.sent)
            assert [
                own[arriving.SENT_FIRST + n % 32] for n in range(max(0, total - 32), total)
            ] == twin.sent[-32:]
            if not twin.bars and twin.said != 2:
                assert own[arriving.NOW_TICK] == tick
    assert min(len(twin.sent) for twin in twins) > 60
