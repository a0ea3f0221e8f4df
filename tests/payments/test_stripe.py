"""Stripe, by its adapter against its simulator: one session per reference, whatever gets lost on the way."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe

from shop.core.errors import AdapterError, Declined, Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.payments.contract import Ask, Begun, Notice, PaymentMethod
from shop.payments.methods.stripe import PLUGIN, Settings, Stripe
from shop.plumbing.http import Outbound
from shop.testing.outside import World, running
from shop.testing.payment_kit import PaymentMethodKit
from shop.testing.stripe_api import Stripe as Simulator
from tests.payments.stripe_account import ASK, BEGUN, KEY, SETTINGS, SIGNING, Amina

BEFORE, AFTER = ("error", "cut"), ("error_after", "cut_after")


@pytest.fixture(scope="module")
def everybodys() -> Iterator[World]:
    with running([Simulator]) as world:
        yield world


@pytest.fixture
def amina(everybodys: World) -> Iterator[Amina]:
    yield Amina(everybodys)
    everybodys.reset()


class TestStripe(PaymentMethodKit):
    plugin = PLUGIN

    @pytest.fixture
    def method(self, amina: Amina) -> PaymentMethod:
        return amina.method

    @pytest.fixture
    def ask(self) -> Ask:
        return ASK

    @pytest.fixture
    def notices(self, amina: Amina) -> list[Notice]:
        amina.listen()
        payment = amina.paid(replace(ASK, reference="PNOTICES23"))
        amina.method.refund(payment, Money(500, "EUR"), "RNOTICES23")
        amina.account.dispute(amina.intent(payment))
        return amina.heard()

    @pytest.fixture
    def unanswered(self) -> PaymentMethod:
        return Stripe(SETTINGS, Outbound(instead={"https://api.stripe.com": "http://127.0.0.1:1"}))

    @pytest.fixture
    def collected(self, amina: Amina) -> Begun:
        return amina.paid()

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [KEY, SIGNING]


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": Money.dinars(2500)}, {"amount": Money(49, "EUR")}, {"amount": Money(10**8, "EUR")},
        {"amount": Money(0, "EUR")}, {"stores_in_purchase": 2}, {"face_to_face": True},
    ],
)  # fmt: skip
def test_what_it_does_not_serve_is_not_offered(amina: Amina, changed: dict[str, Any]) -> None:
    assert amina.method.offer(ASK) is not None
    assert amina.method.offer(replace(ASK, country="DZ")) is not None
    assert amina.method.offer(replace(ASK, **changed)) is None


def test_nothing_is_begun_before_there_is_a_key(amina: Amina) -> None:
    assert Stripe(Settings(), None).offer(ASK) is not None, "an offer opens no secrets"
    with pytest.raises(Misconfigured):
        Stripe(Settings(), None).start(ASK)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, set()), ({"secret_key": "pk_test_51amina00000"}, {"secret_key"}), ({"secret_key": ""}, {"secret_key"}),
        ({"secret_key": "rk_live_51amina00000"}, set()), ({"signing_secret": "sk_test_51"}, {"signing_secret"}),
        ({"signing_secret": ""}, set()), ({"signing_secret_before": "x"}, {"signing_secret_before"}),
        ({"currencies": ""}, {"currencies"}), ({"currencies": "eur, jpy"}, set()),
        ({"currencies": "EUR IQD"}, {"currencies"}), ({"currencies": "EURO"}, {"currencies"}),
    ],
)  # fmt: skip
def test_settings_say_what_cannot_be_right(changed: dict[str, str], wrong: set[str]) -> None:
    assert set(replace(SETTINGS, **changed).problems()) == wrong


def test_the_key_tells_whether_real_money_moves() -> None:
    kinds = ("sk_test_", "rk_test_", "sk_live_", "rk_live_", "")
    assert [replace(SETTINGS, secret_key=kind + "51amina00000").live for kind in kinds] == [
        False,
        False,
        True,
        True,
        False,
    ]


def test_a_live_key_meets_no_simulator(amina: Amina) -> None:
    with pytest.raises(Misconfigured):
        amina.at(secret_key="sk_live_51amina00000").start(ASK)


def test_the_buyer_is_sent_to_a_page_in_her_language(amina: Amina) -> None:
    for language, locale in (("fr", "fr"), ("en", "en"), ("ar", "auto")):
        payment = amina.started(replace(ASK, reference=f"PLANGUAG{language}", language=language))
        session = amina.account.objects[payment.external]
        assert (session["locale"], session["amount_total"], session["currency"]) == (locale, 2500, "eur")
        assert session["success_url"] == session["cancel_url"] == ASK.return_url


def test_the_same_reference_from_another_page_is_the_same_payment(amina: Amina) -> None:
    first = amina.method.start(ASK)
    again = amina.method.start(replace(ASK, language="ar", return_url="https://s.example/ar/r"))
    assert (first, amina.count("checkout.session")) == (again, 1)
    with pytest.raises(Rejected):
        amina.method.start(replace(ASK, amount=Money(2600, "EUR")))


def test_what_stripe_refuses_is_said_with_its_field(amina: Amina) -> None:
    with pytest.raises(Rejected) as refused:
        amina.method.start(replace(ASK, return_url=""))
    assert refused.value.fields == {"success_url": "parameter_missing"}
    with pytest.raises(Rejected):
        amina.method.start(replace(ASK, amount=Money(49, "EUR")))


@pytest.mark.parametrize("kind", [*BEFORE, *AFTER, "slow"])
def test_a_lost_answer_is_found_by_our_reference(amina: Amina, kind: str) -> None:
    amina.world.faults.add("stripe", kind, "/checkout/sessions$", seconds=0.5)
    with pytest.raises(Unavailable):
        Amina(amina.world, total_s=0.3).method.start(ASK)
    if kind == "slow":
        amina.world.faults.clear()
        _eventually(amina)
    asked = replace(BEGUN, started_at=datetime.now(UTC))
    found = amina.method.look_up(asked)
    assert (found.state, bool(found.external)) == (("unknown", False) if kind in BEFORE else ("pending", True))
    again = amina.method.start(ASK)
    assert again.external == found.external or kind in BEFORE
    assert amina.count("checkout.session") == 1


def _eventually(amina: Amina) -> None:
    for _ in range(100):
        if amina.count("checkout.session"):
            return
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("age", "state"), [(None, "unknown"), (timedelta(minutes=5), "unknown"), (timedelta(minutes=16), "cancelled")]
)
def test_what_was_never_heard_of_is_given_up_when_it_can_come_no_more(
    amina: Amina, age: timedelta | None, state: str
) -> None:
    payment = replace(BEGUN, started_at=age and datetime.now(UTC) - age)
    assert amina.method.look_up(payment).state == state
    assert amina.method.expire(payment).state == state
    assert amina.method.look_up(replace(payment, external="cs_test_ofAnotherAccount")).state == "unknown"


def test_a_session_is_found_among_many(amina: Amina) -> None:
    payment = amina.started()
    session = amina.account.objects[payment.external]
    for i in range(230):
        amina.account.objects[f"cs_test_{i}"] = {**session, "id": f"cs_test_{i}", "client_reference_id": f"P{i:09}"}
    found = amina.method.look_up(replace(BEGUN, started_at=datetime.now(UTC)))
    assert found.external == payment.external


def test_the_session_of_somebody_else_is_not_ours(amina: Amina) -> None:
    other = amina.paid(replace(ASK, reference="PSOMEBODY2"))
    assert amina.method.look_up(replace(BEGUN, external=other.external)).state == "unknown"


@pytest.mark.parametrize(("how", "why"), [("0002", "card_declined"), ("9995", "insufficient_funds")])
def test_a_declined_card_leaves_another_try(amina: Amina, how: str, why: str) -> None:
    payment = amina.started()
    assert amina.pay(payment, how) == why
    assert amina.method.look_up(payment).state == "pending"
    assert amina.pay(payment) == ""
    fact = amina.method.look_up(payment)
    assert (fact.state, fact.amount, fact.redirect) == ("collected", ASK.amount, "")


def test_what_the_bank_asks_first_counts(amina: Amina) -> None:
    payment = amina.started()
    session = amina.account.objects[payment.external]
    assert amina.pay(payment, "3155") == "authentication_required"
    assert amina.method.look_up(payment).state == "pending"
    assert amina.account.authenticate(session, passed=False) == "payment_intent_authentication_failure"
    assert amina.method.look_up(payment).state == "pending"
    amina.pay(payment, "3155")
    amina.account.authenticate(session, passed=True)
    assert amina.method.look_up(payment).state == "collected"


@pytest.mark.parametrize(("how", "state"), [("bank_pays", "collected"), ("bank_fails", "failed")])
def test_money_that_comes_later_is_awaited(amina: Amina, how: str, state: str) -> None:
    amina.listen()
    payment = amina.paid(how=how)
    assert amina.method.look_up(payment).state == amina.method.expire(payment).state == "pending"
    amina.world.clock.advance(seconds=121)
    fact = amina.method.look_up(payment)
    assert (fact.state, bool(fact.problem)) == (state, state == "failed")
    assert [told.state for told in amina.facts()] == ["pending", state]


def test_an_open_session_is_closed_once_and_a_paid_one_stays_paid(amina: Amina) -> None:
    payment = amina.started()
    closed = amina.method.expire(payment)
    assert (closed.state, closed.external, closed.redirect) == ("cancelled", payment.external, "")
    assert closed.problem
    assert amina.method.expire(payment) == closed
    assert amina.pay(payment) == "session_closed"
    paid = amina.paid(replace(ASK, reference="PPAIDFIRST"))
    assert amina.method.expire(paid).state == "collected"


def test_what_has_no_outside_name_is_closed_by_our_reference(amina: Amina) -> None:
    payment = amina.started()
    assert amina.method.expire(replace(BEGUN, started_at=datetime.now(UTC))).external == payment.external
    assert amina.account.objects[payment.external]["status"] == "expired"


@pytest.mark.parametrize("kind", [*BEFORE, *AFTER])
def test_closing_through_a_fault_is_closed_by_the_next_one(amina: Amina, kind: str) -> None:
    payment = amina.started()
    amina.world.faults.add("stripe", kind, "/expire$")
    with pytest.raises(Unavailable):
        amina.method.expire(payment)
    assert amina.method.look_up(payment).state == ("pending" if kind in BEFORE else "cancelled")
    assert amina.method.expire(payment).state == "cancelled"


def test_a_session_is_closed_by_the_clock_before_its_key_is_forgotten(amina: Amina) -> None:
    payment = amina.started()
    amina.world.clock.advance(hours=23.9)
    assert amina.started() == payment
    amina.world.clock.advance(hours=0.2)
    assert amina.method.look_up(payment).state == "cancelled"
    assert amina.pay(payment) == "session_closed"


def test_refunds_add_up_to_what_was_collected_and_act_once(amina: Amina) -> None:
    payment = amina.paid()
    one = amina.method.refund(payment, Money(1000, "EUR"), "RONE234567")
    assert (one.reference, one.state, one.amount) == ("RONE234567", "refunded", Money(1000, "EUR"))
    assert amina.method.refund(payment, Money(1000, "EUR"), "RONE234567") == one
    assert amina.method.look_up(payment).state == "collected"
    amina.world.faults.add("stripe", "error", "/refunds$", method="POST")
    with pytest.raises(Declined):  # without asking
        amina.method.refund(payment, Money(1501, "EUR"), "RTWO234567")
    amina.world.faults.clear()
    amina.method.refund(payment, Money(1500, "EUR"), "RTWO234567")
    with pytest.raises(Declined):
        amina.method.refund(payment, Money(50, "EUR"), "RTHREE2345")
    fact = amina.method.look_up(payment)
    assert (fact.state, fact.amount, amina.count("refund")) == ("refunded", ASK.amount, 2)


@pytest.mark.parametrize("amount", [Money(0, "EUR"), Money(1000, "USD"), Money.dinars(1000)])
def test_what_cannot_be_given_back_is_declined(amina: Amina, amount: Money) -> None:
    payment = amina.paid()
    with pytest.raises(Declined):
        amina.method.refund(payment, amount, "RNOTHING23")
    with pytest.raises(Declined):
        amina.method.refund(amina.started(replace(ASK, reference="PUNPAID234")), Money(100, "EUR"), "RNOTHING23")
    assert amina.count("refund") == 0


@pytest.mark.parametrize("kind", [*BEFORE, *AFTER])
def test_a_refund_whose_answer_is_lost_acts_once_even_days_later(amina: Amina, kind: str) -> None:
    payment = amina.paid()
    amina.world.faults.add("stripe", kind, "/refunds$", method="POST")
    with pytest.raises(Unavailable):
        amina.method.refund(payment, Money(1000, "EUR"), "RLOST23456")
    assert amina.count("refund") == (0 if kind in BEFORE else 1)
    amina.world.clock.advance(hours=49)
    fact = amina.method.refund(payment, Money(1000, "EUR"), "RLOST23456")
    assert (fact.state, amina.count("refund")) == ("refunded", 1)


def test_a_refund_that_the_bank_sends_back_has_failed(amina: Amina) -> None:
    amina.listen()
    payment = amina.paid()
    fact = amina.method.refund(payment, ASK.amount, "RBACK23456")
    amina.account.fail_refund(amina.account.objects[fact.external])
    assert amina.method.refund(payment, ASK.amount, "RBACK23456").state == "failed"
    assert amina.method.look_up(payment).state == "collected"
    assert [(told.reference, told.state) for told in amina.facts() if told.reference == "RBACK23456"] == [
        ("RBACK23456", "refunded"), ("RBACK23456", "failed"),
    ]  # fmt: skip


def test_a_refund_made_at_stripe_leads_to_its_payment(amina: Amina) -> None:
    amina.listen()
    payment = amina.paid()
    amina.account.refund(amina.intent(payment), 2500, {}, None)
    [hint] = [fact for fact in amina.facts() if fact.raw.startswith("refund:")]
    assert (hint.reference, hint.state) == ("", "unknown")
    found = amina.method.look_up(Begun("", hint.amount, hint.external))
    assert (found.reference, found.external, found.state) == (ASK.reference, payment.external, "refunded")


@pytest.mark.parametrize(("status", "state"), [("won", "collected"), ("lost", "unknown")])
def test_a_dispute_is_said_and_what_is_lost_is_for_a_person(amina: Amina, status: str, state: str) -> None:
    amina.listen()
    payment = amina.paid()
    dispute = amina.account.dispute(amina.intent(payment))
    assert amina.method.look_up(payment).raw == "dispute:needs_response"
    with pytest.raises(Declined):
        amina.method.refund(payment, ASK.amount, "RDISPUTE23")
    amina.account.close(dispute, status)
    hints = [fact for fact in amina.facts() if fact.raw.startswith("dispute:")]
    assert [(hint.state, hint.raw) for hint in hints] == [
        ("unknown", "dispute:needs_response"), ("unknown", f"dispute:{status}"),
    ]  # fmt: skip
    found = amina.method.look_up(Begun("", hints[0].amount, hints[0].external))
    assert (found.reference, found.state, found.raw) == (ASK.reference, state, f"dispute:{status}")


def test_checking_tells_the_owner_what_to_mend(amina: Amina) -> None:
    amina.method.check()
    amina.at(secret_key="rk_test_restricted1").check()
    for key in ("", "sk_test_wrong123456", "sk_test_expired1234", "sk_live_51amina00000", "sk_test_unready12345"):
        with pytest.raises(Misconfigured):
            amina.at(secret_key=key).check()
    amina.world.faults.add("stripe", "error")
    with pytest.raises(Unavailable):
        amina.method.check()
    assert amina.count("checkout.session") == 0


def test_nothing_of_this_machine_is_sent(amina: Amina) -> None:
    sent: list[dict[str, str]] = []

    class Watched:
        def __init__(self, way: Any) -> None:
            self.way = way

        def for_account(self, **told: Any) -> Watched:
            return Watched(self.way.for_account(**told))

        def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> Any:
            sent.append(headers)
            return self.way.post(url, content=content, headers=headers)

    watched: Any = Watched(amina.world.outbound())
    Stripe(SETTINGS, watched).start(ASK)
    assert [set(headers) for headers in sent] == [
        {"Authorization", "Content-Type", "Idempotency-Key", "Stripe-Version"}
    ]
    assert sent[0]["Idempotency-Key"] == f"hirfa-start-{ASK.reference}"


def test_nothing_is_written_on_this_machine(amina: Amina, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(stripe, "enable_telemetry", True)
    monkeypatch.setattr("stripe._telemetry_id._loaded", False)
    amina.method.check()
    assert list(tmp_path.iterdir()) == []


def test_no_secret_is_seen_when_things_go_wrong(amina: Amina, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    caplog.set_level(logging.DEBUG)
    wrong, nowhere = amina.at(secret_key="sk_test_wrongcanary51"), replace(ASK, reference="PNOWHERE23", return_url="")
    seen = repr(wrong) + repr(amina.method)
    amina.listen()
    payment = amina.paid()
    seen += repr(amina.facts()) + repr(amina.method.refund(payment, Money(100, "EUR"), "RCANARY234"))
    for fault in (None, "error", "cut", "cut_after"):
        if fault:
            amina.world.faults.add("stripe", fault, times=3)
        for verb in (wrong.check, lambda: wrong.start(ASK), lambda: amina.method.start(nowhere)):
            with pytest.raises(AdapterError) as raised:
                verb()
            seen += repr(raised.value) + str(raised.value.__cause__) + str(raised.value.fields)
        amina.world.faults.clear()
    printed = capfd.readouterr()
    seen += caplog.text + printed.out + printed.err
    assert "canary" not in seen
    assert "client_reference_id" not in caplog.text
