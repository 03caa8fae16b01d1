"""What a journal is re-stepped from: the world it began with, and the inputs of its ticks."""

import numpy as np

from ecs.world import World
from persistence.records import Header, Tick
from ringfall import __version__
from ringfall.datapack import DataPack, balance_from_json, content_hash, map_from_json
from ringfall.match import MatchPlan, world_of
from schema.commands import COMMAND, JOIN, LEAVE, TickInputs

PLAYERS_MAX = 65_535  # slots on the wire and in commands are u16, and the last means nobody


class CannotReplayError(Exception):
    """This build cannot re-step the journal; the text says why and what can."""


def inputs_of(record: Tick) -> TickInputs:
    """The inputs a tick record holds.

    Raises:
        CannotReplayError: its commands are not of this version's form.
    """
    if len(record.commands) % COMMAND.itemsize:
        raise CannotReplayError(
            f"tick {record.tick}: {len(record.commands)} bytes of commands are not a whole number "
            f"of {COMMAND.itemsize}-byte commands; the journal was written by another version"
        )
    for slot in (*(entrant.slot for entrant in record.joins), *record.leaves):
        if slot >= PLAYERS_MAX:
            raise CannotReplayError(f"tick {record.tick}: there is no player slot {slot}")
    return TickInputs(
        commands=np.frombuffer(record.commands, dtype=COMMAND),
        joins=np.array(
            [(e.slot, e.team, e.kind, e.role, e.drop) for e in record.joins], dtype=JOIN
        ),
        leaves=np.array([(slot,) for slot in record.leaves], dtype=LEAVE),
    )


def world_of_header(header: Header) -> World:
    """The world a journal began with.

    Raises:
        CannotReplayError: the journal's balance, map or layout is not what this build has.
        DataError: the balance or map in it is malformed.
    """
    world = world_of(plan_of_header(header))
    check_layout(header, world)
    return world


def plan_of_header(header: Header) -> MatchPlan:
    """What the match of a journal was started with.

    Raises:
        CannotReplayError: its balance, map or number of players is not as it says.
        DataError: the balance or map in it is malformed.
    """
    for name, data, told in (
        ("balance", header.balance, header.balance_hash),
        ("map", header.map, header.map_hash),
    ):
        if content_hash(data) != told:
            raise CannotReplayError(f"the {name} in the journal does not have the hash it states")
    pack = DataPack(
        balance=balance_from_json(header.balance, "the journal's balance"),
        balance_json=header.balance,
        balance_hash=header.balance_hash,
        map=map_from_json(header.map, "the journal's map"),
        map_json=header.map,
        map_hash=header.map_hash,
    )
    players = header.capacities.get("players", 0)
    if not 1 <= players <= pack.map.players_max:
        raise CannotReplayError(
            f"the journal says {players} players; on its map there can be 1 to "
            f"{pack.map.players_max}"
        )
    return MatchPlan(pack, header.tick_rate_hz, players, header.seed)


def check_layout(header: Header, world: World) -> None:
    """Raise ``CannotReplayError`` when the columns of a journal's states lie elsewhere here."""
    if world.layout.digest() != header.layout_hash:
        raise CannotReplayError(
            f"the journal was recorded by Ringfall {header.engine_version} with another layout of "
            f"columns ({header.layout_hash}); this is {__version__} ({world.layout.digest()}). "
            f"Replay it with Ringfall {header.engine_version}"
        )
