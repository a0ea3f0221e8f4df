"""The print station as one file that any Python runs: its modules in an archive, without anything else of Hirfa."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

START = "from shop.print_station.command import main\n\nmain()\n"
WHEN = (1980, 1, 1, 0, 0, 0)  # the same archive from the same modules


@cache
def packed() -> bytes:
    """Return the archive."""
    here, written = Path(__file__).parent, io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(here.glob("*.py")):
            archive.writestr(zipfile.ZipInfo(f"shop/print_station/{path.name}", WHEN), path.read_bytes())
        archive.writestr(zipfile.ZipInfo("shop/__init__.py", WHEN), "")
        archive.writestr(zipfile.ZipInfo("__main__.py", WHEN), START)
    return b"#!/usr/bin/env python3\n" + written.getvalue()
