"""What a dry run found, said in the language being spoken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shop.catalogue.families import FAMILIES
from shop.core.money import Money
from shop.plumbing.formats import date_short, money_text, number
from shop.plumbing.i18n import N_, _
from shop.spreadsheets.columns import SAID, every
from shop.spreadsheets.lines import STATES
from shop.stores.crafts import CRAFT_NAMES

EMPTY = N_("nothing")
NEW_CHOICE = N_("New choice: {label}")
OF_A_CHOICE = N_("{choice}, {field}")
CHANGED = N_("{field}: {before}, then {after}")
_SPOKEN = frozenset({"family", "why", "published", "hidden"})  # values that are English msgids, not somebody's words
NAMES: Mapping[str, Mapping[str, str]] = {
    "craft": CRAFT_NAMES, "family": {key: family.title for key, family in FAMILIES.items()}, "state": STATES,
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
    if isinstance(value, bool) or (column is not None and column.kind == "tick"):
        return _("yes") if value else _("no")
    if column is not None and column.kind == "money":
        return money_text(Money(value))
    if column is not None and column.kind == "day":
        return date_short(date.fromisoformat(value))
    if isinstance(value, int):
        return number(value)
    name = NAMES.get(key, {}).get(value)
    return _(name) if name else str(value)
