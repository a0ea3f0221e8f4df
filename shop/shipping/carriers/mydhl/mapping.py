"""Our parcels in MyDHL's words, and its answers in ours. Weights are kilograms, sizes centimetres, times local."""

from __future__ import annotations

import hashlib
import re
import textwrap
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shop.core import calendar
from shop.core.clock import ALGIERS
from shop.core.errors import Rejected
from shop.core.money import Money
from shop.shipping.carriers import cells
from shop.shipping.carriers.mydhl.client import part, rows
from shop.shipping.carriers.mydhl.statuses import word_of
from shop.shipping.contract import Abroad, Goods, Parcel, ParcelScan, Quote

HOME = "DZ"
LINE, LINES = 45, 3  # of an address
MAIL = 70  # letters of an e-mail address; a longer one is not told
MOST_G = 70_000  # of one piece
MOST = Money.dinars(1_000_000)  # insured, as far as we ask
DAYS = (2, 7)  # where it does not say
LABEL = "ECOM26_A6_002"  # on the paper of ours
_BOX = re.compile(r"(\d{1,3})\D+(\d{1,3})\D+(\d{1,3})")


def box_of(typed: str) -> tuple[int, int, int] | None:
    """Return length, width and height of a box as it is typed: 30 × 20 × 10; None for what is none."""
    found = _BOX.fullmatch(typed.strip())
    sides = tuple(int(each) for each in found.groups()) if found else ()
    return (sides[0], sides[1], sides[2]) if sides and all(1 <= each <= 120 for each in sides) else None


def require_takeable(parcel: Parcel) -> Abroad:
    """Return where a parcel goes. Raises Rejected for one that stays at home, or that cannot be taken as it is."""
    there = parcel.abroad
    if there is None or there.country in {"", HOME}:
        raise Rejected("it takes parcels abroad only", fields={"country": "not served"})
    if parcel.kind != "home":
        raise Rejected("it delivers to the door only", fields={"kind": "not served"})
    if parcel.collect.minor:
        raise Rejected("it collects no money abroad", fields={"collect": "not abroad"})
    if not 0 < parcel.weight_g <= MOST_G:
        raise Rejected("one piece weighs 70 kg at most", fields={"weight": "too heavy"})
    return there


def require_bookable(parcel: Parcel) -> Abroad:
    """Return where a parcel goes that can be booked. Raises Rejected: with goods, a street, a town and a phone."""
    there = require_takeable(parcel)
    if not there.goods or not all(each.hs and each.description for each in there.goods):
        raise Rejected("customs wants a code and a description of every product", fields={"goods": "missing"})
    for name, text, sentence in (
        ("address", parcel.address, "the street of who receives it is missing"),
        ("city", there.city, "the town of who receives it is missing"),
        ("phone", parcel.phone, "the phone of who receives it is missing"),
        (
            "sender",
            there.sender_address,
            "the address of your workshop is missing: write it in the profile of your shop",
        ),
    ):
        if not text.strip():
            raise Rejected(sentence, fields={name: "missing"})
    return there


def planned(now: datetime) -> str:
    """Return when parcels are given to it: at ten of the next working day, as it writes a moment."""
    day = calendar.add_working_days(now.astimezone(ALGIERS).date(), 1)
    return f"{day.isoformat()}T10:00:00 GMT+01:00"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks: account, product, postcode and usual box (centimetres) of the workshop, and the moment."""

    account: str
    product: str
    postcode: str
    box: tuple[int, int, int]
    now: datetime


def rate_request(parcel: Parcel, there: Abroad, by: Sender) -> dict[str, Any]:
    """Return the question what a parcel costs."""
    return {
        "customerDetails": {
            "shipperDetails": _town(HOME, there.sender_city or "Alger", by.postcode),
            "receiverDetails": _town(there.country, there.city, there.postcode),
        },
        "accounts": [{"typeCode": "shipper", "number": by.account}],
        "productCode": by.product, "plannedShippingDateAndTime": planned(by.now), "unitOfMeasurement": "metric",
        "isCustomsDeclarable": True, "nextBusinessDay": True, "packages": [_package(parcel, by.box)],
        "monetaryAmount": [{"typeCode": "declaredValue", "value": _number(parcel.declared),
                            "currency": parcel.declared.currency}],
        **_insurance(parcel),
    }  # fmt: skip


def shipment(parcel: Parcel, there: Abroad, by: Sender) -> dict[str, Any]:
    """Return a parcel as it is asked for, under our reference, with what customs is told. Raises Rejected."""
    return {
        "plannedShippingDateAndTime": planned(by.now), "pickup": {"isRequested": False}, "productCode": by.product,
        "accounts": [{"typeCode": "shipper", "number": by.account}],
        "customerReferences": [{"value": parcel.reference, "typeCode": "CU"}],
        "customerDetails": {
            "shipperDetails": {
                "postalAddress": _address(HOME, there.sender_city, by.postcode, there.sender_address),
                "contactInformation": _contact(there.sender, there.sender_phone, there.sender_email),
            },
            "receiverDetails": {
                "postalAddress": _address(there.country, there.city, there.postcode, parcel.address),
                "contactInformation": _contact(parcel.name, parcel.phone, there.email),
            },
        },
        "content": _content(parcel, there, by.box, by.now.astimezone(ALGIERS).date()),
        "outputImageProperties": {
            "encodingFormat": "pdf", "printerDPI": 300,
            "imageOptions": [{"typeCode": "label", "templateName": LABEL}],
        },
        **_insurance(parcel),
    }  # fmt: skip


def _insurance(parcel: Parcel) -> dict[str, Any]:
    """Return the service that insures what is declared, where it is wanted."""
    worth = min(parcel.declared, MOST) if parcel.insured else None
    if worth is None:
        return {}
    return {"valueAddedServices": [{"serviceCode": "II", "value": _number(worth), "currency": worth.currency}]}


def _content(parcel: Parcel, there: Abroad, box: tuple[int, int, int], today: date) -> dict[str, Any]:
    lines = [_line(number, each) for number, each in enumerate(there.goods, 1)]
    cents = sum(round(each["price"] * 100) * each["quantity"]["value"] for each in lines)
    return {
        "packages": [_package(parcel, box)], "isCustomsDeclarable": True, "declaredValue": cents / 100,
        "declaredValueCurrency": there.goods[0].value.currency, "incoterm": "DAP", "unitOfMeasurement": "metric",
        "description": (parcel.contents or there.goods[0].description)[:70],
        "exportDeclaration": {
            "lineItems": lines, "exportReasonType": "permanent",
            "invoice": {"number": (there.invoice or parcel.reference)[:35], "date": today.isoformat()},
        },
    }  # fmt: skip


def _line(number: int, each: Goods) -> dict[str, Any]:
    weight = max(each.net_g, 1) / 1000
    return {
        "number": number, "description": each.description[:75],
        "price": _number(Money(each.value.minor // each.pieces, each.value.currency)),
        "quantity": {"value": each.pieces, "unitOfMeasurement": "PCS"},
        "commodityCodes": [{"typeCode": "outbound", "value": each.hs}], "exportReasonType": "permanent",
        "manufacturerCountry": each.origin or HOME, "weight": {"netValue": weight, "grossValue": weight},
    }  # fmt: skip


def _package(parcel: Parcel, usual: tuple[int, int, int]) -> dict[str, Any]:
    sides = usual if parcel.box is None else parcel.box.cm
    return {
        "weight": parcel.weight_g / 1000, "dimensions": dict(zip(("length", "width", "height"), sides, strict=True))
    }  # fmt: skip


def _town(country: str, city: str, postcode: str) -> dict[str, str]:
    return {"countryCode": country, "cityName": city[:LINE], "postalCode": postcode[:12]}


def _address(country: str, city: str, postcode: str, street: str) -> dict[str, str]:
    found = textwrap.wrap(" ".join(street.split()), LINE)
    if not 1 <= len(found) <= LINES:
        raise Rejected("an address has three lines of 45 letters at most", fields={"address": "too long"})
    return _town(country, city, postcode) | {f"addressLine{at}": each for at, each in enumerate(found, 1)}


def _contact(name: str, phone: str, email: str = "") -> dict[str, str]:
    known = name.strip()[:100] or "-"
    told = {"email": email} if 0 < len(email) <= MAIL else {}
    return {"fullName": known, "companyName": known, "phone": phone[:70], **told}


def _number(money: Money) -> float:
    return float(money.minor / 10**money.decimals)


def quote(told: object, product: str, now: datetime) -> Quote | None:
    """Return what a service costs by the account's own currency, and when it arrives; None where it is not offered."""
    row = next((each for each in rows(part_list(told, "products")) if each.get("productCode") == product), None)
    prices = rows(row.get("totalPrice")) if row else []
    mine = next((each for each in prices if each.get("currencyType") == "BILLC"), prices[0] if prices else None)
    if row is None or mine is None:
        return None
    amount, currency = mine.get("price"), str(mine.get("priceCurrency") or "")
    if not isinstance(amount, int | float) or isinstance(amount, bool) or amount <= 0 or len(currency) != 3:
        return None
    first, last = _days(part(row, "deliveryCapabilities"), now)
    whole = Money(0, currency).decimals
    return Quote("home", Money(round(amount * 10**whole), currency), first, last)


def part_list(told: object, name: str) -> object:
    """Return what stands under a name in an object."""
    return told.get(name) if isinstance(told, Mapping) else None


def _days(told: Mapping[str, Any], now: datetime) -> tuple[int, int]:
    arrives = cells.moment(told.get("estimatedDeliveryDateAndTime"))
    given = date.fromisoformat(planned(now)[:10])
    days = (arrives.astimezone(ALGIERS).date() - given).days if arrives else -1
    return (days, days) if 0 <= days <= 60 else DAYS


def label_of(told: object) -> bytes | None:
    """Return the label that came with a booking; None where there is none that can be read."""
    for each in rows(part_list(told, "documents")):
        if str(each.get("typeCode") or "label").lower() == "label" and str(each.get("imageFormat")).upper() == "PDF":
            try:
                found = b64decode(str(each.get("content") or ""), validate=True)
            except ValueError:
                return None
            return found if found.startswith(b"%PDF") else None
    return None


def number_under(told: object, reference: str) -> str:
    """Return the number of the shipment that bears our reference, the first that was made of several."""
    found = [
        (str(each.get("shipmentTimestamp") or ""), str(each.get("shipmentTrackingNumber") or ""))
        for each in rows(part_list(told, "shipments"))
        if any(one.get("value") == reference for one in rows(each.get("shipperReferences")))
    ]
    return min(found)[1] if found else ""


def scans(tracking: str, told: object) -> Iterable[ParcelScan]:
    """Return the events of a shipment as scans; those whose moment can't be read are left out."""
    for shipped in rows(part_list(told, "shipments")):
        for row in rows(shipped.get("events")):
            found = _scan(tracking, row)
            if found is not None:
                yield found


def _scan(tracking: str, row: Mapping[str, Any]) -> ParcelScan | None:
    written = f"{row.get('date')}T{row.get('time')}{row.get('GMTOffset') or ''}"
    at, code = cells.moment(written, UTC), str(row.get("typeCode") or "").strip()
    if at is None or not code:
        return None
    where = " · ".join(str(each.get("description") or "") for each in rows(row.get("serviceArea")))
    key = hashlib.sha256(f"{tracking}|{written}|{code}|{where}".encode()).hexdigest()[:40]
    text = " · ".join(each for each in (str(row.get("description") or ""), where) if each)
    return ParcelScan(key=key, tracking=tracking, word=word_of(code), at=at, raw=code[:200], text=text[:300])


def span(now: datetime, days: int) -> tuple[str, str]:
    """Return the first and the last day in which a reference is sought."""
    today = now.astimezone(ALGIERS).date()
    return (today - timedelta(days=days)).isoformat(), today.isoformat()
