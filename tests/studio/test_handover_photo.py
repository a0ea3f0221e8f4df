"""Parcels are counted from a photo of their labels: several at once, whatever the light, and nothing ticked is lost."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop.plumbing import images, images_child
from shop.plumbing.db import db
from tests.studio.day import Day, a_day
from tests.studio.parcel_photos import KINDS, drawn, photo
from tests.studio.photographs import photograph
from tests.studio.test_uploads import BAD, heic

PHOTOS = int(os.environ.get("TEST_PHOTOS", "1"))  # of each kind


def send(day: Day, content: bytes | None, **fields: object) -> TestResponse:
    sent = {"photo": (io.BytesIO(content), "IMG_1.jpg")} if content is not None else {}
    return day.send("/hand-over/photo", {**fields, **sent})


def counted(page: str) -> str:
    return page.partition("<span data-counted>")[2].partition("</span></p>")[0].replace("</span>", "")


def test_all_parcels_in_a_photo_are_ticked_and_those_of_before_stay(application: Flask) -> None:
    day = a_day(application)
    codes = [day.labelled() for _order in range(4)]
    before = day.parcel(codes[3])
    answer = send(day, photo(drawn(day, codes[:3])), shipments=before.id)
    assert answer.status_code == 200
    assert counted(answer.text) == "4 / 4"
    for code in codes[:3]:
        assert f"{day.parcel(code).reference}</span></span>" in answer.text, "she reads which ones"
    assert {day.parcel(code).state for code in codes} == {"labelled"}, "counted is not handed over"


def test_what_lies_among_them_and_is_none_of_them_is_named(application: Flask) -> None:
    day = a_day(application)
    mine, gone = day.labelled(), day.labelled()
    labels = drawn(day, [mine, gone])
    day.send("/hand-over", {"action": "sheet", "shipments": day.parcel(gone).id})
    answer = send(day, photo(labels))
    assert counted(answer.text) == "1 / 1"
    assert day.parcel(gone).reference in answer.text.partition("data-strange")[2].partition("</p>")[0]
    answer = send(day, photo(labels[1:]), shipments=day.parcel(mine).id)
    assert answer.status_code == 422
    assert f"but others: {day.parcel(gone).reference}" in answer.text
    assert counted(answer.text) == "1 / 1"


def test_the_photo_of_another_carriers_parcel_leads_to_its_list(application: Flask) -> None:
    day = a_day(application)
    code = day.labelled()
    answer = send(day, photo(drawn(day, [code])), carrier="Nobody")
    assert counted(answer.text) == "1 / 1"


@pytest.mark.parametrize(
    ("content", "said"),
    [(lambda: photograph().getvalue(), "Go closer, give more light"), (lambda: None, "Take a photo of the labels"),
     *BAD.values()],
    ids=["no label", "no photo", *BAD],
)  # fmt: skip
def test_what_cannot_be_read_says_what_to_do_and_loses_no_tick(
    application: Flask, content: Callable[[], bytes | None], said: str
) -> None:
    day = a_day(application)
    ticked = day.parcel(day.labelled())
    answer = send(day, content(), shipments=ticked.id)
    assert answer.status_code == 422
    assert said.replace("'", "&#39;") in answer.text
    assert 'href="#photo"' in answer.text
    assert counted(answer.text) == "1 / 1"


def test_no_connection_is_held_while_a_photo_is_read(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    day = a_day(application)
    label = photo(drawn(day, [day.labelled()]))
    read, held = images.codes, []

    def watched(content: bytes) -> list[str]:
        held.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        return read(content)

    monkeypatch.setattr(images, "codes", watched)
    assert send(day, label).status_code == 200
    assert held == [0]


def test_a_stranger_learns_nothing_of_a_label(application: Flask) -> None:
    day = a_day(application)
    label = photo(drawn(day, [day.labelled()]))
    assert day.sami.post(day.url + "/hand-over/photo", {"photo": (io.BytesIO(label), "a.jpg")}).status_code == 404
    elsewhere = day.sami.post("/studio/atelier-sami/hand-over/photo", {"photo": (io.BytesIO(label), "a.jpg")})
    assert elsewhere.status_code == 422


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_photos_that_went_wrong_are_read_all_the_same(application: Flask) -> None:
    day = a_day(application)
    code = day.labelled()
    labels, number = drawn(day, [code]), day.parcel(code).reference
    for kind, (how, least) in list(KINDS.items())[-3 if PHOTOS == 1 else 0 :]:
        photos = [photo(labels, seed=seed, **how) for seed in range(PHOTOS)]  # type: ignore[arg-type]
        read = sum(number in str(images_child.codes(each, "jpeg")["codes"]) for each in photos)
        print(f"{kind}: {read} of {PHOTOS}")
        assert read >= least * PHOTOS, kind


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_each_format_of_photographs_is_read(application: Flask, kind: str) -> None:
    day = a_day(application)
    code = day.labelled()
    assert day.parcel(code).reference in str(images.codes(photo(drawn(day, [code]), kind=kind)))


def test_a_photo_of_an_iphone_without_a_label_is_opened_and_has_none() -> None:
    assert images.codes(heic()) == []
