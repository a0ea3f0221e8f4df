"""The queue of the registrations that wait to be verified, and one workshop's papers beside each other."""

from __future__ import annotations

import base64

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.plumbing import geography
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.stores import papers, queries, service, verification
from shop.stores.models import Store, Submission
from shop.web.desk.blueprint import desk
from shop.web.desk.stores import found
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import BlockField, ChoiceField, HirfaForm, required
from shop.web.ui.here import here, settings
from shop.web.ui.media import card_name, private_storage
from shop.web.ui.registers import NAMES, verification_words
from shop.web.ui.templating import page_url

ANSWERS = {"": N_("Sent"), "verified": N_("Verified"), "refused": N_("Refused"), "replaced": N_("Changed since")}


class RefusalForm(HirfaForm):
    """Why a registration is refused: one of a list, and a sentence that the artisan reads."""

    reason = ChoiceField(N_("What is wrong?"), [required(N_("Choose what is wrong."))])
    note = BlockField(N_("In your words"), most=600)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [(key, _(sentence)) for key, sentence in verification.REASONS.items()]


@desk.get("/verifications")
@entry(Access.OPERATOR)
def verifications() -> str:
    """Show what waits, the oldest first."""
    return render_template(
        "desk/verifications.html", rows=queries.waiting_submissions(), home_url=page_url("desk.home"), now=clock.now(),
        kinds={key: _(name) for key, name in NAMES.items()}, warned=warned,
    )  # fmt: skip


@desk.get("/verifications/<number:store_id>")
@entry(Access.OPERATOR)
def verification_of(store_id: int) -> str:
    """Show one workshop's papers, what looks unusual, and what was answered before."""
    return papers_page(found(store_id), RefusalForm())


@desk.post("/verifications/<number:store_id>/card")
@entry(Access.OPERATOR)
def look_at_card(store_id: int) -> str:
    """Show the photo of the card within the page, once: the journal says who looked."""
    row, sent = found(store_id), latest(store_id)
    if not sent.card:
        raise NotFound("no card")
    picture = private_storage().get(card_name(sent.card))
    with transaction():
        verification.look_at_card(store_id, sent.id, by=here().by)
    return papers_page(row, RefusalForm(), picture="data:image/webp;base64," + base64.b64encode(picture).decode())


@desk.post("/verifications/<number:store_id>/approval")
@entry(Access.OPERATOR)
def approve(store_id: int) -> Response | tuple[str, int]:
    """Say that the workshop is who it says."""
    row = found(store_id)
    try:
        with transaction():
            verification.verify(store_id, asked_about(), by=here().by)
    except Refused as refused:
        return papers_page(found(store_id), RefusalForm(), problem=said(refused)), 422
    flash(_("{shop} is verified.", shop=row.name), "done")
    return redirect(page_url("desk.verifications"), 303)


@desk.post("/verifications/<number:store_id>/refusal")
@entry(Access.OPERATOR)
def refuse(store_id: int) -> Response | tuple[str, int]:
    """Refuse what was sent, with a reason that the artisan reads."""
    row, form = found(store_id), RefusalForm(request.form or None)
    if not form.validate():
        return papers_page(row, form), 422
    try:
        with transaction():
            verification.refuse(
                store_id, asked_about(), reason=form.reason.data, note=form.note.data or "", by=here().by
            )
            if not settings().unverified_may_sell:
                service.stop_unverified(store_id, by=here().by)
    except Refused as refused:
        form.refuse(refused.field or "reason", said(refused))
        return papers_page(found(store_id), form), 422
    flash(_("Refused. {shop} is told why.", shop=row.name), "done")
    return redirect(page_url("desk.verifications"), 303)


def asked_about() -> int:
    """Return which submission the operator had before her eyes: another one that came meanwhile is not answered."""
    text = request.form.get("submission", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def latest(store_id: int) -> Submission:
    """Return what a workshop sent last. Raises NotFound when it never sent anything."""
    sent = queries.submissions(store_id)
    if not sent:
        raise NotFound(f"workshop {store_id} sent nothing")
    return sent[0]


def papers_page(row: Store, form: RefusalForm, *, picture: str = "", problem: str = "") -> str:
    """Draw one workshop's papers."""
    sent = queries.submissions(row.id)
    return render_template(
        "desk/verification.html", store=row, form=form, sent=sent, last=sent[0] if sent else None, picture=picture,
        problem=problem, failed=bool(problem or form.errors), state=verification_words()[row.verification],
        facts=facts(row), warnings=[(field, _(sentence)) for field, sentence in papers.warnings(row, clock.today())],
        answers={key: _(word) for key, word in ANSWERS.items()}, home_url=page_url("desk.home"),
        reasons={key: _(sentence) for key, sentence in verification.REASONS.items()},
    )  # fmt: skip


def facts(row: Store) -> list[tuple[str, str, object]]:
    """Return (field, label, value) of what is to be compared with the card."""
    wilaya = geography.label(geography.wilaya(row.register_wilaya)) if row.register_wilaya else ""
    return [
        ("legal_name", _("Name"), row.legal_name),
        ("register_type", _("Kind of registration"), _(NAMES[row.register_type])),
        ("register_number", _("Registration number"), row.register_number),
        ("register_wilaya", _("Wilaya of the register"), wilaya),
        ("register_issued", _("Issued on"), row.register_issued),
        ("register_expires", _("Valid until"), row.register_expires),
        ("nif", _("Tax number (NIF)"), row.nif),
        ("nis", _("Statistical number (NIS)"), row.nis),
    ]


def warned(row: Store) -> int:
    """Return how many things look unusual in a workshop's papers."""
    return len(papers.warnings(row, clock.today()))
