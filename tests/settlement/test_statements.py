"""A carrier's list: read from any columns and any words, matched by tracking, written once however often it comes."""

from __future__ import annotations

import os
import time
import tracemalloc
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text

from shop import audit
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.payments import ledger
from shop.payments import service as payments
from shop.payments.models import LedgerEntry, Payment
from shop.payments.queries import payment_of
from shop.plumbing.db import Base, session, table_of, transaction
from shop.plumbing.journal import Entry
from shop.settlement import books, drafts, matching, reading
from shop.settlement.models import Remittance, RemittanceLine, RemittanceOther, Statement
from shop.settlement.reading import Line
from shop.settlement.service import Recorded, record_statement
from shop.shipping.contract import StatementLine
from shop.shipping.models import Shipment
from tests.checkout.cast import AMINA, Workshop, delivered, handed_over, workshop
from tests.crowd import at_once

pytestmark = pytest.mark.usefixtures("app")
PARCELS = int(os.environ.get("TEST_PARCELS", "300"))  # 5,000 by hand
BARQ = "Barq Express"


def name(box: Shipment) -> str:
    return box.tracking or box.reference


def line(box: Shipment, collected: int, fee: int = 0) -> Line:
    return Line((name(box),), collected * 100, fee * 100, None)


def receive(shop: Workshop | int, *lines: Line, reference: str = "VRS-1") -> Recorded:
    with transaction():
        return record_statement(
            shop if isinstance(shop, int) else shop.id, carrier_title=BARQ, received_on=clock.today(), lines=lines,
            reference=reference, by=AMINA,
        )  # fmt: skip


def breaches() -> list[str]:
    session.rollback()
    return [f"{each.rule}: {each.what}" for each in audit.findings()]


def counted(table: type[Base]) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("1250", 125_000), ("1 250,50", 125_050), ("1\u202f250 DA", 125_000), ("1.250", 125_000), ("1,250.50", 125_050),
        ("1.250,5", 125_050), ("١٢٥٠ دج", 125_000), ("١٬٢٥٠٫٥٠ د.ج.", 125_050), ("-250", -25_000), ("1250.50", 125_050),
        ("0", 0), ("", None), ("much", None), ("12/11/2026", None), ("1 2 3 DA x", None), ("9" * 30, None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(typed: str, minor: int | None) -> None:
    assert reading.amount(typed) == minor


@pytest.mark.parametrize(
    ("headers", "keys"),
    [
        (["N° suivi", "Client", "Montant", "Frais de livraison", "Net à payer"],
         ["tracking", "", "collected", "fee", "net"]),
        (["التاريخ", "رقم التتبع", "الزبون", "المبلغ", "الرسوم", "الصافي"],
         ["", "tracking", "", "collected", "fee", "net"]),
        (["Amount", "Tracking", "Fee", "Order", "Date de livraison"],
         ["collected", "tracking", "fee", "reference", ""]),
        (["Montant net", "Colis"], ["net", "tracking"]),
        (["Montant", "Montant"], ["collected", ""]),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_their_words_in_three_languages(headers: list[str], keys: list[str]) -> None:
    assert reading.guess(headers) == keys


def test_a_pasted_message_is_read_line_by_line() -> None:
    found = reading.pasted(
        "السلام، دفعة يوم 12/11/2026\n"
        "yal-7X93KQ  Yacine 0550 12 34 56  ٤٬٥٠٠ دج\n"
        "YAL-1B22AA : 2 300,50 DA (frais 400 DA)\n"
        "ECSAB12345 4500 600 3900\n"
        "Total 6 800,50 DA\nMerci"
    )
    assert [(each.names, each.collected, each.fee) for each in reading.lines(found.rows, found.guessed)] == [
        (("yal-7X93KQ",), 450_000, 0), (("YAL-1B22AA",), 230_050, 40_000), (("ECSAB12345",), 450_000, 60_000),
    ]  # fmt: skip


def test_a_pasted_table_is_read_by_its_headers() -> None:
    found = reading.pasted("Montant\tSuivi\n4500\tyal-1\n300\tyal-2\n")
    assert (found.guessed, found.rows, found.sure) == (
        ["collected", "tracking"],
        [["4500", "yal-1"], ["300", "yal-2"]],
        False,
    )


def test_each_line_is_matched_by_tracking_our_reference_or_the_order() -> None:
    amina = workshop(stock=20)
    (_a, exact), (_b, short), (third, _over) = (delivered(amina) for _each in range(3))
    found = matching.match(amina.id, [
        line(exact, 1100, 500), Line((short.reference.lower(),), 100_000, None, None),
        Line((third.code,), 120_000, 0, None),
    ])  # fmt: skip
    assert [(each.outcome, each.received.minor, each.difference.minor) for each in found] == [
        ("matched", 60_000, 0), ("short", 100_000, -10_000), ("over", 120_000, 10_000),
    ]  # fmt: skip


def test_a_list_that_only_says_what_is_paid_out_kept_the_price_of_the_delivery() -> None:
    amina = workshop(stock=20)
    (_a, whole), (_b, less), (_c, short) = (delivered(amina) for _each in range(3))
    nets = [Line((name(box),), None, None, net * 100) for box, net in ((whole, 1100), (less, 600), (short, 550))]
    assert [(m.outcome, m.received.minor, m.fee.minor) for m in matching.match(amina.id, nets)] == [
        ("matched", 110_000, 0), ("matched", 60_000, 50_000), ("short", 55_000, 50_000),
    ]  # fmt: skip


def test_what_settles_nothing_is_told_apart() -> None:
    amina = workshop(stock=20)
    _back, back = handed_over(amina)
    with transaction():
        for word in ("returning", "returned"):
            fulfilment.scan(amina.id, back.id, word, by=AMINA)
    _road, road = handed_over(amina)
    _paid, paid = delivered(amina)
    receive(amina, line(paid, 1100))
    _twice, twice = delivered(amina)
    outcomes = [each.outcome for each in matching.match(amina.id, [
        line(back, 0, 250), line(back, 1100), line(road, 1100), line(paid, 1100), line(twice, 1100), line(twice, 1100),
        Line(("yal-nobody",), 100, None, None), Line((name(twice),), None, None, None),
    ])]  # fmt: skip
    assert outcomes == ["returned", "unexpected", "early", "again", "matched", "again", "unknown", "unread"]


def test_a_list_settles_what_matches_and_keeps_the_rest_in_sight() -> None:
    amina = workshop(stock=20)
    order, back = handed_over(amina)
    with transaction():
        for word in ("returning", "returned"):
            fulfilment.scan(amina.id, back.id, word, by=AMINA)
    paid, box = delivered(amina)
    made = receive(amina, line(box, 1000, 500), line(back, 0, 250), Line(("yal-nobody",), 90_000, None, None))
    payment = payment_of(amina.id, paid.id)
    assert payment is not None
    assert payment.state == "settled"
    others = session.execute(select(RemittanceOther.kind, RemittanceOther.collected_minor, RemittanceOther.fee_minor))
    assert sorted(tuple(row) for row in others) == [("returned", 0, 25_000), ("unknown", 90_000, 0)]
    fees = select(func.sum(LedgerEntry.minor)).where(
        LedgerEntry.account == "return_fees", LedgerEntry.order_id == order.id
    )
    assert session.scalar(fees) == 25_000
    assert session.scalars(select(Shipment.return_minor).where(Shipment.id == back.id)).one() == 25_000
    assert breaches() == []
    again = receive(amina, line(back, 0, 250), line(box, 1000, 500), Line(("yal-nobody",), 90_000, None, None))
    assert again == Recorded(made.remittance_id, repeated=True)


def test_the_same_parcels_in_another_form_change_nothing() -> None:
    amina = workshop(stock=20)
    boxes = [delivered(amina)[1] for _each in range(3)]
    first = receive(amina, *(line(box, 1100, 500) for box in boxes))
    before = (counted(LedgerEntry), counted(RemittanceLine), counted(Entry))
    assert receive(amina, *(line(box, 1100, 500) for box in boxes)) == Recorded(first.remittance_id, repeated=True)
    assert receive(amina, *(line(box, 1100) for box in boxes[:2]), reference="other").repeated
    assert (counted(LedgerEntry), counted(RemittanceLine), counted(Entry)) == before
    assert breaches() == []


def test_a_list_of_nothing_that_is_ours_is_refused() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    _order, box = delivered(ismahane)
    with pytest.raises(Refused) as refused:
        receive(amina, line(box, 1100))
    assert refused.value.field == "lines"
    assert counted(Remittance) == 0


def test_a_carriers_interface_gives_the_same() -> None:
    amina = workshop()
    _order, box = delivered(amina)
    with transaction():
        made = record_statement(
            amina.id, carrier_title=BARQ, received_on=clock.today(), by=AMINA,
            lines=[StatementLine(name(box), Money.dinars(1100), Money.dinars(500))],
        )  # fmt: skip
    assert session.get_one(Remittance, made.remittance_id).received_minor == 60_000


def brought(shop: Workshop, content: bytes | str, *, on: date | None = None) -> int:
    table = reading.pasted(content) if isinstance(content, str) else drafts.from_file(content)
    with transaction():
        return drafts.keep(
            shop.id, table, carrier_title=BARQ, name="list.csv", reference="VRS-9", received_on=on or clock.today(),
            by=AMINA,
        ).id  # fmt: skip


def test_columns_are_said_once_and_remembered_in_any_order() -> None:
    amina = workshop(stock=20)
    (_a, one), (_b, two) = (delivered(amina) for _each in range(2))
    first = brought(amina, f"Client;Suivi;Montant;Frais\nYacine;{name(one)};1 100;500\n".encode())
    found = drafts.statement(amina.id, first)
    assert (found.headers["keys"], found.headers["guessed"]) == ([], ["", "tracking", "collected", "fee"])
    with pytest.raises(InvalidTransition), transaction():
        drafts.write(amina.id, first, reference="", received_on=clock.today(), by=AMINA)
    with pytest.raises(Refused), transaction():
        drafts.say_columns(amina.id, first, ["", "", "collected", "fee"], by=AMINA)
    with transaction():
        drafts.say_columns(amina.id, first, found.headers["guessed"], by=AMINA)
    assert [each.outcome for each in drafts.look(drafts.statement(amina.id, first))] == ["matched"]
    second = brought(amina, f"Frais,Montant,Suivi\n500,1100,{name(two)}\n".encode())
    assert drafts.statement(amina.id, second).headers["keys"] == ["fee", "collected", "tracking"]
    for each, reference in ((first, "V1"), (second, "V2")):
        with transaction():
            assert not drafts.write(amina.id, each, reference=reference, received_on=clock.today(), by=AMINA).repeated
    with transaction():
        assert drafts.write(amina.id, second, reference="V3", received_on=clock.today(), by=AMINA).repeated
    assert drafts.statement(amina.id, second).body == ""
    assert breaches() == []


def test_another_workshops_list_is_not_found_and_a_written_one_is_not_set_aside() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    _order, box = delivered(amina)
    made = brought(amina, f"{name(box)} 1100 DA")
    with pytest.raises(NotFound):
        drafts.statement(ismahane.id, made)
    with transaction():
        drafts.write(amina.id, made, reference="", received_on=clock.today(), by=AMINA)
    with pytest.raises(InvalidTransition), transaction():
        drafts.drop(amina.id, made, by=AMINA)


@pytest.mark.parametrize("content", ["hello", "Total 5 000 DA", "yal-12345"])
def test_text_without_any_parcel_and_amount_is_refused(content: str) -> None:
    amina = workshop()
    with pytest.raises(Refused):
        brought(amina, content)


def test_a_forgotten_list_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    amina = workshop()
    _order, box = delivered(amina)
    brought(amina, f"{name(box)} 1100 DA")
    later = clock.now() + drafts.KEEP + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    brought(amina, f"{name(box)} 1100 DA")
    assert counted(Statement) == 1


def test_two_imports_of_one_list_at_the_same_moment_are_one(application: Flask) -> None:
    with application.app_context():
        amina = workshop(stock=20)
        store_id, lines = amina.id, [line(delivered(amina)[1], 1100, 500) for _each in range(4)]
        session.rollback()
    results: list[Recorded] = []
    raised = at_once(application, *[lambda: results.append(receive(store_id, *lines))] * 4)
    assert raised == []
    assert sorted(each.repeated for each in results) == [False, True, True, True]
    with application.app_context():
        assert (counted(Remittance), counted(RemittanceLine)) == (1, 4)
        assert breaches() == []


def test_a_refund_against_a_remittance_is_one_or_the_other(application: Flask) -> None:
    with application.app_context():
        amina = workshop(stock=20)
        order, box = delivered(amina)
        payment, mine = payment_of(amina.id, order.id), line(box, 1100)
        assert payment is not None
        store_id, payment_id = amina.id, payment.id
        session.rollback()

    def refund() -> None:
        with transaction():
            if not payments.moved(store_id, payment_id, "refunded", by=AMINA):
                raise InvalidTransition
            ledger.refunded(store_id, payment_id, by=AMINA)

    raised = at_once(application, refund, lambda: receive(store_id, mine))
    with application.app_context():
        assert counted(RemittanceLine) == (0 if raised else 1)
        assert session.scalars(select(Payment.state).where(Payment.id == payment_id)).one() == "refunded"
        assert breaches() == []


def many(shop: Workshop, count: int) -> list[Line]:
    """Copy one delivered parcel so often, as the tables have it."""
    order, box = delivered(shop)
    payment = payment_of(shop.id, order.id)
    assert payment is not None
    names = [f"yal-{number:06d}" for number in range(count)]
    with transaction():
        for row, change in ((order, _order), (payment, _payment), (box, _box)):
            table = table_of(type(row))
            plain = {column.key: getattr(row, column.key) for column in table.c}
            session.execute(insert(table), [plain | change(1_000_000 + at, each) for at, each in enumerate(names)])
        entries = (
            session.execute(select(table_of(LedgerEntry)).where(LedgerEntry.order_id == order.id)).mappings().all()
        )
        rows = [
            {key: value for key, value in each.items() if key != "id"}
            | {"movement": each["movement"] // 7 + at, "order_id": 1_000_000 + at,
               "payment_id": each["payment_id"] and 1_000_000 + at}
            for at in range(count) for each in entries
        ]  # fmt: skip
        session.execute(insert(table_of(LedgerEntry)), rows)
        session.execute(text("ANALYZE"))  # as both databases do by themselves in time
    return [Line((each,), 110_000, 50_000, None) for each in names]


def _order(number: int, tracking: str) -> dict[str, Any]:
    return {"id": number, "code": tracking[-6:] + "Z"}


def _payment(number: int, tracking: str) -> dict[str, Any]:
    return {"id": number, "order_id": number, "reference": "P" + tracking}


def _box(number: int, tracking: str) -> dict[str, Any]:
    return {"id": number, "order_id": number, "reference": "H" + tracking, "tracking": tracking}


def test_thousands_of_parcels_are_matched_in_seconds_with_flat_memory() -> None:
    amina = workshop(stock=20)
    lines = many(amina, PARCELS)
    session.rollback()
    tracemalloc.start()
    assert {each.outcome for each in matching.match(amina.id, lines)} == {"matched"}
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    begun = time.perf_counter()
    matching.match(amina.id, lines)
    looked = time.perf_counter() - begun
    begun = time.perf_counter()
    made = receive(amina, *lines)
    written = time.perf_counter() - begun
    print(f"{PARCELS} parcels: looked at in {looked:.2f} s, {most / 1e6:.1f} MB; written in {written:.2f} s")
    assert looked < 1 + PARCELS / 1250
    assert written < 1 + PARCELS / 1000
    assert most < 5_000_000 + 3_000 * PARCELS
    assert session.get_one(Remittance, made.remittance_id).received_minor == 60_000 * PARCELS
    begun = time.perf_counter()
    [month] = books.months(amina.id)
    assert (month.sources[0].orders, month.left.minor) == (PARCELS, 60_000 * PARCELS)
    assert [each.parcels for each in books.paid(amina.id)] == [PARCELS]
    assert len(books.behind(amina.id, "received", source=BARQ, month=clock.today())) == 50
    print(f"the screen: {time.perf_counter() - begun:.3f} s")
    assert counted(RemittanceLine) == PARCELS
    before = counted(LedgerEntry)
    assert receive(amina, *lines).repeated
    assert counted(LedgerEntry) == before
