"""Limits: so many tries in a window, then none until it is over."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select

from shop.core import clock
from shop.plumbing import limits
from shop.plumbing.db import session, transaction
from shop.plumbing.limits import Tally, allow


def _try(key: str = "+213550000001") -> bool:
    with transaction():
        return allow("sign-in", key, most=3, within_s=60)


def test_the_fourth_try_is_refused_until_the_window_is_over(app: Flask) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        assert [_try() for _ in range(4)] == [True, True, True, False]
        assert _try("+213550000002")
        traveller.shift(timedelta(seconds=61))
        assert _try()


def test_the_table_holds_no_phone(app: Flask) -> None:
    _try()
    assert "550000001" not in str(session.scalars(select(Tally.key)).all())


def test_a_proof_forgives_and_time_forgets(app: Flask) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        assert [_try() for _ in range(4)][-1] is False
        with transaction():
            limits.forgive("sign-in", "+213550000001")
        assert _try()
        traveller.shift(timedelta(seconds=61))
        session.rollback()
        limits.forget_old()
        assert session.scalars(select(Tally)).all() == []


def test_several_limits_are_counted_in_one_statement_and_each_holds_by_itself(app: Flask) -> None:
    def tried(phone: str) -> bool:
        with transaction():
            return limits.allow_all([
                limits.Limit("orders of a phone", phone, 1, 60), limits.Limit("orders of a network", "n", 3, 3600),
            ])  # fmt: skip

    assert [tried("a"), tried("a"), tried("b"), tried("c")] == [True, False, True, False]
    with clock.standing_at(clock.now() + timedelta(seconds=61)):
        assert not tried("a")  # its own window is over, that of the network is not
    with clock.standing_at(clock.now() + timedelta(seconds=3601)):
        assert tried("a")
        with transaction():
            assert not limits.allow("orders of a phone", "a", most=1, within_s=60)  # the same tally
