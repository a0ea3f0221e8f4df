"""The owner says who she is, shows her card to nobody but the desk, and hears what is wrong in words."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from shop.core import clock
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.settings import Settings
from shop.stores import queries, service, verification
from shop.stores.models import Store
from tests.people import Person
from tests.studio.conftest import Shop, make_ready
from tests.studio.photographs import photograph

LEGAL = {
    "legal_name": "Amina Benali", "register_type": "artisan_cooperative", "register_number": "16-4471-2021",
    "register_wilaya": "16", "register_issued": "2021-03-01", "register_expires": "٢٠٩٠-03-01",
    "nif": "1982 1601 0044 713", "nis": "123456789012345",
}  # fmt: skip


def store(application: Flask, shop: Shop) -> Store:
    with application.app_context():
        return session.get_one(Store, shop.store_id)


def cards(settings: Settings) -> list[Path]:
    return sorted((settings.data_dir / "private").glob("cards/*"))


def photo() -> tuple[object, str]:
    return photograph((900, 600)), "carte.jpg"


def send(shop: Shop, amina: Person) -> None:
    answer = amina.post(f"{shop.url}/settings/legal", LEGAL, card=photo(), action="send")
    assert answer.status_code == 303


def decide(application: Flask, shop: Shop, how: str) -> None:
    with application.app_context(), transaction():
        sent = queries.submissions(shop.store_id)[0].id
        if how == "verified":
            verification.verify(shop.store_id, sent, by=SYSTEM)
        else:
            verification.refuse(shop.store_id, sent, reason="unreadable", note="Un reflet cache le nom.", by=SYSTEM)


def test_everything_is_kept_and_sent_with_a_photo_remade_in_a_private_place(
    application: Flask, settings: Settings, shop: Shop, amina: Person
) -> None:
    send(shop, amina)
    row = store(application, shop)
    assert (row.register_type, row.nif, row.verification) == ("artisan_cooperative", "198216010044713", "submitted")
    assert row.register_expires is not None
    assert row.register_expires.year == 2090
    (file,) = cards(settings)
    content = file.read_bytes()
    assert content[8:12] == b"WEBP"
    assert b"Exif" not in content
    assert oct(file.stat().st_mode)[-3:] == "600"
    shown = amina.get(f"{shop.url}/settings/legal/card")
    assert shown.data == content
    assert shown.headers["Cache-Control"] == "no-store"


def test_nobody_else_sees_the_card(
    application: Flask, settings: Settings, shop: Shop, amina: Person, helper: Person, sami: Person
) -> None:
    send(shop, amina)
    key = cards(settings)[0].stem
    page = f"{shop.url}/settings/legal/card"
    assert helper.get(page).status_code == 403
    assert sami.get(page).status_code == 404
    buyer = application.test_client()
    assert buyer.get(page).status_code == 302
    for address in (f"/media/{key}-240.webp", f"/media/{key}-900.webp", f"/media/cards/{key}.webp",
                    f"/private/cards/{key}.webp", f"/media/..%2Fprivate%2Fcards%2F{key}-240.webp"):  # fmt: skip
        assert buyer.get(address).status_code == 404, address


def test_a_new_photo_takes_the_place_of_the_one_before(settings: Settings, shop: Shop, amina: Person) -> None:
    send(shop, amina)
    before = cards(settings)
    amina.post(f"{shop.url}/settings/legal", LEGAL, card=photo())
    after = cards(settings)
    assert len(after) == 1
    assert after != before


def test_what_is_wrong_is_said_and_what_was_right_is_kept(
    application: Flask, settings: Settings, shop: Shop, amina: Person
) -> None:
    wrong = LEGAL | {"legal_name": "", "register_expires": "demain"}
    answer = amina.post(f"{shop.url}/settings/legal", wrong, card=photo(), action="send")
    assert answer.status_code == 422
    assert 'href="#legal_name"' in answer.text
    assert 'href="#register_expires"' in answer.text
    assert 'value="demain"' in answer.text
    assert len(cards(settings)) == 1  # the photo need not be sent again
    broken = amina.post(f"{shop.url}/settings/legal", LEGAL, card=(photograph(), "x.jpg"), action="save")
    assert broken.status_code == 303
    text = amina.post(f"{shop.url}/settings/legal", LEGAL, card=(io.BytesIO(b"<html>"), "x.jpg"))
    assert text.status_code == 422
    assert "Please choose a photograph" in text.text
    assert store(application, shop).verification == "draft"


def test_without_a_photo_nothing_is_sent(application: Flask, shop: Shop, amina: Person) -> None:
    answer = amina.post(f"{shop.url}/settings/legal", LEGAL, action="send")
    assert answer.status_code == 422
    assert 'href="#card"' in answer.text
    assert "16-4471-2021" in answer.text
    assert store(application, shop).verification == "draft"


def test_numbers_that_look_wrong_are_said_and_kept(application: Flask, shop: Shop, amina: Person) -> None:
    odd = LEGAL | {"nif": "12", "nis": "3", "register_type": "auto_entrepreneur"}
    answer = amina.post(f"{shop.url}/settings/legal", odd)
    page = amina.get(answer.location).text
    for sentence in ("15 or 20 digits", "A NIS usually has 15 digits", "The law keeps artisans out"):
        assert sentence in page
    assert store(application, shop).nif == "12"


def test_a_refusal_is_read_with_its_reason_and_mended(application: Flask, shop: Shop, amina: Person) -> None:
    send(shop, amina)
    decide(application, shop, "refused")
    page = amina.get(f"{shop.url}/settings/legal").text
    assert "The photo of the card cannot be read." in page
    assert "Un reflet cache le nom." in page
    send(shop, amina)
    assert store(application, shop).verification == "submitted"


def test_changing_a_number_takes_the_badge_away_and_says_so_before_and_after(
    application: Flask, shop: Shop, amina: Person
) -> None:
    send(shop, amina)
    decide(application, shop, "verified")
    visitor = application.test_client()
    assert "Verified workshop" in visitor.get(f"/en/@{shop.slug}").text
    assert "it is checked again" in amina.get(f"{shop.url}/settings/legal").text
    unchanged = amina.post(f"{shop.url}/settings/legal", LEGAL, action="save")
    assert "Saved." in amina.get(unchanged.location).text
    assert store(application, shop).verification == "verified"
    changed = amina.post(f"{shop.url}/settings/legal", LEGAL | {"register_number": "16-9999-2024"}, action="save")
    assert "is checked again" in amina.get(changed.location).text
    assert store(application, shop).verification == "submitted"
    assert "Verified workshop" not in visitor.get(f"/en/@{shop.slug}").text


def test_who_sells_stands_on_her_page_with_all_that_the_law_asks(application: Flask, shop: Shop, amina: Person) -> None:
    send(shop, amina)
    page = application.test_client().get(f"/en/@{shop.slug}").text
    for mention in ("Artisan cooperative no.", "16-4471-2021 (Algiers)", "198216010044713", "12 rue des Roses",
                    "amina@example.dz", "0550\u00a000\u00a000\u00a001"):  # fmt: skip
        assert mention in page, mention
    assert "verified" not in page.lower()


def test_the_settings_say_how_far_she_is(application: Flask, shop: Shop, amina: Person) -> None:
    assert "Not yet verified" in amina.get(f"{shop.url}/settings").text
    send(shop, amina)
    assert "Being checked" in amina.get(f"{shop.url}/settings").text
    with application.app_context(), transaction():
        service.update_profile(shop.store_id, by=SYSTEM, register_expires=clock.today() + timedelta(days=1))
    decide(application, shop, "verified")
    assert "Verified" in amina.get(f"{shop.url}/settings").text


@pytest.mark.parametrize("wanted", [True, False])
def test_a_deployment_may_ask_for_verification_before_a_shop_opens(
    application: Flask, settings: Settings, shop: Shop, amina: Person, wanted: bool
) -> None:
    object.__setattr__(settings, "unverified_may_sell", not wanted)
    application.extensions["hirfa_settings"] = settings
    with application.app_context(), transaction():
        made = service.create_store(name="Autre atelier", craft="soap", wilaya_code="16", by=SYSTEM)
        service.update_profile(made.id, by=SYSTEM, legal_name="A", register_number="1", nif="1" * 15, address="x",
                               phone="+213550000001", email="a@a.example")  # fmt: skip
        service.add_member(made.id, amina.account_id, "owner", by=SYSTEM)
        make_ready(made.id)
        slug = made.slug
    answer = amina.post(f"/studio/{slug}/settings/opening")
    assert answer.status_code == (422 if wanted else 303)
    assert ("must be verified first" in answer.text) is wanted
