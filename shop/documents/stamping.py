"""Lay ink and stills under the pages of a PDF that typst wrote.

A still is a page that many others bear: it is laid out and written once, and drawn on each of them from there. Bars
and bands are rectangles of whole dots (8 to the millimetre), which the engine would take longer to draw than all of a
label's texts.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shop.documents.binding import METADATA, File

POINTS: Final = 72 / 25.4  # of a millimetre
DOT: Final = POINTS / 8
_INWARDS: Final = 0.02  # points: a renderer that rounds outwards draws no dot beyond a still
_RESOURCES: Final = re.compile(rb"/Resources (\d+) 0 R")
_CONTENTS: Final = re.compile(rb"/Contents (\d+) 0 R")
_KIDS: Final = re.compile(rb"/Kids\[([^\]]*)\]")
_BOX: Final = re.compile(rb"/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What lies under a part of a page: its upper left corner in dots, a still (from 0), rectangles as text.

    The rectangles are `x y width height re` each, from that corner. Still and ink are drawn at so many per cent of
    their size; bars never are: they lie on the dots of a head that burns so many to the millimetre.
    """

    x: int
    y: int
    still: int
    ink: str
    bars: str
    percent: int = 100
    dots_per_mm: float = 8


def stamped(pdf: bytes, stills: int, pages: Sequence[Sequence[Stamp]]) -> bytes:
    """Take the first pages as stills and lay the stamps under the pages after them.

    Raises ValueError for a file that typst did not write, or of another number of pages.
    """
    file = File.of(pdf)
    tree = file.pages
    every = [int(number) for number in _found(_KIDS, file.objects[tree]).split()[::3]]
    tall = float(_found(_BOX, file.objects[every[0]], 2))  # stills are labels: all as tall
    forms, kept = [_form(file, number) for number in every[:stills]], every[stills:]
    catalogue = _without_metadata(file, file.objects.pop(file.catalogue))
    fresh = max(file.objects) + 1
    for number, stamps in zip(kept, pages, strict=True):
        page = file.objects[number]
        contents, resources = _number(_CONTENTS, page), _number(_RESOURCES, page)
        file.objects[number] = _CONTENTS.sub(b"/Contents[%d 0 R %d 0 R]" % (fresh, contents), page)
        names = b"".join(b"/s%d %d 0 R" % (still, forms[still]) for still in sorted({each.still for each in stamps}))
        file.objects[resources] = file.objects[resources].replace(b"<<", b"<</XObject<<%s>>" % names, 1)
        file.objects[fresh] = _stream(_under(stamps, float(_found(_BOX, page, 2)), tall))
        fresh += 1
    kids = b" ".join(b"%d 0 R" % number for number in kept)
    file.objects[tree] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kept), kids)
    return file.written(catalogue)


def _without_metadata(file: File, catalogue: bytes) -> bytes:
    """Leave out what says in XML again whose file it is and what it is called: a twentieth of a label."""
    file.objects.pop(_number(METADATA, catalogue))
    return METADATA.sub(b"", catalogue)


def rectangles(boxes: Iterable[tuple[float, float, float, float]]) -> str:
    """Return boxes (corner, width, height) as rectangles of a PDF."""
    return "".join(f"{x} {y} {width} {height} re " for x, y, width, height in boxes)


def _under(stamps: Sequence[Stamp], height: float, tall: float) -> bytes:
    """Draw what lies under a page of so many points: PDF counts from its lower left corner."""
    parts = []
    for each in stamps:
        left, top, size = each.x * DOT, height - each.y * DOT, each.percent / 100
        parts.append(f"q {size:g} 0 0 {size:g} {left:.6f} {top - tall * size:.6f} cm/s{each.still} Do Q")
        parts.append(_inked(each.ink, DOT * size, left, top))
        dot = POINTS / each.dots_per_mm
        parts.append(_inked(each.bars, dot, round(left / dot) * dot, height - round(each.y * DOT / dot) * dot))
    return "\n".join(parts).encode("ascii")


def _inked(ink: str, dot: float, left: float, top: float) -> str:
    return f"q {dot:.9f} 0 0 {-dot:.9f} {left:.6f} {top:.6f} cm {ink} f Q"


def _form(file: File, number: int) -> int:
    """Make a page a form; return the form's number."""
    page = file.objects.pop(number)
    contents, width, height = _number(_CONTENTS, page), float(_found(_BOX, page)), float(_found(_BOX, page, 2))
    box = b"%.3f %.3f %.3f %.3f" % (_INWARDS, _INWARDS, width - _INWARDS, height - _INWARDS)
    head = b"<</Type/XObject/Subtype/Form/BBox[%s]/Resources %d 0 R" % (box, _number(_RESOURCES, page))
    file.objects[contents] = file.objects[contents].replace(b"<<", head, 1)
    return contents


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(packed), packed)


def _number(pattern: re.Pattern[bytes], within: bytes) -> int:
    return int(_found(pattern, within))


def _found(pattern: re.Pattern[bytes], within: bytes, group: int = 1) -> bytes:
    found = pattern.search(within)
    if found is None:
        raise ValueError(f"no {pattern.pattern!r}: not a page of typst")
    return bytes(found[group])
