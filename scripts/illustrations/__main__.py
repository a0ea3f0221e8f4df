"""Draw the demo pictures: `python -m scripts.illustrations [KEY …]` (all of them without keys)."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

from .canvas import finish, save_sizes
from .catalogue import DRAWINGS

PICTURES = Path(__file__).parents[2] / "shop" / "demo" / "pictures"


def main(keys: list[str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for key in keys or DRAWINGS:
        picture = finish(DRAWINGS[key](), seed=zlib.crc32(key.encode()))
        save_sizes(picture, key, PICTURES)
        sys.stdout.write(f"{key} {(PICTURES / f'{key}-900.webp').stat().st_size}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
