"""The carriers of a store: their rates typed or pasted, and their desks."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.core.text import clean, fold, western_digits
from shop.plumbing import geography, journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.shipping.carriers import CARRIERS
from shop.shipping.models import CarrierAccount, CommuneRate, DeliveryRate, Desk

MOST_DINARS = 100_000
MOST_DAYS = 60
TARIFF = ("included_g", "per_kg_minor", "cm3_per_kg", "insured_from_minor")
TOLD = ("per_kg_minor", "insurance_hundredths")
# The carriers that come along know no catalogue: their titles and sentences are marked here.
WORDS = (
    N_("I deliver myself"), N_("Carrier with a rate sheet"), N_("Algérie Poste, EMS"),
    N_("A parcel’s number has 4 to 40 letters and digits."),
    N_("This is not a number of Algérie Poste: look at the receipt, for example EE000000005DZ."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """What delivery to one wilaya costs; None: not served that way.

    `per_kg` beyond what is included, and the percentage of its insurance, where its partner tells them.
    """

    wilaya_code: str
    home: Money | None
    desk: Money | None
    min_days: int = 1
    max_days: int = 3
    per_kg: Money | None = None
    insurance_hundredths: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRow:
    """One desk as it is typed."""

    wilaya_code: str
    name: str
    commune_code: str = ""
    address: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line of pasted text (from 1): an English msgid and its values."""

    line: int
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


def add_carrier(
    store_id: int,
    carrier: str,
    title: str,
    *,
    by: Actor,
    title_ar: str = "",
    phone: str = "",
    may_open: bool = False,
    return_minor: int | None = None,
    settings: Mapping[str, Any] | None = None,
) -> CarrierAccount:
    """Give a store one more carrier, the last to be asked. Raises Refused for one that isn't installed."""
    if carrier not in CARRIERS.usable:
        raise Refused(N_("Please choose one of the carriers in the list."), field="carrier")
    if not clean(title, limit=80):
        raise Refused(N_("Please type the name that buyers will read."), field="title")
    last = session.scalar(select(func.max(CarrierAccount.position)).where(CarrierAccount.store_id == store_id))
    account = CarrierAccount(
        store_id=store_id, carrier=carrier, title=clean(title, limit=80), title_ar=clean(title_ar, limit=80),
        phone=phone, may_open=may_open, return_minor=return_minor, settings=dict(settings or {}),
        position=0 if last is None else last + 1, active=True,
    )  # fmt: skip
    session.add(account)
    session.flush()
    _tell("carrier.added", account.id, store_id, by=by, carrier=carrier, title=account.title)
    return account


def change_carrier(store_id: int, account_id: int, *, by: Actor, **values: Any) -> None:
    """Change what a carrier is called, promises and costs, its position or whether it is active. Raises NotFound."""
    allowed = {"title", "title_ar", "phone", "may_open", "return_minor", "position", "active", *TARIFF}
    if unknown := values.keys() - allowed:
        raise TypeError(f"not to be changed: {sorted(unknown)}")
    mine = update(CarrierAccount).where(CarrierAccount.store_id == store_id, CarrierAccount.id == account_id)
    if not values or not changed(mine.values(**values)):
        raise NotFound(f"no carrier {account_id}")
    _tell("carrier.changed", account_id, store_id, by=by, fields=sorted(values))


def ask_first(store_id: int, account_id: int, *, by: Actor) -> None:
    """Put a carrier before the others: for each wilaya, the first one that serves it is offered. Raises NotFound."""
    first = session.scalar(select(func.min(CarrierAccount.position)).where(CarrierAccount.store_id == store_id))
    change_carrier(store_id, account_id, position=(first or 0) - 1, by=by)


def set_rates(store_id: int, account_id: int, rows: Sequence[RateRow], *, by: Actor) -> None:
    """Replace a carrier's rates. Raises NotFound, or Refused when two rows are for one wilaya.

    What a kilogram more and insurance cost stays as its partner told it where a row says nothing of it.
    """
    _own(store_id, account_id)
    if len({row.wilaya_code for row in rows}) != len(rows):
        raise Refused(N_("A wilaya is written twice."), field="rates")
    told = _told(store_id, account_id)
    for table in (DeliveryRate, CommuneRate):  # what is typed is for whole wilayas
        session.execute(delete(table).where(table.store_id == store_id, table.account_id == account_id))
    if rows:
        nothing = dict.fromkeys(TOLD)
        values = [
            told.get(row.wilaya_code, nothing) | _rate_values(store_id, account_id, row) | _told_now(row)
            for row in rows
        ]
        session.execute(insert(DeliveryRate), values)
    _tell("carrier.rates_set", account_id, store_id, by=by, wilayas=len(rows))


def _rate_values(store_id: int, account_id: int, row: RateRow) -> dict[str, Any]:
    return {
        "store_id": store_id, "account_id": account_id, "wilaya_code": row.wilaya_code, "min_days": row.min_days,
        "max_days": row.max_days, "home_minor": None if row.home is None else row.home.minor,
        "desk_minor": None if row.desk is None else row.desk.minor,
        "currency": (row.home or row.desk or Money(0)).currency,
    }  # fmt: skip


def _told_now(row: RateRow) -> dict[str, int]:
    """Return what a row says of the partner's own tariff."""
    said = {
        "per_kg_minor": None if row.per_kg is None else row.per_kg.minor,
        "insurance_hundredths": row.insurance_hundredths,
    }
    return {name: value for name, value in said.items() if value is not None}


def _told(store_id: int, account_id: int) -> dict[str, dict[str, int | None]]:
    mine = (DeliveryRate.store_id == store_id, DeliveryRate.account_id == account_id)
    return {
        rate.wilaya_code: {name: getattr(rate, name) for name in TOLD}
        for rate in session.scalars(select(DeliveryRate).where(*mine))
    }


def set_desks(store_id: int, account_id: int, rows: Sequence[DeskRow], *, by: Actor) -> None:
    """Replace a carrier's desks. Raises NotFound. Orders of before keep the name of theirs."""
    _own(store_id, account_id)
    session.execute(delete(Desk).where(Desk.store_id == store_id, Desk.account_id == account_id))
    if rows:
        mine = {"store_id": store_id, "account_id": account_id, "active": True}
        session.execute(insert(Desk), [asdict(row) | mine for row in rows])
    _tell("carrier.desks_set", account_id, store_id, by=by, desks=len(rows))


def add_desk(store_id: int, account_id: int, row: DeskRow, *, by: Actor) -> int:
    """Add one desk and return its id. Raises NotFound."""
    _own(store_id, account_id)
    values = asdict(row) | {"store_id": store_id, "account_id": account_id, "active": True}
    made: int = session.execute(insert(Desk).returning(Desk.id), values).scalar_one()
    _tell("carrier.desk_added", account_id, store_id, by=by, desk=made)
    return made


def change_desk(store_id: int, desk_id: int, row: DeskRow, *, active: bool, by: Actor) -> None:
    """Write a desk as it is typed, offered or hidden. Raises NotFound. Orders of before keep its name of then."""
    mine = update(Desk).where(Desk.store_id == store_id, Desk.id == desk_id)
    account_id = session.scalar(select(Desk.account_id).where(Desk.store_id == store_id, Desk.id == desk_id))
    if account_id is None or not changed(mine.values(**asdict(row), active=active)):
        raise NotFound(f"no desk {desk_id}")
    _tell("carrier.desk_changed", account_id, store_id, by=by, desk=desk_id, active=active)


def read_rates_csv(text: str) -> tuple[list[RateRow], list[Problem]]:
    """Read pasted rates: wilaya; home; desk [; min days; max days], in whole dinars, empty where not served.

    Commas, semicolons and tabs, wilaya codes and names in any spelling, a heading line, spaces and Arabic digits
    are understood. Returns what could be read and what could not, by line; never raises for what is typed.
    """
    rows: dict[str, RateRow] = {}
    problems: list[Problem] = []
    for number, cells in enumerate(_cells(text), start=1):
        if not any(cells) or (number == 1 and _is_heading(cells)):
            continue
        try:
            row = _read(cells)
        except Refused as refused:
            problems.append(Problem(number, refused.message, refused.values))
            continue
        if row.wilaya_code in rows:
            problems.append(Problem(number, N_("A wilaya is written twice.")))
            continue
        rows[row.wilaya_code] = row
    return list(rows.values()), problems


def _cells(text: str) -> list[list[str]]:
    lines = western_digits(text.replace("\x00", "").removeprefix("\ufeff"))[:50_000].splitlines()
    mark = next((mark for mark in "\t;" if any(mark in line for line in lines)), ",")
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=mark, strict=False)
    return [[clean(cell, limit=60) for cell in row] for row in reader]


def _is_heading(cells: Sequence[str]) -> bool:
    return geography.find_wilaya(cells[0]) is None and not any(any(map(str.isdigit, cell)) for cell in cells[1:])


def _read(cells: Sequence[str]) -> RateRow:
    first, rest = cells[0], [*cells[1:], "", "", "", ""]
    # "31 – Oran" is how lists show it: the number before the name is enough.
    wilaya = geography.find_wilaya(first) or geography.find_wilaya(_FIRST.match(first)[0])  # type: ignore[index]
    if wilaya is None:
        raise Refused(N_("No wilaya is called “{text}”."), text=first)
    low = _days(rest[2], 1)
    high = _days(rest[3], max(3, low))
    if low > high:
        raise Refused(N_("The days of delivery are the wrong way round."))
    return RateRow(wilaya_code=wilaya.code, home=_dinars(rest[0]), desk=_dinars(rest[1]), min_days=low, max_days=high)


_FIRST = re.compile(r"\d{0,2}")
_NOT_SERVED = frozenset(fold(word) for word in ("-", "x", "non", "no", "لا", "n/a"))


def _dinars(cell: str) -> Money | None:
    bare = cell.replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    for unit in ("DZD", "DA", "da", "دج", "د.ج"):
        bare = bare.removesuffix(unit)
    if fold(bare) in _NOT_SERVED or bare in {"", "-", "–", "—"}:
        return None
    if not (bare.isascii() and bare.isdigit() and int(bare[:9]) <= MOST_DINARS and len(bare) <= 9):
        raise Refused(N_("“{text}” is not a price in whole dinars."), text=cell)
    return Money.dinars(int(bare))


def _days(cell: str, default: int) -> int:
    if not cell:
        return default
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 2 and int(cell) <= MOST_DAYS):
        raise Refused(N_("“{text}” is not a number of days."), text=cell)
    return int(cell)


def _own(store_id: int, account_id: int) -> None:
    mine = select(CarrierAccount.id).where(CarrierAccount.store_id == store_id, CarrierAccount.id == account_id)
    if session.scalar(mine) is None:
        raise NotFound(f"no carrier {account_id}")


def _tell(verb: str, account_id: int, store_id: int, *, by: Actor, **values: Any) -> None:
    journal.record(verb, subject="carrier", subject_id=account_id, store_id=store_id, by=by, **values)
