"""The crafts by their names."""

from __future__ import annotations

from shop.plumbing.i18n import N_

CRAFT_NAMES = {
    "soap": N_("Soaps"),
    "perfume": N_("Perfumes"),
    "pottery": N_("Pottery"),
    "weaving": N_("Rugs and weaving"),
    "basketry": N_("Basketry"),
    "copper": N_("Copper"),
    "leather": N_("Leather"),
    "jewellery": N_("Jewellery"),
    "wood": N_("Wood"),
    "textile": N_("Textiles and clothes"),
    "food": N_("Fine food"),
}
