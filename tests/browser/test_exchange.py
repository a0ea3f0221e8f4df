"""A soap is exchanged for something dearer, on a phone: chosen, confirmed, delivered, and the first one received."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping.queries import live_shipment
from tests.browser.buying import SOAP
from tests.browser.conftest import AMINA, MakePhone, speak
from tests.browser.rooms import Bought, Rooms
from tests.browser.test_day import STUDIO

pytestmark = pytest.mark.browser


def second(rooms: Rooms, first: Bought, code: str) -> Bought:
    """Let the courier bring the second parcel and take the first pieces along."""
    with rooms.inside():
        order_id = session.scalars(select(Order.id).where(Order.code == code)).one()
    made = replace(first, order_id=order_id, code=code)
    rooms.send(made)
    with rooms.inside(), transaction():
        parcel = live_shipment(made.store_id, made.order_id)
        assert parcel is not None
        fulfilment.scan(made.store_id, parcel.id, "delivered", by=SYSTEM)
    return made


@pytest.mark.parametrize(("lang", "javascript"), [("ar", True), ("fr", False)], ids=["ar-js", "fr-plain"])
def test_another_article_goes_out_and_the_first_one_is_received_on_today(
    phone: MakePhone, keys: dict[str, Any], rooms: Rooms, lang: str, javascript: bool
) -> None:
    first = rooms.order(SOAP, "cash_on_delivery", lang)
    rooms.deliver(first)
    amina = phone(lang, javascript=javascript, storage_state=keys[AMINA])
    speak(amina)
    page = amina.open(f"{STUDIO}/orders/{first.code}/exchange")
    choice = page.locator("select[name^=instead-]")
    dearest = choice.locator("option").count() - 1  # the box of four soaps
    if javascript:
        with page.expect_navigation():
            choice.select_option(index=dearest)
    else:
        choice.select_option(index=dearest)
        amina.tap(page.locator(".without-js button"))
    due = page.locator("#sum .total dd").inner_text()
    amina.picture("exchange-chosen")
    amina.tap(page.locator("button[value=confirm]"))
    code = page.url.partition("#")[0].rpartition("/")[2]
    expect(page.locator("#exchange")).to_contain_text(first.code)
    expect(page.locator("dl.sum .total").last).to_contain_text(due)
    before = rooms.on_hand(SOAP)
    second(rooms, first, code)
    page = amina.open(f"{STUDIO}/")
    page.locator("#coming-back summary").tap()
    amina.picture("exchange-today")
    amina.tap(page.locator(f"form[action$='/orders/{code}/goods-back'] button"))
    assert rooms.on_hand(SOAP) == before + 1
    expect(page.locator(f"form[action$='/orders/{code}/goods-back']")).to_have_count(0)
    assert not rooms.breaches()
