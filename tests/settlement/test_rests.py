"""The rest of what a carrier left short comes later: by itself or in a list, once, and never more in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from shop import audit
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.payments.models import LedgerEntry
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Entry
from shop.settlement import books, matching, queries, rests
from shop.settlement.models import Remittance, RemittanceRest
from shop.settlement.reading import Line
from shop.settlement.service import Recorded, record_rest
from shop.shipping.models import Shipment
from tests.checkout.cast import AMINA, Workshop, delivered, workshop
from tests.crowd import at_once
from tests.settlement.test_statements import breaches, line, name, receive

pytestmark = pytest.mark.usefixtures("app")
HUNDRED = Money.dinars(100)


def short(shop: Workshop) -> tuple[int, Shipment]:
    """Let the carrier bring 1,000 of 1,100 DA of a parcel."""
    order, box = delivered(shop)
    receive(shop, line(box, 1000), reference=f"VRS-{order.code}")
    paid = payment_of(shop.id, order.id)
    assert paid is not None
    return paid.id, box


def came(shop: Workshop | int, payment_id: int, dinars: int, missing: Money = HUNDRED) -> Recorded:
    with transaction():
        return record_rest(
            shop if isinstance(shop, int) else shop.id,
            payment_id,
            missing=missing,
            received=Money.dinars(dinars),
            received_on=clock.today(),
            by=AMINA,
        )


def standing(account: str) -> int:
    session.rollback()
    return int(session.scalar(select(func.sum(LedgerEntry.minor)).where(LedgerEntry.account == account)) or 0)


def test_the_rest_comes_by_itself_and_nothing_is_missing_any_more() -> None:
    amina = workshop()
    payment_id, _box = short(amina)
    assert (standing("difference"), standing("in_hand")) == (100_00, 1000_00)
    assert [(each.parcels, each.amount) for each in rests.short(amina.id)] == [(1, HUNDRED)]
    made = came(amina, payment_id, 100)
    assert (standing("difference"), standing("in_hand"), rests.short(amina.id)) == (0, 1100_00, [])
    first, later = (queries.remittance(amina.id, each) for each in session.scalars(select(Remittance.id)))
    assert (first.difference, first.rows[0].match, later.rows) == (Money(0), "matched", ())
    assert (later.remittance.id, later.received, later.expected, later.rests[0].received) == (
        made.remittance_id, HUNDRED, HUNDRED, HUNDRED,
    )  # fmt: skip
    assert [(each.missing, each.over) for each in books.paid(amina.id)] == [(Money(0), Money(0))] * 2
    assert books.months(amina.id)[0].left == Money.dinars(1100)
    assert breaches() == []


def test_a_second_tap_changes_nothing(app: Flask) -> None:
    amina = workshop()
    shop_id, (payment_id, _box) = amina.id, short(amina)
    made = came(amina, payment_id, 100)
    assert came(amina, payment_id, 100) == Recorded(made.remittance_id, repeated=True)
    assert at_once(app, *[lambda: came(shop_id, payment_id, 100)] * 4) == []
    assert (standing("in_hand"), session.scalar(select(func.count()).select_from(RemittanceRest))) == (1100_00, 1)
    assert session.scalar(select(func.count()).where(Entry.verb == "payment.rest_came")) == 1


def test_parallel_taps_on_an_open_rest_write_it_once(app: Flask) -> None:
    amina = workshop()
    shop_id, (payment_id, _box) = amina.id, short(amina)
    assert at_once(app, *[lambda: came(shop_id, payment_id, 100)] * 6) == []
    assert (standing("in_hand"), standing("difference")) == (1100_00, 0)
    assert breaches() == []


def test_the_rest_comes_in_parts_and_too_much_is_said() -> None:
    amina = workshop()
    payment_id, _box = short(amina)
    came(amina, payment_id, 60)
    assert rests.line_of(amina.id, payment_id).missing == Money.dinars(40)
    came(amina, payment_id, 70, missing=Money.dinars(40))
    row = queries.remittance(amina.id, rests.line_of(amina.id, payment_id).remittance_id).rows[0]
    assert (row.match, row.difference) == ("over", Money.dinars(30))
    assert (standing("difference"), breaches()) == (-30_00, [])


def test_what_cannot_be_the_rest_is_refused() -> None:
    amina, other = workshop(stock=9), workshop("Atelier Sami")
    payment_id, _box = short(amina)
    order, whole = delivered(amina)
    receive(amina, line(whole, 1100), reference="whole")
    paid = payment_of(amina.id, order.id)
    assert paid is not None
    with pytest.raises(NotFound):
        came(other, payment_id, 100)
    with pytest.raises(InvalidTransition):
        came(amina, paid.id, 100)
    with pytest.raises(InvalidTransition), transaction():
        rests.write(amina.id, 1, [rests.Rest(paid.id, Money(0), HUNDRED, Money(0))], by=AMINA)
    with pytest.raises(Refused):
        came(amina, payment_id, 0)
    with pytest.raises(Refused), transaction():
        record_rest(
            amina.id, payment_id, missing=HUNDRED, received=HUNDRED, by=AMINA,
            received_on=clock.today() + timedelta(days=1),
        )  # fmt: skip
    assert (standing("in_hand"), breaches()) == (2100_00, [])


def test_the_rest_is_matched_within_the_next_list() -> None:
    amina = workshop(stock=9)
    payment_id, box = short(amina)
    _order, fresh = delivered(amina)
    made = receive(amina, line(box, 100), line(fresh, 1100), reference="next")
    view = queries.remittance(amina.id, made.remittance_id)
    assert ([row.match for row in view.rows], [row.received for row in view.rests]) == (["matched"], [HUNDRED])
    assert (view.received, view.expected, view.difference) == (Money.dinars(1200), Money.dinars(1200), Money(0))
    assert rests.line_of(amina.id, payment_id).missing == Money(0)
    again = receive(amina, line(fresh, 1100), Line((name(box),), 100_00, 0, 100_00), reference="other form")
    assert again == Recorded(made.remittance_id, repeated=True)
    assert (standing("in_hand"), breaches()) == (2200_00, [])


@pytest.mark.parametrize(
    ("dinars", "outcome"), [(100, "rest"), (60, "rest"), (130, "rest"), (1000, "again"), (1100, "again"), (0, "again")]
)
def test_the_same_money_told_once_more_is_not_the_rest(dinars: int, outcome: str) -> None:
    amina = workshop()
    _payment_id, box = short(amina)
    found = matching.match(amina.id, [line(box, dinars), line(box, dinars)])
    assert [each.outcome for each in found] == [outcome, "again"]
    if outcome == "rest":
        assert found[0].difference == Money.dinars(dinars - 100)


def test_a_list_of_what_is_paid_out_brings_the_rest_without_another_fee() -> None:
    amina = workshop()
    _payment_id, box = short(amina)
    found = matching.match(amina.id, [Line((name(box),), None, None, 100_00)])
    assert [(each.outcome, each.received, each.fee) for each in found] == [("rest", HUNDRED, Money(0))]


def test_the_audit_holds_rests_against_their_lines_and_the_ledger() -> None:
    amina = workshop()
    payment_id, _box = short(amina)
    came(amina, payment_id, 100)
    for broken, rule in (
        ("UPDATE remittance_lines SET rest_minor = 0", "I4 rest"),
        ("UPDATE remittance_rests SET received_minor = 9900", "I4 came"),
        ("UPDATE remittances SET received_minor = 9900 WHERE expected_minor = 10000", "I4 remittance"),
        ("DELETE FROM remittance_rests", "I4 rest"),
    ):
        session.rollback()
        session.execute(text(broken))
        assert rule in {each.rule for each in audit.findings()}, broken
        session.rollback()
