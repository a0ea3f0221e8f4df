"""The open parcel is photographed and weighed where there is no network: both arrive when it is back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from shop.fulfilment import service as fulfilment
from shop.plumbing.db import transaction
from shop.plumbing.journal import SYSTEM
from tests.browser.buying import SOAP
from tests.browser.conftest import AMINA, MakePhone, speak
from tests.browser.phone import until
from tests.browser.rooms import Rooms
from tests.browser.test_cut import at_work
from tests.browser.test_day import STUDIO
from tests.studio.photographs import photograph

pytestmark = pytest.mark.browser


def test_photo_and_weight_wait_for_the_network(phone: MakePhone, keys: dict[str, Any], rooms: Rooms) -> None:
    bought = rooms.order(SOAP, "cash_on_delivery", "ar")
    with rooms.inside(), transaction():
        fulfilment.confirm(bought.store_id, bought.order_id, by=SYSTEM)
    amina = phone("ar", storage_state=keys[AMINA])
    speak(amina)
    at_work(amina)
    page = amina.open(f"{STUDIO}/orders/{bought.code}")
    page.locator("#packing summary").tap()
    amina.lose_the_network()
    page.locator("#weight_g").fill("480")
    page.locator("#packing form button").tap()
    expect(page.locator("[data-queue]")).to_be_visible()
    page.locator("#photos").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photograph((1200, 900)).getvalue()}
    )  # type: ignore[arg-type]
    expect(page.locator("[data-photos] li")).to_have_count(1)
    amina.picture("packing-waiting")
    amina.find_the_network()
    expect(page.locator("[data-queue]")).to_be_hidden()
    page.reload()
    expect(page.locator("#packing li img")).to_have_count(1)
    until(page, "document.querySelector('#packing li img')?.naturalWidth > 0")
    expect(page.locator("#packing")).to_contain_text(re.compile("480"))
    amina.picture("packing-kept")
