"""What a dry run found, said in the language being spoken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shop.core.money import Money
from shop.plumbing.formats import money_text, number
from shop.plumbing.i18n import N_, _
from shop.spreadsheets.columns import PRODUCT
from shop.stores.crafts import CRAFT_NAMES

EMPTY = N_("nothing")
NEW_CHOICE = N_("New choice: {label}")
OF_A_CHOICE = N_("{choice}, {field}")
CHANGED = N_("{field}: {before}, then {after}")
_HEADERS = {column.key: column.header for column in PRODUCT}


def problem_said(problem: Mapping[str, Any]) -> str:
    """Say what is wrong with a line and how to mend it."""
    values = {name: _(str(value)) if name == "column" else value for name, value in problem["values"].items()}
    return _(problem["said"], **values)


def change_said(change: Mapping[str, Any]) -> str:
    """Say what changes: the price 600 DA → 650 DA."""
    key = change["field"]
    if key == "choice":
        return _(NEW_CHOICE, label=change["after"])
    field = _(_HEADERS[key])
    if change["choice"]:
        field = _(OF_A_CHOICE, choice=change["choice"], field=field)
    return _(CHANGED, field=field, before=_value(key, change["before"]), after=_value(key, change["after"]))


def _value(key: str, value: Any) -> str:
    if value in {"", None}:
        return _(EMPTY)
    if key == "price":
        return money_text(Money(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return number(value)
    return _(CRAFT_NAMES[value]) if key == "craft" else str(value)
