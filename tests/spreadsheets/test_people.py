"""Customers and sales of before by sheet: told on the customer's page, counted nowhere; sent twice, the same."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop import audit
from shop.catalogue.models import StockMovement
from shop.customers import queries as customers
from shop.customers import service as people
from shop.customers.models import Contact, PastOrder
from shop.orders.models import Order
from shop.plumbing.db import after_commit, session, transaction
from shop.plumbing.i18n import speaking
from shop.plumbing.journal import Entry
from shop.spreadsheets import columns, exports, queries, reading, service, writing
from shop.spreadsheets.columns import CUSTOMERS, PAST
from shop.spreadsheets.kept import opened
from shop.spreadsheets.models import Sheet
from shop.spreadsheets.words import change_said, problem_said
from tests.checkout.cast import AMINA as HER
from tests.checkout.cast import Workshop, ordered, workshop
from tests.spreadsheets.sheets import AMINA, files_of, problems, run_jobs, sheet_csv, state, verdicts

PEOPLE = ("Nom", "Téléphone", "Wilaya", "Note")
SALES = ("Référence", "Jour", "Nom", "Téléphone", "Wilaya", "Ce qui a été vendu", "Montant en dinars", "Pris ou refusé")
SALE = ("2025-1", "14/10/2025", "Sami Kaci", "0661 22 33 44", "Oran", "2 savons", 1300, "Remise et payée")


def look(app: Flask, store_id: int, topic: str, content: bytes) -> int:
    """Receive a sheet about a topic and have it looked at."""
    table = reading.read(content, topic)
    key = service.new_key()
    files_of(app).put(key, table.body, "application/jsonl")
    with transaction():
        sheet_id = service.receive(store_id, table, key=key, name="clients.csv", by=AMINA).id
    run_jobs(app)
    return sheet_id


def take_in(app: Flask, store_id: int, topic: str, content: bytes) -> int:
    """Have a sheet written."""
    sheet_id = look(app, store_id, topic, content)
    with transaction():
        service.confirm(store_id, sheet_id, by=AMINA)
    run_jobs(app)
    session.rollback()
    return sheet_id


def contacts(store_id: int) -> list[tuple[str, ...]]:
    session.rollback()
    rows = select(Contact.phone, Contact.name, Contact.wilaya_code, Contact.note).where(Contact.store_id == store_id)
    return [tuple(row) for row in session.execute(rows.order_by(Contact.id))]


def said(topic: str, sheet_id: int) -> list[str]:
    return [problem_said(topic, each) for each in problems(sheet_id)]


def test_customers_come_in_once_whatever_their_phone_is_written_like(app: Flask) -> None:
    shop = workshop()
    rows = [("Sami Kaci", "0661223344", "31", "Le soir"), ("", "+213 661 22 33 44", "", ""),
            ("لامية", "٠٥٥١٠٠٢٢٣٣", "الجزائر", "")]  # fmt: skip
    content = sheet_csv(rows, PEOPLE)
    assert verdicts(take_in(app, shop.id, CUSTOMERS, content)) == ["new", "new"]
    expected = [("+213661223344", "Sami Kaci", "31", "Le soir"), ("+213551002233", "لامية", "16", "")]
    assert contacts(shop.id) == expected
    assert verdicts(take_in(app, shop.id, CUSTOMERS, content)) == ["same", "same"]
    assert contacts(shop.id) == expected
    told = session.scalars(select(Entry).where(Entry.verb == "customers.brought")).one()
    assert (told.data, told.actor_name) == ({"count": 2}, "Amina")
    assert list(audit.findings()) == []


def test_what_changes_of_a_customer_is_told_and_a_dash_empties_it(app: Flask) -> None:
    shop = workshop()
    take_in(app, shop.id, CUSTOMERS, sheet_csv([("Sami", "0661223344", "31", "Le soir")], PEOPLE))
    sheet_id = take_in(app, shop.id, CUSTOMERS, sheet_csv([("Sami Kaci", "0661223344", "", "-")], PEOPLE))
    (item,) = queries.items(shop.id, sheet_id)
    assert [change_said(CUSTOMERS, each) for each in item.told["changes"]] == [
        "Name: Sami, then Sami Kaci", "Note: Le soir, then nothing",
    ]  # fmt: skip
    assert contacts(shop.id) == [("+213661223344", "Sami Kaci", "31", "")]


@pytest.mark.parametrize(
    ("row", "words"),
    [(("Sami", "", "", ""), "Write the phone"), (("Sami", "12", "", ""), "Phone: write the number with its 10 digits"),
     (("", "0661223344", "", ""), "Write the name of this customer."),
     (("Sami", "0661223344", "Atlantide", ""), "Wilaya: “Atlantide” is no wilaya."),
     (("S" * 121, "0661223344", "", ""), "Name: at most 120 characters.")],
)  # fmt: skip
def test_what_is_wrong_with_a_customer_is_told_at_the_line(app: Flask, row: tuple[str, ...], words: str) -> None:
    shop = workshop()
    sheet_id = look(app, shop.id, CUSTOMERS, sheet_csv([("Lamia", "0551002233", "", ""), row], PEOPLE))
    assert [each["line"] for each in problems(sheet_id)] == [3]
    assert words in said(CUSTOMERS, sheet_id)[0]


def test_sales_of_before_come_in_and_count_nowhere(app: Flask) -> None:
    shop = workshop()
    before = figures(shop)
    content = sheet_csv([SALE, ("2025-2", "02/11/2025", "", "0661223344", "", "1 coffret", 2500, "refused")], SALES)
    assert verdicts(take_in(app, shop.id, PAST, content)) == ["new", "new"]
    assert figures(shop) == before
    assert contacts(shop.id) == [("+213661223344", "Sami Kaci", "31", "")]
    (contact,) = customers.past_customers(shop.id)
    found = customers.past_customer(shop.id, contact.id)
    assert [(each.reference, each.day, each.what, each.amount_minor, each.outcome) for each in found.past] == [
        ("2025-2", date(2025, 11, 2), "1 coffret", 250_000, "refused"),
        ("2025-1", date(2025, 10, 14), "2 savons", 130_000, "taken"),
    ]
    assert (found.taken, found.refused, found.paid.minor, found.orders) == (0, 0, 0, ())
    assert verdicts(take_in(app, shop.id, PAST, content)) == ["same", "same"]
    assert session.scalar(select(func.count()).select_from(PastOrder)) == 2


def figures(shop: Workshop) -> list[object]:
    """What a sale of before must not move."""
    session.rollback()
    return [
        shop.on_hand(),
        *(session.scalar(select(func.count()).select_from(each)) for each in (Order, StockMovement)),
    ]


def test_a_sale_that_changes_keeps_its_place_and_another_shops_is_another(app: Flask) -> None:
    shop, other = workshop(), workshop("Parfums Ismahane")
    for each in (shop, other):
        take_in(app, each.id, PAST, sheet_csv([SALE], SALES))
    sheet_id = take_in(app, shop.id, PAST, sheet_csv([("2025-1", 1400)], ("Référence", "Montant en dinars")))
    (item,) = queries.items(shop.id, sheet_id)
    told = [change_said(PAST, each).replace("\u00a0", " ") for each in item.told["changes"]]
    assert told == ["Amount in dinars: 1 300 DA, then 1 400 DA"]
    amounts = select(PastOrder.store_id, PastOrder.amount_minor).order_by(PastOrder.store_id)
    assert [tuple(row) for row in session.execute(amounts)] == [(shop.id, 140_000), (other.id, 130_000)]
    assert customers.past_customers(other.id)[0].phone == "+213661223344"


def test_what_is_missing_of_a_new_sale_is_told(app: Flask) -> None:
    shop = workshop()
    sheet_id = look(
        app, shop.id, PAST, sheet_csv([("1", "demain", "", "", "", "", "", "peut-être"), ("", *SALE[1:])], SALES)
    )
    assert said(PAST, sheet_id) == [
        "Day: write the day as 25/11/2026.",
        "Taken or refused: “peut-être” is not in the list. Copy a name from the template.",
        "Phone: this is missing on a line about a sale that is new.",
        "What was sold: this is missing on a line about a sale that is new.",
        "Amount in dinars: this is missing on a line about a sale that is new.",
        "Write a reference: a code of your own that names this sale, on this line and next time.",
    ]


@pytest.mark.parametrize("kind", [writing.CSV, writing.XLSX])
@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_lists_that_went_out_change_nothing_when_they_come_back(app: Flask, kind: str, lang: str) -> None:
    shop = workshop()
    ordered(shop)
    take_in(app, shop.id, CUSTOMERS, sheet_csv([("=Sami", "0661223344", "31", "Le soir")], PEOPLE))
    take_in(app, shop.id, PAST, sheet_csv([SALE], SALES))
    lists = ((CUSTOMERS, exports.CUSTOMERS, exports.customer_rows), (PAST, columns.SALE, exports.sale_rows),
             (PAST, exports.ORDERS, exports.order_rows))  # fmt: skip
    for topic, listed, rows in lists:
        with speaking(lang):
            content = b"".join(writing.written(kind, listed, rows(shop.id)))
        sheet_id = look(app, shop.id, topic, content)
        assert set(verdicts(sheet_id)) == {"same"}, said(topic, sheet_id)


@pytest.mark.parametrize("topic", [CUSTOMERS, PAST])
@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_the_templates_can_be_sent_back_as_they_are(app: Flask, topic: str, lang: str) -> None:
    shop = workshop()
    with speaking(lang):
        listed = exports.template_columns(topic, "soap")
        content = b"".join(writing.written(writing.XLSX, listed, exports.template_rows(topic, "soap")))
    assert set(verdicts(look(app, shop.id, topic, content))) == {"new"}


def test_who_orders_here_keeps_the_name_of_the_order_and_sees_what_was_before(app: Flask) -> None:
    shop = workshop()
    placed = ordered(shop)
    phone = placed.phone
    take_in(app, shop.id, PAST, sheet_csv([("1", "1/2/2025", "Y.", phone, "", "1 savon", 600, "")], SALES))
    found = customers.customer(shop.id, placed.code)
    assert found.name == placed.buyer_name
    assert [each.what for each in found.past] == ["1 savon"]


def test_somebody_of_before_is_handed_out_and_forgotten_on_request(app: Flask) -> None:
    shop, other = workshop(), workshop("Parfums Ismahane")
    for each in (shop, other):
        take_in(app, each.id, CUSTOMERS, sheet_csv([("Sami", "0661223344", "31", "Le soir")], PEOPLE))
        take_in(app, each.id, PAST, sheet_csv([SALE], SALES))
    (contact,) = customers.past_customers(shop.id)
    told = customers.everything(shop.id, customers.past_customer(shop.id, contact.id))["before"]
    assert (told["name"], told["note"], told["sales"][0]["amount"]) == ("Sami", "Le soir", "1300.00")
    with transaction():
        erased = people.erase(shop.id, contact.phone, by=HER)
    assert (erased.orders, erased.waiting) == (0, 0)
    assert contacts(shop.id) == []
    assert session.scalars(select(PastOrder.store_id)).all() == [other.id]
    entry = session.scalars(select(Entry).where(Entry.verb == "customer.erased")).one()
    assert (entry.subject, entry.subject_id) == ("store", shop.id)
    assert "661" not in str(entry.data)


def test_a_sheet_that_stopped_after_a_piece_goes_on_where_it_stood(app: Flask) -> None:
    shop = workshop()
    rows = [(f"Client {n}", f"0661{n:06}", "31", "") for n in range(450)]
    sheet_id = look(app, shop.id, CUSTOMERS, sheet_csv(rows, PEOPLE))
    with transaction():
        service.confirm(shop.id, sheet_id, by=AMINA)

    class Killed(BaseException):
        """What no job runner catches."""

    def stop() -> None:
        raise Killed

    with pytest.raises(Killed), transaction():
        write_a_piece(app, sheet_id)
        after_commit(stop)
    assert len(contacts(shop.id)) == service.LINES_AT_ONCE
    run_jobs(app)
    assert [row[0] for row in sorted(contacts(shop.id))] == [f"+213661{n:06}" for n in range(450)]
    assert (state(sheet_id), session.get_one(Sheet, sheet_id).applied) == ("done", 450)
    told = session.scalars(select(Entry).where(Entry.verb == "customers.brought"))
    assert sum(each.data["count"] for each in told) == 450


def write_a_piece(app: Flask, sheet_id: int) -> None:
    """Write the next piece of a sheet, inside the current transaction."""
    with files_of(app).open(session.get_one(Sheet, sheet_id).key) as file:
        assert service._apply_some(sheet_id, opened(file, CUSTOMERS), last=False)
