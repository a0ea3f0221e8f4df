"""Invitations: a link that makes its first user a member of a workshop."""

from __future__ import annotations

from typing import cast

from flask import redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import PasswordField

from shop.accounts import queries as account_queries
from shop.accounts import service as accounts
from shop.core.errors import Refused
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.plumbing.journal import Actor
from shop.stores import queries, service
from shop.stores.models import Invitation
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import open_session, outside_page, remembering_language, speak_as_asked
from shop.web.studio.people import LONGEST_PASSWORD, TOO_OFTEN, SignInForm, device_name, let_in, may_try
from shop.web.ui.access import Access, entry
from shop.web.ui.door import SignedIn
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm, PhoneField, TextField, required
from shop.web.ui.here import here


class JoinForm(HirfaForm):
    """A new account for somebody who was invited."""

    name = TextField(N_("Your name"), [required(N_("Write your name."))], most=120)
    phone = PhoneField(N_("Your phone"), [required(N_("Write your phone number."))])
    password = PasswordField(N_("Password"), [required(N_("Choose a password."))])


@studio.route("/join/<name:token>", methods=["GET", "POST"])
@entry(Access.OPEN)
def join(token: str) -> Response:
    """Become a member by an invitation: with a new account, or with the one that one has."""
    speak_as_asked()
    found = queries.invitation(token)
    if found is None:
        return remembering_language((outside_page("studio/join_gone.html"), 404))
    form = SignInForm(request.form) if _has_account() else JoinForm(request.form)
    if request.method == "GET":
        return remembering_language(_page(found, form))
    status, device = _come_in(token, form)
    if device is None and status == 303:
        return redirect(url_for("studio.second_step"), 303)
    if device is None:
        return remembering_language((_page(found, form), status))
    open_session(device)
    return redirect(url_for("studio.home"), 303)


def _come_in(token: str, form: SignInForm | JoinForm) -> tuple[int, str | None]:
    """Make the person a member; return a status and the token of her device."""
    person = _signed_in()
    if person is not None and request.form.get("how") == "here":
        _accept(token, person.viewer)
        return 303, person.token
    if not form.validate():
        return 422, None
    if isinstance(form, JoinForm):
        return _join_anew(token, form)
    status, device = let_in(form, going_on=url_for("studio.join", token=token))
    viewer = account_queries.viewer(device) if device else None
    if viewer is not None:
        _accept(token, viewer)
    return status, device


def _accept(token: str, viewer: account_queries.Viewer) -> None:
    with transaction():
        service.accept_invitation(token, viewer.account_id, by=Actor("member", viewer.account_id, viewer.name))


def _join_anew(token: str, form: JoinForm) -> tuple[int, str | None]:
    if not may_try("join", token):
        form.refuse("name", _(TOO_OFTEN))
        return 429, None
    try:
        with transaction():
            made = accounts.create_account(
                name=str(form.name.data), phone=form.phone.data, language=here().lang,
                password=str(form.password.data)[:LONGEST_PASSWORD],
            )  # fmt: skip
            service.accept_invitation(token, made.id, by=Actor("member", made.id, made.name))
            return 303, accounts.open_device(made.id, name=device_name(request.user_agent.string))
    except Refused as error:
        form.refuse(error.field, said(error))
        return 422, None


def _page(invitation: Invitation, form: HirfaForm) -> str:
    person = _signed_in()
    return outside_page(
        "studio/join.html", form=form, role=invitation.role, workshop=queries.store(invitation.store_id),
        has_account=_has_account(), signed_in=person.viewer if person else None,
        least=accounts.SHORTEST_PASSWORD,
    )  # fmt: skip


def _has_account() -> bool:
    return request.values.get("how") == "account"


def _signed_in() -> SignedIn | None:
    return cast(SignedIn, current_user) if current_user.is_authenticated else None
