"""What a family asks, lots, choices and the state of a product, by sheet; and what was exported changes nothing."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import func, select

from shop import audit
from shop.catalogue import details, lots
from shop.catalogue import service as catalogue
from shop.catalogue.models import Product
from shop.plumbing.db import session, transaction
from shop.plumbing.i18n import speaking
from shop.plumbing.journal import SYSTEM, Entry
from shop.spreadsheets import exports, queries, service, writing
from shop.spreadsheets.columns import PRODUCTS
from shop.spreadsheets.words import change_said, problem_said
from tests.checkout.cast import workshop
from tests.spreadsheets.sheets import AMINA, look, problems, product, run_jobs, sheet_csv, take_in, variants, verdicts

HEADERS = (
    "Référence", "Nom en français", "Prix en dinars", "Composition (INCI)", "Contenu net",
    "Se garde après ouverture (mois)", "Précautions en français", "La formalité est en cours", "Lot en vente",
    "Lot fabriqué le", "Lot à consommer avant le", "État",
)  # fmt: skip
SOAP = ("SAV-1", "Savon", 650, "Sodium Olivate, Aqua", "100 g", 12, "Pas dans les yeux.", "oui", "L-7", "01/11/2026",
        "01/11/2028", "")  # fmt: skip


def test_a_new_product_has_what_its_family_asks_and_its_lot(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, sheet_csv([SOAP], HEADERS))
    made = product(shop.id, "SAV-1")
    said = details.said_of([made.id])[made.id]
    assert {key: dict(texts) for key, texts in said.items()} == {
        "inci": {"": "Sodium Olivate, Aqua"}, "net_content": {"": "100 g"}, "period_after_opening": {"": "12"},
        "precautions": {"fr": "Pas dans les yeux."}, "in_progress": {"": "1"},
    }  # fmt: skip
    (lot,) = lots.lots_of(shop.id, made.id)
    assert (lot.code, lot.made_on, lot.best_before, lot.current) == ("L-7", date(2026, 11, 1), date(2028, 11, 1), True)
    assert list(audit.findings()) == []


def test_the_same_sheet_twice_is_the_same_and_a_new_lot_is_sold_from_now_on(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, sheet_csv([SOAP], HEADERS))
    assert verdicts(look(app, shop.id, sheet_csv([SOAP], HEADERS))) == ["same"]
    sheet_id = take_in(
        app, shop.id, sheet_csv([("SAV-1", "100 g ou presque", "L-8")], ("reference", "said_net_content", "lot"))
    )
    (item,) = queries.items(shop.id, sheet_id)
    assert [change_said(PRODUCTS, each) for each in item.told["changes"]] == [
        "Net content: 100 g, then 100 g ou presque", "Lot being sold: L-7, then L-8",
    ]  # fmt: skip
    assert [(each.code, each.current) for each in lots.lots_of(shop.id, product(shop.id, "SAV-1").id)] == [
        ("L-8", True), ("L-7", False),
    ]  # fmt: skip


def test_a_dash_empties_what_is_said_and_a_blank_cell_leaves_it(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, sheet_csv([SOAP], HEADERS))
    rows = [("SAV-1", "-", "", "–")]
    take_in(app, shop.id, sheet_csv(rows, ("reference", "said_inci", "said_net_content", "description_fr")))
    made = product(shop.id, "SAV-1")
    said = details.said_of([made.id])[made.id]
    assert "inci" not in said
    assert said["net_content"] == {"": "100 g"}
    assert made.description_fr == ""


def test_what_is_not_of_the_family_and_days_that_run_backwards_are_told(app: Flask) -> None:
    shop = workshop()
    headers = ("reference", "name_fr", "price", "craft", "said_inci", "lot", "lot_made_on", "lot_best_before")
    rows = [("A", "Vase", 900, "Poterie", "Aqua", "", "", ""), ("B", "Savon", 900, "", "", "L", "2/1/2026", "1/1/2026"),
            ("C", "Savon", 900, "", "", "", "2/1/2026", "")]  # fmt: skip
    sheet_id = look(app, shop.id, sheet_csv(rows, headers))
    assert [problem_said(PRODUCTS, each) for each in problems(sheet_id)] == [
        "Ingredients (INCI): nothing of the kind is said of Pottery. Leave the cell empty.",
        "A lot is good until a day after the one on which it was made.",
        "Write the code of the lot beside its days.",
    ]


def test_a_product_is_hidden_and_put_back_by_its_state(app: Flask) -> None:
    shop = workshop()
    own = f"#{shop.product.id}"
    take_in(app, shop.id, sheet_csv([(own, "masqué", "Poterie")], ("reference", "state", "craft")))
    assert state_of(shop.product.id) == "hidden"
    with transaction():
        catalogue.add_picture(shop.id, shop.product.id, "k" * 24, width=900, height=900, by=SYSTEM)
    sheet_id = take_in(app, shop.id, sheet_csv([(own, "معروض")], ("reference", "state")))
    assert verdicts(sheet_id) == ["changed"]
    assert state_of(shop.product.id) == "published"
    hers = (Entry.subject == "product", Entry.subject_id == shop.product.id, Entry.actor == "member")
    told = session.scalars(select(Entry.verb).where(*hers).order_by(Entry.id))
    assert list(told)[-2:] == ["product.hidden", "product.published"]


def test_what_keeps_a_product_out_of_the_shop_is_told_at_its_line(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, sheet_csv([("A", "Savon", 650, "", "", "")]))
    sheet_id = look(app, shop.id, sheet_csv([("A", "En boutique", "Savon")], ("reference", "state", "craft")))
    said = [problem_said(PRODUCTS, each) for each in problems(sheet_id)]
    assert "It cannot be in the shop yet. Add one photograph at least." in said
    assert "It cannot be in the shop yet. Write the ingredients (INCI)." in said


def test_a_refusal_at_the_end_leaves_the_whole_product_as_it_was(app: Flask) -> None:
    shop = workshop()
    own, before = f"#{shop.product.id}", shop.product.name_fr
    take_in(app, shop.id, sheet_csv([(own, "masqué", "Poterie")], ("reference", "state", "craft")))
    with transaction():
        catalogue.add_picture(shop.id, shop.product.id, "k" * 24, width=900, height=900, by=SYSTEM)
    headers = ("reference", "state", "name_fr", "price")
    sheet_id = look(app, shop.id, sheet_csv([(own, "En boutique", "Sirop au whisky", 1)], headers))
    assert verdicts(sheet_id) == ["changed"]
    with transaction():
        service.confirm(shop.id, sheet_id, by=AMINA)
    run_jobs(app)
    assert verdicts(sheet_id) == ["wrong"]
    with speaking("fr"):
        assert "boissons alcoolisées (loi" in problem_said(PRODUCTS, problems(sheet_id)[0]).lower()
    session.expire_all()
    left = session.get_one(Product, shop.product.id)
    assert (left.state, left.name_fr, left.price_minor) == ("hidden", before, shop.product.price_minor)
    assert list(audit.findings()) == []


def test_a_choice_is_taken_away_and_offered_again_but_one_stays(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, sheet_csv([("A", "Savon", 650, 5, "100 g", ""), ("A", "", 500, 5, "50 g", "")]))
    headers = ("reference", "choice_fr", "offered")
    take_in(app, shop.id, sheet_csv([("A", "50 g", "non")], headers))
    assert [(each.label_fr, each.hidden) for each in variants(product(shop.id, "A"))] == [
        ("100 g", False),
        ("50 g", True),
    ]
    assert product(shop.id, "A").price_minor == 65_000
    sheet_id = look(app, shop.id, sheet_csv([("A", "100 g", "non")], headers))
    assert problem_said(PRODUCTS, problems(sheet_id)[0]) == "Keep at least one choice."
    take_in(app, shop.id, sheet_csv([("A", "50 g", "oui")], headers))
    assert product(shop.id, "A").price_minor == 50_000


def test_what_was_exported_with_all_that_is_said_changes_nothing(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, sheet_csv([SOAP], HEADERS))
    headers = ("reference", "name_fr", "price", "craft", "said_food_safe", "said_size")
    take_in(app, shop.id, sheet_csv([("P", "Vase", 900, "Poterie", "yes", "24 cm")], headers))
    before = session.scalar(select(func.count()).select_from(Entry))
    for lang in ("ar", "fr", "en"):
        for kind in (writing.CSV, writing.XLSX):
            with speaking(lang):
                listed = exports.product_columns(shop.id)
                content = b"".join(writing.written(kind, listed, exports.product_rows(shop.id, listed)))
            sheet_id = look(app, shop.id, content)
            assert set(verdicts(sheet_id)) == {"same"}, [problem_said(PRODUCTS, each) for each in problems(sheet_id)]
    session.rollback()
    told = session.scalars(select(Entry.verb).order_by(Entry.id).offset(before)).all()
    assert {verb for verb in told if not verb.startswith("sheet.")} == set()


def state_of(product_id: int) -> str:
    """Return the state of a product as it is now."""
    session.rollback()
    return session.scalars(select(Product.state).where(Product.id == product_id)).one()
