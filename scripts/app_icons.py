"""Draw the icons of the studio as an app: the eight-point star on glazed green, whole within any mask of a phone.

`.venv/bin/python -m scripts.app_icons` writes static/img/app-192.png and app-512.png anew.
"""

from __future__ import annotations

from pathlib import Path

import resvg_py

IMAGES = Path(__file__).parent.parent / "static/img"
SIDES = (192, 512)
# The star of icon.svg at 62 % of the side: a phone's mask may take all but the inner 80 %.
DRAWING = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 77 77">
<rect width="77" height="77" fill="#0f5b50"/>
<g transform="translate(14.500 14.500)">
<path fill="#e2a72e" d="M24 1l4.400 10.600L39 7.300 36.400 18 47 24l-10.600 6L39 40.700l-10.600-4.300L24 47
l-4.400-10.600L9 40.700 11.600 30 1 24l10.600-6L9 7.300l10.600 4.300z"/>
<path fill="#fbfaf6" d="M24 12l8.500 3.500L36 24l-3.500 8.500L24 36l-8.500-3.500L12 24l3.500-8.500z"/></g></svg>"""


def main() -> None:
    """Write both sizes."""
    for side in SIDES:
        drawn = resvg_py.svg_to_bytes(svg_string=DRAWING, width=side, height=side)
        (IMAGES / f"app-{side}.png").write_bytes(bytes(drawn))


if __name__ == "__main__":
    main()
