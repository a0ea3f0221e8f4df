"""The customs papers of a parcel that leaves: CN22 or CN23, the commercial invoice, and the same as data.

What stands on them about the goods is what their products said when the label was printed or the carrier was asked (see
`shipping.customs_facts`), and what they say today before that. Values are those of the order, in dinars.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shop.catalogue.leaving import shown_hs
from shop.core.cells import as_csv
from shop.core.customs import CN22, Rate, form_of
from shop.core.errors import NotFound
from shop.core.money import Money, total
from shop.documents import invoice_queries as invoices
from shop.documents.bars import code128
from shop.documents.invoice_content import seller_of
from shop.documents.letters import printable
from shop.documents.sheets import LINE, NAME, Sheet, title
from shop.orders.models import Order
from shop.plumbing import countries
from shop.shipping.customs_facts import Item, facts
from shop.shipping.queries import live_shipment

BARS_DOTS = 640  # what fits beside the number of the post
FIELDS = (
    "item_id", "reference", "service", "form", "posting_date", "nature", "gross_weight_g", "postage", "currency",
    "sender_name", "sender_address", "sender_city", "sender_country", "sender_phone", "sender_email", "addressee_name",
    "addressee_address", "addressee_postcode", "addressee_city", "addressee_country", "addressee_phone", "line",
    "description", "quantity", "net_weight_g", "value", "hs_code", "origin_country",
)  # fmt: skip


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
    goods: tuple[Item, ...]
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
    told = facts(order, parcel)
    issued = invoices.live(invoices.of_order(order.store_id, order.id))
    return Declaration(
        form=form_of(
            told.service, gross_g=told.gross_g, value=total(each.value for each in told.goods), lines=len(told.goods),
            rate=told.rate,
        ),
        service=told.service, order=order.code, invoice=issued.code if issued else order.code,
        item=parcel.tracking if parcel.tracking != parcel.reference else "", day=told.day,
        sender=_sender(order), receiver=_receiver(order), goods=told.goods, gross_g=told.gross_g,
        postage=order.delivery, rate=told.rate,
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


def customs_sheet(told: Declaration) -> Sheet:
    """Return what customs.typ draws: the form, then the commercial invoice."""
    bars = code128(told.item, room=BARS_DOTS) if told.item else None
    return {
        "title": title([f"{told.form} {told.order}"]), "author": printable(told.sender.name, most=NAME),
        "form": told.form, "order": told.order, "invoice": printable(told.invoice, most=40), "item": told.item,
        "bars": {"svg": bars.svg, "modules": bars.modules} if bars else {}, "date": f"{told.day:%d/%m/%Y}",
        "short": told.form == CN22,
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


def _row(each: Item) -> Sheet:
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


def _data(told: Declaration, number: int, each: Item) -> list[object]:
    sender, to = told.sender, told.receiver
    return [
        told.item, told.order, told.service, told.form, told.day.isoformat(), "sale of goods", told.gross_g,
        _amount(told.postage), told.value.currency, sender.name, sender.street, sender.city, sender.country,
        sender.phone, sender.email, to.name, to.street, to.postcode, to.city, to.country, to.phone, number, each.named,
        each.pieces, each.net_g, _amount(each.value), each.hs, each.origin,
    ]  # fmt: skip
