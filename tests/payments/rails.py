"""The three services of cards, each with what its tests ask in the same words: what a buyer does, and what is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shop.testing.chargily_sim import ChargilySim
from shop.testing.outside import World
from shop.testing.satim_sim import CARDS, LEFT, PASSWORD, TERMINAL, TIMED_OUT, USER_NAME, SatimSim
from shop.testing.stripe_account import Account, Object
from shop.testing.stripe_api import Stripe

CHARGILY_KEY, STRIPE_KEY, SIGNING = "test_sk_Simulateur123", "sk_test_simulateur51", "whsec_simulateur51"
DEEDS = ("pays", "declined", "leaves", "runs out", "bank", "arrives")


@dataclass(frozen=True)
class Truth:
    """What is so at a service, under one reference of ours: how often it was begun, what it took and gave back."""

    made: int = 0
    open: bool = False
    taken: int = 0
    back: int = 0


@dataclass
class Rail:
    """One service: how a workshop sets it, and how a buyer uses its page."""

    world: World
    key: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    starts: str = ""  # the path of its API on which a payment is begun

    def listen(self, url: str) -> None:
        """Have it send its notices to an address, where it wants to be told so."""

    def deed(self, reference: str, what: str) -> None:
        """Let a buyer do something on the page of a payment; where that can't be done, nothing happens."""
        raise NotImplementedError

    def truth(self, reference: str) -> Truth:
        """Return what is so."""
        raise NotImplementedError


class Chargily(Rail):
    """Notices, a page of half an hour, no refunds."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "chargily", {"secret_key": CHARGILY_KEY}, "checkouts$")

    @property
    def sim(self) -> ChargilySim:
        found = self.world.systems["chargily"]
        assert isinstance(found, ChargilySim)
        return found

    def deed(self, reference: str, what: str) -> None:
        became = {"pays": "paid", "declined": "failed", "leaves": "canceled", "runs out": "expired"}.get(what)
        for each in self._mine(reference):
            if became and each.status == "pending":
                self.sim.become(each.id, became, "cib" if became == "paid" else None)

    def truth(self, reference: str) -> Truth:
        mine = self._mine(reference)
        taken = sum(int(each.asked["amount"]) * 100 for each in mine if each.status == "paid")
        return Truth(len(mine), any(each.status == "pending" for each in mine), taken)

    def _mine(self, reference: str) -> list[Any]:
        return [each for each in self.sim.checkouts.values() if each.asked["metadata"]["reference"] == reference]


class Satim(Rail):
    """No notices, a page of twenty minutes, refunds without references."""

    def __init__(self, world: World) -> None:
        told = {"user_name": USER_NAME, "password": PASSWORD, "terminal": TERMINAL, "mode": "test"}
        super().__init__(world, "satim", told, "register")

    @property
    def sim(self) -> SatimSim:
        found = self.world.systems["satim"]
        assert isinstance(found, SatimSim)
        return found

    def deed(self, reference: str, what: str) -> None:
        card = {"pays": CARDS["cib"], "declined": CARDS["poor"], "leaves": LEFT, "runs out": TIMED_OUT}.get(what)
        for each in self._mine(reference):
            if card and each.status == 0:
                self.sim.become(each.id, card)

    def truth(self, reference: str) -> Truth:
        mine = self._mine(reference)
        taken = sum(each.amount for each in mine if each.status in {2, 4})
        return Truth(len(mine), any(each.status == 0 for each in mine), taken, sum(each.refunded for each in mine))

    def _mine(self, reference: str) -> list[Any]:
        return [each for each in self.sim.orders.values() if each.form["orderNumber"] == reference]


class StripeRail(Rail):
    """Signed events, a page of a day, money that may come later, refunds under references."""

    def __init__(self, world: World) -> None:
        told = {"secret_key": STRIPE_KEY, "signing_secret": SIGNING, "currencies": "DZD EUR"}
        super().__init__(world, "stripe", told, "checkout/sessions$")

    @property
    def account(self) -> Account:
        found = self.world.systems["stripe"]
        assert isinstance(found, Stripe)
        return found.account(STRIPE_KEY)

    def listen(self, url: str) -> None:
        self.account.new_endpoint(url, ["*"], SIGNING)

    def deed(self, reference: str, what: str) -> None:
        for each in self._mine(reference):
            if what == "arrives" and each["id"] in self.account.arriving:
                self.account.arrive(each, self.account.arriving[each["id"]][1])
            elif each["status"] == "open" and what == "runs out":
                self.account.expire(each)
            elif each["status"] == "open" and what in {"pays", "declined", "bank"}:
                self.account.pay(each, {"pays": "4242", "declined": "0002", "bank": "bank_pays"}[what])

    def truth(self, reference: str) -> Truth:
        mine = self._mine(reference)
        charges = [self._charge(each) for each in mine if each["payment_status"] == "paid"]
        waits = any(each["status"] == "open" or each["id"] in self.account.arriving for each in mine)
        taken, back = (sum(each[name] for each in charges) for name in ("amount", "amount_refunded"))
        return Truth(len(mine), waits, taken, back)

    def _mine(self, reference: str) -> list[Object]:
        return [each for each in self.account.newest("checkout.session") if each["client_reference_id"] == reference]

    def _charge(self, session: Object) -> Object:
        intent = self.account.objects[session["payment_intent"]]
        return self.account.objects[intent["latest_charge"]]


RAILS = {"chargily": Chargily, "satim": Satim, "stripe": StripeRail}
