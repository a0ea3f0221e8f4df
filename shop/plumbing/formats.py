"""The one way to write an amount, a date, a time, a weight and a phone number, in the language being spoken.

Digits are 0 to 9 in every language, thousands stand apart by a no-break space, decimals follow a comma.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from urllib.parse import quote

from markupsafe import Markup

from shop.core import clock, phone
from shop.core.calendar import add_delivery_days
from shop.core.money import Money
from shop.plumbing.i18n import _, grouped, language, ngettext

NBSP = "\u00a0"
_LRM = "\u200e"  # holds a minus before its number in an Arabic line
_DINAR = {"ar": "دج"}

# As they are said in Algeria; other Arabic countries name the months otherwise.
MONTHS = {
    "ar": [
        "جانفي",
        "فيفري",
        "مارس",
        "أفريل",
        "ماي",
        "جوان",
        "جويلية",
        "أوت",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": (
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ]
    ),
}
WEEKDAYS = {  # Monday first, as date.weekday() counts
    "ar": ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}


def money(amount: Money) -> Markup:
    """Return an amount as HTML that no bidirectional line tears apart."""
    return _money_markup(amount.minor, amount.currency, amount.decimals, language())


def money_text(amount: Money) -> str:
    """Return an amount as plain text: 1 250 DA, 1 250,50 DA, 12 EUR."""
    return _money(amount.minor, amount.currency, amount.decimals, language())


def money_in_full(amount: Money) -> str:
    """Return an amount with its centimes even where there are none, as a column of figures wants it: 1 250,00 DA."""
    return _money(amount.minor, amount.currency, amount.decimals, language(), full=True)


def number(n: int) -> str:
    """Return a whole number with its thousands apart."""
    return grouped(n)


def weight(grams: int) -> str:
    """Return a weight: 250 g, 1,2 kg; kilograms to two decimals."""
    if abs(grams) < 1000:
        return _("{n} g", n=grams).replace(" ", NBSP)
    return _("{n} kg", n=_decimal(round(grams / 10), 2, trimmed=True)).replace(" ", NBSP)


def percent(hundredths: int) -> str:
    """Return a percentage from its hundredths: 5 %, 0,75 %."""
    return f"{_decimal(hundredths, 2, trimmed=True)}{NBSP}%"


def date_long(day: date) -> str:
    """Return a day in words: mercredi 25 novembre; with its year unless that is this year."""
    day = _day(day)
    return f"{_weekday_and_day(day)} {_month_and_year(day)}"


def date_short(day: date) -> str:
    """Return a day in figures: 25/11/2026."""
    return _day(day).strftime("%d/%m/%Y")


def time_short(moment: time | datetime) -> str:
    """Return an hour on the 24-hour clock of Algeria: 08:42."""
    return (clock.local(moment) if isinstance(moment, datetime) else moment).strftime("%H:%M")


def date_range(first: date, last: date) -> str:
    """Return two days of a delivery promise: mercredi 25 ou jeudi 26 novembre; entre le … et le …."""
    first, last = sorted((_day(first), _day(last)))
    if first == last:
        return date_long(first)
    same_month = (first.year, first.month) == (last.year, last.month)
    start = _weekday_and_day(first) if same_month else date_long(first)
    if last <= add_delivery_days(first, 1):  # nothing is delivered on the day between
        return _("{first} or {second}", first=start, second=date_long(last))
    return _("between {first} and {last}", first=start, last=date_long(last))


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, in the largest whole unit; older than a week, its date."""
    seconds = int((now - moment) / timedelta(seconds=1))
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return ngettext("{n} minute ago", "{n} minutes ago", seconds // 60)
    if seconds < 24 * 3600:
        return ngettext("{n} hour ago", "{n} hours ago", seconds // 3600)
    days = (_day(now) - _day(moment)).days
    return ngettext("{n} day ago", "{n} days ago", days) if days <= 7 else date_long(moment)


def phone_shown(e164: str) -> str:
    """Return a number as people read it aloud: 0550 12 34 56, held together by no-break spaces."""
    digits = phone.national(e164)
    if digits.startswith("+"):
        return digits
    head = 4 if len(digits) == 10 else 3
    return NBSP.join([digits[:head], *(digits[i : i + 2] for i in range(head, len(digits), 2))])


def tel_url(e164: str) -> str:
    """Return the link that calls a number."""
    return f"tel:{e164}"


def sms_url(e164: str, text: str = "") -> str:
    """Return the link that opens a text message to a number, the words already written."""
    return f"sms:{e164}?body={quote(text, safe='')}" if text else f"sms:{e164}"


def whatsapp_url(e164: str, text: str = "") -> str:
    """Return the link that opens a WhatsApp chat with a number, the words already written."""
    link = f"https://wa.me/{e164.removeprefix('+')}"
    return f"{link}?text={quote(text, safe='')}" if text else link


@lru_cache(maxsize=4096)
def _money_markup(minor: int, currency: str, decimals: int, lang: str) -> Markup:
    return Markup('<span class="num">{}</span>').format(_money(minor, currency, decimals, lang))


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, decimals: int, lang: str, *, full: bool = False) -> str:
    unit = _DINAR.get(lang, "DA") if currency == "DZD" else currency
    sign = "" if minor >= 0 else _LRM + "-" if lang == "ar" else "-"
    return f"{sign}{_decimal(abs(minor), decimals, full=full)}{NBSP}{unit}"


def _decimal(minor: int, decimals: int, *, trimmed: bool = False, full: bool = False) -> str:
    """Write minor/10^decimals: grouped, the decimals only where there are any, unless in full."""
    whole, rest = divmod(minor, 10**decimals)
    if not rest and not (full and decimals):
        return grouped(whole)
    fraction = f"{rest:0{decimals}d}"
    return f"{grouped(whole)},{fraction.rstrip('0') if trimmed else fraction}"


def _weekday_and_day(day: date) -> str:
    lang = language()
    ordinal = "1er" if lang == "fr" and day.day == 1 else str(day.day)
    return f"{WEEKDAYS.get(lang, WEEKDAYS['en'])[day.weekday()]} {ordinal}"


def month_title(day: date) -> str:
    """Return the month of a day by its name, with its year when that is another one: November."""
    return _month_and_year(day)


def _month_and_year(day: date) -> str:
    month = MONTHS.get(language(), MONTHS["en"])[day.month - 1]
    return month if day.year == clock.today().year else f"{month} {day.year}"


def _day(day: date) -> date:
    return clock.local(day).date() if isinstance(day, datetime) else day
