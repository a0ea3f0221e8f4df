"""The receipt of a payment by e-mail: the buyer types an address on her page, and it is forgotten once it was used."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from shop.documents import receipts
from shop.orders import queries as orders
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.plumbing.limits import Limit, allow_all
from shop.web.storefront.blueprint import front
from shop.web.storefront.checkout import tracking_url
from shop.web.storefront.tracking import page_of, purchase_of
from shop.web.ui.access import Access, entry
from shop.web.ui.forms import EmailField, HirfaForm, required
from shop.web.ui.here import here, outside, settings
from shop.web.ui.network import network

DAY_S = 86_400
MOST_OF_A_LINK, MOST_OF_AN_ADDRESS, MOST_OF_A_NETWORK = 5, 10, 40
TOO_MANY = N_("That was very often. Download the receipt instead, or try again tomorrow.")
NO_MAIL = N_("This shop sends no e-mails, so nothing was sent. Please download the receipt here.")


class ReceiptForm(HirfaForm):
    """Where to send a receipt."""

    email = EmailField(N_("Your e-mail address"), [required(N_("Write the e-mail address that the receipt goes to."))])


@front.post("/<lang:lang>/t/<code:code>/<proof>/receipt/letter")
@entry(Access.LINK)
def mail_receipt(code: str, proof: str) -> Response:
    """Send the receipt of a payment to an address that the buyer types."""
    purchase, form = purchase_of(code, proof), ReceiptForm(request.form)
    wanted, reference = request.form.get("order", "")[:12], request.form.get("reference", "")[:12]
    form.email.id = f"email-{reference}"  # a page may hold several
    order = next((each for each in orders.orders_of_purchase(purchase.id) if each.code == wanted), None)
    if order is None:
        raise NotFound
    if not settings().mail_url:
        return page_of(purchase, told=_(NO_MAIL), kind="bad", status=422)
    if not form.validate():
        return page_of(purchase, letter=form, status=422)
    address: str = form.email.data or ""
    with transaction():
        allowed = allow_all([
            Limit("receipts of a link", code, MOST_OF_A_LINK, DAY_S),
            Limit("receipts to an address", address.casefold(), MOST_OF_AN_ADDRESS, DAY_S),
            Limit("receipts of a network", network(), MOST_OF_A_NETWORK, DAY_S),
        ])  # fmt: skip
        if allowed:
            receipts.ask_by_mail(order, reference, address, language=here().lang, seal=outside().seal)
    if not allowed:
        form.refuse("email", _(TOO_MANY))
        return page_of(purchase, letter=form, status=429)
    return redirect(tracking_url(code) + "?told=mailed", 303)
