"""Customers of this workshop: the list, one customer's history, what was agreed, a file of it all, and forgetting."""

from __future__ import annotations

import json

from flask import flash, make_response, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from shop.core.cells import as_csv
from shop.core.errors import Refused
from shop.core.text import clean, western_digits
from shop.customers import queries, service
from shop.customers.models import CHANNELS
from shop.customers.queries import Customer
from shop.customers.service import SAY_WORDS, Erased
from shop.notifications import service as notifications
from shop.orders.models import Order
from shop.plumbing import geography
from shop.plumbing.db import transaction
from shop.plumbing.formats import date_long
from shop.plumbing.i18n import N_, _, ngettext
from shop.spreadsheets.people import OUTCOMES
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import BlockField, ChoiceField, HirfaForm, TextField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

CHANNEL_NAMES = {"whatsapp": N_("WhatsApp"), "sms": N_("SMS"), "call": N_("Phone calls")}
ANSWERS = {"yes": N_("Yes, she agrees"), "no": N_("No, she does not want it")}
STATES = {
    "placed": (N_("To confirm"), "soon"), "confirmed": (N_("On its way or to pack"), "info"),
    "completed": (N_("Taken"), "good"), "cancelled": (N_("Cancelled"), ""),
}  # fmt: skip
REFUSED = (N_("Refused at delivery"), "bad")
HEAD = ("code", "date", "state", "reason", "name", "phone", "wilaya", "commune", "city", "address", "note", "article",
        "pieces", "price", "total", "currency")  # fmt: skip


class NoteForm(HirfaForm):
    """One note."""

    text = BlockField(N_("Note"), [required(N_("Write the note first."))], most=500)


class ConsentForm(HirfaForm):
    """What a customer said of being written to, with its proof."""

    channel = ChoiceField(N_("By which channel?"), [required(N_("Please choose a channel."))])
    answer = ChoiceField(N_("What did the customer say?"), [required(N_("Please choose yes or no."))])
    place = TextField(
        N_("Where was it said?"),
        [required(N_("Write where it was said: in a message, at a fair, by phone."))],
        most=120,
    )
    wording = BlockField(N_("In which words?"), [required(SAY_WORDS)], most=600)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.channel.choices = [(key, _(name)) for key, name in CHANNEL_NAMES.items()]
        self.answer.choices = [(key, _(name)) for key, name in ANSWERS.items()]


@studio.get("/<name:store>/customers")
@entry(Access.OWNER)
def customers() -> str:
    """List the customers by their last order, or those that match what was typed."""
    typed, mark = asked()
    found = queries.customers(here().store.id, q=typed, before=mark)
    following = page_url("studio.customers", q=typed or None, before=found.next) if found.next else ""
    return shop_page(
        "studio/customers.html", "orders", q=typed, next_url=following, later=mark is not None,
        past=queries.has_past(here().store.id),
        cards=[(card, geography.name(geography.wilaya(card.wilaya_code))) for card in found.cards],
    )  # fmt: skip


def asked() -> tuple[str, int | None]:
    """Return what was typed, and the number of the last one that was shown."""
    before = western_digits(request.args.get("before", ""))
    mark = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    return clean(request.args.get("q", ""), limit=80), mark


@studio.get("/<name:store>/customers/<code:code>")
@entry(Access.HELPER)
def customer(code: str) -> str:
    """Show the customer of an order: her orders, and what was noted."""
    return page(code)


@studio.post("/<name:store>/customers/<code:code>/notes")
@entry(Access.HELPER)
def add_note(code: str) -> Response | tuple[str, int]:
    """Write a note about a customer."""
    found, form = queries.customer(here().store.id, code), NoteForm(request.form)
    if not form.validate():
        return page(code, note=form), 422
    with transaction():
        service.note(here().store.id, found.phone, form.text.data or "", by=here().by)
    return _back(code, _("Noted."))


@studio.post("/<name:store>/customers/<code:code>/consents")
@entry(Access.OWNER)
def record_consent(code: str) -> Response | tuple[str, int]:
    """Write down what a customer said of being written to."""
    found, form = queries.customer(here().store.id, code), ConsentForm(request.form)
    if not form.validate():
        return page(code, consent=form), 422
    with transaction():
        service.record_consent(
            here().store.id, found.phone, form.channel.data or "", given=form.answer.data == "yes",
            place=form.place.data or "", wording=form.wording.data or "", by=here().by,
        )  # fmt: skip
    return _back(code, _("Written down, with its proof."))


@studio.get("/<name:store>/customers/<code:code>/data.json")
@entry(Access.OWNER)
def customer_json(code: str) -> Response:
    """Hand out everything that is kept of a customer."""
    content = queries.everything(here().store.id, queries.customer(here().store.id, code))
    return file_of(json.dumps(content, ensure_ascii=False, indent=2), f"customer-{code}.json", "application/json")


@studio.get("/<name:store>/customers/<code:code>/data.csv")
@entry(Access.OWNER)
def customer_csv(code: str) -> Response:
    """Hand out a customer's orders as a table."""
    content = queries.everything(here().store.id, queries.customer(here().store.id, code))
    return file_of(as_csv(HEAD, _rows(content["orders"])), f"customer-{code}.csv", "text/csv")


def file_of(text: str, name: str, kind: str) -> Response:
    """Answer with a file of text."""
    answer = make_response(text)
    answer.headers["Content-Type"] = f"{kind}; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rows(orders: list[dict[str, object]]) -> list[list[object]]:
    rows: list[list[object]] = []
    for order in orders:
        lines = order["lines"]
        assert isinstance(lines, list)
        begun = [order[key] for key in ("code", "placed_at", "state", "reason", "name", "phone", "wilaya", "commune",
                                        "city", "address", "note")]  # fmt: skip
        rows += [[*begun, each["article"], each["pieces"], each["price"], order["total"], order["currency"]]
                 for each in lines]  # fmt: skip
    return rows


@studio.post("/<name:store>/customers/<code:code>/erasure")
@entry(Access.OWNER)
def erase_customer(code: str) -> Response | tuple[str, int]:
    """Forget a customer on request; a running order blocks it, in words."""
    if request.form.get("sure") != "1":
        raise BadRequest
    found = queries.customer(here().store.id, code)
    try:
        erased = forget(found.phone)
    except Refused as error:
        return page(code, problem=said(error)), 422
    flash(_told(erased), "done")
    return redirect(page_url("studio.customers"), 303)


def forget(phone: str) -> Erased:
    """Forget a customer, and where to write to her. Raises Refused while an order is running."""
    with transaction():
        erased = service.erase(here().store.id, phone, by=here().by)
        if not erased.waiting:
            notifications.forget_address(here().store.id, phone)
    return erased


def _told(erased: Erased) -> str:
    told = ngettext(
        "{n} order no longer says whose it was.", "{n} orders no longer say whose they were.", erased.orders
    )
    if not (erased.waiting and erased.due):
        return told
    later = ngettext(
        "{n} order follows by itself on {day}: until then the law lets the customer claim.",
        "{n} orders follow by themselves on {day}: until then the law lets the customer claim.",
        erased.waiting, day=date_long(erased.due),
    )  # fmt: skip
    return f"{told} {later}"


def page(code: str, *, note: NoteForm | None = None, consent: ConsentForm | None = None, problem: str = "") -> str:
    """Draw a customer. Raises NotFound."""
    found = queries.customer(here().store.id, code)
    form = note or consent or NoteForm()
    return shop_page(
        "studio/customer.html", "orders", c=found, code=code, note=note or NoteForm(), form=form,
        consent=consent or ConsentForm(), extra=[("erasure", problem)] if problem else [], problem=problem,
        failed=bool(problem or form.errors), outcomes=OUTCOMES, orders=_orders(found), channels=_channels(found),
        answers=_options(ANSWERS), channel_options=_options(CHANNEL_NAMES),
    )  # fmt: skip


def _orders(found: Customer) -> list[tuple[Order, str, str]]:
    told = []
    for order in found.orders:
        words, kind = REFUSED if order.cancel_reason == "refused" else STATES[order.state]
        told.append((order, _(words), kind))
    return told


def _channels(found: Customer) -> list[tuple[str, object]]:
    return [(_(CHANNEL_NAMES[channel]), found.agreed.get(channel)) for channel in CHANNELS]


def _options(words: dict[str, str]) -> list[dict[str, str]]:
    return [{"value": key, "label": _(text)} for key, text in words.items()]


def _back(code: str, done: str) -> Response:
    flash(done, "done")
    return redirect(page_url("studio.customer", code=code), 303)
