"""Bar codes as SVG: a page decides how many dots a module gets."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

CODE128_DOTS = 736  # what fits between the margins of a label, quiet zones included
CODE128_QUIET = 10  # modules on each side
QR_DOTS = 208  # 26 mm
_ROW_BYTES = 144
_DARK = re.compile("1+")


@dataclass(frozen=True, slots=True)
class Bars:
    """A symbol: its rows, a character for each module (1 is dark), how many across, and how many dots each is wide.

    8 dots are a millimetre.
    """

    rows: list[str]
    modules: int
    dots: int

    @property
    def svg(self) -> str:
        """The symbol as a picture, one unit per module; a bar code is as tall as it is stretched."""
        path = "".join(f"M{x} {y}h{run}v1h-{run}z" for x, y, run in self._dark())
        size = f'viewBox="0 0 {self.modules} {len(self.rows)}" width="{self.modules}" height="{len(self.rows)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} preserveAspectRatio="none">'
        return f'{head}<path d="{path}"/></svg>'

    def ink(self, x: int, y: int, *, tall: int = 0) -> str:
        """Return it as rectangles of a PDF, in dots from its corner at x and y; a bar code is `tall` dots tall."""
        dots, high, rectangles = self.dots, tall or self.dots, []
        for top, row in enumerate(self.rows):
            at = f" {y + top * high} "
            for run in _DARK.finditer(row):
                left, end = run.span()
                rectangles.append(f"{x + left * dots}{at}{(end - left) * dots} {high} re")
        return " ".join(rectangles) + " "

    def _dark(self) -> Iterator[tuple[int, int, int]]:
        """Yield its dark runs: the first module, the row, and how many."""
        for top, row in enumerate(self.rows):
            for run in _DARK.finditer(row):
                left, end = run.span()
                yield left, top, end - left


def code128(text: str, *, room: int = CODE128_DOTS, dots_per_mm: float = 8) -> Bars | None:
    """Draw a Code 128 in so many dots with modules of 0.375 mm (0.25 for a long code), or what is left of that in
    whole dots; None when no scanner could read it.

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
    widths = range(int(3 * dots_per_mm / 8), math.ceil(dots_per_mm / 4) - 1, -1)
    dots = next((d for d in widths if (modules + 2 * CODE128_QUIET) * d <= room), 0)
    if not dots:
        return None
    return Bars(_rows(symbol), modules, dots)


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
    return Bars(_rows(symbol), modules, each)


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
        for x, module in enumerate(row):
            if module == "1":
                small.putpixel((x + quiet, y + quiet), 0)
    out = io.BytesIO()
    small.resize((small.width * dots, small.height * dots), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def _rows(symbol: object) -> list[str]:
    """Return a symbol row by row, one character for each module: 1 is dark."""
    packed = symbol.encoded_data.tobytes()  # type: ignore[attr-defined]
    width, rows = symbol.width, symbol.rows  # type: ignore[attr-defined]
    whole = (int.from_bytes(packed[row * _ROW_BYTES : (row + 1) * _ROW_BYTES], "little") for row in range(rows))
    return [f"{bits:0{width}b}"[::-1][:width] for bits in whole]
