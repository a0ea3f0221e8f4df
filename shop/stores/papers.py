"""What looks unusual in a workshop's papers: said to the owner and to the operator, never a reason to block."""

from __future__ import annotations

import re
from datetime import date, timedelta

from shop.plumbing.i18n import N_
from shop.stores.models import Store

CRAFT_REGISTER = frozenset({"artisan_card", "artisan_cooperative", "artisan_enterprise"})
NIF_DIGITS = frozenset({15, 20})
NIS_DIGITS = 15
SOON = timedelta(days=30)
NO_AUTO_ENTREPRENEUR = N_(
    "The law keeps artisans out of the auto-entrepreneur status: a craft needs the artisan card or the trade register."
)
_TRADE_REGISTER = re.compile(r"\d{2}\s?/?\s?\d{2}\s?-?\s?\d{7}\s?[A-Z]\s?\d{2}", re.ASCII)  # 16/00-1234567B19
_WILAYA_FIRST = re.compile(r"(\d{2})(?=[-/ ]|\d{2}[A-Z])", re.ASCII)


def unusual_nif(nif: str) -> bool:
    """Tell whether a NIF does not look like one."""
    return bool(nif) and not (nif.isascii() and nif.isdigit() and len(nif) in NIF_DIGITS)


def unusual_nis(nis: str) -> bool:
    """Tell whether a NIS does not look like one."""
    return bool(nis) and not (nis.isascii() and nis.isdigit() and len(nis) == NIS_DIGITS)


def unusual_trade_register(number: str) -> bool:
    """Tell whether a number of the trade register does not look like one."""
    return bool(number) and not _TRADE_REGISTER.fullmatch(number)


def warnings(store: Store, today: date) -> list[tuple[str, str]]:
    """Return (field, msgid) for everything in the papers that is worth a second look. Pure."""
    number, ends = store.register_number, store.register_expires
    begins = _WILAYA_FIRST.match(number)
    found = (
        ("register_type", store.register_type == "auto_entrepreneur", NO_AUTO_ENTREPRENEUR),
        ("register_number", bool(number) and not any(map(str.isdigit, number)),
         N_("A registration number usually has digits in it. Please check yours.")),
        ("register_number", store.register_type == "trade_register" and unusual_trade_register(number),
         N_("A trade register number usually looks like 16/00-1234567B19. Please check yours.")),
        ("register_wilaya", bool(begins and store.register_wilaya and begins[1] != store.register_wilaya),
         N_("The number begins with another wilaya than the one of the register. Please check both.")),
        ("register_expires", bool(ends and store.register_issued and ends <= store.register_issued),
         N_("The card ends before it begins. Please check both days.")),
        ("register_expires", bool(ends and ends < today), N_("The card is no longer valid.")),
        ("register_expires", bool(ends and today <= ends <= today + SOON), N_("The card ends within a month.")),
        ("nif", unusual_nif(store.nif), N_("A NIF usually has 15 or 20 digits. Please check yours.")),
        ("nis", unusual_nis(store.nis), N_("A NIS usually has 15 digits. Please check yours.")),
    )  # fmt: skip
    return [(field, sentence) for field, unusual, sentence in found if unusual]
