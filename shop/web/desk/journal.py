"""The journal, read by the operator: filtered, page by page, and without anybody's phone or e-mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import render_template, request
from sqlalchemy import select

from shop.core import clock
from shop.core.text import western_digits
from shop.plumbing.db import session
from shop.plumbing.i18n import N_, _
from shop.plumbing.journal import PLATFORM, Entry
from shop.stores import queries as stores
from shop.web.desk.blueprint import desk
from shop.web.ui.access import Access, entry
from shop.web.ui.templating import page_url

LIMIT = 50
HIDDEN = "•••"
PHONE_DIGITS = 9
ACTORS = {
    "system": N_("The system"),
    "buyer": N_("A customer"),
    "carrier": N_("The carrier"),
    "member": N_("A member"),
    "operator": N_("The operator"),
}
# What people typed about people never reaches this page; figures, states and codes do.
_PERSONAL = re.compile(r"phone|mobile|whatsapp|email|mail|address|note|buyer|recipient|customer|person|token|link")
_NUMBER = re.compile(r"\+?\d[\d\s().-]{7,}\d")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(frozen=True)
class JournalFilter:
    """What is looked for; empty values look for everything."""

    store: str = ""
    verb: str = ""
    subject: str = ""
    day: str = ""


@dataclass(frozen=True)
class Line:
    """An entry as it is shown."""

    entry: Entry
    store: str
    actor: str
    facts: list[tuple[str, str]]


@desk.get("/journal")
@entry(Access.OPERATOR)
def journal() -> str:
    """Show what happened, the newest first."""
    asked = JournalFilter(*(request.args.get(name, "").strip()[:60] for name in ("store", "verb", "subject", "day")))
    found = entries(asked, before=_whole(request.args.get("before", "")))
    names = {each.id: each.name for each in stores.all_stores()}
    lines = [Line(each, names.get(each.scope, ""), actor(each), shown(each.data)) for each in found[:LIMIT]]
    more = {name: value for name, value in vars(asked).items() if value}
    following = page_url("desk.journal", before=found[LIMIT - 1].id, **more) if len(found) > LIMIT else ""
    return render_template(
        "desk/journal.html", lines=lines, asked=asked, stores=[(str(key), name) for key, name in names.items()],
        following=following, home_url=page_url("desk.home"), day_unread=bool(asked.day) and _day(asked.day) is None,
    )  # fmt: skip


def entries(asked: JournalFilter, *, before: int | None) -> Sequence[Entry]:
    """Return one page of entries and one more, the newest first, older than the id `before`."""
    query = select(Entry).order_by(Entry.id.desc()).limit(LIMIT + 1)
    if before is not None:
        query = query.where(Entry.id < before)
    scope = PLATFORM if asked.store == "platform" else _whole(asked.store)
    if scope is not None:
        query = query.where(Entry.scope == scope)
    if asked.verb:
        query = query.where(Entry.verb.startswith(asked.verb, autoescape=True))
    kind, _mark, number = asked.subject.partition(" ")
    if kind:
        query = query.where(Entry.subject == kind)
    if _whole(number) is not None:
        query = query.where(Entry.subject_id == _whole(number))
    day = _day(asked.day)
    if day is not None:
        start, end = clock.start_of_day(day), clock.start_of_day(day + timedelta(days=1))
        query = query.where(Entry.at >= start, Entry.at < end)
    return session.scalars(query).all()


def actor(row: Entry) -> str:
    """Return who did it: members and operators by name, a customer never."""
    kind = _(ACTORS.get(row.actor, row.actor))
    known = row.actor in {"member", "operator"} and row.actor_name
    return masked(row.actor_name) if known else kind


def shown(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what an entry says, people's phones, addresses and words hidden."""
    return [(name, HIDDEN if _PERSONAL.search(name) and value else masked(value)) for name, value in values.items()]


def masked(value: Any) -> str:
    """Return a value as text without anything that looks like a phone number or an e-mail address."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {text}" for name, text in shown(value))
    if isinstance(value, list | tuple):
        return ", ".join(masked(each) for each in value)
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return _ADDRESS.sub(HIDDEN, _NUMBER.sub(_hidden_number, western_digits(value)))


def _hidden_number(match: re.Match[str]) -> str:
    return HIDDEN if sum(map(str.isdigit, match[0])) >= PHONE_DIGITS else match[0]  # a day has eight


def _whole(text: str) -> int | None:
    digits = western_digits(text).strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(western_digits(text))
    except ValueError:
        return None
    return found if date.min < found < date.max else None  # the first and the last day have no moments around them
