"""Passkeys: a person's own, and signing in with one instead of the password and its second step."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response
from wtforms import PasswordField

from shop.accounts import passkeys, queries, service
from shop.core.errors import Refused
from shop.plumbing import limits
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import open_session, speak_as_asked
from shop.web.studio.people import (
    LONGEST_PASSWORD,
    QUARTER_S,
    TOO_OFTEN,
    TRIES_PER_NETWORK,
    device_name,
    gate,
    may_try,
    own_path,
)
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm, TextField, required
from shop.web.ui.here import here
from shop.web.ui.network import network
from shop.web.ui.templating import page_url

UNKNOWN = N_("This passkey opens no account here. Sign in with your password.")


class PasskeyForm(HirfaForm):
    """How the device is called, and the password: what is added now opens the account for a long time."""

    name = TextField(N_("Name of this device"), [required(N_("Write how you call this device."))],
                     most=passkeys.LONGEST_NAME)  # fmt: skip
    old = PasswordField(N_("Present password"), [required(N_("Write your present password."))])


@studio.post("/sign-in/passkey")
@entry(Access.OPEN)
def sign_in_by_passkey() -> Response:
    """Sign in whoever's device answered our challenge; whatever is wrong, her password still lets her in."""
    require_the_extra()
    speak_as_asked()
    going_on = own_path(request.form.get("next", ""))
    with transaction():
        device = let_in_by_passkey()
    if device is None:
        flash(_(UNKNOWN), "problem")
        return redirect(url_for("studio.sign_in", next=going_on or None), 303)
    open_session(device)
    return redirect(going_on or url_for("studio.home"), 303)


@studio.route("/account/passkeys", methods=["GET", "POST"], endpoint="passkeys")
@entry(Access.SIGNED_IN)
def own_passkeys() -> str | Response | tuple[str, int]:
    """Show a person's passkeys, or add the one that her device has just made."""
    require_the_extra()
    if request.method == "GET":
        return passkeys_page(PasskeyForm(name=device_name(request.user_agent.string)))
    form, who = PasskeyForm(request.form), here().who
    if not form.validate():
        return passkeys_page(form), 422
    if not may_try("password", str(who.account_id)):
        form.refuse("old", _(TOO_OFTEN))
        return passkeys_page(form), 429
    try:
        with transaction():
            service.require_password(who.account_id, str(form.old.data)[:LONGEST_PASSWORD])
            passkeys.add(gate(), who.account_id, name=str(form.name.data), **answered())
    except Refused as refused:
        form.refuse(refused.field, said(refused))
        return passkeys_page(form), 422
    flash(_("Added. On this device, a passkey signs you in from now on."), "done")
    return redirect(page_url("studio.passkeys"), 303)


@studio.post("/account/passkeys/<number:passkey_id>/removal")
@entry(Access.SIGNED_IN)
def remove_passkey(passkey_id: int) -> Response:
    """Let one of her passkeys open nothing any more; that works without the extra too."""
    with transaction():
        passkeys.remove(here().who.account_id, passkey_id)
    flash(_("Removed. This passkey no longer lets anybody in."), "done")
    return redirect(page_url("studio.passkeys" if passkeys.usable() else "studio.account"), 303)


def let_in_by_passkey() -> str | None:
    """Return the token of a new device for whoever's passkey it is; inside the caller's transaction."""
    if not limits.allow("passkey network", network(), most=TRIES_PER_NETWORK, within_s=QUARTER_S):
        return None
    account_id = passkeys.prove(gate(), **answered())
    return service.open_device(account_id, name=device_name(request.user_agent.string)) if account_id else None


def answered() -> dict[str, str]:
    """Return our challenge as it stood in the form, and what the device said to it."""
    return {name: request.form.get(name, "") for name in ("challenge", "answer")}


def require_the_extra() -> None:
    """Know of no such page where passkeys cannot be read."""
    if not passkeys.usable():
        raise NotFound


def passkeys_page(form: PasskeyForm) -> str:
    """Draw her passkeys, and the form that adds one where the browser can."""
    account = queries.account(here().who.account_id)
    assert account is not None
    hers = queries.passkeys(account.id)
    return render_template(
        "studio/passkeys.html", form=form, passkeys=hers, full=len(hers) >= passkeys.MOST,
        ask=passkeys.to_add(gate(), account), failed=bool(form.errors), home_url=page_url("studio.home"),
    )  # fmt: skip
