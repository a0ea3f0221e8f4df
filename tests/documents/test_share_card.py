"""The picture beside a shared link: its size, its Arabic, long words, one seal for one look."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from shop.documents.engine import card_jpeg
from shop.documents.share_card import PHOTO, SIZE, ShareCard
from tests.documents.cast import assert_looks_like

SOAP = ShareCard(
    language="fr", name="Savon à l’huile d’olive et au romarin", least="", price="1\u00a0585\u00a0DA",
    until="jusqu’au mardi 8 décembre", shop="Atelier Amina", place="Alger", cover="a",
)  # fmt: skip
CARDS = {
    "fr": SOAP,
    "ar": replace(
        SOAP, language="ar", name="صابون زيت الزيتون وإكليل الجبل", least="ابتداء من", price="1\u00a0585\u00a0دج",
        until="إلى غاية الثلاثاء 8 ديسمبر", shop="ورشة آمنة", place="الجزائر",
    ),
    "long": replace(
        SOAP, name="Tapis de Ghardaïa tissé main, motifs losanges et croix du M’Zab " * 3,
        price="1\u00a0038\u00a0000\u00a0DA",
        shop="Coopérative des tisserandes et potières de la vallée du M’Zab",
    ),
}  # fmt: skip


def photo(size: tuple[int, int] = (900, 700)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#d08030").save(out, "WEBP")
    return out.getvalue()


def drawn(card: ShareCard, picture: bytes | None) -> Image.Image:
    return Image.open(io.BytesIO(card_jpeg(card, picture)))


@pytest.mark.parametrize("name", CARDS)
def test_a_card_looks_as_it_was_drawn(name: str) -> None:
    picture = drawn(CARDS[name], photo())
    assert (picture.size, picture.format) == (SIZE, "JPEG")
    assert_looks_like(f"card-{name}", picture.convert("L").point(lambda grey: 255 * (grey > 128), "1"))


def test_the_photograph_stands_where_reading_begins_and_without_one_the_words_have_all_the_room() -> None:
    def orange(picture: Image.Image, x: int) -> bool:
        red, _green, blue = picture.convert("RGB").getpixel((x, 300))  # type: ignore[misc]
        return bool(red - blue > 100)

    left, right = PHOTO // 2, SIZE[0] - PHOTO // 2
    assert (orange(drawn(CARDS["fr"], photo()), left), orange(drawn(CARDS["ar"], photo()), right)) == (True, True)
    assert not orange(drawn(CARDS["fr"], None), left)


def test_whatever_a_card_shows_is_in_its_seal() -> None:
    changed = [replace(SOAP, **{name: "b"}) for name in SOAP.__dataclass_fields__]
    assert len({SOAP.seal, *(each.seal for each in changed)}) == len(changed) + 1
    assert replace(SOAP).seal == SOAP.seal
