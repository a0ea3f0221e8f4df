"""The one handler that turns errors into pages: in the reader's language, and whether or not there is a database."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import structlog
from flask import Flask, current_app, make_response, redirect, render_template, request
from flask.globals import request_ctx
from markupsafe import Markup
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from shop.core import errors
from shop.plumbing.db import session
from shop.plumbing.i18n import LANGUAGES
from shop.plumbing.storage import StorageFull
from shop.web.ui.here import settings

log = structlog.get_logger("hirfa.web")

STATUS: tuple[tuple[type[errors.HirfaError], int], ...] = (
    (errors.InvalidTransition, 409),
    (errors.Conflict, 409),
    (errors.Refused, 422),
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.Busy, 503),
    (errors.Unavailable, 503),
    (errors.AdapterError, 422),
)
PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})


def install(app: Flask) -> None:
    """Handle the expected tree, HTTP errors, a database that is away, and everything else."""
    app.register_error_handler(errors.HirfaError, _expected)
    app.register_error_handler(HTTPException, _http)
    for kind in (DBAPIError, PoolTimeout, StorageFull):
        app.register_error_handler(kind, _database)
    app.register_error_handler(Exception, _bug)
    app.after_request(_stay_here)  # Flask answers these by itself


def page(status: int, *, sentence: str = "") -> Response:
    """Return the error page of a status, with a sentence of its own if there is one."""
    if request_ctx.url_adapter is None:  # a host that isn't ours: no link can be made, and nobody is owed a page
        return Response("This shop is not at this address.\n", status, mimetype="text/plain")
    shown = status if status in PAGES else (500 if status >= 500 else 400)
    body = render_template(
        "errors/error.html", status=shown, sentence=sentence, contact=settings().contact_phone,
        instead=_instead() if shown == 404 else [],
    )  # fmt: skip
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "10"
    return response


def _instead() -> list[Markup]:
    """Return the cards that the buyers' pages offer to who found nothing; none without a database."""
    if request.path[1:3] not in LANGUAGES:
        return []
    try:
        found: list[Markup] = current_app.extensions["hirfa_instead"]()
    except (DBAPIError, PoolTimeout):
        _drop_session()
        return []
    return found


def _expected(error: errors.HirfaError) -> Response:
    _drop_session()
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
    return page(status, sentence=said(error) if isinstance(error, errors.Refused) else "")


def said(error: errors.Refused) -> str:
    """Return what a refusal says, in the reader's language."""
    from shop.plumbing.i18n import _  # noqa: PLC0415 - `_` at module level would shadow the throw-away name

    spoken = {name: _(str(error.values[name])) for name in errors.SPOKEN & error.values.keys()}
    return _(error.message, **{**error.values, **spoken})


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return error.get_response()
    return page(error.code or 500)


def _stay_here(response: Response) -> Response:
    """Lead to the same path with its slash, naming no host: behind a proxy, the one that was asked is not ours."""
    moved = request.routing_exception
    if not isinstance(moved, RequestRedirect):
        return response
    parts = urlsplit(moved.new_url)
    return redirect(urlunsplit(("", "", f"/{parts.path.lstrip('/')}", parts.query, "")), moved.code)


def _database(error: Exception) -> Response:
    _drop_session()
    if isinstance(error, DBAPIError) and not _is_away(error):
        return _bug(error)
    log.warning("database is away", error=repr(getattr(error, "orig", error)), path=request.path)
    return page(503)


def _is_away(error: DBAPIError) -> bool:
    return isinstance(error, OperationalError) or error.connection_invalidated or "Interface" in type(error).__name__


def _bug(error: Exception) -> Response:
    _drop_session()
    log.error("a bug", path=request.path, endpoint=request.endpoint, exc_info=error)
    return page(500)


def _drop_session() -> None:
    try:
        session.rollback()
    except DBAPIError:
        session.invalidate()
