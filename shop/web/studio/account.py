"""A person's own page: her name, her language, her password, and the devices on which she is signed in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import PasswordField

from shop.accounts import passkeys, queries, second_factor, service
from shop.core.errors import NotFound, Refused
from shop.plumbing.db import transaction
from shop.plumbing.i18n import LANGUAGES, N_, _, set_language
from shop.stores import queries as stores
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import close_session, remember_language
from shop.web.studio.people import LONGEST_PASSWORD, TOO_OFTEN, may_try
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm, TextField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url


class NameForm(HirfaForm):
    """How the person is called in the shop and in its history."""

    name = TextField(N_("Your name"), [required(N_("Write your name."))], most=120)


class PasswordForm(HirfaForm):
    """The present password and the one to come."""

    old = PasswordField(N_("Present password"), [required(N_("Write your present password."))])
    new = PasswordField(N_("New password"), [required(N_("Choose a password."))])


@studio.get("/account")
@entry(Access.SIGNED_IN)
def account() -> str:
    """Show the person's own page."""
    return account_page(NameForm(name=here().who.name), PasswordForm())


@studio.post("/account/name")
@entry(Access.SIGNED_IN)
def rename() -> Response | tuple[str, int]:
    """Set the person's name."""
    form = NameForm(request.form)
    if not form.validate():
        return account_page(form, PasswordForm()), 422
    with transaction():
        service.rename(here().who.account_id, str(form.name.data))
    flash(_("Saved."), "done")
    return redirect(page_url("studio.account"), 303)


@studio.post("/account/language", endpoint="set_language")
@entry(Access.SIGNED_IN)
def choose_language() -> Response:
    """Set the language in which she reads the studio and gets messages."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise NotFound
    with transaction():
        service.set_language(here().who.account_id, chosen)
    set_language(chosen)
    remember_language(chosen)
    flash(_("Saved."), "done")
    return redirect(page_url("studio.account"), 303)


@studio.post("/account/password")
@entry(Access.SIGNED_IN)
def change_password() -> Response | tuple[str, int]:
    """Set a new password; every other device is signed out."""
    form, who = PasswordForm(request.form), here().who
    if not form.validate():
        return account_page(NameForm(name=who.name), form), 422
    if not may_try("password", str(who.account_id)):
        form.refuse("old", _(TOO_OFTEN))
        return account_page(NameForm(name=who.name), form), 429
    try:
        with transaction():
            service.change_password(
                who.account_id, old=str(form.old.data)[:LONGEST_PASSWORD],
                new=str(form.new.data)[:LONGEST_PASSWORD], device_id=who.device_id,
            )  # fmt: skip
    except Refused as error:
        form.refuse(error.field, said(error))
        return account_page(NameForm(name=who.name), form), 422
    flash(_("Your password is changed. All other devices are signed out."), "done")
    if queries.passkeys(who.account_id):
        flash(_("Your passkeys still let you in. Remove those that you do not know."), "problem")
    return redirect(page_url("studio.account"), 303)


@studio.post("/account/devices/<number:device_id>/end")
@entry(Access.SIGNED_IN)
def end_device(device_id: int) -> Response:
    """Sign one of her devices out."""
    with transaction():
        service.end_device(here().who.account_id, device_id)
    if device_id == here().who.device_id:
        close_session()
        return redirect(page_url("studio.sign_in"), 303)
    flash(_("That device is signed out."), "done")
    return redirect(page_url("studio.account"), 303)


def account_page(names: NameForm, passwords: PasswordForm) -> str:
    """Draw the page with what was typed, passwords apart."""
    who = here().who
    return render_template(
        "studio/account.html", names=names, passwords=passwords, devices=queries.devices(who.account_id),
        this_device=who.device_id, language_now=who.language, least=service.SHORTEST_PASSWORD,
        memberships=stores.memberships(who.account_id), home_url=page_url("studio.home"),
        second_step=second_factor.is_on(who.account_id),
        passkeys=len(queries.passkeys(who.account_id)) if passkeys.usable() else None,
        failed=bool(names.errors or passwords.errors),
    )  # fmt: skip
