"""What waits to be paid in a workshop of the street: a transfer with its receipt, and money that came too late."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from shop.catalogue.models import Variant
from shop.checkout import service as checkout
from shop.core.money import Money
from shop.orders.models import Order
from shop.payments import incidents, proofs, setup
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.seals import Seal
from shop.plumbing.storage import FileStorage
from tests.checkout import cast

if TYPE_CHECKING:
    from tests.trust.street import Shop

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
    _order, payment_id = _waiting(shop, "overpaid")
    with transaction():
        proofs.accept(shop.store_id, payment_id, Money.dinars(9999), by=by)
    shop.incident_id = incidents.open_incidents(shop.store_id)[0].incident.id


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


def _waiting(shop: Shop, stage: str) -> tuple[int, int]:
    cart = cast.basket({session.get_one(Variant, shop.variant_id): 1})
    choices = [replace(each, method="transfer") for each in cast.choose(cart)]
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
