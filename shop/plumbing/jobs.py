"""Jobs: rows enqueued in the transaction that needs them, leased by a worker, retried with back-off.

A handler takes the payload, runs outside any transaction (it opens its own), and must be idempotent: a worker
that dies after the effect and before the tick runs it again. One that works piece by piece says so in each piece's
transaction (`go_on`): its lease is then short, so that what a dead worker had in hand is soon taken up, and a piece
of a worker that was given up for dead is never written beside another's.
"""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Index, String, Text, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from shop.core import clock
from shop.core.errors import HirfaError
from shop.plumbing.db import Base, BigKey, after_commit, changed, session, transaction

LEASE = timedelta(minutes=5)
SHORT_LEASE = timedelta(seconds=60)  # of a job that says after each piece that it goes on
MOST_TRIES = 12
KEEP_DONE = timedelta(days=14)

Handler = Callable[[dict[str, Any]], None]
log = structlog.get_logger("hirfa.jobs")
_wake = threading.Event()


class LeaseLost(HirfaError):
    """This job took so long over one piece that somebody else has it in hand now."""


class Job(Base):
    """One thing to do, at or after a moment."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due", "done_at", "run_at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(String(48))
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    payload: Mapped[dict[str, Any]]
    run_at: Mapped[datetime]
    every_s: Mapped[int | None]
    tries: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    failed: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(Text, default="")


_in_hand: ContextVar[Job | None] = ContextVar("job_in_hand", default=None)


def enqueue(kind: str, payload: dict[str, Any], *, run_at: datetime | None = None, key: str | None = None) -> None:
    """Add a job to the current transaction. The same key adds it once only, whatever became of the first."""
    _add({"kind": kind, "payload": payload, "run_at": run_at or clock.now(), "key": key, "every_s": None})
    after_commit(_wake.set)


def every(kind: str, seconds: int) -> None:
    """See to it that a periodic job exists; it is one row that is moved on after each run."""
    row = {"kind": kind, "payload": {}, "run_at": clock.now(), "key": f"every:{kind}", "every_s": seconds}
    _add(row)


def _add(row: dict[str, Any]) -> None:
    values = {"tries": 0, "failed": False, "error": "", **row}
    if row["key"] is None:
        session.execute(insert(Job), values)
        return
    dialect = session.get_bind().dialect.name
    upsert = sqlite.insert(Job) if dialect == "sqlite" else postgresql.insert(Job)
    session.execute(upsert.values(values).on_conflict_do_nothing(index_elements=["key"]))


def run_next(handlers: Mapping[str, Handler]) -> bool:
    """Lease and run one due job; return whether there was one. Failures are kept and tried again later."""
    job = _lease()
    if job is None:
        return False
    token = _in_hand.set(job)
    try:
        handlers[job.kind](job.payload)
    except Exception as error:  # noqa: BLE001 - the job runner is one of the three places that catch everything
        session.rollback()
        _put_off(job, error)
    else:
        _finish(job)
    finally:
        _in_hand.reset(token)
    return True


def go_on() -> None:
    """Say inside a piece's transaction that this job is alive: it keeps its lease for SHORT_LEASE from now.

    Raises LeaseLost, which takes the piece back, when the job is somebody else's meanwhile. Outside a job it says
    nothing.
    """
    job = _in_hand.get()
    if job is None:
        return
    mine = update(Job).where(Job.id == job.id, Job.lease == job.lease)
    if changed(mine.values(leased_until=clock.now() + SHORT_LEASE)) != 1:
        raise LeaseLost(f"job {job.id} is in other hands")


def run_all(handlers: Mapping[str, Handler], *, most: int = 1000) -> int:
    """Run what is due now, and what that brings, up to a number; return how many ran."""
    for count in range(most):
        if not run_next(handlers):
            return count
    return most


def _lease() -> Job | None:
    now = clock.now()
    due = (
        select(Job.id)
        .where(Job.done_at.is_(None), Job.failed.is_(False), Job.run_at <= now)
        .where(or_(Job.leased_until.is_(None), Job.leased_until < now))
        .order_by(Job.run_at, Job.id)
        .limit(1)
    )
    if session.scalar(due) is None:  # look first: an idle worker never takes the write lock
        session.rollback()
        return None
    lease = secrets.token_hex(16)
    with transaction():
        claim = (
            update(Job)
            .where(Job.id == due.with_for_update(skip_locked=True).scalar_subquery())
            .values(lease=lease, leased_until=now + LEASE, tries=Job.tries + 1)
            .returning(Job)
        )
        job = session.scalars(claim, execution_options={"populate_existing": True}).one_or_none()
        if job is not None:
            session.expunge(job)
    return job


def _finish(job: Job) -> None:
    with transaction():
        mine = update(Job).where(Job.id == job.id, Job.lease == job.lease)
        if job.every_s is None:
            # what it was told is forgotten: some of it is somebody's
            changed(mine.values(done_at=clock.now(), lease=None, leased_until=None, error="", payload={}))
        else:
            again = clock.now() + timedelta(seconds=job.every_s)
            changed(mine.values(run_at=again, tries=0, lease=None, leased_until=None, error=""))


def _put_off(job: Job, error: Exception) -> None:
    log.warning("job failed", kind=job.kind, job=job.id, tries=job.tries, error=repr(error),
                exc_info=not isinstance(error, HirfaError))  # fmt: skip
    wait = timedelta(seconds=min(2**job.tries, 3600) * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
    give_up = job.tries >= MOST_TRIES and job.every_s is None
    with transaction():
        mine = update(Job).where(Job.id == job.id, Job.lease == job.lease)
        changed(mine.values(run_at=clock.now() + wait, lease=None, leased_until=None, failed=give_up,
                            error=repr(error)[:2000]))  # fmt: skip


def forget_done(_payload: dict[str, Any] | None = None) -> None:
    """Delete jobs done long ago."""
    with transaction():
        changed(delete(Job).where(Job.done_at < clock.now() - KEEP_DONE))


class Worker(threading.Thread):
    """A thread that runs due jobs until it is told to stop; a new job wakes it at once."""

    def __init__(self, scope: Callable[[], Any], handlers: Mapping[str, Handler], *, poll_s: float = 1.0) -> None:
        super().__init__(name="hirfa-worker", daemon=True)
        self._scope, self._handlers, self._poll_s = scope, handlers, poll_s
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work, and wait when there is nothing to do or the database is away."""
        while not self._stopping.is_set():
            _wake.clear()
            try:
                with self._scope():
                    busy = run_next(self._handlers)
            except Exception:  # the same place as above: what failed is written down, and the worker lives on
                log.warning("worker waits", exc_info=True)
                busy = False
            if not busy:
                _wake.wait(self._poll_s)

    def stop(self) -> None:
        """End after the job in hand."""
        self._stopping.set()
        _wake.set()
