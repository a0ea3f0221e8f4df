"""Procolis in small: parcels under the number that the merchant gives them, every answer a 200.

Any token with a key opens an account of its own. A number that was used is `Double Tracking`, unknown ones are answered
with `null`, closed accounts with another `Statut`. `/control/procolis/…` moves parcels and closes accounts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from shop.core.clock import ALGIERS
from shop.testing.carrier_parcels import CarrierSystem, Made, routes
from shop.testing.carrier_places import SOUTH, wilaya_names

READY, PREPARING = "En Traitement - Prêt à Expédie", "En préparation"
HOME = {1: 600, 2: 750, 3: 950, 4: 1400}  # dinars by zone
DESK = {1: 400, 2: 500, 3: 600, 4: 0}  # zero: there is no desk
_KEY = re.compile(r"[!-~]{8,200}")


class ProcolisSim(CarrierSystem):
    """The accounts and their parcels, in memory."""

    key = "procolis"
    api = "/api_v1"
    stands_for = {"https://procolis.com": ""}
    reference = "Tracking"
    journeys = {
        "delivered": ("Dispatcher", "En Livraison", "Livrée", "Livrée [ Encaisser ]"),
        "desk": ("Dispatcher", "Au Bureau", "SD - En Attente du Client", "Colis Livrée"),
        "second_try": ("Dispatcher", "En Livraison", "Appel sans Réponse 1", "En Livraison", "Livrée"),
        "returned": ("Dispatcher", "Annuler par le Client", "Retour Navette", "Retour Stock"),
    }  # fmt: skip

    def forget(self) -> None:
        """Know no parcels and refuse no key."""
        super().forget()
        self.hidden: set[str] = set()  # numbers that it does not show, though they are taken

    def blueprint(self) -> Blueprint:
        """Return the interface."""
        port = Blueprint("procolis", __name__)
        rules = (
            ("GET", "token", self._token), ("POST", "tarification", self._prices),
            ("POST", "add_colis", self._add), ("POST", "lire", self._show),
        )  # fmt: skip
        routes(port, "/api_v1/", rules, self._admitted)
        return port

    def say(self, made: Made, status: str, *, at: datetime, reason: str | None = None) -> None:
        """Write down a situation of a parcel: it remembers the last one only."""
        stamp = at.astimezone(ALGIERS).strftime("%Y-%m-%d %H:%M:%S")
        made.row.update({"Situation": status, "DateH_Action": stamp, "Commentaire": reason or ""})
        made.told.append({"Situation": status, "DateH_Action": stamp})

    def _admitted(self, view: Any) -> Any:
        def admitted() -> ResponseReturnValue:
            token, key = request.headers.get("token", ""), request.headers.get("key", "")
            if not (_KEY.fullmatch(token) and _KEY.fullmatch(key)) or token in self.closed:
                return {"Statut": "Accès non activé"}
            with self.lock:
                if self.counted(token) is None:
                    return {"Statut": "Too many requests"}, 429
                self.tick()
                answered: ResponseReturnValue = view(token)
                return answered

        return admitted

    def _token(self, _account: str) -> ResponseReturnValue:
        return {"Statut": "Accès activé"}

    def _prices(self, _account: str) -> ResponseReturnValue:
        zones = ((number, name, SOUTH.get(number, 1)) for number, name in enumerate(wilaya_names(), 1))
        return jsonify([
            {"IDWilaya": number, "Wilaya": name, "Domicile": str(HOME[zone]), "Stopdesk": str(DESK[zone]),
             "Annuler": "250"}
            for number, name, zone in zones
        ])  # fmt: skip

    def _add(self, account: str) -> ResponseReturnValue:
        return {"Colis": [{**each, "MessageRetour": self._made(account, each)} for each in _parcels()]}

    def _made(self, account: str, asked: Mapping[str, Any]) -> str:
        tracking = str(asked.get("Tracking") or "")
        if tracking in self.parcels:
            return "Double Tracking"
        problem = wrong(asked)
        if problem:
            return problem
        made = Made(account, tracking, dict(asked))
        self.parcels[tracking] = made
        self.say(made, READY if asked.get("Confrimee") == "1" else PREPARING, at=self.world.clock.now())
        if asked.get("Confrimee") == "1":
            self.set_out(made, "desk" if asked["TypeLivraison"] == "1" else "delivered")
        return "Good"

    def _show(self, account: str) -> ResponseReturnValue:
        asked = [str(each.get("Tracking")) for each in _parcels()]
        found = [self.mine(account, each) for each in asked if each not in self.hidden]
        rows = [made.row for made in found if made is not None]
        return {"Colis": rows} if rows else Response("null", mimetype="application/json")


def wrong(asked: Mapping[str, Any]) -> str:
    """Return what is wrong with a parcel, as it says it in a 200; nothing when it can be made."""
    wilaya, total = str(asked.get("IDWilaya") or ""), str(asked.get("Total") or "")
    tests = {
        "Tracking obligatoire": bool(asked.get("Tracking")),
        "Wilaya introuvable": re.fullmatch(r"\d\d", wilaya) is not None and 1 <= int(wilaya) <= len(wilaya_names()),
        "Commune obligatoire": bool(asked.get("Commune")),
        "Client obligatoire": bool(asked.get("Client")),
        "Mobile incorrect": re.fullmatch(r"0[2-9]\d{7,8}", str(asked.get("MobileA") or "")) is not None,
        "Adresse obligatoire": bool(asked.get("Adresse")),
        "Total incorrect": total.isdigit(),
        "Produit obligatoire": bool(asked.get("TProduit")),
        "Type de livraison incorrect": asked.get("TypeLivraison") in {"0", "1"},
    }  # fmt: skip
    return next((sentence for sentence, right in tests.items() if not right), "")


def _parcels() -> list[Mapping[str, Any]]:
    told = request.get_json(silent=True)
    asked = told.get("Colis") if isinstance(told, Mapping) else None
    return [each for each in asked if isinstance(each, Mapping)] if isinstance(asked, list) else []
