"""A hand-over sheet is signed: with a finger on the screen, or with a pen on the paper."""

from __future__ import annotations

import base64
import binascii
import contextlib
import secrets
from collections.abc import Iterator

from flask import redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, Refused
from shop.core.money import Money
from shop.documents.signatures import NOTHING_DRAWN, inked
from shop.plumbing import images
from shop.plumbing.i18n import N_, _
from shop.shipping import queries as shipping
from shop.shipping import service
from shop.shipping.models import Handover
from shop.web.studio.blueprint import studio
from shop.web.studio.once import acting
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm, TextField
from shop.web.ui.here import here
from shop.web.ui.media import private_storage, signature_name
from shop.web.ui.templating import page_url

PNG = "data:image/png;base64,"
NAME_MISSING = N_("Please write the name of whoever takes the parcels.")
SIGNED_BEFORE = N_("This sheet was signed meanwhile.")


class SignatureForm(HirfaForm):
    """Who takes the parcels, and what was drawn, as a canvas gives it."""

    name = TextField(N_("Name of whoever takes the parcels"), most=120)
    drawn = TextField("", most=200_000)


@studio.get("/<name:store>/hand-over/<number:number>", endpoint="handover")
@entry(Access.HELPER)
def sheet_page(number: int) -> str:
    """Show a sheet that was made: how many parcels, how much cash, its signature and its PDF."""
    return signature_page(shipping.handover_by_number(here().store.id, number), SignatureForm())


@studio.post("/<name:store>/hand-over/<number:number>/signature")
@entry(Access.HELPER)
def sign_sheet(number: int) -> Response | tuple[str, int]:
    """Keep what was drawn on the screen, or that the sheet was signed on paper; once."""
    sheet, form = shipping.handover_by_number(here().store.id, number), SignatureForm(request.form)
    led = page_url("studio.handover", number=number)
    try:
        drawn = signed(form) if form.validate() else b""
        if not form.errors:
            with kept(drawn) as key, acting() as leads_to:
                service.sign_handover(
                    here().store.id, sheet.id, signed_by=form.name.data or "", signature=key, by=here().by
                )
                leads_to(led)
    except InvalidTransition:
        form.refuse("name", _(SIGNED_BEFORE))
        return signature_page(shipping.handover_by_number(here().store.id, number), form), 409
    except Refused as refused:
        form.refuse(refused.field or "drawn", said(refused))
    return (signature_page(sheet, form), 422) if form.errors else redirect(led, 303)


def signed(form: SignatureForm) -> bytes:
    """Return what was drawn, made safe; nothing for a signature on paper. Raises Refused when a part is missing."""
    if request.form.get("on") == "paper":
        return b""
    if not form.name.data:
        raise Refused(NAME_MISSING, field="name")
    text = form.drawn.data or ""
    try:
        content = base64.b64decode(text.removeprefix(PNG), validate=True) if text.startswith(PNG) else b""
    except binascii.Error:
        content = b""
    if not content:
        raise Refused(NOTHING_DRAWN, field="drawn")
    return inked(images.prepare(content).original)


@contextlib.contextmanager
def kept(drawn: bytes) -> Iterator[str]:
    """Write the file and give its key ("" for none); when the block fails, the file goes away again."""
    key = secrets.token_hex(12) if drawn else ""
    try:
        if drawn:
            private_storage().put(signature_name(key), drawn, "image/png")
        yield key
    except BaseException:
        if key:
            private_storage().delete(signature_name(key))
        raise


def signature_page(sheet: Handover, form: SignatureForm) -> str:
    """Draw a sheet with what is to be signed, or how it was."""
    cash = Money(sheet.collect_minor, sheet.currency)
    return shop_page(
        "studio/handover.html", "orders", sheet=sheet, cash=cash, form=form, failed=bool(form.errors)
    )  # fmt: skip


def drawn_on(sheet: Handover) -> bytes:
    """Return what was drawn on a sheet; nothing where it was not."""
    return private_storage().get(signature_name(sheet.signature)) if sheet.signature else b""
