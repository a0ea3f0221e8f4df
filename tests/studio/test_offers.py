"""The owner's offers: written in one form, stopped, read with what they gave; nobody else's to touch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from shop import audit
from shop.core import clock
from shop.offers import queries
from shop.offers.models import Offer
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from tests.checkout.cast import Workshop, add_product, workshop
from tests.offers.cast import dinars, offer, ordered
from tests.people import Person
from tests.studio.conftest import Shop, joined

NEW = {"kind": "percent", "value": "10", "name": "Ramadan", "from_day": ""}


@pytest.fixture
def atelier(application: Flask, amina: Person) -> Workshop:
    """Amina's other workshop, which sells and delivers."""
    with application.app_context():
        made = workshop("Atelier Savon")
        for row in (made.store, made.product, made.variant, made.carrier):
            session.refresh(row)
        session.expunge_all()
    joined(application, Shop(made.id, made.store.slug), amina, "owner")
    return made


def url(atelier: Workshop, tail: str = "") -> str:
    return f"/studio/{atelier.store.slug}/offers{tail}"


def only(application: Flask) -> Offer:
    with application.app_context():
        return session.scalars(select(Offer)).one()


def test_an_offer_is_written_with_three_fields(application: Flask, atelier: Workshop, amina: Person) -> None:
    assert amina.post(url(atelier, "/new"), NEW).status_code == 303
    row = only(application)
    assert (row.kind, row.percent, row.name, row.code, row.from_day) == ("percent", 10, "Ramadan", None, clock.today())
    assert "Ramadan" in amina.get(url(atelier)).text


def test_everything_that_can_be_said_is_kept_and_shown_again(
    application: Flask, atelier: Workshop, amina: Person
) -> None:
    until = (clock.today() + timedelta(days=9)).isoformat()
    more = {
        "kind": "amount", "value": "٣٠٠", "code": "aid 26", "minimum": "2 500", "until_day": until, "most_uses": "40",
        "most_per_phone": "1", "products": str(atelier.product.id),
    }  # fmt: skip
    assert amina.post(url(atelier, "/new"), {**NEW, **more}).status_code == 303
    row = only(application)
    assert (row.amount_minor, row.code, row.minimum_minor, row.most_uses, row.most_per_phone) == (
        30_000, "AID26", 250_000, 40, 1,
    )  # fmt: skip
    page = amina.get(url(atelier, f"/{row.id}")).text
    for shown in ('value="300"', 'value="AID26"', 'value="2500"', f'value="{until}"', 'value="40"'):
        assert shown in page
    assert f'value="{atelier.product.id}" checked' in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": ""}, "choose what you offer"), ({"value": "91"}, "from 1 to 90"),
        ({"value": "abc"}, "Write a number"),
        ({"kind": "amount", "value": ""}, "above zero"), ({"name": ""}, "Give the offer a name"),
        ({"until_day": "2020-01-01"}, "cannot come before"), ({"from_day": "soon"}, "Choose a day"),
        ({"code": "a"}, "3 letters"), ({"most_uses": "0"}, "from 1 to"), ({"minimum": "-5"}, "amount in dinars"),
        ({"from_day": "2020-01-01", "until_day": "2020-02-01"}, "not over yet"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_field_and_nothing_typed_is_lost(
    application: Flask, atelier: Workshop, amina: Person, change: dict[str, str], sentence: str
) -> None:
    answer = amina.post(url(atelier, "/new"), {**NEW, "code": "GARDE", **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'class="errs"' in answer.text
    assert ('value="GARDE"' in answer.text) == ("code" not in change)
    with application.app_context():
        assert session.scalars(select(Offer)).all() == []


def test_an_offer_is_stopped_and_resumed_and_tells_what_it_gave(
    application: Flask, atelier: Workshop, amina: Person
) -> None:
    with application.app_context():
        offer_id = offer(atelier)
        ordered(atelier, pieces=2)
    page = amina.get(url(atelier)).text
    assert "used 1 time" in page
    assert "120" in page
    assert amina.post(url(atelier, f"/{offer_id}"), {"action": "pause"}).status_code == 303
    assert only(application).state == "paused"
    assert amina.post(url(atelier, f"/{offer_id}"), {"action": "resume"}).status_code == 303
    assert only(application).state == "running"


def test_another_workshops_product_or_offer_is_not_found(
    application: Flask, atelier: Workshop, amina: Person, sami: Person
) -> None:
    with application.app_context():
        other = workshop("Atelier Voisin")
        foreign, mine = offer(other), offer(atelier)
        theirs = other.product.id
    assert amina.get(url(atelier, f"/{foreign}")).status_code == 404
    assert amina.post(url(atelier, f"/{foreign}"), {"action": "pause"}).status_code == 404
    assert amina.post(url(atelier, "/new"), {**NEW, "products": str(theirs)}).status_code == 404
    assert sami.get(url(atelier, f"/{mine}")).status_code == 404


def test_a_helper_does_not_write_offers(application: Flask, shop: Shop, helper: Person) -> None:
    assert helper.get(f"{shop.url}/offers").status_code == 403
    assert helper.post(f"{shop.url}/offers/new", NEW).status_code == 403


def test_a_product_leads_to_an_offer_for_it(application: Flask, atelier: Workshop, amina: Person) -> None:
    with application.app_context(), transaction():
        second = add_product(atelier.store, stock=3)[0].id
    page = amina.get(f"/studio/{atelier.store.slug}/products/{atelier.product.id}").text
    assert f"offers/new?products={atelier.product.id}" in page
    form = amina.get(url(atelier, f"/new?products={second}")).text
    assert f'value="{second}" checked' in form


def test_the_order_page_names_the_offer_and_its_code(application: Flask, atelier: Workshop, amina: Person) -> None:
    with application.app_context():
        offer(atelier, code="AID", percent=20)
        order = ordered(atelier, code="AID")
        code = order.code
        assert queries.redemption(atelier.id, order.id).amount == dinars(120)  # type: ignore[union-attr]
    page = amina.get(f"/studio/{atelier.store.slug}/orders/{code}").text
    assert "Ramadan" in page
    assert "AID" in page
    assert "-120" in page


def test_an_order_that_the_artisan_writes_has_its_offer_too(
    application: Flask, atelier: Workshop, amina: Person
) -> None:
    with application.app_context():
        offer(atelier, percent=20, most_per_phone=1)
    fields = {
        "action": "update", "line-0-variant": str(atelier.variant.id), "line-0-pieces": "2", "phone": "0550123456",
        "name": "Yacine", "wilaya": "31", "commune": "3101", "address": "12 rue des Oliviers",
        f"delivery-{atelier.id}": f"home.{atelier.carrier.id}.50000", "payment": "cash_on_delivery",
    }  # fmt: skip
    shown = amina.post(f"/studio/{atelier.store.slug}/orders/new", fields).text
    assert "-240" in shown
    answer = amina.post(
        f"/studio/{atelier.store.slug}/orders/new", {**fields, "action": "now", "due": "146000", "key": "once"}
    )
    assert answer.status_code == 303, answer.text[:3000]
    with application.app_context():
        found = session.scalars(select(Order)).one()
        assert (found.discount, found.total) == (dinars(240), dinars(1460))
        assert list(audit.findings()) == []
