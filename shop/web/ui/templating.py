"""What every template can call: words, figures, addresses, icons."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for
from markupsafe import Markup

from shop.plumbing import formats
from shop.plumbing.i18n import NATIVE_NAMES, _, _m, direction, language, ngettext
from shop.web.ui.icons import icon

CRAFT_PICTURES = ("soap", "pottery", "perfume", "weaving", "basketry", "copper")


def dress(app: Flask, *, media_url: Callable[[str, int], str], csrf_token: Callable[[], str]) -> None:
    """Give the templates of the application their globals; idempotent."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        words_and_figures(),
        icon=icon,
        asset=asset,
        page_url=page_url,
        media_url=media_url,
        csrf_token=csrf_token,
    )
    app.context_processor(direction_of_reading)


def words_and_figures() -> dict[str, Any]:
    """The globals that need no application, for pages drawn outside one."""
    return {
        "_": _,
        "_m": _m,
        "ngettext": ngettext,
        "language": language,
        "LANGUAGES": NATIVE_NAMES,
        "CRAFT_PICTURES": CRAFT_PICTURES,
        "bdi": bdi,
        "ltr": ltr,
        **{name: getattr(formats, name) for name in FORMATTERS},
    }


def direction_of_reading() -> dict[str, str]:
    """The language of the page and the way it runs, for the html element."""
    return {"lang": language(), "dir": direction(language())}


def asset(path: str) -> str:
    """The address of a file of static/, which changes when its bytes do (see static_prefix)."""
    return url_for("static", filename=path)


def page_url(endpoint: str, **values: Any) -> str:
    """The address of a page, in the language being spoken unless `lang` says otherwise."""
    if current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values.setdefault("lang", language())
    else:
        values.pop("lang", None)
    return url_for(endpoint, **values)


def static_prefix(folder: Path) -> str:
    """Name a folder of static files by its content: '/static/3f9a2c1b07'.

    The whole folder carries one name, so addresses written inside the style sheets and the
    modules (fonts, tiles, imports) are as immutable as the ones in the pages.
    """
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(file.read_bytes())
    return f"/static/{digest.hexdigest()[:10]}"


def ltr(text: str) -> Markup:
    """Keep a phone, a code or an address in its own direction inside any sentence."""
    return Markup('<span class="num ltr" dir="ltr">{}</span>').format(text)


def bdi(text: str) -> Markup:
    """Isolate a name that people typed, so that its direction disturbs no sentence around it."""
    return Markup("<bdi>{}</bdi>").format(text)


FORMATTERS = (
    "money", "money_text", "number", "weight", "date_long", "date_short", "date_range", "time_short", "ago",
    "phone_shown", "tel_url", "sms_url", "whatsapp_url",
)
