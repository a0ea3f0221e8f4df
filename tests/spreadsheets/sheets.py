"""Sheets of products for the tests: made, sent, looked at and applied as the application does it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from shop import work
from shop.catalogue.models import Product, Variant
from shop.plumbing import jobs
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.storage import FileStorage
from shop.spreadsheets import reading, service
from shop.spreadsheets.models import Sheet, SheetItem

AMINA = Actor("member", 1, "Amina")
HEADERS = ("reference", "name_fr", "price", "stock", "choice_fr", "description_fr")


def sheet_csv(rows: Iterable[Sequence[object]], headers: Sequence[str] = HEADERS, *, between: str = ";") -> bytes:
    """Return rows as a CSV file."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=between).writerows([headers, *rows])
    return out.getvalue().encode()


def many(number: int, *, price: int = 600, soap: str = "Savon", more: int = 0) -> bytes:
    """Return a sheet of so many products; each tenth comes in two sizes. `more` pieces of each are there."""
    rows: list[Sequence[object]] = []
    for n in range(number):
        size = "100 g" if n % 10 == 0 else ""
        rows.append(
            (
                f"REF-{n:05}",
                f"{soap} numéro {n}",
                price + n % 50,
                n % 30 + more,
                size,
                f"Séché {n % 9} semaines à l'air.",
            )
        )
        if size:
            rows.append((f"REF-{n:05}", "", price + 300, 3, "200 g", ""))
    return sheet_csv(rows)


def files_of(app: Flask) -> FileStorage:
    """Return where sheets are kept."""
    return FileStorage(Path(app.instance_path) / "private")


def send(app: Flask, store_id: int, content: bytes) -> int:
    """Receive a sheet, as the studio does."""
    table = reading.read(content)
    key = service.new_key()
    files_of(app).put(key, table.body, "application/jsonl")
    with transaction():
        return service.receive(store_id, table, key=key, name="produits.csv", by=AMINA).id


def run_jobs(app: Flask) -> None:
    """Run what is due."""
    handlers = work.handlers(app.extensions["hirfa_settings"], app.extensions["hirfa_signer"])
    jobs.run_all(handlers)


def look(app: Flask, store_id: int, content: bytes) -> int:
    """Receive a sheet and have it looked at."""
    sheet_id = send(app, store_id, content)
    run_jobs(app)
    return sheet_id


def take_in(app: Flask, store_id: int, content: bytes) -> int:
    """Receive a sheet, have it looked at, confirm it and have it written."""
    sheet_id = look(app, store_id, content)
    with transaction():
        service.confirm(store_id, sheet_id, by=AMINA)
    run_jobs(app)
    return sheet_id


def state(sheet_id: int) -> str:
    """Return how a sheet stands."""
    session.rollback()
    return session.scalars(select(Sheet.state).where(Sheet.id == sheet_id)).one()


def verdicts(sheet_id: int) -> list[str]:
    """Return what was found of each product, in the order of the sheet."""
    session.rollback()
    wanted = select(SheetItem.verdict).where(SheetItem.sheet_id == sheet_id).order_by(SheetItem.position)
    return list(session.scalars(wanted))


def problems(sheet_id: int) -> list[dict[str, object]]:
    """Return every problem that was found, in the order of the sheet."""
    session.rollback()
    wanted = select(SheetItem).where(SheetItem.sheet_id == sheet_id).order_by(SheetItem.position)
    return [each for item in session.scalars(wanted) for each in item.told["problems"]]


def product(store_id: int, reference: str) -> Product:
    """Return a product by its reference, as it is now."""
    session.rollback()
    return session.scalars(select(Product).where(Product.store_id == store_id, Product.reference == reference)).one()


def variants(made: Product) -> list[Variant]:
    """Return the choices of a product in their order."""
    return list(session.scalars(select(Variant).where(Variant.product_id == made.id).order_by(Variant.position)))
