"""Cash on delivery: the courier takes it at the door, within what the workshop dares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shop.core.money import Money
from shop.core.text import western_digits
from shop.payments.contract import Ask, Deposit, Fact, Offer, Plugin, setting

TITLE = "In cash, on delivery"
DETAIL = "You pay the courier when the parcel is in your hands."
WILAYAS = range(1, 70)
TOO_MUCH = "This order costs more than the workshop sends out for cash on delivery."
TOO_MUCH_AT_FIRST = "For a first order, this is more than the workshop sends out for cash on delivery."
NOT_THERE = "The workshop does not take cash on delivery in this wilaya."
PAID_BEFORE = "For this order the workshop asks to be paid before the parcel leaves."
IS_KEPT = "If you do not take the parcel, the workshop may keep the deposit. If the workshop cancels, you get it back."
GOES_BACK = "If you do not take the parcel, or the workshop cancels, the workshop gives the deposit back."


@dataclass(frozen=True)
class Settings:
    """How far the workshop goes; nothing is a limit until it says so."""

    most: int = setting("Most that an order may cost, in dinars", default=0, hint="0: no limit.")
    most_first: int = setting(
        "Most for a first order, in dinars", default=0,
        hint="For somebody of whom you have delivered no order yet. 0: no limit of its own.",
    )  # fmt: skip
    not_in: str = setting("Wilayas without cash on delivery", hint="Their numbers, for example 11, 33.", most=240)
    deposit: int = setting(
        "Deposit, in dinars", default=0,
        hint="Paid before the parcel leaves, by another of your ways; the rest to the courier. At most half of the "
        "order. 0: none.",
    )  # fmt: skip
    deposit_of: str = setting(
        "Who pays a deposit", default="all",
        choices=(
            ("all", "Every customer"), ("first", "Customers of a first order"),
            ("held", "Only numbers of which I ask it"),
        ),
    )  # fmt: skip
    deposit_above: int = setting("Deposit only for orders above, in dinars", default=0, hint="0: for every order.")
    deposit_rule: str = setting(
        "When the parcel is refused", default="kept", hint="The customer reads your rule before paying.",
        choices=(("kept", "I may keep the deposit"), ("back", "I give the deposit back")),
    )  # fmt: skip

    @property
    def closed(self) -> frozenset[str]:
        """The codes of the wilayas in which no cash is taken."""
        return frozenset(f"{int(each):02}" for each in re.findall(r"[0-9]+", western_digits(self.not_in)))

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        text = western_digits(self.not_in)
        if re.sub(r"[0-9\s,;،.]", "", text) or any(int(each) not in WILAYAS for each in re.findall(r"[0-9]+", text)):
            return {"not_in": "Write numbers of wilayas from 1 to 69, with a comma between."}
        return {}


@dataclass(frozen=True)
class CashOnDelivery:
    """Always pending until a parcel is delivered: nothing happens outside."""

    settings: Settings

    @property
    def key(self) -> str:
        """The name under which payments are stored."""
        return "cash_on_delivery"

    @property
    def asks_who(self) -> bool:
        """Tell whether it matters that somebody orders for the first time."""
        return bool(self.settings.most_first or (self.settings.deposit and self.settings.deposit_of == "first"))

    def offer(self, ask: Ask) -> Offer | None:
        """Serve Algeria, in dinars, within the limits."""
        if ask.country != "DZ" or ask.amount.currency != "DZD" or self.why_not(ask):
            return None
        return Offer(title=TITLE, detail=DETAIL, deposit=self._deposit(ask))

    def _deposit(self, ask: Ask) -> Deposit | None:
        """Return what is to be paid before: in whole dinars, at most half of the order."""
        told = self.settings
        asked = told.deposit_of == "all" or (told.deposit_of == "first" and ask.first_time)
        if ask.held != "deposit" and (not asked or ask.amount <= Money.dinars(told.deposit_above)):
            return None
        amount, back = min(told.deposit, ask.amount.minor // 200), told.deposit_rule == "back"
        return Deposit(Money.dinars(amount), GOES_BACK if back else IS_KEPT, back) if amount else None

    def why_not(self, ask: Ask) -> str:
        """Return which limit an order is beyond, as an English msgid; nothing for one within them."""
        if ask.country != "DZ" or ask.amount.currency != "DZD":
            return ""
        if ask.wilaya_code in self.settings.closed:
            return NOT_THERE
        if ask.held == "before":
            return PAID_BEFORE
        if self.settings.most and ask.amount > Money.dinars(self.settings.most):
            return TOO_MUCH
        if ask.first_time and self.settings.most_first and ask.amount > Money.dinars(self.settings.most_first):
            return TOO_MUCH_AT_FIRST
        return ""

    def start(self, ask: Ask) -> Fact:
        """Answer at once: the cash is awaited."""
        return Fact(reference=ask.reference, state="pending", amount=ask.amount)


PLUGIN = Plugin(
    key="cash_on_delivery",
    title=TITLE,
    settings=Settings,
    build=lambda settings, _http: CashOnDelivery(settings),
    on=True,
)
