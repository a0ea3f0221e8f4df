"""The first rate sheet groups the wilayas by how far they lie from one's own."""

from __future__ import annotations

import pytest

from shop.core.errors import NotFound
from shop.plumbing import geography
from shop.shipping import zones

ALL = {each.code for each in geography.wilayas()}


@pytest.mark.parametrize("own", sorted(ALL))
def test_every_wilaya_stands_in_one_zone_and_no_zone_is_empty(own: str) -> None:
    sheet = zones.template(own)
    codes = [code for zone in sheet for code in zone.wilayas]
    assert sorted(codes) == sorted(ALL)
    assert sheet[0].wilayas == (own,)
    assert all(zone.wilayas for zone in sheet)
    assert [zone.home for zone in sheet] == sorted(zone.home for zone in sheet), "farther is never cheaper"
    assert all(zone.desk < zone.home and 0 < zone.min_days <= zone.max_days for zone in sheet)


@pytest.mark.parametrize(
    ("one", "other", "km"), [("16", "31", 360), ("16", "25", 320), ("16", "11", 1560), ("31", "31", 0)]
)
def test_distances_are_about_right(one: str, other: str, km: int) -> None:
    assert abs(zones.distance_km(one, other) - km) < 30


def test_algiers_sees_its_neighbours_close_and_the_sahara_last() -> None:
    sheet = {zone.key: set(zone.wilayas) for zone in zones.template("16")}
    assert {"09", "15", "35", "42"} <= sheet["near"]
    assert {"25", "31"} <= sheet["middle"]
    assert {"23", "13"} <= sheet["far"]
    assert {"11", "37", "47", "39"} <= sheet["last"]


def test_a_place_that_is_no_wilaya_has_no_sheet() -> None:
    with pytest.raises(NotFound):
        zones.template("99")
