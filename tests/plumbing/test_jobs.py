"""Jobs: enqueued with the change that needs them, run once it is committed, tried again when they fail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from shop.core import clock
from shop.plumbing import jobs
from shop.plumbing.db import session, transaction
from shop.plumbing.jobs import Job


def test_a_job_runs_once_with_its_payload(app: Flask) -> None:
    done: list[dict[str, Any]] = []
    with transaction():
        jobs.enqueue("say", {"word": "azul"})
    assert jobs.run_all({"say": done.append}) == 1
    assert done == [{"word": "azul"}]
    assert jobs.run_all({"say": done.append}) == 0


def test_a_job_of_a_failed_change_never_existed(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        jobs.enqueue("say", {})
        _ = 1 // 0
    assert jobs.run_all({"say": lambda _payload: None}) == 0


def test_the_same_key_is_enqueued_once(app: Flask) -> None:
    done: list[dict[str, Any]] = []
    for _turn in range(2):
        with transaction():
            jobs.enqueue("say", {}, key="once")
    assert jobs.run_all({"say": done.append}) == 1
    with transaction():
        jobs.enqueue("say", {}, key="once")
    assert jobs.run_all({"say": done.append}) == 0


def test_a_failing_job_is_tried_again_later_and_kept_when_it_never_works(app: Flask) -> None:
    def fail(_payload: dict[str, Any]) -> None:
        raise ConnectionError("no answer")

    with transaction():
        jobs.enqueue("send", {})
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for turn in range(jobs.MOST_TRIES):
            assert jobs.run_next({"send": fail}), turn
            assert not jobs.run_next({"send": fail})
            traveller.shift(timedelta(hours=2))
        assert not jobs.run_next({"send": fail})
    job = session.scalars(select(Job)).one()
    assert (job.failed, job.tries) == (True, jobs.MOST_TRIES)
    assert "no answer" in job.error


def test_a_job_whose_worker_died_is_taken_up_again_after_its_lease(app: Flask) -> None:
    done: list[dict[str, Any]] = []

    def die(_payload: dict[str, Any]) -> None:
        raise SystemExit

    with transaction():
        jobs.enqueue("send", {})
    with time_machine.travel(clock.now(), tick=False) as traveller:
        with pytest.raises(SystemExit):
            jobs.run_next({"send": die})
        assert not jobs.run_next({"send": done.append})
        traveller.shift(jobs.LEASE + timedelta(seconds=1))
        assert jobs.run_next({"send": done.append})
    assert done == [{}]


def piece() -> None:
    """Do a piece of a long job."""
    with transaction():
        jobs.go_on()


def test_a_job_that_says_it_goes_on_is_soon_taken_up_when_its_worker_dies(app: Flask) -> None:
    done: list[dict[str, Any]] = []
    with transaction():
        jobs.enqueue("write", {})
    with time_machine.travel(clock.now(), tick=False) as traveller:

        def die_after_some_pieces(_payload: dict[str, Any]) -> None:
            for _piece in range(10):
                traveller.shift(jobs.SHORT_LEASE - timedelta(seconds=1))
                piece()
                assert not jobs.run_next({"write": done.append})  # ten minutes, and nobody else has it
            raise SystemExit

        with pytest.raises(SystemExit):
            jobs.run_next({"write": die_after_some_pieces})
        traveller.shift(jobs.SHORT_LEASE + timedelta(seconds=1))
        assert jobs.run_next({"write": done.append})
    assert done == [{}]


def test_a_worker_given_up_for_dead_writes_nothing_beside_its_successor(app: Flask) -> None:
    wrote: list[str] = []
    with transaction():
        jobs.enqueue("write", {})
    with time_machine.travel(clock.now(), tick=False) as traveller:

        def sleep_too_long(_payload: dict[str, Any]) -> None:
            piece()
            traveller.shift(jobs.SHORT_LEASE + timedelta(seconds=1))
            assert jobs.run_next({"write": lambda _payload: wrote.append("the other")})
            piece()
            wrote.append("this one")

        assert jobs.run_next({"write": sleep_too_long})
    assert wrote == ["the other"]
    job = session.scalars(select(Job)).one()
    assert (job.done_at is not None, job.error) == (True, "")


def test_outside_a_job_nothing_is_said(app: Flask) -> None:
    piece()


def test_a_periodic_job_comes_round(app: Flask) -> None:
    done: list[dict[str, Any]] = []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _turn in range(2):
            with transaction():
                jobs.every("sweep", 60)
        assert jobs.run_all({"sweep": done.append}) == 1
        traveller.shift(timedelta(seconds=61))
        assert jobs.run_all({"sweep": done.append}) == 1
    assert len(done) == 2
