"""What a shop lacks before it opens, what is kept while it is made ready, and how it begins."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from shop.accounts import service as accounts
from shop.catalogue import service as catalogue
from shop.core.errors import Refused
from shop.core.money import Money
from shop.opening import queries, service
from shop.opening.models import OpeningDraft
from shop.opening.queries import Facts, lacks
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import queries as stores
from shop.stores import service as store_service
from shop.stores.models import Store
from tests.crowd import at_once
from tests.studio.conftest import LEGAL, make_ready

WHOLE = Facts(mentions=(), has_place=True, published=1, drafts=0, first_draft=None, wilayas=58)


@pytest.fixture
def nour(app: Flask) -> int:
    """Nour, who has an account and no shop."""
    with transaction():
        return accounts.create_account(name="Nour", password="argile-et-feu-12", phone="+213661203040").id


def draft() -> Store:
    """A shop that nobody has filled in."""
    with transaction():
        return store_service.create_store(name="Terre et feu", craft="pottery", wilaya_code="15", by=SYSTEM)


def test_nothing_lacks_where_everything_is() -> None:
    assert lacks(WHOLE) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"has_place": False}, "place"),
        ({"published": 0}, "product"),
        ({"published": 0, "drafts": 2, "first_draft": 7}, "publication"),
        ({"wilayas": 0}, "delivery"),
        ({"mentions": (("nif", "Write your tax number (NIF)."),)}, "nif"),
    ],
)
def test_each_thing_that_lacks_is_one_sentence(change: dict[str, object], what: str) -> None:
    (lack,) = lacks(Facts(**{**WHOLE.__dict__, **change}))
    assert lack.what == what
    assert lack.sentence.endswith(".")
    assert lack.product_id == change.get("first_draft")


def test_an_empty_shop_lacks_all_in_the_order_of_the_screens(app: Flask) -> None:
    found = [each.what for each in lacks(queries.facts(draft()))]
    assert found[:3] == ["place", "product", "delivery"]
    assert {"legal_name", "nif", "address", "phone", "email"} <= set(found[3:])


def test_a_shop_opens_when_nothing_lacks_and_not_before(app: Flask) -> None:
    store_id = draft().id
    with pytest.raises(Refused), transaction():
        service.open_shop(store_id, by=SYSTEM)
    with transaction():
        make_ready(store_id)
    with pytest.raises(Refused), transaction():
        service.open_shop(store_id, by=SYSTEM)
    with transaction():
        store_service.update_profile(store_id, by=SYSTEM, **LEGAL)
    with transaction():
        service.open_shop(store_id, by=SYSTEM)
    assert session.get_one(Store, store_id).state == "open"


def test_a_hidden_product_is_none(app: Flask) -> None:
    store_id = draft().id
    with transaction():
        make_ready(store_id)
        first = queries.first_product(store_id)
        assert first is not None
        catalogue.hide(store_id, first, by=SYSTEM)
        catalogue.create_product(
            store_id, by=SYSTEM, craft="pottery", names={"fr": "Bol"}, price=Money.dinars(10), stock=1
        )
    assert lacks(queries.facts(session.get_one(Store, store_id)))[0].what == "publication"


def test_what_was_typed_is_kept_once_for_each_screen(app: Flask, nour: int) -> None:
    for name in ("Terre", "Terre et feu"):
        with transaction():
            service.keep(nour, "who", {"name": name, "person": "x" * 5000}, store_id=None)
    assert queries.typed(nour, "who", store_id=None)["name"] == "Terre et feu"
    assert len(queries.typed(nour, "who", store_id=None)["person"]) == service.MOST_LETTERS
    assert queries.typed(nour, "who", store_id=draft().id) == {}, "another shop's screen is another screen"
    assert queries.typed(nour, "papers", store_id=None) == {}
    with transaction():
        assert service.forget(nour, "who")
    with transaction():
        assert not service.forget(nour, "who")


def begin(account_id: int, name: str = "Terre et feu") -> Store | None:
    """Begin a shop out of what is kept."""
    with transaction():
        return service.begin(
            account_id, screen="who", name=name, craft="pottery", wilaya_code="15", by=SYSTEM, commune_code="1501"
        )


def test_a_shop_begins_once_however_often_the_screen_is_sent(application: Flask, nour: int) -> None:
    with transaction():
        service.keep(nour, "who", {"name": "Terre et feu"}, store_id=None)
    session.remove()  # type: ignore[attr-defined]
    answers: list[bool] = []
    assert at_once(application, *[lambda: answers.append(begin(nour) is not None)] * 5) == []
    assert sorted(answers) == [False] * 4 + [True]
    (mine,) = stores.memberships(nour)
    assert (mine.role, mine.state, mine.slug) == ("owner", "draft", "terre-et-feu")
    assert session.scalars(select(OpeningDraft)).all() == []


def test_nobody_begins_shops_without_end(app: Flask, nour: int) -> None:
    for number in range(service.SHOPS_A_DAY + 1):
        with transaction():
            service.keep(nour, "who", {"name": f"Terre {number}"}, store_id=None)
        if number < service.SHOPS_A_DAY:
            assert begin(nour, f"Terre {number}") is not None
    with pytest.raises(Refused):
        begin(nour, "Terre de trop")
    assert len(stores.memberships(nour)) == service.SHOPS_A_DAY
