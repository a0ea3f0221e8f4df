"""What partners that know no catalogue say in their forms and refusals, marked here to be translated.

A refusal may hold two parts with a dash between: ours, and what the partner itself said.
"""

from __future__ import annotations

from shop.plumbing.i18n import N_, _

BETWEEN = " — "
ECOTRACK = (
    N_("DHD, Anderson, Packers… (Ecotrack)"), N_("Please choose the company."),
    N_("It is in your account there. Each company gives its own."),
    N_("The token is one long word without spaces. Please copy all of it."),
    N_("How do your parcels reach the company?"), N_("I bring them"), N_("A courier collects each of them"),
)  # fmt: skip
REFUSALS = (
    N_("it lies there as a draft and was not accepted"), N_("this company does not deliver to this wilaya"),
    N_("this desk is none of theirs"), N_("it collects whole dinars only"), N_("it collects 150 000 DA at most"),
    N_("it has no commune of this name there"), N_("it was cancelled there"),
    N_("it says that this number is taken and does not show the parcel"),
    N_("it did not say what became of this parcel"),
)  # fmt: skip


def spoken(refusal: str) -> str:
    """Return why a partner refused a parcel, in the reader's language as far as it is known."""
    return BETWEEN.join(_(part) for part in refusal.split(BETWEEN))
