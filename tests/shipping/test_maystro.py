"""Maystro's adapter at its simulator: the kit, sought before it is asked for, communes by name, unsigned notices."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shop.core.errors import Forged, Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.core.states import SCANS
from shop.plumbing import geography
from shop.shipping import places
from shop.shipping.carriers.maystro import PLUGIN, Maystro, Settings, mapping, statuses
from shop.shipping.carriers.maystro.client import Client
from shop.shipping.contract import Carrier, Notice, Parcel
from shop.testing import maystro_sim
from shop.testing.carrier_kit import ORAN, CarrierKit
from shop.testing.maystro_sim import MaystroSim, marked, wrapped
from shop.testing.outside import World
from tests.shipping.recorded import Recording, recorded

TOKEN, SECRET = "CanaryTokenOfIsmahane1234567890ab", "CanarySecretOfHooks99"
SIM = MaystroSim
SETTINGS = Settings(TOKEN, SECRET)
RECORDED = recorded("maystro")
MARK = RECORDED["created"]["id"]


@pytest.fixture
def parcel() -> Parcel:
    return Parcel(
        reference="HMAY2345678", to=ORAN, kind="home", weight_g=600, collect=Money.dinars(1700),
        declared=Money.dinars(1200), name="ياسين حداد", phone="+213550123456", address="12 rue des Oliviers",
        contents="2 × Savon", note="Sonner deux fois", sender_wilaya_code="15",
    )  # fmt: skip


def said(*answers: tuple[int, object]) -> Maystro:
    return Maystro(SETTINGS, Client(TOKEN, Recording(answers), [{"id": 101, "wilaya": 31, "name": "Oran"}]))


def notice(status: object, *, secret: str = SECRET, body: bytes | None = None) -> Notice:
    row = {
        "id": MARK,
        "external_order_id": "HMAY2345678",
        "display_id": 1,
        "status": status,
        "updated_at": "2026-08-14",
    }
    headers = {name.lower(): value for name, value in marked(secret).items()}
    return Notice(wrapped(row) if body is None else body, headers, datetime.now(UTC))


class TestKit(CarrierKit):
    plugin = PLUGIN

    @pytest.fixture
    def carrier(self, carrier: Maystro) -> Carrier:
        return carrier

    @pytest.fixture
    def unserved(self, parcel: Parcel) -> Parcel:
        return replace(parcel, to=replace(ORAN, commune_name="Nulle Part"))

    @pytest.fixture
    def notices(self) -> list[Notice]:
        return [notice(41), notice("41"), notice(777), notice(None)]

    @pytest.fixture
    def unanswered(self, world: World, carrier: Maystro) -> Carrier:
        world.faults.add("maystro", "cut", times=None)
        return carrier

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [TOKEN, SECRET]


def test_a_parcel_is_told_in_their_words(carrier: Maystro, sim: MaystroSim, parcel: Parcel) -> None:
    row = sim.parcels[carrier.book(parcel).tracking].row
    oran = next(each for each in maystro_sim.places() if each["name"] == "Oran")
    assert (row["wilaya"], row["commune"], row["customer_phone"]) == (31, oran["id"], "0550123456")
    assert (row["product_price"], row["delivery_type"], row["note_to_driver"]) == (1700, 1, "Sonner deux fois")
    desk = carrier.book(replace(parcel, reference="HDESK", kind="desk", to=replace(ORAN, their_key=str(oran["id"]))))
    assert sim.parcels[desk.tracking].row["delivery_type"] == 2


def test_all_their_communes_are_ours_by_name_and_none_by_its_number(carrier: Maystro) -> None:
    told = carrier.places()
    found = places.matched("maystro", told)
    assert len(told) == len(found) == 1541
    for each in told:
        ours = geography.commune(found[each.wilaya_code_58, each.name])
        assert (ours.name_fr, ours.wilaya_code_58) == (each.name, each.wilaya_code_58)


@pytest.mark.parametrize("kind", ["cut_after", "error_after"])
@pytest.mark.parametrize("looks", [True, False])
def test_an_answer_that_was_lost_is_sought_and_never_asked_for_twice(
    carrier: Maystro, sim: MaystroSim, world: World, parcel: Parcel, kind: str, looks: bool
) -> None:
    """Whether its list may be asked for a reference, one library says: what is listed is looked at in both cases."""
    sim.looks = looks
    for each in range(25):
        carrier.book(replace(parcel, reference=f"HOTHER{each}"))
    world.faults.add("maystro", kind, "/stores/orders/", method="POST")
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    for each in range(25, 30):
        carrier.book(replace(parcel, reference=f"HOTHER{each}"))
    assert carrier.find(parcel.reference) == carrier.book(parcel).tracking
    assert len(sim.of_reference(parcel.reference)) == 1


def test_a_list_that_is_too_long_to_be_read_books_nothing(
    carrier: Maystro, sim: MaystroSim, parcel: Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maystro_sim, "PAGE", 1)
    sim.looks = False
    for each in range(10):
        carrier.book(replace(parcel, reference=f"H{each}"))
    sim.parcels |= {each: replace(made, tracking=each) for each, made in zip("ab", sim.parcels.values(), strict=False)}
    with pytest.raises(Unavailable, match="longer than can be read"):
        carrier.book(parcel)
    assert sim.of_reference(parcel.reference) == []


def test_without_seeking_it_would_be_booked_twice(carrier: Maystro, sim: MaystroSim, parcel: Parcel) -> None:
    """The control: the simulator is forgetful."""
    row = sim.parcels[carrier.book(parcel).tracking].row
    carrier.client.post("stores/orders/", mapping.wanted(parcel, row["commune"]))
    assert len(sim.of_reference(parcel.reference)) == 2
    assert carrier.find(parcel.reference) == row["id"], "the oldest is ours"


@pytest.mark.parametrize("name", ["Nulle Part", "Ora", "Oran Centre"])
def test_a_name_that_is_only_like_one_of_theirs_is_refused(carrier: Maystro, parcel: Parcel, name: str) -> None:
    with pytest.raises(Rejected) as refused:
        carrier.book(replace(parcel, to=replace(ORAN, commune_name=name)))
    assert refused.value.fields == {"commune": "unknown"}


@pytest.mark.parametrize(
    "change",
    [
        {"collect": Money.dinars(150_001)},
        {"collect": Money(1700_50)},
        {"collect": Money(1700, "EUR")},
        {"phone": "0550"},
    ],
)
def test_what_it_does_not_take_is_refused(carrier: Maystro, sim: MaystroSim, parcel: Parcel, change: Any) -> None:
    with pytest.raises(Rejected):
        carrier.book(replace(parcel, **change))
    assert sim.parcels == {}


def test_a_price_is_asked_once_for_a_wilaya_and_one_that_is_not_there_is_none(carrier: Maystro) -> None:
    fees = carrier.fees("15", "31")
    assert {(fee.home, fee.desk) for fee in fees} == {(Money.dinars(600), Money.dinars(400))}
    assert len(fees) > 20
    assert {(fee.home, fee.desk) for fee in carrier.fees("15", "01")} == {(Money.dinars(1400), None)}
    assert carrier.fees("15", "99") == []


def test_what_is_on_its_way_is_not_taken_back(carrier: Maystro, sim: MaystroSim, parcel: Parcel) -> None:
    tracking = carrier.book(parcel).tracking
    sim.become(tracking, "9")
    with pytest.raises(Rejected):
        carrier.cancel(tracking)
    carrier.cancel(MARK)
    with pytest.raises(Rejected):
        carrier.cancel("../shared")


def test_what_was_taken_back_is_not_found_and_not_booked_unseen(
    carrier: Maystro, sim: MaystroSim, parcel: Parcel
) -> None:
    tracking = carrier.book(parcel).tracking
    carrier.cancel(tracking)
    assert sim.parcels[tracking].row["status"] == 50
    assert carrier.find(parcel.reference) == ""
    with pytest.raises(Rejected, match="cancelled there"):
        carrier.book(parcel)


def test_where_there_is_no_history_the_parcel_tells_where_it_is(
    carrier: Maystro, sim: MaystroSim, parcel: Parcel
) -> None:
    tracking = carrier.book(parcel).tracking
    for status in ("8", "32"):
        sim.world.clock.advance(seconds=60)
        sim.become(tracking, status, reason="Client absent")
    assert [each.word for each in carrier.scans(tracking)] == ["picked_up", "attempt_failed"]
    sim.tells_history = False
    assert [each.word for each in carrier.scans(tracking)] == ["attempt_failed"]
    assert carrier.scans(MARK) == carrier.scans("../shared") == []


def test_what_was_recorded_is_understood(parcel: Parcel) -> None:
    assert said((200, RECORDED["bare"]), (201, RECORDED["created"])).book(parcel).tracking == MARK
    assert said((200, RECORDED["listed"])).book(parcel).tracking == MARK
    with pytest.raises(Rejected, match="customer_phone: Ensure this field"):
        said((200, RECORDED["bare"]), (400, RECORDED["refused"])).book(parcel)
    scans = said((200, RECORDED["history"])).scans(MARK)
    assert [each.word for each in scans] == ["unknown", "attempt_failed", "delivered"]
    assert [each.raw for each in scans] == ["77", "Alerté", "Livré"]
    assert scans[1].text == "Client absent"
    (now,) = said((404, RECORDED["missing"]), (200, RECORDED["order"])).scans(MARK)
    assert (now.word, now.raw) == ("out_for_delivery", "Expédié")


def test_every_number_of_theirs_has_one_of_our_words() -> None:
    assert set(statuses.WORDS.values()) <= set(SCANS)
    assert set(statuses.WORDS) == set(statuses.SAID)
    assert not statuses.BEFORE & set(statuses.WORDS)
    assert [statuses.word_of(each) for each in (4, "5", 41, "52", 53)] == ["", "", "delivered", "returned", "lost"]
    assert {statuses.word_of(each) for each in (0, 1, 43, "livre", None, True, "٤", 4.0)} == {"unknown"}


def test_a_notice_is_read_with_our_secret_only_and_in_one_form_only() -> None:
    carrier = said()
    (scan,) = carrier.read(notice(41))
    assert (scan.tracking, scan.word, scan.raw) == (MARK, "delivered", "Livré")
    for secret in ("", "Other", SECRET + " ", "é"):
        with pytest.raises(Forged):
            carrier.read(notice(41, secret=secret))
    once = base64.b64encode(json.dumps({"id": MARK, "status": 41}).encode())
    for body in (b"", b"{}", b'"', b'""', once, base64.b64encode(once) + b"="):
        with pytest.raises(Forged):
            carrier.read(notice(41, body=body))
    deep = base64.b64encode(base64.b64encode(b"[" * 100_000))
    with pytest.raises(Forged):
        carrier.read(notice(41, body=deep))
    with pytest.raises(Forged):
        replace(carrier, settings=Settings(TOKEN)).read(notice(41, secret=""))


@pytest.mark.parametrize("within", ["data", "order", "payload"])
def test_a_notice_may_wrap_what_it_says(within: str) -> None:
    told = {"id": 7, within: {"id": MARK, "status": 41}}
    body = base64.b64encode(base64.b64encode(json.dumps(told).encode()))
    assert [each.tracking for each in said().read(notice(41, body=body))] == [MARK]
    assert [each.tracking for each in said().read(notice(41, body=b'"' + body + b'"'))] == [MARK]
    nothing = base64.b64encode(base64.b64encode(json.dumps({within: {"id": "../x"}}).encode()))
    assert said().read(notice(41, body=nothing)) == []


def test_closed_keys_are_the_owners_to_mend(carrier: Maystro, sim: MaystroSim, parcel: Parcel) -> None:
    carrier.check()
    sim.closed = {TOKEN}
    for ask in (carrier.check, lambda: carrier.book(parcel)):
        with pytest.raises(Misconfigured):
            ask()


def test_a_reached_limit_is_no_refusal(carrier: Maystro, sim: MaystroSim, parcel: Parcel) -> None:
    sim.limits = {"minute": (60, 1)}
    with pytest.raises(Unavailable):
        carrier.book(parcel)
    assert sim.parcels == {}


def test_what_is_typed_is_checked() -> None:
    assert SETTINGS.problems() == Settings(TOKEN).problems() == {}
    assert set(Settings("with a space and long").problems()) == {"api_token"}
