"""Products with doubtful words wait at the desk, which also keeps the list of words."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from shop.catalogue import forbidden, service
from shop.catalogue.models import Product
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from tests.people import Person, sign_in
from tests.studio.conftest import Shop, joined


@pytest.fixture
def balm(application: Flask, shop: Shop) -> int:
    """A balm of Amina's that says 'remède'."""
    with application.app_context():
        with transaction():
            made = service.create_product(
                shop.store_id, by=SYSTEM, craft="pottery", names={"fr": "Baume d'Amina"},
                price=Money.dinars(500), stock=3, description_fr="Un remède <b>ancien</b>",
            )  # fmt: skip
            service.add_picture(shop.store_id, made.id, "pic-balm", width=9, height=9, by=SYSTEM)
        found = made.id
        session.remove()  # type: ignore[attr-defined]
    return found


@pytest.fixture
def amina(application: Flask, shop: Shop) -> Person:
    """The owner of the shop."""
    return joined(application, shop, sign_in(application, "Amina Benali", "+213550000011"), "owner")


def state(application: Flask, product: int) -> str:
    with application.app_context():
        return session.get_one(Product, product).state


def waiting(application: Flask) -> int:
    with application.app_context():
        return forbidden.waiting_reviews()[0][0].id


def test_a_doubtful_word_waits_is_read_in_its_sentence_and_let_through(
    application: Flask, operator: Person, amina: Person, shop: Shop, balm: int
) -> None:
    asked = amina.post(f"{shop.url}/products/{balm}/publication")
    assert "look at a word of it first" in amina.get(asked.location).text
    page = operator.get("/desk/goods").text
    assert "Baume d&#39;Amina" in page
    assert "Un remède &lt;b&gt;ancien&lt;/b&gt;" in page
    assert "Medicines, and promises to heal" in page
    done = operator.post(f"/desk/goods/{waiting(application)}/answer", action="allow")
    assert "The product may be sold." in operator.get(done.location).text
    assert state(application, balm) == "published"


def test_keeping_it_out_needs_a_reason_that_she_reads(
    application: Flask, operator: Person, amina: Person, shop: Shop, balm: int
) -> None:
    amina.post(f"{shop.url}/products/{balm}/publication")
    review = waiting(application)
    wordless = operator.post(f"/desk/goods/{review}/answer", action="refuse", note=" ")
    assert wordless.status_code == 422
    assert f'href="#note-{review}"' in wordless.text
    operator.post(f"/desk/goods/{review}/answer", action="refuse", note="Pas de promesse.")
    assert "Pas de promesse." in amina.get(f"{shop.url}/products/{balm}").text
    again = amina.post(f"{shop.url}/products/{balm}/publication")
    assert "Pas de promesse." in amina.get(again.location).text
    assert state(application, balm) == "draft"
    assert operator.post(f"/desk/goods/{review}/answer", action="allow").status_code == 409


def test_a_forbidden_word_is_named_with_its_ground_before_and_after_trying(
    application: Flask, amina: Person, shop: Shop, balm: int
) -> None:
    with application.app_context(), transaction():
        service.update_product(shop.store_id, balm, by=SYSTEM, description_fr="Avec de la vodka")
    sentence = "“vodka” may not be sold online: Alcoholic drinks (law 18-05, articles 3 and 5)."
    assert sentence in amina.get(f"{shop.url}/products/{balm}").text
    tried = amina.post(f"{shop.url}/products/{balm}/publication")
    assert amina.get(tried.location).text.count(sentence) == 2  # told, and in the list of what is missing
    assert state(application, balm) == "draft"


ELSEWHERE = {
    "choice": ("/variants", {"v0-label_fr": "Vodka", "v0-price": "500", "v0-on_hand": "3"}, "/variants"),
    "value": ("/options", {"o1-name_fr": "Parfum", "o1-values_fr": "Vodka\nRose"}, "/options"),
    "option": ("/options", {"o1-name_fr": "Vodka", "o1-values_fr": "Rose"}, "/options"),
    "attribute": ("", {"name_fr": "Baume", "craft": "pottery", "weight_g": "300", "a-technique_fr": "Vodka"},
                  "#a-technique_fr"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "sent", "told"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_she_is_led_to_where_the_word_stands(
    amina: Person, shop: Shop, balm: int, page: str, sent: dict[str, str], told: str
) -> None:
    url = f"{shop.url}/products/{balm}"
    assert amina.post(url + page, whole(amina, url + page, sent)).status_code == 303
    listed = re.findall(r'href="([^"]+)">[^<]*“Vodka” may not be sold', amina.get(url).text, re.IGNORECASE)
    assert [each.endswith(told) for each in listed] == [True], listed


@pytest.mark.parametrize(("page", "sent", "_told"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_is_on_sale_gets_no_such_word_anywhere(
    application: Flask, amina: Person, shop: Shop, balm: int, page: str, sent: dict[str, str], _told: str
) -> None:
    with application.app_context(), transaction():
        service.update_product(shop.store_id, balm, by=SYSTEM, description_fr="Un baume doux")
        service.publish(shop.store_id, balm, by=SYSTEM)
    url = f"{shop.url}/products/{balm}{page}"
    answer = amina.post(url, whole(amina, url, sent))
    assert (answer.status_code, "may not be sold online: Alcoholic drinks" in answer.text) == (422, True)
    assert "Vodka" in answer.text


def whole(amina: Person, url: str, sent: dict[str, str]) -> dict[str, str]:
    """Return a form with the number of the choice that it is about."""
    return {**sent, **dict(re.findall(r'name="(v0-id)" value="(\d+)"', amina.get(url).text))}


def test_what_is_on_sale_keeps_what_was_typed_when_a_word_is_refused(
    application: Flask, amina: Person, shop: Shop, balm: int
) -> None:
    with application.app_context(), transaction():
        service.update_product(shop.store_id, balm, by=SYSTEM, description_fr="Un baume doux")
        service.publish(shop.store_id, balm, by=SYSTEM)
    fields = {"name_fr": "Baume", "craft": "pottery", "weight_g": "300", "description_fr": "Baume à la vodka"}
    answer = amina.post(f"{shop.url}/products/{balm}", fields)
    assert answer.status_code == 422
    assert 'href="#description_fr"' in answer.text
    assert "Baume à la vodka" in answer.text


def test_the_operator_adds_and_retires_words(application: Flask, operator: Person) -> None:
    url = "/desk/goods/words"
    assert "vodka" in operator.get(url).text
    done = operator.post(url, word="Perlimpinpin", ground="medicine", rule="refuse")
    assert "Added." in operator.get(done.location).text
    assert "Perlimpinpin" in operator.get(url).text
    twice = operator.post(url, word="perlimpinpin", ground="medicine", rule="refuse")
    assert twice.status_code == 422
    assert 'href="#word"' in twice.text
    empty = operator.post(url, word="", ground="", rule="x")
    assert empty.status_code == 422
    gone = operator.post(f"{url}/retirement", word="Perlimpinpin")
    assert gone.status_code == 303
    assert "Perlimpinpin" not in operator.get(url).text
    assert operator.post(f"{url}/retirement", word="Perlimpinpin").status_code == 404
