"""Receipts by e-mail: what a buyer asked for on her page, once, to an address that is forgotten with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from shop.core import clock
from shop.core.errors import Rejected
from shop.documents import service as documents
from shop.documents.receipts import JOB
from shop.notifications.service import Post
from shop.orders.models import Order, Purchase
from shop.plumbing.db import session
from shop.plumbing.i18n import N_, _, speaking
from shop.plumbing.links import tracking_path
from shop.plumbing.mail import Letter, Paper
from shop.plumbing.seals import Seal
from shop.stores.models import Store

SUBJECT = N_("Receipt of your payment to {shop}, order {code}")
TEXT = N_(
    "Hello,\n\nHere is the receipt of your payment to {shop} for order {code}, as you asked on the page of your "
    "order:\n{link}\n\nYour address was used for this letter only and is not kept.\n"
)
log = structlog.get_logger("hirfa.receipts")


def send(post: Post, seal: Seal, payload: dict[str, Any]) -> None:
    """Send a receipt that was asked for: a job. Raises Unavailable when it is to be tried again.

    What can't be sent in time, or is refused for good, is forgotten: the receipt stays on the page.
    """
    address, order = seal.open(JOB, payload["to"]), session.get(Order, payload["order"])
    if address is None or order is None or clock.now() > datetime.fromisoformat(payload["until"]):
        session.rollback()
        log.warning("a receipt was not sent", order=payload["order"])
        return
    letter = _letter(post, order, address, payload["reference"], payload["language"])
    try:
        post.mailer.send(letter, reference=f"hirfa-receipt-{payload['to'][:40]}")
    except Rejected as error:
        log.warning("a receipt was refused", order=payload["order"], error=str(error))


def _letter(post: Post, order: Order, address: str, reference: str, language: str) -> Letter:
    store, purchase = session.get_one(Store, order.store_id), session.get_one(Purchase, order.purchase_id)
    with speaking(language):
        told = {
            "shop": store.name, "code": order.code,
            "link": post.base_url.rstrip("/") + tracking_path(post.signer, language, purchase.code),
        }  # fmt: skip
        subject, text = _(SUBJECT, **told), _(TEXT, **told)
    pdf = documents.receipt_pdf(order, reference, language=language)
    return Letter(address, subject, text, language=language, papers=(Paper(f"receipt-{reference}.pdf", pdf),))
