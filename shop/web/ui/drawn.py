"""Forms drawn from the settings that a plug-in declares; what is secret is written and never shown again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import Field, fields
from typing import Any

from wtforms import BooleanField

from shop.plumbing import plugin_settings
from shop.plumbing.i18n import _
from shop.web.ui.forms import ChoiceField, HirfaForm, TextField, WholeField

MOST_NUMBER = 1_000_000_000


def drawn(settings: type[Any]) -> list[Field[Any]]:
    """Return the settings that the form shows: those with a label."""
    return [each for each in fields(settings) if each.metadata.get("label")]


def form_of(settings: type[Any], **more: Any) -> type[HirfaForm]:
    """Return the form of a plug-in's settings, each field by its type, and `more` fields behind them."""
    return type("DrawnForm", (HirfaForm,), {**{each.name: _field(each) for each in drawn(settings)}, **more})


def _field(each: Field[Any]) -> Any:
    label, most = each.metadata["label"], each.metadata["most"]
    if each.metadata["choices"]:
        return ChoiceField(label, choices=[(key, _(words)) for key, words in each.metadata["choices"]])
    if each.type in {"bool", bool}:
        return BooleanField(label)
    if each.type in {"int", int}:
        return WholeField(label, most=MOST_NUMBER)
    return TextField(label, most=most)


def hints(settings: type[Any]) -> dict[str, str]:
    """Return what is said under the fields, in the reader's language."""
    return {each.name: _(each.metadata["hint"]) for each in drawn(settings) if each.metadata.get("hint")}


def known(settings: type[Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows: what was set, else what a plug-in comes with; never a secret."""
    told, hidden = plugin_settings.filled(settings, plain), plugin_settings.secret_fields(settings)
    return {each.name: getattr(told, each.name) for each in drawn(settings) if each.name not in hidden}


def read(settings: type[Any], form: HirfaForm) -> dict[str, Any]:
    """Return what was typed in the types of the settings; a number that was left out is the one it comes with."""
    found = {}
    for each in drawn(settings):
        value = form[each.name].data
        found[each.name] = each.default if value is None else value
    return found


def wrong(settings: type[Any], secrets: Mapping[str, str], values: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what can't be right about what was typed, together with the secrets that are kept."""
    kept = {name: text for name, text in secrets.items() if not values.get(name)}
    return plugin_settings.problems(settings, {**values, **kept})


def shown(settings: type[Any], secrets: Collection[str]) -> dict[str, Any]:
    """Return what the macro `settings_fields` needs beside the form: names in order, the hidden ones, hints, kept."""
    return {
        "names": [each.name for each in drawn(settings)], "hidden": plugin_settings.secret_fields(settings),
        "hints": hints(settings), "kept": set(secrets),
    }  # fmt: skip
