"""NOEST's adapter at its simulator: the kit, one draft confirmed once, its refusals, money apart from movement."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.core.states import SCANS
from shop.shipping.carriers.noest import PLUGIN, Noest, Settings, mapping, statuses
from shop.shipping.contract import Carrier, Parcel
from shop.testing.carrier_kit import ORAN, CarrierKit
from shop.testing.noest_sim import NoestSim
from shop.testing.outside import World

TOKEN = "CanaryTokenOfIsmahaneAtNoest1234567890abcdefghij"
SIM = NoestSim
SETTINGS = Settings("2QCANARY", TOKEN)


@pytest.fixture
def parcel() -> Parcel:
    return Parcel(
        reference="HNOE2345678", to=ORAN, kind="home", weight_g=1600, collect=Money.dinars(1700),
        declared=Money.dinars(1200), name="ياسين حداد", phone="+213550123456", address="12 rue des Oliviers",
        contents="2 × Savon", note="Après 17 h",
    )  # fmt: skip


class TestKit(CarrierKit):
    plugin = PLUGIN

    @pytest.fixture
    def carrier(self, carrier: Noest) -> Carrier:
        return carrier

    @pytest.fixture
    def unserved(self, parcel: Parcel) -> Parcel:
        return replace(parcel, to=replace(ORAN, commune_code="3199", commune_name="Nulle Part"))

    @pytest.fixture
    def unanswered(self, world: World, carrier: Noest) -> Carrier:
        world.faults.add("noest", "cut", times=None)
        return carrier

    @pytest.fixture
    def is_taken_back(self, sim: NoestSim) -> Callable[[str], str]:
        def told(tracking: str) -> str:
            row = sim.parcels[tracking].row
            return str(row["produit_a_recuperer"]) if row["type_id"] == 2 else ""

        return told

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [TOKEN]


def test_a_parcel_is_told_in_their_words_and_confirmed(carrier: Noest, sim: NoestSim, parcel: Parcel) -> None:
    row = sim.parcels[carrier.book(parcel).tracking].row
    assert (row["client"], row["phone"], row["commune"], row["wilaya_id"]) == ("ياسين حداد", "0550123456", "Oran", 31)
    assert (row["montant"], row["poids"], row["type_id"], row["validated"]) == (1700, 2, 1, 1)


@pytest.mark.parametrize("kind", ["cut_after", "error_after", "cut"])
def test_a_draft_whose_number_is_kept_is_confirmed_once(
    carrier: Noest, sim: NoestSim, world: World, parcel: Parcel, kind: str
) -> None:
    number = carrier.draft(parcel)
    world.faults.add("noest", kind, "/valid/order$")
    with pytest.raises(Unavailable):
        carrier.confirm(number)
    assert carrier.book(replace(parcel, draft=number)).tracking == number
    assert [row["validated"] for row in sim.of_reference(parcel.reference)] == [1]


def test_a_draft_whose_number_was_lost_never_moves(carrier: Noest, sim: NoestSim, world: World, parcel: Parcel) -> None:
    world.faults.add("noest", "cut_after", "/create/order$")
    with pytest.raises(Unavailable):
        carrier.draft(parcel)
    tracking = carrier.book(parcel).tracking
    assert sorted(row["validated"] for row in sim.of_reference(parcel.reference)) == [0, 1]
    assert sim.parcels[tracking].row["validated"] == 1


def test_a_draft_that_is_not_accepted_or_gone_says_so(carrier: Noest, sim: NoestSim, parcel: Parcel) -> None:
    number = carrier.draft(parcel)
    sim.refused = {"confirming": "Solde insuffisant"}
    with pytest.raises(Rejected, match="lies there as a draft and was not accepted — Solde insuffisant"):
        carrier.confirm(number)
    sim.refused = {}
    carrier.cancel(number)
    with pytest.raises(Rejected, match="no longer there") as gone:
        carrier.confirm(number)
    assert gone.value.fields == {"draft": "gone"}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("duplicate_order", "lies there already"), ("account_suspended", "suspended"),
        ("inactive_commune", "not served now"),
    ],
)  # fmt: skip
def test_each_refusal_of_theirs_is_said(carrier: Noest, sim: NoestSim, parcel: Parcel, kind: str, said: str) -> None:
    carrier.draft(parcel)
    sim.refused = {kind: "Refusé"}
    with pytest.raises(Rejected, match=said):
        carrier.draft(parcel)
    assert len(sim.parcels) == 1


def test_what_it_can_not_take_is_refused_with_its_field(carrier: Noest, sim: NoestSim, parcel: Parcel) -> None:
    for wrong, said in (
        (replace(parcel, collect=Money.dinars(150_001)), "more than is allowed"),
        (replace(parcel, collect=Money(170_050)), "whole dinars"),
        (replace(parcel, phone="+33612345678"), "phone"),
        (replace(parcel, kind="desk", desk=""), "desk"), (replace(parcel, kind="desk", desk="16A"), "station_code"),
    ):  # fmt: skip
        with pytest.raises(Rejected, match=said):
            carrier.book(wrong)
    assert sim.parcels == {}


def test_a_desk_is_named_by_its_code_and_has_hours(carrier: Noest, sim: NoestSim, parcel: Parcel) -> None:
    points = carrier.points("31")
    assert {(each.key, each.commune, each.hours) for each in points} == {
        ("31A", "Es Senia", "08:00 - 17:30"), ("31B", "Oran", "08:00 - 17:30"),
    }  # fmt: skip
    row = sim.parcels[carrier.book(replace(parcel, kind="desk", desk="31B")).tracking].row
    assert (row["stop_desk"], row["station_code"]) == (1, "31B")


def test_a_draft_is_deleted_and_of_what_is_confirmed_the_return_is_asked(
    carrier: Noest, sim: NoestSim, parcel: Parcel
) -> None:
    carrier.cancel(carrier.draft(parcel))
    assert sim.parcels == {}
    tracking = carrier.book(parcel).tracking
    carrier.cancel(tracking)
    assert sim.parcels[tracking].row["status"] == "return_asked_by_customer"
    under_way = carrier.book(replace(parcel, reference="HMOVES")).tracking
    sim.become(under_way, "validation_collect_colis")
    with pytest.raises(Rejected, match="on its way"):
        carrier.cancel(under_way)


def test_money_moves_nothing_and_the_rest_comes_in_our_words(carrier: Noest, sim: NoestSim, parcel: Parcel) -> None:
    tracking = carrier.book(parcel).tracking
    sim.go(tracking, "paid", step_s=60)
    sim.become(tracking, "perdu_de_vue")
    sim.world.clock.advance(hours=1)
    scans = carrier.scans_of([tracking, "ECS0000000000", "../nobody"])
    assert [each.word for each in scans] == ["unknown", "picked_up", "out_for_delivery", "delivered"]
    assert scans[0].raw == "perdu_de_vue"
    assert carrier.scans("ECS0000000000") == []
    told = mapping.events({"activity": sim.parcels[tracking].told})
    assert {"edit_price", "verssement_admin_cust"} <= set(told), "the control: money was told among them"


@pytest.mark.parametrize("seed", range(3))
def test_events_in_any_order_are_the_same_way(seed: int) -> None:
    """Recorded as its clients describe it."""
    keys = ("upload", "customer_validation", "validation_collect_colis", "extra_fee", "mise_a_jour", "livre")
    told = [
        {"event_key": key, "event": key, "causer": "NOEST", "badge-class": "badge", "by": "Agence",
         "date": f"2026-11-2{at} 10:00:00", "name": "", "driver": "", "fdr": ""}
        for at, key in enumerate(keys)
    ]  # fmt: skip
    shuffled = random.Random(seed).sample(told, len(told)) + told[:3]
    found = {each.key: each for each in mapping.scans("ECS1", {"OrderInfo": {}, "activity": shuffled})}
    words = [each.word for each in sorted(found.values(), key=lambda each: each.at)]
    assert words == ["picked_up", "attempt_failed", "delivered"]
    assert list(mapping.scans("ECS1", {"activity": ["livre", None, {"event_key": "livre", "date": "hier"}]})) == []


def test_every_event_of_theirs_has_one_of_our_words() -> None:
    assert set(statuses.WORDS.values()) <= set(SCANS)
    apart = statuses.BEFORE | statuses.MONEY | statuses.INFORMATION
    assert not apart & set(statuses.WORDS)
    assert all(statuses.word_of(each) == "" for each in apart)
    assert statuses.word_of("livree") == "unknown", "a look-alike is never guessed"


def test_closed_keys_are_the_owners_to_mend(world: World, carrier: Noest, sim: NoestSim, parcel: Parcel) -> None:
    carrier.check()
    sim.closed = {TOKEN}
    for ask in (carrier.check, lambda: carrier.book(parcel)):
        with pytest.raises(Misconfigured):
            ask()


def test_a_reached_limit_is_no_refusal(carrier: Noest, sim: NoestSim, parcel: Parcel) -> None:
    sim.limits = {"minute": (60, 1)}
    number = carrier.draft(parcel)
    with pytest.raises(Unavailable):
        carrier.confirm(number)
    assert sim.parcels[number].row["validated"] == 0


def test_settings_say_what_is_wrong() -> None:
    assert set(Settings().problems()) == {"user_guid", "api_token"}
    assert SETTINGS.problems() == {}


def test_an_exchange_arrives_as_one_with_what_is_taken_back(carrier: Noest, sim: NoestSim, parcel: Parcel) -> None:
    row = sim.parcels[carrier.book(replace(parcel, takes_back="1 × Savon")).tracking].row
    assert (row["type_id"], row["produit_a_recuperer"]) == (2, "1 × Savon")
    assert PLUGIN.exchanges
