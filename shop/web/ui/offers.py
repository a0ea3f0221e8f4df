"""Offers in words: what they give, to whom, until when, and why a code does not count."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup, escape

from shop.core import clock
from shop.core.money import Money
from shop.offers.words import Problem, Standing
from shop.plumbing.formats import date_long, money, money_text
from shop.plumbing.i18n import _, _m
from shop.web.ui.templating import bdi


def problem(found: Problem) -> str:
    """Return why a code does not count, its days and amounts as they are read."""
    dressed = {
        name: date_long(value) if isinstance(value, date) else money_text(value) for name, value in found.values.items()
    }
    return _(found.message, **dressed)


def gain(offer: Standing) -> Markup:
    """Return what an offer gives: 10% off, 300 DA off the order, delivery offered."""
    if offer.kind == "percent":
        return _m("{n}% off", n=offer.percent)
    if offer.kind == "delivery":
        return _m("delivery offered")
    if offer.product_ids:
        return _m("{amount} off each piece", amount=money(offer.amount))
    return _m("{amount} off the order", amount=money(offer.amount))


def conditions(offer: Standing, *, one_product: bool = False) -> Markup:
    """Return on what, from which amount on and until when it counts; empty when nothing limits it."""
    found: list[Markup] = []
    if offer.product_ids and not one_product:
        found.append(_m("on chosen articles"))
    if offer.minimum:
        found.append(_m("from {amount} of articles", amount=money(offer.minimum)))
    if offer.until_day is not None:
        last = offer.until_day == clock.today()
        found.append(_m("today only") if last else _m("until {day}", day=date_long(offer.until_day)))
    return escape(_(", ")).join(found)


def sentence(offer: Standing, *, one_product: bool = False) -> Markup:
    """Return a whole offer in one line: its name, what it gives, and its conditions."""
    limits = conditions(offer, one_product=one_product)
    whole = _m("{gain}, {conditions}", gain=gain(offer), conditions=limits) if limits else gain(offer)
    return _m("{offer}: {gain}", offer=bdi(offer.name), gain=whole)


def missing(offer: Standing, goods: Money) -> Money:
    """Return how much is missing to the amount from which an offer counts."""
    return offer.minimum - goods if goods < offer.minimum else Money(0, goods.currency)
