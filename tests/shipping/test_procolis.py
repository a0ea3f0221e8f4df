"""Procolis's adapter at its simulator: the kit, refusals inside a 200, parcels under our own number, no guesses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.core.states import SCANS
from shop.core.text import fold
from shop.shipping.carriers.procolis import PLUGIN, Procolis, Settings, statuses
from shop.shipping.carriers.procolis.client import Client
from shop.shipping.contract import Cancels, Carrier, Parcel, ReadsNotices
from shop.testing.carrier_kit import ORAN, CarrierKit
from shop.testing.outside import World
from shop.testing.procolis_sim import ProcolisSim
from tests.shipping.recorded import Recording, recorded

TOKEN, KEY = "CanaryTokenOfIsmahane123", "CanaryKeyOfIsmahane4567"
SIM = ProcolisSim
SETTINGS = Settings(TOKEN, KEY)
RECORDED = recorded("procolis")


@pytest.fixture
def parcel() -> Parcel:
    return Parcel(
        reference="HPRO2345678", to=ORAN, kind="home", weight_g=600, collect=Money.dinars(1700),
        declared=Money.dinars(1200), name="ياسين حداد", phone="+213550123456", address="12 rue des Oliviers",
        contents="2 × Savon", note="Sonner deux fois", sender_wilaya_code="15",
    )  # fmt: skip


def said(*answers: object) -> Procolis:
    return Procolis(SETTINGS, Client(TOKEN, KEY, Recording([(200, each) for each in answers])))


class TestKit(CarrierKit):
    plugin = PLUGIN

    @pytest.fixture
    def carrier(self, carrier: Procolis) -> Carrier:
        return carrier

    @pytest.fixture
    def unserved(self, parcel: Parcel) -> Parcel:
        return replace(parcel, to=replace(ORAN, wilaya_code="99", wilaya_code_58="99"))

    @pytest.fixture
    def unanswered(self, world: World, carrier: Procolis) -> Carrier:
        world.faults.add("procolis", "cut", times=None)
        return carrier

    @pytest.fixture
    def is_taken_back(self, sim: ProcolisSim) -> Callable[[str], str]:
        def told(tracking: str) -> str:
            row = sim.parcels[tracking].row
            return str(row["Note"]) if row["TypeColis"] == "1" else ""

        return told

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [TOKEN, KEY]


def test_a_parcel_is_told_in_their_words_under_our_number(carrier: Procolis, sim: ProcolisSim, parcel: Parcel) -> None:
    assert carrier.book(parcel).tracking == parcel.reference
    row = sim.parcels[parcel.reference].row
    assert (row["IDWilaya"], row["Commune"], row["MobileA"]) == ("31", "Oran", "0550123456")
    assert (row["Total"], row["TypeLivraison"], row["Confrimee"]) == ("1700", "0", "1")
    assert (row["Situation"], row["Note"]) == ("En Traitement - Prêt à Expédie", "Sonner deux fois")
    carrier.book(replace(parcel, reference="HDESK", kind="desk"))
    assert sim.parcels["HDESK"].row["TypeLivraison"] == "1"


def test_what_it_cannot_do_it_does_not_claim(carrier: Procolis) -> None:
    assert not isinstance(carrier, Cancels)
    assert not isinstance(carrier, ReadsNotices)


@pytest.mark.parametrize("kind", ["cut_after", "error_after"])
def test_an_answer_that_was_lost_is_sought_and_never_asked_for_twice(
    carrier: Procolis, sim: ProcolisSim, world: World, parcel: Parcel, kind: str
) -> None:
    world.faults.add("procolis", kind, "/add_colis")
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    assert carrier.find(parcel.reference) == carrier.book(parcel).tracking == parcel.reference
    assert len(sim.parcels) == 1


def test_a_number_that_is_taken_by_nobody_we_know_is_refused(
    carrier: Procolis, sim: ProcolisSim, world: World, parcel: Parcel
) -> None:
    """Two accounts there have one list of numbers, it seems: whose parcel it is, nobody can tell."""
    other = PLUGIN.build(Settings("AnotherTokenOfAmina", "AnotherKeyOfAmina"), world.outbound())
    other.book(parcel)
    with pytest.raises(Rejected, match="taken"):
        carrier.book(parcel)
    assert carrier.find(parcel.reference) == ""


def test_one_wrong_parcel_of_many_stops_none_of_the_others(carrier: Procolis, sim: ProcolisSim, parcel: Parcel) -> None:
    made = carrier.book_many([
        replace(parcel, reference="HWRONG", phone="0550"), parcel,
        replace(parcel, reference="HMUCH", collect=Money.dinars(150_001)), replace(parcel, reference="HOTHER"),
    ])  # fmt: skip
    assert [type(each).__name__ for each in made] == ["Rejected", "Booking", "Rejected", "Booking"]
    assert str(made[0]) == "Mobile incorrect"
    assert sum(map(len, sim.asked.values())) == 2
    assert set(sim.parcels) == {parcel.reference, "HOTHER"}


@pytest.mark.parametrize("change", [{"collect": Money(1700_50)}, {"collect": Money(1700, "EUR")}, {"phone": ""}])
def test_what_it_does_not_take_is_refused(carrier: Procolis, parcel: Parcel, change: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        carrier.book(replace(parcel, **change))


def test_what_was_recorded_is_understood(parcel: Parcel) -> None:
    said(RECORDED["token"]).check()
    assert said(None, RECORDED["good"]).book(parcel).tracking == parcel.reference
    for told, words in (("double", "taken"), ("refused", "Commune introuvable")):
        with pytest.raises(Rejected, match=words):
            said(RECORDED["unknown"], RECORDED[told]).book(parcel)
    with pytest.raises(Rejected, match="did not say"):
        said(None, {"Colis": []}).book(parcel)
    assert said(RECORDED["known"]).find(parcel.reference) == parcel.reference


def test_recorded_prices_are_those_of_whole_wilayas() -> None:
    carrier = said(RECORDED["prices"])
    (oran,) = carrier.fees("15", "31")
    assert (oran.commune, oran.home, oran.desk) == ("", Money.dinars(600), Money.dinars(400))
    (far,) = carrier.fees("15", "50")
    assert (far.home, far.desk) == (Money.dinars(1600), None)
    assert carrier.fees("15", "01") == carrier.fees("15", "99") == []


def test_recorded_situations_come_in_our_words() -> None:
    mine = [f"HPRO234567{each}" for each in (8, 9, 0, 1)]
    scans = {each.tracking: each for each in said(RECORDED["known"]).scans_of(mine)}
    assert {tracking: scan.word for tracking, scan in scans.items()} == {
        "HPRO2345678": "delivered", "HPRO2345679": "returning", "HPRO2345670": "unknown",
    }  # fmt: skip
    assert scans["HPRO2345679"].at == datetime(2026, 8, 14, 8, 5, tzinfo=UTC)
    again = said(RECORDED["known"]).scans_of(mine)
    assert {each.key for each in again} == {each.key for each in scans.values()}, "one without a moment is the same"


def test_a_number_that_it_does_not_know_has_no_scans(carrier: Procolis, sim: ProcolisSim) -> None:
    assert carrier.scans("HNOBODY") == []
    assert carrier.scans("../token") == []


def test_every_situation_of_theirs_has_one_of_our_words() -> None:
    assert set(statuses.WORDS.values()) <= set(SCANS)
    assert not statuses.BEFORE & set(statuses.WORDS)
    for raw, word in (("livrée", "delivered"), ("RETOUR STOCK", "returned"), ("Appel sans réponse 3", "attempt_failed"),
                      ("SD - Reporté", "on_hold"), ("Echange", "delivered"), ("En préparation", "")):  # fmt: skip
        assert statuses.word_of(raw) == word
    for raw in ("Livrée en partie", "Retour", "Appel sans Réponse 4"):
        assert statuses.word_of(raw) == "unknown", "a part of a label is no label"
    assert fold("Livrée [ Encaisser ]") == fold("LIVREE ENCAISSER")


def test_closed_keys_are_told_in_a_200_and_are_the_owners_to_mend(
    carrier: Procolis, sim: ProcolisSim, parcel: Parcel
) -> None:
    carrier.check()
    sim.closed = {TOKEN}
    for ask in (carrier.check, lambda: carrier.book(parcel), lambda: carrier.scans("HPRO2345678")):
        with pytest.raises(Misconfigured):
            ask()
    with pytest.raises(Misconfigured):
        said([]).check()


def test_a_reached_limit_is_no_refusal(carrier: Procolis, sim: ProcolisSim, parcel: Parcel) -> None:
    sim.limits = {"minute": (60, 1)}
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    assert sim.parcels == {}


def test_what_is_typed_is_checked() -> None:
    assert SETTINGS.problems() == {}
    assert set(Settings("short", "with a space").problems()) == {"token", "key"}


def test_an_exchange_arrives_as_one_with_what_is_taken_back(
    carrier: Procolis, sim: ProcolisSim, parcel: Parcel
) -> None:
    row = sim.parcels[carrier.book(replace(parcel, takes_back="1 × Savon", note="Merci")).tracking].row
    assert (row["TypeColis"], row["Note"]) == ("1", "Échange, à récupérer : 1 × Savon · Merci")
    assert PLUGIN.exchanges
