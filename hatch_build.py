"""Build hook: puts the built browser client and the shipped data files into the wheel.

An editable install gets neither: there `ringfall` reads `client/dist` and `data/` straight from
the checkout, so that an edited map or balance file counts at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Hatchling loads this file by path, with the project's root not importable.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from tools import client_build


class ClientBuildHook(BuildHookInterface[Any]):
    """Builds client/ when it is not current, and maps it and data/ into the package."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node.js from PyPI, only where building needs it and the machine has none."""
        return [client_build.NODE_WHEEL] if client_build.needs_node_wheel(Path(self.root)) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and name the files to include; `version` is "standard" or "editable"."""
        root = Path(self.root)
        try:
            client_build.build(root, quiet=True)
        except client_build.ClientBuildError as error:
            # The traceback would bury the one line that matters.
            sys.exit(f"ringfall: {error}")
        if version == "editable":
            return
        include: dict[str, str] = build_data["force_include"]
        client, data = root / "client" / "dist", root / "data"
        if self.target_name == "sdist":
            # With dist and its stamp in the sdist, a wheel can be made from it without Node.
            include[str(client)] = "client/dist"
            return
        for path in client_build.built_files(root):
            include[str(path)] = f"ringfall/_client/{path.relative_to(client).as_posix()}"
        for path in sorted(p for p in data.rglob("*") if p.is_file()):
            include[str(path)] = f"ringfall/_data/{path.relative_to(data).as_posix()}"
