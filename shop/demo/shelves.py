"""The demo's stock: a batch that was made, pieces that broke or were given, shelves that were counted; sheets, and
what they told of sales before Hirfa."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from shop.catalogue import service as catalogue
from shop.catalogue.models import Variant
from shop.core import clock
from shop.customers import past
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.storage import FileStorage
from shop.spreadsheets import reading
from shop.spreadsheets import service as sheets
from shop.stores.models import Store

# days ago, pieces, why, note: of her first soap
MOVES = (
    (19.0, 40, "made", "Fournée de novembre"), (9.5, -2, "broken", "Tombés au démoulage"),
    (6.2, -3, "gift", "Fête de l’école"),
    (3.4, -6, "sold", "Marché de Tipaza"), (1.1, -1, "counted", ""),
)  # fmt: skip
# reference, days ago, phone (none: the last customer's), name, wilaya, what, dinars, outcome
BEFORE = (
    ("C-041", 430, None, "Client fidèle", "16", "2 savons à l’huile d’olive", 1_300, "taken"),
    ("C-057", 395, None, "Client fidèle", "16", "1 coffret de fête", 2_400, "taken"),
    ("C-060", 388, "+213661770001", "Lamia Ferhat", "31", "3 savons au laurier", 1_950, "refused"),
    ("C-063", 380, "+213661770002", "سليم قاسي", "25", "صابون الورد", 700, "taken"),
)
SHEET = """Référence;Nom en français;Nom en arabe;Prix en dinars;Pièces en stock;Choix en français
SAV-20;Savon à la figue;صابون التين;700;18;
SAV-21;Savon au thym;صابون الزعتر;680;12;100 g
SAV-21;;;1200;6;200 g
SAV-22;Savon au miel;صابون العسل;cher;9;
#{olive};;;690;;
"""


def tell(slug: str, by: Actor, data_dir: Path) -> None:
    """Move the stock of a workshop's first product on past days, and bring a sheet that waits for her word."""
    store_id, variant = _first(slug)
    for days, pieces, reason, note in MOVES:
        with clock.standing_at(clock.now() - timedelta(days=days)), transaction():
            catalogue.move(store_id, variant.id, pieces, reason=reason, note=note, by=by)
    _sheet(store_id, variant.product_id, by, FileStorage(data_dir / "private"))
    _before(store_id, by)


def _first(slug: str) -> tuple[int, Variant]:
    store_id = session.scalars(select(Store.id).where(Store.slug == slug)).one()
    newest = select(Variant).where(Variant.store_id == store_id).order_by(Variant.product_id.desc(), Variant.position)
    return store_id, session.scalars(newest).first()  # type: ignore[return-value]


def _before(store_id: int, by: Actor) -> None:
    """Bring sales of before, two of them to somebody who orders here too."""
    newest = select(Order.phone).where(Order.store_id == store_id, Order.phone != "").order_by(Order.id.desc())
    known = session.scalars(newest.limit(1)).one()
    with transaction():
        past.keep_sales(store_id, [
            {"reference": reference, "day": clock.today() - timedelta(days=ago), "phone": phone or known, "name": name,
             "wilaya_code": wilaya, "what": what, "amount_minor": dinars * 100, "outcome": outcome}
            for reference, ago, phone, name, wilaya, what, dinars, outcome in BEFORE
        ], by=by)  # fmt: skip


def _sheet(store_id: int, olive: int, by: Actor, files: FileStorage) -> None:
    table = reading.read(SHEET.format(olive=olive).encode())
    key = sheets.new_key()
    files.put(key, table.body, "application/jsonl")
    with transaction():
        made = sheets.receive(store_id, table, key=key, name="nouveaux-savons.csv", by=by)
    sheets.look(files, {"sheet": made.id})
