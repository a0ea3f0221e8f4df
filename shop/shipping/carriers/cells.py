"""What partners write in their cells, in our words: moments, prices, numbers of wilayas. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from shop.core.adapters import Answer
from shop.core.errors import Unavailable
from shop.core.money import Money

ALGIERS = timezone(timedelta(hours=1))  # where a moment has no zone; Algeria has one, all year
WILAYAS = 58  # partners speak those of before 2026, under their official numbers
MARK = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")  # a UUID
_TRACKING = re.compile(r"[A-Za-z0-9-]{3,40}")
DEAREST = 100_000  # dinars: above it a price is a mistake


def is_mark(text: str) -> bool:
    """Tell whether this can be one of those marks, and stand in an address."""
    return MARK.fullmatch(text) is not None


def is_tracking(text: str) -> bool:
    """Tell whether this can be the number of a parcel, and stand in an address."""
    return _TRACKING.fullmatch(text) is not None


def moment(text: object, zone: tzinfo = ALGIERS) -> datetime | None:
    """Return a moment, of this zone where it names none; None for what is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def price(dinars: object) -> Money | None:
    """Return a price that is written as a number; None where the service is not offered."""
    if isinstance(dinars, bool) or not isinstance(dinars, int | float) or not 0 <= dinars <= DEAREST:
        return None
    return Money(round(dinars * 100))


def hundredths(percent: object) -> int | None:
    """Return a percentage that is written as a number, in hundredths; None where it is none."""
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent <= 100:
        return None
    return round(percent * 100)


def typed_price(told: object) -> Money | None:
    """Return a price that is written as a number or as its digits, and as zero where the service is not offered."""
    try:
        dinars = float(str(told))
    except ValueError:
        return None
    return Money(round(dinars * 100)) if 0 < dinars <= DEAREST else None


def two(number: object) -> str:
    """Return the number of a wilaya in two digits; nothing for what is none."""
    text = str(number)
    return f"{int(text):02}" if text.isascii() and text.isdigit() and 1 <= int(text) <= WILAYAS else ""


def told(answer: Answer) -> Mapping[str, Any]:
    """Return what an answer says; nothing for one that is no object."""
    try:
        found = answer.json()
    except Unavailable:
        return {}
    return found if isinstance(found, Mapping) else {}


def refusal(words: str, answer: Answer) -> str:
    """Return the words of a refusal in one line, or that it was one."""
    return words[:150] or f"refused ({answer.status})"
