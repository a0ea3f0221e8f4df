"""What a dry run found, said in the language being spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from shop.catalogue.families import FAMILIES
from shop.core.errors import SPOKEN
from shop.core.money import Money
from shop.plumbing import geography
from shop.plumbing.formats import date_short, money_text, number, phone_shown
from shop.plumbing.i18n import N_, _
from shop.spreadsheets.columns import SAID, every
from shop.spreadsheets.lines import STATES
from shop.spreadsheets.people import OUTCOMES
from shop.stores.crafts import CRAFT_NAMES

EMPTY = N_("nothing")
NEW_CHOICE = N_("New choice: {label}")
OF_A_CHOICE = N_("{choice}, {field}")
CHANGED = N_("{field}: {before}, then {after}")
_SPOKEN = SPOKEN | {"family", "why", "published", "hidden"}
NAMES: Mapping[str, Mapping[str, str]] = {
    "outcome": OUTCOMES, "craft": CRAFT_NAMES, "state": STATES,
    "family": {key: family.title for key, family in FAMILIES.items()},
    **{f"{SAID}{said.key}": dict(said.choices) for family in FAMILIES.values() for said in family.all if said.choices},
}  # fmt: skip


def problem_said(topic: str, problem: Mapping[str, Any]) -> str:
    """Say what is wrong with a line and how to mend it."""
    values = dict(problem["values"])
    if "column" in values:
        values["column"] = _header(topic, values["column"])
    return _(problem["said"], **values | {name: _(values[name]) for name in _SPOKEN & values.keys()})


def change_said(topic: str, change: Mapping[str, Any]) -> str:
    """Say what changes: the price 600 DA → 650 DA."""
    key = change["field"]
    if key == "choice":
        return _(NEW_CHOICE, label=change["after"])
    field = _header(topic, key)
    if change["choice"]:
        field = _(OF_A_CHOICE, choice=change["choice"], field=field)
    return _(
        CHANGED, field=field, before=_value(topic, key, change["before"]), after=_value(topic, key, change["after"])
    )


def _header(topic: str, key: str) -> str:
    column = every(topic).get(key)
    return column.title if column else _(key)


def _value(topic: str, key: str, value: Any) -> str:
    if value in {"", None}:
        return _(EMPTY)
    column = every(topic).get(key)
    kind = "tick" if isinstance(value, bool) else column.kind if column else "text"
    if kind in _SHOWN:
        return _SHOWN[kind](value)
    name = NAMES.get(key, {}).get(value)
    return _(name) if name else str(value)


_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "tick": lambda said: _("yes") if said else _("no"),
    "money": lambda minor: money_text(Money(minor)),
    "whole": lambda figure: number(int(figure)),
    "day": lambda day: date_short(date.fromisoformat(day)),
    "phone": phone_shown,
    "place": lambda code: geography.name(geography.wilaya(code)),
}
