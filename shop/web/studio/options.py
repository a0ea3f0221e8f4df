"""Two options of a product (size and scent, say): their names and values, one value to a line."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.catalogue import options as catalogue
from shop.catalogue.models import Value
from shop.catalogue.options import OptionRow
from shop.catalogue.queries import ProductView
from shop.core.errors import Refused
from shop.plumbing.db import transaction
from shop.plumbing.i18n import LANGUAGES, N_, _, pick
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import shop_page
from shop.web.studio.pictures import hers
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import BlockField, HirfaForm, TextField
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

LONGEST_VALUE = 40
MOST_LETTERS = catalogue.MOST_VALUES * (LONGEST_VALUE + 1)
UNEVEN = N_("Write as many lines as in the other languages: line by line they mean the same.")
VALUE_TOO_LONG = N_("A value can have {most} letters at most.")
TOO_MANY_VALUES = N_("An option can have {most} values at most.")


class OptionForm(HirfaForm):
    """One option: its name and its values in each language."""

    name_ar = TextField(N_("Name in Arabic"), most=40)
    name_fr = TextField(N_("Name in French"), most=40)
    name_en = TextField(N_("Name in English"), most=40)
    values_ar = BlockField(N_("Values in Arabic, one to a line"), most=MOST_LETTERS)
    values_fr = BlockField(N_("Values in French, one to a line"), most=MOST_LETTERS)
    values_en = BlockField(N_("Values in English, one to a line"), most=MOST_LETTERS)

    def lines(self, lang: str) -> list[str]:
        """Return the values of a language, as they stand in their lines."""
        return [line.strip() for line in (self[f"values_{lang}"].data or "").splitlines() if line.strip()]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all was typed."""
        return not any(field.data for field in self)

    def fits(self) -> bool:
        """Check that the lines of all languages go together; the sentences go to their fields."""
        counts = {lang: len(self.lines(lang)) for lang in LANGUAGES}
        most = max(counts.values())
        for lang, count in counts.items():
            if count and count != most:
                self.refuse(f"values_{lang}", _(UNEVEN))
            if count > catalogue.MOST_VALUES:
                self.refuse(f"values_{lang}", _(TOO_MANY_VALUES, most=catalogue.MOST_VALUES))
            if any(len(line) > LONGEST_VALUE for line in self.lines(lang)):
                self.refuse(f"values_{lang}", _(VALUE_TOO_LONG, most=LONGEST_VALUE))
        if not most or not any(self[f"name_{lang}"].data for lang in LANGUAGES):
            self.refuse(f"name_{here().lang}" if most else f"values_{here().lang}", _(catalogue.NAMELESS))
        return not self.summary

    def row(self) -> OptionRow:
        """Return the option as the catalogue takes it."""
        lines = {lang: self.lines(lang) for lang in LANGUAGES}
        count = max(map(len, lines.values()))
        values = [{lang: lines[lang][n] for lang in LANGUAGES if lines[lang]} for n in range(count)]
        return OptionRow({lang: self[f"name_{lang}"].data or "" for lang in LANGUAGES}, values)


@studio.route("/<name:store>/products/<number:product_id>/options", methods=["GET", "POST"])
@entry(Access.HELPER)
def options(product_id: int) -> str | Response | tuple[str, int]:
    """Write the options of a product; each pair of values is then a choice with its price and stock."""
    view = hers(product_id)
    forms = [option_form(view, n) for n in (1, 2)]
    if request.method == "GET":
        return options_page(view, forms)
    used = [form for form in forms if not form.is_empty]
    fitting = [form.validate() and form.fits() for form in used]
    if not all(fitting):
        return options_page(view, forms), 422
    try:
        with transaction():
            catalogue.set_options(here().store.id, product_id, [form.row() for form in used], by=here().by)
    except Refused as refused:
        forms[0].refuse(f"values_{here().lang}", said(refused))
        return options_page(view, forms), 422
    flash(_("Saved. Now the price and the stock of each."), "done")
    return redirect(page_url("studio.variants", product_id=product_id), 303)


def option_form(view: ProductView, n: int) -> OptionForm:
    """Return the form of the first or the second option, with what is known or typed."""
    values: Sequence[Value] = (view.options.first, view.options.second)[n - 1]
    known = {f"name_{lang}": getattr(view.product, f"option{n}_{lang}") for lang in LANGUAGES}
    for lang in LANGUAGES:
        labels = [getattr(each, f"label_{lang}") for each in values]
        known[f"values_{lang}"] = "\n".join(labels) if all(labels) else ""
    return OptionForm(request.form if request.method == "POST" else None, prefix=f"o{n}-", data=known)


def options_page(view: ProductView, forms: list[OptionForm]) -> str:
    """Draw both options."""
    name, _name_lang = pick(view.names)
    problems = [each for form in forms for each in form.summary]
    return shop_page(
        "studio/product_options.html", "products", forms=forms, view=view, name=name, failed=bool(problems),
        problems=problems,
    )  # fmt: skip
