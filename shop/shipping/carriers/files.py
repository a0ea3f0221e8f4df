"""Files of partners behind private links: fetched at once, and the link forgotten."""

from __future__ import annotations

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.shipping.contract import Answer, Http

ASKED_FOR = {"Accept": "application/pdf"}


def fetched(http: Http | None, link: object) -> bytes:
    """Return the PDF behind a link, which is asked without any key and named in no error.

    Raises Rejected for what is no PDF, Unavailable where the link has ended or nobody answers.
    """
    if http is None or not isinstance(link, str) or not link.startswith(("https://", "http://")):
        raise Rejected("it gave no way to its label", fields={"label": "none"})
    try:
        return pdf_of(http.get(link, headers=ASKED_FOR))
    except Misconfigured:
        raise Rejected("its way to the label leads nowhere", fields={"label": "none"}) from None


def pdf_of(answer: Answer) -> bytes:
    """Return the PDF of an answer. Raises Rejected for what is none, Unavailable for no file at all."""
    if not answer.ok:
        raise Unavailable(f"its label is not to be had now ({answer.status})")
    if b"%PDF-" not in answer.body[:1024]:
        raise Rejected("its label is no PDF", fields={"label": "no PDF"})
    return answer.body
