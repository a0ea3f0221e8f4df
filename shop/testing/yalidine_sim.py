"""Yalidine in small, for all six companies: lists in pages, parcels keyed by order_id, histories, notices, quotas.

Any API ID with a token opens an account of its own. Asked twice for the same order_id it makes two parcels, as the
real one. `/control/yalidine/…` moves parcels, registers the address for notices, closes accounts.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from shop.core.clock import ALGIERS
from shop.core.errors import AdapterError
from shop.plumbing.http import Outbound, origin_of
from shop.shipping.carriers.yalidine.client import TENANTS
from shop.testing import yalidine_places as places
from shop.testing.carrier_labels import A6, label_pdf, pdf_answer
from shop.testing.carrier_parcels import CarrierSystem, Made, routes
from shop.testing.carrier_places import WILAYAS

PREPARING = "En préparation"
PAID = "payed"  # no status: all that was collected of the account is paid out
FREE_KG, KG_PER_CM3 = 5, 0.0002
TAX, TAXED_FROM = 1.5, 10_000  # per cent that it keeps of what it collects, from so many dinars on
LIMITS: Mapping[str, tuple[int, int]] = {
    "second": (1, 5), "minute": (60, 50), "hour": (3600, 1000), "day": (86_400, 10_000),
}  # fmt: skip
JOURNEYS: Mapping[str, tuple[str, ...]] = {
    "delivered": ("Ramassé", "Expédié", "Reçu à Wilaya", "Sorti en livraison", "Livré", PAID),
    "desk": ("Ramassé", "Expédié", "Reçu à Wilaya", "En attente du client", "Livré", PAID),
    "second_try": ("Ramassé", "Expédié", "Sorti en livraison", "Tentative échouée", "Sorti en livraison", "Livré",
                   PAID),
    "returned": ("Ramassé", "Expédié", "Tentative échouée", "Echèc livraison", "Retour vers vendeur",
                 "Retourné au vendeur"),
}  # fmt: skip
FLAGS = ("do_insurance", "freeshipping", "is_stopdesk", "has_exchange")
_ID, _TOKEN = re.compile(r"\d{4,40}"), re.compile(r"[A-Za-z0-9]{16,128}")


@dataclass(frozen=True)
class Hook:
    """Where an account's notices go, and the secret that signs them."""

    url: str
    secret: str


class YalidineSim(CarrierSystem):
    """The accounts, their parcels and notices, in memory."""

    key = "yalidine"
    api = ""  # its files too
    stands_for = {url: "" for _name, url in TENANTS.values()}
    reference = "order_id"
    journeys = JOURNEYS
    most = LIMITS

    def forget(self) -> None:
        """Know no parcels and no address for notices."""
        super().forget()
        self.hooks: dict[str, Hook] = {}
        self.label_pages = False  # labels are pages, and no PDF

    def blueprint(self) -> Blueprint:
        """Return the interface, and the pages of labels."""
        port = Blueprint("yalidine", __name__)
        rules = (
            ("GET", "wilayas/", self._wilayas), ("GET", "communes/", self._communes),
            ("GET", "centers/", self._centers), ("GET", "<kind>/<int:number>", self._place),
            ("GET", "fees/", self._fees), ("POST", "parcels/", self._create),
            ("GET", "parcels/", self._list), ("DELETE", "parcels/", self._delete_many),
            ("GET", "parcels/<tracking>", self._show), ("PATCH", "parcels/<tracking>", self._change),
            ("DELETE", "parcels/<tracking>", self._delete), ("GET", "histories/", self._histories),
            ("GET", "histories/<tracking>", self._history),
        )  # fmt: skip
        routes(port, "/v1/", rules, self._admitted, strict=False)
        port.add_url_rule("/app/bordereau.php", "label", self._label, methods=["GET"])
        return port

    def control(self) -> Blueprint:
        """Return what can be told: how a parcel goes, where notices go, which accounts are closed."""
        port = super().control()

        @port.post("/webhooks")
        def webhooks() -> ResponseReturnValue:
            told = request.get_json(force=True)
            return {"registered": self.register(told["api_id"], told["url"], told["secret"])}

        @port.post("/payments")
        def payments() -> ResponseReturnValue:
            return {"payment_id": self.pay(request.get_json(force=True)["api_id"])}

        return port

    def register(self, api_id: str, url: str, secret: str) -> bool:
        """Register the address for notices, once it has answered the challenge; return whether it has."""
        token = secrets.token_hex(16)
        try:
            answer = Outbound(trusted=[origin_of(url)]).get(url, params={"subscribe": "1", "crc_token": token})
        except AdapterError:
            return False
        if not answer.ok or answer.body.decode() != token:
            return False
        self.hooks[api_id] = Hook(url, secret)
        return True

    def say(self, made: Made, status: str, *, at: datetime, reason: str | None = None) -> None:
        """Write down a status of a parcel, and send the notice of it; or pay its account."""
        if status == PAID:
            self.pay(made.account)
            return
        row = made.row
        row["last_status"], row["date_last_status"] = status, _stamp(at)
        made.told.append({
            "date_status": _stamp(at), "tracking": row["tracking"], "status": status, "reason": reason,
            "center_id": None, "center_name": None, "wilaya_id": row["to_wilaya_id"],
            "wilaya_name": row["to_wilaya_name"], "commune_id": row["to_commune_id"],
            "commune_name": row["to_commune_name"],
        })  # fmt: skip
        if status == "Livré":
            row["payment_status"] = "ready"
        self._send(made, {"tracking": row["tracking"], "status": status, "reason": reason}, at=at)

    def pay(self, account: str) -> str:
        """Pay out what was collected for an account; return the name of the payment, '' where there was nothing."""
        with self.lock:
            ready = [each for each in self.parcels.values()
                     if each.account == account and each.row["payment_status"] == "ready"]  # fmt: skip
            payment = f"PAY-{secrets.token_hex(4).upper()}" if ready else ""
            for each in ready:
                each.row["payment_status"], each.row["payment_id"] = PAID, payment
                told = {"tracking": each.tracking, "status": PAID, "payment_id": payment}
                self._send(each, told, at=self.world.clock.now(), kind="parcel_payment_updated")
            return payment

    def _send(self, made: Made, data: Mapping[str, Any], *, at: datetime, kind: str = "parcel_status_updated") -> None:
        hook = self.hooks.get(made.account)
        if hook is None:
            return
        event = {"event_id": secrets.token_hex(16), "occurred_at": _stamp(at), "data": data}
        body = json.dumps({"type": kind, "events": [event]}).encode()
        self.world.notices.put("yalidine", hook.url, body, lambda raw: signed(hook.secret, raw))

    # ── who may ask, and how often ───────────────────────────────────────────────────────────────────────────────

    def _admitted(self, view: Any) -> Any:
        def admitted(**path: str) -> ResponseReturnValue:
            account, token = request.headers.get("X-API-ID", ""), request.headers.get("X-API-TOKEN", "")
            if not (_ID.fullmatch(account) and _TOKEN.fullmatch(token)) or account in self.closed:
                return {"error": {"code": 401, "message": "Unauthorized"}}, 401
            with self.lock:
                left = self.counted(account)
                if left is None:
                    return _with(jsonify({"error": {"message": "Too many requests"}}), 429, {"Retry-After": "60"})
                self.tick()
                answer = make_response(view(account, **path))
            return _with(answer, answer.status_code, {f"{name}-quota-left": str(n) for name, n in left.items()})

        return admitted

    # ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _wilayas(self, _account: str) -> ResponseReturnValue:
        return _listed(places.wilayas(), ("id", "name"))

    def _communes(self, _account: str) -> ResponseReturnValue:
        return _listed(places.communes(), ("id", "wilaya_id", "has_stop_desk", "is_deliverable"))

    def _centers(self, _account: str) -> ResponseReturnValue:
        return _listed(places.centers(), ("center_id", "commune_id", "commune_name", "wilaya_id", "wilaya_name"))

    def _place(self, _account: str, kind: str, number: int) -> ResponseReturnValue:
        lists = {"wilayas": (places.wilayas, "id"), "communes": (places.communes, "id"),
                 "centers": (places.centers, "center_id")}  # fmt: skip
        if kind not in lists:
            return {"error": {"message": "Not found"}}, 404
        rows, name = lists[kind]
        return _enveloped([row for row in rows() if row[name] == number])

    def _fees(self, _account: str) -> ResponseReturnValue:
        sender, to = (request.args.get(name, "") for name in ("from_wilaya_id", "to_wilaya_id"))
        if not all(each.isdigit() and 1 <= int(each) <= WILAYAS for each in (sender, to)):
            return {"error": {"message": "from_wilaya_id and to_wilaya_id are required"}}, 422
        return dict(places.fees(int(sender), int(to)))

    def _list(self, account: str) -> ResponseReturnValue:
        mine = [each.row for each in self.parcels.values() if each.account == account]
        since, _comma, until = request.args.get("date_last_status", "").partition(",")
        if since:
            mine = [row for row in mine if since <= row["date_last_status"][:10] <= (until or since)]
        return _listed(mine[::-1], ("tracking", "order_id", "last_status", "payment_status", "is_stopdesk"))

    def _show(self, account: str, tracking: str) -> ResponseReturnValue:
        made = self.mine(account, tracking)
        return _enveloped([made.row] if made else [])

    def _histories(self, account: str) -> ResponseReturnValue:
        told = [row for each in self.parcels.values() if each.account == account for row in each.told]
        return _listed(sorted(told, key=lambda row: row["date_status"], reverse=True), ("tracking", "status", "reason"))

    def _history(self, account: str, tracking: str) -> ResponseReturnValue:
        made = self.mine(account, tracking)
        return _enveloped(made.told[::-1] if made else [])

    # ── parcels ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _create(self, account: str) -> ResponseReturnValue:
        asked = request.get_json(silent=True)
        if not isinstance(asked, list) or not all(isinstance(each, dict) for each in asked):
            return {"error": {"message": "The body must be an array of parcels"}}, 400
        batch = secrets.randbelow(90_000) + 10_000
        return {str(each.get("order_id")): self._made(account, each, batch) for each in asked}

    def _made(self, account: str, asked: dict[str, Any], batch: int) -> dict[str, Any]:
        reference, problem = asked.get("order_id"), wrong(asked)
        if problem:
            return {"success": False, "order_id": reference, "tracking": None, "import_id": None, "label": None,
                    "labels": None, "message": problem}  # fmt: skip
        row = self._row(asked, batch)
        made = Made(account, str(row["tracking"]), row)
        self.parcels[made.tracking] = made
        self.say(made, PREPARING, at=self.world.clock.now())
        self.set_out(made, "desk" if row["is_stopdesk"] else "delivered")
        return {"success": True, "order_id": reference, "tracking": made.tracking, "import_id": batch,
                "label": made.row["label"], "labels": made.row["labels"], "message": ""}  # fmt: skip

    def _row(self, asked: Mapping[str, Any], batch: int) -> dict[str, Any]:
        tracking = "yal-" + "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(6))
        commune = _commune(asked["to_wilaya_name"], asked["to_commune_name"]) or {}
        label = self.file_url(f"/app/bordereau.php?tracking={tracking}&token={secrets.token_hex(16)}")
        now = _stamp(self.world.clock.now())
        return {
            **{name: value for name, value in asked.items() if name not in FLAGS},
            **{name: int(bool(asked.get(name))) for name in FLAGS},
            "tracking": tracking, "to_commune_id": commune.get("id"), "to_wilaya_id": commune.get("wilaya_id"),
            "import_id": batch, "date_creation": now, "date_expedition": None, "date_last_status": now,
            "last_status": PREPARING, "parcel_type": "ecommerce", "payment_status": "not-ready", "payment_id": None,
            "delivery_fee": _fee(asked, commune), "taxe_percentage": TAX, "taxe_from": TAXED_FROM,
            "label": label, "labels": label, "pin": f"{secrets.randbelow(10_000):04}",
            "qr_text": f"{commune.get('wilaya_id')},{tracking},{commune.get('id')},,,",
        }  # fmt: skip

    def _change(self, account: str, tracking: str) -> ResponseReturnValue:
        made, told = self.mine(account, tracking), request.get_json(silent=True)
        if made is None or made.row["last_status"] != PREPARING or not isinstance(told, dict):
            return {"error": {"message": "This parcel can not be changed"}}, 422
        made.row.update({name: value for name, value in told.items() if name in made.row and name != "tracking"})
        return made.row

    def _delete(self, account: str, tracking: str) -> ResponseReturnValue:
        return jsonify([{"tracking": tracking, "deleted": self._gone(account, tracking)}])

    def _delete_many(self, account: str) -> ResponseReturnValue:
        named = [each for each in request.args.get("tracking", "").split(",") if each]
        return jsonify([{"tracking": each, "deleted": self._gone(account, each)} for each in named])

    def _gone(self, account: str, tracking: str) -> bool:
        made = self.mine(account, tracking)
        if made is None or made.row["last_status"] != PREPARING:
            return False
        del self.parcels[tracking]
        return True

    def _label(self) -> ResponseReturnValue:
        made = self.parcels.get(request.args.get("tracking", ""))
        if made is None or not made.row["label"].endswith(f"token={request.args.get('token')}"):
            return "403", 403
        if self.label_pages:
            return f"<!doctype html><title>Bordereau</title><h1>{made.row['tracking']}</h1>"
        row = made.row
        told = (f"{row['firstname']} {row['familyname']}", row["contact_phone"], row["address"],
                f"{row['to_commune_name']}, {row['to_wilaya_name']}", f"{row['price']} DA",
                f"PIN {row['pin']}")  # fmt: skip
        return pdf_answer(label_pdf("YALIDINE", made.tracking, told, size=A6))


def signed(secret: str, body: bytes) -> dict[str, str]:
    """Return the headers of a notice: signed over the raw bytes by the secret of the address for notices."""
    mark = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-YALIDINE-SIGNATURE": mark, "content-type": "application/json"}


def wrong(asked: Mapping[str, Any]) -> str:
    """Return what is wrong with a parcel, with the name of its field; nothing when it can be made."""
    commune = _commune(asked.get("to_wilaya_name"), asked.get("to_commune_name"))
    tests = {
        "order_id": bool(asked.get("order_id")),
        "from_wilaya_name": any(each["name"] == asked.get("from_wilaya_name") for each in places.wilayas()),
        "to_wilaya_name": any(each["name"] == asked.get("to_wilaya_name") for each in places.wilayas()),
        "to_commune_name": commune is not None,
        "firstname": bool(asked.get("firstname")), "familyname": bool(asked.get("familyname")),
        "contact_phone": _is_phone(asked.get("contact_phone")), "address": bool(asked.get("address")),
        "product_list": bool(asked.get("product_list")), "price": _is_amount(asked.get("price")),
        "declared_value": _is_amount(asked.get("declared_value")),
        "product_to_collect": not asked.get("has_exchange") or bool(asked.get("product_to_collect")),
        "stopdesk_id": not asked.get("is_stopdesk") or _is_desk(asked.get("stopdesk_id")),
    }  # fmt: skip
    return next((f"The field {name} is invalid" for name, right in tests.items() if not right), "")


def _is_phone(text: object) -> bool:
    return isinstance(text, str) and all(re.fullmatch(r"0[2-9]\d{7,8}", each) for each in text.split(","))


def _is_amount(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 150_000


def _is_desk(value: object) -> bool:
    return any(str(row["center_id"]) == str(value) for row in places.centers())


def _commune(wilaya: object, name: object) -> Mapping[str, Any] | None:
    rows = (row for row in places.communes() if row["wilaya_name"] == wilaya and row["name"] == name)
    return next(rows, None)


def _fee(asked: Mapping[str, Any], commune: Mapping[str, Any]) -> int:
    """Return what the delivery of a parcel costs."""
    sender = next(each["id"] for each in places.wilayas() if each["name"] == asked["from_wilaya_name"])
    told = places.fees(sender, commune["wilaya_id"])
    prices = told["per_commune"][str(commune["id"])]
    length, width, height = (int(asked.get(name) or 0) for name in ("length", "width", "height"))
    billable = max(int(asked.get("weight") or 0), length * width * height * KG_PER_CM3)
    over = max(0, billable - FREE_KG) * told["oversize_fee"]
    return int(prices["express_desk" if asked.get("is_stopdesk") else "express_home"] or 0) + int(over + 0.5)


def _stamp(at: datetime) -> str:
    """Return a moment as it writes them: on the clocks of Algiers, without a zone."""
    return at.astimezone(ALGIERS).strftime("%Y-%m-%d %H:%M:%S")


def _listed(rows: Iterable[Mapping[str, Any]], filters: Sequence[str]) -> ResponseReturnValue:
    wanted = {name: set(request.args[name].split(",")) for name in filters if request.args.get(name)}
    return _enveloped([row for row in rows if all(str(row[name]) in values for name, values in wanted.items())])


def _enveloped(rows: Sequence[Mapping[str, Any]]) -> ResponseReturnValue:
    size = max(1, min(int(request.args.get("page_size", 100)), 1000))
    page = max(1, int(request.args.get("page", 1)))
    shown, last = list(rows[(page - 1) * size : page * size]), page * size >= len(rows)
    links = {"self": request.url, "before": None, "next": None if last else f"{request.base_url}?page={page + 1}"}
    return {"has_more": not last, "total_data": len(rows), "data": shown, "links": links}


def _with(answer: Response, status: int, headers: Mapping[str, str]) -> Response:
    answer.status_code = status
    answer.headers.update(headers)
    return answer
