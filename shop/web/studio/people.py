"""Who comes in: signing in, signing out, and the way to one's workshop."""

from __future__ import annotations

import re
import time

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response
from wtforms import PasswordField

from shop.accounts import passkeys, second_factor
from shop.accounts import service as accounts
from shop.accounts.passkeys import Gate
from shop.core.phone import BadPhone, parse_phone
from shop.plumbing import limits
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.stores import queries as stores
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import (
    close_session,
    open_session,
    outside_page,
    remembering_language,
    speak_as_asked,
)
from shop.web.ui.access import Access, entry
from shop.web.ui.forms import HirfaForm, TextField, required
from shop.web.ui.here import here, settings, signer
from shop.web.ui.network import network
from shop.web.ui.templating import page_url

QUARTER_S = 15 * 60
TRIES_PER_ACCOUNT = 8
TRIES_PER_NETWORK = 200  # a whole town may share the address of its mobile network
LONGEST_PASSWORD = 1000
HALF, HALF_S = "half", 600  # who gave her password and owes the second step; so many seconds
NOBODY = N_("This phone or e-mail and this password do not go together. Please check both.")
TOO_OFTEN = N_("Too many tries. Please wait 15 minutes, then try again.")

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
             ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip
_OWN_PATH = re.compile(r"/(studio|desk)([/?][!-\[\]-~]*)?")


class SignInForm(HirfaForm):
    """A phone or an e-mail, and a password."""

    identifier = TextField(N_("Phone or e-mail"), [required(N_("Write your phone number or your e-mail."))], most=254)
    password = PasswordField(N_("Password"), [required(N_("Write your password."))])


@studio.route("/sign-in", methods=["GET", "POST"])
@entry(Access.OPEN)
def sign_in() -> Response:
    """Sign a person in on this browser; the same answer in the same time for known and unknown people."""
    speak_as_asked()
    form = SignInForm(request.form)
    if request.method == "GET":
        return remembering_language(sign_in_page(form))
    if not form.validate():
        return remembering_language((sign_in_page(form), 422))
    status, token = let_in(form, going_on=request.form.get("next", ""))
    if token is None and status == 303:
        return redirect(url_for("studio.second_step"), 303)
    if token is None:
        return remembering_language((sign_in_page(form), status))
    open_session(token)
    return redirect(own_path(request.form.get("next", "")) or url_for("studio.home"), 303)


@studio.post("/sign-out")
@entry(Access.SIGNED_IN)
def sign_out() -> Response:
    """End this device."""
    with transaction():
        accounts.end_device(here().who.account_id, here().who.device_id)
    close_session()
    return redirect(url_for("studio.sign_in"), 303)


@studio.get("/")
@entry(Access.SIGNED_IN)
def home() -> str | Response:
    """Go to the only workshop, choose among several, or to the operator's desk."""
    mine = stores.memberships(here().who.account_id)
    if len(mine) == 1:
        return redirect(page_url("studio.today", store=mine[0].slug))
    if not mine and here().who.is_operator:
        return redirect(page_url("desk.home"))
    return render_template(
        "studio/home.html", memberships=mine, operator=here().who.is_operator, home_url=page_url("studio.home"),
        sign_up=settings().sign_up,
    )  # fmt: skip


def gate() -> Gate:
    """Return where passkeys are asked for."""
    return Gate(settings().base_url, signer())


def sign_in_page(form: SignInForm) -> str:
    """Draw the sign-in page with what was typed, the password apart."""
    going_on = own_path(request.values.get("next", ""))
    return outside_page(
        "studio/sign_in.html", form=form, next=going_on, contact=settings().contact_phone,
        sign_up=settings().sign_up, ask=passkeys.to_sign_in(gate()) if passkeys.usable() else None,
    )  # fmt: skip


def let_in(form: SignInForm, *, going_on: str = "") -> tuple[int, str | None]:
    """Check who this is, throttled by account and by network; return a status and the new device's token.

    Whoever has a second step gets 303 and no token: this browser remembers for ten minutes that her password was right.
    """
    identifier, password = str(form.identifier.data), str(form.password.data)[:LONGEST_PASSWORD]
    key = account_key(identifier)
    if not may_try("sign-in", key):
        form.refuse("identifier", _(TOO_OFTEN))
        return 429, None
    found = accounts.authenticate(identifier, password)
    if found is None:
        form.refuse("identifier", _(NOBODY))
        return 422, None
    with transaction():
        limits.forgive("sign-in", key)
        if second_factor.is_on(found.id):
            session[HALF] = [found.id, int(time.time()), own_path(going_on)]
            return 303, None
        return 303, accounts.open_device(found.id, name=device_name(request.user_agent.string))


def may_try(what: str, key: str) -> bool:
    """Count a try of this key and of this network; generous for networks, which many people share."""
    with transaction():
        mine = limits.allow(what, key, most=TRIES_PER_ACCOUNT, within_s=QUARTER_S)
        ours = limits.allow(f"{what} network", network(), most=TRIES_PER_NETWORK, within_s=QUARTER_S)
    return mine and ours


def account_key(identifier: str) -> str:
    """Return one key for every spelling of a phone or an e-mail."""
    try:
        return parse_phone(identifier)
    except BadPhone:
        return identifier.strip().lower()


def device_name(user_agent: str) -> str:
    """Return what a person calls the browser she holds: Chrome, Android."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part) or "?"


def own_path(path: str) -> str:
    """Return a path of the studio or the desk, to go on to after signing in; anything else is empty."""
    return path if _OWN_PATH.fullmatch(path[:500]) else ""
