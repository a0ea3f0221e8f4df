"""The operator makes workshops, invites their owners, suspends and resumes."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from shop.plumbing.db import session
from shop.plumbing.journal import Entry
from shop.stores import queries
from shop.stores.models import Store
from tests.people import Person
from tests.studio.conftest import Shop


def test_a_workshop_is_made_and_its_owner_comes_in_by_the_link(application: Flask, operator: Person) -> None:
    made = operator.post("/desk/stores/new", name="Terre de Maâtkas", craft="pottery", wilaya_code="15")
    assert made.status_code == 303
    page = operator.get(made.location).text
    link = re.search(r'value="https?://[^/"]+(/studio/join/[^"]+)"', page)
    assert link is not None
    assert link[1] not in operator.get(made.location).text
    tassadit = application.test_client()
    fields = {"how": "new", "name": "Tassadit", "phone": "0550 00 00 55", "password": "a long password"}
    assert tassadit.post(link[1], data=fields).status_code == 303
    assert tassadit.get("/studio/terre-de-maatkas/settings").status_code == 200
    with application.app_context():
        verbs = [(row.verb, row.actor) for row in session.scalars(select(Entry).order_by(Entry.id))]
    assert ("store.created", "operator") in verbs
    assert ("member.invited", "operator") in verbs


def test_what_is_missing_is_said_and_the_rest_is_kept(application: Flask, operator: Person) -> None:
    answer = operator.post("/desk/stores/new", name="Atelier", craft="pottery", wilaya_code="")
    assert answer.status_code == 422
    assert 'href="#wilaya_code"' in answer.text
    assert 'value="Atelier"' in answer.text
    with application.app_context():
        assert queries.all_stores() == []


def test_a_suspended_workshop_leaves_the_shop_and_comes_back(application: Flask, operator: Person, shop: Shop) -> None:
    visitor = application.test_client()
    public = f"/fr/@{shop.slug}"
    assert visitor.get(public).status_code == 200
    url = f"/desk/stores/{shop.store_id}"
    refused = operator.post(f"{url}/suspension", reason="")
    assert refused.status_code == 422
    assert "Write the reason" in refused.text
    assert operator.post(f"{url}/suspension", reason="Produits sans autorisation").status_code == 303
    assert visitor.get(public).status_code == 404
    assert "Suspended" in operator.get("/desk/").text
    assert operator.post(f"{url}/suspension", reason="Encore").status_code == 409
    assert operator.post(f"{url}/resumption", reason="Autorisation reçue").status_code == 303
    assert visitor.get(public).status_code == 200
    with application.app_context():
        reasons = {row.verb: row.data.get("reason") for row in session.scalars(select(Entry))}
        assert session.get_one(Store, shop.store_id).state == "open"
    assert (reasons["store.suspended"], reasons["store.resumed"]) == (
        "Produits sans autorisation", "Autorisation reçue",
    )  # fmt: skip


def test_the_list_has_every_workshop_with_its_figures(operator: Person, shop: Shop) -> None:
    page = operator.get("/desk/").text
    assert "Atelier Amina" in page
    assert "0 products" in page
    assert "0 orders" in page


@pytest.mark.parametrize("page", ["/desk/", "/desk/stores/new", "/desk/stores/1", "/desk/journal"])
def test_the_desk_does_not_exist_for_others(application: Flask, sami: Person, shop: Shop, page: str) -> None:
    assert sami.get(page).status_code == 404
    assert application.test_client().get(page).status_code == 302


def test_a_workshop_that_is_not_there_is_not_found(operator: Person) -> None:
    assert operator.get("/desk/stores/99").status_code == 404
    assert operator.post("/desk/stores/99/suspension", reason="x").status_code == 404
    assert operator.post("/desk/stores/99/invitations").status_code == 404
