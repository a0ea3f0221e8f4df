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
NOEST = (
    N_("NOEST Express"),
    N_("User GUID"),
    N_("Both are in your account there."),
    N_("The GUID is one short word of letters and digits."),
)
MYDHL = (
    N_("MyDHL Express"), N_("Account number"), N_("Nine figures, on each bill of DHL Express."),
    N_("From developer.dhl.com, for MyDHL API: not your password."), N_("API secret"), N_("Which service?"),
    N_("The real one"), N_("The one for trying: nothing is sent"), N_("How do parcels travel?"),
    N_("Express Worldwide"), N_("Express Easy"), N_("Postcode of your workshop"),
    N_("Your usual box, in centimetres"), N_("Length × width × height."), N_("The account number has nine figures."),
    N_("It is one word without spaces. Please copy all of it."), N_("A postcode has five figures."),
    N_("Write three numbers: 30 × 20 × 10."),
)  # fmt: skip
REFUSALS = (
    N_("it lies there as a draft and was not accepted"), N_("this company does not deliver to this wilaya"),
    N_("this desk is none of theirs"), N_("it collects whole dinars only"), N_("it collects 150 000 DA at most"),
    N_("it has no commune of this name there"), N_("it was cancelled there"),
    N_("it says that this number is taken and does not show the parcel"),
    N_("it did not say what became of this parcel"),
    N_("its draft is no longer there; asked again, another one is made"),
    N_("a draft of this parcel lies there already: delete it in your account there, then ask again"),
    N_("your account there is suspended"), N_("this commune is not served now"),
    N_("the amount to collect is more than is allowed"), N_("this desk takes no parcels now"),
    N_("it takes parcels abroad only"), N_("it delivers to the door only"), N_("it collects no money abroad"),
    N_("one piece weighs 70 kg at most"), N_("customs wants a code and a description of every product"),
    N_("the street of who receives it is missing"), N_("the town of who receives it is missing"),
    N_("the phone of who receives it is missing"), N_("an address has three lines of 45 letters at most"),
    N_("the address of your workshop is missing: write it in the profile of your shop"),
    N_("its label is no PDF"), N_("it gave no way to its label"), N_("its way to the label leads nowhere"),
    N_("it makes no label for this parcel"), N_("this is no number of theirs"),
)  # fmt: skip


def spoken(refusal: str) -> str:
    """Return why a partner refused a parcel, in the reader's language as far as it is known."""
    return BETWEEN.join(_(part) for part in refusal.split(BETWEEN))
