"""Print stations: paired by a code, given labels one by one, believed when they say what became of each.

A station prints what it was given at most once by itself. What it cannot know (its power was cut while the printer
took the label) it says; then the label is doubtful until somebody has looked.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.states import PRINT_JOB
from shop.core.text import new_code
from shop.documents import engine, heads
from shop.documents.customs import declaration
from shop.documents.leaving import one_print
from shop.documents.models import LabelPrint
from shop.documents.papers import PAPERS, Paper
from shop.documents.queries import foreign, label_contents, leaving_orders, prints, store_row
from shop.documents.service import content_hash
from shop.documents.station_models import PrintJob, PrintStation
from shop.orders.models import Order
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.plumbing.links import digest, new_token
from shop.shipping import customs_facts
from shop.shipping.models import Shipment

PDF: Final = "pdf"
KINDS: Final = (PDF, *heads.HEADS)
CODE_LASTS: Final = timedelta(minutes=10)
PREFETCHED: Final = 5  # labels told of at once: enough to hide a slow line
AWAY_AFTER: Final = timedelta(minutes=2)
SEEN_EVERY: Final = timedelta(seconds=10)
SILENT_AFTER: Final = timedelta(seconds=40)  # a station says each quarter of a minute that it is there
MOST_STATIONS: Final = 10
ENDS: Final = ("confirmed", "doubtful", "failed")  # what a station may say of a label
_OPEN: Final = ("queued", "sent", "doubtful")
TEST: Final = "test-"  # how the batch of a page to measure begins
CHANGED: Final = "changed"  # why a label was not given to its printer

# Labels that were not printed since their order was changed, and of which no other one was made: a parcel without one.
_MADE, _LATER = aliased(LabelPrint), aliased(LabelPrint)
_OUTDATED = and_(
    PrintJob.state == "failed", PrintJob.why == CHANGED,
    ~(
        select(_MADE.id)
        .join(_LATER, and_(_LATER.shipment_id == _MADE.shipment_id, _LATER.number > _MADE.number))
        .where(_MADE.store_id == PrintJob.store_id, _MADE.batch == PrintJob.batch, _MADE.place == PrintJob.place)
        .correlate(PrintJob).exists()
    ),
)  # fmt: skip


class Work(NamedTuple):
    """What a station has to do, and whether it was given this label before."""

    key: str
    again: bool


class Watched(NamedTuple):
    """What is looked at for a station that holds a stream: whether it answers, and the newest of its new labels."""

    answers: bool
    newest: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A station with how many labels wait for it, may have been printed, or were not since their order was changed."""

    station: PrintStation
    waiting: int
    doubtful: int
    changed: int


def add(store_id: int, *, name: str, head: str, by: Actor) -> str:
    """Add a station and return the code that pairs it, for ten minutes and once. Raises Refused."""
    name = " ".join(name.split())[:60]
    if not name:
        raise Refused(N_("Please give the printer a name."), field="name")
    if head not in KINDS:
        raise Refused(N_("Please choose what the printer reads."), field="head")
    if len(live(store_id)) >= MOST_STATIONS:
        raise Refused(N_("A workshop has {most} print stations at most."), field="name", most=MOST_STATIONS)
    code, now = new_code(9), clock.now()
    station = PrintStation(
        store_id=store_id, name=name, head=head, code_hash=digest(code), code_until=now + CODE_LASTS, created_at=now
    )
    session.add(station)
    session.flush()
    _record("print_station.added", station, by=by)
    return code


def pair(code: str, *, by: Actor) -> tuple[PrintStation, str]:
    """Take a code for the token of its station. Raises NotFound for one that is unknown, used or too old."""
    token, now = new_token(), clock.now()
    marked = digest("".join(code.upper().split()))
    station_id = session.scalar(
        update(PrintStation)
        .where(PrintStation.code_hash == marked, PrintStation.code_until > now, PrintStation.ended_at.is_(None))
        .values(code_hash=None, token_hash=digest(token), paired_at=now, seen_at=now)
        .returning(PrintStation.id)
    )
    if station_id is None:
        raise NotFound
    station = session.get_one(PrintStation, station_id)
    _record("print_station.paired", station, by=by)
    return station, token


def end(store_id: int, station_id: int, *, by: Actor) -> None:
    """Let a station go: its token opens nothing any more. What it was given is doubtful, what waited is not printed.

    Raises NotFound, InvalidTransition for one that has ended.
    """
    station = session.scalar(
        select(PrintStation).where(PrintStation.store_id == store_id, PrintStation.id == station_id)
    )
    if station is None:
        raise NotFound
    now = clock.now()
    gone = update(PrintStation).where(PrintStation.id == station_id, PrintStation.ended_at.is_(None))
    if not changed(gone.values(ended_at=now, token_hash=None, code_hash=None)):
        raise InvalidTransition
    for old, new in (("queued", "failed"), ("sent", "doubtful")):
        left = update(PrintJob).where(PrintJob.station_id == station_id, PrintJob.state == old)
        changed(left.values(state=new, ended_at=now))
    _record("print_station.ended", station, by=by)


def live(store_id: int) -> list[PrintStation]:
    """Return the stations of a workshop that have not ended, oldest first."""
    wanted = select(PrintStation).where(PrintStation.store_id == store_id, PrintStation.ended_at.is_(None))
    return list(session.scalars(wanted.order_by(PrintStation.id)))


def seen(store_id: int) -> list[Seen]:
    """Return the stations that were paired, with what waits for them and what is in doubt."""
    told = or_(PrintJob.state.in_(_OPEN), _OUTDATED)
    rows = session.execute(
        select(PrintStation, PrintJob.state, func.count(PrintJob.id))
        .outerjoin(PrintJob, (PrintJob.station_id == PrintStation.id) & told)
        .where(PrintStation.store_id == store_id, PrintStation.ended_at.is_(None), PrintStation.paired_at.is_not(None))
        .group_by(PrintStation.id, PrintJob.state)
    )  # fmt: skip
    counts: dict[int, dict[str, int]] = {}
    stations: dict[int, PrintStation] = {}
    for station, state, count in rows:
        stations[station.id] = station
        counts.setdefault(station.id, {})[state] = count
    return [
        Seen(each, n.get("queued", 0) + n.get("sent", 0), n.get("doubtful", 0), n.get("failed", 0))
        for each, n in ((stations[key], counts[key]) for key in sorted(stations))
    ]


def doubtful(store_id: int) -> list[tuple[PrintJob, int, str]]:
    """Return the labels that may have been printed, or were not since their order was changed, oldest first.

    Each comes with its parcel and the code of its order.
    """
    rows = session.execute(
        select(PrintJob, LabelPrint.shipment_id, Order.code)
        .join(LabelPrint, (LabelPrint.store_id == PrintJob.store_id) & (LabelPrint.batch == PrintJob.batch)
              & (LabelPrint.place == PrintJob.place))
        .join(Shipment, Shipment.id == LabelPrint.shipment_id).join(Order, Order.id == Shipment.order_id)
        .where(PrintJob.store_id == store_id, or_(PrintJob.state == "doubtful", _OUTDATED))
        .order_by(PrintJob.id).limit(100)
    )  # fmt: skip
    return [(job, shipment_id, code) for job, shipment_id, code in rows]


def send(store_id: int, batch: str, station_id: int, *, by: Actor) -> int:
    """Queue the labels of a batch for a station; return how many were not on their way already. Raises NotFound."""
    station = next((each for each in live(store_id) if each.id == station_id and each.paired_at), None)
    if station is None:
        raise NotFound
    session.execute(select(PrintStation.id).where(PrintStation.id == station_id).with_for_update())
    there = select(PrintJob.place).where(PrintJob.store_id == store_id, PrintJob.batch == batch)
    done, now = set(session.scalars(there)), clock.now()
    rows = [
        {
            "store_id": store_id, "station_id": station_id, "key": secrets.token_hex(12), "batch": batch,
            "place": each.place, "state": "queued", "why": "", "created_at": now,
        }
        for each in prints(store_id, batch) if each.place not in done
    ]  # fmt: skip
    if rows:
        session.execute(insert(PrintJob), rows)
        _record("print_station.queued", station, by=by, batch=batch, labels=len(rows))
    return len(rows)


def station_of(token: str) -> PrintStation:
    """Return the station that holds a token. Raises NotFound."""
    wanted = select(PrintStation).where(PrintStation.token_hash == digest(token), PrintStation.ended_at.is_(None))
    station = session.scalar(wanted)
    if station is None:
        raise NotFound
    return station


def is_here(station: PrintStation) -> bool:
    """Tell whether a station has answered of late."""
    return station.seen_at is not None and clock.now() - station.seen_at < AWAY_AFTER


def is_due(station: PrintStation) -> bool:
    """Tell whether it is time to write down that a station was seen."""
    return station.seen_at is None or clock.now() - station.seen_at > SEEN_EVERY


def note_seen(station: PrintStation) -> None:
    """Write down that a station was seen now."""
    changed(update(PrintStation).where(PrintStation.id == station.id).values(seen_at=clock.now()))


def report(station: PrintStation, problem: str) -> None:
    """Write down what keeps the printer of a station from printing, or that nothing does; the same again is no news."""
    word = "".join(each for each in problem.lower() if each.isascii() and (each.isalnum() or each == "-"))[:40]
    news = update(PrintStation).where(PrintStation.id == station.id, PrintStation.problem != word)
    if changed(news.where(PrintStation.ended_at.is_(None)).values(problem=word)):
        _record(
            "print_station.problem" if word else "print_station.prints_again", station, by=journal.SYSTEM, word=word
        )


def watched(station_ids: Iterable[int]) -> dict[int, Watched]:
    """Return what is new for many stations, in one statement; those that were let go are not among them."""
    fresh = and_(PrintJob.station_id == PrintStation.id, PrintJob.state == "queued")
    wanted = select(PrintStation.id, PrintStation.seen_at, func.max(PrintJob.id)).outerjoin(PrintJob, fresh).where(
        PrintStation.id.in_(list(station_ids)), PrintStation.ended_at.is_(None)
    ).group_by(PrintStation.id)  # fmt: skip
    silent = clock.now() - SILENT_AFTER
    return {each: Watched(seen is not None and seen > silent, top) for each, seen, top in session.execute(wanted)}


def work(station_id: int) -> list[Work]:
    """Return the next labels of a station, oldest first: those that it has never answered for."""
    wanted = select(PrintJob.key, PrintJob.state).where(
        PrintJob.station_id == station_id, PrintJob.state.in_(("queued", "sent"))
    )
    rows = session.execute(wanted.order_by(PrintJob.id).limit(PREFETCHED))
    return [Work(key, state == "sent") for key, state in rows]


def take(station: PrintStation, key: str) -> bool:
    """Give a label to its station; False when its order was changed since, so that it must not be printed.

    Raises NotFound for a label of nobody's or another's, InvalidTransition for one that was answered for.
    """
    job = _job(station, key)
    if job.state not in {"queued", "sent"}:
        raise InvalidTransition
    if is_test(job):
        if job.state == "queued":
            _move(job, "sent")
        return True
    printed = _print_of(job)
    label = replace(label_contents(job.store_id, [printed.shipment_id])[0], reprint=printed.number)
    gone = printed.their_mark and not foreign(job.store_id, [printed])
    told = customs_facts.marks(job.store_id, [printed.shipment_id]).get(printed.shipment_id, "")
    if gone or content_hash(label, told) != printed.content_hash:
        _move(job, "failed", why=CHANGED)
        return False
    if job.state == "queued":
        _move(job, "sent")
    return True


def drawn(station: PrintStation, key: str) -> tuple[bytes, Paper]:
    """Return a label as the printer of its station reads it, and its paper. Raises NotFound."""
    job, nudge = _job(station, key), (station.nudge_x, station.nudge_y)
    if is_test(job):
        return _test_page(station, nudge)
    printed = _print_of(job)
    label = replace(label_contents(job.store_id, [printed.shipment_id])[0], reprint=printed.number)
    theirs = foreign(job.store_id, [printed])
    leaving = leaving_orders(job.store_id, [printed.shipment_id]) if prints_papers(station, printed.paper) else {}
    told = [declaration(order) for order in leaving.values()]
    session.rollback()  # drawing does not hold the read snapshot
    if told:
        return one_print(label, told[0], printed.paper, nudge=nudge, theirs=theirs.get(0))
    if station.head == PDF:
        paper = _single(printed.paper)
        return engine.labels_pdf([label], paper, nudge=nudge, theirs=theirs), PAPERS[paper]
    stream = heads.stream(
        [label], station.head, paper=printed.paper, nudge=nudge, theirs=theirs, darkness=station.darkness
    )
    return stream, PAPERS[heads.HEADS[station.head].paper(printed.paper)]


def prints_papers(station: PrintStation, paper: str) -> bool:
    """Tell whether the customs papers of labels on a paper come out with them: where the printer has A4, for PDF."""
    return station.head == PDF and PAPERS[paper].cells > 1


def _test_page(station: PrintStation, nudge: tuple[int, int]) -> tuple[bytes, Paper]:
    wanted = store_row(station.store_id).paper
    session.rollback()
    if station.head == PDF:
        paper = _single(wanted)
        return engine.calibration_pdf(paper, nudge=nudge), PAPERS[paper]
    stream = heads.ruler_page(station.head, paper=wanted, nudge=nudge, darkness=station.darkness)
    return stream, PAPERS[heads.paper_of(station.head, wanted)]


def _single(paper: str) -> str:
    """Return the paper of a printer that is given one label at a time."""
    return paper if PAPERS[paper].cells == 1 else "a6"


def is_test(job: PrintJob) -> bool:
    """Tell whether it is a page to measure, and no label."""
    return job.batch.startswith(TEST)


def send_ruler(store_id: int, station_id: int, *, by: Actor) -> None:
    """Send the page to measure to a station. Raises NotFound."""
    station = next((each for each in live(store_id) if each.id == station_id and each.paired_at), None)
    if station is None:
        raise NotFound
    session.add(PrintJob(
        store_id=store_id, station_id=station_id, key=secrets.token_hex(12), batch=TEST + secrets.token_hex(8),
        place=0, state="queued", created_at=clock.now(),
    ))  # fmt: skip
    session.flush()
    _record("print_station.test_page", station, by=by)


def answered(station: PrintStation, key: str, state: str, *, why: str = "") -> None:
    """Take what a station says of a label; the same word again changes nothing. Raises NotFound, InvalidTransition."""
    job = _job(station, key)
    if state not in ENDS:
        raise InvalidTransition
    if is_test(job) and state == "doubtful":  # nobody misses one
        state = "failed"
    if job.state != state:
        _move(job, state, why=why[:200])


def settle(store_id: int, job_id: int, *, printed: bool, by: Actor) -> None:
    """Say whether a doubtful label came out. Raises NotFound, InvalidTransition."""
    job = session.scalar(select(PrintJob).where(PrintJob.store_id == store_id, PrintJob.id == job_id))
    if job is None:
        raise NotFound
    if job.state != "doubtful":
        raise InvalidTransition
    _move(job, "confirmed" if printed else "failed", by=by)


def _job(station: PrintStation, key: str) -> PrintJob:
    job = session.scalar(select(PrintJob).where(PrintJob.station_id == station.id, PrintJob.key == key))
    if job is None:
        raise NotFound
    return job


def _print_of(job: PrintJob) -> LabelPrint:
    return next(each for each in prints(job.store_id, job.batch) if each.place == job.place)


def _move(job: PrintJob, new: str, *, why: str = "", by: Actor = journal.SYSTEM) -> None:
    """Move a label, if nobody else has. Raises InvalidTransition."""
    PRINT_JOB.require(job.state, new)
    now = clock.now()
    moment = {"sent_at": now} if new == "sent" else {"ended_at": now}
    moving = update(PrintJob).where(PrintJob.id == job.id, PrintJob.state == job.state)
    if not changed(moving.values(state=new, why=why, **moment)):
        raise InvalidTransition
    journal.record(
        f"print_job.{new}", subject="print_job", subject_id=job.id, store_id=job.store_id, by=by, batch=job.batch,
        place=job.place, why=why,
    )  # fmt: skip


def _record(verb: str, station: PrintStation, *, by: Actor, **data: object) -> None:
    journal.record(verb, subject="print_station", subject_id=station.id, store_id=station.store_id, by=by, **data)
