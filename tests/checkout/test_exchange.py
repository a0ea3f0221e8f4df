"""What was delivered is exchanged: an order of its own whose courier takes the first pieces back, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from shop import audit
from shop.catalogue import stock
from shop.catalogue.models import Variant
from shop.checkout import exchange
from shop.core.errors import Conflict, InvalidTransition, OutOfStock, Refused
from shop.core.money import Money
from shop.documents import service as documents
from shop.documents.queries import label_contents
from shop.fulfilment import service as fulfilment
from shop.fulfilment.booking import parcel_of
from shop.orders import exchanges
from shop.orders import queries as orders
from shop.orders.models import Exchange, ExchangedLine, Order, OrderLine
from shop.payments.queries import of_order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Entry
from shop.shipping.models import CarrierAccount, Shipment
from shop.shipping.queries import live_shipment
from shop.stores.models import Store
from tests.checkout.cast import AMINA, Workshop, add_product, basket, confirmed, delivered, place, workshop

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def amina() -> Workshop:
    return workshop(stock=9)


def back(first: Order, pieces: int) -> dict[int, int]:
    (line,) = orders.lines(first.store_id, [first.id])[first.id]
    return {line.id: pieces}


def start(
    first: Order, pieces: int = 1, *, dinars: int | None = 0, key: str = "k1", to: Variant | None = None
) -> Order:  # fmt: skip
    wanted = back(first, pieces)
    with transaction():
        made = exchange.start(
            first.store_id, first.id, wanted, instead=dict.fromkeys(wanted, to.id) if to else None,
            collect=None if dinars is None else Money.dinars(dinars), key=key, by=AMINA,
        )  # fmt: skip
        if not made.repeated:
            fulfilment.confirm(first.store_id, made.order_id, by=AMINA)
    return session.get_one(Order, made.order_id, populate_existing=True)


def another(amina: Workshop, price: int, *, stock: int = 3, of: Workshop | None = None) -> Variant:
    """Give the soap another size, or the shop another article where no product is told."""
    with transaction():
        if of is None:
            return add_product(amina.store, stock=stock, price=price)[1]
        other = Variant(
            store_id=of.id, product_id=of.product.id, price_minor=price * 100, on_hand=0, position=1,
            label_fr="250 g", label_ar="250 غ",
        )  # fmt: skip
        session.add(other)
        session.flush()
        stock_room(of, other, stock)
    return other


def stock_room(amina: Workshop, variant: Variant, pieces: int) -> None:
    stock.begin(amina.id, variant.id, pieces)
    session.execute(update(Variant).where(Variant.id == variant.id).values(on_hand=pieces))


def left_of(variant: Variant) -> int:
    session.rollback()
    return session.scalars(select(Variant.on_hand).where(Variant.id == variant.id)).one()


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


def test_a_dearer_size_goes_out_and_the_courier_collects_the_difference(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    big, before = another(amina, 850, of=amina), amina.on_hand()
    second = start(first, dinars=None, to=big)
    assert (second.goods, second.discount, second.total) == (Money.dinars(850), Money.dinars(600), Money.dinars(250))
    assert [each.amount for each in of_order(amina.id, second.id)] == [Money.dinars(250)]
    (line,) = orders.lines(amina.id, [second.id])[second.id]
    assert (line.variant_id, line.label_fr, line.pieces) == (big.id, "250 g", 1)
    parcel = live_shipment(amina.id, second.id)
    assert parcel is not None
    assert (parcel.collect, parcel.takes_back) == (Money.dinars(250), "1 × Savon d'olive")
    assert (left_of(big), amina.on_hand()) == (2, before), "what goes out is set aside, what is out is not back"
    sound()
    sent(second, "delivered")
    with transaction():
        exchanges.goods_came_back(amina.id, second.id, by=AMINA)
    assert (left_of(big), amina.on_hand()) == (2, before + 1), "what came back is what was sent first"
    sound()


def test_a_cheaper_article_goes_out_for_nothing_and_the_rest_is_owed(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    second = start(first, dinars=None, to=another(amina, 450))
    made = exchanges.exchange_of(amina.id, second.id)
    assert made is not None
    assert (second.goods, second.total, made.owed) == (Money.dinars(450), Money(0), Money.dinars(150))
    sound()


def test_the_difference_is_of_what_was_paid_and_the_same_again_makes_none(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    with transaction():  # an offer took 60 DA off
        session.execute(update(OrderLine).where(OrderLine.order_id == first.id).values(discount_minor=60_00))
        session.execute(update(Variant).where(Variant.id == amina.variant.id).values(price_minor=900_00))
    same = exchange.weighed(first, back(first, 1), {})
    other = exchange.weighed(first, back(first, 1), dict.fromkeys(back(first, 1), another(amina, 900).id))
    assert (same.worth, same.difference, same.same_box) == (Money.dinars(600), Money(0), True)
    assert (other.worth, other.paid, other.due, other.owed) == (
        Money.dinars(900), Money.dinars(540), Money.dinars(360), Money(0),
    )  # fmt: skip


def test_what_is_not_sold_here_goes_out_for_nothing_in_the_world(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    elsewhere, gone = workshop("Atelier Sami").variant, another(amina, 700, stock=0)
    hidden = another(amina, 700, of=amina)
    with transaction():
        session.execute(update(Variant).where(Variant.id == hidden.id).values(hidden=True))
    for each in (elsewhere, gone, hidden):
        with pytest.raises(Refused, match="not sold any more"):
            start(first, dinars=None, to=each)
    assert exchanges.exchanged_by(amina.id, first.id) is None
    sound()


def test_more_than_there_is_of_another_article_is_refused(amina: Workshop) -> None:
    first = session.get_one(Order, place(basket({amina.variant: 2})).order_ids[0])
    with transaction():
        fulfilment.confirm(amina.id, first.id, by=AMINA)
    sent(first, "delivered")
    first = session.get_one(Order, first.id, populate_existing=True)
    with pytest.raises(OutOfStock, match="Only 1 left"):
        start(first, 2, dinars=None, to=another(amina, 600, stock=1))
    sound()


def test_what_came_back_damaged_or_not_at_all_stays_out_of_the_stock(amina: Workshop) -> None:
    first = session.get_one(Order, place(basket({amina.variant: 3})).order_ids[0])
    with transaction():
        fulfilment.confirm(amina.id, first.id, by=AMINA)
    sent(first, "delivered")
    second = start(session.get_one(Order, first.id, populate_existing=True), 3)
    sent(second, "delivered")
    before, (line_id,) = amina.on_hand(), back(first, 3)
    with transaction():
        exchanges.goods_came_back(amina.id, second.id, {line_id: 2}, by=AMINA)
    assert amina.on_hand() == before + 2
    assert [(each.pieces, each.whole) for each in exchanges.lines_back(amina.id, second.id)[second.id]] == [(3, 2)]
    told = session.scalars(select(Entry.data).where(Entry.verb == "order.goods_back")).one()
    assert (told["pieces"], told["whole"]) == (3, 2)
    sound()


BREAKS: dict[str, Callable[[Order], Any]] = {
    "takes back 2 pieces": lambda _second: update(ExchangedLine).values(pieces=2),
    "sends 2 pieces and takes 1 back": lambda second: (
        update(OrderLine).where(OrderLine.order_id == second.id).values(pieces=2)
    ),
    "sends 1 pieces and takes 0 back": lambda _second: delete(ExchangedLine),
    "its goods are said to be back": lambda second: update(Exchange).values(back_at=second.placed_at),
    "is not told what comes back": lambda second: (
        update(Shipment).where(Shipment.order_id == second.id).values(takes_back="")
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", BREAKS)
def test_the_audit_sees_what_an_exchange_cannot_be(amina: Workshop, words: str) -> None:
    first, _parcel = delivered(amina)
    second = start(first)
    sound()
    with transaction():
        session.execute(BREAKS[words](second))
    assert any(each.rule == "I3 exchange" and words in each.what for each in audit.findings())


def test_the_audit_sees_an_order_that_is_exchanged_twice(amina: Workshop) -> None:
    first, _parcel = delivered(amina)
    other = start(delivered(amina)[0], key="k2")
    start(first)
    with transaction():
        session.execute(update(Exchange).where(Exchange.order_id == other.id).values(first_id=first.id))
    assert any("is exchanged 2 times at once" in each.what for each in audit.findings())
