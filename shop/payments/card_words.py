"""What the card methods say. They know no catalogue: their words are marked here."""

from __future__ import annotations

from shop.plumbing.i18n import N_

WORDS = (
    N_("By EDAHABIA or CIB card"), N_("You pay on the page of Chargily Pay, then come back here."),
    N_("By CIB or EDAHABIA card"), N_("You pay on the page of SATIM, then come back here."),
    N_("Secret key"), N_("It begins with test_sk_ or live_sk_. It is in Chargily under Developers."),
    N_("A secret key of Chargily begins with test_sk_ or live_sk_."),
    N_("User name"), N_("As SATIM wrote it to you."), N_("Password"), N_("Terminal number"),
    N_("For instance E010901234."), N_("Mode"), N_("Test"), N_("Production"),
    N_("SATIM gave you this with your contract."), N_("A terminal number has letters and digits only."),
    N_("The card was refused. Nothing was taken."),
    N_("The payment page could not be opened. Nothing was taken."),
    N_("The payment was cancelled on the payment page. Nothing was taken."),
    N_("The payment page was open for too long and has closed. Nothing was taken."),
    N_("The bank has undone the payment. Nothing was taken."),
    N_("There is not enough money on the card. Nothing was taken."),
    N_("The card has expired. Nothing was taken."), N_("The card may not pay as much at once. Nothing was taken."),
    N_("The card is blocked: its bank can say why. Nothing was taken."),
    N_("A number or a code of the card was not right. Nothing was taken."),
    N_("The bank of the card does not answer at the moment. Nothing was taken."),
    N_("Card"), N_("Number of the transaction"), N_("Answer of the bank"), N_("Order number"),
    N_("Authorisation number"), N_("Date of the payment"), N_("Amount"),
    N_("In case of trouble, the free number of SATIM"),
)  # fmt: skip
