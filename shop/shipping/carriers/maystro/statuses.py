"""What Maystro's numbers mean, in our words. A number that is not here stays unknown: none is guessed."""

from __future__ import annotations

from collections.abc import Mapping

BEFORE = frozenset({4, 5, 6})  # made, to be fetched: only so may a parcel be taken back
CANCELLED = 50
WORDS: Mapping[int, str] = {
    8: "picked_up", 9: "in_transit", 10: "returning", 11: "on_hold", 12: "on_hold", 15: "at_hub",
    22: "out_for_delivery", 31: "out_for_delivery", 32: "attempt_failed", 41: "delivered", 42: "on_hold",
    CANCELLED: "cancelled", 51: "returning", 52: "returned", 53: "lost",
}  # fmt: skip
SAID: Mapping[int, str] = {  # as it writes them beside the numbers
    8: "En attente de transit", 9: "En transit pour expédition", 10: "En transit pour retour", 11: "En attente",
    12: "Rupture de stock", 15: "Prêt à expédier", 22: "Assigné", 31: "Expédié", 32: "Alerté", 41: "Livré",
    42: "Reporté", CANCELLED: "Annulé", 51: "Prêt à retourner", 52: "Récupéré par le magasin", 53: "Non reçu",
}  # fmt: skip


def number_of(status: object) -> int | None:
    """Return a status as a number, which it writes as one or as text; None for what is none."""
    text = str(status).strip()
    is_number = not isinstance(status, bool) and text.isascii() and text.isdigit() and len(text) <= 4
    return int(text) if is_number else None


def word_of(status: object) -> str:
    """Return one of our words for a status, `unknown` for one that is not here, '' for one before the way."""
    number = number_of(status)
    return "" if number in BEFORE else WORDS.get(number or 0, "unknown")
