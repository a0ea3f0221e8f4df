"""The stock on a phone: one choice at a time with its reason, and the count of all shelves."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from shop.catalogue import service as catalogue
from shop.catalogue.models import StockMovement, Variant
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from tests.people import Person
from tests.studio.conftest import Shop
from tests.studio.day import Day, a_day
from tests.studio.test_products import SOAP, only_variant


def stocked(amina: Person, shop: Shop, application: Flask, pieces: str = "12") -> Variant:
    amina.post(f"{shop.url}/products/new", SOAP | {"stock": pieces})
    return only_variant(application)


def movements(application: Flask) -> list[tuple[str, int, str, str]]:
    with application.app_context():
        rows = session.scalars(select(StockMovement).order_by(StockMovement.id))
        return [(row.reason, row.delta, row.note, row.by_name) for row in rows]


def test_pieces_go_with_a_reason_and_a_note(application: Flask, shop: Shop, helper: Person) -> None:
    variant = stocked(helper, shop, application)
    url = f"{shop.url}/stock/{variant.id}"
    assert "12 pieces now" in helper.get(url).text
    fields = {"seen": "12", "pieces": "٩", "reason": "broken", "note": "tombé"}
    answer = helper.post(url, fields)
    assert answer.status_code == 303
    page = helper.get(answer.location).text
    assert "9 pieces now" in page
    assert "tombé" in page
    assert "Lila Benali" in page
    assert movements(application)[-1] == ("broken", -3, "tombé", "Lila Benali")


def test_pieces_sold_meanwhile_are_gone_all_the_same(application: Flask) -> None:
    day: Day = a_day(application)
    with application.app_context():
        variant = session.scalars(select(Variant).where(Variant.store_id == day.store_id)).first()
        assert variant is not None
        variant_id, before = variant.id, variant.on_hand
    code = day.ordered()
    fields = {"seen": str(before), "pieces": str(before + 4), "reason": "made"}
    assert day.amina.post(f"{day.url}/stock/{variant_id}", fields).status_code == 303
    with application.app_context():
        now = session.scalar(select(Variant.on_hand).where(Variant.id == variant_id))
        sold = session.scalars(select(StockMovement.delta).where(StockMovement.reason == "sold")).all()
    assert now == before + 4 + sum(sold)
    assert code in day.page(f"/stock/{variant_id}")  # the order that took a piece is one tap away


def test_without_a_reason_nothing_is_written_and_the_figure_stays(
    application: Flask, shop: Shop, amina: Person
) -> None:
    variant = stocked(amina, shop, application)
    answer = amina.post(f"{shop.url}/stock/{variant.id}", {"seen": "12", "pieces": "10", "note": "cadeau"})
    assert answer.status_code == 422
    assert "Say why the stock changes." in answer.text
    assert 'value="10"' in answer.text
    assert 'value="cadeau"' in answer.text
    assert 'name="seen" value="12"' in answer.text
    assert len(movements(application)) == 1


def test_a_reason_that_goes_the_other_way_is_said_in_words(application: Flask, shop: Shop, amina: Person) -> None:
    variant = stocked(amina, shop, application)
    answer = amina.post(f"{shop.url}/stock/{variant.id}", {"seen": "12", "pieces": "10", "reason": "made"})
    assert answer.status_code == 422
    assert "make the figure higher" in answer.text
    assert 'href="#reason"' in answer.text


def test_without_javascript_a_step_changes_only_the_figure(application: Flask, shop: Shop, amina: Person) -> None:
    variant = stocked(amina, shop, application)
    fields = {"seen": "12", "pieces": "12", "reason": "gift", "note": "pour Nadia", "step": "-1"}
    page = amina.post(f"{shop.url}/stock/{variant.id}", fields)
    assert page.status_code == 200
    assert re.search(r'name="pieces" value="11"', page.text)
    assert re.search(r'value="gift" checked', page.text)
    assert 'value="pour Nadia"' in page.text
    assert only_variant(application).on_hand == 12


def test_more_than_are_left_is_a_conflict_in_words(application: Flask, shop: Shop, amina: Person) -> None:
    variant = stocked(amina, shop, application, "3")
    with application.app_context(), transaction():
        catalogue.move(shop.store_id, variant.id, -3, reason="gift", by=SYSTEM)
    answer = amina.post(f"{shop.url}/stock/{variant.id}", {"seen": "3", "pieces": "1", "reason": "broken"})
    assert answer.status_code == 409
    assert "Pieces were sold meanwhile" in answer.text
    assert only_variant(application).on_hand == 0


def test_she_chooses_when_to_be_told(application: Flask, shop: Shop, amina: Person) -> None:
    variant = stocked(amina, shop, application)
    url = f"{shop.url}/stock/{variant.id}"
    assert amina.post(f"{url}/notice", {"below": "20"}).status_code == 303
    assert "Few left" in amina.get(url).text
    answer = amina.post(f"{url}/notice", {"below": "many"})
    assert answer.status_code == 422
    assert 'value="many"' in answer.text


def test_today_says_of_how_many_products_few_pieces_are_left(application: Flask) -> None:
    day: Day = a_day(application)
    with application.app_context(), transaction():
        variant = session.scalars(select(Variant).where(Variant.store_id == day.store_id)).first()
        assert variant is not None
        catalogue.tell_below(day.store_id, variant.id, 900, by=SYSTEM)
    assert "Few pieces are left of 1 product" in day.amina.get(f"{day.url}/").text
    assert f"seen-{variant.id}" in day.amina.get(f"{day.url}/stock", few="1").text


def test_differences_are_shown_before_they_are_booked_together(application: Flask, shop: Shop, amina: Person) -> None:
    ids = several(application, shop, amina)
    typed = {"shelf": ids, **{f"seen-{n}": "12" for n in ids}, f"s{ids[0]}-found": "10", f"s{ids[1]}-found": "15"}
    page = amina.post(f"{shop.url}/stock", typed | {"action": "look"})
    assert page.status_code == 200
    assert "Book all 2 differences" in page.text
    assert f"seen-{ids[2]}" not in page.text
    assert figures(application) == [12, 12, 12]
    assert amina.post(f"{shop.url}/stock", typed | {"action": "book"}).status_code == 303
    assert figures(application) == [10, 15, 12]


def test_one_difference_is_booked_and_the_others_stay_to_be_looked_at(
    application: Flask, shop: Shop, amina: Person
) -> None:
    ids = several(application, shop, amina)
    typed = {"shelf": ids, **{f"seen-{n}": "12" for n in ids}, f"s{ids[0]}-found": "10", f"s{ids[1]}-found": "15"}
    page = amina.post(f"{shop.url}/stock", typed | {"one": str(ids[1])})
    assert "1 difference is booked." in page.text
    assert "Book the difference" in page.text
    assert figures(application) == [12, 15, 12]


def test_what_is_sold_while_she_counts_is_respected(application: Flask, shop: Shop, amina: Person) -> None:
    ids = several(application, shop, amina)
    with application.app_context(), transaction():
        catalogue.move(shop.store_id, ids[0], -2, reason="sold", by=SYSTEM)
    typed = {"shelf": ids, **{f"seen-{n}": "12" for n in ids}, f"s{ids[0]}-found": "11", "action": "book"}
    amina.post(f"{shop.url}/stock", typed)
    assert figures(application)[0] == 9


def test_a_figure_that_cannot_be_read_keeps_the_others(application: Flask, shop: Shop, amina: Person) -> None:
    ids = several(application, shop, amina)
    typed = {"shelf": ids, **{f"seen-{n}": "12" for n in ids}, f"s{ids[0]}-found": "dix", f"s{ids[1]}-found": "7"}
    answer = amina.post(f"{shop.url}/stock", typed | {"action": "book"})
    assert answer.status_code == 422
    assert f'href="#s{ids[0]}-found"' in answer.text
    assert 'value="dix"' in answer.text
    assert 'value="7"' in answer.text
    assert figures(application) == [12, 12, 12]


def test_nothing_typed_is_no_difference(application: Flask, shop: Shop, amina: Person) -> None:
    ids = several(application, shop, amina)
    page = amina.post(f"{shop.url}/stock", {"shelf": ids, **{f"seen-{n}": "12" for n in ids}, "action": "book"})
    assert "No difference" in page.text


def several(application: Flask, shop: Shop, amina: Person) -> list[int]:
    for name in ("Savon", "Savon noir", "Savon doux"):
        amina.post(f"{shop.url}/products/new", SOAP | {"name": name})
    with application.app_context():
        return list(session.scalars(select(Variant.id).order_by(Variant.id)))


def figures(application: Flask) -> list[int]:
    with application.app_context():
        return list(session.scalars(select(Variant.on_hand).order_by(Variant.id)))


def test_the_quick_form_takes_back_no_piece_that_was_sold_since_it_was_opened(
    application: Flask, shop: Shop, amina: Person
) -> None:
    variant = stocked(amina, shop, application)
    page = amina.get(f"{shop.url}/products").text
    assert f'name="p{variant.product_id}-seen" value="12"' in page
    with application.app_context(), transaction():
        catalogue.move(shop.store_id, variant.id, -2, reason="sold", by=SYSTEM)
    prefix = f"p{variant.product_id}-"
    fields = {f"{prefix}price": "700", f"{prefix}on_hand": "12", f"{prefix}seen": "12"}
    amina.post(f"{shop.url}/products/{variant.product_id}/price-and-stock", fields)
    now = only_variant(application)
    assert (now.price_minor, now.on_hand) == (70_000, 10)


def test_the_page_of_the_choices_takes_back_no_sold_piece_either(application: Flask, shop: Shop, amina: Person) -> None:
    variant = stocked(amina, shop, application)
    url = f"{shop.url}/products/{variant.product_id}/variants"
    assert 'name="v0-seen" value="12"' in amina.get(url).text
    with application.app_context(), transaction():
        catalogue.move(shop.store_id, variant.id, -2, reason="sold", by=SYSTEM)
    amina.post(url, {"v0-id": str(variant.id), "v0-price": "700", "v0-on_hand": "15", "v0-seen": "12"})
    assert only_variant(application).on_hand == 13


def test_a_form_that_a_queue_sends_again_moves_the_stock_once(application: Flask, shop: Shop, amina: Person) -> None:
    variant = stocked(amina, shop, application)
    fields = {"seen": "12", "pieces": "9", "reason": "gift", "once": "k" * 32}
    for _time in range(3):
        assert amina.post(f"{shop.url}/stock/{variant.id}", fields).status_code == 303
    assert only_variant(application).on_hand == 9
