"""Commands that wait for their tick, as a list for each slot."""

from __future__ import annotations

Command = tuple[int, ...]
SEQ = 5


class Lines:
    """One command a tick from each slot; at most four wait, the newest."""

    def __init__(self) -> None:
        self.waiting: dict[int, list[Command]] = {}
        self.newest: dict[int, int] = {}
        self.missing: dict[int, int] = {}
        self.repeated = self.made_room = 0

    def post(self, command: Command) -> None:
        """Add a command: slot first."""
        slot, seq = command[0], command[SEQ]
        if seq <= self.newest.get(slot, -1):
            self.repeated += 1
            return
        self.newest[slot] = seq
        line = self.waiting.setdefault(slot, [])
        self.made_room += len(line) == 4
        self.waiting[slot] = [*line, command][-4:]

    def turn(self) -> list[Command]:
        """The commands of a tick."""
        found = []
        for slot in sorted(self.waiting):
            line = self.waiting[slot]
            found += line[:1]
            self.missing[slot] = 0 if line else self.missing.get(slot, 0) + 1
            self.waiting[slot] = line[1:]
        return found

    def lead(self, slot: int) -> int:
        """So many wait; below 0, for so many ticks there was none."""
        return len(self.waiting.get(slot, [])) or -self.missing.get(slot, 0)
