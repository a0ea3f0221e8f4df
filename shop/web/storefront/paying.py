"""Paying an order that waits for its money: where to pay, the receipt of a transfer, another try, another way."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from flask import redirect, request
from werkzeug.datastructures import FileStorage as Upload
from werkzeug.wrappers import Response

from shop.checkout import paying
from shop.core.errors import InvalidTransition, Refused
from shop.orders.models import Order
from shop.payments import attempts, proofs
from shop.payments import queries as payments
from shop.plumbing import images
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.plumbing.limits import allow
from shop.web.storefront.blueprint import front
from shop.web.storefront.checkout import tracking_url
from shop.web.storefront.pay_view import glance_at
from shop.web.storefront.tracking import page_of, purchase_of
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here, outside, settings
from shop.web.ui.media import PROOF_TYPES, private_storage, proof_name

MOST_PDF = 5 * 1024 * 1024
HOUR_S = 3600
MOST_OF_A_LINK = 20
NO_FILE = N_("Please choose the picture or the PDF of your receipt.")
PDF_TOO_BIG = N_("This PDF is too big. Please send one of at most 5 MB, or a picture.")
TOO_OFTEN = N_("That was very often. Please wait a little, or call the workshop.")
NO_LONGER = N_("Nothing more is to be paid for this order. The page shows how it stands.")


@front.post("/<lang:lang>/t/<code:code>/<proof>/payment")
@entry(Access.LINK)
def pay(code: str, proof: str) -> Response:
    """Pay in the way that is chosen: go on to the page where it is paid, or try once more, or pay otherwise."""
    purchase = purchase_of(code, proof)
    if not _allowed(code):
        return page_of(purchase, told=_(TOO_OFTEN), kind="bad", status=429)
    try:
        with transaction():
            again = paying.pay_otherwise(
                code, request.form.get("order", "")[:12], request.form.get("method", "")[:32], language=here().lang
            )
    except InvalidTransition:
        return page_of(purchase, told=_(NO_LONGER), kind="bad", status=409)
    except Refused as refused:
        return page_of(purchase, told=said(refused), kind="bad", status=422)
    for payment_id in again.given_up:
        attempts.close(payment_id, outside())
    back = tracking_url(code)
    whole = settings().base_url.rstrip("/") + back
    fact = attempts.start(again.payment_id, outside(), language=here().lang, return_url=whole)
    return redirect(fact.redirect or back, 303)


@front.post("/<lang:lang>/t/<code:code>/<proof>/payment/check")
@entry(Access.LINK)
def check_payment(code: str, proof: str) -> Response:
    """Ask what became of the payments of a purchase: her page does it by itself, or a button of it."""
    purchase = purchase_of(code, proof)
    glance_at(purchase.id)
    return redirect(tracking_url(code), 303)


@front.post("/<lang:lang>/t/<code:code>/<proof>/receipt")
@entry(Access.LINK, body=UPLOAD_BYTES)
def send_receipt(code: str, proof: str) -> Response:
    """Take the picture or PDF that shows that a transfer was made: for the workshop's eyes only."""
    purchase = purchase_of(code, proof)
    if not _allowed(code):
        return page_of(purchase, told=_(TOO_OFTEN), kind="bad", status=429)
    try:
        content, kind = _received(request.files.get("receipt"))
        with kept_file(content, kind) as file, transaction():
            order = paying.order_of(code, request.form.get("order", "")[:12])
            proofs.keep(order.store_id, _waiting(order), file=file, kind=kind)
    except InvalidTransition:
        return page_of(purchase, told=_(NO_LONGER), kind="bad", status=409)
    except Refused as refused:
        return page_of(purchase, told=said(refused), kind="bad", status=422)
    return redirect(tracking_url(code) + "?told=receipt", 303)


@contextmanager
def kept_file(content: bytes, kind: str) -> Iterator[str]:
    """Write the file of a receipt and give its name; when the block fails, the file goes away again."""
    file = secrets.token_hex(12)
    private_storage().put(proof_name(file, kind), content, PROOF_TYPES[kind])
    try:
        yield file
    except BaseException:
        private_storage().delete(proof_name(file, kind))
        raise


def _received(upload: Upload | None) -> tuple[bytes, str]:
    """Return the content and kind of what was sent: a picture made anew, or a PDF as it is. Raises Refused."""
    if upload is None or not upload.filename:
        raise Refused(NO_FILE, field="receipt")
    content = upload.stream.read(images.MOST_BYTES + 1)
    if content.startswith(b"%PDF-"):
        if len(content) > MOST_PDF:
            raise Refused(PDF_TOO_BIG, field="receipt")
        return content, "pdf"
    return images.prepare(content).original, "webp"


def _waiting(order: Order) -> int:
    mine = payments.of_order(order.store_id, order.id)
    found = next((each for each in reversed(mine) if each.waits), None)
    if found is None:
        raise InvalidTransition
    return found.id


def _allowed(code: str) -> bool:
    with transaction():
        return allow("payments of a link", code, most=MOST_OF_A_LINK, within_s=HOUR_S)
