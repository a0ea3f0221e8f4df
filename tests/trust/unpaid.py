"""What waits to be paid in a workshop of the street: a transfer with its receipt, and money that came too late."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import select, update

from shop.catalogue import service as catalogue
from shop.catalogue.models import Product, Variant
from shop.checkout import service as checkout
from shop.core.money import Money
from shop.documents.models import LabelPrint
from shop.orders.models import Order
from shop.payments import incidents, proofs, setup
from shop.payments import service as payments
from shop.payments.models import Payment
from shop.payments.queries import payment_of
from shop.plumbing import i18n
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.seals import Seal
from shop.plumbing.settings import Settings
from shop.plumbing.storage import FileStorage
from shop.risk import holds
from shop.shipping.models import CarrierAccount, Shipment
from shop.stores.models import Store
from tests.checkout import cast
from tests.payments.till import CCP, takes, waiting
from tests.studio.day import Day

if TYPE_CHECKING:
    from tests.trust.street import Shop

FORMS = ("pay", "check_payment", "send_receipt")  # behind the link of an order that waits for its money
SEAL = Seal("the settings of the street hold no secret")


def furnish(shop: Shop, by: Actor) -> None:
    """Take transfers, and have two orders wait for theirs: one with a receipt, one with an incident."""
    account: dict[str, object] = {"holder": "A. Benali", "ccp": "12345678", "ccp_check": "28", "bank": "", "rib": "",
                                  "days": 3}  # fmt: skip
    with transaction():
        setup.set_up(shop.store_id, "transfer", account, on=True, seal=SEAL, by=by)
    _order, payment_id = _waiting(shop, "to_pay")
    shop.receipt = f"{'c' if 'amina' in shop.slug else 'd'}" * 24
    with transaction():
        proofs.keep(shop.store_id, payment_id, file=shop.receipt, kind="pdf")
    shop.receipt_id = proofs.proofs(shop.store_id, [payment_id])[0].id
    with transaction():
        setup.set_up(shop.store_id, "chargily", {"secret_key": "test_sk_ofTheStreet"}, on=True, seal=SEAL, by=by)
    _order, payment_id = _waiting(shop, "by_card", method="chargily")
    with transaction():
        payments.mark_collected(shop.store_id, payment_id, by=by)
        setup.set_up(shop.store_id, "chargily", {"secret_key": "test_sk_ofTheStreet"}, on=False, seal=SEAL, by=by)
    _with_deposit(shop, by)
    _held(shop, by)
    _order, payment_id = _waiting(shop, "overpaid")
    with transaction():
        proofs.accept(shop.store_id, payment_id, Money.dinars(9999), by=by)
    shop.incident_id = incidents.open_incidents(shop.store_id)[0].incident.id
    _abroad(shop)


def _abroad(shop: Shop) -> None:
    """Have an order go to Lyon, and its label be printed."""
    order_id, _payment = _waiting(shop, "abroad")
    with transaction():
        there = {"wilaya_code": "FR", "commune_code": "FR", "city": "Lyon", "postcode": "69003"}
        session.execute(update(Order).where(Order.id == order_id).values(there))
        box = session.scalars(select(Shipment).where(Shipment.order_id == order_id)).one()
        session.add(LabelPrint(
            store_id=shop.store_id, shipment_id=box.id, number=0, batch=f"leaves-{shop.store_id}", place=0,
            paper="a6", start=1, content_hash="", at=box.created_at,
        ))  # fmt: skip


def write_receipt(private: FileStorage, shop: Shop, word: str) -> None:
    """Write the file of the receipt, with a word that nobody else may read."""
    private.put(f"proofs/{shop.receipt}.pdf", pdf_of(word), "application/pdf")


def pdf_of(word: str) -> bytes:
    """Return a page with one word on it."""
    drawn = f"BT /F1 12 Tf 20 100 Td ({word}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 5 0 R /Resources 6 0 R >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn), b"<< /Font << /F1 4 0 R >> >>",
    ]  # fmt: skip
    whole, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 7\n0000000000 65535 f \n"
    return whole + head + table + b"trailer << /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(whole)


def _held(shop: Shop, by: Actor) -> None:
    """Have an order wait without its pieces."""
    variant = session.get_one(Variant, shop.variant_id)
    with transaction():
        catalogue.restock(shop.store_id, variant.id, 8, reason="made", by=by)
    session.refresh(variant)
    order = cast.left_in_stock(variant, variant.on_hand // 2 + 1)
    shop.codes["held"], shop.orders["held"] = order.code, order.id
    with transaction():
        holds.ask_first(shop.store_id, order.id, "deposit", by=by)
    shop.hold_id = holds.live(shop.store_id)[0].hold.id


def _with_deposit(shop: Shop, by: Actor) -> None:
    """Have an order wait for its deposit; the workshop asks none of those who come after."""
    for asked in (100, 0):
        with transaction():
            setup.set_up(shop.store_id, "cash_on_delivery", {"deposit": asked}, on=True, seal=SEAL, by=by)
        if asked:
            _waiting(shop, "deposit", method="cash_on_delivery+transfer")


def _waiting(shop: Shop, stage: str, method: str = "transfer") -> tuple[int, int]:
    cart = cast.basket({session.get_one(Variant, shop.variant_id): 1})
    choices = [replace(each, method=method) for each in cast.choose(cart)]
    seen = checkout.review(cart.id, cast.YACINE, choices)
    with transaction():
        placed = checkout.place(
            cart.id, key=secrets.token_hex(8), details=cast.YACINE, choices=choices, review_hash=seen.hash
        )
    order = session.get_one(Order, placed.order_ids[0])
    payment = payment_of(shop.store_id, order.id)
    assert payment is not None
    shop.codes[stage], shop.orders[stage], shop.payments[stage] = order.code, order.id, payment.id
    return order.id, payment.id


def orders_to_be_paid(application: Flask, settings: Settings, day: Day) -> dict[str, str]:
    """Have an order wait for its transfer, with a receipt, and one be paid too much; return what forms can send."""
    with application.app_context(), i18n.speaking("en"):
        shop = cast.Workshop(
            session.get_one(Store, day.store_id), *first(Product, day), *first(Variant, day),
            *first(CarrierAccount, day),
        )  # fmt: skip
        takes(shop, "transfer", dict(CCP))
        order, payment = waiting(shop, "transfer")
        _over, second = waiting(shop, "transfer")
        takes(shop, "chargily", {"secret_key": "test_sk_ofBadInput"})
        cards = [waiting(shop, "chargily")[1].id for _each in range(2)]
        with transaction():
            for each in cards:
                payments.mark_collected(shop.id, each, by=SYSTEM)
            setup.set_up(shop.id, "chargily", {}, on=False, seal=SEAL, by=SYSTEM)
        code, payment_id, second_id, receipt = order.code, payment.id, second.id, _receipt(day)
        with transaction():
            proofs.keep(shop.id, payment_id, file="e" * 24, kind="pdf")
            proofs.accept(shop.id, second_id, Money.dinars(9_999), by=SYSTEM)
        session.remove()  # type: ignore[attr-defined]
    FileStorage(settings.data_dir / "private").put(f"proofs/{'e' * 24}.pdf", b"%PDF-1.4\n", "application/pdf")
    return {
        **receipt,
        "storefront.pay:order": code, "storefront.send_receipt:order": code, "storefront.pay:method": "transfer",
        "studio.record_payout:lines": str(cards[0]), "studio.record_payout:service": "chargily",
        "studio.record_payout:currency": "DZD", "studio.record_payout:received": "1090",
        "studio.currency:worth": "250", "studio.ask_first:asks": "before",
        "studio.money_came:came": "1100", "studio.refund:amount": "100", "studio.refund:proof": "CCP 4471",
    }  # fmt: skip


def _receipt(day: Day) -> dict[str, str]:
    """Return what has the receipt of a payment sent."""
    came = session.execute(
        select(Payment.reference, Order.code).join(Order, Order.id == Payment.order_id)
        .where(Payment.store_id == day.store_id, Payment.collected_minor > 0).order_by(Payment.id).limit(1)
    ).one()  # fmt: skip
    return {
        "storefront.mail_receipt:order": came.code, "storefront.mail_receipt:reference": came.reference,
        "storefront.mail_receipt:email": "yacine@example.com",
    }  # fmt: skip


def first(table: Any, day: Day) -> list[Any]:
    """Return the first row of a table that is the workshop's."""
    return list(session.scalars(select(table).where(table.store_id == day.store_id).order_by(table.id).limit(1)))


def code_to_pay() -> str:
    """Return the code of an order that waits for its money."""
    waiting = select(Payment.order_id).where(Payment.expires_at.is_not(None), Payment.state == "pending")
    return session.scalars(select(Order.code).where(Order.id.in_(waiting)).order_by(Order.id)).first() or ""
