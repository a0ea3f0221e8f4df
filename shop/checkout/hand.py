"""Sold from hand to hand, at a fair or in the street: paid in cash at once, nothing to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from sqlalchemy import select

from shop.checkout.queries import lines_of, require_stock
from shop.checkout.service import frozen
from shop.checkout.words import Line, fingerprint
from shop.core import clock
from shop.core.errors import InvalidTransition, PriceChanged, Refused
from shop.core.money import Money, total
from shop.core.text import clean
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.service import NewOrder, Purchased
from shop.payments import ledger
from shop.payments import service as payments
from shop.plumbing import geography, journal
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.stores.models import Store

NOTHING = N_("Choose at least one article.")
ABOVE = N_("The agreed price is above what the articles cost. Write a lower one, or change the articles.")
NO_REASON = N_("Write why this price was agreed: the reason stands on the order.")
TOO_LATE = N_("A sale can be undone within a minute only. Now give the money back, and count the stock.")
MOST_PIECES = 999
UNDO_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Agreed:
    """Another price than that of the articles, as it was agreed face to face, and why."""

    price: Money
    reason: str


@dataclass(frozen=True)
class HandGoods:
    """What is being sold, as it would be written down now."""

    lines: tuple[Line, ...]
    agreed: Agreed | None = None

    @property
    def goods(self) -> Money:
        """What the articles cost."""
        return total((line.total for line in self.lines), self.lines[0].unit.currency)

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.agreed.price if self.agreed else self.goods

    @property
    def discount(self) -> Money:
        """What the agreed price takes off."""
        return self.goods - self.total

    @property
    def shares(self) -> list[Money]:
        """What it takes off each line."""
        if not self.discount:
            return [self.discount for _line in self.lines]
        return self.discount.allocate([line.total.minor for line in self.lines])

    @property
    def pieces(self) -> int:
        """How many pieces change hands."""
        return sum(line.pieces for line in self.lines)

    @cached_property
    def hash(self) -> str:
        """What was seen: the form that takes the money carries it back."""
        seen = [[line.variant_id, line.pieces, line.unit.minor, line.unit.currency] for line in self.lines]
        return fingerprint([seen, self.total.minor, self.agreed.reason if self.agreed else ""])


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBuyer:
    """Who takes it along, as far as she says: phone in E.164."""

    name: str = ""
    phone: str = ""
    language: str = "ar"


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale that stands; `repeated` when this key had already made it."""

    order_id: int
    code: str
    repeated: bool


def goods_in_hand(store_id: int, pieces: Mapping[int, int], agreed: Agreed | None = None) -> HandGoods:
    """Return what would be sold (variant → pieces), at the price that was agreed if there is one.

    Raises Refused for nothing, for an agreed price above the articles' and for one without a reason, OutOfStock,
    NotFound for others' articles.
    """
    wanted = {variant_id: many for variant_id, many in sorted(pieces.items()) if 0 < many <= MOST_PIECES}
    if not wanted:
        raise Refused(NOTHING)
    lines = lines_of(store_id, wanted)
    for line in lines:
        require_stock(line)
    goods = HandGoods(tuple(lines), agreed)
    if agreed and goods.discount.minor < 0:
        raise Refused(ABOVE, field="agreed")
    if agreed and not clean(agreed.reason, limit=60):
        raise Refused(NO_REASON, field="reason")
    return goods


def sell_in_hand(
    store: Store, pieces: Mapping[int, int], *, key: str, seen: str, buyer: HandBuyer, by: Actor,
    agreed: Agreed | None = None,
) -> Sold:  # fmt: skip
    """Write a sale face to face: an order that is completed, its cash collected and settled, nothing to send.

    Idempotent by `key`. Raises PriceChanged when it isn't any more what `seen` stands for, Conflict when the key came
    with another request, and what `goods_in_hand` raises.
    """
    asked = fingerprint(["hand", store.id, sorted(pieces.items()), seen])
    purchase = orders.place_purchase(key, request_hash=asked, cart_id=None, language=buyer.language)
    if purchase.repeated:
        row = session.execute(select(Order.id, Order.code).where(Order.purchase_id == purchase.id)).one()
        return Sold(row[0], row[1], repeated=True)
    goods = goods_in_hand(store.id, pieces, agreed)
    if goods.hash != seen:
        raise PriceChanged
    return _written(store, purchase, goods, buyer, by=by)


def undo_sale(store_id: int, order_id: int, *, by: Actor) -> None:
    """Take a sale back within a minute: its pieces are in the stock again, its money is given back.

    Raises Refused later than that, and when it was undone before.
    """
    try:
        orders.mark_sale_undone(store_id, order_id, since=clock.now() - UNDO_WITHIN, by=by)
    except InvalidTransition:
        raise Refused(TOO_LATE) from None
    orders.put_back(store_id, order_id, reason="cancelled", by=by)
    ledger.cancelled(store_id, order_id, by=by)
    payments.refund_in_hand(store_id, order_id, by=by)


def _written(store: Store, purchase: Purchased, goods: HandGoods, buyer: HandBuyer, *, by: Actor) -> Sold:
    order_id, code = orders.add_order(purchase, _order(store, goods, buyer), wanted_code=purchase.code)
    lines = [frozen(line, share) for line, share in zip(goods.lines, goods.shares, strict=True)]
    orders.take_stock([(store.id, order_id, line) for line in lines], by=by)
    orders.add_lines(store.id, order_id, lines)
    agreed = {"agreed": goods.agreed.reason} if goods.agreed else {}
    journal.record(
        "order.placed", subject="order", subject_id=order_id, store_id=store.id, by=by, code=code,
        purchase=purchase.code, total=goods.total.minor, kind="hand", **agreed,
    )  # fmt: skip
    orders.mark_confirmed(store.id, order_id, by=by)
    orders.mark_packed(store.id, [order_id])
    orders.mark_completed(store.id, order_id, by=by)
    nothing = Money(0, goods.total.currency)
    ledger.sold(store.id, order_id, goods=goods.goods, delivery=nothing, discount=goods.discount, by=by)
    payments.take_in_hand(store.id, order_id, goods.total, by=by)
    return Sold(order_id, code, repeated=False)


def _order(store: Store, goods: HandGoods, buyer: HandBuyer) -> NewOrder:
    # It was sold where she stood: her own commune is the nearest that is known, and no address is asked for.
    home = store.commune_code or geography.communes(store.wilaya_code, "fr")[0].code
    return NewOrder(
        store_id=store.id, language=buyer.language, buyer_name=clean(buyer.name, limit=120), phone=buyer.phone,
        wilaya_code=store.wilaya_code, commune_code=home, address="", note="", kind="hand",
        goods_minor=goods.goods.minor, delivery_minor=0, discount_minor=goods.discount.minor,
        offer_name=clean(goods.agreed.reason, limit=60) if goods.agreed else "", currency=goods.total.currency,
    )  # fmt: skip
