"""The conformance kit of payment methods: subclass `PaymentMethodKit` and give the fixture `method`.

    class TestMyMethod(PaymentMethodKit):
        @pytest.fixture
        def method(self): return MyMethod(Settings(...))

Checks of optional verbs run where the method has them; they need the fixtures named in their arguments.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import Any

import pytest

from shop.core.errors import Declined, Forged
from shop.core.money import Money
from shop.core.states import PAYMENT
from shop.payments.contract import (
    CONTRACT,
    Ask,
    Begun,
    Fact,
    LooksUp,
    Notice,
    Offer,
    PaymentMethod,
    Plugin,
    ReadsNotices,
)

STATES = PAYMENT.states | {"unknown"}


class PaymentMethodKit:
    """What holds of every payment method."""

    plugin: Plugin | None = None  # set it to have the plug-in checked too

    @pytest.fixture
    def method(self) -> PaymentMethod:
        """Give the method under test, fresh, with its outside simulated."""
        raise NotImplementedError("give the fixture `method`")

    @pytest.fixture
    def ask(self) -> Ask:
        """Something that the method does serve; override when it serves something else."""
        return Ask(reference="PKIT23456789", amount=Money.dinars(2500), language="fr", return_url="https://s.example/r")

    @pytest.fixture
    def notices(self) -> list[Notice]:
        """Genuine notices, if the method reads any."""
        return []

    @pytest.fixture
    def secrets(self) -> list[str]:
        """The secret values in the settings of `method`: none may be seen."""
        return []

    def test_its_key_is_a_short_name(self, method: PaymentMethod) -> None:
        """The key fits the column and an address."""
        assert method.key.isidentifier()
        assert method.key.islower()
        assert len(method.key) <= 32

    def test_it_offers_itself_in_words_and_twice_the_same(self, method: PaymentMethod, ask: Ask) -> None:
        """An offer is pure: the same question, the same answer."""
        offer = method.offer(ask)
        assert isinstance(offer, Offer)
        assert offer.title.strip()
        assert method.offer(ask) == offer

    @pytest.mark.parametrize("minor", [1, 100, 10**9, 10**13])
    def test_any_amount_gets_an_offer_or_none(self, method: PaymentMethod, ask: Ask, minor: int) -> None:
        """No amount makes it fail."""
        offer = method.offer(replace(ask, amount=Money(minor, ask.amount.currency)))
        assert offer is None or isinstance(offer, Offer)

    def test_another_currency_or_country_gets_an_offer_or_none(self, method: PaymentMethod, ask: Ask) -> None:
        """What it does not serve is declined with None, not with an error."""
        for other in (replace(ask, amount=Money(100, "XTS")), replace(ask, country="ZZ")):
            offer = method.offer(other)
            assert offer is None or isinstance(offer, Offer)

    def test_starting_says_our_reference_and_amount(self, method: PaymentMethod, ask: Ask) -> None:
        """A fact speaks of what was asked, in the words of the contract."""
        fact = method.start(ask)
        assert isinstance(fact, Fact)
        assert (fact.reference, fact.amount) == (ask.reference, ask.amount)
        assert fact.state in STATES
        assert fact.redirect == "" or fact.redirect.startswith(("https://", "http://127.0.0.1:"))

    def test_the_same_reference_acts_once(self, method: PaymentMethod, ask: Ask) -> None:
        """Whoever starts twice gets the same fact."""
        assert method.start(ask) == method.start(ask)

    def test_two_references_are_two_payments(self, method: PaymentMethod, ask: Ask) -> None:
        """Nothing outside is shared between payments."""
        one, two = method.start(ask), method.start(replace(ask, reference=ask.reference + "2"))
        assert one.reference != two.reference
        assert not one.external or one.external != two.external

    def test_words_are_frozen(self, method: PaymentMethod, ask: Ask) -> None:
        """Nobody changes what was said."""
        fact = method.start(ask)
        with pytest.raises(FrozenInstanceError):
            fact.state = "collected"  # type: ignore[misc]

    def test_forged_notices_are_refused(self, method: PaymentMethod, notices: list[Notice]) -> None:
        """A notice with another body, or without its headers, is not from whom it claims to be."""
        if not isinstance(method, ReadsNotices):
            pytest.skip("this method reads no notices")
        assert notices, "give the fixture `notices`"
        for notice in notices:
            for forged in (replace(notice, body=notice.body + b" "), replace(notice, headers={})):
                with pytest.raises(Forged):
                    method.read(forged)

    def test_replayed_notices_give_equal_facts(self, method: PaymentMethod, notices: list[Notice]) -> None:
        """Repetition changes nothing, and unknown codes stay unknown."""
        if not isinstance(method, ReadsNotices):
            pytest.skip("this method reads no notices")
        for notice in notices:
            facts = method.read(notice)
            assert facts == method.read(notice)
            assert all(fact.state in STATES for fact in facts)

    def test_looking_up_gives_what_starting_gave(self, method: PaymentMethod, ask: Ask) -> None:
        """A lost answer can be found again."""
        if not isinstance(method, LooksUp):
            pytest.skip("this method cannot be asked")
        fact = method.start(ask)
        found = method.look_up(Begun(fact.reference, ask.amount, fact.external))
        assert (found.reference, found.amount, found.external) == (fact.reference, fact.amount, fact.external)

    def test_giving_back_more_than_was_taken_is_declined(self, method: PaymentMethod, ask: Ask) -> None:
        """Money is not made."""
        refund = getattr(method, "refund", None)
        if refund is None:
            pytest.skip("this method gives nothing back")
        fact = method.start(ask)
        more = ask.amount + Money(1, ask.amount.currency)
        with pytest.raises(Declined):
            refund(Begun(fact.reference, ask.amount, fact.external), more, "RKIT1")

    def test_no_secret_is_seen(
        self, method: PaymentMethod, ask: Ask, secrets: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither repr nor log shows one."""
        fact = method.start(ask)
        seen = repr(method) + repr(fact) + caplog.text
        assert not [secret for secret in secrets if secret in seen]

    def test_the_plugin_builds_it(self) -> None:
        """The plug-in's settings are a frozen dataclass that needs nothing said."""
        if self.plugin is None:
            pytest.skip("set `plugin` to have it checked")
        check_plugin(self.plugin, CONTRACT)
        assert self.plugin.build(self.plugin.settings(), None).key == self.plugin.key


def check_plugin(plugin: Any, contract: int) -> None:
    """Assert what holds of the plug-ins of both kinds."""
    assert plugin.contract == contract
    assert plugin.title.strip()
    assert is_dataclass(plugin.settings)
    assert vars(plugin.settings)["__dataclass_params__"].frozen
    for each in fields(plugin.settings):
        hidden = {"key", "secret", "token", "password"} & set(each.name.lower().split("_"))
        assert not hidden or each.metadata.get("secret"), f"{each.name} looks like a secret and is not marked as one"
