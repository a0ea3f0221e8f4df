"""On what the labels print: the paper, where the sheet begins, prices on the slip."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import BooleanField

from shop.core.errors import Refused
from shop.documents import nudges
from shop.documents import papers as known
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.stores import service
from shop.web.studio.blueprint import studio
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, HirfaForm, WholeField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

PAPER_WORDS = {
    "100x150": (N_("Label roll, 100 × 150 mm"), N_("For a label printer.")),
    "4x6": (N_("Label roll, 4 × 6 inches"), N_("For a label printer.")),
    "80mm": (N_("Receipt roll, 80 mm"), N_("For a receipt printer: the label is a quarter smaller.")),
    "a6": (N_("A6 sheets"), N_("One label on each sheet.")),
    "a5": (N_("A5 sheets"), N_("One label on each sheet.")),
    "a4x2": (N_("A4 sheets, 2 labels"), N_("Cut in two. Half-used sheets can go on.")),
    "a4x4": (N_("A4 sheets, 4 labels"), N_("Cut in four, or with stickers. Half-used sheets can go on.")),
}


class PapersForm(HirfaForm):
    """The paper of the labels."""

    paper = ChoiceField(N_("Paper"), [required()])
    label_start = WholeField(N_("First free place on the sheet"), [required()], least=1, most=4)
    slip_prices = BooleanField(N_("Prices on the packing slip"))
    asks_photo = BooleanField(N_("No parcel leaves without a photo of what lies in it"))
    asks_weight = BooleanField(N_("No parcel leaves without having been weighed"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paper.choices = [(key, _(words[0])) for key, words in PAPER_WORDS.items()]


@studio.route("/<name:store>/settings/papers", methods=["GET", "POST"])
@entry(Access.OWNER)
def papers() -> str | Response | tuple[str, int]:
    """Set the paper of the labels; places of a sheet that has one only begin at 1."""
    form = PapersForm(request.form or None, obj=here().store)
    if request.method == "GET":
        return papers_page(form)
    if not (form.validate() and fits(form)):
        return papers_page(form), 422
    with transaction():
        service.update_profile(here().store.id, by=here().by, **form.data)
    flash(_("Saved."), "done")
    return redirect(page_url("studio.papers"), 303)


def papers_page(form: PapersForm) -> str:
    """Draw the papers with what was chosen."""
    options = paper_cards()
    return render_template(
        "studio/settings_papers.html", form=form, options=options, shop_name=here().store.name,
        failed=bool(form.errors), moved=nudges.of_papers(here().store.id),
    )  # fmt: skip


def paper_cards() -> list[dict[str, str]]:
    """Return the papers as radio cards."""
    return [{"value": key, "label": _(name), "note": _(note)} for key, (name, note) in PAPER_WORDS.items()]


def fits(form: PapersForm) -> bool:
    """Tell whether the start exists on the paper; the sentence goes to its field."""
    if known.PAPERS[form.paper.data].cells == 1:
        form.label_start.data = 1
    try:
        known.chosen(form.paper.data, start=form.label_start.data)
    except Refused as refused:
        form.refuse({"start": "label_start"}.get(refused.field, "paper"), said(refused))
        return False
    return True
