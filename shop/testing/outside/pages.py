"""Hosted pages of the simulators: real HTML for a phone, in the buyer's language, saying that they are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, render_template

from shop.core.money import Money

Words = Mapping[str, tuple[str, str]]  # English → Arabic, French

WORDS: Words = {
    "This page is a simulator. No money moves, and no real card belongs here.": (
        "هذه الصفحة محاكاة. لا تتحرّك فيها أموال، ولا مكان فيها لبطاقة حقيقية.",
        "Cette page est un simulateur. Aucun argent ne bouge et aucune vraie carte n’y a sa place.",
    ),
    "To pay": ("المبلغ المطلوب", "À payer"),
    "Pay": ("الدفع", "Payer"),
    "Decline": ("رفض", "Refuser"),
    "Cancel": ("إلغاء", "Annuler"),
    "Back to the shop": ("العودة إلى المتجر", "Retour à la boutique"),
    "Choose how it ends": ("اختيار النتيجة", "Choisir comment cela finit"),
}


def hosted_pages(app: Flask) -> None:
    """Give the templates what they need; `page.html` is the frame of all hosted pages."""
    app.jinja_env.filters["amount"] = amount


def hosted(template: str, *, language: str, words: Words = {}, **values: Any) -> str:  # noqa: B006 - never changed
    """Draw a hosted page: in the template, `_("Pay")` says a word and `{{ money|amount }}` an amount."""
    table = {**WORDS, **words}
    language = language if language in {"ar", "fr"} else "en"

    def say(text: str) -> str:
        return text if language == "en" else table[text][0 if language == "ar" else 1]

    turned = "rtl" if language == "ar" else "ltr"
    return render_template(template, _=say, language=language, direction=turned, **values)


def amount(money: Money) -> str:
    """Return an amount with its currency, in plain digits."""
    whole, part = divmod(abs(money.minor), 10**money.decimals)
    fraction = f".{part:0{money.decimals}}" if money.decimals else ""
    return f"{'-' if money.minor < 0 else ''}{whole}{fraction} {money.currency}"
