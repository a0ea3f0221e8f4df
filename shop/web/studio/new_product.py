"""A new product in two minutes: what is right is kept as a draft while the rest is asked again."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session
from werkzeug.wrappers import Response

from shop.catalogue import queries, service
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.plumbing.formats import date_short
from shop.plumbing.i18n import LANGUAGES, N_, _
from shop.plumbing.links import new_token
from shop.web.studio import pictures
from shop.web.studio.blueprint import studio
from shop.web.studio.once import acting
from shop.web.studio.pictures import hers
from shop.web.studio.products import MOST_PIECES, costs_something, published_or_told, told
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.crafts import craft_choices
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, DinarsField, HirfaForm, TextField, WholeField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

FRENCH_LETTERS = frozenset("àâæçéèêëîïôœùûü")


class NewProductForm(HirfaForm):
    """What a product needs before it is sold; the name in the language that she writes."""

    photos = TextField(N_("Photographs"))
    name = TextField(N_("Name of the product"), [required(service.NAMELESS)], most=160)
    price = DinarsField(N_("Price in dinars"), [required(service.PRICELESS)])
    stock = WholeField(N_("Pieces in stock"), [required()], most=MOST_PIECES)
    craft = ChoiceField(N_("Craft"), [required(N_("Please choose a craft."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.craft.choices = craft_choices()


@studio.route("/<name:store>/products/new", methods=["GET", "POST"])
@entry(Access.HELPER, body=UPLOAD_BYTES)
def new_product() -> str | Response | tuple[str, int]:
    """Make a product. Whatever is right is kept as a draft; the rest is asked again with what was typed."""
    form = NewProductForm(request.form or None, craft=here().store.craft)
    if request.method == "GET":
        return new_page(form, key=new_token())
    draft, repeated = known_draft()
    if repeated:
        return redirect(page_url("studio.product", product_id=draft), 303)
    received = pictures.receive(request.files.getlist("photos"))
    right = form.validate() and costs_something(form)
    for problem in received.problems:
        form.refuse("photos", problem)
    if right or received.good:
        draft = keep_draft(draft, form, received)
    if form.summary:
        return new_page(form, key=request.form.get("key", "")[:40], draft=draft), 422
    assert draft is not None
    session["made"] = [request.form.get("key", "")[:40], draft]
    return published_or_told(draft) if request.form.get("action") == "publish" else told(draft, _("Kept as a draft."))


def new_page(form: NewProductForm, *, key: str, draft: int | None = None) -> str:
    """Draw the form of a new product, with the photographs that are kept already."""
    shots = hers(draft).pictures if draft else ()
    return render_template(
        "studio/product_new.html", form=form, key=key, draft=draft, shots=shots, shop_name=here().store.name,
        failed=bool(form.summary), tab="products", store_open=here().store.state != "suspended",
    )  # fmt: skip


def known_draft() -> tuple[int | None, bool]:
    """Return the draft that this form goes on with, and whether the very same form came before."""
    key, made = request.form.get("key", "")[:40], session.get("made", ["", 0])
    if key and made[0] == key and queries.studio_product(here().store.id, made[1]) is not None:
        return made[1], True
    given = request.form.get("draft", "")
    if not given:
        return None, False
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise NotFound("no such draft")
    return hers(int(given)).product.id, False


def keep_draft(draft: int | None, form: NewProductForm, received: pictures.Received) -> int:
    """Write what is right of a new product, and its photographs; return its number."""
    try:
        with pictures.kept(received) as shots, acting() as leads_to:
            made = draft or begin(form)
            if draft:
                go_on(draft, form)
            pictures.add_all(made, shots)
            leads_to(page_url("studio.product", product_id=made))
    except Refused as refused:
        form.refuse(refused.field, said(refused))
        if draft is None:
            raise
        return draft
    return made


def begin(form: NewProductForm) -> int:
    """Make the draft; without a name yet it is called after the day."""
    price, stock = form.price.data or Money(0), form.stock.data or 0
    craft = form.craft.data or here().store.craft
    made = service.create_product(
        here().store.id, by=here().by, craft=craft, names=named(form), price=price, stock=stock
    )
    return made.id


def go_on(draft: int, form: NewProductForm) -> None:
    """Write what was corrected into the draft."""
    store_id, by = here().store.id, here().by
    blank = {f"name_{lang}": "" for lang in LANGUAGES}
    spoken = {f"name_{lang}": text for lang, text in named(form).items()}
    service.update_product(store_id, draft, by=by, craft=form.craft.data or here().store.craft, **(blank | spoken))
    variant = hers(draft).variants[0]
    if form.price.data:
        service.set_price(store_id, variant.id, form.price.data, by=by)
    service.count_stock(store_id, variant.id, form.stock.data or 0, by=by)


def named(form: NewProductForm) -> dict[str, str]:
    """Return the name under the language that it is written in."""
    text = "" if form.name.errors else form.name.data or ""
    if not text:
        return {here().lang: _("Draft of {day}", day=date_short(clock.today()))}
    if any("\u0600" <= letter <= "\u06ff" for letter in text):
        return {"ar": text}
    french = here().lang != "en" or any(letter in FRENCH_LETTERS for letter in text.lower())
    return {"fr" if french else "en": text}
