"""Notices about payments: verified on raw bytes, kept, answered at once; the payment is looked up by a job."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.exceptions import NotFound

from shop.core import clock
from shop.core.errors import Declined, Forged
from shop.payments import inbox
from shop.payments.contract import Notice
from shop.web.ui.access import Access, entry
from shop.web.ui.here import outside

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")


@hooks.post("/payments/<number:store_id>/<name:method>")
@entry(Access.HOOK)
def payment_notice(store_id: int, method: str) -> tuple[str, int]:
    """Take a notice of a method of a workshop. A forged one is refused and kept nowhere; one of before is thanked."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        inbox.receive(store_id, method, Notice(request.get_data(), headers, clock.now()), outside())
    except Forged:
        return "forged", 400
    except Declined:
        raise NotFound from None
    return "ok", 200
