"""The process in which strangers' pictures are decoded: `images_child.py <kind> <part>`, picture in, sizes out.

With `codes` for a part, what bar codes and QR codes in the picture say comes out instead, within the line of JSON.
It imports nothing of the shop, limits itself before it reads a byte, and answers with one line of JSON followed by
the pieces it names, one after the other. A refusal is a line with its reason. A crash is an answer too.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import resource
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

WIDTHS: Final = (240, 480, 900)
LONG_SIDE: Final = 1440
MOST_PIXELS: Final = 40_000_000
MOST_SIDE: Final = 12_000
LEAST_SIDE: Final = 100
MEMORY: Final = 768 << 20  # bytes of address space: 40 megapixels with transparency, and the program itself
CPU_S: Final = 15
OUTPUT: Final = 32 << 20  # bytes
CODES_SIDE: Final = 2000  # pixels: five labels side by side are read, and twice as many pixels still fit in memory
MOST_CODES: Final = 40
LONGEST_CODE: Final = 64


def limit() -> None:
    """Bound what this process can take, and ask to be the first to go when memory is short."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_FSIZE, OUTPUT),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 32),
    ):  # fmt: skip
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)  # noqa: PLW2901
        resource.setrlimit(what, (most, most))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    limit()  # before the decoders are loaded

from PIL import AvifImagePlugin, Image, ImageCms, ImageFilter, ImageOps  # noqa: E402

_FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF", "avif": "AVIF"}
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,), 3: (Image.Transpose.ROTATE_180,), 4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,), 6: (Image.Transpose.ROTATE_270,), 7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}  # fmt: skip
_ORIENTATION = 0x0112


class Refuse(Exception):
    """Say why the picture is refused: too_large, too_small or broken."""


def main() -> None:
    """Read a picture of the kind named by the argument from stdin, write the answer to stdout."""
    content = sys.stdin.buffer.read()
    try:
        kind, part = sys.argv[1:3]
        answer, pieces = (codes(content, kind), []) if part == "codes" else prepared(content, kind, part)
    except Refuse as refusal:
        answer, pieces = {"refused": str(refusal)}, []
    except MemoryError:
        answer, pieces = {"refused": "too_large"}, []
    except (OSError, ValueError, SyntaxError, EOFError, struct.error) as error:  # what decoders say of damage
        answer, pieces = {"refused": "broken", "why": f"{type(error).__name__}: {error}"[:200]}, []
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    for piece in pieces:
        sys.stdout.buffer.write(piece)


def prepared(content: bytes, kind: str, part: str = "whole") -> tuple[dict[str, object], list[bytes]]:
    """Return the answer's line, and its pieces: the whole picture of at most 1440, then each width of a part of it."""
    picture = _open(content, kind)
    turn = _orientation(picture)
    width, height = picture.size if turn < 5 else picture.size[::-1]
    working = _upright(_small(picture, width, height), turn)
    shown = working if part == "whole" else _square(working, part)
    sizes = [each for each in WIDTHS if each <= (width if part == "whole" else shown.width)] or [WIDTHS[0]]
    pieces = [_webp(_within(working, LONG_SIDE, LONG_SIDE), 85)]
    pieces += [_webp(_within(shown, each, shown.height), 78) for each in sizes]
    red, green, blue = working.resize((1, 1), Image.Resampling.BOX).tobytes()
    line: dict[str, object] = {
        "width": width, "height": height, "colour": f"#{red:02x}{green:02x}{blue:02x}",
        "widths": sizes, "lengths": [len(piece) for piece in pieces],
    }  # fmt: skip
    return line, pieces


def codes(content: bytes, kind: str) -> dict[str, object]:
    """Return the answer's line: what all Code 128 and QR codes of a picture say, those of plain ASCII, in no order."""
    import zxingcpp  # noqa: PLC0415 - a library of its own, for one part

    picture = _open(content, kind)
    scale = min(1.0, CODES_SIDE / max(picture.size))
    picture.draft("L", (math.ceil(picture.width * scale), math.ceil(picture.height * scale)))
    picture.load()
    grey = _within(_on_white(_plain(picture)).convert("L"), CODES_SIDE, CODES_SIDE)
    formats = zxingcpp.barcode_formats_from_str("Code128,QRCode")
    found = {each.text for look in _looks(grey) for each in zxingcpp.read_barcodes(look, formats=formats)}
    plain = (text for text in sorted(found) if text.isascii() and text.isprintable() and len(text) <= LONGEST_CODE)
    return {"codes": list(plain)[:MOST_CODES]}


def _looks(grey: Image.Image) -> Iterator[Image.Image]:
    """Yield a picture in the ways in which codes that are turned, blurred, dark, small or grainy can be read."""
    yield grey
    yield _sharper(grey, 2, 150)
    yield grey.rotate(30, Image.Resampling.BICUBIC, expand=True, fillcolor=128)  # bars are read upright and lying only
    twice = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.BICUBIC)
    yield twice
    yield _sharper(twice, 5, 300)


def _sharper(grey: Image.Image, radius: int, percent: int) -> Image.Image:
    return ImageOps.autocontrast(grey, cutoff=1).filter(ImageFilter.UnsharpMask(radius, percent, 0))


def _open(content: bytes, kind: str) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # our own limits, checked here before any pixel is decoded
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    if kind == "heic":
        import pi_heif  # noqa: PLC0415 - a library of its own, for one kind

        pi_heif.options.DECODE_THREADS = 1
        pi_heif.register_heif_opener(thumbnails=False)
    picture = Image.open(io.BytesIO(content), formats=(_FORMATS[kind],))
    if picture.width * picture.height > MOST_PIXELS or max(picture.size) > MOST_SIDE:
        raise Refuse("too_large")
    if min(picture.size) < LEAST_SIDE:
        raise Refuse("too_small")
    return picture


def _orientation(picture: Image.Image) -> int:
    try:
        turn = picture.getexif().get(_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, struct.error):
        return 1  # notes about a picture may be damaged when the picture is not
    return turn if isinstance(turn, int) and turn in _TURNS else 1


def _small(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Decode no more than is needed, and return it no larger than that, in RGB on white."""
    scale = min(1.0, max(LONG_SIDE / max(width, height), WIDTHS[-1] / width))
    wanted = tuple(max(1, round(side * scale)) for side in picture.size)
    picture.draft(None, (math.ceil(picture.width * scale), math.ceil(picture.height * scale)))
    profile = picture.info.get("icc_profile")
    picture.load()
    plain = _plain(picture)
    if plain.size != wanted:
        plain = plain.resize((wanted[0], wanted[1]), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _coloured(_on_white(plain), profile)


def _plain(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be resized: L, RGB, RGBA or CMYK."""
    if picture.mode.startswith("I"):  # 16 bits of grey
        return picture.point(lambda level: level / 257).convert("L")
    if picture.mode in {"L", "RGB", "CMYK"} and "transparency" not in picture.info:
        return picture
    if picture.mode == "1" and "transparency" not in picture.info:
        return picture.convert("L")
    seen_through = picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info
    return picture.convert("RGBA" if seen_through else "RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _coloured(picture: Image.Image, profile: object) -> Image.Image:
    """Return RGB that looks the same without its profile: phones take wider colours than sRGB."""
    if isinstance(profile, bytes) and picture.mode in {"RGB", "CMYK"}:
        try:
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            ours = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, theirs, ours, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return picture.convert("RGB")  # a profile that is damaged, or of other colours
        return converted or picture.convert("RGB")
    return picture.convert("RGB")


def _upright(picture: Image.Image, turn: int) -> Image.Image:
    for step in _TURNS.get(turn, ()):
        picture = picture.transpose(step)
    # Pixels only: what else came along (place, device, notes, scripts in comments) stays behind.
    fresh = Image.new("RGB", picture.size)
    fresh.paste(picture)
    return fresh


def _square(picture: Image.Image, part: str) -> Image.Image:
    """Return the largest square at the start (left or top), the middle or the end of a picture."""
    side = min(picture.size)
    left, top = ((each - side) * {"start": 0, "middle": 1, "end": 2}[part] // 2 for each in picture.size)
    return picture.crop((left, top, left + side, top + side))


def _within(picture: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(1.0, width / picture.width, height / picture.height)
    if scale == 1.0:
        return picture
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _webp(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


if __name__ == "__main__":
    main()
