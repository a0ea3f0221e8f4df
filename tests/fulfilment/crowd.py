"""Many parcels under way at one partner, made from one that went through everything; partners answering in-process."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert, select, update
from werkzeug.test import Client, EnvironBuilder

from shop.catalogue.models import StockMovement, Variant
from shop.documents.models import LabelPrint
from shop.orders.models import Order, OrderLine, Purchase
from shop.payments.models import LedgerEntry, Payment
from shop.plumbing import wire
from shop.plumbing.db import Base, changed, session, table_of, transaction
from shop.shipping.models import Shipment
from shop.testing.carrier_parcels import CarrierSystem, Made
from shop.testing.outside import World, application

Row = dict[str, Any]


@contextmanager
def a_world_inside(kind: type[CarrierSystem]) -> Iterator[World]:
    """Give a world whose simulator gets and gives the same bytes as on a port, without the port."""
    world = World([kind])
    world.url = "http://127.0.0.1:9"
    there = Client(application(world))

    def exchange(request: httpx2.Request, *_addresses: object, **_bounds: object) -> Any:
        told = EnvironBuilder(
            str(request.url.path), base_url=world.url, method=request.method, data=request.read(),
            query_string=request.url.query.decode(), headers=list(request.headers.multi_items()),
        )  # fmt: skip
        answer = there.open(told, buffered=True)
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers]
        return answer.status_code, headers, answer.get_data()

    with pytest.MonkeyPatch.context() as changed_for_now:
        changed_for_now.setattr(wire, "exchange", exchange)
        yield world


@dataclass(frozen=True)
class Box:
    """A parcel under way."""

    id: int
    order_id: int
    tracking: str


def crowd(sim: CarrierSystem, first: Shipment, many: int) -> list[Box]:
    """Return as many parcels as one that was handed over, itself among them: their orders, money, stock, labels."""
    kept = sim.parcels[first.tracking]
    names = list(islice(_names(first), many - 1))
    for tracking, reference in names:
        sim.parcels[tracking] = _made(kept, first, tracking, reference)
    with transaction():
        rows = _copied(first, names)
    return [Box(first.id, first.order_id, first.tracking), *rows]


def _names(first: Shipment) -> Iterator[tuple[str, str]]:
    for at in count():
        tracking, reference = (f"{name[:-4]}{at:04}" for name in (first.tracking, first.reference))
        if tracking != first.tracking and reference != first.reference:
            yield tracking, reference


def _made(kept: Made, first: Shipment, tracking: str, reference: str) -> Made:
    said = json.dumps([kept.row, kept.told])
    row, told = json.loads(said.replace(first.tracking, tracking).replace(first.reference, reference))
    return Made(kept.account, tracking, row, told, deepcopy(kept.script))


def _copied(first: Shipment, names: Sequence[tuple[str, str]]) -> list[Box]:
    order = session.get_one(Order, first.order_id)
    codes = [f"Z{at:06}" for at in range(len(names))]
    purchases = _like(Purchase, order.purchase_id, [{"code": each, "key_hash": each} for each in codes])
    orders = _like(Order, order.id, [
        {"purchase_id": mine, "code": code} for mine, code in zip(purchases, codes, strict=True)
    ])  # fmt: skip
    mine = [{"order_id": each} for each in orders]
    for kind in (OrderLine, StockMovement):
        for row in session.scalars(select(table_of(kind).c.id).where(table_of(kind).c.order_id == order.id)):
            _like(kind, row, mine)
    taken = sum(session.scalars(select(OrderLine.pieces).where(OrderLine.order_id == order.id)))
    variant = session.scalars(select(OrderLine.variant_id).where(OrderLine.order_id == order.id)).one()
    changed(update(Variant).where(Variant.id == variant).values(on_hand=Variant.on_hand - taken * len(names)))
    _money(order.id, orders)
    boxes = _like(Shipment, first.id, [
        {**to, "tracking": tracking, "reference": reference}
        for to, (tracking, reference) in zip(mine, names, strict=True)
    ])  # fmt: skip
    for row in session.scalars(select(LabelPrint.id).where(LabelPrint.shipment_id == first.id)):
        _like(LabelPrint, row, [{"shipment_id": each} for each in boxes])
    return [Box(*each) for each in zip(boxes, orders, (tracking for tracking, _ in names), strict=True)]


def _money(order_id: int, orders: Sequence[int]) -> None:
    """Copy what an order owes and has paid."""
    payments: dict[int | None, Sequence[int | None]] = {None: [None] * len(orders)}
    for row in session.scalars(select(Payment.id).where(Payment.order_id == order_id)):
        payments[row] = _like(Payment, row, [{"order_id": each, "reference": f"P{each:09}"} for each in orders])
    movements: dict[int, list[int]] = {}
    for entry in session.execute(select(LedgerEntry.id, LedgerEntry.movement, LedgerEntry.payment_id)
                                 .where(LedgerEntry.order_id == order_id)).all():  # fmt: skip
        numbers = movements.setdefault(entry.movement, [secrets.randbits(62) for _each in orders])
        _like(LedgerEntry, entry.id, [
            {"order_id": order, "payment_id": payment, "movement": number}
            for order, payment, number in zip(orders, payments[entry.payment_id], numbers, strict=True)
        ])  # fmt: skip


def _like(kind: type[Base], key: int, changes: Sequence[Mapping[str, object]]) -> list[int]:
    """Add rows like one of them with other values; return their ids, in this order."""
    table = table_of(kind)
    row: Row = dict(session.execute(select(table).where(table.c.id == key)).one()._mapping)
    del row["id"]
    made = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(session.scalars(made, [{**row, **each} for each in changes]))
