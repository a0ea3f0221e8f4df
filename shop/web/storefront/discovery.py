"""What machines read: sitemap, robots, manifest, structured data, pictures for shared links."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, jsonify, render_template, url_for
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from shop.catalogue.models import Product
from shop.catalogue.queries import ProductView
from shop.plumbing.db import session
from shop.plumbing.i18n import LANGUAGES, _, language, pick
from shop.plumbing.storage import FileStorage
from shop.stores.models import Store
from shop.web.storefront.blueprint import front
from shop.web.ui.access import Access, entry
from shop.web.ui.crafts import CRAFT_NAMES
from shop.web.ui.here import settings
from shop.web.ui.media import public_storage

CHUNK = 10_000
SHARE_SIZE = (1200, 630)
LIME = (251, 250, 246)


@front.get("/sitemap.xml")
@entry(Access.PUBLIC)
def sitemap() -> Response:
    """List the parts of the map: the pages, and the products by thousands."""
    last = session.scalar(select(func.max(Product.id)).where(Product.state == "published")) or 0
    return _xml("storefront/sitemap_index.xml", parts=["pages", *range(last // CHUNK + 1)])


@front.get("/sitemap/<name:part>.xml")
@entry(Access.PUBLIC)
def sitemap_part(part: str) -> Response:
    """List the addresses of one part, in each language."""
    if part == "pages":
        return _xml("storefront/sitemap.xml", pages=_pages())
    if not part.isascii() or not part.isdigit() or len(part) > 9:
        raise NotFound
    start = int(part) * CHUNK
    rows = session.execute(
        select(Product.id, Product.slug)
        .join(Store, Store.id == Product.store_id)
        .where(Product.id >= start, Product.id < start + CHUNK, Product.state == "published", Store.state == "open")
        .order_by(Product.id)
    )
    pages = [_in_each_language("storefront.product", product_id=row[0], slug=row[1]) for row in rows]
    return _xml("storefront/sitemap.xml", pages=pages)


@front.get("/robots.txt")
@entry(Access.PUBLIC)
def robots() -> Response:
    """Keep machines out of carts, tracking pages and the back office."""
    closed = ["/studio/", "/desk/", *(f"/{lang}/{part}" for lang in LANGUAGES for part in ("cart", "checkout", "t"))]
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


@front.get("/media/<name:key>-share.jpg")
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


def product_data(view: ProductView, name: str) -> dict[str, Any]:
    """Return a product and its offer in the words of schema.org."""
    base, product = settings().base_url, view.product
    url = base + url_for("storefront.product", product_id=product.id, slug=product.slug)
    there = "InStock" if product.in_stock else "OutOfStock"
    if product.made_to_order_days is not None:
        there = "MadeToOrder"
    prices = [each.price_minor for each in view.variants]
    offer: dict[str, Any] = {
        "@type": "Offer", "url": url, "priceCurrency": product.currency, "price": f"{min(prices) / 100:.2f}",
        "availability": f"https://schema.org/{there}", "itemCondition": "https://schema.org/NewCondition",
        "seller": {"@type": "Organization", "name": view.store.name},
    }  # fmt: skip
    found: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Product", "name": name, "inLanguage": language(), "url": url,
        "description": pick(view.descriptions)[0][:500], "category": _(CRAFT_NAMES[product.craft]),
        "brand": {"@type": "Brand", "name": view.store.name}, "offers": offer,
        "image": [f"{base}/media/{each.key}-900.webp" for each in view.pictures],
    }  # fmt: skip
    return found


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
    pages += [_in_each_language("storefront.listing", craft=craft) for craft in CRAFT_NAMES]
    slugs = session.scalars(select(Store.slug).where(Store.state == "open").order_by(Store.id))
    return pages + [_in_each_language("storefront.store", slug=slug) for slug in slugs]


def _in_each_language(endpoint: str, **values: Any) -> dict[str, str]:
    base = settings().base_url
    return {lang: base + url_for(endpoint, lang=lang, **values) for lang in LANGUAGES}


def _xml(template: str, **values: Any) -> Response:
    return Response(render_template(template, base_url=settings().base_url, **values), mimetype="application/xml")
