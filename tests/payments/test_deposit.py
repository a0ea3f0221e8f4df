"""A deposit by another way, the rest to the courier: one order with two payments, every dinar in one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from shop import audit
from shop.checkout import paying
from shop.checkout import service as checkout
from shop.core import clock
from shop.core.errors import InvalidTransition, PriceChanged, Refused
from shop.core.money import Money
from shop.documents import service as documents
from shop.documents.agreed import agreement
from shop.fulfilment import queries as fulfilment_of
from shop.fulfilment import service as fulfilment
from shop.fulfilment import unpaid
from shop.orders.models import Order
from shop.payments import attempts, incidents, refunds
from shop.payments.contract import Ask
from shop.payments.methods.cash_on_delivery import GOES_BACK, IS_KEPT, CashOnDelivery, Settings
from shop.payments.models import Payment
from shop.payments.queries import counting
from shop.payments.tills import NO_WAY_FOR_A_DEPOSIT, till
from shop.plumbing.db import session, transaction
from shop.settlement.queries import open_payments
from tests.checkout.cast import AMINA, YACINE, Workshop, basket, choose, parcel, workshop
from tests.payments.till import CCP, OUTSIDE, Bank, all_of, card_method, of, takes

WAY = "cash_on_delivery+transfer"
DA = Money.dinars


@pytest.fixture
def shop(app: Flask) -> Workshop:
    """Return Amina's workshop, which asks 500 DA before, by transfer: a soap and its way cost 1 100 DA."""
    made = workshop(stock=20)
    takes(made, "transfer", dict(CCP))
    asks(made)
    return made


def asks(shop: Workshop, **values: object) -> None:
    takes(shop, "cash_on_delivery", {"deposit": 500, **values})


@pytest.fixture
def bank() -> Iterator[Bank]:
    with card_method() as bank:
        yield bank


def ordered(shop: Workshop, way: str = WAY, *, phone: str = YACINE.phone, **others: Workshop) -> Order:
    cart = basket({each.variant: 1 for each in (shop, *others.values())})
    details = replace(YACINE, phone=phone)
    choices = [replace(each, method=way) for each in choose(cart, details=details)]
    seen = checkout.review(cart.id, details, choices)
    with transaction():
        placed = checkout.place(cart.id, key=str(cart.id), details=details, choices=choices, review_hash=seen.hash)
    return session.get_one(Order, placed.order_ids[0])


def paid_first(shop: Workshop, came: Money = DA(500)) -> Order:  # noqa: B008 - a frozen amount
    order = ordered(shop)
    with transaction():
        unpaid.money_came(shop.id, order.id, all_of(order)[0].id, came, by=AMINA)
    return order


def confirm(shop: Workshop, order: Order) -> None:
    with transaction():
        fulfilment.confirm(shop.id, order.id, by=AMINA)


def scan(shop: Workshop, order: Order, word: str) -> None:
    box = parcel(shop, order)
    if box.state == "preparing":
        with transaction():
            documents.print_labels(shop.id, [box.id], paper="100x150", start=1, by=AMINA)
        with transaction():
            fulfilment.hand_over(shop.id, [box.id], by=AMINA)
    with transaction():
        fulfilment.scan(shop.id, box.id, word, by=AMINA)


def brought(order: Order) -> list[tuple[str, str, Money]]:
    return [(each.method, each.state, each.amount) for each in all_of(order)]


def breaches() -> list[str]:
    session.rollback()
    return [f"{each.rule}: {each.what}" for each in audit.findings()]


def kinds(shop: Workshop) -> list[str]:
    return [each.incident.kind for each in incidents.open_incidents(shop.id)]


@pytest.mark.parametrize(
    ("told", "amount", "first", "deposit"),
    [
        ({}, 3100, True, None), ({"deposit": 500}, 3100, False, 500), ({"deposit": 500}, 700, False, 350),
        ({"deposit": 500}, 1, False, None), ({"deposit": 500, "deposit_above": 3000}, 3000, True, None),
        ({"deposit": 500, "deposit_above": 3000}, 3001, True, 500),
        ({"deposit": 500, "deposit_of": "first"}, 3100, False, None),
        ({"deposit": 500, "deposit_of": "first"}, 3100, True, 500),
        ({"deposit": 500, "deposit_of": "held"}, 3100, True, None),
    ],
)  # fmt: skip
def test_a_deposit_is_asked_of_whom_and_above_what_she_says_and_is_half_at_most(
    told: dict[str, object], amount: int, first: bool, deposit: int | None
) -> None:
    method = CashOnDelivery(Settings(**told))  # type: ignore[arg-type]
    offer = method.offer(Ask("", DA(amount), "fr", first_time=first))
    assert offer is not None
    assert (offer.deposit.amount if offer.deposit else None) == (DA(deposit) if deposit else None)
    assert method.asks_who is (told.get("deposit_of") == "first")


def test_it_is_offered_with_each_way_to_pay_it_and_the_rule_is_hers(shop: Workshop, bank: Bank) -> None:
    takes(shop, "card", {"password": "p"})
    asks(shop, deposit_rule="back")
    offers = till(shop.id).offers(Ask("", DA(3100), "fr"))
    assert [each.key for each in offers] == [WAY, "cash_on_delivery+card", "transfer", "card"]
    assert {each.deposit.rule for each in offers if each.deposit} == {GOES_BACK}
    assert [(each.method, each.first, each.wait_h) for each in offers[:2]] == [
        ("cash_on_delivery", "transfer", 72), ("cash_on_delivery", "card", 1),
    ]  # fmt: skip


def test_without_a_way_to_pay_it_the_buyer_reads_so(app: Flask) -> None:
    shop = workshop()
    asks(shop)
    asked = Ask("", DA(3100), "fr")
    assert till(shop.id).offers(asked) == []
    assert till(shop.id).refusals(asked) == [NO_WAY_FOR_A_DEPOSIT]


def test_nobody_orders_past_it(shop: Workshop) -> None:
    with pytest.raises(Refused, match="Please choose how you will pay"):
        ordered(shop, "cash_on_delivery")


def test_an_order_waits_for_its_deposit_and_the_courier_is_told_the_rest(shop: Workshop) -> None:
    order = ordered(shop)
    assert brought(order) == [("transfer", "pending", DA(500)), ("cash_on_delivery", "pending", DA(600))]
    assert parcel(shop, order).collect == DA(600)
    assert fulfilment_of.step_counts(shop.id)["to_pay"] == 1
    with pytest.raises(Refused, match="not paid yet"):
        confirm(shop, order)
    assert IS_KEPT in agreement(order).terms or "عربون" in agreement(order).terms
    assert (agreement(order).method, agreement(order).deposit) == ("cash_on_delivery", DA(500))
    assert breaches() == []


def test_once_it_came_the_order_goes_its_way_and_every_dinar_stands_once(shop: Workshop) -> None:
    order = paid_first(shop)
    assert kinds(shop) == []
    confirm(shop, order)
    scan(shop, order, "delivered")
    assert brought(order) == [("transfer", "settled", DA(500)), ("cash_on_delivery", "collected", DA(600))]
    assert [each.amount for each in open_payments(shop.id)] == [DA(600)]
    assert counting(all_of(order)).method == "cash_on_delivery"  # type: ignore[union-attr]
    assert breaches() == []


def test_half_of_it_is_asked_for_again_and_more_is_taken_off_what_the_courier_collects(shop: Workshop) -> None:
    less = paid_first(shop, DA(300))
    assert brought(less)[-1] == ("transfer", "pending", DA(200))
    assert kinds(shop) == ["partial"]
    more = paid_first(shop, DA(900))
    assert brought(more)[1] == ("cash_on_delivery", "pending", DA(200))
    assert parcel(shop, more).collect == DA(200)
    whole = paid_first(shop, DA(1100))
    assert brought(whole)[1] == ("cash_on_delivery", "cancelled", DA(600))
    assert parcel(shop, whole).collect == DA(0)
    beyond = paid_first(shop, DA(1200))
    assert (parcel(shop, beyond).collect, kinds(shop)) == (DA(0), ["partial", "over"])
    confirm(shop, whole)
    scan(shop, whole, "delivered")
    assert breaches() == []


def test_she_waives_it_and_the_courier_collects_all(shop: Workshop) -> None:
    order = ordered(shop)
    with transaction():
        given_up = unpaid.waive_deposit(shop.id, order.id, by=AMINA)
    assert given_up == [all_of(order)[0].id]
    assert brought(order) == [("transfer", "cancelled", DA(500)), ("cash_on_delivery", "pending", DA(1100))]
    assert parcel(shop, order).collect == DA(1100)
    with pytest.raises(InvalidTransition), transaction():
        unpaid.waive_deposit(shop.id, order.id, by=AMINA)
    confirm(shop, order)
    assert breaches() == []


def test_it_does_not_come_and_the_order_is_given_up(shop: Workshop) -> None:
    order = ordered(shop)
    with clock.standing_at(clock.now() + timedelta(days=4)):
        assert [unpaid.give_up(*each, OUTSIDE) for each in unpaid.due()] == [True]
    assert {state for _method, state, _amount in brought(order)} == {"cancelled"}
    assert (of(order.id)[0].state, of(order.id)[0].cancel_reason, shop.on_hand()) == ("cancelled", "unpaid", 20)
    assert breaches() == []


def test_a_refused_parcel_leaves_it_until_she_gives_it_back(shop: Workshop) -> None:
    order = paid_first(shop)
    confirm(shop, order)
    scan(shop, order, "returned")
    assert brought(order) == [("transfer", "settled", DA(500)), ("cash_on_delivery", "cancelled", DA(600))]
    assert kinds(shop) == []
    paid = all_of(order)[0]
    with transaction():
        refunds.ask(shop.id, paid.id, paid.returnable, reason="", proof="CCP 12", by=AMINA, by_hand=True)
    assert brought(order)[0][1] == "refunded"
    assert breaches() == []


def test_where_her_rule_gives_it_back_a_refused_parcel_says_so(shop: Workshop) -> None:
    asks(shop, deposit_rule="back")
    order = paid_first(shop)
    confirm(shop, order)
    scan(shop, order, "returned")
    assert kinds(shop) == ["back"]


@pytest.mark.parametrize(("read", "later", "told"), [("back", "kept", ["back"]), ("kept", "back", [])])
def test_what_the_buyer_read_holds_whatever_she_sets_later(
    shop: Workshop, read: str, later: str, told: list[str]
) -> None:
    asks(shop, deposit_rule=read)
    order = paid_first(shop)
    confirm(shop, order)
    asks(shop, deposit_rule=later)
    scan(shop, order, "returned")
    assert kinds(shop) == told
    assert breaches() == []


def test_whoever_else_cancels_it_is_given_back_and_undoing_that_lets_both_wait(shop: Workshop) -> None:
    order = paid_first(shop)
    with transaction():
        fulfilment.call(shop.id, order.id, "cancelled", by=AMINA, reason="out_of_stock")
    assert kinds(shop) == ["back"]
    with transaction():
        fulfilment.undo_call(shop.id, order.id, by=AMINA)
    assert brought(order) == [("transfer", "settled", DA(500)), ("cash_on_delivery", "pending", DA(600))]
    waits = ordered(shop)
    with transaction():
        fulfilment.call(shop.id, waits.id, "fake", by=AMINA)
    with transaction():
        fulfilment.undo_call(shop.id, waits.id, by=AMINA)
    assert {state for _method, state, _amount in brought(waits)} == {"pending"}
    assert breaches() == []


def test_its_buyer_pays_the_deposit_in_another_way_and_a_second_tap_changes_nothing(shop: Workshop, bank: Bank) -> None:
    takes(shop, "card", {"password": "p"})
    order = ordered(shop)
    assert [each.key for each in paying.ways(order, language="fr")] == ["transfer", "card"]
    for _tap in range(2):
        with transaction():
            paying.pay_otherwise(order.code, order.code, "cash_on_delivery+card", language="fr")
    assert brought(order)[1:] == [("cash_on_delivery", "pending", DA(600)), ("card", "pending", DA(500))]
    card = all_of(order)[-1]
    attempts.start(card.id, OUTSIDE, language="fr", return_url="https://hirfa.example/t")
    bank.pay(card)
    attempts.look(card.id, OUTSIDE)
    assert kinds(shop) == []
    confirm(shop, order)
    assert parcel(shop, order).collect == DA(600)
    assert breaches() == []


def test_who_waits_for_a_transfer_of_all_may_pay_the_courier_after_a_deposit(shop: Workshop) -> None:
    order = ordered(shop, "transfer")
    assert WAY in [each.key for each in paying.ways(order, language="fr")]
    for _tap in range(2):
        with transaction():
            paying.pay_otherwise(order.code, order.code, WAY, language="fr")
    assert brought(order) == [
        ("transfer", "cancelled", DA(1100)), ("transfer", "pending", DA(500)), ("cash_on_delivery", "pending", DA(600)),
    ]  # fmt: skip
    assert parcel(shop, order).collect == DA(600)
    assert breaches() == []


def test_who_may_not_pay_the_courier_can_not_come_to_it_by_the_back_door(shop: Workshop) -> None:
    order = ordered(shop, "transfer")
    takes(shop, "cash_on_delivery", {"not_in": "31"})
    assert [each.key for each in paying.ways(order, language="fr")] == ["transfer"]


def test_money_that_comes_after_she_waived_it_is_to_be_given_back(shop: Workshop, bank: Bank) -> None:
    takes(shop, "card", {"password": "p"})
    order = ordered(shop, "cash_on_delivery+card")
    first: Payment = all_of(order)[0]
    attempts.start(first.id, OUTSIDE, language="fr", return_url="https://hirfa.example/t")
    with transaction():
        unpaid.waive_deposit(shop.id, order.id, by=AMINA)
    bank.pay(first)
    attempts.look(first.id, OUTSIDE)
    assert kinds(shop) == ["over"]
    assert breaches() == []


def test_several_workshops_are_one_purchase_and_only_one_of_them_asks_a_deposit(shop: Workshop) -> None:
    other = workshop("Senteurs d'Ismahane", price=1500)
    takes(other, "transfer", dict(CCP))
    order = ordered(shop, other=other)
    mine = [brought(each) for each in session.query(Order).where(Order.purchase_id == order.purchase_id)]
    assert sorted(mine, key=len) == [
        [("cash_on_delivery", "pending", DA(2000))],
        [("transfer", "pending", DA(500)), ("cash_on_delivery", "pending", DA(600))],
    ]
    assert breaches() == []


def test_what_she_sets_between_the_look_and_the_tap_is_seen_first(shop: Workshop) -> None:
    cart = basket({shop.variant: 1})
    choices = [replace(each, method=WAY) for each in choose(cart)]
    seen = checkout.review(cart.id, YACINE, choices)
    asks(shop, deposit=550)
    with pytest.raises(PriceChanged), transaction():
        checkout.place(cart.id, key="k", details=YACINE, choices=choices, review_hash=seen.hash)
