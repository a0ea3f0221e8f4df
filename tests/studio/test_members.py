"""People join by a link that works once, and leave."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from shop.plumbing.db import session
from shop.plumbing.journal import Entry
from shop.stores import queries
from shop.stores.models import Invitation, Member
from tests.people import Person
from tests.studio.conftest import Shop


def invited(amina: Person, shop: Shop, role: str) -> str:
    """Make an invitation and return the path of its link."""
    answer = amina.post(f"{shop.url}/settings/members/invitations", role=role)
    assert answer.status_code == 303
    page = amina.get(answer.location.partition("#")[0]).text
    link = re.search(r'value="https?://[^/"]+(/studio/join/[^"]+)"', page)
    assert link is not None
    return link[1]


def test_a_link_is_shown_once_and_stored_hashed(application: Flask, shop: Shop, amina: Person) -> None:
    path = invited(amina, shop, "helper")
    token = path.rpartition("/")[2]
    assert token not in amina.get(f"{shop.url}/settings/members").text
    with application.app_context():
        assert session.scalars(select(Invitation)).one().token_hash != token
        assert token not in str([row.data for row in session.scalars(select(Entry))])


def test_whoever_follows_the_link_makes_an_account_and_works_here(
    application: Flask, shop: Shop, amina: Person
) -> None:
    path = invited(amina, shop, "helper")
    lila = application.test_client()
    assert lila.get(path).status_code == 200
    joined = lila.post(
        path, data={"how": "new", "name": "Lila", "phone": "0661 00 00 01", "password": "a long password"}
    )
    assert joined.status_code == 303
    assert lila.get(f"{shop.url}/products").status_code == 200
    assert lila.get(f"{shop.url}/settings").status_code == 403
    again = application.test_client().post(
        path, data={"how": "new", "name": "X", "phone": "0661 00 00 02", "password": "a long password"}
    )
    assert again.status_code != 303
    with application.app_context():
        assert len(queries.members(shop.store_id)) == 2
        assert {"member.invited", "member.joined"} <= set(session.scalars(select(Entry.verb)))


def test_a_role_must_be_chosen(application: Flask, shop: Shop, amina: Person) -> None:
    answer = amina.post(f"{shop.url}/settings/members/invitations", role="operator")
    assert answer.status_code == 422
    assert "Choose what the person may do." in answer.text
    with application.app_context():
        assert session.scalars(select(Invitation)).all() == []


def test_a_removed_helper_finds_nothing_any_more(application: Flask, shop: Shop, amina: Person, helper: Person) -> None:
    assert helper.get(f"{shop.url}/products").status_code == 200
    with application.app_context():
        row = session.scalars(select(Member).where(Member.account_id == helper.account_id)).one()
    url = f"{shop.url}/settings/members/{row.id}/removal"
    assert amina.post(url).status_code == 400
    assert amina.post(url, sure="1").status_code == 303
    assert helper.get(f"{shop.url}/products").status_code == 404


def test_the_last_owner_stays(application: Flask, shop: Shop, amina: Person, helper: Person) -> None:
    with application.app_context():
        row = session.scalars(select(Member).where(Member.account_id == amina.account_id)).one()
    answer = amina.post(f"{shop.url}/settings/members/{row.id}/removal", sure="1")
    assert answer.status_code == 422
    assert "A workshop needs at least one owner." in answer.text


def test_a_member_of_another_shop_is_not_removed(
    application: Flask, shop: Shop, neighbour: Shop, amina: Person, sami: Person
) -> None:
    from tests.studio.conftest import joined

    joined(application, neighbour, sami, "owner")
    with application.app_context():
        row = session.scalars(select(Member).where(Member.account_id == sami.account_id)).one()
    assert amina.post(f"{shop.url}/settings/members/{row.id}/removal", sure="1").status_code == 404


def test_a_helper_invites_nobody(application: Flask, shop: Shop, helper: Person) -> None:
    assert helper.post(f"{shop.url}/settings/members/invitations", role="owner").status_code == 403
    with application.app_context():
        assert session.scalars(select(Invitation)).all() == []
