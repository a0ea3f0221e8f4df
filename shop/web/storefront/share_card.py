"""The picture that messengers show beside a link to a product: drawn once for all that it shows, kept as a file."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from flask import Response, redirect, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from shop.catalogue.queries import ProductView, product_page
from shop.documents.engine import card_jpeg
from shop.documents.share_card import ShareCard
from shop.offers.words import Standing
from shop.plumbing.formats import date_long, money_text
from shop.plumbing.i18n import _, language, pick
from shop.plumbing.storage import FileStorage, StorageFull
from shop.web.storefront.bargains import automatic_offers, price_now
from shop.web.storefront.blueprint import front
from shop.web.storefront.cards import wilaya_name
from shop.web.ui.access import Access, entry
from shop.web.ui.here import settings
from shop.web.ui.media import public_storage


@front.get("/media/cards/<lang:lang>/<number:product_id>-<key:seal>.jpg")
@entry(Access.PUBLIC)
def share_card(product_id: int, seal: str) -> AnyResponse:
    """Send the picture of a product as it is now; the address of an older one leads to it."""
    view = product_page(product_id)
    if view is None or not view.variants:
        raise NotFound
    card = card_of(view, automatic_offers([view.store.id]).get(view.store.id, ()))
    if seal != card.seal:
        return redirect(card_url(card, product_id), 302)
    answer = Response(_kept(card, product_id), mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def card_of(view: ProductView, offers: Sequence[Standing]) -> ShareCard:
    """Return what the picture of a product shows in the language being spoken: its lowest price as it is now."""
    prices = [price_now(view.product.id, each.price, offers) for each in view.variants]
    now, offer = min(prices, key=lambda each: each[0].minor)
    until = offer.until_day if offer else None
    return ShareCard(
        language=language(), name=pick(view.names)[0], price=money_text(now), shop=view.store.name,
        least=_("starting at") if len({each[0] for each in prices}) > 1 else "",
        until=_("until {day}", day=date_long(until)) if until else "",
        place=wilaya_name(view.store.wilaya_code), cover=view.product.cover or "",
    )  # fmt: skip


def card_url(card: ShareCard, product_id: int) -> str:
    """Return the address of a picture: another one for whatever it shows."""
    return url_for("storefront.share_card", lang=card.language, product_id=product_id, seal=card.seal)


def _kept(card: ShareCard, product_id: int) -> bytes:
    """Return the picture, drawn at the first asking; it takes the place of the product's older ones."""
    drawn = FileStorage(settings().data_dir / "drawn")  # can be thrown away at any time
    folder, name = f"cards/{card.language}/{product_id}/", f"{card.seal}.jpg"
    if drawn.exists(folder + name):
        return drawn.get(folder + name)
    picture = card_jpeg(card, _photo(card.cover))
    with contextlib.suppress(StorageFull):  # the next one draws it again
        for older in list(drawn.keys(folder)):
            drawn.delete(older)
        drawn.put(folder + name, picture, "image/jpeg")
    return picture


def _photo(cover: str) -> bytes | None:
    name = f"pictures/{cover}-900.webp"
    return public_storage().get(name) if cover and public_storage().exists(name) else None
