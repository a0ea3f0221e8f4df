"""Prices in other currencies: what one of each is worth, how prices are rounded, and what single pieces cost in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response
from wtforms import Field

from shop.abroad import queries, service
from shop.abroad.queries import Priced
from shop.abroad.words import CURRENCIES, STEPS, PriceList, units
from shop.core.errors import Refused
from shop.core.money import Money
from shop.payments.tills import till
from shop.plumbing.db import transaction
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import N_, _, pick
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import whole
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import AmountField, ChoiceField, DinarsField, HirfaForm, optional, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

PER_PAGE = 40
MOST_WORTH = service.MOST_WORTH.minor // 100
USUAL = ("EUR", "USD")
DEFAULT_STEP = 2  # the third of its steps: ten cents


@dataclass(frozen=True, slots=True)
class Row:
    """One thing on the list: its name, what its dinars are worth, and the field of its fixed price."""

    name: str
    language: str
    label: str
    unit: Money
    worth: Money | None
    field: Field


@studio.get("/<name:store>/settings/currencies")
@entry(Access.OWNER)
def currencies() -> str:
    """List the currencies: those of her lists with what they are worth, and the others."""
    kept = {each.currency: each for each in queries.lists([here().store.id])[here().store.id]}
    taken = till(here().store.id).currencies
    rows = [
        {"code": code, "name": _(name), "worth": worth_of(kept[code]) if code in kept else "",
         "taken": code in taken, "url": page_url("studio.currency", currency=code)}
        for code, name in CURRENCIES.items()
    ]  # fmt: skip
    first = [row for row in rows if row["code"] in kept or row["code"] in USUAL]
    return shop_page("studio/currencies.html", "", first=first, others=[row for row in rows if row not in first])


def worth_of(known: PriceList) -> str:
    """Say what a currency is worth: 1 EUR = 250 DA."""
    return _("{units} = {dinars}", units=money_text(one_of(known.currency)), dinars=money_text(known.worth))


def one_of(currency: str) -> Money:
    """Return the amount whose worth is told: one unit, or a hundred."""
    return Money(units(currency) * 10 ** Money(0, currency).decimals, currency)


@studio.route("/<name:store>/settings/currencies/<name:currency>", methods=["GET", "POST"])
@entry(Access.OWNER)
def currency(currency: str) -> str | Response | tuple[str, int]:
    """Keep the prices in one currency, look at them before, or stop asking them."""
    if currency not in CURRENCIES:
        raise NotFound
    action = request.form.get("action", "")
    if request.method == "POST" and action == "drop":
        return _dropped(currency)
    goods = queries.priced(here().store.id, skip=_page() * PER_PAGE, limit=PER_PAGE + 1)
    known = queries.list_in(here().store.id, currency, [each.variant_id for each in goods])
    form = form_of(currency, goods[:PER_PAGE], known)
    if request.method == "GET":
        return _drawn(currency, goods, known, form)
    right = form.validate()
    if not right or action == "look":
        return _drawn(currency, goods, known, form), 200 if right else 422
    try:
        with transaction():
            _keep(currency, goods[:PER_PAGE], form)
    except Refused as refused:
        form.refuse(refused.field, said(refused))
        return _drawn(currency, goods, known, form), 422
    flash(_("Saved."), "done")
    return redirect(page_url("studio.currency", currency=currency, page=_page() or None), 303)


def _page() -> int:
    return min(whole(request.args.get("page", "")) or 0, 1000)


def _dropped(currency: str) -> Response:
    with transaction():
        service.drop(here().store.id, currency, by=here().by)
    flash(_("Prices in this currency are no longer asked."), "done")
    return redirect(page_url("studio.currencies"), 303)


def _keep(currency: str, goods: list[Priced], form: HirfaForm) -> None:
    store_id, by = here().store.id, here().by
    service.keep(store_id, currency, worth=form["worth"].data, step=int(form["step"].data), by=by)
    fixed = {each.variant_id: form[f"fixed-{each.variant_id}"].data for each in goods}
    service.fix(store_id, currency, fixed, by=by)


def form_of(currency: str, goods: list[Priced], known: PriceList | None) -> HirfaForm:
    """Return the form of a list, with a field for the fixed price of each thing on the page."""
    steps = STEPS[Money(0, currency).decimals]
    fields: dict[str, Any] = {
        "worth": DinarsField(
            _("How many dinars is {amount} worth to you?", amount=money_text(one_of(currency))),
            [required(service.NO_WORTH)], most=MOST_WORTH,
        ),
        "step": ChoiceField(
            N_("Prices are rounded up to"), [required(service.NO_STEP)], message=service.NO_STEP,
            choices=[(str(each), money_text(Money(each, currency))) for each in steps],
        ),
    }  # fmt: skip
    for each in goods:
        fields[f"fixed-{each.variant_id}"] = AmountField(
            N_("Fixed price"), [optional()], currency=currency, most=service.MOST_PRICE
        )
    kind: type[HirfaForm] = type("PriceListForm", (HirfaForm,), fields)
    return kind(request.form if request.method == "POST" else None, data=_known(currency, goods, known))


def _known(currency: str, goods: list[Priced], known: PriceList | None) -> Mapping[str, Any]:
    if known is None:
        return {"step": str(STEPS[Money(0, currency).decimals][DEFAULT_STEP])}
    fixed = {f"fixed-{each.variant_id}": known.fixed.get(each.variant_id) for each in goods}
    prices = {name: Money(minor, currency) for name, minor in fixed.items() if minor is not None}
    return {"worth": known.worth, "step": str(known.step), **prices}


def _drawn(currency: str, goods: list[Priced], known: PriceList | None, form: HirfaForm) -> str:
    as_typed = _as_typed(currency, form)
    rows = [_row(each, as_typed, form[f"fixed-{each.variant_id}"]) for each in goods[:PER_PAGE]]
    following = page_url("studio.currency", currency=currency, page=_page() + 1) if len(goods) > PER_PAGE else ""
    return shop_page(
        "studio/currency.html", "", form=form, code=currency, name=_(CURRENCIES[currency]), rows=rows,
        known=known, failed=bool(form.errors), following=following, page=_page(),
        taken=currency in till(here().store.id).currencies,
    )  # fmt: skip


def _as_typed(currency: str, form: HirfaForm) -> PriceList | None:
    """Return the list as the form says it, so that it can be looked at before it is kept."""
    worth, step = form["worth"].data, str(form["step"].data or "")
    right = isinstance(worth, Money) and worth.minor > 0 and step.isascii() and step.isdigit() and int(step)
    return PriceList(currency, worth, int(step)) if right else None


def _row(each: Priced, mine: PriceList | None, field: Field) -> Row:
    name, language = pick(each.names)
    return Row(name, language, pick(each.labels)[0], each.unit, mine.converted(each.unit) if mine else None, field)
