"""Forbidden goods: refused in words, looked at by the desk, never by accident."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from shop.catalogue import details, forbidden, options, service
from shop.catalogue.models import Product, Review
from shop.catalogue.options import OptionRow
from shop.catalogue.service import VariantRow
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor, Entry
from shop.stores import service as stores
from tests.checkout.cast import Workshop, workshop
from tests.formalities import declare

AMINA, NADIA = Actor("member", 1, "Amina"), Actor("operator", 2, "Nadia")
DEMO = Path(forbidden.__file__).parents[1] / "demo" / "products.csv"


@pytest.fixture
def shop(app: Flask) -> Workshop:
    """Amina's workshop, with everything that the law asks of it."""
    return workshop()


def draft(shop: Workshop, **texts: str) -> Product:
    """A product that lacks nothing but the word of the list."""
    with transaction():
        made = service.create_product(
            shop.id, by=AMINA, craft="pottery", names={"fr": "Bol doux"}, price=Money.dinars(500), stock=3, **texts
        )
        service.add_picture(shop.id, made.id, f"pic-{made.id}", width=9, height=9, by=AMINA)
    return made


def publish(shop: Workshop, product: Product) -> bool:
    with transaction():
        return service.publish(shop.id, product.id, by=AMINA)


def state(product: Product) -> str:
    session.rollback()
    session.expire_all()
    return session.get_one(Product, product.id).state


def review(product: Product) -> Review:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Review).where(Review.product_id == product.id)).one()


def answer(product: Product, word: str, note: str = "") -> None:
    with transaction():
        service.answer_review(review(product).id, word, note=note, by=NADIA)


@pytest.mark.parametrize("text", ["Nos WHISKYS ? Non : du whisky.", "بيع الخمر", "الأدوية", "Jeux  de   hasard"])
def test_a_forbidden_word_is_refused_and_named_with_its_ground(shop: Workshop, text: str) -> None:
    product = draft(shop, description_ar=text)
    with pytest.raises(Refused) as refused:
        publish(shop, product)
    assert refused.value.field == "description_ar"
    assert refused.value.values["word"]
    assert refused.value.values["ground"] in forbidden.GROUNDS.values()
    assert state(product) == "draft"


@pytest.mark.parametrize("text", ["Vinaigre de cidre", "Des armoires", "Finition soignée", "طبيعي تقليدي", "charmes"])
def test_a_word_within_another_is_no_match(shop: Workshop, text: str) -> None:
    assert publish(shop, draft(shop, description_fr=text))


def test_no_product_of_the_demo_has_a_forbidden_word(app: Flask) -> None:
    with DEMO.open(encoding="utf-8", newline="") as file:
        found = [(row["name_fr"], forbidden.found_in(row)) for row in csv.DictReader(file)]
    assert len(found) > 30
    assert [each for each in found if each[1]] == []


def test_the_list_is_whole_and_every_language_is_in_it(app: Flask) -> None:
    listed = forbidden.words().values()
    assert {each.ground for each in listed} == set(forbidden.GROUNDS)
    assert {each.rule for each in listed} == {forbidden.REFUSE, forbidden.ASK}
    for ground in forbidden.GROUNDS:
        words = [each.word for each in listed if each.ground == ground]
        assert any("\u0600" <= letter <= "\u06ff" for word in words for letter in word) or ground == "x", ground
    assert all(len(each.folded) > 1 for each in listed)


def test_a_word_to_look_at_waits_at_the_desk_and_then_goes_in_by_itself(shop: Workshop) -> None:
    product = draft(shop, description_fr="Un remède de grand-mère")
    assert not publish(shop, product)
    assert not publish(shop, product)  # asking twice is asking once
    assert (state(product), review(product).state) == ("draft", "waiting")
    assert [each.id for _row, each in forbidden.waiting_reviews()] == [product.id]
    answer(product, "allowed")
    assert state(product) == "published"
    with pytest.raises(InvalidTransition):
        answer(product, "refused", "trop tard")
    with transaction():
        service.hide(shop.id, product.id, by=AMINA)
    assert publish(shop, product)  # the same word is not asked about again


def test_what_the_desk_refuses_is_refused_with_its_words_until_the_text_changes(shop: Workshop) -> None:
    product = draft(shop, description_fr="Un remède contre l'eczéma")
    publish(shop, product)
    answer(product, "refused", "Pas de promesse de guérison.")
    with pytest.raises(Refused) as refused:
        publish(shop, product)
    assert refused.value.values["note"] == "Pas de promesse de guérison."
    with transaction():
        service.update_product(shop.id, product.id, by=AMINA, description_fr="Un savon doux")
    assert publish(shop, product)


def test_a_new_word_is_asked_about_even_after_an_answer(shop: Workshop) -> None:
    product = draft(shop, description_fr="Un remède")
    publish(shop, product)
    answer(product, "allowed")
    with transaction():
        service.update_product(shop.id, product.id, by=AMINA, description_fr="Un remède contre le psoriasis")
    assert (state(product), review(product).state) == ("published", "waiting")  # it is on sale meanwhile
    answer(product, "refused", "Non.")
    assert state(product) == "hidden"


def test_a_waiting_product_whose_word_is_gone_leaves_the_queue(shop: Workshop) -> None:
    product = draft(shop, description_fr="Un remède")
    publish(shop, product)
    with transaction():
        service.update_product(shop.id, product.id, by=AMINA, description_fr="Un savon")
    assert publish(shop, product)
    assert forbidden.waiting_reviews() == []


def test_what_is_on_sale_gets_no_forbidden_word(shop: Workshop) -> None:
    product = draft(shop)
    assert publish(shop, product)
    with pytest.raises(Refused), transaction():
        service.update_product(shop.id, product.id, by=AMINA, materials_fr="vodka")
    session.expire_all()
    assert session.get_one(Product, product.id).materials_fr == ""


def test_the_desk_adds_retires_and_brings_back_words(shop: Workshop) -> None:
    product = draft(shop, description_fr="Poudre de perlimpinpin")
    assert publish(shop, product)
    with transaction():
        assert forbidden.add_word("Perlimpinpin", ground="medicine", rule="review", by=NADIA) == 1
    assert review(product).state == "waiting"
    with pytest.raises(Refused, match="already"), transaction():
        forbidden.add_word("perlimpinpin", ground="medicine", rule="review", by=NADIA)
    with transaction():
        forbidden.retire_word("perlimpinpin", by=NADIA)
        forbidden.retire_word("vodka", by=NADIA)
    assert publish(shop, draft(shop, description_fr="vodka et perlimpinpin"))
    with pytest.raises(NotFound), transaction():
        forbidden.retire_word("vodka", by=NADIA)
    with transaction():
        forbidden.add_word("vodka", ground="alcohol", rule="refuse", by=NADIA)
    with pytest.raises(Refused):
        publish(shop, draft(shop, description_fr="vodka"))
    said = [row.verb for row in session.scalars(select(Entry).where(Entry.subject == "word").order_by(Entry.id))]
    assert said == ["word.added", "word.retired", "word.retired", "word.added"]
    with pytest.raises(Refused), transaction():
        forbidden.add_word(" ! ", ground="medicine", rule="review", by=NADIA)


def choices(shop: Workshop, product: Product, text: str) -> None:
    service.set_variants(shop.id, product.id, [VariantRow({"fr": text}, Money.dinars(500), 3)], by=AMINA)


def values(shop: Workshop, product: Product, text: str) -> None:
    options.set_options(shop.id, product.id, [OptionRow({"fr": "Parfum"}, [{"fr": text}, {"fr": "rose"}])], by=AMINA)


def option(shop: Workshop, product: Product, text: str) -> None:
    options.set_options(shop.id, product.id, [OptionRow({"fr": text}, [{"fr": "rose"}])], by=AMINA)


def attribute(shop: Workshop, product: Product, text: str) -> None:
    details.say(shop.id, product.id, {"technique": {"fr": text}}, by=AMINA)


def prompt(shop: Workshop, product: Product, text: str) -> None:
    service.update_product(shop.id, product.id, by=AMINA, personal_fr=text)


PLACES = [(choices, "choice:"), (values, "choice:"), (option, "option1_fr"), (attribute, "said:technique_fr"),
          (prompt, "personal_fr")]  # fmt: skip


@pytest.mark.parametrize(("write", "field"), PLACES, ids=lambda each: getattr(each, "__name__", each))
def test_a_word_is_found_wherever_buyers_read_it(
    shop: Workshop, write: Callable[[Workshop, Product, str], None], field: str
) -> None:
    product = draft(shop)
    with transaction():
        write(shop, product, "Whisky")
    with pytest.raises(Refused) as refused:
        publish(shop, product)
    assert refused.value.field.startswith(field)
    with transaction():
        write(shop, product, "Musc")
    assert publish(shop, product)
    with pytest.raises(Refused), transaction():
        write(shop, product, "au whisky")
    with transaction():
        write(shop, product, "Remède")  # to be looked at, while it stays in the shop
    assert (state(product), review(product).state) == ("published", "waiting")
    with transaction():
        write(shop, product, "Perlimpinpin")
        assert forbidden.add_word("Perlimpinpin", ground="medicine", rule="review", by=NADIA) == 1
    assert "perlimpinpin" in review(product).words.split("|")


def test_what_nobody_sees_and_what_the_law_wants_said_is_not_looked_at(shop: Workshop) -> None:
    product = draft(shop)
    rows = [VariantRow({"fr": "Bleu"}, Money.dinars(500), 3), VariantRow({"fr": "Vodka"}, Money.dinars(500), 3, True)]
    with transaction():
        service.set_variants(shop.id, product.id, rows, by=AMINA)
        service.update_product(shop.id, product.id, by=AMINA, family="soap")
        declare(product.id)
        details.say(shop.id, product.id, {"precautions": {"fr": "Ceci n'est pas un médicament."}}, by=AMINA)
    assert publish(shop, product)


def test_no_product_is_published_while_the_law_misses_a_mention(shop: Workshop) -> None:
    product = draft(shop)
    with transaction():
        stores.update_profile(shop.id, by=SYSTEM, nif="")
    with pytest.raises(Refused, match="tax number") as refused:
        publish(shop, product)
    assert refused.value.field == "nif"
    assert state(product) == "draft"
