"""The way back to an order whose link was lost: its code and the last four digits of the phone."""

from __future__ import annotations

import hmac

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import Field, Form
from wtforms.validators import StopValidation

from shop.core.text import read_code, western_digits
from shop.orders import queries as orders
from shop.plumbing.db import transaction
from shop.plumbing.i18n import LANGUAGES, N_, _
from shop.plumbing.limits import allow
from shop.web.storefront.blueprint import front
from shop.web.storefront.checkout import tracking_url
from shop.web.ui.access import Access, entry
from shop.web.ui.forms import HirfaForm, TextField, required
from shop.web.ui.network import network
from shop.web.ui.templating import page_url

QUARTER_S = 15 * 60
MOST_OF_A_CODE = 5
MOST_OF_A_NETWORK = 200  # a whole town can stand behind one address

NO_MATCH = N_("No order goes with this number and these digits. Please check both.")
TOO_MANY = N_("Too many tries. Please wait a quarter of an hour, or call us.")
NO_DIGITS = N_("Write the last 4 digits of the phone number that you ordered with.")


def four_digits(_form: Form, field: Field) -> None:
    """Ask for four digits, whatever script they are typed in."""
    digits = "".join(western_digits(field.data or "").split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 4):
        raise StopValidation(_(NO_DIGITS))


class FindForm(HirfaForm):
    """What is asked of someone who lost her link."""

    code = TextField(N_("Order number"), [required(N_("Write the order number."))], most=40)
    digits = TextField(N_("Last 4 digits of your phone"), [required(NO_DIGITS), four_digits], most=20)


@front.route("/<lang:lang>/t", methods=["GET", "POST"])
@entry(Access.OPEN)
def find_order() -> Response:
    """Lead to an order; an unknown number and wrong digits are answered alike."""
    form = FindForm(request.form)
    if request.method == "GET":
        return _page(form)
    if not form.validate():
        return _page(form, status=422)
    code, digits = str(form.code.data), "".join(western_digits(str(form.digits.data)).split())
    if not _allowed(code):
        form.refuse("code", _(TOO_MANY))
        return _page(form, status=429)
    found = _purchase_code(code, digits)
    if found is None:
        form.refuse("code", _(NO_MATCH))
        return _page(form, status=422)
    answer = redirect(tracking_url(found), 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _allowed(typed: str) -> bool:
    code = read_code(typed) or typed.upper()
    with transaction():
        of_code = allow("order looked for", code, most=MOST_OF_A_CODE, within_s=QUARTER_S)
        of_network = allow("orders looked for", network(), most=MOST_OF_A_NETWORK, within_s=QUARTER_S)
    return of_code and of_network


def _purchase_code(typed: str, digits: str) -> str | None:
    """Return the purchase that both stand for. An unknown code costs the same reads and comparison as a known one."""
    purchase = orders.purchase_by_code(read_code(typed) or "-")
    phones = [order.told_at for order in orders.orders_of_purchase(purchase.id if purchase else 0)]
    right = hmac.compare_digest(phones[0][-4:] if phones else "none", digits)
    return purchase.code if purchase and right else None


def _page(form: FindForm, *, status: int = 200) -> Response:
    page = render_template(
        "storefront/find_order.html", form=form, failed=bool(form.summary),
        alternates=[(lang, page_url("storefront.find_order", lang=lang)) for lang in LANGUAGES],
    )  # fmt: skip
    return make_response(page, status)
