"""'Tell me when it is back': a phone number for a choice that is sold out."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.catalogue import service
from shop.catalogue.queries import CartVariant, variants_for_cart
from shop.core.text import western_digits
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.plumbing.limits import allow
from shop.web.storefront.blueprint import front
from shop.web.storefront.cards import product_url
from shop.web.ui.access import Access, entry
from shop.web.ui.forms import HirfaForm, PhoneField, required
from shop.web.ui.here import here
from shop.web.ui.network import network

DAY_S = 86_400
MOST_OF_A_PHONE = 20
MOST_OF_A_NETWORK = 300
TOO_MANY = N_("Too many messages were asked for from here today. Please call us.")


class WishForm(HirfaForm):
    """Whom to tell."""

    phone = PhoneField(N_("Phone"), [required(N_("Write the phone number that we should write to."))])


@front.post("/<lang:lang>/wishes")
@entry(Access.OPEN)
def wish() -> Response:
    """Remember who wants to hear when a choice is back; the same wish twice is one."""
    variant = _variant(request.form.get("variant", ""))
    form = WishForm(request.form)
    if not form.validate():
        return _page(variant, form, status=422)
    with transaction():
        of_phone = allow("wishes of a phone", form.phone.data, most=MOST_OF_A_PHONE, within_s=DAY_S)
        of_network = allow("wishes of a network", network(), most=MOST_OF_A_NETWORK, within_s=DAY_S)
        if of_phone and of_network:
            service.wish(variant.variant_id, phone=form.phone.data, language=here().lang)
    if not (of_phone and of_network):
        form.refuse("phone", _(TOO_MANY))
        return _page(variant, form, status=429)
    return redirect(product_url(variant.product_id, variant.slug, variant=variant.variant_id, wished=1), 303)


def _variant(text: str) -> CartVariant:
    digits = western_digits(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise NotFound
    found = variants_for_cart([int(digits)]).get(int(digits))
    if found is None or not found.offered:
        raise NotFound
    return found


def _page(variant: CartVariant, form: WishForm, *, status: int) -> Response:
    page = render_template("storefront/wish.html", variant=variant, form=form, failed=bool(form.summary))
    return make_response(page, status)
