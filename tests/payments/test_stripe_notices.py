"""Notices of Stripe: proven over raw bytes, within five minutes both ways, and read as hints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.core.errors import Forged
from shop.core.money import Money
from shop.payments.contract import Fact, Notice
from shop.payments.methods.stripe import Stripe
from shop.testing.outside import Trouble, World, running
from shop.testing.stripe_account import signature
from shop.testing.stripe_api import Stripe as Simulator
from tests.payments.stripe_account import ASK, SETTINGS, SIGNING, Amina

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
AT = int(NOW.timestamp())
METHOD = Stripe(SETTINGS, None)


@pytest.fixture(scope="module")
def everybodys() -> Iterator[World]:
    with running([Simulator], send=lambda url, body, headers: 200) as world:
        yield world


@pytest.fixture
def amina(everybodys: World) -> Iterator[Amina]:
    yield Amina(everybodys)
    everybodys.reset()


def event(**changed: Any) -> dict[str, Any]:
    about = {
        "id": "cs_test_1", "object": "checkout.session", "mode": "payment", "client_reference_id": ASK.reference,
        "status": "complete", "payment_status": "paid", "url": "https://x.example", "amount_total": 2500,
        "currency": "eur", "payment_intent": "pi_1",
    }  # fmt: skip
    told = {
        "id": "evt_1",
        "type": "checkout.session.completed",
        "created": AT,
        "livemode": False,
        "data": {"object": about},
    }
    return {**told, **changed}


def session(kind: str = "checkout.session.completed", **changed: Any) -> dict[str, Any]:
    told = event(type=kind)
    told["data"]["object"].update(changed)
    return told


def signed(told: Any, *, at: int = AT, secret: str = SIGNING, came: datetime = NOW) -> Notice:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Notice(body, {"stripe-signature": signature(body, at, [secret])}, came)


def test_their_library_and_ours_sign_and_believe_the_same() -> None:
    body = json.dumps(event(), ensure_ascii=False)
    header = stripe.WebhookSignature.generate_signature_header(body, SIGNING, AT)
    [fact] = METHOD.read(Notice(body.encode(), {"stripe-signature": header}, NOW))
    assert fact.state == "collected"
    theirs = signed(event())
    assert stripe.WebhookSignature.verify_header(theirs.body, theirs.headers["stripe-signature"], SIGNING)


def test_a_notice_names_the_payment_the_event_and_its_time() -> None:
    assert METHOD.read(signed(event())) == [
        Fact(
            ASK.reference,
            "collected",
            Money(2500, "EUR"),
            external="cs_test_1",
            event="evt_1",
            at=NOW,
            raw="complete:paid",
        )
    ]


@pytest.mark.parametrize("late", [-300, 0, 300])
def test_five_minutes_are_allowed_both_ways(late: int) -> None:
    assert METHOD.read(signed(event(), came=NOW + timedelta(seconds=late)))


@pytest.mark.parametrize(
    "notice",
    [
        pytest.param(signed(event(), came=NOW + timedelta(seconds=301)), id="signed too long ago"),
        pytest.param(signed(event(created=AT - 600), came=NOW - timedelta(seconds=301)), id="signed in the future"),
        pytest.param(signed(event(created=AT + 301)), id="an event of the future"),
        pytest.param(signed(event(), secret="whsec_somebodyElse"), id="another secret"),
        pytest.param(Notice(b"{}", {}, NOW), id="no header"),
        pytest.param(Notice(b"{}", {"stripe-signature": f"t={AT}"}, NOW), id="no signature"),
        pytest.param(Notice(b"{}", {"stripe-signature": f"t={AT},v1="}, NOW), id="an empty signature"),
        pytest.param(Notice(b"{}", {"stripe-signature": f"t={AT},v1=é\udcff"}, NOW), id="letters that are no bytes"),
        pytest.param(Notice(b"{}", {"stripe-signature": "t=" + "9" * 400 + ",v1=00"}, NOW), id="a time without end"),
        pytest.param(Notice(b"\xff\xfe", {"stripe-signature": f"t={AT},v1=00"}, NOW), id="bytes that are no text"),
    ],
)  # fmt: skip
def test_what_is_not_proven_is_forged(notice: Notice) -> None:
    with pytest.raises(Forged):
        METHOD.read(notice)


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.replace("v1=", "v0="), lambda header: header.replace("t=", "t=1,t="),
        lambda header: header.replace("t=", "t=+"), lambda header: header.replace("t=", "T="),
        lambda header: header[:-1], lambda header: header.replace(str(AT), str(AT + 1)),
        lambda header: header.replace(str(AT), "".join(chr(0x0660 + int(digit)) for digit in str(AT))),
    ],
)  # fmt: skip
def test_a_header_that_is_not_quite_theirs_is_forged(change: Callable[[str], str]) -> None:
    genuine = signed(event())
    with pytest.raises(Forged):
        METHOD.read(replace(genuine, headers={"stripe-signature": change(genuine.headers["stripe-signature"])}))


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(Forged):
        Stripe(replace(SETTINGS, signing_secret=""), None).read(signed(event(), secret=""))


def test_while_a_secret_is_replaced_both_are_believed(amina: Amina) -> None:
    new = "whsec_newSecretOfAmina"
    both = Stripe(replace(SETTINGS, signing_secret=new, signing_secret_before=SIGNING), None)
    assert both.read(signed(event())) == both.read(signed(event(), secret=new)) != []
    two = replace(signed(event()), headers={"stripe-signature": signature(signed(event()).body, AT, ["whsec_x", new])})
    assert both.read(two)
    with pytest.raises(Forged):
        Stripe(replace(SETTINGS, signing_secret=new), None).read(signed(event()))


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (session(payment_status="unpaid"), "pending"),
        (session("checkout.session.async_payment_succeeded"), "collected"),
        (session("checkout.session.async_payment_failed", payment_status="unpaid"), "failed"),
        (session("checkout.session.expired", status="expired", payment_status="unpaid"), "cancelled"),
        (session(payment_status="no_payment_required"), "unknown"),
        (session(payment_status="something_new"), "unknown"),
        (session(amount_total=-1), "unknown"),
        (session(currency="iqd"), "unknown"),
    ],
)  # fmt: skip
def test_events_of_sessions_are_read_word_for_word(told: dict[str, Any], state: str) -> None:
    [fact] = METHOD.read(signed(told))
    assert (fact.reference, fact.state) == (ASK.reference, state)


@pytest.mark.parametrize(
    "told",
    [
        event(livemode=True), event(type="payment_intent.succeeded"), event(type="charge.refunded"), event(type="x"),
        session(client_reference_id=None), session(mode="subscription"), session(id=None), event(data={"object": "x"}),
        event(data=[]), event(created="soon"), b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"data": NaN}',
    ],
)  # fmt: skip
def test_what_is_not_about_our_payments_is_no_fact(told: Any) -> None:
    assert METHOD.read(signed(told)) == []


NAMES = (
    "id", "type", "created", "livemode", "data", "object", "client_reference_id", "mode", "amount", "currency",
    "status", "amount_total", "payment_status", "payment_intent", "metadata", "reference",
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["eur", "payment"])
)
PARTS = st.dictionaries(st.sampled_from(NAMES), LEAVES | st.dictionaries(st.sampled_from(NAMES), LEAVES, max_size=3))
KINDS = ("checkout.session.completed", "charge.dispute.created", "refund.updated")


@given(LEAVES | PARTS)
@settings(max_examples=200)
def test_nothing_that_is_signed_makes_it_fail(part: Any) -> None:
    told = [part, event(data={"object": part}), event(data=part)]
    for each in [*told, *(event(type=kind, data={"object": part}) for kind in KINDS)]:
        assert all(isinstance(fact, Fact) for fact in METHOD.read(signed(each)))


@given(st.binary(max_size=60), st.text(max_size=60))
@settings(max_examples=200)
def test_nothing_that_is_not_signed_makes_it_fail(body: bytes, header: str) -> None:
    with pytest.raises(Forged):
        METHOD.read(Notice(body, {"stripe-signature": header}, NOW))
    with pytest.raises(Forged):
        METHOD.read(Notice(body, {"stripe-signature": f"t={AT},v1={header}"}, NOW))


@pytest.mark.parametrize("seed", range(8))
def test_in_whatever_order_they_come_the_end_is_the_same(amina: Amina, seed: int) -> None:
    amina.listen()
    amina.world.notices.trouble = Trouble(copies=2, shuffled=seed, forged=True)
    payment = amina.paid(how="bank_pays")
    amina.world.clock.advance(seconds=121)
    amina.world.systems["stripe"].tick()
    amina.world.clock.reset()
    amina.method.refund(payment, Money(500, "EUR"), "RORDER2345")
    seen, forged = [], 0
    for sent in amina.world.notices.drain():
        try:
            came = Notice(sent.body, {name.lower(): value for name, value in sent.headers.items()}, datetime.now(UTC))
            seen += amina.method.read(came)
        except Forged:
            forged += 1
    assert forged == amina.count("event") == 6
    assert {fact.state for fact in seen} == {"pending", "collected", "refunded"}
    assert len({fact.event for fact in seen}) * 2 == len(seen)
    fact = amina.method.look_up(payment)
    assert (fact.state, fact.amount) == ("collected", Money(2500, "EUR"))
