"""Compiles the message catalogues whenever the package is built or installed, and takes them along."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueBuildHook(BuildHookInterface[Any]):
    """Put shop/translations/<language>/messages.mo into the wheel, or beside their sources when editable."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile before the files are gathered; an sdist carries the sources only."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        try:
            from shop.plumbing.catalogues import compile_all  # noqa: PLC0415
        finally:
            sys.path.remove(str(root))
        compiled = compile_all(root / "shop" / "translations")
        build_data["artifacts"] += [file.relative_to(root).as_posix() for file in compiled]
