"""The addresses of the three steps: details, a look at everything, the confirmation; of a basket, or of a link."""

from __future__ import annotations

from dataclasses import dataclass

from shop.web.ui.templating import page_url


@dataclass(frozen=True, slots=True)
class Steps:
    """Where each step stands; `articles` is where the lines are changed, empty where they can't be."""

    details: str
    parcels: str
    check: str
    place: str
    articles: str = ""


def of_basket() -> Steps:
    """Return the steps of the visitor's own basket."""
    return Steps(
        details=page_url("storefront.details"), parcels=page_url("storefront.parcels"),
        check=page_url("storefront.check"), place=page_url("storefront.place"), articles=page_url("storefront.cart"),
    )  # fmt: skip


def of_link(token: str) -> Steps:
    """Return the steps of a link that the artisan made: what it holds is not changed."""
    return Steps(
        details=page_url("storefront.link_details", token=token),
        parcels=page_url("storefront.link_parcels", token=token), check=page_url("storefront.link_check", token=token),
        place=page_url("storefront.link_place", token=token),
    )  # fmt: skip
