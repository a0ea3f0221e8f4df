"""All creations, by craft, filtered, sorted, searched: one page by key after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from werkzeug.exceptions import NotFound

from shop.catalogue import search
from shop.catalogue.listing import SORTS, Filter, Page
from shop.catalogue.listing import listing as listed
from shop.core.text import clean, western_digits
from shop.offers.queries import bargain
from shop.plumbing import geography
from shop.plumbing.i18n import N_, _, language
from shop.web.storefront.blueprint import front
from shop.web.storefront.cards import cards, links, wilaya_options
from shop.web.ui.access import Access, entry
from shop.web.ui.crafts import CRAFT_NAMES

LONGEST_QUERY = 80
MOST_DINARS = 10_000_000
SORT_NAMES = {"new": N_("Newest first"), "cheap": N_("Lowest price first"), "dear": N_("Highest price first")}


@dataclass(frozen=True)
class Asked:
    """What the address asks for, read leniently: nonsense is left out, not refused."""

    query: str
    filter: Filter
    after: str | None

    @property
    def arguments(self) -> dict[str, Any]:
        """What must stay in links of this page; the craft stands in their path, `after` is left out."""
        wanted = self.filter
        given = {
            "q": self.query,
            "wilaya": wanted.wilaya,
            "min": "" if wanted.min_minor is None else wanted.min_minor // 100,
            "max": "" if wanted.max_minor is None else wanted.max_minor // 100,
            "stock": "1" if wanted.in_stock else "",
            "sort": "" if wanted.sort == "new" else wanted.sort,
        }
        return {name: value for name, value in given.items() if value != ""}


@front.get("/<lang:lang>/crafts/")
@front.get("/<lang:lang>/crafts/<name:craft>")
@entry(Access.PUBLIC)
def listing(craft: str = "") -> str:
    """Show one page of products."""
    if craft and craft not in CRAFT_NAMES:
        raise NotFound
    asked = _read(request.args, craft)
    craft = asked.filter.craft
    page = _page(asked)
    address: dict[str, Any] = {"craft": craft} if craft else {}
    nothing = not page.items
    kept = asked.arguments | ({"after": asked.after} if asked.after else {})
    return render_template(
        "storefront/listing.html",
        asked=asked,
        craft=craft,
        craft_name=_(CRAFT_NAMES[craft]) if craft else "",
        items=cards(page.items),
        count=page.count,
        next_url=url_for("storefront.listing", **address, **asked.arguments, after=page.next) if page.next else "",
        filters_set=_removable(asked, address),
        other=cards(listed(Filter(), limit=4, bargain=bargain()).items) if nothing else [],
        wilayas=wilaya_options(language(), asked.filter.wilaya),
        craft_choices=[(key, _(name)) for key, name in CRAFT_NAMES.items()],
        sorts=[(key, _(SORT_NAMES[key])) for key in SORTS],
        **links("storefront.listing", kept=kept, **address),
    )


def _page(asked: Asked) -> Page:
    if asked.query:
        return search.find(asked.query, asked.filter, after=asked.after, bargain=bargain())
    return listed(asked.filter, after=asked.after, bargain=bargain())


def _read(arguments: Mapping[str, str], craft: str) -> Asked:
    craft = craft or (arguments.get("craft", "") if arguments.get("craft", "") in CRAFT_NAMES else "")
    wilaya = arguments.get("wilaya", "")
    sort = arguments.get("sort", "new")
    return Asked(
        query=clean(arguments.get("q", ""), limit=LONGEST_QUERY),
        filter=Filter(
            craft=craft,
            wilaya=wilaya if wilaya in {each.code for each in geography.wilayas()} else "",
            min_minor=_dinars(arguments.get("min", "")),
            max_minor=_dinars(arguments.get("max", "")),
            in_stock=arguments.get("stock") == "1",
            sort=sort if sort in SORTS else "new",
        ),
        after=arguments.get("after") or None,
    )


def _dinars(text: str) -> int | None:
    digits = "".join(western_digits(text).split())
    return int(digits) * 100 if digits.isascii() and digits.isdigit() and len(digits) < 9 else None


def _removable(asked: Asked, address: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each filter that is set, and the address of the same page without it."""
    given = {name: value for name, value in asked.arguments.items() if name != "sort"}
    found = [("craft", url_for("storefront.listing", **asked.arguments))] if asked.filter.craft else []
    for name in given:
        rest = {key: value for key, value in asked.arguments.items() if key != name}
        found.append((name, url_for("storefront.listing", **address, **rest)))
    return found
