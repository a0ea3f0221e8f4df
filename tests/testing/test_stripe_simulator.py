"""The simulated Stripe as their own library sees it: its objects, its errors, its keys and its signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from shop.testing.outside import World, application, running
from shop.testing.stripe_api import Stripe, nested

KEY = "sk_test_simulator51"
WANTED: Any = {
    "mode": "payment", "client_reference_id": "PABCDEFGHJ", "success_url": "https://s.example/done",
    "cancel_url": "https://s.example/back", "metadata": {"reference": "PABCDEFGHJ"}, "locale": "fr",
    "line_items": [
        {"quantity": 2, "price_data": {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Savon"}}}
    ],
    "payment_intent_data": {"metadata": {"reference": "PABCDEFGHJ"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def everybodys() -> Iterator[World]:
    with running([Stripe], send=lambda url, body, headers: 200) as world:
        yield world


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their library writes nothing into the home of whoever runs the tests."""
    monkeypatch.setattr(stripe, "enable_telemetry", False)


@pytest.fixture
def world(everybodys: World) -> Iterator[World]:
    yield everybodys
    everybodys.reset()


@pytest.fixture
def client(world: World) -> stripe.StripeClient:
    return at(world)


def at(world: World, key: str = KEY) -> stripe.StripeClient:
    """Return their client, with their own way to the network."""
    there: Any = {"api": f"{world.url}/stripe"}
    return stripe.StripeClient(key, base_addresses=there, max_network_retries=0)


def control(world: World, path: str, **told: Any) -> dict[str, Any]:
    answer = application(world).test_client().post(f"/control/stripe/{path}", json=told)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def opened(client: stripe.StripeClient, **changed: Any) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create({**WANTED, **changed})


def paid(world: World, client: stripe.StripeClient) -> stripe.checkout.Session:
    session = opened(client)
    assert control(world, "payments", session=session.id, how="4242")["why"] == ""
    return client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})


def test_a_session_and_what_comes_of_it_are_their_objects(world: World, client: stripe.StripeClient) -> None:
    session = opened(client)
    assert isinstance(session, stripe.checkout.Session)
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 2500)
    assert session.url == f"{world.url}/stripe/c/pay/{session.id}"
    assert session.last_response is not None
    assert session.last_response.request_id.startswith("req_")
    done = paid(world, client)
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert isinstance(done.payment_intent, stripe.PaymentIntent)
    assert (done.payment_intent.status, done.payment_intent.amount_received) == ("succeeded", 2500)
    assert isinstance(done.payment_intent.latest_charge, stripe.Charge)
    assert client.v1.payment_intents.retrieve(done.payment_intent.id).metadata["reference"] == "PABCDEFGHJ"


@pytest.mark.parametrize(
    ("changed", "param", "code"),
    [
        ({"success_url": None}, "success_url", "parameter_missing"), ({"mode": None}, "mode", "parameter_missing"),
        ({"line_items": None}, "line_items", "parameter_missing"), ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"success_url": "done"}, "success_url", "url_invalid"), ({"locale": "ar"}, "locale", None),
        ({"expires_at": "soon"}, "expires_at", "parameter_invalid_integer"), ({"mode": "setup"}, "mode", None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_as_theirs(
    client: stripe.StripeClient, changed: dict[str, Any], param: str, code: str | None
) -> None:
    wanted = {name: value for name, value in {**WANTED, **changed}.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(wanted)  # type: ignore[arg-type]
    assert (refused.value.param, refused.value.code, refused.value.http_status) == (param, code, 400)


@pytest.mark.parametrize(
    ("currency", "amount", "code"),
    [
        ("eur", 49, "amount_too_small"), ("eur", 10**8, "amount_too_large"), ("xof", 0, "amount_too_small"),
        ("kwd", 5124, "invalid_charge_amount_no_decimal_compatible"),
        ("isk", 550, "invalid_charge_amount_no_decimal_compatible"), ("xts", 500, None), ("EUR", 500, None),
    ],
)  # fmt: skip
def test_amounts_that_it_does_not_take(
    client: stripe.StripeClient, currency: str, amount: int, code: str | None
) -> None:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Savon"}}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        opened(client, line_items=[{"quantity": 1, "price_data": price}])
    assert refused.value.code == code


@pytest.mark.parametrize("key", ["sk_test_wrong", "sk_test_expired", "sk_live_51simulator", "pk_test_51simulator"])
def test_keys_that_are_not_accepted(world: World, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError):
        opened(at(world, key))


def test_a_restricted_key_may_not_read_the_account(world: World, client: stripe.StripeClient) -> None:
    assert client.v1.accounts.retrieve_current().charges_enabled
    assert not at(world, "sk_test_unready").v1.accounts.retrieve_current().charges_enabled
    with pytest.raises(stripe.PermissionError):
        at(world, "rk_test_restricted").v1.accounts.retrieve_current()


def test_accounts_see_their_own_only(world: World, client: stripe.StripeClient) -> None:
    session, other = opened(client), at(world, "sk_test_another51")
    with pytest.raises(stripe.InvalidRequestError) as missing:
        other.v1.checkout.sessions.retrieve(session.id)
    assert (missing.value.code, missing.value.http_status) == ("resource_missing", 404)
    assert other.v1.checkout.sessions.list().data == []


def test_a_key_gets_the_same_answer_and_fits_one_question(world: World, client: stripe.StripeClient) -> None:
    once: Any = {"idempotency_key": "one"}
    first = client.v1.checkout.sessions.create(WANTED, once)
    again = client.v1.checkout.sessions.create(WANTED, once)
    assert first.id == again.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as conflict:
        client.v1.checkout.sessions.create({**WANTED, "locale": "en"}, once)
    assert conflict.value.http_status == 400
    world.clock.advance(hours=25)
    assert client.v1.checkout.sessions.create(WANTED, once).id != first.id


def test_a_question_that_was_wrong_does_not_use_the_key_up(client: stripe.StripeClient) -> None:
    once: Any = {"idempotency_key": "two"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create({**WANTED, "success_url": "x"}, once)
    assert client.v1.checkout.sessions.create(WANTED, once).status == "open"


def test_lists_are_walked_newest_first(world: World, client: stripe.StripeClient) -> None:
    made = [opened(client).id for _ in range(7)]
    walked = [each.id for each in client.v1.checkout.sessions.list({"limit": 3}).auto_paging_iter()]
    assert walked == made[::-1]
    now = world.clock.stamp()
    assert client.v1.checkout.sessions.list({"created": {"gte": now + 60}}).data == []
    assert len(client.v1.checkout.sessions.list({"created": {"gte": now - 60}}).data) == 7
    assert client.v1.checkout.sessions.list({"status": "complete"}).data == []
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.list({"limit": 101})


def test_only_an_open_session_is_expired(world: World, client: stripe.StripeClient) -> None:
    session = opened(client)
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    for name in (session.id, paid(world, client).id):
        with pytest.raises(stripe.InvalidRequestError, match="status in"):
            client.v1.checkout.sessions.expire(name)
    soon = opened(client, expires_at=world.clock.stamp() + 1800)
    world.clock.advance(seconds=1801)
    assert client.v1.checkout.sessions.retrieve(soon.id).status == "expired"


def test_refunds_are_partial_and_never_more_than_was_paid(world: World, client: stripe.StripeClient) -> None:
    payment: Any = paid(world, client).payment_intent
    refund = client.v1.refunds.create({"payment_intent": payment.id, "amount": 1000, "metadata": {"reference": "R1"}})
    assert isinstance(refund, stripe.Refund)
    assert (refund.status, refund.amount, refund.charge) == ("succeeded", 1000, payment.latest_charge.id)
    with pytest.raises(stripe.InvalidRequestError) as more:
        client.v1.refunds.create({"payment_intent": payment.id, "amount": 1501})
    assert more.value.param == "amount"
    client.v1.refunds.create({"payment_intent": payment.id})
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.refunds.create({"payment_intent": payment.id})
    assert again.value.code == "charge_already_refunded"
    assert [each.amount for each in client.v1.refunds.list({"payment_intent": payment.id}).data] == [1500, 1000]
    assert client.v1.charges.retrieve(payment.latest_charge.id).refunded


def test_disputes_take_the_money_back(world: World, client: stripe.StripeClient) -> None:
    session = paid(world, client)
    told = control(world, "disputes", session=session.id)
    [dispute] = client.v1.disputes.list({"payment_intent": told["payment_intent"]}).data
    assert isinstance(dispute, stripe.Dispute)
    assert (dispute.status, dispute.amount) == ("needs_response", 2500)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": told["payment_intent"]})
    assert refused.value.code == "charge_disputed"
    control(world, "disputes/closing", dispute=dispute.id, status="lost")
    assert client.v1.disputes.retrieve(dispute.id).status == "lost"


def test_their_library_believes_the_events(world: World, client: stripe.StripeClient) -> None:
    made = client.v1.webhook_endpoints.create({"url": "https://s.example/hook", "enabled_events": ["*"]})
    assert isinstance(made, stripe.WebhookEndpoint)
    control(world, "endpoints", key=KEY, url="https://s.example/hook", secret="whsec_new")
    session = paid(world, client)
    sent = world.deliver()
    for secret in (made.secret, "whsec_new"):
        events = [client.construct_event(each.body, each.headers["Stripe-Signature"], secret) for each in sent]
        assert [event.type for event in events] == [
            "payment_intent.succeeded", "charge.succeeded", "checkout.session.completed",
        ]  # fmt: skip
        assert events[-1].data.object.id == session.id
        assert client.v1.events.retrieve(events[-1].id).type == "checkout.session.completed"
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(sent[0].body + b" ", sent[0].headers["Stripe-Signature"], made.secret)


def test_events_go_to_those_who_asked_for_them(world: World, client: stripe.StripeClient) -> None:
    client.v1.webhook_endpoints.create({"url": "https://s.example/hook", "enabled_events": ["charge.dispute.created"]})
    session = paid(world, client)
    assert world.deliver() == []
    control(world, "disputes", session=session.id)
    assert len(world.deliver()) == 1


def test_money_that_comes_later_comes_by_the_clock_or_when_told(world: World, client: stripe.StripeClient) -> None:
    for outcome, status in (("succeeded", "paid"), ("failed", "unpaid")):
        session = opened(client)
        control(world, "payments", session=session.id, how="bank_pays")
        waits = client.v1.checkout.sessions.retrieve(session.id)
        assert (waits.status, waits.payment_status) == ("complete", "unpaid")
        control(world, "arrivals", session=session.id, outcome=outcome)
        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == status
    session = opened(client)
    control(world, "payments", session=session.id, how="bank_fails")
    world.clock.advance(seconds=121)
    world.deliver()
    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert isinstance(done.payment_intent, stripe.PaymentIntent)
    assert (done.payment_status, done.payment_intent.status) == ("unpaid", "requires_payment_method")


def test_a_refund_may_fail_later(world: World, client: stripe.StripeClient) -> None:
    payment: Any = paid(world, client).payment_intent
    refund = client.v1.refunds.create({"payment_intent": payment.id})
    control(world, "refunds/failing", refund=refund.id)
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert not client.v1.charges.retrieve(payment.latest_charge.id).refunded


def test_an_address_that_is_not_theirs(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.v1.customers.create({})


def test_brackets_are_read_as_they_write_them() -> None:
    pairs = [("a[b][0][c]", "1"), ("a[b][1][c]", "2"), ("expand[0]", "x"), ("expand[1]", "y"), ("d", "é")]
    assert nested(pairs) == {"a": {"b": [{"c": "1"}, {"c": "2"}]}, "expand": ["x", "y"], "d": "é"}


@pytest.mark.parametrize(
    ("how", "seen"),
    [
        ({"how": "0002"}, "generic_decline"), ({"how": "9995"}, "insufficient_funds"),
        ({"how": "3155"}, "C’est bien moi"), ({"how": "4242424242424242"}, None), ({}, None),
    ],
)  # fmt: skip
def test_the_page_is_used_by_buttons_alone(
    world: World, client: stripe.StripeClient, how: dict[str, str], seen: str | None
) -> None:
    page = f"/stripe/c/pay/{opened(client).id}"
    browser = application(world).test_client()
    drawn = browser.get(page).get_data(as_text=True)
    assert "simulateur" in drawn
    assert "25.00 EUR" in drawn
    assert "<input" not in drawn
    answer = browser.post(page, data=how)
    assert (answer.status_code, (seen or "") in answer.get_data(as_text=True)) == (200 if seen else 400, True)


def test_the_page_leads_back_to_the_shop(world: World, client: stripe.StripeClient) -> None:
    browser = application(world).test_client()
    session = opened(client)
    page = f"/stripe/c/pay/{session.id}"
    assert 'href="https://s.example/back"' in browser.get(page).get_data(as_text=True)
    browser.post(page, data={"how": "3155"})
    assert browser.post(page, data={"answer": "no"}).status_code == 200
    browser.post(page, data={"how": "3155"})
    done = browser.post(page, data={"answer": "yes"})
    assert (done.status_code, done.headers["Location"]) == (303, "https://s.example/done")
    assert "n’est plus possible" in browser.get(page).get_data(as_text=True)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert browser.get("/stripe/c/pay/cs_test_nobody").status_code == 404
    arabic = opened(client, locale="auto")
    drawn = browser.get(f"/stripe/c/pay/{arabic.id}", headers={"Accept-Language": "ar"}).get_data(as_text=True)
    assert 'dir="rtl"' in drawn
