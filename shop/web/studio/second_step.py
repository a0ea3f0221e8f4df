"""The second step: a code of her phone's app after the password, how it is set up, and how it is turned off."""

from __future__ import annotations

import time

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response
from wtforms import PasswordField

from shop.accounts import queries, second_factor, service
from shop.core.errors import Refused
from shop.plumbing import limits
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import open_session, outside_page, remembering_language, speak_as_asked
from shop.web.studio.people import HALF, HALF_S, LONGEST_PASSWORD, TOO_OFTEN, device_name, may_try, own_path
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm, TextField, required
from shop.web.ui.here import here, seal
from shop.web.ui.qr import qr
from shop.web.ui.templating import page_url

WRONG = N_("This code is not right, or it was used already. Type the one that the app shows now.")


class StepForm(HirfaForm):
    """A code of the app, or one of the codes for a lost phone."""

    code = TextField(N_("Code"), [required(N_("Write the code of your app."))], most=40)


class DropForm(HirfaForm):
    """The password that turns the second step off."""

    old = PasswordField(N_("Present password"), [required(N_("Write your present password."))])


@studio.route("/sign-in/second-step", methods=["GET", "POST"])
@entry(Access.OPEN)
def second_step() -> Response:
    """Ask whoever gave the right password for the code of her app; then sign her in."""
    speak_as_asked()
    account_id, going_on = half_way()
    if account_id is None:  # the studio's door asks for the password again
        return redirect(url_for("studio.home"), 303)
    form = StepForm(request.form)
    if request.method == "GET":
        return remembering_language(outside_page("studio/second_step.html", form=form))
    status, device = stepped_in(account_id, form)
    if device is None:
        return remembering_language((outside_page("studio/second_step.html", form=form), status))
    open_session(device)
    return redirect(own_path(going_on) or url_for("studio.home"), 303)


@studio.route("/account/second-step", methods=["GET", "POST"])
@entry(Access.SIGNED_IN)
def second_factor_page() -> str | Response | tuple[str, int]:
    """Set the second step up, confirm it, or turn it off."""
    if request.method == "GET":
        return set_up_page()
    acts = {"begin": begun, "confirm": confirmed, "give_up": given_up, "drop": dropped}
    act = acts.get(request.form.get("action", ""))
    if act is None:
        raise BadRequest
    return act()


def begun() -> str | Response | tuple[str, int]:
    """Make a secret for her app."""
    try:
        with transaction():
            second_factor.begin(here().who.account_id, seal=seal())
    except Refused as refused:
        flash(said(refused), "problem")
    return redirect(page_url("studio.second_factor_page"), 303)


def confirmed() -> str | Response | tuple[str, int]:
    """Turn it on by a first code, and show the codes for a lost phone, this once."""
    form, who = StepForm(request.form), here().who
    if not form.validate():
        return set_up_page(form), 422
    if not may_try("second step", str(who.account_id)):
        form.refuse("code", _(TOO_OFTEN))
        return set_up_page(form), 429
    try:
        with transaction():
            codes = second_factor.confirm(who.account_id, str(form.code.data), seal=seal())
    except Refused as refused:
        form.refuse("code", said(refused))
        return set_up_page(form), 422
    return render_template("studio/recovery_codes.html", codes=codes, home_url=page_url("studio.home"))


def given_up() -> str | Response | tuple[str, int]:
    """Leave it off after all."""
    with transaction():
        second_factor.give_up(here().who.account_id)
    return redirect(page_url("studio.account"), 303)


def dropped() -> str | Response | tuple[str, int]:
    """Turn it off, for who knows the password."""
    form, who = DropForm(request.form), here().who
    if not form.validate():
        return set_up_page(drop=form), 422
    if not may_try("password", str(who.account_id)):
        form.refuse("old", _(TOO_OFTEN))
        return set_up_page(drop=form), 429
    try:
        with transaction():
            second_factor.drop(who.account_id, password=str(form.old.data)[:LONGEST_PASSWORD])
    except Refused as refused:
        form.refuse("old", said(refused))
        return set_up_page(drop=form), 422
    flash(_("The second step is off. Your password alone signs you in."), "done")
    return redirect(page_url("studio.account"), 303)


def half_way() -> tuple[int | None, str]:
    """Return who gave her password a moment ago on this browser, and where she goes on to."""
    account_id, since, going_on = session.get(HALF) or (None, 0, "")
    return (account_id, going_on) if time.time() - since < HALF_S else (None, "")


def stepped_in(account_id: int, form: StepForm) -> tuple[int, str | None]:
    """Check the code, throttled by account; return a status and the new device's token."""
    if not form.validate():
        return 422, None
    if not may_try("second step", str(account_id)):
        form.refuse("code", _(TOO_OFTEN))
        return 429, None
    with transaction():
        if second_factor.prove(account_id, str(form.code.data), seal=seal()):
            limits.forgive("second step", str(account_id))
            return 303, service.open_device(account_id, name=device_name(request.user_agent.string))
    form.refuse("code", _(WRONG))
    return 422, None


def set_up_page(form: StepForm | None = None, drop: DropForm | None = None) -> str:
    """Draw the second step as it stands: off, waiting for its first code, or on."""
    account_id = here().who.account_id
    waiting = second_factor.waiting_secret(account_id, seal=seal())
    account = queries.account(account_id)
    name = (account and (account.phone or account.email)) or here().who.name
    forms = (form or StepForm(), drop or DropForm())
    return render_template(
        "studio/second_factor.html", form=forms[0], drop=forms[1], is_on=second_factor.is_on(account_id),
        secret=waiting, qr=qr(second_factor.address(waiting, name)) if waiting else "",
        left=second_factor.recovery_codes_left(account_id), home_url=page_url("studio.home"),
        failed=any(each.errors for each in forms),
    )  # fmt: skip
