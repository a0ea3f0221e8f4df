"""Photographs: upright, without the place where they were taken, in three sizes, first one chosen."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from shop.catalogue import service
from shop.catalogue.models import Picture, Product
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.web.ui.access import UPLOAD_BYTES
from tests.people import Person
from tests.studio.conftest import Shop
from tests.studio.day import a_day
from tests.studio.photographs import photograph


@pytest.fixture
def url(application: Flask, shop: Shop) -> str:
    """The address of the photographs of a draft."""
    with application.app_context(), transaction():
        made = service.create_product(
            shop.store_id, by=SYSTEM, craft="soap", names={"fr": "Savon"}, price=Money.dinars(650), stock=1
        )
        return f"{shop.url}/products/{made.id}/pictures"


def rows(application: Flask) -> list[Picture]:
    """Return the photographs in their order."""
    with application.app_context():
        return list(session.scalars(select(Picture).order_by(Picture.position)))


def files(folder: Path) -> list[str]:
    """Return the names of the files that are kept."""
    kept = [*(folder / "media").rglob("*.webp"), *(folder / "private").rglob("*.webp")]
    return sorted(file.name for file in kept)


@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_a_photograph_is_turned_upright_and_forgets_its_place(
    application: Flask, amina: Person, url: str, tmp_path: Path, turned: int
) -> None:
    assert amina.post(url, photos=(photograph(turned=turned), "a.jpg")).status_code == 303
    (row,) = rows(application)
    upright = (640, 480) if turned in {1, 3} else (480, 640)
    assert (row.width, row.height) == upright
    answer = amina.client.get(f"/media/{row.key}-240.webp")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    image = Image.open(io.BytesIO(answer.data))
    assert image.width == 240
    assert image.width * upright[1] == pytest.approx(image.height * upright[0], rel=0.02)
    assert not image.getexif()
    corner = {1: (0.2, 0.2), 3: (0.8, 0.8), 6: (0.8, 0.2), 8: (0.2, 0.8)}[turned]
    red, green, _blue = image.convert("RGB").getpixel((int(image.width * corner[0]), int(image.height * corner[1])))
    assert red > 150 > green
    for file in [*(tmp_path / "media").rglob("*.webp"), *(tmp_path / "private").rglob("*.webp")]:
        with Image.open(file) as kept:
            assert not kept.getexif()


def test_a_small_photograph_serves_every_width(application: Flask, amina: Person, url: str, tmp_path: Path) -> None:
    amina.post(url, photos=(photograph((300, 200)), "a.jpg"))
    (row,) = rows(application)
    assert files(tmp_path) == sorted([*(f"{row.key}-{width}.webp" for width in (240, 480, 900)), f"{row.key}.webp"])
    assert {amina.client.get(f"/media/{row.key}-{width}.webp").status_code for width in (240, 480, 900)} == {200}


def test_several_photographs_are_ordered_and_the_first_is_the_cover(
    application: Flask, amina: Person, url: str
) -> None:
    amina.post(url, photos=[(photograph(colour=(n, n, n)), f"{n}.png") for n in (10, 90, 170)])
    first, second, third = (row.key for row in rows(application))
    number = rows(application)[2].id
    amina.post(f"{url}/{number}", action="first")
    assert [row.key for row in rows(application)] == [third, first, second]
    amina.post(f"{url}/{number}", action="down")
    assert [row.key for row in rows(application)] == [first, third, second]
    amina.post(f"{url}/{number}", action="up")
    assert [row.key for row in rows(application)] == [third, first, second]
    with application.app_context():
        assert session.scalars(select(Product.cover)).one() == third
    assert amina.post(f"{url}/{number}", action="sideways").status_code == 400


def test_what_a_photograph_shows_is_said_in_one_sentence(application: Flask, amina: Person, url: str) -> None:
    amina.post(url, photos=(photograph(), "a.jpg"))
    (row,) = rows(application)
    amina.post(f"{url}/{row.id}", action="describe", alt_fr="Trois savons\u202e verts", alt_ar="ثلاث قطع صابون")
    (now,) = rows(application)
    assert (now.alt_fr, now.alt_ar) == ("Trois savons verts", "ثلاث قطع صابون")


def test_a_removed_photograph_leaves_no_file(application: Flask, amina: Person, url: str, tmp_path: Path) -> None:
    amina.post(url, photos=[(photograph(), "a.jpg"), (photograph(), "b.jpg")])
    gone, stays = rows(application)
    assert amina.post(f"{url}/{gone.id}", action="remove").status_code == 303
    assert [row.key for row in rows(application)] == [stays.key]
    assert not [name for name in files(tmp_path) if name.startswith(gone.key)]
    assert len(files(tmp_path)) == 4
    assert amina.post(f"{url}/{gone.id}", action="remove").status_code == 404


def test_bad_files_are_refused_each_in_words_and_the_good_one_is_kept(
    application: Flask, amina: Person, url: str, tmp_path: Path
) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    sent = [(photograph(), "good.jpg"), (io.BytesIO(svg), "drawing.svg"), (io.BytesIO(b""), "nothing.jpg"),
            (io.BytesIO(photograph().read()[:900]), "half.jpg")]  # fmt: skip
    answer = amina.post(url, photos=sent)
    assert answer.status_code == 422
    for name in ("drawing.svg: ", "nothing.jpg: ", "half.jpg: "):
        assert name in answer.text
    assert len(rows(application)) == 1
    assert len(files(tmp_path)) == 4


def test_more_photographs_than_a_product_has_are_refused_and_leave_no_file(
    application: Flask, amina: Person, url: str, tmp_path: Path
) -> None:
    for _time in range(2):
        amina.post(url, photos=[(photograph((120, 120)), f"{n}.jpg") for n in range(6)])
    assert len(rows(application)) == 12
    before = files(tmp_path)
    answer = amina.post(url, photos=(photograph((120, 120)), "more.jpg"))
    assert answer.status_code == 422
    assert "12 photographs at most" in answer.text
    assert files(tmp_path) == before


def test_nothing_chosen_is_said(amina: Person, url: str) -> None:
    answer = amina.post(url, photos=(io.BytesIO(b""), ""))
    assert answer.status_code == 422
    assert "Choose at least one photograph." in answer.text


def test_more_than_twelve_megabytes_are_refused_in_words(application: Flask, amina: Person, url: str) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="huge.jpg"\r\n\r\n'
    body = head + b"\0" * UPLOAD_BYTES + b"\r\n--x--\r\n"
    answer = amina.client.post(url, data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "fewer or smaller photographs" in answer.text
    assert rows(application) == []


def test_a_stranger_reaches_no_photograph(application: Flask, amina: Person, sami: Person, url: str) -> None:
    amina.post(url, photos=(photograph(), "a.jpg"))
    (row,) = rows(application)
    assert sami.get(url).status_code == 404
    assert sami.post(f"{url}/{row.id}", action="remove").status_code == 404
    assert len(rows(application)) == 1


@pytest.mark.parametrize(("part", "reddish"), [("start", True), ("end", False), ("whole", True)])
def test_a_part_is_shown_in_the_square_and_the_whole_comes_back(
    application: Flask, amina: Person, url: str, tmp_path: Path, part: str, reddish: bool
) -> None:
    amina.post(url, photos=(photograph((900, 300)), "wide.jpg"))  # its left half is red above
    (row,) = rows(application)
    assert "Left part" in amina.get(url).text
    assert amina.post(f"{url}/{row.id}/square", part=part).status_code == 303
    (cut,) = rows(application)
    assert cut.key != row.key
    assert (cut.width, cut.height) == (900, 300), "what came is remembered, so that another part can be chosen"
    image = Image.open(io.BytesIO(amina.client.get(f"/media/{cut.key}-240.webp").data)).convert("RGB")
    assert image.size == ((240, 240) if part != "whole" else (240, 80))
    red, green, _blue = image.getpixel((20, 20))  # type: ignore[misc]
    assert (red > green) is reddish
    assert not [name for name in files(tmp_path) if name.startswith(row.key)], "no file without its row"
    amina.post(f"{url}/{row.id}/square", part="whole")
    (whole,) = rows(application)
    assert Image.open(io.BytesIO(amina.client.get(f"/media/{whole.key}-240.webp").data)).size == (240, 80)


def test_a_square_photograph_offers_no_part_and_a_part_that_is_none_is_refused(
    application: Flask, amina: Person, url: str
) -> None:
    amina.post(url, photos=(photograph((300, 300)), "square.jpg"))
    (row,) = rows(application)
    assert "Left part" not in amina.get(url).text
    assert amina.post(f"{url}/{row.id}/square", part="corner").status_code == 400
    assert rows(application)[0].key == row.key


def test_orders_show_the_part_that_is_shown_now(application: Flask) -> None:
    day = a_day(application)
    page = day.page("/products")
    product = re.search(r'id="p(\d+)"', page)
    assert product
    path = f"/products/{product[1]}/pictures"
    day.send(path, {"photos": (photograph((600, 300)), "a.jpg")})
    code = day.ordered()
    (row,) = rows(application)
    assert row.key in day.page(f"/orders/{code}")
    day.send(f"{path}/{row.id}/square", {"part": "end"})
    (cut,) = rows(application)
    assert cut.key in day.page(f"/orders/{code}")
