"""What a checkout asks of few: the whole number of a phone abroad, and of a gift, who gives it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from wtforms import Field, Form
from wtforms.validators import StopValidation

from shop.checkout.queries import GIFT_BEFORE
from shop.core.phone import BadPhone, parse_phone
from shop.core.text import clean_block, western_digits
from shop.payments.tills import MethodOffer
from shop.plumbing import countries
from shop.plumbing.i18n import N_, _

PAYER_MISSING = N_("Write your own number too: who receives the gift is told nothing of the payment.")
WHOLE_PHONE = N_("Write the number with the code of its country, for example +{dial} …")


@dataclass(frozen=True, slots=True)
class Gift:
    """What was said of a gift: whether it is one, the words of its card, and who pays, in E.164."""

    given: bool = False
    words: str = ""
    payer: str = ""


def phone_of_country(country: str) -> Callable[[Form, Field], None]:
    """Ask abroad for the whole number: a French mobile looks like an Algerian one without its code."""

    def check(_form: Form, field: Field) -> None:
        if country and not is_whole(str((field.raw_data or [""])[0])):
            raise StopValidation(_(WHOLE_PHONE, dial=countries.country(country).dial))

    return check


def is_whole(phone: str) -> bool:
    """Tell whether a number was typed with the code of its country."""
    return western_digits(phone).strip().replace("＋", "+").startswith(("+", "00"))


def paid_before(methods: Collection[MethodOffer]) -> Callable[[Form, Field], None]:
    """Ask of a gift that all of it is paid before it leaves."""
    before = {each.value for each in methods if each.before}

    def check(form: Form, field: Field) -> None:
        if "gift" in form and form["gift"].data and field.data not in before:
            raise StopValidation(_(GIFT_BEFORE))

    return check


def payer_needed(form: Form, field: Field) -> None:
    """Ask of a gift for the number of who gives it."""
    if form["gift"].data and not field.data and not field.errors:
        raise StopValidation(_(PAYER_MISSING))


def gift_of(kept: Mapping[str, str]) -> Gift | None:
    """Return what is said of a gift; None when the payer's number can't be read."""
    if not kept.get("gift"):
        return Gift()
    try:
        return Gift(True, clean_block(kept.get("gift_words", ""), limit=300), parse_phone(kept.get("payer", "")))
    except BadPhone:
        return None
