"""Numbers and amounts in words, against tables that people wrote: at least two hundred values a language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.money import Money
from shop.core.spoken import amount_in_words, cardinal

TABLES = Path(__file__).parent / "amounts"
LINE = re.compile(r"(DA|EUR|TRY|f|o|)([0-9]+)(?:\.([0-9]{2}))? (.+)")
CURRENCY = {"DA": "DZD", "o": "DZD", "EUR": "EUR", "TRY": "TRY"}


def table(language: str) -> list[tuple[str, int, int, str]]:
    """Return the known values of a language: what is counted, how many, how many coins, in words."""
    lines = (TABLES / f"{language}.txt").read_text("utf-8").splitlines()
    found = [LINE.fullmatch(line) for line in lines if not line.startswith("#")]
    assert all(found), "a line that cannot be read"
    return [(each[1], int(each[2]), int(each[3] or 0), each[4]) for each in found if each]


def spoken(kind: str, whole: int, coins: int, language: str) -> str:
    if kind in CURRENCY:
        amount = Money(whole * 100 + coins, CURRENCY[kind])
        return amount_in_words(amount, language, oblique=kind == "o")
    return cardinal(whole, language, feminine=kind == "f")


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_known_value_is_said_as_people_write_it(language: str) -> None:
    known = table(language)
    assert len({each[:3] for each in known}) == len(known) >= 200
    said = {each[:3]: spoken(*each[:3], language) for each in known}
    wrong = [f"{each[:3]}: {said[each[:3]]!r}, not {each[3]!r}" for each in known if said[each[:3]] != each[3]]
    assert not wrong, "\n".join(wrong)


@given(st.integers(0, 10**15 - 1))
def test_different_numbers_are_said_differently_and_without_stray_spaces(n: int) -> None:
    for language in ("ar", "fr", "en"):
        words = cardinal(n, language)
        assert words == " ".join(words.split())
        assert words != cardinal((n + 1) % 10**15, language)


@pytest.mark.parametrize("amount", [Money(-1), Money(10**17), Money(100, "JPY")])
def test_what_is_not_said_is_refused(amount: Money) -> None:
    for language in ("ar", "fr", "en"):
        with pytest.raises(ValueError, match="not said"):
            amount_in_words(amount, language)
    with pytest.raises(ValueError, match="not said"):
        cardinal(-1, "fr")
