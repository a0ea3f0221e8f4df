"""Notices about parcels: verified on raw bytes, kept, answered at once; the parcel is asked about by a job."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from shop.core.errors import Forged
from shop.shipping import inbox
from shop.web.hooks.blueprint import hooks, notice_here
from shop.web.ui.access import Access, entry
from shop.web.ui.here import outside


@hooks.get("/carriers/<number:store_id>/<number:account_id>")
@entry(Access.HOOK)
def carrier_challenge(store_id: int, account_id: int) -> Response:
    """Answer a carrier that asks whether this address is ours, as plain text."""
    told = inbox.challenge(store_id, account_id, request.args.to_dict(), outside())
    return Response(told, mimetype="text/plain")


@hooks.post("/carriers/<number:store_id>/<number:account_id>")
@entry(Access.HOOK)
def carrier_notice(store_id: int, account_id: int) -> tuple[str, int]:
    """Take a notice of a carrier of a workshop. A forged one is refused and kept nowhere; one of before is thanked."""
    try:
        inbox.receive(store_id, account_id, notice_here(), outside())
    except Forged:
        return "forged", 400
    return "ok", 200
