"""What a service of cards held has reached her account: which payments it covers, what came, what the service kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.errors import InvalidTransition, Refused
from shop.core.money import total
from shop.core.text import western_digits
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.plumbing.links import new_token
from shop.settlement import books, payouts
from shop.settlement.books import Source
from shop.settlement.payouts import Held
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import whole
from shop.web.studio.money import named
from shop.web.studio.pages import shop_page
from shop.web.studio.rests import BEFORE
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import AmountField, DayField, HirfaForm, TextField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

LONGEST_KEY = 64
MEANWHILE = N_("Some of these payments were written down meanwhile.")


class PayoutForm(HirfaForm):
    """What the statement of her account says."""

    received = AmountField(N_("Amount that came"), [required(N_("Write how much came."))])
    received_on = DayField(N_("Received on"), [required(N_("Choose a day."))], since=2015)
    reference = TextField(N_("Reference of the payment"), most=60)

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Read the amount in the currency of the payments."""
        self.received.currency = currency_in(formdata or {})
        super().process(formdata, *args, **kwargs)


@dataclass(frozen=True, slots=True)
class Row:
    """One payment on the form, ticked or not."""

    payment: Held
    ticked: bool


def currency_in(fields: Mapping[str, str]) -> str:
    """Return the currency that a form or an address names, dinars for none."""
    told = fields.get("currency", "")
    return told if re.fullmatch("[A-Z]{3}", told) else "DZD"


@studio.get("/<name:store>/money/payouts/new")
@entry(Access.OWNER)
def payout() -> str:
    """Show what a service holds; all that it took up to a day is ticked."""
    return payout_page(PayoutForm(received_on=clock.today()), until=asked_day(request.args.get("until", "")))


@studio.post("/<name:store>/money/payouts/new", endpoint="record_payout")
@entry(Access.OWNER)
def record() -> Response | tuple[str, int]:
    """Write down what came and which payments it covers; the rest is the service's fee."""
    form = PayoutForm(request.form)
    ticked = {number for text in request.form.getlist("lines") if (number := whole(text))}
    if not form.validate():
        return payout_page(form, ticked), 422
    try:
        with transaction():
            made = payouts.record_payout(
                here().store.id, method=request.form.get("service", "")[:32],
                key=request.form.get("key", "")[:LONGEST_KEY], payment_ids=sorted(ticked),
                received=form.received.data, received_on=form.received_on.data,
                reference=form.reference.data or "", by=here().by,
                sure=request.form.get("sure") == "1",
            )  # fmt: skip
    except InvalidTransition:
        return payout_page(form, ticked, problem=("lines", _(MEANWHILE))), 409
    except Refused as refused:
        if refused.field in {"received", "received_on", "reference"}:
            form.refuse(refused.field, said(refused))
            return payout_page(form, ticked), 422
        return payout_page(form, ticked, problem=(refused.field or "lines", said(refused))), 422
    if made.repeated:
        flash(_(BEFORE), "problem")
    return redirect(page_url("studio.remittance_page", remittance_id=made.remittance_id), 303)


def payout_page(
    form: PayoutForm, ticked: set[int] | None = None, *, until: date | None = None,
    problem: tuple[str, str] | None = None,
) -> str:  # fmt: skip
    """Draw what a service holds, and what is asked of its payout; without `ticked`, all that it took until a day is."""
    services, until = books.with_services(here().store.id), until or clock.today()
    source = asked_service(services)
    rows = [Row(each, is_ticked(each, ticked, until)) for each in held(source)]
    return shop_page(
        "studio/payout.html", "money", form=form, rows=rows, source=source, named=named, today=clock.today(),
        services=services, until=until, extra=[problem] if problem else [],
        failed=bool(problem or form.summary), high=problem is not None and problem[0] == "sure",
        sum=total((each.payment.amount for each in rows if each.ticked), source.received.currency) if source else None,
        key=request.form.get("key", "")[:LONGEST_KEY] or new_token(),
    )  # fmt: skip


def asked_service(every: Sequence[Source]) -> Source | None:
    """Return the service that the page is about: the one asked for, else the first that holds money; None if none."""
    asked = (request.values.get("service", ""), currency_in(request.values))
    mine = [each for each in every if (each.title, each.received.currency) == asked]
    return mine[0] if mine else every[0] if every and not asked[0] else None


def held(source: Source | None) -> list[Held]:
    """Return what a service holds, the oldest first."""
    return payouts.held(here().store.id, source.title, source.received.currency) if source else []


def is_ticked(payment: Held, ticked: set[int] | None, until: date) -> bool:
    """Tell whether a payment is covered, as she said or because it came until a day."""
    return clock.local(payment.at).date() <= until if ticked is None else payment.payment_id in ticked


def asked_day(text: str) -> date:
    """Return the day that was asked for, today for none."""
    try:
        return date.fromisoformat(western_digits(text[:10]))
    except ValueError:
        return clock.today()
