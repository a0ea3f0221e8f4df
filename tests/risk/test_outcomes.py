"""What is remembered of parcels paid on delivery: once each, ever more faintly, contestable, and never whose."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop import audit, work
from shop.core import clock
from shop.core.errors import InvalidTransition
from shop.customers import queries as customers
from shop.customers import service as customer_service
from shop.fulfilment import queries as fulfilment
from shop.fulfilment import service as fulfilment_service
from shop.plumbing import journal
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.settings import Settings
from shop.risk import service, words
from shop.risk.models import Outcome
from shop.risk.queries import HALF_LIFE, History, contested, history, outcome_of
from shop.shipping.models import Shipment
from shop.shipping.queries import live_shipment
from tests.checkout.cast import AMINA, Workshop, confirmed, ordered, parcel, workshop
from tests.crowd import at_once
from tests.risk.cast import YACINE, refused, sent, taken

LAST_WEEK = 8  # days: in no week that still runs


@pytest.fixture
def shop(app: Flask) -> Workshop:
    return workshop(stock=60)


def known(shop: Workshop) -> tuple[int, int]:
    session.rollback()
    found = history(shop.id, YACINE)
    return found.taken, found.refused


def breaches() -> list[str]:
    session.rollback()
    return [each.rule for each in audit.findings()]


def test_a_parcel_is_remembered_once_when_it_is_taken_or_came_back(shop: Workshop) -> None:
    order = taken(shop)
    refused(shop)
    sent(shop, "lost")
    confirmed(shop)
    assert known(shop) == (1, 1)
    box = live_shipment(shop.id, order.id)
    assert box is not None
    with transaction():
        fulfilment_service.scan(shop.id, box.id, "delivered", by=AMINA)  # said twice
        service.record(shop.id, order.id, box.id, "taken")
    assert known(shop) == (1, 1)
    assert breaches() == []


def test_no_phone_stands_in_the_table_and_the_table_alone_does_not_tell_it(shop: Workshop, app: Flask) -> None:
    taken(shop)
    (row,) = session.scalars(select(Outcome))
    assert "550123456" not in " ".join(str(value) for value in vars(row).values())
    assert row.phone_mark == known_mark(app.extensions["hirfa_settings"].secret_key)


def known_mark(key: str) -> str:
    import hashlib
    import hmac

    return hmac.new(key.encode(), f"mark phone\0{YACINE}".encode(), hashlib.sha256).hexdigest()


def test_a_parcel_that_was_paid_before_says_nothing(shop: Workshop) -> None:
    order, box = confirmed(shop)
    with transaction():
        changed(update(Shipment).where(Shipment.id == box.id).values(collect_minor=0))
        fulfilment_service._remember(shop.id, order.id, "taken")
    assert known(shop) == (0, 0)


def test_parcels_weigh_half_after_the_half_life_and_are_forgotten_at_last(shop: Workshop) -> None:
    for _each in range(4):
        taken(shop)
    for days, left in ((0, 4), (HALF_LIFE.days, 2), (2 * HALF_LIFE.days, 1), (4 * HALF_LIFE.days, 0)):
        with clock.standing_at(clock.now() + timedelta(days=days)):
            assert known(shop) == (left, 0)
    forget = work.handlers(_settings(shop), None)["risk.forget_old"]  # type: ignore[arg-type]
    forget({})
    assert session.scalar(select(func.count()).select_from(Outcome)) == 4
    with clock.standing_at(clock.now() + timedelta(days=731)):
        forget({})
    assert session.scalar(select(func.count()).select_from(Outcome)) == 0


def _settings(shop: Workshop) -> Settings:
    from flask import current_app

    found: Settings = current_app.extensions["hirfa_settings"]
    return found


def test_a_new_key_loses_nothing_while_the_old_one_is_kept(shop: Workshop, app: Flask) -> None:
    taken(shop)
    settings: Settings = app.extensions["hirfa_settings"]
    app.extensions["hirfa_settings"] = replace(settings, secret_key="f" * 64, old_secret_keys=(settings.secret_key,))
    assert known(shop) == (1, 0)
    taken(shop)  # whoever is met again is remembered under the new key, whole
    app.extensions["hirfa_settings"] = replace(settings, secret_key="f" * 64)
    assert known(shop) == (2, 0)
    app.extensions["hirfa_settings"] = replace(settings, secret_key="e" * 64)
    assert known(shop) == (0, 0)


# ── what a workshop learns of others ──────────────────────────────────────────────────────────────────────────────


def test_nothing_is_learnt_of_one_other_workshop_however_many_parcels(shop: Workshop) -> None:
    other = workshop("Parfums Ismahane", stock=20)
    for _each in range(5):
        refused(other, days_ago=LAST_WEEK)
    assert known(shop) == (0, 0)
    assert known(other) == (0, 5)


def test_nothing_is_learnt_of_two_parcels_of_two_workshops_and_of_three_only_the_sum(shop: Workshop) -> None:
    second, third = workshop("Parfums Ismahane", stock=20), workshop("Terre de Maatkas", stock=20)
    taken(second, days_ago=LAST_WEEK)
    refused(third, days_ago=LAST_WEEK)
    assert known(shop) == (0, 0)
    taken(third, days_ago=LAST_WEEK)
    taken(shop)
    assert known(shop) == (3, 1)


def test_what_happens_elsewhere_is_learnt_only_when_its_week_is_over(shop: Workshop) -> None:
    second, third = workshop("Parfums Ismahane", stock=20), workshop("Terre de Maatkas", stock=20)
    for other in (second, third):
        for _each in range(2):
            taken(other)
    assert known(shop) == (0, 0)
    with clock.standing_at(clock.now() + timedelta(days=7)):
        assert known(shop) == (4, 0)


def test_very_many_parcels_are_told_by_their_shares(shop: Workshop) -> None:
    rows = [
        {"store_id": shop.id, "order_id": 1, "shipment_id": each, "outcome": "refused" if each % 4 else "taken"}
        for each in range(40)
    ]
    from shop.risk.queries import _shown, _weight

    marked = [Outcome(**row, at=clock.now()) for row in rows]
    found = _shown(_weight(marked, "taken"), _weight(marked, "refused"))
    assert (found.taken, found.refused) == (5, 15)


@pytest.mark.parametrize(
    ("taken_", "refused_", "level"),
    [(0, 0, "unknown"), (1, 0, "takes"), (6, 1, "takes"), (3, 1, "takes"), (2, 1, "mixed"), (0, 1, "mixed"),
     (1, 1, "mixed"), (2, 2, "refuses"), (1, 3, "refuses"), (0, 2, "refuses"), (4, 3, "mixed")],
)  # fmt: skip
def test_the_sentence_goes_by_the_share_that_came_back(taken_: int, refused_: int, level: str) -> None:
    found = History(taken_, refused_)
    assert found.level == level
    said = words.sentence(found)
    assert said.endswith(".")
    assert (str(found.parcels) in said) == (level != "unknown")


def test_the_day_shows_it_where_the_courier_will_take_cash(shop: Workshop) -> None:
    refused(shop)
    ordered(shop)
    (card,) = fulfilment.to_confirm(shop.id)
    assert card.known == History(0, 1)
    confirmed(shop)
    assert [each.known for each in fulfilment.to_pack(shop.id)] == [None]


# ── contested, struck, forgotten ──────────────────────────────────────────────────────────────────────────────────


def test_what_is_contested_counts_for_nobody_until_it_is_answered(shop: Workshop) -> None:
    order = refused(shop)
    with transaction():
        service.contest(shop.id, order.id, "  Personne n'est venu ")
    assert known(shop) == (0, 0)
    ((row, code),) = contested()
    assert (row.said, code) == ("Personne n'est venu", order.code)
    with pytest.raises(InvalidTransition), transaction():
        service.contest(shop.id, order.id, "again")
    with transaction():
        service.uphold(shop.id, order.id, by=AMINA)
    assert known(shop) == (0, 1)
    with transaction():
        service.strike(shop.id, order.id, by=AMINA)
    assert known(shop) == (0, 0)
    verbs = [each.verb for each in journal.timeline("order", order.id, store_id=shop.id)]
    assert verbs[-3:] == ["order.contested", "order.upheld", "order.struck"]


def test_what_was_taken_cannot_be_contested_and_nobody_strikes_for_another_workshop(shop: Workshop) -> None:
    other = workshop("Parfums Ismahane")
    order, back = taken(shop), refused(shop)
    for wrong in (lambda: service.contest(shop.id, order.id, ""), lambda: service.strike(shop.id, order.id, by=AMINA),
                  lambda: service.strike(other.id, back.id, by=AMINA)):  # fmt: skip
        with pytest.raises(InvalidTransition), transaction():
            wrong()
    assert known(shop) == (1, 1)


def test_two_answers_at_once_are_one(application: Flask) -> None:
    with application.app_context():
        shop = workshop(stock=9)
        order = refused(shop)
        with transaction():
            service.contest(shop.id, order.id, "")
        store_id, order_id = shop.id, order.id

    def answer(act: str) -> None:
        with transaction():
            getattr(service, act)(store_id, order_id, by=AMINA)

    raised = at_once(application, *[lambda act=act: answer(act) for act in ("uphold", "uphold", "uphold", "uphold")])
    assert [type(each) for each in raised] == [InvalidTransition] * 3
    with application.app_context():
        verbs = [each.verb for each in journal.timeline("order", order_id, store_id=store_id)]
        assert verbs.count("order.upheld") == 1
        found = outcome_of(store_id, order_id)
        assert found is not None
        assert found.state == "upheld"


def test_whoever_is_forgotten_by_a_workshop_is_forgotten_here_too_and_there_it_stays(shop: Workshop) -> None:
    other = workshop("Parfums Ismahane", stock=20)
    order = refused(shop, days_ago=40)
    refused(other, days_ago=40)
    told = customers.everything(shop.id, customers.customer(shop.id, order.code))
    assert [(each["outcome"], each["counts"]) for each in told["parcels"]] == [("refused", "counted")]
    with transaction():
        customer_service.erase(shop.id, YACINE, by=AMINA)
    assert (known(shop), known(other)) == ((0, 0), (0, 1))


def test_a_parcel_in_hand_is_asked_about_no_more(shop: Workshop) -> None:
    order = ordered(shop)
    assert parcel(shop, order).collect_minor
    assert outcome_of(shop.id, order.id) is None
