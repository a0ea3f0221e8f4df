"""Who follows a shared link is led to what was shared, and her order says where she came from."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import select

from shop.catalogue import service as catalogue
from shop.checkout import hand, links
from shop.checkout.hand import HandBuyer
from shop.core import clock
from shop.orders import service as orders
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.sharing.models import OrderSource
from shop.sharing.queries import product_sold_by_source, sold_by_source
from shop.web.studio.share import LOOK_BACK
from tests.checkout.cast import Workshop
from tests.people import Person, sign_in
from tests.storefront.buying import ORAN, ORAN_CITY, YACINE, Buyer
from tests.studio.conftest import Shop, joined


@pytest.fixture
def owner(application: Flask, amina: Workshop) -> Person:
    """Amina, signed in."""
    person = sign_in(application, "Amina Benali", "+213550000011")
    return joined(application, Shop(amina.id, amina.store.slug), person, "owner")


def sources(application: Flask) -> dict[int, str]:
    """The source of each order's store."""
    with application.app_context():
        return dict(session.execute(select(OrderSource.store_id, OrderSource.source)).all())  # type: ignore[arg-type]


def test_a_link_leads_to_its_product_in_the_visitors_language(amina: Workshop, yacine: Buyer) -> None:
    answer = yacine.client.get(f"/s/p{amina.product.id}w", headers={"Accept-Language": "fr-DZ"})
    assert (answer.status_code, answer.location) == (302, f"/fr/p/{amina.product.id}-{amina.product.slug}")
    assert yacine.client.get(f"/s/S{amina.id}Q").location == f"/ar/@{amina.store.slug}"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_order_says_which_link_was_followed_last(
    application: Flask, amina: Workshop, ismahane: Workshop, yacine: Buyer
) -> None:
    yacine.client.get(f"/s/p{amina.product.id}f")
    yacine.client.get(f"/s/s{amina.id}i")
    yacine.buy(amina, ismahane)
    assert yacine.page.status == 200
    assert sources(application) == {amina.id: "instagram"}  # Ismahane's order came by no link


def test_an_order_by_a_private_link_is_credited_to_it_whatever_was_followed_before(
    application: Flask, amina: Workshop, yacine: Buyer, owner: Person
) -> None:
    with application.app_context():
        with transaction():
            wanted, hours = {amina.variant.id: 1}, 48
            _link, token = links.open_link(amina.id, wanted, kind="product", hours=hours, language="en", by=SYSTEM)
        session.remove()  # type: ignore[attr-defined]
    yacine.client.get(f"/s/p{amina.product.id}w")
    details = f"/o/{token}/details"
    yacine.open(details)
    yacine.press(details, button={"update": "1"}, **{**YACINE, "wilaya": ORAN, "commune": ""})
    way = {f"delivery-{amina.id}": yacine.page.ways(amina.id)["home"]}
    yacine.press(details, commune=ORAN_CITY, payment="cash_on_delivery", **way)
    yacine.press("/confirmation")
    assert sources(application) == {amina.id: "link"}
    page = owner.get(f"/studio/{amina.store.slug}/products/{amina.product.id}/share").text
    assert "Private link" in page.split("What brought customers")[1]


def test_a_sale_from_hand_to_hand_is_told_as_one_and_a_product_knows_only_its_own(
    application: Flask, amina: Workshop, ismahane: Workshop
) -> None:
    with application.app_context():
        seen = hand.goods_in_hand(amina.id, {amina.variant.id: 2}).hash
        with transaction():
            hand.sell_in_hand(amina.store, {amina.variant.id: 2}, key="k", seen=seen, buyer=HandBuyer(), by=SYSTEM)
        since = clock.now() - LOOK_BACK
        expected = [("hand", 1, 120_000)]
        assert [(each.source, each.orders, each.goods.minor) for each in sold_by_source(amina.id, since)] == expected
        found = product_sold_by_source(amina.id, amina.product.id, since)
        assert [(each.source, each.orders, each.goods.minor) for each in found] == expected
        assert product_sold_by_source(amina.id, ismahane.product.id, since) == []


@pytest.mark.parametrize("cookie", ["", "9999999.w", "1w1w1w", "x" * 4000, "9999999999999999999w"])
def test_a_foreign_or_broken_memory_is_no_source(
    application: Flask, amina: Workshop, yacine: Buyer, cookie: str
) -> None:
    yacine.client.set_cookie("via", cookie)
    yacine.buy(amina)
    assert sources(application) == {}


def test_a_link_to_what_buyers_cannot_see_is_not_there(application: Flask, amina: Workshop, yacine: Buyer) -> None:
    with application.app_context(), transaction():
        catalogue.hide(amina.id, amina.product.id, by=SYSTEM)
    for code in (f"p{amina.product.id}w", "p999999w", "s999999w", "nonsense", f"s{amina.id}z"):
        answer = yacine.client.get(f"/s/{code}")
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (404, None), code


def test_she_sees_which_source_sold_without_what_was_cancelled(
    application: Flask, amina: Workshop, yacine: Buyer, owner: Person
) -> None:
    yacine.client.get(f"/s/p{amina.product.id}w")
    yacine.buy(amina)
    Buyer(application).buy(amina, phone="0550 99 88 77")
    since = clock.now() - LOOK_BACK
    with application.app_context():
        found = {each.source: (each.orders, each.goods.minor) for each in sold_by_source(amina.id, since)}
        assert found == {"whatsapp": (1, 60_000), "": (1, 60_000)}
    page = owner.get(f"/studio/{amina.store.slug}/share").text
    assert "WhatsApp" in page.split("What brought customers")[1]
    with application.app_context(), transaction():
        order_id = session.scalars(select(OrderSource.order_id)).one()
        orders.mark_cancelled(amina.id, order_id, "other", by=SYSTEM)
    with application.app_context():
        assert [each.source for each in sold_by_source(amina.id, since)] == [""]


def test_a_product_is_shared_with_words_in_a_chosen_language_and_a_code_that_reads(
    amina: Workshop, owner: Person
) -> None:
    studio = f"/studio/{amina.store.slug}"
    page = owner.get(f"{studio}/products/{amina.product.id}/share?words=fr").text
    link = f"http://127.0.0.1:8000/s/p{amina.product.id}"
    assert f"{link}w" in page
    assert "600\u00a0DA. À commander ici" in page
    assert "https://www.facebook.com/sharer/sharer.php?u=http%3A%2F%2F127.0.0.1%3A8000%2Fs%2Fp" in page
    picture = owner.get(f"{studio}/products/{amina.product.id}/share/qr.png?keep=1")
    assert picture.headers["Content-Disposition"].startswith("attachment")
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.data)).convert("L"))
    assert [each.text for each in read] == [f"{link}q"]
