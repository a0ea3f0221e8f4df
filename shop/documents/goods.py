"""What stands on a product: its label, its price tag; and on the wall, the poster that leads to the shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.catalogue.families import ORIGINS
from shop.documents.bars import Bars, qr
from shop.documents.letters import printable
from shop.documents.papers import Nudge, Paper
from shop.documents.sheets import LINE, NAME, Sheet, run, title
from shop.plumbing.formats import NBSP
from shop.plumbing.i18n import N_, _, speaking
from shop.plumbing.i18n import direction as direction_of

COMPOSITION = 700
MOST_COPIES = 500
TAG_QR_DOTS = 176  # 22 mm


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductLabel:
    """One product's label: texts as people typed them, dates already written as they shall stand."""

    names: tuple[str, ...]  # in the languages of the label, the first one large
    maker: str
    maker_address: str
    languages: tuple[str, ...]
    net: str = ""
    ingredients: str = ""
    precautions: str = ""
    lot: str = ""
    made_on: str = ""
    best_before: str = ""
    after_opening: str = ""
    authorisation: str = ""
    origin: str = "DZ"  # a key of families.ORIGINS


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTag:
    """A name, a price, and where the product's page is."""

    name: str
    label: str
    price: str
    shop: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """The shop's name and address; `under` says the craft and the wilaya in Arabic and French."""

    shop: str
    under: tuple[str, ...]
    link: str
    shown_link: str


def label_sheet(label: ProductLabel, paper: Paper, *, copies: int, start: int, nudge: Nudge) -> Sheet:
    """Return what goods.typ draws: the same label so many times."""
    drawn = _label(label)
    return _laid(paper, [drawn] * copies, start=start, nudge=nudge, name=label.names[0], shop=label.maker)


def tag_sheet(tags: Sequence[PriceTag], paper: Paper, *, start: int, nudge: Nudge) -> Sheet:
    """Return what tags.typ draws."""
    drawn = [_tag(tag) for tag in tags]
    return _laid(paper, drawn, start=start, nudge=nudge, name=tags[0].name, shop=tags[0].shop)


def poster_sheet(poster: Poster, paper: Paper) -> Sheet:
    """Return what poster.typ draws, in Arabic and French whatever the shop speaks: passers-by read either."""
    lines = []
    for lang in ("ar", "fr"):
        with speaking(lang):
            lines.append({
                "order": _("Order with your phone"), "pay": _("Pay when the parcel is in your hands"),
                "side": direction_of(lang), "lang": lang,
            })  # fmt: skip
    return {
        "title": printable(poster.shop, most=LINE),
        "author": printable(poster.shop, most=NAME),
        "width": paper.width,
        "height": paper.height,
        "shop": run(poster.shop, NAME, "bold"),
        "under": [run(each, LINE) for each in poster.under],
        "lines": lines,
        "link": printable(poster.shown_link, most=LINE),
        "qr": _svg(qr(poster.link)),
    }


def _laid(paper: Paper, cells: Sequence[Sheet], *, start: int, nudge: Nudge, name: str, shop: str) -> Sheet:
    places = list(paper.places(len(cells), start=start, nudge=nudge))
    pages: list[list[Sheet]] = [[] for _page in range(places[-1][0] + 1)]
    for cell, (page, x, y) in zip(cells, places, strict=True):
        pages[page].append(cell | {"x": x, "y": y})
    return {
        "title": title([name]),
        "author": printable(shop, most=NAME),
        "width": paper.width,
        "height": paper.height,
        "cell": [round(paper.cell_width * 0.8), round(paper.cell_height * 0.8)],
        "pages": pages,
    }


def _label(label: ProductLabel) -> Sheet:
    facts = (
        (N_("Lot"), label.lot), (N_("Made on"), label.made_on), (N_("Best before"), label.best_before),
        (N_("After opening"), label.after_opening), (N_("Authorisation"), label.authorisation),
    )  # fmt: skip
    texts = ((N_("Ingredients"), label.ingredients), (N_("Precautions"), label.precautions))
    with speaking(label.languages[0]):  # small paper: its words stand in the first language, the name in all
        said = [(_("{word}:", word=_(word)), run(text, COMPOSITION)) for word, text in texts if text]
        told = [[_(word), printable(value, most=60)] for word, value in facts if value]
    return {
        "name": run(label.names[0], NAME, "bold"),
        "name-2": run(label.names[1] if len(label.names) > 1 else "", NAME, "bold"),
        "side": direction_of(label.languages[0]),
        "net": printable(label.net, most=24).replace(" ", NBSP),
        "texts": said,
        "facts": told,
        "maker": run(" · ".join(filter(None, (label.maker, label.maker_address))), LINE),
        "origin": _origin(label),
    }


def _origin(label: ProductLabel) -> str:
    """Say in each language of the label where the product was made."""
    words = []
    for lang in label.languages:
        with speaking(lang):
            at_home = label.origin == "DZ"
            words.append(_("Made in Algeria") if at_home else _("Origin: {country}", country=_(ORIGINS[label.origin])))
    return " · ".join(dict.fromkeys(words))


def _tag(tag: PriceTag) -> Sheet:
    return {
        "name": run(tag.name, NAME, "bold"),
        "label": run(tag.label, NAME),
        "price": printable(tag.price, most=24),
        "shop": run(tag.shop, NAME),
        "qr": _svg(qr(tag.link, dots=TAG_QR_DOTS)),
    }


def _svg(bars: Bars | None) -> Sheet | None:
    return {"svg": bars.svg, "modules": bars.modules, "dots": bars.dots} if bars else None
