"""Products: the list with quick changes, and everything that can be said of one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import BooleanField

from shop.catalogue import queries, service
from shop.catalogue.models import Product
from shop.catalogue.queries import ProductView
from shop.core.errors import Refused
from shop.core.money import Money
from shop.core.text import clean
from shop.plumbing.db import transaction
from shop.plumbing.i18n import LANGUAGES, N_, _, pick
from shop.web.studio import pictures
from shop.web.studio.blueprint import studio
from shop.web.studio.pictures import hers
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.crafts import craft_choices
from shop.web.ui.errors import said
from shop.web.ui.forms import BlockField, ChoiceField, DinarsField, HirfaForm, TextField, WholeField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

LIMIT = 30
MOST_PIECES = 9_999
LONGEST_TEXT = 4000
STATES = {
    "draft": (N_("Draft"), "soon"),
    "published": (N_("In the shop"), "good"),
    "hidden": (N_("Hidden"), ""),
}
STORE_CLOSED = N_("Your shop is not open yet. The product is kept as a draft.")
STORE_SUSPENDED = N_("Your shop is suspended. The product is kept as it is.")
TWO_LANGUAGES = N_("Add the name in a second language: half of the customers read only one.")
WORDLESS = N_("Describe it in a few sentences: what it is for, how it is made.")
ONE_PICTURE = N_("Add a second photograph, from another side.")


class ProductForm(HirfaForm):
    """Everything that can be said of a product."""

    photos = TextField(N_("Photographs"))
    name_ar = TextField(N_("Name in Arabic"), most=160)
    name_fr = TextField(N_("Name in French"), most=160)
    name_en = TextField(N_("Name in English"), most=160)
    craft = ChoiceField(N_("Craft"), [required(N_("Please choose a craft."))])
    description_ar = BlockField(N_("Description in Arabic"), most=LONGEST_TEXT)
    description_fr = BlockField(N_("Description in French"), most=LONGEST_TEXT)
    description_en = BlockField(N_("Description in English"), most=LONGEST_TEXT)
    materials_ar = BlockField(N_("Materials or ingredients in Arabic"), most=LONGEST_TEXT)
    materials_fr = BlockField(N_("Materials or ingredients in French"), most=LONGEST_TEXT)
    materials_en = BlockField(N_("Materials or ingredients in English"), most=LONGEST_TEXT)
    weight_g = WholeField(N_("Weight with its packing, in grams"), [required()], most=100_000)
    fragile = BooleanField(N_("Fragile"))
    made_to_order_days = WholeField(N_("Made to order: ready in how many days?"), least=1, most=180)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.craft.choices = craft_choices()


class PriceAndStockForm(HirfaForm):
    """The two figures that change every day."""

    price = DinarsField(N_("Price in dinars"), [required()])
    on_hand = WholeField(N_("Pieces in stock"), [required()], most=MOST_PIECES)


@studio.get("/<name:store>/products")
@entry(Access.HELPER)
def products() -> str:
    """Show the products, the newest first."""
    return list_page()


@studio.post("/<name:store>/products/<number:product_id>/price-and-stock")
@entry(Access.HELPER)
def change_figures(product_id: int) -> Response | tuple[str, int]:
    """Change price and stock of a product that has no choices, from the list."""
    view = hers(product_id)
    shown = [each for each in view.variants if not each.hidden]
    if len(shown) != 1:
        return redirect(page_url("studio.variants", product_id=product_id), 303)
    form = PriceAndStockForm(request.form, prefix=f"p{product_id}-")
    if not (form.validate() and costs_something(form)):
        return list_page(wrong=(product_id, form)), 422
    with transaction():
        if form.price.data != shown[0].price:
            service.set_price(here().store.id, shown[0].id, form.price.data, by=here().by)
        service.count_stock(here().store.id, shown[0].id, form.on_hand.data, by=here().by)
    flash(_("Saved."), "done")
    return redirect(page_url("studio.products", _anchor=f"p{product_id}"), 303)


@studio.route("/<name:store>/products/<number:product_id>", methods=["GET", "POST"])
@entry(Access.HELPER, body=UPLOAD_BYTES)
def product(product_id: int) -> str | Response | tuple[str, int]:
    """Change what is said of a product, and add photographs."""
    view = hers(product_id)
    form = ProductForm(request.form or None, obj=view.product)
    if request.method == "GET":
        return product_page(view, form)
    received = pictures.receive(request.files.getlist("photos"))
    right = form.validate() and is_named(form)
    try:
        with pictures.kept(received) as shots, transaction():
            pictures.add_all(product_id, shots)
            if right:
                service.update_product(here().store.id, product_id, by=here().by, **written(form))
    except Refused as refused:
        form.refuse(refused.field or "photos", said(refused))
    for problem in received.problems:
        form.refuse("photos", problem)
    if form.summary:
        return product_page(hers(product_id), form), 422
    return published_or_told(product_id) if request.form.get("action") == "publish" else told(product_id, _("Saved."))


@studio.post("/<name:store>/products/<number:product_id>/publication")
@entry(Access.HELPER)
def publish(product_id: int) -> Response:
    """Let buyers see a product, or say what is missing."""
    hers(product_id)
    return published_or_told(product_id)


@studio.post("/<name:store>/products/<number:product_id>/hiding")
@entry(Access.HELPER)
def hide(product_id: int) -> Response:
    """Take a product off the shop."""
    with transaction():
        service.hide(here().store.id, product_id, by=here().by)
    return told(product_id, _("Hidden. Orders that have it go on."))


def list_page(*, wrong: tuple[int, PriceAndStockForm] | None = None) -> str:
    """Draw the list; `wrong` is the row whose figures could not be read."""
    text, state = clean(request.args.get("q", ""), limit=80), request.args.get("state", "")
    state = state if state in STATES else ""
    last = request.args.get("before", "")
    before = int(last) if last.isascii() and last.isdigit() and len(last) <= 18 else None
    rows = queries.studio_products(here().store.id, state=state, text=text, before=before, limit=LIMIT + 1)
    more = {name: value for name, value in (("q", text), ("state", state)) if value}
    following = page_url("studio.products", before=rows[LIMIT - 1].product.id, **more) if len(rows) > LIMIT else ""
    return render_template(
        "studio/products.html", shop_name=here().store.name, tab="products", states=states(), q=text, state=state,
        rows=[(row, pick(names(row)), figures(row, wrong)) for row in rows[:LIMIT]], following=following,
        wrong=wrong[1] if wrong else None, failed=bool(wrong), searched=bool(more or before), price_of=price_of,
    )  # fmt: skip


def product_page(view: ProductView, form: ProductForm) -> str:
    """Draw a product with everything that can be said of it."""
    name, name_lang = pick(view.names)
    return render_template(
        "studio/product.html", view=view, product=view.product, form=form, name=name, name_lang=name_lang,
        shop_name=here().store.name, states=states(), tab="products", failed=bool(form.summary), missing=missing(view),
        better=better(view), shown=[each for each in view.variants if not each.hidden], store=here().store,
    )  # fmt: skip


def states() -> dict[str, tuple[str, str]]:
    """Return each state's word and colour."""
    return {key: (_(word), kind) for key, (word, kind) in STATES.items()}


def names(row: queries.StudioRow) -> dict[str, str]:
    """Return a product's name in each language."""
    return {lang: getattr(row.product, f"name_{lang}") for lang in LANGUAGES}


def figures(row: queries.StudioRow, wrong: tuple[int, PriceAndStockForm] | None) -> PriceAndStockForm | None:
    """Return the small form of a row; None for a product with choices."""
    if row.choices != 1:
        return None
    if wrong and wrong[0] == row.product.id:
        return wrong[1]
    return PriceAndStockForm(prefix=f"p{row.product.id}-", price=price_of(row.product), on_hand=row.on_hand)


def price_of(product: Product) -> Money:
    """Return a product's lowest price."""
    return Money(product.price_minor, product.currency)


def costs_something(form: HirfaForm) -> bool:
    """Tell whether the price is above zero; the sentence goes to its field."""
    if form["price"].data is None or form["price"].data.minor > 0:
        return True
    form.refuse("price", _(service.PRICELESS))
    return False


def is_named(form: ProductForm) -> bool:
    """Tell whether a name is left; the sentence goes to the name in the reader's language."""
    if any(form[f"name_{lang}"].data for lang in LANGUAGES):
        return True
    form.refuse(f"name_{here().lang}", _(service.NAMELESS))
    return False


def published_or_told(product_id: int) -> Response:
    """Publish a product and say so; or say why it stays as it is."""
    try:
        with transaction():
            require_open_store()
            service.publish(here().store.id, product_id, by=here().by)
    except Refused as refused:
        flash(said(refused), "problem")
        return redirect(page_url("studio.product", product_id=product_id), 303)
    return told(product_id, _("It is in the shop. Customers can see it now."))


def require_open_store() -> None:
    """Raise Refused while buyers cannot enter the shop."""
    state = here().store.state
    if state != "open":
        raise Refused(STORE_SUSPENDED if state == "suspended" else STORE_CLOSED)


def told(product_id: int, sentence: str) -> Response:
    """Go to a product with a sentence."""
    flash(sentence, "done")
    return redirect(page_url("studio.product", product_id=product_id), 303)


def missing(view: ProductView) -> list[str]:
    """Return what keeps a product out of the shop."""
    store_open = view.store.state == "open"
    return [
        sentence
        for lacking, sentence in (
            (view.product.price_minor <= 0, _(service.PRICELESS)),
            (not view.pictures, _(service.PICTURELESS)),
            (not store_open, _("Open your shop in the settings.")),
        )
        if lacking
    ]


def better(view: ProductView) -> list[str]:
    """Return what would help a product to be found and understood."""
    return [
        _(sentence)
        for lacking, sentence in (
            (sum(map(bool, view.names.values())) < 2, TWO_LANGUAGES),
            (not any(view.descriptions.values()), WORDLESS),
            (len(view.pictures) == 1, ONE_PICTURE),
        )
        if lacking
    ]


def written(form: ProductForm) -> dict[str, Any]:
    """Return the fields of a product as they were typed."""
    texts = [f"{what}_{lang}" for what in ("name", "description", "materials") for lang in LANGUAGES]
    values: dict[str, Any] = {name: form[name].data or "" for name in texts}
    return values | {name: form[name].data for name in ("craft", "weight_g", "fragile", "made_to_order_days")}
