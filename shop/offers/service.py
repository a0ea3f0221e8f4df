"""Verbs on offers. A use is one guarded statement on the offer's counter and one row for the order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, PriceChanged, Refused
from shop.core.money import Money
from shop.core.text import clean
from shop.offers.models import Offer, OfferProduct, Redemption
from shop.offers.words import Deal, read_code
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.stores.models import Store

MOST_OFFERS = 100
MOST_PERCENT = 90
MOST_PRODUCTS = 60
LEAST_CODE = 3
NO_MONEY = Money(0)

NAMELESS = N_("Give the offer a name: customers read it.")
NO_PERCENT = N_("Write a percentage from 1 to 90.")
NO_AMOUNT = N_("Write an amount above zero.")
SHORT_CODE = N_("A code has 3 letters or digits at least.")
TAKEN_CODE = N_("Another offer of yours has this code already.")
ENDS_FIRST = N_("The last day cannot come before the first one.")
OVER_ALREADY = N_("Choose a last day that is not over yet.")
USED_MORE = N_("It was used {n} times already: write this number or a higher one.")
NO_PRODUCT = N_("Choose one product at least, or the whole shop.")
TOO_MANY = N_("A shop keeps {most} offers at most.")
TOO_MANY_PRODUCTS = N_("Choose {most} products at most, or the whole shop.")
USED_UP_SINCE = N_(
    "The offer “{offer}” has ended since you looked. Nothing has been ordered: please check the new total."
)
USED_UP_MEANWHILE = N_("The offer of this order was used up by others meanwhile.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """An offer as it is written: `code` empty for an automatic one, `product_ids` None for the whole shop."""

    name: str
    kind: str
    percent: int = 0
    amount: Money = NO_MONEY
    code: str = ""
    minimum: Money = NO_MONEY
    from_day: date
    until_day: date | None = None
    most_uses: int | None = None
    most_per_phone: int | None = None
    product_ids: frozenset[int] | None = None


def create_offer(store_id: int, terms: Terms, *, by: Actor) -> int:
    """Write an offer that runs from its first day on; return its id. Raises Refused with its field."""
    _hold_store(store_id)
    if (session.scalar(select(func.count()).where(Offer.store_id == store_id)) or 0) >= MOST_OFFERS:
        raise Refused(TOO_MANY, most=MOST_OFFERS)
    row = _checked(store_id, terms, offer_id=None)
    if terms.until_day is not None and terms.until_day < clock.today():
        raise Refused(OVER_ALREADY, field="until_day")
    made = Offer(store_id=store_id, state="running", uses=0, created_at=clock.now(), **row)
    session.add(made)
    session.flush()
    _keep_to(store_id, made.id, terms.product_ids or ())
    _tell("offer.created", store_id, made.id, by=by, name=made.name, kind=made.kind)
    return made.id


def change_offer(store_id: int, offer_id: int, terms: Terms, *, by: Actor) -> None:
    """Write an offer anew; orders that used it keep what they had. Raises NotFound, Refused with its field."""
    _hold_store(store_id)
    row = _checked(store_id, terms, offer_id=offer_id)
    mine = update(Offer).where(Offer.id == offer_id, Offer.store_id == store_id)
    if terms.most_uses is not None:
        mine = mine.where(Offer.uses <= terms.most_uses)
    if not changed(mine.values(**row)):
        uses = session.scalar(select(Offer.uses).where(Offer.id == offer_id, Offer.store_id == store_id))
        if uses is None:
            raise NotFound(f"no offer {offer_id}")
        raise Refused(USED_MORE, field="most_uses", n=uses)
    changed(delete(OfferProduct).where(OfferProduct.offer_id == offer_id, OfferProduct.store_id == store_id))
    _keep_to(store_id, offer_id, terms.product_ids or ())
    _tell("offer.changed", store_id, offer_id, by=by, name=row["name"])


def pause(store_id: int, offer_id: int, *, by: Actor) -> None:
    """Let nobody use it until it is resumed. Raises NotFound, InvalidTransition."""
    _move(store_id, offer_id, "running", "paused")
    _tell("offer.paused", store_id, offer_id, by=by)


def resume(store_id: int, offer_id: int, *, by: Actor) -> None:
    """Let it be used again. Raises NotFound, InvalidTransition."""
    _move(store_id, offer_id, "paused", "running")
    _tell("offer.resumed", store_id, offer_id, by=by)


def redeem(store_id: int, order_id: int, deal: Deal, *, phone: str, by: Actor) -> None:
    """Use a deal's offer for an order; a deal without one does nothing.

    The counter's guarded statement holds the offer until the end of the transaction, so that the uses of a phone,
    counted after it, are exact too. Raises PriceChanged when it ended or was used up since it was seen.
    """
    offer = deal.offer
    if offer is None:
        return
    gone = PriceChanged(USED_UP_SINCE, offer=offer.name)
    if not changed(_free_use(store_id, offer.offer_id, runs=True).values(uses=Offer.uses + 1)):
        raise gone
    if offer.most_per_phone is not None and _uses_of(offer.offer_id, phone) >= offer.most_per_phone:
        raise gone
    row = {
        "store_id": store_id, "offer_id": offer.offer_id, "order_id": order_id, "phone": phone, "kind": offer.kind,
        "name": offer.name, "code": offer.code, "amount_minor": deal.worth.minor, "currency": deal.worth.currency,
        "at": clock.now(),
    }  # fmt: skip
    session.execute(insert(Redemption), row)
    _tell("offer.used", store_id, offer.offer_id, by=by, order=order_id, amount=deal.worth.minor)


def give_back(store_id: int, order_id: int, *, by: Actor) -> None:
    """Give back what a cancelled or returned order used; twice, or for an order that used nothing, is harmless."""
    mine = update(Redemption).where(Redemption.store_id == store_id, Redemption.order_id == order_id)
    freed = mine.where(Redemption.given_back_at.is_(None)).values(given_back_at=clock.now())
    offer_id = session.scalars(freed.returning(Redemption.offer_id), execution_options=_PLAIN).one_or_none()
    if offer_id is None:
        return
    changed(update(Offer).where(Offer.id == offer_id, Offer.store_id == store_id).values(uses=Offer.uses - 1))
    _tell("offer.given_back", store_id, offer_id, by=by, order=order_id)


def take_again(store_id: int, order_id: int, *, by: Actor) -> None:
    """Use once more what an order had given back, whatever became of the offer but its limit. Raises Refused."""
    mine = update(Redemption).where(Redemption.store_id == store_id, Redemption.order_id == order_id)
    taken = mine.where(Redemption.given_back_at.is_not(None)).values(given_back_at=None)
    offer_id = session.scalars(taken.returning(Redemption.offer_id), execution_options=_PLAIN).one_or_none()
    if offer_id is None:
        return
    if not changed(_free_use(store_id, offer_id, runs=False).values(uses=Offer.uses + 1)):
        raise Refused(USED_UP_MEANWHILE)
    _tell("offer.used", store_id, offer_id, by=by, order=order_id)


def forget_buyer(store_id: int, order_ids: Collection[int]) -> None:
    """Take out of the uses of orders whose they were; what was given, and that it was, stays."""
    mine = update(Redemption).where(Redemption.store_id == store_id, Redemption.order_id.in_(order_ids))
    changed(mine.values(phone=""))


_PLAIN = {"synchronize_session": False}


def _free_use(store_id: int, offer_id: int, *, runs: bool) -> Any:
    left = or_(Offer.most_uses.is_(None), Offer.uses < Offer.most_uses)
    guarded = update(Offer).where(Offer.id == offer_id, Offer.store_id == store_id, left)
    return guarded.where(*_running()) if runs else guarded


def _running() -> tuple[ColumnElement[bool], ...]:
    today = clock.today()
    return (
        Offer.state == "running", Offer.from_day <= today, or_(Offer.until_day.is_(None), Offer.until_day >= today)
    )  # fmt: skip


def _uses_of(offer_id: int, phone: str) -> int:
    held = select(func.count()).where(
        Redemption.offer_id == offer_id, Redemption.phone == phone, Redemption.given_back_at.is_(None)
    )
    return session.scalar(held) or 0


def _checked(store_id: int, terms: Terms, *, offer_id: int | None) -> dict[str, Any]:
    """Return the columns of an offer as it was written. Raises Refused with its field."""
    name, code = clean(terms.name, limit=60), read_code(terms.code)
    if not name:
        raise Refused(NAMELESS, field="name")
    if terms.kind == "percent" and not 1 <= terms.percent <= MOST_PERCENT:
        raise Refused(NO_PERCENT, field="percent")
    if terms.kind == "amount" and terms.amount.minor <= 0:
        raise Refused(NO_AMOUNT, field="amount")
    if terms.until_day is not None and terms.until_day < terms.from_day:
        raise Refused(ENDS_FIRST, field="until_day")
    _check_code(store_id, terms.code, code, offer_id)
    _check_products(store_id, terms.product_ids)
    return {
        "name": name, "kind": terms.kind, "percent": terms.percent if terms.kind == "percent" else 0,
        "amount_minor": terms.amount.minor if terms.kind == "amount" else 0, "currency": terms.amount.currency,
        "code": code or None, "minimum_minor": terms.minimum.minor, "from_day": terms.from_day,
        "until_day": terms.until_day, "most_uses": terms.most_uses, "most_per_phone": terms.most_per_phone,
    }  # fmt: skip


def _check_code(store_id: int, typed: str, code: str, offer_id: int | None) -> None:
    if not typed.strip():
        return
    if len(code) < LEAST_CODE:
        raise Refused(SHORT_CODE, field="code")
    holder = session.scalar(select(Offer.id).where(Offer.store_id == store_id, Offer.code == code))
    if holder not in {None, offer_id}:
        raise Refused(TAKEN_CODE, field="code")


def _check_products(store_id: int, product_ids: frozenset[int] | None) -> None:
    """Take products of this store only. Raises NotFound for another's, Refused for none or too many."""
    if product_ids is None:
        return
    if not product_ids:
        raise Refused(NO_PRODUCT, field="scope")
    if len(product_ids) > MOST_PRODUCTS:
        raise Refused(TOO_MANY_PRODUCTS, field="scope", most=MOST_PRODUCTS)
    hers = select(func.count()).where(Product.store_id == store_id, Product.id.in_(sorted(product_ids)))
    if session.scalar(hers) != len(product_ids):
        raise NotFound("no such product")


def _keep_to(store_id: int, offer_id: int, product_ids: Collection[int]) -> None:
    if product_ids:
        rows = [{"store_id": store_id, "offer_id": offer_id, "product_id": each} for each in sorted(product_ids)]
        session.execute(insert(OfferProduct), rows)


def _hold_store(store_id: int) -> None:
    """Let two hands that write offers of one store follow each other."""
    session.execute(select(Store.id).where(Store.id == store_id).with_for_update(key_share=True))


def _move(store_id: int, offer_id: int, old: str, new: str) -> None:
    mine = update(Offer).where(Offer.id == offer_id, Offer.store_id == store_id)
    if changed(mine.where(Offer.state == old).values(state=new)):
        return
    if session.scalar(select(Offer.id).where(Offer.id == offer_id, Offer.store_id == store_id)) is None:
        raise NotFound(f"no offer {offer_id}")
    raise InvalidTransition


def _tell(verb: str, store_id: int, offer_id: int, *, by: Actor, **values: object) -> None:
    journal.record(verb, subject="offer", subject_id=offer_id, store_id=store_id, by=by, **values)
