"""The demo catalogue and its drawn pictures, as they are committed."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

DEMO = Path(__file__).parents[2] / "shop" / "demo"
PICTURES = DEMO / "pictures"
AVERAGE_BYTES = {900: 45_000, 480: 18_000, 240: 4_000}
MOST_BYTES = {900: 60_000, 480: 18_000, 240: 8_000}
LANGUAGES = ("fr", "ar", "en")

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def products() -> tuple[Row, ...]:
    return tuple(rows(DEMO / "products.csv"))


@cache
def artisans() -> tuple[Row, ...]:
    return tuple(rows(DEMO / "artisans.csv"))


def picture_keys() -> list[str]:
    return [key for product in products() for key in product["pictures"].split()]


def names(product: Row) -> list[str]:
    return [product[f"name_{language}"] for language in LANGUAGES]


@pytest.mark.parametrize("size", [900, 480, 240])
def test_every_picture_of_every_product_is_there_in_its_exact_size(size: int) -> None:
    for key in picture_keys():
        path = PICTURES / f"{key}-{size}.webp"
        assert path.stat().st_size <= MOST_BYTES[size], path.name
        with Image.open(path) as picture:
            assert (picture.format, picture.size, picture.mode) == ("WEBP", (size, size), "RGB")


@pytest.mark.parametrize("size", [900, 480, 240])
def test_the_pictures_are_light_on_average(size: int) -> None:
    weights = [path.stat().st_size for path in PICTURES.glob(f"*-{size}.webp")]
    assert sum(weights) / len(weights) <= AVERAGE_BYTES[size]


def test_no_picture_carries_metadata() -> None:
    for path in PICTURES.glob("*.webp"):
        data = path.read_bytes()
        assert not any(chunk in data[:64] for chunk in (b"EXIF", b"ICCP", b"XMP "))
        with Image.open(path) as picture:
            assert not picture.getexif()


def test_no_picture_lies_around_unused_or_is_shown_twice() -> None:
    keys = picture_keys()
    assert len(set(keys)) == len(keys)
    assert {path.name for path in PICTURES.glob("*.webp")} == {f"{k}-{s}.webp" for k in keys for s in AVERAGE_BYTES}


def test_every_picture_has_one_short_sentence_in_each_language() -> None:
    sentences = {row["key"]: row for row in rows(PICTURES / "alt.csv")}
    assert set(sentences) == set(picture_keys())
    for row in sentences.values():
        for language in LANGUAGES:
            sentence = row[f"alt_{language}"]
            assert sentence.endswith(".")
            assert 10 < len(sentence) <= 100


def test_each_of_the_forty_products_looks_different() -> None:
    def colours(key: str) -> list[int]:
        with Image.open(PICTURES / f"{key}-240.webp") as picture:
            return list(picture.resize((12, 12)).tobytes())

    looks = {product["key"]: colours(product["key"]) for product in products()}
    assert len(looks) == 40
    pairs = [(a, b) for a in looks for b in looks if a < b]
    alike = [p for p in pairs if sum(abs(x - y) for x, y in zip(looks[p[0]], looks[p[1]], strict=True)) / 432 < 6]
    assert alike == []


def test_at_least_six_products_have_three_pictures() -> None:
    assert sum(len(product["pictures"].split()) >= 3 for product in products()) >= 6


def test_every_product_belongs_to_a_workshop_of_its_craft() -> None:
    crafts = {artisan["slug"]: artisan["craft"] for artisan in artisans()}
    assert len(crafts) == 6
    assert all(crafts[product["artisan"]] == product["craft"] for product in products())


def test_products_are_described_in_every_language_they_are_named_in() -> None:
    for product in products():
        assert any(names(product))
        for language in LANGUAGES:
            named = bool(product[f"name_{language}"])
            assert named == bool(product[f"description_{language}"]) == bool(product[f"materials_{language}"])
            assert "!" not in product[f"description_{language}"]


def test_prices_and_weights_are_whole_positive_numbers() -> None:
    for product in products():
        assert int(product["price_dzd"]) > 0
        assert int(product["weight_g"]) > 0


def test_the_demo_has_the_hard_cases() -> None:
    simple = [product for product in products() if not product["variants"]]
    assert sum(len(list(filter(None, names(p)))) == 1 for p in products()) == 1
    assert [n for p in products() for n in names(p) if len(n) >= 90] != []
    assert sum(p["stock"] == "0" for p in simple) == 2
    assert sum(p["stock"] == "1" for p in simple) == 2
    assert sum(bool(p["made_to_order_days"]) and not p["stock"] for p in simple) == 3
    assert max(int(p["price_dzd"]) for p in products()) == 38_000


def test_variants_carry_a_label_per_language_a_price_and_a_stock() -> None:
    varied = [product for product in products() if product["variants"]]
    assert len(varied) >= 4
    for product in varied:
        variants = [variant.split("=") for variant in product["variants"].split("|")]
        offers = [tuple(map(int, offer.split(":"))) for _, offer in variants]
        assert all(len(label.split(";")) == 3 for label, _ in variants)
        assert min(price for price, _ in offers) == int(product["price_dzd"])
        assert sum(stock for _, stock in offers) == int(product["stock"])
    assert any(":0" in product["variants"] for product in varied)


def test_the_workshops_are_complete_and_plainly_fictional() -> None:
    for artisan in artisans():
        assert all(artisan.values()), artisan["slug"]
        assert artisan["phone"].startswith("+2135500001")
        assert artisan["email"].endswith(".example")
        assert artisan["register_type"] in {"artisan_card", "trade_register"}
        assert len(artisan["nif"]) == 15
        assert artisan["nif"].isdigit()
        assert artisan["commune_code"].startswith(artisan["wilaya_code"])
