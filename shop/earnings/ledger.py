"""What one order earned: its price, less everything that is known to have been spent on it. Pure; no database.

What buyers pay for delivery is the carrier's and counts for nothing here, unless the workshop gave some of it away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from shop.core.money import Money, total


@dataclass(frozen=True, slots=True)
class Sold:
    """One line: the name in each language, how many, at which price, less which share of a reduction.

    `cost` is what all its pieces cost, None when that is not known.
    """

    product_id: int
    names: tuple[tuple[str, str], ...]
    pieces: int
    price: Money
    cost: Money | None
    discount: Money


@dataclass(frozen=True)
class Ended:
    """One order that was taken or came back, with what is known of its money.

    `carriage` is the carrier's price, `delivery` what the buyer paid of it; `kept` is what the carrier kept of it all,
    `difference` what is too much or missing; both None while the carrier has not paid. `way_back` is what the return
    costs, None when that is not known.
    """

    order_id: int
    code: str
    at: datetime
    wilaya_code: str
    kind: str
    taken: bool
    lines: tuple[Sold, ...] = field(repr=False)
    delivery: Money
    carriage: Money
    kept: Money | None
    difference: Money | None
    way_back: Money | None
    service: Money | None = None  # what a service of cards, or a bank, kept
    given_back: Money | None = None  # what the buyer got back of the price

    @property
    def discount(self) -> Money:
        """What a reduction took off its lines."""
        return total((line.discount for line in self.lines), self.delivery.currency)

    @property
    def price(self) -> Money:
        """What the buyer paid for the articles."""
        return self._goods - self.discount

    @property
    def _goods(self) -> Money:
        return total((line.price for line in self.lines), self.delivery.currency)

    @property
    def offered(self) -> Money:
        """The part of the delivery that the workshop gave away."""
        return max(self.carriage - self.delivery, self._nothing, key=lambda each: each.minor)

    @property
    def fees(self) -> Money | None:
        """What the carrier kept beyond the delivery that the buyer paid, and what a service of cards kept."""
        if self.kept is None:
            return None
        return max(self.kept - self.delivery, self._nothing, key=lambda each: each.minor) + self._of(self.service)

    @property
    def cost(self) -> Money:
        """What materials and packaging cost, as far as it is known."""
        return total((line.cost for line in self.lines if line.cost is not None), self.delivery.currency)

    @property
    def costs_known(self) -> bool:
        """Tell whether the cost of every line is known."""
        return all(line.cost is not None for line in self.lines)

    @property
    def spent(self) -> Money:
        """What the whole parcel cost: delivery given away, fees, missing cash, what went back to the buyer.

        Of one that came back: its way back.
        """
        if not self.taken:
            return self.way_back or self._nothing
        lost = self.fees or self._nothing
        return self.offered + lost - self._of(self.difference) + self._of(self.given_back)

    def _of(self, amount: Money | None) -> Money:
        return self._nothing if amount is None else amount

    @property
    def earned(self) -> Money:
        """What is left of the price; of an order that came back, what its way back cost is lost."""
        return total(self.by_line, self.delivery.currency)

    @cached_property
    def by_line(self) -> tuple[Money, ...]:
        """What each line earned: what the parcel cost is shared among its lines by their prices."""
        weights = [line.price.minor for line in self.lines]
        shares = self.spent.allocate(weights if any(weights) else [1] * len(weights))
        return tuple(
            (line.price - line.discount - (line.cost or self._nothing) if self.taken else self._nothing) - share
            for line, share in zip(self.lines, shares, strict=True)
        )  # fmt: skip

    @property
    def _nothing(self) -> Money:
        return Money(0, self.delivery.currency)


@dataclass(frozen=True, slots=True)
class Row:
    """So many orders of one product, wilaya or month: taken, come back, pieces, what they earned; what is not known."""

    key: str
    names: tuple[tuple[str, str], ...]
    taken: int
    returned: int
    pieces: int
    earned: Money
    unknown: int  # orders taken whose materials, or carrier's fees, are not known

    @property
    def each(self) -> Money:
        """What one piece earned, rounded down."""
        return Money(self.earned.minor // self.pieces, self.earned.currency) if self.pieces else self.earned

    @property
    def refusal(self) -> int:
        """How many of a hundred parcels came back."""
        ended = self.taken + self.returned
        return round(100 * self.returned / ended) if ended else 0


@dataclass(frozen=True)
class Earnings:
    """What a span of time earned, and where it went."""

    orders: tuple[Ended, ...]

    @property
    def taken(self) -> list[Ended]:
        """The orders that were taken and paid."""
        return [order for order in self.orders if order.taken]

    @property
    def returned(self) -> int:
        """How many parcels came back."""
        return len(self.orders) - len(self.taken)

    @property
    def refusal(self) -> int:
        """How many of a hundred parcels came back."""
        return round(100 * self.returned / len(self.orders)) if self.orders else 0

    @property
    def goods(self) -> Money:
        """The price of everything that was taken, before anything goes off."""
        return total(order.price + order.discount for order in self.taken)

    @property
    def earned(self) -> Money:
        """What the orders taken earned, less what came back cost."""
        return total(order.earned for order in self.orders)

    @property
    def way_back(self) -> Money:
        """What the parcels that came back cost, as far as it is known."""
        return total(order.spent for order in self.orders if not order.taken)

    @property
    def ways_back_unknown(self) -> int:
        """How many parcels came back at a cost that is not known."""
        return sum(order.way_back is None for order in self.orders if not order.taken)

    def sum(self, what: str) -> Money:
        """Return the sum of discount, offered, fees, cost, given_back or missing over the orders taken."""
        if what == "missing":
            return -total(order.difference for order in self.taken if order.difference is not None)
        amounts = (getattr(order, what) for order in self.taken)
        return total(amount for amount in amounts if amount is not None)

    @property
    def cost_unknown(self) -> int:
        """How many orders taken lack the cost of some material or packaging."""
        return sum(not order.costs_known for order in self.taken)

    @property
    def fees_unknown(self) -> int:
        """How many orders taken have a carrier that has not paid yet."""
        return sum(order.fees is None for order in self.taken)

    def by_wilaya(self) -> list[Row]:
        """Return a row for each wilaya that parcels went to, those that earned most first; sales in hand left out."""
        sent = [order for order in self.orders if order.kind != "hand"]
        keys = sorted({order.wilaya_code for order in sent})
        return _ranked([_row(key, (), [order for order in sent if order.wilaya_code == key]) for key in keys])

    def by_product(self) -> list[Row]:
        """Return a row for each product, those that earned most first."""
        names: dict[int, tuple[tuple[str, str], ...]] = {}
        for order in self.orders:
            names.update({line.product_id: line.names for line in order.lines})
        return _ranked([self._product(product_id, names[product_id]) for product_id in names])

    def _product(self, product_id: int, names: tuple[tuple[str, str], ...]) -> Row:
        mine = [(order, at) for order in self.orders for at, line in enumerate(order.lines)
                if line.product_id == product_id]  # fmt: skip
        sold = [(order, at) for order, at in mine if order.taken]
        return Row(
            key=str(product_id), names=names, taken=len({order.order_id for order, _at in sold}),
            returned=len({order.order_id for order, _at in mine if not order.taken}),
            pieces=sum(order.lines[at].pieces for order, at in sold),
            earned=total(order.by_line[at] for order, at in mine),
            unknown=len({order.order_id for order, at in sold if order.lines[at].cost is None or order.fees is None}),
        )  # fmt: skip


def _row(key: str, names: tuple[tuple[str, str], ...], orders: list[Ended]) -> Row:
    taken = [order for order in orders if order.taken]
    return Row(
        key=key, names=names, taken=len(taken), returned=len(orders) - len(taken),
        pieces=sum(line.pieces for order in taken for line in order.lines),
        earned=total(order.earned for order in orders),
        unknown=sum(not order.costs_known or order.fees is None for order in taken),
    )  # fmt: skip


def by_month(earnings: Earnings, months: list[str], month_of: dict[int, str]) -> list[Row]:
    """Return a row for each month (YYYY-MM), in their order; `month_of` says in which one each order ended."""
    return [_row(month, (), [o for o in earnings.orders if month_of[o.order_id] == month]) for month in months]


def _ranked(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.earned.minor, -row.taken, row.key))
