"""What may stand in an address: a language, a row's number, a code, a store's or product's name."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter

from shop.plumbing.i18n import LANGUAGES


class LanguageConverter(BaseConverter):
    """One of the languages."""

    regex = "|".join(LANGUAGES)


class NumberConverter(BaseConverter):
    """A row's number: never longer than the database can hold."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """Return it as a number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Write it as digits."""
        return str(value)


class CodeConverter(BaseConverter):
    """An order's or purchase's code."""

    regex = "[23456789A-HJ-NP-Z]{7,10}"


class NameConverter(BaseConverter):
    """A slug: letters of any script, digits and hyphens."""

    regex = r"[\w-]{1,80}"


class KeyConverter(BaseConverter):
    """The name of a kept file, as storage takes it: ASCII only."""

    regex = "[A-Za-z0-9_][A-Za-z0-9_-]{0,79}"


def install(app: Flask) -> None:
    """Teach the url map our words."""
    app.url_map.converters.update(
        lang=LanguageConverter, number=NumberConverter, code=CodeConverter, name=NameConverter, key=KeyConverter
    )
