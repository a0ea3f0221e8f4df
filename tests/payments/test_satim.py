"""SATIM keeps the contract against its simulator: one order per number, every status, every mention of the scheme."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.core.errors import Declined, Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.payments.contract import Ask, Begun, Fact
from shop.payments.methods import satim as words
from shop.payments.methods.satim import LEAST, PLUGIN, Satim, Settings
from shop.payments.queries import payment_of
from shop.plumbing.http import Outbound
from shop.testing.outside import World, running
from shop.testing.payment_kit import PaymentMethodKit
from shop.testing.satim_sim import CARDS, LEFT, LIVES_S, PASSWORD, TERMINAL, USER_NAME, Card, SatimSim
from tests.checkout.cast import ordered, workshop
from tests.plumbing.outside import outside

ASK = Ask("PKIT234567", Money(250_050), "fr", return_url="https://s.example/r")
ACCOUNT = Settings(USER_NAME, PASSWORD, TERMINAL)


@pytest.fixture(scope="module")
def running_world() -> Iterator[World]:
    with running([SatimSim]) as world:
        yield world


@pytest.fixture
def world(running_world: World) -> World:
    running_world.reset()
    return running_world


@pytest.fixture
def there(world: World) -> SatimSim:
    found = world.systems["satim"]
    assert isinstance(found, SatimSim)
    return found


@pytest.fixture
def satim(world: World) -> Satim:
    return built(world)


def built(world: World, account: Settings = ACCOUNT, **more: Any) -> Satim:
    method = PLUGIN.build(account, world.outbound(**more))
    assert isinstance(method, Satim)
    return method


def begun(fact: Fact) -> Begun:
    return Begun(fact.reference, ASK.amount, fact.external)


def paid(satim: Satim, there: SatimSim, reference: str = ASK.reference) -> Begun:
    fact = satim.start(replace(ASK, reference=reference))
    there.become(fact.external, CARDS["cib"])
    return begun(fact)


class TestSatim(PaymentMethodKit):
    """CIB and EDAHABIA, in dinars and centimes."""

    plugin = PLUGIN

    @pytest.fixture
    def method(self, satim: Satim) -> Satim:
        return satim

    @pytest.fixture
    def ask(self) -> Ask:
        return ASK

    @pytest.fixture
    def unanswered(self) -> Satim:
        nowhere = {"https://test2.satim.dz": "http://127.0.0.1:1"}
        return Satim(ACCOUNT, Outbound(instead=nowhere, total_s=0.5, secrets=[PASSWORD]))

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [PASSWORD]

    @pytest.fixture
    def collected(self, method: Satim, there: SatimSim) -> Begun:
        return paid(method, there, "PKIT234569")


@pytest.mark.parametrize(
    "other",
    [
        replace(ASK, country="FR"), replace(ASK, stores_in_purchase=2), replace(ASK, amount=Money(25_000, "EUR")),
        replace(ASK, amount=LEAST - Money(1)), replace(ASK, face_to_face=True),
    ],
)  # fmt: skip
def test_what_it_does_not_serve_is_not_even_asked_for(satim: Satim, world: World, other: Ask) -> None:
    world.faults.add("satim", "error", times=None)
    assert satim.offer(other) is None
    with pytest.raises(Rejected):
        satim.start(other)
    with pytest.raises(Rejected):
        satim.start(replace(ASK, reference="PELEVEN2345"))


@given(st.integers(LEAST.minor, 10**11))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_amounts_come_back_to_the_centime(running_world: World, minor: int) -> None:
    running_world.reset()
    satim, there = built(running_world), running_world.systems["satim"]
    assert isinstance(there, SatimSim)
    fact = satim.start(replace(ASK, amount=Money(minor)))
    there.become(fact.external, CARDS["cib"])
    found = satim.look_up(Begun(ASK.reference, Money(minor), fact.external))
    assert (found.state, found.amount) == ("collected", Money(minor))
    half = Money(minor // 2)
    satim.refund(Begun(ASK.reference, Money(minor), fact.external), half, "R1")
    given_back = satim.look_up(Begun(ASK.reference, Money(minor), fact.external))
    assert (given_back.state, given_back.amount) == ("refunded", half)


def test_what_it_sends_is_what_the_scheme_asks_for(satim: Satim, there: SatimSim) -> None:
    fact = satim.start(replace(ASK, language="ar"))
    form = there.orders[fact.external].form
    assert form == {
        "userName": USER_NAME, "password": PASSWORD, "orderNumber": "PKIT234567", "amount": "250050",
        "currency": "012", "returnUrl": "https://s.example/r", "failUrl": "https://s.example/r", "language": "AR",
        "jsonParams": json.dumps({"force_terminal_id": TERMINAL, "udf1": "PKIT234567"}),
    }  # fmt: skip
    assert "mdOrder=" in fact.redirect
    assert PASSWORD not in fact.redirect


@pytest.mark.parametrize(
    ("card", "state", "problem"),
    [
        (CARDS["cib"], "collected", ""), (CARDS["edahabia"], "collected", ""),
        (CARDS["poor"], "failed", words.NOT_ENOUGH), (CARDS["old"], "failed", words.EXPIRED),
        (CARDS["blocked"], "failed", words.BLOCKED), (CARDS["mistyped"], "failed", words.MISTYPED),
        (CARDS["away"], "failed", words.BANK_AWAY), (CARDS["refused"], "failed", words.CARD_REFUSED),
        (LEFT, "cancelled", words.LEFT), (Card("", 6, -2007, ""), "cancelled", words.TIMED_OUT),
        (Card("", 6, 10, ""), "cancelled", words.LEFT), (Card("", -1, 2003, "05"), "failed", words.CARD_REFUSED),
        (Card("", None, 2003, "61"), "failed", words.LIMIT), (Card("", 3, 0, "00"), "cancelled", words.UNDONE),
        (Card("", 1, 0, "00"), "pending", ""), (Card("", 5, 0, ""), "pending", ""),
        (Card("", 77, 0, "00"), "unknown", ""), (Card("", None, 0, ""), "unknown", ""),
    ],
)  # fmt: skip
def test_every_status_is_said_in_our_words(satim: Satim, there: SatimSim, card: Card, state: str, problem: str) -> None:
    fact = satim.start(ASK)
    there.become(fact.external, card)
    found = satim.look_up(begun(fact))
    assert (found.state, found.problem) == (state, problem)


def test_the_receipt_has_every_mention_of_the_scheme(satim: Satim, there: SatimSim) -> None:
    one = paid(satim, there)
    told = satim.look_up(one)
    order = there.orders[one.external]
    assert dict(told.mentions) | {"Date of the payment": "-"} == {
        "Answer of the bank": "Votre paiement a été accepté", "Order number": "PKIT234567",
        "Number of the transaction": one.external, "Authorisation number": order.authorisation,
        "Date of the payment": "-", "Amount": "2\u00a0500,50\u00a0DZD", "Card": "CIB",
        "In case of trouble, the free number of SATIM": "3020",
    }  # fmt: skip
    assert (told.at is not None, order.acknowledged) == (True, True)


def test_a_refusal_names_what_the_bank_said_and_whom_to_call(satim: Satim, there: SatimSim) -> None:
    fact = satim.start(ASK)
    there.become(fact.external, CARDS["poor"])
    told = dict(satim.look_up(begun(fact)).mentions)
    assert told["In case of trouble, the free number of SATIM"] == "3020"
    assert told["Order number"] == ASK.reference


def test_whose_card_it_was_is_not_kept(satim: Satim, there: SatimSim) -> None:
    found = satim.look_up(paid(satim, there))
    for canary in ("628058", "SIMULÉ", "202812", "41.100"):
        assert canary not in repr(found)


@pytest.mark.parametrize("number", ["6280581110003427", "6280 5811 1000 3427", "6280-5811-1000-3427"])
def test_the_number_of_a_card_is_never_shown_even_if_the_bank_writes_it(number: str) -> None:
    answer = {
        "errorCode": 0, "orderStatus": 2, "amount": 250_050, "currency": "012", "orderNumber": ASK.reference,
        "Pan": number, "approvalCode": number,
        "params": {"respCode": "00", "respCode_desc": f"Carte {number} acceptée"},
    }  # fmt: skip
    fact = words._fact(answer, Begun(ASK.reference, ASK.amount), "x")
    assert fact.state == "collected"
    assert number not in repr(fact)
    assert dict(fact.mentions)["Answer of the bank"] == "Carte ••• acceptée"


@pytest.mark.parametrize(
    "other",
    [{"currency": "978"}, {"orderNumber": "PANOTHER23"}, {"amount": 0}, {"amount": "x"}, {"errorCode": "2"}],
)
def test_paid_is_error_code_zero_and_status_two_for_this_order_only(other: dict[str, Any]) -> None:
    answer = {"errorCode": 0, "orderStatus": 2, "amount": 250_050, "currency": "12", "orderNumber": ASK.reference}
    one = Begun(ASK.reference, ASK.amount)
    assert words._fact(answer, one, "x").state == "collected"
    assert words._fact({**answer, **other}, one, "x").state == "unknown"


def test_a_number_that_was_used_is_looked_up_and_never_registered_again(satim: Satim, there: SatimSim) -> None:
    first = satim.start(ASK)
    assert satim.start(ASK).external == first.external
    there.become(first.external, CARDS["cib"])
    assert satim.start(ASK).state == "collected"
    assert len(there.orders) == 1


@pytest.mark.parametrize(("kind", "made"), [("cut", 0), ("error", 0), ("cut_after", 1), ("error_after", 1)])
def test_a_lost_answer_is_found_again_and_nothing_is_made_twice(
    satim: Satim, there: SatimSim, world: World, kind: str, made: int
) -> None:
    world.faults.add("satim", kind, "register")
    with pytest.raises(Unavailable):
        satim.start(ASK)
    found = satim.look_up(Begun(ASK.reference, ASK.amount))
    assert (found.state, bool(found.external)) == (("pending", True) if made else ("cancelled", False))
    assert satim.start(ASK).state == "pending"
    assert len(there.orders) == 1


@pytest.mark.parametrize(("kind", "given_back"), [("cut", 0), ("cut_after", 100_000), ("error_after", 100_000)])
def test_a_refund_whose_answer_was_lost_is_not_made_again(
    satim: Satim, there: SatimSim, world: World, kind: str, given_back: int
) -> None:
    one = paid(satim, there)
    world.faults.add("satim", kind, "refund")
    with pytest.raises(Unavailable):
        satim.refund(one, Money(100_000), "R1")
    assert there.orders[one.external].refunded == given_back
    assert satim.refund(one, Money(100_000), "R1").state == "refunded"
    assert there.orders[one.external].refunded == 100_000


def test_refunds_in_parts_end_where_the_money_ends(satim: Satim, there: SatimSim) -> None:
    one = paid(satim, there)
    assert satim.refund(one, Money(200_000), "R1").amount == Money(200_000)
    rest = replace(one, refunded=Money(200_000))
    for too_much in (Money(50_051), Money(250_050), Money(0), Money(-5), Money(5, "EUR")):
        with pytest.raises(Declined):
            satim.refund(rest, too_much, "R2")
    satim.refund(rest, Money(50_050), "R2")
    assert satim.look_up(one).amount == ASK.amount


def test_too_much_is_not_even_asked_for(satim: Satim, there: SatimSim, world: World) -> None:
    one = paid(satim, there)
    world.faults.add("satim", "error", "refund")
    with pytest.raises(Declined):
        satim.refund(one, ASK.amount + Money(1), "R1")


def test_a_refund_that_they_refuse_is_declined(satim: Satim, there: SatimSim) -> None:
    one = paid(satim, there)
    there.gives_back = False
    with pytest.raises(Declined):
        satim.refund(one, Money(100_000), "R1")
    assert there.orders[one.external].refunded == 0


def test_what_somebody_gave_back_at_the_bank_is_looked_at_by_a_person(satim: Satim, there: SatimSim) -> None:
    one = paid(satim, there)
    there.orders[one.external].refunded = 70_000
    with pytest.raises(Unavailable):
        satim.refund(one, Money(100_000), "R1")
    assert there.orders[one.external].refunded == 70_000


def test_how_much_is_left_tells_what_was_given_back_too() -> None:
    answer = {"orderStatus": 4, "amount": 1000, "depositAmount": "400"}
    assert words._given_back(answer) == Money(600)
    with pytest.raises(Unavailable):
        words._given_back({"orderStatus": 4, "amount": 1000})


def test_a_slow_answer_is_an_unknown_outcome(world: World) -> None:
    world.faults.add("satim", "slow", seconds=0.6)
    with pytest.raises(Unavailable):
        built(world, total_s=0.3).start(ASK)


def test_a_page_closes_by_itself(satim: Satim, world: World) -> None:
    fact = satim.start(ASK)
    world.clock.advance(seconds=LIVES_S)
    found = satim.look_up(begun(fact))
    assert (found.state, found.problem) == ("cancelled", words.TIMED_OUT)


@pytest.mark.parametrize(
    "wrong", [replace(ACCOUNT, password="other"), replace(ACCOUNT, user_name="other"), Settings()]
)  # fmt: skip
def test_a_refused_account_is_for_the_owner_to_mend(satim: Satim, world: World, wrong: Settings) -> None:
    satim.check()
    other = built(world, wrong)
    for verb in (other.check, lambda: other.start(ASK), lambda: other.look_up(Begun("P2", ASK.amount))):
        with pytest.raises(Misconfigured):
            verb()
    with pytest.raises(Misconfigured):
        built(world, replace(ACCOUNT, terminal="E999")).start(ASK)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, b"{}", Misconfigured), (403, b"{}", Misconfigured), (302, b"", Unavailable), (404, b"{}", Unavailable),
        (429, b"{}", Unavailable), (200, b"[]", Unavailable), (200, b"<html>", Unavailable), (200, b"{}", Unavailable),
        (200, b'{"errorCode": 7}', Unavailable), (200, b'{"errorCode": "5"}', Misconfigured),
        (200, b'{"errorCode": 14}', Rejected), (200, b'{"errorCode": 0, "orderId": null}', Unavailable),
    ],
)  # fmt: skip
def test_odd_answers_are_no_facts(status: int, body: bytes, error: type[Exception]) -> None:
    with outside() as server:
        server.answers(status, body)
        method = Satim(ACCOUNT, Outbound(instead={"https://test2.satim.dz": server.url}))
        with pytest.raises(error):
            method.start(ASK)


def test_its_way_out_masks_the_password(satim: Satim) -> None:
    assert isinstance(satim.http, Outbound)
    assert PASSWORD not in satim.http._masked(f"refused: {PASSWORD}")


def test_settings_say_what_is_wrong() -> None:
    assert ACCOUNT.problems() == {}
    assert set(Settings().problems()) == {"user_name", "password", "terminal"}
    assert set(replace(ACCOUNT, terminal='E1","x').problems()) == {"terminal"}


def test_pages_elsewhere_are_refused(satim: Satim, world: World) -> None:
    for url in ("https://cib.satim.dz.evil.example/", "http://cib.satim.dz/", "javascript:alert(1)", ""):
        with pytest.raises(Unavailable):
            satim._page(url)
    with pytest.raises(Unavailable):  # in production nobody is led to a page on this machine
        built(world, replace(ACCOUNT, mode="live")).start(ASK)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(
    [2, "2", 0, 4, -2007, 250_050, "012", ASK.reference, {"respCode": "00", "respCode_desc": "\ud800 ok"},
     {"refundedAmount": 5}, [{"name": "mdOrder", "value": "x1"}], [3], {}]
)  # fmt: skip
ANSWER = st.fixed_dictionaries({}, optional=dict.fromkeys((
    "errorCode", "orderStatus", "actionCode", "amount", "depositAmount", "currency", "orderNumber", "params",
    "attributes", "paymentAmountInfo", "approvalCode", "date", "authDateTime", "actionCodeDescription",
), VALUES))  # fmt: skip


@given(ANSWER)
@settings(max_examples=int(os.environ.get("TEST_INPUTS", "2000")) // 10)
def test_whatever_is_answered_is_a_fact_or_no_usable_answer(answer: dict[str, Any]) -> None:
    try:
        fact = words._fact(answer, Begun(ASK.reference, ASK.amount), words._order_id(answer))
    except Unavailable:
        return
    repr(fact).encode()  # no lone surrogates
    if fact.state == "collected":
        assert str(answer["errorCode"]) == "0"
        assert str(answer["orderStatus"]) == "2"


@pytest.mark.usefixtures("app")
def test_our_references_are_order_numbers_that_it_takes() -> None:
    shop = workshop()
    payment = payment_of(shop.id, ordered(shop).id)
    assert payment is not None
    assert payment.reference.isalnum()
    assert len(payment.reference) == 10
