"""A partner of each workshop of the street, whose address leads nowhere: its keys are typed, and nobody is asked."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from sqlalchemy import select, update

from shop.core import clock
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.http import Outbound
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.outside import Outside
from shop.shipping import abroad
from shop.shipping import queries as shipping_queries
from shop.shipping import service as shipping
from shop.shipping.abroad import NewZone
from shop.shipping.carriers.yalidine.client import TENANTS
from shop.shipping.models import CarrierAccount, Shipment
from tests.checkout.cast import Workshop

OF_PARTNERS = (
    "studio.connection", "studio.check_connection", "studio.learn_prices", "studio.choose_label",
    "hooks.carrier_challenge", "hooks.carrier_notice",
)  # fmt: skip
NOWHERE = "http://127.0.0.1:9"
KEYS = {
    "brand": "yalidine", "api_id": "01234567890123456789", "api_token": "CanaryTokenOfTheStreet1234567890",
    "hook_secret": "CanarySecretOfTheStreet12",
}  # fmt: skip
ZONE = {"countries": "BE", "name": "Belgique", "service": "packet", "min_days": "7", "max_days": "21"}
STEPS = {f"weight-{at}": str(500 + at) for at in range(8)} | {f"price-{at}": "1500" for at in range(8)}
HINTS = (
    {"instruction": "send_back"}
    | {f"=studio.connection:{name}": value for name, value in KEYS.items()}
    | {f"=studio.new_zone:{name}": value for name, value in (ZONE | STEPS).items()}
)


def lead_nowhere(application: Flask) -> None:
    """Let whatever is asked of the partner go to a port on which nobody answers."""
    outside: Outside = application.extensions["hirfa_outside"]
    way = Outbound(instead=dict.fromkeys((url for _name, url in TENANTS.values()), NOWHERE))
    application.extensions["hirfa_outside"] = replace(outside, http=way)


def add_partner(store_id: int, by: Actor) -> int:
    """Give a workshop a partner that it does not offer; return the number of its account."""
    made = shipping.add_carrier(store_id, "yalidine", "Yalidine", by=by)
    shipping.change_carrier(store_id, made.id, active=False, by=by)
    return made.id


def partner_numbers() -> list[str]:
    """Return the numbers of the accounts of partners."""
    wanted = select(CarrierAccount.id).where(CarrierAccount.carrier == "yalidine").order_by(CarrierAccount.id)
    return [str(number) for number in session.scalars(wanted)]


def miss(order_code: str) -> None:
    """Let the courier of a partner that takes instructions have found nobody, inside the current transaction."""
    order = session.scalars(select(Order).where(Order.code == order_code)).one()
    box = shipping_queries.live_shipment(order.store_id, order.id)
    assert box is not None
    fulfilment.scan(order.store_id, box.id, "attempt_failed", by=SYSTEM)
    told = update(Shipment).where(Shipment.id == box.id)
    session.execute(told.values(carrier="noest", booked_at=clock.now(), tracking="ECS0123456789"))


def send_abroad() -> str:
    """Let a parcel that was delivered have gone to Lyon; return the code of its order."""
    there = {"wilaya_code": "FR", "commune_code": "FR", "city": "Lyon", "postcode": "69003"}
    delivered = select(Order.code).join(Shipment, Shipment.order_id == Order.id).where(Shipment.state == "delivered")
    with transaction():
        code = session.scalars(delivered.order_by(Order.id).limit(1)).one()
        session.execute(update(Order).where(Order.code == code).values(there))
    return code


def add_zone(name: str, shop: Workshop, by: Actor) -> int:
    """Give a workshop a zone abroad; return its number."""
    return abroad.add_zone(
        shop.id,
        NewZone(
            name=name, account_id=shop.carrier.id, service="packet", countries=["FR"],
            steps=[(2000, Money.dinars(1500))], min_days=7, max_days=21,
        ),
        by=by,
    )  # fmt: skip
