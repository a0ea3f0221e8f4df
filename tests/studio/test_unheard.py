"""A partner that made a draft and was not heard: the order's page says that one may lie there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from shop.plumbing.db import session
from shop.testing.noest_sim import NoestSim
from tests.fulfilment.partner import Partner, a_world, partner_of
from tests.studio.day import a_day

KEYS = {"user_guid": "2QCANARY", "api_token": "CanaryTokenOfAminaAtNoest1234567890"}


@pytest.fixture
def partner(application: Flask) -> Iterator[Partner]:
    outside = application.extensions["hirfa_outside"]
    with a_world(NoestSim) as world, partner_of(world, NoestSim, KEYS, outside.seal) as found:
        application.extensions["hirfa_outside"] = replace(outside, http=found.outside.http)
        yield found


@pytest.mark.parametrize("fault", ["/create/order$", "/valid/order$"])
def test_a_draft_that_may_be_left_is_told(application: Flask, partner: Partner, fault: str) -> None:
    day = a_day(application)
    partner.world.faults.add("noest", "cut_after", fault)
    with application.app_context():
        partner.connect(day._workshop())
        session.remove()  # type: ignore[attr-defined]
    code = day.confirmed()
    with application.app_context():
        partner.comes_round(minutes=1)
        partner.comes_round(minutes=8)
        session.remove()  # type: ignore[attr-defined]
    page = day.page(f"/orders/{code}")
    assert day.parcel(code).tracking in page
    assert ("a draft of this parcel may lie in your account there" in page) == ("create" in fault)
