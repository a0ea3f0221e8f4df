"""Browsing: what is for sale is found, shown honestly, and described to machines."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from shop.catalogue import search
from shop.catalogue import service as catalogue
from shop.catalogue.service import VariantRow
from shop.core import clock
from shop.core.money import Money
from shop.offers import service as offers
from shop.offers.service import Terms
from shop.plumbing.db import db, transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import service as stores
from tests.checkout.cast import Workshop, workshop
from tests.counting import statements
from tests.formalities import declare

NBSP = "\u00a0"


@pytest.fixture
def amina(application: Flask) -> Iterator[Workshop]:
    """Amina's open workshop with one soap: 600 DA, five pieces."""
    with application.app_context():
        yield workshop()


def _page(shop: Workshop, lang: str = "fr") -> str:
    return f"/{lang}/p/{shop.product.id}-{shop.product.slug}"


def test_the_root_leads_to_the_visitors_language(client: FlaskClient) -> None:
    assert client.get("/").location == "/ar/"
    assert client.get("/", headers={"Accept-Language": "fr-DZ,fr;q=0.9"}).location == "/fr/"
    client.set_cookie("lang", "en")
    assert client.get("/", headers={"Accept-Language": "fr"}).location == "/en/"


def test_a_shop_without_products_says_so_kindly(client: FlaskClient) -> None:
    assert "Les premières créations arrivent bientôt" in client.get("/fr/").text


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_every_page_speaks_its_language_and_knows_the_others(amina: Workshop, client: FlaskClient, lang: str) -> None:
    for path in ("/", "/crafts/", "/crafts/soap", "/help", "/terms", "/privacy", "/sell", f"/@{amina.store.slug}"):
        page = client.get(f"/{lang}{path}").text
        assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in page
        assert page.count("hreflang=") >= 3
        assert f'<link rel="canonical" href="http://127.0.0.1:8000/{lang}{path}">' in page


def test_a_product_tells_price_stock_delivery_and_seller(amina: Workshop, client: FlaskClient) -> None:
    client.set_cookie("wilaya", "31")
    page = client.get(_page(amina)).text
    for sentence in (
        f"600{NBSP}DA",
        "En stock : 5",
        "Chez vous à Oran",
        f"500{NBSP}DA",
        f"300{NBSP}DA",
        "Atelier Amina",
    ):
        assert sentence in page, sentence


def test_a_place_that_is_not_served_is_said(amina: Workshop, client: FlaskClient) -> None:
    client.set_cookie("wilaya", "33")
    assert "ne livre pas encore" in client.get(_page(amina)).text


def test_the_wilaya_is_remembered_and_nobody_is_led_away(amina: Workshop, client: FlaskClient) -> None:
    answer = client.post("/fr/wilaya", data={"wilaya": "31", "next": _page(amina)})
    assert (answer.status_code, answer.location) == (303, _page(amina))
    assert "Oran" in client.get(_page(amina)).text
    for away in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert client.post("/fr/wilaya", data={"wilaya": "31", "next": away}).location == "/fr/"
    assert "Set-Cookie" not in client.post("/fr/wilaya", data={"wilaya": "99", "next": "/fr/"}).headers


def test_an_old_address_leads_to_the_present_one(amina: Workshop, client: FlaskClient) -> None:
    answer = client.get(f"/fr/p/{amina.product.id}-old-name")
    assert (answer.status_code, answer.location) == (301, _page(amina))
    assert client.get("/fr/p/999999-x").status_code == 404


def test_who_finds_nothing_is_shown_what_is_new(amina: Workshop, client: FlaskClient) -> None:
    gone = client.get("/ar/p/999999-x")
    assert gone.status_code == 404
    assert gone.text.count('<li class="card') == 1
    assert f'href="{_page(amina, "ar")}"' in gone.text
    assert f'href="{_page(amina, "ar")}"' in client.get("/ar/nowhere").text
    assert '<li class="card' not in client.get("/studio/nowhere").text  # an artisan looks for her own pages


def test_who_finds_nothing_while_the_database_is_away_still_gets_a_page(amina: Workshop, client: FlaskClient) -> None:
    assert '<li class="card' in client.get("/fr/nowhere").text
    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "do_connect", _is_away)
    gone = client.get("/fr/nowhere")
    assert (gone.status_code, '<li class="card' in gone.text) == (404, False)


def _is_away(*_of_the_connection: object) -> None:
    raise OperationalError("connect", None, ConnectionError("away"))


def test_what_is_sold_out_offers_to_tell_when_it_is_back(amina: Workshop, client: FlaskClient) -> None:
    with transaction():
        catalogue.count_stock(amina.id, amina.variant.id, 0, by=SYSTEM)
    page = client.get(_page(amina)).text
    assert "Me prévenir" in page
    assert "Ajouter au panier" not in page
    assert "Épuisé" in client.get("/fr/crafts/").text


def test_choices_show_their_prices_and_what_is_sold_out(amina: Workshop, client: FlaskClient) -> None:
    rows = [
        VariantRow({"fr": "80 g"}, Money.dinars(450), 3),
        VariantRow({"fr": "200 g"}, Money.dinars(950), 0),
    ]
    with transaction():
        catalogue.set_variants(amina.id, amina.product.id, rows, by=SYSTEM)
    page = client.get(_page(amina)).text
    assert f"80 g · 450{NBSP}DA" in page
    assert re.search(r"<s>200 g[^<]*</s>", page)


def test_a_description_in_another_language_is_shown_as_such(amina: Workshop, client: FlaskClient) -> None:
    with transaction():
        catalogue.update_product(amina.id, amina.product.id, description_ar="صابون بلدي", by=SYSTEM)
    page = client.get(_page(amina)).text
    assert 'lang="ar" dir="auto"' in page
    assert "Écrit en arabe" in page


def test_a_workshop_on_holiday_says_until_when(amina: Workshop, client: FlaskClient) -> None:
    with transaction():
        stores.close_until(amina.id, clock.today() + timedelta(days=9), by=SYSTEM)
    for path in (_page(amina), f"/fr/@{amina.store.slug}"):
        assert "en congé" in client.get(path).text


def test_a_suspended_workshop_is_gone_from_every_page(amina: Workshop, client: FlaskClient) -> None:
    with transaction():
        stores.suspend(amina.id, reason="test", by=SYSTEM)
    assert client.get(_page(amina)).status_code == 404
    assert client.get(f"/fr/@{amina.store.slug}").status_code == 404
    assert client.get(f"/fr/@{amina.store.slug}/terms").status_code == 404
    assert "Savon" not in client.get("/fr/crafts/").text.split("<main")[1].split("<form")[0]


def test_filters_and_sorts_stay_in_the_links_and_can_be_taken_off(amina: Workshop, client: FlaskClient) -> None:
    page = client.get("/fr/crafts/?q=zzzz&wilaya=31&min=٣٠٠&stock=1&sort=cheap").text
    assert "Rien trouvé" in page
    assert "Toutes les wilayas" in page
    assert 'value="300"' in page
    nonsense = client.get("/fr/crafts/?wilaya=xx&min=-5&max=1e9&sort=drop&after=%00a&stock=maybe&craft=nope")
    assert nonsense.status_code in {200, 400}


def test_pages_follow_by_a_real_link(amina: Workshop, client: FlaskClient) -> None:
    with transaction():
        for number in range(30):
            made = catalogue.create_product(
                amina.id, craft="soap", names={"fr": f"Pain {number}"}, price=Money.dinars(100), stock=1, by=SYSTEM
            )
            catalogue.add_picture(amina.id, made.id, f"k{number}", width=9, height=9, by=SYSTEM)
            declare(made.id)
            catalogue.publish(amina.id, made.id, by=SYSTEM)
    first = client.get("/fr/crafts/soap?sort=cheap").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = client.get(following.group(1).replace("&amp;", "&")).text
    names = [re.findall(r"Pain \d+", page) for page in (first, second)]
    assert len(set(names[0]) | set(names[1])) == 30
    assert not set(names[0]) & set(names[1])


def test_pages_take_few_statements(amina: Workshop, application: Flask, client: FlaskClient) -> None:
    client.set_cookie("wilaya", "31")
    with transaction():
        search.index(amina.product.id)
    most = {"/fr/crafts/": 1, "/fr/crafts/?q=savon": 3, _page(amina): 4, "/fr/": 3, f"/fr/@{amina.store.slug}": 2}
    for path, limit in most.items():
        with statements() as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= limit, (path, seen)


def test_one_statement_more_asks_for_offers_only_where_a_workshop_has_one_today(
    amina: Workshop, client: FlaskClient
) -> None:
    def asked() -> bool:
        with statements() as seen:
            assert client.get("/fr/crafts/").status_code == 200
        return any("FROM offers" in each.partition("WHERE")[0] for each in seen)

    today = clock.today()
    terms = Terms(name="Fête", kind="percent", percent=10, from_day=today)
    assert not asked()
    with transaction():
        offers.create_offer(amina.id, replace(terms, code="FETE"), by=SYSTEM)
        later = offers.create_offer(amina.id, replace(terms, from_day=today + timedelta(days=1)), by=SYSTEM)
    assert not asked(), "one with a code, and one that begins tomorrow"
    with transaction():
        offers.change_offer(amina.id, later, terms, by=SYSTEM)
    assert asked()
    with transaction():
        offers.pause(amina.id, later, by=SYSTEM)
    assert not asked()


def test_machines_read_the_offer(amina: Workshop, client: FlaskClient) -> None:
    page = client.get(_page(amina)).text
    found = re.search(r'<script type="application/ld\+json">(.+?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found.group(1))
    assert (data["@type"], data["offers"]["price"], data["offers"]["priceCurrency"]) == ("Product", "600.00", "DZD")
    assert data["offers"]["availability"].endswith("InStock")
    assert '<meta property="product:price:amount" content="600.00">' in page


def test_structured_data_cannot_leave_its_script(amina: Workshop, client: FlaskClient) -> None:
    with transaction():
        catalogue.update_product(amina.id, amina.product.id, name_fr="</script><b>x", by=SYSTEM)
    page = client.get(client.get(_page(amina)).location or _page(amina)).text
    assert "</script><b>x" not in page


def test_the_map_of_the_shop_lists_what_is_public(amina: Workshop, client: FlaskClient) -> None:
    index = client.get("/sitemap.xml").text
    parts = re.findall(r"<loc>http://127\.0\.0\.1:8000([^<]+)</loc>", index)
    whole = "".join(client.get(part).text for part in parts)
    for lang in ("ar", "fr", "en"):
        assert _page(amina, lang) in whole
        assert f"/{lang}/@{amina.store.slug}" in whole
    assert client.get("/sitemap/x.xml").status_code == 404
    assert "Disallow: /studio/" in client.get("/robots.txt").text
    assert client.get("/manifest.webmanifest").json["start_url"] == "/studio/"  # type: ignore[index]


def test_a_shared_link_has_a_picture_that_messengers_take(application: Flask, client: FlaskClient) -> None:
    folder = Path(application.instance_path) / "media" / "pictures"
    folder.mkdir(parents=True)
    Image.new("RGB", (900, 900), "#808000").save(folder / "abc-900.webp")
    answer = client.get("/media/abc-share.jpg")
    assert answer.mimetype == "image/jpeg"
    assert len(answer.data) < 300_000
    assert Image.open(io.BytesIO(answer.data)).size == (1200, 630)
    assert client.get("/media/none-share.jpg").status_code == 404
