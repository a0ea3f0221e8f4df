"""The crafts by their names, in the reader's language."""

from __future__ import annotations

from shop.plumbing.i18n import _
from shop.stores.crafts import CRAFT_NAMES
from shop.stores.models import CRAFTS

__all__ = ["CRAFT_NAMES", "craft_choices"]


def craft_choices() -> list[tuple[str, str]]:
    """Return (key, name) of every craft, in the order of the list."""
    return [(key, _(CRAFT_NAMES[key])) for key in CRAFTS]
