"""What a user installs: the wheel holds everything, and works where no checkout is."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"ecs", "schema", "systems", "net", "persistence", "ringfall"}
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("PYTHON", "VIRTUAL_ENV", "COVERAGE", "NUMBA_"))
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an sdist from the checkout, and the wheel from that sdist."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, env=CLEAN, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a fresh environment; return its folder of commands."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=True)
    commands = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [commands / "python", "-m", "pip", "install", "--quiet", str(wheel)], env=CLEAN, check=True
    )
    return commands


def run(commands: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [commands / "ringfall", *arguments],
        cwd=folder,
        env={**CLEAN, "XDG_CACHE_HOME": str(commands.parent / "cache")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    sources = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.suffix in (".py", ".bin", ".typed")
    }
    assert sources <= set(names)
    assert not [name for name in names if name.endswith((".pyc", ".nbi", ".nbc"))]


def test_the_wheel_holds_the_data_and_the_client(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    names = set(archive.namelist())
    data = [path for path in (ROOT / "data").rglob("*") if path.is_file()]
    assert data
    for path in data:
        name = f"ringfall/_data/{path.relative_to(ROOT / 'data').as_posix()}"
        assert archive.read(name) == path.read_bytes()
    assert "ringfall/_client/index.html" in names
    assert any(name.startswith("ringfall/_client/") and name.endswith(".js") for name in names)
    assert not any("node_modules" in name or ".built-from" in name for name in names)


def test_metadata(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    text = archive.read(metadata).decode()
    assert "\nName: ringfall\n" in text
    assert "\nLicense-Expression: MIT\n" in text
    assert "\nRequires-Python: >=3.11\n" in text
    assert wheel.name.endswith("-py3-none-any.whl")
    assert any(name.endswith("/licenses/LICENSE") for name in archive.namelist())


def test_the_sdist_builds_without_node(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "hatch_build.py", "tools/client_build.py", "LICENSE"} <= names
    assert {"client/package.json", "client/package-lock.json"} <= names
    # The stamp says the built client belongs to these sources: npm is not needed again.
    assert {"client/dist/index.html", "client/dist/.built-from"} <= names
    assert not any("node_modules" in name for name in names)


def test_help(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "--help")
    assert done.returncode == 0, done.stderr
    for command in ("serve", "simulate", "replay", "bench"):
        assert command in done.stdout


def test_simulate(installed: Path, tmp_path: Path) -> None:
    arguments = ("simulate", "--players", "8", "--ticks", "60", "--seed", "1", "--json")
    first, second = (run(installed, tmp_path, *arguments) for _ in range(2))
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert report["ticks"] == 60
    assert report["final_hash"]
    assert report["final_hash"] == json.loads(second.stdout)["final_hash"]
    # A simulation leaves nothing behind unless told to record.
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="SIGTERM")
def test_serve_brings_its_own_page(installed: Path, tmp_path: Path) -> None:
    ports = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            ports.append(str(taken.getsockname()[1]))
    process = subprocess.Popen(
        [installed / "ringfall", "serve", "--bots", "2", "--http-port", ports[0],
         "--game-port", ports[1]],
        cwd=tmp_path,
        env={
            **CLEAN,
            "XDG_CACHE_HOME": str(installed.parent / "cache"),
            "XDG_DATA_HOME": str(tmp_path / "data"),
            "XDG_STATE_HOME": str(tmp_path / "state"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    try:
        page = fetch(f"http://127.0.0.1:{ports[0]}/", process)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait(timeout=10)
    assert "<html" in page.lower()
    assert process.returncode == 0, output
    assert "Traceback" not in output


def fetch(url: str, process: subprocess.Popen[str]) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(1200):
        assert process.poll() is None, process.stdout and process.stdout.read()
        try:
            with opener.open(url, timeout=5) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("the server never answered")
