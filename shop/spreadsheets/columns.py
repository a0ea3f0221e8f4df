"""The columns of a sheet of products: their headers in three languages, and which one a header means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from shop.core.text import fold
from shop.plumbing.i18n import LANGUAGES, N_, _, speaking

Kind = Literal["text", "code", "money", "whole"]


@dataclass(frozen=True)
class Column:
    """One column: `header` is an English msgid, `width` in characters."""

    key: str
    header: str
    kind: Kind = "text"
    width: int = 18


WRONG = Column("wrong", N_("What is wrong"), width=50)
STATE = Column("state", N_("State"), width=12)
PRODUCT: Sequence[Column] = (
    Column("reference", N_("Reference"), "code", 14),
    Column("name_ar", N_("Name in Arabic"), width=28),
    Column("name_fr", N_("Name in French"), width=28),
    Column("name_en", N_("Name in English"), width=28),
    Column("craft", N_("Craft")),
    Column("price", N_("Price in dinars"), "money", 12),
    Column("stock", N_("Pieces in stock"), "whole", 10),
    Column("stock_seen", N_("Pieces when exported"), "whole", 10),
    Column("choice_ar", N_("Choice in Arabic")),
    Column("choice_fr", N_("Choice in French")),
    Column("choice_en", N_("Choice in English")),
    Column("weight_g", N_("Weight in grams"), "whole", 10),
    Column("made_to_order_days", N_("Days to make it to order"), "whole", 10),
    Column("fragile", N_("Fragile"), width=8),
    *(
        Column(f"{what}_{lang}", header, width=40)
        for what, headers in (
            ("description", (N_("Description in Arabic"), N_("Description in French"), N_("Description in English"))),
            ("materials", (
                N_("Materials or ingredients in Arabic"), N_("Materials or ingredients in French"),
                N_("Materials or ingredients in English"),
            )),
        )
        for lang, header in zip(LANGUAGES, headers, strict=True)
    ),
)  # fmt: skip
TEMPLATE = tuple(column for column in PRODUCT if column.key != "stock_seen")
OUT = (*PRODUCT, STATE)

# What people write where the template says otherwise.
_ALIASES: Mapping[str, Sequence[str]] = {
    "reference": ("ref", "sku", "code", "n°", "المرجع", "الرمز"), "name_ar": ("الاسم", "اسم المنتج"),
    "name_fr": ("nom", "désignation", "produit"), "name_en": ("name", "product"),
    "price": ("price", "prix", "prix da", "السعر", "الثمن"),
    "stock": ("stock", "quantity", "quantité", "qté", "الكمية", "المخزون"),
    "choice_fr": ("choix", "variante"), "choice_en": ("choice", "variant"), "choice_ar": ("الخيار",),
    "weight_g": ("weight", "poids", "الوزن"), "craft": ("craft", "artisanat", "catégorie", "الصنف"),
}  # fmt: skip


def column_of(header: str) -> str:
    """Return the key of the column that a header means in any of the languages, "" for one that is not ours."""
    return _known().get(fold(header), "")


def keys_of(headers: Sequence[str]) -> list[str]:
    """Return the key of each header; the second of two that mean the same counts for nothing."""
    keys: list[str] = []
    for header in headers:
        key = column_of(header)
        keys.append("" if key in keys else key)
    return keys


@cache
def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for column in (*OUT, WRONG):
        spoken = [column.key]
        for lang in LANGUAGES:
            with speaking(lang):
                spoken.append(_(column.header))
        for text in (*spoken, *_ALIASES.get(column.key, ())):
            known.setdefault(fold(text), column.key)
    known.pop("", None)
    return known
