"""Product labels, price tags and the shop's poster: chosen on a page, sent as a PDF, and nothing of it is kept."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response

from shop.catalogue.models import Product
from shop.catalogue.queries import ProductView, studio_products
from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.documents import engine, invoices, nudges
from shop.documents import invoice_queries as papers
from shop.documents.goods import MOST_COPIES
from shop.documents.goods_content import LETTERS, label_of, label_texts, poster_of, tags_of
from shop.documents.papers import GOODS_PAPERS, POSTER_PAPERS
from shop.plumbing.db import session, transaction
from shop.plumbing.i18n import N_, _, pick
from shop.sharing import links
from shop.stores.models import Store
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import whole
from shop.web.studio.pages import shop_page
from shop.web.studio.pdf import pdf_answer
from shop.web.studio.pictures import hers
from shop.web.studio.share import QR_LETTER, address
from shop.web.ui.access import Access, entry
from shop.web.ui.crafts import CRAFT_NAMES
from shop.web.ui.errors import said
from shop.web.ui.forms import BlockField, ChoiceField, HirfaForm, TextField, WholeField, required
from shop.web.ui.here import here, settings
from shop.web.ui.templating import page_url, spelled

PAPER_WORDS = {
    "a4x21": (N_("A4 sheets of 21"), N_("Stickers of 63.5 × 38.1 mm, ordinary printer.")),
    "60x40": (N_("Roll of 60 × 40 mm"), N_("For a label printer.")),
    "50x30": (N_("Roll of 50 × 30 mm"), N_("For a label printer.")),
}
LANGUAGES_OF_LABEL = (("ar fr", N_("Arabic and French")), ("ar", N_("Arabic")), ("fr", N_("French")))
RATES = (("", N_("The rate of the shop")), ("19", N_("19 %, the ordinary rate")), ("9", N_("9 %, the reduced rate")),
         ("0", N_("No VAT on this product")))  # fmt: skip
MOST_TAGS = 300


class PaperForm(HirfaForm):
    """On what to print, and where on the sheet to begin."""

    paper = ChoiceField(N_("Paper"), [required()])
    copies = WholeField(N_("How many?"), [required()], least=1, most=MOST_COPIES)
    start = WholeField(N_("First free place on the sheet"), [required()], least=1, most=21)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paper.choices = [(key, _(PAPER_WORDS[key][0])) for key in GOODS_PAPERS]

    @property
    def place(self) -> int:
        """The first place on the sheet; a roll has one."""
        return int(self.start.data) if GOODS_PAPERS[self.paper.data].cells > 1 else 1

    @property
    def nudge(self) -> tuple[int, int]:
        """How far the printer is off: the one that prints the parcels' labels, when it takes such paper."""
        store: Store = here().store
        same = store.paper.startswith("a4") == str(self.paper.data).startswith("a4")
        return nudges.of_paper(store.id, store.paper) if same else (0, 0)


class LabelForm(PaperForm):
    """What stands on a product's label."""

    languages = ChoiceField(N_("Languages of the label"), [required()])
    net = TextField(N_("Net content"), most=LETTERS["net"])
    ingredients = BlockField(N_("Ingredients (INCI)"), most=LETTERS["ingredients"])
    precautions = BlockField(N_("Precautions"), most=LETTERS["precautions"])
    lot = TextField(N_("Lot"), most=LETTERS["lot"])
    made_on = TextField(N_("Made on"), most=LETTERS["made_on"])
    best_before = TextField(N_("Best before"), most=LETTERS["best_before"])
    after_opening = TextField(N_("After opening"), most=LETTERS["after_opening"])
    authorisation = TextField(N_("Authorisation"), most=LETTERS["authorisation"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages.choices = [(key, _(word)) for key, word in LANGUAGES_OF_LABEL]


@studio.get("/<name:store>/products/<number:product_id>/papers")
@entry(Access.HELPER)
def product_papers(product_id: int) -> str:
    """Show what can be printed for a product: its label, filled in with what is known of it, and its price tag."""
    view = hers(product_id)
    known = {"paper": "a4x21", "copies": 21, "start": 1, "languages": "ar fr", **label_texts(view.product, "fr")}
    return papers_page(view, LabelForm(data=known))


@studio.get("/<name:store>/products/<number:product_id>/labels.pdf")
@entry(Access.HELPER)
def goods_labels_pdf(product_id: int) -> Response | tuple[str, int]:
    """Send a product's labels as they were filled in."""
    view = hers(product_id)
    form = LabelForm(asked())
    if not form.validate():
        return papers_page(view, form), 422
    label = label_of(
        view.product, here().store, languages=tuple(str(form.languages.data).split()),
        **{name: form[name].data or "" for name in LETTERS},
    )  # fmt: skip
    session.rollback()
    try:
        pdf = engine.goods_labels_pdf(
            label, paper=str(form.paper.data), copies=int(form.copies.data), start=form.place, nudge=form.nudge
        )
    except Refused as refused:
        form.refuse(refused.field or "paper", said(refused))
        return papers_page(view, form), 422
    return pdf_answer(pdf, f"product-{product_id}")


@studio.post("/<name:store>/products/<number:product_id>/tax")
@entry(Access.OWNER)
def product_tax(product_id: int) -> Response | tuple[str, int]:
    """Give a product a rate of VAT of its own, or the shop's."""
    view = hers(product_id)
    wanted = request.form.get("rate", "")
    if wanted not in {key for key, _word in RATES}:
        return papers_page(view, LabelForm(data={}), problem=_("Please choose one of the rates.")), 422
    with transaction():
        invoices.set_tax(here().store.id, product_id, int(wanted) if wanted else None, by=here().by)
    flash(_("Saved."), "done")
    return redirect(page_url("studio.product_papers", product_id=product_id), 303)


@studio.get("/<name:store>/tags")
@entry(Access.HELPER)
def tags() -> str:
    """Let products be chosen for price tags."""
    return tags_page(PaperForm(data={"paper": "a4x21", "copies": 1, "start": 1}), ticked=chosen())


@studio.get("/<name:store>/tags.pdf")
@entry(Access.HELPER)
def tags_pdf() -> Response | tuple[str, int]:
    """Send price tags of products, each as often as asked."""
    form = PaperForm(asked())
    if not form.validate():
        return tags_page(form, ticked=chosen()), 422
    made = tags_of(here().store, chosen(), link=product_link)
    session.rollback()
    try:
        if len(made) * int(form.copies.data) > MOST_TAGS:
            raise Refused(N_("At most {most} tags can be printed at once."), field="copies", most=MOST_TAGS)
        every = [tag for tag in made for _copy in range(int(form.copies.data))]
        pdf = engine.tags_pdf(every, paper=str(form.paper.data), start=form.place, nudge=form.nudge)
    except Refused as refused:
        form.refuse(refused.field or "paper", said(refused))
        return tags_page(form, ticked=chosen()), 422
    return pdf_answer(pdf, "price-tags")


@studio.get("/<name:store>/poster.pdf")
@entry(Access.HELPER)
def poster_pdf() -> Response:
    """Send the poster that leads to the shop. Raises NotFound for another paper."""
    store, paper = here().store, request.args.get("paper", "a4")
    if paper not in POSTER_PAPERS:
        raise NotFound
    shown = settings().base_url.partition("://")[2].rstrip("/") + spelled(page_url("storefront.store", slug=store.slug))
    link = address(links.shop_link(store.id, QR_LETTER))
    poster = poster_of(store, link=link, shown=shown, craft=lambda key: _(CRAFT_NAMES[key]))
    session.rollback()
    return pdf_answer(engine.poster_pdf(poster, paper=paper), f"poster-{paper}")


def papers_page(view: ProductView, form: LabelForm, *, problem: str = "") -> str:
    """Draw the papers of a product with what was typed."""
    rules = papers.rules(here().store.id)
    rate = papers.rates(here().store.id, [view.product.id]).get(view.product.id)
    return shop_page(
        "studio/product_papers.html", "products", name=named(view.product), product=view.product, form=form,
        options=options(), failed=bool(form.errors or problem), problem=problem, charges_vat=rules.charges_vat,
        rates=RATES, rate="" if rate is None else str(rate),
    )  # fmt: skip


def tags_page(form: PaperForm, *, ticked: list[int]) -> str:
    """Draw the choice of products for price tags."""
    rows = [
        {"id": each.id, "name": named(each), "price": Money(each.price_minor, each.currency)}
        for each in (row.product for row in studio_products(here().store.id, state="published", limit=MOST_TAGS))
    ]
    return shop_page(
        "studio/tags.html", "products", rows=rows, form=form, options=options(), ticked=ticked,
        failed=bool(form.errors),
    )  # fmt: skip


def named(product: Product) -> tuple[str, str]:
    """Return a product's name in the reader's language, or the next best one, and its language."""
    return pick({"ar": product.name_ar, "fr": product.name_fr, "en": product.name_en})


def options() -> list[dict[str, str]]:
    """Return the small papers as radio cards."""
    return [{"value": key, "label": _(word), "note": _(note)} for key, (word, note) in PAPER_WORDS.items()]


def asked() -> ImmutableMultiDict[str, str]:
    """Return what the address asks, with nothing left out: an empty form is filled in wrongly, not not at all."""
    return ImmutableMultiDict([*request.args.items(multi=True), ("asked", "1")])


def chosen() -> list[int]:
    """Return the products that the address names; what is no number is no product."""
    return [each for each in (whole(text) for text in request.args.getlist("products")) if each][:MOST_TAGS]


def product_link(product_id: int) -> str:
    """Return the short address of a product's page; it says that its buyer came by a square."""
    return address(links.product_link(product_id, QR_LETTER))
