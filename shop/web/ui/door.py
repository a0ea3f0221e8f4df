"""The door: runs before every view, and decides who enters.

A stranger to a store and a store that does not exist get the same 404. Forms are protected twice: by where they
come from (Origin, Sec-Fetch-Site) and, behind a cookie, by a token tied to that cookie.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, Forbidden, NotFound
from werkzeug.wrappers import Response

from shop.accounts import queries as accounts
from shop.plumbing import i18n
from shop.stores import queries as stores
from shop.web.ui.access import SESSION, STORE, TOKEN, Access, access_of
from shop.web.ui.here import here, settings, signer

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
CART_COOKIE = "cart"
LANGUAGE_COOKIE = "lang"


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's view of a person: its id is the revocable token of her device."""

    def __init__(self, token: str, viewer: accounts.Viewer) -> None:
        self.token, self.viewer = token, viewer

    def get_id(self) -> str:
        """Return the device's token, as Flask-Login stores it in the session cookie."""
        return self.token


class Logins(LoginManager):  # type: ignore[misc]
    """Flask-Login without its remember cookie, whose after-request hook would open the session on public pages."""

    def init_app(self, app: Flask, add_context_processor: bool = True) -> None:  # noqa: ARG002
        """Tie to the application; nothing is hooked in."""
        app.login_manager = self  # type: ignore[attr-defined]
        self.session_protection = None
        self.user_loader(_load)


def install(app: Flask) -> None:
    """Hang the door before every view."""
    Logins().init_app(app)
    app.before_request(_enter)
    app.jinja_env.globals["csrf_token"] = csrf_token


def csrf_token() -> str:
    """Return the token of this visitor's forms: a proof tied to her cookie."""
    return signer().proof("form", _cookie_id())


def _enter() -> Response | None:
    if request.method == "HEAD":  # a GET whose body stays here: views tell forms from pages by this word
        request.method = "GET"
    if request.endpoint is None:
        _speak_for_errors()
        return None
    view = current_app.view_functions[request.endpoint]
    request.max_content_length = getattr(view, "body", None)
    access = access_of(current_app, request.endpoint)
    place = here()
    place.lang = _language()
    i18n.set_language(place.lang)
    _refuse_nul(request.args)
    if access in {Access.BUYER, Access.OPEN}:
        place.cart_token = request.cookies.get(CART_COOKIE, "")
    if request.method in UNSAFE and access is not Access.HOOK:
        _require_own_origin()
    if access in SESSION:
        answer = _sign_in_or_ask(access)
        if answer is not None:
            return answer
    if request.method in UNSAFE and access is not Access.HOOK:
        _refuse_nul(request.form)
        if access in TOKEN:
            _require_token()
    return None


def _sign_in_or_ask(access: Access) -> Response | None:
    user = current_user
    if not user.is_authenticated:
        if request.method == "GET":
            return redirect(url_for("studio.sign_in", next=request.full_path.rstrip("?")))
        raise Forbidden
    place = here()
    place.viewer = user.viewer
    place.lang = place.viewer.language
    i18n.set_language(place.lang)
    if access in STORE:
        _enter_store(access)
    elif access is Access.OPERATOR and not place.viewer.is_operator:
        raise NotFound
    return None


def _enter_store(access: Access) -> None:
    place = here()
    slug = g.get("place", {}).get("store", "")
    found = stores.membership(place.who.account_id, slug)
    if found is None:
        raise NotFound
    place.store_row, place.role = found
    if access is Access.OWNER and place.role != "owner":
        raise Forbidden


def _language() -> str:
    given = g.get("place", {}).get("lang")
    if given:
        return str(given)
    return i18n.negotiate(request.headers.get("Accept-Language", ""), request.cookies.get(LANGUAGE_COOKIE, ""))


def _speak_for_errors() -> None:
    first = request.path.split("/")[1] if "/" in request.path else ""
    here().lang = first if first in i18n.LANGUAGES else _language()
    i18n.set_language(here().lang)


def _refuse_nul(fields: MultiDict[str, str]) -> None:
    """Refuse what no database can hold and no keyboard writes."""
    if "\0" in request.path or any("\0" in name or "\0" in text for name, text in fields.items(multi=True)):
        raise BadRequest


def _require_own_origin() -> None:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        raise Forbidden
    origin = request.headers.get("Origin")
    if origin is not None and origin != "null" and _netloc(origin) not in {request.host, _netloc(settings().base_url)}:
        raise Forbidden


def _netloc(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:  # such as http://[
        return "?"


def _require_token() -> None:
    given = request.form.get("csrf", "")
    cookie = _cookie_id()
    if not cookie or not signer().holds("form", cookie, given):  # also a page kept since before the key changed
        raise Forbidden


def _cookie_id() -> str:
    if here().viewer is not None:
        return str(session.get("_user_id", ""))
    return here().cart_token


def _load(token: str) -> SignedIn | None:
    viewer = accounts.viewer(token)
    return None if viewer is None else SignedIn(token, viewer)
