"""The customs papers of a parcel that leaves: CN22 or CN23, the commercial invoice, and the same as data.

What stands on them about the goods is what their products say today: what was corrected is right on the next print.
Values are those of the order, in dinars.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from sqlalchemy import select

from shop.catalogue.leaving import shown_hs
from shop.catalogue.models import Product
from shop.core import clock
from shop.core.cells import as_csv
from shop.core.customs import CN22, Rate, form_of, rate_on
from shop.core.errors import NotFound
from shop.core.money import Money, total
from shop.documents import invoice_queries as invoices
from shop.documents.invoice_content import seller_of
from shop.documents.letters import printable
from shop.documents.sheets import LINE, NAME, Sheet, title
from shop.orders import queries as orders
from shop.orders.models import Order, OrderLine
from shop.paths import PACKAGE
from shop.plumbing import countries
from shop.plumbing.db import session
from shop.shipping import abroad
from shop.shipping.queries import live_shipment

FIELDS = (
    "item_id", "reference", "service", "form", "posting_date", "nature", "gross_weight_g", "postage", "currency",
    "sender_name", "sender_address", "sender_city", "sender_country", "sender_phone", "sender_email", "addressee_name",
    "addressee_address", "addressee_postcode", "addressee_city", "addressee_country", "addressee_phone", "line",
    "description", "quantity", "net_weight_g", "value", "hs_code", "origin_country",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Goods:
    """One line: what it is in French and English, how many pieces, their net weight and value together."""

    fr: str
    en: str
    pieces: int
    net_g: int
    value: Money
    hs: str
    origin: str

    @property
    def named(self) -> str:
        """What it is, in the languages in which it is said."""
        return " / ".join(dict.fromkeys(filter(None, (self.fr, self.en))))


@dataclass(frozen=True, slots=True)
class Person:
    """Who sends or receives: the street, the town, country by two letters, phone in E.164."""

    name: str
    street: str
    city: str
    country: str
    phone: str
    postcode: str = ""
    email: str = ""
    number: str = ""  # the tax number of a sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A parcel as customs looks at it."""

    form: str
    service: str
    order: str
    invoice: str  # the number of the invoice of the sale, else the order's code
    item: str  # the number of the post, once the counter has given it
    day: date
    sender: Person
    receiver: Person
    goods: tuple[Goods, ...]
    gross_g: int
    postage: Money
    rate: Rate

    @property
    def value(self) -> Money:
        """What all of it is worth."""
        return total(each.value for each in self.goods)

    @property
    def net_g(self) -> int:
        """What all of it weighs without packing."""
        return sum(each.net_g for each in self.goods)


def declaration(order: Order) -> Declaration:
    """Return what customs is told of an order that goes abroad. Raises NotFound for one that stays."""
    parcel = live_shipment(order.store_id, order.id)
    if order.country == countries.HOME or parcel is None:
        raise NotFound(f"no customs papers of {order.code}")
    lines = orders.lines(order.store_id, [order.id])[order.id]
    goods = tuple(_goods(order.store_id, lines))
    rate = rate_on(rates(), clock.today())
    service = abroad.service_to(order.store_id, order.country)
    issued = invoices.live(invoices.of_order(order.store_id, order.id))
    return Declaration(
        form=form_of(
            service, gross_g=parcel.weight_g, value=total(each.value for each in goods), lines=len(goods), rate=rate
        ),
        service=service, order=order.code, invoice=issued.code if issued else order.code,
        item=parcel.tracking if parcel.tracking != parcel.reference else "", day=clock.today(),
        sender=_sender(order), receiver=_receiver(order), goods=goods, gross_g=parcel.weight_g,
        postage=order.delivery, rate=rate,
    )  # fmt: skip


def _goods(store_id: int, lines: list[OrderLine]) -> Iterator[Goods]:
    mine = select(Product).where(Product.store_id == store_id, Product.id.in_([line.product_id for line in lines]))
    known = {each.id: each for each in session.scalars(mine)}
    for line in lines:
        product = known[line.product_id]
        yield Goods(
            fr=product.customs_fr, en=product.customs_en, pieces=line.pieces,
            net_g=(product.net_weight_g or line.weight_g) * line.pieces,
            value=line.unit * line.pieces - Money(line.discount_minor, line.currency),
            hs=product.hs_code + product.hs_more, origin=product.origin,
        )  # fmt: skip


def _sender(order: Order) -> Person:
    told = seller_of(order, invoices.rules(order.store_id))
    return Person(
        name=", ".join(dict.fromkeys(filter(None, (told["legal_name"], told["name"])))), street=told["address"],
        city=told["place"]["fr"], country=countries.HOME, phone=told["phone"], email=told["email"], number=told["nif"],
    )  # fmt: skip


def _receiver(order: Order) -> Person:
    return Person(
        name=order.buyer_name, street=" ".join(order.address.split()), city=order.city, country=order.country,
        phone=order.phone, postcode=order.postcode,
    )  # fmt: skip


@cache
def rates() -> tuple[Rate, ...]:
    """Return the rates of the SDR that come along: each with its day and its source."""
    with (PACKAGE / "data" / "sdr.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Rate(date.fromisoformat(row["on"]), int(Decimal(row["dinars"]) * 1000), row["source"])
            for row in csv.DictReader(file)
        )


def customs_sheet(told: Declaration) -> Sheet:
    """Return what customs.typ draws: the form, then the commercial invoice."""
    return {
        "title": title([f"{told.form} {told.order}"]), "author": printable(told.sender.name, most=NAME),
        "form": told.form, "order": told.order, "invoice": printable(told.invoice, most=40), "item": told.item,
        "date": f"{told.day:%d/%m/%Y}", "short": told.form == CN22,
        "sender": _person(told.sender), "receiver": _person(told.receiver),
        "goods": [_row(each) for each in told.goods],
        "gross": _kilograms(told.gross_g), "net": _kilograms(told.net_g), "value": _amount(told.value),
        "postage": _amount(told.postage), "whole": _amount(told.value + told.postage), "currency": told.value.currency,
        "pieces": str(sum(each.pieces for each in told.goods)),
    }  # fmt: skip


def _person(who: Person) -> Sheet:
    names = {lang: countries.name(who.country, lang) for lang in ("fr", "en")}
    if who.country == countries.HOME:
        names = {"fr": "Algérie", "en": "Algeria"}
    return {
        "name": printable(who.name, most=NAME * 2), "street": printable(who.street, most=LINE),
        "town": printable(f"{who.postcode} {who.city}".strip(), most=NAME * 2),
        "country": " / ".join(dict.fromkeys(names.values())).upper(),
        "phone": who.phone, "email": printable(who.email, most=NAME * 2),
        "number": printable(who.number, most=40),
    }  # fmt: skip


def _row(each: Goods) -> Sheet:
    return {
        "named": printable(each.named, most=LINE + NAME), "pieces": str(each.pieces), "net": _kilograms(each.net_g),
        "value": _amount(each.value), "unit": _amount(Money(each.value.minor // each.pieces, each.value.currency)),
        "hs": shown_hs(each.hs) if each.hs else "", "origin": each.origin,
    }  # fmt: skip


def _kilograms(grams: int) -> str:
    return f"{grams // 1000}.{grams % 1000:03}"


def _amount(money: Money) -> str:
    return f"{money.minor // 100}.{money.minor % 100:02}"


def advance_data(told: Declaration) -> str:
    """Return the same as data, one line for each kind of goods: the fields of an ITMATT message as a table."""
    return as_csv(FIELDS, (_data(told, number, each) for number, each in enumerate(told.goods, 1)))


def _data(told: Declaration, number: int, each: Goods) -> list[object]:
    sender, to = told.sender, told.receiver
    return [
        told.item, told.order, told.service, told.form, told.day.isoformat(), "sale of goods", told.gross_g,
        _amount(told.postage), told.value.currency, sender.name, sender.street, sender.city, sender.country,
        sender.phone, sender.email, to.name, to.street, to.postcode, to.city, to.country, to.phone, number, each.named,
        each.pieces, each.net_g, _amount(each.value), each.hs, each.origin,
    ]  # fmt: skip
