"""From the words of packing slips, hand-over sheets and calibration pages to what their templates draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shop.core.money import Money
from shop.documents.letters import printable
from shop.documents.papers import CONTENT_HEIGHT, Nudge, Paper
from shop.documents.sheets import LINE, NAME, Run, Sheet, both, phone, run, title
from shop.documents.words import HandoverContent, HandoverLine, SlipContent, SlipLine
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import N_, _, direction, language, ngettext, speaking

WHERE = N_("The frame belongs {x} mm from the left edge of the paper, {y} mm from its upper edge.")
HOW = N_("It lies 1 mm too far right: write −10 more across. 1 mm too far left: 10. Up and down alike.")
AIR_MM = 4  # around a label inside of its cell
PERSONAL = 200
CARD = 300
LINES_OF_A_SLIP = 6  # rows of fixed height between the head and the sums of a 100 × 148 mm slip


def slip_sheet(slips: Sequence[SlipContent], paper: Paper, *, start: int, nudge: Nudge) -> Sheet:
    """Return what slip.typ draws: a slip with more lines than fit goes on in the next cell."""
    parts = [part for slip in slips for part in _parts(slip)]
    places = list(paper.places(len(parts), start=start, nudge=nudge))
    pages: list[list[Sheet]] = [[] for _page in range(places[-1][0] + 1)]
    for part, (page, x, y) in zip(parts, places, strict=True):
        pages[page].append(part | {"x": x, "y": y})
    return {
        "title": title([slip.code for slip in slips]),
        "author": printable(slips[0].shop, most=NAME),
        "width": paper.width,
        "height": paper.height,
        "percent": paper.percent,
        "pages": pages,
    }


def handover_sheet(content: HandoverContent) -> Sheet:
    """Return what handover.typ draws, in the language of the sheet."""
    with speaking(content.language):
        return {
            "title": title([f"{_('Hand-over sheet')} {content.number}"]),
            "author": printable(content.shop, most=NAME),
            "direction": direction(language()),
            "heading": _("Hand-over sheet"),
            "number": printable(content.number, most=24),
            "date": run(content.date, NAME),
            "from": [_("From"), run(content.shop, NAME)],
            "phone": phone(content.shop_phone) if content.shop_phone else "",
            "to": [_("To"), run(content.carrier, NAME)],
            "columns": [_("Parcel"), _("Order"), _("Recipient"), _("Wilaya"), _("To collect")],
            "lines": [_handed_over(line) for line in content.lines],
            "count": ngettext("{n} parcel", "{n} parcels", content.count),
            "cash": [_("Cash to bring back"), money_text(content.cash)],
            "promise": _("Both sides have counted these parcels together."),
            "signatures": [
                _signing(_("The workshop"), content.shop, content.handed_by, content.date if content.handed_by else ""),
                _signing(_("The carrier"), content.carrier, content.signed_by, content.signed_at, content.signature),
            ],
            "signing": [_("Name"), _("Date and time"), _("Signature")],
            "page": _("Page {page} of {pages}", page="\ue000", pages="\ue001"),
        }


def calibration_sheet(paper: Paper, *, nudge: Nudge) -> Sheet:
    """Return what calibration.typ draws: rulers and crosses where the labels of a paper would lie.

    A paper of smaller labels is a roll: it is cut longer, for the line of 100 mm.
    """
    frame = (92, 140)
    if paper.percent < 100:
        frame = (92 * paper.percent // 100 + 1, 140)
        tall = (paper.content[0], CONTENT_HEIGHT)
        paper = replace(paper, height=CONTENT_HEIGHT, cell_height=CONTENT_HEIGHT, content=tall)
    first = next(paper.places(1))
    at = {name: f"{steps / 8 + AIR_MM:.1f}" for name, steps in zip("xy", first[1:], strict=True)}
    return {
        "title": "Hirfa · 100 mm",
        "width": paper.width,
        "height": paper.height,
        "frame": frame,
        "across": frame[0] // 10 * 10 - 10,
        "cell": [paper.cell_width, paper.cell_height],
        "cells": [
            {"number": cell, "corner": paper.corner(cell), "x": x, "y": y}
            for cell, (_page, x, y) in enumerate(paper.places(paper.cells, nudge=nudge), start=1)
        ],
        "nudge": [f"{step / 10:+.1f}".replace(".", ",") for step in nudge],
        "measure": _said(N_("Measure this line: 100 mm")),
        "advice": _said(N_("Shorter or longer? Choose “actual size, 100 %” when printing.")),
        "place": _said(N_("Place {n}"), n="\ue000"),
        "moved": _said(N_("Moved by")),
        "where": _said(WHERE, **at),
        "how": _said(HOW),
    }


def _said(message: str, **values: object) -> dict[str, str]:
    """Return a message in the two languages of every label; who reads English gets it in place of the French."""
    spoken = both(message, **values)
    return spoken | {"fr": _(message, **values)} if language() == "en" else spoken


def _signing(who: str, name: str, by: str, at: str, drawn: bytes = b"") -> Sheet:
    """Return a box to be signed: what is known of it stands there already."""
    return {"who": who, "name": run(name, NAME), "known": [run(by, NAME), run(at, NAME)], "drawn": list(drawn)}


def _parts(slip: SlipContent) -> list[Sheet]:
    with speaking(slip.language):
        rows = [row for line in slip.lines for row in _rows(line, slip)]
        chunks = [rows[at : at + LINES_OF_A_SLIP] for at in range(0, len(rows), LINES_OF_A_SLIP)] or [[]]
        head: Sheet = {
            "direction": direction(language()),
            "shop": run(slip.shop, NAME, "bold"),
            "heading": _("In this parcel"),
            "buyer": [_("For"), run(slip.buyer, NAME, "bold")],
            "code": [_("Order"), printable(slip.code, most=24)],
            "date": run(slip.date, NAME),
            "pieces": ngettext("{n} piece", "{n} pieces", slip.pieces),
            "seller": [[_(label), printable(value, most=LINE)] for label, value in slip.seller],
            "thanks": run(slip.thanks or _("Made by hand and packed with care. Thank you."), LINE),
        }
        return [
            head
            | {
                "lines": chunk,
                "sums": _sums(slip) if number == len(chunks) else [],
                "card": run(slip.card if number == len(chunks) else "", CARD),
                "part": f"{number}/{len(chunks)}" if len(chunks) > 1 else "",
            }
            for number, chunk in enumerate(chunks, start=1)
        ]


def _line(line: SlipLine, slip: SlipContent) -> Sheet:
    return {
        "pieces": f"{line.pieces} ×",
        "name": run(line.name, LINE, "bold"),
        "variant": _variant(line, slip),
        "total": money_text(line.total) if slip.with_prices else "",
    }


def _rows(line: SlipLine, slip: SlipContent) -> list[Sheet]:
    return [_line(line, slip), *([_typed(line)] if line.personal else [])]


def _typed(line: SlipLine) -> Sheet:
    said = [run(_("Text to put on it"), NAME)]
    return {"pieces": "", "name": run(line.personal, PERSONAL, "bold"), "variant": said, "total": ""}


def _variant(line: SlipLine, slip: SlipContent) -> list[Run]:
    parts = [each for each in (line.variant, line.lot) if each.strip()]
    if slip.with_prices and line.pieces != 1 and not line.lot:  # one line of small letters is all the room there is
        parts.append(_("{price} each", price=money_text(line.unit_price)))
    return [run(part, NAME) for part in parts]


def _sums(slip: SlipContent) -> list[tuple[str, str]]:
    if not slip.with_prices:
        return []
    if slip.delivery is None:
        return [(_("Total"), money_text(slip.goods))]
    off = slip.discount or Money(0, slip.goods.currency)
    return [
        (_("Goods"), money_text(slip.goods)),
        *([(_("Discount"), money_text(off))] if off else []),
        (_("Delivery"), money_text(slip.delivery) if slip.delivery or not slip.offer else _("offered")),
        (_("Total"), money_text(slip.goods - off + slip.delivery)),
    ]


def _handed_over(line: HandoverLine) -> Sheet:
    return {
        "tracking": printable(line.tracking, most=48),
        "reference": printable(line.reference, most=24),
        "recipient": run(line.recipient, NAME),
        "wilaya": run(line.wilaya, NAME),
        "collect": money_text(line.collect),
    }
