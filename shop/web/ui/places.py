"""Blueprints whose addresses carry a language or a store: views never receive them, links fill them in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, g, request

from shop.plumbing.i18n import language

PLACES = ("lang", "store")


def blueprint(name: str, import_name: str, *, prefix: str) -> Blueprint:
    """Make a blueprint; `lang` and `store` of its addresses are read at the door (see door.py and here.py)."""
    made = Blueprint(name, import_name, url_prefix=prefix)
    made.url_value_preprocessor(_keep_for_the_door)
    return made


def install(app: Flask) -> None:
    """Fill `lang` and `store` into every link that wants them."""
    app.url_defaults(_fill_in)


def _keep_for_the_door(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values is not None:
        g.place = {name: values.pop(name) for name in PLACES if name in values}


def _fill_in(endpoint: str, values: dict[str, Any]) -> None:
    for name in PLACES:
        if name in values or not current_app.url_map.is_endpoint_expecting(endpoint, name):
            continue
        known = g.get("place", {}).get(name) if request else None
        if known is None and name == "lang":
            known = language()
        if known is not None:
            values[name] = known
