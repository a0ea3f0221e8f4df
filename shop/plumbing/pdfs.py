"""PDFs that others made, looked at before they are kept: whether they open, how many pages they have, how large."""

from __future__ import annotations

import io
from typing import Final

from shop.core.errors import Refused
from shop.plumbing.i18n import N_

MOST_BYTES: Final = 1_500_000
MOST_PAGES: Final = 4
LEAST_POINTS, MOST_POINTS = 56, 1_300  # 20 mm, and a little more than A3

NO_PDF: Final = N_("it is no PDF")
TOO_LARGE: Final = N_("the file is larger than 1.5 MB")
LOCKED: Final = N_("the PDF is locked by a password")
BROKEN: Final = N_("the PDF is damaged or incomplete")
PAGES: Final = N_("the PDF has more than 4 pages")
SIZES: Final = N_("a page of the PDF is smaller than 2 cm or larger than A3")


def looked_at(content: bytes) -> int:
    """Return how many pages a PDF has. Raises Refused, in words, for one that can't be printed."""
    import pikepdf  # noqa: PLC0415 - a large library, for those only who print what others made

    if len(content) > MOST_BYTES:
        raise Refused(TOO_LARGE)
    if b"%PDF-" not in content[:1024]:
        raise Refused(NO_PDF)
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise Refused(LOCKED)
            sizes = [_size(page) for page in pdf.pages]
            damaged = bool(pdf.get_warnings())
    except pikepdf.PasswordError:
        raise Refused(LOCKED) from None
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, RecursionError):
        raise Refused(BROKEN) from None
    if damaged or not sizes:
        raise Refused(BROKEN)
    if len(sizes) > MOST_PAGES:
        raise Refused(PAGES)
    if not all(LEAST_POINTS <= side <= MOST_POINTS for size in sizes for side in size):
        raise Refused(SIZES)
    return len(sizes)


def _size(page: object) -> tuple[float, float]:
    """Return how wide and tall the part of a page that is to be printed is, in points."""
    left, low, right, high = (float(each) for each in page.trimbox)  # type: ignore[attr-defined]
    return abs(right - left), abs(high - low)
