"""The till of each workshop: the methods by which it takes money, built from how it has set them.

What buyers are offered is told without opening any secret; who talks with the outside opens them (`method_of`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import select

from shop.core.errors import Declined
from shop.core.money import Money
from shop.payments.contract import Ask, Deposit, Explains, Offer, PaymentMethod, Plugin, ServesAbroad
from shop.payments.methods import METHODS
from shop.payments.models import PaymentSettings
from shop.plumbing import plugin_settings
from shop.plumbing.db import session
from shop.plumbing.http import Outbound
from shop.plumbing.i18n import N_
from shop.plumbing.outside import Outside
from shop.plumbing.seals import Seal

# The methods that come along know no catalogue: their words are marked here.
WORDS = (
    N_("In cash, on delivery"), N_("You pay the courier when the parcel is in your hands."),
    N_("Most that an order may cost, in dinars"), N_("0: no limit."), N_("Most for a first order, in dinars"),
    N_("For somebody of whom you have delivered no order yet. 0: no limit of its own."),
    N_("Wilayas without cash on delivery"), N_("Their numbers, for example 11, 33."),
    N_("Write numbers of wilayas from 1 to 69, with a comma between."),
    N_("This order costs more than the workshop sends out for cash on delivery."),
    N_("For a first order, this is more than the workshop sends out for cash on delivery."),
    N_("The workshop does not take cash on delivery in this wilaya."),
    N_("If you do not take the parcel, the workshop may keep the deposit. If the workshop cancels, you get it back."),
    N_("If you do not take the parcel, or the workshop cancels, the workshop gives the deposit back."),
    N_("For this order the workshop asks to be paid before the parcel leaves."),
    N_("Deposit, in dinars"),
    N_("Paid before the parcel leaves, by another of your ways; the rest to the courier. At most half of the order. "
       "0: none."),
    N_("Who pays a deposit"), N_("Every customer"), N_("Customers of a first order"),
    N_("Only numbers of which I ask it"),
    N_("Deposit only for orders above, in dinars"), N_("0: for every order."), N_("When the parcel is refused"),
    N_("The customer reads your rule before paying."), N_("I may keep the deposit"), N_("I give the deposit back"),
    N_("In cash, from hand to hand"), N_("The artisan takes the money and gives the article."),
    N_("By transfer: CCP, BaridiMob or bank"),
    N_("You pay into the workshop's account and send a picture of the receipt. The parcel leaves when it has come."),
    N_("Name on the account"), N_("CCP account number"), N_("Without the key, for example 12345678."), N_("CCP key"),
    N_("The two digits after the number."), N_("Name of the bank"),
    N_("Only if you want transfers to a bank account."), N_("RIB of the bank account"), N_("20 digits."),
    N_("Days to wait for the money"), N_("Then the order is given up and its pieces are free."),
    N_("Write the name that stands on the account."), N_("Write at least one account: CCP or bank."),
    N_("This RIB can't be right: a digit is wrong or missing. Please compare it with your cheques."),
    N_("Write the name of the bank."), N_("Write a number of days from 1 to 14."),
    N_("A CCP account number has at most ten digits."), N_("Write the two digits of the key."),
    N_("The number and its key do not fit: a digit is wrong. Please compare them."),
    N_("CCP"), N_("RIP (BaridiMob)"), N_("Bank"), N_("RIB"),
)  # fmt: skip


NO_WAY_FOR_A_DEPOSIT = N_("For cash on delivery the workshop asks a deposit, and no way to pay one is open here.")
CASH = "cash_on_delivery"
WITH = "+"  # in a key: the method that brings the rest, and the one that brings the deposit


@dataclass(frozen=True, slots=True)
class MethodOffer:
    """How a way to pay presents itself, in English msgids; `amount` is what it asks in another currency.

    With a `deposit`, the key names two methods, and `wait_h` and `first_title` are those of the one that brings it.
    """

    key: str
    title: str
    detail: str
    fee: Money | None = None
    wait_h: int | None = None
    amount: Money | None = None
    deposit: Deposit | None = None
    first_title: str = ""

    @property
    def value(self) -> str:
        """The choice as forms carry it: the method, and its currency where that is another one."""
        return self.key if self.amount is None else f"{self.key}.{self.amount.currency}"

    @property
    def before(self) -> bool:
        """Tell whether all of it is paid before the parcel leaves."""
        return self.wait_h is not None and self.deposit is None

    @property
    def method(self) -> str:
        """The method that brings all of it, or the rest."""
        return self.key.partition(WITH)[0]

    @property
    def first(self) -> str:
        """The method that brings what is paid first: the deposit, or all of it."""
        return self.key.rpartition(WITH)[2]


@dataclass(frozen=True)
class Till:
    """The methods that a workshop has on, in the order of their table."""

    methods: Mapping[str, PaymentMethod]

    @property
    def currencies(self) -> frozenset[str]:
        """The other currencies that its methods take."""
        mine = (each.currencies for each in self.methods.values() if isinstance(each, ServesAbroad))
        return frozenset().union(*mine)

    def offers(self, ask: Ask, abroad: Sequence[Money] = ()) -> list[MethodOffer]:
        """Return the ways that serve this payment, without network; `abroad`: the same in other currencies.

        A method that asks a deposit is one way with each method that could bring it. What is asked of a phone for a
        while never leaves it without a way.
        """
        return self._offers(ask, abroad) or (self._offers(replace(ask, held=""), abroad) if ask.held else [])

    def _offers(self, ask: Ask, abroad: Sequence[Money]) -> list[MethodOffer]:
        found = ((key, method.offer(ask)) for key, method in self.methods.items())
        other = (
            (key, method.offer(replace(ask, amount=each)), each)
            for key, method in self.methods.items() if isinstance(method, ServesAbroad)
            for each in abroad if each.currency in method.currencies
        )  # fmt: skip
        return [way for key, offer in found if offer is not None for way in self._ways(key, offer, ask)] + [
            MethodOffer(key, o.title, o.detail, o.fee, o.wait_h, amount) for key, o, amount in other if o is not None
        ]

    def way(self, value: str, ask: Ask, abroad: Sequence[Money] = ()) -> MethodOffer | None:
        """Return the way of this value, if it is offered. Where no deposit is asked, one is not needed."""
        found = {each.value: each for each in self.offers(ask, abroad)}
        return found.get(value) or found.get(value.partition(WITH)[0])

    def _ways(self, key: str, offer: Offer, ask: Ask) -> list[MethodOffer]:
        if offer.deposit is None:
            return [MethodOffer(key, offer.title, offer.detail, offer.fee, offer.wait_h)]
        first = replace(ask, amount=offer.deposit.amount)
        others = ((other, method.offer(first)) for other, method in self.methods.items() if other != key)
        return [
            MethodOffer(
                key + WITH + other, offer.title, offer.detail, o.fee, o.wait_h, deposit=offer.deposit,
                first_title=o.title,
            )
            for other, o in others if o is not None and o.wait_h is not None
        ]  # fmt: skip

    @property
    def asks_who(self) -> bool:
        """Tell whether it matters that somebody orders here for the first time."""
        return any(each.asks_who for each in self.methods.values() if isinstance(each, Explains))

    def refusals(self, ask: Ask) -> list[str]:
        """Return why methods that are on do not serve this payment: English msgids."""
        told = [each.why_not(ask) for each in self.methods.values() if isinstance(each, Explains)]
        offered = {key: method.offer(ask) for key, method in self.methods.items()}
        stuck = [key for key, offer in offered.items() if offer is not None and not self._ways(key, offer, ask)]
        return [sentence for sentence in told if sentence] + [NO_WAY_FOR_A_DEPOSIT] * bool(stuck)


def till(store_id: int) -> Till:
    """Return the till of one workshop, in one statement."""
    return tills([store_id])[store_id]


def tills(store_ids: Collection[int]) -> dict[int, Till]:
    """Return the tills of workshops, in one statement; their methods hold no secrets."""
    found: dict[int, dict[str, PaymentSettings]] = {store_id: {} for store_id in store_ids}
    for row in session.scalars(select(PaymentSettings).where(PaymentSettings.store_id.in_(found))):
        found[row.store_id][row.method] = row
    return {store_id: Till(_built(rows)) for store_id, rows in found.items()}


def _built(rows: Mapping[str, PaymentSettings]) -> dict[str, PaymentMethod]:
    on = {key: plugin for key, plugin in METHODS.usable.items() if (rows[key].enabled if key in rows else plugin.on)}
    return {
        key: plugin.build(settings_from(plugin, rows[key].plain), None) if key in rows else as_it_comes(key)
        for key, plugin in on.items()
    }


@cache
def as_it_comes(key: str) -> PaymentMethod:
    """Return a method as it is before anything is set, built once. Raises Declined for one that isn't there."""
    plugin = plugin_of(key)
    return plugin.build(plugin.settings(), None)


def plugin_of(key: str) -> Plugin:
    """Return the plug-in of a method. Raises Declined for one that isn't there."""
    plugin = METHODS.usable.get(key)
    if plugin is None:
        raise Declined(f"no method {key}")
    return plugin


def settings_from(plugin: Plugin, *stored: Mapping[str, Any]) -> Any:
    """Return a plug-in's settings from what was stored; what its release does not know is left out."""
    return plugin_settings.filled(plugin.settings, *stored)


def settings_row(store_id: int, key: str) -> PaymentSettings | None:
    """Return how a workshop has set a method, if it has."""
    wanted = select(PaymentSettings).where(PaymentSettings.store_id == store_id, PaymentSettings.method == key)
    return session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()


def keeps_deposits(store_id: int) -> bool:
    """Tell whether a workshop may keep the deposit of a parcel that was refused: its rule as it is set now."""
    return bool(getattr(_cash_of(store_id), "deposit_rule", "kept") == "kept")


def asks_deposits(store_id: int) -> bool:
    """Tell whether a workshop has said how much a deposit is, of whomever it asks one."""
    return bool(getattr(_cash_of(store_id), "deposit", 0))


def _cash_of(store_id: int) -> Any:
    row = settings_row(store_id, CASH)
    return settings_from(plugin_of(CASH), row.plain if row is not None else {})


def settings_rows(store_id: int) -> dict[str, PaymentSettings]:
    """Return how a workshop has set its methods, by key."""
    wanted = select(PaymentSettings).where(PaymentSettings.store_id == store_id)
    return {row.method: row for row in session.scalars(wanted, execution_options={"populate_existing": True})}


def secrets_in(row: PaymentSettings, seal: Seal) -> dict[str, str]:
    """Return the secrets of a method; none when the key that sealed them is gone."""
    return plugin_settings.opened(row.sealed, sealed_for(row.store_id, row.method), seal)


def sealed_for(store_id: int, key: str) -> str:
    """Return the purpose under which a method's secrets are sealed: another workshop's do not open there."""
    return f"payment {store_id} {key}"


def method_of(store_id: int, key: str, outside: Outside) -> PaymentMethod:
    """Return a workshop's method, ready to talk with its outside, even one that is off: older payments go on.

    Raises Declined for one that isn't there.
    """
    plugin, row = plugin_of(key), settings_row(store_id, key)
    if row is None:
        return as_it_comes(key)
    return built_with(plugin, row.plain, secrets_in(row, outside.seal), outside.http)


def built_with(plugin: Plugin, plain: Mapping[str, Any], secrets: Mapping[str, str], http: Outbound) -> PaymentMethod:
    """Return a method built from settings and secrets; whatever goes out masks them."""
    build: Callable[[Any, Any], PaymentMethod] = plugin.build
    return build(settings_from(plugin, plain, secrets), http.for_account(secrets=list(secrets.values())))
