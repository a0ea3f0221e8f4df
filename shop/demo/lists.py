"""The demo's carrier list: it came this morning, as a message, and waits for Amina to write it down."""

from __future__ import annotations

from sqlalchemy import select

from shop.core import clock
from shop.core.cells import dinars
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.settlement import drafts
from shop.settlement.queries import open_payments
from shop.settlement.reading import pasted
from shop.shipping.models import Shipment
from shop.stores.models import Store

CARRIER = "Barq Express"


def bring(slug: str, by: Actor) -> None:
    """Bring a list: some parcels whole, one short, one on its way, one that came back, one that nobody knows."""
    store_id = session.scalar(select(Store.id).where(Store.slug == slug)) or 0
    held = open_payments(store_id, CARRIER)[:3]
    told = [(each.tracking or each.reference, each.amount.minor, 0) for each in held]
    if told:
        name, minor, _fee = told[-1]
        told[-1] = (name, minor - 300_00, 0)
    told += [(name, minor, 0) for name, minor in _boxes(store_id, "in_transit")]
    told += [(name, 0, 250_00) for name, _minor in _boxes(store_id, "returned")]
    told.append(("yal-9Z8Y7X", 2_300_00, 0))
    text = "\n".join(f"{name} {dinars(minor)} DA {dinars(fee)}" for name, minor, fee in told)
    with transaction():
        drafts.keep(
            store_id, pasted(text), carrier_title=CARRIER, name="Message", reference=f"VRS-{clock.today():%y%m%d}",
            received_on=clock.today(), by=by,
        )  # fmt: skip


def _boxes(store_id: int, state: str) -> list[tuple[str, int]]:
    wanted = select(Shipment.tracking, Shipment.reference, Shipment.collect_minor).where(Shipment.store_id == store_id)
    mine = wanted.where(Shipment.state == state, Shipment.carrier_title == CARRIER).order_by(Shipment.id).limit(1)
    return [(row.tracking or row.reference, row.collect_minor) for row in session.execute(mine)]
