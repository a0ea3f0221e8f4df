"""A carrier's list becomes lines: a table whose columns are guessed or were said before, or pasted text. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from shop.core.cells import dinars
from shop.core.text import clean, fold, is_code, western_digits

TRACKING, REFERENCE, COLLECTED, FEE, NET = "tracking", "reference", "collected", "fee", "net"
MEANINGS = (TRACKING, REFERENCE, COLLECTED, FEE, NET)
SEARCHED = 20  # rows among which the headers stand
LONGEST_CODE = 40

# How carriers call their columns; what has most words of a header counts, the first of equals.
_WORDS: Mapping[str, Sequence[str]] = {
    "": ("date", "jour", "day", "تاريخ", "téléphone", "phone", "tel", "هاتف", "client", "nom", "name", "الزبون",
         "wilaya", "commune", "statut", "status", "état", "الحالة", "الولاية", "البلدية"),
    NET: ("net", "net à payer", "montant net", "à verser", "versé", "versement", "payout", "paid", "reçu", "الصافي",
          "المبلغ الصافي", "المدفوع"),
    FEE: ("frais", "frais de livraison", "livraison", "tarif", "tarif livraison", "prix livraison", "commission",
          "fee", "fees", "delivery fee", "الرسوم", "رسوم التوصيل", "سعر التوصيل", "التوصيل", "العمولة"),
    TRACKING: ("tracking", "suivi", "numéro de suivi", "n suivi", "code suivi", "colis", "numéro colis", "code colis",
               "bordereau", "barcode", "code barre", "التتبع", "رقم التتبع", "الطرد", "رقم الطرد", "كود التتبع"),
    REFERENCE: ("référence", "reference", "ref", "commande", "numéro commande", "order", "الطلبية", "المرجع", "code"),
    COLLECTED: ("montant", "montant collecté", "montant encaissé", "montant recouvré", "montant à recouvrer", "cod",
                "encaissé", "collecté", "prix", "total", "amount", "collected", "cash", "المبلغ", "المبلغ المحصل",
                "السعر", "الثمن", "التحصيل"),
}  # fmt: skip

_SPACES = re.compile(r"[\s\u00a0\u202f\u066c']+")
_UNIT = re.compile("(?:da|dzd|دج|د\\.ج\\.?)$", re.IGNORECASE)
_PLAIN = re.compile(r"(-?)(\d{1,9})(?:[.,](\d{1,2}))?")
_GROUPED = re.compile(r"(-?)(\d{1,3}(?:[.,]\d{3}){1,2})(?:[.,](\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Line:
    """One parcel of a list: how it is named; what was collected, kept and paid, as far as it says so, in centimes."""

    names: tuple[str, ...]
    collected: int | None
    fee: int | None
    net: int | None

    @property
    def is_readable(self) -> bool:
        """Tell whether it says any amount."""
        return not (self.collected is None and self.net is None and self.fee is None)


@dataclass(frozen=True)
class Grid:
    """A list as rows of cells: the names of its columns, and what they mean while that is sure, else guessed."""

    names: list[str]
    guessed: list[str]
    rows: list[list[str]]
    sure: bool = False


def amount(text: str) -> int | None:
    """Return an amount in centimes, or None: 1250 · 1 250,50 · 1.250 DA · 1,250.50 · ١٢٥٠ دج · -250."""
    figures = _SPACES.sub("", western_digits(text)).replace("٫", ",").replace("−", "-")
    figures = _UNIT.sub("", figures)
    found = _GROUPED.fullmatch(figures) or _PLAIN.fullmatch(figures)
    if found is None:
        return None
    minor = int(re.sub("[.,]", "", found[2])) * 100 + int((found[3] or "").ljust(2, "0"))
    return -minor if found[1] else minor


def guess(headers: Sequence[str]) -> list[str]:
    """Return what each header probably means, "" for nothing; each meaning once."""
    found: list[str] = []
    for header in headers:
        meaning = _meaning(header)
        found.append("" if meaning in found else meaning)
    return found


def _meaning(header: str) -> str:
    words = frozenset(fold(header).split())
    best, most = "", 0
    for meaning, aliases in _folded():
        for alias in aliases:
            if len(alias) > most and alias <= words:
                best, most = meaning, len(alias)
    return best


@cache
def _folded() -> list[tuple[str, list[frozenset[str]]]]:
    return [(meaning, [frozenset(fold(word).split()) for word in words]) for meaning, words in _WORDS.items()]


def is_enough(keys: Iterable[str]) -> bool:
    """Tell whether a list can be matched whose columns mean this: it names parcels and says an amount."""
    known = set(keys)
    return bool(known & {TRACKING, REFERENCE} and known & {COLLECTED, NET})


def delimiter(text: str) -> str:
    """Return what stands between the cells: that which finds the most columns of ours in one of the first rows."""
    best, most = ";", 0
    for line in text.splitlines()[:SEARCHED]:
        for each in ";,\t|":
            found = sum(map(bool, guess([cell.strip(' "') for cell in line.split(each)[:50]])))
            if found > most:
                best, most = each, found
    return best


def grid(rows: Iterable[Sequence[str]]) -> Grid:
    """Return a table with its headers found; without any, its columns are named by their places."""
    kept = [[clean(cell, limit=160) for cell in row[:50]] for row in rows]
    kept = [row for row in kept if any(row)]
    for at, row in enumerate(kept[:SEARCHED]):
        keys = guess(row)
        if is_enough(keys) or sum(map(bool, keys)) >= 3:
            return Grid(row, keys, kept[at + 1 :])
    width = max((len(row) for row in kept), default=0)
    return Grid([f"#{place}" for place in range(1, width + 1)], [""] * width, kept)


def has_amounts(table: Grid) -> bool:
    """Tell whether one column at least has amounts beside something else, whatever they mean."""
    return any(len(row) > 1 and any(amount(cell) is not None for cell in row) for row in table.rows)


def lines(rows: Iterable[Sequence[str]], keys: Sequence[str]) -> list[Line]:
    """Return the lines of a table by what its columns mean; rows that name no parcel, as totals do, are left out."""
    found = []
    for row in rows:
        cells = {key: cell for key, cell in zip(keys, row, strict=False) if key}
        names = tuple(code for key in (TRACKING, REFERENCE) if (code := _code(cells.get(key, ""))))
        if names:
            collected, fee, net = (amount(cells.get(key, "")) for key in (COLLECTED, FEE, NET))
            found.append(Line(names, collected, fee, net))
    return found


def _code(cell: str) -> str:
    code = western_digits(cell).strip()
    return code if 3 <= len(code) <= LONGEST_CODE and any(each.isalnum() for each in code) and " " not in code else ""


# ── Pasted text ───────────────────────────────────────────────────────────────────────────────────────────────────

_DAY = re.compile(r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{1,2}:\d{2}\b")
_PHONE = re.compile(r"(?<!\w)(?:\+?213|0)[ .]?[567](?:[ .]?\d){8}(?!\w)")
_WORD = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_FIGURE = re.compile(
    r"(?<![\w.,])-?\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+(?:[.,]\d{1,2})?(?!\w)|(?<![\w.,])-?\d{1,9}(?:[.,]\d{1,2})?(?!\w)"
)


def pasted(text: str) -> Grid:
    """Return a message or the text of a paper as a table: of each line its parcel and its amounts.

    Lines that name no parcel say nothing. A text that is a table already is read as one.
    """
    text = western_digits(text).replace("٬", "").replace("٫", ",")
    between = delimiter(text)
    table = grid(csv.reader(io.StringIO(text), delimiter=between)) if between in text else Grid([], [], [])
    if is_enough(table.guessed):
        return table
    rows = [row for line in text.splitlines() if (row := _of_line(line))]
    return Grid(["#1", "#2", "#3"], [TRACKING, COLLECTED, FEE], rows, sure=True)


def _of_line(text: str) -> list[str] | None:
    plain = _PHONE.sub(" ", _DAY.sub(" ", text))
    code = next((word for word in _WORD.findall(plain) if _names_a_parcel(word)), None)
    if code is None:
        return None
    figures = _FIGURE.findall(plain.replace(code, " ; ", 1))
    amounts = [minor for figure in figures if (minor := amount(figure)) is not None and minor >= 0]
    if not amounts:
        return None
    collected, fee = _told(amounts)
    return [code, dinars(collected), dinars(fee)]


def _told(amounts: Sequence[int]) -> tuple[int, int]:
    """Return what was collected and what was kept of it: the second amount, or of three the one that closes the sum."""
    if len(amounts) >= 3 and max(amounts[:3]) * 2 == sum(amounts[:3]):
        return max(amounts[:3]), min(amounts[:3])
    return amounts[0], amounts[1] if len(amounts) == 2 else 0


def _names_a_parcel(word: str) -> bool:
    letters, digits = any(each.isalpha() for each in word), any(each.isdigit() for each in word)
    if letters and digits:
        return len(word) >= 5
    if letters:
        return len(word) >= 7 and (is_code(word[1:]) or is_code(word))
    return len(word.replace("-", "")) >= 10
