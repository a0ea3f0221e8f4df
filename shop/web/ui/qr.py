"""QR codes as they stand in a page: black on white, with their quiet zone, drawn without a script or a file."""

from __future__ import annotations

from markupsafe import Markup

from shop.documents import bars


def qr(text: str) -> Markup:
    """Return a QR code as inline SVG, hidden from assistive technology: the same text stands beside it."""
    drawn = bars.qr(text)
    if drawn is None:
        return Markup("")
    return Markup('<span class="qr" aria-hidden="true">{}</span>').format(Markup(drawn.svg))  # noqa: S704 - our own path
