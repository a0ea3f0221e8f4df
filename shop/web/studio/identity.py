"""The legal identity: register, numbers, the photo of the card, and how far the platform has checked them."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Response as Answer
from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.plumbing import geography, images
from shop.plumbing.db import after_commit, transaction
from shop.plumbing.i18n import N_, _
from shop.stores import papers, queries, service, verification
from shop.stores.models import REGISTERS, Store, Submission
from shop.web.studio.blueprint import studio
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import BareNumberField, ChoiceField, DayField, HirfaForm, TextField, required
from shop.web.ui.here import here, settings
from shop.web.ui.media import card_name, private_storage
from shop.web.ui.registers import register_choices, verification_words
from shop.web.ui.templating import page_url

SENT = N_("Sent. The people who run Hirfa look at it and tell you.")
CHECKED_AGAIN = N_("Saved. What you changed is checked again; until then your page shows no badge.")


class LegalForm(HirfaForm):
    """Under which name and numbers the workshop is registered: what a shop needs before it opens."""

    legal_name = TextField(N_("Name under which you are registered"), [required()], most=160)
    register_type = ChoiceField(N_("Kind of registration"), [required()])
    register_number = TextField(N_("Registration number"), [required()], most=40)
    nif = BareNumberField(N_("Tax number (NIF)"), most=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register_type.choices = register_choices(REGISTERS)


class RegisterForm(LegalForm):
    """The same, and all that the platform compares with the card."""

    register_wilaya = ChoiceField(N_("Wilaya of the register"))
    register_issued = DayField(N_("Issued on"))
    register_expires = DayField(N_("Valid until"))
    nis = BareNumberField(N_("Statistical number (NIS)"), most=20)
    card = TextField(N_("Photo of the card or extract"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register_wilaya.choices = [(each.code, geography.label(each)) for each in geography.wilayas()]


@studio.route("/<name:store>/settings/legal", methods=["GET", "POST"])
@entry(Access.OWNER, body=UPLOAD_BYTES)
def legal() -> str | Response | tuple[str, int]:
    """Set the legal identity and send it to be verified; what looks unusual is said, not refused."""
    form = RegisterForm(request.form or None, obj=here().store)
    if request.method == "GET":
        return legal_page(form)
    right = form.validate()
    picture = received(form)
    before = here().store.verification
    try:
        with kept(picture) as key, transaction():
            keep(form if right else None, key)
            if not form.errors and request.form.get("action") == "send":
                verification.submit(here().store.id, by=here().by)
    except Refused as refused:
        form.refuse(refused.field or "legal_name", said(refused))
    if form.errors:
        return legal_page(form), 422
    flash(outcome(before), "done")
    return redirect(page_url("studio.legal" if looks_unusual() else "studio.settings"), 303)


@studio.get("/<name:store>/settings/legal/card")
@entry(Access.OWNER)
def card() -> Answer:
    """Show the owner the photo of her card: from a private place, kept by no browser."""
    key = here().store.card
    if not key:
        raise NotFound("no card")
    answer = Answer(private_storage().get(card_name(key)), mimetype="image/webp")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def received(form: RegisterForm) -> images.Prepared | None:
    """Return the photo that came, remade; a sentence goes to its field when it cannot be read."""
    upload = request.files.get("card")
    if upload is None or not upload.filename:
        return None
    try:
        return images.prepare(upload.stream.read(images.MOST_BYTES + 1))
    except Refused as refused:
        form.refuse("card", said(refused))
        return None


@contextlib.contextmanager
def kept(picture: images.Prepared | None) -> Iterator[str]:
    """Write the file and give its key ("" for none); when the block fails, the file goes away again."""
    key = secrets.token_hex(12) if picture is not None else ""
    try:
        if picture is not None:
            private_storage().put(card_name(key), picture.original, "image/webp")
        yield key
    except BaseException:
        forget(key)
        raise


def keep(form: RegisterForm | None, key: str) -> None:
    """Write what is right, inside the caller's transaction: the fields, and the photo in place of the one before."""
    store_id, by = here().store.id, here().by
    if form is not None:
        service.update_profile(store_id, by=by, **written(form))
    if key:
        before = service.keep_card(store_id, key, by=by)
        after_commit(lambda: forget(before))


def forget(key: str) -> None:
    """Remove the file of a card."""
    if key:
        private_storage().delete(card_name(key))


def legal_page(form: RegisterForm) -> str:
    """Draw the legal identity with what was typed."""
    store = here().store
    sent = queries.submissions(store.id)
    return render_template(
        "studio/settings_legal.html", form=form, store=store, shop_name=store.name, failed=bool(form.errors),
        warnings=warnings(store), state=verification_words()[store.verification], last=last_answer(sent),
        history=[each for each in sent if each.answer != "replaced"], reasons=reasons(),
        no_auto_entrepreneur=_(papers.NO_AUTO_ENTREPRENEUR), may_sell=settings().unverified_may_sell,
    )  # fmt: skip


def last_answer(sent: list[Submission]) -> Submission | None:
    """Return the last submission that the operator answered."""
    return next((each for each in sent if each.answer in {"verified", "refused"}), None)


def outcome(before: str) -> str:
    """Return what saving did, in a sentence."""
    store = here().store
    if store.verification == "submitted" and before == "verified":
        return _(CHECKED_AGAIN)
    return _(SENT) if store.verification == "submitted" and before != "submitted" else _("Saved.")


def warnings(store: Store) -> list[tuple[str, str]]:
    """Return what looks unusual, in the reader's language."""
    return [(field, _(sentence)) for field, sentence in papers.warnings(store, clock.today())]


def looks_unusual() -> bool:
    """Tell whether something looks unusual: then she is led back to the page that says so."""
    return bool(warnings(here().store))


def reasons() -> dict[str, str]:
    """Return each reason for a refusal in words."""
    return {key: _(sentence) for key, sentence in verification.REASONS.items()}


def written(form: RegisterForm) -> dict[str, Any]:
    """Return what the form holds, nothing typed as empty text; days stay days."""
    days = ("register_issued", "register_expires")
    texts = {name: form[name].data or "" for name in form.data if name not in {*days, "card"}}
    found: dict[str, date | None] = {name: form[name].data for name in days}
    return texts | found
