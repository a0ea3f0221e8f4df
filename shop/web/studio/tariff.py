"""What heavy and bulky parcels cost with a carrier: typed by her, or as its partner tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shop.core.boxes import GRAMS, Weighing
from shop.core.money import Money
from shop.plumbing import formats
from shop.plumbing.i18n import N_, _
from shop.shipping import queries
from shop.shipping.models import CarrierAccount
from shop.shipping.quotes import told_weighing, weighing_of
from shop.web.ui.forms import DinarsField, HirfaForm, WholeField

MOST_KG = 100
MOST_CM3 = 20_000
NOTHING_INCLUDED = N_("Write how many kilograms the prices include; 0 when none.")


class TariffForm(HirfaForm):
    """The weight within the prices, what a kilogram more costs, and how volume counts. Empty: as the partner tells."""

    included_kg = WholeField(N_("Kilograms within the prices"), most=MOST_KG)
    per_kg = DinarsField(N_("Each kilogram more"), most=10_000)
    cm3_per_kg = WholeField(N_("How many cm³ count as a kilogram?"), most=MOST_CM3)

    def __init__(self, *args: Any, account: CarrierAccount, **kwargs: Any) -> None:
        known = {
            "included_kg": None if account.included_g is None else account.included_g // GRAMS,
            "per_kg": None if account.per_kg_minor is None else Money(account.per_kg_minor),
            "cm3_per_kg": account.cm3_per_kg,
        }
        super().__init__(*args, data=known, **kwargs)
        self.told = told_weighing(account.carrier)

    def is_whole(self) -> bool:
        """Check the fields, and that a price for more says more than what."""
        self.validate()
        if self.per_kg.data and self.included_kg.data is None and not self.told.included_g and not self.errors:
            self.refuse("included_kg", _(NOTHING_INCLUDED))
        return not self.summary

    def written(self) -> dict[str, int | None]:
        """Return the columns of the account as they were typed."""
        kg, price = self.included_kg.data, self.per_kg.data
        return {
            "included_g": None if kg is None else kg * GRAMS,
            "per_kg_minor": None if price is None else price.minor,
            "cm3_per_kg": self.cm3_per_kg.data,
        }


@dataclass(frozen=True)
class Told:
    """What heavy parcels cost now, in words, and how the carrier reckons as everybody is told."""

    words: str
    weighing: Weighing


def known_tariff(account: CarrierAccount) -> Told:
    """Say what counts now: so many kilograms included, and the price of one more, or the least and the most."""
    typed = account.per_kg_minor
    prices = [typed] if typed is not None else [
        rate.per_kg_minor for rate in queries.rates(account.store_id, account.id) if rate.per_kg_minor is not None
    ]  # fmt: skip
    if not any(prices):
        return Told("", told_weighing(account.carrier))
    spread = " – ".join(formats.money_text(Money(each)) for each in sorted({min(prices), max(prices)}))
    included = formats.weight(weighing_of(account).included_g)
    said = _("above {weight}: {amount} a kilogram", weight=included, amount=spread)
    return Told(said, told_weighing(account.carrier))
