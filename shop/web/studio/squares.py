"""A photograph is shown in a square: which part of it is seen, chosen among its two ends and its middle."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from shop.catalogue import service
from shop.catalogue.queries import Shot
from shop.core.errors import NotFound, Refused
from shop.orders import service as orders
from shop.plumbing import images
from shop.plumbing.db import after_commit, transaction
from shop.plumbing.i18n import N_, _
from shop.web.studio.blueprint import studio
from shop.web.studio.pictures import PARTS, Received, forget, hers, kept, originals
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here
from shop.web.ui.media import WIDTHS, public_storage
from shop.web.ui.templating import page_url

FILELESS = N_("The file of this photograph is missing. Please add the photograph again.")


@studio.post("/<name:store>/products/<number:product_id>/pictures/<number:picture_id>/square")
@entry(Access.HELPER)
def square(product_id: int, picture_id: int) -> Response:
    """Show a part of a photograph, or the whole of it again."""
    row = next((each for each in hers(product_id).pictures if each.id == picture_id), None)
    if row is None:
        raise NotFound(f"no picture {picture_id}")
    part = request.form.get("part", "")
    if part not in PARTS:
        raise BadRequest
    place = page_url("studio.pictures", product_id=product_id, _anchor=f"picture-{picture_id}")
    try:
        show(product_id, row, part)
    except Refused as refused:
        flash(said(refused), "problem")
        return redirect(place, 303)
    flash(_("Saved."), "done")
    return redirect(place, 303)


def show(product_id: int, row: Shot, part: images.Part) -> None:
    """Make the files of a part, and put them in place of those that are shown, in orders too. Raises Refused."""
    whole = original(row.key)
    made = replace(images.prepare(whole, part=part), original=whole)
    with kept(Received(good=[made])) as shots, transaction():
        new = shots[0][0]
        old = service.show_part(here().store.id, product_id, row.id, new, by=here().by)
        orders.follow_cover(here().store.id, old, new)
        after_commit(lambda: forget(old))


def original(key: str) -> bytes:
    """Return a photograph as it was kept, else the largest of its sizes. Raises Refused when there is neither."""
    name = f"originals/{key}.webp"
    try:
        kept_whole = originals().exists(name)
        return originals().get(name) if kept_whole else public_storage().get(f"pictures/{key}-{WIDTHS[-1]}.webp")
    except NotFound:
        raise Refused(FILELESS) from None
