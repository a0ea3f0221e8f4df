"""Kinds of registration and states of verification, in the reader's language: for the studio and the desk."""

from __future__ import annotations

from collections.abc import Sequence

from shop.plumbing.i18n import N_, _

NAMES = {
    "artisan_card": N_("Artisan register: individual artisan"),
    "artisan_cooperative": N_("Artisan register: cooperative"),
    "artisan_enterprise": N_("Artisan register: craft enterprise"),
    "trade_register": N_("Trade register"),
    "farmer": N_("Farmer’s card"),
    "association": N_("Association"),
    "auto_entrepreneur": N_("Auto-entrepreneur"),
    "other": N_("Other"),
}
STATES = {
    "draft": (N_("Not yet verified"), ""),
    "submitted": (N_("Being checked"), "soon"),
    "verified": (N_("Verified"), "good"),
    "refused": (N_("Refused"), "bad"),
    "expired": (N_("Expired"), "bad"),
}


def register_choices(keys: Sequence[str]) -> list[tuple[str, str]]:
    """Return the kinds of registration as (value, label)."""
    return [(key, _(NAMES[key])) for key in keys]


def verification_words() -> dict[str, tuple[str, str]]:
    """Return each state's word and colour."""
    return {key: (_(word), kind) for key, (word, kind) in STATES.items()}
