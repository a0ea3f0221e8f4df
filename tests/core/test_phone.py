"""Numbers as people type them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.phone import BadPhone, is_mobile, mask, national, parse_phone


@pytest.mark.parametrize(
    "typed",
    [
        "0550123456",
        "0550 12 34 56",
        " 05.50.12.34.56 ",
        "05-50-12-34-56",
        "05 50 12–34–56",
        "(0550) 12 34 56",
        "+213550123456",
        "+213 550 12 34 56",
        "+213 0550 12 34 56",
        "+213 (0) 550 12 34 56",
        "00213550123456",
        "00 213 0550 123456",
        "213550123456",
        "2130550123456",
        "٠٥٥٠١٢٣٤٥٦",
        "+٢١٣ ٥٥٠ ١٢ ٣٤ ٥٦",
        "۰۵۵۰۱۲۳۴۵۶",
        "０５５０１２３４５６",
        "\u202a0550\u00a012\u00a034\u00a056\u202c",
        "550123456",
    ],
)
def test_one_mobile_number_is_read_from_every_usual_way_to_write_it(typed: str) -> None:
    assert parse_phone(typed) == "+213550123456"


@pytest.mark.parametrize(
    ("typed", "stored", "mobile"),
    [
        ("0661 23 45 67", "+213661234567", True),
        ("0770123456", "+213770123456", True),
        ("021 23 45 67", "+21321234567", False),
        ("031234567", "+21331234567", False),
        ("+213 41 23 45 67", "+21341234567", False),
        ("0982 12 34 56", "+213982123456", False),
        ("+33 6 12 34 56 78", "+33612345678", False),
        ("0033 612345678", "+33612345678", False),
        ("+1 (514) 555-0199", "+15145550199", False),
    ],
)
def test_landlines_and_foreign_numbers_are_read_but_are_not_mobile(typed: str, stored: str, mobile: bool) -> None:
    assert parse_phone(typed) == stored
    assert is_mobile(stored) is mobile


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (" - ", "empty"),
        ("+", "empty"),
        ("055012345", "digits"),
        ("05501234567", "digits"),
        ("0550 12 34 5O", "digits"),
        ("Amina", "digits"),
        ("0550123456 / 0660123456", "digits"),
        ("+2135501234", "digits"),
        ("+1234567", "digits"),
        ("+1234567890123456", "digits"),
        ("²²²²", "digits"),
        ("0850123456", "prefix"),
        ("0150123456", "prefix"),
        ("0450123456", "prefix"),
        ("+213850123456", "prefix"),
        ("+0123456789", "prefix"),
    ],
)
def test_a_number_that_cannot_be_called_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(BadPhone) as refused:
        parse_phone(typed)
    assert refused.value.reason == reason


def test_elsewhere_only_international_numbers_are_read() -> None:
    assert parse_phone("+33612345678", region="FR") == "+33612345678"
    with pytest.raises(BadPhone):
        parse_phone("0550123456", region="FR")


NATIONAL = st.from_regex(r"0(?:[5-7][0-9]{8}|[2-4][0-9]{7}|98[0-9]{7})", fullmatch=True)


@given(NATIONAL, st.sampled_from(["", "+213", "00213", "213", "+2130"]), st.sampled_from(["", " ", "-", "."]))
def test_what_was_stored_reads_as_itself(number: str, before: str, between: str) -> None:
    typed = before + (number[1:] if before else number)
    stored = parse_phone(between.join(typed) if between else typed)
    assert stored == "+213" + number[1:]
    assert parse_phone(stored) == stored
    assert parse_phone(national(stored)) == stored


@given(st.text(max_size=100))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    with contextlib.suppress(BadPhone):
        stored = parse_phone(text)
        assert stored[0] == "+"
        assert stored[1:].isascii()
        assert stored[1:].isdigit()
        assert 9 <= len(stored) <= 16


def test_a_masked_number_hides_the_four_last_digits_that_open_an_order() -> None:
    assert mask("+213550123456") == "05••••••56"
    assert mask("+33612345678") == "+33•••••••78"
