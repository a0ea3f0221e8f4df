"""Settings of plug-ins as they are stored: what is plain beside what is sealed, and neither shown nor lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from shop.plumbing.seals import Seal


@dataclass(frozen=True)
class Kept:
    """Settings as a row keeps them."""

    plain: Mapping[str, Any]
    sealed: str


def secret_fields(settings: type[Any]) -> frozenset[str]:
    """Return the names of the settings that are never shown."""
    return frozenset(each.name for each in fields(settings) if each.metadata.get("secret"))


def filled(settings: type[Any], *stored: Mapping[str, Any]) -> Any:
    """Return settings from what was stored; what this release does not know is left out."""
    known = {each.name for each in fields(settings)}
    return settings(**{name: value for part in stored for name, value in part.items() if name in known})


def problems(settings: type[Any], *stored: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the settings that can't be right, each with an English msgid."""
    told: Callable[[], Mapping[str, str]] = getattr(filled(settings, *stored), "problems", dict)
    return told()


def opened(sealed: str, purpose: str, seal: Seal) -> dict[str, str]:
    """Return the secrets that were sealed for a purpose; none when the key that sealed them is gone."""
    text = seal.open(purpose, sealed) if sealed else None
    return dict(json.loads(text)) if text else {}


def parted(
    settings: type[Any], values: Mapping[str, Any], before: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Part what was typed into plain and secret; a secret that was left empty stays as it was."""
    hidden = secret_fields(settings)
    secrets = dict(before) | {name: str(values[name]) for name in hidden if values.get(name)}
    return {name: value for name, value in values.items() if name not in hidden}, secrets


def kept(plain: Mapping[str, Any], secrets: Mapping[str, str], purpose: str, seal: Seal) -> Kept:
    """Return settings as a row keeps them: the secrets open for this purpose only."""
    return Kept(dict(plain), seal.close(purpose, json.dumps(secrets)) if secrets else "")
