"""Signatures that were drawn with a finger: small pictures in shades of grey, fit for a paper."""

from __future__ import annotations

import io

from shop.core.errors import Refused
from shop.plumbing.i18n import N_

WIDEST, TALLEST = 600, 240
DARK = 128
NOTHING_DRAWN = N_("Please have it signed in the frame, or choose “Signed on paper”.")


def inked(picture: bytes) -> bytes:
    """Return a picture that was made safe as a PNG of a signature. Raises Refused (field: drawn) for an empty one."""
    from PIL import Image  # noqa: PLC0415 - heavy, and few requests draw

    with Image.open(io.BytesIO(picture)) as opened:
        grey = opened.convert("L")
    grey.thumbnail((WIDEST, TALLEST))
    if not any(grey.histogram()[:DARK]):
        raise Refused(NOTHING_DRAWN, field="drawn")
    out = io.BytesIO()
    grey.quantize(16).save(out, "PNG", optimize=True)
    return out.getvalue()
