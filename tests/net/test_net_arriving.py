"""INPUTs of all clients taken at once: what is taken, what is left, and what is known after it."""

from __future__ import annotations

from random import Random

import pytest

from net.kernels import arriving
from net.limits import Limits, TokenBucket
from net.outbox import Outbox
from net.rejections import Counters, TooSlow
from net.session import Session
from net.standing import CHUNK_BYTES, NOWHERE, Batch, Standing, Standings
from net.wire import encode
from schema.messages import Input, Join, Ping
from tests.net.hostile import BINARY, TEXT, frame
from tests.oracle.arriving import Bucket, Command, Sender, take

ROWS = 5
LIMITS = Limits(
    unacked_max=3, messages_per_s=20, messages_burst=9, inputs_per_s=15, inputs_burst=7,
    bytes_per_s=500, bytes_burst=300, command_bytes_max=40,
)  # fmt: skip


class Box:
    """An inbox that keeps what comes."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.senders: list[list[int]] = []

    def take(self, batch: Batch, number: int) -> None:
        for index in range(batch.counts[arriving.TAKEN]):
            if batch.boxes[index] == number:
                self.commands.append(tuple(map(int, batch.commands[index].tolist())))
                self.senders.append(list(batch.sent_to(int(batch.owners[index]))))


def standing(row: int, now_s: float) -> tuple[Standing, Sender]:
    made = Standing(LIMITS.unacked_max)
    rates = (
        (LIMITS.bytes_per_s, LIMITS.bytes_burst),
        (LIMITS.messages_per_s, LIMITS.messages_burst),
        (LIMITS.inputs_per_s, LIMITS.inputs_burst),
    )
    for at, (rate, burst) in zip(
        (arriving.BYTES, arriving.MESSAGES, arriving.INPUTS), rates, strict=True
    ):
        TokenBucket(rate, burst, now_s).keep_in(made.floats, at)
    buckets = [Bucket(rate, float(burst), float(burst), now_s) for rate, burst in rates]
    return made, Sender(10 + row, buckets, [False] * 3, -1)


def same(made: Standing, twin: Sender) -> None:
    ints, floats = made.ints, made.floats
    assert ints[arriving.INTS : arriving.INTS + ints[arriving.FLYING]].tolist() == twin.flying
    assert made.sent == twin.sent[-arriving.SENT_KEPT :]
    assert [ints[at] for at in (arriving.EVERY, arriving.LATE, arriving.TIMELY)] == [
        twin.every, twin.late, twin.timely,
    ]  # fmt: skip
    kept = [number for bucket in twin.buckets for number in (bucket.tokens, bucket.at_s)]
    assert floats.tolist() == [*kept, twin.quickest, twin.heard_s]


def wide(chance: Random, value: int) -> bytes:
    """A number as MessagePack may also say it: in more bytes than it needs."""
    ways = [bytes([0xCE]) + value.to_bytes(4, "big")]
    ways += [bytes([0xCD]) + value.to_bytes(2, "big")] if value < 65536 else []
    ways += [bytes([0xCC, value])] if value < 256 else []
    return chance.choice([*ways, bytes([value])] if value < 128 else ways)


def payload(chance: Random, twin: Sender) -> bytes:
    tick = chance.choice([*twin.flying, *twin.sent, 0, 0, 7, 2**32 - 1])
    view = chance.choice([*twin.sent[-4:], 0, 0, tick])
    numbers = [
        chance.choice((0, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, chance.getrandbits(32))),
        chance.choice((0, 4095, 4095, 700, 4096))
        if chance.random() < 0.2
        else chance.randrange(4096),
        chance.randrange(4096),
        chance.choice((0, 255, 256)) if chance.random() < 0.2 else chance.randrange(256),
        chance.choice((63, 64, 255)) if chance.random() < 0.2 else chance.randrange(64),
        tick,
        view,
    ]
    if chance.random() < 0.2:
        numbers.pop()
    if chance.random() < 0.05:
        numbers = numbers[: chance.randrange(8)]
    head = bytes([0x91 + len(numbers), 2 if chance.random() < 0.95 else chance.randrange(256)])
    data = head + b"".join(wide(chance, number) for number in numbers)
    if chance.random() < 0.1:
        at = chance.randrange(len(data))
        data = data[:at] + bytes([chance.randrange(256)]) * chance.randrange(3) + data[at + 1 :]
    return data


def chunk(chance: Random, twin: Sender) -> bytes:
    data = b"".join(
        frame(BINARY if chance.random() < 0.97 else TEXT, payload(chance, twin))
        for _ in range(chance.choice((1, 1, 1, 1, 2, 3, 4, 5, 0)))
    )
    if chance.random() < 0.1 and data:
        at = chance.randrange(len(data))
        data = data[:at] if chance.random() < 0.5 else data[:at] + b"\x80" + data[at:]
    return data[:CHUNK_BYTES]


@pytest.mark.parametrize("seed", range(4))
def test_as_one_by_one(seed: int) -> None:
    chance, now_s = Random(seed), 100.0
    counters, boxes = Counters(), (Box(), Box())
    table = Standings(ROWS, LIMITS, counters)
    clients = [standing(row, now_s) for row in range(ROWS)]
    expected: tuple[list[Command], list[Command]] = ([], [])
    taken_bytes = left_chunks = 0
    for row, (made, _) in enumerate(clients):
        assert table.admit(made, boxes[row % 2], 10 + row)
    for tick in range(600):
        now_s += chance.choice((0.0, 0.02, 0.1, -0.01))
        for made, twin in clients:
            made.ints[arriving.NOW_TICK] = twin.now_tick = tick
            if len(twin.flying) < LIMITS.unacked_max and chance.random() < 0.8:
                made.note_sent(tick)
                twin.flying.append(tick)
                twin.sent.append(tick)
            twin.sent = twin.sent[-arriving.SENT_KEPT :]
            for at in range(3):
                bar = chance.random() < 0.02
                made.ints[(arriving.BARRED, arriving.DROPS, arriving.HOLDS)[at]] = int(bar)
                twin.bars[at] = bar
        readers = chance.sample(range(ROWS), chance.randrange(1, ROWS + 1))
        wanted_left = []
        for index, row in enumerate(readers):
            made, twin = clients[row]
            data = chunk(chance, twin)
            table.rooms[index][: len(data)] = data
            table.sizes[index], table.senders[index] = len(data), made.place
            found = take(twin, data, now_s, LIMITS.command_bytes_max)
            if found is None:
                wanted_left.append(index)
            else:
                expected[row % 2].extend(found)
                taken_bytes += len(data)
        assert table.take(len(readers), now_s) == wanted_left
        left_chunks += len(wanted_left)
        for made, twin in clients:
            same(made, twin)
    assert [box.commands for box in boxes] == list(expected)
    assert counters.messages_in == len(expected[0]) + len(expected[1]) > 300 < left_chunks
    assert counters.bytes_in == taken_bytes
    assert all(sent for box in boxes for sent in box.senders[50:])


class Seat:
    """A seat that keeps its commands, which come in one of two ways."""

    def __init__(self, slot: int) -> None:
        self.inbox, self.slot = Box(), slot

    def receive(self, message: object) -> None:
        assert isinstance(message, Input)
        m = message
        row = (self.slot, m.move, m.aim, m.reach, m.buttons, m.seq, m.view)
        self.inbox.commands.append(row)

    def leave(self, for_good: bool) -> None:
        """Nothing is held."""


class Door:
    def __init__(self) -> None:
        self.seats: list[Seat] = []

    def enter(self, join: Join, outbox: Outbox, address: str) -> Seat:
        self.seats.append(Seat(len(self.seats)))
        return self.seats[-1]


def sessions(count: int, counters: Counters, limits: Limits) -> tuple[list[Session], Door]:
    door = Door()
    made = [Session(door, limits, counters, 0.0) for _ in range(count)]
    for session in made:
        session.join(encode(Join(3, "x" * 43)), "")
    return made, door


def test_a_session_knows_the_same_whichever_way_its_inputs_come() -> None:
    limits = Limits(inputs_per_s=20, inputs_burst=10)
    (alone, among), door = sessions(2, Counters(), limits)
    budgets = [TokenBucket(limits.bytes_per_s, limits.bytes_burst, 0.0) for _ in range(2)]
    table = Standings(1, limits, Counters())
    among.stand_among(table, budgets[1])
    assert (alone.standing.place, among.standing.place) == (NOWHERE, 0)
    chance, left = Random(5), 0
    for tick in range(400):
        now_s = tick * 0.04
        for session in (alone, among):
            if session.outbox.wants(tick):
                session.outbox.offer_snapshot(tick, b"snapshot")
                session.outbox.take()
        ack = max(0, tick - chance.choice((1, 2, 2, 9)))
        message = encode(Input(tick + 1, tick, 5, 6, 7, ack, ack))
        data = frame(BINARY, message)
        budgets[0].take(now_s, len(data))
        alone.receive(message, now_s)
        table.rooms[0][: len(data)] = data
        table.sizes[0], table.senders[0] = len(data), 0
        if table.take(1, now_s):
            left += 1
            budgets[1].take(now_s, len(data))
            among.receive(message, now_s)
        skip = arriving.PLAYS, arriving.SLOT, arriving.INBOX
        rows = [
            [number for at, number in enumerate(s.standing.ints.tolist()) if at not in skip]
            for s in (alone, among)
        ]
        assert rows[0] == rows[1]
        assert alone.outbox.sent == among.outbox.sent
        for at in (arriving.MESSAGES, arriving.INPUTS):
            held = [(s._bucket, s._inputs)[at == arriving.INPUTS] for s in (alone, among)]
            assert held[0].full(now_s) == held[1].full(now_s)
    mine = [row[1:] for row in door.seats[0].inbox.commands]
    assert mine == [row[1:] for row in door.seats[1].inbox.commands]
    assert 50 < left < 350


def test_whoever_is_closed_or_gone_is_left() -> None:
    limits = Limits()
    made, door = sessions(3, Counters(), limits)
    table = Standings(2, limits, Counters())
    for session in made:
        session.stand_among(table, TokenBucket(1e9, 1e9, 0.0))
    assert [session.standing.place for session in made] == [0, 1, NOWHERE], "there is no third row"
    data = frame(BINARY, encode(Input(1, 2, 3, 4, 5, 0)))

    def left() -> list[int]:
        for row in range(2):
            table.rooms[row][: len(data)] = data
            table.sizes[row], table.senders[row] = len(data), row
        return table.take(2, 1.0)

    assert left() == []
    made[0].outbox.close(TooSlow())
    assert left() == [0]
    made[1].leave()
    assert left() == [0, 1]
    assert made[1].standing.place == NOWHERE
    assert [len(seat.inbox.commands) for seat in door.seats] == [1, 2, 0]
    made[2].stand_among(table, TokenBucket(1e9, 1e9, 0.0))
    assert made[2].standing.place == 1, "the row of whoever left is used again"
    assert left() == [0]
    assert [len(seat.inbox.commands) for seat in door.seats] == [1, 2, 1]


def test_what_is_no_input_is_left_as_it_is() -> None:
    made, door = sessions(1, Counters(), Limits())
    table = Standings(1, Limits(), Counters())
    made[0].stand_among(table, TokenBucket(1e9, 1e9, 0.0))
    good = frame(BINARY, encode(Input(1, 2, 3, 4, 5, 0)))
    before = made[0].standing.ints.tolist(), made[0].standing.floats.tolist()
    for data in (
        frame(BINARY, encode(Ping(7))),
        good + frame(BINARY, encode(Ping(7))),
        good[:-1],
        good + good[:3],
        frame(BINARY, encode(Input(1, 2, 3, 4, 64, 0))),
        frame(BINARY, encode(Input(1, 2, 3, 4, 5, 0, 9))),
        frame(TEXT, encode(Input(1, 2, 3, 4, 5, 0))),
        b"",
    ):
        table.rooms[0][: len(data)] = data
        table.sizes[0], table.senders[0] = len(data), 0
        assert table.take(1, 1.0) == [0]
        assert bytes(table.rooms[0][: len(data)]) == data
    assert before == (made[0].standing.ints.tolist(), made[0].standing.floats.tolist())
    assert door.seats[0].inbox.commands == []
