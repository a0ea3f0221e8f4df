"""The third screen: the first product, photograph first. It is the same draft as in the list of products."""

from __future__ import annotations

from flask import flash, redirect, request, session
from werkzeug.wrappers import Response

from shop.catalogue import service
from shop.core.errors import Refused
from shop.opening import queries
from shop.opening import service as opening
from shop.plumbing.db import transaction
from shop.plumbing.i18n import _, pick
from shop.plumbing.links import new_token
from shop.web.studio import pictures
from shop.web.studio.new_product import NewProductForm, keep_draft
from shop.web.studio.pictures import hers
from shop.web.studio.products import IN_REVIEW, costs_something
from shop.web.studio.wizard_frame import PRODUCT, is_unsent, keep_unsent, next_url, screen_page, unsent
from shop.web.ui.errors import said
from shop.web.ui.here import here

MADE = "first product"  # the form that made or completed it, so that a second tap sends no photograph twice


def product_screen() -> str | Response | tuple[str, int]:
    """Make the first product; whatever is right is kept as its draft, the rest is asked again."""
    product_id = queries.first_product(here().store.id)
    if product_id is not None and hers(product_id).product.state != "draft":
        return ready(product_id)
    if request.method == "GET":
        return product_page(begun(product_id), product_id, key=new_token())
    form = NewProductForm(request.form, craft=here().store.craft)
    if is_unsent():
        return keep_unsent(PRODUCT, form)
    key = request.form.get("key", "")[:40]
    if key and session.get(MADE) == key:
        return redirect(next_url(PRODUCT), 303)
    return sent(form, product_id, key)


def sent(form: NewProductForm, product_id: int | None, key: str) -> Response | tuple[str, int]:
    """Keep what is right of the form and its photographs; publish it when all is."""
    received = pictures.receive(request.files.getlist("photos"))
    right = form.validate() and costs_something(form)
    for problem in received.problems:
        form.refuse("photos", problem)
    if right or received.good:
        product_id = keep_draft(product_id, form, received)
    if form.summary or product_id is None:
        return product_page(form, product_id, key=key), 422
    if not hers(product_id).pictures:
        form.refuse("photos", said(Refused(service.PICTURELESS)))
        return product_page(form, product_id, key=key), 422
    session[MADE] = key
    published(product_id)
    return redirect(next_url(PRODUCT), 303)


def published(product_id: int) -> None:
    """Publish the product, for the day on which the shop opens; if something keeps it back, say what."""
    try:
        with transaction():
            opening.forget(here().who.account_id, PRODUCT)
            shown = service.publish(here().store.id, product_id, by=here().by)
        if not shown:
            flash(_(IN_REVIEW), "problem")
    except Refused as refused:
        flash(_("Your product is kept as a draft. Before customers see it: {what}", what=said(refused)), "problem")


def begun(product_id: int | None) -> NewProductForm:
    """Return the form as she left it: what was typed and not sent, else what is kept of the draft."""
    typed = unsent(PRODUCT)
    if product_id is None or typed is not None:
        return NewProductForm(typed, craft=here().store.craft)
    view = hers(product_id)
    variant = view.variants[0]
    price = variant.price if variant.price_minor else None
    return NewProductForm(name=pick(view.names)[0], price=price, stock=variant.on_hand, craft=view.product.craft)


def ready(product_id: int) -> str | Response:
    """Say that the first product is there; it is changed on its own page."""
    if request.method == "POST":
        return redirect(next_url(PRODUCT), 303)
    view = hers(product_id)
    return screen_page(PRODUCT, NewProductForm(), view=view, name=pick(view.names), shots=view.pictures, key="")


def product_page(form: NewProductForm, product_id: int | None, *, key: str) -> str:
    """Draw the form with the photographs that are kept already."""
    shots = hers(product_id).pictures if product_id else ()
    return screen_page(PRODUCT, form, view=None, shots=shots, key=key)
