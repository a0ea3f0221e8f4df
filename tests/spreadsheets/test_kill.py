"""kill -9 while ten thousand products come in, or change: in the end each is there once and whole, nothing twice.

TEST_PRODUCTS=10000 takes the full number (600 otherwise); TEST_SHEET_KILLS says how often (3). The worker is the real
one (`hirfa worker` in a process group of its own).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop import audit
from shop.catalogue import search
from shop.catalogue.models import Posting, Product, StockMovement, Variant
from shop.plumbing.db import session, transaction
from shop.plumbing.jobs import Job
from shop.plumbing.journal import Entry
from shop.plumbing.settings import Settings
from shop.spreadsheets import service
from shop.spreadsheets.models import Sheet, SheetItem
from tests.checkout.cast import workshop
from tests.conftest import SECRET
from tests.spreadsheets.sheets import AMINA, look, many, run_jobs, send, take_in, verdicts

PRODUCTS = int(os.environ.get("TEST_PRODUCTS", "600"))
KILLS = int(os.environ.get("TEST_SHEET_KILLS", "3"))
PATIENCE_S = 120
MOST_SECONDS, MOST_MEGABYTES = 60, 60
IDLE_PRODUCTS = 200


@contextlib.contextmanager
def worker(settings: Settings, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process group of its own; what is left of it at the end is killed."""
    told = {"DATA_DIR": str(folder), "DATABASE_URL": settings.database, "LOG_LEVEL": "WARNING", "SECRET_KEY": SECRET}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HIRFA_")}
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("hirfa")), "worker"], stdout=log, stderr=log, start_new_session=True,
            env=clean | {f"HIRFA_{name}": value for name, value in told.items()},
        )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def stand(sheet_id: int) -> tuple[str, int]:
    """Return how a sheet stands, and how many of its products are written."""
    session.rollback()
    row = session.execute(select(Sheet.state, Sheet.applied).where(Sheet.id == sheet_id)).one()
    return row[0], row[1]


def free_leases() -> None:
    """Let the next worker take up at once what a dead one had in hand: a minute passes."""
    with transaction():
        session.execute(update(Job).where(Job.done_at.is_(None)).values(lease=None, leased_until=None))


@pytest.mark.slow
def test_a_worker_killed_again_and_again_leaves_every_product_whole_and_once(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    shop = workshop()
    sheet_id = look(app, shop.id, many(PRODUCTS))
    with transaction():
        service.confirm(shop.id, sheet_id, by=AMINA)
    seen = 0
    for kill in range(1, KILLS + 1):
        with worker(settings, tmp_path):
            wanted = max(seen + 1, PRODUCTS * kill // (KILLS + 2))
            until = time.monotonic() + PATIENCE_S
            while stand(sheet_id)[1] < wanted and stand(sheet_id)[0] != "done":
                assert time.monotonic() < until, (tmp_path / "worker.log").read_text()[-2000:]
                time.sleep(0.005)
        seen = stand(sheet_id)[1]
        require_whole(shop.id, sheet_id)
        free_leases()
    run_jobs(app)
    assert stand(sheet_id) == ("done", PRODUCTS)
    require_whole(shop.id, sheet_id)
    require_all(shop.id)
    again = look(app, shop.id, many(PRODUCTS))
    assert Counter(verdicts(again)) == {"same": PRODUCTS}


def require_whole(store_id: int, sheet_id: int) -> None:
    """Fail when a product is there by half, or said to be written and is not, or the books are wrong."""
    session.rollback()
    written = set(session.scalars(
        select(SheetItem.reference).where(SheetItem.sheet_id == sheet_id, SheetItem.applied_at.is_not(None))
    ))  # fmt: skip
    there = dict(session.execute(
        select(Product.reference, func.count(Variant.id)).outerjoin(Variant, Variant.product_id == Product.id)
        .where(Product.store_id == store_id, Product.reference.is_not(None)).group_by(Product.reference)
    ).all())  # type: ignore[arg-type]  # fmt: skip
    assert there.keys() == written
    assert all(count == (2 if int(reference[-5:]) % 10 == 0 else 1) for reference, count in there.items())
    assert list(audit.findings()) == []


def require_all(store_id: int) -> None:
    """Fail unless every product of the sheet is there exactly as it says, told once in the journal."""
    rows = session.execute(
        select(Product.reference, Variant.price_minor, Variant.on_hand).join(Variant, Variant.product_id == Product.id)
        .where(Product.store_id == store_id, Product.reference.is_not(None), Variant.position == 0)
    ).all()  # fmt: skip
    assert sorted(map(tuple, rows)) == sorted((f"REF-{n:05}", (600 + n % 50) * 100, n % 30) for n in range(PRODUCTS))
    told = Counter(
        session.scalars(select(Entry.subject_id).where(Entry.verb == "product.created", Entry.scope == store_id))
    )
    assert len(told) == PRODUCTS
    assert set(told.values()) == {1}
    first = select(func.count()).where(StockMovement.store_id == store_id, StockMovement.reason == "initial")
    assert session.scalar(first) == sum(n % 30 > 0 for n in range(PRODUCTS)) + PRODUCTS // 10 + (PRODUCTS % 10 > 0) + 1


@pytest.mark.slow
def test_ten_thousand_products_come_in_within_a_minute_in_little_memory(app: Flask) -> None:
    shop = workshop()
    send(app, shop.id, many(IDLE_PRODUCTS))
    run_jobs(app)
    before = memory_mb()
    began = time.monotonic()
    sheet_id = look(app, shop.id, many(PRODUCTS))
    with transaction():
        service.confirm(shop.id, sheet_id, by=AMINA)
    run_jobs(app)
    took = time.monotonic() - began
    require_quick(sheet_id, took, memory_mb() - before)


@pytest.mark.slow
def test_ten_thousand_products_of_the_shop_change_within_a_minute_in_little_memory(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, many(PRODUCTS))
    put_into_the_shop(shop.id)
    take_in(app, shop.id, many(IDLE_PRODUCTS, price=800))
    before = memory_mb()
    began = time.monotonic()
    sheet_id = take_in(app, shop.id, many(PRODUCTS, price=700, soap="Savonnette", more=5))
    require_quick(sheet_id, time.monotonic() - began, memory_mb() - before)
    require_changed(shop.id)


def require_quick(sheet_id: int, took: float, megabytes: float) -> None:
    """Fail when a sheet is not done, or took too long or too much memory."""
    print(f"{PRODUCTS} products in {took:.1f} s, {megabytes:.0f} MB more than for {IDLE_PRODUCTS}")
    assert stand(sheet_id) == ("done", PRODUCTS)
    assert took < MOST_SECONDS
    assert megabytes < MOST_MEGABYTES


def put_into_the_shop(store_id: int) -> None:
    """Let buyers see and find every product, as if each had been published."""
    with transaction():
        hers = (Product.store_id == store_id, Product.reference.is_not(None))
        session.execute(update(Product).where(*hers).values(state="published"))
        search.index(*session.scalars(select(Product.id).where(*hers)).all())


def require_changed(store_id: int) -> None:
    """Fail unless every product is exactly as the second sheet says, found by its new name only, the books right."""
    rows = session.execute(
        select(Product.reference, Product.name_fr, Variant.price_minor, Variant.on_hand)
        .join(Variant, Variant.product_id == Product.id)
        .where(Product.store_id == store_id, Product.reference.is_not(None), Variant.position == 0)
    ).all()  # fmt: skip
    assert sorted(map(tuple, rows)) == sorted(
        (f"REF-{n:05}", f"Savonnette numéro {n}", (700 + n % 50) * 100, n % 30 + 5) for n in range(PRODUCTS)
    )
    words = dict(session.execute(select(Posting.word, func.count()).group_by(Posting.word)).all())  # type: ignore[arg-type]
    assert (words["savonnette"], words.get("savon")) == (PRODUCTS, None)
    told = session.scalars(select(Entry.subject_id).where(Entry.verb == "product.changed", Entry.scope == store_id))
    assert Counter(Counter(told).values()) == {1: PRODUCTS}
    assert list(audit.findings()) == []


def memory_mb() -> float:
    """Return what this process holds, in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
