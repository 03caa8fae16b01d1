"""A siege of the real server: fuzzed frames and dropped connections by the thousand.

python -m tests.server.siege [--frames 1000000] [--drops 10000] [--seed 1]

After every wave nothing may be left of the besiegers, the server has the memory it had after the
first, and the next guest is let in. A smaller siege is in the gate.
"""

from __future__ import annotations

import argparse
import random
import socket
import sys
import tempfile
import time
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from tests.net.hostile import BINARY, PING_OP, PONG_OP, frame, head, reset
from tests.server.door import new_guest, ticket_of
from tests.server.player import Player
from tests.server.servers import HOST, WAIT_S, Served, serving, wait_for

# What an attacker would have to get past first; here everything is to reach the parsers.
OPEN_GATES: dict[str, object] = {
    "messages_per_s": 1e9,
    "messages_burst": 1_000_000_000,
    "inputs_per_s": 1e9,
    "inputs_burst": 1_000_000_000,
    "pings_per_s": 1e9,
    "pings_burst": 1_000_000_000,
    "bytes_per_s": 1e12,
    "bytes_burst": 1_000_000_000,
}
# Besiegers come back into the bodies they have: new matches would be memory of their own.
STAYING: dict[str, object] = {"grace_s": 600.0}
TOKENS = 16
BURST_FRAMES = 400
WAVES = 10
BESIEGERS = 4
GROWTH_MAX_BYTES = 24 << 20  # allocators round up; a leak of 2 kB a connection is over it
PATIENCE_S = 5.0  # of the long siege, which has a machine of its own


@dataclass
class Siege:
    """What came of it.

    Attributes:
        frames: sent.
        connections: opened.
        memory_bytes: of the server, after every wave.
        joined_s: how long the guest after each wave took from asking to the first snapshot.
    """

    frames: int
    connections: int
    memory_bytes: list[int]
    joined_s: list[float]


def besiege(server: Served, frames: int, drops: int, seed: int) -> Siege:
    """Waves of both kinds of attack, and after each the checks."""
    siege = Siege(0, 0, [], [])
    tokens = [new_guest(server, f"Eve{number}") for number in range(TOKENS)]
    for wave in range(WAVES):
        rng = random.Random(seed * 1000 + wave)
        bursts = -(-frames // WAVES // BURST_FRAMES)
        work = [("burst", rng.getrandbits(64)) for _ in range(bursts)]
        work += [("drop", rng.getrandbits(64)) for _ in range(drops // WAVES)]
        rng.shuffle(work)

        def one(job: tuple[int, tuple[str, int]]) -> int:
            number, (kind, chance) = job
            chances = random.Random(chance)
            with suppress(OSError):
                if kind == "burst":
                    return burst(server, tokens[number % TOKENS], chances)
                drop(server, tokens[number % TOKENS], chances)
            return 0

        with ThreadPoolExecutor(BESIEGERS) as pool:
            siege.frames += sum(pool.map(one, enumerate(work)))
        siege.connections += len(work)
        check(server, siege)
    return siege


def burst(server: Served, token: str, rng: random.Random) -> int:
    """Join, most times, and send frames of which nobody knows what they are; how many."""
    with connected(server) as sock:
        if rng.random() < 0.9:
            ticket = ticket_of(server, token).encode()
            sock.sendall(frame(BINARY, b"\x93\x01\x03\xd9" + bytes([len(ticket)]) + ticket))
        sound = rng.choice([0.0, 0.9, 0.99, 0.999])
        frames = [fuzzed(rng, sound) for _ in range(BURST_FRAMES)]
        data, at = b"".join(frames), 0
        # Whoever is refused in the middle of it is cut off: the rest does not count.
        with suppress(OSError):
            while at < len(data):
                size = rng.randrange(1, 4096)
                sock.sendall(data[at : at + size])
                at += size
        return bisect_right(list(accumulate(map(len, frames))), at)


def fuzzed(rng: random.Random, sound: float) -> bytes:
    """A frame: with this probability one of a client, else with something wrong."""
    seq, turn = rng.getrandbits(24), rng.getrandbits(12)
    usual = b"\x97\x02\xce" + seq.to_bytes(4, "big") + b"\xcd" + turn.to_bytes(2, "big")
    usual += b"\xcd" + turn.to_bytes(2, "big") + b"\x40\x01\x00"
    if rng.random() < sound:
        return frame(BINARY, usual)
    kind = rng.randrange(6)
    if kind == 0:
        return frame(BINARY, rng.randbytes(rng.randrange(140)))
    if kind == 1:
        flipped = bytearray(usual)
        flipped[rng.randrange(len(usual))] ^= 1 << rng.randrange(8)
        return frame(BINARY, bytes(flipped))
    if kind == 2:
        return frame(rng.choice([PING_OP, PONG_OP]), rng.randbytes(rng.randrange(126)))
    if kind == 3:
        return frame(rng.randrange(16), usual, fin=rng.random() < 0.5, rsv=rng.randrange(8))
    if kind == 4:
        return frame(BINARY, usual[: rng.randrange(len(usual))])
    return rng.randbytes(rng.randrange(1, 40))


def drop(server: Served, token: str, rng: random.Random) -> None:
    """Connect, come in as far as chance will have it, and vanish in one way or another."""
    stage = rng.randrange(4)
    if stage == 0:
        with socket.create_connection((HOST, server.game_port), timeout=WAIT_S) as sock:
            sock.sendall(head(HOST, server.game_port)[: rng.randrange(200)])
            vanish(sock, rng)
        return
    with connected(server) as sock:
        if stage > 1:
            ticket = ticket_of(server, token).encode()
            sock.sendall(frame(BINARY, b"\x93\x01\x03\xd9" + bytes([len(ticket)]) + ticket))
        if stage > 2:
            sock.recv(65536)
        vanish(sock, rng)


def connected(server: Served) -> socket.socket:
    """A WebSocket that has not said anything."""
    sock = socket.create_connection((HOST, server.game_port), timeout=WAIT_S)
    try:
        sock.sendall(head(HOST, server.game_port))
        received = b""
        while b"\r\n\r\n" not in received and (data := sock.recv(4096)):
            received += data
    except OSError:
        sock.close()
        raise
    return sock


def vanish(sock: socket.socket, rng: random.Random) -> None:
    way = rng.randrange(3)
    if way == 0:
        reset(sock)
    elif way == 1:
        sock.sendall(frame(0x8, b"\x03\xe9"))


def check(server: Served, siege: Siege) -> None:
    """Nobody is left, nothing broke, and the next guest gets in."""
    wait_for(lambda: server.metrics()["ringfall_connections"] == 0, server.metrics)
    began = time.monotonic()
    player = Player(server, "Ada")
    player.step()
    siege.joined_s.append(time.monotonic() - began)
    player.leave()
    found = server.metrics()
    assert found.get("ringfall_edge_faults_total", 0.0) == 0, server.log()
    assert found["ringfall_match_faults_total"] == 0, server.log()
    assert "Traceback" not in server.log()
    siege.memory_bytes.append(resident_bytes(server.process.pid))
    grown = siege.memory_bytes[-1] - siege.memory_bytes[len(siege.memory_bytes) // 3]
    assert grown < GROWTH_MAX_BYTES, siege.memory_bytes


def resident_bytes(pid: int) -> int:
    """What a process holds in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"no VmRSS of process {pid}")


def main() -> int:
    """Besiege a server of its own and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--drops", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), limits=OPEN_GATES, match={"bots": 0}, players=STAYING) as server,
    ):
        siege = besiege(server, given.frames, given.drops, given.seed)
        assert server.stop() == 0
    megabytes = ", ".join(f"{size / 2**20:.0f}" for size in siege.memory_bytes)
    print(f"{siege.frames:,} frames, {siege.connections:,} connections: nothing left, no fault")
    print(f"memory after each wave, MiB: {megabytes}")
    print(f"the next guest played after {max(siege.joined_s):.2f} s at most")
    return 0 if max(siege.joined_s) < PATIENCE_S else 1


if __name__ == "__main__":
    sys.exit(main())
