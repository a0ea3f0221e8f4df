"""From the words of a paper to the plain values its template draws: printable texts, bars, places, translations.

User text leaves here as JSON strings and stays strings: a template never reads it as its own language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from shop.documents.bars import Bars, code128, qr
from shop.documents.letters import BREAK, Weight, breakable, direction, ems, printable
from shop.documents.papers import Nudge, Paper
from shop.documents.words import LabelContent
from shop.plumbing.formats import money_text, phone_shown, weight
from shop.plumbing.i18n import N_, _, speaking

Sheet = dict[str, Any]
Run = dict[str, Any]  # a text, its direction and weight, and how wide it and its longest word are, in ems

NAME = 60
ADDRESS = 260
LINE = 140

_LABEL_WORDS: Mapping[str, str] = {
    "parcel": N_("Parcel"),
    "recipient": N_("Recipient"),
    "sender": N_("Sender"),
    "home": N_("HOME DELIVERY"),
    "desk": N_("STOP DESK"),
    "fragile": N_("FRAGILE"),
    "open": N_("May be opened"),
    "exchange": N_("EXCHANGE"),
    "collect": N_("Amount to collect"),
    "nothing": N_("Nothing to collect from the buyer"),
}


def label_sheet(labels: Sequence[LabelContent], paper: Paper, *, start: int, nudge: Nudge) -> Sheet:
    """Return what label.typ draws, but for its title: the labels by page, placed in eighths of a millimetre."""
    places = list(paper.places(len(labels), start=start, nudge=nudge))
    pages: list[list[Sheet]] = [[] for _page in range(places[-1][0] + 1)]
    words = {key: both(word) for key, word in _LABEL_WORDS.items()}
    with speaking("fr"):  # figures and units stand once, the way carriers write them
        for label, (page, x, y) in zip(labels, places, strict=True):
            pages[page].append(_label(label) | {"x": x, "y": y})
    return {
        "author": run(labels[0].sender_name, NAME)["text"],
        "width": paper.width,
        "height": paper.height,
        "words": words,
        "pages": pages,
    }


def title(names: Sequence[str]) -> str:
    """Name a document after its first paper, and say how many more there are."""
    more = f" (+{len(names) - 1})" if len(names) > 1 else ""
    return printable(names[0], most=LINE) + more


@lru_cache(maxsize=1024)  # a workshop sends many parcels to few wilayas, with one carrier
def run(text: str, most: int, weight: Weight = "regular") -> Run:
    """Return a printable text with the direction it is read in, and estimates that save measuring it."""
    shown = breakable(printable(text, most=most))
    words = shown.replace(BREAK, " ").split(" ")
    return {
        "text": shown,
        "side": direction(shown),
        "weight": weight,
        "ems": round(ems(shown, weight), 3),
        "word": round(max(ems(word, weight) for word in words), 3),
    }


def both(message: str, **values: object) -> dict[str, str]:
    """Return a message in the two languages that every label speaks."""
    spoken = {}
    for lang in ("fr", "ar"):
        with speaking(lang):
            spoken[lang] = _(message, **values)
    return spoken


def phone(e164: str) -> str:
    """Return a phone number as it is read aloud, in one piece."""
    return printable(phone_shown(e164), most=24)


def _label(label: LabelContent) -> Sheet:
    code = printable(label.code, most=48)
    reference = printable(label.reference, most=24)
    return {
        "code": code,
        "bars": _bars(code128(code)),
        "qr": _bars(qr(f"{reference}|{code}")),
        "reference": reference,
        "carrier": run(label.carrier_name, NAME, "bold"),
        "carrier-ar": run(label.carrier_name_ar, NAME, "bold"),
        "piece": f"{label.piece}/{label.pieces}",
        "recipient": run(label.recipient, NAME, "bold"),
        "phone": phone(label.phone),
        "phone-2": phone(label.phone_2) if label.phone_2 else None,
        "address": run(label.address, ADDRESS),
        "commune-fr": run(label.commune_fr, NAME),
        "commune-ar": run(label.commune_ar, NAME),
        "wilaya-code": printable(label.wilaya_code, most=4),
        "wilaya-fr": run(label.wilaya_fr.upper(), NAME, "bold"),
        "wilaya-ar": run(label.wilaya_ar, NAME, "bold"),
        "desk": run(label.desk_name or "", LINE, "bold") if label.kind == "desk" else None,
        "owed": bool(label.collect),
        "amount": money_text(label.collect),
        "weight": weight(label.weight_g) if label.weight_g > 0 else "",
        "contents": run(label.contents, LINE),
        "note": run(label.note, LINE, "bold"),
        "fragile": label.fragile,
        "may-open": label.may_open,
        "exchange": label.exchange,
        "sender": run(label.sender_name, NAME, "bold"),
        "sender-phone": phone(label.sender_phone),
        "sender-place": run(" · ".join(filter(None, (label.sender_wilaya, label.sender_address))), LINE),
        "date": printable(label.date, most=24),
        "caution": both(label.caution) if label.caution else None,
        "reprint": both(N_("Reprint {n}"), n=label.reprint) if label.reprint > 0 else None,
    }


def _bars(bars: Bars | None) -> Sheet | None:
    return {"svg": bars.svg, "modules": bars.modules, "dots": bars.dots} if bars else None
