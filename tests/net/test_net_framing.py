"""The MessagePack frame in front of payloads, against the bytes the format prescribes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from net.kernels.heads import FRAME_BYTES, close_frames
from net.kernels.turns import end_turns
from tests.oracle.snapshot import framed
from tests.systems.kernel_calls import call

# Where the length's upper byte begins, and its upper bit; the longest there is.
LENGTHS = st.sampled_from([0, 1, 64, 255, 256, 32767, 32768, 65534, 65535]) | st.integers(0, 65535)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(LENGTHS, min_size=1, max_size=4), st.integers(0, 5))
def test_every_payload_gets_its_length(lengths: list[int], spare: int) -> None:
    stride = FRAME_BYTES + max(lengths) + spare
    bases = [viewer * stride for viewer in range(len(lengths))]
    before = np.random.default_rng(len(lengths)).integers(0, 256, stride * len(lengths), np.uint8)
    made = call(
        close_frames,
        stride=stride,
        buffer=before,
        ends=[base + FRAME_BYTES + n for base, n in zip(bases, lengths, strict=True)],
        begins=[-1] * len(bases),
    )
    for base, length, begin in zip(bases, lengths, made.begins.tolist(), strict=True):
        end = base + FRAME_BYTES + length
        payload = before[base + FRAME_BYTES : end].tobytes()
        assert made.buffer[begin:end].tobytes() == framed(payload)
        assert made.buffer[base:begin].tobytes() == before[base:begin].tobytes()
        assert made.buffer[end : base + stride].tobytes() == before[end : base + stride].tobytes()
    sent = call(
        end_turns,
        seats=list(range(1, 1 + len(bases))),
        buffer=made.buffer,
        begins=made.begins,
        ends=[base + FRAME_BYTES + n for base, n in zip(bases, lengths, strict=True)],
        first=[1] * (len(bases) + 2),
        turn=[6] * (len(bases) + 2),
        packed=before,
    )
    assert sent.first.tolist() == [1, *[0] * len(bases), 1]
    assert sent.turn.tolist() == [6, *[7] * len(bases), 6]
    behind = 0
    for base, length, begin, end in zip(
        bases, lengths, sent.begins.tolist(), sent.ends.tolist(), strict=True
    ):
        payload = before[base + FRAME_BYTES : base + FRAME_BYTES + length].tobytes()
        assert begin == behind
        assert sent.packed[begin:end].tobytes() == framed(payload)
        behind = end
    assert sent.packed[behind:].tobytes() == before[behind:].tobytes()
