"""The conformance kit of payment methods: subclass `PaymentMethodKit` and give the fixture `method`.

    class TestMyMethod(PaymentMethodKit):
        plugin = PLUGIN
        @pytest.fixture
        def method(self): return MyMethod(Settings(...))

Checks of optional verbs run where the method has them. They need the fixtures named in their arguments: `notices` of
one that reads them, `unanswered` of one that asks an outside, `collected` of one that gives money back, `secrets` of
one that has any. What is wrong is said in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from functools import partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import pytest

from shop.core.errors import AdapterError, Declined, Forged, HirfaError, Unavailable
from shop.core.money import Money
from shop.core.states import PAYMENT
from shop.payments.contract import (
    CONTRACT,
    Ask,
    Begun,
    Checks,
    Expires,
    Fact,
    LooksUp,
    Notice,
    Offer,
    PaidByHand,
    PaymentMethod,
    Plugin,
    ReadsNotices,
    Refunds,
    TakenAtOnce,
)

STATES = PAYMENT.states | {"unknown"}
OVER = {"cancelled", "failed", "collected", "refunded"}
NOBODY = "PKITNBDY23"  # a reference under which nothing was ever begun


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
        return Ask(reference="PKIT234567", amount=Money.dinars(2500), language="fr", return_url="https://s.example/r")

    @pytest.fixture
    def notices(self) -> list[Notice]:
        """Genuine notices, if the method reads any."""
        return []

    @pytest.fixture
    def unanswered(self) -> PaymentMethod | None:
        """The method whose outside never answers, if it has an outside."""
        return None

    @pytest.fixture
    def collected(self) -> Begun | None:
        """A payment of `ask`'s amount that `method` began and the buyer has paid, if it can give money back."""
        return None

    @pytest.fixture
    def secrets(self) -> list[str]:
        """The secret values in the settings of `method`: none may be seen."""
        return []

    def test_its_key_is_a_short_name(self, method: PaymentMethod) -> None:
        """The key fits the column and an address."""
        fits = method.key.isidentifier() and method.key.islower() and len(method.key) <= 32
        assert fits, f"the key {method.key!r} is not one short word of small letters, digits and _, 32 at most"

    def test_it_offers_itself_in_words_and_twice_the_same(self, method: PaymentMethod, ask: Ask) -> None:
        """An offer is pure: the same question, the same answer."""
        offer = method.offer(ask)
        assert isinstance(offer, Offer), "it does not offer itself for what the fixture `ask` asks"
        assert offer.title.strip(), "an offer has a title that a buyer can read"
        assert offer.wait_h is None or offer.wait_h > 0, "an order waits for some hours, or wait_h is None"
        assert offer.fee is None or offer.fee >= Money(0, ask.amount.currency), "a fee is not below nothing"
        assert method.offer(ask) == offer, "the same question got another offer: an offer is pure"

    @pytest.mark.parametrize("minor", [1, 100, 10**9, 10**13])
    def test_any_amount_gets_an_offer_or_none(self, method: PaymentMethod, ask: Ask, minor: int) -> None:
        """No amount makes it fail."""
        _offered_or_none(method, replace(ask, amount=Money(minor, ask.amount.currency)))

    def test_another_currency_or_country_gets_an_offer_or_none(self, method: PaymentMethod, ask: Ask) -> None:
        """What it does not serve is declined with None, not with an error."""
        _offered_or_none(method, replace(ask, amount=Money(100, "XTS")))
        _offered_or_none(method, replace(ask, country="ZZ"))

    def test_starting_says_our_reference_and_amount(self, method: PaymentMethod, ask: Ask) -> None:
        """A fact speaks of what was asked, in the words of the contract."""
        fact = method.start(ask)
        _is_well_formed(fact)
        assert fact.reference == ask.reference, f"the fact names {fact.reference!r}, not our reference"
        assert fact.amount == ask.amount, f"the fact says {fact.amount}, and {ask.amount} was asked"

    def test_the_buyer_is_led_over_https(self, method: PaymentMethod, ask: Ask) -> None:
        """Where cards are typed nobody listens; a simulator stands on this machine."""
        redirect = method.start(ask).redirect
        assert not redirect or _is_safe(redirect), f"the buyer is led to {redirect.split(':')[0]}:, not to https:"

    def test_the_same_reference_acts_once(self, method: PaymentMethod, ask: Ask) -> None:
        """Whoever starts twice gets the same payment; only where to pay may be lost."""
        one, two = method.start(ask), method.start(ask)
        assert _core(one) == _core(two), "the same reference was begun twice: two payments, where one was asked"
        assert two.redirect in {"", one.redirect}, "the same reference leads to two payment pages"

    def test_two_references_are_two_payments(self, method: PaymentMethod, ask: Ask) -> None:
        """Nothing outside is shared between payments."""
        one, two = method.start(ask), method.start(replace(ask, reference=ask.reference[:-1] + "8"))
        assert one.reference != two.reference, "two references got facts with one reference"
        assert not one.external or one.external != two.external, "two payments share one outside name"

    def test_words_are_frozen(self, method: PaymentMethod, ask: Ask) -> None:
        """Nobody changes what was said."""
        fact = method.start(ask)
        with pytest.raises(FrozenInstanceError):
            fact.state = "collected"  # type: ignore[misc]

    def test_forged_notices_are_refused(self, method: PaymentMethod, notices: list[Notice]) -> None:
        """A notice with another body, or another or no signature, is not from whom it claims to be."""
        if not isinstance(method, ReadsNotices):
            pytest.skip("this method reads no notices")
        assert notices, "give the fixture `notices`: this method reads them"
        for notice in notices:
            changed = {name: value[:-1] + ("0" if value[-1:] != "0" else "1") for name, value in notice.headers.items()}
            for how, forged in {
                "another body": replace(notice, body=notice.body + b" "), "no headers": replace(notice, headers={}),
                "another signature": replace(notice, headers=changed),
            }.items():  # fmt: skip
                _raises(Forged, partial(method.read, forged), f"a notice with {how} was believed")

    def test_replayed_notices_give_equal_facts(self, method: PaymentMethod, notices: list[Notice]) -> None:
        """Repetition changes nothing, and unknown codes stay unknown."""
        if not isinstance(method, ReadsNotices):
            pytest.skip("this method reads no notices")
        for notice in notices:
            facts = method.read(notice)
            assert facts == method.read(notice), "the same notice was read as something else the second time"
            for fact in facts:
                _is_well_formed(fact)

    def test_looking_up_gives_what_starting_gave(self, method: PaymentMethod, ask: Ask) -> None:
        """A lost answer can be found again, by the outside's name and by ours."""
        if not isinstance(method, LooksUp):
            pytest.skip("this method cannot be asked")
        fact = method.start(ask)
        for external in dict.fromkeys((fact.external, "")):
            found = method.look_up(Begun(fact.reference, ask.amount, external))
            by = "the outside's name" if external else "our reference"
            assert _core(found) == _core(fact), f"looking it up by {by} does not find what was begun"

    def test_what_was_never_begun_is_no_error(self, method: PaymentMethod, ask: Ask) -> None:
        """Looking up a reference or a name that the outside never heard of answers unknown or cancelled."""
        if not isinstance(method, LooksUp):
            pytest.skip("this method cannot be asked")
        for external in ("", "kit-never-heard-of"):
            begun = Begun(NOBODY, ask.amount, external)
            try:
                state = method.look_up(begun).state
            except AdapterError as error:
                pytest.fail(f"what the outside never heard of is {type(error).__name__}, not unknown or cancelled")
            assert state in {"unknown", "cancelled"}, f"what the outside never heard of is said to be {state}"

    def test_expiring_twice_is_harmless(self, method: PaymentMethod, ask: Ask) -> None:
        """What is closed stays closed, and looking it up says so."""
        if not isinstance(method, Expires):
            pytest.skip("this method closes nothing")
        fact = method.start(ask)
        begun = Begun(fact.reference, ask.amount, fact.external)
        first, again = method.expire(begun), _twice(lambda: method.expire(begun), "closing it a second time")
        assert first.state in OVER, f"it was closed, and is said to be {first.state}"
        assert _core(first) == _core(again), "closing it a second time says something else"
        if isinstance(method, LooksUp):
            assert method.look_up(begun).state == first.state, "it was closed, and looking it up does not say so"

    def test_what_was_paid_is_not_closed(self, method: PaymentMethod, collected: Begun | None) -> None:
        """Money that came is said to have come, also to who wants to close."""
        if not isinstance(method, Expires) or collected is None:
            pytest.skip("this method closes nothing, or give the fixture `collected`")
        assert method.expire(collected).state == "collected", "it was paid, and closing it hides that"

    def test_the_same_refund_acts_once(self, method: PaymentMethod, collected: Begun | None) -> None:
        """Half is given back twice under one reference, then the other half: both halves and no more."""
        paid = _paid(method, collected)
        if not isinstance(method, Refunds) or paid is None:
            pytest.skip("this method gives nothing back")
        half = Money(paid.amount.minor // 2, paid.amount.currency)
        first = method.refund(paid, half, "RKIT234567")
        _is_well_formed(first)
        assert (first.reference, first.state) == ("RKIT234567", "refunded"), "a refund bears its own reference"
        assert first.amount == half, f"{half} was to be given back, and {first.amount} is said"
        again = _twice(lambda: method.refund(paid, half, "RKIT234567"), "the same refund a second time")
        assert _core(again) == _core(first), "the same refund a second time says something else"
        rest, more = replace(paid, refunded=half), paid.amount - half
        try:
            method.refund(rest, more, "RKIT234568")
        except AdapterError as error:
            pytest.fail(f"the same reference gave money back twice: the rest was refused ({type(error).__name__})")

    def test_giving_back_more_than_was_taken_is_declined(
        self, method: PaymentMethod, ask: Ask, collected: Begun | None
    ) -> None:
        """Money is not made: neither from what was paid nor from what was not."""
        paid = _paid(method, collected)
        if not isinstance(method, Refunds) or paid is None:
            pytest.skip("this method gives nothing back")
        cent, one = Money(1, ask.amount.currency), method.start(replace(ask, reference=NOBODY))
        said = "more was given back than was collected"
        _raises(Declined, lambda: method.refund(paid, paid.amount + cent, "RKIT234567"), said)
        unpaid = Begun(one.reference, ask.amount, one.external)
        if one.state != "collected":
            _raises(Declined, lambda: method.refund(unpaid, cent, "RKIT234568"), "what nobody paid was given back")

    def test_instructions_are_pure(self, method: PaymentMethod, ask: Ask) -> None:
        """What a buyer is told to do is the same each time: names and values, none of them empty."""
        if not isinstance(method, PaidByHand):
            pytest.skip("nobody pays by hand here")
        told = method.instructions(ask)
        whole = bool(told) and all(len(pair) == 2 and pair[0].strip() and pair[1].strip() for pair in told)
        assert whole, "instructions are pairs of a name and a value, none of them empty"
        assert method.instructions(ask) == told, "the same question got other instructions: they are pure"

    def test_what_is_taken_at_once_is_collected(self, method: PaymentMethod, ask: Ask) -> None:
        """Taking is pure and says the amount that was asked."""
        if not isinstance(method, TakenAtOnce):
            pytest.skip("nothing is taken at once here")
        fact = method.take(ask)
        assert (fact.state, fact.amount) == ("collected", ask.amount), "what is taken at once is collected, all of it"
        assert method.take(ask) == fact, "the same question got another fact: taking is pure"

    def test_its_settings_can_be_checked(self, method: PaymentMethod) -> None:
        """With settings that work there is nothing to complain of."""
        if not isinstance(method, Checks):
            pytest.skip("this method has nothing to check")
        try:
            method.check()
        except AdapterError as error:
            pytest.fail(f"its settings work, and the check says {type(error).__name__}: {error}")

    def test_no_answer_is_an_unknown_outcome(
        self, method: PaymentMethod, ask: Ask, unanswered: PaymentMethod | None
    ) -> None:
        """A timeout is Unavailable, of every verb that asks an outside: what became of it is not known."""
        if unanswered is None:
            outside = isinstance(method, LooksUp | Expires | Refunds | ReadsNotices | Checks)
            assert not outside, "give the fixture `unanswered`: this method asks an outside"
            pytest.skip("this method asks no outside")
        begun = Begun(ask.reference, ask.amount, "kit-1")
        verbs: dict[str, Callable[[], object]] = {"start": lambda: unanswered.start(ask)}
        if isinstance(unanswered, LooksUp):
            verbs["look_up"] = lambda: unanswered.look_up(begun)
        if isinstance(unanswered, Expires):
            verbs["expire"] = lambda: unanswered.expire(begun)
        if isinstance(unanswered, Refunds):
            verbs["refund"] = lambda: unanswered.refund(begun, ask.amount, "RKIT234567")
        if isinstance(unanswered, Checks):
            verbs["check"] = unanswered.check
        for name, verb in verbs.items():
            _raises(Unavailable, verb, f"{name} got no answer and does not say Unavailable")

    def test_no_secret_is_seen(
        self, method: PaymentMethod, ask: Ask, secrets: list[str], unanswered: PaymentMethod | None, *,
        caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        """Neither a repr nor a fact, a log or an error shows one."""
        if self.plugin and any(each.metadata.get("secret") for each in fields(self.plugin.settings)):
            assert secrets, "give the fixture `secrets`: the settings have some"
        fact = method.start(ask)
        seen = repr(method) + repr(fact) + fact.redirect
        if unanswered is not None:
            with pytest.raises(AdapterError) as raised:
                unanswered.start(ask)
            seen += repr(raised.value)
        printed = capsys.readouterr()
        seen += caplog.text + printed.out + printed.err
        shown = sum(secret in seen for secret in secrets)
        assert not shown, "a secret is seen in a repr, a fact, a log or an error"

    def test_the_plugin_builds_it(self) -> None:
        """The plug-in's settings are a frozen dataclass that needs nothing said."""
        if self.plugin is None:
            pytest.skip("set `plugin` to have it checked")
        check_plugin(self.plugin, CONTRACT)
        built = self.plugin.build(self.plugin.settings(), None)
        assert built.key == self.plugin.key, f"the plug-in is called {self.plugin.key!r}, its method {built.key!r}"
        assert all(host == _origin(host) for host in self.plugin.hosts), "hosts are origins, https://pay.example"

    def test_its_settings_say_what_is_wrong(self) -> None:
        """Problems name fields of the settings, each with a sentence; nothing that is typed makes them fail."""
        if self.plugin is None or not hasattr(self.plugin.settings, "problems"):
            pytest.skip("its settings have no problems()")
        names = {each.name: each.type for each in fields(self.plugin.settings)}
        typed = {name: "\0 ' <b> ٣" for name, kind in names.items() if kind in {"str", str}}
        for settings in (self.plugin.settings(), self.plugin.settings(**typed)):
            problems = settings.problems()
            assert isinstance(problems, Mapping), "problems() returns a mapping of fields to sentences"
            strangers = set(problems) - set(names)
            assert not strangers, f"problems() names fields that aren't there: {', '.join(sorted(strangers))}"
            assert all(told.strip() for told in problems.values()), "a problem is said in words"


def check_plugin(plugin: Any, contract: int) -> None:
    """Assert what holds of the plug-ins of both kinds."""
    assert plugin.contract == contract, f"it was written for contract {plugin.contract}, this is {contract}"
    assert plugin.title.strip(), "a plug-in has a title"
    assert is_dataclass(plugin.settings), "its settings are no dataclass"
    assert vars(plugin.settings)["__dataclass_params__"].frozen, "its settings are not frozen"
    for each in fields(plugin.settings):
        hidden = {"key", "secret", "token", "password"} & set(each.name.lower().split("_"))
        assert not hidden or each.metadata.get("secret"), f"{each.name} looks like a secret and is not marked as one"
        shown = each.metadata.get("secret") and each.repr
        assert not shown, f"{each.name} is a secret and stands in the repr of the settings"


def _core(fact: Fact) -> tuple[str, str, Money, str]:
    return fact.reference, fact.state, fact.amount, fact.external


def _is_well_formed(fact: object) -> None:
    assert isinstance(fact, Fact), f"{type(fact).__name__} is not a Fact"
    assert fact.state in STATES, f"{fact.state!r} is no state of a payment: {', '.join(sorted(STATES))}"
    assert len(fact.external) <= 120, "the outside's name of a payment has 120 characters at most"
    assert all(len(pair) == 2 for pair in fact.mentions), "mentions are pairs of a name and a value"
    assert fact.at is None or fact.at.tzinfo, "a moment has its time zone"


def _offered_or_none(method: PaymentMethod, ask: Ask) -> None:
    try:
        offer = method.offer(ask)
    except (HirfaError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        pytest.fail(f"{ask.amount} in {ask.country} made the offer fail: {error!r}; what is not served gets None")
    assert offer is None or isinstance(offer, Offer), f"{type(offer).__name__} is neither an Offer nor None"


def _raises(wanted: type[AdapterError], verb: Callable[[], object], otherwise: str) -> None:
    """Assert that a verb raises what it should; say what is wrong in words when it does not."""
    try:
        verb()
    except wanted:
        return
    except (AdapterError, LookupError, TypeError, ValueError, OSError) as error:
        pytest.fail(f"{otherwise}: {error!r} instead of {wanted.__name__}")
    pytest.fail(f"{otherwise}: no {wanted.__name__}")


def _twice(verb: Callable[[], Fact], what: str) -> Fact:
    try:
        return verb()
    except AdapterError as error:
        return pytest.fail(f"{what} is {type(error).__name__}: it must be harmless")


def _paid(method: PaymentMethod, collected: Begun | None) -> Begun | None:
    if isinstance(method, Refunds):
        assert collected is not None, "give the fixture `collected`: this method gives money back"
    return collected


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"https://{parts.netloc}"
