"""What print stations ask for: to be paired, labels to print (told of as they come, or waited for), a label; and what
they tell: what became of it, how their printer is, and that they are there.

A station is known by its token, in the header `Authorization: Bearer …`; who has none finds nothing. Answers are JSON,
or a label's bytes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Final

from flask import jsonify, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, NotFound
from shop.documents import stations
from shop.documents.station_models import PrintStation
from shop.plumbing import limits
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.print_station import one_file
from shop.web.hooks.blueprint import hooks
from shop.web.hooks.print_streams import LOOK_EVERY_S, jobs, streams
from shop.web.ui.access import Access, entry
from shop.web.ui.here import settings
from shop.web.ui.network import network
from shop.web.ui.turnstile import WAITS

LONGEST_WAIT_S: Final = 20
TRIES, WITHIN_S = 10, 600  # codes of one network
SHARE: Final = 4  # of the server's threads, each of which a waiting station holds, one in so many is theirs

Answer = Response | tuple[Response, int]


@hooks.post("/print/pair")
@entry(Access.HOOK)
def pair_station() -> Answer:
    """Take a code for a token, ten tries in ten minutes from one network."""
    try:
        with transaction():
            allowed = limits.allow("print-pair", network(), most=TRIES, within_s=WITHIN_S)
            station, token = stations.pair(request.form.get("code", ""), by=SYSTEM) if allowed else (None, "")
    except NotFound:
        with transaction():  # the try counts, though nothing else is kept of it
            limits.allow("print-pair", network(), most=TRIES, within_s=WITHIN_S)
        return _no("code", 404)
    if station is None:
        return _no("tries", 429)
    return jsonify(token=token, name=station.name, head=station.head)


@hooks.route("/print/jobs", methods=["GET", "OPTIONS"])
@entry(Access.HOOK)
def print_work() -> Answer:
    """Tell a station its next labels; with `?wait=` seconds, as soon as there are any.

    With `?stream=1` the answer stays open and tells of the next ones too, unless too many do already.
    """
    try:
        station = _station()
        if request.args.get("stream") == "1" and (opened := streams().open(station.id, stations.work(station.id))):
            request.environ[WAITS] = True
            return Response(opened, mimetype="application/x-ndjson", headers={"X-Accel-Buffering": "no"})
        found = _waited(station, _seconds(request.args.get("wait", "")))
        return jsonify(jobs(found))
    except NotFound:
        return _no("token", 404)


@hooks.route("/print/jobs/<key:job>", methods=["GET", "OPTIONS"])
@entry(Access.HOOK)
def print_label(job: str) -> Answer:
    """Send a label to its station, which must write down before that it takes it."""
    return _about(_sent, job)


@hooks.post("/print/jobs/<key:job>")
@entry(Access.HOOK)
def print_answer(job: str) -> Answer:
    """Take what became of a label: confirmed, doubtful or failed. The answer tells the next ones."""
    return _about(_answered, job)


@hooks.post("/print/printer")
@entry(Access.HOOK)
def print_problem() -> Answer:
    """Take what keeps the printer of a station from printing, or that nothing does; no word: the station is there."""
    try:
        station = _station()
    except NotFound:
        return _no("token", 404)
    problem = request.form.get("problem")
    if problem is not None:
        with transaction():
            stations.report(station, problem)
    return jsonify(ok=True)


@hooks.route("/print/station.pyz", methods=["GET", "OPTIONS"])
@entry(Access.HOOK)
def print_program() -> Response:
    """Send the program of a print station, for a computer that has nothing but Python."""
    response = Response(one_file.packed(), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = 'attachment; filename="print-station.pyz"'
    return response


def _about(act: Callable[[PrintStation, str], Answer], job: str) -> Answer:
    """Let a station do something with one of its labels."""
    try:
        station = _station()
    except NotFound:
        return _no("token", 404)
    try:
        return act(station, job)
    except NotFound:
        return _no("job", 404)
    except InvalidTransition:
        return _no("answered", 409)


def _sent(station: PrintStation, job: str) -> Answer:
    with transaction():
        good = stations.take(station, job)
    if not good:
        return _no(stations.CHANGED, 409)
    label, paper = stations.drawn(station, job)
    size = {"X-Label-Size": f"{paper.width}x{paper.height}"}  # tenths of a millimetre
    return Response(label, mimetype="application/octet-stream", headers=size)


def _answered(station: PrintStation, job: str) -> Answer:
    with transaction():
        stations.answered(station, job, request.form.get("state", ""), why=request.form.get("why", ""))
    return jsonify(jobs(stations.work(station.id)))


def _station() -> PrintStation:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise NotFound
    station = stations.station_of(token)
    if stations.is_due(station):
        session.rollback()
        with transaction():
            stations.note_seen(station)
    return station


@cache
def waiting_places(most: int) -> threading.BoundedSemaphore:
    """Return the places for stations that wait in this process; who finds none is answered at once, and comes back."""
    return threading.BoundedSemaphore(most)


def _waited(station: PrintStation, seconds: float) -> list[stations.Work]:
    """Return the next labels, looking again every now and then; a station that was let go is told at once."""
    until = time.monotonic() + seconds
    found, places = stations.work(station.id), waiting_places(max(1, settings().threads // SHARE))
    if found or not seconds or not places.acquire(blocking=False):
        return found
    try:
        while not found and time.monotonic() < until:
            session.rollback()  # what is read next is what is there then
            if streams().closing.wait(LOOK_EVERY_S):
                break
            found = stations.work(_station().id)
    finally:
        places.release()
    return found


def _seconds(text: str) -> float:
    return min(int(text), LONGEST_WAIT_S) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _no(what: str, status: int) -> tuple[Response, int]:
    return jsonify(refused=what), status
