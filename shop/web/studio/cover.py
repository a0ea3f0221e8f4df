"""What is said of insuring a parcel, or any of a carrier's, in words."""

from __future__ import annotations

from dataclasses import dataclass

from shop.core.money import Money
from shop.orders.models import Order
from shop.plumbing import formats
from shop.plumbing.i18n import _
from shop.shipping import insurance
from shop.shipping.models import CarrierAccount, Shipment


@dataclass(frozen=True, slots=True)
class Cover:
    """Insurance of one parcel: what it costs in words, whether it has it, and whether that can still change."""

    words: str
    insured: bool
    can_change: bool


def cover_of(order: Order, parcel: Shipment | None) -> Cover | None:
    """Return what is said of a parcel's insurance; None where its carrier insures nothing and it has none."""
    most = insurance.most_of(parcel.carrier) if parcel is not None else None
    if parcel is None or (most is None and not parcel.insured):
        return None
    told = insurance.hundredths_of(order.store_id, parcel.account_id, [order.wilaya_code]) if parcel.account_id else []
    rate, worth = max(told, default=None), order.goods if most is None else min(order.goods, most)
    cost = parcel.insurance if parcel.insured else insurance.cost_of(parcel.carrier, order.goods, rate)
    return Cover(_words(rate, worth, cost), parcel.insured, insurance.can_change(parcel))


def _words(rate: int | None, worth: Money, cost: Money) -> str:
    amount, value = formats.money_text(cost), formats.money_text(worth)
    if rate is None or not cost:
        return _("for {worth}; the carrier has not told what it costs", worth=value)
    return _("{percent} of {worth}: {amount}", percent=formats.percent(rate), worth=value, amount=amount)


def tariff_of(account: CarrierAccount) -> str:
    """Return what insuring costs with a carrier that insures; nothing for one that does not."""
    most = insurance.most_of(account.carrier)
    if most is None:
        return ""
    told = insurance.hundredths_of(account.store_id, account.id)
    worth = formats.money_text(most)
    if not told:
        return _("Up to {most}. What it costs comes with the prices of the carrier.", most=worth)
    percents = " – ".join(formats.percent(each) for each in sorted({told[0], told[-1]}))
    return _("It costs you {percent} of what the goods are worth, up to {most}.", percent=percents, most=worth)
