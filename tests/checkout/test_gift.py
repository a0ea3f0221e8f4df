"""A gift: paid before it leaves; who receives it is called for the delivery and told no price anywhere."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pypdfium2
import pytest

from shop.checkout import service as checkout
from shop.checkout.queries import GIFT_BEFORE
from shop.core.errors import Refused
from shop.documents import engine
from shop.documents.queries import label_contents, slip_contents
from shop.orders.models import Order
from shop.plumbing.db import transaction
from shop.shipping.queries import live_shipment
from tests.checkout.cast import YACINE, Workshop, basket, choose, workshop
from tests.payments.till import CCP, of, takes

pytestmark = pytest.mark.usefixtures("app")

CARD = "كل عام وأنت بألف خير يا أمي"
PRESENT = replace(YACINE, name="Fatima Haddad", gift=True, gift_words=CARD, payer_phone="+33612345678")


@pytest.fixture
def shop() -> Workshop:
    made = workshop(stock=20)
    takes(made, "transfer", CCP)
    return made


def given(shop: Workshop, way: str = "transfer") -> Order:
    cart = basket({shop.variant: 2})
    choices = [replace(each, method=way) for each in choose(cart)]
    seen = checkout.review(cart.id, PRESENT, choices)
    with transaction():
        made = checkout.place(
            cart.id, key=secrets.token_hex(8), details=PRESENT, choices=choices, review_hash=seen.hash
        )  # fmt: skip
    return of(made.order_ids[0])[0]


def test_a_gift_is_paid_before_it_leaves_and_its_giver_has_a_number(shop: Workshop) -> None:
    with pytest.raises(Refused) as refused:
        given(shop, "cash_on_delivery")
    assert (refused.value.field, refused.value.message) == ("payment", GIFT_BEFORE)
    cart = basket({shop.variant: 1})
    with pytest.raises(Refused) as refused:
        checkout.review(cart.id, replace(PRESENT, payer_phone=""), choose(cart))
    assert refused.value.field == "payer"


def test_the_label_collects_nothing_and_calls_who_receives_it(shop: Workshop) -> None:
    order = given(shop)
    shipment = live_shipment(shop.id, order.id)
    assert shipment is not None
    [label] = label_contents(shop.id, [shipment.id])
    assert (label.phone, label.recipient, label.collect.minor) == (YACINE.phone, "Fatima Haddad", 0)
    assert order.told_at == "+33612345678"


def test_the_slip_has_the_words_of_the_card_and_no_price(shop: Workshop) -> None:
    assert shop.store.slip_prices, "she prints prices on other slips"
    [slip] = slip_contents(shop.id, [given(shop).id])
    assert (slip.with_prices, slip.card) == (False, CARD)
    with pypdfium2.PdfDocument(engine.slip_pdf([slip], paper="100x150")) as document:
        text = document[0].get_textpage().get_text_bounded()
    assert "600" not in text
    assert "1200" not in text.replace(" ", "").replace("\u00a0", "")
    plain = engine.slip_pdf([replace(slip, card="")], paper="100x150")
    assert engine.slip_pdf([slip], paper="100x150") != plain, "the card is drawn"


def test_a_slip_full_of_lines_has_room_for_the_longest_card(shop: Workshop) -> None:
    [slip] = slip_contents(shop.id, [given(shop).id])
    full = replace(slip, lines=slip.lines * 6, card=f"{CARD}، " * 10)
    with pypdfium2.PdfDocument(engine.slip_pdf([full], paper="100x150")) as document:
        assert len(document) == 1
