"""`extends` and `remove`: tables and files that start from others.

A file's top level may say `extends = "shipped"` or a path relative to itself: the tables of that
file come first, its own are merged over them. A table may say `extends = "name"` of a sibling,
a table in the same table: it inherits that one's keys in the same way. Merging goes through
tables at any depth; a list, as anything else, replaces what was there. `remove` is a list of
inherited names, dotted for what lies deeper; they are taken away before the own keys are merged.

Files are merged first and tables inherit afterwards: who changes a table of the shipped file
also changes what the shipped file's other tables inherit from it.

Rejected: inheriting inside lists (nothing there has a name to refer to), and several bases at
once (the order of a diamond would have to be learnt before a file could be read).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from ringfall.documents.places import KeyPath
from ringfall.documents.reading import DataError, Document, Problem, read_document
from ringfall.documents.trees import Locator, Place, Removal, Tree, grow
from ringfall.documents.words import did_you_mean, key_text, show

SHIPPED = "shipped"
CHAIN_MAX = 16  # files that extend one another
WORDS = ("extends", "remove")  # no model may have keys of these names


@dataclass
class Inherited:
    """A file with everything it inherits.

    Attributes:
        tree: what is left when all `extends` and `remove` have been carried out.
        problems: what is wrong with them.
        broken: tables that lack what they should have inherited.
        gone: what was taken away, by its key path, and where that is said.
        files: every file that was read, the file itself first.
    """

    tree: Tree
    problems: list[Problem] = field(default_factory=list)
    broken: set[KeyPath] = field(default_factory=set)
    gone: dict[KeyPath, Place] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)


def read_inherited(
    path: Path,
    shipped: Path | None,
    locator: Locator,
    read: Callable[[Path], Document] = read_document,
) -> Inherited:
    """Read a file and carry out its `extends` and `remove`.

    Args:
        path: the file.
        shipped: what `extends = "shipped"` means in it; None where it means nothing.
        locator: finds the lines of what is wrong.
        read: how a file is read.

    Raises:
        DataError: a file cannot be read, or the files it extends make no chain.
    """
    reading = _Reading(shipped, locator, read)
    tree = reading.chain(path, [])
    tree = reading.settle(tree, ())
    reading.report_removals(tree.place.document)
    return Inherited(tree, reading.problems, reading.broken, reading.gone, reading.files)


@dataclass
class _Reading:
    shipped: Path | None
    locator: Locator
    read: Callable[[Path], Document]
    problems: list[Problem] = field(default_factory=list)
    broken: set[KeyPath] = field(default_factory=set)
    files: list[Path] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    gone: dict[KeyPath, Place] = field(default_factory=dict)

    def say(self, place: Place, message: str) -> None:
        self.problems.append(self.locator.problem(place, message))

    # ---- files ----------------------------------------------------------------------------

    def chain(self, path: Path, trail: list[tuple[Path, Place]]) -> Tree:
        """The tables of a file merged over those of the file it extends, and so on."""
        self.files.append(path)
        tree = self.take_words(grow(self.read(path)))
        if tree.extends is None:
            return tree
        base_path = self._base_path(path, tree.extends)
        trail = [*trail, (path, tree.extends.place)]
        seen = [_identity(known) for known, _ in trail]
        if _identity(base_path) in seen:
            circle = trail[seen.index(_identity(base_path)) :]
            raise self._refuse(
                tree.extends,
                "extends in a circle: "
                + ", ".join(
                    f"{self.locator.text(place)} extends {show(_written(place))}"
                    for _, place in circle
                ),
            )
        if len(trail) > CHAIN_MAX:
            raise self._refuse(tree.extends, f"is the end of more than {CHAIN_MAX} files in a row")
        if not base_path.is_file():
            raise self._refuse(tree.extends, f"there is no file {base_path}")
        merged = self.merge(self.chain(base_path, trail), tree)
        return replace(merged, extends=None, removals=())

    def _base_path(self, path: Path, extends: Tree) -> Path:
        name = str(extends.value)
        if name == SHIPPED:
            if self.shipped is None:
                raise self._refuse(extends, "there is no shipped file to start from")
            return self.shipped
        if not name.endswith(".toml") or PurePosixPath(name).is_absolute() or "\0" in name:
            text = 'must be "shipped" or a path, relative to this file, that ends in .toml, is '
            raise self._refuse(extends, text + show(name))
        return path.parent / name

    def _refuse(self, at: Tree, message: str) -> DataError:
        return DataError([*self.problems, self.locator.problem(at.place, message)])

    # ---- words ----------------------------------------------------------------------------

    def take_words(self, tree: Tree) -> Tree:
        """Take `extends` and `remove` out of the keys of every table that is not in a list."""
        if not tree.is_table or tree.inner is None:
            return tree
        inner = {name: self.take_words(one) for name, one in tree.inner.items()}
        extends = inner.pop("extends", None)
        if extends is not None and not isinstance(extends.value, str):
            self.say(extends.place, f"must be a name in quotes, is {show(extends.plain())}")
            extends = None
        removals = self._take_removals(inner.pop("remove", None))
        self.removals += removals
        return replace(tree, inner=inner, extends=extends, removals=tuple(removals))

    def _take_removals(self, names: Tree | None) -> list[Removal]:
        if names is None:
            return []
        if not names.is_list or names.inner is None:
            self.say(names.place, f"must be a list of names, is {show(names.plain())}")
            return []
        found = []
        for name in names.inner.values():
            if isinstance(name.value, str) and name.value:
                found.append(Removal(name.place, tuple(name.value.split("."))))
            else:
                self.say(name.place, f"must be a name in quotes, is {show(name.plain())}")
        return found

    def report_removals(self, document: Document) -> None:
        """Say which names in the `remove` lists of a file took nothing away."""
        for removal in self.removals:
            # A base's removal may have nothing left to do because of what its heir removed.
            if removal.found or removal.place.document is not document:
                continue
            name = ".".join(removal.path)
            if removal.known:
                text = f"{show(name)} is not inherited"
                text += did_you_mean(name, removal.known)
            else:
                text = f"{show(name)} cannot be removed: nothing is inherited here"
            self.say(removal.place, text)

    # ---- merging --------------------------------------------------------------------------

    def merge(self, base: Tree, over: Tree) -> Tree:
        """`over` with everything it does not say itself taken from `base`."""
        if not base.is_table or not over.is_table:
            return over
        pruned = base
        for removal in over.removals:
            if (left := self._prune(pruned, removal.path, removal)) is not pruned:
                self.gone[over.place.at + removal.path] = removal.place
                pruned = left
        inner = dict(pruned.inner or {})
        for name, tree in (over.inner or {}).items():
            inner[name] = self.merge(inner[name], tree) if name in inner else tree
        # Who inherits from another than before has nothing to remove of the former.
        kept = base.removals if over.extends is None else ()
        return replace(
            over,
            inner=inner,
            extends=over.extends or base.extends,
            removals=kept + over.removals,
        )

    def _prune(self, tree: Tree, path: tuple[str, ...], removal: Removal) -> Tree:
        """A tree without what a removal names; the tree itself where it names nothing of it."""
        if not tree.is_table or tree.inner is None:
            return tree
        done = removal.path[: len(removal.path) - len(path)]
        removal.known |= {".".join((*done, name)) for name in tree.inner}
        inner = dict(tree.inner)
        if path[0] not in inner:
            return tree
        if len(path) == 1:
            del inner[path[0]]
            removal.found = True
            return replace(tree, inner=inner)
        left = self._prune(inner[path[0]], path[1:], removal)
        return tree if left is inner[path[0]] else replace(tree, inner=inner | {path[0]: left})

    # ---- tables ---------------------------------------------------------------------------

    def settle(self, table: Tree, at: KeyPath) -> Tree:
        """Let the tables in `table` inherit from each other; then those in them, and so on."""
        if not table.is_table or table.inner is None:
            return table
        ready: dict[str, Tree] = {}
        for name in table.inner:
            self._inherit(table.inner, at, name, ready)
        return replace(table, inner={name: self.settle(ready[name], (*at, name)) for name in ready})

    def _inherit(
        self, siblings: Mapping[Any, Tree], at: KeyPath, name: str, ready: dict[str, Tree]
    ) -> None:
        """Make a table ready, and those it inherits from, however many they are."""
        trail: list[str] = []
        while name not in ready:
            trail.append(name)
            extends = siblings[name].extends
            if extends is None:
                break
            if fault := self._fault(siblings, at, extends, trail):
                self.say(extends.place, fault)
                self.broken.add((*at, name))
                break  # a circle ends here too
            name = str(extends.value)
        for name in reversed(trail):
            tree = siblings[name]
            if tree.extends is not None:
                base = str(tree.extends.value)
                if (*at, name) not in self.broken:
                    tree = self.merge(ready[base], tree)
                if {(*at, base), (*at, name)} & self.broken:
                    self.broken.add((*at, name))
                    for removal in tree.removals:
                        removal.found = True  # nobody can say what it would have found
                tree = replace(tree, extends=None, removals=())
            ready[name] = tree

    def _fault(
        self, siblings: Mapping[Any, Tree], at: KeyPath, extends: Tree, trail: list[str]
    ) -> str:
        """Why the last table of a trail cannot inherit as it says; empty when it can."""
        base = str(extends.value)
        if base in trail:
            circle = trail[trail.index(base) :]
            hops = (hop for name in circle if (hop := siblings[name].extends) is not None)
            return "extends in a circle: " + ", ".join(
                f"{name} extends {hop.value} ({self.locator.text(hop.place)})"
                for name, hop in zip(circle, hops, strict=True)
            )
        if base in siblings:
            if siblings[base].is_table:
                return ""
            return f"{show(base)} is not a table ({self.locator.text(siblings[base].place)})"
        parent = key_text(at)
        text = f"there is no table {show(base)} in {extends.place.document.file}"
        text += f" [{parent}]" if parent else ""
        if (removed := self.gone.get((*at, base))) is not None:
            return f"{text}; it was removed at {self.locator.text(removed)}"
        tables = [name for name, tree in siblings.items() if tree.is_table and name != trail[-1]]
        return text + did_you_mean(base, tables)


def _written(place: Place) -> Any:
    value: Any = place.document.value
    for part in place.at:
        value = value[part]
    return value


def _identity(path: Path) -> str:
    try:
        return str(path.resolve())
    except (OSError, RuntimeError):  # a circle of links is not there, which is said elsewhere
        return str(path)
