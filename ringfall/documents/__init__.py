"""Files people write, and everything that can be wrong with them: read, merged, located.

`reading` parses and validates, `places` finds lines and columns, `words` says what is wrong,
`shapes` walks models, `trees` remembers where each value was written, and `inheriting` carries
out `extends` and `remove`. Nothing here knows the game.
"""

from ringfall.documents.places import KeyPath, Syntax
from ringfall.documents.reading import (
    BYTES_MAX,
    PROBLEMS_MAX,
    DataError,
    Document,
    Finding,
    Problem,
    findings,
    load_document,
    locate,
    parse_document,
    read_document,
    validate,
)

__all__ = [
    "BYTES_MAX",
    "PROBLEMS_MAX",
    "DataError",
    "Document",
    "Finding",
    "KeyPath",
    "Problem",
    "Syntax",
    "findings",
    "load_document",
    "locate",
    "parse_document",
    "read_document",
    "validate",
]
