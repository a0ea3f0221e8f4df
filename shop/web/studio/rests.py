"""What was missing of a carrier's payment came later: said on its parcel, once."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.errors import InvalidTransition, Refused
from shop.core.money import Money
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.settlement import rests, service
from shop.settlement.rests import ShortLine
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import whole
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import NOT_AN_AMOUNT, DayField, DinarsField, HirfaForm, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

BEFORE = N_("This was already written down. Nothing was changed.")
ALL_THERE = N_("Nothing is missing of this parcel.")


class RestForm(HirfaForm):
    """How much came, and when."""

    received = DinarsField(N_("Amount that came"), [required(NOT_AN_AMOUNT)])
    received_on = DayField(N_("Received on"), [required(N_("Choose a day."))], since=2015)


@studio.get("/<name:store>/money/rests/<number:payment_id>")
@entry(Access.OWNER)
def rest(payment_id: int) -> Response | str:
    """Ask how much came of what is missing of a parcel: all of it, unless she says otherwise."""
    line = rests.line_of(here().store.id, payment_id)
    if line.missing.minor <= 0:
        return nothing_missing(line)
    return rest_page(line, RestForm(received=line.missing, received_on=clock.today()), line.missing.minor)


@studio.post("/<name:store>/money/rests/<number:payment_id>", endpoint="record_rest")
@entry(Access.OWNER)
def record(payment_id: int) -> Response | tuple[str, int]:
    """Write the rest down; what is more or less than was missing stays visible on the parcel."""
    line, form = rests.line_of(here().store.id, payment_id), RestForm(request.form)
    missing = Money(whole(request.form.get("missing", "")), line.missing.currency)
    if not form.validate():
        return rest_page(line, form, missing.minor), 422
    try:
        with transaction():
            made = service.record_rest(
                here().store.id, payment_id, missing=missing, received=form.received.data,
                received_on=form.received_on.data, by=here().by,
            )  # fmt: skip
    except InvalidTransition:
        return nothing_missing(line)
    except Refused as refused:
        form.refuse(refused.field if refused.field in {"received", "received_on"} else "received", said(refused))
        return rest_page(line, form, missing.minor), 422
    if made.repeated:
        flash(_(BEFORE), "problem")
    return redirect(page_url("studio.remittance_page", remittance_id=made.remittance_id), 303)


def nothing_missing(line: ShortLine) -> Response:
    """Lead to the parcel's remittance, which shows how it stands."""
    flash(_(ALL_THERE), "done")
    return redirect(page_url("studio.remittance_page", remittance_id=line.remittance_id), 303)


def rest_page(line: ShortLine, form: RestForm, missing: int) -> str:
    """Draw what was expected, what came so far, and what is asked."""
    return shop_page(
        "studio/rest.html", "money", line=line, form=form, missing=missing, today=clock.today(),
        failed=bool(form.summary),
    )  # fmt: skip
