"""Yalidine's adapter at its simulator: the kit, what it may never do, and its words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shop.core import clock
from shop.core.boxes import Box
from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.core.states import SCANS
from shop.shipping.carriers.yalidine import PLUGIN, Settings, Yalidine, statuses
from shop.shipping.contract import Carrier, CarrierStatement, Notice, Parcel, StatementLine
from shop.testing.carrier_kit import ORAN, CarrierKit
from shop.testing.outside import World
from shop.testing.yalidine_sim import YalidineSim, signed

API_ID, TOKEN, SECRET = "01234567890123456789", "CanaryTokenOfIsmahane1234567890ab", "CanarySecretOfHooks99"
SIM = YalidineSim
SETTINGS = Settings("yalidine", API_ID, TOKEN, SECRET)
PHRASE = {"order_id", "success", "tracking", "import_id", "label", "labels", "message"}


class TestKit(CarrierKit):
    plugin = PLUGIN

    @pytest.fixture
    def carrier(self, carrier: Yalidine) -> Carrier:
        return carrier

    @pytest.fixture
    def unserved(self, parcel: Parcel) -> Parcel:
        return replace(parcel, to=replace(ORAN, commune_code="3199", commune_name="Nulle Part"))

    @pytest.fixture
    def notices(self) -> list[Notice]:
        return [notice("yal-ABC123", "Livré"), notice("yal-ABC123", "Perdu de vue")]

    @pytest.fixture
    def unanswered(self, world: World, carrier: Yalidine) -> Carrier:
        world.faults.add("yalidine", "cut", times=None)
        return carrier

    @pytest.fixture
    def paid_out(self, sim: YalidineSim, carrier: Yalidine, parcel: Parcel) -> date:
        for n in range(2):
            sim.become(carrier.book(replace(parcel, reference=f"HYALPAID{n}")).tracking, "Livré")
            sim.pay(API_ID)
        return clock.today()

    @pytest.fixture
    def lies_insured(self, sim: YalidineSim) -> Callable[[str], bool]:
        return lambda tracking: sim.parcels[tracking].row["do_insurance"] == 1

    @pytest.fixture
    def is_taken_back(self, sim: YalidineSim) -> Callable[[str], str]:
        def told(tracking: str) -> str:
            row = sim.parcels[tracking].row
            return str(row["product_to_collect"]) if row["has_exchange"] else ""

        return told

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [TOKEN, SECRET]


def notice(tracking: str, status: str, *, event: str = "e" * 32, kind: str = "parcel_status_updated") -> Notice:
    data = {"tracking": tracking, "status": status, "reason": None}
    body = json.dumps({
        "type": kind, "events": [{"event_id": event, "occurred_at": "2026-11-26 10:00:00", "data": data}],
    }).encode()  # fmt: skip
    headers = {name.lower(): value for name, value in signed(SECRET, body).items()}
    return Notice(body, headers, datetime.now(UTC))


@pytest.fixture
def parcel() -> Parcel:
    return Parcel(
        reference="HYAL2345678", to=ORAN, kind="home", weight_g=1600, collect=Money.dinars(1700),
        declared=Money.dinars(1200), name="ياسين حداد", phone="+213550123456", address="12 rue des Oliviers",
        contents="2 × Savon", sender_wilaya_code="15", sender_wilaya="Tizi Ouzou",
    )  # fmt: skip


def test_a_parcel_is_told_in_their_words(carrier: Yalidine, sim: YalidineSim, parcel: Parcel) -> None:
    tracking = carrier.book(parcel).tracking
    row = sim.parcels[tracking].row
    assert (row["price"], row["declared_value"], row["weight"], row["freeshipping"]) == (1700, 1200, 2, 1)
    assert (row["firstname"], row["familyname"], row["contact_phone"]) == ("ياسين", "حداد", "0550123456")
    assert (row["from_wilaya_name"], row["to_wilaya_name"], row["to_commune_name"]) == ("Tizi Ouzou", "Oran", "Oran")


def test_size_and_weight_are_told_and_cost_there_what_buyers_are_quoted(
    carrier: Yalidine, sim: YalidineSim, parcel: Parcel
) -> None:
    bulky = replace(parcel, weight_g=1_600, box=Box(395, 300, 300))
    row = sim.parcels[carrier.book(bulky).tracking].row
    assert (row["length"], row["width"], row["height"], row["weight"]) == (40, 30, 30, 2)
    (home, _desk) = carrier.quotes(bulky)
    assert home.price == Money.dinars(row["delivery_fee"]) == carrier.quotes(parcel)[0].price + Money.dinars(220)
    assert {fee.insurance_hundredths for fee in carrier.fees("15", "31")} == {75}
    assert {fee.per_kg for fee in carrier.fees("15", "31")} == {Money.dinars(100)}


def test_an_answer_that_was_lost_is_sought_and_never_asked_for_twice(
    carrier: Yalidine, sim: YalidineSim, world: World, parcel: Parcel
) -> None:
    world.faults.add("yalidine", "cut_after", "/v1/parcels", method="POST")
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    assert carrier.find(parcel.reference) == carrier.book(parcel).tracking
    assert len(sim.of_reference(parcel.reference)) == 1


def test_without_seeking_it_would_be_booked_twice(carrier: Yalidine, sim: YalidineSim, parcel: Parcel) -> None:
    """The control: the simulator is as forgetful as the real one."""
    from shop.shipping.carriers.yalidine.mapping import wanted

    carrier.book(parcel)
    carrier.client.post("parcels/", [wanted(parcel)])
    assert len(sim.of_reference(parcel.reference)) == 2
    assert carrier.find(parcel.reference) == min(str(each["tracking"]) for each in sim.of_reference(parcel.reference))


def test_one_wrong_parcel_of_many_stops_none_of_the_others(carrier: Yalidine, sim: YalidineSim, parcel: Parcel) -> None:
    wrong = replace(parcel, reference="HWRONG", to=replace(ORAN, commune_name="Nulle Part"))
    much = replace(parcel, reference="HMUCH", collect=Money.dinars(150_001))
    other = replace(parcel, reference="HOTHER")
    made = carrier.book_many([wrong, parcel, much, other])
    assert [type(each).__name__ for each in made] == ["Rejected", "Booking", "Rejected", "Booking"]
    assert "to_commune_name" in str(made[0])
    assert len(sim.parcels) == 2


def test_a_desk_is_named_by_their_number(carrier: Yalidine, sim: YalidineSim, parcel: Parcel) -> None:
    point = carrier.points("31")[0]
    tracking = carrier.book(replace(parcel, kind="desk", desk=point.key)).tracking
    assert sim.parcels[tracking].row["stopdesk_id"] == int(point.key)
    with pytest.raises(Rejected):
        carrier.book(replace(parcel, kind="desk", desk="", reference="HNODESK"))


def test_what_is_on_its_way_is_not_taken_back(carrier: Yalidine, sim: YalidineSim, parcel: Parcel) -> None:
    tracking = carrier.book(parcel).tracking
    sim.become(tracking, "Expédié")
    with pytest.raises(Rejected):
        carrier.cancel(tracking)


def test_a_number_that_it_does_not_know_has_no_scans(carrier: Yalidine) -> None:
    assert carrier.scans("yal-NOBODY") == []
    assert carrier.scans("../wilayas") == []


def test_scans_come_in_our_words_the_oldest_first(carrier: Yalidine, sim: YalidineSim, parcel: Parcel) -> None:
    one, two = (carrier.book(replace(parcel, reference=each)).tracking for each in ("HONE", "HTWO"))
    for status in ("Ramassé", "Tentative échouée", "Perdu de vue"):
        sim.world.clock.advance(seconds=60)
        sim.become(one, status, reason="Client absent (reporté)")
    sim.become(two, "Expédié")
    scans = carrier.scans_of([one, two])
    assert [each.word for each in scans if each.tracking == one] == ["picked_up", "attempt_failed", "unknown"]
    assert [each.raw for each in scans if each.word == "unknown"] == ["Perdu de vue"]
    assert "Client absent (reporté)" in scans[0].text
    assert {each.tracking for each in scans} == {one, two}


def test_every_status_of_theirs_has_one_of_our_words() -> None:
    assert set(statuses.WORDS.values()) <= set(SCANS)
    assert not statuses.BEFORE & set(statuses.WORDS)
    assert statuses.word_of("En livraison") == "unknown", "a look-alike is never guessed"


def test_closed_keys_are_the_owners_to_mend(carrier: Yalidine, sim: YalidineSim, parcel: Parcel) -> None:
    carrier.check()
    sim.closed = {API_ID}
    with pytest.raises(Misconfigured):
        carrier.check()
    with pytest.raises(Misconfigured):
        carrier.book(parcel)


def test_a_reached_limit_is_no_refusal(carrier: Yalidine, sim: YalidineSim, parcel: Parcel) -> None:
    sim.limits = {"minute": (60, 1)}
    with pytest.raises(Unavailable):
        carrier.book(parcel)  # it may seek, and no more
    assert sim.parcels == {}


def test_what_weighs_more_than_five_kilograms_pays_for_each_above(carrier: Yalidine, parcel: Parcel) -> None:
    light, heavy = (carrier.quotes(replace(parcel, weight_g=grams)) for grams in (5000, 7001))
    assert [(b.price - a.price).minor for a, b in zip(light, heavy, strict=True)] == [300_00, 300_00]


def test_the_address_for_notices_is_shown_to_be_ours(carrier: Yalidine) -> None:
    assert carrier.challenge({"subscribe": "1", "crc_token": "abc123"}) == "abc123"
    assert carrier.challenge({"crc_token": "<script>"}) == ""
    assert carrier.challenge({}) == ""


def test_a_payment_tells_of_each_parcel_what_was_collected_and_kept(
    carrier: Yalidine, sim: YalidineSim, parcel: Parcel
) -> None:
    small, large, strange = (
        carrier.book(replace(parcel, reference=f"HYAL234567{n}", collect=Money.dinars(dinars))).tracking
        for n, dinars in enumerate((1700, 20_000, 900))
    )
    sim.parcels[strange].row["price"] = None
    for each in (small, large, strange):
        sim.become(each, "Livré")
    since = clock.today() - timedelta(days=30)
    assert carrier.statements(since) == []
    payment = sim.pay(API_ID)
    home = Money.dinars(sim.parcels[small].row["delivery_fee"])
    assert home.minor > 0
    assert carrier.statements(since) == [
        CarrierStatement(payment, (
            StatementLine(large, Money.dinars(20_000), home + Money.dinars(300)),
            StatementLine(small, Money.dinars(1700), home),
        ))
    ]  # fmt: skip
    assert carrier.statements(clock.today() + timedelta(days=1)) == []


def test_an_exchange_arrives_as_one_with_what_is_taken_back(
    carrier: Yalidine, sim: YalidineSim, parcel: Parcel
) -> None:
    row = sim.parcels[carrier.book(replace(parcel, takes_back="1 × Savon")).tracking].row
    assert (row["has_exchange"], row["product_to_collect"]) == (1, "1 × Savon")
    assert PLUGIN.exchanges
