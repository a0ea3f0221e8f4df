"""Which picture is drawn how: one line per key of the demo catalogue."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from . import basket, bowl, perfume, rug, soap, tray
from .canvas import paint
from .scenery import lavender, linen, niche, petals, placed, tiled_wall, window_light

Drawing = Callable[[], Image.Image]

SOAPS: dict[str, Drawing] = {
    "soap-olive": lambda: paint(soap.stack(("#A8A578", "#DCD3B4", "#8F9468"), "#EFE9DA", "#5a6430", soap.olive_twig())),
    "soap-olive-2": lambda: paint(soap.near_bar("#A8A578", "#5a6430")),
    "soap-olive-3": lambda: paint(soap.cut_loaf("#9DA06F", "#5a6430")),
    "soap-rose": lambda: paint(soap.stack(("#D3AAA0", "#EAD9CB", "#BE8C80"), "#F3E7E1", "#a34d4a", soap.rose_petals())),
    "soap-coal": lambda: paint(
        soap.pair(
            window_light("#DDE0DE", "#8f8577"), ("#454140", "#5d5955"), "", soap.black_seeds(1, (620, 1000, 1000, 1110))
        )
    ),
    "soap-honey": lambda: paint(
        soap.pair(niche("#F2E4C8", "#A9794A"), ("#D9A85A", "#EBCF95"), "#a8762b", soap.comb(800, 900))
    ),
    "soap-prickly": lambda: paint(
        soap.pair(
            window_light("#E9E3CF", "#C29A6B"),
            ("#C3BF86", "#D8CD9E"),
            "#8c7a3a",
            soap.prickly_pear(1000, 850) + soap.cut_fruit(930, 1040),
        )
    ),
    "soap-lavender": lambda: paint(
        soap.pillar(niche("#E6E1EA", "#A9927C"), ("#9C8FB8", "#C9C0D6", "#8a7ba8", "#D9D2E2"), lavender(690, 1120, -14))
    ),
    "soap-box": lambda: paint(soap.gift_box()),
}

KABYLE = bowl.Glaze("#B5573A", "#F1E3C8", "#2A2422", "lozenges")
COBALT = bowl.Glaze("#C8B28D", "#F8F4E8", "#234E92", "combs")
OCHRE = bowl.Glaze("#C98B3C", "#F2DDAF", "#7A3B1D", "chevrons")
FRUIT = bowl.Glaze("#A8583C", "#F4E8CF", "#0F5B50", "blossoms")
WHITE = bowl.Glaze("#E4DCCB", "#FBF8F0", "#1E1B1A", "line")
SOUP = bowl.Glaze("#9E5A3E", "#EAD9BC", "#4C562A", "chevrons")
SET = (
    bowl.Glaze("#B5573A", "#F1E3C8", "#2A2422", "combs"),
    bowl.Glaze("#C8B28D", "#F8F4E8", "#234E92", "lozenges"),
    bowl.Glaze("#8f9468", "#F1EBD8", "#3b431f", "blossoms"),
    bowl.Glaze("#C98B3C", "#F2DDAF", "#7A3B1D", "lozenges"),
)

POTTERY: dict[str, Drawing] = {
    "bowl-kabyle": lambda: paint(niche("#E4E0D4", "#A7835B", 800) + bowl.bowl(KABYLE, "a")),
    "bowl-kabyle-2": lambda: paint(linen("#D9D2C2") + bowl.from_above(KABYLE)),
    "bowl-kabyle-3": lambda: paint(
        window_light("#E8E0D0", "#A7835B", 800) + bowl.bowl(KABYLE, "a"), (480, 470, 540, 540)
    ),
    "bowl-cobalt": lambda: paint(window_light("#DEE4E8", "#9c8466", 800) + bowl.bowl(COBALT, "a")),
    "bowl-small": lambda: paint(
        tiled_wall("#E7E2D6", "#0F5B50", "#B18A5C", 790)
        + placed(bowl.bowl(SOUP, "a", bowl.soup()), 150, 260, 0.72)
        + bowl.spoon(700, 1090, -8)
    ),
    "bowl-set": lambda: paint(window_light("#EAE2D2", "#9A7651", 560) + bowl.set_of_four(SET)),
    "bowl-ochre": lambda: paint(niche("#EADFC8", "#8C6A4A", 800) + bowl.bowl(OCHRE, "a") + bowl.shards(4)),
    "bowl-fruit": lambda: paint(tiled_wall("#E6E3DA", "#234E92", "#A7835B", 830) + bowl.footed(FRUIT)),
    "bowl-white": lambda: paint(niche("#CBD2CC", "#7d6a57", 800) + bowl.bowl(WHITE, "a")),
}

AMBER = perfume.Bottle(perfume.SQUAT, 650, "#f7e6c4", "#C9812B", (498, 712, 204, 196))
OUD = perfume.Bottle(perfume.CUBE, 600, "#d8c3b4", "#6B3A22", (490, 690, 220, 220))
JASMINE = perfume.Bottle(perfume.TALL, 500, "#eef1e0", "#DCD28A", (504, 640, 192, 250))
ROSE = perfume.Bottle(perfume.TALL, 500, "#f6e6e4", "#DD9A9C", (504, 640, 192, 250))
ORANGE = perfume.Bottle(perfume.TALL, 500, "#f6ead8", "#EBC083", (504, 640, 192, 250))
MUSK = perfume.Bottle(perfume.PHIAL, 720, "#f4f1ea", "#E4D9C2", (540, 770, 120, 150))

PERFUMES: dict[str, Drawing] = {
    "perfume-amber": lambda: paint(
        niche("#EADCCB", "#C7B299", 800) + perfume.bottle(AMBER, "a", perfume.star_stopper()) + perfume.resin()
    ),
    "perfume-amber-2": lambda: paint(
        window_light("#EFE3D0", "#C7B299", 800)
        + perfume.carton(180, 570, "#3b2a1e")
        + placed(perfume.bottle(AMBER, "a", perfume.star_stopper()), 180, 0)
    ),
    "perfume-amber-3": lambda: paint(
        niche("#EADCCB", "#C7B299", 800) + perfume.bottle(AMBER, "a", perfume.star_stopper()), (350, 560, 500, 500)
    ),
    "perfume-jasmine": lambda: paint(
        window_light("#DDE5DC", "#BBB39A", 800) + perfume.bottle(JASMINE, "a", perfume.cork()) + perfume.jasmine()
    ),
    "perfume-rose": lambda: paint(
        niche("#EBD9D6", "#BFA28F", 800) + perfume.bottle(ROSE, "a", perfume.cork()) + perfume.roses()
    ),
    "perfume-orange": lambda: paint(
        tiled_wall("#EFE6D4", "#C9812B", "#C29F74", 800)
        + perfume.bottle(ORANGE, "a", perfume.cork())
        + perfume.orange_blossom()
    ),
    "perfume-musk": lambda: paint(
        niche("#DAD9D6", "#B4AB9E", 880)
        + perfume.plinth("#B8B0A4")
        + perfume.bottle(MUSK, "a", perfume.dropper())
        + perfume.cotton()
    ),
    "perfume-oud": lambda: paint(
        niche("#8E7E72", "#4d3b30", 800) + perfume.bottle(OUD, "a", perfume.ball_stopper()) + perfume.resin()
    ),
    "perfume-set": lambda: paint(
        window_light("#E4E6DC", "#B59A78", 800)
        + perfume.discovery_box((JASMINE, ROSE, ORANGE))
        + petals(4, ("#F3D3CB", "#D98E8B", "#FFFDF4"), (200, 1090, 1000, 1150), 10)
    ),
}

BORDEAUX = ("#8E2F27", "#EBDDC0", "#1F2E45", "#D99A2B", "#3F5A45")
NATURAL = ("#E9DFCB", "#3a302a", "#A6764a", "#C9B48d")
INDIGO = ("#22365f", "#E6E0D0", "#6f8fb8", "#B5573A", "#3d5c92")
DESERT = ("#B5573A", "#F0DFC0", "#4c2f22", "#E2A72E")
GARDEN = ("#EFE4CC", "#0F5B50", "#B5573A", "#E2A72E")
OCHRE_WOOL = ("#C98B3C", "#F4E8CF", "#5a3420", "#8E3F29")


def ghardaia() -> Image.Image:
    return rug.wool(rug.banded(84, 110, 5, seed=4), BORDEAUX, seed=4)


WOVEN: dict[str, Drawing] = {
    "rug-ghardaia": lambda: rug.hung(ghardaia(), window_light("#E8E2D6", "#A98A63", 1080), BORDEAUX[0]),
    "rug-ghardaia-2": lambda: rug.near(ghardaia(), (40, 150, 460, 570)),
    "rug-ghardaia-3": lambda: rug.rolled(ghardaia(), niche("#E8E2D6", "#A98A63", 800), BORDEAUX[0]),
    "rug-natural": lambda: rug.hung(
        rug.wool(rug.banded(84, 110, 4, seed=11), NATURAL, seed=11),
        window_light("#D3CDC1", "#8e7656", 1080),
        NATURAL[0],
    ),
    "rug-runner": lambda: rug.hung(
        rug.wool(rug.medallions(36, 112, 5), (*DESERT, "#8E3F29"), seed=5),
        niche("#E3DED2", "#A98A63", 1090),
        DESERT[0],
        top=60,
    ),
    "rug-indigo": lambda: rug.hung(
        rug.wool(rug.medallions(84, 110, 2), INDIGO, seed=6), window_light("#E4E4E0", "#9a8468", 1080), INDIGO[0]
    ),
    "rug-wall": lambda: rug.wall_hanging(
        rug.wool(rug.banded(46, 56, 4, seed=23), GARDEN, seed=9, fold=0.03),
        window_light("#EADFD2", "#B98F66", 1130),
        GARDEN[0],
    ),
    "rug-cushion": lambda: rug.cushion(
        rug.wool(rug.medallions(80, 80, 1), (*DESERT, "#7d3a26"), seed=3, fold=0.02),
        niche("#DDE0D8", "#A58a6a", 900),
        DESERT[3],
    ),
    "rug-cushion-2": lambda: rug.cushion(
        rug.wool(rug.medallions(80, 80, 1), INDIGO, seed=3, fold=0.02), niche("#E5E1D8", "#A58a6a", 900), INDIGO[1]
    ),
    "rug-cushion-3": lambda: rug.cushion(
        rug.wool(rug.medallions(80, 80, 1), (*OCHRE_WOOL, "#E2B45E"), seed=3, fold=0.02),
        niche("#DAD6CE", "#8f7658", 900),
        OCHRE_WOOL[1],
    ),
}

STRAW, PALM = "#D8B87C", "#CDBE86"

BASKETS: dict[str, Drawing] = {
    "basket-halfa": lambda: paint(niche("#E6E1D3", "#B7966B", 790) + basket.open_basket(STRAW, "#8E3F29")),
    "basket-halfa-2": lambda: paint(basket.from_above(STRAW, "#8E3F29")),
    "basket-halfa-3": lambda: paint(
        window_light("#E6E1D3", "#B7966B", 790) + basket.open_basket(STRAW, "#8E3F29"), (150, 480, 520, 520)
    ),
    "basket-palm": lambda: paint(
        tiled_wall("#EAE5D8", "#6F7B3F", "#B7966B", 830) + basket.market_basket(PALM, "#0F5B50")
    ),
    "basket-bread": lambda: paint(niche("#E8DCC9", "#94704a", 790) + basket.bread_basket(STRAW, "#B5573A")),
    "basket-bread-2": lambda: paint(
        window_light("#E8DCC9", "#94704a", 790) + basket.open_bread_basket(STRAW, "#B5573A")
    ),
    "basket-dates": lambda: paint(basket.date_dish("#DCC08A", "#0F5B50")),
    "basket-laundry": lambda: paint(window_light("#DFE4E2", "#AD9372", 900) + basket.laundry_basket(STRAW, "#3a4a5c")),
    "basket-mat": lambda: paint(basket.four_mats("#DCC08A", ("#8E3F29", "#234E92", "#6F7B3F", "#C9812B"))),
}

COPPER, TIN, BRASS = "#B8683A", "#A9ACA8", "#C39A3E"

METAL: dict[str, Drawing] = {
    "tray-copper": lambda: paint(niche("#D9DED8", "#6E4F39", 900) + tray.standing(COPPER, "stars")),
    "tray-copper-2": lambda: paint(tray.standing(COPPER, "stars"), (430, 420, 380, 380)),
    "tray-copper-3": lambda: paint(
        niche("#D9DED8", "#6E4F39", 900) + tray.standing(COPPER, "stars"), (560, 570, 490, 490)
    ),
    "tray-small": lambda: paint(tiled_wall("#E9E4D8", "#B5573A", "#8a6546", 700) + tray.laid_for_tea("#BD7040")),
    "tray-tinned": lambda: paint(niche("#E6DCCB", "#5d4634", 900) + tray.standing(TIN, "keyed", lobes=0)),
    "tray-wall": lambda: paint(window_light("#E9DCC8", "#9a7550", 1110) + tray.hanging("#AD5F3B", "rosette")),
    "tray-brass": lambda: paint(niche("#CAD6D2", "#66503a", 900) + tray.standing(BRASS, "rosette", lobes=32)),
    "tray-coasters": lambda: paint(linen("#D8DAD3") + tray.coasters(COPPER)),
    "tray-couscous": lambda: paint(tiled_wall("#E9E4D8", "#234E92", "#8a6546", 820) + tray.couscous_dish("#B8683A")),
}

DRAWINGS: dict[str, Drawing] = {**SOAPS, **POTTERY, **PERFUMES, **WOVEN, **BASKETS, **METAL}
