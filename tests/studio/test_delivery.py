"""Who delivers and what it costs, wilaya by wilaya, typed or pasted."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Entry
from shop.shipping import queries, service
from shop.shipping.models import CarrierAccount, DeliveryRate, Desk
from shop.stores import service as stores
from tests.people import Person
from tests.studio.conftest import Shop

BARQ = {"carrier": "rate_sheet", "title": "Barq Express", "title_ar": "برق", "phone": "0550 00 00 09", "may_open": "1"}


@pytest.fixture
def url(application: Flask, shop: Shop, amina: Person) -> str:
    """The address of a carrier of the shop."""
    answer = amina.post(f"{shop.url}/settings/delivery/new", BARQ)
    assert answer.status_code == 303
    return str(answer.location).removesuffix("/rates")


def rates(application: Flask) -> dict[str, tuple[int | None, int | None, int, int]]:
    """Return home and desk in minor units and the days, by wilaya."""
    with application.app_context():
        return {
            row.wilaya_code: (row.home_minor, row.desk_minor, row.min_days, row.max_days)
            for row in session.scalars(select(DeliveryRate))
        }


def test_a_carrier_is_added_as_buyers_read_it(application: Flask, url: str, shop: Shop, amina: Person) -> None:
    with application.app_context():
        row = session.scalars(select(CarrierAccount)).one()
    assert (row.title, row.title_ar, row.phone, row.may_open) == ("Barq Express", "برق", "+213550000009", True)
    wrong = amina.post(url, {"title": "Barq", "return_cost": "much"})
    assert (wrong.status_code, 'href="#return_cost"' in wrong.text) == (422, True)
    amina.post(url, {"title": "Barq", "title_ar": "", "phone": "", "return_cost": "٢٥٠", "action": "stop"})
    with application.app_context():
        row = session.scalars(select(CarrierAccount)).one()
    assert (row.title, row.may_open, row.active, row.return_cost) == ("Barq", False, False, Money.dinars(250))
    assert 'name="return_cost" type="text" value="250"' in amina.get(url).text
    assert "Stopped" in amina.get(f"{shop.url}/settings/delivery").text


def test_the_carrier_that_is_put_first_is_asked_first(application: Flask, url: str, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/settings/delivery/new", BARQ | {"title": "Nakl Sud"})
    with application.app_context():
        titles = [each.title for each in queries.carrier_accounts(shop.store_id)]
        last = queries.carrier_accounts(shop.store_id)[-1].id
    assert titles[-1] == "Nakl Sud"
    assert amina.post(f"{shop.url}/settings/delivery/{last}/first", {}).status_code == 303
    assert amina.post(f"{shop.url}/settings/delivery/9999/first", {}).status_code == 404
    with application.app_context():
        assert [each.title for each in queries.carrier_accounts(shop.store_id)] == ["Nakl Sud", *titles[:-1]]


def test_a_carrier_without_kind_or_name_is_refused_at_the_fields(shop: Shop, amina: Person) -> None:
    answer = amina.post(f"{shop.url}/settings/delivery/new", {"title": "", "title_ar": "برق"})
    assert answer.status_code == 422
    assert 'href="#carrier"' in answer.text
    assert 'href="#title"' in answer.text
    assert "برق" in answer.text


def test_what_heavy_parcels_cost_is_typed_beside_the_prices(application: Flask, url: str, amina: Person) -> None:
    typed = {"home-16": "400", "included_kg": "٥", "per_kg": "50", "cm3_per_kg": "5000"}
    assert amina.post(f"{url}/rates", typed).status_code == 303
    with application.app_context():
        account = session.scalars(select(CarrierAccount)).one()
        assert (account.included_g, account.per_kg_minor, account.cm3_per_kg) == (5_000, 50_00, 5_000)
        (quote,) = queries.wilaya_quotes(account.store_id, "16", 7_000)
    assert quote.price == Money.dinars(500)
    page = amina.get(f"{url}/rates").text
    assert "above 5\N{NO-BREAK SPACE}kg: 50\N{NO-BREAK SPACE}DA a kilogram" in page
    wrong = amina.post(f"{url}/rates", {"home-16": "450", "per_kg": "50", "cm3_per_kg": "much"})
    assert wrong.status_code == 422
    assert 'href="#cm3_per_kg"' in wrong.text
    assert 'value="450"' in wrong.text
    nothing = amina.post(f"{url}/rates", {"home-16": "450", "per_kg": "50"})
    assert (nothing.status_code, 'href="#included_kg"' in nothing.text) == (422, True)
    assert amina.post(f"{url}/rates", {"home-16": "450"}).status_code == 303
    with application.app_context():
        account = session.scalars(select(CarrierAccount)).one()
        assert (account.included_g, account.per_kg_minor, account.cm3_per_kg) == (None, None, None)


def test_prices_are_typed_per_wilaya_and_an_empty_line_is_not_served(
    application: Flask, url: str, amina: Person
) -> None:
    typed = {"home-16": "٤٠٠", "desk-16": "250", "days-16": "1", "home-31": "1 200", "days-31": "٢-٤", "days-47": "5"}
    assert amina.post(f"{url}/rates", typed).status_code == 303
    assert rates(application) == {"16": (40_000, 25_000, 1, 1), "31": (120_000, None, 2, 4)}
    page = amina.get(f"{url}/rates").text
    assert 'id="home-16" name="home-16" value="400"' in page
    assert page.count('name="home-') == 69


def test_wrong_prices_and_days_are_said_at_their_line_and_nothing_is_written(
    application: Flask, url: str, amina: Person
) -> None:
    amina.post(f"{url}/rates", {"home-16": "400"})
    answer = amina.post(f"{url}/rates", {"home-16": "beaucoup", "home-31": "600", "days-31": "4-2", "desk-09": "1e9"})
    assert answer.status_code == 422
    for code in ("16", "31", "09"):
        assert f'href="#home-{code}"' in answer.text
    assert 'value="beaucoup"' in answer.text
    assert 'value="4-2"' in answer.text
    assert rates(application) == {"16": (40_000, None, 1, 3)}


def test_the_empty_lines_are_filled_but_not_yet_saved(application: Flask, url: str, amina: Person) -> None:
    answer = amina.post(
        f"{url}/rates", {"home-16": "400", "fill_home": "800", "fill_desk": "500", "fill_days": "2-5", "action": "fill"}
    )
    assert answer.status_code == 200
    assert answer.text.count('value="800"') == 69
    assert 'name="home-16" value="400"' in answer.text
    assert rates(application) == {}


SHEET = "wilaya;home;desk;min;max\n16 – Alger;٤٠٠;250;1;2\nوهران;600;;;\nAtlantide;500;300\n25;gratuit;300\n16;1;1\n"


def test_a_pasted_sheet_is_reported_line_by_line_before_it_is_saved(
    application: Flask, url: str, amina: Person
) -> None:
    amina.post(f"{url}/rates", {"home-16": "999", "home-47": "900"})
    read = amina.post(f"{url}/rates/pasted", text=SHEET, action="read")
    assert read.status_code == 200
    for sentence in ("3 lines could not be read", "Line 4: No wilaya is called “Atlantide”.", "Line 5: ",
                     "Line 6: A wilaya is written twice.", "2 wilayas were read"):  # fmt: skip
        assert sentence in read.text
    assert "Atlantide;500;300" in read.text
    assert rates(application)["16"][0] == 99_900
    amina.post(f"{url}/rates/pasted", text=SHEET, action="apply")
    assert rates(application) == {
        "16": (40_000, 25_000, 1, 2), "31": (60_000, None, 1, 3), "47": (90_000, None, 1, 3),
    }  # fmt: skip


def test_text_that_says_nothing_saves_nothing(application: Flask, url: str, amina: Person) -> None:
    for text, status in (("", 200), ("   \n", 200), ("bonjour", 200), ("\x00", 400)):
        answer = amina.post(f"{url}/rates/pasted", text=text, action="apply")
        assert answer.status_code == status
    assert rates(application) == {}


def test_a_desk_is_added_changed_and_hidden(application: Flask, url: str, amina: Person, shop: Shop) -> None:
    oran = {"name": "Oran Centre", "wilaya_code": "31", "address": "5 bd de l'ALN", "hours": ""}
    assert amina.post(f"{url}/desks", oran).status_code == 303
    assert amina.post(f"{url}/desks", oran | {"wilaya_code": "99"}).status_code == 422
    with application.app_context():
        made = session.scalars(select(Desk)).one()
    amina.post(f"{url}/desks/{made.id}", oran | {"name": "Oran Akid Lotfi", "action": "hide"})
    with application.app_context():
        row = session.scalars(select(Desk)).one()
        verbs = set(session.scalars(select(Entry.verb)))
    assert (row.id, row.name, row.active) == (made.id, "Oran Akid Lotfi", False)
    assert {"carrier.desk_added", "carrier.desk_changed"} <= verbs
    amina.post(f"{url}/desks/{made.id}", oran | {"action": "show"})
    with application.app_context():
        assert session.scalars(select(Desk)).one().active


def test_own_delivery_asks_for_home_prices_only(application: Flask, shop: Shop, amina: Person) -> None:
    answer = amina.post(f"{shop.url}/settings/delivery/new", {"carrier": "own_delivery", "title": "Moi-même"})
    page = amina.get(answer.location).text
    assert 'name="home-16"' in page
    assert 'name="desk-16"' not in page
    amina.post(answer.location, {"home-16": "300"})
    with application.app_context():
        (quote,) = queries.wilaya_quotes(shop.store_id, "16", 500)
    assert (quote.kind, quote.price.minor) == ("home", 30_000)


def test_another_shops_carrier_and_desks_are_not_found(
    application: Flask, url: str, shop: Shop, neighbour: Shop, sami: Person
) -> None:
    with application.app_context(), transaction():
        stores.add_member(neighbour.store_id, sami.account_id, "owner", by=SYSTEM)
        account = queries.carrier_accounts(shop.store_id)[0]
        desk = service.add_desk(
            shop.store_id, account.id, service.DeskRow(wilaya_code="16", name="Alger", address="x"), by=SYSTEM
        )
    foreign = re.sub(r"^.*/settings", f"{neighbour.url}/settings", url)
    for page in ("", "/rates", "/rates/pasted", "/desks", f"/desks/{desk}"):
        assert sami.get(foreign + page).status_code == 404
        assert sami.post(foreign + page, {"home-16": "1", "title": "x", "text": "16;1;1"}).status_code == 404
    assert rates(application) == {}
