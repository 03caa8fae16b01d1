"""Reading a folder of balance files, with everything they inherit.

balance/*.toml  →  trees (extends, remove)  →  models  →  names, curves, agreement
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic

from pydantic import BaseModel

from ringfall.datapack.checking import BalanceT, check, check_document
from ringfall.documents import DataError, Problem, parse_document
from ringfall.documents.inheriting import Inherited, read_inherited
from ringfall.documents.trees import Locator, Tree
from ringfall.documents.words import did_you_mean
from schema.balance import Balance


@dataclass
class BalanceFiles(Generic[BalanceT]):
    """A balance folder as read: the balance, unless `problems` says why there is none.

    Attributes:
        trees: what each file holds with all it inherits, by its name without `.toml`.
        files: every file that was read, or looked for.
    """

    balance: BalanceT | None
    problems: list[Problem]
    trees: dict[str, Tree]
    files: list[Path]
    locator: Locator = field(default_factory=Locator)


def read_balance(
    folder: Path, shipped: Path | None, model: type[BalanceT], *, fill: bool = False
) -> BalanceFiles[BalanceT]:
    """Read every file of a balance folder, check each, then all against each other.

    Args:
        folder: where the files are.
        shipped: the folder that `extends = "shipped"` speaks of; None for nowhere.
        model: the whole balance, one field per file.
        fill: whether the shipped file stands in for one that `folder` lacks.
    """
    locator = Locator()
    trees: dict[str, Tree] = {}
    inherited: dict[str, Inherited] = {}
    files: list[Path] = []
    problems: list[Problem] = []
    for name in model.model_fields:
        base = shipped / f"{name}.toml" if shipped is not None else None
        path = folder / f"{name}.toml"
        files.append(path)
        if fill and base is not None and not path.exists():
            path = base
        try:
            inherited[name] = read_inherited(path, base, locator)
        except DataError as error:
            problems += error.problems
            continue
        trees[name] = inherited[name].tree
        files += inherited[name].files
        problems += inherited[name].problems
    problems += _strangers(folder, model, files)
    checked = check(trees, model, locator, inherited)
    problems = list(dict.fromkeys(problems + checked.problems))
    balance = None if problems else checked.balance
    return BalanceFiles(balance, problems, trees, files, locator)


def balance_from_json(data: bytes, file: str = "balance") -> Balance:
    """Read a canonical balance back, as from a replay; errors call it `file`."""
    checked = check_document(parse_document(file, data, "json"), Balance)
    if checked.balance is None or checked.problems:
        raise DataError(checked.problems)
    return checked.balance


def _strangers(folder: Path, model: type[BaseModel], read: Iterable[Path]) -> list[Problem]:
    """TOML files nobody reads: most likely a name with a slip in it."""
    used = {path.resolve() for path in read}
    known = [f"{name}.toml" for name in model.model_fields]
    problems = []
    for path in sorted(folder.glob("*.toml")):
        if path.resolve() not in used and not path.name.startswith("."):
            hint = did_you_mean(path.name, known) or f"; known are: {', '.join(known)}"
            text = f"unknown balance file{hint}"
            problems.append(Problem(str(path), 0, 0, "", text))
    return problems
