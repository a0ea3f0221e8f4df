"""Other partners as she sees them: their keys are asked for in their words, and what they can't do is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from shop.documents import service as documents
from shop.fulfilment import service as fulfilment
from shop.plumbing.db import session, transaction
from shop.shipping import partners
from shop.shipping.contract import SendsBack
from shop.shipping.models import CarrierAccount
from shop.testing.outside import World
from tests.checkout.cast import AMINA
from tests.fulfilment.more_partners import CASES, Case
from tests.fulfilment.partner import Partner, a_world, partner_of
from tests.studio.day import Day, a_day


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world(*(each.kind for each in CASES)) as found:
        yield found


@pytest.fixture(params=CASES, ids=repr)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def partner(world: World, case: Case, application: Flask) -> Iterator[Partner]:
    outside = application.extensions["hirfa_outside"]
    with partner_of(world, case.kind, case.keys, outside.seal) as found:
        application.extensions["hirfa_outside"] = replace(outside, http=found.outside.http)
        yield found


@pytest.fixture
def day(application: Flask, partner: Partner) -> Day:
    return a_day(application)


def test_a_partner_is_chosen_its_key_typed_checked_and_never_shown(day: Day, partner: Partner, case: Case) -> None:
    answer = day.send("/settings/delivery/new", {"carrier": case.key, "title": case.key})
    path = str(answer.location).removeprefix(day.url)
    wrong = day.send(path, {**case.keys, next(iter(case.keys)): "too short"})
    assert wrong.status_code == 422
    assert not [each for name, each in case.keys.items() if name in case.hidden and each in wrong.text]
    assert day.send(path, case.keys).location.endswith(path)
    page = day.page(path)
    assert "The connection works." in page
    assert not [name for name in case.hidden if case.keys[name] in page]
    assert (f"/hooks/carriers/{day.store_id}/" in page) == (case.notice is not None)
    with day.application.app_context():
        account = session.scalars(select(CarrierAccount).where(CarrierAccount.carrier == case.key)).one()
        assert not [name for name in case.hidden if case.keys[name] in account.sealed + str(account.settings)]
        session.remove()  # type: ignore[attr-defined]


def test_what_a_partner_never_takes_back_is_said_where_the_order_was_cancelled(
    day: Day, partner: Partner, case: Case
) -> None:
    with day.application.app_context():
        partner.connect(day._workshop())
        session.remove()  # type: ignore[attr-defined]
    code = day.confirmed()
    with day.application.app_context():
        partner.comes_round(minutes=1)
        session.remove()  # type: ignore[attr-defined]
    parcel = day.parcel(code)
    assert parcel.tracking
    with day.application.app_context(), transaction():
        fulfilment.cancel(day.store_id, parcel.order_id, "other", by=AMINA)
    page = day.page(f"/orders/{code}")
    assert ("takes no parcel back by itself" in page and parcel.tracking in page) is not case.cancels


def test_a_parcel_that_found_nobody_is_called_back_from_its_order(day: Day, partner: Partner, case: Case) -> None:
    if not partners.can(case.key, SendsBack):
        pytest.skip("it can't be asked")
    with day.application.app_context():
        partner.connect(day._workshop())
        session.remove()  # type: ignore[attr-defined]
    code = day.confirmed()
    with day.application.app_context():
        partner.comes_round(minutes=1)
        box = day.parcel(code)
        with transaction():
            documents.print_labels(day.store_id, [box.id], paper="100x150", start=1, by=AMINA)
        with transaction():
            fulfilment.hand_over(day.store_id, [box.id], by=AMINA)
        assert "Have it sent back" not in day.page(f"/orders/{code}")
        partner.sim.become(box.tracking, "attempt_delivery")
        partner.comes_round(minutes=61)
        session.remove()  # type: ignore[attr-defined]
    page = day.page(f"/orders/{code}")
    assert "Have it sent back" in page
    assert "Ask for another attempt" not in page
    assert day.send(f"/orders/{code}/instruction", {"instruction": "fly"}).status_code == 422
    assert day.send(f"/orders/{code}/instruction", {"instruction": "send_back"}).status_code == 303
    page = day.page(f"/orders/{code}")
    assert "is asked to send the parcel back" in page
    assert "Have it sent back" not in page
