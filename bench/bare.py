"""What the drawing engine costs by itself: pages of the same size with one line each, in the same two faces.

A figure of ours divided by its own here says what a layout costs, whatever the machine.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from pathlib import Path

import typst

from shop.paths import TEMPLATES

_serial = count(1)


def cpu_seconds(act: Callable[[], object]) -> float:
    """Return the CPU seconds that this process spends on something."""
    start = time.process_time()
    act()
    return time.process_time() - start


def pages(width: int, height: int, *, lines: int) -> object:
    """Return one PDF of so many bare pages in millimetres, each with a line that was never drawn before."""
    said = [f"صابون {n} Savon à l’huile d’olive {n}" for n in (next(_serial) for _line in range(lines))]
    page = {"width": width, "height": height, "lines": said}
    words = json.dumps(page, ensure_ascii=False).replace("\\", "\\\\").replace('"', '\\"')
    return _compiler().compile(
        _template().replace("sys.inputs.sheet", f'"{words}"').encode(), format="pdf", pdf_tags=False
    )


@lru_cache(maxsize=1)
def _template() -> str:
    return Path(__file__).with_suffix(".typ").read_text("utf-8")


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    folder = TEMPLATES / "documents" / "fonts"
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    return typst.Compiler(font_paths=fonts, ignore_system_fonts=True)
