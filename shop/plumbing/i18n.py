"""The language that is being spoken, and the words in it. English is the key of every message.

`_("Hello {name}", name=x)` fills and translates; `_m` does it for HTML; `N_` only marks a constant for the
catalogues. Without a language set, English is spoken. A message that a catalogue lacks is spoken in English.
"""

from __future__ import annotations

import gettext
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal, Protocol

import structlog
from markupsafe import Markup, escape

from shop.paths import PACKAGE

LANGUAGES: Final = ("ar", "fr", "en")
DEFAULT: Final = "ar"
PSEUDO: Final = "pseudo"  # accented, longer, bracketed English: shows what is not translated and what overflows
NATIVE_NAMES: Final = {"ar": "العربية", "fr": "Français", "en": "English"}
TRANSLATIONS: Final = PACKAGE / "translations"

# A reader of one language reads the others in this order: most people here read both Arabic and French.
_NEXT = {"ar": ("ar", "fr", "en"), "fr": ("fr", "ar", "en"), "en": ("en", "fr", "ar")}
_WEIGHTED = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")
_NBSP = "\u00a0"

_log = structlog.get_logger(__name__)
_speaking: ContextVar[str] = ContextVar("language", default="en")
_catalogues: dict[str, Catalogue] = {}
_loading = threading.Lock()


class Catalogue(Protocol):
    """The messages of one language."""

    def gettext(self, message: str) -> str: ...

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str: ...


def _(message: str, **values: object) -> str:
    """Return the message in the language being spoken, its {named} places filled."""
    text = _catalogue().gettext(message) if message else ""  # the empty key is a catalogue's header
    return _filled(text, message, values) if values else text


def _m(message: str, **values: object) -> Markup:
    """Return the message as HTML: the sentence and every value that isn't Markup are escaped."""
    text = escape(_catalogue().gettext(message) if message else "")
    try:
        return text.format(**values)
    except (KeyError, IndexError, ValueError):
        return escape(message).format(**values)


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    """Return the form of the message that goes with n in this language; {n} shows n with its groups apart."""
    text = _catalogue().ngettext(one, many, n)
    return _filled(text, one if n == 1 else many, {"n": grouped(n), **values})


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a message for the catalogues and return it as it is; `_` translates it when it is shown."""
    return message


def language() -> str:
    """Return the language being spoken: ar, fr, en or pseudo."""
    return _speaking.get()


def set_language(lang: str) -> None:
    """Speak this language from here on in this thread or task; ValueError for one that isn't spoken."""
    _speaking.set(_known(lang))


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak this language inside the block. Raises ValueError for one that isn't spoken."""
    token = _speaking.set(_known(lang))
    try:
        yield
    finally:
        _speaking.reset(token)


def direction(lang: str) -> Literal["rtl", "ltr"]:
    """Return the direction in which a language is written."""
    return "rtl" if lang == "ar" else "ltr"


def negotiate(accept_language: str | None, cookie: str | None) -> str:
    """Return the language to greet with: the remembered one, the browser's best one, else Arabic."""
    if cookie in LANGUAGES:
        return cookie
    best, weight = DEFAULT, 0.0
    for part in (accept_language or "")[:500].split(","):
        match = _WEIGHTED.fullmatch(part)
        if match and match[1].lower() in LANGUAGES and float(match[2] or 1) > weight:
            best, weight = match[1].lower(), float(match[2] or 1)
    return best


def pick(texts: Mapping[str, str | None], lang: str | None = None) -> tuple[str, str]:
    """Return the text in the language being spoken (or `lang`), else in the next best one, and its language.

    Nothing at all gives ("", the language asked for).
    """
    wanted = lang or language()
    for each in _NEXT.get(wanted, _NEXT["en"]):
        if text := texts.get(each):
            return text, each
    return "", wanted


def grouped(n: int) -> str:
    """Return a whole number with its thousands apart by no-break spaces, in the digits 0 to 9."""
    return f"{n:,}".replace(",", _NBSP)


def forget() -> None:
    """Drop the loaded catalogues, so that the next message reads them anew."""
    with _loading:
        _catalogues.clear()


def _catalogue() -> Catalogue:
    lang = _speaking.get()
    return _catalogues.get(lang) or _load(lang)


def _load(lang: str) -> Catalogue:
    with _loading:
        if lang not in _catalogues:
            _catalogues[lang] = Pseudo() if lang == PSEUDO else _compiled(lang)
        return _catalogues[lang]


def _compiled(lang: str) -> Catalogue:
    from shop.plumbing import catalogues  # noqa: PLC0415 - Babel is loaded only where something is compiled

    try:
        return catalogues.fresh(TRANSLATIONS, lang)
    except OSError as error:
        _log.error("catalogue_missing", language=lang, error=str(error))
        return gettext.NullTranslations()


def _filled(text: str, english: str, values: Mapping[str, object]) -> str:
    try:
        return text.format_map(values)
    except (KeyError, IndexError, ValueError):
        # A translation with a wrong placeholder fails the catalogue check; a reader still gets her sentence.
        return english.format_map(values)


def _known(lang: str) -> str:
    if lang not in LANGUAGES and lang != PSEUDO:
        raise ValueError(f"{lang!r} is no language of this shop")
    return lang


class Pseudo:
    """English made 40 % longer, accented and bracketed; placeholders and markup stay as they are."""

    _KEPT = re.compile(r"(\{[^{}]*\}|<[^<>]*>|&\w+;)")
    _ACCENTS = str.maketrans("AEIOUaeioucnyCNYszSZ", "ÀÉÎÖÛàéîöûçñýÇÑÝšžŠŽ")

    def gettext(self, message: str) -> str:
        """Return the message in pseudo-English."""
        if not message.strip():
            return message
        parts = self._KEPT.split(message)
        shown = sum(len(part) for part in parts[::2])
        padding = " ~" * max(1, round(shown * 0.2))
        return "[" + "".join(p if i % 2 else p.translate(self._ACCENTS) for i, p in enumerate(parts)) + padding + "]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the English form for n in pseudo-English."""
        return self.gettext(msgid1 if n == 1 else msgid2)
