"""The studio without a network: its service worker, the page it falls back on, and what makes it an app on a phone."""

from __future__ import annotations

import json
import re
from functools import cache

from flask import Response, current_app, jsonify, make_response, render_template, url_for

from shop.paths import STATIC
from shop.plumbing.i18n import _
from shop.web.studio.blueprint import studio
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here

PARTS = ("copies.js", "queue.js")
SHELL = (
    "css/hirfa.css", "css/studio.css", "js/ask.js", "js/carry.js", "js/later.js", "js/marks.js", "js/offline.js",
    "js/photo_queue.js", "js/photo_rows.js", "js/photos.js", "js/scan.js", "js/shrink.js", "js/submit.js",
    "js/waiting.js",
)  # fmt: skip
ICONS = (192, 512)


@studio.get("/worker.js")
@entry(Access.PUBLIC)
def worker() -> Response:
    """Send the service worker, from one address for ever: it is new when a static file is."""
    told = {"shell": [asset(path) for path in SHELL]}
    response = make_response(f"const HIRFA = {json.dumps(told)};\n{_source()}")
    response.mimetype = "text/javascript"
    return response


@studio.get("/offline-<lang:lang>.html")
@entry(Access.PUBLIC)
def offline() -> str:
    """Show what is read where neither the network nor a copy is: nothing is lost, try again."""
    return render_template("studio/offline.html", home_url=url_for("studio.home"))


@studio.get("/app-<lang:lang>.webmanifest")
@entry(Access.PUBLIC)
def manifest() -> Response:
    """Tell a phone how the studio stands among its apps."""
    response = jsonify(
        id="/studio/", name=_("Hirfa: my workshop"), short_name=_("Hirfa"), lang=here().lang,
        dir="rtl" if here().lang == "ar" else "ltr", start_url=url_for("studio.home"), scope=url_for("studio.home"),
        display="standalone", theme_color="#0f5b50", background_color="#fbfaf6",
        icons=[
            {"src": asset(f"img/app-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
            for side in ICONS for purpose in ("any", "maskable")
        ],
    )  # fmt: skip
    response.mimetype = "application/manifest+json"
    return response


def asset(path: str) -> str:
    """Return the address of a static file."""
    return f"/static/{current_app.extensions['hirfa_static_digest']}/{path}"


@cache
def _source() -> str:
    whole = "\n".join((STATIC / "worker" / part).read_text(encoding="utf-8") for part in PARTS)
    return re.sub(r"^\s*//.*\n|\s+// .*$|^\s+", "", whole, flags=re.MULTILINE)  # what is written for us is not sent
