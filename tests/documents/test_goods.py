"""Product labels, price tags and posters: exact papers, squares that a phone reads, what does not fit set smaller."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest
import zxingcpp

from shop.core.errors import Refused
from shop.documents.engine import goods_labels_pdf, poster_pdf, tags_pdf
from shop.documents.goods import Poster, PriceTag, ProductLabel
from shop.documents.papers import GOODS_PAPERS, POSTER_PAPERS
from shop.plumbing.i18n import speaking
from tests.documents.cast import assert_looks_like, printed
from tests.documents.test_companions import texts
from tests.documents.test_pictures import LABELS

SOAP: dict[str, Any] = {
    "names": ("صابون زيت الزيتون وإكليل الجبل", "Savon à l’huile d’olive et au romarin"), "languages": ("ar", "fr"),
    "maker": "Atelier Amina, Amina Benali", "maker_address": "12 rue des Roses, Kouba, Alger", "net": "100 g",
    "ingredients": "Sodium Olivate, Sodium Cocoate, Aqua, Glycerin, Rosmarinus Officinalis Leaf Oil, Linalool",
    "precautions": "Éviter le contact avec les yeux. Rincer à l’eau.", "lot": "L2611-03", "made_on": "11/2026",
    "best_before": "11/2028",
}  # fmt: skip
LINK = "https://hirfa.example/fr/p/12-savon-a-l-huile-d-olive-et-au-romarin"


def label(**changes: Any) -> ProductLabel:
    return ProductLabel(**{**SOAP, **changes})


def tags(count: int, **changes: Any) -> list[PriceTag]:
    values = {"name": "Savon à l’huile d’olive", "label": "100 g", "price": "650\u00a0DA", "shop": "Atelier Amina"}
    return [PriceTag(**{**values, "link": f"{LINK}-{n}", **changes}) for n in range(count)]


def poster(**changes: Any) -> Poster:
    values: dict[str, Any] = {"shop": "Atelier Amina", "under": ("صابون · الجزائر", "Savons · Alger")}
    return Poster(**{**values, "link": LINK, "shown_link": "hirfa.example/@atelier-amina", **changes})


def sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Return the size of every page in millimetres, to a hundredth."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [(round(page.get_width() / 72 * 25.4, 2), round(page.get_height() / 72 * 25.4, 2)) for page in document]


@pytest.mark.parametrize("paper", GOODS_PAPERS)
def test_pages_are_exactly_the_paper_and_as_many_as_needed(paper: str) -> None:
    sheet = GOODS_PAPERS[paper]
    size = (sheet.width / 10, sheet.height / 10)
    assert sizes(goods_labels_pdf(label(), paper=paper, copies=22)) == [size] * -(-22 // sheet.cells)
    assert sizes(tags_pdf(tags(3), paper=paper, start=sheet.cells)) == [size] * (3 if sheet.cells == 1 else 2)


def test_a_sheet_of_stickers_lies_within_the_paper() -> None:
    sheet = GOODS_PAPERS["a4x21"]
    left, top = sheet.corner(1)
    right, bottom = (a + b for a, b in zip(sheet.corner(21), (sheet.cell_width, sheet.cell_height), strict=True))
    assert (left, top) == (72, 151)
    assert abs((sheet.width - right) - left) <= 1
    assert abs((sheet.height - bottom) - top) <= 1


@pytest.mark.parametrize("paper", POSTER_PAPERS)
def test_a_phone_finds_the_shop_on_the_poster(paper: str) -> None:
    pdf = poster_pdf(poster(), paper=paper)
    assert sizes(pdf) == [(POSTER_PAPERS[paper].width / 10, POSTER_PAPERS[paper].height / 10)]
    (code,) = zxingcpp.read_barcodes(printed(pdf, dots_per_mm=4).convert("L"))
    assert code.text == LINK


def test_each_tag_leads_to_its_own_product() -> None:
    codes = zxingcpp.read_barcodes(printed(tags_pdf(tags(21), paper="a4x21")).convert("L"))
    assert {code.text for code in codes} == {f"{LINK}-{n}" for n in range(21)}


def test_a_link_too_long_for_a_square_leaves_the_tag_without() -> None:
    pdf = tags_pdf(tags(1, link="x" * 2000), paper="60x40")
    assert zxingcpp.read_barcodes(printed(pdf).convert("L")) == []
    assert "650 DA" in texts(pdf)[0]


def test_what_cannot_be_printed_is_refused() -> None:
    for wrong in ({"paper": "a6"}, {"copies": 0}, {"copies": 501}, {"start": 22}, {"nudge": (101, 0)}):
        with pytest.raises(Refused):
            goods_labels_pdf(label(), **{"paper": "a4x21", "copies": 1, **wrong})  # type: ignore[arg-type]
    with pytest.raises(Refused):
        tags_pdf([], paper="a4x21")
    with pytest.raises(Refused):
        poster_pdf(poster(), paper="a3")


def test_a_label_says_what_is_known_and_nothing_else() -> None:
    (page,) = texts(goods_labels_pdf(label(languages=("fr",), names=("Bol bleu",)), paper="60x40", copies=1))
    for words in (
        "Bol bleu",
        "Ingrédients",
        "Linalool",
        "L2611-03",
        "11/2028",
        "100 g",
        "Fabriqué en Algérie",
        "Roses",
    ):
        assert words in page, words
    bare = dict.fromkeys(("ingredients", "precautions", "lot", "made_on", "best_before", "net"), "")
    (page,) = texts(goods_labels_pdf(label(languages=("fr",), names=("Bol bleu",), **bare), paper="60x40", copies=1))
    for words in ("Ingrédients", "Lot", "Précautions", "avant"):
        assert words not in page, words


@pytest.mark.parametrize("paper", ["60x40", "50x30"])
@pytest.mark.parametrize("languages", [("ar", "fr"), ("fr",)])
def test_a_product_label_looks_as_it_was_drawn(paper: str, languages: tuple[str, ...]) -> None:
    names = SOAP["names"] if len(languages) == 2 else SOAP["names"][1:]
    pdf = goods_labels_pdf(label(languages=languages, names=names), paper=paper, copies=1)
    assert_looks_like(f"goods-{paper}-{'-'.join(languages)}", printed(pdf))


def test_a_hostile_label_stays_inside_its_box_and_is_no_markup() -> None:
    hostile = dict.fromkeys(("ingredients", "precautions"), LABELS["hostile"]["address"] * 4)
    pdf = goods_labels_pdf(
        label(**hostile, names=(LABELS["hostile"]["recipient"], "W" * 200), lot="#" * 30, net="*b* $a$"), paper="60x40",
        copies=1,
    )  # fmt: skip
    assert_looks_like("goods-hostile", printed(pdf))


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_tags_look_as_they_were_drawn(language: str) -> None:
    names = {
        "ar": ("صابون زيت الزيتون", "1\u00a0250\u00a0دج", "ورشة آمنة"),
        "fr": ("Parfum « Jasmin »", "3\u00a0900\u00a0DA", "Amina"),
    }
    name, price, shop = names[language]
    with speaking(language):
        some = [*tags(2, name=name, label="", price=price, shop=shop), *tags(2, name=name, price=price, shop=shop)]
        assert_looks_like(f"tags-{language}", printed(tags_pdf(some, paper="a4x21", start=3), dots_per_mm=4))


def test_the_poster_looks_as_it_was_drawn() -> None:
    assert_looks_like("poster-a5", printed(poster_pdf(poster(), paper="a5"), dots_per_mm=4))
    long = poster(shop="Coopérative des tisserandes et potières de la vallée du M’Zab", shown_link="h" * 90)
    assert_looks_like("poster-long", printed(poster_pdf(long, paper="a5"), dots_per_mm=4))


@pytest.mark.parametrize(
    ("origin", "said", "not_said"), [("DZ", "Fabriqué en Algérie", "Tunisie"), ("TN", "Tunisie", "Algérie")]
)
def test_a_label_says_where_its_product_was_made(origin: str, said: str, not_said: str) -> None:
    of_there = label(languages=("fr",), origin=origin, maker_address="12 rue des Roses")
    paper = next(iter(GOODS_PAPERS))
    shown = texts(goods_labels_pdf(of_there, paper=paper, copies=1))[0]
    assert said in shown
    assert not_said not in shown
