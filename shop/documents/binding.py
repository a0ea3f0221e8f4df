"""Bind PDFs that typst wrote into one, keeping the first one's title and catalogue.

Only typst's own plain files are read here (one table of offsets, one object after the other, no revisions);
for anybody else's PDF this is not the tool.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_INFO = re.compile(rb"/Info (\d+) 0 R")
_PAGES = re.compile(rb"/Pages (\d+) 0 R")
METADATA = re.compile(rb"/Metadata (\d+) 0 R")
_COUNT = re.compile(rb"/Count (\d+)")
_HEAD = re.compile(rb"(\d+) 0 obj\n")


@dataclass(frozen=True, slots=True)
class File:
    """A PDF taken apart: its head, its objects by number without their wrapping, its trailer."""

    head: bytes
    objects: dict[int, bytes]
    trailer: bytes

    @classmethod
    def of(cls, pdf: bytes) -> File:
        """Take a PDF apart. Raises ValueError for a file that typst did not write."""
        table = pdf.rindex(b"xref\n", 0, pdf.rindex(b"startxref"))
        entries = pdf[table : pdf.rindex(b"trailer")].split(b"\n")[2:]
        starts = sorted(int(entry[:10]) for entry in entries if entry[17:18] == b"n")
        objects = {}
        for start, end in zip(starts, [*starts[1:], table], strict=True):
            head = _HEAD.match(pdf, start)
            if head is None:
                raise ValueError("an offset without its object: not a PDF of typst")
            objects[int(head[1])] = pdf[head.end() : pdf.rindex(b"\nendobj", start, end)]
        return cls(pdf[: starts[0]], objects, pdf[pdf.rindex(b"trailer") :])

    @property
    def catalogue(self) -> int:
        """The number of its catalogue."""
        return self.number(_ROOT, self.trailer)

    @property
    def pages(self) -> int:
        """The number of its page tree."""
        return self.number(_PAGES, self.objects[self.catalogue])

    def number(self, pattern: re.Pattern[bytes], within: bytes) -> int:
        """Return the number that a pattern finds. Raises ValueError."""
        found = pattern.search(within)
        if found is None:
            raise ValueError(f"no {pattern.pattern!r}: not a PDF of typst")
        return int(found[1])

    def written(self, catalogue: bytes) -> bytes:
        """Write the objects, the catalogue last as typst does, and their table of offsets."""
        objects = self.objects | {max(self.objects) + 1: catalogue}
        chunks, at, offsets = [self.head], len(self.head), {}
        for number, body in sorted(objects.items()):
            chunk = b"%d 0 obj\n%s\nendobj\n" % (number, body)
            offsets[number] = at
            at += len(chunk)
            chunks.append(chunk)
        size = max(objects) + 1
        free = b"0000000000 65535 f\r\n"
        rows = (b"%010d 00000 n\r\n" % offsets[n] if n in offsets else free for n in range(size))
        trailer = re.sub(rb"/Size \d+", b"/Size %d" % size, self.trailer)
        trailer = _ROOT.sub(b"/Root %d 0 R" % (size - 1), trailer)
        trailer = trailer[: trailer.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF" % at
        return b"".join([*chunks, b"xref\n0 %d\n" % size, *rows, trailer])


def bound(parts: Sequence[bytes]) -> bytes:
    """Return one PDF with the pages of all parts in order; a single part comes back as it is.

    Raises ValueError for a file that typst did not write.
    """
    if len(parts) == 1:
        return parts[0]
    files = [File.of(part) for part in parts]
    first = files[0]
    objects: dict[int, bytes] = {}
    branches: list[tuple[int, int]] = []  # each part's own page tree, and how many pages it has
    for file in files:
        shift = max(objects, default=0)
        kept = file.objects if file is first else _without_wrapping(file)
        objects |= {number + shift: _shifted(body, shift) for number, body in kept.items()}
        tree = file.objects[file.pages]
        branches.append((file.pages + shift, file.number(_COUNT, tree)))
    root = max(objects) + 1
    for number, _pages in branches:
        objects[number] = objects[number].replace(b"<<", b"<</Parent %d 0 R" % root, 1)
    kids = b" ".join(b"%d 0 R" % number for number, _pages in branches)
    objects[root] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (sum(pages for _, pages in branches), kids)
    catalogue = _PAGES.sub(b"/Pages %d 0 R" % root, objects.pop(first.catalogue))
    return File(first.head, objects, first.trailer).written(catalogue)


def _without_wrapping(file: File) -> dict[int, bytes]:
    """Leave out what a document has once: its catalogue, title and metadata."""
    left_out = {file.catalogue}
    for pattern, within in ((_INFO, file.trailer), (METADATA, file.objects[file.catalogue])):
        if found := pattern.search(within):
            left_out.add(int(found[1]))
    return {number: body for number, body in file.objects.items() if number not in left_out}


def _shifted(body: bytes, shift: int) -> bytes:
    """Add `shift` to every reference of an object, but never inside its stream."""
    words, mark, stream = body.partition(b"\nstream\n")
    return _REFERENCE.sub(lambda found: b"%d 0 R" % (int(found[1]) + shift), words) + mark + stream
