"""`ringfall map`: what it prints, what it writes, and how it says no."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ringfall.cli import main
from ringfall.datapack import shipped_data
from ringfall.maps.writing import Drawing, tiled_json


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["ringfall", "map", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def bad_map(path: Path) -> None:
    """A spawn in a wall (an error), and a bush in one (a warning)."""
    drawing = Drawing("Bad", 40, 40, 2)
    drawing.box("walls", "hut", 20, 20, 6, 6)
    drawing.circle("bushes", "", 20, 20, 4)
    for x in (5, 20, 35):
        drawing.point("spawns", "", x, 20)
        drawing.point("loot", "", x, 10, table="common")
    path.write_bytes(tiled_json(drawing.document()))


def test_check_of_a_good_map(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "check") == 0
    shown = capsys.readouterr()
    assert "Caldera, 160 x 160 u, 128 players" in shown.out
    assert "walk to the nearest loot" in shown.out
    assert shown.err == ""


def test_check_of_a_bad_file_names_object_and_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad_map(Path("bad.tmj"))
    assert run(monkeypatch, "check", "bad.tmj", "--json") == 1
    facts = json.loads(capsys.readouterr().out)
    assert (facts["map"], facts["errors"]) == ("Bad", 1)
    lines = Path("bad.tmj").read_text().splitlines()
    assert {finding["file"] for finding in facts["findings"]} == {"bad.tmj"}
    about = [finding for finding in facts["findings"] if finding["object"] is not None]
    assert {finding["kind"] for finding in about} == {"spawn", "narrow", "in a wall"}
    for finding in about:
        assert lines[finding["line"] - 1][finding["column"] - 1] == "{"
        inside = lines[finding["line"] :]
        assert next(line for line in inside if '"id"' in line).strip() == (
            f'"id": {finding["object"]},'
        )
    assert [f["kind"] for f in facts["findings"] if f["level"] == "error"] == ["spawn"]
    assert facts["warnings"] == len(facts["findings"]) - 1 >= 1
    assert run(monkeypatch, "check", "bad.tmj") == 1
    told = capsys.readouterr().err
    assert told.startswith("error bad.tmj:")
    assert "warning bad.tmj:" in told


def test_check_of_a_file_that_makes_no_map(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawing = Drawing("Bad", 40, 40, 2)
    Path("bad.tmj").write_bytes(tiled_json(drawing.document()))
    assert run(monkeypatch, "check", "bad.tmj", "--json") == 1
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert facts["map"] is None
    assert facts["findings"][0]["kind"] == "unreadable"
    assert facts["findings"][0]["object"] is None
    assert run(monkeypatch, "check", "nowhere.tmj") == 2
    assert "there is no such file" in capsys.readouterr().err
    assert run(monkeypatch, "check", "nowhere") == 2
    assert "caldera, millrace, or generated:SEED" in " ".join(capsys.readouterr().err.split())


def test_generate_writes_what_check_and_data_take(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "generate", "--seed", "6", "--players", "20", "new.tmj") == 0
    assert "64 x 64 u for 20 players" in capsys.readouterr().out
    assert run(monkeypatch, "check", "new.tmj", "--json") == 0
    written = json.loads(capsys.readouterr().out)
    assert run(monkeypatch, "check", "generated:6", "--players", "20", "--json") == 0
    assert json.loads(capsys.readouterr().out) == written
    shutil.copytree(shipped_data(), "mydata")
    shutil.move("new.tmj", "mydata/maps/new.tmj")
    assert run(monkeypatch, "check", "new", "--data", "mydata", "--json") == 0
    assert json.loads(capsys.readouterr().out) == written
    assert run(monkeypatch, "generate", "--seed", "6", "new.json") == 2


@pytest.mark.parametrize("which", [[], ["millrace"], ["generated:5"]])
def test_render_writes_a_picture(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], which: list[str]
) -> None:
    assert run(monkeypatch, "render", *which, "out.png", "--scale", "3") == 0
    with Image.open("out.png") as picture:
        assert picture.format == "PNG"
        width, height = picture.size
    assert f"out.png: {width} x {height} px, 3 px a unit" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["caldera"], "give it a name that ends in .png"),
        (["a", "b", "c.png"], "one map and one picture"),
        (["caldera", "big.png", "--scale", "64"], "lower --scale"),
        (["atlantis", "out.png"], "there is no map"),
        (["caldera", "nowhere/out.png"], "nowhere/out.png cannot be written"),
    ],
)
def test_render_refuses_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    assert run(monkeypatch, "render", *arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told
    assert not Path("big.png").exists()
