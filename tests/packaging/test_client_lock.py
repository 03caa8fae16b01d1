"""The client's lock file installs on every platform, from any registry.

`npm install` drops from the lock file what the registry at hand does not serve, or what another
platform would need when `node_modules` was there before. `npm ci` then refuses, on a fresh
machine only: too late to find out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).resolve().parents[2] / "client"


def lacking(lock: dict[str, Any]) -> list[str]:
    """List what packages of a lock file depend on and the lock file does not have."""
    packages = lock["packages"]

    def found(start: str, name: str) -> bool:
        # Node's lookup: the package's own node_modules, then those of each folder above.
        folder = start
        while True:
            if f"{folder}/node_modules/{name}".lstrip("/") in packages:
                return True
            if not folder:
                return False
            folder = folder.rpartition("/node_modules/")[0] if "/node_modules/" in folder else ""

    return [
        f"{path or 'package.json'} needs {name}"
        for path, package in packages.items()
        for kind in ("dependencies", "devDependencies", "optionalDependencies")
        if not (path and kind == "devDependencies")
        for name in package.get(kind, {})
        if not found(path, name)
    ]


def read(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((CLIENT / name).read_text(encoding="utf-8"))
    return value


def test_the_lock_file_is_complete() -> None:
    advice = "pin a version whose packages the registry has, then npm install from scratch"
    assert lacking(read("package-lock.json")) == [], advice


def test_the_lock_file_belongs_to_the_package() -> None:
    root, package = read("package-lock.json")["packages"][""], read("package.json")
    for kind in ("dependencies", "devDependencies"):
        assert root.get(kind, {}) == package.get(kind, {})


def test_the_lock_file_names_hashes_and_no_host() -> None:
    packages = read("package-lock.json")["packages"]
    assert all(package.get("integrity") for path, package in packages.items() if path)
    assert not [path for path, package in packages.items() if "resolved" in package]


def test_the_check_itself() -> None:
    lock = {
        "packages": {
            "": {"dependencies": {"a": "1"}, "devDependencies": {"gone": "1"}},
            "node_modules/a": {"dependencies": {"b": "1", "c": "1"}, "devDependencies": {"x": "1"}},
            "node_modules/a/node_modules/b": {"optionalDependencies": {"c": "1", "b-mac": "1"}},
            "node_modules/c": {},
        }
    }
    assert lacking(lock) == [
        "package.json needs gone",
        "node_modules/a/node_modules/b needs b-mac",
    ]
