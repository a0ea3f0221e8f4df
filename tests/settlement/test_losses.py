"""What a carrier never brings is given up once, in the ledger too; it comes after all, or is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from shop import audit
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.earnings import queries as earnings
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Entry
from shop.settlement import books, losses, matching, queries, rests
from tests.checkout.cast import AMINA, Workshop, delivered, workshop
from tests.crowd import at_once
from tests.settlement.test_rests import HUNDRED, came, short, standing
from tests.settlement.test_statements import breaches, line, receive

pytestmark = pytest.mark.usefixtures("app")
WHOLE, NOTHING = Money.dinars(1100), Money(0)


def held(shop: Workshop) -> int:
    """Let the carrier keep the 1,100 DA of a parcel."""
    paid = payment_of(shop.id, delivered(shop)[0].id)
    assert paid is not None
    return paid.id


def give_up(shop_id: int, payment_id: int, missing: Money, reason: str = "Barq Express a fermé") -> bool:
    with transaction():
        return losses.give_up(shop_id, payment_id, missing=missing, reason=reason, by=AMINA)


def take_back(shop_id: int, payment_id: int) -> None:
    with transaction():
        losses.take_back(shop_id, payment_id, by=AMINA)


def written(verb: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Entry.verb == verb)) or 0


def test_the_cash_of_a_parcel_is_given_up_and_taken_back() -> None:
    amina = workshop()
    payment_id = held(amina)
    assert give_up(amina.id, payment_id, WHOLE)
    assert (standing("with_carrier"), standing("lost")) == (0, 1100_00)
    assert (queries.money(amina.id).collected.parcels, queries.open_payments(amina.id)) == (0, [])
    assert books.behind(amina.id, "held") == []
    with clock.standing_at(clock.now() + timedelta(days=9)):
        assert books.late(amina.id) == []
    given_up = losses.lost(amina.id)
    assert [(each.lost, each.missing, each.reason) for each in given_up] == [(WHOLE, NOTHING, "Barq Express a fermé")]
    assert losses.sum_of(amina.id) == queries.Sum(WHOLE, 1)
    assert breaches() == []
    take_back(amina.id, payment_id)
    assert (standing("with_carrier"), standing("lost"), losses.lost(amina.id)) == (1100_00, 0, [])
    assert queries.money(amina.id).collected.parcels == 1
    assert breaches() == []
    with pytest.raises(InvalidTransition):
        take_back(amina.id, payment_id)


def test_what_stays_short_is_given_up_and_taken_back() -> None:
    amina = workshop()
    payment_id, _box = short(amina)
    assert give_up(amina.id, payment_id, HUNDRED)
    assert (standing("difference"), standing("lost"), standing("in_hand")) == (0, 100_00, 1000_00)
    view = queries.remittances(amina.id)[0]
    assert (view.missing, view.lost, view.rows[0].match, queries.money(amina.id).difference) == (
        NOTHING, HUNDRED, "matched", NOTHING,
    )  # fmt: skip
    assert (rests.short(amina.id), rests.missing(amina.id), breaches()) == ([], [], [])
    with pytest.raises(InvalidTransition):
        came(amina, payment_id, 100)
    take_back(amina.id, payment_id)
    assert (standing("difference"), standing("lost")) == (100_00, 0)
    assert [each.amount for each in rests.short(amina.id)] == [HUNDRED]
    assert breaches() == []


def test_what_was_given_up_comes_after_all() -> None:
    amina = workshop(stock=9)
    payment_id, box = short(amina)
    order, whole = delivered(amina)
    other = payment_of(amina.id, order.id)
    assert other is not None
    give_up(amina.id, payment_id, HUNDRED)
    give_up(amina.id, other.id, WHOLE)
    assert [each.outcome for each in matching.match(amina.id, [line(box, 100), line(whole, 900)])] == ["rest", "short"]
    receive(amina, line(box, 100), line(whole, 900), reference="after all")
    assert (standing("lost"), standing("in_hand"), standing("difference")) == (0, 2000_00, 200_00)
    assert (losses.lost(amina.id), written("payment.loss_undone")) == ([], 2)
    assert breaches() == []
    with pytest.raises(InvalidTransition):
        take_back(amina.id, payment_id)


def test_it_is_a_loss_of_the_month() -> None:
    amina = workshop(stock=9)
    payment_id, _box = short(amina)
    other = held(amina)
    give_up(amina.id, payment_id, HUNDRED)
    month = clock.today()
    assert sorted((each.difference or NOTHING).minor for each in earnings.month(amina.id, month).orders) == [-100_00, 0]
    give_up(amina.id, other, WHOLE)
    assert sorted((each.difference or NOTHING).minor for each in earnings.month(amina.id, month).orders) == [
        -1100_00, -100_00,
    ]  # fmt: skip


@pytest.mark.parametrize("whole", [True, False])
def test_parallel_taps_give_up_once_and_take_back_once(app: Flask, whole: bool) -> None:
    amina = workshop()
    shop_id, payment_id = amina.id, held(amina) if whole else short(amina)[0]
    amount = WHOLE if whole else HUNDRED
    assert at_once(app, *[lambda: give_up(shop_id, payment_id, amount)] * 6) == []
    assert (standing("lost"), written("payment.lost")) == (amount.minor, 1)
    assert breaches() == []
    refused = at_once(app, *[lambda: take_back(shop_id, payment_id)] * 6)
    assert [type(each) for each in refused] == [InvalidTransition] * 5
    assert (standing("lost"), written("payment.loss_undone")) == (0, 1)
    assert breaches() == []


def test_what_cannot_be_given_up_is_refused() -> None:
    amina, other = workshop(stock=9), workshop("Atelier Sami")
    payment_id, fresh = held(amina), short(amina)[0]
    with pytest.raises(NotFound):
        give_up(other.id, payment_id, WHOLE)
    for wrong in (Money.dinars(900), NOTHING, -WHOLE):
        with pytest.raises(InvalidTransition):
            give_up(amina.id, payment_id, wrong)
    with pytest.raises(Refused):
        give_up(amina.id, payment_id, WHOLE, " ")
    came(amina, fresh, 100)
    with pytest.raises(InvalidTransition):
        give_up(amina.id, fresh, HUNDRED)
    assert (standing("lost"), breaches()) == (0, [])


def test_the_audit_holds_what_is_given_up_against_the_ledger_and_its_remittance() -> None:
    amina = workshop(stock=9)
    payment_id, whole = short(amina)[0], held(amina)
    give_up(amina.id, payment_id, HUNDRED)
    give_up(amina.id, whole, WHOLE)
    for broken, rule in (
        (f"UPDATE payments SET lost_minor = 0, lost_at = NULL WHERE id = {whole}", "I4 ledger"),
        (f"UPDATE payments SET lost_minor = lost_minor - 1 WHERE id = {whole}", "I4 lost"),
        (f"UPDATE payments SET lost_at = NULL WHERE id = {whole}", "I4 lost"),
        ("UPDATE remittance_lines SET lost_minor = 0", "I4 lost"),
        ("UPDATE remittance_lines SET lost_minor = 0", "I4 kept"),
    ):
        session.rollback()
        session.execute(text(broken))
        assert rule in {each.rule for each in audit.findings()}, broken
        session.rollback()
