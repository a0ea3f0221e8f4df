"""The fourth screen: what delivery costs, from a first sheet by distance. Only prices that she confirms count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response
from wtforms import BooleanField

from shop.opening import service as opening
from shop.plumbing import geography
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _, ngettext
from shop.shipping import queries, service, zones
from shop.shipping.models import CarrierAccount, DeliveryRate
from shop.shipping.service import RateRow
from shop.shipping.zones import Zone
from shop.web.studio.delivery import CARRIER_WORDS, OWN, RateLine, dinars, merged, shown_dinars
from shop.web.studio.wizard_frame import DELIVERY, is_unsent, keep_unsent, next_url, screen_page, unsent
from shop.web.ui.forms import ChoiceField, HirfaForm, TextField, required
from shop.web.ui.here import here

TITLELESS = N_("Write the name of the company, as it stands on its van.")
UNCONFIRMED = N_("Confirm at least one group of wilayas: nothing is shown to customers before.")
PRICELESS = N_("Write a price for this group, or leave it unconfirmed.")
ZONE_WORDS = {
    "own": N_("In your wilaya"),
    "near": N_("Close: up to about 150 km"),
    "middle": N_("Farther: up to about 400 km"),
    "far": N_("Far"),
    "last": N_("Farthest, and the great south"),
}


class DeliveryForm(HirfaForm):
    """Who delivers; what each zone costs, and whether she has checked it."""

    carrier = ChoiceField(N_("Who takes your parcels?"), [required(N_("Please choose who delivers."))])
    title = TextField(N_("Name of the company"), most=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.carrier.choices = [(key, _(words[0])) for key, words in CARRIER_WORDS.items()]


for _key in zones.KEYS:  # the same three fields for each zone
    setattr(DeliveryForm, f"home_{_key}", TextField(N_("To the home"), most=20))
    setattr(DeliveryForm, f"desk_{_key}", TextField(N_("To a desk"), most=20))
    setattr(DeliveryForm, f"sure_{_key}", BooleanField(N_("I have checked: this is what I charge")))


@dataclass
class ZoneLine:
    """One zone as it is drawn and read."""

    zone: Zone
    label: str
    places: str
    line: RateLine


def delivery_screen() -> str | Response | tuple[str, int]:
    """Take the prices of the zones that she confirms; the others stay on this screen and count nowhere."""
    if request.method == "GET":
        form = begun()
        return delivery_page(form, lines(form))
    form = DeliveryForm(request.form)
    if is_unsent():
        return keep_unsent(DELIVERY, form)
    drawn = lines(form)
    rows = read(form, drawn)
    if form.errors or any(each.line.errors for each in drawn):
        return delivery_page(form, drawn), 422
    return written(form, rows)


def read(form: DeliveryForm, drawn: list[ZoneLine]) -> list[RateRow]:
    """Return the rates of the confirmed zones; what can't be read is said at its zone or field."""
    if form.validate() and form.carrier.data != OWN and not form.title.data:
        form.refuse("title", _(TITLELESS))
    own = form.carrier.data == OWN
    rows: list[RateRow] = []
    for each in drawn:
        if not form[f"sure_{each.zone.key}"].data:
            continue
        home = dinars(each.line, each.line.home)
        desk = None if own else dinars(each.line, each.line.desk)
        if home is None and desk is None and not each.line.errors:
            each.line.errors.append(_(PRICELESS))
        low, high = each.zone.min_days, each.zone.max_days
        rows += [RateRow(wilaya_code=code, home=home, desk=desk, min_days=low, max_days=high)
                 for code in each.zone.wilayas]  # fmt: skip
    if not rows:
        form.refuse("sure_own", _(UNCONFIRMED))
    return rows


def written(form: DeliveryForm, rows: list[RateRow]) -> Response:
    """Write the confirmed rates into her first carrier, making it if there is none yet."""
    store, by = here().store, here().by
    title = form.title.data or store.name
    left = sum(not form[f"sure_{each.key}"].data for each in zones.template(store.wilaya_code))
    with transaction():
        account = mine(str(form.carrier.data))
        account_id = account.id if account else service.add_carrier(store.id, form.carrier.data, title, by=by).id
        if account is not None and form.title.data and account.title != title:
            service.change_carrier(store.id, account_id, by=by, title=title)
        service.set_rates(store.id, account_id, rows if account is None else merged(account, rows), by=by)
        opening.forget(here().who.account_id, DELIVERY)
        if left:
            opening.keep(here().who.account_id, DELIVERY, kept(form), store_id=store.id)
    flash(ngettext("Saved: {n} wilaya is served.", "Saved: {n} wilayas are served.", len(rows)), "done")
    return redirect(next_url(DELIVERY), 303)


def mine(carrier: str) -> CarrierAccount | None:
    """Return the first carrier of a kind that she has."""
    return next((each for each in queries.carrier_accounts(here().store.id) if each.carrier == carrier), None)


def begun() -> DeliveryForm:
    """Return the form as she left it, else with her carrier's own prices, else with the sheet's figures to check."""
    typed = unsent(DELIVERY)
    if typed is not None:
        return DeliveryForm(typed)
    account = next(iter(queries.carrier_accounts(here().store.id)), None)
    rates = {} if account is None else {row.wilaya_code: row for row in queries.rates(account.store_id, account.id)}
    values: dict[str, Any] = {"carrier": account.carrier, "title": account.title} if account else {}
    for zone in zones.template(here().store.wilaya_code):
        values |= figures(zone, rates)
    return DeliveryForm(**values)


def figures(zone: Zone, rates: dict[str, DeliveryRate]) -> dict[str, Any]:
    """Return what stands in a zone: her own prices where one price holds for all of it, else figures to check."""
    known = {(row.home_minor, row.desk_minor) for code in zone.wilayas if (row := rates.get(code)) is not None}
    served = all(code in rates for code in zone.wilayas)
    home, desk = known.pop() if served and len(known) == 1 else (zone.home * 100, zone.desk * 100)
    return {
        f"home_{zone.key}": shown_dinars(home), f"desk_{zone.key}": shown_dinars(desk),
        f"sure_{zone.key}": served and not known,
    }  # fmt: skip


def lines(form: DeliveryForm) -> list[ZoneLine]:
    """Return the zones seen from her wilaya, with what is typed in each."""
    drawn = []
    for zone in zones.template(here().store.wilaya_code):
        home, desk = (str(form[f"{what}_{zone.key}"].data or "")[:20] for what in ("home", "desk"))
        places = [geography.label(geography.wilaya(code)) for code in zone.wilayas]
        line = RateLine(zone.key, _(ZONE_WORDS[zone.key]), home, desk)
        drawn.append(ZoneLine(zone, line.label, " · ".join(places), line))
    return drawn


def kept(form: DeliveryForm) -> dict[str, str]:
    """Return what stands in the form, as it was sent."""
    names = {field.name for field in form}
    return {name: text for name, text in request.form.items() if name in names}


def delivery_page(form: DeliveryForm, drawn: list[ZoneLine]) -> str:
    """Draw who delivers and the zones, errors on top."""
    faults = [(f"home_{each.zone.key}", f"{each.label}: {each.line.errors[0]}") for each in drawn if each.line.errors]
    options = [{"value": key, "label": _(words[0]), "note": _(words[1])} for key, words in CARRIER_WORDS.items()]
    return screen_page(DELIVERY, form, lines=drawn, faults=faults, options=options, own=form.carrier.data == OWN)
