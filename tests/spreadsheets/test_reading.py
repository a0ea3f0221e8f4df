"""Somebody's file: CSV as Excel and others save it, XLSX within limits, anything else refused in words."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile

import pytest
from xlsxwriter import Workbook

from shop.core.errors import Refused
from shop.plumbing.i18n import LANGUAGES, speaking
from shop.spreadsheets import reading
from shop.spreadsheets.columns import PRODUCTS, every, keys_of

LINE = ("SAV-1", "Savon à l’olive", "صابون", "650")
FRENCH = ("Référence", "Nom en français", "Nom en arabe", "Prix en dinars")


def rows(table: reading.Table) -> list[list[object]]:
    return [json.loads(line) for line in table.body.splitlines()][1:]


def csv_of(between: str, *lines: tuple[str, ...]) -> str:
    return "\r\n".join(between.join(line) for line in lines) + "\r\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_headers_are_known_in_each_language_in_whatever_order(lang: str) -> None:
    with speaking(lang):
        headers = {column.title: key for key, column in every(PRODUCTS).items()}
    assert keys_of(PRODUCTS, list(headers)) == list(headers.values())


@pytest.mark.parametrize("between", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_delimiter_in_every_encoding(between: str, encoding: str) -> None:
    content = csv_of(between, FRENCH, LINE).encode(encoding)
    table = reading.read(content)
    assert table.keys == ["reference", "name_fr", "name_ar", "price"]
    assert rows(table) == [[2, *LINE]]


def test_the_header_line_decides_and_not_the_commas_of_the_descriptions() -> None:
    content = csv_of(
        ";", ("Reference", "Name in French", "Description in French"), ("A", "Savon", "doux, bon, beau, cher")
    )
    assert rows(reading.read(content.encode())) == [[2, "A", "Savon", "doux, bon, beau, cher"]]


def test_windows_letters_arabic_and_french() -> None:
    arabic = csv_of(";", ("المرجع", "الاسم بالعربية"), ("A", "صابون الزيتون"))
    assert rows(reading.read(arabic.encode("cp1256"))) == [[2, "A", "صابون الزيتون"]]
    french = csv_of(";", ("Référence", "Nom en français"), ("A", "ÉCRIN à l'œillet, ÉTÉ"))
    assert rows(reading.read(french.encode("cp1252"))) == [[2, "A", "ÉCRIN à l'œillet, ÉTÉ"]]


def test_lines_keep_their_numbers_over_empty_ones_and_a_title() -> None:
    content = csv_of(
        ";", ("Mes produits", ""), ("", ""), ("Reference", "Name in French"), ("A", "Savon"), ("", ""), ("B", "Huile")
    )
    assert [row[0] for row in rows(reading.read(content.encode()))] == [4, 6]


def test_excels_own_line_about_the_delimiter_is_no_header() -> None:
    content = "sep=,\r\n" + csv_of(",", ("Reference", "Price in dinars"), ("A", "650"))
    assert rows(reading.read(content.encode())) == [[3, "A", "650"]]


def test_our_own_apostrophes_are_taken_off() -> None:
    content = csv_of(";", ("Reference", "Name in French"), ("A", "'=1+1"))
    assert rows(reading.read(content.encode())) == [[2, "A", "=1+1"]]


def workbook(lines: list[tuple[object, ...]]) -> bytes:
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return out.getvalue()


def test_a_workbook_is_read_with_its_figures_as_people_write_them() -> None:
    content = workbook([("Référence", "Nom en français", "Prix en dinars", "Fragile"), ("A", "Savon", 650.0, True), (),
                        (12345, "Huile", 1250.5, False)])  # fmt: skip
    assert rows(reading.read(content)) == [[2, "A", "Savon", "650", "1"], [4, "12345", "Huile", "1250.5", "0"]]


def bomb(kind: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        if kind == "large":
            with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
                for _mega in range(400):
                    part.write(b"\0" * 2**20)
        else:
            for number in range(3000):
                archive.writestr(f"xl/media/{number}", b"")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["large", "many"])
def test_a_bomb_is_refused_within_a_second_without_being_unpacked(kind: str) -> None:
    content = bomb(kind)
    began = time.process_time()
    with pytest.raises(Refused, match="too large"):
        reading.read(content)
    assert time.process_time() - began < 1


def archive(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"), (b" \r\n\0", "empty"), (b"\xef\xbb\xbf", "headers"), (b"PK\x03\x04 nothing", "cannot be read"),
        (archive(readme="hello"), "cannot be read"), (archive(**{"xl/workbook.xml": "<workbook/>"}), "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"), (b"<html><body>Savon</body></html>", "headers"),
        (b"\xff\xd8\xff\xe0 a photograph", "headers"), (b"Reference;Name in French\r\n", "empty"),
        (b"Savon;650\r\n" * 50, "headers"), (b"Reference;Price\r\n" + b"A;1\r\n" * 20_001, "too large"),
        (b"x" * (reading.MOST_BYTES + 1), "too large"), (b'Reference;Price\r\nA;"' + b"9" * 200_000, "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused_in_words_at_the_field(content: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        reading.read(content)
    assert refused.value.field == "file"


def test_neither_library_is_loaded_by_the_application() -> None:
    code = (
        "import sys, shop; from shop.app import create_app; from shop.plumbing.settings import Settings\n"
        "import tempfile, pathlib\n"
        "create_app(Settings(data_dir=pathlib.Path(tempfile.mkdtemp()), secret_key='k' * 40, worker=False))\n"
        "print([name for name in ('xlsxwriter', 'python_calamine') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
