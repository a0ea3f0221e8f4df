"""A workshop sends its card; the operator verifies or refuses; what was checked is checked again; cards end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from shop.core import clock
from shop.core.errors import InvalidTransition, Refused
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor, Entry
from shop.stores import papers, queries, service, verification
from shop.stores.models import Store, Submission
from tests.stores.test_stores import COMPLETE

NADIA = Actor("operator", 1, "Nadia")
AMINA = Actor("member", 2, "Amina")


@pytest.fixture
def shop(app: Flask) -> Store:
    """An open workshop with everything that the law asks, and a photo of its card."""
    with transaction():
        made = service.create_store(name="Atelier Amina", craft="soap", wilaya_code="16", by=SYSTEM)
        service.update_profile(made.id, by=SYSTEM, **COMPLETE)
        service.open_store(made.id, by=SYSTEM)
        service.keep_card(made.id, "a" * 24, by=AMINA)
    return made


def sent(shop: Store) -> int:
    with transaction():
        verification.submit(shop.id, by=AMINA)
    return waiting(shop)


def waiting(shop: Store) -> int:
    session.rollback()
    return session.scalars(select(Submission.id).where(Submission.store_id == shop.id, Submission.answer == "")).one()


def verified(shop: Store, *, ends_in: int | None = None) -> None:
    if ends_in is not None:
        with transaction():
            ends = clock.today() + timedelta(days=ends_in)
            service.update_profile(shop.id, by=AMINA, register_expires=ends)
    submission = sent(shop)
    with transaction():
        verification.verify(shop.id, submission, by=NADIA)


def state(shop: Store) -> str:
    session.rollback()
    session.expire_all()
    return session.get_one(Store, shop.id).verification


def verbs(shop: Store, begins: str) -> list[str]:
    session.rollback()
    those = select(Entry.verb).where(Entry.scope == shop.id, Entry.verb.startswith(begins))
    return list(session.scalars(those.order_by(Entry.id)))


@pytest.mark.parametrize("field", ["card", "register_number", "legal_name"])
def test_nothing_is_sent_without_name_number_and_photo(shop: Store, field: str) -> None:
    with transaction():
        service.update_profile(shop.id, by=AMINA, **{field: ""})
    with pytest.raises(Refused) as refused, transaction():
        verification.submit(shop.id, by=AMINA)
    assert refused.value.field == field
    assert state(shop) == "draft"


def test_the_oldest_waits_first_and_verifying_is_in_the_journal(shop: Store) -> None:
    submission = sent(shop)
    assert [row.id for row, _store in queries.waiting_submissions()] == [submission]
    with pytest.raises(InvalidTransition), transaction():
        verification.submit(shop.id, by=AMINA)  # it waits already
    with transaction():
        verification.verify(shop.id, submission, by=NADIA)
    assert state(shop) == "verified"
    assert queries.waiting_submissions() == []
    assert verbs(shop, "store.verified") == ["store.verified"]
    with pytest.raises(InvalidTransition), transaction():
        verification.verify(shop.id, submission, by=NADIA)
    assert verbs(shop, "store.verified") == ["store.verified"]


def test_a_refusal_needs_words_and_leads_back_to_the_queue(shop: Store) -> None:
    submission = sent(shop)
    with pytest.raises(Refused) as refused, transaction():
        verification.refuse(shop.id, submission, reason="other", note="", by=NADIA)
    assert refused.value.field == "note"
    with transaction():
        verification.refuse(shop.id, submission, reason="unreadable", note="Un reflet.", by=NADIA)
    row = queries.submissions(shop.id)[0]
    assert (state(shop), row.answer, row.reason, row.note, row.answered_by) == (
        "refused", "refused", "unreadable", "Un reflet.", "Nadia",
    )  # fmt: skip
    assert sent(shop) != submission
    assert state(shop) == "submitted"


@pytest.mark.parametrize(("field", "value"), [("register_number", "16-2"), ("legal_name", "A. B."), ("nif", "2" * 15)])
def test_what_was_verified_is_checked_again_when_it_changes(shop: Store, field: str, value: str) -> None:
    verified(shop)
    with transaction():
        service.update_profile(shop.id, by=AMINA, phone="+213550999999", story_fr="Autre")
    assert state(shop) == "verified"  # her phone is not what was checked
    with transaction():
        service.update_profile(shop.id, by=AMINA, **{field: value})
    assert state(shop) == "submitted"
    assert queries.submissions(shop.id)[0].said[field] == value


def test_the_operator_never_answers_what_changed_under_her_eyes(shop: Store) -> None:
    seen = sent(shop)
    since = session.get_one(Submission, seen).sent_at
    with transaction():
        service.update_profile(shop.id, by=AMINA, register_number="16-3")
    for answer in (
        lambda: verification.verify(shop.id, seen, by=NADIA),
        lambda: verification.refuse(shop.id, seen, reason="unreadable", note="", by=NADIA),
    ):
        with pytest.raises(InvalidTransition), transaction():
            answer()
    assert state(shop) == "submitted"
    newer = session.get_one(Submission, waiting(shop))
    assert (newer.id != seen, newer.sent_at) == (True, since)  # she keeps her place in the queue


def test_another_workshops_submission_verifies_nothing(shop: Store) -> None:
    with transaction():
        other = service.create_store(name="Autre", craft="soap", wilaya_code="16", by=SYSTEM)
        service.update_profile(other.id, by=SYSTEM, **COMPLETE, card="b" * 24)
        verification.submit(other.id, by=AMINA)
    mine = sent(shop)
    with pytest.raises(InvalidTransition), transaction():
        verification.verify(other.id, mine, by=NADIA)
    assert (state(shop), state(other)) == ("submitted", "submitted")


def test_a_card_ends_after_its_last_day_and_its_owner_hears_30_and_7_days_before_once(shop: Store) -> None:
    verified(shop, ends_in=40)
    told = []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for day in range(43):
            for _twice in range(2):
                with transaction():
                    verification.expire_due()
                    verification.remind_due()
            told += [(day, verb) for verb in verbs(shop, "store.expir")[len(told) :]]
            traveller.shift(timedelta(days=1))
    assert told == [(10, "store.expiring"), (33, "store.expiring"), (41, "store.expired")]
    assert state(shop) == "expired"
    days = [row.data["days"] for row in session.scalars(select(Entry).where(Entry.verb == "store.expiring"))]
    assert days == [30, 7]


def test_a_card_that_has_ended_is_not_verified(shop: Store) -> None:
    with transaction():
        service.update_profile(shop.id, by=AMINA, register_expires=clock.today() - timedelta(days=1))
    submission = sent(shop)
    with pytest.raises(Refused, match="no longer valid"), transaction():
        verification.verify(shop.id, submission, by=NADIA)
    assert state(shop) == "submitted"


def test_where_only_the_verified_may_sell_a_shop_opens_later_and_stops_when_it_is_refused(app: Flask) -> None:
    with transaction():
        made = service.create_store(name="Atelier", craft="soap", wilaya_code="16", by=SYSTEM)
        service.update_profile(made.id, by=SYSTEM, **COMPLETE, card="c" * 24)
    with pytest.raises(Refused, match="verified first"), transaction():
        service.open_store(made.id, by=AMINA, verified_only=True)
    verified(made, ends_in=1)
    with transaction():
        service.open_store(made.id, by=AMINA, verified_only=True)
        service.stop_unverified(made.id, by=SYSTEM)
    assert session.get_one(Store, made.id).state == "open"
    with time_machine.travel(clock.now() + timedelta(days=3)), transaction():
        assert verification.expire_due() == [made.id]
        service.stop_unverified(made.id, by=SYSTEM)
        service.stop_unverified(made.id, by=SYSTEM)
    session.expire_all()
    assert session.get_one(Store, made.id).state == "suspended"


def test_a_new_photo_leaves_no_trace_of_the_one_before(shop: Store) -> None:
    sent(shop)
    with transaction():
        assert service.keep_card(shop.id, "d" * 24, by=AMINA) == "a" * 24
    assert {row.card for row in queries.submissions(shop.id)} == {"", "d" * 24}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"nif": "12"}, "15 or 20"),
        ({"nis": "12"}, "15 digits"),
        ({"register_type": "auto_entrepreneur"}, "keeps artisans out"),
        ({"register_type": "trade_register", "register_number": "16-1"}, "16/00-1234567B19"),
        ({"register_number": "néant"}, "digits in it"),
        ({"register_number": "31-12", "register_wilaya": "16"}, "another wilaya"),
        ({"register_expires": clock.today() - timedelta(days=1)}, "no longer valid"),
        ({"register_expires": clock.today() + timedelta(days=9)}, "within a month"),
    ],
)
def test_unusual_papers_are_said(fields: dict[str, object], said: str) -> None:
    usual = {"register_type": "artisan_card", "register_number": "16-4471-2021", "nif": "1" * 15, "nis": ""}
    assert papers.warnings(Store(**usual), clock.today()) == []
    found = papers.warnings(Store(**(usual | fields)), clock.today())
    assert len(found) == 1
    assert said in found[0][1]


def test_usual_trade_register_numbers_pass() -> None:
    for number in ("16/00-1234567B19", "25/00-0873214B19", "16/00 1234567 A 20"):
        row = Store(register_type="trade_register", register_number=number, nif="1" * 20, nis="1" * 15)
        assert papers.warnings(row, clock.today()) == [], number


def test_what_the_law_asks_is_named_with_its_page() -> None:
    lacking = queries.missing_mentions(Store(name="Atelier"))
    assert {each.field: each.page for each in lacking} == {
        "legal_name": "legal", "register_number": "legal", "nif": "legal", "address": "profile", "phone": "profile",
        "email": "profile",
    }  # fmt: skip
    assert queries.missing_mentions(Store(name="Atelier", **COMPLETE)) == []
