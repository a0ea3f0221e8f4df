"""What keeps a shop closed, in sentences, each with the page where it is mended."""

from __future__ import annotations

from shop.opening.queries import DELIVERY, PLACE, PRODUCT, PUBLICATION, Lack, facts, lacks
from shop.plumbing.i18n import _
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

LEGAL_FIELDS = frozenset({"legal_name", "register_number", "nif"})
SCREENS = {PLACE: "craft", PRODUCT: "product", DELIVERY: "delivery"}
ON_PAPERS = LEGAL_FIELDS | {"address", "phone", "email"}  # the fields of the opening's last screen


def missing_lines() -> list[tuple[str, str]]:
    """Return what keeps the shop from opening, each as a sentence and the address where it is mended."""
    return [(_(lack.sentence), lack_url(lack)) for lack in lacks(facts(here().store))]


def lack_url(lack: Lack) -> str:
    """Return where something missing is written."""
    if lack.what == PUBLICATION and lack.product_id is not None:
        return page_url("studio.product", product_id=lack.product_id)
    if lack.what in ON_PAPERS:
        return page_url("studio.wizard", screen="papers", _anchor=lack.what)
    screen = SCREENS.get(lack.what)
    return page_url("studio.wizard", screen=screen) if screen else field_url(lack.what)


def field_url(field: str) -> str:
    """Return where a mandatory mention is written in the settings."""
    page = "studio.legal" if field in LEGAL_FIELDS else "studio.profile"
    return page_url(page, _anchor=field)
