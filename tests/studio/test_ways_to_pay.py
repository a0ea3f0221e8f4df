"""An artisan sets how she is paid: a wrong digit is said, a secret never shown, and her buyers see what she chose."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from shop.payments.models import PaymentSettings
from shop.plumbing.db import session
from tests.checkout.cast import Workshop, workshop
from tests.storefront.buying import Buyer
from tests.studio.day import Day, a_day

CCP = {"holder": "Amina Benali", "ccp": "12345678", "ccp_check": "28", "days": "3", "on": "y"}
KEY = "test_sk_CanaryOfAmina123"


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


def row(day: Day, method: str) -> PaymentSettings | None:
    with day.application.app_context():
        wanted = select(PaymentSettings).where(PaymentSettings.store_id == day.store_id)
        found = session.scalars(wanted.where(PaymentSettings.method == method)).one_or_none()
        session.expunge_all()
        return found


def test_a_wrong_digit_is_said_at_its_field_and_nothing_typed_is_lost(day: Day) -> None:
    answer = day.send("/settings/payments/transfer", {**CCP, "ccp": "12345679"})
    assert answer.status_code == 422
    assert "a digit is wrong" in answer.text
    assert 'value="12345679"' in answer.text
    assert row(day, "transfer") is None
    assert day.send("/settings/payments/transfer", CCP).status_code == 303
    kept = row(day, "transfer")
    assert kept is not None
    assert (kept.enabled, kept.plain["ccp"], kept.sealed) == (True, "12345678", "")


def test_what_is_off_may_be_incomplete(day: Day) -> None:
    assert day.send("/settings/payments/transfer", {"holder": "Amina", "days": "3"}).status_code == 303
    page = day.page("/settings/payments")
    assert page.count(">off<") >= 4
    assert page.count(">on<") == 1, "cash on delivery"


def test_a_secret_is_sealed_kept_when_left_empty_and_never_shown(day: Day) -> None:
    path = "/settings/payments/chargily"
    assert day.send(path, {"secret_key": "nonsense", "on": "y"}).status_code == 422
    assert day.send(path, {"secret_key": KEY, "on": "y"}).status_code == 303
    kept = row(day, "chargily")
    assert kept is not None
    assert KEY not in kept.sealed + str(kept.plain)
    page = day.page(path)
    assert KEY not in page
    assert "A value is kept." in page
    assert "/hooks/payments/" in page
    assert day.send(path, {"secret_key": "", "on": "y"}).status_code == 303
    again = row(day, "chargily")
    assert again is not None
    assert (again.enabled, bool(again.sealed)) == (True, True)


def test_the_connection_is_checked_and_what_is_wrong_stays_said(day: Day) -> None:
    path = "/settings/payments/chargily"
    day.send(path, {"secret_key": KEY, "on": "y"})
    assert day.send(f"{path}/check").status_code == 303
    kept = row(day, "chargily")
    assert kept is not None
    assert kept.checked_at is not None
    assert kept.problem, "nobody answers here"
    assert "does not work" in day.page("/settings/payments")


def test_helpers_and_strangers_set_nothing(day: Day) -> None:
    for who, status in ((day.lila, 403), (day.sami, 404)):
        assert day.send("/settings/payments/transfer", CCP, who=who).status_code == status
    assert row(day, "transfer") is None
    assert day.send("/settings/payments/gold", CCP).status_code == 404
    assert day.send("/settings/payments/cash_in_hand", CCP).status_code == 404


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"most": "500"}, "This order costs more than the workshop sends out for cash on delivery."),
        ({"most_first": "500"}, "For a first order, this is more"),
        ({"not_in": "31"}, "The workshop does not take cash on delivery in this wilaya."),
    ],
)
def test_beyond_her_limits_cash_is_not_offered_and_the_buyer_reads_why(
    day: Day, limits: dict[str, str], why: str
) -> None:
    assert day.send("/settings/payments/transfer", CCP).status_code == 303
    sent = {"most": "0", "most_first": "0", "not_in": "", "on": "y", **limits}
    assert day.send("/settings/payments/cash_on_delivery", sent).status_code == 303
    with day.application.app_context():
        shop: Workshop = day._workshop()
        session.expunge_all()
    yacine = Buyer(day.application)
    yacine.add(shop)
    page = yacine.fill_details(shop)
    assert page.path.endswith("/checkout"), "cash is not taken for an answer"
    assert why in page.text
    assert page.value_of("payment") == "transfer"
    page = yacine.fill_details(shop, payment="transfer")
    assert page.path.endswith("/checkout/check")


def test_who_waits_for_a_transfer_that_was_switched_off_reads_no_account_that_is_wrong(day: Day) -> None:
    day.send("/settings/payments/transfer", CCP)
    with day.application.app_context():
        shop: Workshop = day._workshop()
        session.expunge_all()
    yacine = Buyer(day.application)
    yacine.add(shop)
    path = yacine.buy(shop, payment="transfer").path
    off = {key: text for key, text in CCP.items() if key != "on"}
    for typed, told in (("mon compte", 0), ("12345679", 0), ("12345678", 1)):
        assert day.send("/settings/payments/transfer", {**off, "ccp": typed}).status_code == 303
        page = yacine.open(path)
        assert page.status == 200
        assert (typed in page.text) == bool(told)
        assert page.text.count("RIP (BaridiMob)") == told
        assert page.has_form("/receipt"), "what she has paid by then she can still show"


def test_the_limits_of_one_workshop_are_not_another_s(day: Day) -> None:
    day.send("/settings/payments/cash_on_delivery", {"most": "500", "on": "y"})
    with day.application.app_context():
        other = workshop("Atelier Ismahane")
        session.expunge_all()
    yacine = Buyer(day.application)
    yacine.add(other)
    assert yacine.fill_details(other).path.endswith("/checkout/check")


def test_a_deposit_needs_a_way_to_bring_it(day: Day) -> None:
    cash, asks = "/settings/payments/cash_on_delivery", {"deposit": "500", "deposit_of": "all", "deposit_rule": "kept"}
    answer = day.send(cash, {**asks, "on": "y"})
    assert answer.status_code == 422
    assert "A deposit needs another way to pay" in answer.text
    assert 'value="500"' in answer.text
    assert day.send("/settings/payments/transfer", CCP).status_code == 303
    assert day.send(cash, {**asks, "on": "y"}).status_code == 303
    assert "A deposit needs another way" not in day.page("/settings/payments")
    assert day.send("/settings/payments/transfer", {key: text for key, text in CCP.items() if key != "on"}).location
    assert "A deposit needs another way" in day.page("/settings/payments")
