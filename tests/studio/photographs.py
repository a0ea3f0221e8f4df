"""Photographs made for tests."""

from __future__ import annotations

import io

import zxingcpp
from PIL import Image, ImageOps


def photograph(
    size: tuple[int, int] = (640, 480), *, colour: tuple[int, int, int] = (120, 160, 90), turned: int = 1,
    kind: str = "JPEG",
) -> io.BytesIO:  # fmt: skip
    """Return a picture whose first corner is red, with an EXIF turn and the place where it was taken."""
    image = Image.new("RGB", size, colour)
    image.paste((220, 20, 20), (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[0x0112] = turned
    exif.get_ifd(0x8825).update({1: "N", 2: (36.0, 45.0, 0.0), 3: "E", 4: (3.0, 3.0, 0.0)})
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    out.seek(0)
    return out


def bars(code: str) -> io.BytesIO:
    """Return a picture of nothing but the bars of a code."""
    drawn = memoryview(zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128).to_image(scale=3))
    height, width = drawn.shape or (0, 0)
    out = io.BytesIO()
    ImageOps.expand(Image.frombytes("L", (width, height), bytes(drawn)), 40, 255).save(out, "JPEG")
    out.seek(0)
    return out
