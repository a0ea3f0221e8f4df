"""Whole public pages, kept in memory and given out before Flask begins; never older than the last commit.

Pages that are the same bytes for everybody are stored as they left (compressed), by address, the visitor's wilaya
where it matters, the day, and what the browser unpacks. On SQLite each thread asks its own connection for
`PRAGMA data_version`, which moves with any other connection's commit, and only then for the shop's version, a number
that triggers move with every change buyers can see. On PostgreSQL nothing is stored: a page costs its rendering there.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from sqlalchemy import make_url
from werkzeug.wrappers import Response

from shop.core import clock
from shop.plumbing.settings import Settings
from shop.web.ui.access import Access, access_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEEP = "hirfa.keep"
LARGEST = 512 * 1024
_WILAYA = re.compile(r"(?:^|;\s*)wilaya=(\d\d)(?:;|$)")
_ADDRESS = re.compile(r"/(?:ar|fr|en)/(?!cart|checkout|t(?:/|$))")
_OWN = {"x-request-id", "date", "content-length"}

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class _Page:
    version: int
    etag: str
    headers: list[tuple[str, str]]
    body: bytes


def install(app: Flask, settings: Settings) -> None:
    """Put the store in front of the application, unless it has no memory or no SQLite file to watch."""
    if not settings.page_cache_mb or not settings.is_sqlite:
        return
    app.after_request(_mark)
    path = make_url(settings.database).database or ""
    hosts = frozenset(settings.hosts)
    app.wsgi_app = PageStore(  # type: ignore[method-assign]
        app.wsgi_app, _Versions(path).now, hosts=hosts, most_bytes=settings.page_cache_mb * 1024 * 1024
    )


def _mark(response: Response) -> Response:
    same_for_all = (
        response.status_code == 200
        and request.method == "GET"
        and request.blueprint == "storefront"
        and request.endpoint is not None
        and access_of_request() is Access.PUBLIC
        and "Set-Cookie" not in response.headers
    )
    if same_for_all:
        request.environ[KEEP] = True
    return response


def access_of_request() -> Access:
    """Return who may enter the endpoint of this request."""
    from flask import current_app  # noqa: PLC0415 - the proxy, not the factory's app

    assert request.endpoint is not None
    return access_of(current_app, request.endpoint)


class PageStore:
    """A WSGI application in front of another one."""

    def __init__(
        self, app: WSGIApplication, version: Callable[[], int | None], *, hosts: frozenset[str], most_bytes: int
    ) -> None:
        """`version` tells the shop's version now, or None when it can't be told."""
        self._app, self._version, self._hosts, self._most = app, version, hosts, most_bytes
        self._pages: OrderedDict[Key, _Page] = OrderedDict()
        self._bytes = 0
        self._guard = threading.Lock()
        self._drawing: dict[Key, threading.Lock] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the store, or pass on and keep what may be kept."""
        key = self._key(environ)
        version = self._version() if key is not None else None
        if key is None or version is None:
            return self._app(environ, start_response)
        page = self._fresh(key, version)
        if page is None:
            with self._one_at_a_time(key):
                page = self._fresh(key, version)
                if page is None:
                    try:
                        return self._drawn(environ, start_response, key, version)
                    finally:  # only now: whoever comes in between waits for this page, and draws none of her own
                        with self._guard:
                            self._drawing.pop(key, None)
        return _answer(page, environ, start_response)

    def _key(self, environ: WSGIEnvironment) -> Key | None:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or not _ADDRESS.match(path):
            return None
        unpacks = environ.get("HTTP_ACCEPT_ENCODING", "")
        query = environ.get("QUERY_STRING", "")
        host = environ.get("HTTP_HOST", "").partition(":")[0]
        if len(unpacks) > 80 or len(query) > 300 or host not in self._hosts:
            return None
        found = _WILAYA.search(environ.get("HTTP_COOKIE", "")) if "/p/" in path else None
        return path, query, found.group(1) if found else "", unpacks, clock.today().isoformat()

    def _fresh(self, key: Key, version: int) -> _Page | None:
        page = self._pages.get(key)
        return page if page is not None and page.version == version else None

    def _one_at_a_time(self, key: Key) -> threading.Lock:
        with self._guard:
            return self._drawing.setdefault(key, threading.Lock())

    def _drawn(
        self, environ: WSGIEnvironment, start_response: StartResponse, key: Key, version: int
    ) -> Iterable[bytes]:
        head: list[Any] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            head[:] = [status, headers, exc_info]
            return lambda _body: None

        answer = self._app(environ, begin)
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        status, headers, exc_info = head
        if not environ.get(KEEP) or len(body) > LARGEST:
            start_response(status, headers, exc_info)
            return [body]
        page = _Page(version, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', _shared(headers), body)
        self._keep(key, page)
        return _answer(page, environ, start_response)

    def _keep(self, key: Key, page: _Page) -> None:
        with self._guard:
            before = self._pages.pop(key, None)
            self._bytes += len(page.body) - (len(before.body) if before else 0)
            self._pages[key] = page
            while self._bytes > self._most:
                _key, oldest = self._pages.popitem(last=False)
                self._bytes -= len(oldest.body)


def _shared(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in _OWN | {"etag"}]


def _answer(page: _Page, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    headers = [*page.headers, ("ETag", page.etag)]
    if page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 NOT MODIFIED", [each for each in headers if not each[0].lower().startswith("content-")])
        return []
    start_response("200 OK", [*headers, ("Content-Length", str(len(page.body)))])
    return [page.body]


class _Versions:
    """The shop's version, asked for on a connection of each thread's own."""

    def __init__(self, path: str) -> None:
        self._uri = f"file:{path}?mode=ro"
        self._of_thread = threading.local()

    def now(self) -> int | None:
        """Return the version after the last commit; None when the database does not say."""
        mine = self._of_thread
        try:
            if not hasattr(mine, "connection"):
                mine.connection = sqlite3.connect(self._uri, uri=True, timeout=0.05, isolation_level=None)
                mine.seen = mine.version = None
            (seen,) = mine.connection.execute("PRAGMA data_version").fetchone()
            if seen != mine.seen:
                (mine.version,) = mine.connection.execute("SELECT number FROM shop_version").fetchone()
                mine.seen = seen
        except sqlite3.Error:
            mine.__dict__.clear()
            return None
        return int(mine.version)
