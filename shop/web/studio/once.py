"""Forms that a phone sends again: each acts once, and a queue gets its answer in a few words instead of a page.

A form may carry a key in its field `once`. Whoever asks for JSON gets {"at": where it leads, "refused": [sentences]};
with the header `X-Later` the sentences that the next page would have shown are told now, because nobody looks. Its
number is how many seconds ago the form was tapped: a span, because the clocks of phones are wrong.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import get_flashed_messages, jsonify, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from shop.core import clock
from shop.plumbing import once
from shop.plumbing.db import transaction
from shop.web.studio.blueprint import studio
from shop.web.ui.here import here, signer
from shop.web.ui.templating import page_url

FIELD = "once"
UNSIGNED = {FIELD, "csrf"}  # fields that may differ when the same form comes again
LEAST_AGE, MOST_AGE = timedelta(minutes=1), timedelta(days=7)  # sent at once, and what no phone keeps any more
_KEY = re.compile(r"[A-Za-z0-9-]{16,64}")
_SUMMARY = re.compile(r'class="errs".*?</ul>', re.DOTALL)
_SENTENCE = re.compile(r'<a href="#[^"]*">(.*?)</a>', re.DOTALL)
_ERROR_PAGE = re.compile(r"</h1>\s*<p>(.*?)</p>", re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")


@contextmanager
def acting() -> Iterator[Callable[[str], None]]:
    """Write as `transaction()` does, but a form with a key only once; gives the verb that keeps where it leads."""
    key = given_key()
    with transaction():
        if not key:
            yield lambda _location: None
            return
        account_id = here().who.account_id
        once.claim(account_id, key, request_hash=request_hash())
        yield lambda location: once.leads_to(account_id, key, location)


def is_later() -> bool:
    """Tell whether a queue sends this, perhaps hours after it was tapped."""
    return "X-Later" in request.headers


def given_key() -> str:
    """Return the key of the form, or nothing. Raises BadRequest for one that no phone of ours makes."""
    key = request.form.get(FIELD, "")
    if key and not _KEY.fullmatch(key):
        raise BadRequest
    return key


def request_hash() -> str:
    """Return what this form is: its address, its fields, its files."""
    whole = hashlib.sha256(request.path.encode("utf-8", "replace"))
    for name, value in sorted(request.form.items(multi=True)):
        if name not in UNSIGNED:
            whole.update(f"\0{name}\0{value}".encode("utf-8", "replace"))
    for name, upload in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
        upload.stream.seek(0)  # the view may have read it
        whole.update(f"\0{name}\0".encode("utf-8", "replace") + hashlib.sha256(upload.stream.read()).digest())
        upload.stream.seek(0)
    return whole.hexdigest()


@studio.before_request
def remember_the_tap() -> None:
    """Let the journal say when a form that waited on the phone was tapped, beside when it came."""
    if request.method == "POST":
        here().tapped_at = tapped_at(request.headers.get("X-Later", ""))


def tapped_at(seconds: str) -> datetime | None:
    """Return the moment so many seconds ago; None for just now, and for what no phone of ours would say."""
    if not re.fullmatch(r"[0-9]{1,7}", seconds):
        return None
    age = timedelta(seconds=int(seconds))
    return clock.now() - age if LEAST_AGE <= age <= MOST_AGE else None


@studio.before_request
def answer_again() -> Response | None:
    """Answer a form whose key is kept as it was answered the first time."""
    if request.method != "POST" or here().viewer is None:
        return None
    key = given_key()
    kept = once.find(here().who.account_id, key, request_hash=request_hash()) if key else None
    return None if kept is None else redirect(_place(kept.location), kept.status)


@studio.errorhandler(once.Repeated)
def answer_at_once(_repeated: once.Repeated) -> Response:
    """Answer the second of two forms that came side by side."""
    kept = once.find(here().who.account_id, given_key(), request_hash=request_hash())
    return redirect(_place(kept.location if kept else ""), 303)


def _place(location: str) -> str:
    return location or page_url("studio.home")


@studio.after_request
def in_few_words(answer: Response) -> Response:
    """Tell a queue where its form led, or why it was refused."""
    if request.method != "POST" or request.headers.get("Accept") != "application/json":
        return answer
    if answer.status_code in {302, 303}:
        said = told_now() if is_later() else []
        return jsonify(at=answer.headers["Location"], refused=said)
    few = jsonify(refused=sentences(answer.get_data(as_text=True)))
    few.status_code = answer.status_code
    return few


def told_now() -> list[str]:
    """Take what the next page would have shown; return its refusals."""
    return [str(sentence) for sentence in get_flashed_messages(category_filter=["problem"])]


def sentences(page: str) -> list[str]:
    """Return what a page of ours refuses: its summary of errors, or the sentence of an error page."""
    summary = _SUMMARY.search(page)
    found = _SENTENCE.findall(summary.group()) if summary else _ERROR_PAGE.findall(page)
    return [html.unescape(_TAGS.sub("", each)).strip() for each in found]


@studio.after_request
def whose_copies(answer: Response) -> Response:
    """Say whose page this is, so that a phone keeps copies for one person only."""
    person = here().viewer
    if person is not None and request.method == "GET" and answer.mimetype == "text/html":
        answer.headers["X-Person"] = copies_of(person.account_id)
        answer.headers["Content-Language"] = here().lang
    return answer


def copies_of(account_id: int) -> str:
    """Return the name under which a phone keeps a person's copies: it tells nobody who she is."""
    return signer().proof("copies", str(account_id))
