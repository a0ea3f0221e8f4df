"""Delivery: the carriers of a shop, their rates per wilaya (typed or pasted) and their pick-up desks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import BooleanField

from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.core.text import western_digits
from shop.plumbing import geography
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _, ngettext
from shop.shipping import abroad, partners, queries, service
from shop.shipping.carriers import CARRIERS
from shop.shipping.models import CarrierAccount, DeliveryRate
from shop.shipping.service import DeskRow, RateRow
from shop.web.studio.blueprint import studio
from shop.web.studio.cover import tariff_of
from shop.web.studio.tariff import TariffForm, known_tariff
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, DinarsField, HirfaForm, PhoneField, TextField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

OWN = "own_delivery"
NOTHING: Mapping[str, int | None] = MappingProxyType({})
MOST_DINARS = 100_000
MOST_DAYS = 60
CARRIER_WORDS = {
    "rate_sheet": (N_("A delivery company"), N_("You type its prices per wilaya and give it your parcels.")),
    "algerie_poste": (N_("Algérie Poste, EMS"), N_("You type its prices, and the number that the counter gives you.")),
    OWN: (N_("I deliver myself"), N_("To the door, in the wilayas that you choose.")),
}
PARTNER = N_("With its key, its prices come, and parcels are booked and followed by themselves.")
THERE = N_("Parcels abroad: with its key, they are booked with its label and followed by themselves.")
DAYS = re.compile(r"(\d{1,2})(?:\s*[-–—/à]\s*(\d{1,2}))?")


def carrier_words() -> dict[str, tuple[str, str]]:
    """Return every carrier that can be chosen: its name and what it means, in English msgids; partners first."""
    others = {
        key: (each.title, THERE if each.abroad else PARTNER) for key, each in CARRIERS.usable.items() if each.outside
    }  # fmt: skip
    return others | CARRIER_WORDS


class CarrierForm(HirfaForm):
    """A carrier as buyers read it."""

    title = TextField(N_("Name in French"), [required()], most=80)
    title_ar = TextField(N_("Name in Arabic"), most=80)
    phone = PhoneField(N_("Phone of the carrier"))
    return_cost = DinarsField(N_("What does a parcel that comes back cost you?"))
    may_open = BooleanField(N_("The customer may open the parcel before paying"))
    insured_from = DinarsField(N_("Insure parcels worth at least"))


class NewCarrierForm(CarrierForm):
    """The same, and of which kind it is."""

    carrier = ChoiceField(N_("Who delivers?"), [required(N_("Please choose who delivers."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.carrier.choices = [(key, _(words[0])) for key, words in carrier_words().items()]


class PasteForm(HirfaForm):
    """A rate sheet as text."""

    text = TextField(N_("Rates"))


class DeskForm(HirfaForm):
    """A pick-up desk."""

    name = TextField(N_("Name of the desk"), [required()], most=120)
    wilaya_code = ChoiceField(N_("Wilaya"), [required(N_("Please choose a wilaya."))])
    address = TextField(N_("Address"), [required()], most=300)
    hours = TextField(N_("Opening hours"), most=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wilaya_code.choices = [(each.code, geography.label(each)) for each in geography.wilayas()]


@dataclass
class RateLine:
    """One wilaya of the table, as it is typed."""

    code: str
    label: str
    home: str = ""
    desk: str = ""
    days: str = ""
    errors: list[str] = field(default_factory=list)


@studio.get("/<name:store>/settings/delivery")
@entry(Access.OWNER)
def delivery() -> str:
    """Show who delivers, and how many wilayas each serves."""
    store = here().store
    there = abroad.countries_of(store.id)
    cards = [
        (
            account, there[account.id] if account.carrier in partners.abroad() else
            len(queries.rates(store.id, account.id)), len(queries.desks(store.id, account.id)),
        )
        for account in queries.carrier_accounts(store.id)
    ]  # fmt: skip
    return render_template(
        "studio/settings_delivery.html",
        shop_name=store.name,
        cards=cards,
        far=partners.far(),
        words=carrier_words(),
        leaving=partners.abroad(),
    )


@studio.route("/<name:store>/settings/delivery/new", methods=["GET", "POST"])
@entry(Access.OWNER)
def new_carrier() -> str | Response | tuple[str, int]:
    """Add a carrier, then go on to its prices."""
    form = NewCarrierForm(request.form or None)
    if request.method == "GET":
        return carrier_page(form, None)
    if not form.validate():
        return carrier_page(form, None), 422
    try:
        with transaction():
            made = service.add_carrier(
                here().store.id, form.carrier.data, form.title.data or "", title_ar=form.title_ar.data or "",
                phone=form.phone.data or "", may_open=form.may_open.data, return_minor=_minor(form.return_cost),
                by=here().by,
            )  # fmt: skip
    except Refused as refused:
        form.refuse(refused.field, said(refused))
        return carrier_page(form, None), 422
    if partners.partner_of(made) is not None:
        flash(_("Saved. Now its key."), "done")
        return redirect(page_url("studio.connection", account_id=made.id), 303)
    flash(_("Saved. Now the prices per wilaya."), "done")
    return redirect(page_url("studio.rates", account_id=made.id), 303)


@studio.route("/<name:store>/settings/delivery/<number:account_id>", methods=["GET", "POST"])
@entry(Access.OWNER)
def carrier(account_id: int) -> str | Response | tuple[str, int]:
    """Change a carrier's names, phone and promise, or stop and resume it."""
    account = queries.carrier_account(here().store.id, account_id)
    form = CarrierForm(request.form or None, obj=account)
    if request.method == "GET":
        return carrier_page(form, account)
    if not form.validate():
        return carrier_page(form, account), 422
    active = {"stop": False, "resume": True}.get(request.form.get("action", ""), account.active)
    with transaction():
        service.change_carrier(
            here().store.id, account_id, by=here().by, title=form.title.data, title_ar=form.title_ar.data or "",
            phone=form.phone.data or "", may_open=form.may_open.data, return_minor=_minor(form.return_cost),
            active=active, insured_from_minor=_minor(form.insured_from),
        )  # fmt: skip
    flash(_("Saved."), "done")
    return redirect(page_url("studio.delivery"), 303)


def _minor(field: DinarsField) -> int | None:
    return None if field.data is None else field.data.minor


@studio.route("/<name:store>/settings/delivery/<number:account_id>/rates", methods=["GET", "POST"])
@entry(Access.OWNER)
def rates(account_id: int) -> str | Response | tuple[str, int]:
    """Type what delivery costs, wilaya by wilaya; an empty line is not served."""
    account = home_carrier(account_id)
    tariff = TariffForm(request.form or None, account=account)
    if request.method == "GET":
        return rates_page(account, known_lines(account), tariff)
    lines = typed_lines(request.form)
    if request.form.get("action") == "fill":
        fill_empty(lines, request.form)
        return rates_page(account, lines, tariff, filled=True)
    rows = [row for row in map(read_line, lines) if row is not None]
    if not tariff.is_whole() or any(line.errors for line in lines):
        return rates_page(account, lines, tariff), 422
    return set_rates(account, rows, tariff.written())


@studio.route("/<name:store>/settings/delivery/<number:account_id>/rates/pasted", methods=["GET", "POST"])
@entry(Access.OWNER)
def paste_rates(account_id: int) -> str | Response | tuple[str, int]:
    """Read a pasted rate sheet: first what it would do, line by line; then do it."""
    account = home_carrier(account_id)
    text = request.form.get("text", "")
    if request.method == "GET":
        return paste_page(account, text, None, [])
    rows, problems = service.read_rates_csv(text)
    if request.form.get("action") == "apply" and rows:
        return set_rates(account, merged(account, rows))
    return paste_page(account, text, rows, [(each.line, _(each.message, **each.values)) for each in problems])


@studio.route("/<name:store>/settings/delivery/<number:account_id>/desks", methods=["GET", "POST"])
@entry(Access.OWNER)
def desks(account_id: int) -> str | Response | tuple[str, int]:
    """Show the pick-up desks and add one."""
    account = home_carrier(account_id)
    form = DeskForm(request.form or None)
    if request.method == "GET":
        return desks_page(account, form)
    if not form.validate():
        return desks_page(account, form), 422
    with transaction():
        service.add_desk(here().store.id, account_id, desk_row(form), by=here().by)
    flash(_("The desk is added."), "done")
    return redirect(page_url("studio.desks", account_id=account_id), 303)


@studio.route("/<name:store>/settings/delivery/<number:account_id>/desks/<number:desk_id>", methods=["GET", "POST"])
@entry(Access.OWNER)
def desk(account_id: int, desk_id: int) -> str | Response | tuple[str, int]:
    """Change a pick-up desk, hide it or show it again."""
    account = home_carrier(account_id)
    known = next((each for each in queries.desks(here().store.id, account_id) if each.id == desk_id), None)
    if known is None:
        raise NotFound
    form = DeskForm(request.form or None, obj=known)
    if request.method == "GET":
        return desks_page(account, form, desk=known)
    if not form.validate():
        return desks_page(account, form, desk=known), 422
    active = {"hide": False, "show": True}.get(request.form.get("action", ""), known.active)
    with transaction():
        service.change_desk(here().store.id, desk_id, desk_row(form), active=active, by=here().by)
    flash(_("Saved."), "done")
    return redirect(page_url("studio.desks", account_id=account_id), 303)


def home_carrier(account_id: int) -> CarrierAccount:
    """Return a carrier of the shop that has prices per wilaya and desks. Raises NotFound for one of parcels abroad."""
    account = queries.carrier_account(here().store.id, account_id)
    if account.carrier in partners.abroad():
        raise NotFound(f"carrier {account_id} takes parcels abroad only")
    return account


@studio.post("/<name:store>/settings/delivery/<number:account_id>/first")
@entry(Access.OWNER)
def carrier_first(account_id: int) -> Response:
    """Put a carrier before the others."""
    with transaction():
        service.ask_first(here().store.id, account_id, by=here().by)
    return redirect(page_url("studio.delivery", _anchor=f"c{account_id}"), 303)


def carrier_page(form: CarrierForm, account: CarrierAccount | None) -> str:
    """Draw one carrier, new or known."""
    return render_template(
        "studio/settings_carrier.html", form=form, account=account,
        insures=tariff_of(account) if account else "", shop_name=here().store.name, words=carrier_words(),
        failed=bool(form.errors),
    )  # fmt: skip


def rates_page(
    account: CarrierAccount, lines: list[RateLine], tariff: TariffForm, *, filled: bool = False
) -> str:  # fmt: skip
    """Draw the table of rates, with its errors on top."""
    faults = tariff.summary
    faults += [(f"home-{line.code}", f"{line.label}: {line.errors[0]}") for line in lines if line.errors]
    return render_template(
        "studio/settings_rates.html", account=account, lines=lines, faults=faults, filled=filled, typed=request.form,
        own=account.carrier == OWN, shop_name=here().store.name, failed=bool(faults), tariff=tariff,
        told=known_tariff(account),
    )  # fmt: skip


def paste_page(
    account: CarrierAccount, text: str, rows: list[RateRow] | None, problems: list[tuple[int, str]]
) -> str:  # fmt: skip
    """Draw the pasted text, and what it would do."""
    report = [(geography.label(geography.wilaya(row.wilaya_code)), row) for row in rows or ()]
    return render_template(
        "studio/settings_paste.html", account=account, text=text, read=rows is not None, report=report,
        problems=problems, own=account.carrier == OWN, shop_name=here().store.name, failed=bool(problems),
    )  # fmt: skip


def desks_page(account: CarrierAccount, form: DeskForm, *, desk: Any = None) -> str:
    """Draw the desks of a carrier with the form of one."""
    known = [(each, geography.label(geography.wilaya(each.wilaya_code)))
             for each in queries.desks(account.store_id, account.id)]  # fmt: skip
    return render_template(
        "studio/settings_desks.html", account=account, form=form, desk=desk, desks=known,
        shop_name=here().store.name, failed=bool(form.errors),
    )  # fmt: skip


def set_rates(account: CarrierAccount, rows: list[RateRow], tariff: Mapping[str, int | None] = NOTHING) -> Response:
    """Write the rates, and what heavy parcels cost where that was typed; say how many wilayas are served."""
    changes = {name: value for name, value in tariff.items() if value != getattr(account, name)}
    with transaction():
        service.set_rates(account.store_id, account.id, rows, by=here().by)
        if changes:
            service.change_carrier(account.store_id, account.id, by=here().by, **changes)
    flash(ngettext("Saved: {n} wilaya is served.", "Saved: {n} wilayas are served.", len(rows)), "done")
    return redirect(page_url("studio.delivery"), 303)


def known_lines(account: CarrierAccount) -> list[RateLine]:
    """Return the table as it is stored."""
    known = {rate.wilaya_code: rate for rate in queries.rates(account.store_id, account.id)}
    return [known_line(each, known.get(each.code)) for each in geography.wilayas()]


def known_line(wilaya: geography.Wilaya, rate: DeliveryRate | None) -> RateLine:
    """Return one wilaya as it is stored."""
    line = RateLine(wilaya.code, geography.label(wilaya))
    if rate is not None:
        line.home, line.desk = shown_dinars(rate.home_minor), shown_dinars(rate.desk_minor)
        line.days = f"{rate.min_days}-{rate.max_days}"
    return line


def shown_dinars(minor: int | None) -> str:
    """Return an amount as it is typed; nothing for not served."""
    return "" if minor is None else str(minor // 100)


def typed_lines(form: MultiDict[str, str]) -> list[RateLine]:
    """Return the table as it was typed."""

    def typed(column: str, code: str) -> str:
        return form.get(f"{column}-{code}", "").strip()[:20]

    return [
        RateLine(
            each.code, geography.label(each), typed("home", each.code), typed("desk", each.code),
            typed("days", each.code),
        )
        for each in geography.wilayas()
    ]  # fmt: skip


def fill_empty(lines: list[RateLine], form: Mapping[str, str]) -> None:
    """Write the same prices into every line that has none; nothing is stored yet."""
    for line in lines:
        if not line.home and not line.desk:
            line.home, line.desk = form.get("fill_home", "")[:20], form.get("fill_desk", "")[:20]
            line.days = line.days or form.get("fill_days", "")[:20]


def read_line(line: RateLine) -> RateRow | None:
    """Return a line as a rate, None when not served or when its errors say why it can't be read."""
    home, desk = dinars(line, line.home), dinars(line, line.desk)
    low, high = days(line)
    if line.errors or (home is None and desk is None):
        return None
    return RateRow(wilaya_code=line.code, home=home, desk=desk, min_days=low, max_days=high)


def dinars(line: RateLine, text: str) -> Money | None:
    """Read a price of the table; empty is None."""
    bare = "".join(western_digits(text).split())
    if not bare:
        return None
    if not (bare.isascii() and bare.isdigit() and len(bare) <= 7 and int(bare) <= MOST_DINARS):
        line.errors.append(_("Write the price in whole dinars, for example 600."))
        return None
    return Money.dinars(int(bare))


def days(line: RateLine) -> tuple[int, int]:
    """Read the days of delivery: '2' or '1-3'; empty is 1 to 3."""
    text = western_digits(line.days).strip()
    if not text:
        return 1, 3
    match = DAYS.fullmatch(text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not low <= high <= MOST_DAYS:
        line.errors.append(_("Write the days as 2 or 1-3."))
    return low, high


def merged(account: CarrierAccount, rows: list[RateRow]) -> list[RateRow]:
    """Return the stored rates with the pasted ones in place of theirs."""
    pasted = {row.wilaya_code for row in rows}
    kept = [rate for rate in queries.rates(account.store_id, account.id) if rate.wilaya_code not in pasted]
    return [*rows, *(
        RateRow(wilaya_code=rate.wilaya_code, home=amount(rate.home_minor), desk=amount(rate.desk_minor),
                min_days=rate.min_days, max_days=rate.max_days)
        for rate in kept
    )]  # fmt: skip


def amount(minor: int | None) -> Money | None:
    """Return stored minor units as an amount."""
    return None if minor is None else Money(minor)


def desk_row(form: DeskForm) -> DeskRow:
    """Return a desk as it was typed."""
    typed = {name: form[name].data or "" for name in ("wilaya_code", "name", "address", "hours")}
    return DeskRow(**typed)
