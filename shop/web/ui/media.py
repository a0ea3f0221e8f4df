"""Product pictures: random names, sizes made at upload, kept by browsers for a year."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.exceptions import NotFound

from shop.plumbing.storage import FileStorage
from shop.web.ui.access import Access, entry
from shop.web.ui.here import settings

WIDTHS = (240, 480, 900)


def install(app: Flask) -> None:
    """Serve /media/<key>-<width>.webp, and let templates ask for `media_url(key, width)`."""
    app.add_url_rule("/media/<key:key>-<number:width>.webp", "media.picture", picture)
    app.jinja_env.globals["media_url"] = media_url


def media_url(key: str, width: int) -> str:
    """Return the address of a picture at one of its widths."""
    return f"/media/{key}-{width}.webp"


@entry(Access.PUBLIC)
def picture(key: str, width: int) -> Response:
    """Send one size of a picture."""
    name = f"pictures/{key}-{width}.webp"
    storage = public_storage()
    if width not in WIDTHS or not storage.exists(name):
        raise NotFound
    response = Response(storage.get(name), mimetype="image/webp")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def private_storage() -> FileStorage:
    """Return where files are kept that nobody is shown by their name alone."""
    return FileStorage(settings().data_dir / "private")


def card_name(key: str) -> str:
    """Return the name of the file with the photo of a register's card."""
    return f"cards/{key}.webp"


def signature_name(key: str) -> str:
    """Return the name of the file with what was drawn on a hand-over sheet."""
    return f"signatures/{key}.png"


PROOF_TYPES = {"webp": "image/webp", "pdf": "application/pdf"}  # of receipts of transfers, by their kind


def proof_name(file: str, kind: str) -> str:
    """Return the name of the file with a buyer's receipt: a picture (webp) or a PDF."""
    return f"proofs/{file}.{kind}"


def public_storage() -> FileStorage:
    """Return where pictures are kept."""
    return FileStorage(settings().data_dir / "media")
