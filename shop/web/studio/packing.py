"""Proof of what was packed: photos and weight come from the order's page, also from a phone that had no network."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Sequence

from flask import Response as Answer
from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.orders import queries as orders
from shop.plumbing import images
from shop.plumbing.db import session
from shop.plumbing.i18n import N_, _
from shop.shipping import packing
from shop.shipping import queries as shipping
from shop.web.studio.blueprint import studio
from shop.web.studio.calls import conflict
from shop.web.studio.once import acting
from shop.web.studio.order_page import order_page
from shop.web.studio.packing_form import PackingForm
from shop.web.studio.pictures import receive
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here
from shop.web.ui.media import private_storage
from shop.web.ui.templating import page_url

NOTHING = N_("Choose a photo, or write the weight.")


@studio.post("/<name:store>/orders/<code:code>/packing")
@entry(Access.HELPER, body=UPLOAD_BYTES)
def pack(code: str) -> Response | tuple[str, int]:
    """Keep photos of the open parcel, and what it weighs: what is right of them, and a sentence for the rest."""
    store_id, found, form = here().store.id, orders.order_by_code(here().store.id, code), PackingForm(request.form)
    parcel = shipping.live_shipment(store_id, found.id)
    if parcel is None:
        return order_page(code, problem=_("This order has no parcel.")), 422
    parcel_id, right = parcel.id, form.validate()
    session.rollback()  # no connection waits for photos to be prepared
    received = receive(request.files.getlist("photos"))
    weighed = "weight_g" in request.form
    if not (received.good or received.problems or weighed):
        received.problems.append(_(NOTHING))
    led = page_url("studio.order", code=code)
    try:
        with kept(received.good) as files, acting() as leads_to:
            leads_to(led)
            for file in files:
                packing.keep_photo(store_id, parcel_id, file, by=here().by)
            if weighed and right:
                packing.weigh(store_id, parcel_id, form.weight_g.data, by=here().by)
    except InvalidTransition:
        return conflict(orders.order_by_code(store_id, code))
    except Refused as refused:
        received.problems.append(said(refused))
    if received.problems or not right:
        return order_page(code, packing_form=form, photo_problems=received.problems), 422
    flash(_("Saved."), "done")
    return redirect(led, 303)


@studio.get("/<name:store>/orders/<code:code>/packing/<number:photo>")
@entry(Access.HELPER)
def packing_photo(code: str, photo: int) -> Answer:
    """Show a photo of an open parcel: from a private place, kept by no browser."""
    answer = Answer(private_storage().get(packing.name_of(hers(code, photo))), mimetype="image/webp")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@studio.post("/<name:store>/orders/<code:code>/packing/<number:photo>/removal")
@entry(Access.HELPER)
def remove_packing_photo(code: str, photo: int) -> Response | tuple[str, int]:
    """Take a photo back while the parcel is here."""
    hers(code, photo)
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.order", code=code))
            packing.remove_photo(here().store.id, photo, by=here().by)
    except InvalidTransition:
        return conflict(orders.order_by_code(here().store.id, code))
    flash(_("The photograph is removed."), "done")
    return redirect(page_url("studio.order", code=code), 303)


def hers(code: str, photo: int) -> str:
    """Return the name of a photo of this order. Raises NotFound."""
    order, found = orders.order_by_code(here().store.id, code), packing.photo(here().store.id, photo)
    if shipping.shipment(here().store.id, found.shipment_id).order_id != order.id:
        raise NotFound(f"no photo {photo} of this order")
    return found.file


@contextlib.contextmanager
def kept(good: Sequence[images.Prepared]) -> Iterator[list[str]]:
    """Write the files and give their names; when the block fails, the files go away again."""
    files = [secrets.token_hex(12) for _each in good]
    try:
        for file, prepared in zip(files, good, strict=True):
            private_storage().put(packing.name_of(file), prepared.original, "image/webp")
        yield files
    except BaseException:
        for file in files:
            private_storage().delete(packing.name_of(file))
        raise
