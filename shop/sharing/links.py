"""Short links: what is shared and where, in a handful of letters. Nothing is stored for them.

`/s/p40w` is product 40 shared on WhatsApp, `/s/s3q` is shop 3 behind a printed QR code. Everything in them is public.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# The letter of a link and the source that it stands for.
SOURCES: Mapping[str, str] = {
    "w": "whatsapp",
    "f": "facebook",
    "i": "instagram",
    "t": "tiktok",
    "q": "qr",
    "m": "message",
}
# Sources that no short link has: the artisan wrote the order down from a message, or made a link for one person.
MADE_FOR_ONE = ("chat", "link")
MOST_REMEMBERED = 6
_LINK = re.compile(r"([ps])([1-9][0-9]{0,17})([a-z])")
_REMEMBERED = re.compile(r"([1-9][0-9]{0,17})([a-z])")


@dataclass(frozen=True, slots=True)
class Shared:
    """What a short link leads to, and the letter of its source."""

    kind: Literal["p", "s"]
    number: int
    letter: str

    @property
    def code(self) -> str:
        """The link's last part."""
        return f"{self.kind}{self.number}{self.letter}"


def product_link(product_id: int, letter: str) -> Shared:
    """Return the link of a product for a source."""
    return Shared("p", product_id, letter)


def shop_link(store_id: int, letter: str) -> Shared:
    """Return the link of a shop for a source."""
    return Shared("s", store_id, letter)


def read(code: str) -> Shared | None:
    """Return what a link's last part says; None for what no link says. Capitals are read too: people type them."""
    found = _LINK.fullmatch(code.lower()) if code.isascii() else None
    if found is None or found[3] not in SOURCES:
        return None
    return Shared("p" if found[1] == "p" else "s", int(found[2]), found[3])


def remembered(cookie: str) -> dict[int, str]:
    """Return the source by store that a buyer's cookie says, the last one first; whatever else it says is ignored."""
    found: dict[int, str] = {}
    for part in cookie[:200].split(".")[:MOST_REMEMBERED]:
        match = _REMEMBERED.fullmatch(part)
        if match and match[2] in SOURCES:
            found.setdefault(int(match[1]), match[2])
    return found


def with_visit(cookie: str, store_id: int, letter: str) -> str:
    """Return the cookie after one more visit: the last link to a store counts, for a few stores."""
    kept = {store_id: letter} | {store: sign for store, sign in remembered(cookie).items() if store != store_id}
    return ".".join(f"{store}{sign}" for store, sign in list(kept.items())[:MOST_REMEMBERED])
