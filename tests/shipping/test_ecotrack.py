"""Ecotrack's adapter at its simulator: the kit, drafts that are confirmed once, its ways to refuse, its words."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shop.core import clock
from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.core.states import SCANS
from shop.shipping.carriers.ecotrack import PLUGIN, Ecotrack, Settings, mapping, statuses
from shop.shipping.carriers.ecotrack.brands import BRANDS
from shop.shipping.carriers.ecotrack.client import by_tracking, rows_of
from shop.shipping.contract import Booking, Carrier, Parcel
from shop.testing.carrier_kit import ORAN, CarrierKit
from shop.testing.ecotrack_sim import EcotrackSim
from shop.testing.outside import World

TOKEN = "CanaryTokenOfIsmahaneAtEcotrack1234567890abcdef"
SIM = EcotrackSim
SETTINGS = Settings("anderson", TOKEN)
CREATE, CONFIRM, LIST = "/create/order$", "/valid/order$", "/get/orders$"


@pytest.fixture
def parcel() -> Parcel:
    return Parcel(
        reference="HECO2345678", to=ORAN, kind="home", weight_g=1600, collect=Money.dinars(1700),
        declared=Money.dinars(1200), name="ياسين حداد", phone="+213550123456", address="12 rue des Oliviers",
        contents="2 × Savon", note="Aérosol · après 17 h",
    )  # fmt: skip


class TestKit(CarrierKit):
    plugin = PLUGIN

    @pytest.fixture
    def carrier(self, carrier: Ecotrack) -> Carrier:
        return carrier

    @pytest.fixture
    def unserved(self, parcel: Parcel) -> Parcel:
        return replace(parcel, to=replace(ORAN, commune_code="3199", commune_name="Nulle Part"))

    @pytest.fixture
    def unanswered(self, world: World, carrier: Ecotrack) -> Carrier:
        world.faults.add("ecotrack", "cut", times=None)
        return carrier

    @pytest.fixture
    def is_taken_back(self, sim: EcotrackSim) -> Callable[[str], str]:
        def told(tracking: str) -> str:
            row = sim.parcels[tracking].row
            return str(row["produit_a_recupere"]) if row["type_id"] == 2 else ""

        return told

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [TOKEN]


def test_a_parcel_is_told_in_their_words_and_confirmed(carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel) -> None:
    row = sim.parcels[carrier.book(parcel).tracking].row
    assert (row["client"], row["phone"], row["commune"], row["wilaya_id"]) == ("ياسين حداد", "0550123456", "Oran", 31)
    assert (row["montant"], row["weight"], row["validated"], row["status"]) == ("1700", "2", 1, "prete_a_expedier")


def test_a_courier_is_asked_for_where_she_wants_one(world: World, sim: EcotrackSim, parcel: Parcel) -> None:
    carrier = PLUGIN.build(replace(SETTINGS, collection="1"), world.outbound())
    assert sim.parcels[carrier.book(parcel).tracking].row["status"] == "en_ramassage"


@pytest.mark.parametrize("brand", ["dhd", "conexlog", "e48hr"])
def test_the_company_decides_the_host(world: World, sim: EcotrackSim, parcel: Parcel, brand: str) -> None:
    carrier = PLUGIN.build(replace(SETTINGS, brand=brand), world.outbound())
    assert carrier.book(parcel).tracking in sim.parcels
    assert len(BRANDS) > 80
    assert len({url for _name, url in BRANDS.values()}) == len(BRANDS)
    assert all(
        url.startswith("https://") and url.endswith((".ecotrack.dz", "-dz.com")) for _name, url in BRANDS.values()
    )


@pytest.mark.parametrize("path", [CREATE, CONFIRM])
@pytest.mark.parametrize("kind", ["cut_after", "error_after", "cut"])
def test_a_lost_answer_leaves_one_parcel_that_is_confirmed(
    carrier: Ecotrack, sim: EcotrackSim, world: World, parcel: Parcel, path: str, kind: str
) -> None:
    world.faults.add("ecotrack", kind, path, method="POST")
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    tracking = carrier.book(parcel).tracking
    (row,) = sim.of_reference(parcel.reference)
    assert (row["tracking"], row["validated"]) == (tracking, 1)
    assert carrier.find(parcel.reference) == tracking


def test_without_seeking_it_would_be_made_twice_and_the_confirmed_one_is_ours(
    carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel
) -> None:
    """The control: the simulator is as forgetful as the real ones."""
    carrier.client.post("create/order", mapping.wanted(parcel))
    sim.world.clock.advance(seconds=5)
    tracking = str(carrier.client.post("create/order", mapping.wanted(parcel))["tracking"])
    carrier.client.post("valid/order", {"tracking": tracking})
    sim.become(tracking, "picked")
    assert len(sim.of_reference(parcel.reference)) == 2
    assert carrier.book(parcel).tracking == tracking


def test_a_draft_that_is_not_accepted_says_so_and_is_confirmed_later(
    carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel
) -> None:
    sim.unconfirmed = "Solde insuffisant"
    with pytest.raises(Rejected, match="lies there as a draft and was not accepted — Solde insuffisant"):
        carrier.book(parcel)
    sim.unconfirmed = ""
    assert carrier.book(parcel).tracking in sim.parcels
    assert len(sim.parcels) == 1


def test_a_parcel_is_found_behind_many_others_and_only_since_it_can_have_been_asked_for(
    carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel
) -> None:
    tracking = carrier.book(parcel).tracking
    for at in range(85):
        carrier.client.post("create/order", mapping.wanted(replace(parcel, reference=f"HOTHER{at}")))
    asked = len(sim.asked[TOKEN])
    assert carrier.find(parcel.reference) == tracking
    assert len(sim.asked[TOKEN]) - asked == 3, "three pages of forty"
    later = replace(parcel, since=clock.now() + timedelta(days=3))
    assert carrier.book(later).tracking != tracking, "the list begins where it can be"


def test_one_wrong_parcel_of_many_stops_none_of_the_others(carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel) -> None:
    wrong = replace(parcel, reference="HWRONG", to=replace(ORAN, commune_name="Nulle Part"))
    cents = replace(parcel, reference="HCENTS", collect=Money(170_050))
    far = replace(parcel, reference="HFAR", to=replace(ORAN, wilaya_code_58="54", commune_name="In Guezzam"))
    made = carrier.book_many([wrong, parcel, cents, far, replace(parcel, reference="HOTHER")])
    assert [type(each).__name__ for each in made] == ["Rejected", "Booking", "Rejected", "Rejected", "Booking"]
    assert "commune" in str(made[0])
    assert "does not deliver to this wilaya" in str(made[3])
    assert len(sim.parcels) == 2


def test_who_falls_silent_is_left_alone(carrier: Ecotrack, sim: EcotrackSim, world: World, parcel: Parcel) -> None:
    world.faults.add("ecotrack", "cut", CONFIRM, times=None)
    made = carrier.book_many([replace(parcel, reference=f"HMANY{at}") for at in range(9)])
    assert all(isinstance(each, Unavailable) for each in made)
    assert len(sim.parcels) == 1
    world.faults.clear()
    again = carrier.book_many([replace(parcel, reference=f"HMANY{at}") for at in range(9)])
    assert all(isinstance(each, Booking) for each in again)
    assert len(sim.parcels) == 9


def test_a_desk_is_the_postal_code_of_its_commune(carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel) -> None:
    points = carrier.points("31")
    at_desk = replace(parcel, kind="desk", desk=points[0].key, to=replace(ORAN, theirs=points[0].commune))
    row = sim.parcels[carrier.book(at_desk).tracking].row
    assert (row["stop_desk"], row["code_postal"], row["commune"]) == ("1", points[0].key, points[0].commune)
    with pytest.raises(Rejected):
        carrier.book(replace(at_desk, desk="", reference="HNODESK"))
    assert carrier.points("69") == []


def test_a_draft_is_taken_back_and_of_what_is_confirmed_the_return_is_asked(
    carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel
) -> None:
    draft = str(carrier.client.post("create/order", mapping.wanted(parcel))["tracking"])
    carrier.cancel(draft)
    assert sim.parcels == {}
    tracking = carrier.book(parcel).tracking
    carrier.cancel(tracking)
    assert sim.parcels[tracking].row["status"] == "return_asked"
    under_way = carrier.book(replace(parcel, reference="HMOVES")).tracking
    sim.become(under_way, "picked")
    with pytest.raises(Rejected, match="on its way"):
        carrier.cancel(under_way)
    carrier.cancel("ECONOBODY1234")


def test_scans_come_in_our_words_the_oldest_first(carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel) -> None:
    one, two = (carrier.book(replace(parcel, reference=each)).tracking for each in ("HONE", "HTWO"))
    for status in ("picked", "Tentative de livraison", "Perdu de vue"):
        sim.world.clock.advance(seconds=60)
        sim.become(one, status, reason="Hub Oran")
    sim.become(two, "Vers wilaya")
    scans = carrier.scans_of([one, two, "ECONOBODY1234", "../nobody"])
    assert [each.word for each in scans if each.tracking == one] == ["picked_up", "attempt_failed", "unknown"]
    assert [each.raw for each in scans if each.word == "unknown"] == ["Perdu de vue"]
    assert (scans[0].text, {each.tracking for each in scans}) == ("Hub Oran · Oran", {one, two})


@pytest.mark.parametrize("seed", range(3))
def test_marks_in_any_order_are_the_same_way(seed: int) -> None:
    """Recorded as its clients describe it: a date and a time of day, in no promised order."""
    marks = [
        {"status": status, "date": "2026-11-25", "time": f"1{at}:30:00", "station": "Alger", "scanLocation": ""}
        for at, status in enumerate(
            ("order_information_received_by_carrier", "picked", "en_hub", "livred", "encaissed")
        )
    ]
    told = random.Random(seed).sample(marks, len(marks)) + marks[:2]
    found = {each.key: each for each in mapping.scans("ECO1", {"activity": told})}
    words = [each.word for each in sorted(found.values(), key=lambda each: each.at)]
    assert words == ["picked_up", "at_hub", "delivered", "delivered"]
    assert list(mapping.scans("ECO1", {"activity": [{"status": "livred", "date": "hier"}, "livred", None]})) == []
    assert list(mapping.scans("ECO1", {})) == []


def test_lists_are_read_however_they_are_sent() -> None:
    row = {"tracking": "ECO1", "nom": "Oran"}
    for told in ([row], {"0": row}, {"data": [row]}, {"data": {"0": row}}):
        assert rows_of(told) == [row]
    for told in ({"ECO1": row}, {"data": {"ECO1": row}}, [row], {"data": [row]}):
        assert by_tracking(told) == {"ECO1": row}
    assert (rows_of(None), by_tracking("oops")) == ([], {})
    assert [mapping.is_yes(each) for each in (1, "1", 0, "0", None)] == [True, True, False, False, False]


def test_every_status_of_theirs_has_one_of_our_words() -> None:
    assert set(statuses.WORDS.values()) <= set(SCANS)
    assert not statuses.BEFORE & set(statuses.WORDS)
    assert all(statuses.mark(each) == each for each in (*statuses.WORDS, *statuses.BEFORE))
    told = ("Return_received", "Prêt à expédier", "Livré non encaissé", "en_route")
    assert [statuses.word_of(each) for each in told] == ["returned", "", "delivered", "unknown"]


def test_closed_tokens_are_the_owners_to_mend(carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel) -> None:
    carrier.check()
    sim.closed = {TOKEN}
    for ask in (carrier.check, lambda: carrier.book(parcel)):
        with pytest.raises(Misconfigured):
            ask()


def test_a_reached_limit_is_no_refusal(carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel) -> None:
    sim.limits = {"minute": (60, 2)}
    with pytest.raises(Unavailable):
        carrier.book(parcel)  # it may seek and make a draft, and no more
    sim.limits = {}
    assert carrier.book(parcel).tracking in sim.parcels
    assert len(sim.parcels) == 1


def test_settings_say_what_is_wrong() -> None:
    assert set(Settings().problems()) == {"brand", "api_token"}
    assert set(Settings("yalidine", "too short").problems()) == {"brand", "api_token"}
    assert SETTINGS.problems() == {}


def test_an_exchange_arrives_as_one_with_what_is_taken_back(
    carrier: Ecotrack, sim: EcotrackSim, parcel: Parcel
) -> None:
    row = sim.parcels[carrier.book(replace(parcel, takes_back="1 × Savon")).tracking].row
    assert (row["type_id"], row["produit_a_recupere"]) == (2, "1 × Savon")
    assert PLUGIN.exchanges
