"""Text as people type it: cleaned, folded for search, cut into words, turned into slugs and short codes."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import lru_cache

# Characters that show nothing and change how their neighbours read (bidi marks, overrides, isolates), and
# those that no database or label can hold (controls, lone surrogates). ZWJ and ZWNJ stay: emoji, Persian.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]")  # fmt: skip  # noqa: E501
_LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９", "0123456789" * 3)

# Latin and Arabic marks that sit on a letter, and joiners between letters: the word is the same without them.
_MARKS = re.compile("[\u00ad\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]")  # fmt: skip  # noqa: E501
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىئیې", "ي"),
        **dict.fromkeys("ةہھە", "ه"),
        **dict.fromkeys("ڨگڭ", "ق"),  # the Algerian g: ڨلب and قلب, گصبة and قصبة
        "ؤ": "و",
        "ء": "",
        "ڤ": "ف",
        "پ": "ب",
        "چ": "ج",
        "ک": "ك",
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "đ": "d",
        "ł": "l",
        "ı": "i",
    }
)
_APOSTROPHES = "'’‘ʼʹ`´ʻˈ＇"
_ELISION = re.compile(rf"\b(?:l|d|j|c|s|(?:lors|puis|quoi|jus)?qu)[{_APOSTROPHES}](?=\w)")
_ONE_LETTER = re.compile(rf"\b([^\W\d_])[{_APOSTROPHES}](?=[^\W\d_])")
_WORD = re.compile(r"[^\W_]+")
_ARTICLE = re.compile("^(?:وال|بال|كال|ال|لل)(?=[ء-ي]{3})")

_SLUG_BREAK = re.compile("[^a-z0-9ء-غف-يٱپچژڤڨکگی]+")
_SLUG_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u200b-\u200f]")

CODE_SYMBOLS = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
_VALUE = {symbol: value for value, symbol in enumerate(CODE_SYMBOLS)}
_CODE_NOISE = re.compile(r"[\s\-‐‑‒–—_.]+")


def clean(text: str, *, limit: int) -> str:
    """Return one line that is safe to store, show and print, cut to `limit` characters. Idempotent."""
    seen = _UNSEEN.sub("", _LINE_END.sub(" ", text))
    return " ".join(_composed(seen).split())[:limit].rstrip()


def clean_block(text: str, *, limit: int) -> str:
    """Do what `clean` does, but keep line ends (as one newline, at most one empty line). Idempotent."""
    seen = _composed(_UNSEEN.sub("", _LINE_END.sub("\n", text)))
    lines = "\n".join(" ".join(line.split()) for line in seen.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip()[:limit].rstrip()


def western_digits(text: str) -> str:
    """Return the text with Arabic-Indic, Eastern Arabic-Indic and full-width digits written 0 to 9."""
    return text.translate(_DIGITS)


def fold(text: str) -> str:
    """Return the text as search compares it: the same for every usual spelling of the same words.

    Without harakat, tatweel, hamza, accents, capitals, elisions, Arabic articles or punctuation. Idempotent.
    """
    return " ".join(_tokens(text))


def words(text: str) -> list[str]:
    """Return the folded words of a text, each once, in the order of their first appearance."""
    return list(dict.fromkeys(_tokens(text)))


def slug(text: str) -> str:
    """Return a part of an address: Arabic letters kept, Latin ones in ASCII, hyphens, at most 80 characters.

    Text without any letter or digit gives "".
    """
    apart = unicodedata.normalize("NFKD", western_digits(text)).casefold().translate(_LIGATURES)
    kept = unicodedata.normalize("NFC", _SLUG_MARKS.sub("", apart))
    whole = _SLUG_BREAK.sub("-", kept).strip("-")
    if len(whole) <= 80:
        return whole
    cut = whole[:81].rpartition("-")[0]
    return cut or whole[:80]


def new_code(length: int = 6) -> str:
    """Return `length` symbols made by chance and one that checks them; none of 0 O 1 I U is among them."""
    drawn = [secrets.choice(CODE_SYMBOLS) for _ in range(length)]
    weight = length + 1
    check = -_weighted(drawn) * pow(weight, -1, 31) % 31
    return "".join(drawn) + CODE_SYMBOLS[check]


def is_code(text: str) -> bool:
    """Tell whether this is a code as `new_code` writes it; one wrong or two swapped symbols always show."""
    return 4 <= len(text) <= 30 and all(symbol in _VALUE for symbol in text) and _weighted(text) % 31 == 0


def read_code(text: str) -> str | None:
    """Return the code that a person typed, whatever its case, spaces, dashes and digits, or None."""
    code = _CODE_NOISE.sub("", western_digits(_UNSEEN.sub("", text[:100]))).upper()
    return code if is_code(code) else None


def within_one_edit(a: str, b: str) -> bool:
    """Tell whether at most one letter more, less, other or swapped with its neighbour parts two words."""
    if abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    first = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[first:] == b[first + 1 :]
    swapped = a[first : first + 2] == b[first : first + 2][::-1] and a[first + 2 :] == b[first + 2 :]
    return swapped or a[first + 1 :] == b[first + 1 :]


def deletions(word: str) -> list[str]:
    """Return the word and every word that one deleted letter leaves, each once.

    Two words within one edit of each other always share one of these, so an index of them finds typos.
    """
    return list(dict.fromkeys([word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]))


_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _tokens(text: str) -> list[str]:
    plain = _elided(_bare(_bare(western_digits(text)).casefold()))
    return [bare for word in _WORD.findall(plain) if (bare := _without_article(word))]


def _bare(text: str) -> str:
    """Return the text without marks; compatibility forms (ligatures, presentation forms) become letters."""
    if text.isascii():
        return text
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).translate(_ALIKE)


def _elided(text: str) -> str:
    """Drop French elisions (l'huile is huile) and close names like M'Sila, which people type in one word."""
    return _ONE_LETTER.sub(r"\1", _ELISION.sub("", text))


@lru_cache(maxsize=8192)
def _without_article(word: str) -> str:
    # Again and again: ألعاب loses the same two letters as الألعاب does, so both meet at the same word.
    while (shorter := _ARTICLE.sub("", word)) != word:
        word = shorter
    return word


def _weighted(symbols: list[str] | str) -> int:
    return sum(place * _VALUE[symbol] for place, symbol in enumerate(symbols, start=1))
