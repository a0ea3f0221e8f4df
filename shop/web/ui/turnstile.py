"""The turnstile: so many requests are at work at once as there are connections to the database for.

The server has more threads than that, for answers that stay open and wait: those leave their place to others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WAITS = "hirfa.waits"  # set by a view whose answer stays open, and needs no place meanwhile


class Turnstile:
    """Lets requests in, the others wait for their turn."""

    def __init__(self, inner: WSGIApplication, most: int) -> None:
        self._inner, self._places = inner, SimpleQueue[None]()  # a token for each place
        for _place in range(most):
            self._places.put(None)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer when it is this request's turn; its place is free once the answer is sent."""
        self._places.get()
        kept = False
        try:
            body = self._inner(environ, start_response)
            kept = not environ.get(WAITS) and not isinstance(body, list)
            return _Held(body, self._places) if kept else body
        finally:
            if not kept:
                self._places.put(None)


class _Held:
    """An answer that is being sent, and holds a place until it is closed."""

    def __init__(self, body: Iterable[bytes], places: SimpleQueue[None]) -> None:
        self._body, self._places = body, places

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """Close it, and let somebody in."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._places.put(None)
