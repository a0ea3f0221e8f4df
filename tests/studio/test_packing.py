"""Proof of what was packed: photos and weight of the open parcel, kept in private and forgotten in time."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop.audit import findings
from shop.core import clock
from shop.customers import service as customers
from shop.fulfilment.booking import parcel_of
from shop.orders import queries as orders
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.storage import FileStorage
from shop.shipping import packing
from shop.stores import service as stores
from shop.stores.models import Store
from tests.studio.day import Day, a_day
from tests.studio.photographs import photograph


def send(day: Day, code: str, *, photos: int = 0, **fields: object) -> TestResponse:
    sent = {"photos": [(photograph(colour=(n, 99, 99)), f"IMG_{n}.jpg") for n in range(photos)]} if photos else {}
    return day.send(f"/orders/{code}/packing", {**fields, **sent})


def private(day: Day) -> Path:
    folder: Path = day.application.extensions["hirfa_settings"].data_dir / "private"
    return folder


def files(day: Day) -> list[Path]:
    return sorted((private(day) / "packings").glob("*"))


def addresses(day: Day, code: str) -> list[str]:
    page = day.page(f"/orders/{code}")
    return sorted({part.partition('"')[0] for part in page.split('<a href="/studio/')[1:] if "/packing/" in part[:60]})


def test_a_photo_of_the_open_parcel_is_kept_in_private_with_who_and_when(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    assert send(day, code, photos=2).status_code == 303
    first, _second = addresses(day, code)
    answer = day.amina.get("/studio/" + first)
    assert answer.mimetype == "image/webp"
    assert answer.headers["Cache-Control"] == "no-store"
    assert day.lila.get("/studio/" + first).status_code == 200
    assert day.sami.get("/studio/" + first).status_code == 404
    assert day.sami.get("/studio/" + first.replace("atelier-amina", "atelier-sami")).status_code == 404
    assert day.amina.get("/studio/" + first.replace(code, day.confirmed())).status_code == 404, "of another order"
    assert "Photo of the open parcel<small><bdi>You</bdi>" in day.page(f"/orders/{code}").replace("</li>", "")
    assert len(files(day)) == 2
    with application.app_context():
        assert [each for each in findings(private=private(day)) if each.rule == "I7 files"] == []
        files(day)[0].unlink()
        assert [each.rule for each in findings(private=private(day))] == ["I7 files"]


def test_what_the_scale_says_is_what_the_carrier_is_told(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    computed = day.parcel(code).weight_g
    assert send(day, code, weight_g=str(computed * 2)).status_code == 303
    page = day.page(f"/orders/{code}")
    assert "That is 100 % more" in page
    assert f"Weighed: {computed * 2} g" in page
    with application.app_context():
        order, shipment = day.order(code), day.parcel(code)
        lines = orders.lines(order.store_id, [order.id])[order.id]
        assert parcel_of(shipment, order, session.get_one(Store, order.store_id), lines).weight_g == computed * 2
    assert send(day, code, weight_g=str(computed + computed // 10)).status_code == 303
    assert "% more" not in day.page(f"/orders/{code}")
    assert send(day, code, weight_g="").status_code == 303
    assert day.parcel(code).measured_g is None


@pytest.mark.parametrize("typed", ["0", "-5", "100001", "lourd", "1e3"])
def test_a_weight_that_is_none_is_said_at_its_field_and_the_photo_is_kept(application: Flask, typed: str) -> None:
    day = a_day(application)
    code = day.confirmed()
    answer = send(day, code, photos=1, weight_g=typed)
    assert answer.status_code == 422
    assert 'href="#weight_g"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert len(addresses(day, code)) == 1


def test_what_is_no_photo_is_said_and_the_weight_is_kept(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    broken = {"photos": (io.BytesIO(b"no picture"), "IMG_1.jpg")}
    answer = day.send(f"/orders/{code}/packing", {"weight_g": "480", **broken})
    assert answer.status_code == 422
    assert "IMG_1.jpg: Please choose a photograph" in answer.text
    assert day.parcel(code).measured_g == 480
    assert day.send(f"/orders/{code}/packing").status_code == 422
    assert files(day) == []


def test_no_more_than_four_photos_and_one_is_taken_back_while_the_parcel_is_here(application: Flask) -> None:
    day = a_day(application)
    code = day.labelled()
    assert send(day, code, photos=4).status_code == 303
    assert "There are 4 photos" in send(day, code, photos=1).text
    assert len(files(day)) == 4
    first = addresses(day, code)[0].partition("atelier-amina")[2]
    assert day.sami.post("/studio/atelier-amina" + first + "/removal").status_code == 404
    assert day.send(f"{first}/removal").status_code == 303
    assert day.send(f"{first}/removal").status_code == 404
    assert len(addresses(day, code)) == 3
    assert day.send("/hand-over", {"action": "sheet", "shipments": day.parcel(code).id}).status_code == 303
    first = addresses(day, code)[0].partition("atelier-amina")[2]
    for late in (lambda: day.send(f"{first}/removal"), lambda: send(day, code, weight_g="900")):
        late()
        assert "already changed" in day.page(f"/orders/{code}")
    assert (len(addresses(day, code)), day.parcel(code).measured_g) == (3, None)


def test_a_photo_that_waited_for_the_network_comes_after_the_parcel_left_and_says_when_it_was_taken(
    application: Flask,
) -> None:
    day = a_day(application)
    code = day.handed_over()
    answer = day.amina.client.post(
        f"{day.url}/orders/{code}/packing", headers={"Accept": "application/json", "X-Later": "7200"},
        data={"csrf": day.amina.csrf, "once": "0" * 20, "photos": (photograph(), "IMG_1.jpg")},
    )  # fmt: skip
    assert answer.json is not None
    assert answer.json["refused"] == []
    with application.app_context():
        (row,) = packing.photos(day.store_id, [day.parcel(code).id])
        assert timedelta(hours=1.9) < clock.now() - row.at < timedelta(hours=2.1)
    assert "done on the phone" in day.page(f"/orders/{code}")
    arrived = day.delivered()
    send(day, arrived, photos=1)
    assert "already changed" in day.page(f"/orders/{arrived}")
    assert len(files(day)) == 1


def test_a_workshop_may_demand_both_before_a_parcel_leaves(application: Flask) -> None:
    day = a_day(application)
    with application.app_context(), transaction():
        stores.update_profile(day.store_id, by=SYSTEM, asks_photo=True, asks_weight=True)
    code = day.labelled()
    parcel = day.parcel(code)
    handing = {"action": "sheet", "shipments": parcel.id}
    for fields in ({"photos": 1}, {"weight_g": "300"}):
        answer = day.send("/hand-over", handing)
        assert answer.status_code == 422
        assert f"as your workshop asks: {parcel.reference[-4:]}" in answer.text
        assert "Your workshop asks for this" in day.page(f"/orders/{code}")
        assert send(day, code, **fields).status_code == 303  # type: ignore[arg-type]
    assert day.send("/hand-over", handing).status_code == 303
    assert day.send("/hand-over", handing).status_code == 303, "a second tap"


def test_photos_are_forgotten_with_their_buyer_and_after_half_a_year(application: Flask) -> None:
    day = a_day(application)
    kept, forgotten = day.confirmed(), day.confirmed()
    for code in (kept, forgotten):
        send(day, code, photos=1)
    store = FileStorage(private(day))
    with application.app_context():
        with transaction():
            packing.forget(day.store_id, [day.order(forgotten).id])
        assert addresses(day, forgotten) == []
        assert [each for each in findings(private=private(day)) if each.rule == "I7 files"] == []
        packing.forget_old(store, {})
        assert len(files(day)) == 1
        with clock.standing_at(clock.now() + packing.KEPT + timedelta(days=1)):
            packing.forget_old(store, {})
        assert files(day) == []
        assert packing.photos(day.store_id, [day.parcel(kept).id]) == []
        assert [each for each in findings(private=private(day)) if each.rule == "I7 files"] == []


def test_a_customer_who_is_forgotten_leaves_no_photo(application: Flask) -> None:
    day = a_day(application)
    code = day.labelled()
    send(day, code, photos=1)
    day.send("/hand-over", {"action": "sheet", "shipments": day.parcel(code).id})
    day.send(f"/orders/{code}/scans", {"word": "delivered"})
    phone = day.order(code).phone
    with application.app_context(), clock.standing_at(clock.now() + customers.LEGAL_NEED + timedelta(days=1)):
        with transaction():
            customers.erase(day.store_id, phone, by=SYSTEM)
        assert packing.photos(day.store_id, [day.parcel(code).id]) == []
        packing.forget_old(FileStorage(private(day)), {})
    assert files(day) == []
