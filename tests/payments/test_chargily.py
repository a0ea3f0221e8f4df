"""Chargily keeps the contract against its simulator, whatever it answers, and nobody can speak in its name."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.core.errors import Forged, Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.core.states import PAYMENT
from shop.payments.contract import Ask, Begun, Fact, Notice
from shop.payments.methods.chargily import LEAST, PLUGIN, Chargily, Settings
from shop.plumbing.http import Outbound
from shop.testing.chargily_sim import LIVES_S, ChargilySim, signed
from shop.testing.outside import Trouble, World, running
from shop.testing.payment_kit import PaymentMethodKit
from tests.plumbing.outside import outside

KEY = "test_sk_CanaryNeverSeen123"
HOOK = "http://127.0.0.1:1/hook"
ASK = Ask("PKIT234567", Money.dinars(2500), "fr", return_url="https://s.example/r", notice_url=HOOK)
INPUTS = int(os.environ.get("TEST_INPUTS", "2000"))
SERVED = st.integers(75, 10**9).map(Money.dinars)


@pytest.fixture(scope="module")
def running_world() -> Iterator[World]:
    with running([ChargilySim], send=lambda *_: 204) as world:
        yield world


@pytest.fixture
def world(running_world: World) -> World:
    running_world.reset()
    return running_world


@pytest.fixture
def there(world: World) -> ChargilySim:
    found = world.systems["chargily"]
    assert isinstance(found, ChargilySim)
    return found


@pytest.fixture
def chargily(world: World) -> Chargily:
    return built(world)


def built(world: World, key: str = KEY, **more: Any) -> Chargily:
    method = PLUGIN.build(Settings(key), world.outbound(**more))
    assert isinstance(method, Chargily)
    return method


def begun(fact: Fact) -> Begun:
    return Begun(fact.reference, ASK.amount, fact.external)


def told(world: World) -> list[Notice]:
    """Return the notices that went out, as we would get them."""
    return [Notice(sent.body, sent.headers, datetime.now(UTC)) for sent in world.notices.drain()]


def notice(key: str, **data: Any) -> Notice:
    shown = {"id": "01abc", "entity": "checkout", "status": "paid", "amount": 2500, "currency": "dzd",
             "metadata": {"reference": ASK.reference}, **data}  # fmt: skip
    body = json.dumps({"id": "01event", "entity": "event", "livemode": "false", "type": "checkout.paid", "data": shown})
    return Notice(body.encode(), signed(key, body.encode()), datetime.now(UTC))


class TestChargily(PaymentMethodKit):
    """EDAHABIA and CIB, in dinars."""

    plugin = PLUGIN

    @pytest.fixture
    def method(self, chargily: Chargily) -> Chargily:
        return chargily

    @pytest.fixture
    def ask(self) -> Ask:
        return ASK

    @pytest.fixture
    def unanswered(self) -> Chargily:
        nowhere = {"https://pay.chargily.net": "http://127.0.0.1:1"}
        return Chargily(Settings(KEY), Outbound(instead=nowhere, total_s=0.5, secrets=[KEY]))

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [KEY]

    @pytest.fixture
    def collected(self, method: Chargily, there: ChargilySim) -> Begun:
        fact = method.start(replace(ASK, reference="PKIT234569"))
        there.become(fact.external, "paid", "cib")
        return replace(begun(fact), reference="PKIT234569")

    @pytest.fixture
    def notices(self, method: Chargily, there: ChargilySim, world: World) -> list[Notice]:
        for at, status in enumerate(("paid", "failed", "canceled", "expired")):
            there.become(method.start(replace(ASK, reference=f"PKIT23456{at}")).external, status)
        return told(world)


@pytest.mark.parametrize(
    "other",
    [
        replace(ASK, country="FR"), replace(ASK, stores_in_purchase=2), replace(ASK, amount=Money(2_500, "EUR")),
        replace(ASK, amount=LEAST - Money(100)), replace(ASK, amount=Money(250_001)), replace(ASK, face_to_face=True),
    ],
)  # fmt: skip
def test_what_it_does_not_serve_is_neither_offered_nor_begun(
    chargily: Chargily, there: ChargilySim, other: Ask
) -> None:
    assert chargily.offer(other) is None
    with pytest.raises(Rejected):
        chargily.start(other)
    assert not there.checkouts


@given(SERVED)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_dinars_come_back_to_the_centime(running_world: World, amount: Money) -> None:
    running_world.reset()
    chargily, there = built(running_world), running_world.systems["chargily"]
    assert isinstance(there, ChargilySim)
    fact = chargily.start(replace(ASK, amount=amount))
    assert there.checkouts[fact.external].asked["amount"] * 100 == amount.minor
    there.become(fact.external, "paid", "edahabia")
    [read] = chargily.read(told(running_world)[0])
    found = chargily.look_up(Begun(ASK.reference, amount, fact.external))
    assert (found.state, found.amount, read.external) == ("collected", amount, fact.external)


@pytest.mark.parametrize("amount", [True, None, "x", "1e400", "1e9999999", "NaN", -5, 0, 25.001, [2500], 10**20])
def test_an_amount_that_is_none_is_never_collected(chargily: Chargily, there: ChargilySim, amount: object) -> None:
    fact = chargily.start(ASK)
    there.become(fact.external, "paid", "cib")
    there.checkouts[fact.external].more["amount"] = amount
    assert chargily.look_up(begun(fact)).state == "unknown"
    assert chargily.read(notice(KEY, amount=amount))[0].state == "unknown"


def test_what_came_is_said_even_if_it_is_another_amount(chargily: Chargily, there: ChargilySim) -> None:
    fact = chargily.start(ASK)
    there.become(fact.external, "paid", "cib")
    there.checkouts[fact.external].more["amount"] = 2400.5
    assert chargily.look_up(begun(fact)).amount == Money(240_050)


@pytest.mark.parametrize(
    ("status", "state"),
    [("pending", "pending"), ("processing", "pending"), ("paid", "collected"), ("failed", "failed"),
     ("canceled", "cancelled"), ("expired", "cancelled"), ("frozen", "unknown"), ("", "unknown")],
)  # fmt: skip
def test_every_status_is_said_in_our_words(chargily: Chargily, there: ChargilySim, status: str, state: str) -> None:
    fact = chargily.start(ASK)
    there.become(fact.external, status)
    found = chargily.look_up(begun(fact))
    assert (found.state, json.loads(found.raw)["status"]) == (state, status)
    assert bool(found.problem) == (state in {"failed", "cancelled"})


@pytest.mark.parametrize(
    "other",
    [{"currency": "eur"}, {"currency": None}, {"metadata": {"reference": "PANOTHER23"}}, {"livemode": True}],
)
def test_other_money_or_another_payment_is_never_collected(
    chargily: Chargily, there: ChargilySim, other: dict[str, Any]
) -> None:
    fact = chargily.start(ASK)
    there.become(fact.external, "paid", "cib")
    there.checkouts[fact.external].more |= other
    assert chargily.look_up(begun(fact)).state == "unknown"


def test_a_notice_does_not_say_its_currency_so_it_is_looked_up(
    chargily: Chargily, there: ChargilySim, world: World
) -> None:
    fact = chargily.start(ASK)
    there.become(fact.external, "paid", "edahabia")
    [read] = chargily.read(told(world)[0])
    assert (read.reference, read.state, read.external) == (ASK.reference, "unknown", fact.external)
    assert read.event
    found = chargily.look_up(begun(read))
    assert (found.state, dict(found.mentions)["Card"], found.at is not None) == ("collected", "EDAHABIA", True)


def test_who_is_paid_is_not_kept(chargily: Chargily, there: ChargilySim) -> None:
    fact = chargily.start(ASK)
    there.become(fact.external, "paid", "cib")
    for each in (fact, chargily.look_up(begun(fact))):
        assert "merchant" not in repr(each)
        assert "s.example" not in each.raw


@pytest.mark.parametrize(
    "forged",
    [
        lambda real: replace(real, headers={}),
        lambda real: replace(real, headers={"signature": ""}),
        lambda real: replace(real, headers={"signature": "é" * 64}),
        lambda real: replace(real, headers={"signature": real.headers["signature"].upper()}),
        lambda real: replace(real, headers={"signature": real.headers["signature"][:-1]}),
        lambda real: replace(real, body=real.body.replace(b"2500", b"9500")),
        lambda real: notice("test_sk_SomebodyElse1234"),
        lambda real: Notice(b"{", signed(KEY, b"{"), real.at),
    ],
)
def test_forged_notices_are_refused(chargily: Chargily, forged: Any) -> None:
    real = notice(KEY)
    assert chargily.read(real)[0].state == "collected"
    with pytest.raises(Forged):
        chargily.read(forged(real))


def test_without_a_key_everything_is_forged() -> None:
    with pytest.raises(Forged):
        Chargily(Settings(), None).read(notice(""))


@pytest.mark.parametrize("data", [None, [], "x", {"entity": "payout", "id": "1"}])
def test_notices_of_other_things_say_nothing(chargily: Chargily, data: object) -> None:
    body = json.dumps({"id": "01event", "type": "payout.paid", "data": data}).encode()
    assert chargily.read(Notice(body, signed(KEY, body), datetime.now(UTC))) == []


@pytest.mark.parametrize(("kind", "made"), [("cut", 0), ("error", 0), ("cut_after", 1), ("error_after", 1)])
def test_a_lost_answer_is_found_again_and_nothing_is_made_twice(
    chargily: Chargily, there: ChargilySim, world: World, kind: str, made: int
) -> None:
    world.faults.add("chargily", kind, method="POST")
    with pytest.raises(Unavailable):
        chargily.start(ASK)
    found = chargily.look_up(Begun(ASK.reference, ASK.amount))
    assert (found.state, bool(found.external)) == (("pending", True) if made else ("cancelled", False))
    assert chargily.start(ASK).state == "pending"
    assert len(there.checkouts) == 1


def test_it_is_found_among_many_whichever_end_is_the_new_one(chargily: Chargily, there: ChargilySim) -> None:
    fact = chargily.start(ASK)
    for _ in range(60):  # the list of the simulator begins with the newest: ours moves to its last page
        other = chargily.start(replace(ASK, reference=f"P{_:09}"))
        assert other.external != fact.external
    assert chargily.look_up(Begun(ASK.reference, ASK.amount)).external == fact.external


def test_a_slow_answer_is_an_unknown_outcome(world: World) -> None:
    world.faults.add("chargily", "slow", seconds=0.6)
    with pytest.raises(Unavailable):
        built(world, total_s=0.3).start(ASK)


def test_a_page_closes_by_itself_and_by_us_and_what_was_paid_stays_paid(
    chargily: Chargily, there: ChargilySim, world: World
) -> None:
    fact = chargily.start(ASK)
    world.clock.advance(seconds=LIVES_S)
    assert chargily.look_up(begun(fact)).state == "cancelled"
    other = replace(ASK, reference="PKIT234568")
    paid = chargily.start(other)
    there.become(paid.external, "paid", "cib")
    world.faults.add("chargily", "error", "expire")  # what is paid is not even asked to be closed
    assert chargily.expire(Begun(other.reference, other.amount, paid.external)).state == "collected"
    assert chargily.expire(Begun("PNEVER2345", ASK.amount)).state == "cancelled"


def test_paid_between_the_look_and_the_closing(chargily: Chargily, there: ChargilySim, world: World) -> None:
    fact = chargily.start(ASK)
    became, there.become = there.become, lambda *_: became(fact.external, "paid", "cib")  # type: ignore[method-assign]
    try:
        assert chargily.expire(begun(fact)).state == "collected"
    finally:
        there.become = became  # type: ignore[method-assign]


def test_addresses_are_led_over_https_and_only_to_chargily(world: World, there: ChargilySim) -> None:
    there.plain_http = True
    assert built(world).start(ASK).redirect.startswith("https://pay.chargily.net/test/checkouts/")
    there.plain_http = False
    with pytest.raises(Unavailable):  # a live key is never led to a page on this machine
        built(world, "live_sk_CanaryNeverSeen123").start(replace(ASK, reference="PKIT234568"))


@pytest.mark.parametrize(
    "url", ["https://pay.chargily.net.evil.example/", "javascript:alert(1)", "ftp://pay.chargily.net/"]
)
def test_pages_elsewhere_are_refused(chargily: Chargily, there: ChargilySim, url: str) -> None:
    fact = chargily.start(ASK)
    there.checkouts[fact.external].more["checkout_url"] = url
    with pytest.raises(Unavailable):
        chargily.look_up(begun(fact))


def test_a_refused_key_is_for_the_owner_to_mend(chargily: Chargily, there: ChargilySim) -> None:
    chargily.check()
    there.closed = {KEY}
    for verb in (chargily.check, lambda: chargily.start(ASK), lambda: chargily.look_up(Begun("P", ASK.amount, "01a"))):
        with pytest.raises(Misconfigured):
            verb()
    with pytest.raises(Misconfigured):
        Chargily(Settings(), None).start(ASK)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, b"{}", Misconfigured), (403, b"{}", Misconfigured), (302, b"", Unavailable), (429, b"{}", Unavailable),
        (400, b"{}", Rejected), (422, b"{}", Rejected), (200, b"[]", Unavailable), (200, b"<html>", Unavailable),
        (200, b'{"status": "pending"}', Unavailable),
    ],
)  # fmt: skip
def test_odd_answers_are_no_facts(status: int, body: bytes, error: type[Exception]) -> None:
    with outside() as server:
        server.answers(status, body)
        method = Chargily(Settings(KEY), Outbound(instead={"https://pay.chargily.net": server.url}))
        with pytest.raises(error):
            method.look_up(Begun(ASK.reference, ASK.amount, "01abc"))


def test_an_id_that_was_told_and_is_gone_is_unknown_for_its_page_may_have_been_used(chargily: Chargily) -> None:
    assert chargily.look_up(Begun(ASK.reference, ASK.amount, "01gone")).state == "unknown"
    assert chargily.look_up(Begun(ASK.reference, ASK.amount, "../balance")).state == "unknown"
    assert chargily.look_up(Begun(ASK.reference, ASK.amount)).state == "cancelled"


def test_its_way_out_masks_the_key(chargily: Chargily) -> None:
    assert isinstance(chargily.http, Outbound)
    assert KEY not in chargily.http._masked(f"refused: {KEY}")


def test_the_prefix_of_the_key_says_which_world_it_is(world: World, there: ChargilySim) -> None:
    built(world, "live_sk_CanaryNeverSeen123").check()
    built(world).check()
    assert Settings(KEY).problems() == {}
    assert Settings("live_sk_CanaryNeverSeen123").problems() == {}
    for wrong in ("", "pk_test_1234567890", "test_sk_", "test_sk_with space", KEY + "\n"):
        assert set(Settings(wrong).problems()) == {"secret_key"}


def test_what_it_sends_has_the_shape_of_their_own_client(chargily: Chargily, there: ChargilySim) -> None:
    """The names that Chargily's own clients send for a checkout, and how they write an amount."""
    fact = chargily.start(replace(ASK, description="Commande ABC234", language="ber"))
    asked = there.checkouts[fact.external].asked
    assert set(asked) <= {
        "items", "amount", "currency", "success_url", "failure_url", "webhook_endpoint", "customer_id", "description",
        "locale", "payment_method", "pass_fees_to_customer", "shipping_address", "collect_shipping_address",
        "metadata", "percentage_discount", "amount_discount",
    }  # fmt: skip
    assert (asked["amount"], asked["currency"], asked["locale"], asked["pass_fees_to_customer"]) == (
        2500, "dzd", "ar", False,
    )  # fmt: skip
    assert asked["metadata"] == {"reference": ASK.reference}


def test_metadata_in_a_list_are_read_too(chargily: Chargily, there: ChargilySim) -> None:
    fact = chargily.start(ASK)
    there.checkouts[fact.external].more["metadata"] = [{"shop": "x"}, {"reference": ASK.reference}]
    assert chargily.look_up(Begun(ASK.reference, ASK.amount)).external == fact.external


ENDS = {"paid": "collected", "failed": "failed", "canceled": "cancelled", "expired": "cancelled"}
TROUBLES = st.builds(
    Trouble, copies=st.integers(1, 3), shuffled=st.integers(0, 99), forged=st.booleans(), delay_s=st.integers(0, 9000)
)


@given(st.lists(st.sampled_from(sorted(ENDS)), min_size=1, max_size=4), TROUBLES)
@settings(max_examples=INPUTS // 80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_in_whatever_order_notices_come_the_end_is_the_same(
    running_world: World, ends: list[str], trouble: Trouble
) -> None:
    running_world.reset()
    chargily, there = built(running_world), running_world.systems["chargily"]
    assert isinstance(there, ChargilySim)
    running_world.notices.trouble = trouble
    asked = [replace(ASK, reference=f"PKIT23456{at}", amount=Money.dinars(100 + at)) for at in range(len(ends))]
    facts = [chargily.start(each) for each in asked]
    for fact, end in zip(facts, ends, strict=True):
        there.become(fact.external, end, "cib" if end == "paid" else None)
    states, money = dict.fromkeys((each.reference for each in asked), "pending"), 0
    for sent in running_world.notices.drain():
        notice = Notice(sent.body, sent.headers, datetime.now(UTC))
        if sent.altered:
            with pytest.raises(Forged):
                chargily.read(notice)
            continue
        [told] = chargily.read(notice)
        found = chargily.look_up(Begun(told.reference, told.amount, told.external))
        if PAYMENT.allows(states[told.reference], found.state):
            states[told.reference] = found.state
            money += found.amount.minor if found.state == "collected" else 0
    assert list(states.values()) == [ENDS[end] for end in ends]
    assert money == sum(each.amount.minor for each, end in zip(asked, ends, strict=True) if end == "paid")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6,
)  # fmt: skip
CHECKOUT = st.fixed_dictionaries(
    {}, optional={name: JSON | st.sampled_from(["paid", "checkout", "dzd", "01abc"]) for name in (
        "id", "entity", "status", "amount", "currency", "metadata", "livemode", "payment_method", "updated_at",
        "checkout_url",
    )},
)  # fmt: skip


@given(
    st.binary(max_size=60)
    | st.fixed_dictionaries({"data": CHECKOUT | JSON, "id": JSON}).map(json.dumps).map(str.encode)
)
@settings(max_examples=INPUTS // 10)
def test_whatever_is_signed_is_read_or_refused_and_can_be_written_down(body: bytes) -> None:
    method = Chargily(Settings(KEY), None)
    notice = Notice(body, signed(KEY, body), datetime.now(UTC))
    try:
        facts = method.read(notice)
    except Forged:
        return
    for fact in facts:
        repr(fact).encode()  # no lone surrogates
        assert fact.event
        assert fact.external
        assert fact.amount >= Money(0)
        if fact.state == "collected":
            assert b'"paid"' in body
            assert b'"dzd"' in body


@given(CHECKOUT)
@settings(max_examples=INPUTS // 20)
def test_whatever_is_answered_is_a_fact_or_no_usable_answer(checkout: dict[str, Any]) -> None:
    method = Chargily(Settings(KEY), None)
    try:
        fact = method._fact(checkout, Begun(ASK.reference, ASK.amount))
    except Unavailable:
        return
    repr(fact).encode()
    assert fact.reference == ASK.reference
