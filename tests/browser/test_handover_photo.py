"""A phone whose browser reads no bars sends a photo of the labels, small enough for 3G: all parcels are counted."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Request, expect

from shop.documents import service as documents
from shop.documents.engine import labels_pdf
from shop.documents.queries import label_contents
from shop.fulfilment import service as fulfilment
from shop.plumbing import i18n
from shop.plumbing.db import transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping.queries import live_shipment
from tests.browser.buying import SOAP
from tests.browser.conftest import AMINA, MakePhone, speak
from tests.browser.rooms import Rooms
from tests.browser.test_day import STUDIO
from tests.documents.cast import printed
from tests.studio.parcel_photos import photo
from tests.studio.photographs import photograph

pytestmark = pytest.mark.browser

MOST = 150_000  # bytes with the form's other fields


@pytest.fixture(scope="module")
def two_parcels(rooms: Rooms) -> tuple[list[str], bytes]:
    """Have two parcels labelled; return their references and a photo of twelve megapixels in which both lie."""
    bought = [rooms.order(SOAP, "cash_on_delivery", "fr") for _parcel in range(2)]
    with rooms.inside():
        for each in bought:
            with transaction():
                fulfilment.confirm(each.store_id, each.order_id, by=SYSTEM)
        parcels = [live_shipment(each.store_id, each.order_id) for each in bought]
        ids = [each.id for each in parcels if each is not None]
        with transaction():
            documents.print_labels(bought[0].store_id, ids, paper="100x150", start=1, by=SYSTEM)
        pdf = labels_pdf(label_contents(bought[0].store_id, ids))
        references = [each.reference for each in parcels if each is not None]
    labels: list[Image.Image] = [printed(pdf, page).convert("L") for page in range(2)]
    return references, photo(labels, size=(4000, 3000), blur=2, grain=8)


@pytest.mark.parametrize(("lang", "javascript"), [("ar", True), ("fr", False)])
def test_the_labels_in_a_photo_are_counted(
    phone: MakePhone, keys: dict[str, Any], two_parcels: tuple[list[str], bytes], lang: str, javascript: bool
) -> None:
    references, taken = two_parcels
    amina = phone(lang, javascript, storage_state=keys[AMINA])
    speak(amina)
    page = amina.open(f"{STUDIO}/hand-over")
    sent: list[Request] = []
    amina.context.on("request", lambda each: sent.append(each) if each.url.endswith("/hand-over/photo") else None)
    with i18n.speaking(lang):
        read = i18n._("Read the photo")

    def show(content: bytes) -> None:
        field = page.locator("#photo")
        with page.expect_navigation():
            field.set_input_files({"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": content})  # type: ignore[arg-type]
            if not javascript:
                page.get_by_role("button", name=read).tap()

    amina.quietly(lambda: show(photograph((1200, 900)).getvalue()), status=422)
    expect(page.locator("#photo-e")).to_be_visible()
    amina.picture("hand-over-photo-unread")
    show(taken)
    for reference in references:
        expect(page.locator(".tag-e", has_text=reference)).to_be_visible()
        expect(page.locator("label.tick", has_text=reference).locator("input")).to_be_checked()
    expect(page.locator("[data-counted]")).to_have_text("2")
    amina.picture("hand-over-photo")
    if javascript:
        weight = int(sent[-1].all_headers()["content-length"])
        print(f"{len(taken)} bytes became {weight}")
        assert 20_000 < weight <= MOST
