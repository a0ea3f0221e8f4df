"""What each kind of craft has to say of its things: one table, read by the studio's forms and the buyers' pages.

A product belongs to the family of its craft unless it says another one. Every sentence is an English msgid: care
texts are spoken in the reader's language by the catalogues, and a product may say its own in their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shop.catalogue.models import Product
from shop.plumbing.i18n import N_

Kind = Literal["text", "line", "long", "number", "choice", "date", "tick"]
Size = tuple[int, int, int]  # length, width, height in millimetres


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that can be said of a product: a `text` in each language, a `line` or `long` one in none, a figure."""

    key: str
    label: str
    kind: Kind = "line"
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    most: int = 200
    shown: bool = True  # to buyers, among the facts


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that the law asks: any of these keys answers it. A mandatory one keeps a product out of the shop."""

    keys: tuple[str, ...]
    sentence: str
    mandatory: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of things: what is said of them, how they are cared for, packed and sent, what the law asks."""

    key: str
    title: str
    attributes: tuple[Said, ...]
    care: str
    weight_g: int
    box_mm: Size
    hs: tuple[tuple[str, str], ...]
    fragile: bool = False
    formalities: tuple[Said, ...] = ()
    duties: tuple[Duty, ...] = ()
    caution: str = ""  # a key of CAUTIONS
    advice: str = ""  # what she must know before she sells or sends it
    lots: bool = False
    said_by_law: frozenset[str] = frozenset()  # keys told to buyers under their own heading

    @property
    def needed(self) -> frozenset[str]:
        """The keys that nothing else can answer for: without them it stays out of the shop."""
        return frozenset(duty.keys[0] for duty in self.duties if duty.mandatory and len(duty.keys) == 1)

    @property
    def all(self) -> tuple[Said, ...]:
        """Everything that can be said, the formalities last."""
        return (*self.attributes, *self.formalities)


CAUTIONS: Mapping[str, str] = {"flammable": N_("Flammable")}
CAUTION_ADVICE: Mapping[str, str] = {
    "flammable": N_("Flammable: by road only, no aeroplane. Tell the carrier; the label says it."),
}

# Where things come from: a short list, the first is the usual one.
ORIGINS: Mapping[str, str] = {
    "DZ": N_("Algeria"), "TN": N_("Tunisia"), "MA": N_("Morocco"), "FR": N_("France"), "IT": N_("Italy"),
    "ES": N_("Spain"), "TR": N_("Turkey"), "IN": N_("India"), "CN": N_("China"),
}  # fmt: skip

MONTHS = N_("months")
_SIZE = Said("size", N_("Size"), hint=N_("For example 24 × 18 cm."))
_MATERIAL = Said("material", N_("Material"), "text")
_TECHNIQUE = Said("technique", N_("How it is made"), "text")
_COLOUR = Said("colour", N_("Colour"), "text")
_CARE = Said("care", N_("Care"), "text", most=1000, shown=False,
             hint=N_("Leave it empty and customers read the usual advice for this kind of things."))  # fmt: skip
_NET = Said("net_content", N_("Net content"), hint=N_("For example 100 g or 50 ml."))
_PRECAUTIONS = Said("precautions", N_("Precautions"), "text", most=1000, shown=False,
                    hint=N_("For example: for the skin only, not in the eyes, away from children."))  # fmt: skip
_APPROVAL = (
    Said("authorisation", N_("Number of the authorisation"), most=60),
    Said("authorised_on", N_("Date of the authorisation"), "date", shown=False),
    Said("in_progress", N_("The formality is in progress"), "tick", shown=False,
         hint=N_("Customers read that it is in progress.")),
)  # fmt: skip
_COSMETIC = (
    Said("inci", N_("Ingredients (INCI)"), "long", most=2000, shown=False,
         hint=N_("Every ingredient by its INCI name, the largest first.")),
    _NET,
    Said("period_after_opening", N_("Good after opening"), "number", MONTHS),
    Said("keeps_months", N_("Good after making"), "number", MONTHS),
    _PRECAUTIONS,
    *_APPROVAL,
)  # fmt: skip
_COSMETIC_DUTIES = (
    Duty(("inci",), N_("Write the ingredients (INCI).")),
    Duty(("net_content",), N_("Write the net content.")),
    Duty(("period_after_opening", "keeps_months"), N_("Write how long it is good: after opening, or after making.")),
    Duty(("precautions",), N_("Write the precautions.")),
    Duty(("authorisation", "in_progress"), N_("Write the number of the authorisation, or that it is in progress.")),
    Duty(("authorised_on", "in_progress"), N_("Write the date of the authorisation, or that it is in progress.")),
    Duty(("maker",), N_("Write your registered name and the address of your workshop in the settings.")),
    Duty(("lot",), N_("Write the lot that you are selling now."), mandatory=False),
)
_BY_LAW = frozenset({"authorisation"})

_SOAP = Family(
    key="soap", title=N_("Soap and cosmetics"),
    attributes=(Said("skin", N_("For which skin"), "text"), Said("scent", N_("Scent"), "text"), _CARE),
    care=N_("Keep it dry between two uses, on a dish that lets the water run off."),
    weight_g=150, box_mm=(120, 80, 50),
    hs=(("340111", N_("Soap for the skin, in bars")), ("340130", N_("Liquid soap, washing cream")),
        ("330499", N_("Creams and balms")), ("330590", N_("For the hair")), ("330190", N_("Essential oils"))),
    formalities=_COSMETIC, duties=_COSMETIC_DUTIES, lots=True, said_by_law=_BY_LAW,
    advice=N_("Soap and cosmetics need an authorisation of the trade directorate of your wilaya before they are made."),
)  # fmt: skip
_PERFUME = Family(
    key="perfume", title=N_("Perfume"),
    attributes=(
        Said("notes", N_("Notes"), "text", hint=N_("Head, heart and base.")),
        Said("strength", N_("Strength"), "choice", choices=(
            ("oil", N_("Perfume oil")), ("perfume", N_("Perfume extract")), ("edp", N_("Eau de parfum")),
            ("edt", N_("Eau de toilette")), ("water", N_("Distilled water")))),
        _CARE,
    ),
    care=N_("Keep the bottle closed, upright, away from heat and light."),
    weight_g=300, box_mm=(150, 80, 80), fragile=True,
    hs=(("330300", N_("Perfumes and toilet waters")), ("330190", N_("Distilled waters and essential oils")),
        ("330749", N_("Scents for the home"))),
    formalities=_COSMETIC, duties=_COSMETIC_DUTIES, lots=True, caution="flammable", said_by_law=_BY_LAW,
    advice=N_("Perfume needs an authorisation of the trade directorate of your wilaya before it is made."),
)  # fmt: skip
_POTTERY = Family(
    key="pottery", title=N_("Pottery"),
    attributes=(
        _SIZE, _TECHNIQUE,
        Said("food_safe", N_("For food"), "choice", choices=(
            ("yes", N_("Fit for food")), ("no", N_("For decoration only")))),
        Said("holds", N_("Holds"), "number", "ml"), _CARE,
    ),
    care=N_("Wash it by hand with warm water. Avoid the oven, the microwave and sudden heat."),
    weight_g=900, box_mm=(250, 250, 150), fragile=True,
    hs=(("691200", N_("Tableware of clay")), ("691390", N_("Ornaments of clay"))),
)  # fmt: skip
_WEAVING = Family(
    key="weaving", title=N_("Rugs and weaving"),
    attributes=(_SIZE, _MATERIAL, _COLOUR, _TECHNIQUE, _CARE),
    care=N_("Shake it outside, brush it along the pile, air it in the shade. Stains: cold water at once."),
    weight_g=3000, box_mm=(800, 250, 250),
    hs=(("570110", N_("Knotted rugs of wool")), ("570210", N_("Kilims, woven rugs")), ("580500", N_("Tapestries")),
        ("630492", N_("Cushions and covers"))),
)  # fmt: skip
_LEATHER = Family(
    key="leather", title=N_("Leather"),
    attributes=(_SIZE, _MATERIAL, _COLOUR, _CARE),
    care=N_("Wipe it with a dry cloth, feed it with wax twice a year, keep it out of rain and sun."),
    weight_g=800, box_mm=(350, 250, 120),
    hs=(("420221", N_("Handbags")), ("420231", N_("Wallets and small pieces")), ("640399", N_("Shoes and slippers")),
        ("420500", N_("Poufs and other things"))),
)  # fmt: skip
_JEWELLERY = Family(
    key="jewellery", title=N_("Jewellery"),
    attributes=(_SIZE, _MATERIAL, Said("stone", N_("Stones"), "text"), _CARE),
    care=N_("Put it on after perfume and cream, keep it dry in its pouch, polish it with a soft cloth."),
    weight_g=120, box_mm=(100, 100, 50),
    hs=(("711311", N_("Silver jewellery")), ("711319", N_("Gold jewellery")),
        ("711719", N_("Jewellery of other metals"))),
    formalities=(Said("hallmark", N_("Hallmark of the precious metal"), most=60),),
    duties=(Duty(("hallmark",), N_("Silver and gold: write the hallmark."), mandatory=False),),
    advice=N_("Raw or worked coral and old pieces may need a permit before they leave the country."),
)  # fmt: skip
_COPPER = Family(
    key="copper", title=N_("Copper"),
    attributes=(_SIZE, _TECHNIQUE, Said("food_safe", N_("For food"), "choice", choices=(
        ("yes", N_("Tinned inside, fit for food")), ("no", N_("For decoration only")))), _CARE),
    care=N_("Polish it with lemon and salt, rinse and dry at once. No dishwasher."),
    weight_g=1500, box_mm=(350, 350, 150),
    hs=(("741810", N_("Copper for table and kitchen")), ("830629", N_("Ornaments of copper or brass"))),
)  # fmt: skip
_WOOD = Family(
    key="wood", title=N_("Wood"),
    attributes=(_SIZE, _MATERIAL, Said("finish", N_("Finish"), "text"), _CARE),
    care=N_("Wipe it with a damp cloth, dry it, oil it twice a year. No dishwasher."),
    weight_g=700, box_mm=(300, 200, 100),
    hs=(("441990", N_("Wood for table and kitchen")), ("442019", N_("Ornaments and boxes of wood"))),
)  # fmt: skip
_BASKETRY = Family(
    key="basketry", title=N_("Basketry"),
    attributes=(_SIZE, _MATERIAL, _TECHNIQUE, _CARE),
    care=N_("Dust it with a dry brush, keep it dry, let it breathe in the shade after rain."),
    weight_g=600, box_mm=(400, 400, 200),
    hs=(("460219", N_("Baskets of plant fibre")), ("460129", N_("Mats of plant fibre"))),
    advice=N_("Palm and alfa: ask before you send them abroad, the plants may be protected."),
)  # fmt: skip
_TEXTILE = Family(
    key="textile", title=N_("Textiles and clothes"),
    attributes=(_SIZE, _MATERIAL, _COLOUR, _TECHNIQUE, _CARE),
    care=N_("Wash it by hand in cool water, dry it flat in the shade, iron it inside out."),
    weight_g=500, box_mm=(350, 250, 80),
    hs=(("620449", N_("Dresses")), ("621490", N_("Shawls and scarves")), ("630260", N_("Bath linen")),
        ("630259", N_("Table linen")), ("581099", N_("Embroidery"))),
)  # fmt: skip
_FOOD = Family(
    key="food", title=N_("Fine food"),
    attributes=(_NET, Said("ingredients", N_("Ingredients"), "text", most=2000, shown=False), _CARE),
    care=N_("Keep it closed in a cool, dry place. Once open, in the refrigerator."),
    weight_g=600, box_mm=(200, 120, 120),
    hs=(("040900", N_("Honey")), ("080410", N_("Dates")), ("080420", N_("Figs")), ("150920", N_("Olive oil")),
        ("190240", N_("Couscous")), ("200799", N_("Jam")), ("091099", N_("Spices"))),
    formalities=(
        Said("allergens", N_("Allergens"), "text", hint=N_("Nuts, milk, gluten, sesame… or: none.")),
        Said("keeps_months", N_("Good after making"), "number", MONTHS),
        Said("authorisation", N_("Number of the sanitary approval"), most=60),
        Said("in_progress", N_("The formality is in progress"), "tick", shown=False,
             hint=N_("Customers read that it is in progress.")),
    ),
    duties=(
        Duty(("allergens",), N_("Write the allergens, or that there are none.")),
        Duty(("net_content",), N_("Write the net content.")),
        Duty(("keeps_months", "lot_date"), N_("Write how long it is good, or a lot with its best-before date.")),
        Duty(("authorisation", "in_progress"), N_("Write the sanitary approval, or that it is in progress.")),
        Duty(("maker",), N_("Write your registered name and the address of your workshop in the settings.")),
        Duty(("lot",), N_("Write the lot that you are selling now."), mandatory=False),
    ),
    lots=True, said_by_law=_BY_LAW,
)  # fmt: skip

FAMILIES: Mapping[str, Family] = {
    each.key: each
    for each in (
        _SOAP, _PERFUME, _POTTERY, _WEAVING, _LEATHER, _JEWELLERY, _COPPER, _WOOD, _BASKETRY, _TEXTILE, _FOOD
    )
}  # fmt: skip


def family_of(product: Product) -> Family:
    """Return a product's family: the one that it says, else its craft's."""
    return FAMILIES[product.family or product.craft]


def caution_of(craft: str, family: str) -> str:
    """Return what a carrier must know of a product of this craft and family; empty when nothing."""
    found = FAMILIES.get(family or craft)
    return found.caution if found else ""
