"""Money that a carrier will never bring: given up with a reason, and taken back while nothing has come."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, Refused
from shop.core.money import Money
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.settlement import losses
from shop.settlement.losses import MOST_SAID, NO_REASON, Owed
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import whole
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm, TextField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

GIVEN_UP = N_("Written down: this money will not come. It is off what the carrier owes you.")
MOVED = N_("Nothing is missing of this parcel any more, or another amount. Nothing was changed.")
OWED_AGAIN = N_("The carrier owes you this money again.")
NOT_GIVEN_UP = N_("This money is not given up any more. Nothing was changed.")


class LossForm(HirfaForm):
    """Why it will not come."""

    reason = TextField(N_("Why it will not come"), [required(NO_REASON)], most=MOST_SAID)


@studio.get("/<name:store>/money/losses/<number:payment_id>")
@entry(Access.OWNER)
def loss(payment_id: int) -> Response | str:
    """Ask why what is missing of a parcel will not come."""
    stands = losses.owed(here().store.id, payment_id)
    return loss_page(stands, LossForm()) if stands.missing else to_lost(MOVED)


@studio.post("/<name:store>/money/losses/<number:payment_id>", endpoint="record_loss")
@entry(Access.OWNER)
def record(payment_id: int) -> Response | tuple[str, int]:
    """Give up what is missing of a parcel, as it was seen."""
    stands, form = losses.owed(here().store.id, payment_id), LossForm(request.form)
    missing = Money(whole(request.form.get("missing", "")), stands.missing.currency)
    if not form.validate():
        return loss_page(stands, form), 422
    try:
        with transaction():
            losses.give_up(here().store.id, payment_id, missing=missing, reason=form.reason.data or "", by=here().by)
    except InvalidTransition:
        return to_lost(MOVED)
    except Refused as refused:
        form.refuse("reason", said(refused))
        return loss_page(stands, form), 422
    flash(_(GIVEN_UP), "done")
    return redirect(page_url("studio.money"), 303)


@studio.post("/<name:store>/money/losses/<number:payment_id>/return")
@entry(Access.OWNER)
def take_back_loss(payment_id: int) -> Response:
    """Let the carrier owe again what was given up."""
    losses.owed(here().store.id, payment_id)
    try:
        with transaction():
            losses.take_back(here().store.id, payment_id, by=here().by)
    except InvalidTransition:
        return to_lost(NOT_GIVEN_UP)
    flash(_(OWED_AGAIN), "done")
    return redirect(page_url("studio.money"), 303)


def to_lost(why: str) -> Response:
    """Lead to what was given up, with why nothing was changed."""
    flash(_(why), "problem")
    return redirect(page_url("studio.money_orders", figure="lost"), 303)


def loss_page(stands: Owed, form: LossForm) -> str:
    """Draw what was to come, what is missing, and the reason that is asked."""
    return shop_page("studio/loss.html", "money", row=stands, form=form, failed=bool(form.summary))
