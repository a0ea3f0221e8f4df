"""Products from a sheet: looked at without writing, confirmed, written once, whatever the shop does meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from shop import audit
from shop.catalogue import forbidden, search
from shop.catalogue import service as catalogue
from shop.catalogue.listing import Filter
from shop.catalogue.models import Product, StockMovement, Variant
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Entry
from shop.spreadsheets import queries, reading, service
from shop.spreadsheets.columns import PRODUCTS
from shop.spreadsheets.models import Sheet, SheetItem
from shop.spreadsheets.words import change_said, problem_said
from tests.checkout.cast import workshop
from tests.spreadsheets.sheets import (
    AMINA,
    files_of,
    look,
    problems,
    product,
    run_jobs,
    send,
    sheet_csv,
    state,
    take_in,
    variants,
    verdicts,
)


def shape(store_id: int) -> list[tuple[object, ...]]:
    """Everything that a sheet can touch, to be compared."""
    session.rollback()
    rows = session.execute(
        select(Product.reference, Product.name_fr, Product.description_fr, Product.weight_g, Product.version,
               Variant.label_fr, Variant.price_minor, Variant.on_hand)
        .join(Variant, Variant.product_id == Product.id).where(Product.store_id == store_id)
        .order_by(Product.id, Variant.position, Variant.id)
    )  # fmt: skip
    moved = session.scalar(select(func.count()).select_from(StockMovement))
    return [*map(tuple, rows), (moved,)]


def test_new_products_are_drafts_with_their_choices_prices_and_stock(app: Flask) -> None:
    shop = workshop()
    rows = [("SAV-1", "Savon", 650, 12, "", "Doux."), ("SAV-2", "Huile", "1 250,50", 3, "100 ml", ""),
            ("SAV-2", "", 2000, "", "250 ml", "")]  # fmt: skip
    sheet_id = take_in(app, shop.id, sheet_csv(rows))
    assert state(sheet_id) == "done"
    soap, oil = product(shop.id, "SAV-1"), product(shop.id, "SAV-2")
    assert (soap.state, soap.name_fr, soap.slug, soap.price_minor, soap.in_stock, soap.craft, soap.wilaya_code) == (
        "draft", "Savon", "savon", 65_000, True, "soap", "15",
    )  # fmt: skip
    assert [(v.label_fr, v.price_minor, v.on_hand) for v in variants(oil)] == [
        ("100 ml", 125_050, 3),
        ("250 ml", 200_000, 0),
    ]
    assert oil.price_minor == 125_050
    assert list(audit.findings()) == []
    told = session.scalars(select(Entry).where(Entry.verb == "product.created", Entry.subject_id == soap.id)).one()
    assert (told.actor, told.actor_name, told.data["sheet"]) == ("member", "Amina", True)


def test_nothing_is_written_before_she_says_so(app: Flask) -> None:
    shop = workshop()
    before = shape(shop.id)
    sheet_id = look(app, shop.id, sheet_csv([("A", "Savon", 650, 12, "", ""), ("B", "", "cher", "", "", "")]))
    assert state(sheet_id) == "looked"
    assert verdicts(sheet_id) == ["new", "wrong"]
    assert shape(shop.id) == before


def test_the_same_sheet_twice_changes_nothing(app: Flask) -> None:
    shop = workshop()
    content = sheet_csv(
        [("A", "Savon", 650, 12, "", ""), ("B", "Huile", 900, 4, "100 ml", ""), ("B", "", 1500, 2, "250 ml", "")]
    )
    take_in(app, shop.id, content)
    before = shape(shop.id)
    again = take_in(app, shop.id, content)
    assert verdicts(again) == ["same", "same"]
    assert state(again) == "done"
    assert shape(shop.id) == before


def test_what_changes_is_told_in_words_and_nothing_else_is_touched(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, sheet_csv([("A", "Savon", 650, 12, "", "Doux.")]))
    sheet_id = look(app, shop.id, sheet_csv([("A", "Savon noir", 700, "", "", "")]))
    (item,) = queries.items(shop.id, sheet_id)
    assert [change_said(PRODUCTS, each).replace("\u00a0", " ") for each in item.told["changes"]] == [
        "Name in French: Savon, then Savon noir", "Price in dinars: 650 DA, then 700 DA",
    ]  # fmt: skip
    with transaction():
        service.confirm(shop.id, sheet_id, by=AMINA)
    run_jobs(app)
    made = product(shop.id, "A")
    assert (made.name_fr, made.description_fr, made.price_minor, variants(made)[0].on_hand) == (
        "Savon noir",
        "Doux.",
        70_000,
        12,
    )


def test_lines_of_one_product_may_stand_apart_and_are_one_product(app: Flask) -> None:
    shop = workshop()
    rows = [("A", "Savon", 650, 1, "Petit", ""), ("B", "Huile", 900, 1, "", ""), ("A", "", 900, 2, "Grand", "")]
    take_in(app, shop.id, sheet_csv(rows))
    assert [v.label_fr for v in variants(product(shop.id, "A"))] == ["Petit", "Grand"]


def test_a_wrong_line_refuses_its_product_and_no_other(app: Flask) -> None:
    shop = workshop()
    rows = [("A", "Savon", 650, 1, "Petit", ""), ("A", "", "cher", 2, "Grand", ""), ("B", "Huile", 900, 1, "", "")]
    sheet_id = take_in(app, shop.id, sheet_csv(rows))
    assert verdicts(sheet_id) == ["wrong", "new"]
    assert product(shop.id, "B").price_minor == 90_000
    assert session.scalar(select(Product.id).where(Product.reference == "A")) is None


WRONG = [
    (("", "Savon", 650, 1, "", ""), "Write a reference"),
    (("A", "", 650, 1, "", ""), "name in one language"),
    (("A", "Savon", "", 1, "", ""), "Write a price above zero"),
    (("A", "Savon", 0, 1, "", ""), "Write a price above zero."),
    (("A", "Savon", "six cents", 1, "", ""), "write the amount in dinars"),
    (("A", "Savon", 650, -1, "", ""), "Pieces in stock: write a whole number between 0 and 9999."),
    (("A", "Savon", 650, "1,5", "", ""), "write a whole number"),
    (("A", "S" * 161, 650, 1, "", ""), "Name in French: at most 160 characters."),
    (("#99", "Savon", 650, 1, "", ""), "There is no product #99 in your shop."),
]


@pytest.mark.parametrize(("row", "said"), WRONG)
def test_each_problem_says_at_its_line_how_to_mend_it(app: Flask, row: tuple[object, ...], said: str) -> None:
    shop = workshop()
    sheet_id = look(app, shop.id, sheet_csv([("OK", "Huile", 900, 1, "", ""), row]))
    found = problems(sheet_id)
    assert [each["line"] for each in found] == [3]
    assert said in problem_said(PRODUCTS, found[0])
    assert verdicts(sheet_id) == ["new", "wrong"]


def test_two_lines_that_disagree_or_mean_the_same_choice_are_told(app: Flask) -> None:
    shop = workshop()
    rows = [("A", "Savon", 650, 1, "Petit", ""), ("A", "Huile", 900, 2, "petit", "")]
    sheet_id = look(app, shop.id, sheet_csv(rows))
    said = " ".join(problem_said(PRODUCTS, each) for each in problems(sheet_id))
    assert "line 2 says something else" in said
    assert "Line 2 has the same choice." in said


def test_crafts_and_yes_are_read_in_every_language(app: Flask) -> None:
    shop = workshop()
    headers = ("المرجع", "الاسم بالعربية", "السعر", "الحرفة", "قابل للكسر", "الوزن بالغرام")
    take_in(app, shop.id, sheet_csv([("A", "جرة", "٩٠٠", "الفخار", "نعم", "١٢٠٠")], headers))
    made = product(shop.id, "A")
    assert (made.name_ar, made.craft, made.fragile, made.weight_g, made.price_minor) == (
        "جرة",
        "pottery",
        True,
        1200,
        90_000,
    )
    sheet_id = look(app, shop.id, sheet_csv([("B", "جرة", "900", "Bitcoin", "", "")], headers))
    assert "“Bitcoin” is not in the list" in problem_said(PRODUCTS, problems(sheet_id)[0])


def test_stock_is_as_counted_and_what_sells_between_look_and_yes_is_gone(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, sheet_csv([("A", "Savon", 650, 12, "", "")]))
    sheet_id = look(app, shop.id, sheet_csv([("A", "Savon", 650, 20, "", "")]))
    variant = variants(product(shop.id, "A"))[0]
    with transaction():
        catalogue.move(shop.id, variant.id, -3, reason="sold", by=AMINA)
    with transaction():
        service.confirm(shop.id, sheet_id, by=AMINA)
    run_jobs(app)
    assert variants(product(shop.id, "A"))[0].on_hand == 17


def test_a_choice_is_found_by_its_label_in_any_language_and_new_ones_are_added(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, sheet_csv([("A", "Savon", 650, 5, "100 g", ""), ("A", "", 900, 5, "200 g", "")]))
    headers = ("reference", "choice_fr", "choice_ar", "price", "stock")
    rows = [("A", "200 G", "200 غ", 950, ""), ("A", "500 g", "", 2000, 1)]
    take_in(app, shop.id, sheet_csv(rows, headers))
    made = product(shop.id, "A")
    assert [(v.label_fr, v.label_ar, v.price_minor, v.on_hand) for v in variants(made)] == [
        ("100 g", "", 65_000, 5), ("200 G", "200 غ", 95_000, 5), ("500 g", "", 200_000, 1),
    ]  # fmt: skip
    sheet_id = look(app, shop.id, sheet_csv([("A", "", "", 100, "")], headers))
    assert "Write which one" in problem_said(PRODUCTS, problems(sheet_id)[0])


def test_a_product_without_a_reference_is_found_by_its_own_number(app: Flask) -> None:
    shop, other = workshop(), workshop("Parfums Ismahane")
    take_in(app, shop.id, sheet_csv([(f"#{shop.product.id}", "Savon", 990, "", "", "")]))
    session.rollback()
    assert session.scalar(select(Product.price_minor).where(Product.id == shop.product.id)) == 99_000
    sheet_id = look(app, shop.id, sheet_csv([(f"#{other.product.id}", "Savon", 990, "", "", "")]))
    assert verdicts(sheet_id) == ["wrong"]


def test_the_same_reference_in_two_shops_is_two_products(app: Flask) -> None:
    shop, other = workshop(), workshop("Parfums Ismahane")
    take_in(app, shop.id, sheet_csv([("A", "Savon", 650, 1, "", "")]))
    take_in(app, other.id, sheet_csv([("A", "Parfum", 2000, 1, "", "")]))
    assert (product(shop.id, "A").name_fr, product(other.id, "A").name_fr) == ("Savon", "Parfum")


def test_a_published_product_is_found_under_its_new_words(app: Flask) -> None:
    shop = workshop()
    with transaction():
        search.index(shop.product.id)
    take_in(app, shop.id, sheet_csv([(f"#{shop.product.id}", "Jasmin précieux", "", "", "", "")]))
    assert [card.product_id for card in search.find("jasmin", Filter()).items] == [shop.product.id]


def test_what_the_shop_refuses_in_the_end_stops_no_other_line(app: Flask) -> None:
    shop = workshop()
    own = f"#{shop.product.id}"
    name = shop.product.name_fr
    take_in(app, shop.id, sheet_csv([("A", "A", 650, 1, "", ""), ("C", "C", 650, 1, "", "")]))
    rows = [("A", "A2", 650, 1, "", ""), (own, "Sirop au whisky", 990, 1, "", ""), ("C", "C2", 650, 1, "", "")]
    sheet_id = take_in(app, shop.id, sheet_csv(rows))
    assert verdicts(sheet_id) == ["changed", "wrong", "changed"]
    assert "may not be sold" in problem_said(PRODUCTS, problems(sheet_id)[0])
    assert [product(shop.id, each).name_fr for each in "AC"] == ["A2", "C2"]
    left = session.get_one(Product, shop.product.id)
    assert (left.name_fr, left.price_minor) == (name, shop.product.price_minor)
    assert list(audit.findings()) == []
    changed = session.scalars(select(Entry.subject_id).where(Entry.verb == "product.changed", Entry.actor == "member"))
    assert left.id not in set(changed)


def test_a_choice_of_what_is_on_sale_gets_no_forbidden_word_by_sheet(app: Flask) -> None:
    shop = workshop()
    own, before = f"#{shop.product.id}", shop.variant.label_fr
    headers = ("reference", "choice_fr", "price")
    sheet_id = take_in(app, shop.id, sheet_csv([(own, "Vodka", 990), (own, "Musc", 990)], headers))
    assert verdicts(sheet_id) == ["wrong"]
    session.expire_all()
    assert session.get_one(Variant, shop.variant.id).label_fr == before
    sheet_id = take_in(app, shop.id, sheet_csv([(own, "Remède", 990), (own, "Musc", 990)], headers))
    assert verdicts(sheet_id) == ["changed"]
    assert [each.id for _review, each in forbidden.waiting_reviews()] == [shop.product.id]


def test_a_sheet_without_the_reference_is_refused_at_once(app: Flask) -> None:
    shop = workshop()
    with pytest.raises(Refused, match="Reference"):
        send(app, shop.id, sheet_csv([("Savon", 650)], ("name_fr", "price")))


def test_it_is_confirmed_once_and_never_by_a_stranger(app: Flask) -> None:
    shop, other = workshop(), workshop("Parfums Ismahane")
    sheet_id = look(app, shop.id, sheet_csv([("A", "Savon", 650, 1, "", "")]))
    for verb in (service.confirm, service.drop):
        with pytest.raises(NotFound), transaction():
            verb(other.id, sheet_id, by=AMINA)
    with transaction():
        service.confirm(shop.id, sheet_id, by=AMINA)
    with pytest.raises(InvalidTransition), transaction():
        service.confirm(shop.id, sheet_id, by=AMINA)
    with pytest.raises(InvalidTransition), transaction():
        service.drop(shop.id, sheet_id, by=AMINA)


def test_a_sheet_that_is_set_aside_writes_nothing(app: Flask) -> None:
    shop = workshop()
    before = shape(shop.id)
    sheet_id = send(app, shop.id, sheet_csv([("A", "Savon", 650, 1, "", "")]))
    with transaction():
        service.drop(shop.id, sheet_id, by=AMINA)
    run_jobs(app)
    assert (state(sheet_id), shape(shop.id)) == ("dropped", before)


def test_the_refused_lines_come_back_with_their_reasons_and_can_be_sent_again(app: Flask) -> None:
    shop = workshop()
    rows = [("A", "Savon", 650, 1, "", ""), ("B", "Huile", "cher", 1, "Petit", ""), ("B", "", 900, 1, "Grand", "")]
    sheet_id = take_in(app, shop.id, sheet_csv(rows))
    headers, found = queries.refused_rows(files_of(app), queries.sheet(shop.id, sheet_id))
    lines = list(found)
    assert [line[1:4] for line in lines] == [["B", "Huile", "cher"], ["B", "", "900"]]
    assert all("write the amount in dinars" in line[0] for line in lines)
    mended = sheet_csv([[line[0], "B", line[2], 800, *line[4:]] for line in lines], headers)
    again = take_in(app, shop.id, mended)
    assert verdicts(again) == ["new"]
    assert len(variants(product(shop.id, "B"))) == 2


def test_sheets_are_deleted_after_some_days_and_their_figures_stay(app: Flask) -> None:
    shop = workshop()
    done = take_in(app, shop.id, sheet_csv([("A", "Savon", 650, 1, "", "")]))
    left = look(app, shop.id, sheet_csv([("B", "Savon", 650, 1, "", "")]))
    files_of(app).put("sheets/20200101/abc.jsonl", b"nobody's", "application/jsonl")
    with time_machine.travel(clock.now() + service.KEEP - timedelta(hours=1)):
        service.forget_old(files_of(app), {})
        assert len(list(files_of(app).keys("sheets/"))) == 2
    with time_machine.travel(clock.now() + service.KEEP + timedelta(days=1, hours=2)):
        service.forget_old(files_of(app), {})
    assert list(files_of(app).keys("sheets/")) == []
    assert (state(done), state(left)) == ("done", "dropped")
    assert session.scalar(select(func.count()).select_from(SheetItem)) == 0
    assert session.get_one(Sheet, done).applied == 1


def test_sheets_are_kept_where_nobody_is_shown_them(app: Flask) -> None:
    shop = workshop()
    sheet_id = send(app, shop.id, sheet_csv([("A", "Savon", 650, 1, "", "")]))
    key = queries.sheet(shop.id, sheet_id).key
    assert (files_of(app).root / key).stat().st_mode & 0o077 == 0
    assert (app.test_client().get(f"/media/{key}")).status_code == 404


def test_a_cell_longer_than_any_field_is_said_and_not_cut(app: Flask) -> None:
    shop = workshop()
    content = sheet_csv([("A", "Savon", 650, 1, "", "x" * (reading.MOST_LETTERS + 500))])
    sheet_id = look(app, shop.id, content)
    assert "Description in French: at most 4000 characters." in problem_said(PRODUCTS, problems(sheet_id)[0])


def test_a_new_draft_can_be_published_as_any_other(app: Flask) -> None:
    shop = workshop()
    headers = ("reference", "name_fr", "price", "stock", "craft")
    take_in(app, shop.id, sheet_csv([("A", "Vase rare", 650, 1, "Poterie")], headers))
    made = product(shop.id, "A").id
    with transaction():
        catalogue.add_picture(shop.id, made, "k" * 24, width=900, height=900, by=SYSTEM)
        catalogue.publish(shop.id, made, by=SYSTEM)
    assert [card.product_id for card in search.find("rare", Filter()).items] == [made]
