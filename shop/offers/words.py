"""What an offer is worth to a parcel: plain arithmetic that knows no order, no database and no page.

One offer counts for a parcel, the best for the buyer; offers never add up. Percentages, and amounts off chosen
products, are counted piece by piece in whole dinars, so that a product's page and its order say the same; an amount
off the whole shop counts once and is shared over the lines without losing a centime.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shop.core.money import Money, total
from shop.core.text import western_digits
from shop.plumbing.i18n import N_

DINAR = 100  # minor units
LONGEST_CODE = 20

UNKNOWN_CODE = N_("This workshop has no offer with this code. Check its letters, or order without it.")
NOT_YET = N_("This code counts from {day}.")
OVER = N_("This code ended on {day}.")
PAUSED = N_("The workshop has stopped this code for the moment.")
USED_UP = N_("This code has been used as often as it may be.")
USED_BY_PHONE = N_("This code was already used with this phone number.")
BELOW = N_("This code counts from {amount} of articles.")
OTHER_GOODS = N_("This code is for other articles of this workshop.")


@dataclass(frozen=True, slots=True)
class Article:
    """One line as an offer looks at it."""

    product_id: int
    unit: Money
    pieces: int

    @property
    def total(self) -> Money:
        """What the line costs."""
        return self.unit * self.pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An offer as it stands at this moment."""

    offer_id: int
    store_id: int
    state: str
    name: str
    kind: str
    percent: int
    amount: Money
    code: str
    minimum: Money
    from_day: date
    until_day: date | None
    most_uses: int | None
    most_per_phone: int | None
    uses: int
    product_ids: frozenset[int] = frozenset()

    def stage(self, today: date) -> str:
        """Tell whether it is running, paused, planned, ended or used_up."""
        if self.until_day is not None and self.until_day < today:
            return "ended"
        if self.most_uses is not None and self.uses >= self.most_uses:
            return "used_up"
        if self.state == "paused":
            return "paused"
        return "planned" if self.from_day > today else "running"

    def is_for(self, product_id: int) -> bool:
        """Tell whether a product is among those it is kept to."""
        return not self.product_ids or product_id in self.product_ids

    def off_piece(self, unit: Money) -> Money:
        """Return what it takes off one piece: whole dinars, never more than the piece costs; zero when counted once."""
        if self.kind == "percent":
            dinars = (unit.minor * self.percent + 50 * DINAR) // (100 * DINAR)
            return Money(min(dinars * DINAR, unit.minor), unit.currency)
        if self.kind == "amount" and self.product_ids:
            return Money(min(self.amount.minor, unit.minor), unit.currency)
        return Money(0, unit.currency)

    def shares(self, articles: Sequence[Article]) -> tuple[Money, ...]:
        """Return what it takes off each line, in their order."""
        if self.kind != "amount" or self.product_ids:
            return tuple(
                self.off_piece(each.unit) * each.pieces if self.is_for(each.product_id) else each.unit * 0
                for each in articles
            )
        goods = goods_of(articles)
        off = Money(min(self.amount.minor, goods.minor), goods.currency)
        return tuple(off.allocate([each.total.minor for each in articles])) if off else _nothing(articles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What one offer does to one parcel: its share of each line, and what it gives of the delivery."""

    shares: tuple[Money, ...]
    delivery_off: Money
    offer: Standing | None = None
    instead_of: Standing | None = None  # the automatic offer that the typed code replaces
    beaten: Standing | None = None  # the offer of the typed code, when an automatic one gives more

    @property
    def discount(self) -> Money:
        """What is taken off the goods."""
        return total(self.shares, self.delivery_off.currency)

    @property
    def worth(self) -> Money:
        """What the workshop gives in all."""
        return self.discount + self.delivery_off


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a code does not count: an English msgid, and what fills it (days and Money are dressed by the page)."""

    message: str
    values: Mapping[str, date | Money]


def read_code(text: str) -> str:
    """Return a code as it is kept, however it was typed: capitals, western digits, no spaces or dashes."""
    return "".join(char for char in western_digits(text).upper() if char.isalnum())[:LONGEST_CODE]


def goods_of(articles: Sequence[Article]) -> Money:
    """Return what the articles cost before any offer."""
    return total((each.total for each in articles), articles[0].unit.currency)


def problem_of(
    offer: Standing | None, articles: Sequence[Article], *, today: date, used_by_phone: int = 0
) -> Problem | None:
    """Return why a typed code does not count for these articles; None when it does."""
    if offer is None:
        return Problem(UNKNOWN_CODE, {})
    if offer.stage(today) != "running":
        return _not_running(offer, today)
    if offer.most_per_phone is not None and used_by_phone >= offer.most_per_phone:
        return Problem(USED_BY_PHONE, {})
    if not any(offer.is_for(each.product_id) for each in articles):
        return Problem(OTHER_GOODS, {})
    return Problem(BELOW, {"amount": offer.minimum}) if goods_of(articles) < offer.minimum else None


def _not_running(offer: Standing, today: date) -> Problem:
    stage = offer.stage(today)
    if stage == "ended":
        return Problem(OVER, {"day": offer.until_day or today})
    if stage == "planned":
        return Problem(NOT_YET, {"day": offer.from_day})
    return Problem(PAUSED if stage == "paused" else USED_UP, {})


def best(
    offers: Iterable[Standing], articles: Sequence[Article], delivery: Money, *, today: date, code: str = "",
    used_by_phone: Mapping[int, int] | None = None,
) -> Deal:  # fmt: skip
    """Return the deal that is best for the buyer: of the automatic offers, and of the one with this code if it counts.

    `delivery` is what the parcel's way costs, zero while none is chosen. The older offer wins a draw, and an
    automatic one wins it against a code, which is then not used up.
    """
    used = used_by_phone or {}
    able = [
        each for each in offers
        if problem_of(each, articles, today=today, used_by_phone=used.get(each.offer_id, 0)) is None
    ]  # fmt: skip
    automatic = _best_of([each for each in able if not each.code], articles, delivery)
    if not code:
        return automatic
    typed = _best_of([each for each in able if each.code == code], articles, delivery)
    if typed.worth > automatic.worth:
        return Deal(shares=typed.shares, delivery_off=typed.delivery_off, offer=typed.offer, instead_of=automatic.offer)
    by_code = next((each for each in able if each.code == code), None)
    beaten = by_code if automatic.offer is not None else None
    return Deal(
        shares=automatic.shares, delivery_off=automatic.delivery_off, offer=automatic.offer, beaten=beaten
    )  # fmt: skip


def nothing(articles: Sequence[Article]) -> Deal:
    """Return the deal of a parcel without offers."""
    return Deal(shares=_nothing(articles), delivery_off=Money(0, articles[0].unit.currency))


def _best_of(offers: Sequence[Standing], articles: Sequence[Article], delivery: Money) -> Deal:
    found = nothing(articles)
    for each in sorted(offers, key=lambda offer: offer.offer_id):
        zero = Money(0, delivery.currency)
        deal = Deal(
            shares=each.shares(articles), delivery_off=delivery if each.kind == "delivery" else zero, offer=each
        )
        if deal.worth > found.worth:
            found = deal
    return found


def _nothing(articles: Sequence[Article]) -> tuple[Money, ...]:
    return tuple(each.unit * 0 for each in articles)
