"""Every kind of change there is, and how one is laid down in bytes."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from persistence.store.change import Change
from persistence.store.recordings import RecordingGone, RecordingPinned, RecordingSealed
from persistence.store.results import MatchPlayed, PersonLeft
from persistence.store.sessions import SignIn, SignOut, Use

Known: TypeAlias = (
    SignIn
    | Use
    | SignOut
    | MatchPlayed
    | PersonLeft
    | RecordingSealed
    | RecordingPinned
    | RecordingGone
)
"""A kind that is missing here could be submitted, but never read from a spool."""

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final[msgspec.msgpack.Decoder[Known]] = msgspec.msgpack.Decoder(Known)


def encode_change(change: Change) -> bytes:
    """``change`` as MessagePack.

    Raises:
        ValueError, TypeError: a field is not what it should be.
    """
    return _encoder.encode(change)


def decode_change(payload: bytes | memoryview) -> Change:
    """The change in ``payload``.

    Raises:
        ValueError: it is none, or one this version does not know.
    """
    return _decoder.decode(payload)
