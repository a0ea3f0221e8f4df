"""A parcel abroad through every layer: booked by a job with what customs is told, once whatever is lost."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from shop import audit
from shop.abroad import service as price_lists
from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import InvalidTransition, Refused, Unavailable
from shop.core.money import Money
from shop.documents import service as documents
from shop.documents.queries import label_contents, prints
from shop.fulfilment import partner_labels, quoting, zone_prices
from shop.fulfilment import service as fulfilment
from shop.notifications.words import JOB as NOTIFY
from shop.orders.models import Order
from shop.payments import attempts
from shop.payments.contract import Fact
from shop.plumbing import jobs
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping import abroad, labels, partners
from shop.shipping.abroad import NewZone
from shop.shipping.models import Shipment
from shop.shipping.queries import place_of, quotes
from shop.testing.mydhl_sim import MyDhlSim
from tests.checkout.cast import AMINA, Workshop, parcel, workshop
from tests.checkout.test_abroad import leaves, placed
from tests.documents.test_customs import texts
from tests.fulfilment.partner import Partner
from tests.fulfilment.test_partner_labels import bears_ours, read
from tests.payments.till import takes

pytestmark = pytest.mark.usefixtures("app")
KIND = MyDhlSim
KEYS = {"account": "305000001", "user": "canaryKey77", "password": "CanarySecretOfAmina", "postcode": "15000"}


@pytest.fixture
def amina(partner: Partner) -> Workshop:
    return to_europe(workshop(stock=50), partner)


def to_europe(shop: Workshop, partner: Partner) -> Workshop:
    """Let a workshop send to Europe with MyDHL, and be paid in euros."""
    takes(shop, "stripe", {"secret_key": "sk_test_simulateurabroad53", "currencies": "EUR"})
    with transaction():
        price_lists.keep(shop.id, "EUR", worth=Money.dinars(250), step=1, by=AMINA)
    partner.connect(shop)
    with transaction():
        abroad.add_zone(shop.id, europe(shop), by=AMINA)
    leaves(shop, customs_fr="Savon à l'huile d'olive", customs_en="Olive oil soap", origin="DZ")
    return shop


def europe(shop: Workshop) -> NewZone:
    return NewZone(
        name="Europe", account_id=shop.carrier.id, service="parcel", countries=["FR", "GB"],
        steps=[(500, Money.dinars(1500)), (2000, Money.dinars(3200))], min_days=2, max_days=6,
    )  # fmt: skip


def paid(shop: Workshop) -> tuple[Order, Shipment]:
    order, payment = placed(shop)
    with transaction():
        attempts.record_fact(shop.id, payment.id, Fact(payment.reference, "collected", payment.amount), by=SYSTEM)
    with transaction():
        fulfilment.confirm(shop.id, order.id, by=AMINA)
    return order, parcel(shop, order)


def test_an_order_that_is_paid_is_booked_by_a_job_with_what_customs_is_told(amina: Workshop, partner: Partner) -> None:
    order, _box = paid(amina)
    partner.works(minutes=1)
    box = parcel(amina, order)
    row = partner.row(box)
    assert (box.tracking, box.booked_at is not None) == (row["shipmentTrackingNumber"], True)
    assert [each.code for each in label_contents(amina.id, [box.id])] == [box.tracking]
    details, content = row["customerDetails"], row["content"]
    assert isinstance(details, dict)
    assert isinstance(content, dict)
    assert details["receiverDetails"]["postalAddress"]["cityName"] == "Lyon"
    assert details["shipperDetails"]["contactInformation"]["fullName"] == "Amina Benali"
    (line,) = content["exportDeclaration"]["lineItems"]
    assert (line["description"], line["price"]) == ("Savon à l'huile d'olive / Olive oil soap", 600)
    assert line["commodityCodes"] == [{"typeCode": "outbound", "value": "340111"}]
    assert content["exportDeclaration"]["invoice"]["number"] == order.code


def test_its_parcel_goes_under_the_label_that_came_with_the_number(amina: Workshop, partner: Partner) -> None:
    order, _box = paid(amina)
    partner.works(minutes=1)
    box = parcel(amina, order)
    label = labels.ready(amina.id, [box.id])[box.id]
    with transaction():
        batch = documents.print_labels(amina.id, [box.id], paper="100x150", start=1, by=AMINA)
    pdf = documents.batch_pdf(amina.id, batch)
    assert (texts(pdf), read(pdf), bears_ours(pdf)) == ([""], [box.tracking], False)
    assert [each.their_mark for each in prints(amina.id, batch)] == [label.mark]
    papers = texts(documents.batch_customs_pdf(amina.id, batch, copies=2))
    kinds = ("CN 23", "COMMERCIAL INVOICE", "COMMERCIAL INVOICE")
    assert papers[0] == "", "the picture of its label"
    assert [kind in page for kind, page in zip(kinds, papers[1:], strict=True)] == [True] * 3
    with pytest.raises(Refused, match="its own label only"), transaction():
        labels.choose(session.get_one(type(amina.carrier), amina.carrier.id), theirs=False, by=AMINA)


def test_a_label_that_was_lost_with_its_answer_is_said_and_ours_is_printed(amina: Workshop, partner: Partner) -> None:
    order, _box = paid(amina)
    partner.world.faults.add("mydhl", "cut_after", "/shipments$", method="POST")
    partner.works(minutes=1)
    partner.works(minutes=7)
    box = parcel(amina, order)
    assert box.booked_at is not None
    assert partner_labels.fetch(amina.id, [box.id], outside=partner.outside) == 0
    assert labels.problems(amina.id, [box.id]) == {box.id: "it gave no label with its number"}
    with transaction():
        batch = documents.print_labels(amina.id, [box.id], paper="100x150", start=1, by=AMINA)
    assert [each.their_mark for each in prints(amina.id, batch)] == [""]


def test_a_buyer_at_home_is_never_offered_it(amina: Workshop) -> None:
    with transaction():
        session.execute(update(Product).values(abroad=True))
    assert [each.carrier for each in quotes(amina.id, place_of("FR"), weight_g=300, declared=Money(0))] == ["mydhl"]
    assert "mydhl" not in partners.far() - partners.abroad()


def test_a_partner_at_home_takes_no_zone(amina: Workshop) -> None:
    with transaction():
        session.get_one(type(amina.carrier), amina.carrier.id).carrier = "yalidine"
    for zone in abroad.zones(amina.id):
        with pytest.raises(Refused) as refused, transaction():
            abroad.change_zone(amina.id, zone.row.id, europe(amina), by=AMINA)
        assert refused.value.field == "account"


@pytest.mark.parametrize("kind", ["cut", "cut_after", "error_after"])
def test_an_answer_that_was_lost_leaves_exactly_one_parcel(amina: Workshop, partner: Partner, kind: str) -> None:
    order, box = paid(amina)
    partner.world.faults.add("mydhl", kind, "/shipments$", method="POST")
    partner.works(minutes=1)
    assert parcel(amina, order).booked_at is None
    partner.comes_round(minutes=8)
    assert parcel(amina, order).tracking == partner.row(box)["shipmentTrackingNumber"]


def test_what_it_refuses_is_said_and_waits_for_her(amina: Workshop, partner: Partner) -> None:
    order, _box = paid(amina)
    leaves(amina, hs_code="")
    partner.works(minutes=1)
    assert parcel(amina, order).booking_problem == "customs wants a code and a description of every product"
    partner.comes_round(minutes=60)
    assert partner.sim.parcels == {}


def test_its_way_comes_back_by_asking_until_it_is_delivered(amina: Workshop, partner: Partner) -> None:
    order, _box = paid(amina)
    box = partner.takes(amina, order)
    partner.sim.go(box.tracking, "second_try", step_s=3600)
    assert partner.goes(box, hours=7) == [*["in_transit"] * 4, "attempt_failed", "in_transit", "delivered"]
    assert list(audit.findings()) == []


def waiting(shop: Workshop) -> tuple[Order, Shipment]:
    order, _payment = placed(shop)
    return order, parcel(shop, order)


def test_what_it_asks_is_told_before_anything_is_booked(amina: Workshop, partner: Partner) -> None:
    order, box = waiting(amina)
    assert quoting.last_asked(amina.id, box.id) is None
    quoting.ask(amina.id, order.id, by=AMINA, outside=partner.outside)
    said = quoting.last_asked(amina.id, box.id)
    assert said is not None
    assert (said.price, said.days) == (Money.dinars(6350), 3)
    assert partner.sim.parcels == {}


def test_where_it_does_not_go_is_told_too(amina: Workshop, partner: Partner) -> None:
    order, box = waiting(amina)
    assert isinstance(partner.sim, MyDhlSim)
    partner.sim.nowhere = {"FR"}
    quoting.ask(amina.id, order.id, by=AMINA, outside=partner.outside)
    said = quoting.last_asked(amina.id, box.id)
    assert said is not None
    assert said.price is None


def test_a_partner_that_is_down_or_was_asked_enough_says_so_and_nothing_is_written(
    amina: Workshop, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, box = waiting(amina)
    partner.world.faults.add("mydhl", "cut", "/rates$")
    with pytest.raises(Unavailable):
        quoting.ask(amina.id, order.id, by=AMINA, outside=partner.outside)
    partner.allows(monkeypatch, (0, 60))
    asked = sum(map(len, partner.sim.asked.values()))
    with pytest.raises(Unavailable), clock.standing_at(clock.now() + timedelta(minutes=2)):
        quoting.ask(amina.id, order.id, by=AMINA, outside=partner.outside)
    assert sum(map(len, partner.sim.asked.values())) == asked
    assert quoting.last_asked(amina.id, box.id) is None


def steps(shop: Workshop) -> list[tuple[int, Money]]:
    session.rollback()
    return [each for zone in abroad.zones(shop.id) for each in zone.steps]


def wanted(shop: Workshop) -> dict[str, int]:
    return {"store_id": shop.id, "zone_id": abroad.zones(shop.id)[0].row.id}


def test_a_zone_takes_its_prices_for_the_town_of_the_newest_order(amina: Workshop, partner: Partner) -> None:
    with pytest.raises(Refused), transaction():
        zone_prices.ask(amina.id, wanted(amina)["zone_id"], by=AMINA)
    waiting(amina)
    with transaction():
        zone_prices.ask(amina.id, wanted(amina)["zone_id"], by=AMINA)
    jobs.run_all({zone_prices.JOB: partial(zone_prices.take, partner.outside), NOTIFY: lambda _payload: None})
    assert steps(amina) == [(500, Money.dinars(6400)), (2000, Money.dinars(8600))], "rounded up to a hundred"


def test_a_price_that_is_not_known_stays_and_a_zone_that_went_another_way_too(
    amina: Workshop, partner: Partner
) -> None:
    waiting(amina)
    before = steps(amina)
    assert isinstance(partner.sim, MyDhlSim)
    partner.sim.nowhere = {"FR"}
    zone_prices.take(partner.outside, wanted(amina))
    assert steps(amina) == before
    partner.sim.nowhere = set()
    partner.world.faults.add("mydhl", "cut", "/rates$")
    with pytest.raises(Unavailable):
        zone_prices.take(partner.outside, wanted(amina))
    payload = wanted(amina)
    with transaction():
        session.get_one(type(amina.carrier), amina.carrier.id).carrier = "rate_sheet"
    zone_prices.take(partner.outside, payload)
    assert steps(amina) == before
    with transaction():
        abroad.drop_zone(amina.id, payload["zone_id"], by=AMINA)
    zone_prices.take(partner.outside, payload)


def test_of_a_parcel_that_stays_or_has_left_nobody_is_asked(amina: Workshop, partner: Partner) -> None:
    order, box = waiting(amina)
    with transaction():
        session.get_one(Shipment, box.id).state = "in_transit"
    with pytest.raises(InvalidTransition):
        quoting.ask(amina.id, order.id, by=AMINA, outside=partner.outside)
    with transaction():
        session.get_one(Shipment, box.id).state = "preparing"
        session.execute(update(Order).values(wilaya_code="31", commune_code="3101"))
    session.expire_all()
    with pytest.raises(InvalidTransition):
        quoting.ask(amina.id, order.id, by=AMINA, outside=partner.outside)
