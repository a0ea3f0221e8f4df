"""What an order earned: everything that is known goes off, and what is not known is said, never taken for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from shop.core.money import Money, total
from shop.earnings.ledger import Earnings, Ended, Sold

NAMES = (("fr", "Savon"),)
SOAP = Sold(1, NAMES, 2, Money.dinars(1200), Money.dinars(500))
TRAY = Sold(2, (("fr", "Plateau"),), 1, Money.dinars(3600), None)
NOTHING = Money(0)
ORDER = Ended(
    order_id=1, code="A", at=datetime(2026, 11, 3, tzinfo=UTC), wilaya_code="31", kind="home", taken=True,
    lines=(SOAP,), discount=NOTHING, delivery=Money.dinars(500), carriage=Money.dinars(500), kept=Money.dinars(500),
    difference=NOTHING,
)  # fmt: skip


def test_price_less_materials_is_what_a_soap_earned() -> None:
    assert ORDER.earned == Money.dinars(700)
    assert (ORDER.costs_known, ORDER.fees) == (True, NOTHING)


def test_everything_known_goes_off() -> None:
    order = replace(
        ORDER, discount=Money.dinars(100), carriage=Money.dinars(650), kept=Money.dinars(520),
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
    order = replace(ORDER, lines=(SOAP, TRAY, replace(SOAP, product_id=3, price=Money(1))), discount=Money(1001))
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


def test_a_sale_in_hand_has_no_wilaya_to_be_refused_in() -> None:
    assert Earnings((replace(ORDER, kind="hand"),)).by_wilaya() == []
