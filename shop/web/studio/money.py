"""Money: what is to come, what carriers hold, what has arrived; ticked off parcel by parcel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.errors import InvalidTransition, Refused
from shop.core.money import Money, total
from shop.core.text import western_digits
from shop.documents import engine
from shop.documents.remittances import PaidLine, RemittanceContent
from shop.fulfilment import queries as fulfilment
from shop.payments.methods import METHODS
from shop.plumbing.db import transaction
from shop.plumbing.formats import date_short, month_title
from shop.plumbing.i18n import N_, _
from shop.settlement import books, losses, queries, rests, service
from shop.settlement.queries import OpenPayment, OtherRow
from shop.settlement.service import Received
from shop.web.studio.blueprint import studio
from shop.web.studio.cards import card
from shop.web.studio.labels import whole
from shop.web.studio.pages import shop_page
from shop.web.studio.pdf import pdf_answer
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import NOT_AN_AMOUNT, DinarsField, HirfaForm, TextField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

PER_PAGE = 100
# Figures whose orders the ledger knows.
BOOKED: Mapping[str, str] = {
    "held": N_("Carriers hold for you"), "late": N_("Late"), "received": N_("Received"),
    "services": N_("Services of cards hold for you"), "missing": N_("Still missing"),
    "over": N_("Too much came"),
    "given_back": N_("Given back"), "ways_back": N_("Ways back"), "lost": N_("Will not come"),
}  # fmt: skip

# Which orders stand behind each figure: the steps to read, and the states of their parcels.
FIGURES: Mapping[str, tuple[str, tuple[str, ...], frozenset[str]]] = {
    "expected": (N_("To be sent"), ("to_confirm", "to_pack", "to_hand_over"), frozenset({"preparing", "labelled"})),
    "on_the_way": (
        N_("On the way"), ("on_the_way",), frozenset({"handed_over", "in_transit", "at_point", "attempt_failed"}),
    ),
}  # fmt: skip


class RemittanceForm(HirfaForm):
    """One lump of cash: under which name, on which day."""

    reference = TextField(N_("Reference of the payment"), most=60)
    received_on = TextField(N_("Received on"), [required(N_("Choose a day."))], most=10)
    note = TextField(N_("Note"), most=300)


class AmountForm(HirfaForm):
    """What came for one parcel."""

    received = DinarsField(N_("Received"), [required(NOT_AN_AMOUNT)])
    fee = DinarsField(N_("Fee kept"))


@dataclass(frozen=True, slots=True)
class Row:
    """One parcel's cash on the form: ticked or not, its amounts as typed."""

    parcel: OpenPayment
    ticked: bool
    form: AmountForm


@studio.get("/<name:store>/money", endpoint="money")
@entry(Access.HELPER)
def money_page() -> str:
    """Show what is expected, on the way, with carriers, late, and what came month by month."""
    store_id = here().store.id
    return shop_page(
        "studio/money.html", "money", m=queries.money(store_id), late=books.late(store_id), named=named,
        services=books.with_services(store_id), short=rests.short(store_id), over=rests.over(store_id),
        months=[(month, month_title(month.first)) for month in books.months(store_id)],
        lost=losses.sum_of(store_id),
        waiting=books.waiting(store_id) if here().role == "owner" else [], remittances=books.paid(store_id),
    )  # fmt: skip


@studio.get("/<name:store>/money/orders/<name:figure>")
@entry(Access.HELPER)
def money_orders(figure: str) -> str:
    """List the orders behind a figure. Raises NotFound for a figure that isn't there."""
    if figure in {"missing", "over"}:
        return different_orders(figure)
    if figure == "lost":
        return lost_orders()
    if figure in BOOKED:
        return booked_orders(figure)
    if figure not in FIGURES:
        raise NotFound
    title, steps, states = FIGURES[figure]
    jobs = [job for step in steps for job in fulfilment.find_jobs(here().store.id, step)]
    carrier = request.args.get("carrier", "")
    mine = [
        job for job in jobs
        if job.shipment_state in states and job.payment_state == "pending" and carrier in {"", job.carrier_title}
    ]  # fmt: skip
    return shop_page(
        "studio/money_orders.html", "money", title=_(title), carrier=carrier, cards=[card(job) for job in mine],
        sum=total(job.total for job in mine),
    )  # fmt: skip


def booked_orders(figure: str) -> str:
    """List the orders of a figure as the ledger has them, of one carrier and one month if they are asked for."""
    source, text = request.args.get("carrier", ""), request.args.get("month", "")
    currency = request.args.get("currency", "")[:3]
    month = asked_month(text)
    page = whole(request.args.get("page", ""))
    rows = books.behind(
        here().store.id, figure, source=source, currency=currency, month=month, skip=min(page, 10_000) * PER_PAGE,
        limit=PER_PAGE + 1,
    )  # fmt: skip
    following = page_url(
        "studio.money_orders", figure=figure, carrier=source or None, currency=currency or None,
        month=text if month else None, page=page + 1,
    ) if len(rows) > PER_PAGE else ""  # fmt: skip
    return shop_page(
        "studio/money_booked.html", "money", title=_(BOOKED[figure]), source=named(source), late=figure == "late",
        month=month_title(month) if month else "", rows=rows[:PER_PAGE], following=following,
    )  # fmt: skip


def different_orders(figure: str) -> str:
    """List the parcels of which carriers have brought too little, or too much; what is missing can come later."""
    read = rests.missing if figure == "missing" else rests.too_much
    source, page = request.args.get("carrier", ""), min(whole(request.args.get("page", "")), 10_000)
    found = read(here().store.id, source, skip=page * PER_PAGE, limit=PER_PAGE + 1)
    following = page_url("studio.money_orders", figure=figure, carrier=source or None, page=page + 1)
    return shop_page(
        "studio/money_missing.html", "money", title=_(BOOKED[figure]), source=source, rows=found[:PER_PAGE],
        following=following if len(found) > PER_PAGE else "",
    )  # fmt: skip


def lost_orders() -> str:
    """List what carriers will not bring, with why, the newest first; until money comes it can be taken back."""
    page = min(whole(request.args.get("page", "")), 10_000)
    found = losses.lost(here().store.id, skip=page * PER_PAGE, limit=PER_PAGE + 1)
    following = page_url("studio.money_orders", figure="lost", page=page + 1) if len(found) > PER_PAGE else ""
    return shop_page(
        "studio/money_lost.html", "money", title=_(BOOKED["lost"]), rows=found[:PER_PAGE], following=following
    )  # fmt: skip


def asked_month(text: str) -> date | None:
    """Return the first day of the month that was asked for (YYYY-MM), None for none."""
    try:
        first = date.fromisoformat(western_digits(text[:7]) + "-01")
    except ValueError:
        return None
    return first if date(2000, 1, 1) <= first <= clock.today() else None


def named(source: str) -> str:
    """Return who brought money as people read it: a carrier's title as it is, a method by its name."""
    plugin = METHODS.usable.get(source)
    return _(plugin.title) if plugin else source


@studio.get("/<name:store>/money/remittances/new")
@entry(Access.HELPER)
def remittance() -> str:
    """Show what a carrier holds, to be ticked off."""
    return remittance_form(RemittanceForm(received_on=clock.today().isoformat()), rows())


@studio.post("/<name:store>/money/remittances/new", endpoint="record_remittance")
@entry(Access.OWNER)
def record() -> Response | tuple[str, int]:
    """Write down one lump of cash, parcel by parcel."""
    form, listed = RemittanceForm(request.form), rows(request.form)
    wrong = [row for row in listed if row.ticked and not row.form.validate()]
    day = read_day(form)
    if wrong or day is None:
        return remittance_form(form, listed), 422
    try:
        with transaction():
            made = service.record_remittance(
                here().store.id, carrier_title=carrier(), reference=form.reference.data or "", received_on=day,
                lines=received(listed), note=form.note.data or "", by=here().by,
            )  # fmt: skip
    except InvalidTransition:
        return remittance_form(form, rows(), problem=_("Some of these parcels were ticked off meanwhile.")), 409
    except Refused as error:
        if error.field in {"reference", "received_on"}:
            form.refuse(error.field, said(error))
            return remittance_form(form, listed), 422
        return remittance_form(form, listed, problem=said(error)), 422
    return redirect(page_url("studio.remittance_page", remittance_id=made.id), 303)


@studio.get("/<name:store>/money/remittances/<number:remittance_id>")
@entry(Access.HELPER)
def remittance_page(remittance_id: int) -> str:
    """Show one remittance: what was expected, what came, every difference."""
    view = queries.remittance(here().store.id, remittance_id)
    beside = queries.others(here().store.id, remittance_id)
    kinds = [(kind, [each for each in beside if each.kind == kind]) for kind in dict.fromkeys(o.kind for o in beside)]
    at = (whole(request.args.get("page", "")) or 0) * PER_PAGE
    following = page_url("studio.remittance_page", remittance_id=remittance_id, page=at // PER_PAGE + 1)
    return shop_page(
        "studio/remittance.html", "money", view=view, named=named, rows=view.rows[at : at + PER_PAGE], others=kinds,
        ways_back=beside_sums(beside)[0], strays=beside_sums(beside)[1],
        following=following if len(view.rows) > at + PER_PAGE else "",
    )  # fmt: skip


@studio.get("/<name:store>/money/remittances/<number:remittance_id>.pdf")
@entry(Access.HELPER)
def remittance_pdf(remittance_id: int) -> Response:
    """Send the sheet of a remittance, to be kept with the papers."""
    store, view = here().store, queries.remittance(here().store.id, remittance_id)
    beside = queries.others(store.id, remittance_id)
    ways_back, strays = beside_sums(beside)
    sums = (
        (N_("Expected"), view.expected), (N_("Fees kept"), view.fees), (N_("Ways back"), ways_back),
        (N_("Other parcels"), strays), (N_("Will not come"), view.lost),
    )  # fmt: skip
    sheet = RemittanceContent(
        reference=view.remittance.reference, date=date_short(view.remittance.received_on),
        carrier=named(view.remittance.carrier_title), shop=store.name, language=here().lang,
        lines=tuple(
            PaidLine(
                tracking=row.tracking or row.code, recipient=row.buyer_name, expected=row.expected, fee=row.fee,
                received=row.received,
            )
            for row in view.rows
        ) + tuple(
            PaidLine(
                tracking=row.tracking, recipient=_("{name} (the rest)", name=row.buyer_name), expected=row.expected,
                fee=row.fee, received=row.received,
            )
            for row in view.rests
        ),
        sums=tuple((word, amount) for word, amount in sums if amount), received=view.received + strays - ways_back,
    )  # fmt: skip
    return pdf_answer(engine.remittance_pdf(sheet), f"remittance-{remittance_id}")


def beside_sums(beside: list[OtherRow]) -> tuple[Money, Money]:
    """Return what ways back cost, and what came for parcels that settle nothing."""
    strays = (each.collected - each.fee for each in beside if each.kind in {"unknown", "early", "unexpected"})
    return total(each.fee for each in beside if each.kind == "returned"), total(strays)


def remittance_form(form: RemittanceForm, listed: list[Row], *, problem: str = "") -> str:
    """Draw the parcels of one carrier with the amounts as typed."""
    wrong = [row for row in listed if row.ticked and row.form.errors]
    every = sorted({each.carrier_title for each in queries.open_payments(here().store.id)})
    extra = [("lines", problem)] if problem else []
    extra += [(f"received-{row.parcel.payment_id}", sentence) for row in wrong for _id, sentence in row.form.summary]
    return shop_page(
        "studio/remittance_new.html", "money", form=form, rows=listed, carrier=carrier(), carriers=every,
        failed=bool(extra or form.errors), extra=extra, today=clock.today(), all_ticked=all(r.ticked for r in listed),
        held=total(row.parcel.amount for row in listed),
    )  # fmt: skip


def rows(typed: MultiDict[str, str] | None = None) -> list[Row]:
    """Return what the carrier holds, each parcel with what was typed for it, else with what is expected."""
    listed = queries.open_payments(here().store.id, carrier())
    ticked = {whole(text) for text in typed.getlist("lines")} if typed else set()
    everything = typed is None and request.args.get("all") == "1"
    return [Row(each, everything or each.payment_id in ticked, amounts(each, typed)) for each in listed]


def amounts(parcel: OpenPayment, typed: MultiDict[str, str] | None) -> AmountForm:
    """Return the amounts of one parcel: as typed, or as expected."""
    if typed is None or f"received-{parcel.payment_id}" not in typed:
        return AmountForm(received=parcel.amount, fee=Money(0, parcel.amount.currency))
    names = ("received", "fee")
    return AmountForm(MultiDict({name: typed.get(f"{name}-{parcel.payment_id}", "") for name in names}))


def received(listed: list[Row]) -> list[Received]:
    """Return the ticked parcels: payment, what came, what was kept."""
    nothing = Money(0)
    return [
        (row.parcel.payment_id, row.form.received.data, row.form.fee.data or nothing) for row in listed if row.ticked
    ]


def carrier() -> str:
    """Return the carrier that the page is about: the one asked for, else the first that holds cash."""
    asked = request.values.get("carrier", "")
    if asked:
        return asked
    held = queries.open_payments(here().store.id)
    return held[0].carrier_title if held else ""


def read_day(form: RemittanceForm) -> date | None:
    """Return the day that was typed, or None with a sentence at its field."""
    if not form.validate():
        return None
    try:
        return date.fromisoformat(western_digits(form.received_on.data or ""))
    except ValueError:
        form.refuse("received_on", _("Choose a day."))
        return None
