"""What the demo's products say beyond their texts: formalities, lots, two options, a queue, a text to engrave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from shop.catalogue import details, lots, options
from shop.catalogue import service as catalogue
from shop.catalogue.models import Product
from shop.catalogue.options import OptionRow
from shop.catalogue.queries import studio_product
from shop.catalogue.service import VariantRow
from shop.core import clock
from shop.core.money import Money
from shop.plumbing.journal import SYSTEM

Said = dict[str, dict[str, str]]

OF_A_CRAFT: Mapping[str, Said] = {
    "soap": {
        "inci": {"": "Sodium Olivate, Aqua, Sodium Cocoate, Glycerin, Parfum, Linalool"}, "net_content": {"": "100 g"},
        "period_after_opening": {"": "12"}, "authorisation": {"": "16/2024/0117"}, "authorised_on": {"": "2024-03-12"},
        "skin": {"fr": "Peaux normales et sèches", "ar": "البشرة العادية والجافة", "en": "Normal and dry skin"},
        "precautions": {
            "fr": "Usage externe. Éviter le contact avec les yeux. Tenir hors de portée des enfants.",
            "ar": "للاستعمال الخارجي. يجب تجنب العينين. يحفظ بعيدا عن متناول الأطفال.",
        },
    },
    "perfume": {
        "inci": {"": "Alcohol Denat., Aqua, Parfum, Limonene, Geraniol"}, "net_content": {"": "50 ml"},
        "period_after_opening": {"": "36"}, "in_progress": {"": "1"}, "strength": {"": "edp"},
        "precautions": {
            "fr": "Inflammable. Usage externe. Ne pas vaporiser vers les yeux ni une flamme.",
            "ar": "قابل للاشتعال. للاستعمال الخارجي. لا يرش نحو العينين ولا نحو اللهب.",
        },
    },
    "pottery": {
        "food_safe": {"": "yes"},
        "technique": {"fr": "Modelé à la main, cuit au bois", "ar": "مشكل باليد ومطبوخ بالحطب",
                      "en": "Hand-built, wood-fired"},
    },
    "weaving": {"material": {"fr": "Laine de mouton", "ar": "صوف الغنم", "en": "Sheep’s wool"}},
    "basketry": {"material": {"fr": "Alfa et palmier", "ar": "الحلفاء والنخيل", "en": "Halfa grass and palm"}},
    "copper": {"food_safe": {"": "no"}, "technique": {"fr": "Ciselé au burin", "ar": "منقوش بالإزميل"}},
}  # fmt: skip
SIZES: Mapping[str, str] = {"rug-natural": "120 × 160 cm", "rug-ghardaia": "120 × 160 cm", "tray-copper": "Ø 42 cm"}
CODES: Mapping[str, str] = {
    "soap": "340111", "perfume": "330300", "pottery": "691200", "weaving": "570110", "basketry": "460219",
    "copper": "741810",
}  # fmt: skip


def dress(product: Product, key: str) -> None:
    """Say of a new product what its craft and its own story ask, inside the current transaction."""
    said = dict(OF_A_CRAFT.get(product.craft, {}))
    if key in ABROAD and "strength" in said:
        said["strength"] = {"": "water"}
    if key in SIZES:
        said["size"] = {"": SIZES[key]}
    details.say(product.store_id, product.id, said, by=SYSTEM)
    catalogue.update_product(
        product.store_id, product.id, by=SYSTEM, hs_code=CODES.get(product.craft, ""), **OF_ONE.get(key, {}),
        **ABROAD.get(key, {}),
    )  # fmt: skip
    if product.craft in {"soap", "perfume"}:
        made_on = clock.today() - timedelta(days=40)
        lots.add_lot(
            product.store_id, product.id, f"L{made_on:%y%m}", by=SYSTEM, made_on=made_on,
            best_before=made_on + timedelta(days=730), pieces=60,
        )  # fmt: skip
    if key == "soap-lavender":
        _two_options(product)


# What may leave the country, with its net weight in grams and the words for customs. The soap has no European file.
_WATER = {"abroad": True, "customs_fr": "Eau florale distillée, sans alcool", "customs_en": "Distilled flower water",
          "eu_file": "CPNP 0000000, Maison Exemple, Lyon"}  # fmt: skip
ABROAD: Mapping[str, dict[str, object]] = {
    "soap-olive": {"abroad": True, "net_weight_g": 100, "customs_fr": "Savon à l’huile d’olive, fait main",
                   "customs_en": "Olive oil soap, handmade"},
    "perfume-orange": _WATER | {"net_weight_g": 250},
    "perfume-rose": _WATER | {"net_weight_g": 250},
    "bowl-small": {"abroad": True, "net_weight_g": 350, "customs_fr": "Bol en terre cuite, fait main",
                   "customs_en": "Clay bowl, handmade"},
}  # fmt: skip
OF_ONE: Mapping[str, dict[str, object]] = {
    "bowl-set": {"capacity_week": 6, "queue_most": 18},
    "rug-natural": {"one_of_a_kind": True},
    "tray-coasters": {
        "personal_fr": "Prénom ou mot à graver", "personal_ar": "اسم أو كلمة للنقش",
        "personal_en": "Name or word to engrave",
        "personal_most": 24,
    },
    "soap-olive": {"materials_minor": 14_000, "packaging_minor": 3_500},
    "soap-rose": {"materials_minor": 16_000, "packaging_minor": 3_500},
}  # fmt: skip


def _two_options(product: Product) -> None:
    """Sell the lavender soap in three sizes and two scents; one pair is sold out."""
    sizes = [{"fr": f"{n} g", "ar": f"{n} غ", "en": f"{n} g"} for n in (80, 120, 200)]
    scents = [
        {"fr": "Lavande", "ar": "خزامى", "en": "Lavender"},
        {"fr": "Lavande et citron", "ar": "خزامى وليمون", "en": "Lavender and lemon"},
    ]
    rows = [
        OptionRow({"fr": "Poids", "ar": "الوزن", "en": "Weight"}, sizes),
        OptionRow({"fr": "Parfum", "ar": "العطر", "en": "Scent"}, scents),
    ]
    options.set_options(product.store_id, product.id, rows, by=SYSTEM)
    view = studio_product(product.store_id, product.id)
    assert view is not None
    shown = [each for each in view.variants if not each.hidden]
    figures = [(450, 10), (480, 5), (650, 0), (690, 7), (950, 6), (990, 4)]
    choices = [
        VariantRow(
            {lang: getattr(each, f"label_{lang}") for lang in ("ar", "fr", "en")}, Money.dinars(price), stock,
            variant_id=each.id,
        )
        for each, (price, stock) in zip(shown, figures, strict=True)
    ]  # fmt: skip
    catalogue.set_variants(product.store_id, product.id, choices, by=SYSTEM)
