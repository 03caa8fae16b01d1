"""The first record of a journal, and how any payload becomes a record or a named damage."""

from __future__ import annotations

import os
from pathlib import Path

from persistence.errors import DamagedJournal, NotAJournal, UnsupportedFormat
from persistence.frames import FRAME_HEAD, MAGIC, PACKED_MAGIC, DamageFound, read_frames
from persistence.records import FORMAT, REFUSALS, Header, Record, decode_record, header_format
from persistence.source import Source


def read_header(path: str | os.PathLike[str]) -> Header:
    """Return the header of the journal ``path``; errors as ``reader.open_journal``."""
    source = Source(Path(path))
    try:
        return read_header_frame(source)[0]
    finally:
        source.close()


def read_header_frame(source: Source) -> tuple[Header, int]:
    """Return the header and the byte offset of the frame behind it."""
    name = str(source.path)
    if source.read_at(0, len(MAGIC)) not in (MAGIC, PACKED_MAGIC):
        what = "another kind of file" if source.size_bytes else "an empty file"
        raise NotAJournal(f"{name}: not a Ringfall journal but {what}")
    start = len(MAGIC)
    try:
        for offset, payload in read_frames(source.read_at, start, source.size_bytes):
            version = header_format(payload)
            if version is None:
                raise DamageFound(offset, "the first record is not a header")
            if version != FORMAT:
                raise UnsupportedFormat(name, version, FORMAT)
            header = decoded(offset, payload)
            assert isinstance(header, Header)  # its tag was read above
            return header, offset + FRAME_HEAD.size + len(payload)
        raise DamageFound(start, "the header is missing")
    except DamageFound as found:
        raise DamagedJournal(name, found.damage) from None


def decoded(offset: int, payload: memoryview) -> Record:
    """Return the record in the frame at ``offset``; DamageFound when it is not one."""
    try:
        return decode_record(payload)
    except REFUSALS as error:
        raise DamageFound(offset, f"not a record of format {FORMAT}: {error}") from error
