"""Matches to judge by: bots, and guests who come late, send what they like, and leave.

Bots alone would leave out half of what can reach a tick: joins and leaves in the middle, several
commands waiting for one slot, slots that fall silent.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from persistence.journal_file import JournalFile
from ringfall.datapack import DataPack
from ringfall.match import Match, MatchPlan
from ringfall.names import bot_names
from ringfall.recording import Cadence, Recorder, make_header, placements, winner_of
from schema.commands import INTERACT, MOBILITY, MOVE, PRIMARY, SECONDARY, SPECIAL
from schema.messages import Input

RATE_HZ = 30
CHANGES_TICKS = 31
ARRIVAL_TICKS = 120
"""Guests arrive within the first four seconds, inside every sensible join window."""
KEYFRAME_TICKS = 293
"""A prime: what a system counts on its own is never in step with the keyframes by accident."""
LEAVE_CHANCE = 0.002
SILENT_CHANCE = 0.02


class Guests:
    """People, as the mailbox sees them.

    They draw from Python's own generator: what they do is recorded, so it needs no address.
    """

    def __init__(self, match: Match, count: int, seed: int) -> None:
        self._match = match
        self._draw = random.Random(seed)
        # In pairs, so that two join in one tick.
        self._arrivals = [
            1 + (index // 2) * ARRIVAL_TICKS // max(1, count) for index in range(count)
        ]
        self._seq: dict[int, int] = {}
        self._heading: dict[int, int] = {}
        self._silent_until: dict[int, int] = {}

    def act(self) -> None:
        """Everything the guests do before the coming tick, in an order that changes every tick."""
        match, draw = self._match, self._draw
        while self._arrivals and self._arrivals[0] <= match.tick and match.has_room:
            self._arrivals.pop(0)
            role = draw.randrange(len(match.rules.class_names))
            slot = match.enter(f"Guest {match.entrants}", role=role, drop=draw.randrange(10))
            self._seq[slot] = 0
            self._heading[slot] = draw.randrange(4096)
        slots = list(self._seq)
        draw.shuffle(slots)
        for slot in slots:
            if draw.random() < LEAVE_CHANCE and match.tick > 2 * ARRIVAL_TICKS:
                del self._seq[slot]
                match.leave(slot)
            elif self._silent_until.get(slot, 0) <= match.tick:
                self._send(slot)

    def _send(self, slot: int) -> None:
        draw, tick = self._draw, self._match.tick
        if draw.random() < SILENT_CHANCE:
            self._silent_until[slot] = tick + draw.randrange(2, 40)
        if draw.random() < 0.05:
            self._heading[slot] = draw.randrange(4096)
        for _ in range(draw.choice((0, 1, 1, 1, 2))):
            self._seq[slot] += draw.randrange(1, 3)
            command = Input(
                seq=self._seq[slot],
                move=self._heading[slot],
                aim=(self._heading[slot] + draw.randrange(-200, 200)) % 4096,
                reach=draw.randrange(256),
                buttons=self._buttons(),
                ack=0,
                # Some have seen nothing, some see what is still to come, some look back too far.
                view=max(0, tick - draw.randrange(-2, 12)) * draw.choice((0, 1, 1, 1)),
            )
            self._match.post(slot, command)

    def _buttons(self) -> int:
        """Always on the move, mostly shooting; the others are let go often, as charging needs."""
        draw = self._draw
        others = draw.choice((0, 0, 0, SECONDARY, SECONDARY, SPECIAL, MOBILITY, INTERACT))
        return MOVE | (PRIMARY if draw.random() < 0.6 else 0) | others


def live(
    pack: DataPack, bots: int, guests: int, ticks: int, seed: int, rate_hz: int = RATE_HZ
) -> Iterator[Match]:
    """Play a match; yield it before each tick, with everything posted, and after the last.

    Args:
        pack: balance and map.
        bots, guests: who takes part.
        ticks: most ticks to play; a match that is decided ends before.
        seed: of the match and of the guests.
        rate_hz: ticks per second.
    """
    match = Match(MatchPlan(pack, rate_hz, bots + guests, seed))
    match.enter_bots(bot_names(bots, seed))
    people = Guests(match, guests, seed)
    while match.tick < ticks and not match.over:
        people.act()
        yield match
        match.advance()
    yield match


def record(
    path: Path,
    pack: DataPack,
    bots: int,
    guests: int,
    ticks: int,
    seed: int,
    cadence: Cadence | None = None,
    match_id: str = "recorded",
) -> Match:
    """Play a match into a new journal; the match as it ended.

    Raises:
        JournalError: the journal cannot be written.
    """
    cadence = cadence or Cadence(KEYFRAME_TICKS, CHANGES_TICKS)
    played = live(pack, bots, guests, ticks, seed)
    match = next(played)
    header = make_header(match_id, pack, match.world, cadence)
    with JournalFile.create(path, header) as journal:
        match.recorder = Recorder(journal.append, cadence)
        for _ in played:
            pass
        match.recorder.record_end(match.world, match.tick)
        journal.seal(
            tick=match.tick,
            final_hash=match.world.state_hash(),
            winner=winner_of(match.world),
            result=placements(match.world, match.names),
            reason="finished" if match.over else "stopped",
        )
    return match
