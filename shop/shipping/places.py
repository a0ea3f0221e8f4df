"""Communes as carriers spell them: which of ours each one is, found by its name within the wilaya of 58.

Never by numbers, which look alike and are not; a name that could be two of ours is none, and stands in the report.
Other spellings are in `data/carriers`, each looked at by a person: `all.csv` whoever writes so, `<key>.csv` one family.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import delete, insert, select

from shop.core import clock
from shop.core.text import fold
from shop.paths import PACKAGE
from shop.plumbing import geography
from shop.plumbing.db import changed, session
from shop.shipping.contract import TheirPlace
from shop.shipping.models import CarrierPlace

_FOLDER = PACKAGE / "data" / "carriers"


@dataclass(frozen=True, slots=True)
class Spelled:
    """A place in a carrier's spelling, and by its own marks."""

    wilaya: str
    commune: str
    key: str = ""
    wilaya_key: str = ""


def keep(carrier: str, told: Sequence[TheirPlace], wilaya_58: str = "") -> None:
    """Keep the places of a family of carriers, or of one wilaya, each with our commune where it is surely known."""
    found = matched(carrier, told)
    rows = [
        {
            "carrier": carrier, "wilaya_code_58": each.wilaya_code_58, "wilaya": each.wilaya[:80],
            "name": each.name[:120], "served": each.served, "seen_at": clock.now(),
            "external": each.key[:40], "wilaya_external": each.wilaya_key[:40],
            "commune_code": found.get((each.wilaya_code_58, each.name), ""),
        }
        for each in {(each.wilaya_code_58, each.name): each for each in told}.values()
    ]  # fmt: skip
    old = delete(CarrierPlace).where(CarrierPlace.carrier == carrier)
    changed(old.where(CarrierPlace.wilaya_code_58 == wilaya_58) if wilaya_58 else old)
    if rows:
        session.execute(insert(CarrierPlace), rows)


def matched(carrier: str, told: Sequence[TheirPlace]) -> dict[tuple[str, str], str]:
    """Return our commune for each of their places, by wilaya of 58 and name; what is not sure is left out."""
    by_wilaya: dict[str, list[str]] = defaultdict(list)
    for each in told:
        by_wilaya[each.wilaya_code_58].append(each.name)
    return {
        (wilaya, name): code
        for wilaya, names in by_wilaya.items() for name, code in _in_wilaya(carrier, wilaya, names).items()
    }  # fmt: skip


def _in_wilaya(carrier: str, wilaya: str, names: Sequence[str]) -> dict[str, str]:
    """First what is known or written alike, then what is nearly so, of the communes that are left; one for one."""
    sure = {name: code for name in names if (code := _alias(carrier, wilaya, name) or _exact(wilaya, name))}
    near = {
        name: place.code for name in names
        if name not in sure and (place := geography.find_commune_of_58(name, wilaya)) is not None
        and place.code not in sure.values()
    }  # fmt: skip
    return _alone(sure) | _alone(near)


def _alone(found: Mapping[str, str]) -> dict[str, str]:
    """Leave out communes that two names claim."""
    claimed = list(found.values())
    return {name: code for name, code in found.items() if claimed.count(code) == 1}


def _exact(wilaya: str, name: str) -> str:
    place = geography.find_commune_of_58(name, wilaya)
    if place is None:
        return ""
    written = {_key(text) for text in (place.name_fr, place.name_ar, *place.aliases)}
    return place.code if _key(name) in written else ""


def _alias(carrier: str, wilaya: str, name: str) -> str:
    return aliases(carrier).get((wilaya, _key(name)), "")


@cache
def aliases(carrier: str) -> Mapping[tuple[str, str], str]:
    """Return the reviewed spellings: those of a family of carriers, and those that stand for the same at all."""
    return {**_reviewed("all"), **_reviewed(carrier)}


def _reviewed(name: str) -> dict[tuple[str, str], str]:
    file = _FOLDER / f"{name}.csv"
    if not name.isidentifier() or not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {(row["wilaya_code_58"], _key(row["name"])): row["commune_code"] for row in csv.DictReader(lines)}


def _key(text: str) -> str:
    return fold(text).replace(" ", "")


def spelled(carrier: str, commune_code: str) -> Spelled | None:
    """Return a commune in a carrier's spelling; None where its list is not known or does not have it."""
    mine = CarrierPlace.commune_code == commune_code
    wanted = select(CarrierPlace).where(CarrierPlace.carrier == carrier, mine)
    found = session.scalars(wanted).one_or_none() if commune_code else None
    return None if found is None else Spelled(found.wilaya, found.name, found.external, found.wilaya_external)


def wilaya_spelled(carrier: str, wilaya_code_58: str) -> str:
    """Return a wilaya of 58 in a carrier's spelling; its French name where its list is not known."""
    mine = select(CarrierPlace.wilaya).where(CarrierPlace.carrier == carrier)
    found = session.scalars(mine.where(CarrierPlace.wilaya_code_58 == wilaya_code_58).limit(1)).first()
    return found or geography.wilaya(wilaya_code_58).name_fr


def codes(carrier: str, wilaya_code_58: str) -> dict[str, str]:
    """Return our communes by the names that a carrier gives them in a wilaya of 58."""
    wanted = select(CarrierPlace.name, CarrierPlace.commune_code).where(
        CarrierPlace.carrier == carrier, CarrierPlace.wilaya_code_58 == wilaya_code_58, CarrierPlace.commune_code != ""
    )
    return {row.name: row.commune_code for row in session.execute(wanted)}


def unmapped() -> dict[str, tuple[int, list[CarrierPlace]]]:
    """Return for each family of carriers how many places it has, and those that are none of ours for sure."""
    rows = session.scalars(select(CarrierPlace).order_by(CarrierPlace.wilaya_code_58, CarrierPlace.name)).all()
    found: dict[str, tuple[int, list[CarrierPlace]]] = {}
    for carrier in sorted({row.carrier for row in rows}):
        mine = [row for row in rows if row.carrier == carrier]
        found[carrier] = len(mine), [row for row in mine if not row.commune_code]
    return found
