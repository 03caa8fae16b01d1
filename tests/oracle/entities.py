"""A table whose rows come and go, as a dictionary of what every living entity has."""

from __future__ import annotations


class Entities:
    """Dense rows in a list, facts in a dictionary, every name ever given in a set."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.rows: list[int] = []
        self.facts: dict[int, tuple[float, int]] = {}
        self.uses: dict[int, int] = {}
        self.names: set[tuple[int, int]] = set()

    @property
    def full(self) -> bool:
        return len(self.rows) == self.capacity

    def give(self, slot: int, facts: tuple[float, int]) -> tuple[int, int]:
        """Write an entity down in the slot it was given; its name must be a new one."""
        assert 0 <= slot < self.capacity, "a slot beyond the capacity"
        assert slot not in self.rows, "the slot of somebody alive"
        self.uses[slot] = self.uses.get(slot, 0) + 1
        name = (slot, self.uses[slot])
        assert name not in self.names, "a name that was used before"
        self.names.add(name)
        self.rows.append(slot)
        self.facts[slot] = facts
        return name

    def remove(self, gone: set[int]) -> None:
        """Take out the rows of these slots: from the front, the last row fills each gap."""
        row = 0
        while row < len(self.rows):
            if self.rows[row] not in gone:
                row += 1
                continue
            del self.facts[self.rows[row]]
            self.rows[row] = self.rows[-1]
            self.rows.pop()
