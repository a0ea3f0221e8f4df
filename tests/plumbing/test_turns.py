"""Turns at outside systems: how far apart, how many, and what happens while an account does not answer."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from shop.core import clock
from shop.core.errors import Unavailable
from shop.plumbing import turns
from shop.plumbing.db import session
from shop.plumbing.http import Outbound
from shop.plumbing.turns import Gate, Turn
from tests.plumbing.outside import outside as running

FREE = ((1000, 1), (10_000, 60))


def test_turns_of_one_account_lie_apart_whoever_asks(application: Flask) -> None:
    began_ms, given = time.time() * 1000, []

    def ask() -> None:
        with application.app_context():
            for _each in range(3):
                Gate("amina", ((50, 1),)).enter(30)
                given.append(time.time() * 1000)

    threads = [threading.Thread(target=ask) for _each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with application.app_context():
        last_ms = session.scalars(select(Turn.given_ms)).one()
    assert (len(given), last_ms >= began_ms + 11 * 40, max(given) >= last_ms) == (12, True, True)


@pytest.mark.usefixtures("app")
def test_no_more_are_asked_than_half_of_what_a_window_allows_and_others_are_free() -> None:
    amina, nadia = Gate("amina", ((1000, 1), (6, 60))), Gate("nadia", ((1000, 1), (6, 60)))
    for _each in range(3):
        amina.enter(1)
    with pytest.raises(Unavailable, match="as often"):
        amina.enter(1)
    nadia.enter(1)
    with clock.standing_at(clock.now() + timedelta(seconds=61)):
        amina.enter(1)


@pytest.mark.usefixtures("app")
def test_a_turn_that_comes_too_late_is_none_and_takes_no_place() -> None:
    slow = Gate("amina", ((1, 10),))
    slow.enter(1)
    began = time.monotonic()
    for _each in range(2):
        with pytest.raises(Unavailable):
            slow.enter(1)
    assert time.monotonic() - began < 0.5
    session.rollback()
    assert session.scalars(select(Turn.given_ms)).one() / 1000 <= time.time()


@pytest.mark.usefixtures("app")
def test_who_is_silent_is_left_alone_then_asked_once_and_then_as_before() -> None:
    first, second = Gate("amina", FREE), Gate("amina", FREE)
    first.enter(1)
    first.silent()
    assert (turns.rests("amina"), list(turns.silent_since(["amina", "nadia"]))) == (True, ["amina"])
    with pytest.raises(Unavailable, match="left alone"):
        second.enter(1)
    with clock.standing_at(clock.now() + timedelta(seconds=61)):
        second.enter(1)  # one asks whether it is back
        with pytest.raises(Unavailable, match="left alone"):
            first.enter(1)
        second.silent()
        with pytest.raises(Unavailable, match="left alone"):
            first.enter(1)
        insists = Gate("amina", FREE, insists=True)
        insists.enter(1)
        insists.heard()
        assert (turns.rests("amina"), turns.silent_since(["amina"])) == (False, {})
        first.enter(1)


@pytest.mark.usefixtures("app")
def test_what_is_asked_over_the_network_goes_through_the_gate() -> None:
    with running() as there:
        out = Outbound(trusted=[there.origin])
        way = out.for_account(secrets=[], gate=Gate("amina", FREE)).for_account(secrets=[])
        there.answers(503)
        with pytest.raises(Unavailable):
            way.get(there.url)
        assert turns.rests("amina")
        with pytest.raises(Unavailable, match="left alone"):
            way.get(there.url)
        assert len(there.heard) == 1, "nothing was sent"
        there.answers(200, b"{}")
        with clock.standing_at(clock.now() + timedelta(seconds=61)):
            assert way.get(there.url).ok
            assert not turns.rests("amina")
            there.answers(429, b"{}")
            assert way.get(there.url).status == 429
            assert turns.rests("amina"), "who is told to ask less asks nothing for a while"


@pytest.mark.usefixtures("app")
def test_who_is_in_a_hurry_does_not_say_that_somebody_is_silent() -> None:
    with running() as there:
        there.answers(503)
        way = Outbound(trusted=[there.origin]).within(0.5).for_account(secrets=[], gate=Gate("amina", FREE))
        with pytest.raises(Unavailable):
            way.get(there.url)
        assert not turns.rests("amina")
