# ruff: noqa: E501 - golden texts stay on one line
"""`ringfall balance …`: what people read, what programs read, and exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import schema.balance
from ringfall import cli
from ringfall.datapack import content_hash, load_balance
from tests.data import rich


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def ran(*arguments: object) -> Ran:
        monkeypatch.setattr("sys.argv", ["ringfall", "balance", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        out, err = capsys.readouterr()
        return Ran(int(stopped.value.code or 0), out, re.sub(r"\x1b\[[0-9;]*m", "", err))

    return ran


@pytest.fixture
def richdata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The rich balance in the place of the shipped models."""
    monkeypatch.setattr(schema.balance, "Balance", rich.Rich)
    monkeypatch.chdir(tmp_path)
    rich.write(Path("mydata/balance"))
    return Path("mydata")


def test_a_good_balance_passes(run: Any) -> None:
    ran = run("check")
    assert ran.code == 0
    assert re.fullmatch(r"\d files, no problems, balance [0-9a-f]{32}\n", ran.out)
    assert json.loads(run("check", "--json").out)["problems"] == []


def test_a_bad_balance_is_told_whole_and_exits_1(run: Any, mydata: Path) -> None:
    path = mydata / "balance/match.toml"
    text = (
        path.read_text("utf-8").replace("bleed_hp", "bled_hp").replace("size = 1\n", "size = 9\n")
    )
    path.write_text(text, "utf-8")
    ran = run("check", mydata)
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.splitlines() == [
        "ringfall: 3 problems",
        "mydata/balance/match.toml:34:1: team.bleed_hp_per_s: is missing; must be a number from 0.1 to 1000",
        "mydata/balance/match.toml:35:8: team.size: must be a whole number from 1 to 4, is 9",
        "mydata/balance/match.toml:38:1: team.bled_hp_per_s: unknown key; did you mean bleed_hp_per_s?",
    ]
    ran = run("check", mydata, "--json")
    assert ran.code == 1
    facts = json.loads(ran.out)
    assert facts["ok"] is False
    assert facts["problems"][2] == {
        "file": "mydata/balance/match.toml",
        "line": 38,
        "column": 1,
        "key": "team.bled_hp_per_s",
        "message": "unknown key; did you mean bleed_hp_per_s?",
    }


def test_no_folder_is_bad_input(run: Any) -> None:
    ran = run("check", "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("ringfall: nowhere: there is no such directory")


def test_show_tells_where_each_value_comes_from(run: Any, richdata: Path) -> None:
    lines = run("show", "--data", richdata, "skills.ice_lance").out.splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        'skills.ice_lance.extends = "frost_bolt"',
        "skills.ice_lance.speed_ups = 60",
    ]
    lines = run("show", "--data", richdata, "--resolved", "skills.ice_lance").out.splitlines()
    assert [re.sub(" {2,}", " | ", line) for line in lines] == [
        'skills.ice_lance.kind = "bolt" | mydata/balance/skills.toml:3:8',
        'skills.ice_lance.damage_hp.curve = "damage" | mydata/balance/skills.toml:4:23',
        "skills.ice_lance.speed_ups = 60.0 | mydata/balance/skills.toml:19:13",
        "skills.ice_lance.charge = null | default",
        'skills.ice_lance.statuses = ["frozen"] | mydata/balance/skills.toml:15:12',
    ]


def test_show_knows_baked_curves_and_gives_the_whole(run: Any, richdata: Path) -> None:
    ran = run("show", "--data", richdata, "--resolved", "curves.damage.table")
    assert ran.out.startswith(
        "curves.damage.table = [10.0, 20.0, 30.0, 40.0, 50.0, … 200.0] (20 values)"
    )
    facts = json.loads(run("show", "--data", richdata, "--resolved", "--json").out)
    text = json.dumps(facts["balance"], sort_keys=True, separators=(",", ":"))
    assert content_hash(text.encode()) == facts["balance_hash"]
    places = {row["key"]: row["place"] for row in facts["values"]}
    assert places["skills.frost_bolt.speed_ups"] == "mydata/balance/skills.toml:5:13"
    assert places["curves.damage.table"] == "computed"
    assert run("show", "--data", richdata).out.endswith(f"balance {facts['balance_hash']}\n")


def test_show_helps_with_a_slip(run: Any, richdata: Path) -> None:
    ran = run("show", "--data", richdata, "skills.ice_lans")
    assert ran.code == 2
    assert ran.err == (
        "ringfall: there is no key skills.ice_lans; did you mean skills.ice_lance?\n"
    )


def test_schemas_are_printed_and_written(run: Any, richdata: Path) -> None:
    printed = json.loads(run("schema", "loot").out)
    assert printed["title"] == "Ringfall Loot"
    assert run("schema").code == 2
    assert "there are: skills, statuses, loot, curves" in run("schema", "lot").err
    assert run("schema", "--write", "--data", richdata).code == 0
    written = (richdata / "schema/loot.schema.json").read_text("utf-8")
    assert json.loads(written) == printed


def test_curves_are_drawn(run: Any, richdata: Path) -> None:
    ran = run("plot", "--data", richdata)
    assert ran.out.startswith("damage: linear, 10 at level 1 to 200 at level 20\n")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert run("plot", "--data", richdata, "damag").err == (
        "ringfall: there is no curve or growing key damag; did you mean damage?\n"
    )
    files = ("--html", "c.html", "--png", "c.png")
    assert run("plot", "--data", richdata, "damage", *files).code == 0
    assert Path("c.html").read_text("utf-8").count("<svg ") == 1
    assert Path("c.png").read_bytes()[:4] == b"\x89PNG"


def test_everything_that_may_grow_is_drawn(run: Any, tmp_path: Path) -> None:
    balance = load_balance()
    text = run("plot").out
    assert max(map(len, text.splitlines())) <= 80
    titles = {line.split(":")[0] for line in text.splitlines() if line[0:1].isalpha()}
    stats = ("health_max_hp", "mana_max_mp", "mana_mp_per_s", "armour", "speed_ups", "power_ratio")
    expected = {f"classes.{name}.{stat}" for name in balance.classes.root for stat in stats}
    expected |= {f"skills.{name}.damage_hp" for name in ("cleave", "firebolt", "seeker")}
    expected |= {"skills.frost_ray.damage_hp_per_s", "skills.barkskin.pool_hp", "might"}
    assert expected | {"match.experience.level_xp"} | set(balance.curves.root) <= titles
    page = tmp_path / "all.html"
    assert run("plot", "--html", page).code == 0
    assert page.read_text("utf-8").count("<svg ") == len(titles)
    one = run("plot", "classes.warrior.armour").out
    assert one.startswith("classes.warrior.armour: curve plate, 17.53 at level 1 to 54.3 at level")
    assert run("plot", "classes.warrior").out.count("classes.warrior.") == len(stats)
    assert "skills.cleave.damage_hp: curve cleave_damage, 17 at level 1 to 29 at level 5" in text


def test_time_to_kill_is_told(run: Any, tmp_path: Path) -> None:
    ran = run("ttk", "--level", 1)
    assert max(map(len, ran.out.splitlines())) <= 80
    lines = ran.out.splitlines()
    own = lines.index(next(line for line in lines if line.startswith("WARRIOR")))
    assert lines[own].split()[1:] == ["herbalist", "scout", "warrior", "wizard"]
    assert lines[own + 1].split()[0] == "cleave"
    facts = json.loads(run("ttk", "--level", 10, "--skill-level", 5, "--json").out)
    by_name = {(one["attacker"], one["skill"], one["victim"]): one for one in facts["fights"]}
    assert len(by_name) == len(facts["fights"]) == 36
    blocked = by_name["warrior", "cleave", "warrior"]
    assert blocked["front_s"] > blocked["behind_s"] == blocked["behind_ticks"] / facts["rate_hz"]
    assert {one["level"] for one in facts["fights"]} == {10}
    assert run("ttk", "--level", 11).err == "ringfall: --level: the highest level is 10, not 11\n"
    assert run("ttk", "--distance", 90).code == 2
    page, picture = tmp_path / "t.html", tmp_path / "t.png"
    assert run("ttk", "--level", 3, "--html", page, "--png", picture).code == 0
    assert page.read_text("utf-8").count("<table>") == 4
    assert "http" not in page.read_text("utf-8")
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_the_shipped_balance_loads_alone() -> None:
    assert load_balance().match.body.radius_u > 0
