"""How the pages of the studio are drawn: under a shop's name and tabs, or outside of any shop."""

from __future__ import annotations

from typing import Any

from flask import Response, after_this_request, make_response, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response as Answer

from shop.accounts import queries as accounts
from shop.plumbing.formats import phone_shown
from shop.plumbing.i18n import LANGUAGES, N_, _m, set_language
from shop.web.studio.blueprint import studio
from shop.web.ui import errors
from shop.web.ui.door import LANGUAGE_COOKIE, SignedIn
from shop.web.ui.forms import HirfaForm
from shop.web.ui.here import here, settings
from shop.web.ui.templating import ltr

A_YEAR_S = 365 * 24 * 3600
BY_INVITATION = N_("New shops open here by invitation only. Call us: {phone}")


@studio.context_processor
def role_of_viewer() -> dict[str, str]:
    """Tell every page of the studio in which role it is looked at: a helper sees no settings."""
    return {"role": here().role}


def shop_page(template: str, tab: str, **context: Any) -> str:
    """Draw a page of one workshop: its name above, its tabs below."""
    return render_template(template, shop_name=here().store.name, tab=tab, **context)


def outside_page(template: str, *, form: HirfaForm | None = None, **context: Any) -> str:
    """Draw a page for somebody who isn't signed in, with the three languages to choose from."""
    assert request.endpoint is not None
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in {"next", "how"}}
    languages = [
        (lang, url_for(request.endpoint, **(request.view_args or {}), **kept, lang=lang)) for lang in LANGUAGES
    ]
    return render_template(
        template, form=form, failed=bool(form and form.errors), alternates=languages,
        home_url=url_for("studio.sign_in"), **context,
    )  # fmt: skip


def speak_as_asked() -> None:
    """Speak the language that the address asks for (`?lang=`), else hers who is signed in already."""
    asked = request.args.get("lang", "") or (current_user.viewer.language if current_user.is_authenticated else "")
    if asked in LANGUAGES:
        set_language(asked)
        here().lang = asked


def by_invitation() -> Answer | None:
    """Say whom to call, where strangers open no shops; None where they may."""
    if settings().sign_up:
        return None
    speak_as_asked()
    return errors.page(403, sentence=_m(BY_INVITATION, phone=ltr(phone_shown(settings().contact_phone))))


def remembering_language(page: str | tuple[str, int]) -> Response:
    """Answer with a page, and remember its language on this browser when it was asked for."""
    if request.args.get("lang", "") in LANGUAGES:
        remember_language(here().lang)
    return make_response(page)


def remember_language(lang: str) -> None:
    """Have this browser spoken to in a language, also while the database that knows her account is away."""

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(LANGUAGE_COOKIE, lang, max_age=A_YEAR_S, secure=settings().https, samesite="Lax")
        return response


def open_session(token: str) -> None:
    """Sign this browser in as the person of a device's token, in a session of its own."""
    viewer = accounts.viewer(token)
    assert viewer is not None
    session.clear()
    login_user(SignedIn(token, viewer))
    session.permanent = True
    remember_language(viewer.language)


def close_session() -> None:
    """Forget who is signed in on this browser."""
    logout_user()
    session.clear()
