"""Chargily's own client for Python, written by others, speaks with our simulator; ours asks for what it knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from chargily_pay import ChargilyClient
from chargily_pay.entity import Checkout
from requests import HTTPError

from shop.payments.contract import Begun
from shop.payments.methods.chargily import PLUGIN, Settings
from shop.testing.chargily_sim import ChargilySim
from shop.testing.outside import World, running
from tests.payments.test_chargily import ASK, HOOK, KEY

KNOWN = {"id", "entity", "livemode", "amount", "currency", "fees", "status", "success_url", "checkout_url"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running([ChargilySim], send=lambda *_: 204) as found:
        yield found


@pytest.fixture
def client(world: World) -> Any:
    world.reset()
    return ChargilyClient("pk", KEY, f"{world.url}/chargily/api/test/")


def there(world: World) -> ChargilySim:
    found = world.systems["chargily"]
    assert isinstance(found, ChargilySim)
    return found


def test_a_checkout_of_theirs_lives_its_life_with_our_simulator(world: World, client: Any) -> None:
    wallets = client.get_balance()["wallets"]
    assert {"currency", "balance", "ready_for_payout", "on_hold"} <= wallets[0].keys()
    made = client.create_checkout(Checkout("https://s.example/r", amount=2500, currency="dzd", webhook_endpoint=HOOK))
    assert made.keys() >= KNOWN
    assert made["status"] == "pending"
    assert client.retrieve_checkout(made["id"]) == made
    assert [each["id"] for each in client.list_checkouts()["data"]] == [made["id"]]
    assert client.retrieve_checkout_items(made["id"])["data"] == []
    assert client.expire_checkout(made["id"])["status"] == "expired"
    with pytest.raises(HTTPError):
        client.expire_checkout(made["id"])


def test_their_client_takes_our_signature_and_no_other(world: World, client: Any) -> None:
    made = client.create_checkout(Checkout("https://s.example/r", amount=2500, currency="dzd", webhook_endpoint=HOOK))
    there(world).become(made["id"], "paid", "cib")
    (sent,) = world.notices.drain()
    body = sent.body.decode()
    assert client.validate_signature(sent.headers["signature"], body)
    assert not client.validate_signature(sent.headers["signature"], body + " ")
    assert json.loads(body)["data"]["id"] == made["id"]


def test_we_ask_for_nothing_that_their_client_does_not_know(world: World, client: Any) -> None:
    method = PLUGIN.build(Settings(KEY), world.outbound())
    fact = method.start(ASK)
    asked = there(world).checkouts[fact.external].asked
    assert set(asked) <= {each.name for each in fields(Checkout)}
    seen = client.retrieve_checkout(fact.external)
    assert seen["amount"] == ASK.amount.minor // 100
    assert client.expire_checkout(fact.external)["status"] == "expired"
    assert method.look_up(Begun(fact.reference, ASK.amount, fact.external)).state in {"cancelled", "failed"}  # type: ignore[attr-defined]
