"""What customs is told of a parcel that leaves: what is in it, its weight, its service, what an SDR was worth that day.

Read from the products until the label is printed or the carrier is asked; written down then, so that a product that
is changed later changes no paper. Until the carrier was asked, a change makes the label one of yesterday: it says so,
and the next print tells what is true. Values are those of the order.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import select, update

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.customs import Rate, rate_on
from shop.core.money import Money
from shop.orders import queries as orders
from shop.orders.models import Order, OrderLine
from shop.paths import PACKAGE
from shop.plumbing import journal
from shop.plumbing.countries import HOME
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor
from shop.shipping import abroad
from shop.shipping.customs_models import CustomsFacts
from shop.shipping.models import Shipment


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what it is in French and English, how many pieces, their net weight and value together."""

    fr: str
    en: str
    pieces: int
    net_g: int
    value: Money
    hs: str
    origin: str

    @property
    def named(self) -> str:
        """What it is, in the languages in which it is said."""
        return " / ".join(dict.fromkeys(filter(None, (self.fr, self.en))))


@dataclass(frozen=True, slots=True)
class Facts:
    """All that customs is told of what is in a parcel."""

    goods: tuple[Item, ...]
    gross_g: int
    service: str
    rate: Rate
    day: date

    @property
    def mark(self) -> str:
        """Tell them apart from others: the day on which they were written down is none of them."""
        told = {name: each for name, each in content_of(self).items() if name not in {"day", "rate"}}
        return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def facts(order: Order, parcel: Shipment) -> Facts:
    """Return what papers say of a parcel: as it was written down, else as its products are now."""
    kept = _kept(parcel.store_id, [parcel.id]).get(parcel.id)
    return read(kept.content) if kept is not None else facts_now(order, parcel)


def facts_told(order: Order, parcel: Shipment) -> Facts:
    """Return what its carrier is told: what was written down once it was asked, else what is true now."""
    return facts(order, parcel) if _was_asked(parcel) else facts_now(order, parcel)


def facts_now(order: Order, parcel: Shipment) -> Facts:
    """Return what is true of a parcel now."""
    lines, today = orders.lines(order.store_id, [order.id])[order.id], clock.today()
    return Facts(
        tuple(_items(order.store_id, lines)), parcel.weighs_g, abroad.service_to(order.store_id, order.country),
        rate_on(rates(), today), today,
    )  # fmt: skip


def freeze(store_id: int, shipment_ids: Sequence[int], *, by: Actor) -> None:
    """Write down what customs is told of those of these parcels that leave; what a carrier was told already stays."""
    kept = _kept(store_id, shipment_ids)
    for parcel, order in _leaving(store_id, shipment_ids):
        before = kept.get(parcel.id)
        if before is not None and _was_asked(parcel):
            continue
        found = facts_now(order, parcel)
        if before is not None and before.mark == found.mark:
            continue
        row = {"content": content_of(found), "mark": found.mark, "at": clock.now()}
        mine = update(CustomsFacts).where(CustomsFacts.store_id == store_id, CustomsFacts.shipment_id == parcel.id)
        if not changed(mine.values(**row)):
            session.add(CustomsFacts(store_id=store_id, shipment_id=parcel.id, **row))
            session.flush()
        journal.record(
            "shipment.customs_frozen", subject="shipment", subject_id=parcel.id, store_id=store_id, by=by,
            mark=found.mark,
        )  # fmt: skip


def marks(store_id: int, shipment_ids: Sequence[int]) -> dict[int, str]:
    """Return the mark of what customs is told now of those of these parcels that leave: a label of another is old."""
    kept = _kept(store_id, shipment_ids)
    return {
        parcel.id: kept[parcel.id].mark if parcel.id in kept and _was_asked(parcel) else facts_now(order, parcel).mark
        for parcel, order in _leaving(store_id, shipment_ids)
    }


def outdated(order: Order, parcel: Shipment) -> bool:
    """Tell whether what is written down is no longer true, and may still be corrected."""
    if order.country == HOME or _was_asked(parcel):
        return False
    kept = _kept(parcel.store_id, [parcel.id]).get(parcel.id)
    return kept is not None and kept.mark != facts_now(order, parcel).mark


def content_of(found: Facts) -> dict[str, Any]:
    """Return facts as they are written down."""
    return {
        "goods": [
            {"fr": each.fr, "en": each.en, "pieces": each.pieces, "net_g": each.net_g, "value": each.value.minor,
             "currency": each.value.currency, "hs": each.hs, "origin": each.origin}
            for each in found.goods
        ],
        "gross_g": found.gross_g, "service": found.service, "day": found.day.isoformat(),
        "rate": {"on": found.rate.on.isoformat(), "thousandths": found.rate.thousandths, "source": found.rate.source},
    }  # fmt: skip


def read(content: Mapping[str, Any]) -> Facts:
    """Return facts that were written down."""
    rate = content["rate"]
    return Facts(
        tuple(
            Item(each["fr"], each["en"], each["pieces"], each["net_g"], Money(each["value"], each["currency"]),
                 each["hs"], each["origin"])
            for each in content["goods"]
        ),
        content["gross_g"], content["service"],
        Rate(date.fromisoformat(rate["on"]), rate["thousandths"], rate["source"]),
        date.fromisoformat(content["day"]),
    )  # fmt: skip


@cache
def rates() -> tuple[Rate, ...]:
    """Return the rates of the SDR that come along: each with its day and its source."""
    with (PACKAGE / "data" / "sdr.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Rate(date.fromisoformat(row["on"]), int(Decimal(row["dinars"]) * 1000), row["source"])
            for row in csv.DictReader(file)
        )


def _items(store_id: int, lines: Sequence[OrderLine]) -> Iterable[Item]:
    mine = select(Product).where(Product.store_id == store_id, Product.id.in_([line.product_id for line in lines]))
    known = {each.id: each for each in session.scalars(mine)}
    for line in lines:
        product = known[line.product_id]
        yield Item(
            fr=product.customs_fr, en=product.customs_en, pieces=line.pieces,
            net_g=(product.net_weight_g or line.weight_g) * line.pieces,
            value=line.unit * line.pieces - Money(line.discount_minor, line.currency),
            hs=product.hs_code + product.hs_more, origin=product.origin,
        )  # fmt: skip


def _was_asked(parcel: Shipment) -> bool:
    """Tell whether its carrier may know it already: then nothing that was told changes any more."""
    return parcel.booked_at is not None or parcel.asked_at is not None


def _leaving(store_id: int, shipment_ids: Sequence[int]) -> list[tuple[Shipment, Order]]:
    wanted = (
        select(Shipment, Order).join(Order, Order.id == Shipment.order_id)
        .where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids), Order.wilaya_code == Order.commune_code)
    )  # fmt: skip
    rows = session.execute(wanted, execution_options={"populate_existing": True})
    return [(row[0], row[1]) for row in rows if row[1].country != HOME]


def _kept(store_id: int, shipment_ids: Sequence[int]) -> dict[int, CustomsFacts]:
    wanted = select(CustomsFacts).where(
        CustomsFacts.store_id == store_id, CustomsFacts.shipment_id.in_(shipment_ids)
    )  # fmt: skip
    return {each.shipment_id: each for each in session.scalars(wanted)}
