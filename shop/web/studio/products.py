"""Products: the list with quick changes, and everything that can be said of one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from shop.catalogue import details, forbidden, queries, service, wording
from shop.catalogue.families import CAUTION_ADVICE, family_of
from shop.catalogue.formalities import MEASURED_NAMES, meters
from shop.catalogue.leaving import is_cosmetic
from shop.catalogue.models import Product
from shop.catalogue.queries import ProductView
from shop.core.errors import Refused
from shop.core.money import Money
from shop.core.text import clean
from shop.plumbing.db import transaction
from shop.plumbing.i18n import LANGUAGES, N_, NATIVE_NAMES, _, pick
from shop.stores.queries import missing_mentions
from shop.web.studio import pictures
from shop.web.studio.blueprint import studio
from shop.web.studio.once import acting, is_later
from shop.web.studio.pictures import hers
from shop.web.studio.product_form import PREFIX, ProductForm, SaidForm, names, said_form, said_in
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import DinarsField, HirfaForm, WholeField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

LIMIT = 30
MOST_PIECES = 9_999
STATES = {
    "draft": (N_("Draft"), "soon"),
    "published": (N_("In the shop"), "good"),
    "hidden": (N_("Hidden"), ""),
}
STORE_SUSPENDED = N_("Your shop is suspended. The product is kept as it is.")
TWO_LANGUAGES = N_("Add the name in a second language: half of the customers read only one.")
IN_REVIEW = N_("The people who run Hirfa look at a word of it first. It goes into the shop by itself if they agree.")
WORDLESS = N_("Describe it in a few sentences: what it is for, how it is made.")
ONE_PICTURE = N_("Add a second photograph, from another side.")


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
    store_id, place = here().store.id, page_url("studio.products", _anchor=f"p{product_id}")
    with acting() as leads_to:
        leads_to(place)
        if form.price.data.minor not in {shown[0].price_minor, stood(f"p{product_id}-was")}:
            service.set_price(store_id, shown[0].id, form.price.data, by=here().by)
        service.count_stock(store_id, shown[0].id, form.on_hand.data, seen=stood(f"p{product_id}-seen"), by=here().by)
    flash(_("Saved."), "done")
    return redirect(place, 303)


@studio.route("/<name:store>/products/<number:product_id>", methods=["GET", "POST"])
@entry(Access.HELPER, body=UPLOAD_BYTES)
def product(product_id: int) -> str | Response | tuple[str, int]:
    """Change what is said of a product, and add photographs."""
    view = hers(product_id)
    typed = request.form if request.method == "POST" else None
    form, family = ProductForm(typed, product=view.product), family_of(view.product)
    more = said_form(family, details.said_of([product_id])[product_id], typed)
    if request.method == "GET":
        return product_page(view, form, more)
    received = pictures.receive(request.files.getlist("photos"))
    right = all([form.validate(), more.validate(), is_named(form), form.is_whole()])
    try:
        with pictures.kept(received) as shots, transaction():
            pictures.add_all(product_id, shots)
            if right:
                details.say(here().store.id, product_id, said_in(more, family), by=here().by)
                service.update_product(here().store.id, product_id, by=here().by, **form.written())
    except Refused as refused:
        at, _colon, field = refused.field.rpartition(":")
        (more if at == wording.SAID else form).refuse(field or "photos", said(refused))
    for problem in received.problems:
        form.refuse("photos", problem)
    if form.summary or more.summary:
        return product_page(hers(product_id), form, more), 422
    return published_or_told(product_id) if request.form.get("action") == "publish" else told(product_id, _("Saved."))


@studio.post("/<name:store>/products/<number:product_id>/publication")
@entry(Access.HELPER)
def publish(product_id: int) -> Response:
    """Let buyers see a product, or say what is missing; one that they see already stays as it is."""
    if is_later() and hers(product_id).product.state == "published":
        return redirect(page_url("studio.product", product_id=product_id), 303)
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
        rows=[(row, pick(names_of(row)), figures(row, wrong)) for row in rows[:LIMIT]], following=following,
        wrong=wrong[1] if wrong else None, failed=bool(wrong), searched=bool(more or before), price_of=price_of,
    )  # fmt: skip


def product_page(view: ProductView, form: ProductForm, more: SaidForm) -> str:
    """Draw a product with everything that can be said of it."""
    name, name_lang = pick(view.names)
    return render_template(
        "studio/product.html", view=view, product=view.product, form=form, more=more, name=name, name_lang=name_lang,
        shop_name=here().store.name, states=states(), tab="products", failed=bool(form.summary or more.summary),
        missing=missing(view), better=better(view), shown=[each for each in view.variants if not each.hidden],
        store=here().store, family=family_of(view.product), meters=told_meters(view), cautions=CAUTION_ADVICE,
        lot=details.current_lot(view.store.id, view.product.id), waiting=view.product.queued,
        staying=staying(view.product), cosmetic=is_cosmetic(view.product.hs_code),
    )  # fmt: skip


def stood(name: str) -> int | None:
    """Return a figure that stood in the form when it was drawn, hours ago perhaps: left alone, it changes nothing."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def states() -> dict[str, tuple[str, str]]:
    """Return each state's word and colour."""
    return {key: (_(word), kind) for key, (word, kind) in STATES.items()}


def names_of(row: queries.StudioRow) -> dict[str, str]:
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
            require_no_suspension()
            shown = service.publish(here().store.id, product_id, by=here().by)
    except Refused as refused:
        flash(said(refused), "problem")
        return redirect(page_url("studio.product", product_id=product_id), 303)
    if not shown:
        return told(product_id, _(IN_REVIEW))
    if here().store.state == "draft":
        return told(product_id, _("It is ready. Customers see it when your shop opens."))
    return told(product_id, _("It is in the shop. Customers can see it now."))


def require_no_suspension() -> None:
    """Raise Refused while the shop is suspended; in one that is not open yet, a product waits for the day."""
    if here().store.state == "suspended":
        raise Refused(STORE_SUSPENDED)


def told(product_id: int, sentence: str) -> Response:
    """Go to a product with a sentence."""
    flash(sentence, "done")
    return redirect(page_url("studio.product", product_id=product_id), 303)


def missing(view: ProductView) -> list[tuple[str, str]]:
    """Return what keeps a product out of the shop: sentences, and where each is mended."""
    product_id, duties = view.product.id, details.lacking_of(view.product)
    found = [
        (view.product.price_minor <= 0, _(service.PRICELESS), page_url("studio.variants", product_id=product_id)),
        (not view.pictures, _(service.PICTURELESS), page_url("studio.pictures", product_id=product_id)),
        *((each.mandatory, _(each.sentence), mended(view, each.field)) for each in duties),
        *((view.store.state != "draft", _(each.sentence), page_url(f"studio.{each.page}", _anchor=each.field))
          for each in missing_mentions(view.store)),
        *((True, sentence, where) for sentence, where in doubts(view.product)),
        (view.store.state == "suspended", _(STORE_SUSPENDED), page_url("studio.settings")),
    ]  # fmt: skip
    return [(sentence, where) for lacking, sentence, where in found if lacking]


def doubts(product: Product) -> list[tuple[str, str]]:
    """Return what the list of forbidden words says of a product: refused, waiting at the desk, refused there."""
    found = forbidden.found_in(wording.texts_of(product)[product.id])
    review = forbidden.review_of(product.id) if found else None
    said_of = {"": "", "allowed": "", "waiting": _(IN_REVIEW)}
    if review is not None and review.state == "refused":
        said_of["refused"] = _("The people who run Hirfa refused it: {note}", note=review.note)
    answer = said_of[review.state if review is not None else ""]
    refused = [
        (_(forbidden.FORBIDDEN, word=each.forbidden.word, ground=_(forbidden.GROUNDS[each.forbidden.ground])),
         written_at(product.id, each.field))
        for each in found
        if each.forbidden.rule == forbidden.REFUSE
    ]  # fmt: skip
    return [*dict(refused).items(), *([(answer, written_at(product.id, found[0].field))] if answer else [])]


def written_at(product_id: int, field: str) -> str:
    """Return where she writes a text of a product, by its field as `catalogue.wording` names it."""
    kind, _colon, name = field.rpartition(":")
    if kind == wording.CHOICE:
        return page_url("studio.variants", product_id=product_id)
    if kind == wording.VALUE or name.startswith("option"):
        return page_url("studio.options", product_id=product_id)
    return f"#{PREFIX}{name}" if kind == wording.SAID else f"#{name}"


def better(view: ProductView) -> list[tuple[str, str]]:
    """Return what would help a product to be found and understood: sentences, and where each is mended."""
    product_id, duties = view.product.id, details.lacking_of(view.product)
    found = [
        *((True, _(each.sentence), mended(view, each.field)) for each in duties),
        (sum(map(bool, view.names.values())) < 2, _(TWO_LANGUAGES), "#name_ar"),
        (not any(view.descriptions.values()), _(WORDLESS), "#description"),
        (len(view.pictures) == 1, _(ONE_PICTURE), page_url("studio.pictures", product_id=product_id)),
    ]
    return [(sentence, where) for lacking, sentence, where in found if lacking]


def staying(product: Product) -> list[tuple[str, str]]:
    """Return what keeps a product in the country, once she said anything of it for customs, and where it is mended."""
    said = product.abroad or product.net_weight_g or product.customs_fr or product.customs_en
    found = details.staying_of(product) if said else []
    return [(_(each.sentence, **{name: _(value) for name, value in each.values}), f"#{each.field}") for each in found]


def mended(view: ProductView, field: str) -> str:
    """Return where a missing formality is written."""
    if field == "maker":
        return page_url("studio.settings")
    if field == "lot":
        return page_url("studio.lots", product_id=view.product.id)
    return f"#{PREFIX}{next((names(each)[0] for each in family_of(view.product).all if each.key == field), field)}"


def told_meters(view: ProductView) -> list[dict[str, Any]]:
    """Return how much is said in each language, in words."""
    texts = {"name": view.names, "description": view.descriptions, "materials": view.materials}
    alts = [{lang: getattr(each, f"alt_{lang}") for lang in LANGUAGES} for each in view.pictures]
    return [
        {
            "name": NATIVE_NAMES[each.lang], "lang": each.lang, "there": len(each.there),
            "most": len(each.there) + len(each.lacking),
            "lacking": _("Missing: {what}", what=_(", ").join(_(MEASURED_NAMES[what]) for what in each.lacking))
            if each.lacking else "",
        }
        for each in meters(texts, alts)
    ]  # fmt: skip
