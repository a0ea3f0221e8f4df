"""Maystro in small: orders by commune number, refusals by field, history, notices in Base64 in Base64.

Any token opens an account of its own. Asked twice for the same `external_order_id` it makes two parcels: nobody knows
better of the real one. `/control/maystro/…` moves parcels, registers the address for notices, closes accounts.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from shop.testing.carrier_parcels import CarrierSystem, Made, routes
from shop.testing.carrier_places import SOUTH, communes, wilaya_names

CREATED, CANCELLED = 4, 50
BEFORE = (4, 5, 6)
PAGE = 20
HOME = {1: 600, 2: 750, 3: 950, 4: 1400}  # dinars by zone
DESK = {1: 400, 2: 500, 3: 600}  # further away there is none
_TOKEN = re.compile(r"Token [!-~]{16,200}")


@dataclass(frozen=True)
class Hook:
    """Where an account's notices go, and the secret that goes with them."""

    url: str
    secret: str


class MaystroSim(CarrierSystem):
    """The accounts, their parcels and notices, in memory. Journeys are numbers, said as text on the control port."""

    key = "maystro"
    api = "/api"
    stands_for = {"https://backend.maystro-delivery.com": ""}
    reference = "external_order_id"
    journeys = {
        "delivered": ("8", "9", "15", "31", "41"),
        "desk": ("8", "9", "15", "41"),
        "second_try": ("8", "9", "31", "32", "31", "41"),
        "returned": ("8", "31", "32", "10", "51", "52"),
    }

    def forget(self) -> None:
        """Know no parcels and refuse no key."""
        super().forget()
        self.hooks: dict[str, Hook] = {}
        self.looks = True  # whether a list of parcels may be asked for a reference
        self.tells_history = True

    def blueprint(self) -> Blueprint:
        """Return the interface."""
        port = Blueprint("maystro", __name__)
        rules = (
            ("GET", "shared/wilayas/", self._wilayas), ("GET", "shared/communes/", self._communes),
            ("GET", "stores/delivery_price/", self._price), ("POST", "stores/orders/", self._create),
            ("GET", "stores/orders/", self._list), ("GET", "stores/orders/<name>/", self._show),
            ("PATCH", "shared/status/<name>/", self._abort), ("GET", "stores/history_order/<name>", self._history),
        )  # fmt: skip
        routes(port, "/api/", rules, self._admitted)
        return port

    def control(self) -> Blueprint:
        """Return what can be told: how a parcel goes, where notices go, which accounts are closed."""
        port = super().control()

        @port.post("/webhooks")
        def webhooks() -> ResponseReturnValue:
            told = request.get_json(force=True)
            self.hooks[told["token"]] = Hook(told["url"], told["secret"])
            return {}

        return port

    def say(self, made: Made, status: str, *, at: datetime, reason: str | None = None) -> None:
        """Write down a status of a parcel, and send the notice of it."""
        made.row.update({"status": int(status), "updated_at": at.isoformat()})
        made.told.append({"status": int(status), "created_at": at.isoformat(), "comment": reason or ""})
        hook = self.hooks.get(made.account)
        if hook is not None:
            self.world.notices.put("maystro", hook.url, wrapped(made.row), lambda _raw: marked(hook.secret))

    def _admitted(self, view: Any) -> Any:
        def admitted(**path: str) -> ResponseReturnValue:
            given = request.headers.get("Authorization", "")
            token = given.removeprefix("Token ")
            if not _TOKEN.fullmatch(given) or token in self.closed:
                return {"detail": "Invalid token."}, 401
            with self.lock:
                if self.counted(token) is None:
                    return {"detail": "Request was throttled."}, 429
                self.tick()
                answered: ResponseReturnValue = view(token, **path)
                return answered

        return admitted

    # ── lists and prices ─────────────────────────────────────────────────────────────────────────────────────────

    def _wilayas(self, _account: str) -> ResponseReturnValue:
        return jsonify([[number, name] for number, name in enumerate(wilaya_names(), 1)])

    def _communes(self, _account: str) -> ResponseReturnValue:
        asked = request.args.get("wilaya")
        return jsonify([row for row in places() if asked is None or str(row["wilaya"]) == asked])

    def _price(self, _account: str) -> ResponseReturnValue:
        row = next((each for each in places() if str(each["id"]) == request.args.get("commune")), None)
        table = {"1": HOME, "2": DESK}.get(request.args.get("delivery_type", "1"), {})
        price = None if row is None else table.get(SOUTH.get(row["wilaya"], 1))
        return {"delivery_price": price} if price else ({"detail": "No pricing for the provided information."}, 404)

    # ── parcels ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _create(self, account: str) -> ResponseReturnValue:
        told = request.get_json(silent=True)
        asked = told if isinstance(told, Mapping) else {}
        problem = wrong(asked)
        if problem:
            return {problem: ["A valid value is required."]}, 400
        mark, now = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)), self.world.clock.now()
        row = {**asked, "id": mark, "display_id": 100_000 + len(self.parcels), "created_at": now.isoformat()}
        made = Made(account, mark, row)
        self.parcels[mark] = made
        self.say(made, str(CREATED), at=now)
        self.set_out(made, "desk" if asked["delivery_type"] == 2 else "delivered")
        return made.row, 201

    def _list(self, account: str) -> ResponseReturnValue:
        reference, page = request.args.get("external_order_id"), max(1, int(request.args.get("page", 1)))
        mine = [each.row for each in self.parcels.values() if each.account == account][::-1]
        found = [row for row in mine if not (reference and self.looks) or row["external_order_id"] == reference]
        last = page * PAGE >= len(found)
        more = None if last else f"{request.base_url}?page={page + 1}"
        return {"list": {"results": found[(page - 1) * PAGE : page * PAGE], "count": len(found), "next": more}}

    def _show(self, account: str, name: str) -> ResponseReturnValue:
        made = self.mine(account, name)
        return made.row if made else _missing()

    def _history(self, account: str, name: str) -> ResponseReturnValue:
        made = self.mine(account, name) if self.tells_history else None
        return jsonify(made.told[::-1]) if made else _missing()

    def _abort(self, account: str, name: str) -> ResponseReturnValue:
        made, told = self.mine(account, name), request.get_json(silent=True)
        if made is None:
            return _missing()
        if made.row["status"] not in BEFORE or told != {"status": CANCELLED, "abort_reason": 21}:
            return {"status": ["The status can not be changed."]}, 400
        made.script.clear()
        self.say(made, str(CANCELLED), at=self.world.clock.now())
        return made.row


@cache
def places() -> tuple[Mapping[str, Any], ...]:
    """Return the communes, under numbers of its own."""
    return tuple(
        {"id": at, "wilaya": row.wilaya, "name": row.name} for at, row in enumerate(communes("maystro"), 101)
    )  # fmt: skip


def wrapped(row: Mapping[str, Any]) -> bytes:
    """Return the body of a notice: JSON in Base64 in Base64."""
    told = {"order_id": row["id"], "external_order_id": row["external_order_id"], "display_id": row["display_id"],
            "status": row["status"], "updated_at": row["updated_at"]}  # fmt: skip
    return base64.b64encode(base64.b64encode(json.dumps(told).encode()))


def marked(secret: str) -> dict[str, str]:
    """Return the headers of a notice."""
    return {"X-Webhook-Secret": secret, "content-type": "text/plain"}


def wrong(asked: Mapping[str, Any]) -> str:
    """Return the field of a parcel that is wrong; nothing when it can be made."""
    commune = next((each for each in places() if each["id"] == asked.get("commune")), None)
    price, products = asked.get("product_price"), asked.get("products")
    tests = {
        "source": asked.get("source") == 4,
        "wilaya": isinstance(asked.get("wilaya"), int) and 1 <= asked["wilaya"] <= len(wilaya_names()),
        "commune": commune is not None and commune["wilaya"] == asked.get("wilaya"),
        "customer_phone": re.fullmatch(r"0?[2-9]\d{7,8}", str(asked.get("customer_phone") or "")) is not None,
        "customer_name": bool(asked.get("customer_name")),
        "product_price": isinstance(price, int) and not isinstance(price, bool) and 0 <= price <= 150_000,
        "delivery_type": asked.get("delivery_type") in (1, 2), "express": isinstance(asked.get("express"), bool),
        "products": isinstance(products, list) and bool(products),
        "destination_text": len(str(asked.get("destination_text") or "")) <= 255,
    }  # fmt: skip
    return next((name for name, right in tests.items() if not right), "")


def _missing() -> ResponseReturnValue:
    return {"detail": "Not found."}, 404
