"""What an order holds of the stock goes back once, and is taken again exactly."""

from __future__ import annotations

import pytest

from shop import audit
from shop.core.errors import InvalidTransition
from shop.orders import queries, service
from shop.plumbing.db import session, transaction
from tests.checkout.cast import AMINA, confirmed, delivered, ordered, workshop

pytestmark = pytest.mark.usefixtures("app")


def test_pieces_go_back_once_however_often_they_are_put_back() -> None:
    amina = workshop(stock=5)
    order = ordered(amina, pieces=3)
    for _twice in range(2):
        with transaction():
            service.put_back(amina.id, order.id, reason="cancelled", by=AMINA)
        assert amina.on_hand() == 5


def test_pieces_are_taken_again_only_after_they_went_back() -> None:
    amina = workshop(stock=5)
    order = ordered(amina, pieces=3)
    for on_hand in (2, 2):
        with transaction():
            service.take_again(amina.id, order.id, by=AMINA)
        assert amina.on_hand() == on_hand
    assert list(audit.findings()) == []


def test_another_workshop_puts_nothing_back() -> None:
    amina, ismahane = workshop(stock=5), workshop("Atelier Ismahane")
    order = ordered(amina, pieces=3)
    with transaction():
        service.put_back(ismahane.id, order.id, reason="cancelled", by=AMINA)
    assert amina.on_hand() == 2


def test_an_order_moves_only_along_its_machine() -> None:
    amina = workshop(stock=20)
    placed, sure, done = ordered(amina), confirmed(amina)[0], delivered(amina)[0]
    for order, verb in (
        (placed, service.mark_completed), (sure, service.mark_confirmed), (done, service.mark_confirmed),
        (done, service.mark_completed),
    ):  # fmt: skip
        before = order.state
        with pytest.raises(InvalidTransition), transaction():
            verb(amina.id, order.id, by=AMINA)
        assert queries.order(amina.id, order.id).state == before
    with pytest.raises(InvalidTransition), transaction():
        service.mark_cancelled(amina.id, done.id, "other", by=AMINA)
    session.rollback()


def test_an_order_and_its_purchase_are_found_by_code() -> None:
    amina = workshop()
    order = ordered(amina)
    assert queries.order_by_code(amina.id, order.code).id == order.id
    assert queries.purchase_by_code(order.code).id == order.purchase_id  # type: ignore[union-attr]
    assert queries.purchase_by_code("ZZZZZZZ") is None
