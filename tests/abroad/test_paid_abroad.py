"""Orders in dinars that are paid in another currency by Stripe: offered, asked, collected, given back, in the books."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from shop import audit
from shop.abroad import service as abroad
from shop.checkout import paying
from shop.checkout import service as checkout
from shop.checkout.queries import offered
from shop.core import clock
from shop.core.errors import PriceChanged, Refused
from shop.core.money import Money
from shop.documents import invoices
from shop.documents.frozen import thawed
from shop.documents.invoice_sheets import Bill, invoices_sheet
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order, Purchase
from shop.payments import attempts, incidents, refunds
from shop.payments.contract import Ask, Fact
from shop.payments.models import LedgerEntry, Payment
from shop.payments.tills import NO_WAY_FOR_A_DEPOSIT
from shop.plumbing.db import session, transaction
from shop.plumbing.outside import Outside
from shop.settlement import books as money
from shop.settlement import payouts
from shop.testing.outside import World, running
from shop.testing.stripe_api import Stripe as Simulator
from tests.checkout.cast import AMINA, YACINE, Workshop, basket, choose, workshop
from tests.payments.till import CCP, OUTSIDE, all_of, of, takes

pytestmark = pytest.mark.usefixtures("app")

KEY = "sk_test_simulateurabroad51"
WORTH = {"EUR": (Money.dinars(250), 1), "JPY": (Money.dinars(165), 1), "TND": (Money(78_90), 10)}


@pytest.fixture(scope="module")
def everybodys() -> Iterator[World]:
    with running([Simulator]) as world:
        yield world


@pytest.fixture
def world(everybodys: World) -> Iterator[World]:
    yield everybodys
    everybodys.reset()


@pytest.fixture
def outside(world: World) -> Outside:
    return Outside(OUTSIDE.seal, world.outbound(), OUTSIDE.base_url)


@pytest.fixture
def amina() -> Workshop:
    return abroad_shop("EUR")


def abroad_shop(*currencies: str) -> Workshop:
    shop = workshop(stock=50)
    takes(shop, "stripe", {"secret_key": KEY, "currencies": "EUR USD JPY TND"})
    for each in currencies:
        worth, step = WORTH[each]
        with transaction():
            abroad.keep(shop.id, each, worth=worth, step=step, by=AMINA)
    return shop


def placed(shop: Workshop, way: str = "stripe.EUR", pieces: int = 1) -> tuple[Order, Payment]:
    cart = basket({shop.variant: pieces})
    choices = [replace(each, method=way) for each in choose(cart)]
    seen = checkout.review(cart.id, YACINE, choices)
    with transaction():
        made = checkout.place(cart.id, key=secrets.token_hex(8), details=YACINE, choices=choices, review_hash=seen.hash)
    return of(made.order_ids[0])


def pay(world: World, outside: Outside, payment: Payment) -> Payment:
    """Let the buyer go to the page, pay, and come back."""
    fact = attempts.start(payment.id, outside, language="fr", return_url="https://hirfa.example/t")
    assert fact.redirect
    simulator = world.systems["stripe"]
    assert isinstance(simulator, Simulator)
    account = simulator.account(KEY)
    assert account.pay(account.objects[fact.external], "4242") == ""
    attempts.look(payment.id, outside)
    return of(payment.order_id)[1]


def accounts(order_id: int) -> dict[tuple[str, str], int]:
    """What stands in each account of an order, by currency; accounts with nothing left out."""
    session.rollback()
    sums: Counter[tuple[str, str]] = Counter()
    for entry in session.scalars(select(LedgerEntry).where(LedgerEntry.order_id == order_id)):
        sums[entry.account, entry.currency] += entry.minor
    for currency in {its for _account, its in sums}:
        assert sum(minor for (_account, its), minor in sums.items() if its == currency) == 0
    return {key: minor for key, minor in sums.items() if minor}


def breaches() -> list[str]:
    session.rollback()
    return [f"{each.rule}: {each.what}" for each in audit.findings()]


def values(shop: Workshop) -> list[str]:
    cart = basket({shop.variant: 1})
    offer = offered(cart.id, wilaya_code="31", commune_code="3101")[0]
    choices = choose(cart)
    seen = checkout.review(cart.id, YACINE, choices)
    session.rollback()
    return [each.currency for each in offer.lists] + [str(seen.abroad)]


def test_an_order_of_dinars_is_paid_in_euros_and_nothing_is_missing(
    amina: Workshop, world: World, outside: Outside
) -> None:
    order, payment = placed(amina)
    assert (order.total, payment.amount, payment.worth) == (Money.dinars(1100), Money(440, "EUR"), Money.dinars(1100))
    assert breaches() == []
    payment = pay(world, outside, payment)
    assert (payment.state, payment.came) == ("collected", Money(440, "EUR"))
    assert incidents.standing(amina.id, order.id).missing == Money(0)
    assert incidents.open_incidents(amina.id) == []
    assert accounts(order.id) == {
        ("with_provider", "EUR"): 440, ("exchange", "EUR"): -440, ("exchange", "DZD"): 110_000,
        ("goods", "DZD"): -60_000, ("delivery", "DZD"): -50_000,
    }  # fmt: skip
    assert [(each.title, each.received) for each in money.with_services(amina.id)] == [("stripe", Money(440, "EUR"))]
    assert breaches() == []
    with transaction():
        fulfilment.confirm(amina.id, order.id, by=AMINA)


def test_money_goes_back_in_euros_in_parts_and_the_last_one_takes_the_rest(
    amina: Workshop, world: World, outside: Outside
) -> None:
    order, payment = placed(amina)
    payment = pay(world, outside, payment)
    for minor, left in ((33, 407), (101, 306), (306, 0)):
        with transaction():
            made = refunds.ask(amina.id, payment.id, Money(minor, "EUR"), reason="", proof="", by=AMINA)
        assert breaches() == []  # while it is on its way, too
        assert refunds.give(made, outside) == "done"
        assert accounts(order.id).get(("with_provider", "EUR"), 0) == left
        assert breaches() == []
    assert accounts(order.id) == {
        ("refunded", "DZD"): 110_000, ("goods", "DZD"): -60_000, ("delivery", "DZD"): -50_000,
    }  # fmt: skip
    assert of(order.id)[1].state == "refunded"
    with pytest.raises(Refused), transaction():
        refunds.share(all_of(order), Money.dinars(1))


def test_a_movement_that_is_exchanged_wrongly_is_found(amina: Workshop, world: World, outside: Outside) -> None:
    _order, payment = placed(amina)
    pay(world, outside, payment)
    with transaction():
        session.execute(update(Payment).values(worth_minor=109_999))
    assert {each.split(":")[0] for each in breaches()} >= {"I4 exchange", "I3 payment"}


@pytest.mark.parametrize(("currency", "asked"), [("JPY", Money(364 + 304, "JPY")), ("TND", Money(7610 + 6340, "TND"))])
def test_currencies_without_decimals_and_with_three_go_the_whole_way(
    currency: str, asked: Money, world: World, outside: Outside
) -> None:
    shop = abroad_shop(currency)
    order, payment = placed(shop, f"stripe.{currency}")
    assert payment.amount == asked
    payment = pay(world, outside, payment)
    assert (payment.state, payment.came) == ("collected", asked)
    with transaction():
        made = refunds.ask(shop.id, payment.id, Money(10, currency), reason="", proof="", by=AMINA)
    assert refunds.give(made, outside) == "done"
    with transaction():
        rest = refunds.ask(shop.id, payment.id, Money(asked.minor - 10, currency), reason="", proof="", by=AMINA)
    assert refunds.give(rest, outside) == "done"
    assert accounts(order.id)["refunded", "DZD"] == 110_000
    assert breaches() == []


def test_paid_in_euros_and_by_the_courier_too_is_too_much_and_goes_back_in_euros(
    amina: Workshop, world: World, outside: Outside
) -> None:
    order, payment = placed(amina)
    fact = attempts.start(payment.id, outside, language="fr", return_url="https://hirfa.example/t")
    with transaction():
        again = paying.pay_otherwise(code_of(order), order.code, "stripe.EUR", language="fr")
    second = session.get_one(Payment, again.payment_id)
    pay(world, outside, second)
    simulator = world.systems["stripe"]
    assert isinstance(simulator, Simulator)
    account = simulator.account(KEY)
    assert account.pay(account.objects[fact.external], "4242") == ""
    attempts.look(payment.id, outside)
    [trouble] = incidents.open_incidents(amina.id)
    assert (trouble.incident.kind, trouble.amount) == ("over", Money(440, "EUR"))
    with transaction():
        made = refunds.ask(amina.id, trouble.payment.id, trouble.amount, reason="", proof="", by=AMINA)
    assert refunds.give(made, outside) == "done"
    assert incidents.open_incidents(amina.id) == []
    assert breaches() == []


def test_less_than_was_asked_leaves_its_part_to_be_paid_in_the_same_currency(amina: Workshop) -> None:
    order, payment = placed(amina)
    with transaction():
        session.execute(update(Payment).values(started_at=Payment.created_at))
        attempts.record_fact(amina.id, payment.id, Fact(payment.reference, "collected", Money(400, "EUR")), by=AMINA)
    first, rest = all_of(order)
    assert (first.kept_worth, rest.amount, rest.worth) == (Money.dinars(1000), Money(40, "EUR"), Money.dinars(100))
    assert breaches() == []


def test_paying_otherwise_asks_by_the_list_of_that_moment_and_what_is_open_stays(amina: Workshop) -> None:
    order, _payment = placed(amina)
    with transaction():
        abroad.keep(amina.id, "EUR", worth=Money.dinars(275), step=1, by=AMINA)
        abroad.fix(amina.id, "EUR", {amina.variant.id: Money(100, "EUR")}, by=AMINA)
        session.execute(update(Payment).values(started_at=Payment.created_at))
    assert of(order.id)[1].amount == Money(440, "EUR")
    ways = {each.value: each.amount for each in paying.ways(order, language="fr")}
    assert ways["stripe.EUR"] == Money(100 + 182, "EUR")
    with transaction():
        again = paying.pay_otherwise(code_of(order), order.code, "stripe.EUR", language="fr")
    assert session.get_one(Payment, again.payment_id).amount == Money(282, "EUR")
    with pytest.raises(Refused), transaction():
        paying.pay_otherwise(code_of(order), order.code, "stripe.USD", language="fr")  # no list in dollars
    assert breaches() == []


def test_a_list_that_changed_between_the_look_and_the_tap_orders_nothing(amina: Workshop) -> None:
    cart = basket({amina.variant: 1})
    choices = [replace(each, method="stripe.EUR") for each in choose(cart)]
    seen = checkout.review(cart.id, YACINE, choices)
    assert seen.abroad == Money(440, "EUR")
    with transaction():
        abroad.keep(amina.id, "EUR", worth=Money.dinars(200), step=1, by=AMINA)
    with pytest.raises(PriceChanged), transaction():
        checkout.place(cart.id, key="k", details=YACINE, choices=choices, review_hash=seen.hash)


def test_without_a_list_or_without_the_method_nothing_is_offered_in_euros() -> None:
    shop = workshop()
    assert values(shop) == ["None"]
    with transaction():
        abroad.keep(shop.id, "EUR", worth=Money.dinars(250), step=1, by=AMINA)
    assert values(shop) == ["None"]  # nobody takes euros
    takes(shop, "stripe", {"secret_key": KEY, "currencies": "USD"})
    assert values(shop) == ["None"]
    takes(shop, "stripe", {"secret_key": KEY, "currencies": "EUR USD"})
    assert values(shop) == ["EUR", "None"]
    with transaction():
        abroad.drop(shop.id, "EUR", by=AMINA)
    assert values(shop) == ["None"]


def code_of(order: Order) -> str:
    session.rollback()
    return session.scalars(select(Purchase.code).where(Purchase.id == order.purchase_id)).one()


def test_the_invoice_stays_in_dinars_and_says_what_came(amina: Workshop, world: World, outside: Outside) -> None:
    order, payment = placed(amina)
    pay(world, outside, payment)
    with transaction():
        fulfilment.confirm(amina.id, order.id, by=AMINA)
        paper = invoices.issue(amina.id, order.id, by=AMINA)
    assert (paper.total_minor, paper.currency) == (110_000, "DZD")
    assert paper.content["paid_abroad"] == {"minor": 440, "currency": "EUR"}
    [drawn] = invoices_sheet([Bill(thawed(paper.content, paper.content_hash))])["papers"]
    notes = {label[0]: text[0] for label, text in drawn["notes"]}
    assert notes["Payé de l’étranger"] == "4,40\xa0EUR, pour le tout"
    assert notes["Paiement"] == "Par carte bancaire, de tout pays"
    assert breaches() == []


def test_what_was_paid_out_in_euros_stays_apart_and_goes_back_out_of_the_hand(
    amina: Workshop, world: World, outside: Outside
) -> None:
    order, payment = placed(amina)
    payment = pay(world, outside, payment)
    with transaction():
        payouts.record_payout(
            amina.id, method="stripe", key="k", payment_ids=[payment.id], received=Money(420, "EUR"),
            received_on=clock.today(), by=AMINA,
        )  # fmt: skip
        made = refunds.ask(amina.id, payment.id, Money(100, "EUR"), reason="", proof="", by=AMINA)
    assert refunds.give(made, outside) == "done"
    assert accounts(order.id) == {
        ("in_hand", "EUR"): 320, ("fees", "EUR"): 20, ("exchange", "EUR"): -340, ("exchange", "DZD"): 85_000,
        ("refunded", "DZD"): 25_000, ("goods", "DZD"): -60_000, ("delivery", "DZD"): -50_000,
    }  # fmt: skip
    months = money.months(amina.id)
    assert [(each.currency, each.left) for each in months] == [("EUR", Money(320, "EUR"))]
    assert breaches() == []


def test_a_deposit_in_dinars_is_paid_in_euro_on_the_orders_page(
    world: World, outside: Outside, amina: Workshop
) -> None:
    takes(amina, "transfer", dict(CCP))
    takes(amina, "cash_on_delivery", {"deposit": 500})
    order, _cash = placed(amina, "cash_on_delivery+transfer")
    purchase = session.get_one(Purchase, order.purchase_id).code
    assert "stripe.EUR" in {each.value for each in paying.ways(order, language="fr")}
    with transaction():
        again = paying.pay_otherwise(purchase, order.code, "stripe.EUR", language="fr")
    deposit = session.get_one(Payment, again.payment_id, populate_existing=True)
    assert (deposit.amount, deposit.worth) == (Money(200, "EUR"), Money.dinars(500))
    with transaction():  # the list of later is nothing to what was asked
        abroad.keep(amina.id, "EUR", worth=Money.dinars(100), step=1, by=AMINA)
    assert attempts.start(deposit.id, outside, language="fr", return_url="https://hirfa.example/t").redirect
    simulator = world.systems["stripe"]
    assert isinstance(simulator, Simulator)
    account = simulator.account(KEY)
    session.expire_all()
    assert account.pay(account.objects[session.get_one(Payment, deposit.id).external], "4242") == ""
    attempts.look(deposit.id, outside)
    cash = next(each for each in all_of(order) if each.method == "cash_on_delivery")
    assert (cash.state, cash.amount, incidents.standing(amina.id, order.id).missing) == (
        "pending", order.total - Money.dinars(500), Money(0),
    )  # fmt: skip
    assert accounts(order.id)["with_provider", "EUR"] == 200
    assert accounts(order.id)["buyer", "DZD"] == cash.amount_minor
    with transaction():
        fulfilment.confirm(amina.id, order.id, by=AMINA)
        paper = invoices.issue(amina.id, order.id, by=AMINA)
    assert paper.content["paid_abroad"] == {"minor": 200, "currency": "EUR", "of": 50_000}
    [drawn] = invoices_sheet([Bill(thawed(paper.content, paper.content_hash))])["papers"]
    assert ["2\xa0EUR, pour 500\xa0DA du prix"] in [text for _label, text in drawn["notes"]]
    assert breaches() == []


def test_at_the_checkout_a_deposit_is_asked_in_dinars_only(amina: Workshop) -> None:
    takes(amina, "cash_on_delivery", {"deposit": 500})
    cart = basket({amina.variant: 1})
    till = offered(cart.id, wilaya_code="31", commune_code="3101", phone=YACINE.phone)[0].till
    assert [each.value for each in till.offers(Ask("", Money.dinars(1100), "fr", wilaya_code="31"))] == []
    assert till.refusals(Ask("", Money.dinars(1100), "fr", wilaya_code="31")) == [NO_WAY_FOR_A_DEPOSIT]
