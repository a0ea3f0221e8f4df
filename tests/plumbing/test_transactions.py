"""One way to write: immediate, never nested, all or nothing."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from shop.plumbing import journal
from shop.plumbing.db import after_commit, changed, in_transaction, session, transaction
from shop.plumbing.journal import PLATFORM, SYSTEM, Entry
from shop.plumbing.limits import Tally, allow


def test_what_is_written_is_there_afterwards_and_actions_run_after_the_commit(app: Flask) -> None:
    seen: list[bool] = []
    with transaction():
        after_commit(lambda: seen.append(in_transaction()))
        journal.record("tested", subject="test", subject_id=1, store_id=None, by=SYSTEM)
    assert seen == [False]
    assert session.scalars(select(Entry.verb)).all() == ["tested"]


def test_an_error_leaves_nothing_behind(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        journal.record("tested", subject="test", subject_id=1, store_id=None, by=SYSTEM)
        _ = 1 // 0
    assert session.scalar(select(func.count()).select_from(Entry)) == 0
    with transaction():  # and the next one starts clean
        journal.record("again", subject="test", subject_id=1, store_id=None, by=SYSTEM)
    assert session.scalars(select(Entry.verb)).all() == ["again"]


def test_transactions_do_not_nest(app: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError), transaction():
        pass


def test_a_guarded_statement_refuses_to_run_outside_a_transaction(app: Flask) -> None:
    with pytest.raises(RuntimeError):
        changed(update(Entry).values(verb="other"))


def test_the_journal_is_numbered_without_gaps_even_when_writers_fail(application: Flask) -> None:
    def write(number: int) -> None:
        with application.app_context():
            try:
                with transaction():
                    journal.record(f"v{number}", subject="t", subject_id=number, store_id=None, by=SYSTEM)
                    journal.record(f"w{number}", subject="t", subject_id=number, store_id=7, by=SYSTEM)
                    if number % 3 == 0:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass

    threads = [threading.Thread(target=write, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with application.app_context():
        for scope in (PLATFORM, 7):
            numbers = session.scalars(select(Entry.number).where(Entry.scope == scope).order_by(Entry.number)).all()
            assert numbers == list(range(1, 17))


@pytest.mark.parametrize("verb", ["UPDATE journal SET verb = 'x'", "DELETE FROM journal"])
def test_history_cannot_be_rewritten(app: Flask, verb: str) -> None:
    from sqlalchemy import text

    with transaction():
        journal.record("tested", subject="test", subject_id=1, store_id=None, by=SYSTEM)
    with pytest.raises(DBAPIError), transaction():
        session.execute(text(verb))


def test_thirty_two_writers_all_get_their_turn(application: Flask) -> None:
    failures: list[BaseException] = []

    def count() -> None:
        with application.app_context():
            try:
                for _turn in range(5):
                    with transaction():
                        allow("turn", "same", most=10_000, within_s=60)
            except BaseException as error:  # noqa: BLE001 - every failure is to be seen
                failures.append(error)

    threads = [threading.Thread(target=count) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with application.app_context():
        assert session.scalar(select(Tally.tries)) == 160
