"""What people see when the database or the disk fails, and that the shop is whole again without a hand."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, make_url, select
from werkzeug.test import TestResponse

from shop import audit
from shop.app import create_app
from shop.cart.models import CartLine
from shop.catalogue.models import Picture, Variant
from shop.orders.models import Order, Purchase
from shop.plumbing import db as database
from shop.plumbing import schema
from shop.plumbing.db import db, session, transaction
from shop.plumbing.i18n import _, speaking
from shop.plumbing.journal import SYSTEM
from shop.plumbing.settings import Settings
from shop.stores import service as stores
from tests.checkout.cast import Workshop
from tests.conftest import SECRET
from tests.people import Person, sign_in
from tests.storefront.buying import Buyer, Page, workshops
from tests.studio.conftest import Shop, joined
from tests.studio.photographs import photograph
from tests.trust import faults
from tests.trust.faults import Gate

LANGUAGES = ("ar", "fr", "en")
PHONE = "0550 00 01 00"


@dataclass
class Moment:
    """The moment before a fault: Yacine has read everything and is about to confirm; Amina has her studio open."""

    application: Flask
    shops: tuple[Workshop, Workshop]
    yacine: Buyer
    amina: Person
    read: dict[str, Page]  # the check page, by language
    before: dict[str, int] = field(default_factory=dict)

    def confirm(self, lang: str = "en") -> TestResponse:
        """Press the button of the check page: the same one, the same key, whenever it is pressed."""
        page = self.read[lang]
        form = page.form("/checkout/confirmation")
        return self.yacine.client.post(form.get("action"), data=page.filled(form))

    def counts(self) -> dict[str, int]:
        """How many rows there are of what an order writes, and how many pieces are in stock."""
        with self.application.app_context():
            found = {each.__tablename__: session.scalar(select(func.count()).select_from(each)) or 0
                     for each in (Purchase, Order, CartLine, Picture)}  # fmt: skip
            found["pieces"] = session.scalar(select(func.sum(Variant.on_hand))) or 0
            session.remove()  # type: ignore[attr-defined]
        return found

    def get(self, path: str) -> TestResponse:
        """Open a page as nobody in particular."""
        return self.application.test_client().get(path)


def about_to_confirm(application: Flask, *, terms: str = "") -> Moment:
    """Fill two workshops, a basket, and the details; open the studio."""
    shops = workshops(application)
    if terms:
        with application.app_context(), transaction():
            stores.update_profile(shops[0].id, by=SYSTEM, terms_fr=terms, terms_en=terms, terms_ar=terms)
    yacine = Buyer(application)
    for shop in shops:
        yacine.add(shop)
    yacine.fill_details(*shops)
    studio = Shop(shops[0].id, shops[0].store.slug)
    amina = joined(application, studio, sign_in(application, "Amina Benali", "+213550000011"), "owner")
    amina.client.set_cookie("lang", "en")  # as choosing it at the door does
    read = {lang: yacine.open(f"/{lang}/checkout/check") for lang in LANGUAGES}
    found = Moment(application, shops, yacine, amina, read)
    found.before = found.counts()
    return found


@pytest.fixture
def moment(application: Flask) -> Moment:
    """The moment before, on each engine."""
    return about_to_confirm(application)


@pytest.fixture
def gate(database_url: str) -> Iterator[Gate]:
    """A way to the PostgreSQL server that can be cut."""
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite is never far away")
    made = Gate(database_url)
    yield made
    made.cut()


@pytest.fixture
def far_moment(gate: Gate, tmp_path: Path) -> Iterator[Moment]:
    """The moment before, with the database behind a gate."""
    url = make_url(gate.url).update_query_dict({"connect_timeout": "2"}).render_as_string(hide_password=False)
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET, worker=False, threads=4))
    yield about_to_confirm(app)
    faults.renew(app)


def require_pause(answer: TestResponse, lang: str) -> None:
    """Fail unless an answer is the page of a pause: in her language, with the phone, and when to come back."""
    assert answer.status_code == 503
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["Cache-Control"] == "no-store"
    page = Page(answer)
    assert page.body.get("lang") == lang
    with speaking(lang):
        assert page.texts("//h1") == [_("The shop takes a short pause")]
        assert _("Your order and your basket are kept. Try again in a minute.") in page.text
    assert [PHONE in each for each in page.texts("//main//a[starts-with(@href, 'tel:+213')]")] == [True]


def require_writes_pause(moment: Moment) -> None:
    """Fail unless everybody who writes is asked to come back, in her language, and nothing is written."""
    for lang in LANGUAGES:
        require_pause(moment.confirm(lang), lang)
        line = {"variant": str(moment.shops[0].variant.id), "pieces": "1"}
        require_pause(moment.application.test_client().post(f"/{lang}/cart/lines", data=line), lang)
    product = moment.shops[0].product.id
    figures = {f"p{product}-price": "700", f"p{product}-on_hand": "9"}
    address = f"/studio/atelier-amina/products/{product}/price-and-stock"
    require_pause(moment.amina.post(address, figures), "en")
    known = {"identifier": "0550000011", "password": "long enough 1"}
    signs_in = moment.application.test_client().post("/studio/sign-in", data=known, headers={"Accept-Language": "fr"})
    require_pause(signs_in, "fr")


def require_reads(moment: Moment) -> None:
    """Fail unless whoever only looks notices nothing."""
    product = moment.shops[0].product
    for lang in LANGUAGES:
        for path in ("/", "/crafts/", f"/p/{product.id}-{product.slug}", "/crafts/?q=savon", "/@atelier-amina"):
            assert moment.get(f"/{lang}{path}").status_code == 200, path
    assert moment.yacine.client.get("/fr/cart").status_code == 200
    assert moment.amina.get("/studio/atelier-amina/").status_code == 200


def require_told(moment: Moment) -> None:
    """Fail unless the process says that it lives and the shop that it is not ready."""
    assert moment.get("/healthz").status_code == 200
    ready = moment.get("/readyz")
    assert ready.status_code == 503
    assert ready.json is not None
    assert not ready.json["ok"]


def require_healed(moment: Moment) -> None:
    """Fail unless nothing was half written and the same button now orders, once."""
    assert moment.counts() == moment.before
    assert moment.get("/readyz").status_code == 200
    first, again = moment.confirm(), moment.confirm()
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    after = moment.counts()
    assert (after["purchases"], after["orders"], after["cart_lines"]) == (1, 2, 0)
    assert after["pieces"] == moment.before["pieces"] - 2
    require_clean(moment.application)


def require_clean(application: Flask) -> None:
    """Fail when the books are wrong or a connection was never given back."""
    with application.app_context():
        assert list(audit.findings()) == []
        session.remove()  # type: ignore[attr-defined]
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def sqlite_file(application: Flask) -> Path:
    """Return the database's file; skips on PostgreSQL."""
    settings: Settings = application.extensions["hirfa_settings"]
    if not settings.is_sqlite:
        pytest.skip("PostgreSQL has no file of ours")
    return Path(make_url(settings.database).database or "")


def test_a_locked_database_is_a_pause_for_writers_and_nothing_for_readers(
    moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_S", 0.15)
    with faults.locked(sqlite_file(moment.application)):
        require_writes_pause(moment)
        require_reads(moment)
        require_told(moment)
    require_healed(moment)


def test_a_short_lock_is_waited_for(moment: Moment) -> None:
    file, ready = sqlite_file(moment.application), threading.Event()

    def hold() -> None:
        with faults.locked(file):
            ready.set()
            time.sleep(0.8)

    other = threading.Thread(target=hold)
    other.start()
    ready.wait()
    assert moment.confirm().status_code == 303
    other.join()
    require_clean(moment.application)


def test_a_full_database_takes_no_half_of_an_order(application: Flask) -> None:
    sqlite_file(application)
    moment = about_to_confirm(application, terms="Échange sous 7 jours. " * 400)  # more than the pages at hand can take
    with faults.full(application):
        for lang in LANGUAGES:
            require_pause(moment.confirm(lang), lang)
        long = {f"description_{lang}": "Doux. " * 600 for lang in LANGUAGES}
        product = {"name_fr": "Savon", "craft": "soap", "weight_g": "300", **long}
        require_pause(moment.amina.post(f"/studio/atelier-amina/products/{moment.shops[0].product.id}", product), "en")
        require_reads(moment)
        assert moment.get("/healthz").status_code == 200
        assert moment.counts() == moment.before
    require_healed(moment)


def test_a_full_disk_is_a_pause_for_writers_and_says_so(tmp_path: Path) -> None:
    if not faults.is_root():
        pytest.skip("only root may mount a small disk")
    with contextlib.ExitStack() as stack:
        try:
            disk = stack.enter_context(faults.small_disk(tmp_path / "disk", megabytes=80))
        except PermissionError as error:
            pytest.skip(f"no disk can be mounted here: {error}")
        app = create_app(Settings(data_dir=disk, secret_key=SECRET, worker=False, threads=4))
        with app.app_context():
            schema.upgrade()
            session.remove()  # type: ignore[attr-defined]
        moment = about_to_confirm(app)
        empty_log(app)
        with faults.filled(disk):
            require_writes_pause(moment)
            require_reads(moment)
            require_told(moment)
            photos = {"photos": (photograph(), "soap.jpg")}
            address = f"/studio/atelier-amina/products/{moment.shops[0].product.id}/pictures"
            require_pause(moment.amina.post(address, photos), "en")
            assert not list((disk / "media").rglob("*.webp"))
        require_healed(moment)
        assert moment.amina.post(address, {"photos": (photograph(), "soap.jpg")}).status_code == 303
        faults.renew(app)


def empty_log(application: Flask) -> None:
    """Bring SQLite's log into the file: as long as the log has room, orders go on though the disk is full."""
    with application.app_context(), db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        connection.rollback()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_a_database_that_is_not_there_is_a_pause_for_everybody(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path / "volume", secret_key=SECRET, worker=False, page_cache_mb=0))
    with app.app_context():
        schema.upgrade()
        session.remove()  # type: ignore[attr-defined]
    moment = about_to_confirm(app)
    faults.renew(app)
    with faults.gone(tmp_path / "volume"):
        require_everything_pauses(moment)
    require_healed(moment)
    faults.renew(app)


@pytest.mark.postgres
def test_a_server_that_is_stopped_is_a_pause_for_everybody(far_moment: Moment, gate: Gate) -> None:
    with faults.cut_off(gate):
        require_everything_pauses(far_moment)
    require_healed(far_moment)


@pytest.mark.postgres
def test_a_silent_server_is_a_pause_and_nobody_waits_long(far_moment: Moment, gate: Gate) -> None:
    with faults.silent(gate):
        began = time.monotonic()
        require_pause(far_moment.confirm("fr"), "fr")
        assert time.monotonic() - began < 8
    require_healed(far_moment)


@pytest.mark.postgres
def test_a_silent_server_is_given_up_by_default(database_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, database_url="postgresql://h@127.0.0.1/x", secret_key=SECRET))
    assert app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"] == {"connect_timeout": 5}


def require_everything_pauses(moment: Moment) -> None:
    """Fail unless every page that needs the database asks to come back, in her language, and the process lives."""
    require_writes_pause(moment)
    for lang in LANGUAGES:
        for path in ("/", "/cart", "/checkout", f"/p/{moment.shops[0].product.id}-savon"):
            require_pause(moment.yacine.client.get(f"/{lang}{path}"), lang)
    require_told(moment)


@pytest.mark.parametrize("seed", [1])
def test_orders_through_a_database_that_comes_and_goes_are_each_made_once(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Buyers press again until it works; on the way the server stops or the file is locked, again and again."""
    monkeypatch.setattr(database, "PATIENCE_S", 0.05)
    gate = Gate(database_url) if database_url.startswith("postgresql") else None
    url = gate.url if gate else database_url
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET, worker=False, threads=8))
    shop, _other = workshops(app, stock=100)
    buyers = [about_to_buy(app, shop, phone=f"06610000{at:02d}") for at in range(24)]
    codes: list[set[str]] = []
    pauses: list[int] = []
    over = threading.Event()

    def come_and_go() -> None:
        rng = random.Random(seed)
        file = Path(make_url(database_url).database or "")
        while not over.is_set():
            with faults.cut_off(gate) if gate else faults.locked(file):
                time.sleep(rng.uniform(0.02, 0.15))
            time.sleep(rng.uniform(0.05, 0.4))

    def press(mine: list[Buyer]) -> None:
        for buyer in mine:
            told = set()
            for _again in range(2):  # the second time is a refresh of the answer
                told.add(pressed(buyer, pauses))
            codes.append(told)

    fault = threading.Thread(target=come_and_go)
    hands = [threading.Thread(target=press, args=(buyers[at::4],)) for at in range(4)]
    for thread in (fault, *hands):
        thread.start()
    for thread in hands:
        thread.join()
    over.set()
    fault.join()
    assert pauses, "no fault was met"
    assert all(len(told) == 1 for told in codes)
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Purchase)) == len(buyers)
        assert {code for told in codes for code in told} == set(session.scalars(select(Purchase.code)))
        assert session.scalar(select(Variant.on_hand).where(Variant.store_id == shop.id)) == 100 - len(buyers)
    require_clean(app)
    faults.renew(app)
    if gate:
        gate.cut()


def about_to_buy(application: Flask, shop: Workshop, *, phone: str) -> Buyer:
    """Let a buyer read everything that she is about to confirm."""
    buyer = Buyer(application)
    buyer.add(shop)
    buyer.fill_details(shop, phone=phone)
    assert buyer.page.has_form("/checkout/confirmation")
    return buyer


def pressed(buyer: Buyer, pauses: list[int]) -> str:
    """Press the same button until it works; return the code of the tracking page that it leads to."""
    fields = buyer.page.filled(buyer.page.form("/checkout/confirmation"))
    for _patience in range(400):
        answer = buyer.client.post("/en/checkout/confirmation", data=fields)
        if answer.status_code == 303 and "/t/" in answer.location:
            return str(answer.location.split("/t/")[1].split("/")[0])
        assert answer.status_code == 503, (answer.status_code, answer.location)
        pauses.append(1)
        time.sleep(0.02)
    raise AssertionError("the shop never healed")
