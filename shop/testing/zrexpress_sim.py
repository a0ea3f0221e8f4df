"""ZR Express in small: territories by mark, one parcel per externalId (409), states, notices signed as Svix does.

Any tenant with a key opens an account of its own. A parcel that is not made ready for dispatch stays where it is, as at
the real one. `/control/zrexpress/…` moves parcels, registers the address for notices, closes accounts.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from shop.shipping.carriers.cells import is_mark
from shop.shipping.carriers.zrexpress import svix
from shop.testing import zrexpress_places as places
from shop.testing.carrier_labels import A6, label_pdf, pdf_answer
from shop.testing.carrier_parcels import CarrierSystem, Made, routes

RECEIVED, READY, CANCELLED = "commande_recue", "pret_a_expedier", "commande_annulee"
STATES = {READY: "ReadyToDispatch", RECEIVED: "OrderReceived"}  # as the workflow names them
LINK_LASTS = timedelta(seconds=300)  # of a label
MOST_IN_PAGE = 500
_KEY = re.compile(r"[!-~]{16,200}")


@dataclass(frozen=True)
class Hook:
    """Where an account's notices go, and the secret that signs them."""

    url: str
    secret: str


class ZrExpressSim(CarrierSystem):
    """The accounts, their customers and parcels, in memory."""

    key = "zrexpress"
    api = "/api"
    stands_for = {"https://api.zrexpress.app": ""}
    reference = "externalId"
    journeys = {
        "delivered": ("confirme_au_bureau", "vers_wilaya", "sortie_en_livraison", "livre", "encaisse"),
        "desk": ("confirme_au_bureau", "vers_wilaya", "disponible_bureau", "livre", "encaisse"),
        "second_try": ("confirme_au_bureau", "sortie_en_livraison", "echec_livraison", "sortie_en_livraison", "livre"),
        "returned": ("confirme_au_bureau", "echec_livraison", "en_retour", "attente_recuperation_fournisseur",
                     "recupere_par_fournisseur"),
    }  # fmt: skip

    def forget(self) -> None:
        """Know no parcels and refuse no key."""
        super().forget()
        self.customers: dict[str, str] = {}
        self.links: dict[str, tuple[str, datetime]] = {}  # of labels: the number of each, and until when
        self.hooks: dict[str, Hook] = {}
        self.unfound = 0  # so many searches do not find what is there

    def blueprint(self) -> Blueprint:
        """Return the interface."""
        port = Blueprint("zrexpress", __name__)
        rules = (
            ("POST", "territories/search", self._territories), ("POST", "hubs/search", self._hubs),
            ("POST", "workflows/search", self._workflows), ("GET", "delivery-pricing/rates", self._rates),
            ("POST", "customers/individual", self._customer), ("POST", "parcels", self._create),
            ("POST", "parcels/search", self._search), ("GET", "parcels/<name>", self._show),
            ("DELETE", "parcels/<name>", self._delete), ("GET", "parcels/<name>/state-history", self._history),
            ("POST", "parcels/labels/individual/pdf", self._labels),
        )  # fmt: skip
        routes(port, "/api/v1/", rules, self._admitted)
        port.add_url_rule("/files/<mark>.pdf", "label", self._file, methods=["GET"])
        return port

    def control(self) -> Blueprint:
        """Return what can be told: how a parcel goes, where notices go, which accounts are closed."""
        port = super().control()

        @port.post("/webhooks")
        def webhooks() -> ResponseReturnValue:
            told = request.get_json(force=True)
            self.register(told["tenant"], told["url"], told["secret"])
            return {}

        return port

    def register(self, tenant: str, url: str, secret: str) -> None:
        """Register the address for notices."""
        self.hooks[tenant] = Hook(url, secret)

    def say(self, made: Made, status: str, *, at: datetime, reason: str | None = None) -> None:
        """Write down a state of a parcel, and send the notice of it."""
        row = made.row
        row["state"], row["lastStateUpdateAt"] = {"id": places.mark("state", status), "name": status}, at.isoformat()
        made.told.append({
            "newState": {**row["state"], "description": status.replace("_", " ").capitalize()},
            "createdAt": at.isoformat(), "situation": {"name": reason} if reason else None,
        })  # fmt: skip
        hook = self.hooks.get(made.account)
        if hook is not None:
            body, name = json.dumps(told_of(row, at)).encode(), f"msg_{secrets.token_hex(12)}"
            self.world.notices.put(
                "zrexpress", hook.url, body, lambda raw: signed(hook.secret, raw, name, self.world.clock.now())
            )

    # ── who may ask ──────────────────────────────────────────────────────────────────────────────────────────────

    def _admitted(self, view: Any) -> Any:
        def admitted(**path: str) -> ResponseReturnValue:
            tenant, key = request.headers.get("X-Tenant", ""), request.headers.get("X-Api-Key", "")
            if not (is_mark(tenant) and _KEY.fullmatch(key)) or tenant in self.closed:
                return {"title": "Unauthorized", "status": 401}, 401
            with self.lock:
                if self.counted(tenant) is None:
                    return {"title": "Too Many Requests", "status": 429}, 429
                self.tick()
                answered: ResponseReturnValue = view(tenant, **path)
                return answered

        return admitted

    # ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _territories(self, _tenant: str) -> ResponseReturnValue:
        return _paged((*places.cities(), *places.districts()))

    def _hubs(self, _tenant: str) -> ResponseReturnValue:
        return _paged(places.hubs())

    def _workflows(self, _tenant: str) -> ResponseReturnValue:
        states = [{"id": places.mark("state", state), "name": name} for state, name in STATES.items()]
        return _paged([{"id": places.mark("workflow"), "name": "Livraison", "states": states}])

    def _rates(self, _tenant: str) -> ResponseReturnValue:
        return {"rates": list(places.rates())}

    # ── parcels ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _customer(self, tenant: str) -> ResponseReturnValue:
        told = _object()
        if not told.get("name") or not _is_phone(_in(told, "phone").get("number1")):
            return _refused("Customer.Invalid", "The name and the phone number of the customer are required.")
        made = places.mark("customer", tenant, len(self.customers))
        self.customers[made] = tenant
        return {"id": made}

    def _create(self, tenant: str) -> ResponseReturnValue:
        told = _object()
        problem = self._wrong(tenant, told)
        if problem:
            return _refused("Parcel.Invalid", problem)
        reference = told.get("externalId")
        if reference and any(each.row["externalId"] == reference for each in self._of(tenant)):
            return {"title": "Conflict", "status": 409, "detail": "ExternalId already exists."}, 409
        made = self._made(tenant, told)
        state = next((key for key in STATES if places.mark("state", key) == told.get("stateId")), RECEIVED)
        self.say(made, state, at=self.world.clock.now())
        if state == READY:  # nobody fetches another one
            self.set_out(made, "desk" if told["deliveryType"] == "pickup-point" else "delivered")
        return {"id": made.row["id"]}

    def _made(self, tenant: str, told: Mapping[str, Any]) -> Made:
        city = places.of_mark(told["deliveryAddress"]["cityTerritoryId"]) or {}
        tracking = f"{city.get('code', 0):02}-{secrets.token_hex(5).upper()}-ZR"
        row = {
            **told, "externalId": told.get("externalId"), "id": places.mark("parcel", tracking),
            "trackingNumber": tracking, "createdAt": self.world.clock.now().isoformat(), "isReturn": False,
        }  # fmt: skip
        self.parcels[tracking] = Made(tenant, tracking, row)
        return self.parcels[tracking]

    def _search(self, tenant: str) -> ResponseReturnValue:
        if self.unfound:
            self.unfound -= 1
            return _paged(())
        word = str(_object().get("keyword") or "").lower()
        mine = [each.row for each in self._of(tenant)]
        return _paged([row for row in mine if word in json.dumps(row, ensure_ascii=False).lower()])

    def _show(self, tenant: str, name: str) -> ResponseReturnValue:
        made = self._named(tenant, name)
        return made.row if made else _missing()

    def _history(self, tenant: str, name: str) -> ResponseReturnValue:
        made = self._named(tenant, name)
        return {"items": made.told[::-1]} if made else _missing()

    def _delete(self, tenant: str, name: str) -> ResponseReturnValue:
        made = self._named(tenant, name)
        if made is None or not is_mark(name):
            return _missing()
        if made.row["state"]["name"] not in STATES:
            return _refused("Parcel.CannotBeDeleted", "The parcel is already in delivery.")
        del self.parcels[made.tracking]
        return "", 204

    def _labels(self, tenant: str) -> ResponseReturnValue:
        asked = [str(each) for each in _object().get("trackingNumbers") or ()]
        made = [each for each in (self._named(tenant, name) for name in asked) if each is not None]
        until, files = self.world.clock.now() + LINK_LASTS, []
        for each in made:
            mark = secrets.token_hex(16)
            self.links[mark] = (each.tracking, until)
            files.append({"trackingNumber": each.tracking, "fileUrl": self.file_url(f"/files/{mark}.pdf?sig={mark}")})
        failed = [name for name in asked if name not in {each.tracking for each in made}]
        return {"parcelLabelFiles": files, "failedTrackingNumbers": failed}

    def _file(self, mark: str) -> ResponseReturnValue:
        tracking, until = self.links.get(mark, ("", self.world.clock.now()))
        made = self.parcels.get(tracking)
        if made is None or until <= self.world.clock.now() or request.args.get("sig") != mark:
            return "<Error><Code>AccessDenied</Code></Error>", 403
        to, where = _in(made.row, "customer"), _in(made.row, "deliveryAddress")
        told = (to.get("name"), _in(to, "phone").get("number1"), where.get("street"), f"{made.row.get('amount')} DA")
        return pdf_answer(label_pdf("ZR EXPRESS", made.tracking, [str(each) for each in told], size=A6))

    def _of(self, tenant: str) -> Iterable[Made]:
        return [each for each in self.parcels.values() if each.account == tenant]

    def _named(self, tenant: str, name: str) -> Made | None:
        return next((each for each in self._of(tenant) if name in {each.tracking, each.row["id"]}), None)

    def _wrong(self, tenant: str, told: Mapping[str, Any]) -> str:
        """Return what is wrong with a parcel; nothing when it can be made."""
        where = _in(told, "deliveryAddress")
        city, district = (places.of_mark(str(where.get(each))) for each in ("cityTerritoryId", "districtTerritoryId"))
        hub, amount = told.get("hubId"), told.get("amount")
        tests = {
            "The customer does not exist.": self.customers.get(str(_in(told, "customer").get("customerId"))) == tenant,
            "The city does not exist.": city is not None and city["level"] == "wilaya",
            "The district does not belong to the city.":
                district is not None and city is not None and district["parentId"] == city["id"],
            "The delivery type is not valid.": told.get("deliveryType") in {"home", "pickup-point"},
            "The hub is required.":
                told.get("deliveryType") == "home" or any(hub == row["id"] for row in places.hubs()),
            "The amount must be between 0 and 150000.":
                isinstance(amount, int | float) and not isinstance(amount, bool) and 0 <= amount <= 150_000,
            "The description has 2 to 250 characters.": 2 <= len(str(told.get("description") or "")) <= 250,
            "The ordered products are required.": bool(told.get("orderedProducts")),
        }  # fmt: skip
        return next((sentence for sentence, right in tests.items() if not right), "")


def told_of(row: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return what a notice says of a parcel."""
    data = {name: row[name] for name in ("id", "externalId", "trackingNumber", "state")}
    return {"eventType": "parcel.state.updated", "occurredAt": at.isoformat(), "data": data}


def signed(secret: str, body: bytes, name: str, at: datetime, *, others: int = 1) -> dict[str, str]:
    """Return the headers of a notice, beside signatures of keys that are going or coming."""
    stamp = str(int(at.timestamp()))
    due = svix.signature(svix.key_of(secret), name, stamp, body).decode()
    more = [f"v1,{svix.signature(secrets.token_bytes(24), name, stamp, body).decode()}" for _each in range(others)]
    return {
        "svix-id": name, "svix-timestamp": stamp, "svix-signature": " ".join([*more, f"v1,{due}"]),
        "content-type": "application/json",
    }  # fmt: skip


def _paged(rows: Iterable[Mapping[str, Any]]) -> ResponseReturnValue:
    """Return a page: as many as are asked for, and never more than it likes; `filters` are not looked at."""
    told, found = _object(), list(rows)
    size = max(1, min(int(told.get("pageSize") or 10), MOST_IN_PAGE))
    page = max(1, int(told.get("pageNumber") or 1))
    shown = found[(page - 1) * size : page * size]
    return {"items": shown, "pageNumber": page, "totalCount": len(found), "hasNext": page * size < len(found)}


def _object() -> Mapping[str, Any]:
    told = request.get_json(silent=True)
    return told if isinstance(told, Mapping) else {}


def _in(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = row.get(name)
    return found if isinstance(found, Mapping) else {}


def _is_phone(text: object) -> bool:
    return isinstance(text, str) and re.fullmatch(r"\+213[2-9]\d{7,8}", text) is not None


def _missing() -> ResponseReturnValue:
    return {"title": "Not Found", "status": 404, "detail": "The parcel was not found."}, 404


def _refused(code: str, words: str) -> ResponseReturnValue:
    return {"title": "Bad Request", "status": 400, "errors": [{"code": code, "description": words}]}, 400
