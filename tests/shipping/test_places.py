"""Communes as Yalidine spells them: each is ours or none, never another one, and never by its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from shop.core.money import Money
from shop.core.text import fold
from shop.plumbing import geography
from shop.plumbing.db import transaction
from shop.shipping import places
from shop.shipping.contract import Fee, TheirPlace
from shop.shipping.learning import told_of
from shop.testing import yalidine_places

# Seven whole wilayas in Yalidine's own spelling, one a line: the code, and the names with commas between.
NAMES = {
    line.partition("|")[0]: line.partition("|")[2].split(",")
    for line in Path(__file__).with_name("yalidine_names.txt").read_text(encoding="utf-8").splitlines()
}


def told(wilaya: str, names: list[str]) -> list[TheirPlace]:
    return [TheirPlace(wilaya, geography.wilaya(wilaya).name_fr, name) for name in names]


@pytest.mark.parametrize("wilaya", sorted(NAMES))
def test_every_commune_of_a_real_wilaya_is_one_of_ours(wilaya: str) -> None:
    names = NAMES[wilaya]
    found = places.matched("yalidine", told(wilaya, names))
    ours = {each.code for other in geography.wilayas() for each in geography.communes(other.code, "fr")
            if each.wilaya_code_58 == wilaya}  # fmt: skip
    assert set(found.values()) == ours, "each of ours once"
    assert len(found) == len(names)


def test_what_is_nearly_alike_is_not_taken_for_its_neighbour() -> None:
    found = places.matched("yalidine", told("29", NAMES["29"]))
    assert geography.commune(found["29", "Aïn Fares"]).name_fr == "Aïn Farès"
    assert geography.commune(found["29", "Aïn Fras"]).name_fr == "Aïn Frass"
    without = places.matched("nobody", told("29", ["Aïn Fares", "Aïn Fras"]))
    assert ("29", "Aïn Fras") not in without, "who has no alias is not sure of it"


def test_two_names_for_one_commune_are_none() -> None:
    assert places.matched("yalidine", told("31", ["Oran", "ORAN"])) == {}
    assert places.matched("yalidine", told("31", ["Nulle Part"])) == {}


def test_a_name_stays_in_its_wilaya() -> None:
    (code,) = places.matched("yalidine", told("44", ["El Amra"])).values()
    assert geography.commune(code).wilaya_code_58 == "44"


def test_every_alias_is_a_commune_of_its_wilaya() -> None:
    known = places.aliases("yalidine")
    assert len(known) >= 10
    for (wilaya, key), code in known.items():
        commune = geography.commune(code)
        assert commune.wilaya_code_58 == wilaya
        assert fold(commune.name_fr).replace(" ", "") != key, "an alias that is no other spelling"


def test_numbers_that_look_like_ours_are_others() -> None:
    """The control: who joined by the simulator's numbers would send parcels elsewhere, as with the real ones."""
    rows = yalidine_places.communes()
    ours = {each.code: each for other in geography.wilayas() for each in geography.communes(other.code, "fr")}
    other = [row for row in rows if f"{row['id']:04}" in ours and ours[f"{row['id']:04}"].name_fr != row["name"]]
    assert len(rows) == 1541
    assert len(other) > 500


@pytest.mark.usefixtures("app")
def test_the_report_names_what_is_not_known() -> None:
    with transaction():
        places.keep("yalidine", told("31", ["Oran", "Nulle Part"]))
    count, missing = places.unmapped()["yalidine"]
    assert (count, [each.name for each in missing]) == (2, ["Nulle Part"])
    assert places.spelled("yalidine", "3101") == places.Spelled("Oran", "Oran")
    assert places.spelled("yalidine", "3102") is None
    with transaction():
        places.keep("yalidine", told("31", ["Oran"]))
    assert places.unmapped()["yalidine"] == (1, [])


def test_a_wilaya_costs_what_most_of_its_communes_cost() -> None:
    fees = {
        "3101": Fee("Oran", Money.dinars(600), Money.dinars(400)), "3102": Fee("a", Money.dinars(600), None),
        "3103": Fee("b", Money.dinars(900), Money.dinars(450)), "3104": Fee("c", None, None),
    }  # fmt: skip
    row, others = told_of("31", fees)
    assert (row.home, row.desk) == (Money.dinars(600), Money.dinars(450))
    assert others == {"3103": 900_00, "3104": None}
    assert told_of("31", {})[0].home is None
