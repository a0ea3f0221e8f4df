"""What happens to purchases and orders. Every verb stands in its caller's transaction and writes the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shop.catalogue import making, stock
from shop.catalogue import service as catalogue
from shop.catalogue.models import StockMovement, Variant
from shop.core import clock
from shop.core.errors import Conflict, InvalidTransition, OutOfStock
from shop.core.states import ORDER
from shop.core.text import fold, new_code
from shop.orders import lots
from shop.orders.models import Order, OrderLine, Purchase
from shop.plumbing import journal
from shop.plumbing.db import changed, session, table_of
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.plumbing.links import digest
from shop.stores.models import Store
from shop.stores.queries import identity

CODE_LETTERS = 6  # and one that checks them
NETWORK_KEPT = timedelta(hours=24)
NOT_LEFT = N_("Too few pieces are left for this order. Make more first, or cancel it.")


@dataclass(frozen=True, slots=True)
class Purchased:
    """A purchase, new or the one that this key had already made."""

    id: int
    code: str
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """One order to be written: amounts in minor units of `currency`, phone in E.164."""

    store_id: int
    language: str
    buyer_name: str
    phone: str
    wilaya_code: str
    commune_code: str
    address: str
    note: str
    kind: str
    goods_minor: int
    delivery_minor: int
    currency: str = "DZD"
    discount_minor: int = 0
    offer_name: str = ""
    offer_code: str = ""
    promised_from: date | None = None
    promised_to: date | None = None
    terms: str = ""
    terms_hash: str = ""
    network_mark: str = ""
    city: str = ""  # abroad only, as the next one
    postcode: str = ""
    email: str = ""
    gift: bool = False
    gift_words: str = ""
    payer_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """One line to be frozen into an order: names, labels and price as they are at this moment."""

    variant_id: int
    product_id: int
    name_ar: str
    name_fr: str
    name_en: str
    label_ar: str
    label_fr: str
    label_en: str
    cover: str
    unit_minor: int
    currency: str
    pieces: int
    weight_g: int
    fragile: bool
    personal: str = ""
    discount_minor: int = 0
    caution: str = ""
    cost_minor: int | None = None  # what a piece costs its maker, if she said so


def place_purchase(key: str, *, request_hash: str, cart_id: int | None, language: str) -> Purchased:
    """Claim a key: write its purchase, or return the one it made before.

    A parallel second tap waits here for the first one. Raises Conflict when the key came with another request.
    """
    key_hash = digest(key)
    row = {"key_hash": key_hash, "request_hash": request_hash, "cart_id": cart_id, "language": language}
    while True:
        code = new_code(CODE_LETTERS)
        made = _insert_once(Purchase, {**row, "code": code, "placed_at": clock.now()})
        if made is not None:
            return Purchased(made, code, repeated=False)
        seen = session.execute(_PURCHASE.where(Purchase.key_hash == key_hash)).one_or_none()
        if seen is None:
            continue  # another purchase has this code: draw again
        if seen.request_hash != request_hash:
            raise Conflict("this key came with another request")
        return Purchased(seen.id, seen.code, repeated=True)


_PURCHASE = select(Purchase.id, Purchase.code, Purchase.request_hash)


def add_order(purchase: Purchased, new: NewOrder, *, wanted_code: str | None = None) -> tuple[int, str]:
    """Write one order of a purchase, in state placed; return its id and code.

    `wanted_code` is used when it is free: an only order bears the code of its purchase.
    """
    row = asdict(new) | {
        "purchase_id": purchase.id, "state": "placed", "buyer_fold": fold(new.buyer_name)[:160], "tries": 0,
        "total_minor": new.goods_minor + new.delivery_minor - new.discount_minor, "placed_at": clock.now(),
        "cancel_reason": "", "seller": identity(session.get_one(Store, new.store_id)),
    }  # fmt: skip
    code = wanted_code or new_code(CODE_LETTERS)
    while True:
        made = _insert_once(Order, {**row, "code": code})
        if made is not None:
            return made, code
        code = new_code(CODE_LETTERS)


def add_lines(store_id: int, order_id: int, lines: Sequence[NewLine]) -> None:
    """Freeze the lines of an order, all in one statement."""
    of_order = {"store_id": store_id, "order_id": order_id, "lot": ""}
    session.execute(insert(table_of(OrderLine)), [asdict(line) | of_order for line in lines])


def _insert_once(table: type[Purchase | Order], row: dict[str, Any]) -> int | None:
    """Insert a row unless one of its unique values is taken; return its id, or None."""
    made: int | None = session.execute(_once(table, session.get_bind().dialect.name), row).scalar_one_or_none()
    return made


@cache
def _once(table: type[Purchase | Order], dialect: str) -> Executable:
    # built once, on the bare table: two of them stand in every order
    upsert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    bare = table_of(table)
    return upsert(bare).on_conflict_do_nothing().returning(bare.c.id)


def take_stock(wanted: Sequence[tuple[int, int, NewLine]], *, by: Actor) -> None:
    """Take the pieces of (store_id, order_id, line) from stock, in one order for all buyers, so none waits crosswise.

    Raises OutOfStock.
    """
    stock.hold_products({line.product_id for _store, _order, line in wanted})
    take_held(wanted, by=by)


def take_held(wanted: Sequence[tuple[int, int, NewLine]], *, by: Actor) -> None:
    """Do what `take_stock` does for whoever holds the products already. Raises OutOfStock."""
    pieces: dict[tuple[int, int, int, int], int] = defaultdict(int)  # two lines may differ by their personal text only
    for store_id, order_id, line in wanted:
        pieces[line.product_id, line.variant_id, store_id, order_id] += line.pieces
    for (_product, variant_id, store_id, order_id), count in sorted(pieces.items()):
        stock.take_held(store_id, variant_id, count, order_id=order_id, by=by)


def forget_networks() -> None:
    """Forget from which network orders came that are older than a day."""
    old = update(Order).where(Order.network_mark != "", Order.placed_at < clock.now() - NETWORK_KEPT)
    changed(old.values(network_mark=""))


def leave_in_stock(store_id: int, order_id: int, *, by: Actor) -> None:
    """Let an order wait without its pieces: they are taken when it is confirmed. Raises InvalidTransition."""
    _update(store_id, order_id, frozenset({"placed"}), Order.set_aside.is_(True), set_aside=False)
    _tell("order.left_in_stock", store_id, order_id, by=by)


def take_at_last(store_id: int, order_id: int, *, by: Actor) -> bool:
    """Take the pieces of an order that waits without them; tell whether it did. Raises OutOfStock."""
    waits = (Order.store_id == store_id, Order.id == order_id, Order.state == "placed", Order.set_aside.is_(False))
    if not changed(update(Order).where(*waits).values(set_aside=True)):
        return False
    lines = (
        select(OrderLine.variant_id, func.sum(OrderLine.pieces)).join(Variant, Variant.id == OrderLine.variant_id)
        .where(OrderLine.store_id == store_id, OrderLine.order_id == order_id)
        .group_by(OrderLine.variant_id, Variant.product_id).order_by(Variant.product_id, OrderLine.variant_id)
    )  # fmt: skip
    try:
        for variant_id, pieces in session.execute(lines).all():
            catalogue.take(store_id, variant_id, int(pieces), order_id=order_id, by=by)
    except OutOfStock:
        raise OutOfStock(NOT_LEFT, field="outcome") from None
    _tell("order.taken_at_last", store_id, order_id, by=by)
    return True


def follow_cover(store_id: int, old: str, new: str) -> None:
    """Let the lines of orders show a photograph by its new files; their words and prices stay as they were frozen."""
    mine = update(OrderLine).where(OrderLine.store_id == store_id, OrderLine.cover == old)
    changed(mine.values(cover=new))


def put_back(store_id: int, order_id: int, *, reason: str, by: Actor) -> None:
    """Put back what the order still holds of the stock, by movement rows, and leave the queue; twice is harmless.

    `reason` is 'cancelled' or 'returned'.
    """
    held = func.sum(StockMovement.delta)
    for variant_id, pieces in _moved(store_id, order_id, -held, held < 0):
        catalogue.restock(store_id, variant_id, pieces, reason=reason, order_id=order_id, by=by)
    making.leave(store_id, order_id)


def take_again(store_id: int, order_id: int, *, by: Actor) -> None:
    """Take once more what an order had put back, exactly. Raises OutOfStock when others were quicker."""
    sold = func.max(-StockMovement.delta).filter(StockMovement.reason == "sold")
    for variant_id, pieces in _moved(store_id, order_id, sold, func.sum(StockMovement.delta) == 0):
        if pieces:
            catalogue.take(store_id, variant_id, pieces, order_id=order_id, by=by)
    making.wait_again(store_id, order_id)


def _moved(
    store_id: int, order_id: int, pieces: ColumnElement[int], which: ColumnElement[bool]
) -> list[tuple[int, int]]:
    """Return (variant, pieces) of an order's movements, in the one order in which stock is touched."""
    wanted = (
        select(StockMovement.variant_id, pieces)
        .join(Variant, Variant.id == StockMovement.variant_id)
        .where(StockMovement.order_id == order_id, StockMovement.store_id == store_id)
        .group_by(StockMovement.variant_id, Variant.product_id)
        .having(which)
        .order_by(Variant.product_id, StockMovement.variant_id)
    )
    return [(row[0], int(row[1])) for row in session.execute(wanted)]


def mark_packed(store_id: int, order_ids: Collection[int]) -> None:
    """Say that the pieces of these orders are made and packed: nobody waits for them any more. Twice is harmless."""
    making.made(store_id, order_ids)


def mark_confirmed(store_id: int, order_id: int, *, by: Actor) -> None:
    """placed → confirmed; its lines take the lots that are being sold now. Raises InvalidTransition."""
    _move(store_id, order_id, "confirmed", by=by, confirmed_at=clock.now(), call_at=None)
    lots.freeze(store_id, order_id)


def mark_cancelled(
    store_id: int, order_id: int, reason: str, *, by: Actor, still: frozenset[str] = ORDER.sources("cancelled")
) -> None:
    """Cancel an order that is in one of the states `still`, with one of models.CANCEL_REASONS.

    The stock is `put_back`'s business. Raises InvalidTransition.
    """
    values = {"cancelled_at": clock.now(), "cancel_reason": reason, "call_at": None}
    _move(store_id, order_id, "cancelled", by=by, still=still, **values)


def mark_completed(store_id: int, order_id: int, *, by: Actor) -> None:
    """confirmed → completed: the buyer has it. Raises InvalidTransition."""
    _move(store_id, order_id, "completed", by=by, completed_at=clock.now())


def mark_sale_undone(store_id: int, order_id: int, *, since: datetime, by: Actor) -> None:
    """Undo a sale from hand to hand that was made since a moment: it is cancelled. Raises InvalidTransition."""
    fresh = (Order.kind == "hand", Order.completed_at >= since)
    values = {"state": "cancelled", "cancelled_at": clock.now(), "cancel_reason": "other", "completed_at": None}
    _update(store_id, order_id, frozenset({"completed"}), *fresh, **values)
    _tell("order.sale_undone", store_id, order_id, by=by)


def mark_placed_again(store_id: int, order_id: int, *, tries: int, call_at: datetime | None, by: Actor) -> None:
    """Undo a confirmation or a cancellation: the order is as it was before. Raises InvalidTransition."""
    _update(
        store_id, order_id, frozenset({"confirmed", "cancelled"}), state="placed", tries=tries, call_at=call_at,
        confirmed_at=None, cancelled_at=None, cancel_reason="",
    )  # fmt: skip
    lots.forget(store_id, order_id)
    _tell("order.placed_again", store_id, order_id, by=by)


def count_try(store_id: int, order_id: int, *, call_at: datetime | None) -> int:
    """Count one unanswered call of a placed order and say when to try again; return the tries so far.

    Raises InvalidTransition.
    """
    mine = update(Order).where(Order.store_id == store_id, Order.id == order_id, Order.state == "placed")
    counted = mine.values(tries=Order.tries + 1, call_at=call_at).returning(Order.tries)
    tries: int | None = session.execute(counted, execution_options={"synchronize_session": False}).scalar_one_or_none()
    if tries is None:
        raise InvalidTransition
    return tries


def put_off(store_id: int, order_id: int, *, tries: int | None = None, call_at: datetime | None) -> None:
    """Set when a placed order is to be called next (and its tries, when a call is undone). Raises InvalidTransition."""
    counted = {} if tries is None else {"tries": tries}
    _update(store_id, order_id, frozenset({"placed"}), call_at=call_at, **counted)


def _move(
    store_id: int, order_id: int, state: str, *, by: Actor, still: frozenset[str] | None = None, **values: object
) -> None:
    sources = ORDER.sources(state) if still is None else still & ORDER.sources(state)
    _update(store_id, order_id, sources, state=state, **values)
    reason = {"reason": values["cancel_reason"]} if "cancel_reason" in values else {}
    _tell(f"order.{state}", store_id, order_id, by=by, **reason)


def _update(
    store_id: int, order_id: int, states: frozenset[str], *conditions: ColumnElement[bool], **values: object
) -> None:
    mine = update(Order).where(Order.store_id == store_id, Order.id == order_id, Order.state.in_(states), *conditions)
    if not changed(mine.values(**values)):
        raise InvalidTransition


def _tell(verb: str, store_id: int, order_id: int, *, by: Actor, **values: object) -> None:
    journal.record(verb, subject="order", subject_id=order_id, store_id=store_id, by=by, **values)
