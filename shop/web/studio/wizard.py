"""The opening of a shop: five screens, each saved when it is sent, gone on with at the first that is unfinished."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import redirect
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.opening import queries
from shop.web.studio import wizard_delivery, wizard_papers, wizard_product, wizard_who
from shop.web.studio.blueprint import studio
from shop.web.studio.wizard_frame import CRAFT, DELIVERY, PAPERS, PRODUCT, WHO, first_unfinished, screen_url
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.here import here

VIEWS: Mapping[str, Callable[[], str | Response | tuple[str, int]]] = {
    WHO: wizard_who.who_screen,
    CRAFT: wizard_who.craft_screen,
    PRODUCT: wizard_product.product_screen,
    DELIVERY: wizard_delivery.delivery_screen,
    PAPERS: wizard_papers.papers_screen,
}


@studio.get("/<name:store>/opening")
@entry(Access.OWNER)
def wizard_start() -> Response:
    """Go on where the opening was left."""
    return redirect(screen_url(first_unfinished(queries.facts(here().store))), 303)


@studio.route("/<name:store>/opening/<name:screen>", methods=["GET", "POST"])
@entry(Access.OWNER, body=UPLOAD_BYTES)
def wizard(screen: str) -> str | Response | tuple[str, int]:
    """Show one screen, or take what was sent from it."""
    if screen not in VIEWS:
        raise NotFound
    return VIEWS[screen]()
