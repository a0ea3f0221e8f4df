"""A client of Yalidine for Python, written by others, speaks with our simulator; ours asks for what it knows."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from requests import HTTPError
from yalidine import YalidineClient
from yalidine.entity import CenterFilter, CommunesFilter, HistoryFilter, Parcel, ParcelFilter

from shop.core.money import Money
from shop.shipping import contract
from shop.shipping.carriers.yalidine.mapping import wanted
from shop.testing.carrier_kit import ORAN
from shop.testing.outside import World
from shop.testing.yalidine_sim import LIMITS, YalidineSim

SIM = YalidineSim
API_ID, TOKEN = "01234567890123456789", "TokenOfTheirClient1234567890ab"
OURS = contract.Parcel(
    reference="HYAL7654321", to=ORAN, kind="home", weight_g=1600, collect=Money.dinars(1700),
    declared=Money.dinars(1200), name="ياسين حداد", phone="+213550123456", address="12 rue des Oliviers",
    contents="2 × Savon", sender_wilaya_code="15", sender_wilaya="Tizi Ouzou",
)  # fmt: skip


@pytest.fixture
def client(world: World, sim: YalidineSim) -> Any:
    return YalidineClient(API_ID, TOKEN, f"{world.url}/yalidine/v1/")


def theirs(**other: Any) -> Any:
    """Return our parcel as an object of theirs: every word that we say is one of their client's."""
    return Parcel(**(wanted(OURS) | other))


def test_a_parcel_of_theirs_lives_its_life_with_our_simulator(client: Any, sim: YalidineSim) -> None:
    told = client.create_parcel([theirs()])[OURS.reference]
    assert (told["success"], told["tracking"][:4], told["label"][:4]) == (True, "yal-", "http")
    tracking = told["tracking"]
    assert client.get_parcel(tracking)["data"][0]["last_status"] == "En préparation"
    assert client.update_parcel(tracking, Parcel(firstname="ياسين الأمين"))["firstname"] == "ياسين الأمين"
    sim.say(sim.parcels[tracking], "Ramassé", at=sim.world.clock.now())
    told = [row["status"] for row in client.get_histories(HistoryFilter(tracking=tracking))["data"]]
    assert sorted(told) == ["En préparation", "Ramassé"]
    assert len(client.get_parcel_history(tracking)["data"]) == 2
    assert client.delete_parcel(tracking) == [{"tracking": tracking, "deleted": False}], "it is on its way"
    second = client.create_parcel([theirs(order_id="HYAL7654322")])["HYAL7654322"]["tracking"]
    assert client.delete_parcels([second]) == [{"tracking": second, "deleted": True}]
    assert [row["tracking"] for row in client.get_parcels(ParcelFilter(order_id=OURS.reference))["data"]] == [tracking]


def test_what_is_wrong_and_what_is_unknown_come_as_their_client_reads_them(client: Any) -> None:
    told = client.create_parcel([theirs(to_commune_name="Nulle Part")])[OURS.reference]
    assert (told["success"], told["tracking"]) == (False, None)
    assert "to_commune_name" in told["message"]
    assert client.get_parcel("yal-000000")["data"] == []
    client.api_token = client.headers["X-API-TOKEN"] = "short"
    with pytest.raises(HTTPError, match="401"):
        client.get_parcels()


def test_places_are_found_in_lists_and_one_by_one(client: Any) -> None:
    (oran,) = [row for row in client.get_wilayas()["data"] if row["name"] == "Oran"]
    assert client.get_wilaya(oran["id"])["data"] == [oran]
    communes = client.get_communes(CommunesFilter(wilaya_id=oran["id"], page_size=1000))["data"]
    assert {row["wilaya_name"] for row in communes} == {"Oran"}
    assert client.get_commune(communes[0]["id"])["data"] == communes[:1]
    desks = client.get_centers(CenterFilter(wilaya_id=oran["id"]))["data"]
    assert client.get_center(desks[0]["center_id"])["data"] == desks[:1]


def test_the_quotas_stand_in_the_headers_that_their_client_keeps(client: Any, sim: YalidineSim) -> None:
    sim.limits = dict(LIMITS)
    client.get_parcels()
    left = {name: int(client.last_response_headers[f"{name}-quota-left"]) for name in LIMITS}
    assert left == {name: most - 1 for name, (_seconds, most) in LIMITS.items()}


def test_we_ask_for_nothing_that_their_client_does_not_know() -> None:
    known = {each.name for each in fields(Parcel)}
    to_a_desk = replace(OURS, kind="desk", desk="310101")
    assert set(wanted(OURS)) | set(wanted(to_a_desk)) <= known
