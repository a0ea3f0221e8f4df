"""The columns of sheets: their headers in three languages, and which one a header means.

A sheet is about one topic: products, customers, or sales made before Hirfa. What the families of products ask has
columns of its own, which stand on a sheet when the workshop has such products.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from shop.catalogue.families import FAMILIES, Family, Said
from shop.core.text import fold
from shop.plumbing.i18n import LANGUAGES, N_, _, speaking

Kind = Literal["text", "code", "money", "whole", "day", "tick", "phone", "place"]
PRODUCTS, CUSTOMERS, PAST = "products", "customers", "past"  # the topics
SAID = "said_"  # before the key of what a family asks


@dataclass(frozen=True)
class Column:
    """One column: `header` is an English msgid, with {what} and {unit} for two others; `width` in characters."""

    key: str
    header: str
    kind: Kind = "text"
    width: int = 18
    what: str = ""
    unit: str = ""

    @property
    def title(self) -> str:
        """The header in the language being spoken."""
        return _(self.header, what=_(self.what), unit=_(self.unit)) if self.what else _(self.header)


def _texts(what: str, *headers: str, width: int = 40) -> list[Column]:
    return [Column(f"{what}_{lang}", header, width=width) for lang, header in zip(LANGUAGES, headers, strict=True)]


WRONG = Column("wrong", N_("What is wrong"), width=50)
PRODUCT: Sequence[Column] = (
    Column("reference", N_("Reference"), "code", 14),
    *_texts("name", N_("Name in Arabic"), N_("Name in French"), N_("Name in English"), width=28),
    Column("craft", N_("Craft")),
    Column("family", N_("Kind of product")),
    Column("price", N_("Price in dinars"), "money", 12),
    Column("stock", N_("Pieces in stock"), "whole", 10),
    Column("stock_seen", N_("Pieces when exported"), "whole", 10),
    *_texts("choice", N_("Choice in Arabic"), N_("Choice in French"), N_("Choice in English"), width=18),
    Column("offered", N_("Choice offered"), width=8),
    Column("weight_g", N_("Weight in grams"), "whole", 10),
    Column("made_to_order_days", N_("Days to make it to order"), "whole", 10),
    Column("capacity_week", N_("Pieces made in a week"), "whole", 10),
    Column("queue_most", N_("Closed when so many wait"), "whole", 10),
    Column("fragile", N_("Fragile"), width=8),
    *_texts("description", N_("Description in Arabic"), N_("Description in French"), N_("Description in English")),
    *_texts(
        "materials", N_("Materials or ingredients in Arabic"), N_("Materials or ingredients in French"),
        N_("Materials or ingredients in English"),
    ),
)  # fmt: skip
LOT: Sequence[Column] = (
    Column("lot", N_("Lot being sold"), "code", 14),
    Column("lot_made_on", N_("Lot made on"), "day", 12),
    Column("lot_best_before", N_("Lot best before"), "day", 12),
)
STATE = Column("state", N_("State"), width=14)
CUSTOMER: Sequence[Column] = (
    Column("name", N_("Name"), width=24),
    Column("phone", N_("Phone"), "phone", 16),
    Column("wilaya", N_("Wilaya"), "place"),
    Column("note", N_("Note"), width=34),
)
SALE: Sequence[Column] = (
    Column("reference", N_("Reference"), "code", 14),
    Column("day", N_("Day"), "day", 12),
    *CUSTOMER[:3],
    Column("what", N_("What was sold"), width=44),
    Column("amount", N_("Amount in dinars"), "money", 12),
    Column("outcome", N_("Taken or refused"), width=16),
)
NAMED_BY: Mapping[str, str] = {PRODUCTS: "reference", CUSTOMERS: "phone", PAST: "reference"}  # each line, in its topic

# What people write where the template says otherwise.
_ALIASES: Mapping[str, Sequence[str]] = {
    "reference": ("ref", "sku", "code", "n°", "المرجع", "الرمز", "order", "commande", "الطلبية"),
    "name_ar": ("الاسم", "اسم المنتج"), "name_fr": ("nom", "désignation", "produit"), "name_en": ("name", "product"),
    "price": ("price", "prix", "prix da", "السعر", "الثمن"),
    "stock": ("stock", "quantity", "quantité", "qté", "الكمية", "المخزون"),
    "choice_fr": ("choix", "variante"), "choice_en": ("choice", "variant"), "choice_ar": ("الخيار",),
    "weight_g": ("weight", "poids", "الوزن"), "craft": ("craft", "artisanat", "catégorie", "الصنف"),
    "name": ("nom", "nom et prénom", "client", "cliente", "customer", "الاسم", "الزبون", "الزبونة"),
    "phone": ("tel", "tél", "téléphone", "mobile", "numéro", "الهاتف", "رقم الهاتف"),
    "wilaya": ("الولاية", "ville", "city"), "note": ("notes", "remarque", "ملاحظة"),
    "day": ("date", "jour", "التاريخ"),
    "what": ("article", "articles", "produit", "produits", "products", "المنتج", "المنتجات"),
    "amount": ("montant", "total", "prix", "amount", "المبلغ", "total in dinars", "total en dinars",
               "المجموع بالدينار"),
    "outcome": ("résultat", "état", "الحالة"),
}  # fmt: skip


def said_columns(families: Iterable[Family]) -> list[Column]:
    """Return a column for each thing that these families ask, a text in each language; each thing once."""
    found: dict[str, Column] = {}
    for family in families:
        for said in family.all:
            for column in _columns_of(said):
                found.setdefault(column.key, column)
    return list(found.values())


def product_columns(families: Iterable[Family]) -> list[Column]:
    """Return the columns of a workshop that makes things of these families; the first is its own craft's."""
    several = list(families)
    lots = LOT if any(family.lots for family in several) else ()
    return [*PRODUCT, *said_columns(several), *lots, STATE]


_KINDS: Mapping[str, Kind] = {"number": "whole", "date": "day", "tick": "tick"}


def _columns_of(said: Said) -> list[Column]:
    if said.kind != "text":
        kind = _KINDS.get(said.kind, "text")
        if not said.unit:
            return [Column(f"{SAID}{said.key}", said.label, kind)]
        return [Column(f"{SAID}{said.key}", N_("{what} ({unit})"), kind, what=said.label, unit=said.unit)]
    headers = (N_("{what} in Arabic"), N_("{what} in French"), N_("{what} in English"))
    return [
        Column(f"{SAID}{said.key}_{lang}", header, width=28, what=said.label)
        for lang, header in zip(LANGUAGES, headers, strict=True)
    ]


@cache
def every(topic: str) -> Mapping[str, Column]:
    """Return every column that a topic knows, by its key."""
    listed = {PRODUCTS: product_columns(FAMILIES.values()), CUSTOMERS: CUSTOMER, PAST: SALE}[topic]
    return {column.key: column for column in (*listed, WRONG)}


def keys_of(topic: str, headers: Sequence[str]) -> list[str]:
    """Return the key of the column that each header means in any language, "" for one that is not of this topic.

    The second of two that mean the same counts for nothing.
    """
    known = _headers(topic)
    keys: list[str] = []
    for header in headers:
        key = known.get(fold(header), "")
        keys.append("" if key in keys else key)
    return keys


@cache
def _headers(topic: str) -> Mapping[str, str]:
    known: dict[str, str] = {}
    for lang in LANGUAGES:
        with speaking(lang):
            for column in every(topic).values():
                known.setdefault(fold(column.title), column.key)
            if topic == PRODUCTS:  # the same thing has another name in another family
                for family in FAMILIES.values():
                    for column in said_columns([family]):
                        known.setdefault(fold(column.title), column.key)
    for column in every(topic).values():
        for text in (column.key, *_ALIASES.get(column.key, ())):
            known.setdefault(fold(text), column.key)
    known.pop("", None)
    return known
