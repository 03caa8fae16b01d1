"""A match that is played to its end, and what of it is left when its process is killed before.

Everything a live match hands to its journal is kept, with the hash before every tick. A kill at
some tick leaves part of that in the file and the ticks behind it in the tail, as a disk that lags
would; what is made of it can be held against the match that went on, tick by tick.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import trio

from persistence.journal_file import Entry, JournalFile
from persistence.records import Header, Tick
from persistence.sink import JournalSink
from persistence.tail_file import open_tail
from persistence.tail_layout import framed_tick
from persistence.writer import write_journal
from ringfall.hosting.hosted import HostedMatch
from ringfall.hosting.patience import Patience
from ringfall.match import Match
from ringfall.names import bot_names
from ringfall.recording import Cadence, Recorder, make_header, winner_of
from ringfall.recovery import Recovery, Report
from schema.commands import HUMAN
from schema.messages import Input
from tests.determinism.matches import Guests
from tests.ringfall.packs import new_match

KEYFRAME_TICKS = 41
CHANGES_TICKS = 10
LEAVE_TICK = 200
PATIENCE = Patience(grace_s=2.0, watch_delay_s=2.0)


class Visitors(Guests):
    """Guests with player ids, the first of whom leaves in the middle."""

    def act(self) -> None:
        match, before = self._match, self._match.entrants
        super().act()
        if match.tick == LEAVE_TICK:
            leaver = min(self._seq)
            del self._seq[leaver]
            match.leave(leaver)
        for slot in range(before, match.entrants):
            entrant = match.lineup[slot]
            match.lineup[slot] = type(entrant)(
                entrant.name, entrant.bot, entrant.role, entrant.team, f"p-{slot}"
            )


@dataclass
class Played:
    """A match as it went.

    Attributes:
        header: of its journal.
        entries: everything it handed over, in order.
        hashes: of the state before every tick, and at the end.
        over_tick: the first tick before which it was decided, None for never.
    """

    header: Header
    entries: list[Entry] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    over_tick: int | None = None

    @property
    def ticks(self) -> list[Tick]:
        return [entry for entry in self.entries if isinstance(entry, Tick)]

    def before(self, tick: int) -> list[Entry]:
        """What had been handed over when ``tick`` was about to begin."""
        found: list[Entry] = []
        for entry in self.entries:
            if isinstance(entry, Tick) and entry.tick >= tick:
                break
            found.append(entry)
        while found and getattr(found[-1], "block", None) is not None and found[-1].tick >= tick:
            found.pop()
        return found


def play(ticks: int, bots: int = 8, guests: int = 4, seed: int = 1, **changes: object) -> Played:
    """Play a match of bots and people who come, go, and fall silent."""
    match: Match = new_match(bots + guests + 1, seed=seed, **changes)  # type: ignore[arg-type]
    match.enter_bots(bot_names(bots, seed))
    cadence = Cadence(KEYFRAME_TICKS, CHANGES_TICKS)
    played = Played(make_header("the-match", match.plan.pack, match.world, cadence))
    match.recorder = Recorder(played.entries.append, cadence)
    people = Visitors(match, guests, seed)
    while match.tick < ticks:
        if match.over and played.over_tick is None:
            played.over_tick = match.tick
        people.act()
        played.hashes.append(match.world.state_hash())
        match.advance()
    played.hashes.append(match.world.state_hash())
    return played


def leave_behind(folder: Path, header: Header, entries: list[Entry], lag: int) -> Path:
    """What a kill leaves: all entries but the last ``lag`` in the file, their ticks in the tail."""
    journals, tails = folder / "journals", folder / "tails"
    journals.mkdir(exist_ok=True)
    path = journals / f"{header.match_id}.journal"
    written = entries[: max(0, len(entries) - lag)]
    with JournalFile.create(path, header) as file:
        file.append_all(written)
        tail, problems = open_tail(path, header, tails, 0, size_bytes=1 << 20)
        assert not problems
        for entry in entries[len(written) :]:
            if isinstance(entry, Tick):
                tail.hold(entry.tick, framed_tick(entry).data)
        tail.close()
    return path


@dataclass
class Stage:
    """A server of nothing but matches, on a folder of journals and one of tails."""

    folder: Path
    places: int = 4
    begun: list[tuple[HostedMatch, JournalSink, JournalFile]] = field(default_factory=list)

    @property
    def recovery(self) -> Recovery:
        return Recovery(
            journal_dir=self.folder / "journals",
            tail_dir=self.folder / "tails",
            patience=PATIENCE,
            promised=lambda match_id: 0,
            has_place=lambda: len(self.begun) < self.places,
            begin=lambda *files: self.begun.append(files),
        )

    def recover(self) -> Report:
        """Recover, and let go of everything again as a kill would."""
        report = trio.run(self.recovery.run)
        self.kill()
        return report

    def kill(self) -> None:
        for _, sink, file in self.begun:
            file.close()
            if sink.tail is not None:
                sink.tail.close()

    def recover_and_play(self, played: Played, ticks: int, seal: bool = True) -> Report:
        """Recover one match and go on as ``played`` did, holding every state against it."""
        report = Report()

        async def body() -> None:
            nonlocal report
            report = await self.recovery.run()
            [(hosted, sink, file)] = self.begun
            async with trio.open_nursery() as nursery:
                nursery.start_soon(write_journal, sink, file)
                go_on(hosted.match, played, ticks)
                if seal:
                    seal_match(hosted, sink)
                else:
                    sink.close()

        trio.run(body)
        return report


def go_on(match: Match, played: Played, ticks: int) -> None:
    """Give a match what people did in the other one; bots decide for themselves."""
    recorded = {tick.tick: tick for tick in played.ticks}
    for tick in range(match.tick, min(match.tick + ticks, len(played.hashes) - 1)):
        assert match.world.state_hash() == played.hashes[tick], tick
        offer_what_people_did(match, recorded[tick])
        match.advance()
    assert match.world.state_hash() == played.hashes[match.tick]


def offer_what_people_did(match: Match, record: Tick) -> None:
    from ringfall.replay_source import inputs_of

    for person in record.joins:
        if person.kind == HUMAN:
            slot = match.enter(
                person.name, HUMAN, person.role, person.drop, person.team, person.player
            )
            assert slot == person.slot
    for slot in record.leaves:
        match.leave(slot)
    for slot, move, aim, reach, buttons, seq, view in inputs_of(record).commands.tolist():
        if match.lineup[slot].is_human:
            match.post(slot, Input(seq, move, aim, reach, buttons, 0, view))


def seal_match(hosted: HostedMatch, sink: JournalSink) -> None:
    match = hosted.match
    assert match.recorder is not None
    match.recorder.record_end(match.world, match.tick)
    sink.seal(
        tick=match.tick,
        final_hash=match.world.state_hash(),
        winner=winner_of(match.world),
        result=hosted.result(),
        reason="finished" if match.over else "stopped",
    )
