"""An artisan chooses the partner's own label: it prints on her paper, and the pages say where hers stands in for it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import select, update

from shop.core import clock
from shop.documents.engine import page_png
from shop.fulfilment import booking
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping.label_models import PartnerLabel
from shop.shipping.models import CarrierAccount
from shop.testing.carrier_labels import A4, label_pdf
from shop.testing.outside import World
from tests.fulfilment.partner import Partner, a_world, partner_on
from tests.studio.day import Day, a_day


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world() as found:
        yield found


@pytest.fixture
def partner(world: World, application: Flask) -> Iterator[Partner]:
    outside = application.extensions["hirfa_outside"]
    with partner_on(world, outside.seal) as found:
        application.extensions["hirfa_outside"] = replace(outside, http=found.outside.http)
        yield found


@pytest.fixture
def day(application: Flask, partner: Partner) -> Day:
    found = a_day(application)
    with application.app_context():
        partner.connect(found._workshop())
        session.remove()  # type: ignore[attr-defined]
    return found


def connection(day: Day) -> str:
    with day.application.app_context():
        number = session.scalars(select(CarrierAccount.id).where(CarrierAccount.carrier == "yalidine")).one()
    return f"/settings/delivery/{number}/connection"


def choose(day: Day, label: str = "theirs") -> None:
    day.send(connection(day).replace("/connection", "/label"), {"label": label})


def printed(day: Day, code: str, **fields: object) -> str:
    answer = day.send("/labels", {"shipments": day.parcel(code).id, "paper": "a6", **fields})
    return str(answer.location).removeprefix(day.url)


def is_theirs(day: Day, batch: str) -> bool:
    """Tell whether a label of a batch is the partner's: ours has a square code."""
    picture = Image.open(io.BytesIO(page_png(day.amina.get(day.url + batch + ".pdf").data, 0, dots_per_mm=12)))
    found = {str(each.format) for each in zxingcpp.read_barcodes(picture)}
    assert found, "no label"
    return found in ({"Code 128"}, {"Code128"})


def test_she_chooses_it_once_and_it_is_what_prints(day: Day, partner: Partner) -> None:
    assert 'value="ours" checked' in day.page(connection(day))
    choose(day)
    assert 'value="theirs" checked' in day.page(connection(day))
    batch = printed(day, day.confirmed())
    assert is_theirs(day, batch)
    assert "your own" not in day.page(batch)
    choose(day, "ours")
    code = day.confirmed()
    assert not is_theirs(day, printed(day, code))


def test_where_hers_stands_in_the_pages_say_so_and_it_can_be_asked_again(day: Day, partner: Partner) -> None:
    choose(day)
    partner.sim.label_pages = True  # type: ignore[attr-defined]
    code = day.confirmed()
    batch = printed(day, code)
    assert not is_theirs(day, batch)
    assert "1 label is your own" in day.page(batch)
    assert "its label is no PDF" in day.page(batch)
    order = day.page(f"/orders/{code}")
    assert "own label can&#39;t be had (its label is no PDF)" in order
    assert "Ask again" in order
    partner.sim.label_pages = False  # type: ignore[attr-defined]
    with clock.standing_at(clock.now() + timedelta(minutes=1)):
        day.send(f"/orders/{code}/booking", {})
    order = day.page(f"/orders/{code}")
    assert "came after yours was printed" in order
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        assert is_theirs(day, printed(day, code))


def test_a_label_too_large_for_her_paper_is_not_printed_too_small(day: Day, partner: Partner) -> None:
    choose(day)
    code = day.confirmed()
    with day.application.app_context():
        booking.announce(day.store_id, [day.parcel(code).id], by=SYSTEM, outside=partner.outside)
        with transaction():
            changed(update(PartnerLabel).values(body=label_pdf("PARTNER", "Y-1", (), size=A4)))
    batch = printed(day, code)
    assert not is_theirs(day, batch)
    assert "too large for this paper" in day.page(batch)


def test_helpers_and_strangers_choose_nothing(day: Day) -> None:
    path = connection(day).replace("/connection", "/label")
    for who, status in ((day.lila, 403), (day.sami, 404)):
        assert day.send(path, {"label": "theirs"}, who=who).status_code == status
    assert 'value="ours" checked' in day.page(connection(day))


def test_no_page_of_buyers_or_of_hers_shows_where_it_lay(day: Day, partner: Partner) -> None:
    choose(day)
    code = day.confirmed()
    batch = printed(day, code)
    link = str(partner.row(day.parcel(code))["label"])
    token = link.partition("token=")[2]
    for page in (batch, f"/orders/{code}", connection(day), "/orders", "/"):
        assert token not in day.page(page)
    assert token.encode() not in day.amina.get(day.url + batch + ".pdf").data
