"""A gift in the studio: before the call, and on its page, she reads that no price is told, and who is written to."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from tests.studio.day import a_day


def test_no_price_is_told_to_who_receives_a_gift(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    with application.app_context():
        with transaction():
            gift = {"gift": True, "gift_words": "عيد سعيد", "payer_phone": "+33612345678"}
            session.execute(update(Order).where(Order.code == code).values(gift))
        session.remove()  # type: ignore[attr-defined]
    assert "A gift, paid before: speak of the delivery only, tell no price." in day.page("/")
    page = day.page(f"/orders/{code}")
    assert "tell no price. Messages go to who gives it" in page
    assert "عيد سعيد" in page
    assert "https://wa.me/33612345678" in page
    assert 'href="tel:+213550123456"' in page, "who receives it is called for the delivery"
