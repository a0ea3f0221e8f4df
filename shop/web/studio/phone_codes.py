"""Opening an account and replacing a forgotten password, both by a code that a phone gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import PasswordField

from shop.accounts import codes, service
from shop.accounts.models import PhoneCode
from shop.core.errors import Refused
from shop.core.phone import ALGERIA, is_mobile
from shop.plumbing import limits
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import by_invitation, open_session, outside_page, remembering_language, speak_as_asked
from shop.web.studio.people import LONGEST_PASSWORD, device_name
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm, PhoneField, TextField, required
from shop.web.ui.here import here, signer
from shop.web.ui.network import network

HOUR_S = 3600
CODES_PER_PHONE = 4
CODES_PER_NETWORK = 200  # a whole town may share the address of its mobile network
LANDLINE = N_("Write a mobile number: the code comes as a message.")
WRONG = N_("This is not the code of the message. Please check the 6 digits.")
WAIT = N_("Too many codes were asked for. Please wait an hour, then try again.")


@dataclass(frozen=True)
class Way:
    """One of the two things that a code is good for."""

    purpose: str
    number_page: str
    code_page: str


SIGN_UP = Way(codes.SIGN_UP, "studio.sign_up", "studio.sign_up_code")
RESET = Way(codes.RESET, "studio.forgotten", "studio.forgotten_code")


class NumberForm(HirfaForm):
    """The phone that gets the code."""

    phone = PhoneField(N_("Your mobile phone"), [required(N_("Write your phone number."))])


class CodeForm(HirfaForm):
    """The code as the message says it."""

    code = TextField(N_("Code of 6 digits"), [required(N_("Write the 6 digits of the message."))], most=40)


class NewAccountForm(HirfaForm):
    """Who she is, once her phone is known."""

    name = TextField(N_("Your name"), [required(N_("Write your name."))], most=120)
    password = PasswordField(N_("Password"), [required(N_("Choose a password."))])


class NewPasswordForm(HirfaForm):
    """The password in place of the forgotten one."""

    password = PasswordField(N_("New password"), [required(N_("Choose a password."))])


@studio.route("/sign-up", methods=["GET", "POST"])
@entry(Access.OPEN)
def sign_up() -> Response:
    """Ask for a phone number; known and unknown ones get the same answer."""
    return by_invitation() or number_step(SIGN_UP)


@studio.route("/sign-up/<name:token>", methods=["GET", "POST"])
@entry(Access.OPEN)
def sign_up_code(token: str) -> Response:
    """Take the code, then a name and a password: the account is there, and signed in."""
    return by_invitation() or code_step(SIGN_UP, token)


@studio.route("/forgotten", methods=["GET", "POST"])
@entry(Access.OPEN)
def forgotten() -> Response:
    """Ask for the phone whose password is forgotten."""
    return number_step(RESET)


@studio.route("/forgotten/<name:token>", methods=["GET", "POST"])
@entry(Access.OPEN)
def forgotten_code(token: str) -> Response:
    """Take the code, then a new password; every device is signed out."""
    return code_step(RESET, token)


def number_step(way: Way) -> Response:
    """Show the form of the number, or have a code sent to it."""
    speak_as_asked()
    form = NumberForm(request.form)
    if request.method == "GET":
        return remembering_language(page(way, "studio/phone_number.html", form))
    if form.validate() and not takes_messages(form.phone.data):
        form.refuse("phone", _(LANDLINE))
    if form.errors:
        return remembering_language((page(way, "studio/phone_number.html", form), 422))
    token = asked(way, form.phone.data)
    if token is None:
        form.refuse("phone", _(WAIT))
        return remembering_language((page(way, "studio/phone_number.html", form), 429))
    return redirect(url_for(way.code_page, token=token), 303)


def code_step(way: Way, token: str) -> Response:
    """Take the code of a page; once it was right, take what completes it."""
    speak_as_asked()
    row = codes.live(token, way.purpose)
    if row is None:
        return remembering_language((page(way, "studio/phone_gone.html", None), 404))
    if request.method == "POST" and request.form.get("action") == "again":
        return sent_again(way, row)
    if row.proved_at is not None:
        return last_step(way, token, row)
    form = CodeForm(request.form)
    if request.method == "GET":
        return remembering_language(page(way, "studio/phone_code.html", form, phone=row.phone))
    if form.validate() and checked(way, token, form):
        return redirect(url_for(way.code_page, token=token), 303)
    return remembering_language((page(way, "studio/phone_code.html", form, phone=row.phone), 422))


def last_step(way: Way, token: str, row: PhoneCode) -> Response:
    """Open the account, or set the new password."""
    kind = NewAccountForm if way is SIGN_UP else NewPasswordForm
    if request.method == "GET" or "code" in request.form:  # the second tap of a code that was right
        return remembering_language(done_page(way, kind(), row))
    form = kind(request.form)
    if not form.validate():
        return remembering_language((done_page(way, form, row), 422))
    try:
        return opened(token, form) if isinstance(form, NewAccountForm) else replaced(token, form)
    except Refused as refused:
        form.refuse(refused.field or "password", said(refused))
        return remembering_language((done_page(way, form, row), 422))


def opened(token: str, form: NewAccountForm) -> Response:
    """Open the account and sign this browser in; then her shop can begin. Raises Refused."""
    with transaction():
        made = codes.sign_up(token, name=str(form.name.data), password=typed_password(form), language=here().lang)
        device = service.open_device(made.id, name=device_name(request.user_agent.string))
    open_session(device)
    return redirect(url_for("studio.begin"), 303)


def replaced(token: str, form: NewPasswordForm) -> Response:
    """Set the new password; signing in comes next, with the second step where there is one. Raises Refused."""
    with transaction():
        codes.reset_password(token, password=typed_password(form))
    flash(_("Your password is changed, and every device is signed out. Sign in with the new one."), "done")
    return redirect(url_for("studio.sign_in"), 303)


def sent_again(way: Way, row: PhoneCode) -> Response:
    """Send another code to the same phone, on a page of its own."""
    token = asked(way, row.phone)
    if token is not None:
        return redirect(url_for(way.code_page, token=token), 303)
    form = CodeForm()
    form.refuse("code", _(WAIT))
    return remembering_language((page(way, "studio/phone_code.html", form, phone=row.phone), 429))


def asked(way: Way, phone: str) -> str | None:
    """Have a code sent, unless this phone or this network asked too often; return its page's token."""
    with transaction():
        mine = limits.allow("code", phone, most=CODES_PER_PHONE, within_s=HOUR_S)
        ours = limits.allow("code network", network(), most=CODES_PER_NETWORK, within_s=HOUR_S)
        return codes.ask(phone, way.purpose, language=here().lang) if mine and ours else None


def checked(way: Way, token: str, form: CodeForm) -> bool:
    """Tell whether the code is right; the sentence goes to its field."""
    with transaction():
        proof = codes.prove(token, way.purpose, str(form.code.data), signer=signer())
    if proof is not codes.Proof.RIGHT:
        form.refuse("code", _(codes.GONE if proof is codes.Proof.GONE else WRONG))
    return proof is codes.Proof.RIGHT


def takes_messages(phone: str) -> bool:
    """Tell whether a message can reach this number; of other countries' numbers we do not know."""
    return is_mobile(phone) or not phone.startswith(ALGERIA)


def typed_password(form: NewAccountForm | NewPasswordForm) -> str:
    """Return the password as far as it is read."""
    return str(form.password.data)[:LONGEST_PASSWORD]


def done_page(way: Way, form: HirfaForm, row: PhoneCode) -> str:
    """Draw what comes after the right code."""
    return page(way, "studio/phone_done.html", form, phone=row.phone, least=service.SHORTEST_PASSWORD)


def page(way: Way, template: str, form: HirfaForm | None, **context: Any) -> str:
    """Draw a page of one of the two ways."""
    return outside_page(
        template, form=form, signing_up=way is SIGN_UP, number_url=url_for(way.number_page),
        minutes=int(codes.LIVES.total_seconds()) // 60, **context,
    )  # fmt: skip
