"""Offers: what the shop takes off, the short form that writes one, and what each has given so far."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import Refused
from shop.core.money import Money
from shop.core.text import western_digits
from shop.offers import queries, service
from shop.offers.queries import Figures
from shop.offers.service import Terms
from shop.offers.words import Standing
from shop.plumbing.db import transaction
from shop.plumbing.formats import date_long
from shop.plumbing.i18n import N_, _, pick
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, DinarsField, HirfaForm, TextField, WholeField, optional, required
from shop.web.ui.here import here
from shop.web.ui.offers import sentence
from shop.web.ui.templating import page_url

MOST_DINARS = 1_000_000
MOST_USES = 100_000
KINDS = {
    "percent": (N_("A percentage off"), N_("For example 10: ten percent, in whole dinars.")),
    "amount": (N_("An amount off"), N_("Once per order; off each piece when you choose products below.")),
    "delivery": (N_("Delivery offered"), N_("You pay the carrier; the customer pays the articles only.")),
}
STAGES = {
    "running": (N_("Running"), "good"), "planned": (N_("Planned"), "info"), "paused": (N_("Paused"), "soon"),
    "used_up": (N_("Used up"), ""), "ended": (N_("Ended"), ""),
}  # fmt: skip
FIELD_OF = {"percent": "value", "amount": "value", "scope": "products"}


class OfferForm(HirfaForm):
    """One offer, as short as it can be written."""

    kind = ChoiceField(N_("What do you offer?"), [required(N_("Please choose what you offer."))])
    value = WholeField(N_("How much? In percent, or in dinars"), [optional()], most=MOST_DINARS)
    name = TextField(N_("Name of the offer"), [required(service.NAMELESS)], most=60)
    minimum = DinarsField(N_("From which amount of articles?"), [optional()], most=MOST_DINARS)
    code = TextField(N_("Code"), most=30)
    from_day = TextField(N_("First day"), most=10)
    until_day = TextField(N_("Last day"), most=10)
    most_uses = WholeField(N_("How often in all?"), [optional()], least=1, most=MOST_USES)
    most_per_phone = WholeField(N_("How often per phone number?"), [optional()], least=1, most=MOST_USES)
    products = TextField(N_("Products"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(key, _(words[0])) for key, words in KINDS.items()]


@studio.get("/<name:store>/offers")
@entry(Access.OWNER)
def offers() -> str:
    """Show every offer by how it stands, and what it has given."""
    rows = queries.figures(here().store.id)
    today = clock.today()
    now = [each for each in rows if each.offer.stage(today) in {"running", "planned", "paused"}]
    over = [each for each in rows if each not in now]
    return shop_page(
        "studio/offers.html", "", now=[_row(each) for each in now], over=[_row(each) for each in over],
        uses=sum(each.uses for each in rows), gave=queries.given(rows),
    )  # fmt: skip


@studio.route("/<name:store>/offers/new", methods=["GET", "POST"])
@entry(Access.OWNER)
def new_offer() -> str | Response | tuple[str, int]:
    """Write an offer; a link from a product chooses it beforehand."""
    chosen = _numbers(request.values.getlist("products"))
    if request.method == "GET":
        form = OfferForm(data={"from_day": clock.today().isoformat()})
        return _offer_page(form, None, chosen)
    form = OfferForm(request.form)
    terms = _terms(form, chosen)
    if terms is None:
        return _offer_page(form, None, chosen), 422
    try:
        with transaction():
            service.create_offer(here().store.id, terms, by=here().by)
    except Refused as refused:
        return _refused(form, refused, None, chosen)
    flash(_("The offer is written."), "done")
    return redirect(page_url("studio.offers"), 303)


@studio.route("/<name:store>/offers/<number:offer_id>", methods=["GET", "POST"])
@entry(Access.OWNER)
def offer(offer_id: int) -> str | Response | tuple[str, int]:
    """Change an offer, stop it or let it run again."""
    store_id = here().store.id
    known = queries.offer(store_id, offer_id)
    if request.method == "GET":
        return _offer_page(OfferForm(MultiDict(_typed(known))), known, known.product_ids)
    if request.form.get("action") in {"pause", "resume"}:
        return _moved(offer_id)
    form, chosen = OfferForm(request.form), _numbers(request.form.getlist("products"))
    terms = _terms(form, chosen)
    if terms is None:
        return _offer_page(form, known, chosen), 422
    try:
        with transaction():
            service.change_offer(store_id, offer_id, terms, by=here().by)
    except Refused as refused:
        return _refused(form, refused, known, chosen)
    flash(_("Saved."), "done")
    return redirect(page_url("studio.offers"), 303)


def _moved(offer_id: int) -> Response:
    act, told = (
        (service.pause, N_("The offer is stopped. Orders that used it keep it."))
        if request.form["action"] == "pause"
        else (service.resume, N_("The offer runs again."))
    )
    try:
        with transaction():
            act(here().store.id, offer_id, by=here().by)
    except Refused as refused:
        flash(said(refused), "problem")
    else:
        flash(_(told), "done")
    return redirect(page_url("studio.offers"), 303)


def _refused(form: OfferForm, refused: Refused, known: Standing | None, chosen: frozenset[int]) -> tuple[str, int]:
    form.refuse(FIELD_OF.get(refused.field, refused.field), said(refused))
    return _offer_page(form, known, chosen), 422


def _offer_page(form: OfferForm, known: Standing | None, chosen: frozenset[int]) -> str:
    store = here().store
    return render_template(
        "studio/offer.html", shop_name=store.name, form=form, failed=bool(form.errors), offer=known, tab="",
        stage=_stage(known) if known else None, running=known is not None and known.state == "running",
        kinds=[{"value": key, "label": _(words[0]), "note": _(words[1])} for key, words in KINDS.items()],
        products=_products(store.id, chosen), chosen=chosen,
    )  # fmt: skip


def _row(each: Figures) -> tuple[Figures, Markup, tuple[str, str]]:
    return each, sentence(each.offer), _stage(each.offer)


def _stage(known: Standing) -> tuple[str, str]:
    key = known.stage(clock.today())
    word, kind = STAGES[key]
    text = _("From {day}", day=date_long(known.from_day)) if key == "planned" else _(word)
    return text, kind


def _products(store_id: int, chosen: frozenset[int]) -> list[tuple[int, str, str]]:
    """Return (id, name, language) of the products to choose from: the newest, and those that are chosen already."""
    found: list[Product] = queries.choosable(store_id, chosen, limit=service.MOST_PRODUCTS)
    return [(each.id, *pick({"ar": each.name_ar, "fr": each.name_fr, "en": each.name_en})) for each in found]


def _terms(form: OfferForm, chosen: frozenset[int]) -> Terms | None:
    """Return what the form says; None when it can't be read, with a sentence at each field."""
    right = form.validate()
    first = _day(form, "from_day") or clock.today()
    last = _day(form, "until_day")
    kind, value = str(form.kind.data), form.value.data or 0
    _check(form, kind, value, first, last)
    if form.summary or not right:
        return None
    return Terms(
        name=form.name.data or "", kind=kind, percent=value if kind == "percent" else 0,
        amount=Money.dinars(value if kind == "amount" else 0), code=form.code.data or "",
        minimum=form.minimum.data or Money(0), from_day=first, until_day=last, most_uses=form.most_uses.data,
        most_per_phone=form.most_per_phone.data, product_ids=chosen or None,
    )  # fmt: skip


def _check(form: OfferForm, kind: str, value: int, first: date, last: date | None) -> None:
    """Say at once what the service would refuse one by one."""
    if kind == "percent" and not form.value.errors and not 1 <= value <= service.MOST_PERCENT:
        form.refuse("value", _(service.NO_PERCENT))
    if kind == "amount" and not form.value.errors and value < 1:
        form.refuse("value", _(service.NO_AMOUNT))
    if last is not None and last < first:
        form.refuse("until_day", _(service.ENDS_FIRST))


def _day(form: OfferForm, name: str) -> date | None:
    text = western_digits(form[name].data or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        form.refuse(name, _("Choose a day."))
        return None


def _typed(known: Standing) -> dict[str, str]:
    value = known.percent if known.kind == "percent" else known.amount.minor // 100
    return {
        "kind": known.kind, "value": str(value or ""), "name": known.name, "code": known.code,
        "minimum": str(known.minimum.minor // 100 or ""), "from_day": known.from_day.isoformat(),
        "until_day": known.until_day.isoformat() if known.until_day else "",
        "most_uses": str(known.most_uses or ""), "most_per_phone": str(known.most_per_phone or ""),
    }  # fmt: skip


def _numbers(values: list[str]) -> frozenset[int]:
    """Return the products that were ticked; what is no number names none."""
    digits = [western_digits(each) for each in values[: service.MOST_PRODUCTS + 1]]
    return frozenset(int(each) for each in digits if each.isascii() and each.isdigit() and len(each) < 19)
