"""What a journal says about itself, read without re-stepping it."""

from pathlib import Path
from typing import Any

from persistence.reader import open_journal
from ringfall.engine import source_hash
from schema.commands import HUMAN


def describe(path: Path) -> dict[str, Any]:
    """What ``replay info`` tells of a journal, read without re-stepping it.

    Raises:
        JournalError: the file is no journal, of another format, or unreadable.
    """
    with open_journal(path) as journal:
        damage = journal.verify()
        header, seal = journal.header, journal.seal
        ticks = (journal.end_tick or 0) - (journal.first_tick or 0)
        entrants = [entrant for record in journal.ticks() for entrant in record.joins]
        names = {entrant.slot: entrant.name for entrant in entrants}
        people = [entrant for entrant in entrants if entrant.kind == HUMAN]
        return {
            "file": str(path),
            "match_id": header.match_id,
            "created_utc": header.created_utc,
            "engine_version": header.engine_version,
            "source_hash": header.source_hash,
            "same_engine": header.source_hash == source_hash(),
            "environment": header.environment,
            "tick_rate_hz": header.tick_rate_hz,
            "seed": header.seed,
            "balance_hash": header.balance_hash,
            "map_hash": header.map_hash,
            "ticks": ticks,
            "seconds": ticks / header.tick_rate_hz,
            "entrants": len(names),
            "bots": len(entrants) - len(people),
            "people": [
                {"slot": person.slot, "name": person.name, "player": person.player}
                for person in people
            ],
            "keyframes": len(journal.keyframes),
            "size_bytes": journal.size_bytes,
            "sealed": seal is not None,
            "reason": seal.reason if seal else None,
            "final_hash": f"{seal.final_hash:016x}" if seal else None,
            "winner": seal.winner if seal else None,
            "winner_name": names.get(seal.winner) if seal and seal.winner is not None else None,
            "damage": {"offset": damage.offset, "reason": damage.reason} if damage else None,
        }
