"""What an order costs: add to cart, the whole checkout, and placing one against the raw driver."""

from __future__ import annotations

import sqlite3
import statistics
import time
from pathlib import Path

from flask import Flask

from shop.cart import service as carts
from shop.checkout import queries as checkout_queries
from shop.checkout import service as checkout
from shop.checkout.words import Choice, Details
from shop.plumbing.db import session, transaction
from shop.plumbing.links import new_token
from shop.plumbing.settings import Settings

ORDERS = 120
RAW = (
    "INSERT INTO o (code, total) VALUES (?, 1)", *("INSERT INTO l (o, v, n) VALUES (1, ?, 1)",) * 3,
    *("UPDATE v SET n = n - 1 WHERE id = ? AND n >= 1",) * 3, "INSERT INTO j (what) VALUES (?)",
)  # fmt: skip


def measure(app: Flask, settings: Settings) -> dict[str, float]:
    """Return orders a second in code, and their share of what the raw driver writes on the same disk."""
    hello = Flask("bare")
    hello.add_url_rule("/", view_func=lambda: "hello")
    bare = _adds(hello, "/", {})
    adds = _adds(app, "/fr/cart/lines", {"variant": "1", "pieces": "1"})
    placed = _placed(app)
    raw = _raw(settings.data_dir)
    return {
        "add to cart: times a bare route": adds / bare,
        "orders placed a second, in code, SQLite FULL": placed,
        "orders placed: share of the raw driver's rate": placed / raw,
        "order-shaped transactions a second, raw driver": raw,
    }


def _adds(app: Flask, path: str, form: dict[str, str]) -> float:
    times = []
    for _turn in range(ORDERS):
        client = app.test_client()
        begun = time.process_time()
        client.post(path, data=form) if form else client.get(path)
        times.append(time.process_time() - begun)
    return statistics.median(times)


def _placed(app: Flask) -> float:
    """Place distinct orders of one line through the checkout's own verb; return how many a second."""
    with app.app_context():
        baskets = [ready(n) for n in range(ORDERS)]
        begun = time.perf_counter()
        for cart_id, details, choices, seen in baskets:
            with transaction():
                checkout.place(cart_id, key=new_token(), details=details, choices=choices, review_hash=seen)
        return ORDERS / (time.perf_counter() - begun)


def ready(n: int, *, method: str = "cash_on_delivery") -> tuple[int, Details, list[Choice], str]:
    """Fill a basket with one piece and look at it, so that it can be ordered and paid by a method."""
    with transaction():
        cart_id = carts.open_cart(new_token()).id
        carts.add(cart_id, n % 900 + 1, pieces=1)
    details = Details(
        phone=f"+2135500{n:05d}", name=f"Acheteuse {n}", wilaya_code="31", commune_code="3101", address="x"
    )
    offer = checkout_queries.offered(cart_id, wilaya_code="31", commune_code="3101")[0]
    quote = offer.quotes[0]
    choice = Choice(
        store_id=offer.parcel.store_id, kind=quote.kind, account_id=quote.account_id, price=quote.price,
        method=method,
    )  # fmt: skip
    seen = checkout_queries.review(cart_id, details, [choice]).hash
    session.rollback()
    return cart_id, details, [choice], seen


def _raw(folder: Path) -> float:
    """Write order-shaped transactions with the bare driver on the same disk, as durably."""
    connection = sqlite3.connect(folder / "raw.sqlite3", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE o (id INTEGER PRIMARY KEY, code, total);"
        "CREATE TABLE l (id INTEGER PRIMARY KEY, o, v, n); CREATE TABLE v (id INTEGER PRIMARY KEY, n);"
        "CREATE TABLE j (id INTEGER PRIMARY KEY, what);"
    )
    connection.executemany("INSERT INTO v (n) VALUES (?)", [(10**6,)] * 100)
    begun = time.perf_counter()
    for n in range(2_000):
        connection.execute("BEGIN IMMEDIATE")
        for statement in RAW:
            connection.execute(statement, (n % 100 + 1,))
        connection.execute("COMMIT")
    took = time.perf_counter() - begun
    connection.close()
    return 2_000 / took
