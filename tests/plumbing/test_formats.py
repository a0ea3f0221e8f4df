"""Amounts, days, hours, weights and numbers as they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from shop.core.money import Money
from shop.plumbing import formats
from shop.plumbing.i18n import LANGUAGES, speaking

NB = "\u00a0"
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def _said(write: object, *values: object) -> list[str]:
    said = []
    for lang in LANGUAGES:
        with speaking(lang):
            said.append(str(write(*values)))  # type: ignore[operator]
    return said


@pytest.mark.parametrize(
    ("amount", "french"),
    [
        (Money.dinars(0), f"0{NB}DA"),
        (Money.dinars(650), f"650{NB}DA"),
        (Money.dinars(1250), f"1{NB}250{NB}DA"),
        (Money.dinars(1234567), f"1{NB}234{NB}567{NB}DA"),
        (Money(125050), f"1{NB}250,50{NB}DA"),
        (Money(5), f"0,05{NB}DA"),
        (Money(-125000), f"-1{NB}250{NB}DA"),
        (Money(1250, "EUR"), f"12,50{NB}EUR"),
        (Money(1200, "JPY"), f"1{NB}200{NB}JPY"),
        (Money(1005, "TND"), f"1,005{NB}TND"),
    ],
)
def test_amounts_have_groups_and_decimals_only_where_there_are_any(amount: Money, french: str) -> None:
    with speaking("fr"):
        assert formats.money_text(amount) == french
        assert formats.money(amount) == Markup(f'<span class="num">{french}</span>')
        assert isinstance(formats.money(amount), Markup)


def test_dinars_are_named_in_the_language_spoken() -> None:
    assert _said(formats.money_text, Money.dinars(1250)) == [
        f"1{NB}250{NB}دج", f"1{NB}250{NB}DA", f"1{NB}250{NB}DA",
    ]  # fmt: skip
    assert _said(formats.money_text, Money(-500))[0] == f"\u200e-5{NB}دج"


@given(st.integers(-(10**12), 10**12), st.sampled_from(["DZD", "EUR", "JPY", "TND"]))
def test_an_amount_can_be_read_back_to_the_last_centime(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    with speaking("ar"):
        shown = formats.money_text(amount).replace("\u200e", "")
    figures = shown.rpartition(NB)[0].replace(NB, "")
    whole, _, fraction = figures.removeprefix("-").partition(",")
    assert int(whole + fraction.ljust(amount.decimals, "0")) == abs(minor)
    assert figures.startswith("-") is (minor < 0)


def test_days_are_written_with_the_months_of_algeria() -> None:
    day = date(2026, 11, 25)
    assert _said(formats.date_long, day) == ["الأربعاء 25 نوفمبر", "mercredi 25 novembre", "Wednesday 25 November"]
    assert _said(formats.date_short, day) == ["25/11/2026"] * 3
    assert formats.MONTHS["ar"][:8] == [
        "جانفي", "فيفري", "مارس", "أفريل", "ماي", "جوان", "جويلية", "أوت",
    ]  # fmt: skip
    assert _said(formats.date_long, date(2026, 12, 1))[1] == "mardi 1er décembre"


def test_another_year_is_said() -> None:
    assert _said(formats.date_long, date(2027, 1, 2))[1] == "samedi 2 janvier 2027"


def test_a_moment_is_shown_by_the_clocks_of_algeria() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert _said(formats.time_short, late) == ["00:30"] * 3
    assert _said(formats.date_long, late)[1] == "mercredi 25 novembre"
    assert formats.time_short(time(8, 42)) == "08:42"


@pytest.mark.parametrize(
    ("first", "last", "arabic", "french"),
    [
        (date(2026, 11, 25), date(2026, 11, 25), "الأربعاء 25 نوفمبر", "mercredi 25 novembre"),
        (date(2026, 11, 25), date(2026, 11, 26), "الأربعاء 25 أو الخميس 26 نوفمبر", "mercredi 25 ou jeudi 26 novembre"),
        (date(2026, 11, 26), date(2026, 11, 28), "الخميس 26 أو السبت 28 نوفمبر", "jeudi 26 ou samedi 28 novembre"),
        (
            date(2026, 11, 25), date(2026, 11, 29),
            "بين الأربعاء 25 والأحد 29 نوفمبر", "entre le mercredi 25 et le dimanche 29 novembre",
        ),
        (
            date(2026, 11, 30), date(2026, 12, 1),
            "الاثنين 30 نوفمبر أو الثلاثاء 1 ديسمبر", "lundi 30 novembre ou mardi 1er décembre",
        ),
    ],
)  # fmt: skip
def test_a_delivery_promise_is_two_days_in_words(first: date, last: date, arabic: str, french: str) -> None:
    assert _said(formats.date_range, first, last)[:2] == [arabic, french]
    assert _said(formats.date_range, last, first)[:2] == [arabic, french]


@pytest.mark.parametrize(
    ("back", "french"),
    [
        (timedelta(seconds=-5), "à l’instant"),
        (timedelta(seconds=59), "à l’instant"),
        (timedelta(minutes=1), "il y a 1 minute"),
        (timedelta(minutes=59), "il y a 59 minutes"),
        (timedelta(hours=23), "il y a 23 heures"),
        (timedelta(days=2), "il y a 2 jours"),
        (timedelta(days=7), "il y a 7 jours"),
        (timedelta(days=9), "samedi 14 novembre"),
    ],
)
def test_how_long_ago_is_said_in_the_largest_whole_unit(back: timedelta, french: str) -> None:
    assert _said(formats.ago, NOW - back, NOW)[1] == french


def test_arabic_counts_two_hours_with_its_dual() -> None:
    assert _said(formats.ago, NOW - timedelta(hours=2), NOW)[0] == "منذ ساعتين"


@pytest.mark.parametrize(
    ("grams", "french"),
    [
        (0, "0 g"),
        (250, "250 g"),
        (999, "999 g"),
        (1000, "1 kg"),
        (1200, "1,2 kg"),
        (1234, "1,23 kg"),
        (12500, "12,5 kg"),
    ],
)
def test_weights_are_grams_then_kilograms(grams: int, french: str) -> None:
    assert _said(formats.weight, grams)[1] == french.replace(" ", NB)


def test_numbers_are_shown_in_the_groups_people_say() -> None:
    assert formats.phone_shown("+213550123456") == f"0550{NB}12{NB}34{NB}56"
    assert formats.phone_shown("+21321234567") == f"021{NB}23{NB}45{NB}67"
    assert formats.phone_shown("+33612345678") == "+33612345678"
    assert formats.number(1250) == f"1{NB}250"


def test_links_to_call_and_write_carry_the_text_whole() -> None:
    text = "السلام، طلبية ABC & co? #1 + 50%"
    assert formats.tel_url("+213550123456") == "tel:+213550123456"
    chat = urlsplit(formats.whatsapp_url("+213550123456", text))
    assert (chat.hostname, chat.path) == ("wa.me", "/213550123456")
    assert parse_qs(chat.query) == {"text": [text]}
    assert parse_qs(urlsplit(formats.sms_url("+213550123456", text)).query) == {"body": [text]}
    assert formats.sms_url("+213550123456") == "sms:+213550123456"
