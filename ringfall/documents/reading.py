"""Reading what people write: TOML and JSON files into models, every error with line and column.

`load_document(path, Model)` returns a validated model or raises `DataError`, whose text lists
every mistake as `file:line:column: key.path: what is wrong`. The parsers of the standard
library decide what a document means; tree-sitter is asked only afterwards, and only for where
things stand, so a file without mistakes never pays for positions.

Models are pydantic's. A model may raise an error whose context carries `contradictions`, pairs
of key path and message (`schema.contradictions.refuse`); each is reported at its own key.
"""

from __future__ import annotations

import codecs
import json
import re
import stat
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ringfall.documents.places import KeyPath, Syntax, first_error, line_column, mark
from ringfall.documents.shapes import key_path
from ringfall.documents.words import error_message, key_text, kind_message, nearest_id, show

BYTES_MAX = 16 * 1024 * 1024  # a larger file is refused before it is read
PROBLEMS_MAX = 50  # per file; the rest is counted, not listed

ModelT = TypeVar("ModelT", bound=BaseModel)


class Finding(NamedTuple):
    """Something wrong at a key path of one document, not yet given a line."""

    at: KeyPath
    message: str
    on_key: bool = False  # point at the key rather than at its value
    absent: bool = False  # a key that is not there


@dataclass(frozen=True, order=True)
class Problem:
    """One line of a `DataError`. Line and column count from 1; line 0 means the whole file."""

    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, self.message) if part)


class DataError(Exception):
    """Files people wrote are not as they must be. `str()` has one line per problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Sort `problems` by place."""
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, eq=False)
class Document:
    """A parsed file: its top-level table, and its bytes for finding positions."""

    file: str
    syntax: Syntax
    data: bytes = field(repr=False)
    value: dict[str, Any] = field(repr=False)


def load_document(path: Path, model: type[ModelT]) -> ModelT:
    """Read the TOML or JSON file at `path` (by its suffix) as a `model`, or raise `DataError`."""
    return validate(read_document(path), model)


def read_document(path: Path) -> Document:
    """Read and parse the file at `path`: TOML if it ends in `.toml`, otherwise JSON."""
    syntax: Syntax = "toml" if path.suffix.lower() == ".toml" else "json"
    return parse_document(str(path), _read(path), syntax)


def parse_document(file: str, data: bytes, syntax: Syntax) -> Document:
    """Parse `data`; `file` is the name errors are reported under."""
    if len(data) > BYTES_MAX:
        raise _whole(file, f"is larger than {BYTES_MAX // 2**20} MiB, the most that is read")
    text = _decode(file, data)
    repeated: list[str] = []
    try:
        value = tomllib.loads(text) if syntax == "toml" else _load_json(text, repeated)
    except RecursionError:
        raise _whole(file, "is nested too deeply") from None
    except ValueError as error:
        raise DataError(_syntax_problems(file, data, text, syntax, error)) from None
    if repeated:
        raise DataError(_repetitions(file, data, syntax))
    if not isinstance(value, dict):
        raise _whole(file, f"must hold an object in braces, holds {show(value)}", 1, 1)
    return Document(file, syntax, data, value)


def validate(document: Document, model: type[ModelT]) -> ModelT:
    """Validate a parsed document against `model`, or raise `DataError` with every problem."""
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        raise DataError(locate(document, findings(error, model, document.value))) from None


def findings(error: ValidationError, model: type[BaseModel], value: Any) -> list[Finding]:
    """Everything that validating `value` against `model` found wrong, in this module's words."""
    found: list[Finding] = []
    for details in error.errors(include_url=False):
        at = key_path(model, value, details["loc"])
        kind = details["type"]
        context = details.get("ctx", {})
        if "contradictions" in context:
            pairs = context["contradictions"]
            found += [Finding(at + tuple(end), text) for end, text in pairs]
        elif kind in ("union_tag_not_found", "union_tag_invalid"):
            text = kind_message(details, model, value, at)
            found.append(Finding((*at, "kind"), text, absent=kind == "union_tag_not_found"))
        elif not _follows_from_others(details):
            on_key = kind == "extra_forbidden" or details["loc"][-1:] == ("[key]",)
            text = error_message(details, model, value, at)
            found.append(Finding(at, text, on_key, kind == "missing"))
    return found


def _follows_from_others(details: ErrorDetails) -> bool:
    """A list counts as too short when its entries are wrong; they have errors of their own."""
    limit = details.get("ctx", {}).get("min_length", 0)
    return details["type"] == "too_short" and len(details["input"]) >= limit


def locate(document: Document, found: Sequence[Finding]) -> list[Problem]:
    """Give every finding its line and column; a key that is not there is at its table."""
    listed = found[:PROBLEMS_MAX]
    inside = {finding.at[:end] for finding in listed for end in range(len(finding.at))}
    marks = mark(document.data, document.syntax, inside)
    problems = []
    for finding in listed:
        end = len(finding.at)
        while finding.at[:end] not in marks.places:
            end -= 1
        key, value = marks.places[finding.at[:end]]
        line, column = line_column(document.data, key if finding.on_key else value)
        label = key_text(finding.at) + nearest_id(document.value, finding.at)
        problems.append(Problem(document.file, line, column, label, finding.message))
    if len(found) > PROBLEMS_MAX:
        text = f"{len(found)} problems, the first {PROBLEMS_MAX} are listed"
        problems.append(Problem(document.file, 0, 0, "", text))
    return problems


def _whole(file: str, message: str, line: int = 0, column: int = 0) -> DataError:
    return DataError([Problem(file, line, column, "", message)])


# --- bytes ---------------------------------------------------------------------------------


def _read(path: Path) -> bytes:
    try:
        # Opening a pipe would wait for its writer: look before opening.
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _whole(str(path), "is a directory, not a file")
        if not stat.S_ISREG(mode):
            raise _whole(str(path), "is not a regular file")
        with path.open("rb") as stream:
            return stream.read(BYTES_MAX + 1)
    except FileNotFoundError:
        raise _whole(str(path), "there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _whole(str(path), f"cannot be read: {reason}") from None


def _decode(file: str, data: bytes) -> str:
    if data.startswith(codecs.BOM_UTF8):
        raise _whole(file, "starts with a byte-order mark: save it as UTF-8 without BOM", 1, 1)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _whole(file, "is UTF-16: save it as UTF-8", 1, 1)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        row, before = data.count(b"\n", 0, error.start), data.rfind(b"\n", 0, error.start) + 1
        line, column = line_column(data, (row, error.start - before))
        text = f"is not UTF-8: byte 0x{data[error.start]:02x} does not belong here"
        raise _whole(file, text, line, column) from None


def _load_json(text: str, repeated: list[str]) -> Any:
    """Like `json.loads`; names of keys given twice in one object go to `repeated`."""

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) < len(pairs):
            repeated.extend(key for key, _ in pairs)
        return table

    def refuse(word: str) -> None:
        places = (found.start(1) for found in _NOT_JSON.finditer(text) if found[1])
        raise json.JSONDecodeError(f"not JSON: {word}", text, next(places, 0))

    value = json.loads(text, object_pairs_hook=build, parse_constant=refuse)
    if "\\u" in text:
        try:
            # Half a surrogate pair is valid JSON but no text: it could not be sent or printed.
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            half = _HALF_PAIR.search(text)
            place = half.start() if half else 0
            reason = "half a surrogate pair is not text"
            raise json.JSONDecodeError(reason, text, place) from None
    return value


_NOT_JSON = re.compile(r'"(?:\\.|[^"\\])*"|(-?Infinity|NaN)')  # group 1: outside of strings
_HALF_PAIR = re.compile(
    r"\\u[dD][89abAB]\w\w(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]\w\w)\\u[dD][c-fC-F]\w\w"
)
_TOML_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_TOML_TWICE = re.compile("overwrite|twice|[Dd]uplicate|redefine|mutate")


def _syntax_problems(
    file: str, data: bytes, text: str, syntax: Syntax, error: ValueError
) -> list[Problem]:
    """What the parser said, with its place."""
    if isinstance(error, json.JSONDecodeError):
        line, column, message = error.lineno, error.colno, error.msg
    elif place := _TOML_PLACE.fullmatch(str(error)):
        message = place[1]
        if place[2]:
            line, column = int(place[2]), int(place[3])
        else:  # what was opened and never closed matters more than where the file ends
            line, column = line_column(data, first_error(data, syntax) or (0, 0))
            message += ", reached the end of the file"
        if _TOML_TWICE.search(message):
            if found := _repetitions(file, data, syntax):
                return found
            message = "this key is already given in another form"
    else:  # the parsers let int() speak for itself about numbers beyond thousands of digits
        digits = re.search(r"[\d_]{4000,}", text)
        line, column = line_column(data, _point(text, digits.start() if digits else 0))
        message = "a number has too many digits" if digits else str(error)
    if not text.strip():
        message = "the file is empty"
    return [Problem(file, line, column, "", message[:1].lower() + message[1:])]


def _point(text: str, index: int) -> tuple[int, int]:
    before = text[:index].encode()
    return before.count(b"\n"), len(before) - before.rfind(b"\n") - 1


def _repetitions(file: str, data: bytes, syntax: Syntax) -> list[Problem]:
    problems = []
    repeated = mark(data, syntax, None).repeated
    told = {at for at, _, _ in repeated}
    # What is inside a table that is there twice is there twice, too, which goes without saying.
    whole = [one for one in repeated if not any(one[0][:end] in told for end in range(len(one[0])))]
    for at, first, again in whole[:PROBLEMS_MAX]:
        line, column = line_column(data, again)
        text = f"is given twice, first on line {first[0] + 1}"
        problems.append(Problem(file, line, column, key_text(at), text))
    return problems
