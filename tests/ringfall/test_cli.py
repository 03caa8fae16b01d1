"""The command line: what it prints, its exit codes, and one clear line for every mistake."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from persistence.frames import MAGIC, frame
from persistence.records import Tick, encode_record
from ringfall import cli
from tests.ringfall.tampering import changed, recorded, records_of

SIMULATE = ("simulate", "--players", "8", "--ticks", "60", "--seed", "5")
LOADTEST = ("loadtest", "--clients", "4", "--seconds", "5")
COMMANDS: list[list[str]] = [
    [],
    ["warm"],
    ["serve"],
    ["simulate"],
    ["replay"],
    ["replay", "info"],
    ["replay", "verify"],
    ["bench"],
    ["loadtest"],
    ["db"],
    ["db", "info"],
    ["db", "migrate"],
    ["db", "backup"],
    ["db", "restore"],
    ["db", "check"],
    ["db", "rebuild"],
    ["library"],
    *(["library", name] for name in "list show pack unpack export import pin prune".split()),
]


class Result:
    """What a command printed and returned."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err
        assert "Traceback" not in out + err, err

    @property
    def json(self) -> Any:
        """Standard output, which must be one line of strict JSON."""
        assert len(self.out.strip().splitlines()) == 1

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is no JSON")

        return json.loads(self.out, parse_constant=refuse)

    @property
    def line(self) -> str:
        """The one line on standard error."""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("ringfall: ")
        return lines[0]


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """``main`` in this process; anything but SystemExit that leaves it fails the test."""
    monkeypatch.setattr(cli.err, "_width", 400)
    monkeypatch.setattr(cli.out, "_width", 400)

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["ringfall", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            cli.main()
        code = caught.value.code
        assert isinstance(code, int)
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.err)

    yield run
    structlog.reset_defaults()


@pytest.fixture
def journal(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    path = tmp_path / "good.journal"
    path.write_bytes(recorded(tmp_path_factory.getbasetemp()))
    return path


# ---- what works ---------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words) or "ringfall")
def test_help(run: Run, command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.code == 0
    assert "Usage: ringfall " + " ".join(command) in " ".join(result.out.split())


@pytest.mark.parametrize("command", [[], ["replay"]])
def test_no_command_shows_the_help(run: Run, command: list[str]) -> None:
    result = run(*command)
    assert result.code == 2
    assert "Usage: ringfall" in result.out + result.err


def test_version(run: Run) -> None:
    assert re.fullmatch(r"ringfall \d+\.\d+\.\d+\n", run("--version").out)


def test_warm(run: Run) -> None:
    facts = run("warm", "--json").json
    assert set(facts) == {"kernels", "compiled"}
    assert facts["kernels"] > 20
    assert "kernels ready" in run("warm").out


def test_simulate(run: Run) -> None:
    result = run(*SIMULATE, "--json")
    assert (result.code, result.err) == (0, "")
    facts = result.json
    assert facts["ticks"] == 60
    assert re.fullmatch(r"[0-9a-f]{16}", facts["final_hash"])
    assert facts["agent_steps_per_s"] > 0
    assert facts["winner"] is None
    assert (facts["players"], facts["seed"], facts["agent_steps"]) == (8, 5, 480)
    assert (facts["recorded"], facts["bytes_recorded"]) == (None, 0)
    text = run(*SIMULATE)
    assert text.code == 0
    assert facts["final_hash"] in text.out


def test_simulate_is_decided_by_its_seed_and_equals_its_replay(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    first = run(*SIMULATE, "--json").json
    second = run(*SIMULATE, "--json", "--record", path).json
    other = run(*SIMULATE[:-1], "6", "--json").json
    assert first["final_hash"] == second["final_hash"] != other["final_hash"]
    assert second["recorded"] == str(path)
    assert second["bytes_recorded"] == path.stat().st_size
    verified = run("replay", "verify", path, "--json").json
    assert verified["final_hash"] == first["final_hash"]


def test_simulate_to_the_end_names_the_winner(run: Run) -> None:
    facts = run(
        "simulate", "--players", 4, "--ticks", 100_000, "--seed", 2**64 - 1, "--json",
        "--tick-rate", 10,
    ).json  # fmt: skip
    assert facts["ticks"] < 100_000
    assert facts["winner"] in range(4)
    assert facts["winner_name"]


def test_verify(run: Run, journal: Path) -> None:
    result = run("replay", "verify", journal, "--json")
    assert (result.code, result.err) == (0, "")
    assert set(result.json) == {
        "ticks", "compared", "keyframes", "sealed", "final_hash", "divergence", "damage",
        "seconds", "same_engine", "ok",
    }  # fmt: skip
    assert result.json["ok"] is True
    text = run("replay", "verify", journal)
    assert text.code == 0
    assert "90 ticks re-stepped, 91 hashes and 4 keyframes agree" in text.out
    assert "not sealed" not in text.out


def test_info(run: Run, journal: Path) -> None:
    result = run("replay", "info", journal, "--json")
    assert result.code == 0
    assert result.json["ticks"] == 90
    assert result.json["sealed"] is True
    text = run("replay", "info", journal)
    assert "90 ticks, 3.0 s at 30 Hz" in text.out


# ---- divergence: 1 ------------------------------------------------------------------------------


def flipped(data: bytes) -> bytes:
    return changed(
        data, Tick, lambda t: msgspec.structs.replace(t, hash_before=t.hash_before ^ 1), at=44
    )


def test_divergence(run: Run, journal: Path) -> None:
    journal.write_bytes(flipped(journal.read_bytes()))
    result = run("replay", "verify", journal, "--json")
    assert (result.code, result.err) == (1, "")
    facts = result.json
    assert facts["ok"] is False
    assert facts["divergence"]["tick"] == 44
    assert int(facts["divergence"]["recorded_hash"], 16) ^ 1 == int(
        facts["divergence"]["replayed_hash"], 16
    )
    text = run("replay", "verify", journal)
    assert (text.code, text.out) == (1, "")
    assert "diverges before tick 44" in text.err
    assert "only the hash differs" in text.err


def test_divergence_down_to_the_value(run: Run, journal: Path) -> None:
    from persistence.records import Keyframe
    from tests.ringfall.tampering import column, edited_keyframe, world_of_journal

    data = journal.read_bytes()
    placed = column(world_of_journal(data), "players.Vitals.health_hp")
    data = changed(
        data, Keyframe, lambda k: edited_keyframe(k, placed, 2, float("nan"), rehash=True), at=60
    )
    journal.write_bytes(data)
    facts = run("replay", "verify", journal, "--json").json["divergence"]
    assert (facts["tick"], facts["group"], facts["column"], facts["row"]) == (
        60, "players.Vitals", "health_hp", 2,
    )  # fmt: skip
    assert (facts["recorded"], facts["replayed"]) == ("nan", 145.0)
    text = run("replay", "verify", journal)
    assert text.code == 1
    assert (
        "first value that differs there: players.Vitals, column health_hp, row 2: recorded nan, "
        "replayed 145.0 (1 columns differ, in 1 cells)" in text.err
    )


# ---- bad input: 2 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["loadtest", "--clients", "0", "--seconds", "5"], "--clients"),
        (["loadtest", "--clients", "9999", "--seconds", "5"], "--clients"),
        (["loadtest", "--clients", "4"], "--seconds"),
        (["loadtest", "--clients", "4", "--seconds", "0"], "--seconds"),
        (["loadtest", "--clients", "4", "--seconds", "nan"], "--seconds"),
        ([*LOADTEST, "--profile", "dsl"], "--profile"),
        ([*LOADTEST, "--bots", "999"], "--bots: 999 leave"),
        ([*LOADTEST, "--map", "nowhere"], "nowhere"),
        ([*LOADTEST, "--url", "ftp://x/"], "is no page"),
        ([*LOADTEST, "--url", "http://[/"], "is no page"),
        ([*LOADTEST, "--url", "http://game.example.org/"], "--i-run-this-server"),
        (["bogus"], "No such command 'bogus'.*--help"),
        (["--bogus"], "No such option.*--bogus.*--help"),
        (["simulate"], "Missing option.*ringfall simulate --help"),
        ([*SIMULATE[:-1], "-1"], "--seed"),
        ([*SIMULATE[:-1], str(2**64)], "--seed"),
        ([*SIMULATE[:-1], "0x10"], "--seed"),
        ([*SIMULATE[:-1], "1.5"], "--seed"),
        (["simulate", "--players", "1", "--ticks", "1", "--seed", "1"], "--players"),
        (["simulate", "--players", "70000", "--ticks", "1", "--seed", "1"], "--players"),
        (["simulate", "--players", "9000", "--ticks", "1", "--seed", "1"], "places for 128"),
        (["simulate", "--players", "2", "--ticks", "0", "--seed", "1"], "--ticks"),
        ([*SIMULATE, "--tick-rate", "61"], "--tick-rate"),
        ([*SIMULATE, "--keyframe-ticks", "0"], "--keyframe-ticks"),
        ([*SIMULATE, "--data", "nowhere"], "nowhere: there is no such directory.*balance/"),
        ([*SIMULATE, "--map", "atlantis"], "there is no map.*caldera"),
        (["serve", "--tick-rate", "9"], "--tick-rate"),
        (["serve", "--players-max", "1"], "--players-max"),
        (["serve", "--players-max", "1000000"], "lower --players-max"),
        (["serve", "--bots", "-1"], "--bots"),
        (["serve", "--bots", "1000000"], "lower --bots"),
        (["serve", "--http-port", "65536"], "--http-port"),
        (["serve", "--game-port", "x"], "--game-port"),
        (["serve", "--config", "nowhere.toml"], "nowhere.toml: there is no such file"),
        (["serve", "--config", "."], "is a directory"),
        (["serve", "--data", "nowhere"], "there is no such directory"),
        (["serve", "--host", "no.such.host.invalid", "--game-port", "0"], "cannot listen on no.su"),
        (["replay", "verify"], "Missing argument"),
        (["replay", "verify", "nowhere"], "nowhere: cannot read the journal: No such file"),
        (["replay", "verify", "."], "not a file"),
        (["replay", "info", "nowhere"], "nowhere: cannot read the journal: No such file"),
        (["replay", "bogus"], "No such command 'bogus'.*ringfall replay --help"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_flags(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert re.search(words, result.line), result.line
    left = [path.name for path in tmp_path.iterdir() if path.name != "journals"]
    assert left == [], "nothing is left behind"


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_mistakes_in_files_have_a_place(run: Run, tmp_path: Path, as_json: list[str]) -> None:
    path = tmp_path / "ringfall.toml"
    path.write_text("[match]\nbots = 5\nplayers_maximum = 7\n")
    result = run("serve", "--config", path, *as_json)
    assert (result.code, result.out) == (2, "")
    assert f"{path}:3:1" in result.line
    assert "players_max" in result.line


def test_a_busy_port(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for flag, other in (("--http-port", "--game-port"), ("--game-port", "--http-port")):
            result = run("serve", flag, port, other, 0)
            assert result.code == 2
            assert f"port {port}: Address already in use" in result.line
            assert f"choose another with {flag}" in result.line
    assert list((tmp_path / "journals").iterdir()) == []


def test_folders_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for folder in (file, file / "below", Path("/proc/nowhere"), Path("/dev/null")):
        result = run("serve", "--journal-dir", folder, "--http-port", 0, "--game-port", 0)
        assert result.code == 2
        assert f"cannot write recordings to {folder}" in result.line
        assert "--journal-dir" in result.line
        result = run(*SIMULATE, "--record", folder / "a.journal")
        assert result.code == 2
        assert "cannot create the journal" in result.line


def test_a_folder_without_permission(run: Run, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    assert "Permission denied" in run("serve", "--journal-dir", folder).line


def test_an_existing_recording_is_left_alone(run: Run, journal: Path) -> None:
    before = journal.read_bytes()
    result = run(*SIMULATE, "--record", journal)
    assert result.code == 2
    assert "exists already" in result.line
    assert "choose another name" in result.line
    assert journal.read_bytes() == before


def other_format(data: bytes) -> bytes:
    fields = msgspec.msgpack.decode(encode_record(records_of(data)[0]))
    fields[1] = 99
    return MAGIC + frame(msgspec.msgpack.encode(fields))


@pytest.mark.parametrize("command", ["verify", "info"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: b"", "an empty file"),
        (lambda data: b"PK\x03\x04" + data, "another kind of file"),
        (lambda data: data[: len(data) // 2], "damaged at byte"),
        (lambda data: data[:-3], "damaged at byte"),
        (lambda data: data[:300], "damaged at byte 8"),
        (lambda data: data[:9000] + bytes(10) + data[9010:], "damaged at byte"),
        (other_format, "journal format 99, but this build reads format 4; open it with"),
    ],
    ids=["empty", "foreign", "half", "trailer", "header", "zeroes", "format"],
)
def test_files_that_are_no_whole_journal(
    run: Run, journal: Path, command: str, change: Callable[[bytes], bytes], words: str
) -> None:
    journal.write_bytes(change(journal.read_bytes()))
    for as_json in ([], ["--json"]):
        result = run("replay", command, journal, *as_json)
        assert result.code == 2
        assert words in result.line
        assert str(journal) in result.line


def test_damage_leaves_the_good_ticks_and_valid_json(run: Run, journal: Path) -> None:
    journal.write_bytes(journal.read_bytes()[:-3])
    result = run("replay", "verify", journal, "--json")
    assert result.code == 2
    assert result.json["ok"] is False
    assert result.json["ticks"] == 90
    assert result.json["damage"]["offset"] > 0
    assert "the 90 ticks before it are good" in result.line


def test_an_old_layout_says_which_version_to_use(run: Run, journal: Path) -> None:
    from persistence.records import Header

    data = changed(
        journal.read_bytes(),
        Header,
        lambda h: msgspec.structs.replace(h, layout_hash="0", engine_version="0.0.9"),
        at=0,
    )
    journal.write_bytes(data)
    result = run("replay", "verify", journal)
    assert result.code == 2
    assert "Replay it with Ringfall 0.0.9" in result.line
    assert run("replay", "info", journal).code == 0, "what it says about itself can still be read"
