"""Links that keep pieces for somebody: made for one product or from a message, shown once, listed, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, get_flashed_messages, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.cart.models import Cart
from shop.catalogue.queries import CartVariant, sold_by
from shop.checkout import links
from shop.checkout.links import HOURS, LinkClosed
from shop.checkout.models import OrderLink
from shop.core.errors import OutOfStock, Refused
from shop.plumbing.db import session, transaction
from shop.plumbing.formats import date_long, sms_url, time_short, whatsapp_url
from shop.plumbing.i18n import N_, _, ngettext, pick, speaking
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import shop_page
from shop.web.studio.pictures import hers
from shop.web.ui.access import Access, entry
from shop.web.ui.checkout_form import phone_of
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, HirfaForm, WholeField, required
from shop.web.ui.here import here, settings
from shop.web.ui.templating import page_url

MADE = "order link"  # the flash that carries a link's number and secret, which is shown once
MOST_KEPT = 99
ASK_TO_CONFIRM = N_(
    "Hello {name}, {shop} here. This is your order, please check it and confirm it: {link} The pieces are kept for you "
    "until {day}, {time}."
)
ASK_TO_ORDER = N_(
    "Hello, {shop} here. The pieces are kept for you until {day}, {time}. Order them here: {link} The link works once."
)
HIDDEN = N_("Publish the product first: a link leads to what is in the shop.")


class LinkForm(HirfaForm):
    """How many pieces of which choice are kept, and how long."""

    variant = ChoiceField(N_("Choice"), [required(N_("Please choose one."))])
    pieces = WholeField(N_("How many pieces?"), [required()], least=1, most=MOST_KEPT)
    hours = ChoiceField(N_("How long are they kept?"), [required(N_("Please choose how long."))])


@dataclass(frozen=True, slots=True)
class Shown:
    """A new link as it is shown once, with the words to send it."""

    url: str
    text: str
    whatsapp: str
    sms: str


@studio.get("/<name:store>/links", endpoint="links")
@entry(Access.HELPER)
def links_page() -> str:
    """Show the links that keep pieces and, once, the one that was just made."""
    return shop_page(
        "studio/links.html", "orders", links=links.open_links(here().store.id), shown=_just_made(), failed=False
    )


@studio.post("/<name:store>/links/<number:link_id>/withdrawal")
@entry(Access.HELPER)
def withdraw_link(link_id: int) -> Response:
    """Take a link back: its pieces are free."""
    try:
        with transaction():
            links.withdraw(here().store.id, link_id, by=here().by)
    except LinkClosed as error:
        flash(said(error), "problem")
    else:
        flash(_("The link is withdrawn. Its pieces are free again."), "done")
    return redirect(page_url("studio.links"), 303)


@studio.route("/<name:store>/products/<number:product_id>/link", methods=["GET", "POST"])
@entry(Access.HELPER)
def product_link(product_id: int) -> Response | tuple[str, int] | str:
    """Keep pieces of one product for whoever gets the link."""
    view = hers(product_id)
    mine = [each for each in sold_by(here().store.id) if each.product_id == product_id]
    form = _form(mine)
    name, name_lang = pick(view.names)
    around = {"product": view.product, "name": name, "name_lang": name_lang, "articles": mine}
    if request.method == "GET":
        return _product_page(form, around)
    if not mine:
        return _product_page(form, around, problem=_(HIDDEN)), 422
    if not form.validate():
        return _product_page(form, around), 422
    try:
        with transaction():
            link, token = links.open_link(
                here().store.id, {int(form.variant.data or 0): int(form.pieces.data or 0)}, kind="product",
                hours=int(form.hours.data or 0), language=here().store.language, by=here().by,
            )  # fmt: skip
            link_id = link.id
    except OutOfStock as error:
        form.refuse("pieces", said(error))
        return _product_page(form, around), 422
    except Refused as error:
        return _product_page(form, around, problem=said(error)), 422
    return show_once(link_id, token)


def _form(mine: list[CartVariant]) -> LinkForm:
    form = LinkForm(request.form)
    form.variant.choices = [(str(each.variant_id), pick(each.labels)[0] or _("One kind only")) for each in mine]
    form.hours.choices = [(str(each), ngettext("{n} hour", "{n} hours", each)) for each in HOURS]
    if len(mine) == 1:
        form.variant.data = str(mine[0].variant_id)
    return form


def _product_page(form: LinkForm, around: dict[str, Any], *, problem: str = "") -> str:
    extra = [("pieces", problem)] if problem else []
    return shop_page(
        "studio/product_link.html",
        "products",
        form=form,
        choices=_options(form.variant),
        hours=_options(form.hours),
        extra=extra,
        failed=bool(extra or form.errors),
        **around,
    )


def _options(field: ChoiceField) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in field.choices]


def show_once(link_id: int, token: str) -> Response:
    """Lead to the list, where the new link is shown this one time."""
    flash(f"{link_id}:{token}", MADE)
    return redirect(page_url("studio.links", _anchor="made"), 303)


def _just_made() -> Shown | None:
    """Return the link that the flash carries, with the words to send it in the customer's language."""
    kept = get_flashed_messages(category_filter=[MADE])
    if not kept:
        return None
    number, _colon, token = str(kept[-1]).partition(":")
    link = session.get(OrderLink, int(number))
    cart = session.get(Cart, link.cart_id) if link is not None else None
    if link is None or cart is None or link.store_id != here().store.id:
        raise NotFound
    url = settings().base_url.rstrip("/") + page_url("storefront.order_link", lang=link.language, token=token)
    phone = phone_of(cart.details)
    with speaking(link.language):
        day, time = date_long(link.expires_at), time_short(link.expires_at)
        name = str(cart.details.get("name", ""))
        ask = ASK_TO_CONFIRM if link.kind == "chat" and name else ASK_TO_ORDER
        text = _(ask, name=name, shop=here().store.name, link=url, day=day, time=time)
    if phone:
        return Shown(url, text, whatsapp_url(phone, text), sms_url(phone, text))
    return Shown(url, text, whatsapp_url("", text), sms_url("", text))
