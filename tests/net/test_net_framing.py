"""The MessagePack frame in front of payloads, against the bytes the format prescribes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from net.kernels.heads import FRAME_BYTES, close_frames
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
