"""Verbs on price lists. Payments that were opened keep the amount that they were opened with."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, insert, select, update

from shop.abroad.models import ForeignList, ForeignPrice
from shop.abroad.words import CURRENCIES, STEPS
from shop.catalogue.models import Variant
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.stores.models import Store

MOST_WORTH = Money.dinars(1_000_000)
MOST_PRICE = 99_999_999  # minor units: no service of cards takes more

NO_WORTH = N_("Write how many dinars it is worth, for example 250.")
NO_STEP = N_("Please choose how prices are rounded.")
NO_PRICE = N_("Write a price above nothing, or leave it empty.")
LAST_DIGIT = N_("Services of cards take this currency with a 0 as its last digit only, for example 12.340.")


def keep(store_id: int, currency: str, *, worth: Money, step: int, by: Actor) -> None:
    """Keep a list in a currency, made or changed: what its units are worth, up to which step prices are rounded.

    Raises NotFound for a currency that isn't there, Refused with its field.
    """
    _require(currency)
    _hold_store(store_id)
    if not Money(0) < worth <= MOST_WORTH:
        raise Refused(NO_WORTH, field="worth")
    if step not in STEPS[Money(0, currency).decimals]:
        raise Refused(NO_STEP, field="step")
    values = {"worth_minor": worth.minor, "step_minor": step, "changed_at": clock.now()}
    mine = update(ForeignList).where(ForeignList.store_id == store_id, ForeignList.currency == currency)
    if not changed(mine.values(**values)):
        session.execute(insert(ForeignList), {"store_id": store_id, "currency": currency, **values})
    _tell("prices_abroad.kept", store_id, currency, by=by, worth=worth.minor, step=step)


def fix(store_id: int, currency: str, prices: Mapping[int, Money | None], *, by: Actor) -> None:
    """Fix what pieces cost in a currency, by variant; None lets the price follow the dinars again.

    Raises NotFound for others' variants and a list that isn't there, Refused (field `fixed-<variant>`).
    """
    _require(currency)
    _own(store_id, set(prices))
    for variant_id, price in prices.items():
        _check(currency, price, f"fixed-{variant_id}")
    _hold_store(store_id)
    kept = select(ForeignList.currency).where(ForeignList.store_id == store_id, ForeignList.currency == currency)
    if session.scalar(kept) is None:
        raise NotFound(f"no list in {currency}")
    known = _known(store_id, currency, set(prices))
    moved = {each: price.minor if price else None for each, price in prices.items()}
    moved = {each: minor for each, minor in moved.items() if minor != known.get(each)}
    if not moved:
        return
    mine = (ForeignPrice.store_id == store_id, ForeignPrice.currency == currency)
    changed(delete(ForeignPrice).where(*mine, ForeignPrice.variant_id.in_(sorted(moved))))
    rows = [
        {"store_id": store_id, "currency": currency, "variant_id": each, "price_minor": minor}
        for each, minor in moved.items() if minor is not None
    ]  # fmt: skip
    if rows:
        session.execute(insert(ForeignPrice), rows)
    _tell("prices_abroad.fixed", store_id, currency, by=by, prices={str(each): minor for each, minor in moved.items()})


def drop(store_id: int, currency: str, *, by: Actor) -> None:
    """Keep no list in a currency any more; what is being paid in it goes on. Raises NotFound."""
    mine = delete(ForeignList).where(ForeignList.store_id == store_id, ForeignList.currency == currency)
    fixed = delete(ForeignPrice).where(ForeignPrice.store_id == store_id, ForeignPrice.currency == currency)
    changed(fixed)
    if not changed(mine):
        raise NotFound(f"no list in {currency}")
    _tell("prices_abroad.dropped", store_id, currency, by=by)


def _hold_store(store_id: int) -> None:
    """Let one change of a shop's lists wait for the other."""
    session.execute(select(Store.id).where(Store.id == store_id).with_for_update(key_share=True))


def _require(currency: str) -> None:
    if currency not in CURRENCIES:
        raise NotFound(f"no lists in {currency}")


def _own(store_id: int, variant_ids: set[int]) -> None:
    hers = select(func.count()).where(Variant.store_id == store_id, Variant.id.in_(sorted(variant_ids)))
    if variant_ids and session.scalar(hers) != len(variant_ids):
        raise NotFound("no such article")


def _check(currency: str, price: Money | None, field: str) -> None:
    if price is None:
        return
    if price.currency != currency or not 0 < price.minor <= MOST_PRICE:
        raise Refused(NO_PRICE, field=field)
    if price.decimals == 3 and price.minor % 10:
        raise Refused(LAST_DIGIT, field=field)


def _known(store_id: int, currency: str, variant_ids: set[int]) -> dict[int, int]:
    wanted = select(ForeignPrice.variant_id, ForeignPrice.price_minor).where(
        ForeignPrice.store_id == store_id, ForeignPrice.currency == currency,
        ForeignPrice.variant_id.in_(sorted(variant_ids)),
    )  # fmt: skip
    return {row.variant_id: row.price_minor for row in session.execute(wanted)}


def _tell(verb: str, store_id: int, currency: str, *, by: Actor, **values: object) -> None:
    journal.record(verb, subject="store", subject_id=store_id, store_id=store_id, by=by, currency=currency, **values)
