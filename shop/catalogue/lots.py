"""The lots of a product: a batch has a code, the day it was made, the day until which it is good."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from shop.catalogue import stock
from shop.catalogue.models import Lot, Product
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.core.text import clean
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor

LONGEST_CODE = 40
MOST_LOTS = 500
CODELESS = N_("Write the code of the lot, as it stands on the label.")
KNOWN = N_("This product has a lot of this code already.")
TOO_MANY = N_("A product can have {most} lots at most.")
BACKWARDS = N_("A lot is good until a day after the one on which it was made.")


def lots_of(store_id: int, product_id: int) -> list[Lot]:
    """Return the lots of a product, the newest first."""
    wanted = select(Lot).where(Lot.store_id == store_id, Lot.product_id == product_id)
    return list(session.scalars(wanted.order_by(Lot.id.desc()), execution_options={"populate_existing": True}))


def add_lot(
    store_id: int, product_id: int, code: str, *, by: Actor, made_on: date | None = None,
    best_before: date | None = None, pieces: int | None = None,
) -> Lot:  # fmt: skip
    """Write a new lot, which is sold from now on. Raises Refused with its field, NotFound."""
    code = clean(code, limit=LONGEST_CODE)
    if not code:
        raise Refused(CODELESS, field="code")
    if made_on and best_before and best_before <= made_on:
        raise Refused(BACKWARDS, field="best_before")
    stock.hold_product(product_id)
    if session.scalar(select(Product.id).where(Product.id == product_id, Product.store_id == store_id)) is None:
        raise NotFound
    known = {each.code for each in lots_of(store_id, product_id)}
    if code in known:
        raise Refused(KNOWN, field="code")
    if len(known) >= MOST_LOTS:
        raise Refused(TOO_MANY, field="code", most=MOST_LOTS)
    lot = Lot(
        store_id=store_id, product_id=product_id, code=code, made_on=made_on, best_before=best_before, pieces=pieces,
        at=clock.now(),
    )  # fmt: skip
    session.add(lot)
    session.flush()
    _sell(store_id, product_id, lot.id)
    _record("lot.added", product_id, store_id, by, lot=code)
    return lot


def sell_lot(store_id: int, product_id: int, lot_id: int, *, by: Actor) -> None:
    """Sell this lot from now on; saying it twice is harmless. Raises NotFound."""
    stock.hold_product(product_id)
    lot = session.scalar(select(Lot).where(Lot.id == lot_id, Lot.store_id == store_id, Lot.product_id == product_id))
    if lot is None:
        raise NotFound(f"no lot {lot_id}")
    if lot.current:
        return
    _sell(store_id, product_id, lot_id)
    _record("lot.sold_now", product_id, store_id, by, lot=lot.code)


def _sell(store_id: int, product_id: int, lot_id: int) -> None:
    mine = update(Lot).where(Lot.store_id == store_id, Lot.product_id == product_id)
    changed(mine.where(Lot.id != lot_id).values(current=False))
    changed(mine.where(Lot.id == lot_id).values(current=True))
    changed(update(Product).where(Product.id == product_id).values(version=Product.version + 1))


def _record(verb: str, product_id: int, store_id: int, by: Actor, **values: object) -> None:
    journal.record(verb, subject="product", subject_id=product_id, store_id=store_id, by=by, **values)
