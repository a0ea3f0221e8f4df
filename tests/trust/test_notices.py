"""What comes to the addresses of outside systems, and what must never be read anywhere: card numbers and secrets.

TEST_INPUTS=100000 sends a tenth of it in notices to each service, on each database. Half of them are signed rightly,
with content that nobody should send. Nothing may move by any of them, and none may be answered with a fault.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select
from structlog.testing import capture_logs

from shop.audit import findings
from shop.catalogue.models import Product, Variant
from shop.core import clock
from shop.payments import attempts, inbox, incidents
from shop.payments.models import Payment, PaymentNotice
from shop.plumbing.db import Base, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.outside import Outside
from shop.shipping.models import CarrierAccount
from shop.stores.models import Store
from shop.testing import satim_sim
from shop.testing.outside import World, running
from shop.testing.stripe_account import signature
from tests.checkout.cast import Workshop, workshop
from tests.payments.rails import CHARGILY_KEY, RAILS, SIGNING, STRIPE_KEY, Rail
from tests.payments.till import OUTSIDE, of, takes, waiting
from tests.people import sign_in
from tests.studio.day import Day, a_day
from tests.trust.nonsense import as_bytes, value
from tests.trust.unpaid import first

INPUTS = max(30, int(os.environ.get("TEST_INPUTS", "300")) // 10)
STRANGE: tuple[Any, ...] = (
    None, True, [], {}, [[]], -1, 0, 0.1, 1e308, 10**30, -(10**30), 2**63, "", "\0", "a\0b", "\ud800", "\u202e",
    "é" * 5000, "null", "-1", "1e9", [None] * 300, {"a": {"b": [1]}}, "usd", "xxx", "9" * 400, "<b>", "collected",
    "paid", "succeeded",
)  # fmt: skip
CARD = "4929131586420973"  # whole, as no page and no log may ever show it
SHOWN = re.compile(r"[ .\u00a0\u202f-]?".join(CARD))
CARD_FIELD = re.compile(r"card.?(number|no)|\bpan\b|cvv|cvc|cc-(number|csc|exp)|security.?code", re.IGNORECASE)


@pytest.fixture(scope="module")
def running_world() -> Iterator[World]:
    with running() as world:
        yield world


def opened(application: Flask, rail: Rail) -> tuple[Outside, Workshop]:
    """Have a workshop take a service, whose simulator answers."""
    rail.world.reset()
    outside = Outside(OUTSIDE.seal, rail.world.outbound(), OUTSIDE.base_url)
    application.extensions["hirfa_outside"] = outside
    shop = workshop(stock=200)
    takes(shop, rail.key, dict(rail.values))
    return outside, shop


def signed(key: str, body: bytes) -> dict[str, str]:
    """Return the headers of a notice as the service signs it now."""
    if key == "stripe":
        return {"Stripe-Signature": signature(body, int(clock.now().timestamp()), [SIGNING])}
    return {"signature": hmac.new(CHARGILY_KEY.encode(), body, hashlib.sha256).hexdigest()}


def genuine(rail: Rail, reference: str) -> list[dict[str, Any]]:
    """Return notices that a service really sends of a payment, before anything is altered."""
    rail.listen("https://hirfa.example/hooks/payments/1/stripe")
    rail.deed(reference, "declined" if rail.key == "stripe" else "runs out")
    found = [json.loads(each.body) for each in rail.world.notices.waiting()]
    if rail.key == "stripe":
        session_of = {"client_reference_id": reference, "id": of_session(rail, reference), "object": "checkout.session"}
        event = {"id": "evt_1", "livemode": False, "type": "checkout.session.completed",
                 "created": int(clock.now().timestamp()), "data": {"object": session_of}}  # fmt: skip
        about = {"object": "refund", "id": "re_1", "payment_intent": "pi_1", "status": "failed", "amount": 1}
        found += [event, {**event, "type": "refund.failed", "data": {"object": about}},
                  {**event, "type": "charge.dispute.created",
                   "data": {"object": {**about, "object": "dispute"}}}]  # fmt: skip
    return found


def of_session(rail: Rail, reference: str) -> str:
    """Return Stripe's own name of a payment."""
    mine = rail._mine(reference)  # type: ignore[attr-defined]
    return str(mine[0]["id"])


def spoiled(rng: random.Random, told: Any) -> Any:
    """Return the same with some of its values, at any depth, replaced by what nobody should send."""
    if isinstance(told, dict) and told and rng.random() < 0.9:
        name = rng.choice(list(told))
        more = {rng.choice(["id", "metadata", "x"]): rng.choice(STRANGE)} if rng.random() < 0.1 else {}
        return {**told, name: spoiled(rng, told[name]), **more}
    if isinstance(told, list) and told and rng.random() < 0.5:
        return [spoiled(rng, told[0]), *told[1:]]
    return rng.choice(STRANGE)


def body_of(rng: random.Random, known: list[dict[str, Any]]) -> bytes:
    """Return the body of a notice: strange inside, broken, or no notice at all."""
    draw = rng.random()
    if draw < 0.25 or not known:
        return as_bytes(value(rng))
    told: Any = rng.choice(known)
    for _time in range(rng.randrange(1, 4)):
        told = spoiled(rng, told)
    body = json.dumps(told, ensure_ascii=rng.random() < 0.5).encode(errors="surrogatepass")
    if draw < 0.35:
        body = body[: rng.randrange(len(body) + 1)]
    elif draw < 0.38:
        body = b"[" * 60_000 + body
    elif draw < 0.4:
        body = body + b" " * 300_000
    return body


@pytest.mark.parametrize("key", ["chargily", "satim", "stripe", "transfer", "cash_on_delivery"])
def test_no_notice_is_answered_with_a_fault_and_none_moves_money(
    application: Flask, running_world: World, key: str
) -> None:
    rng, answers, rail = random.Random(7), Counter[int](), RAILS.get(key, RAILS["satim"])(running_world)
    with application.app_context():
        outside, shop = opened(application, rail)
        order, payment = waiting(shop, rail.key)
        attempts.start(payment.id, outside, language="fr", return_url="https://hirfa.example/t")
        known = genuine(rail, payment.reference) if key in {"chargily", "stripe"} else []
        client, path = application.test_client(), f"/hooks/payments/{shop.id}/{key}"
        for number in range(INPUTS):
            body = body_of(rng, known)
            headers = signed(key, body) if rng.random() < 0.6 else {
                rng.choice(["signature", "Stripe-Signature"]): re.sub(r"[^ -~]", "", str(value(rng)))[:900]
            }  # fmt: skip
            with capture_logs() as logs:
                status = client.post(path, data=body, headers=headers).status_code
                if number % 20 == 0:
                    handle_all(outside)
            answers[status] += 1
            told = [each for each in logs if each["log_level"] in {"error", "critical"}]
            assert not told, (number, body[:300], told)
        handle_all(outside)
        assert set(answers) <= {200, 400, 404, 413}, answers
        assert (answers[200] > 0) == (key in {"chargily", "stripe"}), answers
        ended = of(order.id)[1]
        assert (ended.collected_minor, ended.state) in {(0, "pending"), (0, "failed")}
        assert {each.incident.kind for each in incidents.open_incidents(shop.id)} <= {"disputed"}
        assert list(findings()) == []


def handle_all(outside: Outside) -> None:
    """Do the work of every notice that was kept."""
    session.rollback()
    for each in session.scalars(select(PaymentNotice.id).where(PaymentNotice.handled_at.is_(None))).all():
        inbox.handle(outside, {"notice": each})
    session.rollback()


# ── canaries ──────────────────────────────────────────────────────────────────────────────────────────────────────


def talkative(told: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Let SATIM tell a whole card number wherever it tells a part of one, and beside it."""

    def more(*args: Any) -> dict[str, Any]:
        said = told(*args)
        return {**said, "Pan": CARD, "cardholderName": CARD, "cardAuthInfo": {"maskedPan": CARD, "pan": CARD}}

    return more


def planted(application: Flask, world: World, day: Day, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have each service name a card in full, in answers and in genuine notices; return the orders' codes."""
    for name in ("_told", "_result"):
        monkeypatch.setattr(satim_sim, name, talkative(getattr(satim_sim, name)))
    world.reset()
    outside = Outside(OUTSIDE.seal, world.outbound(), OUTSIDE.base_url)
    application.extensions["hirfa_outside"], codes = outside, list[str]()
    application.extensions["hirfa_seal"] = OUTSIDE.seal
    with application.app_context():
        shop = Workshop(
            session.get_one(Store, day.store_id), *first(Product, day), *first(Variant, day),
            *first(CarrierAccount, day),
        )  # fmt: skip
        for key, make in RAILS.items():
            rail = make(world)
            takes(shop, key, dict(rail.values))
            order, payment = waiting(shop, key)
            attempts.start(payment.id, outside, language="fr", return_url="https://hirfa.example/t")
            rail.deed(payment.reference, "pays")
            attempts.look(payment.id, outside)
            codes.append(order.code)
            if key != "satim":
                notify(application, shop.id, key, of(order.id)[1])
            with transaction():
                incidents.open_one(shop.id, payment.id, "disputed", by=SYSTEM)
        handle_all(outside)
        session.remove()  # type: ignore[attr-defined]
    return codes


def notify(application: Flask, store_id: int, key: str, payment: Payment) -> None:
    """Send a genuine notice that bears a card number where numbers of cards have no business."""
    if key == "stripe":
        about = {"client_reference_id": payment.reference, "id": payment.external, "object": "checkout.session",
                 "payment_method_details": {"card": {"number": CARD}}, "description": CARD}  # fmt: skip
        told: Mapping[str, Any] = {
            "id": "evt_card", "livemode": False, "type": "checkout.session.completed",
            "created": int(clock.now().timestamp()), "data": {"object": about},
        }  # fmt: skip
    else:
        about = {"id": payment.external, "entity": "checkout", "status": "paid", "description": CARD,
                 "metadata": {"reference": payment.reference, "card": CARD}, "payment_method": CARD}  # fmt: skip
        told = {"id": "ev-card", "livemode": "false", "data": about}
    body = json.dumps(told).encode()
    path = f"/hooks/payments/{store_id}/{key}"
    assert application.test_client().post(path, data=body, headers=signed(key, body)).status_code == 200


def pages_of(who: Any, starts: list[str], most: int) -> Iterator[tuple[str, str]]:
    """Open what somebody can come to from some pages, by its links."""
    waiting_for, seen = list(starts), set(starts)
    while waiting_for and most:
        path, most = waiting_for.pop(0), most - 1
        answer = who.get(path)
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        yield path, answer.text
        with suppress(ValueError):
            for link in html.fromstring(answer.text).xpath("//a/@href"):
                place = re.sub(r"[?#].*", "", str(link))
                if place.startswith("/") and place not in seen:
                    seen.add(place)
                    waiting_for.append(place)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_log_or_row_shows_a_card_number_or_a_secret_and_no_form_asks_for_one(
    application: Flask, running_world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    day = a_day(application)
    nadia = sign_in(application, "Nadia Operator", "+213550000090", is_operator=True)
    codes = planted(application, running_world, day, monkeypatch)
    studio = [f"{day.url}/", *(f"{day.url}/orders/{code}" for code in codes), f"{day.url}/money"]
    asked = [*pages_of(day.amina, studio, 70), *pages_of(nadia, ["/desk/", "/desk/incidents", "/desk/journal"], 25),
             *pages_of(application.test_client(), ["/fr/", "/fr/t", "/ar/cart"], 12)]  # fmt: skip
    assert len(asked) > 40
    for path, text in asked:
        assert not SHOWN.search(text), path
        assert not any(secret in text for secret in (CHARGILY_KEY, STRIPE_KEY, SIGNING, satim_sim.PASSWORD)), path
        for each in html.fromstring(text).xpath("//input | //textarea"):
            told = " ".join(str(each.get(name, "")) for name in ("name", "id", "autocomplete"))
            assert not CARD_FIELD.search(told), (path, told)
    logged = "".join(capfd.readouterr())
    assert not SHOWN.search(logged)
    assert not any(secret in logged for secret in (CHARGILY_KEY, STRIPE_KEY, SIGNING, satim_sim.PASSWORD))
    with application.app_context():
        kept = {table.name for table in Base.metadata.sorted_tables for row in session.execute(select(table))
                if CARD in repr(tuple(row))}  # fmt: skip
        assert kept == {"payment_notices"}, "a notice is kept as it came, and shown nowhere"
        session.remove()  # type: ignore[attr-defined]


@pytest.mark.parametrize("shown", [CARD, " ".join(re.findall("....", CARD)), "4929-1315-8642-0973"])
def test_a_card_number_is_known_however_it_is_written(shown: str) -> None:
    assert SHOWN.search(f"<td>{shown}</td>")
