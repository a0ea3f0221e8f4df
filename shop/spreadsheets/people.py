"""Customers and sales of before Hirfa on a sheet: compared with what is known, and kept apart from the shop's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shop.core.phone import BadPhone, parse_phone
from shop.customers import past
from shop.customers.models import Contact, PastOrder
from shop.plumbing import geography
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.spreadsheets.topics import Asked, Told, Topic
from shop.spreadsheets.values import Bad, Change, Field, Problem, Reading, amount, change, day, listed, text

NO_PHONE = N_("Write the phone: it tells who this is.")
NOT_A_PHONE = N_("{column}: write the number with its 10 digits, for example 0550 12 34 56.")
NOT_A_WILAYA = N_("{column}: “{text}” is no wilaya. Write its name or its number.")
NO_NAME = N_("Write the name of this customer.")
NO_REFERENCE = N_("Write a reference: a code of your own that names this sale, on this line and next time.")
INCOMPLETE = N_("{column}: this is missing on a line about a sale that is new.")
OUTCOMES: Mapping[str, str] = {"taken": N_("Handed over and paid"), "refused": N_("Refused at delivery")}


def _phone(typed: str) -> str:
    try:
        return parse_phone(typed)
    except BadPhone:
        raise Bad(NOT_A_PHONE) from None


def _wilaya(typed: str) -> str:
    found = geography.find_wilaya(typed)
    if found is None:
        raise Bad(NOT_A_WILAYA, text=typed[:40])
    return found.code


_OF_A_CUSTOMER: Mapping[str, Field] = {
    "name": Field(text(120)), "wilaya": Field(_wilaya, ""), "note": Field(text(500, block=True), ""),
}  # fmt: skip
_OF_A_SALE: Mapping[str, Field] = {
    "day": Field(day), "name": Field(text(120), ""), "phone": Field(_phone), "wilaya": Field(_wilaya, ""),
    "what": Field(text(500)), "amount": Field(amount),
    "outcome": Field(listed([*OUTCOMES.items(), ("taken", N_("Taken")), ("refused", N_("Refused"))]), ""),
}  # fmt: skip
_KEPT_AS = {"wilaya": "wilaya_code", "amount": "amount_minor"}  # columns whose values have another name in the shop


@dataclass
class _Row(Reading):
    """One customer or sale as it will stand: `values` has what it will be, `verdict` what that means."""

    reference: str = ""
    line: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    verdict: str = "same"

    def judged(self, known: bool) -> _Row:
        """Say what becomes of it."""
        self.verdict = "wrong" if self.problems else "new" if not known else "changed" if self.changes else "same"
        return self


Rows = Callable[[int, Sequence[Asked]], list[_Row]]
Keep = Callable[..., None]


def _topic(rows: Rows, keep: Keep) -> Topic:
    def look(store_id: int, asked: Sequence[Asked]) -> list[Told]:
        return [
            Told(each.verdict, each.values.get("name", ""), each.changes, each.problems)
            for each in rows(store_id, asked)
        ]

    def write(store_id: int, asked: Sequence[Asked], by: Actor) -> list[Sequence[Problem]]:
        found = rows(store_id, asked)
        keep(store_id, [each.values for each in found if each.verdict in {"new", "changed"}], by=by)
        return [each.problems for each in found]

    return Topic(look, write)


# ── customers ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _customers(store_id: int, asked: Sequence[Asked]) -> list[_Row]:
    phones = [each.reference for each in asked]
    known, buyers = past.contacts(store_id, phones), past.buyers(store_id, phones)
    return [_customer(each, known.get(each.reference), buys=each.reference in buyers) for each in asked]


def _customer(asked: Asked, known: Contact | None, *, buys: bool) -> _Row:
    """Compare with what is known; of who orders here, the orders say name and wilaya, and only a note is new."""
    row = _read(asked, _OF_A_CUSTOMER)
    if not asked.reference:
        row.wrong(row.line, NO_PHONE)
    else:
        row.value(asked.lines[0], "phone", Field(_phone))
    said = dict(row.values)
    if buys and known is None and not said.get("note"):
        row.values = {"name": said.get("name", "")}
        return row.judged(known=True)
    kept = {name: getattr(known, name) for name in past.CONTACT} if known else dict.fromkeys(past.CONTACT, "")
    _compare(row, kept, {"note": said.get("note", kept["note"])} if buys and known else said)
    row.values = {"phone": asked.reference, **kept, **said}
    if not row.values["name"] and not buys and "name" not in row.unread:
        row.wrong(row.line, NO_NAME)
    return row.judged(known=known is not None)


CUSTOMERS = _topic(_customers, past.keep_contacts)


# ── sales of before ───────────────────────────────────────────────────────────────────────────────────────────────


def _sales(store_id: int, asked: Sequence[Asked]) -> list[_Row]:
    references = [each.reference for each in asked]
    known, here = past.sales(store_id, references), past.orders_called(store_id, references)
    return [_sale(each, known.get(each.reference), here=each.reference in here) for each in asked]


def _sale(asked: Asked, known: PastOrder | None, *, here: bool) -> _Row:
    """Compare with what is known; an order that the shop has itself is no sale of before."""
    row = _read(asked, _OF_A_SALE)
    if not asked.reference:
        row.wrong(row.line, NO_REFERENCE)
    if here:
        row.problems.clear()
        return row.judged(known=True)
    said = dict(row.values)
    kept = {name: getattr(known, name) for name in past.SALE} if known else {"outcome": ""}
    if known is None:
        for column in ("day", "phone", "what", "amount"):
            if _KEPT_AS.get(column, column) not in said and column not in row.unread:
                row.wrong(row.line, INCOMPLETE, column=column)
    _compare(row, kept, {name: value for name, value in said.items() if name in past.SALE})
    row.values = {"reference": asked.reference, "name": "", "wilaya_code": "", **kept, **said}
    return row.judged(known=known is not None)


PAST = _topic(_sales, past.keep_sales)


def _read(asked: Asked, columns: Mapping[str, Field]) -> _Row:
    row = _Row(reference=asked.reference, line=asked.lines[0].number)
    row.values = {_KEPT_AS.get(key, key): value for key, value in row.agreed(asked.lines, columns).items()}
    return row


def _compare(row: _Row, kept: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    columns = {name: column for column, name in _KEPT_AS.items()}
    for name, value in said.items():
        before = kept.get(name)
        if value != before:
            row.changes.append(change(columns.get(name, name), before, value))
