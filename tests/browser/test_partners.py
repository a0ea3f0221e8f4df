"""Partners on her phone: a key is typed and checked once; a parcel goes its way by itself, and its cash comes home."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from shop.core import clock
from shop.core.money import Money
from shop.demo import express, zones
from shop.demo.partners import KEYS
from shop.fulfilment import booking, following
from shop.orders.models import Order
from shop.plumbing import i18n
from shop.plumbing.db import session
from shop.settlement import brought
from shop.settlement.models import Statement
from shop.shipping.queries import live_shipment
from tests.browser.buying import FLOWER_WATER, confirm, fill_details, put_aside, to_check
from tests.browser.conftest import AMINA, MakePhone, sign_in, speak
from tests.browser.rooms import Bought, Rooms

pytestmark = pytest.mark.browser

ISMAHANE, STUDIO = "0550 00 01 03", "/studio/parfums-ismahane"
# What each of them wants to be told; every secret opens nothing anywhere.
TOLD = {
    "yalidine": {"api_id": "90000000000000000077", "api_token": "HirfaTestOpensNothingAtAll1234567"},
    "zrexpress": {"tenant": "0d9f5d3c-0000-4000-8000-000000000077", "api_key": "HirfaTestOpensNothingAtAll"},
    "ecotrack": {"brand": "packers", "api_token": "HirfaTestOpensNothingAtAllThere12"},
    "noest": {"user_guid": "HIRFATEST7", "api_token": "HirfaTestOpensNothingAtAllThere12"},
    "procolis": {"token": "HirfaTestOpensNothing", "key": "HirfaTestOpensNothing"},
    "maystro": {"api_token": "HirfaTestOpensNothingAtAll"},
    "mydhl": {"account": "305000077", "user": "HirfaTest77", "postcode": "15000", "password": "HirfaTestOpensNothing"},
}  # fmt: skip


@pytest.mark.parametrize(("partner", "lang"), list(zip(TOLD, ["ar", "fr"] * 4, strict=False)))
def test_a_partner_is_chosen_and_its_key_typed_once(
    phone: MakePhone, keys: dict[str, Any], rooms: Rooms, partner: str, lang: str
) -> None:
    amina = phone(lang, storage_state=keys[AMINA])
    speak(amina)
    page = amina.open("/studio/atelier-amina/settings/delivery/new")
    choose(page, "carrier", partner)
    page.locator("#title").fill(f"{partner} {lang}")
    amina.tap(page.locator(".bar button"))
    assert page.url.endswith("/connection"), page.locator("main").inner_text()
    amina.picture(f"partner-{partner}-empty")
    amina.expected.add(422)
    amina.tap(page.locator(".bar button"))
    expect(page.locator(".errors, [role=alert]").first).to_be_visible()
    for name, value in TOLD[partner].items():
        write(page, name, value)
    amina.tap(page.locator(".bar button"))
    with i18n.speaking(lang):
        works = i18n._("The connection works.")
    expect(page.locator("main")).to_contain_text(works)
    amina.picture(f"partner-{partner}")
    assert TOLD[partner][list(TOLD[partner])[-1]] not in page.content(), "a secret is never shown"


def write(page: Page, name: str, value: str) -> None:
    """Fill a field, or choose in it."""
    field = page.locator(f"[name={name}]")
    if field.evaluate("each => each.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def choose(page: Page, field: str, value: str) -> None:
    page.locator("label", has=page.locator(f"input[name={field}][value='{value}']")).tap()


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_parcel_goes_its_way_by_itself_and_its_cash_comes_home(phone: MakePhone, rooms: Rooms, lang: str) -> None:
    buyer, ismahane = phone(lang), phone(lang)
    put_aside(buyer, FLOWER_WATER)
    to_check(buyer, fill_details(buyer, number="0555 61 00 77"))
    way = confirm(buyer, buyer.page)
    bought = rooms.of_page(way)
    assert rooms.carrier(bought) == "Yalidine"
    sign_in(ismahane, ISMAHANE)
    speak(ismahane)
    page = ismahane.open(f"{STUDIO}/orders/{bought.code}")
    ismahane.tap(page.locator(".bar button[value=confirmed]"))
    number = booked(rooms, bought)
    rooms.send(bought)
    ismahane.open(f"{STUDIO}/orders/{bought.code}")
    expect(page.locator("main")).to_contain_text(number)
    ismahane.picture("partner-booked")
    for turn, status in enumerate(("Expédié", "Sorti en livraison", "Livré"), 1):
        goes_on(rooms, number, status, minutes=11 * turn)
    ismahane.open(f"{STUDIO}/orders/{bought.code}")
    ismahane.picture("partner-delivered")
    buyer.open(way.removeprefix(buyer.base))
    buyer.picture("partner-way")
    told = paid_out(rooms, number)
    page = ismahane.open(f"{STUDIO}/money")
    ismahane.picture("partner-money")
    ismahane.tap(page.locator(f"a[href$='/money/statements/{told}']"))
    ismahane.tap(page.locator("a[href*='outcome=matched']"))
    expect(page.locator("main")).to_contain_text(number)
    ismahane.picture("partner-list")
    ismahane.tap(page.locator(".bar button"))
    assert "/money/" in page.url
    ismahane.picture("partner-paid")
    assert rooms.states(bought) == ["settled"]
    assert not rooms.breaches()


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_what_a_parcel_abroad_costs_is_asked_before_it_is_booked(phone: MakePhone, rooms: Rooms, lang: str) -> None:
    with rooms.inside():
        zones.placed(f"walk-express-{lang}", express.LEEDS)
        newest = select(Order).where(Order.phone == express.LEEDS.phone).order_by(Order.id.desc())
        found = session.scalars(newest.limit(1)).one()
        bought = Bought(found.store_id, found.id, found.code, "", 0, Money(0))
    ismahane = phone(lang)
    sign_in(ismahane, ISMAHANE)
    speak(ismahane)
    page = ismahane.open(f"{STUDIO}/orders/{bought.code}")
    ismahane.tap(page.locator("form[action$='/price'] button"))
    expect(page.locator("section[aria-labelledby=parcel-t]")).to_contain_text(re.compile(r"7\s100"))
    ismahane.picture("express-asked")
    ismahane.tap(page.locator(".bar button[value=confirmed]"))
    number = booked(rooms, bought)
    rooms.send(bought)
    rooms.tell(f"mydhl/parcels/{number}", status="OK")
    with rooms.inside(), clock.standing_at(clock.now() + timedelta(minutes=11)):
        following.follow(rooms.app.extensions["hirfa_outside"], {})
    ismahane.open(f"{STUDIO}/orders/{bought.code}")
    expect(page.locator("main")).to_contain_text(number)
    ismahane.picture("express-delivered")
    assert not rooms.breaches()


def booked(rooms: Rooms, bought: Bought) -> str:
    """Have the parcel booked, once the call can no longer be taken back; return its partner's number."""
    with rooms.inside(), clock.standing_at(clock.now() + timedelta(minutes=1)):
        parcel = live_shipment(bought.store_id, bought.order_id)
        assert parcel is not None
        booking.book(bought.store_id, [parcel.id], outside=rooms.app.extensions["hirfa_outside"])
    with rooms.inside():
        parcel = live_shipment(bought.store_id, bought.order_id)
        assert parcel is not None
        return parcel.tracking


def paid_out(rooms: Rooms, number: str) -> int:
    """Let the partner pay what it holds, of the demo's parcels too, and the shop ask; return the list of this one."""
    rooms.tell("yalidine/payments", api_id=KEYS["api_id"])
    with rooms.inside():
        brought.bring(rooms.app.extensions["hirfa_outside"], {})
        return session.scalars(select(Statement.id).where(Statement.body.contains(number))).one()


def goes_on(rooms: Rooms, number: str, status: str, *, minutes: int) -> None:
    """Let the partner say something of a parcel, and the shop ask."""
    rooms.tell(f"yalidine/parcels/{number}", status=status)
    with rooms.inside(), clock.standing_at(clock.now() + timedelta(minutes=minutes)):
        following.follow(rooms.app.extensions["hirfa_outside"], {})
