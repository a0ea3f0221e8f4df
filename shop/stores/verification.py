"""Verbs on the verification of a workshop: what it sends, what the operator answers, what expires by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, Refused
from shop.core.states import VERIFICATION
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import SYSTEM, Actor
from shop.stores.models import Store, Submission

# What the operator compares with the card: once checked, a change is checked again.
CHECKED = frozenset({
    "legal_name", "register_type", "register_number", "register_wilaya", "register_issued", "register_expires", "nif",
    "nis", "card",
})  # fmt: skip
REASONS: Mapping[str, str] = {
    "unreadable": N_("The photo of the card cannot be read."),
    "other_name": N_("The name on the card is not the one that you wrote."),
    "other_number": N_("The number on the card is not the one that you wrote."),
    "too_old": N_("The card is no longer valid."),
    "no_register": N_("This paper is neither the artisan register nor the trade register."),
    "other": N_("Something else"),
}
REMINDERS = (30, 7)  # days before the last valid one
NEEDED = (
    ("legal_name", N_("Write the name under which you are registered.")),
    ("register_number", N_("Write the number of your artisan card or trade register.")),
    ("card", N_("Add a photo of your card or extract.")),
)
NO_LONGER_VALID = N_("The card is no longer valid: it cannot be verified.")
NOTE_MISSING = N_("Write in a sentence what is wrong: she reads it.")


def submit(store_id: int, *, by: Actor) -> None:
    """Send the identity to the operator.

    Raises Refused while the name, number or photo is missing, InvalidTransition when it is sent or verified already.
    """
    row = session.get_one(Store, store_id)
    if row.verification == "verified":
        raise InvalidTransition
    for field, sentence in NEEDED:
        if not getattr(row, field):
            raise Refused(sentence, field=field)
    _move(store_id, "submitted")
    _send(row, by)


def follow_change(row: Store, *, by: Actor) -> None:
    """See to it that what was checked, or waits to be, is looked at as it stands now."""
    if row.verification == "verified":
        _move(row.id, "submitted")
        _send(row, by)
    elif row.verification == "submitted":
        waiting = session.scalar(select(Submission).where(Submission.store_id == row.id, Submission.answer == ""))
        since = waiting.sent_at if waiting is not None else clock.now()
        _answer(row.id, Submission.answer == "", answer="replaced")
        _send(row, by, since=since)


def forget_card(store_id: int, key: str) -> None:
    """Let no submission name the photo of a card that is being deleted."""
    changed(update(Submission).where(Submission.store_id == store_id, Submission.card == key).values(card=""))


def look_at_card(store_id: int, submission_id: int, *, by: Actor) -> None:
    """Write down that the operator looks at the photo of a card."""
    _record("store.card_seen", store_id, by, submission=submission_id)


def verify(store_id: int, submission_id: int, *, by: Actor) -> None:
    """Say that the workshop is who it says. Raises Refused when its card has ended, InvalidTransition when moved."""
    row = session.get_one(Store, store_id)
    if row.register_expires is not None and row.register_expires < clock.today():
        raise Refused(NO_LONGER_VALID)
    _answer(store_id, Submission.id == submission_id, answer="verified", answered_by=by.name)
    _move(store_id, "verified")
    _record("store.verified", store_id, by, submission=submission_id)


def refuse(store_id: int, submission_id: int, *, reason: str, note: str, by: Actor) -> None:
    """Refuse what was sent. Raises Refused when nothing says what is wrong, InvalidTransition when moved."""
    if reason not in REASONS:
        raise ValueError(f"no reason {reason!r}")
    if reason == "other" and not note:
        raise Refused(NOTE_MISSING, field="note")
    _answer(store_id, Submission.id == submission_id, answer="refused", reason=reason, note=note, answered_by=by.name)
    _move(store_id, "refused")
    _record("store.refused", store_id, by, submission=submission_id, reason=reason, note=note)


def expire_due() -> list[int]:
    """Let every verification end whose card has ended; return the workshops. Idempotent."""
    ended = select(Store.id).where(Store.verification == "verified", Store.register_expires < clock.today())
    found = list(session.scalars(ended.order_by(Store.id)))
    for store_id in found:
        _move(store_id, "expired")
        _record("store.expired", store_id, SYSTEM)
    return found


def remind_due() -> None:
    """Tell, once 30 and once 7 days before, that a card ends. Idempotent."""
    ends = Store.register_expires
    soon = select(Store.id, ends).where(
        Store.verification == "verified", ends >= clock.today(), ends <= clock.today() + timedelta(days=max(REMINDERS))
    )
    for store_id, day in session.execute(soon.order_by(Store.id)).all():
        assert day is not None
        days = min(each for each in REMINDERS if day <= clock.today() + timedelta(days=each))
        untold = or_(Store.reminded_days.is_(None), Store.reminded_days > days)
        if changed(update(Store).where(Store.id == store_id, untold).values(reminded_days=days)):
            _record("store.expiring", store_id, SYSTEM, days=days, until=day.isoformat())


def _send(row: Store, by: Actor, *, since: datetime | None = None) -> None:
    said = {name: _plain(getattr(row, name)) for name in sorted(CHECKED) if name != "card"}
    session.add(Submission(store_id=row.id, said=said, card=row.card, sent_at=since or clock.now()))
    session.flush()
    _record("store.submitted", row.id, by)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")


def _answer(store_id: int, which: ColumnElement[bool], **values: Any) -> None:
    """Answer the submission that waits. Raises InvalidTransition when another one waits by now."""
    waiting = update(Submission).where(Submission.store_id == store_id, Submission.answer == "", which)
    if changed(waiting.values(answered_at=clock.now(), **values)) != 1:
        raise InvalidTransition


def _move(store_id: int, new: str) -> None:
    guarded = update(Store).where(Store.id == store_id, Store.verification.in_(VERIFICATION.sources(new)))
    if changed(guarded.values(verification=new, reminded_days=None, version=Store.version + 1)) != 1:
        raise InvalidTransition


def _record(verb: str, store_id: int, by: Actor, **data: Any) -> None:
    journal.record(verb, subject="store", subject_id=store_id, store_id=store_id, by=by, **data)
