"""What label and receipt printers understand: a page of dots as ZPL, as TSPL and as ESC/POS, each dot where it was.

Pure: bytes from dots. A page is always sent as one picture, so that every printer prints what the PDF shows, Arabic
and all; nothing that a person typed is ever part of a command.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Packing = Literal["ascii", "z64"]

_RUN: Final = re.compile(r"([0-9A-F])\1{2,}")
_BAND: Final = 128  # rows sent to a receipt printer at once: cheap ones keep no more


@dataclass(frozen=True, slots=True)
class Dots:
    """A page as a print head burns it.

    `rows` holds the rows from top to bottom, each of `row_bytes` bytes: eight dots a byte, the leftmost in the highest
    bit, 1 is black. What fills up the last byte of a row is 0.
    """

    width: int
    height: int
    rows: bytes

    @property
    def row_bytes(self) -> int:
        """How many bytes a row takes."""
        return -(-self.width // 8)

    def each_row(self) -> Iterator[bytes]:
        """Yield the rows from top to bottom."""
        wide = self.row_bytes
        for at in range(0, len(self.rows), wide):
            yield self.rows[at : at + wide]

    def part(self, left: int, width: int) -> Dots:
        """Return so many of its columns from `left` on; both are whole bytes of dots, or ValueError."""
        if left % 8 or width % 8 or left + width > self.row_bytes * 8:
            raise ValueError("a part is cut between two bytes of a row")
        kept = slice(left // 8, (left + width) // 8)
        return Dots(width, self.height, b"".join(row[kept] for row in self.each_row()))


def zpl(page: Dots, *, packing: Packing = "ascii", darkness: int | None = None) -> bytes:
    """Return a label in ZPL II: a format of the page's width and length in dots, and its picture as a `^GF` field.

    `ascii` shortens runs of equal digits and rows, which every printer of that language reads; `z64` packs by zlib
    with a checksum, half as large, which cheap ones may not read. `darkness` is 0 to 30; nothing:
    as the printer is set.
    """
    size, wide = len(page.rows), page.row_bytes
    picture = _z64(page.rows) if packing == "z64" else _ascii(page)
    dark = "" if darkness is None else f"~SD{darkness:02}"
    head = f"{dark}^XA^PW{page.width}^LL{page.height}^LH0,0^LS0^LT0^FO0,0^GFA,{size},{size},{wide},"
    return f"{head}{picture}^FS^PQ1^XZ\n".encode("ascii")


def tspl(page: Dots, *, width: int, height: int, gap: int = 30, darkness: int | None = None) -> bytes:
    """Return a label in TSPL: its paper in tenths of a millimetre, the gap to the next one, one `BITMAP`, one print.

    `darkness` is 0 to 15; nothing: as the printer is set.
    """
    density = () if darkness is None else (f"DENSITY {darkness}",)
    commands = (
        f"SIZE {width / 10:g} mm,{height / 10:g} mm", f"GAP {gap / 10:g} mm,0 mm", *density, "REFERENCE 0,0", "CLS",
        f"BITMAP 0,0,{page.row_bytes},{page.height},0,",
    )  # fmt: skip
    burnt = page.rows.translate(_INVERTED)  # a 0 is black here
    return "\r\n".join(commands).encode("ascii") + burnt + b"\r\nPRINT 1,1\r\n"


def escpos(page: Dots) -> bytes:
    """Return a receipt in ESC/POS: its picture in bands (`GS v 0`), fed past the knife and cut.

    The page is as wide as the head burns: 576 dots on paper of 80 mm, 384 on 58 mm.
    """
    wide, parts = page.row_bytes, [b"\x1b@"]
    for at in range(0, page.height, _BAND):
        tall = min(_BAND, page.height - at)
        parts.append(b"\x1dv0\x00" + wide.to_bytes(2, "little") + tall.to_bytes(2, "little"))
        parts.append(page.rows[at * wide : (at + tall) * wide])
    return b"".join(parts) + b"\x1bd\x03\x1dVB\x00"


_INVERTED: Final = bytes(255 - byte for byte in range(256))


def _z64(rows: bytes) -> str:
    packed = base64.b64encode(zlib.compress(rows, 4))  # half the time of 6, for a tenth more bytes
    return f":Z64:{packed.decode('ascii')}:{binascii.crc_hqx(packed, 0):04X}"


def _ascii(page: Dots) -> str:
    """Write rows as hexadecimal digits: `:` is the row before again, `,` and `!` fill a row with 0 and with F."""
    parts, before = [], b""
    for row in page.each_row():
        if row == before:
            parts.append(":")
            continue
        before, digits = row, row.hex().upper()
        fill, mark = ("F", "!") if digits.endswith("F") else ("0", ",")
        kept = digits.rstrip(fill)
        parts.append(_RUN.sub(_shortened, kept) + (mark if len(kept) < len(digits) else ""))
    return "".join(parts)


def _shortened(run: re.Match[str]) -> str:
    """Write how often a digit stands: z is 400, g to y are 20 to 380, G to Y are 1 to 19."""
    many, ones = divmod(len(run[0]), 20)
    most, many = divmod(many, 20)
    return "z" * most + (chr(ord("f") + many) if many else "") + (chr(ord("F") + ones) if ones else "") + run[1]
