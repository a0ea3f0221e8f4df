"""What the owner says of her shop, and when it opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from shop.catalogue import service as catalogue
from shop.catalogue.models import Product
from shop.core import clock
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Entry
from shop.stores import service
from shop.stores.models import Store
from tests.people import Person
from tests.studio.conftest import Shop, joined, make_ready, open_shop

PROFILE = {
    "name": "Atelier d'Amina", "artisan_ar": "أمينة بن علي", "artisan_fr": "Amina Benali", "craft": "soap",
    "wilaya_code": "31", "commune_code": "3101", "address": "5 rue Larbi Ben M'hidi", "phone": "٠٥٥٠ ١٢ ٣٤ ٥٦",
    "whatsapp": "+213 661 00 00 01", "email": "Amina@Example.DZ", "preparation_days": "٢", "language": "ar",
    "story_fr": "J'ai appris de ma mère.", "action": "save",
}  # fmt: skip
OWNERS_ONLY = ("settings", "settings/profile", "settings/legal", "settings/terms", "settings/delivery",
               "settings/papers", "settings/members", "settings/delivery/new")  # fmt: skip


def store(application: Flask, shop: Shop) -> Store:
    """Return the shop's row."""
    with application.app_context():
        return session.get_one(Store, shop.store_id)


@pytest.fixture
def draft(application: Flask, amina: Person) -> Shop:
    """A shop of Amina's that nobody has filled in yet."""
    with application.app_context(), transaction():
        made = service.create_store(name="Nouvel atelier", craft="soap", wilaya_code="16", by=SYSTEM)
        found = Shop(made.id, made.slug)
    return joined_shop(application, found, amina)


def joined_shop(application: Flask, found: Shop, amina: Person) -> Shop:
    """Make Amina its owner."""
    joined(application, found, amina, "owner")
    return found


def test_the_profile_is_written_with_the_phone_in_any_spelling(application: Flask, shop: Shop, amina: Person) -> None:
    assert amina.post(f"{shop.url}/settings/profile", PROFILE).status_code == 303
    row = store(application, shop)
    assert (row.phone, row.whatsapp, row.preparation_days) == ("+213550123456", "+213661000001", 2)
    assert (row.wilaya_code, row.commune_code, row.email) == ("31", "3101", "Amina@example.dz")
    assert row.story_fr == "J'ai appris de ma mère."
    assert "0550123456" in amina.get(f"{shop.url}/settings/profile").text


def test_products_move_with_the_shop(application: Flask, shop: Shop, amina: Person) -> None:
    with application.app_context(), transaction():
        made = catalogue.create_product(
            shop.store_id, by=SYSTEM, craft="soap", names={"fr": "Savon"}, price=Money.dinars(650), stock=1
        )
    amina.post(f"{shop.url}/settings/profile", PROFILE)
    with application.app_context():
        assert session.get_one(Product, made.id).wilaya_code == "31"


def test_a_wrong_phone_is_said_at_its_field_and_keeps_everything(application: Flask, shop: Shop, amina: Person) -> None:
    answer = amina.post(f"{shop.url}/settings/profile", PROFILE | {"phone": "0550 12"})
    assert answer.status_code == 422
    assert "The number must have 10 digits" in answer.text
    assert 'value="0550 12"' in answer.text
    assert "J&#39;ai appris de ma mère." in answer.text
    assert store(application, shop).name == "Atelier Amina"


def test_another_wilaya_shows_its_communes_without_javascript(application: Flask, shop: Shop, amina: Person) -> None:
    answer = amina.post(f"{shop.url}/settings/profile", PROFILE | {"action": "communes", "wilaya_code": "25"})
    assert answer.status_code == 200
    assert 'value="2501"' in answer.text
    assert 'value="3101"' not in answer.text
    assert "J&#39;ai appris de ma mère." in answer.text
    refused = amina.post(f"{shop.url}/settings/profile", PROFILE | {"wilaya_code": "25"})
    assert refused.status_code == 422
    assert store(application, shop).wilaya_code == "16"


def test_an_unusual_nif_is_kept_and_said(application: Flask, shop: Shop, amina: Person) -> None:
    legal = {"legal_name": "Benali Amina", "register_type": "trade_register", "register_number": "16/00 12345 A 20",
             "nif": "٠٠١٢ 34"}  # fmt: skip
    answer = amina.post(f"{shop.url}/settings/legal", legal)
    assert answer.status_code == 303
    assert (store(application, shop).nif, store(application, shop).register_type) == ("001234", "trade_register")
    assert "15 or 20 digits" in amina.get(answer.location).text
    assert "15 or 20 digits" in amina.get(f"{shop.url}/settings/legal").text
    for digits in (15, 20):
        amina.post(f"{shop.url}/settings/legal", legal | {"nif": "1" * digits})
        assert "15 or 20 digits" not in amina.get(f"{shop.url}/settings/legal").text


def test_own_terms_stand_beside_the_general_ones(application: Flask, shop: Shop, amina: Person) -> None:
    page = amina.get(f"{shop.url}/settings/terms").text
    assert "You pay the amount shown when the parcel is handed to you." in page
    amina.post(f"{shop.url}/settings/terms", {"terms_ar": "شرط", "terms_fr": "Une condition", "terms_en": ""})
    assert (store(application, shop).terms_fr, store(application, shop).terms_ar) == ("Une condition", "شرط")


def test_a_shop_opens_when_nothing_is_missing_any_more(application: Flask, draft: Shop, amina: Person) -> None:
    page = amina.get(f"{draft.url}/settings").text
    assert "Write your tax number (NIF)." in page
    assert f"{draft.url}/opening/papers#nif" in page
    assert "Say what delivery costs, to one wilaya at least." in page
    refused = amina.post(f"{draft.url}/settings/opening")
    assert refused.status_code == 422
    assert "The shop cannot open yet." in refused.text
    assert store(application, draft).state == "draft"
    amina.post(f"{draft.url}/settings/profile", PROFILE)
    amina.post(f"{draft.url}/settings/legal", {"legal_name": "Amina", "register_type": "artisan_card",
                                               "register_number": "16/1", "nif": "1" * 15})  # fmt: skip
    assert amina.post(f"{draft.url}/settings/opening").status_code == 422
    with application.app_context(), transaction():
        make_ready(draft.store_id)
    opened = amina.post(f"{draft.url}/settings/opening")
    assert opened.status_code == 303
    assert "Your shop is open." in amina.get(opened.location).text
    assert store(application, draft).state == "open"
    assert amina.post(f"{draft.url}/settings/opening").status_code == 422


def test_a_holiday_closes_until_a_day_and_ends_at_once(application: Flask, shop: Shop, amina: Person) -> None:
    with application.app_context():
        back = clock.today() + timedelta(days=10)
    url = f"{shop.url}/settings/holiday"
    assert amina.post(url, until=back.isoformat()).status_code == 303
    assert store(application, shop).closed_until == back
    assert "Take orders again now" in amina.get(f"{shop.url}/settings").text
    amina.post(url, action="back")
    assert store(application, shop).closed_until is None
    for wrong in ("", "demain", "2020-01-01", "9999-12-31"):
        answer = amina.post(url, until=wrong)
        assert answer.status_code == 422
        assert 'href="#until"' in answer.text


def test_papers_are_chosen_and_a_place_that_the_paper_lacks_is_refused(
    application: Flask, shop: Shop, amina: Person
) -> None:
    url = f"{shop.url}/settings/papers"
    sheet = {"paper": "a4x4", "label_start": "٣"}
    assert amina.post(url, sheet).status_code == 303
    row = store(application, shop)
    assert (row.paper, row.label_start, row.slip_prices) == ("a4x4", 3, False)
    assert amina.post(url, sheet | {"paper": "a6"}).status_code == 303
    assert store(application, shop).label_start == 1
    for field, wrong in (("label_start", "5"), ("paper", "a3")):
        answer = amina.post(url, sheet | {field: wrong})
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text


@pytest.mark.parametrize("page", OWNERS_ONLY)
def test_a_helper_may_not_open_settings_and_a_stranger_finds_none(
    shop: Shop, helper: Person, sami: Person, page: str
) -> None:
    assert helper.get(f"{shop.url}/{page}").status_code == 403
    assert sami.get(f"{shop.url}/{page}").status_code == 404


def test_a_form_without_its_token_changes_nothing(application: Flask, shop: Shop, amina: Person) -> None:
    assert amina.client.post(f"{shop.url}/settings/profile", data=PROFILE).status_code == 403
    assert store(application, shop).name == "Atelier Amina"


def test_the_journal_says_who_changed_the_shop(application: Flask, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/settings/profile", PROFILE)
    with application.app_context():
        entry = session.scalars(select(Entry).where(Entry.verb == "store.changed").order_by(Entry.id.desc())).first()
    assert entry is not None
    assert (entry.actor, entry.actor_name, entry.scope) == ("member", "Amina Benali", shop.store_id)
    assert "phone" in entry.data["fields"]
    assert "+213550123456" not in str(entry.data)


def test_an_arabic_shop_reads_its_address_in_letters(application: Flask, amina: Person) -> None:
    ours = open_shop(application, "ورشة الطين")
    joined(application, ours, amina, "owner")
    page = amina.get(f"/studio/{ours.slug}/settings").text
    assert f"/en/@{ours.slug}</p>" in page
    assert "%D9%88" in page.split('data-share="')[1].split('"')[0]  # what is sent keeps its codes: any phone follows it
