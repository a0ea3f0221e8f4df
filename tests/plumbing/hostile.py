"""PDFs that mean harm: small files that ask for a lot of memory or time, and files that are not what they say."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence

from shop.plumbing.pdfs import written

ROLL = "[0 0 283.5 425.2]"
MEGABYTE = 1 << 20


def packed(piece: bytes, times: int) -> bytes:
    """Return so many times the same bytes, packed; they never stand in memory together."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(piece) for _time in range(times)) + packer.flush()


def stream(body: bytes, words: str = "") -> bytes:
    """Return a stream, of which the words say more."""
    return f"<</Length {len(body)}{words}>>\nstream\n".encode() + body + b"\nendstream"


def page(ink: bytes, *, box: str = ROLL, words: str = "", more: Sequence[bytes] = (), filters: str = "") -> bytes:
    """Return a PDF of one page: its ink, and objects from the number 5 on."""
    return written([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox{box}/Contents 4 0 R/Resources<<{words}>>>>".encode(),
        stream(ink, filters), *more,
    ])  # fmt: skip


def image_bomb() -> bytes:
    """A picture of 900 million dots, in a megabyte."""
    side = 30_000
    dots = stream(
        packed(bytes(side), side),
        f"/Type/XObject/Subtype/Image/Width {side}/Height {side}/ColorSpace/DeviceGray/BitsPerComponent 8"
        "/Filter/FlateDecode",
    )
    return page(b"q 283 0 0 425 0 0 cm /I Do Q", words="/XObject<</I 5 0 R>>", more=[dots])


def twice_packed() -> bytes:
    """Ink of a gigabyte, packed twice into a few kilobytes."""
    return page(zlib.compress(packed(b" " * MEGABYTE, 1024), 9), filters="/Filter[/FlateDecode/FlateDecode]")


def endless_ink() -> bytes:
    """Eight million strokes over the whole page."""
    return page(packed(b"0 0 m 283 425 l S\n" * 8_000, 1_000), filters="/Filter/FlateDecode")


def nested_forms() -> bytes:
    """Ten forms, each of which draws the next one twenty times."""
    forms = [
        stream(
            b"/F Do " * 20 if at < 9 else b"0 0 50 50 re f",
            f"/Type/XObject/Subtype/Form/BBox[0 0 300 500]/Resources<</XObject<</F {6 + at} 0 R>>>>",
        )
        for at in range(10)
    ]
    return page(b"/F Do", words="/XObject<</F 5 0 R>>", more=forms)


def tiny_tiles() -> bytes:
    """A pattern whose tiles are a hundred thousandth of a point."""
    tile = stream(
        b"0 0 1 1 re f",
        "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 0.00001/YStep 0.00001/Resources<<>>",
    )
    return page(b"/Pattern cs /P scn 0 0 283 425 re f", words="/Pattern<</P 5 0 R>>", more=[tile])


def many_pages(count: int, *, said: int | None = None) -> bytes:
    """Return so many pages, or a file that says it had them."""
    kids = " ".join("3 0 R" for _page in range(count))
    return written([
        b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {said or count}/Kids[{kids}]>>".encode(),
        f"<</Type/Page/Parent 2 0 R/MediaBox{ROLL}/Contents 4 0 R>>".encode(), stream(b"0 0 9 9 re f"),
    ])  # fmt: skip


def own_parent() -> bytes:
    """A tree of pages that holds itself."""
    return written([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 3/Kids[2 0 R 2 0 R 2 0 R]>>"])


def loop_of_tables() -> bytes:
    """Two tables of offsets, each of which says that the other one came before it; and no page."""
    first = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 3/Root 1 0 R/Prev %d>>\n"
    second_at = len(first) + len(table % 10**6) - 4
    both = first + table % second_at + table % len(first)
    return both + b"startxref\n%d\n%%%%EOF\n" % second_at


def endless_length() -> bytes:
    """A stream whose length is told by an object that is that stream."""
    return page(b"0 0 9 9 re f").replace(b"/Length 12", b"/Length 4 0 R")


# Those that a process without limits would be busy with for long, and those that show nothing.
BOMBS: Mapping[str, Callable[[], bytes]] = {
    "twice packed": twice_packed, "endless ink": endless_ink, "nested forms": nested_forms, "tiny tiles": tiny_tiles,
}  # fmt: skip
IMPOSTORS: Mapping[str, Callable[[], bytes]] = {
    "image bomb": image_bomb, "own parent": own_parent, "loop of tables": loop_of_tables,
    "empty page": lambda: page(b""), "nothing": lambda: b"%PDF-1.4\n%%EOF\n",
    "noise": lambda: b"%PDF-1.7\n" + bytes(range(256)) * 400 + b"%%EOF",
}  # fmt: skip
