"""Workshops: opened when the law's mentions are there, joined by links that work once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from shop.accounts import service as accounts
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.plumbing.db import transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import queries, service
from shop.stores.models import Store
from tests.crowd import at_once

COMPLETE = {
    "legal_name": "Amina Benali", "register_number": "16-1", "nif": "1" * 15, "address": "12, rue",
    "phone": "+213550000001", "email": "a@a.example",
}  # fmt: skip


@pytest.fixture
def store(app: Flask) -> Store:
    """A draft workshop."""
    with transaction():
        return service.create_store(name="Atelier Amina", craft="soap", wilaya_code="16", by=SYSTEM)


def _person(phone: str) -> int:
    with transaction():
        return accounts.create_account(name="Somebody", password="long-enough-pw", phone=phone).id


def test_two_workshops_of_one_name_get_two_addresses(store: Store) -> None:
    with transaction():
        other = service.create_store(name="Atelier Amina", craft="soap", wilaya_code="16", by=SYSTEM)
    assert (store.slug, other.slug) == ("atelier-amina", "atelier-amina-2")


def test_a_workshop_opens_when_nothing_the_law_asks_for_is_missing(store: Store) -> None:
    for field in COMPLETE:
        with transaction():
            service.update_profile(store.id, by=SYSTEM, **{**COMPLETE, field: ""})
        with pytest.raises(Refused) as refused, transaction():
            service.open_store(store.id, by=SYSTEM)
        assert refused.value.field == field
    with transaction():
        service.update_profile(store.id, by=SYSTEM, **COMPLETE)
        service.open_store(store.id, by=SYSTEM)
    found = queries.store_by_slug("atelier-amina")
    assert found is not None
    assert queries.accepting(found)


def test_a_suspended_workshop_is_not_public_and_comes_back(store: Store) -> None:
    with transaction():
        service.update_profile(store.id, by=SYSTEM, **COMPLETE)
        service.open_store(store.id, by=SYSTEM)
        service.suspend(store.id, reason="complaints", by=SYSTEM)
    assert queries.public_stores() == []
    with pytest.raises(InvalidTransition), transaction():
        service.suspend(store.id, reason="again", by=SYSTEM)
    with transaction():
        service.resume(store.id, reason="mended", by=SYSTEM)
    assert [each.id for each in queries.public_stores()] == [store.id]


def test_an_invitation_works_once_and_for_two_weeks(store: Store) -> None:
    amina, sami = _person("+213550000001"), _person("+213550000009")
    with transaction():
        token = service.invite(store.id, "owner", by=SYSTEM)
        late = service.invite(store.id, "helper", by=SYSTEM)
    with transaction():
        assert service.accept_invitation(token, amina, by=SYSTEM).role == "owner"
    with pytest.raises(Refused), transaction():
        service.accept_invitation(token, sami, by=SYSTEM)
    with time_machine.travel(clock.now() + timedelta(days=15), tick=False), pytest.raises(Refused), transaction():
        service.accept_invitation(late, sami, by=SYSTEM)
    assert queries.member_role(store.id, amina) == "owner"
    assert queries.membership(sami, "atelier-amina") is None
    assert [each.slug for each in queries.memberships(amina)] == ["atelier-amina"]


def test_a_helper_who_is_invited_as_an_owner_becomes_one_and_never_the_reverse(store: Store) -> None:
    amina = _person("+213550000001")
    for role, becomes in (("helper", "helper"), ("owner", "owner"), ("helper", "owner")):
        with transaction():
            token = service.invite(store.id, role, by=SYSTEM)
            assert service.accept_invitation(token, amina, by=SYSTEM).role == becomes
    assert len(queries.members(store.id)) == 1


def test_two_owners_cannot_remove_each_other(application: Flask) -> None:
    with application.app_context():
        people = [_person("+213550000001"), _person("+213550000002")]
        with transaction():
            made = service.create_store(name="Atelier", craft="soap", wilaya_code="16", by=SYSTEM)
            owners = [service.add_member(made.id, each, "owner", by=SYSTEM).id for each in people]
            store_id = made.id

    def remove(member_id: int) -> Callable[[], None]:
        def deed() -> None:
            with transaction():
                service.remove_member(store_id, member_id, by=SYSTEM)
                time.sleep(0.05)

        return deed

    raised = at_once(application, *[remove(each) for each in owners])
    assert [type(error) for error in raised] == [Refused]


def test_the_last_owner_stays_and_another_workshops_member_is_not_there(store: Store) -> None:
    amina = _person("+213550000001")
    with transaction():
        owner = service.add_member(store.id, amina, "owner", by=SYSTEM)
        other = service.create_store(name="Autre", craft="soap", wilaya_code="16", by=SYSTEM)
    with pytest.raises(Refused), transaction():
        service.remove_member(store.id, owner.id, by=SYSTEM)
    with pytest.raises(NotFound), transaction():
        service.remove_member(other.id, owner.id, by=SYSTEM)


def test_terms_are_spoken_in_each_language_and_known_by_their_hash(store: Store) -> None:
    texts = {lang: queries.terms_of(store, lang) for lang in ("ar", "fr", "en")}
    assert len({text for text, _hash in texts.values()}) == 3
    with transaction():
        service.update_profile(store.id, by=SYSTEM, terms_fr="Les savons entamés ne sont pas repris.")
    text, changed = queries.terms_of(store, "fr")
    assert "entamés" in text
    assert changed != texts["fr"][1]
