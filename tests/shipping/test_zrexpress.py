"""ZR Express's adapter at its simulator: the kit, one parcel per reference, places by name, notices signed by Svix."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shop.core.errors import Forged, Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.core.states import SCANS
from shop.shipping import places
from shop.shipping.carriers.zrexpress import PLUGIN, Settings, ZrExpress, mapping, statuses, svix
from shop.shipping.carriers.zrexpress.client import Client
from shop.shipping.contract import Carrier, Notice, Parcel, TheirPlace
from shop.testing import zrexpress_places
from shop.testing.carrier_kit import ORAN, CarrierKit
from shop.testing.outside import World
from shop.testing.zrexpress_sim import CANCELLED, RECEIVED, ZrExpressSim, signed, told_of
from tests.shipping.recorded import Recording, recorded

TENANT, KEY = "0d9f5d3c-1f1e-4b65-8c8e-2a3c4d5e6f70", "CanaryKeyOfIsmahane1234567890ab"
SECRET = "whsec_Q2FuYXJ5U2VjcmV0T2ZIb29rczk5"
SIM = ZrExpressSim
SETTINGS = Settings(TENANT, KEY, SECRET)
RECORDED = recorded("zrexpress")


@pytest.fixture
def parcel() -> Parcel:
    return Parcel(
        reference="HZRE2345678", to=ORAN, kind="home", weight_g=1600, collect=Money.dinars(1700),
        declared=Money.dinars(1200), name="ياسين حداد", phone="+213550123456", address="12 rue des Oliviers",
        contents="2 × Savon", sender_wilaya_code="15", sender_wilaya="Tizi Ouzou",
    )  # fmt: skip


def notice(tracking: str, state: str, *, name: str = "msg_1", at: datetime | None = None, others: int = 1) -> Notice:
    at = at or datetime.now(UTC)
    row = {"id": "x", "externalId": "HZRE2345678", "trackingNumber": tracking, "state": {"name": state}}
    body = json.dumps(told_of(row, at)).encode()
    headers = {key.lower(): value for key, value in signed(SECRET, body, name, at, others=others).items()}
    return Notice(body, headers, datetime.now(UTC))


class TestKit(CarrierKit):
    plugin = PLUGIN

    @pytest.fixture
    def carrier(self, carrier: ZrExpress) -> Carrier:
        return carrier

    @pytest.fixture
    def unserved(self, parcel: Parcel) -> Parcel:
        return replace(parcel, to=replace(ORAN, wilaya_code="33", wilaya_code_58="33", commune_name="Illizi"))

    @pytest.fixture
    def notices(self) -> list[Notice]:
        return [notice("16-F51X9VP5QT-ZR", "livre"), notice("16-F51X9VP5QT-ZR", "en_orbite", others=0)]

    @pytest.fixture
    def unanswered(self, world: World, carrier: ZrExpress) -> Carrier | None:
        world.faults.add("zrexpress", "cut", times=None)
        return carrier

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [KEY, SECRET]


def test_a_parcel_is_told_in_their_words_and_ready_to_be_fetched(
    carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel
) -> None:
    tracking = carrier.book(parcel).tracking
    row = sim.parcels[tracking].row
    oran = next(each for each in zrexpress_places.cities() if each["name"] == "Oran")
    assert (row["amount"], row["weight"], row["deliveryType"]) == (1700, {"weight": 1.6}, "home")
    assert row["customer"]["phone"] == {"number1": "+213550123456"}
    assert row["deliveryAddress"]["cityTerritoryId"] == oran["id"]
    assert row["state"]["name"] == "pret_a_expedier"
    assert tracking.startswith("31-")


def test_the_marks_that_are_kept_are_used_and_nothing_is_listed(
    carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel, world: World
) -> None:
    (place,) = [each for each in carrier.places() if each.name == "Arzew"]
    world.faults.add("zrexpress", "error", "/territories", times=None)
    fresh = PLUGIN.build(SETTINGS, world.outbound())
    to = replace(ORAN, commune_name="أرزيو", their_key=place.key, their_wilaya_key=place.wilaya_key)
    row = sim.parcels[fresh.book(replace(parcel, to=to)).tracking].row
    assert row["deliveryAddress"]["districtTerritoryId"] == place.key


def test_their_communes_are_ours_by_name_and_none_by_its_number(carrier: ZrExpress) -> None:
    told = carrier.places()
    found = places.matched("zrexpress", told)
    assert (len(told), len(found)) == (1531, 1531)
    codes = {row["id"]: f"{row['code']:04}" for row in zrexpress_places.districts()}
    alike = [each for each in told if codes[each.key] == found.get((each.wilaya_code_58, each.name))]
    assert len(alike) < len(told) / 2, "their numbers look like those of the ONS and are others"


def test_a_wilaya_of_2026_is_read_as_that_of_before() -> None:
    city = {"id": zrexpress_places.mark("new"), "code": 60, "name": "Barika", "level": "wilaya", "parentId": None}
    town = {"id": zrexpress_places.mark("town"), "code": 6001, "name": "Barika", "parentId": city["id"]}
    stray = {"id": zrexpress_places.mark("stray"), "code": 5, "name": "Perdue", "parentId": "nowhere"}
    (found,) = mapping.districts([city, town, stray])
    assert (found.code_58, found.wilaya, found.served) == ("05", "Barika", True)
    assert places.matched("zrexpress", [TheirPlace(found.code_58, found.wilaya, found.name)])


@pytest.mark.parametrize("name", ["Nulle Part", "Ora", "Oran Centre"])
def test_a_name_that_is_only_like_one_of_theirs_is_refused(
    carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel, name: str
) -> None:
    with pytest.raises(Rejected) as refused:
        carrier.book(replace(parcel, to=replace(ORAN, commune_name=name)))
    assert refused.value.fields == {"commune": "unknown"}
    assert sim.parcels == {}


@pytest.mark.parametrize("kind", ["cut_after", "error_after"])
@pytest.mark.parametrize(("path", "method"), [("/parcels$", "POST"), ("/parcels/[^/]+$", "GET")])
def test_an_answer_that_was_lost_is_sought_and_never_asked_for_twice(
    carrier: ZrExpress, sim: ZrExpressSim, world: World, parcel: Parcel, kind: str, path: str, method: str
) -> None:
    world.faults.add("zrexpress", kind, path, method=method)
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    assert carrier.find(parcel.reference) == carrier.book(parcel).tracking
    assert len(sim.of_reference(parcel.reference)) == 1


def test_a_parcel_that_is_there_and_not_found_yet_is_waited_for(
    carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel
) -> None:
    tracking = carrier.book(parcel).tracking
    sim.unfound = 1
    assert carrier.book(parcel).tracking == tracking, "the refusal of a used reference leads to the parcel"
    sim.unfound = 2
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    assert len(sim.parcels) == 1


def test_a_search_that_finds_others_is_looked_through(carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel) -> None:
    carrier.book(replace(parcel, reference="HOTHER", contents=f"see {parcel.reference}"))
    assert carrier.find(parcel.reference) == ""
    made = carrier.book(parcel)
    assert sim.parcels[made.tracking].row["externalId"] == parcel.reference


def test_what_was_cancelled_there_is_not_booked_again_unseen(
    carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel
) -> None:
    sim.become(carrier.book(parcel).tracking, CANCELLED)
    assert carrier.find(parcel.reference) == ""
    with pytest.raises(Rejected, match="cancelled there"):
        carrier.book(parcel)


def test_a_parcel_that_is_not_made_ready_is_never_fetched(world: World, parcel: Parcel, sim: ZrExpressSim) -> None:
    """The control: why the state is asked for."""
    sim.live()
    carrier = PLUGIN.build(SETTINGS, world.outbound())
    assert isinstance(carrier, ZrExpress)
    carrier.client._listed["workflows"] = []
    made = sim.parcels[carrier.book(parcel).tracking]
    assert (made.row["state"]["name"], made.script) == (RECEIVED, [])
    other = PLUGIN.build(SETTINGS, world.outbound()).book(replace(parcel, reference="HREADY"))
    assert sim.parcels[other.tracking].script


def test_a_desk_is_named_by_its_mark(carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel) -> None:
    point = carrier.points("31")[0]
    assert (point.hours, point.commune in {"Oran", "Es Senia"}) == ("Sam-Jeu 09:00-17:00", True)
    assert all(each.name != "Depot central" for each in carrier.points(""))
    row = sim.parcels[carrier.book(replace(parcel, kind="desk", desk=point.key)).tracking].row
    assert (row["hubId"], row["deliveryType"]) == (point.key, "pickup-point")
    for desk in ("", "12", zrexpress_places.mark("nowhere")):
        with pytest.raises(Rejected):
            carrier.book(replace(parcel, kind="desk", desk=desk, reference="HNODESK"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"collect": Money.dinars(150_001)}, "collect"),
        ({"collect": Money(1700_50)}, "collect"),
        ({"collect": Money(1700, "EUR")}, "collect"),
        ({"phone": "0550"}, "parcel"),
    ],
)
def test_what_they_do_not_take_is_refused_with_its_field(
    carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Rejected) as refused:
        carrier.book(replace(parcel, **change))
    assert field in refused.value.fields
    assert sim.parcels == {}


def test_a_commune_that_costs_more_is_told_apart(carrier: ZrExpress) -> None:
    fees = carrier.fees("15", "31")
    assert len({fee.commune for fee in fees}) == len(fees) > 20
    homes = sorted(fee.home.minor for fee in fees if fee.home)
    assert (homes[0], homes[-1]) == (600_00, 650_00)
    assert homes.count(650_00) == 1
    assert carrier.fees("15", "33") == []


def test_what_is_on_its_way_is_not_taken_back(carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel) -> None:
    tracking = carrier.book(parcel).tracking
    sim.become(tracking, "vers_wilaya")
    with pytest.raises(Rejected, match="already in delivery"):
        carrier.cancel(tracking)
    carrier.cancel("16-NOBODY0000-ZR")
    with pytest.raises(Rejected):
        carrier.cancel("../hubs")


def test_states_come_in_our_words_the_oldest_first(carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel) -> None:
    tracking = carrier.book(parcel).tracking
    for state in ("vers_wilaya", "echec_livraison", "perdu_de_vue"):
        sim.world.clock.advance(seconds=60)
        sim.become(tracking, state, reason="Ne répond pas 1")
    scans = carrier.scans(tracking)
    assert [each.word for each in scans] == ["in_transit", "attempt_failed", "unknown"]
    assert (scans[-1].raw, scans[1].text) == ("perdu_de_vue", "Ne répond pas 1")
    assert carrier.scans("16-NOBODY0000-ZR") == carrier.scans("../hubs") == []


def test_every_state_of_theirs_has_one_of_our_words() -> None:
    facts = {
        "commande_recue": "", "pret_a_expedier": "", "confirme_au_bureau": "at_hub", "dispatch": "in_transit",
        "vers_wilaya": "in_transit", "disponible_bureau": "ready_for_pickup", "Sortie en livraison": "out_for_delivery",
        "en_livraison": "out_for_delivery", "Livré": "delivered", "encaisse": "delivered", "recouvert": "delivered",
        "echec_livraison": "attempt_failed", "En retour": "returning", "recupere_par_fournisseur": "returned",
        "attente_recuperation_fournisseur": "returning", "reinjecte_dans_stock": "returned",
        "Commande annulée": "cancelled", "ReadyToDispatch": "", "OutForDelivery": "out_for_delivery",
    }  # fmt: skip
    assert {state: statuses.word_of(state) for state in facts} == facts
    assert set(statuses.WORDS.values()) <= set(SCANS)
    assert not statuses.BEFORE & set(statuses.WORDS)
    assert statuses.word_of("livre en partie") == "unknown", "a look-alike is never guessed"


@pytest.mark.parametrize("status", [400, 409])
def test_what_was_recorded_is_understood(status: int, parcel: Parcel) -> None:
    http = Recording([
        (200, {"items": []}), (200, RECORDED["parcels"]),
        (status, RECORDED["taken" if status == 409 else "refused"]), (200, RECORDED["search"]),
    ])  # fmt: skip
    territories = [*zrexpress_places.cities(), *zrexpress_places.districts()]
    client = Client(TENANT, KEY, http, {"workflows": [], "territories": territories})
    if status == 409:
        assert ZrExpress(SETTINGS, client).book(parcel).tracking == "16-F51X9VP5QT-ZR"
    else:
        with pytest.raises(Rejected, match="between 0 and 150000"):
            ZrExpress(SETTINGS, client).book(parcel)


def test_a_recorded_history_and_a_recorded_notice_are_read() -> None:
    carrier = ZrExpress(SETTINGS, Client(TENANT, KEY, Recording([(200, RECORDED["history"])])))
    scans = carrier.scans("16-F51X9VP5QT-ZR")
    assert [each.word for each in scans] == ["in_transit", "unknown", "out_for_delivery", "delivered"]
    body, now = json.dumps(RECORDED["notice"]).encode(), datetime.now(UTC)
    headers = {key.lower(): value for key, value in signed(SECRET, body, "msg_2", now).items()}
    (scan,) = carrier.read(Notice(body, headers, now))
    assert (scan.key, scan.tracking, scan.word) == ("msg_2", "16-F51X9VP5QT-ZR", "delivered")


def test_closed_keys_are_the_owners_to_mend(carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel) -> None:
    carrier.check()
    sim.closed = {TENANT}
    for ask in (carrier.check, lambda: carrier.book(parcel)):
        with pytest.raises(Misconfigured):
            ask()
    with pytest.raises(Misconfigured):
        ZrExpress(Settings(), Client("", "", None)).check()


def test_a_reached_limit_is_no_refusal(carrier: ZrExpress, sim: ZrExpressSim, parcel: Parcel) -> None:
    sim.limits = {"minute": (60, 3)}
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    assert sim.parcels == {}


def test_a_notice_is_genuine_by_any_of_its_signatures_and_only_about_now() -> None:
    known = notice("16-F51X9VP5QT-ZR", "livre", others=3)
    svix.verify(known, SECRET)
    for seconds, late in ((-301, True), (301, True), (-298, False), (298, False)):
        told = notice("16-F51X9VP5QT-ZR", "livre", at=datetime.now(UTC) + timedelta(seconds=seconds))
        if late:
            with pytest.raises(Forged, match="another time"):
                svix.verify(told, SECRET)
        else:
            svix.verify(told, SECRET)


@pytest.mark.parametrize(
    "change",
    [
        {"svix-id": "msg_9"},
        {"svix-timestamp": "1"},
        {"svix-timestamp": "٣"},
        {"svix-timestamp": "-5"},
        {"svix-signature": ""},
        {"svix-signature": "v1,"},
        {"svix-signature": "é,è v1,é"},
    ],
)
def test_a_notice_that_was_touched_is_forged(change: dict[str, str]) -> None:
    told = notice("16-F51X9VP5QT-ZR", "livre")
    with pytest.raises(Forged):
        svix.verify(replace(told, headers={**told.headers, **change}), SECRET)


def test_a_signature_of_another_version_or_another_key_proves_nothing() -> None:
    told = notice("16-F51X9VP5QT-ZR", "livre", others=0)
    other = told.headers["svix-signature"].replace("v1", "v1a")
    with pytest.raises(Forged):
        svix.verify(replace(told, headers={**told.headers, "svix-signature": other}), SECRET)
    for secret in ("", "whsec_", "whsec_!!!", "Q2FuYXJ5U2VjcmV0T2ZIb29rczk5", "whsec_T3RoZXJTZWNyZXRPZkhvb2tz"):
        with pytest.raises(Forged):
            svix.verify(told, secret)


def test_what_is_typed_is_checked() -> None:
    assert SETTINGS.problems() == {}
    assert Settings(TENANT, KEY).problems() == {}
    wrong = Settings("me", "short key", "secret").problems()
    assert set(wrong) == {"tenant", "api_key", "hook_secret"}
