"""The last screen: what the law asks a seller to show, and the paper that her labels are printed on."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.documents import papers as known
from shop.opening import service as opening
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.stores import service
from shop.stores.papers import unusual_nif
from shop.web.studio.identity import LegalForm
from shop.web.studio.papers import PAPER_WORDS, paper_cards
from shop.web.studio.profile import written
from shop.web.studio.readiness import missing_lines
from shop.web.studio.wizard_frame import (
    PAPERS,
    is_unsent,
    keep_unsent,
    next_url,
    screen_page,
    unsent,
)
from shop.web.ui.forms import ChoiceField, EmailField, PhoneField, TextField, required
from shop.web.ui.here import here


class PapersScreenForm(LegalForm):
    """Her legal identity, how she is reached, and the paper of the labels."""

    address = TextField(N_("Address of the workshop"), [required()], most=300)
    phone = PhoneField(N_("Phone that customers may call"), [required()])
    email = EmailField(N_("E-mail"), [required()])
    paper = ChoiceField(N_("Paper"), [required()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paper.choices = [(key, _(words[0])) for key, words in PAPER_WORDS.items()]


def papers_screen() -> str | Response | tuple[str, int]:
    """Set the legal identity and the paper; then the shop can open."""
    form = PapersScreenForm(request.form or unsent(PAPERS), obj=here().store)
    if request.method == "GET":
        return papers_page(form)
    if is_unsent():
        return keep_unsent(PAPERS, form)
    if not form.validate():
        return papers_page(form), 422
    fields = written(form)
    if known.PAPERS[form.paper.data].cells == 1:
        fields["label_start"] = 1
    with transaction():
        service.update_profile(here().store.id, by=here().by, **fields)
        opening.forget(here().who.account_id, PAPERS)
    if unusual_nif(form.nif.data or ""):
        flash(_("A NIF usually has 15 or 20 digits. Please check yours."), "problem")
    return redirect(next_url(PAPERS), 303)


def papers_page(form: PapersScreenForm) -> str:
    """Draw the screen; what is missing on the other screens is told too."""
    elsewhere = [line for line in missing_lines() if f"/opening/{PAPERS}#" not in line[1]]
    return screen_page(PAPERS, form, options=paper_cards(), missing=elsewhere)
