"""Every file that a phone may send, through the running application: kept without a trace, or refused in her words."""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from shop.catalogue import service
from shop.catalogue.models import Picture
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.i18n import _, speaking
from shop.plumbing.journal import SYSTEM
from shop.web.ui.access import UPLOAD_BYTES
from tests.people import Person
from tests.plumbing.test_images import png_claiming, quarters, saved
from tests.studio.conftest import Shop
from tests.studio.photographs import photograph

HERE = Path(__file__).parents[1]
KEY = "00000000-0000-4000-8000-00000000000"
KIND = "Please choose a photograph: a JPEG, PNG, WebP, HEIC or AVIF file."
LARGE = "This picture is too large. Please choose one of at most 12 MB and 40 megapixels."
SMALL = "This picture is too small. Please choose one of at least 100 pixels on each side."
BROKEN = "This picture can't be opened: the file is damaged or incomplete. Please choose it again or take another."
HEIC = (
    "This HEIC picture can't be opened. On the iPhone: Settings, Camera, Formats, Most Compatible; then take it again."
)
TRACES = (b"Exif", b"EXIF", b"XMP ", b"ICCP", b"<script", b"GPS", b"Maker")


def animated(kind: str) -> bytes:
    frames = [quarters(400, 300), quarters(400, 300).transpose(Image.Transpose.ROTATE_180)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def deep(bits: int) -> bytes:
    """A PNG with so many bits for each level of grey."""
    return png_claiming(400, 300, bits=bits)


def noted() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Maker of phones"
    exif.get_ifd(0x8825).update({1: "N", 2: (36.0, 45.0, 0.0), 3: "E", 4: (3.0, 3.0, 0.0)})
    return saved(quarters(), "JPEG", exif=exif, comment=b"<script>alert(1)</script>")


def heic() -> bytes:
    return (HERE / "plumbing/sideways.heic").read_bytes()


def bomb_that_lies() -> bytes:
    """A PNG whose head says 400 × 300, and whose pixels are packed from four hundred million."""
    packed = zlib.compressobj(9)
    body = b"".join(packed.compress(bytes(1 << 20)) for _piece in range(64)) + packed.flush()

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content) ^ 1)

    head = struct.pack(">IIBBBBB", 400, 300, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


GOOD: dict[str, Callable[[], bytes]] = {
    **{f"exif-{turn}": lambda turn=turn: photograph(turned=turn).getvalue() for turn in range(1, 9)},  # type: ignore[misc]
    "place-and-notes": noted,
    "cmyk": lambda: saved(quarters().convert("CMYK"), "JPEG"),
    "grey": lambda: saved(quarters().convert("L"), "JPEG"),
    "16-bit": lambda: deep(16),
    "one-bit": lambda: deep(1),
    "palette": lambda: saved(quarters().convert("P"), "PNG"),
    "transparent": lambda: saved(quarters().convert("RGBA"), "PNG"),
    "animated-webp": lambda: animated("WEBP"),
    "webp": lambda: saved(quarters(), "WEBP"),
    "avif": lambda: saved(quarters(), "AVIF"),
    "heic": heic,
    "twelve-megapixels": lambda: saved(quarters(4000, 3000), "JPEG"),
}
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "gif": (lambda: animated("GIF"), KIND),
    "html": (lambda: b"<!doctype html><script>alert(1)</script>", KIND),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', KIND),
    "nothing": (lambda: b"", KIND),
    "truncated": (lambda: saved(quarters(), "JPEG")[:2000], BROKEN),
    "truncated-png": (lambda: saved(quarters(), "PNG")[:200], BROKEN),
    "truncated-heic": (lambda: heic()[: len(heic()) // 2], HEIC),
    "tiny": (lambda: saved(quarters(40, 30), "JPEG"), SMALL),
    "bomb-of-400-megapixels": (lambda: png_claiming(20_000, 20_000), LARGE),
    "long-strip": (lambda: png_claiming(30_000, 100), LARGE),
    "a-lie-about-its-size": (bomb_that_lies, BROKEN),
}


@pytest.fixture
def url(application: Flask, shop: Shop) -> str:
    with application.app_context(), transaction():
        made = service.create_product(
            shop.store_id, by=SYSTEM, craft="soap", names={"fr": "Savon"}, price=Money.dinars(650), stock=1
        )
        return f"{shop.url}/products/{made.id}/pictures"


def send(amina: Person, url: str, content: bytes, key: str = "") -> tuple[int, list[str]]:
    """Send one photograph as the phone's queue does; return the status and what was refused."""
    headers = {"Accept": "application/json", "X-Later": "1"}
    data = {"csrf": amina.csrf, "photos": (io.BytesIO(content), "IMG_1.jpg"), **({"once": key} if key else {})}
    answer = amina.client.post(url, data=data, headers=headers)
    assert answer.json is not None
    return answer.status_code, answer.json["refused"]


def rows(application: Flask) -> list[Picture]:
    with application.app_context():
        return list(session.scalars(select(Picture).order_by(Picture.position)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", GOOD)
def test_what_can_be_read_is_kept_upright_and_without_a_trace(
    application: Flask, amina: Person, url: str, tmp_path: Path, name: str
) -> None:
    assert send(amina, url, GOOD[name]()) == (200, [])
    (row,) = rows(application)
    kept = [*(tmp_path / "media").rglob("*.webp"), *(tmp_path / "private").rglob("*.webp")]
    assert len(kept) == 4
    for file in kept:
        content = file.read_bytes()
        assert not [trace for trace in TRACES if trace in content], file.name
        with Image.open(io.BytesIO(content)) as image:
            assert image.format == "WEBP"
            assert not getattr(image, "is_animated", False)
            assert (image.width > image.height) is (row.width > row.height)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_says_why_and_how_to_mend_it_in_her_language(
    application: Flask, amina: Person, url: str, tmp_path: Path, name: str, lang: str
) -> None:
    amina.post("/studio/account/language", language=lang)
    make, sentence = BAD[name]
    content = make()
    began = time.monotonic()
    status, refused = send(amina, url, content)
    took = time.monotonic() - began
    with speaking(lang):
        said = _("{name}: {problem}", name="IMG_1.jpg", problem=_(sentence))
    assert (status, refused) == (422, [said])
    assert rows(application) == []
    assert not [*(tmp_path / "media").rglob("*.webp")]
    if "bomb" in name or "strip" in name:
        assert took < 1.0, f"a bomb took {took:.2f} s"


def test_a_photograph_whose_answer_was_lost_is_kept_once(
    application: Flask, amina: Person, url: str, tmp_path: Path
) -> None:
    content = photograph((300, 200)).getvalue()
    for number in (1, 1, 2):
        assert send(amina, url, content, key=f"{KEY}{number}") == (200, [])
    assert len(rows(application)) == 2
    assert len([*(tmp_path / "media").rglob("*-240.webp")]) == 2


def test_a_photograph_that_was_refused_is_refused_when_it_is_sent_again(amina: Person, url: str) -> None:
    assert [send(amina, url, b"", key=f"{KEY}3")[0] for _time in range(2)] == [422, 422]


def test_the_queue_is_told_of_a_photograph_that_is_too_heavy(amina: Person, url: str) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="huge.jpg"\r\n\r\n'
    body = head + b"\0" * UPLOAD_BYTES + b"\r\n--x--\r\n"
    headers = {"Accept": "application/json", "X-Later": "1"}
    answer = amina.client.post(url, data=body, content_type="multipart/form-data; boundary=x", headers=headers)
    assert answer.status_code == 413
    assert answer.json is not None
    assert len(answer.json["refused"]) == 1
