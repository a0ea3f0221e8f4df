"""The audit finds what is wrong and nothing else; a backup brings everything back."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import tarfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from shop import backup as archives
from shop.audit import RULES, findings
from shop.core.money import Money
from shop.demo import seed
from shop.orders.models import Order
from shop.payments import proofs, refunds
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.settings import Settings
from shop.stores import service as stores
from shop.stores.models import Store
from tests.checkout.cast import AMINA, basket, delivered, place, workshop
from tests.payments.till import CCP, takes, waiting

BREAKS = {
    "I1 purchase": "INSERT INTO purchases (code, key_hash, request_hash, language, placed_at) "
    "VALUES ('X', 'k', 'r', 'ar', CURRENT_TIMESTAMP)",
    "I1 order": "DELETE FROM payments WHERE state = 'pending'",
    "I2 stock": "UPDATE variants SET on_hand = on_hand + 1",
    "I3 total": "UPDATE order_lines SET unit_minor = unit_minor + 1",
    "I3 payment": "UPDATE payments SET amount_minor = amount_minor + 1",
    "I3 balance": "INSERT INTO ledger (store_id, movement, kind, order_id, account, minor, currency, at, by_kind) "
    "SELECT store_id, 1, 'sold', id, 'goods', -1, currency, placed_at, 'system' FROM orders",
    "I3 ledger": "UPDATE orders SET goods_minor = goods_minor + 1, total_minor = total_minor + 1",
    "I4 ledger": "UPDATE payments SET state = 'refunded' WHERE state = 'collected'",
    "I4 back": "UPDATE refunds SET amount_minor = amount_minor + 1",
    "I3 collect": "UPDATE shipments SET collect_minor = collect_minor + 1",
    "I4 settled": "UPDATE payments SET state = 'settled'",
    "I6 jobs": "UPDATE jobs SET failed = (1 = 1)",
    "I8 journal": "UPDATE journal_heads SET last = last + 1",
    "states": "UPDATE shipments SET state = 'in_transit'",
}


@pytest.fixture
def sold(app: Flask) -> Flask:
    """A shop with one order delivered, one placed, and one paid by transfer whose money went back in part."""
    shop = workshop(stock=9)
    delivered(shop)
    place(basket({shop.variant: 1}))
    takes(shop, "transfer", dict(CCP))
    _order, payment = waiting(shop, "transfer")
    with transaction():
        proofs.accept(shop.id, payment.id, payment.amount, by=AMINA)
        refunds.ask(shop.id, payment.id, Money.dinars(100), reason="", proof="CCP 1", by=AMINA, by_hand=True)
    return app


def test_a_sound_database_has_no_findings(sold: Flask) -> None:
    assert list(findings()) == []


@pytest.mark.parametrize("rule", BREAKS)
def test_what_is_broken_is_named(sold: Flask, rule: str) -> None:
    with transaction():
        session.execute(text(BREAKS[rule]))
    assert rule in {finding.rule for finding in findings()}


def test_every_rule_is_a_query_that_runs(sold: Flask) -> None:
    for rule in RULES:
        session.execute(text(rule.query)).all()


def test_pictures_and_rows_belong_together(app: Flask, tmp_path: Path) -> None:
    seed.fill()
    media = tmp_path / "media" / "pictures"
    assert list(findings(media)) == []
    (media / "soap-olive-240.webp").unlink()
    shutil.copy(media / "soap-rose-240.webp", media / "stranger-240.webp")
    assert {finding.what for finding in findings(media)} == {
        "picture soap-olive has no file",
        "file stranger has no row",
    }


def test_a_card_without_its_file_and_a_file_without_its_card_are_found(app: Flask, tmp_path: Path) -> None:
    shop = workshop()
    with transaction():
        stores.keep_card(shop.id, "a" * 24, by=SYSTEM)
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / f"{'b' * 24}.webp").write_bytes(b"")
    session.rollback()
    assert {finding.what for finding in findings(private=tmp_path)} == {
        f"card {'a' * 24} has no file", f"card's file {'b' * 24} has no row",
    }  # fmt: skip


def test_the_demo_fills_an_empty_database_once_and_no_other(app: Flask) -> None:
    lines = seed.fill()
    count = session.scalar(select(func.count()).select_from(Order))
    assert count is not None
    assert count >= 60
    assert any("0550 00 01 01" in line for line in lines)
    seed.fill()
    assert session.scalar(select(func.count()).select_from(Order)) == count


def test_the_demo_never_touches_a_real_shop(app: Flask) -> None:
    workshop()
    assert "real workshops" in seed.fill()[0]
    assert session.scalar(select(func.count()).select_from(Store)) == 1


def test_a_backup_under_load_restores_to_a_sound_shop(
    application: Flask, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if not settings.is_sqlite and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed")
    with application.app_context():
        shop = workshop(stock=500)
        store_id, variant = shop.id, shop.variant
    (settings.data_dir / "media" / "pictures").mkdir(parents=True)
    (settings.data_dir / "media" / "pictures" / "a-240.webp").write_bytes(b"picture")
    (settings.data_dir / "secret_key").write_text("s" * 40)
    stop = threading.Event()

    def buy() -> None:
        with application.app_context():
            while not stop.is_set():
                place(basket({variant: 1}))

    buyer = threading.Thread(target=buy)
    buyer.start()
    try:
        made = archives.backup(settings, tmp_path)
    finally:
        stop.set()
        buyer.join()
    elsewhere = replace(settings, data_dir=tmp_path / "elsewhere", database_url="")
    if not settings.is_sqlite:
        with tarfile.open(made) as archive:
            assert "./hirfa.pgdump" in archive.getnames()
        return
    archives.restore(elsewhere, made)
    assert (elsewhere.data_dir / "media" / "pictures" / "a-240.webp").read_bytes() == b"picture"
    assert (elsewhere.data_dir / "secret_key").read_text() == "s" * 40
    with sqlite3.connect(elsewhere.data_dir / "hirfa.sqlite3") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT name FROM stores WHERE id = ?", (store_id,)).fetchone() == ("Atelier Amina",)
    with pytest.raises(archives.BackupError, match="exists"):
        archives.restore(elsewhere, made)


def test_a_damaged_archive_is_refused(application: Flask, settings: Settings, tmp_path: Path) -> None:
    if not settings.is_sqlite:
        pytest.skip("the archive's list of hashes is the same for both")
    made = archives.backup(settings, tmp_path)
    unpacked = tmp_path / "unpacked"
    with tarfile.open(made) as archive:
        archive.extractall(unpacked)
    with (unpacked / "hirfa.sqlite3").open("r+b") as file:
        file.seek(200)
        file.write(os.urandom(40))
    with tarfile.open(made, "w:gz") as archive:
        archive.add(unpacked, arcname=".")
    with pytest.raises(archives.BackupError, match="damaged"):
        archives.restore(replace(settings, data_dir=tmp_path / "other", database_url=""), made)


@pytest.mark.parametrize("kind", ["outside", "link"])
def test_what_leads_out_of_an_archive_is_refused(settings: Settings, tmp_path: Path, kind: str) -> None:
    made = tmp_path / "bad.tar.gz"
    with tarfile.open(made, "w:gz") as archive:
        member = tarfile.TarInfo("../outside" if kind == "outside" else "link")
        member.type, member.linkname = (tarfile.REGTYPE, "") if kind == "outside" else (tarfile.SYMTYPE, "/etc")
        archive.addfile(member, io.BytesIO())
    with pytest.raises(archives.BackupError, match="does not belong"):
        archives.restore(replace(settings, data_dir=tmp_path / "other", database_url=""), made)
    assert not (tmp_path / "outside").exists()
