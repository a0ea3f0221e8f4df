"""Insured parcels: by her rule or one by one, what it costs told before and expected after, asked of the partner."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.fulfilment.booking import parcel_of
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Entry
from shop.settlement.matching import Line, match
from shop.shipping import insurance
from shop.shipping import service as shipping
from shop.shipping.models import CarrierAccount, DeliveryRate, Shipment
from shop.shipping.queries import live_shipment
from shop.stores.models import Store
from tests.checkout.cast import AMINA, Workshop, ordered, workshop

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def amina() -> Workshop:
    """A workshop of soaps at 4 000 DA whose carrier is Yalidine: 0.75 % of what is insured."""
    shop = workshop(price=4_000, stock=60)
    with transaction():
        mine = update(CarrierAccount).where(CarrierAccount.id == shop.carrier.id)
        session.execute(mine.values(carrier="yalidine"))
        told = update(DeliveryRate).where(DeliveryRate.account_id == shop.carrier.id)
        session.execute(told.values(insurance_hundredths=75))
    return shop


def rule(shop: Workshop, dinars: int | None) -> None:
    with transaction():
        minor = None if dinars is None else dinars * 100
        shipping.change_carrier(shop.id, shop.carrier.id, by=AMINA, insured_from_minor=minor)


def parcel_for(shop: Workshop, order: Order) -> Shipment:
    session.rollback()
    found = live_shipment(shop.id, order.id)
    assert found is not None
    return found


def test_the_worked_example() -> None:
    assert insurance.cost_of("yalidine", Money.dinars(12_000), 75) == Money.dinars(90)
    assert insurance.cost_of("yalidine", Money.dinars(400_000), 75) == Money.dinars(1_125), "150 000 DA at most"
    assert insurance.cost_of("yalidine", Money.dinars(12_000), None) == Money(0)
    assert insurance.cost_of("rate_sheet", Money.dinars(12_000), 75) == Money(0)


def test_parcels_worth_enough_are_insured_by_themselves_and_the_buyer_pays_nothing_more(amina: Workshop) -> None:
    before = ordered(amina, pieces=3)
    rule(amina, 12_000)
    cheap, dear = ordered(amina, pieces=2), ordered(amina, pieces=3)
    kept = [parcel_for(amina, each) for each in (before, cheap, dear)]
    assert [(each.insured, each.insurance) for each in kept] == [
        (False, Money(0)), (False, Money(0)), (True, Money.dinars(90)),
    ]  # fmt: skip
    assert before.total == dear.total
    store, lines = session.get_one(Store, amina.id), orders.lines(amina.id, [dear.id])[dear.id]
    told = parcel_of(kept[2], session.get_one(Order, dear.id), store, lines)
    assert (told.insured, told.declared) == (True, Money.dinars(12_000))


def test_a_carrier_that_insures_nothing_has_no_rule() -> None:
    amina = workshop(price=4_000)
    rule(amina, 0)
    order = ordered(amina, pieces=3)
    assert not parcel_for(amina, order).insured
    with pytest.raises(Refused), transaction():
        insurance.insure(amina.id, order.id, True, by=AMINA)
    with pytest.raises(NotFound), transaction():
        insurance.insure(amina.id, order.id + 99, True, by=AMINA)


def test_one_parcel_is_insured_or_not_until_its_carrier_is_asked(amina: Workshop) -> None:
    order = ordered(amina, pieces=3)
    for wanted, cost in ((True, 90), (False, 0), (True, 90)):
        with transaction():
            assert insurance.insure(amina.id, order.id, wanted, by=AMINA)
        with transaction():
            assert not insurance.insure(amina.id, order.id, wanted, by=AMINA), "a second tap changes nothing"
        parcel = parcel_for(amina, order)
        assert (parcel.insured, parcel.insurance) == (wanted, Money.dinars(cost))
    told = session.scalars(select(Entry.verb).where(Entry.verb.like("shipment.%insured")).order_by(Entry.id)).all()
    assert told == ["shipment.insured", "shipment.uninsured", "shipment.insured"]
    with transaction():
        shipping.note_asked(amina.id, [parcel.id])
    assert not insurance.can_change(parcel_for(amina, order))
    with pytest.raises(InvalidTransition), transaction():
        insurance.insure(amina.id, order.id, False, by=AMINA)
    with transaction():
        shipping.note_refused(amina.id, parcel.id, "commune")
    with transaction():
        assert insurance.insure(amina.id, order.id, False, by=AMINA), "it was refused: nothing lies there"


def test_a_list_that_keeps_the_insurance_too_is_not_short(amina: Workshop) -> None:
    rule(amina, 0)
    order = ordered(amina, pieces=3)
    parcel = parcel_for(amina, order)
    net = parcel.collect_minor - parcel.fee_minor - 90_00
    (found,) = match(amina.id, [Line((parcel.reference,), None, None, net)])
    assert (found.fee, found.collected) == (Money(parcel.fee_minor + 90_00), parcel.collect)


def test_typed_prices_leave_the_percentage_as_it_was_told(amina: Workshop) -> None:
    with transaction():
        rows = [shipping.RateRow(wilaya_code="31", home=Money.dinars(450), desk=None)]
        shipping.set_rates(amina.id, amina.carrier.id, rows, by=SYSTEM)
    assert insurance.hundredths_of(amina.id, amina.carrier.id) == [75]
