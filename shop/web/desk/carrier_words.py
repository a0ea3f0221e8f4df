"""What carriers said that nothing here understands, of all workshops: whoever looks after Hirfa has it added."""

from __future__ import annotations

from flask import render_template

from shop.core import clock
from shop.plumbing.i18n import _
from shop.shipping.carriers import CARRIERS
from shop.shipping.strange_words import strange_words
from shop.stores import queries as stores
from shop.web.desk.blueprint import desk
from shop.web.ui.access import Access, entry
from shop.web.ui.templating import page_url


@desk.get("/carrier-words")
@entry(Access.OPERATOR)
def carrier_words() -> str:
    """List the words, those that were said last first."""
    names = {each.id: each.name for each in stores.all_stores()}
    rows = [(each, title_of(each.carrier), names.get(each.store_id, "")) for each in strange_words()]
    return render_template("desk/carrier_words.html", rows=rows, home_url=page_url("desk.home"), now=clock.now())


def title_of(carrier: str) -> str:
    """Return how a carrier is called here; its key where its plug-in is gone."""
    plugin = CARRIERS.usable.get(carrier)
    return _(plugin.title) if plugin is not None else carrier
