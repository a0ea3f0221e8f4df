"""MyDHL's adapter at its simulator: the kit, parcels abroad with what customs is told, its label, lost answers."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shop.core import clock
from shop.core.boxes import Box
from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.core.states import SCANS
from shop.shipping.carriers.mydhl import PLUGIN, MyDhl, Settings, mapping, statuses
from shop.shipping.carriers.mydhl.client import Client
from shop.shipping.contract import Abroad, Cancels, Carrier, Goods, Parcel, Place, Quote, ReadsNotices
from shop.testing.carrier_kit import ORAN, CarrierKit
from shop.testing.mydhl_sim import MyDhlSim
from shop.testing.outside import World
from tests.shipping.recorded import Recording, recorded

SECRET = "CanarySecretOfIsmahane1"
SIM = MyDhlSim
SETTINGS = Settings(account="305000001", user="canaryKey77", password=SECRET, postcode="25000")
RECORDED = recorded("mydhl")
LYON = Place("FR", "FR", "France", "FR", "France")
NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)


@pytest.fixture
def parcel() -> Parcel:
    goods = (
        Goods("Parfum de jasmin / Jasmine perfume", 3, 150, Money(1000_00), "330300", "DZ"),
        Goods("Savon / Soap", 1, 90, Money(450_50), "340111", "DZ"),
    )
    there = Abroad(
        "FR", "Lyon", "69003", goods, invoice="2026-0012", sender="Parfums Ismahane", sender_address="12 rue des Roses",
        sender_city="Constantine", sender_phone="+213550000103", sender_email="ismahane@atelier.example",
    )  # fmt: skip
    return Parcel(
        reference="HDHL2345678", to=LYON, kind="home", weight_g=740, collect=Money(0), declared=Money(1450_50),
        name="Sarah Martin", phone="+33612345678", address="5, rue des Lilas", contents="3 × Parfum, 1 × Savon",
        abroad=there,
    )  # fmt: skip


def there_of(parcel: Parcel, **change: Any) -> Parcel:
    assert parcel.abroad is not None
    return replace(parcel, abroad=replace(parcel.abroad, **change))


def said(*answers: object, status: int = 200) -> MyDhl:
    return MyDhl(SETTINGS, Client("live", "u", "p", Recording([(status, each) for each in answers])))


class TestKit(CarrierKit):
    plugin = PLUGIN

    @pytest.fixture
    def carrier(self, carrier: MyDhl) -> Carrier:
        return carrier

    @pytest.fixture
    def parcel(self, parcel: Parcel) -> Parcel:
        return parcel

    @pytest.fixture
    def unserved(self, parcel: Parcel) -> Parcel:
        return there_of(parcel, country="KP", city="")

    @pytest.fixture
    def unanswered(self, world: World, carrier: MyDhl) -> Carrier:
        world.faults.add("mydhl", "cut", times=None)
        return carrier

    @pytest.fixture
    def lies_insured(self, sim: MyDhlSim) -> Callable[[str], bool]:
        return lambda tracking: bool(sim.parcels[tracking].row.get("valueAddedServices"))

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [SECRET]


def test_a_parcel_is_told_in_their_words_with_what_customs_wants(carrier: MyDhl, sim: MyDhlSim, parcel: Parcel) -> None:
    booked = carrier.book(parcel)
    row = sim.parcels[booked.tracking].row
    assert row["customerReferences"] == [{"value": "HDHL2345678", "typeCode": "CU"}]
    assert (row["productCode"], row["pickup"], row["accounts"][0]["number"]) == (
        "P",
        {"isRequested": False},
        "305000001",
    )
    to = row["customerDetails"]["receiverDetails"]
    assert to["postalAddress"] == {
        "countryCode": "FR", "cityName": "Lyon", "postalCode": "69003", "addressLine1": "5, rue des Lilas",
    }  # fmt: skip
    sender = row["customerDetails"]["shipperDetails"]
    assert (sender["postalAddress"]["countryCode"], sender["postalAddress"]["postalCode"]) == ("DZ", "25000")
    content = row["content"]
    assert content["packages"] == [{"weight": 0.74, "dimensions": {"length": 30, "width": 20, "height": 10}}]
    big = carrier.book(replace(parcel, reference="HBOX", box=Box(405, 300, 120)))
    sizes = sim.parcels[big.tracking].row["content"]["packages"][0]["dimensions"]
    assert sizes == {"length": 41, "width": 30, "height": 12}, "its own, where they are known"
    lines = content["exportDeclaration"]["lineItems"]
    assert [(each["price"], each["quantity"]["value"]) for each in lines] == [(333.33, 3), (450.5, 1)]
    assert content["declaredValue"] == 1450.49, "the sum of its lines: a third of a dinar has no centime"
    assert (lines[0]["commodityCodes"][0]["value"], lines[0]["weight"]["netValue"]) == ("330300", 0.15)
    assert content["exportDeclaration"]["invoice"]["number"] == "2026-0012"


def test_insuring_is_part_of_its_price_and_of_what_is_booked(carrier: MyDhl, sim: MyDhlSim, parcel: Parcel) -> None:
    (plain,), (safe,) = carrier.quotes(parcel), carrier.quotes(replace(parcel, insured=True))
    assert plain.price < safe.price
    row = sim.parcels[carrier.book(replace(parcel, insured=True)).tracking].row
    assert row["valueAddedServices"] == [{"serviceCode": "II", "value": 1450.5, "currency": "DZD"}]


def test_its_label_comes_with_the_booking_and_with_nothing_else(carrier: MyDhl, parcel: Parcel) -> None:
    first, again = carrier.book(parcel), carrier.book(parcel)
    assert first.label_pdf is not None
    assert first.label_pdf.startswith(b"%PDF")
    assert (again.tracking, again.label_pdf) == (first.tracking, None)


def test_what_it_cannot_do_it_does_not_claim(carrier: MyDhl) -> None:
    assert not isinstance(carrier, Cancels)
    assert not isinstance(carrier, ReadsNotices)
    assert PLUGIN.abroad


@pytest.mark.parametrize("kind", ["cut_after", "error_after"])
def test_an_answer_that_was_lost_is_sought_and_never_asked_for_twice(
    carrier: MyDhl, sim: MyDhlSim, world: World, parcel: Parcel, kind: str
) -> None:
    world.faults.add("mydhl", kind, "/shipments$", method="POST")
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    assert carrier.find(parcel.reference) == carrier.book(parcel).tracking
    assert len(sim.parcels) == 1


def test_what_would_be_refused_is_said_before_anybody_is_asked(carrier: MyDhl, sim: MyDhlSim, parcel: Parcel) -> None:
    assert parcel.abroad is not None
    bare = (replace(parcel.abroad.goods[0], hs=""),)
    wrong = {
        "country": replace(parcel, to=ORAN, abroad=None), "collect": replace(parcel, collect=Money(1)),
        "kind": replace(parcel, kind="desk"), "weight": replace(parcel, weight_g=70_001),
        "address": replace(parcel, address="rue " * 40), "goods": there_of(parcel, goods=bare),
        "city": there_of(parcel, city=" "), "phone": replace(parcel, phone=""),
        "sender": there_of(parcel, sender_address=""),
    }  # fmt: skip
    for field, each in wrong.items():
        with pytest.raises(Rejected) as refused:
            carrier.book(each)
        assert set(refused.value.fields) == {field}
    assert sim.asked == {}


def test_a_price_is_that_of_the_chosen_service_in_the_accounts_money() -> None:
    with clock.standing_at(NOON):
        assert said(RECORDED["rates"]).quotes(_small()) == [Quote("home", Money.dinars(7850), 2, 2)]
        easy = replace(said(RECORDED["rates"]), settings=replace(SETTINGS, product="8"))
        assert easy.quotes(_small()) == [Quote("home", Money(6450_50), 3, 3)]
        assert said(RECORDED["no_price"]).quotes(_small()) == []
        assert said(RECORDED["unavailable_product"], status=400).quotes(_small()) == []


def _small() -> Parcel:
    return Parcel("", LYON, "home", 500, Money(0), Money.dinars(900), abroad=Abroad("FR", "Lyon"))


def test_what_was_recorded_is_understood(parcel: Parcel) -> None:
    booked = said(RECORDED["missing"], RECORDED["booked"]).book(parcel)
    assert (booked.tracking, booked.label_pdf) == ("1234567890", b64decode("JVBERi0xLjQKJSBsYWJlbA=="))
    assert said(RECORDED["missing"], status=404).find(parcel.reference) == ""
    assert said(RECORDED["sought"]).find(parcel.reference) == "1111111111", "the first one that was made"
    with pytest.raises(Unavailable, match="did not say"):
        said(RECORDED["missing"], {"warnings": []}).book(parcel)


def test_refusals_are_told_and_a_failure_in_between_is_none() -> None:
    for name, words in (("refused", "maxLength: 45"), ("unavailable_product", "^The requested product")):
        with pytest.raises(Rejected, match=words):
            said(RECORDED[name], status=422).client.post("shipments", {})
    with pytest.raises(Unavailable):
        said(RECORDED["half_done"], status=400).client.post("shipments", {})
    with pytest.raises(Misconfigured):
        said(RECORDED["gateway"], status=401).client.post("shipments", {})


def test_recorded_events_come_in_our_words_oldest_first() -> None:
    scans = said(RECORDED["events"]).scans("1234567890")
    assert [(each.word, each.raw) for each in scans] == [
        ("picked_up", "PU"), ("in_transit", "DF"), ("unknown", "ZZ"), ("delivered", "OK"),
    ]  # fmt: skip
    assert scans[0].at == datetime(2026, 11, 27, 15, tzinfo=UTC)
    assert scans[-1].text == "Delivered · Lyon-FR"


def test_a_number_that_it_does_not_know_has_no_scans(carrier: MyDhl) -> None:
    assert carrier.scans("9999999999") == []
    assert carrier.scans("../rates") == []


def test_every_event_of_theirs_has_one_of_our_words() -> None:
    assert set(statuses.WORDS.values()) <= set(SCANS)
    assert statuses.word_of("ok") == "delivered"
    for raw in ("PD", "CS", "", "OKAY"):
        assert statuses.word_of(raw) == "unknown"


def test_the_service_for_trying_is_another_one(carrier: MyDhl, world: World, sim: MyDhlSim, parcel: Parcel) -> None:
    trying = PLUGIN.build(replace(SETTINGS, stage="test"), world.outbound())
    assert trying.book(parcel).tracking != carrier.book(parcel).tracking
    assert {each.account for each in sim.parcels.values()} == {"test canaryKey77", "live canaryKey77"}


def test_closed_keys_and_an_unknown_account_are_the_owners_to_mend(
    carrier: MyDhl, sim: MyDhlSim, parcel: Parcel
) -> None:
    carrier.check()
    sim.accounts = {"999999999"}
    with pytest.raises(Misconfigured, match="account number"):
        carrier.check()
    sim.closed = {"canaryKey77"}
    for ask in (carrier.check, lambda: carrier.book(parcel), lambda: carrier.scans("1840000011")):
        with pytest.raises(Misconfigured):
            ask()


def test_a_reached_limit_is_no_refusal(carrier: MyDhl, sim: MyDhlSim, parcel: Parcel) -> None:
    sim.limits = {"minute": (60, 1)}
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    assert sim.parcels == {}


def test_what_is_typed_is_checked() -> None:
    assert SETTINGS.problems() == {}
    wrong = Settings(account="12", user="a b", password="x", postcode="2500", box="big")
    assert set(wrong.problems()) == {"account", "user", "password", "postcode", "box"}
    assert [mapping.box_of(each) for each in ("30x20x10", "5 * 5 * 5", "0x1x1", "1x2", "300x20x10")] == [
        (30, 20, 10), (5, 5, 5), None, None, None,
    ]  # fmt: skip


def test_a_parcel_is_given_to_it_on_a_working_day() -> None:
    assert mapping.planned(datetime(2026, 11, 26, 22, tzinfo=UTC)) == "2026-11-29T10:00:00 GMT+01:00"


def test_whoever_receives_it_is_told_by_email_where_one_is_known(
    carrier: MyDhl, sim: MyDhlSim, parcel: Parcel
) -> None:  # fmt: skip
    def receiver(email: str, reference: str) -> dict[str, Any]:
        tracking = carrier.book(replace(there_of(parcel, email=email), reference=reference)).tracking
        return dict(sim.parcels[tracking].row["customerDetails"]["receiverDetails"]["contactInformation"])

    assert receiver("sarah@exemple.fr", "HDHL1")["email"] == "sarah@exemple.fr"
    assert "email" not in receiver("", "HDHL2")
    assert "email" not in receiver(f"{'s' * 60}@exemple.fr", "HDHL3"), "cut short it would be another one's"
