"""The file of test vectors: what one body was, what it was told, and where the kernels put it.

    bytes 0…3   b"RFPV"
    bytes 4…7   u32, bytes of the header
    header      JSON: rules, worlds, batches
    then for each batch: OWN[players], STEP[ticks, players], OWN[players]

A batch is some players in one world for some ticks, who do not touch each other: the states they
begin with, every tick's command with what came of it, the states they end with.  Numbers are
little-endian and packed; the client's tests read them by the same list (``vectorfile.ts``).
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from schema.commands import SKILL_SLOTS
from schema.rulebook import STATUSES

MAGIC = b"RFPV"
ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "tests" / "vectors" / "prediction.bin"
SIZE_MAX_BYTES = 300_000

OWN = np.dtype(
    [
        ("x_u", "<f8"),
        ("y_u", "<f8"),
        ("vx_ups", "<f8"),
        ("vy_ups", "<f8"),
        ("mana_mp", "<f8"),
        ("mana_max_mp", "<f8"),
        ("mana_mp_per_tick", "<f8"),
        ("base_speed_ups", "<f8"),
        ("speed_ups", "<f8"),
        ("dash_speed_ups", "<f8"),
        ("tick", "<i4"),
        ("dash_until_tick", "<i4"),
        ("channel_since_tick", "<i4"),
        ("channel_until_tick", "<i4"),
        ("ready_tick", "<i4", SKILL_SLOTS),
        ("recharge_tick", "<i4", SKILL_SLOTS),
        ("held_tick", "<i4", SKILL_SLOTS),
        ("status_until_tick", "<i4", STATUSES),
        ("dash_direction", "<u2"),
        ("stage", "u1"),
        ("over", "u1"),
        ("alive", "u1"),
        ("down", "u1"),
        ("flags", "u1"),
        ("buttons", "u1"),
        ("channel_slot", "u1"),
        ("skill", "u1", SKILL_SLOTS),
        ("charges", "u1", SKILL_SLOTS),
        ("status_stacks", "u1", STATUSES),
    ]
)
"""The own state, as ``OwnState`` in the client names its fields."""

STEP = np.dtype(
    [
        ("x_u", "<f8"),
        ("y_u", "<f8"),
        ("vx_ups", "<f8"),
        ("vy_ups", "<f8"),
        ("mana_mp", "<f8"),
        ("dash_until_tick", "<i4"),
        ("dash_direction", "<u2"),
        ("flags", "u1"),
        ("buttons", "u1"),
        ("move", "<u2"),
        ("aim", "<u2"),
    ]
)
"""A command (the last three fields) and the state after it; what else there is to compare is in the
batch's last states."""

Wall = tuple[float, ...]


@dataclass(frozen=True)
class World:
    """A map: its size in units and its walls (cx, cy, hx, hy, radius, heading, blocks)."""

    name: str
    width_u: float
    height_u: float
    walls: list[Wall]


@dataclass
class Batch:
    """Players in one world for some ticks.

    Attributes:
        world, rules: indices.
        obstacles: (tick of the batch, obstacles from it on), shaped as walls are.
        first, last: OWN[players]; steps: STEP[ticks, players].
    """

    world: int
    rules: int
    obstacles: list[tuple[int, list[Wall]]]
    first: np.ndarray
    steps: np.ndarray
    last: np.ndarray


@dataclass
class Vectors:
    """A whole file; rules are ``rulesets.Ruleset.facts``."""

    rules: list[dict[str, Any]]
    worlds: list[World]
    batches: list[Batch]

    @property
    def size(self) -> int:
        """Steps of all bodies."""
        return sum(batch.steps.size for batch in self.batches)


def write(vectors: Vectors, path: Path) -> int:
    """Write a file, and return its size in bytes."""
    header = {
        "rules": vectors.rules,
        "worlds": [asdict(world) for world in vectors.worlds],
        "batches": [
            {
                "world": batch.world,
                "rules": batch.rules,
                "ticks": batch.steps.shape[0],
                "players": batch.steps.shape[1],
                "obstacles": batch.obstacles,
            }
            for batch in vectors.batches
        ],
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(MAGIC + struct.pack("<I", len(text)) + text)
        for batch in vectors.batches:
            for array in (batch.first, batch.steps, batch.last):
                file.write(array.tobytes())
    return path.stat().st_size


def read(path: Path) -> Vectors:
    """Read a file.

    Raises:
        ValueError: it is none, or cut short.
    """
    raw = path.read_bytes()
    if raw[:4] != MAGIC:
        raise ValueError(f"{path} is no file of prediction vectors")
    end = 8 + struct.unpack_from("<I", raw, 4)[0]
    header, at, batches = json.loads(raw[8:end]), end, []
    for told in header["batches"]:
        shape = (told["ticks"], told["players"])
        arrays = []
        for dtype, size in ((OWN, shape[1]), (STEP, shape[0] * shape[1]), (OWN, shape[1])):
            arrays.append(np.frombuffer(raw, dtype, size, at))
            at += size * dtype.itemsize
        obstacles = [(tick, [tuple(wall) for wall in walls]) for tick, walls in told["obstacles"]]
        first, steps, last = arrays
        batches.append(
            Batch(told["world"], told["rules"], obstacles, first, steps.reshape(shape), last)
        )
    if at != len(raw):
        raise ValueError(f"{path} has {len(raw) - at} bytes too many")
    worlds = [
        World(w["name"], w["width_u"], w["height_u"], [tuple(wall) for wall in w["walls"]])
        for w in header["worlds"]
    ]
    return Vectors(header["rules"], worlds, batches)
