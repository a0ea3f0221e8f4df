"""The picture beside a shared link: the photograph of a product, its name, its price, and who makes it."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass

from shop.documents.letters import printable
from shop.documents.sheets import LINE, NAME, Sheet, run
from shop.plumbing.i18n import direction

SIZE = (1200, 630)
PHOTO = 630  # a square, as high as the picture
DRAWN_AS = 1  # counted up with every change of the drawing, so that what was kept is drawn anew
LONGEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCard:
    """Texts as they are read in one language; `cover` names the photograph.

    `least` stands above a price that is the lowest of several; `until` says when the price ends.
    """

    language: str
    name: str
    least: str
    price: str
    until: str
    shop: str
    place: str
    cover: str

    @property
    def seal(self) -> str:
        """What stands for everything that the picture shows."""
        shown = json.dumps([DRAWN_AS, asdict(self)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(shown.encode()).hexdigest()[:24]


def card_sheet(card: ShareCard, *, has_photo: bool) -> Sheet:
    """Return what card.typ draws; the photograph's place stays empty."""
    return {
        "side": direction(card.language),
        "photo": PHOTO if has_photo else 0,
        "name": run(card.name, LONGEST, "bold"),
        "least": run(card.least, NAME),
        "price": printable(card.price, most=40),
        "until": run(card.until, LINE),
        "shop": run(card.shop, NAME, "bold"),
        "place": run(card.place, NAME),
    }


def with_photo(drawn: bytes, photo: bytes | None, *, side: str) -> bytes:
    """Return the drawn picture as a JPEG, the photograph in its place at the side where reading begins."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - heavy, and most requests never draw

    with Image.open(io.BytesIO(drawn)) as card:
        whole = card.convert("RGB")
    if photo is not None:
        with Image.open(io.BytesIO(photo)) as picture:
            square = ImageOps.fit(picture.convert("RGB"), (PHOTO, PHOTO))
        whole.paste(square, (SIZE[0] - PHOTO if side == "rtl" else 0, 0))
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=84, optimize=True)
    return out.getvalue()
