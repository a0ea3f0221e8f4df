"""What pages cost: against a bare Flask route, and with a hundred times the products."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select

from shop.catalogue import search
from shop.catalogue.models import Neighbour, Picture, Posting, Product, StockMovement, Variant
from shop.core import clock
from shop.core.money import Money
from shop.core.text import words
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping import accounts as carriers
from shop.shipping.accounts import RateRow
from shop.stores import service as stores
from shop.stores.models import Store

ROUNDS = 7
CRAFTS = ("soap", "perfume", "pottery", "weaving", "basketry", "copper")
THINGS = ("savon", "bol", "tapis", "panier", "plateau", "parfum", "coussin", "corbeille", "carafe", "coffret")
OF = ("olive", "rose", "cèdre", "jasmin", "laine", "alfa", "cuivre", "argile", "ambre", "miel", "lavande", "henné")
CHUNK = 2_000


def fill(app: Flask, upto: int) -> None:
    """Fill the shop with distinct products, up to a number, in bulk."""
    with app.app_context(), transaction():
        have = session.scalar(select(func.count()).select_from(Product)) or 0
        shops = list(session.scalars(select(Store.id))) or _shops(20)
        for begin in range(have, upto, CHUNK):
            _products(shops, range(begin, min(begin + CHUNK, upto)))


def _shops(count: int) -> list[int]:
    made = []
    for number in range(count):
        shop = stores.create_store(
            name=f"Atelier {number}", craft="soap", wilaya_code=f"{number % 58 + 1:02d}", by=SYSTEM
        )
        same = {"legal_name": "N", "register_number": "1", "nif": "1" * 15, "address": "A", "phone": "+213550000001"}
        stores.update_profile(shop.id, by=SYSTEM, email="a@a.example", **same)
        stores.open_store(shop.id, by=SYSTEM)
        account = carriers.add_carrier(shop.id, "rate_sheet", "Barq Express", by=SYSTEM)
        rates = [RateRow(wilaya_code=f"{n:02d}", home=Money.dinars(500), desk=None) for n in range(1, 70)]
        carriers.set_rates(shop.id, account.id, rates, by=SYSTEM)
        made.append(shop.id)
    return made


def _products(shops: list[int], numbers: range) -> None:
    now = clock.now()
    rows, variants, pictures, movements, postings, neighbours = [], [], [], [], [], {}
    for n in numbers:
        key, store_id = n + 1, shops[n % len(shops)]
        name = f"{THINGS[n % 10].title()} {OF[n // 10 % 12]} numéro {n}"
        price = 50_000 + n % 900 * 100
        common = {"store_id": store_id, "currency": "DZD"}
        rows.append({
            "id": key, **common, "state": "published", "craft": CRAFTS[n % 6], "slug": f"p-{n}", "name_fr": name,
            "name_ar": f"منتج رقم {n}", "name_en": "", "wilaya_code": f"{n % 58 + 1:02d}", "price_minor": price,
            "in_stock": True, "cover": f"k{n}", "created_at": now, "listed_at": now, "weight_g": 300, "version": 1,
            "fragile": False, "description_fr": f"Fait à la main, {n}.", "description_ar": "", "description_en": "",
            "materials_fr": "", "materials_ar": "", "materials_en": "", "made_to_order_days": None,
        })  # fmt: skip
        variants.append({"id": key, **common, "product_id": key, "price_minor": price, "on_hand": 1_000})
        movements.append({"store_id": store_id, "variant_id": key, "reason": "initial", "delta": 1_000, "at": now})
        pictures.append({"store_id": store_id, "product_id": key, "key": f"k{n}", "position": 0})
        for word in words(name):
            postings.append({"word": word, "product_id": key, "weight": 3})
            neighbours.update(dict.fromkeys((form, word) for form in search.forms(word)))
    for table, several in ((Product, rows), (Variant, variants), (StockMovement, movements), (Picture, pictures),
                           (Posting, postings)):  # fmt: skip
        session.execute(insert(table), several)
    pairs = [{"form": form, "word": word} for form, word in neighbours]
    session.execute(insert(Neighbour).prefix_with("OR IGNORE"), pairs)


def measure(app: Flask, storing: Flask) -> dict[str, float]:
    """Return what pages cost beside a bare route, drawn and stored; below 1 is cheaper than the bare route."""
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "hello")
    hello = _cost(bare.test_client(), lambda _n: "/")
    client, stored = app.test_client(), storing.test_client()
    found = {
        "product, drawn: times a bare route": _cost(client, lambda n: f"/fr/p/{n % 900 + 1}-p-{n % 900}") / hello,
        "listing of 24, drawn: times a bare route": _cost(client, lambda n: f"/fr/crafts/{CRAFTS[n % 6]}") / hello,
        "search, drawn: times a bare route": _cost(client, lambda n: f"/fr/crafts/?q={OF[n % 12]}+{THINGS[n % 10]}")
        / hello,
        "home, drawn: times a bare route": _cost(client, lambda _n: "/ar/") / hello,
        "product, stored: times a bare route": _cost(stored, lambda _n: "/fr/p/1-p-0") / hello,
        "listing of 24, stored: times a bare route": _cost(stored, lambda _n: "/fr/crafts/soap") / hello,
        "a bare route, microseconds of CPU": hello * 1e6,
    }
    etag = stored.get("/fr/p/1-p-0").headers["ETag"]
    found["product, 304: times a bare route"] = (
        _cost(stored, lambda _n: "/fr/p/1-p-0", headers={"If-None-Match": etag}) / hello
    )
    return found


def _search(n: int) -> str:
    return f"/fr/crafts/?q={OF[n % 12]}+{THINGS[n % 10]}"


def latencies(app: Flask) -> dict[str, list[float]]:
    """Return the times of a hundred different requests of each kind, in milliseconds of CPU."""
    client = app.test_client()
    last = _count(app)
    kinds: dict[str, Callable[[int], str]] = {
        "listing": lambda n: f"/fr/crafts/{CRAFTS[n % 6]}?sort={('new', 'cheap', 'dear')[n % 3]}",
        "product": lambda n: f"/fr/p/{n * 7919 % last + 1}-p-{n * 7919 % last}",
        "search of a common word": lambda n: f"/fr/crafts/?q={THINGS[n % 10]}",
        "search of a rare word": lambda n: f"/fr/crafts/?q={n * 7919 % last}",
        "search with a letter wrong": lambda n: f"/fr/crafts/?q={OF[n % 12][:-1]}x",
    }
    return {kind: [_one(client, path(n)) for n in range(100)] for kind, path in kinds.items()}


def growth(small: dict[str, list[float]], large: dict[str, list[float]], count: int) -> dict[str, float]:
    """Return how the 99th percentile of each kind grew."""
    found = {}
    for kind, before in small.items():
        found[f"{kind}: p99 at {count:,} products against 1,000"] = _p99(large[kind]) / _p99(before)
        found[f"{kind}: p99 at {count:,} products, ms of CPU"] = _p99(large[kind])
    return found


def _cost(client: FlaskClient, path: Callable[[int], str], **more: Any) -> float:
    """Return the CPU seconds of one request, the median of several rounds."""
    for n in range(20):
        answer = client.get(path(n), **more)
        assert answer.status_code in {200, 304}, (path(n), answer.status_code)
    rounds = []
    for turn in range(ROUNDS):
        begun = time.process_time()
        for n in range(60):
            client.get(path(turn * 60 + n), **more)
        rounds.append((time.process_time() - begun) / 60)
    return statistics.median(rounds)


def _one(client: FlaskClient, path: str) -> float:
    begun = time.process_time()
    client.get(path)
    return (time.process_time() - begun) * 1000


def _p99(times: list[float]) -> float:
    return sorted(times)[98]


def _count(app: Flask) -> int:
    with app.app_context():
        return session.scalar(select(func.count()).select_from(Product)) or 0
