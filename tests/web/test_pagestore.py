"""The page store: the same bytes again, and never a price older than the last commit."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import Client

from shop.app import create_app
from shop.catalogue import details, lots, options
from shop.catalogue import service as catalogue
from shop.catalogue.options import OptionRow
from shop.core import clock
from shop.core.money import Money
from shop.offers import service as offers
from shop.offers.service import Terms
from shop.plumbing.db import Base, db, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.settings import Settings
from shop.web.ui.access import Access, access_of
from shop.web.ui.pagestore import PageStore
from tests.checkout.cast import Workshop, workshop
from tests.counting import statements


@pytest.fixture
def shop(settings: Settings) -> Iterator[tuple[Flask, Workshop]]:
    """An application with a page store and one soap at 600 DA."""
    if not settings.is_sqlite:
        pytest.skip("pages are stored on SQLite only")
    app = create_app(replace(settings, page_cache_mb=4))
    with app.app_context():
        made = workshop()
    yield app, made
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _address(made: Workshop) -> str:
    return f"/fr/p/{made.product.id}-{made.product.slug}"


def test_a_page_is_drawn_once_and_given_out_again(shop: tuple[Flask, Workshop]) -> None:
    app, made = shop
    drawn: list[str] = []
    app.before_request(lambda: drawn.append("x"))
    client = app.test_client()
    first, second = client.get(_address(made)), client.get(_address(made))
    assert first.status_code == second.status_code == 200
    assert first.data == second.data
    assert drawn == ["x"]
    assert "Set-Cookie" not in second.headers
    assert "Content-Security-Policy" in second.headers


def test_a_browser_that_has_the_page_gets_304(shop: tuple[Flask, Workshop]) -> None:
    app, made = shop
    client = app.test_client()
    etag = client.get(_address(made)).headers["ETag"]
    again = client.get(_address(made), headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_new_price_is_on_the_page_at_once(shop: tuple[Flask, Workshop]) -> None:
    app, made = shop
    client = app.test_client()
    for listing in (_address(made), "/fr/", "/fr/crafts/"):
        assert "600\u00a0DA" in client.get(listing).text
    with app.app_context(), transaction():
        catalogue.set_price(made.id, made.variant.id, Money.dinars(777), by=SYSTEM)
    for listing in (_address(made), "/fr/", "/fr/crafts/"):
        assert "777\u00a0DA" in client.get(listing).text


def test_another_process_that_changes_a_price_is_noticed(shop: tuple[Flask, Workshop], settings: Settings) -> None:
    app, made = shop
    client = app.test_client()
    client.get(_address(made))
    change = f"UPDATE variants SET price_minor = 88800 WHERE id = {made.variant.id}"
    script = f"import sqlite3; c = sqlite3.connect({settings.database[10:]!r}); c.execute({change!r}); c.commit()"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert "888\u00a0DA" in client.get(_address(made)).text


PAGES = {
    "home": "/fr/", "listing": "/fr/crafts/soap?q=savon", "help_page": "/fr/help", "terms": "/fr/terms",
    "privacy": "/fr/privacy", "sell": "/fr/sell", "store": "/fr/@{store.slug}",
    "store_terms": "/fr/@{store.slug}/terms", "product": "/fr/p/{product.id}-{product.slug}",
}  # fmt: skip
# Written in the transaction that writes the words of a product, and by nothing else: see catalogue/search.py.
FOLLOW_PRODUCTS = {"search_postings", "search_neighbours"}


def test_every_table_that_stored_pages_read_moves_their_version(shop: tuple[Flask, Workshop]) -> None:
    app, made = shop
    kept = {
        rule.endpoint.removeprefix("storefront.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("storefront.") and rule.rule.startswith("/<lang:lang>/")
        and "GET" in (rule.methods or ()) and access_of(app, rule.endpoint) is Access.PUBLIC
    }  # fmt: skip
    assert kept == PAGES.keys()
    client = app.test_client()
    client.set_cookie("wilaya", "31")
    with app.app_context():
        furnish(made)
        with statements() as seen:
            for path in PAGES.values():
                assert client.get(path.format(store=made.store, product=made.product)).status_code == 200
        read = set(re.findall(r"(?:FROM|JOIN)\s+\(*(\w+)", " ".join(seen))) & set(Base.metadata.tables)
        triggers = session.execute(text("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"))
        moves = Counter(table for table, name in triggers if name.startswith(f"{table}_seen_"))
    assert {"product_attributes", "lots", "option_values", "price_changes", "offers"} <= read
    assert {table for table in read - FOLLOW_PRODUCTS if moves[table] != 3} == set()


def furnish(made: Workshop) -> None:
    """Give the soap all that a page can tell: options, attributes, a lot, a price before and an offer."""
    with transaction():
        options.set_options(made.id, made.product.id, [OptionRow({"fr": "Poids"}, [{"fr": "100 g"}])], by=SYSTEM)
        details.say(made.id, made.product.id, {"net_content": {"": "100 g"}}, by=SYSTEM)
        lots.add_lot(made.id, made.product.id, "L1", by=SYSTEM)
        catalogue.set_price(made.id, made.variant.id, Money.dinars(650), by=SYSTEM)
        terms = Terms(name="Aïd", kind="percent", percent=10, code="", from_day=clock.today())
        offers.create_offer(made.id, terms, by=SYSTEM)


def test_a_change_that_buyers_do_not_see_leaves_the_pages(shop: tuple[Flask, Workshop]) -> None:
    app, made = shop
    drawn: list[str] = []
    app.before_request(lambda: drawn.append("x"))
    client = app.test_client()
    client.get("/fr/")
    app.test_client().post("/fr/cart/lines", data={"variant": made.variant.id, "pieces": "1"})
    drawn.clear()
    client.get("/fr/")
    assert drawn == []


def test_the_wilaya_and_the_language_have_pages_of_their_own(shop: tuple[Flask, Workshop]) -> None:
    app, made = shop
    client = app.test_client()
    assert "Oran" not in client.get(_address(made)).text.split("<select")[0]
    client.set_cookie("wilaya", "31")
    assert "Oran" in client.get(_address(made)).text.split("<select")[0]
    assert client.get(_address(made).replace("/fr/", "/ar/")).text != client.get(_address(made)).text


def test_what_is_not_the_same_for_everybody_is_never_stored(shop: tuple[Flask, Workshop]) -> None:
    app, made = shop
    drawn: list[str] = []
    app.before_request(lambda: drawn.append("x"))
    client = app.test_client()
    for path in ("/fr/cart", "/fr/nothing-here", "/healthz", "/"):
        drawn.clear()
        client.get(path)
        client.get(path)
        assert len(drawn) == 2, path
    assert made


def test_a_strange_host_is_not_answered_from_the_store(shop: tuple[Flask, Workshop]) -> None:
    app, _made = shop
    app.test_client().get("/fr/")
    assert Client(app).get("/fr/", headers={"Host": "evil.example"}).status_code == 400


def test_a_crowd_at_a_new_page_has_it_drawn_once(shop: tuple[Flask, Workshop]) -> None:
    app, made = shop
    drawn: list[str] = []
    app.before_request(lambda: drawn.append("x"))
    answers: list[int] = []

    def visit() -> None:
        client: FlaskClient = app.test_client()
        answers.append(client.get(_address(made)).status_code)

    threads = [threading.Thread(target=visit) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 12
    assert drawn == ["x"]


def test_who_comes_while_a_page_is_put_away_waits_for_it(
    shop: tuple[Flask, Workshop], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, made = shop
    drawn: list[str] = []
    app.before_request(lambda: drawn.append("x"))
    late = threading.Thread(target=lambda: app.test_client().get(_address(made)))
    keep = PageStore._keep

    def slowly(store: PageStore, key: object, page: object) -> None:
        if late.ident is None:
            late.start()
            late.join(0.3)  # time enough to draw it again
        keep(store, key, page)

    monkeypatch.setattr(PageStore, "_keep", slowly)
    app.test_client().get(_address(made))
    late.join()
    assert drawn == ["x"]
