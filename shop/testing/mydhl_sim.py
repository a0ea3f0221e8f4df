"""MyDHL in small: rates by weight and distance, shipments with a label, events by number and by our reference.

Any user with a password opens an account; the address for trying and the real one are two accounts. It books as often
as it is asked, like the real one, and has no way to take a shipment back. `/control/mydhl/…` moves shipments and closes
accounts.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from shop.testing.carrier_labels import A6, label_pdf
from shop.testing.carrier_parcels import CarrierSystem, Made, routes

EVENTS: Mapping[str, str] = {
    "PU": "Shipment picked up", "DF": "Shipment has departed from a DHL facility", "AF": "Arrived at DHL Sort Facility",
    "CR": "Clearance processing complete", "AR": "Arrived at DHL Delivery Facility", "CC": "Awaiting collection",
    "WC": "Shipment is out with courier for delivery", "NH": "Delivery attempted; recipient not home",
    "OK": "Delivered", "RT": "Returned to shipper", "OH": "Shipment is on hold",
}  # fmt: skip
NEAR = frozenset({"FR", "ES", "IT", "TN", "MA", "BE", "CH", "DE", "GB", "NL", "PT"})
TRANSIT_DAYS = 3
PRODUCTS = {"P": "EXPRESS WORLDWIDE", "8": "EXPRESS EASY"}
_LENGTHS = {"addressLine1": 45, "addressLine2": 45, "addressLine3": 45, "cityName": 45, "postalCode": 12,
            "fullName": 255, "companyName": 100, "phone": 70}  # fmt: skip
Json = Mapping[str, Any]


class MyDhlSim(CarrierSystem):
    """The accounts and their shipments, in memory."""

    key = "mydhl"
    api = "/"
    stands_for = {  # the longer one first: it begins like the other
        "https://express.api.dhl.com/mydhlapi/test": "/test", "https://express.api.dhl.com/mydhlapi": "/live",
    }  # fmt: skip
    journeys = {
        "delivered": ("PU", "DF", "AF", "CR", "AR", "WC", "OK"),
        "second_try": ("PU", "DF", "CR", "WC", "NH", "WC", "OK"),
        "desk": ("PU", "DF", "CR", "AR", "CC", "OK"),
        "returned": ("PU", "DF", "CR", "WC", "NH", "RT"),
    }

    def forget(self) -> None:
        """Know no shipments and refuse no key."""
        super().forget()
        self.made = 0
        self.unfound = 0  # so many searches by reference do not find what is there
        self.nowhere = {"KP"}
        self.accounts: set[str] = set()  # where some are named, others are not known

    def blueprint(self) -> Blueprint:
        """Return the interface."""
        port = Blueprint("mydhl", __name__)
        rules = (
            ("POST", "rates", self._rates), ("POST", "shipments", self._create), ("GET", "tracking", self._sought),
            ("GET", "shipments/<number>/tracking", self._tracked),
        )  # fmt: skip
        routes(port, "/<any(live, test):stage>/", rules, self._admitted)
        return port

    def say(self, made: Made, status: str, *, at: datetime, reason: str | None = None) -> None:
        """Write down an event of a shipment."""
        there = made.row["customerDetails"]["receiverDetails"]["postalAddress"]
        made.told.append({
            "date": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M:%S}", "GMTOffset": "+00:00", "typeCode": status,
            "description": reason or EVENTS.get(status, status),
            "serviceArea": [{"code": "ALG", "description": f"{there['cityName']}-{there['countryCode']}"}],
        })  # fmt: skip

    # ── who may ask ──────────────────────────────────────────────────────────────────────────────────────────────

    def _admitted(self, view: Any) -> Any:
        def admitted(stage: str, **path: str) -> ResponseReturnValue:
            user = _user(request.headers.get("Authorization", ""))
            if not user or user in self.closed:
                return {"reasons": [{"msg": "Invalid Credentials"}], "details": {"msgId": "Id-1"}}, 401
            account = f"{stage} {user}"
            with self.lock:
                if self.counted(account) is None:
                    return _problem(429, "Too many requests", "Quota exceeded")
                self.tick()
                answered: ResponseReturnValue = view(account, **path)
                return answered

        return admitted

    # ── rates ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _rates(self, _account: str) -> ResponseReturnValue:
        told = _object()
        wrong = [*self._wrong_frame(told), *_wrong_town(_in(told, "customerDetails", "receiverDetails"))]
        if wrong:
            return _invalid(wrong)
        country = str(_in(told, "customerDetails", "receiverDetails")["countryCode"])
        if country in self.nowhere:
            return _problem(404, "Not found", "996: Product not found for the given parameters")
        asked = str(told.get("productCode") or "")
        names = {asked: PRODUCTS[asked]} if asked in PRODUCTS else PRODUCTS
        return {"products": [self._product(told, code, country) for code in names]}

    def _product(self, told: Json, code: str, country: str) -> dict[str, Any]:
        arrives = date.fromisoformat(str(told["plannedShippingDateAndTime"])[:10]) + timedelta(days=TRANSIT_DAYS)
        price = price_of(country, told["packages"][0]["weight"]) - (400 if code == "8" else 0)
        price += max((1500 + each["value"] / 100 for each in told.get("valueAddedServices", [])), default=0)
        return {
            "productName": PRODUCTS[code], "productCode": code, "localProductCode": code,
            "weight": {"provided": told["packages"][0]["weight"], "unitOfMeasurement": "metric"},
            "totalPrice": [
                {"currencyType": "BILLC", "priceCurrency": "DZD", "price": price},
                {"currencyType": "BASEC", "priceCurrency": "EUR", "price": round(price / 150, 2)},
            ],
            "deliveryCapabilities": {
                "deliveryTypeCode": "QDDC", "estimatedDeliveryDateAndTime": f"{arrives}T23:59:00",
                "totalTransitDays": str(TRANSIT_DAYS),
            },
        }  # fmt: skip

    # ── shipments ────────────────────────────────────────────────────────────────────────────────────────────────

    def _create(self, account: str) -> ResponseReturnValue:
        told = _object()
        wrong = [*self._wrong_frame(told), *_wrong_parcel(told)]
        if wrong:
            return _invalid(wrong)
        if told.get("productCode") not in PRODUCTS:
            return _problem(400, "Bad request", "1001: The requested product(s) not available at origin")
        made = self._made(account, told)
        self.set_out(made, "delivered")
        number = made.tracking
        return {
            "url": f"{_here()}/shipments", "shipmentTrackingNumber": number,
            "trackingUrl": f"{_here()}/shipments/{number}/tracking",
            "packages": [{"referenceNumber": 1, "trackingNumber": f"JD01460000{number}",
                          "trackingUrl": f"{_here()}/shipments/{number}/tracking"}],
            "documents": [{"imageFormat": "PDF", "typeCode": "label",
                           "content": b64encode(_label(number, told)).decode()}],
        }, 201  # fmt: skip

    def _made(self, account: str, told: Json) -> Made:
        self.made += 1
        stem = 184_000_000 + self.made
        number = f"{stem}{stem % 7}"
        reference = next((str(each["value"]) for each in told.get("customerReferences", [])), "")
        at = self.world.clock.now()
        row = {**told, "reference": reference, "shipmentTrackingNumber": number, "at": at.isoformat(),
               "account": told["accounts"][0]["number"]}  # fmt: skip
        self.parcels[number] = Made(account, number, row)
        return self.parcels[number]

    def _tracked(self, account: str, number: str) -> ResponseReturnValue:
        made = self.mine(account, number)
        return {"shipments": [_shown(made)]} if made else _missing()

    def _sought(self, account: str) -> ResponseReturnValue:
        asked = request.args
        for name in ("shipperAccountNumber", "dateRangeFrom", "dateRangeTo"):
            if asked.get("shipmentReference") and not asked.get(name):
                return _problem(400, "Missing parameters", f"Missing mandatory parameters: {name}")
        if self.unfound:
            self.unfound -= 1
            return _missing()
        found = [each for each in self.parcels.values() if each.account == account and _is_sought(each, asked)]
        return {"shipments": [_shown(each) for each in found]} if found else _missing()

    def _wrong_frame(self, told: Json) -> Iterator[str]:
        """Say what is wrong with the account, the moment and the weights."""
        accounts = told.get("accounts")
        number = str(accounts[0].get("number")) if isinstance(accounts, list) and accounts else ""
        if not number:
            yield "#/accounts: required key [number] not found"
        elif self.accounts and number not in self.accounts:
            yield "998: The account number is not found or invalid."
        moment = str(told.get("plannedShippingDateAndTime") or "")
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d ?GMT[+-]\d\d:\d\d", moment):
            yield "#/plannedShippingDateAndTime: wrong format"
        elif not 0 <= (date.fromisoformat(moment[:10]) - self.world.clock.now().date()).days <= 10:
            yield "998: The shipment date cannot be in the past or more than 10 days in future."
        packages = told.get("packages") or _in(told, "content").get("packages")
        for each in packages if isinstance(packages, list) and packages else [{}]:
            if not isinstance(each.get("weight"), int | float) or not 0.001 <= each["weight"] <= 999:
                yield "410117: Weight is below minimum"
            if set(_in(each, "dimensions")) != {"length", "width", "height"}:
                yield "#/packages/0/dimensions: required keys not found"


def price_of(country: str, kilograms: float) -> float:
    """Return what a parcel costs in dinars: more for each half kilogram, and far away."""
    halves = -(-kilograms // 0.5)
    return float((5600 if country in NEAR else 8900) + 750 * halves)


def _label(number: str, told: Json) -> bytes:
    there = told["customerDetails"]["receiverDetails"]
    where = there["postalAddress"]
    lines = [there["contactInformation"]["fullName"], where["addressLine1"],
             f"{where['postalCode']} {where['cityName']} {where['countryCode']}"]  # fmt: skip
    return label_pdf("EXPRESS WORLDWIDE", number, lines, size=A6)


def _shown(made: Made) -> dict[str, Any]:
    return {
        "shipmentTrackingNumber": made.tracking, "status": "Success", "shipmentTimestamp": made.row["at"][:19],
        "productCode": made.row["productCode"], "shipperReferences": made.row.get("customerReferences", []),
        "events": made.told, "numberOfPieces": 1,
    }  # fmt: skip


def _is_sought(made: Made, asked: Mapping[str, str]) -> bool:
    if not asked.get("shipmentReference"):
        return made.tracking in asked.get("shipmentTrackingNumber", "").split(",")
    within = bool(asked["dateRangeFrom"] <= made.row["at"][:10] <= asked["dateRangeTo"])
    mine = bool(made.row["account"] == asked["shipperAccountNumber"])
    return within and mine and bool(made.row["reference"] == asked["shipmentReference"])


def _wrong_parcel(told: Json) -> Iterator[str]:
    """Say what is wrong with who sends, who receives, and what is declared."""
    for who in ("shipperDetails", "receiverDetails"):
        town, contact = (_in(told, "customerDetails", who, each) for each in ("postalAddress", "contactInformation"))
        yield from _wrong_town(town)
        for name in ("addressLine1", "fullName", "companyName", "phone"):
            text = (town if name == "addressLine1" else contact).get(name)
            if not text:
                yield f"#/customerDetails/{who}: required key [{name}] not found"
        for name, most in _LENGTHS.items():
            found = str(town.get(name) or contact.get(name) or "")
            if len(found) > most:
                yield f"#/customerDetails/{who}/{name}: expected maxLength: {most}, actual: {len(found)}"
    content, lines = _in(told, "content"), _in(told, "content", "exportDeclaration").get("lineItems")
    if not content.get("isCustomsDeclarable") or not isinstance(lines, list) or not lines:
        yield "#/content: required key [exportDeclaration] not found"
        return
    declared = sum(each["price"] * each["quantity"]["value"] for each in lines)
    if abs(declared - content.get("declaredValue", 0)) > 0.005:
        yield "#/content/declaredValue: is not the sum of the line items"
    if not all(each.get("commodityCodes") and each.get("description") for each in lines):
        yield "#/content/exportDeclaration/lineItems: required key [commodityCodes] not found"


def _wrong_town(town: Json) -> Iterator[str]:
    for name in ("countryCode", "cityName"):
        if not town.get(name):
            yield f"#/postalAddress: required key [{name}] not found"


def _user(header: str) -> str:
    kind, _space, words = header.partition(" ")
    try:
        user, colon, password = b64decode(words, validate=True).decode().partition(":")
    except ValueError:
        return ""
    return user if kind == "Basic" and colon and user and password else ""


def _here() -> str:
    return "https://express.api.dhl.com/mydhlapi"


def _object() -> Json:
    told = request.get_json(silent=True)
    return told if isinstance(told, Mapping) else {}


def _in(row: Json, *names: str) -> Json:
    for name in names:
        found = row.get(name)
        row = found if isinstance(found, Mapping) else {}
    return row


def _problem(status: int, title: str, detail: str, *more: str) -> ResponseReturnValue:
    body: dict[str, Any] = {
        "instance": request.full_path,
        "detail": detail,
        "title": title,
        "message": title,
        "status": str(status),
    }
    return body | ({"additionalDetails": list(more)} if more else {}), status


def _invalid(wrong: list[str]) -> ResponseReturnValue:
    if len(wrong) == 1 and wrong[0][:3].isdigit():
        return _problem(400, "Bad request", wrong[0])
    return _problem(422, "Validation error", "Multiple problems found, see Additional Details", *wrong)


def _missing() -> ResponseReturnValue:
    return _problem(404, "No data found", "No data found based on your request criteria")
