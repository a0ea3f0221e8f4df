"""Notices about payments: verified on raw bytes, kept, answered at once; the payment is looked up by a job."""

from __future__ import annotations

from werkzeug.exceptions import NotFound

from shop.core.errors import Declined, Forged
from shop.payments import inbox
from shop.web.hooks.blueprint import hooks, notice_here
from shop.web.ui.access import Access, entry
from shop.web.ui.here import outside


@hooks.post("/payments/<number:store_id>/<name:method>")
@entry(Access.HOOK)
def payment_notice(store_id: int, method: str) -> tuple[str, int]:
    """Take a notice of a method of a workshop. A forged one is refused and kept nowhere; one of before is thanked."""
    try:
        inbox.receive(store_id, method, notice_here(), outside())
    except Forged:
        return "forged", 400
    except Declined:
        raise NotFound from None
    return "ok", 200
