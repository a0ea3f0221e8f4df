"""The story of an order: every combination of the three machines has its words, in three languages."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from shop.core.money import Money
from shop.core.states import ORDER, PAYMENT, SHIPMENT
from shop.fulfilment.story import _SENTENCES, Facts, Sentence, moment, story
from shop.plumbing.i18n import LANGUAGES, speaking

CASH = Money.dinars(2500)
WHOLE = list(product(sorted(ORDER.states), sorted(SHIPMENT.states), sorted(PAYMENT.states), ("home", "desk", "hand")))


def facts(order: str, shipment: str = "preparing", payment: str = "pending", **more: object) -> Facts:
    given = {"artisan": "Amina", "carrier": "Barq Express", "collect": CASH, "kind": "home", **more}
    return Facts(order=order, shipment=shipment, payment=payment, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("order", "shipment", "payment", "kind"), WHOLE)
def test_every_combination_is_told(order: str, shipment: str, payment: str, kind: str) -> None:
    desk = "Oran centre" if kind == "desk" else ""
    told = story(facts(order, shipment, payment, kind=kind, desk=desk))
    for lang in LANGUAGES:
        with speaking(lang):
            for sentence in (told.buyer, told.artisan):
                assert sentence.text()
                assert "{" not in sentence.text()
    for steps in (told.buyer_steps, told.artisan_steps):
        progress = [step.progress for step in steps]
        assert progress == sorted(progress, key=("done", "now", "failed", "todo").index)
        assert sum(each in {"now", "failed"} for each in progress) <= 1
        assert progress[0] == "done"


@pytest.mark.parametrize(
    ("given", "key", "buyer"),
    [
        (facts("placed"), "to_confirm", "Amina calls you before sending."),
        (facts("placed", prepaid=True, collect=Money(0)), "to_pay", "Amina sends the parcel once the money has come."),
        (facts("placed", prepaid=True), "to_pay",
         "Amina confirms the order once the deposit has come. 2 500 DA to the courier."),
        (facts("placed", prepaid=True, receipt=True), "to_pay",
         "Your receipt is here. Amina looks whether the money has come."),
        (facts("placed", payment="failed", prepaid=True), "to_pay",
         "The payment did not work, and nothing was taken. Please try again."),
        (facts("placed", payment="collected", prepaid=True), "to_confirm", "Paid. Amina looks at your order now."),
        (facts("cancelled", "cancelled", "cancelled", cancel_reason="unpaid"), "cancelled",
         "Cancelled: the money did not come in time. You can order again."),
        (facts("placed", tries=1), "to_confirm",
         "Amina tried to call you, and will try again. Please keep your phone near."),
        (facts("placed", call_at=date(2026, 11, 25)), "to_confirm", "Amina calls you again on Wednesday 25 November."),
        (facts("confirmed"), "to_pack", "Confirmed. Amina is preparing your parcel."),
        (facts("confirmed", "labelled"), "to_hand_over", "Your parcel is packed and waits for the courier."),
        (facts("confirmed", "handed_over"), "on_the_way", "On its way, 2 500 DA to pay."),
        (facts("confirmed", "in_transit"), "on_the_way", "On its way, 2 500 DA to pay."),
        (facts("confirmed", "in_transit", collect=Money(0)), "on_the_way", "On its way, nothing to pay."),
        (facts("confirmed", "at_point", desk="Oran centre"), "at_desk",
         "Your parcel waits for you at Oran centre. 2 500 DA to pay."),
        (facts("confirmed", "attempt_failed"), "attempt_failed",
         "The courier did not find you and will come again. 2 500 DA to pay."),
        (facts("confirmed", "returning"), "coming_back", "The parcel was not taken and is going back to Amina."),
        (facts("cancelled", "returned", "cancelled"), "returned", "The parcel went back to Amina. Nothing to pay."),
        (facts("confirmed", "lost"), "lost", "The parcel was lost on the way. Amina will call you."),
        (facts("completed", "delivered", "collected"), "delivered", "Delivered and paid. Thank you."),
        (facts("completed", "delivered", "settled"), "paid", "Delivered and paid. Thank you."),
        (facts("completed", "delivered", "refunded"), "refunded", "Delivered, then refunded."),
        (facts("cancelled", "cancelled", "cancelled"), "cancelled", "This order is cancelled. Nothing to pay."),
        (facts("cancelled", "cancelled", "cancelled", cancel_reason="buyer"), "cancelled",
         "You cancelled this order. Nothing to pay."),
    ],
)  # fmt: skip
def test_the_buyer_reads_how_it_stands(given: Facts, key: str, buyer: str) -> None:
    assert (story(given).key, story(given).buyer.text().replace("\u00a0", " ")) == (key, buyer)


def test_a_desk_is_a_step_of_its_own() -> None:
    steps = story(facts("confirmed", "at_point", kind="desk")).buyer_steps
    assert [(step.key, step.progress) for step in steps] == [
        ("placed", "done"), ("confirmed", "done"), ("packed", "done"), ("sent", "done"), ("at_desk", "now"),
        ("delivered", "todo"),
    ]  # fmt: skip


def test_the_artisan_is_done_when_the_money_is_there() -> None:
    waiting = story(facts("completed", "delivered", "collected")).artisan_steps
    there = story(facts("completed", "delivered", "settled")).artisan_steps
    assert [step.progress for step in waiting][-2:] == ["done", "now"]
    assert {step.progress for step in there} == {"done"}


def test_a_name_that_was_typed_is_escaped_in_a_page() -> None:
    shown = story(facts("placed", artisan="<b>Amina</b>")).buyer.markup()
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown


def test_an_amount_is_held_together_in_a_page() -> None:
    assert '<span class="num">2\u00a0500\u00a0DA</span>' in Sentence("{amount}", {"amount": CASH}).markup()


def test_every_sentence_can_be_reached() -> None:
    reached = set()
    for order, shipment, payment, kind in WHOLE:
        for more in ({}, {"tries": 1}, {"call_at": date(2026, 11, 25)}, {"collect": Money(0)}, {"desk": "Oran"},
                     {"cancel_reason": "buyer"}, {"cancel_reason": "unreachable"},
                     {"desk": "Oran", "collect": Money(0)},
                     {"cancel_reason": "out_of_stock"}, {"cancel_reason": "unpaid"}, {"prepaid": True},
                     {"prepaid": True, "receipt": True}, {"prepaid": True, "collect": Money(0)}):  # fmt: skip
            told = story(facts(order, shipment, payment, **{"kind": kind, **more}))
            reached.add((told.buyer.message, told.artisan.message))
    assert reached == set(_SENTENCES.values())


def test_a_moment_is_one_word() -> None:
    assert moment(facts("confirmed", "labelled")) == "to_hand_over"
