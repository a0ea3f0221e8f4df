"""What machines read: sitemap, robots, manifest, structured data, pictures for shared links."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, render_template, url_for
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from shop.catalogue.models import Product, Variant
from shop.catalogue.queries import ProductView, crafts_shown
from shop.offers.words import Standing
from shop.plumbing.db import session
from shop.plumbing.i18n import LANGUAGES, _, language, pick
from shop.plumbing.storage import FileStorage
from shop.stores.models import Store
from shop.web.storefront.bargains import price_now
from shop.web.storefront.blueprint import front
from shop.web.ui.access import Access, entry
from shop.web.ui.crafts import CRAFT_NAMES
from shop.web.ui.here import settings
from shop.web.ui.media import public_storage

CHUNK = 10_000
SHARE_SIZE = (1200, 630)
LIME = (251, 250, 246)
SCHEMA = "https://schema.org"


@front.get("/sitemap.xml")
@entry(Access.PUBLIC)
def sitemap() -> Response:
    """List the parts of the map: the still pages, then workshops and products by their numbers."""
    shops, last = session.execute(select(select(func.max(Store.id)).scalar_subquery(),
                                         select(func.max(Product.id)).scalar_subquery())).one()  # fmt: skip
    parts = ["pages", *(f"shops-{n}" for n in range((shops or 0) // CHUNK + 1)), *range((last or 0) // CHUNK + 1)]
    return _xml("storefront/sitemap_index.xml", parts=parts)


@front.get("/sitemap/<name:part>.xml")
@entry(Access.PUBLIC)
def sitemap_part(part: str) -> Response:
    """List the addresses of one part, in each language."""
    if part == "pages":
        return _xml("storefront/sitemap.xml", pages=_pages())
    kind, number = ("shops", part[6:]) if part.startswith("shops-") else ("products", part)
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise NotFound
    start = int(number) * CHUNK
    return _xml("storefront/sitemap.xml", pages=_shops(start) if kind == "shops" else _products(start))


@front.get("/robots.txt")
@entry(Access.PUBLIC)
def robots() -> Response:
    """Keep machines out of carts, tracking pages and the back office."""
    of_buyers = [f"/{lang}/{part}" for lang in LANGUAGES for part in ("cart", "checkout", "t/", "t$")]
    closed = ["/studio/", "/desk/", *of_buyers]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {settings().base_url}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@front.get("/manifest.webmanifest")
@entry(Access.PUBLIC)
def manifest() -> Response:
    """Describe the studio as something that can stand on a phone's first screen."""
    icon = {"src": front_asset("img/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    answer = jsonify(
        name="Hirfa", short_name="Hirfa", start_url="/studio/", scope="/studio/", display="standalone",
        background_color="#fbfaf6", theme_color="#0f5b50", icons=[icon],
    )  # fmt: skip
    answer.mimetype = "application/manifest+json"
    return answer


@front.get("/media/<key:key>-share.jpg")
@entry(Access.PUBLIC)
def share_picture(key: str) -> Response:
    """Send the picture that messengers show beside a shared link; made once from the largest size."""
    storage = public_storage()
    name = f"pictures/{key}-share.jpg"
    if not storage.exists(name):
        if not storage.exists(f"pictures/{key}-900.webp"):
            raise NotFound
        storage.put(name, _letterboxed(storage, key), "image/jpeg")
    answer = Response(storage.get(name), mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def product_data(view: ProductView, name: str, offers: Sequence[Standing]) -> dict[str, Any]:
    """Return a product and its offer, or the offers of its variants at what they cost now, in schema.org's words."""
    base, product = settings().base_url, view.product
    url = base + url_for("storefront.product", product_id=product.id, slug=product.slug)
    asked = [_offer(view, each, url, offers) for each in view.variants]
    found: dict[str, Any] = {
        "@context": SCHEMA, "@type": "Product", "name": name, "inLanguage": language(), "url": url,
        "description": pick(view.descriptions)[0][:500], "category": _(CRAFT_NAMES[product.craft]),
        "brand": {"@type": "Brand", "name": view.store.name},
        "offers": asked[0] if len(asked) == 1 else _aggregate(asked),
        "image": [f"{base}/media/{each.key}-900.webp" for each in view.pictures],
    }  # fmt: skip
    return {key: value for key, value in found.items() if value}


def breadcrumbs(view: ProductView, name: str) -> dict[str, Any]:
    """Return the way from the first page to a product in the words of schema.org."""
    craft, product = view.product.craft, view.product
    way = (
        (_("Hirfa"), url_for("storefront.home")),
        (_(CRAFT_NAMES[craft]), url_for("storefront.listing", craft=craft)),
        (name, url_for("storefront.product", product_id=product.id, slug=product.slug)),
    )
    steps = [
        {"@type": "ListItem", "position": at, "name": title, "item": settings().base_url + path}
        for at, (title, path) in enumerate(way, 1)
    ]
    return {"@context": SCHEMA, "@type": "BreadcrumbList", "itemListElement": steps}


def _offer(view: ProductView, variant: Variant, url: str, offers: Sequence[Standing]) -> dict[str, Any]:
    now, offer = price_now(view.product.id, variant.price, offers)
    there = "InStock" if variant.on_hand > 0 else "OutOfStock"
    if view.product.made_to_order_days is not None:
        there = "MadeToOrder"
    return {
        "@type": "Offer", "url": url if len(view.variants) == 1 else f"{url}?variant={variant.id}",
        "priceCurrency": now.currency, "price": f"{now.minor / 100:.2f}",
        "availability": f"{SCHEMA}/{there}", "itemCondition": f"{SCHEMA}/NewCondition",
        "seller": {"@type": "Organization", "name": view.store.name},
        **({"priceValidUntil": offer.until_day.isoformat()} if offer and offer.until_day else {}),
    }  # fmt: skip


def _aggregate(offers: list[dict[str, Any]]) -> dict[str, Any]:
    prices = sorted((each["price"] for each in offers), key=float)
    return {
        "@type": "AggregateOffer", "lowPrice": prices[0], "highPrice": prices[-1], "offerCount": len(offers),
        "priceCurrency": offers[0]["priceCurrency"], "offers": offers,
    }  # fmt: skip


def front_asset(path: str) -> str:
    """Return the address of a static file."""
    from flask import current_app  # noqa: PLC0415 - templates have their own global; this is the one use in Python

    return str(current_app.jinja_env.globals["asset"](path))  # type: ignore[operator]


def _letterboxed(storage: FileStorage, key: str) -> bytes:
    from PIL import Image  # noqa: PLC0415 - heavy, and most requests never draw

    with Image.open(io.BytesIO(storage.get(f"pictures/{key}-900.webp"))) as picture:
        picture.thumbnail((SHARE_SIZE[1], SHARE_SIZE[1]))
        whole = Image.new("RGB", SHARE_SIZE, LIME)
        whole.paste(
            picture.convert("RGB"), ((SHARE_SIZE[0] - picture.width) // 2, (SHARE_SIZE[1] - picture.height) // 2)
        )
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=84, optimize=True)
    return out.getvalue()


def _pages() -> list[dict[str, str]]:
    still = ("storefront.home", "storefront.listing", "storefront.help_page", "storefront.terms", "storefront.privacy",
             "storefront.sell")  # fmt: skip
    pages = [_in_each_language(endpoint) for endpoint in still]
    return pages + [_in_each_language("storefront.listing", craft=craft) for craft in crafts_shown()]


def _shops(start: int) -> list[dict[str, str]]:
    wanted = select(Store.slug).where(Store.id >= start, Store.id < start + CHUNK, Store.state == "open")
    return [_in_each_language("storefront.store", slug=slug) for slug in session.scalars(wanted.order_by(Store.id))]


def _products(start: int) -> list[dict[str, str]]:
    wanted = (
        select(Product.id, Product.slug)
        .join(Store, Store.id == Product.store_id)
        .where(Product.id >= start, Product.id < start + CHUNK, Product.state == "published", Store.state == "open")
    )
    rows = session.execute(wanted.order_by(Product.id))
    return [_in_each_language("storefront.product", product_id=row[0], slug=row[1]) for row in rows]


def _in_each_language(endpoint: str, **values: Any) -> dict[str, str]:
    base = settings().base_url
    return {lang: base + url_for(endpoint, lang=lang, **values) for lang in LANGUAGES}


def _xml(template: str, **values: Any) -> Response:
    return Response(render_template(template, base_url=settings().base_url, **values), mimetype="application/xml")
