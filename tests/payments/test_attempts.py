"""Attempts: begun once, asked about until their outcome is known; money that comes is never lost and never silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from shop.audit import findings
from shop.checkout import paying
from shop.core import clock
from shop.core.errors import Forged, InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.fulfilment import unpaid
from shop.orders.models import Order
from shop.payments import attempts, inbox, incidents, proofs
from shop.payments.models import Payment, PaymentNotice
from shop.plumbing import jobs
from shop.plumbing.db import session, transaction
from shop.settlement import books, queries
from shop.shipping.queries import live_shipment
from tests.checkout.cast import AMINA, Workshop, workshop
from tests.payments.till import CCP, OUTSIDE, Bank, all_of, card_method, notice, of, takes, waiting

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def bank() -> Iterator[Bank]:
    with card_method() as found:
        yield found


@pytest.fixture
def amina(bank: Bank) -> Workshop:
    shop = workshop()
    takes(shop, "card", {"password": "open sesame"})
    return shop


def begin(payment: Payment) -> str:
    return attempts.start(payment.id, OUTSIDE, language="fr", return_url="https://hirfa.example/t").redirect


def kinds(shop: Workshop) -> list[str]:
    session.rollback()
    return [each.incident.kind for each in incidents.open_incidents(shop.id)]


def later(minutes: int) -> None:
    """Let the job that comes round run, so many minutes from now."""
    with clock.standing_at(clock.now() + timedelta(minutes=minutes)):
        unpaid.reconcile(OUTSIDE, {})


def test_a_payment_is_begun_once_and_leads_on(bank: Bank, amina: Workshop) -> None:
    _order, payment = waiting(amina, "card")
    assert begin(payment) == begin(payment) == f"https://bank.example/{payment.reference}"
    assert bank.begun == 1
    assert of(payment.order_id)[1].external == f"ext-{payment.reference}"


def test_nobody_is_asked_inside_a_transaction(amina: Workshop) -> None:
    _order, payment = waiting(amina, "card")
    with pytest.raises(RuntimeError), transaction():
        begin(payment)


def test_an_answer_that_is_lost_is_found_again_and_begins_nothing_anew(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    bank.cut = True
    assert begin(payment) == ""
    assert of(order.id)[1].state == "pending"
    bank.cut = False
    bank.pay(payment)
    later(3)
    assert (of(order.id)[1].state, bank.begun) == ("collected", 1)


def test_what_stays_unknown_becomes_an_incident_that_the_money_closes(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    bank.silent = True
    later(2)
    assert kinds(amina) == []
    later(12)
    assert kinds(amina) == ["unknown"]
    bank.silent = False
    bank.pay(payment)
    later(30)
    assert (of(order.id)[1].state, kinds(amina)) == ("collected", [])


def test_an_order_is_confirmed_once_it_is_paid(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    with pytest.raises(Refused), transaction():
        fulfilment.confirm(amina.id, order.id, by=AMINA)
    bank.pay(payment)
    assert attempts.look(payment.id, OUTSIDE) == "collected"
    with transaction():
        fulfilment.confirm(amina.id, order.id, by=AMINA)
    assert of(order.id)[0].state == "confirmed"


def test_what_is_not_paid_in_time_is_given_up_and_its_pieces_are_free(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card", pieces=2)
    begin(payment)
    assert amina.on_hand() == 3
    later(59)
    assert of(order.id)[0].state == "placed"
    later(61)
    order, payment = of(order.id)
    assert (order.state, order.cancel_reason, payment.state, amina.on_hand()) == ("cancelled", "unpaid", "cancelled", 5)
    assert bank.known[payment.reference].state == "cancelled", "nobody can pay there any more"


def test_who_leaves_the_page_of_a_card_may_try_again(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    bank.known[payment.reference] = replace(bank.known[payment.reference], state="cancelled")
    attempts.look(payment.id, OUTSIDE)
    order, payment = of(order.id)
    assert (order.state, payment.state, payment.waits) == ("placed", "failed", True)
    with transaction():
        again = paying.pay_otherwise(order.code, order.code, "card", language="fr")
    first, second = all_of(order)
    assert (first.state, second.id, again.given_up) == ("cancelled", again.payment_id, (first.id,))
    begin(second)
    bank.pay(second)
    attempts.look(second.id, OUTSIDE)
    assert (bank.begun, of(order.id)[1].state, incidents.standing(amina.id, order.id).missing) == (
        2, "collected", Money(0),
    )  # fmt: skip
    assert list(findings()) == []


def test_cash_can_be_chosen_after_all_and_the_courier_is_told(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    with transaction():
        again = paying.pay_otherwise(order.code, order.code, "cash_on_delivery", language="fr")
    parcel = live_shipment(amina.id, order.id)
    assert parcel is not None
    assert (parcel.collect, again.given_up) == (order.total, (payment.id,))
    for method in ("gold", "transfer"):
        with pytest.raises(InvalidTransition), transaction():
            paying.pay_otherwise(order.code, order.code, method, language="fr")
    assert list(findings()) == []


def test_who_paid_in_the_last_moment_keeps_her_order(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    bank.pay(payment)
    later(61)
    order, payment = of(order.id)
    assert (order.state, payment.state) == ("placed", "collected")


def test_money_that_comes_after_all_is_written_down_and_to_be_given_back(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    with transaction():
        fulfilment.cancel_unpaid(amina.id, order.id, by=AMINA)
    bank.pay(payment)
    attempts.look(payment.id, OUTSIDE)
    order, payment = of(order.id)
    assert (order.state, payment.state, payment.collected_minor) == ("cancelled", "collected", payment.amount_minor)
    assert kinds(amina) == ["late"]


def test_a_paid_order_that_is_cancelled_says_that_money_goes_back(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    bank.pay(payment)
    attempts.look(payment.id, OUTSIDE)
    with transaction():
        fulfilment.cancel(amina.id, order.id, "out_of_stock", by=AMINA)
    assert kinds(amina) == ["back"]
    [trouble] = incidents.open_incidents(amina.id)
    assert trouble.amount == order.total


def test_too_much_is_said_and_too_little_is_asked_for(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    bank.pay(payment, order.total + Money.dinars(100))
    attempts.look(payment.id, OUTSIDE)
    assert kinds(amina) == ["over"]
    assert incidents.open_incidents(amina.id)[0].amount == Money.dinars(100)

    order, payment = waiting(amina, "card")
    begin(payment)
    bank.pay(payment, Money.dinars(300))
    attempts.look(payment.id, OUTSIDE)
    first, rest = all_of(order)
    assert (first.collected_minor, rest.amount, rest.waits) == (30_000, order.total - Money.dinars(300), True)
    begin(rest)
    bank.pay(rest)
    attempts.look(rest.id, OUTSIDE)
    assert incidents.standing(amina.id, order.id).missing == Money(0)
    assert kinds(amina) == ["over"], "that of the order before; the one in two parts is paid"


def test_money_in_another_currency_moves_nothing(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    bank.pay(payment, Money(110_000, "EUR"))
    attempts.look(payment.id, OUTSIDE)
    assert (of(order.id)[1].state, kinds(amina)) == ("pending", ["currency"])


def test_a_notice_is_a_hint_kept_once_and_only_the_bank_is_believed(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    with pytest.raises(Forged):
        inbox.receive(amina.id, "card", notice(payment.reference, signature="wrong"), OUTSIDE)
    assert inbox.receive(amina.id, "card", notice(payment.reference), OUTSIDE) == 1
    assert inbox.receive(amina.id, "card", notice(payment.reference), OUTSIDE) == 0
    run_notices()
    assert of(order.id)[1].state == "pending", "the notice says nothing that the bank does not"
    bank.pay(payment)
    inbox.receive(amina.id, "card", notice(payment.reference, "e2"), OUTSIDE)
    run_notices()
    assert of(order.id)[1].state == "collected"
    assert session.scalars(select(PaymentNotice.event).order_by(PaymentNotice.id)).all() == ["e1", "e2"]


def test_a_notice_of_another_workshop_moves_nothing_here(bank: Bank, amina: Workshop) -> None:
    ismahane = workshop("Atelier Ismahane")
    takes(ismahane, "card", {"password": "another"})
    order, payment = waiting(amina, "card")
    begin(payment)
    bank.pay(payment)
    inbox.receive(ismahane.id, "card", notice(payment.reference), OUTSIDE)
    run_notices()
    assert of(order.id)[1].state == "pending"
    with pytest.raises(NotFound):
        inbox.receive(amina.id, "cash_on_delivery", notice(payment.reference), OUTSIDE)


@pytest.mark.parametrize("order_of_events", list(permutations(["paid", "notice", "look", "give_up"])))
def test_in_any_order_one_end_and_no_money_lost(bank: Bank, amina: Workshop, order_of_events: tuple[str, ...]) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    payment_id = payment.id
    for event in order_of_events:
        if event == "paid" and bank.known[payment.reference].state == "pending":
            bank.pay(payment)
        elif event == "notice":
            inbox.receive(amina.id, "card", notice(payment.reference), OUTSIDE)
            run_notices()
        elif event == "look":
            attempts.look(payment_id, OUTSIDE)
        elif event == "give_up":
            unpaid.give_up(amina.id, order.id, payment_id, OUTSIDE)
    attempts.look(payment_id, OUTSIDE)
    order, payment = of(order.id)
    paid = bank.known[payment.reference].state == "collected"
    assert (order.state, payment.state) == (("placed", "collected") if paid else ("cancelled", "cancelled"))
    assert kinds(amina) == []
    assert amina.on_hand() == (4 if paid else 5)


def test_what_a_service_has_is_not_what_a_courier_holds(bank: Bank, amina: Workshop) -> None:
    order, payment = waiting(amina, "card")
    begin(payment)
    bank.pay(payment)
    attempts.look(payment.id, OUTSIDE)
    session.rollback()
    (held,) = books.with_services(amina.id)
    assert (held.title, held.received, held.orders) == ("card", order.total, 1)
    assert [row.code for row in books.behind(amina.id, "services", source="card")] == [order.code]
    assert (queries.money(amina.id).collected.parcels, queries.open_payments(amina.id)) == (0, [])


def test_a_transfer_is_confirmed_by_her_and_a_receipt_stops_the_clock(amina: Workshop) -> None:
    takes(amina, "transfer", dict(CCP))
    order, payment = waiting(amina, "transfer")
    with transaction():
        proofs.keep(amina.id, payment.id, file="a", kind="webp")
    later(60 * 24 * 4)
    assert of(order.id)[0].state == "placed", "a receipt waits for her look"
    with transaction():
        proofs.ask_again(amina.id, payment.id, by=AMINA)
    with pytest.raises(InvalidTransition), transaction():
        proofs.ask_again(amina.id, payment.id, by=AMINA)
    with transaction():
        proofs.accept(amina.id, payment.id, payment.amount, by=AMINA)
    assert of(order.id)[1].state == "settled"
    with pytest.raises(InvalidTransition), transaction():
        proofs.accept(amina.id, payment.id, payment.amount, by=AMINA)


def test_a_transfer_without_a_receipt_is_given_up(amina: Workshop) -> None:
    takes(amina, "transfer", dict(CCP))
    order, _payment = waiting(amina, "transfer")
    later(60 * 24 * 3 + 1)
    assert of(order.id)[0].cancel_reason == "unpaid"


def run_notices() -> None:
    jobs.run_all({inbox.JOB: lambda payload: inbox.handle(OUTSIDE, payload)})
    session.rollback()
    assert session.scalars(select(Order.id)).all()
