"""A message in which somebody orders, read by rules: phone, place, articles, name. What is not sure is said.

Nothing here knows a request or a database: a message and the articles that could be meant go in, a reading comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shop.checkout.message_lines import Known, find_lines, vocabulary
from shop.checkout.message_tokens import Token, Tokens
from shop.checkout.message_words import ADDRESS, AROUND, DESK, HOME, NAME_MARKS, WILAYA, bare, sound
from shop.core.phone import BadPhone, parse_phone
from shop.plumbing import geography
from shop.plumbing.i18n import N_

__all__ = ["Doubt", "Found", "Known", "Reading", "read"]

MOST = 2000  # characters that are read of a message
_ARABIC = re.compile("[\u0621-\u064a]")
_PREFIXES = ("ب", "ل", "ف", "و")  # in, to, in, and: written as one with the word
MOST_NAME_WORDS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """What one field was read from: `of` is phone, name, place, address, kind or line."""

    of: str
    text: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that should be asked: an English msgid with its values, and the field of the form."""

    of: str
    message: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """What a message says, as far as the rules know; what they don't is empty."""

    phone: str = ""
    name: str = ""
    wilaya_code: str = ""
    commune_code: str = ""
    address: str = ""
    kind: str = ""
    lines: list[tuple[int, int]] = field(default_factory=list)  # variant (0: not clear which), pieces
    language: str = "fr"
    found: list[Found] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def note(self, of: str, text: str) -> None:
        """Remember what a field was read from."""
        self.found.append(Found(of, text))

    def ask(self, of: str, message: str, **values: object) -> None:
        """Remember what is not sure."""
        self.doubts.append(Doubt(of, message, values))


NO_PHONE = N_("No phone number was found.")
BAD_PHONE = N_("“{text}” is not a whole phone number.")
TWO_PHONES = N_("There is a second phone number: {text}.")
NO_WILAYA = N_("Which wilaya?")
WHICH_COMMUNE = N_("Which commune of {wilaya}?")
WHICH_PLACE = N_("There are several places called {place}. In which wilaya?")
NO_LINE = N_("Which articles?")
WHICH_LINE = N_("Which article is “{text}”?")
WHICH_CHOICE = N_("Which choice of {name}?")
HOW_MANY = N_("How many of {name}? One is written.")
NO_NAME = N_("What is the name?")
SURE_NAME = N_("Is “{name}” the name?")


def read(text: str, articles: Sequence[Known]) -> Reading:
    """Read a message. Pure: the same message and articles give the same reading."""
    words = vocabulary(articles)
    tokens = Tokens.of(text[:MOST], words.stems)
    reading = Reading(language="ar" if _ARABIC.search(text) else "fr")
    _phone(tokens, reading)
    marked = _marked_name(tokens, reading)
    _address(tokens, reading)
    _wilaya_by_number(tokens, reading)
    _lines(tokens, words, articles, reading)
    _place(tokens, reading)
    _kind(tokens, reading)
    if not marked:
        _name_that_is_left(tokens, reading)
    return reading


# ── phone ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _phone(tokens: Tokens, reading: Reading) -> None:
    wrong = ""
    for start, stop in tokens.digit_runs():
        for first, last in _spans(start, stop):
            typed = tokens.text_of(first, last)
            try:
                phone = parse_phone(tokens.before(first) + typed)
            except BadPhone:
                continue
            _take_phone(tokens, reading, phone, (first, last))
            break
        else:
            whole = tokens.text_of(start, stop)
            if sum(letter.isdigit() for letter in whole) >= 7:
                wrong = wrong or whole
                tokens.use(start, stop)
    if not reading.phone:
        reading.ask("phone", BAD_PHONE if wrong else NO_PHONE, text=wrong)


def _spans(start: int, stop: int) -> Iterator[tuple[int, int]]:
    for first in range(start, stop):
        for last in range(first + 1, stop + 1):
            yield first, last


def _take_phone(tokens: Tokens, reading: Reading, phone: str, span: tuple[int, int]) -> None:
    typed = tokens.text_of(*span)
    tokens.use(*span)
    if not reading.phone:
        reading.phone = phone
        reading.note("phone", typed)
    elif phone != reading.phone:
        reading.ask("phone", TWO_PHONES, text=typed)


# ── name ──────────────────────────────────────────────────────────────────────────────────────────────────────────


_MARKS = sorted((tuple(bare(word) for word in mark.split()) for mark in NAME_MARKS), key=len, reverse=True)


def _marked_name(tokens: Tokens, reading: Reading) -> bool:
    """Take the words after 'je m'appelle', 'nom:' or 'اسمي' as the name."""
    for at in range(len(tokens)):
        mark = next((each for each in _MARKS if tokens.reads(at, each)), None)
        if mark is None:
            continue
        first = at + len(mark)
        while first < len(tokens) and (tokens[first].is_colon or tokens[first].bare in {"و", "est", "c", "de"}):
            first += 1
        last = first
        while last < len(tokens) and last - first < MOST_NAME_WORDS and _may_be_name(tokens[last]):
            last += 1
        if last > first:
            _take_name(tokens, reading, (first, last))
            tokens.use(at, first)
            return True
    return False


def _may_be_name(token: Token) -> bool:
    plain = token.text.replace("-", "").isalpha() and not token.used
    known = token.bare in AROUND or token.number or (token.bare[:1] == "و" and token.bare[1:] in AROUND)
    return plain and not known and not _is_wilaya(token.bare)


def _is_wilaya(word: str) -> bool:
    place = geography.find_wilaya(word) if len(word) >= 4 else None
    return place is not None and word in {bare(place.name_fr), bare(place.name_ar)}


def _take_name(tokens: Tokens, reading: Reading, span: tuple[int, int]) -> None:
    reading.name = " ".join(tokens[at].text for at in range(*span))
    reading.note("name", reading.name)
    tokens.use(*span)


def _name_that_is_left(tokens: Tokens, reading: Reading) -> None:
    """Take the first words that nothing else explains; ask when there were others."""
    runs = [run for run in tokens.runs(_may_be_name) if run[1] - run[0] <= MOST_NAME_WORDS]
    long_enough = [run for run in runs if any(len(tokens[at].bare) >= 3 for at in range(*run))]
    if not long_enough:
        reading.ask("name", NO_NAME)
        return
    # A capital letter, or the message's own edge, is where people put their names.
    best = max(long_enough, key=lambda run: (tokens[run[0]].text[:1].isupper(), run[1] - run[0] == 2, -run[0]))
    _take_name(tokens, reading, best)
    if len(long_enough) > 1:
        reading.ask("name", SURE_NAME, name=reading.name)


# ── address and kind ──────────────────────────────────────────────────────────────────────────────────────────────


def _address(tokens: Tokens, reading: Reading) -> None:
    """Take what follows 'cité', 'rue', 'حي' up to the next comma or line, with the number before it."""
    for at in range(len(tokens)):
        if tokens[at].used or tokens[at].bare not in ADDRESS:
            continue
        first = at - 1 if at and tokens[at - 1].number and not tokens[at - 1].used else at
        last = at + 1
        while last < len(tokens) and not tokens[last].used and not tokens[last].is_break and last - at < 10:
            last += 1
        if tokens[at].bare in {bare("adresse"), bare("العنوان"), bare("عنواني")}:
            first = at + 1
            while first < last and tokens[first].is_colon:
                first += 1
        last = _without_place(tokens, first, last)
        if last - first >= 2:
            reading.address = tokens.text_of(first, last)
            reading.note("address", reading.address)
            tokens.use(at, last)
            tokens.use(first, last)
            return


def _without_place(tokens: Tokens, first: int, last: int) -> int:
    """Leave a wilaya at the end of an address to the place."""
    for several in (2, 1):
        start = last - several
        text = " ".join(tokens[at].bare for at in range(max(start, first), last))
        if start > first + 1 and geography.find_wilaya(text) is not None and not text.isdigit():
            return start
    return last


def _kind(tokens: Tokens, reading: Reading) -> None:
    for words, kind in ((DESK, "desk"), (HOME, "home")):
        said = next((token for token in tokens if token.bare in words and not token.used), None)
        if said is not None:
            reading.kind = kind
            reading.note("kind", said.text)
            return


# ── place ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _wilaya_by_number(tokens: Tokens, reading: Reading) -> None:
    """Read 'wilaya 31', 'ولاية 31' and '31 Oran' before the articles take the number as theirs."""
    for at, token in enumerate(tokens):
        number = token.number
        if token.used or not number or not token.text.isdigit() or number > 69 or len(token.text) > 2:
            continue
        place = geography.wilaya(token.text)
        marked = at > 0 and tokens[at - 1].bare in WILAYA and tokens[at - 1].text.lower() != "w"
        beside = any(_names(place, each) for each in (tokens.at(at - 1), tokens.at(at + 1), tokens.at(at + 2)))
        if marked or beside:
            reading.wilaya_code = place.code
            tokens.use(at, at + 1)
            if marked:
                tokens.use(at - 1, at)
            return


def _names(place: geography.Wilaya, token: Token | None) -> bool:
    return token is not None and bool(token.bare) and geography.find_wilaya(token.text) is place and not token.number


def _place(tokens: Tokens, reading: Reading) -> None:
    found = _find_wilaya(tokens, reading)
    if found is None:
        _commune_alone(tokens, reading)
        return
    wilaya, span = found
    reading.wilaya_code = wilaya.code
    for first, last in tokens.grams(3):
        text = tokens.text_of(first, last)
        is_it = (first, last) == span  # 'Oran' is the wilaya; 'Alger centre' begins with it and is a commune
        worth = not is_it and _worth(tokens, first, last)
        commune = geography.find_commune(text, wilaya.code) if worth else None
        near = abs(first - span[1]) <= 1 or abs(span[0] - last) <= 1
        if commune is not None and (near or commune in geography.communes_called(text)):
            reading.commune_code = commune.code
            reading.note("place", text)
            tokens.use(first, last)
            tokens.use(*span)
            return
    tokens.use(*span)
    reading.ask("commune", WHICH_COMMUNE, wilaya=geography.name(wilaya))


def _find_wilaya(tokens: Tokens, reading: Reading) -> tuple[geography.Wilaya, tuple[int, int]] | None:
    communes = [span for span in tokens.grams(3) if span[1] - span[0] > 1 and _is_commune(tokens, *span)]
    for first, last in tokens.grams(3):
        inside = any(a <= first and last <= b and (a, b) != (first, last) for a, b in communes)
        if inside or not _worth(tokens, first, last):
            continue
        place = _wilaya_of(tokens, first, last)
        if place is not None and reading.wilaya_code in {"", place.code}:
            reading.note("place", tokens.text_of(first, last))
            return place, (first, last)
    return (geography.wilaya(reading.wilaya_code), (0, 0)) if reading.wilaya_code else None


def _is_commune(tokens: Tokens, first: int, last: int) -> bool:
    """Tell whether words are together the name of a commune: El Oued in Bab El Oued is no wilaya."""
    return _worth(tokens, first, last) and bool(geography.communes_called(tokens.text_of(first, last)))


def _wilaya_of(tokens: Tokens, first: int, last: int) -> geography.Wilaya | None:
    text = tokens.text_of(first, last)
    found = geography.find_wilaya(text)
    if found is None and last - first == 1:
        for prefix in _PREFIXES:
            if found is None and text.startswith(prefix) and len(text) >= 5:
                found = geography.find_wilaya(text[1:])
        found = found or _wilaya_by_sound(tokens[first].bare)
    return found


def _wilaya_by_sound(word: str) -> geography.Wilaya | None:
    """Find wahran, msila or stif by their consonants, against the Arabic names; four letters at least."""
    if len(word) < 4 or not word.isascii() or len(sound(word)) < 2:
        return None
    alike = [
        place for place in geography.wilayas()
        if sound(bare(place.name_ar)) == sound(word) and bare(place.name_ar)[:1] == _FIRST.get(word[0], "")
    ]  # fmt: skip
    return alike[0] if len(alike) == 1 else None


_FIRST = {"w": "و", "m": "م", "s": "س", "b": "ب", "t": "ت", "q": "ق", "k": "ق", "9": "ق", "g": "ق", "c": "ش", "n": "ن",
          "r": "ر", "z": "ز", "j": "ج", "d": "ج", "l": "ا", "a": "ا", "3": "ع", "h": "ح"}  # fmt: skip


def _worth(tokens: Tokens, first: int, last: int) -> bool:
    """Tell whether words could name a place: none is used or a number, and not all are everybody's words."""
    words = [tokens[at] for at in range(first, last)]
    usable = all(not each.used and not each.number and each.text.replace("-", "").isalpha() for each in words)
    own = any(each.bare not in AROUND and len(each.bare) >= 3 for each in words)
    edges = words[0].bare not in AROUND or words[0].bare in {"el", "al"}
    return usable and own and (edges or len(words) == 1)


def _commune_alone(tokens: Tokens, reading: Reading) -> None:
    """Find a commune without its wilaya: by its exact name, where only one place of the country is called so."""
    for first, last in tokens.grams(3):
        if not _worth(tokens, first, last):
            continue
        text = tokens.text_of(first, last)
        places = geography.communes_called(text)
        if not places:
            continue
        tokens.use(first, last)
        reading.note("place", text)
        if len(places) == 1:
            reading.wilaya_code, reading.commune_code = places[0].wilaya_code, places[0].code
        else:
            reading.ask("wilaya", WHICH_PLACE, place=text)
        return
    reading.ask("wilaya", NO_WILAYA)


# ── articles ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _lines(tokens: Tokens, words: object, articles: Sequence[Known], reading: Reading) -> None:
    for line in find_lines(tokens, words, articles):  # type: ignore[arg-type]
        reading.lines.append((line.variant_id, line.pieces))
        reading.note("line", line.text)
        if line.unclear == "article":
            reading.ask("lines", WHICH_LINE, text=line.text)
        elif line.unclear == "choice":
            reading.ask("lines", WHICH_CHOICE, name=line.name)
        elif line.unclear == "pieces":
            reading.ask("lines", HOW_MANY, name=line.name)
    if not reading.lines:
        reading.ask("lines", NO_LINE)
