"""Invoices: numbered without gaps by many hands, frozen, cancelled by credit notes only; what they say adds up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from shop import audit
from shop.catalogue import service as catalogue
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.documents import invoice_queries as queries
from shop.documents import invoices, service
from shop.documents.frozen import thawed
from shop.documents.models import Invoice, InvoiceHead
from shop.documents.register import register_csv
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing import journal
from shop.plumbing.db import session, transaction
from shop.stores import service as stores
from tests.checkout.cast import (
    AMINA,
    YACINE,
    Workshop,
    add_product,
    basket,
    confirmed,
    delivered,
    handed_over,
    labelled,
    ordered,
    place,
    workshop,
)
from tests.checkout.test_hand import sell
from tests.crowd import at_once
from tests.documents.test_companions import texts
from tests.offers.cast import offer
from tests.offers.cast import place as offered

CROWD = 32


def issue(shop: Workshop, order: Order) -> Invoice:
    with transaction():
        return invoices.issue(shop.id, order.id, by=AMINA)


def rules(shop: Workshop, **fields: object) -> None:
    with transaction():
        invoices.set_rules(shop.id, by=AMINA, **fields)


def many_orders(application: Flask, count: int) -> tuple[int, list[int]]:
    with application.app_context():
        shop = workshop(stock=count)
        ids = [confirmed(shop)[0].id for _each in range(count)]
        store_id = shop.id
        session.remove()  # type: ignore[attr-defined]
    return store_id, ids


def test_invoices_issued_by_many_at_once_are_numbered_without_gap_or_double(application: Flask) -> None:
    store_id, ids = many_orders(application, CROWD)
    year = clock.today().year

    def act(order_id: int, *, fails: bool) -> Callable[[], None]:
        def tap() -> None:
            with transaction():
                invoices.issue(store_id, order_id, by=AMINA)
                if fails:
                    raise RuntimeError("the power went")

        return tap

    # every third one fails after its number was drawn, and is tapped again
    taps = [act(each, fails=at % 3 == 0) for at, each in enumerate(ids)]
    raised = at_once(application, *taps)
    assert {str(each) for each in raised} == {"the power went"}
    assert at_once(application, *(act(each, fails=False) for each in ids)) == []
    with application.app_context():
        numbers = list(
            session.scalars(select(Invoice.number).where(Invoice.store_id == store_id, Invoice.year == year))
        )
        assert sorted(numbers) == list(range(1, CROWD + 1))
        assert len(set(session.scalars(select(Invoice.order_id)))) == CROWD
        assert session.scalar(select(InvoiceHead.last)) == CROWD
        assert list(audit.findings()) == []


def test_counting_first_and_writing_after_does_double(application: Flask) -> None:
    """The control: numbers drawn by looking at the highest one. The same crowd must break it."""
    store_id, _ids = many_orders(application, 1)
    drawn: list[int] = []

    def careless() -> None:
        last = session.scalar(
            select(func.coalesce(func.max(InvoiceHead.last), 0)).where(InvoiceHead.store_id == store_id)
        )
        session.rollback()
        time.sleep(0.02)
        drawn.append((last or 0) + 1)
        with transaction():
            session.merge(InvoiceHead(store_id=store_id, kind="invoice", year=2026, last=drawn[-1]))

    assert len(at_once(application, *[careless] * CROWD)) < CROWD
    assert len(set(drawn)) < len(drawn)


def test_one_order_tapped_many_times_at_once_has_one_invoice(application: Flask) -> None:
    store_id, (order_id,) = many_orders(application, 1)

    def tap() -> None:
        with transaction():
            invoices.issue(store_id, order_id, by=AMINA)

    assert at_once(application, *[tap] * 8) == []
    with application.app_context():
        assert session.scalar(select(func.count()).select_from(Invoice)) == 1


def test_each_kind_and_year_counts_by_itself(app: Flask) -> None:
    shop, other = workshop(stock=9), workshop("Atelier Ismahane", stock=9)
    assert issue(shop, confirmed(shop)[0]).code == f"F-{clock.today().year}-0001"
    assert issue(shop, confirmed(shop)[0]).number == 2
    assert issue(other, confirmed(other)[0]).number == 1
    rules(shop, kind="voucher")
    assert issue(shop, confirmed(shop)[0]).code == f"B-{clock.today().year}-0001"
    later, earlier = confirmed(shop)[0], confirmed(shop)[0]
    with clock.standing_at(clock.now().replace(year=clock.now().year + 1)):
        assert issue(shop, later).code == f"B-{clock.today().year}-0001"
    assert issue(shop, earlier).number == 2


def test_the_year_is_that_of_algiers(app: Flask) -> None:
    shop = workshop()
    order = confirmed(shop)[0]
    with clock.standing_at(clock.now().replace(year=2027, month=12, day=31, hour=23, minute=30)):
        assert issue(shop, order).code == "F-2028-0001"


def test_an_invoice_is_issued_once_and_only_for_what_is_sold(app: Flask) -> None:
    shop, other = workshop(stock=9), workshop("Atelier Sami")
    order = confirmed(shop)[0]
    first = issue(shop, order)
    assert issue(shop, order).id == first.id
    with pytest.raises(InvalidTransition):
        issue(shop, ordered(shop))
    with pytest.raises(NotFound), transaction():
        invoices.issue(other.id, order.id, by=AMINA)
    told = [each for each in journal.timeline("order", order.id, store_id=shop.id) if each.verb == "order.invoiced"]
    assert [each.data["number"] for each in told] == [first.code]


def test_what_was_issued_never_changes_whatever_changes_around_it(app: Flask) -> None:
    shop = workshop()
    order = delivered(shop)[0]
    issued = issue(shop, order)
    before = service.invoice_pdf(queries.by_code(shop.id, issued.code))
    assert before == service.invoice_pdf(queries.by_code(shop.id, issued.code))
    with transaction():
        stores.update_profile(shop.id, by=AMINA, name="Autre nom", language="en", legal_name="X", nif="9" * 15)
        catalogue.update_product(shop.id, shop.product.id, by=AMINA, name_fr="Autre chose", name_ar="شيء آخر")
    rules(shop, kind="voucher", charges_vat=True, both_languages=True, stamp=True)
    with clock.standing_at(clock.now().replace(year=clock.now().year + 2)):
        assert service.invoice_pdf(queries.by_code(shop.id, issued.code)) == before


def test_a_content_that_was_tampered_with_is_not_drawn_and_the_audit_names_it(app: Flask) -> None:
    shop = workshop()
    issued = issue(shop, confirmed(shop)[0])
    with pytest.raises(ValueError, match="not as it was issued"):
        thawed({**issued.content, "total": 1}, issued.content_hash)
    dialect = session.get_bind().dialect.name
    with transaction():
        if dialect == "sqlite":
            session.execute(text("DROP TRIGGER invoices_no_update"))
        else:
            session.execute(text("DROP TRIGGER invoices_stays ON invoices"))
        session.execute(update(Invoice).values(content={**issued.content, "total": 1}))
    assert "I9 frozen" in {each.rule for each in audit.findings()}


def test_a_credit_note_cancels_refers_and_lets_a_right_one_be_issued(app: Flask) -> None:
    shop = workshop(stock=9)
    order = confirmed(shop)[0]
    wrong = issue(shop, order)
    with transaction():
        note = invoices.credit(shop.id, order.id, reason="Adresse\u202e fausse", by=AMINA)
    assert (note.kind, note.cancels_id, note.total, note.code) == (
        "credit", wrong.id, wrong.total, f"A-{clock.today().year}-0001",
    )  # fmt: skip
    assert (note.content["cancels"], note.content["reason"]) == (wrong.code, "Adresse fausse")
    with transaction():
        assert invoices.credit(shop.id, order.id, reason="", by=AMINA).id == note.id
    again = issue(shop, order)
    assert (again.turn, again.number) == (2, 2)
    papers = queries.of_order(shop.id, order.id)
    assert queries.live(papers) == again
    crossed, whole = (service.invoice_pdf(queries.by_code(shop.id, each.code)) for each in (wrong, again))
    assert "ANNULÉE" in texts(crossed)[0]
    assert note.code in texts(crossed)[0]
    assert "ANNULÉE" not in texts(whole)[0]
    assert list(audit.findings()) == []


def test_an_order_without_invoice_has_nothing_to_cancel(app: Flask) -> None:
    shop = workshop()
    order = confirmed(shop)[0]
    with pytest.raises(Refused), transaction():
        invoices.credit(shop.id, order.id, reason="", by=AMINA)


def test_the_invoice_of_a_cancelled_order_waits_to_be_cancelled(app: Flask) -> None:
    shop = workshop(stock=9)
    order = labelled(shop)[0]
    issue(shop, order)
    assert queries.to_cancel(shop.id) == []
    with transaction():
        fulfilment.cancel(shop.id, order.id, reason="out_of_stock", by=AMINA)
    assert [code for _paper, code in queries.to_cancel(shop.id)] == [order.code]
    with transaction():
        invoices.credit(shop.id, order.id, reason="", by=AMINA)
    assert queries.to_cancel(shop.id) == []
    with pytest.raises(InvalidTransition):
        issue(shop, order)


def test_a_store_that_wants_it_gets_invoices_at_hand_over(app: Flask) -> None:
    shop = workshop(stock=9)
    _order, parcel = handed_over(shop)
    assert parcel.handover_id is not None
    with transaction():
        assert invoices.issue_when_handed_over(shop.id, parcel.handover_id, by=AMINA) == []
    rules(shop, automatic=True)
    with transaction():
        made = invoices.issue_when_handed_over(shop.id, parcel.handover_id, by=AMINA)
        again = invoices.issue_when_handed_over(shop.id, parcel.handover_id, by=AMINA)
    assert [each.order_id for each in made] == [parcel.order_id]
    assert [each.id for each in again] == [each.id for each in made]


def test_the_paper_says_who_sells_who_buys_how_much_in_figures_and_words(app: Flask) -> None:
    shop = workshop()
    order = delivered(shop, pieces=2)[0]
    content = thawed(issued.content, issued.content_hash) if (issued := issue(shop, order)) else None
    assert content is not None
    assert (content["goods"], content["delivery"]["total"], content["total"]) == (120_000, 50_000, 170_000)
    assert content["words"] == {"fr": "mille sept cents dinars algériens"}
    assert (content["seller"]["nif"], content["seller"]["register_number"]) == ("123456789012345", "15/1234")
    assert content["buyer"]["name"] == "Yacine Haddad"
    assert content["paid_on"] == clock.today().isoformat()
    page = texts(service.invoice_pdf(issued))[0]
    for words in ("Facture", "1 700 DA", "mille sept cents", "15/1234", "En espèces", "12 rue des Oliviers", "IFU"):
        assert words in page, words
    assert "0550" not in page.replace("0550 00 00 01", "")
    discreet = texts(service.invoice_pdf(issued, discreet=True))[0]
    assert "Oliviers" not in discreet
    assert "Oran" in discreet


def test_vat_is_taken_out_of_the_price_by_product_and_store(app: Flask) -> None:
    shop = workshop(price=1090)
    rules(shop, charges_vat=True, vat_rate=19, stamp=True)
    with transaction():
        invoices.set_tax(shop.id, shop.product.id, 9, by=AMINA)
    content = issue(shop, confirmed(shop)[0]).content
    assert content["taxes"] == [{"rate": 9, "net": 100_000, "tax": 9_000}, {"rate": 19, "net": 42_017, "tax": 7_983}]
    assert (content["net"], content["total"], content["stamp"]) == (142_017, 159_000, 1_600)
    with transaction():
        invoices.set_tax(shop.id, shop.product.id, None, by=AMINA)
    assert queries.rates(shop.id, [shop.product.id]) == {}
    with pytest.raises(Refused), transaction():
        invoices.set_tax(shop.id, shop.product.id, 12, by=AMINA)


def test_the_seller_is_frozen_when_the_order_is_placed(app: Flask) -> None:
    shop = workshop()
    placed = place(basket({shop.variant: 1}), details=replace(YACINE, language="fr"))
    order = session.get_one(Order, placed.order_ids[0])
    with transaction():
        stores.update_profile(shop.id, by=AMINA, name="Autre nom", legal_name="Autre", nif="9" * 15)
    page = texts(service.contract_pdf(order))[0]
    assert "123456789012345" in page
    assert "9" * 15 not in page
    assert order.terms_hash in page
    assert "0550 12 34 56" not in page
    assert "Oliviers" in page
    assert "Oliviers" not in texts(service.contract_pdf(order, discreet=True))[0]


def test_rules_are_kept_and_unknown_ones_are_a_mistake(app: Flask) -> None:
    shop = workshop()
    assert queries.rules(shop.id).kind == "invoice"
    rules(shop, kind="voucher", legal_form="SARL")
    rules(shop, stamp=True)
    kept = queries.rules(shop.id)
    assert (kept.kind, kept.legal_form, kept.stamp, kept.vat_rate) == ("voucher", "SARL", True, 19)
    with pytest.raises(ValueError, match="not a rule"):
        rules(shop, colour="red")


def test_a_sale_from_hand_to_hand_has_its_papers_too(app: Flask) -> None:
    shop = workshop(stock=5)
    rules(shop, stamp=True)
    sold = sell(shop)
    order = session.get_one(Order, sold.order_id)
    issued = issue(shop, order)
    assert (issued.total_minor, issued.content["method"], issued.stamp_minor) == (120_000, "cash_in_hand", 1_200)
    (page,) = texts(service.invoice_pdf(issued))
    for words in ("Client de passage", "De la main à la main", "12 DA"):
        assert words.lower() in page.lower(), words
    assert "Transport" not in page
    assert len(texts(service.contract_pdf(session.get_one(Order, sold.order_id)))) == 1
    lines = register_csv(shop.id, clock.today()).decode().splitlines()
    assert len(lines) == 2
    assert "From hand to hand" in lines[1]
    assert list(audit.findings()) == []


def test_what_an_offer_took_off_stands_at_the_rate_of_the_goods_it_was_for(app: Flask) -> None:
    shop = workshop(stock=5, price=1190)
    with transaction():
        product, other = add_product(shop.store, stock=5, price=1090)
    rules(shop, charges_vat=True, vat_rate=19)
    with transaction():
        invoices.set_tax(shop.id, product.id, 9, by=AMINA)
    offer(shop, percent=10, product_ids=frozenset({shop.product.id}))
    placed = offered(basket({shop.variant: 1, other: 1}))
    with transaction():
        fulfilment.confirm(shop.id, placed.order_ids[0], by=AMINA)
    content = issue(shop, session.get_one(Order, placed.order_ids[0])).content
    assert content["discounts"] == [{"rate": 19, "total": -11_900, "net": -10_000}]
    assert {each["rate"]: each["net"] for each in content["taxes"]}[9] == 100_000
    assert sum(each["net"] + each["tax"] for each in content["taxes"]) == content["total"]
    assert content["total"] == 119_000 + 109_000 - 11_900 + content["delivery"]["total"]
