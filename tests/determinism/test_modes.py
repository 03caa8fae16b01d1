"""(d) shuffled mail, (e) every keyframe, (g) SyncTest: on the golden match, and on a whole one."""

from __future__ import annotations

import pytest

from ringfall.datapack import DataPack
from tests.determinism import matches, modes
from tests.determinism.conftest import FULL_BOTS, FULL_GUESTS, FULL_SEED, FULL_TICKS_MAX, Note
from tests.determinism.trace import Recording


def test_shuffled_mail(golden_match: Recording, note: Note) -> None:
    compared = modes.shuffled(golden_match)
    assert compared == golden_match.ticks + 1
    note("d golden, shuffled", f"{compared} hashes")


def test_every_keyframe(golden_match: Recording, note: Note) -> None:
    compared = modes.from_keyframes(golden_match)
    assert compared > golden_match.ticks
    note("e golden, keyframes", f"{compared} hashes from {len(golden_match.keyframes)} keyframes")


def test_sync_test(pack: DataPack, note: Note) -> None:
    ticks = 400
    compared = modes.sync_test(matches.live(pack, 30, 4, ticks, seed=5))
    assert compared == modes.SYNC_TICKS * (ticks - modes.SYNC_TICKS + 1)
    note("g SyncTest, 30 bots", f"{compared} states of {ticks} ticks")


@pytest.mark.slow
def test_full_match_here(full_match: Recording, note: Note) -> None:
    compared = modes.straight(full_match)
    assert compared == full_match.ticks + 1
    note("a full match", f"{compared} hashes")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_full_match_shuffled(full_match: Recording, seed: int, note: Note) -> None:
    compared = modes.shuffled(full_match, seed)
    assert compared == full_match.ticks + 1
    note("d full match, shuffled", f"{compared} hashes, order {seed}")


@pytest.mark.slow
def test_full_match_from_every_keyframe(full_match: Recording, note: Note) -> None:
    compared = modes.from_keyframes(full_match)
    assert compared > full_match.ticks
    note("e full match, keyframes", f"{compared} hashes from {len(full_match.keyframes)} keyframes")


@pytest.mark.slow
def test_full_match_sync_test(pack: DataPack, note: Note) -> None:
    compared = modes.sync_test(
        matches.live(pack, FULL_BOTS, FULL_GUESTS, FULL_TICKS_MAX, FULL_SEED)
    )
    note("g full match, SyncTest", f"{compared} states")
