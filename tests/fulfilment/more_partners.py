"""What is different of the partners that go through the same tests: their simulators, keys, faults and notices."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shop.plumbing.plugin_settings import secret_fields
from shop.shipping.carriers import CARRIERS
from shop.shipping.contract import Notice
from shop.testing import ecotrack_sim, maystro_sim, procolis_sim, zrexpress_sim
from shop.testing.carrier_parcels import CarrierSystem

ZR_SECRET = "whsec_Q2FuYXJ5U2VjcmV0T2ZIb29rczk5"
MAYSTRO_SECRET = "CanarySecretOfHooks99"

Tell = Callable[[str, str, str, datetime], Notice]


@dataclass(frozen=True)
class Case:
    """One partner: what a test must know of it."""

    kind: type[CarrierSystem]
    keys: Mapping[str, str]
    path: str  # of the request that makes a parcel
    second_try: Sequence[str]  # our states after each step of that journey
    notice: Tell | None = None  # of a parcel, with a status, an event's name and its moment
    cancels: bool = True
    lists: bool = True  # its communes
    desks: bool = True

    @property
    def key(self) -> str:
        return self.kind.key

    @property
    def hidden(self) -> frozenset[str]:
        return secret_fields(CARRIERS.usable[self.key].settings)

    def __repr__(self) -> str:
        return self.key


def zr_notice(tracking: str, status: str, event: str, at: datetime) -> Notice:
    row = {"id": "x", "externalId": "x", "trackingNumber": tracking, "state": {"name": status}}
    body = json.dumps(zrexpress_sim.told_of(row, at)).encode()
    headers = {name.lower(): value for name, value in zrexpress_sim.signed(ZR_SECRET, body, event, at).items()}
    return Notice(body, headers, at)


def maystro_notice(tracking: str, status: str, event: str, at: datetime) -> Notice:
    row = {"id": tracking, "external_order_id": event, "display_id": 1, "status": int(status), "updated_at": str(at)}
    headers = {name.lower(): value for name, value in maystro_sim.marked(MAYSTRO_SECRET).items()}
    return Notice(maystro_sim.wrapped(row), headers, at)


CASES = [
    Case(
        zrexpress_sim.ZrExpressSim,
        {
            "tenant": "0d9f5d3c-1f1e-4b65-8c8e-2a3c4d5e6f70", "api_key": "CanaryKeyOfAmina1234567890abcd",
            "hook_secret": ZR_SECRET,
        },
        "/parcels$", ("in_transit", "in_transit", "attempt_failed", "in_transit", "delivered"), zr_notice,
    ),
    Case(
        procolis_sim.ProcolisSim, {"token": "CanaryTokenOfAmina12345", "key": "CanaryKeyOfAmina123456"},
        "/add_colis$", ("in_transit", "in_transit", "attempt_failed", "in_transit", "delivered"), cancels=False,
        lists=False, desks=False,
    ),
    Case(
        maystro_sim.MaystroSim, {"api_token": "CanaryTokenOfAmina1234567890", "hook_secret": MAYSTRO_SECRET},
        "/stores/orders/$", ("in_transit", "in_transit", "in_transit", "attempt_failed", "in_transit", "delivered"),
        maystro_notice, desks=False,
    ),
    Case(
        ecotrack_sim.EcotrackSim, {"brand": "packers", "api_token": "CanaryTokenOfAmina1234567890", "collection": "0"},
        "/create/order$", ("in_transit", "in_transit", "in_transit", "attempt_failed", "in_transit", "delivered"),
    ),
]  # fmt: skip
TOLD = [each for each in CASES if each.notice is not None]
