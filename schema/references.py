"""Names in one balance file that must be entries of another.

A model says so where the name stands: `skill: Annotated[str, RefersTo("skills")]`, and so in
lists and in the keys of tables. The loader holds every balance to it; models never look.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RefersTo:
    """Marks text as the name of an entry of a file, or, dotted, of a table in it.

    `RefersTo("skills")` are the tables of `skills.toml`; `RefersTo("loot.tables")` are the keys
    of its table `[tables]`.
    """

    target: str
