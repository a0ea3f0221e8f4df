"""The choices of a product: size, scent, colour, each with its own price and stock."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import BooleanField

from shop.catalogue import options, service
from shop.catalogue.models import Variant
from shop.catalogue.queries import ProductView
from shop.catalogue.service import VariantRow
from shop.core.errors import NotFound, Refused
from shop.plumbing.db import transaction
from shop.plumbing.i18n import LANGUAGES, N_, _, pick
from shop.web.studio.blueprint import studio
from shop.web.studio.pictures import hers
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, DinarsField, HirfaForm, TextField, WholeField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

MOST_PIECES = 9_999
EMPTY_ROWS = 2


class VariantForm(HirfaForm):
    """One choice."""

    label_ar = TextField(N_("In Arabic"), most=80)
    label_fr = TextField(N_("In French"), most=80)
    label_en = TextField(N_("In English"), most=80)
    price = DinarsField(N_("Price in dinars"), [required()])
    on_hand = WholeField(N_("Pieces in stock"), [required()], most=MOST_PIECES)
    seen = WholeField(N_("Pieces in stock"), most=MOST_PIECES)  # what stood there: sales meanwhile are respected
    hidden = BooleanField(N_("Do not offer this choice"))
    picture = ChoiceField(N_("Photograph that shows it"))


@dataclass
class Choice:
    """A row of the page: its form, and the variant that it changes, if any."""

    form: VariantForm
    variant_id: int | None = None
    pair: dict[str, str] | None = None  # the labels of a pair of values, which are not typed here

    @property
    def labels(self) -> dict[str, str]:
        """What buyers read, by language."""
        return self.pair or {lang: self.form[f"label_{lang}"].data or "" for lang in LANGUAGES}

    @property
    def title(self) -> str:
        """The pair of values that it stands for, in the reader's language."""
        return pick(self.pair)[0] if self.pair else ""


@studio.route("/<name:store>/products/<number:product_id>/variants", methods=["GET", "POST"])
@entry(Access.HELPER)
def variants(product_id: int) -> str | Response | tuple[str, int]:
    """Write all choices of a product, in their order."""
    view = hers(product_id)
    if request.method == "GET":
        return variants_page(view, known(view) + empty(view))
    rows = typed(view)
    used = [row for row in rows if row.variant_id is not None or is_used(row)]
    problems = [] if used else [("v0-label_ar", _("Keep at least one choice."))]
    problems += [fault for row in used for fault in faults(row, several=len(used) > 1)]
    if problems:
        return variants_page(view, rows, problems), 422
    try:
        with transaction():
            service.set_variants(here().store.id, product_id, [written(row) for row in used], by=here().by)
            options.show_by(here().store.id, product_id, shown_by(used), by=here().by)
    except Refused as refused:
        return variants_page(view, rows, [("v0-label_ar", said(refused))]), 422
    flash(_("Saved."), "done")
    return redirect(page_url("studio.product", product_id=product_id), 303)


def variants_page(view: ProductView, rows: list[Choice], problems: list[tuple[str, str]] | None = None) -> str:
    """Draw the choices, and empty rows for more."""
    name, name_lang = pick(view.names)
    return render_template(
        "studio/product_variants.html", view=view, name=name, name_lang=name_lang, rows=rows, tab="products",
        problems=problems or [], failed=bool(problems), shop_name=here().store.name,
    )  # fmt: skip


def known(view: ProductView) -> list[Choice]:
    """Return the choices as they are stored."""
    rows = []
    for n, each in enumerate(view.variants):
        face = view.options.faces.get(each.id)
        picture = str(face.picture_id) if face and face.picture_id else None
        form = with_pictures(
            view, VariantForm(prefix=f"v{n}-", obj=each, data={"picture": picture, "seen": each.on_hand})
        )
        rows.append(Choice(form, each.id, pair_of(view, each)))
    return rows


def empty(view: ProductView) -> list[Choice]:
    """Return rows to write more choices into; pairs of values come from their options."""
    first = len(view.variants)
    return [] if view.options else [Choice(VariantForm(prefix=f"v{first + n}-")) for n in range(EMPTY_ROWS)]


def with_pictures(view: ProductView, form: VariantForm) -> VariantForm:
    """Offer the photographs of the product."""
    form.picture.choices = [(str(each.id), _("Photograph {n}", n=n)) for n, each in enumerate(view.pictures, start=1)]
    return form


def pair_of(view: ProductView, variant: Variant) -> dict[str, str] | None:
    """Return the labels of a variant that stands for a pair of values; None when she names it here."""
    if not view.options:
        return None
    return {lang: getattr(variant, f"label_{lang}") for lang in LANGUAGES}


def shown_by(rows: list[Choice]) -> dict[int, int | None]:
    """Return which photograph shows each variant that was there before."""
    pictures = {row.variant_id: row.form.picture.data for row in rows}
    return {each: int(picture) if picture else None for each, picture in pictures.items() if each is not None}


def typed(view: ProductView) -> list[Choice]:
    """Return the rows as they came. Raises NotFound for a variant of another product."""
    own = {each.id: each for each in view.variants}
    rows = []
    for n in range(service.MOST_VARIANTS + EMPTY_ROWS):
        if f"v{n}-price" not in request.form:
            break
        given = request.form.get(f"v{n}-id", "")
        variant_id = int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None
        if variant_id is not None and variant_id not in own:
            raise NotFound(f"no variant {variant_id}")
        form = with_pictures(view, VariantForm(request.form, prefix=f"v{n}-"))
        rows.append(Choice(form, variant_id, pair_of(view, own[variant_id]) if variant_id else None))
    return rows


def is_used(row: Choice) -> bool:
    """Tell whether anything was typed into an empty row."""
    return any(row.labels.values()) or bool(row.form.price.raw_data and row.form.price.raw_data[0].strip())


def faults(row: Choice, *, several: bool) -> list[tuple[str, str]]:
    """Check a row; with several choices each needs a name in one language."""
    row.form.validate()
    if several and not any(row.labels.values()):
        row.form.refuse("label_fr", _("Write what makes this choice different, in one language at least."))
    if row.form.price.data is not None and not row.form.price.errors and row.form.price.data.minor == 0:
        row.form.refuse("price", _(service.PRICELESS))
    return row.form.summary


def written(row: Choice) -> VariantRow:
    """Return a row as the catalogue takes it."""
    form = row.form
    return VariantRow(
        row.labels,
        form.price.data,
        form.on_hand.data,
        hidden=form.hidden.data,
        variant_id=row.variant_id,
        seen=form.seen.data,
    )
