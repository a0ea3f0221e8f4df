"""What was delivered is exchanged: an order of its own whose courier takes the first pieces back, once."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from shop import audit
from shop.catalogue import stock
from shop.checkout import exchange
from shop.core.errors import Conflict, InvalidTransition, OutOfStock, Refused
from shop.core.money import Money
from shop.documents import service as documents
from shop.documents.queries import label_contents
from shop.fulfilment import service as fulfilment
from shop.fulfilment.booking import parcel_of
from shop.orders import exchanges
from shop.orders import queries as orders
from shop.orders.models import Order, OrderLine
from shop.payments.queries import of_order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Entry
from shop.shipping.models import CarrierAccount
from shop.shipping.queries import live_shipment
from shop.stores.models import Store
from tests.checkout.cast import AMINA, Workshop, confirmed, delivered, workshop

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def amina() -> Workshop:
    return workshop(stock=9)


def back(first: Order, pieces: int) -> dict[int, int]:
    (line,) = orders.lines(first.store_id, [first.id])[first.id]
    return {line.id: pieces}


def start(first: Order, pieces: int = 1, *, dinars: int = 0, key: str = "k1") -> Order:
    with transaction():
        made = exchange.start(
            first.store_id, first.id, back(first, pieces), collect=Money.dinars(dinars), key=key, by=AMINA
        )
        if not made.repeated:
            fulfilment.confirm(first.store_id, made.order_id, by=AMINA)
    return session.get_one(Order, made.order_id, populate_existing=True)


def sent(order: Order, *words: str) -> None:
    parcel = live_shipment(order.store_id, order.id)
    assert parcel is not None
    with transaction():
        documents.print_labels(order.store_id, [parcel.id], paper="100x150", start=1, by=AMINA)
    with transaction():
        fulfilment.hand_over(order.store_id, [parcel.id], by=AMINA)
    for word in words:
        with transaction():
            fulfilment.scan(order.store_id, parcel.id, word, by=AMINA)


def sound() -> None:
    session.rollback()
    assert list(audit.findings()) == []


def test_the_exchange_is_an_order_of_its_own_that_costs_nothing(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    before = amina.on_hand()
    second = start(first)
    parcel = live_shipment(amina.id, second.id)
    assert parcel is not None
    assert (second.state, second.total, second.goods, second.discount) == (
        "confirmed", Money(0), Money.dinars(600), Money.dinars(600),
    )  # fmt: skip
    assert (second.buyer_name, second.phone, second.address) == (first.buyer_name, first.phone, first.address)
    assert (parcel.collect, parcel.takes_back, parcel.carrier) == (Money(0), "1 × Savon d'olive", "rate_sheet")
    assert amina.on_hand() == before - 1
    store, lines = session.get_one(Store, amina.id), orders.lines(amina.id, [second.id])[second.id]
    assert parcel_of(parcel, second, store, lines).takes_back == "1 × Savon d'olive"
    (label,) = label_contents(amina.id, [parcel.id])
    assert label.exchange
    found = exchanges.exchanged_by(amina.id, first.id)
    assert found is not None
    assert found.id == second.id
    assert session.scalars(select(Entry.verb).where(Entry.verb == "order.exchanged")).all() == ["order.exchanged"]
    sound()


def test_the_first_pieces_are_in_the_stock_once_when_they_are_back(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    second = start(first)
    with pytest.raises(InvalidTransition), transaction():
        exchanges.goods_came_back(amina.id, second.id, by=AMINA)
    before = amina.on_hand()
    sent(second, "delivered")
    sound()
    with transaction():
        exchanges.goods_came_back(amina.id, second.id, by=AMINA)
    assert amina.on_hand() == before + 1
    with pytest.raises(InvalidTransition), transaction():
        exchanges.goods_came_back(amina.id, second.id, by=AMINA)
    with pytest.raises(InvalidTransition), transaction():
        exchanges.goods_came_back(amina.id, first.id, by=AMINA)
    assert amina.on_hand() == before + 1
    sound()


def test_a_difference_is_collected_and_one_that_was_refused_frees_its_pieces(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    before = amina.on_hand()
    second = start(first, dinars=200)
    assert [each.amount for each in of_order(amina.id, second.id)] == [Money.dinars(200)]
    assert second.total == Money.dinars(200)
    sound()
    sent(second, "returning", "returned")
    assert amina.on_hand() == before
    assert exchanges.exchanged_by(amina.id, first.id) is None, "it may be tried again"
    sound()
    free = start(first, key="k2")
    sent(free, "returning", "returned")
    assert amina.on_hand() == before
    sound()


def test_twice_the_same_tap_is_one_exchange_and_another_one_is_refused(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    assert start(first).id == start(first).id
    with pytest.raises(Conflict):
        start(first, dinars=100)
    with pytest.raises(Refused, match="being exchanged already"):
        start(first, key="k2")


def test_what_cannot_be_exchanged_is_said(amina: Workshop) -> None:
    with pytest.raises(Refused, match="Only what was delivered"):
        start(confirmed(amina)[0])
    first, _parcel = delivered(amina)
    with pytest.raises(Refused, match="at least one piece"):
        start(first, 0)
    with pytest.raises(Refused, match="more than the pieces cost"):
        start(first, dinars=601)
    assert start(first, 99).goods == first.goods, "no more comes back than was sent"


def test_without_pieces_there_is_no_exchange(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    left = amina.on_hand()
    with transaction():
        stock.move(amina.id, amina.variant.id, -left, reason="broken", by=AMINA)
    with pytest.raises(OutOfStock):
        start(first)
    sound()


def test_a_carrier_that_takes_nothing_back_exchanges_nothing(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    parcel = live_shipment(amina.id, first.id)
    assert parcel is not None
    assert exchange.can_exchange(first, parcel) == ""
    with transaction():
        session.execute(update(CarrierAccount).where(CarrierAccount.id == amina.carrier.id).values(carrier="maystro"))
        parcel.carrier = "maystro"
    assert exchange.can_exchange(first, live_shipment(amina.id, first.id)) == exchange.NO_EXCHANGE


def test_the_audit_sees_an_exchange_that_sends_more_than_was_brought(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    second = start(first)
    with transaction():
        session.execute(update(OrderLine).where(OrderLine.order_id == second.id).values(pieces=2))
    assert "I3 exchange" in {each.rule for each in audit.findings()}
