"""Bar codes as SVG text, one unit per module, so that the page decides how many dots a module gets."""

from __future__ import annotations

import io
from dataclasses import dataclass

CODE128_DOTS = 736  # what fits between the margins of a label, quiet zones included
CODE128_QUIET = 10  # modules on each side
QR_DOTS = 208  # 26 mm
_ROW_BYTES = 144


@dataclass(frozen=True, slots=True)
class Bars:
    """A symbol and its size: `modules` across, each `dots` wide (8 dots are a millimetre)."""

    svg: str
    modules: int
    dots: int


def code128(text: str) -> Bars | None:
    """Draw a Code 128 with modules of 3 dots (2 for a long code); None when no scanner could read it.

    A code that is not plain ASCII or too long gets no bars: the QR code still carries it.
    """
    import zint  # noqa: PLC0415 - a shop that prints nothing today should not load it

    if not (text.isascii() and text.isprintable() and text):
        return None
    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.CODE128
    try:
        symbol.encode(text)
    except RuntimeError:  # zint: more characters than the symbology takes
        return None
    modules = int(symbol.width)
    dots = next((d for d in (3, 2) if (modules + 2 * CODE128_QUIET) * d <= CODE128_DOTS), 0)
    if not dots:
        return None
    return Bars(_svg(_rows(symbol), modules, 1), modules, dots)


def qr(text: str, *, dots: int = QR_DOTS) -> Bars | None:
    """Draw a QR code of at most so many dots, in whole ones; None when the text is too long to be read at that size."""
    import zint  # noqa: PLC0415 - see code128

    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.QRCODE
    symbol.option_1 = 2  # level M: a fold or a scratch of 15 % still reads
    symbol.eci = 0 if text.isascii() else 26
    try:
        symbol.encode(text)
    except RuntimeError:  # zint: longer than the largest QR code
        return None
    modules = int(symbol.width)
    each = dots // modules
    if each < 3:
        return None
    return Bars(_svg(_rows(symbol), modules, modules), modules, each)


def qr_png(text: str, *, quiet: int, dots: int) -> bytes:
    """Draw a QR code as a PNG of one bit a pixel, `quiet` white modules around it, `dots` pixels a module.

    Raises ValueError when the text is too long for any QR code.
    """
    import zint  # noqa: PLC0415 - see code128
    from PIL import Image  # noqa: PLC0415 - heavy, and few requests draw

    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.QRCODE
    symbol.option_1 = 3  # level Q: a poster is scratched, wetted and written on
    try:
        symbol.encode(text)
    except RuntimeError:
        raise ValueError("too long for a QR code") from None
    rows = _rows(symbol)
    small = Image.new("1", (len(rows[0]) + 2 * quiet, len(rows) + 2 * quiet), 1)
    for y, row in enumerate(rows):
        for x, is_black in enumerate(row):
            if is_black:
                small.putpixel((x + quiet, y + quiet), 0)
    out = io.BytesIO()
    small.resize((small.width * dots, small.height * dots), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def _rows(symbol: object) -> list[bytes]:
    packed = symbol.encoded_data.tobytes()  # type: ignore[attr-defined]
    width, rows = symbol.width, symbol.rows  # type: ignore[attr-defined]
    lines = (packed[row * _ROW_BYTES : (row + 1) * _ROW_BYTES] for row in range(rows))
    return [bytes(line[x >> 3] >> (x & 7) & 1 for x in range(width)) for line in lines]


def _svg(rows: list[bytes], width: int, height: int) -> str:
    path = "".join(f"M{x} {y}h{run}v1h-{run}z" for y, row in enumerate(rows) for x, run in _runs(row))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    return f'{head} width="{width}" height="{height}" preserveAspectRatio="none"><path d="{path}"/></svg>'


def _runs(row: bytes) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    x = 0
    while (x := row.find(1, x)) >= 0:
        end = row.find(0, x)
        end = len(row) if end < 0 else end
        runs.append((x, end - x))
        x = end
    return runs
