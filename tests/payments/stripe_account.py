"""A workshop's account at the simulated Stripe, and what its tests need again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from shop.core.money import Money
from shop.payments.contract import Ask, Begun, Fact, Notice
from shop.payments.methods.stripe import PLUGIN, Settings, Stripe
from shop.testing import stripe_account, stripe_api
from shop.testing.outside import World

KEY = "sk_test_canarykey51aminaSavon"
SIGNING = "whsec_canarysigning51amina"
SETTINGS = Settings(KEY, SIGNING)
ASK = Ask(
    reference="PABCDEFGHJ", amount=Money(2500, "EUR"), language="fr", country="FR", return_url="https://s.example/fr/r",
    description="Savon à l’huile d’olive",
)  # fmt: skip
BEGUN = Begun(ASK.reference, ASK.amount)


@dataclass
class Amina:
    """Her account and the method that uses it."""

    world: World
    settings: Settings = SETTINGS
    total_s: float = 5

    @property
    def method(self) -> Stripe:
        built = PLUGIN.build(self.settings, self.world.outbound(total_s=self.total_s))
        assert isinstance(built, Stripe)
        return built

    def at(self, **changed: Any) -> Stripe:
        """Return the method with other settings."""
        return Amina(self.world, replace(self.settings, **changed)).method

    @property
    def simulator(self) -> stripe_api.Stripe:
        found = self.world.systems["stripe"]
        assert isinstance(found, stripe_api.Stripe)
        return found

    @property
    def account(self) -> stripe_account.Account:
        return self.simulator.account(self.settings.secret_key)

    def listen(self) -> None:
        """Register an address for notices."""
        self.account.new_endpoint("https://shop.example/hooks/payments/t", ["*"], SIGNING)

    def started(self, ask: Ask = ASK) -> Begun:
        """Begin a payment."""
        return begun(self.method.start(ask))

    def pay(self, payment: Begun, how: str = "4242") -> str:
        """Let the buyer choose on the page."""
        return self.account.pay(self.account.objects[payment.external], how)

    def paid(self, ask: Ask = ASK, how: str = "4242") -> Begun:
        """Begin a payment that the buyer pays."""
        payment = self.started(ask)
        assert self.pay(payment, how) == ""
        return payment

    def intent(self, payment: Begun) -> dict[str, Any]:
        return self.account.objects[self.account.objects[payment.external]["payment_intent"]]

    def count(self, kind: str) -> int:
        return len(list(self.account.newest(kind)))

    def heard(self) -> list[Notice]:
        """Return the notices on their way, as the shop would get them now."""
        return [arrived(letter.body, letter.sign(letter.body)) for letter in self.world.notices.waiting()]

    def facts(self) -> list[Fact]:
        """Return what the notices on their way say."""
        return [fact for notice in self.heard() for fact in self.method.read(notice)]


def begun(fact: Fact) -> Begun:
    """Return the payment that a fact began."""
    return Begun(fact.reference, fact.amount, fact.external)


def arrived(body: bytes, headers: Any) -> Notice:
    """Return a notice that comes now."""
    return Notice(body, {name.lower(): value for name, value in headers.items()}, datetime.now(UTC))
