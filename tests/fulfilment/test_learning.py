"""A partner tells its places, desks and prices once; buyers are quoted from them, desks booked by number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from shop.core import clock
from shop.core.errors import Unavailable
from shop.core.money import Money
from shop.documents.queries import label_contents
from shop.fulfilment import service as fulfilment
from shop.plumbing.db import session, transaction
from shop.shipping import learning
from shop.shipping.models import CarrierAccount, CarrierPlace, CommuneRate, DeliveryRate, Desk
from shop.shipping.queries import place_of, quotes
from shop.testing import yalidine_places
from tests.checkout.cast import AMINA, Workshop, ordered, parcel
from tests.fulfilment.partner import Partner

pytestmark = pytest.mark.usefixtures("app")
FEW = ["15", "16", "31"]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three wilayas are enough to be learned."""
    monkeypatch.setattr(learning, "WILAYAS", FEW)


def learn(shop: Workshop, partner: Partner) -> None:
    with transaction():
        learning.ask(shop.id, shop.carrier.id, by=AMINA)
    learning.learn(partner.outside, {"store_id": shop.id, "account_id": shop.carrier.id})


def test_places_desks_and_prices_are_kept(amina: Workshop, partner: Partner) -> None:
    learn(amina, partner)
    assert session.scalar(select(func.count()).where(CarrierPlace.commune_code != "")) == 1540
    found = quotes(amina.id, place_of("3101"), weight_g=300, declared=Money(0))
    assert [(each.kind, each.price) for each in found] == [("home", Money.dinars(600)), ("desk", Money.dinars(400))]
    (heavy, _desk) = quotes(amina.id, place_of("3101"), weight_g=7_000, declared=Money(0))
    assert (heavy.price, heavy.over) == (Money.dinars(800), Money.dinars(200))
    desks = session.scalars(select(Desk).where(Desk.external != "")).all()
    assert len(desks) == len(yalidine_places.centers())
    assert all(each.commune_code for each in desks)
    assert session.scalar(select(CarrierAccount.learned).where(CarrierAccount.id == amina.carrier.id)) == len(FEW)
    learn(amina, partner)
    assert len(session.scalars(select(Desk).where(Desk.external != "")).all()) == len(desks), "nothing is kept twice"


def test_a_commune_that_costs_more_says_so_and_one_that_is_not_served_too(amina: Workshop, partner: Partner) -> None:
    learn(amina, partner)
    with transaction():
        for code, minor in (("3102", 950_00), ("3103", None)):
            session.add(
                CommuneRate(store_id=amina.id, account_id=amina.carrier.id, commune_code=code, home_minor=minor)
            )

    def home(code: str) -> list[Money]:
        found = quotes(amina.id, place_of(code), weight_g=300, declared=Money(0))
        return [each.price for each in found if each.kind == "home"]

    assert [home(code) for code in ("3101", "3102", "3103")] == [[Money.dinars(600)], [Money.dinars(950)], []]


def test_it_goes_on_where_it_was_and_never_asks_too_much(
    amina: Workshop, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner.allows(monkeypatch, (12, 60))
    learn(amina, partner)
    wanted = select(CarrierAccount.learned).where(CarrierAccount.id == amina.carrier.id)
    session.rollback()
    assert session.scalar(wanted) == 2
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        learning.learn(partner.outside, {"store_id": amina.id, "account_id": amina.carrier.id})
    session.rollback()
    assert session.scalar(wanted) == 3


def test_a_partner_that_falls_silent_leaves_what_is_here(amina: Workshop, partner: Partner) -> None:
    learn(amina, partner)
    prices = session.scalar(select(func.count()).select_from(DeliveryRate))
    partner.world.faults.add("yalidine", "error", times=None)
    with pytest.raises(Unavailable):
        learn(amina, partner)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(DeliveryRate)) == prices


def test_a_parcel_to_a_desk_bears_their_number_of_it_and_its_commune(amina: Workshop, partner: Partner) -> None:
    learn(amina, partner)
    with transaction():
        session.query(Desk).filter(Desk.external == "").update({"active": False})
    order = ordered(amina, kind="desk")
    with transaction():
        fulfilment.confirm(amina.id, order.id, by=AMINA)
    partner.works(minutes=1)
    box = parcel(amina, order)
    row = partner.row(box)
    desk = session.get_one(Desk, box.desk_id)
    assert (str(row["stopdesk_id"]), row["is_stopdesk"]) == (desk.external, 1)
    center = next(each for each in yalidine_places.centers() if each["center_id"] == row["stopdesk_id"])
    assert (row["to_wilaya_name"], row["to_commune_name"]) == (center["wilaya_name"], center["commune_name"])


def test_a_desk_that_left_the_list_since_is_still_the_one_that_was_chosen(amina: Workshop, partner: Partner) -> None:
    learn(amina, partner)
    with transaction():
        session.query(Desk).filter(Desk.external == "").delete()
    order = ordered(amina, kind="desk")
    chosen = session.get_one(Desk, parcel(amina, order).desk_id).external
    with transaction():
        session.query(Desk).delete()
    with transaction():
        fulfilment.confirm(amina.id, order.id, by=AMINA)
    partner.works(minutes=1)
    box = parcel(amina, order)
    assert str(partner.row(box)["stopdesk_id"]) == chosen == box.desk_external
    (label,) = label_contents(amina.id, [box.id])
    assert (label.desk_name, label.address) == (box.desk_name, f"{box.desk_address}, Oran")


def test_no_desk_is_offered_where_a_partner_that_lists_them_has_none(
    amina: Workshop, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere_near = [each for each in yalidine_places.centers() if each["wilaya_id"] != 31]
    monkeypatch.setattr(yalidine_places, "centers", lambda: nowhere_near)
    monkeypatch.setattr(yalidine_places, "fees", fees_with_desks_everywhere)
    with transaction():
        session.query(Desk).delete()
    learn(amina, partner)
    found = [quotes(amina.id, place_of(code), weight_g=300, declared=Money(0)) for code in ("3101", "1601")]
    assert [[each.kind for each in one] for one in found] == [["home"], ["home", "desk"]]


def fees_with_desks_everywhere(sender: int, to: int, told: Callable[[int, int], Any] = yalidine_places.fees) -> Any:
    said = dict(told(sender, to))
    said["per_commune"] = {key: {**row, "express_desk": 400} for key, row in said["per_commune"].items()}
    return said
