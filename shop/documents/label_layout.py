"""Where everything on a parcel label stands: content of 92 × 140 mm, in dots, as label.typ draws it.

Every text has a box of its own, so that none can push another or leave its label. French keeps to the left edge and
Arabic to the right one, in every line that speaks both. What all labels of a sort have in common is their `still`,
which is laid out once, however many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from shop.documents.bars import CODE128_DOTS, Bars, code128, qr
from shop.documents.letters import Weight, direction, printable
from shop.documents.papers import Nudge, Paper
from shop.documents.pen import RULE, TALL, WIDE, Box, Drawing, Side, Words, isolated
from shop.documents.setting import CAPITAL, POINT
from shop.documents.sheets import LINE, NAME, Sheet, both, phone
from shop.documents.stamping import Stamp, rectangles
from shop.documents.words import LabelContent
from shop.plumbing.formats import money_text, weight
from shop.plumbing.i18n import N_, speaking

ADDRESS: Final = 260  # letters at most
INSET: Final = 32  # 4 mm of air all round
PAD: Final = 22
MIDDLE: Final = Box(302, 0, 132, 0)  # the cell in the middle of the header
SQUARE: Final = 208  # what the QR code may take
NAME_WIDE: Final = WIDE - 2 * PAD - SQUARE - 18
CODE_WIDE: Final = 236  # the cell of the wilaya's code
SPLIT: Final = 352  # where the sender ends and the parcel's own words begin
UNDER_BARS: Final = 52  # what the row of the bars keeps for the code in letters
BAND: Final = 34  # a word at the foot that must not be overlooked, white on black

_WORDS: Mapping[str, str] = {
    "parcel": N_("Parcel"), "recipient": N_("Recipient"), "sender": N_("Sender"), "home": N_("HOME DELIVERY"),
    "desk": N_("STOP DESK"), "fragile": N_("FRAGILE"), "open": N_("May be opened"), "exchange": N_("EXCHANGE"),
    "collect": N_("Amount to collect"), "nothing": N_("Nothing to collect from the buyer"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sort:
    """What labels have in common that share a still."""

    exchange: bool
    fragile: bool
    may_open: bool
    owed: bool
    desk: bool
    mirrored: bool  # the recipient's name reads from the right: the QR code stands at its left end
    weighed: bool
    carrier: str
    carrier_ar: str
    sender: str
    sender_phone: str
    sender_place: str
    date: str

    @property
    def signed(self) -> bool:
        """Tell whether there is a row of signs."""
        return self.exchange or self.fragile or self.may_open


class Scale(NamedTuple):
    """How large a label is drawn, and on how many dots to the millimetre its bars lie."""

    percent: int
    dots_per_mm: float

    def dots(self, length: float) -> int:
        """Return how many whole dots of the head lie in a length of the layout."""
        return int(length * self.percent * self.dots_per_mm / 800)


@lru_cache
def rows(*, signed: bool) -> dict[str, Box]:
    """Return the rows from top to bottom: signs take their room from the others, the recipient has what is left."""
    tall = {"header": 84, "bars": 154, "recipient": 0, "destination": 164, "way": 74, "signs": 0, "amount": 140,
            "footer": 172}  # fmt: skip
    if signed:
        tall |= {"header": 82, "bars": 148, "destination": 146, "way": 62, "signs": 62, "amount": 132, "footer": 164}
    tall["recipient"] = TALL - sum(tall.values())
    found, y = {}, 0
    for name, height in tall.items():
        found[name] = Box(0, y, WIDE, height)
        y += height
    return found


def label_sheet(
    labels: Sequence[LabelContent | None], paper: Paper, *, start: int, nudge: Nudge, dots_per_mm: float = 8
) -> tuple[Sheet, list[list[Stamp]]]:
    """Return what label.typ draws, but for its title, and what is laid under its pages afterwards.

    Where no label is given, its cell stays free.
    Bars lie on the dots of a head that burns so many to the millimetre.
    """
    scale = Scale(paper.percent, dots_per_mm)
    places, inset = list(paper.places(len(labels), start=start, nudge=nudge)), round(INSET * paper.percent / 100)
    pages: list[list[Sheet]] = [[] for _page in range(places[-1][0] + 1)]
    stamps: list[list[Stamp]] = [[] for _page in pages]
    stills: dict[Sort, int] = {}
    with speaking("fr"):  # figures and units stand once, the way carriers write them
        for label, (page, x, y) in zip(labels, places, strict=True):
            if label is None:
                continue
            sort = _sort(label)
            still = stills.setdefault(sort, len(stills))
            drawn, bars = _own(label, sort, scale)
            left, top = x + inset, y + inset
            pages[page].append({"x": left, "y": top, "black": drawn.black, "white": drawn.white})
            stamps[page].append(Stamp(left, top, still, rectangles(drawn.ink), bars, paper.percent, dots_per_mm))
    author = next((each.sender_name for each in labels if each), "")
    sheet = {
        "author": printable(author, most=NAME), "width": paper.width, "height": paper.height,
        "percent": paper.percent, "stills": [_still(sort) for sort in stills], "pages": pages,
    }  # fmt: skip
    return sheet, stamps


def _sort(label: LabelContent) -> Sort:
    return Sort(
        exchange=label.exchange, fragile=label.fragile, may_open=label.may_open, owed=bool(label.collect),
        desk=label.kind == "desk", mirrored=direction(printable(label.recipient, most=NAME)) == "rtl",
        weighed=label.weight_g > 0, carrier=label.carrier_name, carrier_ar=label.carrier_name_ar,
        sender=label.sender_name, sender_phone=label.sender_phone, date=label.date,
        sender_place=" · ".join(filter(None, (label.sender_wilaya, label.sender_address))),
    )  # fmt: skip


# What all labels of a sort have in common.


@lru_cache(maxsize=256)  # a workshop's labels of one day are of few sorts
def _still(sort: Sort) -> Sheet:
    drawn, row, words = Drawing(), rows(signed=sort.signed), _words()
    drawn.frame(Box(0, 0, WIDE, TALL), RULE)
    for name in ("bars", "recipient", "destination", "way", "amount"):
        drawn.across(row[name].y)
    _header(drawn, row["header"], sort, words["parcel"])
    drawn.pair(_recipient_box(row, sort).below(12, 26), words["recipient"], 7)
    drawn.down(CODE_WIDE, row["destination"])
    _way(drawn, row["way"], words["desk" if sort.desk else "home"], desk=sort.desk)
    if sort.signed:
        drawn.across(row["signs"].y)
        _signs(drawn, row["signs"], sort, words)
    _amount_band(drawn, row["amount"], words["collect" if sort.owed else "nothing"], owed=sort.owed)
    _sender(drawn, row["footer"], sort, words["sender"])
    return drawn.sheet()


@lru_cache(maxsize=1)
def _words() -> dict[str, Words]:
    return {key: both(word) for key, word in _WORDS.items()}


def _header(drawn: Drawing, row: Box, sort: Sort, parcel: Words) -> None:
    sides: tuple[tuple[str, Box, Side], ...] = (
        (sort.carrier, row.inside(PAD, right=WIDE - MIDDLE.x + 10), "left"),
        (sort.carrier_ar, row.inside(MIDDLE.x + MIDDLE.width + 10, right=PAD), "right"),
    )
    for name, box, side in sides:
        drawn.said(box, printable(name, most=NAME), (17, 14, 11, 8.5), weight="bold", side=side)
    drawn.down(MIDDLE.x, row)
    drawn.down(MIDDLE.x + MIDDLE.width - RULE, row)
    said = f"{isolated(parcel['fr'])} · {isolated(parcel['ar'])}"
    drawn.line(_middle(row, sort)[0], "center", said, 6.5, weight="regular")


def _middle(row: Box, sort: Sort) -> list[Box]:
    """Return where the middle of the header says that it is a parcel, which of how many, and how heavy."""
    tall = [size * CAPITAL * POINT for size in ((6.5, 13, 7) if sort.weighed else (6.5, 13))]
    y = row.y + (row.height - sum(tall) - 9 * (len(tall) - 1)) / 2
    found = []
    for height in tall:
        found.append(MIDDLE._replace(y=y, height=height))
        y += height + 9
    return found


def _recipient_box(row: Mapping[str, Box], sort: Sort) -> Box:
    """Return where the recipient stands beside the QR code."""
    left, right = (PAD + SQUARE + 18, PAD) if sort.mirrored else (PAD, PAD + SQUARE + 18)
    return row["recipient"].inside(left, right=right)


def _way(drawn: Drawing, row: Box, words: Words, *, desk: bool) -> None:
    """Home stands black on white; the desk, the exception that costs a second tour, white on black with its name."""
    if desk:
        drawn.blacken(row)
    drawn.pair(row.inside(PAD), words, 13 if desk else 16, weight="bold", on_black=desk)


def _amount_band(drawn: Drawing, row: Box, words: Words, *, owed: bool) -> None:
    """The one thing that must never be misread: white on black when there is cash to take, else framed."""
    if owed:
        drawn.blacken(row)
    else:
        drawn.frame(row, 8)
    drawn.pair(row.inside(PAD).below(8, 36), words, 10.5, weight="bold", on_black=owed)


def _signs(drawn: Drawing, row: Box, sort: Sort, words: Mapping[str, Words]) -> None:
    """What the carrier must know before touching the parcel: an exchange first, in what room the signs leave."""
    flags = [("open-box", words["open"], 300)] if sort.may_open else []
    flags += [("glass", words["fragile"], 196)] if sort.fragile else []
    x = 0
    if sort.exchange:
        x = WIDE - sum(width for _picture, _words, width in flags)
        _exchange(drawn, row._replace(width=x), words["exchange"])
    else:
        widths = (WIDE,) if len(flags) == 1 else (420, 316)
        flags = [(picture, said, width) for (picture, said, _least), width in zip(flags, widths, strict=True)]
    for picture, said, width in flags:
        if x > 0:
            drawn.down(x, row)
        drawn.pictures.append((picture, x + 18, row.y + (row.height - 50) // 2, 50))
        box = Box(x, row.y, width, row.height).inside(80, right=PAD)
        if width == WIDE:
            drawn.pair(box, said, 11, weight="bold")
        else:
            drawn.stacked(box, "left", said, (8.5, 9) if width > 340 else (7.5, 8), 11)
        x += width


def _exchange(drawn: Drawing, row: Box, words: Words) -> None:
    band = 150 if row.width > 700 else 70 if row.width > 400 else 34
    drawn.stripes += [row._replace(x=x, width=band) for x in (0, row.width - band)]
    if row.width > 400:
        drawn.pair(row.inside(band + PAD), words, 17, weight="bold")
    else:
        drawn.stacked(row.inside(band), "center", words, (8.5, 9), 11)


def _sender(drawn: Drawing, row: Box, sort: Sort, words: Words) -> None:
    box = Box(PAD, row.y, SPLIT - PAD - 14, row.height)
    drawn.pair(box.below(8, 24), words, 6.5)
    drawn.pictures.append(("star", PAD, row.y + 36, 34))
    name, place = printable(sort.sender, most=NAME), printable(sort.sender_place, most=LINE)
    drawn.said(box.inside(42, 34, 0).top(38), name, (10.5, 9, 8, 7), weight="bold", side="left")
    drawn.figure(box.below(74, 24), "left", phone(sort.sender_phone), 9.5, ordinary=18)
    drawn.said(box.inside(0, 102, bottom=8), place, (8, 7.5, 7), side="left", high=True)
    drawn.down(SPLIT, row)
    date = printable(sort.date, most=24)
    drawn.figure(_own_box(row).below(8, 32), "right", date, 8.5, ordinary=10, weight="regular")


def _own_box(row: Box) -> Box:
    """Return the half of the foot that is the parcel's own."""
    return row.inside(SPLIT + 16, right=PAD)


# What each label has for itself.


def _own(label: LabelContent, sort: Sort, scale: Scale) -> tuple[Drawing, str]:
    drawn, row = Drawing(), rows(signed=sort.signed)
    _parcel(drawn, row["header"], label, sort)
    code, reference = printable(label.code, most=48), printable(label.reference, most=24)
    bars = code128(code, room=scale.dots(CODE128_DOTS), dots_per_mm=scale.dots_per_mm)
    square = qr(f"{reference}|{code}", dots=scale.dots(SQUARE))
    if bars is None:
        drawn.figure(row["bars"].inside(PAD), "center", code, 20, ordinary=17)
    else:
        foot = row["bars"].below(row["bars"].height - UNDER_BARS + 14)
        drawn.figure(foot.inside(PAD), "center", code, 12, ordinary=25, kind="code")
    _recipient(drawn, _recipient_box(row, sort), label, sort)
    address = printable(label.address, most=ADDRESS)
    drawn.said(row["recipient"].inside(PAD, 240, bottom=6), address, (12, 11, 9.5, 8), high=True)
    _destination(drawn, row["destination"], label)
    if sort.desk:
        name, middle = printable(label.desk_name or "", most=LINE), Box(262, row["way"].y, 300, row["way"].height)
        drawn.said(middle.inside(0, 4, bottom=4), name, (13, 10.5, 9, 7.5), weight="bold", side="center", on_black=True)
    amount, size = row["amount"].inside(0, 46, bottom=8), 35 if sort.owed else 32
    drawn.figure(amount, "center", money_text(label.collect), size, ordinary=12, on_black=sort.owed)
    _reference(drawn, row["footer"], label, reference)
    return drawn, _symbols(bars, square, row, sort, scale)


def _parcel(drawn: Drawing, row: Box, label: LabelContent, sort: Sort) -> None:
    _word, number, *heavy = _middle(row, sort)
    drawn.figure(number, "center", f"{label.piece}/{label.pieces}", 13, ordinary=6)
    for box in heavy:
        drawn.figure(box, "center", weight(label.weight_g), 7, ordinary=9, weight="regular")


def _recipient(drawn: Drawing, box: Box, label: LabelContent, sort: Sort) -> None:
    """Set whom it goes to: all of it stands at the side from which the name is read."""
    side: Side = "right" if sort.mirrored else "left"
    tall = 84 if label.phone_2 else 104
    name = printable(label.recipient, most=NAME)
    drawn.said(box.below(40, tall), name, (18, 15, 12.5, 10.5, 9.5, 8.5), weight="bold")
    drawn.figure(box.below(40 + tall, 68), side, phone(label.phone), 23, ordinary=13)
    if label.phone_2:
        drawn.figure(box.below(192, 34), side, phone(label.phone_2), 13, ordinary=22)


def _destination(drawn: Drawing, row: Box, label: LabelContent) -> None:
    code = printable(label.wilaya_code, most=4)
    drawn.figure(row._replace(width=CODE_WIDE), "center", code, 58, ordinary=2)
    room = row.inside(CODE_WIDE + PAD, right=PAD)
    french = room._replace(width=int(room.width * 0.56))
    arabic = room.inside(french.width + 8, right=0)
    wilaya = (6, row.height - 74, (19, 16, 13, 11, 10), label.wilaya_fr.upper(), label.wilaya_ar)
    commune = (row.height - 66, 58, (13, 11, 9, 8), label.commune_fr, label.commune_ar)
    for (down, tall, sizes, name, name_ar), bold in ((wilaya, True), (commune, False)):
        heavy: Weight = "bold" if bold else "regular"
        drawn.said(french.below(down, tall), printable(name, most=NAME), sizes, weight=heavy, side="left")
        drawn.said(arabic.below(down, tall), printable(name_ar, most=NAME), sizes, weight=heavy, side="right")


def _reference(drawn: Drawing, row: Box, label: LabelContent, reference: str) -> None:
    """Set its reference, on black what must not be overlooked, what is in it, and the buyer's note."""
    box = _own_box(row)
    drawn.figure(box.below(8, 32), "left", reference, 11, ordinary=10)
    bands = [both(N_("Reprint {n}"), n=label.reprint)] if label.reprint > 0 else []
    bands += [both(label.caution)] if label.caution else []
    room = row.height - 50
    for words in bands:
        room -= BAND
        drawn.ink.append(row.inside(SPLIT + RULE, right=RULE).below(50 + room, BAND - RULE))
        drawn.pair(box.below(50 + room, BAND - RULE), words, 8, weight="bold", on_black=True)
    contents, note = printable(label.contents, most=LINE), printable(label.note, most=LINE)
    tall = room // 2 if note else room
    drawn.said(box.below(46, tall), contents, (9, 8, 7), high=True)
    drawn.said(box.below(46 + tall, room - tall), note, (9, 8, 7), weight="bold", high=True)


def _symbols(
    bars: Bars | None, square: Bars | None, row: Mapping[str, Box], sort: Sort, scale: Scale
) -> str:  # fmt: skip
    """Return the symbols in whole dots of the head from the label's corner, however large all else is drawn."""
    dots, ink = scale.dots, ""
    if bars is not None:
        at, across = row["bars"], bars.modules * bars.dots
        ink += bars.ink((dots(WIDE) - across) // 2, dots(int(at.y) + 16), tall=dots(int(at.height) - UNDER_BARS))
    if square is not None:
        across = square.modules * square.dots
        x = dots(PAD) if sort.mirrored else dots(WIDE - PAD) - across
        ink += square.ink(x, dots(int(row["recipient"].y) + 16) + (dots(SQUARE) - across) // 2)
    return ink
