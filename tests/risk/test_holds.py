"""A number that pays first for a while: here only, over by itself, lifted in one tap, never without a way to order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.checkout.queries import offered
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound
from shop.core.money import Money
from shop.payments.contract import Ask
from shop.payments.methods.cash_on_delivery import PAID_BEFORE
from shop.plumbing import journal
from shop.plumbing.db import session, transaction
from shop.risk import holds
from shop.risk.models import PhoneHold
from tests.checkout.cast import AMINA, Workshop, basket, workshop
from tests.counting import statements
from tests.payments.till import CCP, takes
from tests.risk.cast import YACINE, refused

OTHER = "+213550999888"


@pytest.fixture
def shop(app: Flask) -> Workshop:
    made = workshop(stock=20)
    takes(made, "transfer", dict(CCP))
    return made


def ask(shop: Workshop, asks: str = "before") -> int:
    order = refused(shop)
    with transaction():
        holds.ask_first(shop.id, order.id, asks, by=AMINA)
    return holds.live(shop.id, YACINE)[0].hold.id


def ways(shop: Workshop, phone: str = YACINE) -> list[str]:
    session.rollback()
    offer = offered(basket({shop.variant: 1}).id, wilaya_code="31", commune_code="3101", phone=phone)[0]
    asked = Ask("", Money.dinars(1100), "fr", wilaya_code="31", held=offer.parcel.held)
    return [each.key for each in offer.till.offers(asked)]


def test_it_asks_this_number_only_here_only_and_for_a_while(shop: Workshop) -> None:
    neighbour = workshop("Senteurs d'Ismahane")
    takes(neighbour, "transfer", dict(CCP))
    ask(shop)
    assert ways(shop) == ["transfer"]
    assert ways(shop, OTHER) == ways(shop, "") == ["cash_on_delivery", "transfer"]
    assert ways(neighbour) == ["cash_on_delivery", "transfer"]
    assert holds.live(neighbour.id) == []
    with clock.standing_at(clock.now() + timedelta(days=91)):
        assert ways(shop) == ["cash_on_delivery", "transfer"]
        with transaction():
            holds.forget_old()
        assert session.scalar(select(func.count()).select_from(PhoneHold)) == 0


def test_a_deposit_is_asked_of_it_whatever_else_she_set(shop: Workshop) -> None:
    takes(shop, "cash_on_delivery", {"deposit": 300, "deposit_above": 9000})
    assert ways(shop) == ["cash_on_delivery", "transfer"]
    ask(shop, "deposit")
    assert ways(shop) == ["cash_on_delivery+transfer", "transfer"]
    with transaction():
        holds.ask_first(shop.id, holds.live(shop.id)[0].hold.order_id, "before", by=AMINA)
    assert ways(shop) == ["transfer"]
    assert len(holds.live(shop.id)) == 1


def test_it_never_leaves_a_buyer_without_a_way(app: Flask) -> None:
    shop = workshop(stock=20)
    ask(shop)
    assert ways(shop) == ["cash_on_delivery"]


def test_the_buyer_reads_a_neutral_sentence(shop: Workshop) -> None:
    ask(shop)
    offer = offered(basket({shop.variant: 1}).id, wilaya_code="31", phone=YACINE)[0]
    asked = Ask("", Money.dinars(1100), "fr", held=offer.parcel.held)
    assert offer.till.refusals(asked) == [PAID_BEFORE]


def test_it_is_lifted_once_and_stands_in_the_journal(shop: Workshop) -> None:
    number = ask(shop)
    held = holds.live(shop.id)[0]
    with transaction():
        holds.let_go(shop.id, number, by=AMINA)
    assert ways(shop) == ["cash_on_delivery", "transfer"]
    with pytest.raises(InvalidTransition), transaction():
        holds.let_go(shop.id, number, by=AMINA)
    with pytest.raises(NotFound), transaction():
        holds.let_go(shop.id + 1, number, by=AMINA)
    verbs = [each.verb for each in journal.timeline("order", held.hold.order_id, store_id=shop.id)]
    assert (verbs.count("order.phone_held"), verbs.count("order.phone_let")) == (1, 1)


def test_it_is_forgotten_with_its_customer_and_no_number_stands_in_it(shop: Workshop) -> None:
    ask(shop)
    assert "550123456" not in holds.live(shop.id)[0].hold.phone_mark
    with transaction():
        holds.forget(shop.id, YACINE)
    assert holds.live(shop.id) == []


def test_looking_for_it_costs_no_statement(shop: Workshop) -> None:
    cart = basket({shop.variant: 1}).id
    with statements() as without:
        offered(cart, wilaya_code="31", phone="")
    with statements() as heard:
        offered(cart, wilaya_code="31", phone=YACINE)
    assert len(heard) == len(without)
