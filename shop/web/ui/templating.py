"""What every template can call: words, figures, addresses, icons."""

from __future__ import annotations

from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from flask import Flask, current_app, g, request, url_for
from flask.templating import Environment
from markupsafe import Markup

from shop.plumbing import formats, geography
from shop.plumbing.i18n import NATIVE_NAMES, _, _m, direction, language, ngettext
from shop.stores.papers import CRAFT_REGISTER
from shop.web.ui.icons import icon
from shop.web.ui.places import PLACES

FEW = {"lang", "store", "craft"}  # arguments with few values
CRAFT_PICTURES = ("soap", "pottery", "perfume", "weaving", "basketry", "copper")
FORMATTERS = (
    "money", "money_text", "number", "weight", "date_long", "date_short", "date_range", "time_short", "ago",
    "phone_shown", "tel_url", "sms_url", "whatsapp_url",
)  # fmt: skip


class Templates(Environment):
    """Flask's templates, all with the one dictionary of globals that nobody adds to.

    A chain of maps for each, as it comes, is walked key by key in Python at every import and every include.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template sees besides its context."""
        return super().make_globals(d) if d else self.globals


def install(app: Flask) -> None:
    """Give the templates of the application their globals; idempotent."""
    app.jinja_environment = Templates
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(words_and_figures(), page_url=page_url)
    app.context_processor(direction_of_reading)


def words_and_figures() -> dict[str, Any]:
    """Return the globals that need no application, for pages drawn outside one."""
    return {
        "_": _,
        "_m": _m,
        "ngettext": ngettext,
        "language": language,
        "icon": icon,
        "bdi": bdi,
        "ltr": ltr,
        "spelled": spelled,
        "commune_name": commune_name,
        "LANGUAGES": NATIVE_NAMES,
        "CRAFT_PICTURES": CRAFT_PICTURES,
        "CRAFT_REGISTER": CRAFT_REGISTER,
        **{name: getattr(formats, name) for name in FORMATTERS},
    }


def direction_of_reading() -> dict[str, str]:
    """Return the language of the page and the way it runs, for the html element."""
    return {"lang": language(), "dir": direction(language())}


def page_url(endpoint: str, **values: Any) -> str:
    """Return the address of a page: in the language being spoken and in the store of this page.

    `lang=` and `store=` say otherwise; they are left out where the address has no place for them.
    """
    if not (request and values.keys() <= FEW):
        return _built(endpoint, values)
    place = g.get("place", {})
    return _built_once(
        request.root_path, place.get("lang") or language(), place.get("store"), endpoint, tuple(values.items())
    )


@lru_cache(maxsize=4096)
def _built_once(_root: str, _lang: str, _store: str | None, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    """Build an address once: headers and footers name the same thirty on every page, and building is slow."""
    return _built(endpoint, dict(values))


def _built(endpoint: str, values: dict[str, Any]) -> str:
    wanted = current_app.url_map.is_endpoint_expecting
    return url_for(endpoint, **{name: v for name, v in values.items() if name not in PLACES or wanted(endpoint, name)})


def commune_name(code: str) -> str:
    """Return the name of a commune in the language being spoken. Raises NotFound."""
    return geography.name(geography.commune(code))


def bdi(text: str) -> Markup:
    """Isolate a name that people typed, so that its direction disturbs no sentence around it."""
    return Markup("<bdi>{}</bdi>").format(text)


LONG = 24  # characters; a number of a carrier has up to 40


def ltr(text: object) -> Markup:
    """Keep a phone, a code or an address in its own direction inside any sentence; a very long one may be broken."""
    long = " long" if len(str(text)) > LONG else ""
    return Markup('<span class="num ltr{}" dir="ltr">{}</span>').format(long, text)


def spelled(address: str) -> str:
    """Return an address with its letters instead of their codes, for people to read; links keep the codes."""
    return unquote(address)
