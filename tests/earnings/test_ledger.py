"""What an order earned: everything that is known goes off, and what is not known is said, never taken for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from shop.core.money import Money, total
from shop.earnings.ledger import Earnings, Ended, Sold

NAMES = (("fr", "Savon"),)
NOTHING = Money(0)
SOAP = Sold(1, NAMES, 2, Money.dinars(1200), Money.dinars(500), NOTHING)
TRAY = Sold(2, (("fr", "Plateau"),), 1, Money.dinars(3600), None, NOTHING)
ORDER = Ended(
    order_id=1, code="A", at=datetime(2026, 11, 3, tzinfo=UTC), wilaya_code="31", kind="home", taken=True,
    lines=(SOAP,), delivery=Money.dinars(500), carriage=Money.dinars(500), kept=Money.dinars(500),
    difference=NOTHING, way_back=None,
)  # fmt: skip


def test_price_less_materials_is_what_a_soap_earned() -> None:
    assert ORDER.earned == Money.dinars(700)
    assert (ORDER.costs_known, ORDER.fees) == (True, NOTHING)


def test_everything_known_goes_off() -> None:
    order = replace(
        ORDER, lines=(replace(SOAP, discount=Money.dinars(100)),), carriage=Money.dinars(650), kept=Money.dinars(520),
        difference=-Money.dinars(200),
    )  # fmt: skip
    # 1200 − 100 discount − 150 delivery given away − 20 fees − 200 missing − 500 materials
    assert order.earned == Money.dinars(230)
    assert (order.offered, order.fees) == (Money.dinars(150), Money.dinars(20))
    assert total(order.by_line) == order.earned


def test_what_is_not_known_is_said_and_never_taken_for_nothing() -> None:
    order = replace(ORDER, lines=(SOAP, TRAY), kept=None, difference=None)
    found = Earnings((order, replace(ORDER, order_id=2)))
    assert not order.costs_known
    assert order.fees is None
    assert (found.cost_unknown, found.fees_unknown) == (1, 1)
    rows = {row.key: row.unknown for row in found.by_product()}
    assert rows == {"1": 1, "2": 1}


def test_shares_of_an_order_lose_no_centime() -> None:
    order = replace(ORDER, lines=(SOAP, TRAY, replace(SOAP, product_id=3, price=Money(1))), carriage=Money(51001))
    assert total(order.by_line) == order.earned


def test_what_came_back_earned_nothing_and_counts_as_refused() -> None:
    back = replace(ORDER, order_id=2, taken=False)
    found = Earnings((ORDER, replace(ORDER, order_id=3), back))
    assert back.earned == NOTHING
    assert (found.returned, found.refusal) == (1, 33)
    (soap,) = found.by_product()
    assert (soap.taken, soap.returned, soap.pieces, soap.earned, soap.each) == (
        2, 1, 4, Money.dinars(1400), Money.dinars(350),
    )  # fmt: skip
    (oran,) = found.by_wilaya()
    assert (oran.key, oran.taken, oran.returned, oran.refusal) == ("31", 2, 1, 33)


def test_what_came_back_costs_its_way_where_that_is_known() -> None:
    back = replace(ORDER, order_id=2, taken=False, lines=(SOAP, TRAY), way_back=Money.dinars(240))
    found = Earnings((ORDER, back, replace(ORDER, order_id=3, taken=False)))
    assert (found.way_back, found.ways_back_unknown, found.earned) == (Money.dinars(240), 1, Money.dinars(700 - 240))
    # shared by the prices 1200 and 3600
    assert {row.key: row.earned for row in found.by_product()} == {"1": Money.dinars(640), "2": Money.dinars(-180)}
    (oran,) = found.by_wilaya()
    assert oran.earned == found.earned


def test_a_reduction_is_of_the_line_it_was_given_for() -> None:
    order = replace(ORDER, lines=(SOAP, replace(TRAY, discount=Money.dinars(300))))
    assert order.by_line == (Money.dinars(700), Money.dinars(3300))
    assert order.discount == Money.dinars(300)


def test_a_sale_in_hand_has_no_wilaya_to_be_refused_in() -> None:
    assert Earnings((replace(ORDER, kind="hand"),)).by_wilaya() == []
