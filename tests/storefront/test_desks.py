"""A parcel that is fetched at a desk: the buyer chooses it from a list, and it stays with her order."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from shop.core.money import Money
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping import service as shipping
from shop.shipping.service import DeskRow, RateRow
from tests.checkout.cast import Workshop
from tests.storefront.buying import Buyer, Page

CONFIRM = "/checkout/confirmation"


def test_a_desk_is_chosen_where_there_are_several(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    with application.app_context(), transaction():
        rows = [DeskRow(wilaya_code="31", name="Oran centre"), DeskRow(wilaya_code="31", name="Akid Lotfi")]
        shipping.set_desks(amina.id, amina.carrier.id, rows, by=SYSTEM)
    yacine.add(amina)
    page = yacine.fill_details(amina, kind="desk", address="")
    assert page.status == 422
    assert page.problems == ["Please choose the desk where you will fetch the parcel."]
    page = yacine.press("/checkout", **{f"desk-{amina.id}": _desks(page, amina)["Akid Lotfi"]})
    assert "Akid Lotfi" in page.text
    assert yacine.press(CONFIRM).path.startswith("/en/t/")
    with application.app_context():
        order = session.scalars(select(Order)).one()
        session.remove()  # type: ignore[attr-defined]
    assert (order.kind, order.total) == ("desk", Money.dinars(900))


def test_the_nearest_desk_comes_first_and_stays_with_the_order_as_it_was(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    with application.app_context(), transaction():
        others = [DeskRow(wilaya_code="31", name=f"Autre {n}", commune_code="3106") for n in range(5)]
        near = DeskRow(wilaya_code="31", name="Es Senia", commune_code="3105", address="Route 4", hours="8:00 - 16:00")
        same = DeskRow(wilaya_code="31", name="Sidi Chami", commune_code="3113")  # in the same district
        home = RateRow(wilaya_code="31", home=None, desk=Money.dinars(300))
        shipping.set_desks(amina.id, amina.carrier.id, [*others, same, near], by=SYSTEM)
        shipping.set_rates(amina.id, amina.carrier.id, [home], by=SYSTEM)
    yacine.add(amina)
    page = yacine.fill_details(amina, kind="desk", address="", commune="3105")
    assert "No delivery to homes here: the parcel waits for you at a desk. The nearest one: Es Senia." in page.text
    desks = _desks(page, amina)
    assert list(desks)[:2] == ["Es Senia", "Sidi Chami"]
    assert page.texts("//summary[contains(., 'more desk')]") == ["3 more desks"]
    assert "Es Senia · Route 4" in page.text
    page = yacine.press("/checkout", **{f"desk-{amina.id}": desks["Es Senia"]})
    assert "Es Senia · Route 4" in page.text
    path = yacine.press(CONFIRM).path
    with application.app_context(), transaction():
        shipping.set_desks(amina.id, amina.carrier.id, [DeskRow(wilaya_code="31", name="Ailleurs")], by=SYSTEM)
    page = yacine.open(path)
    assert "Pick-up desk: Es Senia" in page.text
    assert "Es Senia · Route 4" in page.text
    assert "8:00 - 16:00" in page.text


def _desks(page: Page, shop: Workshop) -> dict[str, str]:
    """Return the desks that can be chosen, in their order, by name."""
    cards = page.body.xpath(f"//label[input[@name='desk-{shop.id}']]")
    return {each.xpath(".//b")[0].text_content(): each.xpath("input/@value")[0] for each in cards}


def test_an_only_desk_is_not_asked_for(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    page = yacine.buy(amina, kind="desk", address="")
    assert page.path.startswith("/en/t/")
    assert "Oran centre" in page.text
