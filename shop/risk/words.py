"""What is said of a phone before a parcel leaves: how many were taken, and what to do."""

from __future__ import annotations

from shop.plumbing.i18n import N_, _
from shop.risk.queries import History

# The places {n} and {all} are figures: the words around them must do for any.
SENTENCES = {
    "unknown": N_("Nothing recent is known of this phone."),
    "takes": N_("Parcels taken: {taken} of {all}."),
    "mixed": N_("Parcels that came back: {refused} of {all}. Call before sending."),
    "refuses": N_("Parcels that came back: {refused} of {all}. Call twice before sending."),
}
KINDS = {"unknown": "info", "takes": "good", "mixed": "soon", "refuses": "bad"}


def sentence(known: History) -> str:
    """Say what is known of a phone, in one sentence with what to do."""
    return _(SENTENCES[known.level], taken=known.taken, refused=known.refused, all=known.parcels)


def kind(known: History) -> str:
    """Return the colour in which it is said: info, good, soon or bad."""
    return KINDS[known.level]
