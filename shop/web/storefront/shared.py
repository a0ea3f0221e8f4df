"""Short links: they lead to a product or a shop, and leave in the browser where its reader came from."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.catalogue.queries import product_page
from shop.sharing import links
from shop.stores import queries as stores
from shop.web.storefront.blueprint import front
from shop.web.ui.access import Access, entry
from shop.web.ui.here import settings

VIA_COOKIE = "via"
VIA_AGE_S = 30 * 86_400


@front.get("/s/<name:code>")
@entry(Access.OPEN)
def shared(code: str) -> Response:
    """Lead to what was shared, in the visitor's language. The server writes nothing: only her browser remembers."""
    said = links.read(code)
    found = _place_of(said) if said else None
    if said is None or found is None:
        raise NotFound
    address, store_id = found
    answer = redirect(address, 302)
    answer.set_cookie(
        VIA_COOKIE, links.with_visit(request.cookies.get(VIA_COOKIE, ""), store_id, said.letter),
        max_age=VIA_AGE_S, httponly=True, samesite="Lax", secure=settings().https,
    )  # fmt: skip
    answer.headers["Vary"] = "Accept-Language, Cookie"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def came_by() -> dict[int, str]:
    """Return which shared link the buyer followed last, by store."""
    return links.remembered(request.cookies.get(VIA_COOKIE, ""))


def _place_of(said: links.Shared) -> tuple[str, int] | None:
    """Return the address of what was shared and its store; None when buyers can't see it."""
    if said.kind == "s":
        store = stores.store(said.number)
        is_seen = store is not None and store.state == "open"
        return (url_for("storefront.store", slug=store.slug), store.id) if store is not None and is_seen else None
    view = product_page(said.number)
    if view is None:
        return None
    return url_for("storefront.product", product_id=said.number, slug=view.product.slug), view.store.id
