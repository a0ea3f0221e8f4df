"""Communes as partners spell them: each is ours or none, never another one, and never by its number."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from shop.core.money import Money
from shop.core.text import fold
from shop.paths import PACKAGE
from shop.plumbing import geography
from shop.plumbing.db import transaction
from shop.shipping import places
from shop.shipping.contract import Fee, TheirPlace
from shop.shipping.learning import told_of
from shop.testing import carrier_places, yalidine_places

# How many communes each partner lists, and those that are none of ours, each with the reason.
LISTED = {"ecotrack": 1542, "yalidine": 1541, "zrexpress": 1531}
UNMAPPED = {
    "yalidine": {("55", "El Borma")},  # lies in 30 again since 2021, listed where the law of 2019 had it
    "ecotrack": {("15", "Larba Nath Irathen")},  # listed twice; "Larbaa Nath Irathen" is ours
    "zrexpress": set[tuple[str, str]](),
}
ALIASES = sorted(each.stem for each in (PACKAGE / "data" / "carriers").glob("*.csv"))


def told(wilaya: str, names: tuple[str, ...]) -> list[TheirPlace]:
    return [TheirPlace(wilaya, geography.wilaya(wilaya).name_fr, name) for name in names]


def everything(carrier: str) -> list[TheirPlace]:
    return [each for wilaya, names in carrier_places.names(carrier).items() for each in told(wilaya, names)]


def key(text: str) -> str:
    return fold(text).replace(" ", "")


@pytest.mark.parametrize("carrier", sorted(LISTED))
def test_every_commune_of_a_partner_is_one_of_ours_or_said_to_be_none(carrier: str) -> None:
    listed = everything(carrier)
    found = places.matched(carrier, listed)
    assert len(listed) == len({(each.wilaya_code_58, each.name) for each in listed}) == LISTED[carrier]
    assert {(each.wilaya_code_58, each.name) for each in listed} - set(found) == UNMAPPED[carrier]


@pytest.mark.parametrize("carrier", sorted(LISTED))
def test_no_commune_of_a_partner_is_taken_for_another(carrier: str) -> None:
    """Each of ours once, in its wilaya, and by a name that is written so in the law or was looked at by a person."""
    found = places.matched(carrier, everything(carrier))
    assert max(Counter(found.values()).values()) == 1
    reviewed = places.aliases(carrier)
    for (wilaya, name), code in found.items():
        commune = geography.commune(code)
        assert commune.wilaya_code_58 == wilaya
        written = {key(text) for text in (commune.name_fr, commune.name_ar, *commune.aliases)}
        assert key(name) in written or reviewed.get((wilaya, key(name))) == code, f"{name} was not looked at"


@pytest.mark.parametrize("carrier", sorted(LISTED))
def test_the_lists_have_as_many_communes_as_the_wilayas(carrier: str) -> None:
    """What was written down from a partner's list is whole: each wilaya has its communes, but for what is said."""
    ours = Counter(
        each.wilaya_code_58 for other in geography.wilayas() for each in geography.communes(other.code, "fr")
    )
    theirs = Counter({wilaya: len(names) for wilaya, names in carrier_places.names(carrier).items()})
    more = Counter(wilaya for wilaya, _ in UNMAPPED[carrier])
    missing = ours - theirs
    assert theirs - more == ours - missing
    assert sum(missing.values()) == sum(ours.values()) - len(places.matched(carrier, everything(carrier)))


def test_what_is_nearly_alike_is_not_taken_for_its_neighbour() -> None:
    found = places.matched("yalidine", told("29", ("Aïn Fares", "Aïn Fras")))
    assert geography.commune(found["29", "Aïn Fares"]).name_fr == "Aïn Farès"
    assert geography.commune(found["29", "Aïn Fras"]).name_fr == "Aïn Frass"
    without = places.matched("nobody", told("29", ("Aïn Fares", "Aïn Fras")))
    assert ("29", "Aïn Fras") not in without, "who has no alias is not sure of it"


def test_two_names_for_one_commune_are_none() -> None:
    assert places.matched("yalidine", told("31", ("Oran", "ORAN"))) == {}
    assert places.matched("yalidine", told("31", ("Nulle Part",))) == {}


def test_a_name_stays_in_its_wilaya() -> None:
    (code,) = places.matched("yalidine", told("44", ("El Amra",))).values()
    assert geography.commune(code).wilaya_code_58 == "44"


@pytest.mark.parametrize("name", ALIASES)
def test_every_alias_is_a_commune_of_its_wilaya(name: str) -> None:
    with (PACKAGE / "data" / "carriers" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len({(row["wilaya_code_58"], key(row["name"])) for row in rows}) == len(rows)
    for row in rows:
        commune = geography.commune(row["commune_code"])
        assert commune.wilaya_code_58 == row["wilaya_code_58"]
        assert key(row["name"]) != key(commune.name_fr), "an alias that is no other spelling"
    assert name == "all" or name in LISTED


def test_a_spelling_that_was_looked_at_holds_for_every_partner() -> None:
    assert places.matched("nobody", told("12", ("Telidjen",))) == {("12", "Telidjen"): "1222"}
    assert places.matched("nobody", told("05", ("Boumia (Batna)",))) == {}, "one partner's own way"


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
        places.keep("yalidine", told("31", ("Oran", "Nulle Part")))
    count, missing = places.unmapped()["yalidine"]
    assert (count, [each.name for each in missing]) == (2, ["Nulle Part"])
    assert places.spelled("yalidine", "3101") == places.Spelled("Oran", "Oran")
    assert places.spelled("yalidine", "3102") is None
    with transaction():
        places.keep("yalidine", told("31", ("Oran",)))
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
