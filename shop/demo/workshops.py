"""The demo's six workshops: people, shops, carriers with their rates, products with pictures."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

from shop.accounts import service as accounts
from shop.catalogue import service as catalogue
from shop.catalogue.service import VariantRow
from shop.core.money import Money
from shop.demo import families
from shop.plumbing import geography, journal
from shop.plumbing.journal import SYSTEM
from shop.shipping import accounts as carriers
from shop.shipping.accounts import DeskRow, RateRow
from shop.stores import service as stores
from shop.stores.models import Store

HERE = Path(__file__).parent
PASSWORD = "savon-rose-olive"  # noqa: S105 - the demo's, printed at every start
OPERATOR = "operator@hirfa.example"
HELPER = "+213550000121"
CARRIER, CARRIER_AR = "Barq Express", "برق إكسبريس"

# Delivery days and dinars by how far a wilaya (of 69) is: invented, rounded, like a carrier's sheet.
NEAR = frozenset(["02", "06", "09", "10", "15", "16", "26", "35", "42", "44"])
SOUTH = frozenset(
    ["01", "03", "07", "08", "30", "32", "39", "45", "47", "51", "52", "55", "57", "58", "59", "61", "69"]
)
FAR = frozenset(["11", "33", "37", "49", "50", "53", "54", "56"])
DESK_TOWNS = (
    "1605", "3101", "3103", "3105", "3109", "2501", "1901", "0601", "2301", "1301", "0901", "1501", "3901",
    "0501", "4701",
)  # fmt: skip


def build(media: Path) -> None:
    """Make the operator, the six workshops and all their products, inside the current transaction."""
    accounts.create_account(name="Nadia Rahmani", password=PASSWORD, email=OPERATOR, language="fr", is_operator=True)
    alts = {row["key"]: row for row in rows("pictures/alt.csv")}
    shops = {row["slug"]: _workshop(row) for row in reversed(list(rows("artisans.csv")))}  # the first is the newest
    helper = accounts.create_account(name="Yasmine Benali", password=PASSWORD, phone=HELPER, language="ar")
    stores.add_member(shops["atelier-amina"].id, helper.id, "helper", by=SYSTEM)
    products = list(rows("products.csv"))
    for row in reversed(products):  # the first of the table is the newest
        _product(shops[row["artisan"]], row, alts, media)


def rows(name: str) -> Iterator[dict[str, str]]:
    """Read one of the demo's tables."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _workshop(row: dict[str, str]) -> Store:
    made = stores.create_store(
        name=row["shop"], craft=row["craft"], wilaya_code=row["wilaya_code"], slug=row["slug"], by=SYSTEM
    )
    same = ("commune_code", "address", "phone", "whatsapp", "email", "artisan_fr", "artisan_ar", "legal_name",
            "register_type", "register_number", "nif", "story_fr", "story_ar", "story_en")  # fmt: skip
    stores.update_profile(made.id, by=SYSTEM, **{name: row[name] for name in same})
    stores.open_store(made.id, by=SYSTEM)
    owner = accounts.create_account(name=row["artisan_fr"], password=PASSWORD, phone=row["phone"], language="fr")
    stores.add_member(made.id, owner.id, "owner", by=SYSTEM)
    if row["slug"] == "atelier-amina":
        _own_delivery(made)
    _carrier(made)
    return made


def _carrier(store: Store) -> None:
    account = carriers.add_carrier(
        store.id, "rate_sheet", CARRIER, title_ar=CARRIER_AR, phone="+213550000190", may_open=True,
        return_minor=250_00, by=SYSTEM,
    )  # fmt: skip
    carriers.set_rates(store.id, account.id, [_rate(w.code) for w in geography.wilayas()], by=SYSTEM)
    desks = [_desk(geography.commune(code)) for code in DESK_TOWNS]
    carriers.set_desks(store.id, account.id, desks, by=SYSTEM)
    carriers.change_carrier(store.id, account.id, by=SYSTEM, included_g=5_000, per_kg_minor=50_00)


def _own_delivery(store: Store) -> None:
    account = carriers.add_carrier(store.id, "own_delivery", "Atelier Amina", title_ar="ورشة أمينة", by=SYSTEM)
    price = RateRow(wilaya_code="16", home=Money.dinars(300), desk=None, min_days=0, max_days=1)
    carriers.set_rates(store.id, account.id, [price], by=SYSTEM)


def _rate(code: str) -> RateRow:
    if code in FAR:
        return RateRow(wilaya_code=code, home=None, desk=Money.dinars(950), min_days=5, max_days=9)
    if code in SOUTH:
        return RateRow(wilaya_code=code, home=Money.dinars(1000), desk=Money.dinars(700), min_days=3, max_days=5)
    home, desk, most = (450, 300, 2) if code in NEAR else (600, 400, 3)
    return RateRow(wilaya_code=code, home=Money.dinars(home), desk=Money.dinars(desk), min_days=1, max_days=most)


def _desk(place: geography.Commune) -> DeskRow:
    return DeskRow(
        wilaya_code=place.wilaya_code, commune_code=place.code, name=f"{CARRIER} {place.name_fr}",
        address="Centre-ville, en face de la poste", hours="8:30 – 17:00, sauf vendredi",
    )  # fmt: skip


def _product(store: Store, row: dict[str, str], alts: dict[str, dict[str, str]], media: Path) -> None:
    texts = {
        f"{what}_{lang}": row[f"{what}_{lang}"] for what in ("description", "materials") for lang in ("ar", "fr", "en")
    }
    days = int(row["made_to_order_days"]) if row["made_to_order_days"] else None
    made = catalogue.create_product(
        store.id, craft=row["craft"], names={lang: row[f"name_{lang}"] for lang in ("ar", "fr", "en")},
        price=Money.dinars(int(row["price_dzd"])), stock=0 if row["variants"] else int(row["stock"] or 0),
        weight_g=int(row["weight_g"]), fragile=row["craft"] in {"pottery", "perfume"}, made_to_order_days=days,
        by=SYSTEM, **texts,
    )  # fmt: skip
    if row["variants"]:
        catalogue.set_variants(store.id, made.id, [_variant(text) for text in row["variants"].split("|")], by=SYSTEM)
    for key in row["pictures"].split():
        alt = {lang: alts[key][f"alt_{lang}"] for lang in ("ar", "fr", "en")}
        catalogue.add_picture(store.id, made.id, key, width=900, height=900, alts=alt, by=SYSTEM)
        for width in (240, 480, 900):
            shutil.copyfile(HERE / "pictures" / f"{key}-{width}.webp", media / f"{key}-{width}.webp")
    families.dress(made, row["key"])
    catalogue.publish(store.id, made.id, by=SYSTEM)
    journal.record("demo.product", subject="product", subject_id=made.id, store_id=store.id, by=SYSTEM, key=row["key"])


def _variant(text: str) -> VariantRow:
    words, _equals, figures = text.partition("=")
    price, _colon, stock = figures.partition(":")
    spoken = words.split(";") if ";" in words else [words] * 3
    return VariantRow(dict(zip(("fr", "ar", "en"), spoken, strict=True)), Money.dinars(int(price)), int(stock))
