"""What Stripe's method says. It knows no catalogue: its words are marked here."""

from __future__ import annotations

from shop.plumbing.i18n import N_

WORDS = (
    N_("By bank card, from any country"), N_("You pay on the page of Stripe, then come back here."),
    N_("Secret key"), N_("It begins with sk_ or rk_. It is in Stripe under Developers, API keys."),
    N_("A secret key of Stripe begins with sk_test_, sk_live_, rk_test_ or rk_live_."),
    N_("Signing secret of notices"),
    N_("It begins with whsec_. Stripe shows it where you give it the address for notices."),
    N_("Signing secret until now"), N_("Only while you replace it: notices signed with either one are accepted."),
    N_("A signing secret of Stripe begins with whsec_."),
    N_("Currencies"), N_("Codes of three letters with a space between, as EUR USD CAD."),
    N_("These are not codes of currencies that Stripe serves, as EUR USD CAD."),
    N_("The card was refused. Nothing was taken."),
    N_("The payment page was open for too long and has closed. Nothing was taken."),
    N_("Stripe does not accept this secret key. Copy it again from the page of your account."),
    N_("This key may not do what is needed: it must write Checkout Sessions and refunds, and read disputes."),
    N_("Stripe does not let this account take payments yet. Its page says what is missing."),
    N_("The balance at Stripe is too small to give this back."),
)  # fmt: skip
