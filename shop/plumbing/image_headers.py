"""What a picture says of itself in its first bytes: its kind and its size, read without decoding a pixel."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Literal

Kind = Literal["jpeg", "png", "webp", "heic", "avif"]
Size = tuple[int, int]

_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_AVIF = frozenset({b"avif", b"avis"})
# Start-of-frame markers, but those of tables (C4), extensions (C8) and arithmetic conditioning (CC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


def kind_of(content: bytes) -> Kind | None:
    """Return which of the allowed kinds the content begins like, or None."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    brands = _brands(content)
    if brands & _HEIC:
        return "heic"
    return "avif" if brands & _AVIF else None


def size_of(kind: Kind, content: bytes) -> Size | None:
    """Return the width and height that the header states, in pixels, or None when it states none."""
    try:
        return _READERS[kind](content)
    except (struct.error, IndexError):
        return None


def _brands(content: bytes) -> set[bytes]:
    if content[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(content[:4], "big"), 256, len(content))
    return {content[8:12], *(content[at : at + 4] for at in range(16, end - 3, 4))}


def _jpeg(content: bytes) -> Size | None:
    at = 2
    while content[at] == 0xFF:
        while content[at] == 0xFF:  # any number of them may stand before a marker
            at += 1
        marker = content[at]
        at += 1
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 3)
            return width, height
        if marker not in _BARE:
            (length,) = struct.unpack_from(">H", content, at)
            at += max(length, 2)
    return None


def _png(content: bytes) -> Size | None:
    if content[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _webp(content: bytes) -> Size | None:
    chunk = content[12:16]
    if chunk == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if chunk == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _boxes(content: bytes) -> Size | None:
    """Return the largest size among the properties of the items: that of the picture, not of its thumbnail."""
    start = content.find(b"meta")
    (length,) = struct.unpack_from(">I", content, start - 4) if start >= 4 else (0,)
    meta = content[start : start - 4 + length] if start >= 4 else b""
    sizes: list[Size] = []
    at = meta.find(b"ispe")
    while at >= 0:
        width, height = struct.unpack_from(">II", meta, at + 8)
        sizes.append((width, height))
        at = meta.find(b"ispe", at + 4)
    return max(sizes, key=lambda each: each[0] * each[1], default=None)


_READERS: dict[Kind, Callable[[bytes], Size | None]] = {
    "jpeg": _jpeg, "png": _png, "webp": _webp, "heic": _boxes, "avif": _boxes,
}  # fmt: skip
