"""What a change is: a value that says all of what it does to the database."""

from __future__ import annotations

import msgspec
import sqlite_utils


class Change(msgspec.Struct, frozen=True, tag_field="kind"):
    """Something to be written.

    Every kind has a ``tag`` of its own, which is what a spool calls it: tags are added, never
    changed, and new fields have a default. Applied twice a change does what it does once, by its
    key; applied again in the same order, several do the same as they did.
    """

    def apply(self, db: sqlite_utils.Database) -> None:
        """Write it; called within a transaction."""
        raise NotImplementedError

    @property
    def minor(self) -> bool:
        """Whether nobody would miss it: it is the first to go when too many wait."""
        return False
