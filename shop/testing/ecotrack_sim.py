"""Ecotrack in small, for all of its companies: drafts that are confirmed, lists in pages of forty, ways, labels.

Any long token opens an account of its own at any company. The same reference twice is two drafts, as there. What is
asked stands in the query. `/control/ecotrack/…` moves parcels, closes accounts, and keeps drafts from being confirmed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from shop.core.clock import ALGIERS
from shop.shipping.carriers.ecotrack.brands import BRANDS
from shop.testing import carrier_places
from shop.testing.carrier_labels import ROLL, label_pdf, pdf_answer
from shop.testing.carrier_parcels import CarrierSystem, Made, routes
from shop.testing.carrier_places import SOUTH, WILAYAS

DRAFT, WAITING = "prete_a_expedier", "en_ramassage"
LIMITS: Mapping[str, tuple[int, int]] = {"minute": (60, 50)}
PAGE = 40
MOST_ASKED = 100
JOURNEYS: Mapping[str, tuple[str, ...]] = {
    "delivered": ("picked", "accepted_by_carrier", "vers_hub", "dispatched_to_driver", "livred"),
    "second_try": ("picked", "accepted_by_carrier", "dispatched_to_driver", "attempt_delivery", "dispatched_to_driver",
                   "livred"),
    "paid": ("picked", "accepted_by_carrier", "dispatched_to_driver", "livred", "encaissed", "payed"),
    "returned": ("picked", "accepted_by_carrier", "attempt_delivery", "return_asked", "return_in_transit",
                 "Return_received"),
}  # fmt: skip
HOME, DESK = {1: 600, 2: 800, 3: 950, 4: 1300}, {1: 400, 2: 500, 3: 600, 4: 900}  # dinars by zone
UNSERVED = frozenset({54, 56, 58})
_TOKEN = re.compile(r"Bearer ([A-Za-z0-9|_.-]{16,200})")


class EcotrackSim(CarrierSystem):
    """The accounts and their parcels, in memory."""

    key = "ecotrack"
    api = "/api/v1"
    stands_for = {url: "" for _name, url in BRANDS.values()}
    journeys = JOURNEYS
    most = LIMITS

    def forget(self) -> None:
        """Know no parcels, and let every draft be confirmed."""
        super().forget()
        self.unconfirmed = ""  # why no draft can be confirmed now

    def blueprint(self) -> Blueprint:
        """Return the interface."""
        port = Blueprint("ecotrack", __name__)
        rules = (
            ("GET", "validate/token", self._token), ("GET", "get/wilayas", self._wilayas),
            ("GET", "get/communes", self._communes), ("GET", "get/fees", self._fees),
            ("POST", "create/order", self._create), ("POST", "valid/order", self._confirm),
            ("DELETE", "delete/order", self._delete), ("POST", "ask/for/order/return", self._return),
            ("GET", "get/orders", self._orders), ("GET", "get/trackings/info", self._ways),
            ("GET", "get/tracking/info", self._way), ("GET", "get/order/label", self._label),
        )  # fmt: skip
        routes(port, "/api/v1/", rules, self._admitted)
        return port

    def control(self) -> Blueprint:
        """Return what can be told: how a parcel goes, which accounts are closed, why no draft is confirmed."""
        port = super().control()

        @port.post("/confirming")
        def confirming() -> ResponseReturnValue:
            self.unconfirmed = str(request.get_json(force=True)["refused"])
            return {}

        return port

    def say(self, made: Made, status: str, *, at: datetime, reason: str | None = None) -> None:
        """Write down a status of a parcel; drafts go nowhere."""
        made.row["status"] = status
        local = at.astimezone(ALGIERS)
        made.told.append({
            "status": status, "date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M:%S}", "station": reason or "",
            "scanLocation": made.row["commune"],
        })  # fmt: skip

    def _admitted(self, view: Any) -> Any:
        def admitted() -> ResponseReturnValue:
            found = _TOKEN.fullmatch(request.headers.get("Authorization", ""))
            if found is None or found[1] in self.closed:
                return {"message": "Unauthenticated."}, 401
            with self.lock:
                left = self.counted(found[1])
                if left is None:
                    return {"message": "Too Many Attempts."}, 429, {"Retry-After": "60"}
                self.tick()
                answer = make_response(view(found[1]))
            answer.headers.update({"X-RateLimit-Remaining": str(left["minute"])} if left else {})
            return answer

        return admitted

    # ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _token(self, _account: str) -> ResponseReturnValue:
        return {"success": True, "message": "VALID_TOKEN"}

    def _wilayas(self, _account: str) -> ResponseReturnValue:
        names = enumerate(carrier_places.wilaya_names(), 1)
        return jsonify([{"wilaya_id": at, "wilaya_name": name} for at, name in names])

    def _communes(self, _account: str) -> ResponseReturnValue:
        """List communes as an object with numbers for names, the mark of a desk as text: some companies do so."""
        wilaya = request.args.get("wilaya_id", "")
        return {str(at): row for at, row in enumerate(_listed()) if wilaya in {"", str(row["wilaya_id"])}}

    def _fees(self, _account: str) -> ResponseReturnValue:
        return {"livraison": [
            {"wilaya_id": at, "tarif": str(HOME[SOUTH.get(at, 1)]), "tarif_stopdesk": str(DESK[SOUTH.get(at, 1)])}
            for at in range(1, WILAYAS + 1) if at not in UNSERVED
        ]}  # fmt: skip

    def _orders(self, account: str) -> ResponseReturnValue:
        begin, tracking = request.args.get("start_date", ""), request.args.get("tracking", "")
        rows = [
            each.row for each in self.parcels.values()
            if each.account == account and each.row["created_at"] >= begin and tracking in {"", each.tracking}
        ][::-1]  # fmt: skip
        page, last = max(1, int(request.args.get("page", 1))), max(1, -(-len(rows) // PAGE))
        shown = rows[(page - 1) * PAGE : page * PAGE]
        return {"current_page": page, "data": shown, "per_page": PAGE, "last_page": last, "total": len(rows)}

    # ── parcels ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _create(self, account: str) -> ResponseReturnValue:
        asked = request.args.to_dict()
        problems = wrong(asked)
        if problems:
            return {"message": "The given data was invalid.", "errors": problems}, 422
        if int(asked["code_wilaya"]) in UNSERVED:
            return {"success": False, "error": 10002, "message": "Wilaya non desservie"}
        tracking = "ECO" + "".join(secrets.choice("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(12))
        row = {
            "tracking": tracking, "reference": asked.get("reference"), "client": asked["nom_client"],
            "phone": asked["telephone"], "adresse": asked["adresse"], "commune": asked["commune"],
            "wilaya_id": int(asked["code_wilaya"]), "montant": asked["montant"], "produits": asked.get("produit"),
            "stop_desk": asked.get("stop_desk", "0"), "code_postal": asked.get("code_postal"), "status": DRAFT,
            "type_id": int(asked["type"]), "produit_a_recupere": asked.get("produit_a_recupere"),
            "weight": asked.get("weight"), "validated": 0,
            "created_at": f"{self.world.clock.now().astimezone(ALGIERS):%Y-%m-%d %H:%M:%S}",
        }  # fmt: skip
        self.parcels[tracking] = Made(account, tracking, row)
        return {"success": True, "tracking": tracking, "message": "Commande ajoutée avec succès"}

    def _confirm(self, account: str) -> ResponseReturnValue:
        made = self._asked(account)
        if made is None:
            return _unknown()
        if made.row["validated"]:
            return _locked()
        if self.unconfirmed:
            return {"success": False, "message": self.unconfirmed}
        made.row["validated"] = 1
        self.say(made, "order_information_received_by_carrier", at=self.world.clock.now())
        made.row["status"] = WAITING if request.args.get("ask_collection") == "1" else DRAFT
        self.set_out(made, "delivered")
        return {"success": True, "message": "Commande expédiée avec succès"}

    def _delete(self, account: str) -> ResponseReturnValue:
        made = self._asked(account)
        if made is None:
            return _unknown()
        if made.row["validated"]:
            return _locked()
        del self.parcels[made.tracking]
        return {"success": True, "message": "Commande supprimée"}

    def _return(self, account: str) -> ResponseReturnValue:
        made = self._asked(account)
        if made is None:
            return _unknown()
        if not made.row["validated"] or made.row["status"] in {"livred", "payed", "Return_received"}:
            return {"success": False, "error": 10003, "message": "Retour impossible"}
        made.script = []
        self.say(made, "return_asked", at=self.world.clock.now())
        return {"success": True, "message": "Retour demandé"}

    def _ways(self, account: str) -> ResponseReturnValue:
        """Tell the ways of parcels by their numbers; what is not known is left out, and no error."""
        asked = request.args.getlist("trackings[]")[:MOST_ASKED]
        found = [made for each in asked if (made := self.mine(account, each)) is not None]
        return {"data": {made.tracking: _told(made) for made in found}}

    def _way(self, account: str) -> ResponseReturnValue:
        made = self._asked(account)
        return _told(made) if made else _unknown()

    def _label(self, account: str) -> ResponseReturnValue:
        made = self._asked(account)
        if made is None:
            return _unknown()
        row = made.row
        told = (row["client"], row["phone"], row["adresse"], row["commune"], f"{row['montant']} DA")
        return pdf_answer(label_pdf("ECOTRACK", made.tracking, told, size=ROLL))

    def _asked(self, account: str) -> Made | None:
        return self.mine(account, request.args.get("tracking", ""))


def _told(made: Made) -> dict[str, Any]:
    return {
        "recipientName": made.row["client"], "shippedBy": "Hirfa", "status": made.row["status"], "activity": made.told,
    }  # fmt: skip


def _unknown() -> ResponseReturnValue:
    return {"message": "The given data was invalid.", "errors": {"tracking": ["Le tracking est introuvable."]}}, 422


def _locked() -> ResponseReturnValue:
    return {"success": False, "error": 10001, "message": "Commande déjà expédiée"}


def wrong(asked: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what is wrong with a parcel, by field; nothing when it can be made."""
    wilaya, commune = asked.get("code_wilaya", ""), asked.get("commune")
    here = [row for row in _listed() if str(row["wilaya_id"]) == wilaya]
    is_desk = asked.get("stop_desk") == "1"
    tests = {
        "nom_client": 0 < len(asked.get("nom_client", "")) <= 255,
        "telephone": re.fullmatch(r"\d{9,10}", asked.get("telephone", "")) is not None,
        "adresse": 0 < len(asked.get("adresse", "")) <= 255, "code_wilaya": bool(here),
        "commune": any(row["nom"] == commune for row in here), "montant": asked.get("montant", "").isdigit(),
        "type": asked.get("type") in {"1", "2", "3", "4"}, "reference": len(asked.get("reference", "")) <= 255,
        "remarque": len(asked.get("remarque", "")) <= 255, "produit": len(asked.get("produit", "")) <= 255,
        "stop_desk": not is_desk or any(row["nom"] == commune and row["has_stop_desk"] == "1" for row in here),
    }  # fmt: skip
    return {name: [f"Le champ {name} est invalide."] for name, right in tests.items() if not right}


def _listed() -> list[dict[str, Any]]:
    return [
        {
            "nom": each.name, "wilaya_id": each.wilaya, "code_postal": f"{each.wilaya:02}{at % 1000:03}",
            "has_stop_desk": str(int(each.is_town)),
        }
        for at, each in enumerate(carrier_places.communes("ecotrack"))
    ]  # fmt: skip
