"""Parcels that leave the country: zones of countries and what each weight costs there."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response
from wtforms import Field

from shop.catalogue import details
from shop.core.errors import Refused
from shop.core.money import Money
from shop.fulfilment import zone_prices
from shop.payments.tills import till
from shop.plumbing import countries
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _, pick
from shop.shipping import abroad, partners, queries
from shop.shipping.abroad import SERVICE_WORDS, NewZone, Zone
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, DinarsField, HirfaForm, TextField, WholeField, optional, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

HALF_STEP = N_("Write both: the weight and what it costs.")
DAYS_BACKWARDS = N_("The longest time is shorter than the shortest.")
DAYS_MISSING = N_("Write how many days it takes.")


class ZoneForm(HirfaForm):
    """A zone without its steps, which `form_of` adds."""

    name = TextField(N_("Name of the zone"), [required(abroad.NAMELESS)], most=60)
    account = ChoiceField(N_("Who takes the parcels there?"), [required(abroad.NO_CARRIER)])
    service = ChoiceField(N_("By which service?"), [required(abroad.NO_SERVICE)])
    min_days = WholeField(N_("Days at least"), [required(DAYS_MISSING)], most=abroad.MOST_DAYS)
    max_days = WholeField(N_("Days at most"), [required(DAYS_MISSING)], most=abroad.MOST_DAYS)
    countries = TextField(N_("Countries"))

    @property
    def steps(self) -> list[tuple[Field, Field]]:
        """Return the weights with their prices."""
        return [(self[f"weight-{at}"], self[f"price-{at}"]) for at in range(abroad.MOST_STEPS)]

    def is_whole(self) -> bool:
        """Check what one field alone cannot tell; the sentences go to their fields."""
        for grams, price in self.steps:
            if not grams.errors and not price.errors and (grams.data is None) != (price.data is None):
                self.refuse(grams.name, _(HALF_STEP))
        if not self.summary and self.max_days.data < self.min_days.data:
            self.refuse("max_days", _(DAYS_BACKWARDS))
        return not self.summary


def form_of(zone: Zone | None) -> ZoneForm:
    """Return the form of a zone, new or known, with what was typed."""
    fields: dict[str, Any] = {}
    for at in range(abroad.MOST_STEPS):
        fields[f"weight-{at}"] = WholeField(N_("Up to, in grams"), [optional()], least=1, most=abroad.PARCEL_G)
        fields[f"price-{at}"] = DinarsField(N_("Price in dinars"), [optional()])
    kind: type[ZoneForm] = type("WholeZoneForm", (ZoneForm,), fields)
    form = kind(request.form if request.method == "POST" else None, data=_known(zone))
    form.account.choices = [
        (str(each.id), each.title) for each in queries.carrier_accounts(here().store.id)
        if each.carrier not in partners.far() - partners.abroad()
    ]  # fmt: skip
    form.service.choices = [(key, _(words)) for key, words in SERVICE_WORDS.items()]
    return form


def _known(zone: Zone | None) -> dict[str, Any]:
    if zone is None:
        return {}
    known: dict[str, Any] = {
        "name": zone.row.name, "account": str(zone.row.account_id), "service": zone.row.service,
        "min_days": zone.row.min_days, "max_days": zone.row.max_days,
    }  # fmt: skip
    for at, (grams, price) in enumerate(zone.steps):
        known |= {f"weight-{at}": grams, f"price-{at}": price}
    return known


@studio.get("/<name:store>/settings/delivery/abroad")
@entry(Access.OWNER)
def zones() -> str:
    """List the zones: their countries, and from what price."""
    found = abroad.zones(here().store.id)
    shown = [(each, _(", ").join(countries.name(code) for code in each.countries)) for each in found]
    return shop_page(
        "studio/zones.html", "", zones=shown, payable=_payable(), services=SERVICE_WORDS, refused=refused_goods()
    )


def refused_goods() -> list[tuple[str, str, str]]:
    """Return what is sold abroad and may not leave any more: its name, the first reason, where that is mended."""
    return [
        (pick({"ar": product.name_ar, "fr": product.name_fr, "en": product.name_en})[0],
         _(why[0].sentence, **{name: _(value) for name, value in why[0].values}),
         page_url("studio.product", product_id=product.id, _anchor=why[0].field))
        for product, why in details.refused_abroad(here().store)
    ]  # fmt: skip


def _payable() -> bool:
    """Tell whether anybody abroad could pay: a way to be paid takes another currency."""
    return bool(till(here().store.id).currencies)


@studio.route("/<name:store>/settings/delivery/abroad/new", methods=["GET", "POST"])
@entry(Access.OWNER)
def new_zone() -> str | Response | tuple[str, int]:
    """Make a zone."""
    return _answered(None)


@studio.route("/<name:store>/settings/delivery/abroad/<number:zone_id>", methods=["GET", "POST"])
@entry(Access.OWNER)
def zone(zone_id: int) -> str | Response | tuple[str, int]:
    """Change a zone, or send nothing there any more."""
    known = abroad.zone(here().store.id, zone_id)
    if request.method == "POST" and request.form.get("action") == "drop":
        with transaction():
            abroad.drop_zone(here().store.id, zone_id, by=here().by)
        flash(_("Nothing is sent there any more."), "done")
        return redirect(page_url("studio.zones"), 303)
    if request.method == "POST" and request.form.get("action") == "prices":
        return _take_prices(zone_id)
    return _answered(known)


def _take_prices(zone_id: int) -> Response:
    try:
        with transaction():
            zone_prices.ask(here().store.id, zone_id, by=here().by)
    except Refused as refused:
        flash(said(refused), "problem")
    else:
        flash(_("Its prices are being asked: they stand here in a moment."), "done")
    return redirect(page_url("studio.zone", zone_id=zone_id), 303)


def _answered(known: Zone | None) -> str | Response | tuple[str, int]:
    form = form_of(known)
    ticked = (
        set(request.form.getlist("countries")) if request.method == "POST" else set(known.countries if known else ())
    )
    if request.method == "GET":
        return _drawn(form, known, ticked)
    if not all([form.validate(), form.is_whole()]):
        return _drawn(form, known, ticked), 422
    try:
        with transaction():
            _keep(known, _typed(form, ticked))
    except Refused as refused:
        form.refuse(refused.field, said(refused))
        return _drawn(form, known, ticked), 422
    flash(_("Saved."), "done")
    return redirect(page_url("studio.zones"), 303)


def _keep(known: Zone | None, new: NewZone) -> None:
    if known is None:
        abroad.add_zone(here().store.id, new, by=here().by)
    else:
        abroad.change_zone(here().store.id, known.row.id, new, by=here().by)


def _typed(form: ZoneForm, ticked: set[str]) -> NewZone:
    steps: list[tuple[int, Money]] = [(grams.data, price.data) for grams, price in form.steps if grams.data]
    return NewZone(
        name=form.name.data or "", account_id=int(form.account.data), service=form.service.data,
        countries=sorted(ticked), steps=steps, min_days=form.min_days.data, max_days=form.max_days.data,
    )  # fmt: skip


def _drawn(form: ZoneForm, known: Zone | None, ticked: set[str]) -> str:
    choices = [(each.code, countries.name(each.code)) for each in countries.countries()]
    return shop_page(
        "studio/zone.html", "", form=form, zone=known, choices=choices, ticked=ticked, failed=bool(form.summary),
        takes=known is not None and zone_prices.can_be_taken(known),
    )  # fmt: skip
