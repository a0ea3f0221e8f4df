"""What a printer gets is the page, dot for dot: read back by readers that know the languages, not our encoder."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shop.core.errors import NotFound, Refused
from shop.documents import engine, heads
from shop.documents.printer_languages import Dots, escpos, tspl, zpl
from tests.documents.cast import label, labels, printed, scanned
from tests.documents.test_pictures import LABELS

HEADS = {"203 dpi": 8.0, "300 dpi": 300 / 25.4}
HEXADECIMAL = "0123456789ABCDEF"


def burnt(page: Dots) -> Image.Image:
    """Return dots as ink on paper."""
    return Image.frombytes("1", (page.width, page.height), page.rows).point(lambda dot: 255 - dot)


def drawn(paper: str, dots_per_mm: float = 8.0, **changes: object) -> Dots:
    pdf = engine.labels_pdf([label(**changes)], paper, dots_per_mm=dots_per_mm)
    (page,) = engine.pages_dots(pdf, dots_per_mm=dots_per_mm)
    return page


# Readers.


def zpl_field(stream: bytes) -> tuple[dict[str, str], int, str]:
    """Return the commands of the one label of a stream, how many bytes its rows take, and the data of its picture."""
    text = stream.decode("ascii")
    assert text.startswith("^XA")
    assert text.endswith("^XZ\n")
    commands = {part[:2]: part[2:].strip() for part in text.split("^")[1:]}
    assert list(commands)[-3:] == ["FS", "PQ", "XZ"]
    kind, sent, held, wide, data = commands["GF"].split(",", 4)
    assert kind == "A"
    assert sent == held
    return commands, int(wide), data


def from_ascii(data: str, wide: int) -> bytes:
    """Read the digits of a `^GF` field one after the other, as the manual of the language says."""
    rows: list[str] = []
    row, times, at = "", 0, 0
    while at < len(data):
        letter = data[at]
        at += 1
        if "G" <= letter <= "Y":
            times += ord(letter) - ord("F")
        elif "g" <= letter <= "z":
            times += 20 * (ord(letter) - ord("f"))
        elif letter == ":":
            assert not row
            rows.append(rows[-1])
        elif letter in ",!":
            row = row.ljust(wide * 2, "0" if letter == "," else "F")
        else:
            assert letter in HEXADECIMAL
            row += letter * max(1, times)
            times = 0
        assert len(row) <= wide * 2
        if len(row) == wide * 2:
            rows.append(row)
            row = ""
    assert not row
    return bytes.fromhex("".join(rows))


def checksum(data: bytes) -> int:
    """CRC-16 with the polynomial 0x1021 from 0, bit by bit."""
    found = 0
    for byte in data:
        found ^= byte << 8
        for _bit in range(8):
            found = (found << 1) ^ 0x1021 if found & 0x8000 else found << 1
        found &= 0xFFFF
    return found


def from_z64(data: str) -> bytes:
    nothing, kind, packed, crc = data.split(":")
    assert (nothing, kind) == ("", "Z64")
    assert int(crc, 16) == checksum(packed.encode("ascii"))
    return zlib.decompress(base64.b64decode(packed, validate=True))


def from_tspl(stream: bytes) -> tuple[list[str], int, int, bytes]:
    """Return the commands, the bytes of a row, the rows and their dots, 1 for black."""
    head = re.match(rb"(?P<commands>(?:[A-Z]+(?: [^\r\n]*)?\r\n)+)BITMAP 0,0,(?P<wide>\d+),(?P<tall>\d+),0,", stream)
    assert head is not None
    wide, tall = int(head["wide"]), int(head["tall"])
    end = head.end() + wide * tall
    assert stream[end:] == b"\r\nPRINT 1,1\r\n"
    dots = bytes(255 - byte for byte in stream[head.end() : end])
    return head["commands"].decode("ascii").splitlines(), wide, tall, dots


def from_escpos(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield each band: bytes of a row, rows, dots. The printer is reset before them; the paper fed and cut after."""
    assert stream.startswith(b"\x1b@")
    at = 2
    while stream[at : at + 4] == b"\x1dv0\x00":
        wide, tall = stream[at + 4] + 256 * stream[at + 5], stream[at + 6] + 256 * stream[at + 7]
        at += 8
        yield wide, tall, stream[at : at + wide * tall]
        at += wide * tall
    assert re.fullmatch(rb"\x1bd.\x1dVB\x00", stream[at:])


# What they read.

PAGES = st.integers(1, 70).flatmap(
    lambda width: st.lists(st.integers(0, 2**width - 1), min_size=1, max_size=12).map(
        lambda rows: Dots(
            width, len(rows), b"".join((row << -width % 8).to_bytes(-(-width // 8), "big") for row in rows)
        )
    )
)


@given(page=PAGES)
def test_any_page_comes_back_from_every_language(page: Dots) -> None:
    _commands, wide, data = zpl_field(zpl(page))
    assert from_ascii(data, wide) == page.rows
    assert from_z64(zpl_field(zpl(page, packing="z64"))[2]) == page.rows
    assert from_tspl(tspl(page, width=100, height=50))[1:] == (page.row_bytes, page.height, page.rows)
    assert b"".join(dots for _wide, _tall, dots in from_escpos(escpos(page))) == page.rows


@pytest.mark.parametrize("digit", ["0", "5", "F"])
@pytest.mark.parametrize("digits", [2, 3, 19, 20, 21, 39, 40, 399, 400, 401, 822])
def test_runs_of_every_length_are_read_back(digit: str, digits: int) -> None:
    row = "A" + digit * digits + "B" * (digits % 2 + 2)
    row += "C" * (len(row) % 2)
    page = Dots(len(row) * 4, 2, bytes.fromhex(row) * 2)
    _commands, wide, data = zpl_field(zpl(page))
    assert from_ascii(data, wide) == page.rows
    assert data.endswith(":")


@pytest.mark.parametrize(
    ("name", "paper", "head"),
    [("arabic", "100x150", "203 dpi"), ("hostile", "4x6", "203 dpi"), ("sixty-letters", "4x6", "300 dpi")],
)
def test_a_label_is_sent_dot_for_dot_and_scanned(name: str, paper: str, head: str) -> None:
    page = drawn(paper, HEADS[head], **LABELS[name])
    commands, wide, data = zpl_field(zpl(page))
    assert (commands["PW"], commands["LL"]) == (str(page.width), str(page.height))
    rows = from_ascii(data, wide)
    assert rows == page.rows == from_z64(zpl_field(zpl(page, packing="z64"))[2])
    found = scanned(burnt(Dots(page.width, page.height, rows)))
    assert found == {"Code128": "HRF260900000001", "QR": "H-7K3M-92|HRF260900000001"}


@pytest.mark.parametrize("paper", ["100x150", "4x6", "80mm"])
def test_the_dots_of_203_dpi_are_those_of_the_pdf(paper: str) -> None:
    assert burnt(drawn(paper)).tobytes() == printed(engine.labels_pdf([label()], paper)).tobytes()


def test_bars_are_whole_dots_at_300_dpi_too() -> None:
    page = drawn("100x150", HEADS["300 dpi"])
    row = burnt(page).crop((60, 240, page.width - 60, 241)).convert("L").tobytes()
    runs = [len(run) for run in row.replace(b"\x00", b"x").replace(b"\xff", b" ").decode().split()]
    assert len(runs) == 40
    assert set(runs) <= {4, 8, 12, 16}
    assert scanned(burnt(page))["Code128"] == "HRF260900000001"


def test_tspl_knows_its_paper_and_burns_what_is_black() -> None:
    page = drawn("100x150")
    commands, wide, tall, dots = from_tspl(tspl(page, width=1000, height=1500))
    assert commands == ["SIZE 100 mm,150 mm", "GAP 3 mm,0 mm", "REFERENCE 0,0", "CLS"]
    assert scanned(burnt(Dots(wide * 8, tall, dots)))["Code128"] == "HRF260900000001"
    assert from_tspl(tspl(page, width=1016, height=1524))[0][0] == "SIZE 101.6 mm,152.4 mm"


def test_a_receipt_printer_gets_the_576_dots_that_it_burns_in_small_bands() -> None:
    whole = drawn("80mm")
    middle = whole.part(32, 576)
    bands = list(from_escpos(escpos(middle)))
    assert {wide for wide, _tall, _dots in bands} == {72}
    assert max(tall for _wide, tall, _dots in bands) <= 128
    receipt = burnt(Dots(576, sum(tall for _wide, tall, _dots in bands), b"".join(dots for *_size, dots in bands)))
    assert scanned(receipt) == {"Code128": "HRF260900000001", "QR": "H-7K3M-92|HRF260900000001"}
    with pytest.raises(ValueError, match="between two bytes"):
        whole.part(33, 576)


def test_every_kind_of_printer_gets_every_label() -> None:
    once = {head: heads.stream(labels(1), head, paper="a4x4") for head in heads.HEADS}
    for head, stream in once.items():
        assert heads.stream(labels(2), head, paper="a4x4").startswith(stream), head
    assert len(set(once.values())) == len(heads.HEADS)
    with pytest.raises(NotFound):
        heads.stream(labels(1), "pcl", paper="a6")
    with pytest.raises(Refused):
        heads.stream([], "zpl-203", paper="a6")


def test_labels_of_a_stream_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUNDLE", 2)
    stream = heads.stream(labels(3), "zpl-203", paper="100x150")
    parts = [part + b"^XZ\n" for part in stream.split(b"^XZ\n")[:-1]]
    codes = []
    for part in parts:
        _commands, wide, data = zpl_field(part)
        codes.append(scanned(burnt(Dots(800, 1200, from_ascii(data, wide))))["Code128"])
    assert codes == [each.code for each in labels(3)]
