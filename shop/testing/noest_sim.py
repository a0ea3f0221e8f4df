"""NOEST in small: drafts that are confirmed, ways keyed by number, money told among the movements, desks and prices.

Any long token with any GUID opens an account of its own. It knows no parcel by its reference: asked twice, it makes
two drafts, or refuses the second when it is told to. `/control/noest/…` moves parcels, closes accounts,
says what is refused.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue

from shop.core.clock import ALGIERS
from shop.shipping.carriers.noest.client import BASE
from shop.testing import carrier_places
from shop.testing.carrier_labels import LANDSCAPE, label_pdf, pdf_answer
from shop.testing.carrier_parcels import CarrierSystem, Made, routes
from shop.testing.carrier_places import SOUTH, WILAYAS

LIMITS: Mapping[str, tuple[int, int]] = {"minute": (60, 60)}
LINK_LASTS = timedelta(seconds=300)  # of a label
MOST_DINARS = 150_000
JOURNEYS: Mapping[str, tuple[str, ...]] = {
    "delivered": ("validation_collect_colis", "validation_reception_admin", "validation_reception", "fdr_activated",
                  "livre"),
    "second_try": ("validation_collect_colis", "validation_reception", "fdr_activated", "mise_a_jour", "fdr_activated",
                   "livre"),
    "paid": ("validation_collect_colis", "edit_price", "fdr_activated", "livre", "verssement_admin_cust"),
    "again": ("fdr_activated", "livre"),
    "returned": ("validation_collect_colis", "fdr_activated", "mise_a_jour", "return_asked_by_hub", "extra_fee",
                 "return_dispatched_to_partenaire", "livraison_echoue_recu"),
}  # fmt: skip
HOME, DESK = {1: 550, 2: 750, 3: 900, 4: 1250}, {1: 350, 2: 450, 3: 550, 4: 850}  # dinars by zone
UNSERVED = frozenset({54, 56})
_TOKEN = re.compile(r"Bearer ([A-Za-z0-9|_.-]{16,200})")
REFUSALS = ("duplicate_order", "account_suspended", "inactive_commune", "stopdesk_disabled", "confirming")


class NoestSim(CarrierSystem):
    """The accounts and their parcels, in memory."""

    key = "noest"
    api = ""  # its files too
    stands_for = {BASE: ""}
    journeys = JOURNEYS
    most = LIMITS

    def forget(self) -> None:
        """Know no parcels, and refuse nothing."""
        super().forget()
        self.links: dict[str, tuple[str, datetime]] = {}  # signature → the number of its label, and until when
        self.refused: dict[str, str] = {}  # what is refused now, and in which words

    def blueprint(self) -> Blueprint:
        """Return the interface."""
        port = Blueprint("noest", __name__)
        rules = (
            ("POST", "create/order", self._create), ("POST", "valid/order", self._confirm),
            ("POST", "delete/order", self._delete), ("POST", "ask/return", self._return),
            ("POST", "ask/new-tentative", self._again),
            ("POST", "get/trackings/info", self._ways), ("GET", "get/order/label", self._label),
            ("GET", "desks", self._desks), ("GET", "fees", self._fees), ("GET", "get/wilayas", self._wilayas),
            ("GET", "get/communes/<int:wilaya>", self._communes),
        )  # fmt: skip
        routes(port, "/api/public/", rules, self._admitted)
        port.add_url_rule("/labels/<tracking>.pdf", "label", self._file, methods=["GET"])
        return port

    def control(self) -> Blueprint:
        """Return what can be told: how a parcel goes, which accounts are closed, what is refused."""
        port = super().control()

        @port.post("/refusals")
        def refusals() -> ResponseReturnValue:
            told = request.get_json(force=True)
            self.refused = {name: str(told[name]) for name in REFUSALS if told.get(name)}
            return {}

        return port

    def say(self, made: Made, status: str, *, at: datetime, reason: str | None = None) -> None:
        """Write down what happened to a parcel."""
        made.row["status"] = status
        made.told.append({
            "event_key": status, "event": status.replace("_", " ").capitalize(), "causer": reason or "NOEST",
            "badge-class": "", "by": reason or "", "date": f"{at.astimezone(ALGIERS):%Y-%m-%d %H:%M:%S}",
        })  # fmt: skip

    def _admitted(self, view: Any) -> Any:
        def admitted(**path: int) -> ResponseReturnValue:
            found = _TOKEN.fullmatch(request.headers.get("Authorization", ""))
            if found is None or found[1] in self.closed:
                return {"message": "Unauthenticated."}, 401
            if request.method == "POST" and not _body().get("user_guid"):
                return _invalid({"user_guid": ["Le champ user guid est obligatoire."]})
            with self.lock:
                if self.counted(found[1]) is None:
                    return {"message": "Too Many Attempts."}, 429, {"Retry-After": "60"}
                self.tick()
                return make_response(view(found[1], **path))

        return admitted

    # ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _wilayas(self, _account: str) -> ResponseReturnValue:
        names = enumerate(carrier_places.wilaya_names(), 1)
        return jsonify([{"code": at, "nom": name, "is_active": int(at not in UNSERVED)} for at, name in names])

    def _communes(self, _account: str, wilaya: int) -> ResponseReturnValue:
        return jsonify([row for row in _listed() if row["wilaya_id"] == wilaya])

    def _desks(self, _account: str) -> ResponseReturnValue:
        """List desks as an object with their codes for names."""
        towns = [each for each in carrier_places.communes("noest") if each.is_town and each.wilaya not in UNSERVED]
        codes = [f"{each.wilaya:02}{'ABCDEFGH'[_place_in(towns, at)]}" for at, each in enumerate(towns)]
        return {
            code: {
                "code": code, "name": f"Bureau de {each.name}", "address": f"Centre-ville, {each.name}", "map": "",
                "phones": {"0": "0550000000"}, "email": "", "horaires": "08:00 - 17:30", "commune": each.name,
            }
            for code, each in zip(codes, towns, strict=True)
        }  # fmt: skip

    def _fees(self, _account: str) -> ResponseReturnValue:
        served = [at for at in range(1, WILAYAS + 1) if at not in UNSERVED]
        delivery = {
            str(at): {"tarif_id": at, "wilaya_id": at, "tarif": str(HOME[SOUTH.get(at, 1)]),
                      "tarif_stopdesk": str(DESK[SOUTH.get(at, 1)])}
            for at in served
        }  # fmt: skip
        return {"tarifs": {"delivery": delivery, "return": {str(at): {"tarif": "200"} for at in served}}}

    # ── parcels ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _create(self, account: str) -> ResponseReturnValue:
        asked = _body()
        problems = wrong(asked)
        if problems:
            return _invalid(problems)
        kind = self._refusal(account, asked)
        if kind:
            return {"success": False, "error": kind, "message": self.refused.get(kind, kind)}, 422
        tracking = "ECS" + "".join(secrets.choice("0123456789") for _ in range(10))
        row = {
            **{name: value for name, value in asked.items() if name != "user_guid"}, "tracking": tracking,
            "status": "upload", "validated": 0,
            "created_at": f"{self.world.clock.now().astimezone(ALGIERS):%Y-%m-%d %H:%M:%S}",
        }  # fmt: skip
        self.parcels[tracking] = Made(account, tracking, row)
        self.say(self.parcels[tracking], "upload", at=self.world.clock.now())
        return {"success": True, "tracking": tracking, "reference": asked.get("reference"),
                "regional_hub_name": "W", "wilaya_rank": f"{asked['wilaya_id']}B"}  # fmt: skip

    def _refusal(self, account: str, asked: Mapping[str, Any]) -> str:
        known = {each.row["reference"] for each in self.parcels.values() if each.account == account}
        tests = {
            "max_amount_exceeded": asked["montant"] > MOST_DINARS,
            "duplicate_order": "duplicate_order" in self.refused and asked.get("reference") in known,
            "account_suspended": "account_suspended" in self.refused,
            "inactive_commune": "inactive_commune" in self.refused or asked["wilaya_id"] in UNSERVED,
            "stopdesk_disabled": "stopdesk_disabled" in self.refused and asked["stop_desk"] == 1,
        }
        return next((kind for kind, met in tests.items() if met), "")

    def _confirm(self, account: str) -> ResponseReturnValue:
        made = self._asked(account)
        if made is None:
            return _unknown()
        if made.row["validated"]:
            return {"success": False, "error": "already_validated", "message": "Commande déjà validée"}, 422
        if "confirming" in self.refused:
            return {"success": False, "message": self.refused["confirming"]}
        made.row["validated"] = 1
        self.say(made, "customer_validation", at=self.world.clock.now())
        self.set_out(made, "delivered")
        return {"success": True}

    def _delete(self, account: str) -> ResponseReturnValue:
        made = self._asked(account)
        if made is None:
            return _unknown()
        if made.row["validated"]:
            return {"success": False, "error": "already_validated", "message": "Commande déjà validée"}, 422
        del self.parcels[made.tracking]
        return {"success": True}

    def _return(self, account: str) -> ResponseReturnValue:
        made = self._asked(account)
        if made is None:
            return _unknown()
        made.script = []
        self.say(made, "return_asked_by_customer", at=self.world.clock.now())
        return {"success": True}

    def _again(self, account: str) -> ResponseReturnValue:
        """Take one more attempt up for a parcel that was not handed over, and deliver it then."""
        made = self._asked(account)
        if made is None:
            return _unknown()
        if made.row["status"] != "mise_a_jour":
            return {"success": False, "message": "Aucune tentative à refaire"}, 422
        self.say(made, "nouvel_tentative_asked_by_customer", at=self.world.clock.now())
        self.set_out(made, "again")
        return {"success": True}

    def _ways(self, account: str) -> ResponseReturnValue:
        """Tell the ways of parcels by their numbers; where none is known, an empty list, and no error."""
        asked = _body().get("trackings")
        found = [made for each in asked or () if (made := self.mine(account, str(each))) is not None]
        told = {
            made.tracking: {
                "OrderInfo": {name: value for name, value in made.row.items() if name != "validated"},
                "recipientName": made.row["client"], "shippedBy": "Hirfa", "originCity": "", "activity": made.told,
                "destLocationCity": made.row.get("commune"),
            }
            for made in found
        }  # fmt: skip
        return jsonify(told or [])

    def _label(self, account: str) -> ResponseReturnValue:
        made = self.mine(account, request.args.get("tracking", ""))
        if made is None:
            return _unknown()
        signature = secrets.token_hex(16)
        self.links[signature] = (made.tracking, self.world.clock.now() + LINK_LASTS)
        return redirect(self.file_url(f"/labels/{made.tracking}.pdf?signature={signature}"), 302)

    def _file(self, tracking: str) -> ResponseReturnValue:
        known, until = self.links.get(request.args.get("signature", ""), ("", self.world.clock.now()))
        made = self.parcels.get(tracking)
        if made is None or known != tracking or until <= self.world.clock.now():
            return "<Error><Code>AccessDenied</Code></Error>", 403
        row = made.row
        told = (row["client"], row["phone"], row["adresse"], row["commune"], f"{row['montant']} DA")
        return pdf_answer(label_pdf("NOEST", made.tracking, [str(each) for each in told], size=LANDSCAPE))

    def _asked(self, account: str) -> Made | None:
        return self.mine(account, str(_body().get("tracking") or ""))


def _body() -> dict[str, Any]:
    told = request.get_json(silent=True)
    return told if isinstance(told, dict) else {}


def _invalid(errors: Mapping[str, list[str]]) -> ResponseReturnValue:
    return {"message": "The given data was invalid.", "errors": errors}, 422


def _unknown() -> ResponseReturnValue:
    return _invalid({"tracking": ["Le champ tracking sélectionné est invalide."]})


def wrong(asked: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with a parcel, by field; nothing when it can be made."""
    here = [row for row in _listed() if row["wilaya_id"] == asked.get("wilaya_id")]
    is_desk, station = asked.get("stop_desk") == 1, str(asked.get("station_code") or "")
    tests = {
        "reference": 5 <= len(str(asked.get("reference") or "")) <= 255,
        "client": 0 < len(str(asked.get("client") or "")) <= 255,
        "phone": re.fullmatch(r"\d{9,10}", str(asked.get("phone") or "")) is not None,
        "adresse": 0 < len(str(asked.get("adresse") or "")) <= 255, "wilaya_id": bool(here),
        "commune": any(row["nom"] == asked.get("commune") for row in here),
        "montant": isinstance(asked.get("montant"), int), "produit": bool(asked.get("produit")),
        "type_id": asked.get("type_id") in {1, 2, 3}, "stop_desk": asked.get("stop_desk") in {0, 1},
        "station_code": not is_desk or station.startswith(f"{asked.get('wilaya_id', 0):02}"),
        "remarque": len(str(asked.get("remarque") or "")) <= 255,
    }  # fmt: skip
    return {name: [f"Le champ {name} est invalide."] for name, right in tests.items() if not right}


def _listed() -> list[dict[str, Any]]:
    return [
        {
            "nom": each.name, "wilaya_id": each.wilaya, "code_postal": f"{each.wilaya:02}{at % 1000:03}",
            "is_active": int(each.wilaya not in UNSERVED),
        }
        for at, each in enumerate(carrier_places.communes("noest"))
    ]  # fmt: skip


def _place_in(towns: list[carrier_places.Listed], at: int) -> int:
    """Return which desk of its wilaya a town has."""
    return sum(each.wilaya == towns[at].wilaya for each in towns[:at])
