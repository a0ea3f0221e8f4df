"""What outside systems send about payments: kept as it came, each event once; then the payment is looked up.

A notice is a hint. Nothing moves by what it says: its method is asked what is so.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select, update

from shop.core import clock
from shop.core.errors import NotFound
from shop.core.money import Money
from shop.payments import attempts, incidents
from shop.payments.contract import Begun, Fact, LooksUp, Notice, ReadsNotices
from shop.payments.models import Payment, PaymentNotice
from shop.payments.tills import method_of
from shop.plumbing import jobs
from shop.plumbing.db import changed, insert_new, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.outside import Outside

JOB = "payments.notice"


def receive(store_id: int, key: str, notice: Notice, outside: Outside) -> int:
    """Keep a genuine notice and see to it that its payments are looked up; return how many events were new.

    Raises Forged, Declined for a method that isn't there, NotFound for one that reads no notices.
    """
    method = method_of(store_id, key, outside)
    if not isinstance(method, ReadsNotices):
        raise NotFound(f"{key} reads no notices")
    facts = method.read(notice)
    session.rollback()
    with transaction():
        return sum(_kept(store_id, key, notice, fact) for fact in facts)


def _kept(store_id: int, key: str, notice: Notice, fact: Fact) -> bool:
    row = {
        "store_id": store_id, "method": key, "event": (fact.event or hashlib.sha256(notice.body).hexdigest())[:120],
        "external": fact.external[:120], "reference": fact.reference[:40], "raw": fact.raw[:200], "body": notice.body,
        "received_at": notice.at,
    }  # fmt: skip
    made = insert_new(PaymentNotice, row)
    if made is not None:
        jobs.enqueue(JOB, {"notice": made})
    return made is not None


def handle(outside: Outside, payload: dict[str, Any]) -> None:
    """Look up the payment that a notice speaks of: a job, harmless when it is done again."""
    notice = session.get(PaymentNotice, payload["notice"])
    if notice is None or notice.handled_at is not None:
        return
    session.expunge(notice)
    payment_id = _payment(notice, notice.reference) or _named(notice, outside)
    if payment_id is not None:
        attempts.look(payment_id, outside)
    with transaction():
        if payment_id is not None and notice.raw.startswith("dispute"):
            incidents.open_one(notice.store_id, payment_id, "disputed", by=SYSTEM)
        changed(update(PaymentNotice).where(PaymentNotice.id == notice.id).values(handled_at=clock.now()))


def _payment(notice: PaymentNotice, reference: str) -> int | None:
    """Return the payment of a notice: by our reference, else by the outside's name; of its own workshop only."""
    mine = select(Payment.id).where(Payment.store_id == notice.store_id, Payment.method == notice.method)
    found = session.scalars(mine.where(Payment.reference == reference)).one_or_none() if reference else None
    if found is None and notice.external:
        found = session.scalars(mine.where(Payment.external == notice.external).limit(1)).first()
    return found


def _named(notice: PaymentNotice, outside: Outside) -> int | None:
    """Return the payment of a notice that bears another name than ours: its method knows whose it is."""
    method = method_of(notice.store_id, notice.method, outside)
    session.rollback()
    if not notice.external or not isinstance(method, LooksUp):
        return None
    fact = method.look_up(Begun("", Money(0), notice.external))
    return _payment(notice, fact.reference) if fact.reference else None
