"""Whatever Stripe, or who stands in its place, answers: a fact, a refusal or no usable answer, and never a failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.core.errors import AdapterError, Declined, Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.payments.contract import Begun, Fact
from shop.payments.methods.stripe import Stripe
from shop.plumbing.http import Answer
from tests.payments.stripe_account import ASK, SETTINGS

BEGUN = Begun(ASK.reference, ASK.amount, "cs_test_1")
NAMES = (
    "id", "object", "status", "payment_status", "client_reference_id", "amount_total", "currency", "payment_intent",
    "latest_charge", "amount", "amount_received", "amount_refunded", "disputed", "data", "has_more", "error", "type",
    "code", "param", "metadata", "url", "mode", "charges_enabled",
)  # fmt: skip
LEAVES = st.sampled_from([
    None, True, 0, -1, 2500, 10**30, "", "open", "complete", "expired", "paid", "unpaid", "eur", "cs_1", "pi_1",
    "succeeded", "list", "checkout.session", "payment_intent", "charge", "refund", ASK.reference,
])  # fmt: skip
BODIES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner), max_leaves=14
)
WHOLE = {
    "id": "cs_1", "object": "checkout.session", "status": "complete", "payment_status": "paid", "amount_total": 2500,
    "client_reference_id": ASK.reference, "currency": "eur",
}  # fmt: skip


@dataclass
class Said:
    """A way out on which everything gets one answer."""

    status: int
    body: bytes

    def for_account(self, **_told: Any) -> Said:
        return self

    def get(self, _url: str, **_told: Any) -> Answer:
        return Answer(self.status, {}, self.body)

    post = get


def verbs(status: int, body: bytes) -> list[Callable[[], object]]:
    way: Any = Said(status, body)
    method = Stripe(SETTINGS, way)
    return [
        lambda: method.start(ASK), lambda: method.look_up(BEGUN), lambda: method.expire(BEGUN), method.check,
        lambda: method.look_up(Begun(ASK.reference, ASK.amount)), lambda: method.look_up(Begun("", ASK.amount, "pi_1")),
        lambda: method.refund(BEGUN, Money(100, "EUR"), "RANSWER234"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, b'{"error": {}}', Misconfigured), (403, b'{"error": {}}', Misconfigured), (302, b"", Unavailable),
        (429, b'{"error": {}}', Unavailable), (409, b'{"error": {"code": "idempotency_key_in_use"}}', Unavailable),
        (400, b'{"error": {"type": "invalid_request_error"}}', Rejected), (400, b"{}", Unavailable),
        (402, b'{"error": {"code": "card_declined"}}', Declined), (200, b"[]", Unavailable), (200, b"", Unavailable),
        (200, b"<html>", Unavailable), (200, b"\xff", Unavailable), (200, b'{"status": "open"}', Unavailable),
        (200, b"null", Unavailable), (200, b'"x"', Unavailable), (400, b'{"error": [1]}', Unavailable),
    ],
)  # fmt: skip
def test_answers_are_said_in_our_words(status: int, body: bytes, error: type[AdapterError]) -> None:
    with pytest.raises(error):
        verbs(status, body)[0]()


@given(st.sampled_from([200, 201, 301, 400, 402, 404, 409]), BODIES)
@settings(max_examples=150)
def test_no_answer_makes_it_fail(status: int, answer: object) -> None:
    nested = {**WHOLE, "payment_intent": answer}
    for body in (answer, nested, {**WHOLE, "amount_total": answer}, {"object": "list", "data": [nested]}):
        for verb in verbs(status, json.dumps(body).encode()):
            try:
                found = verb()
            except AdapterError:
                continue
            assert found is None or isinstance(found, Fact)
