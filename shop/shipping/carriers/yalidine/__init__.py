"""Yalidine and the five companies that use its system: booked by its key, followed by poll and by notice.

The same order_id twice is two parcels there: it is sought before it is asked for. Unknown numbers are no error there
but empty lists. Its labels lie at public addresses with a token: one is fetched, its address neither kept nor shown.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shop.core import clock
from shop.core.boxes import Weighing, billable_g, overweight_fee
from shop.core.errors import AdapterError, Forged, Rejected
from shop.core.money import Money
from shop.shipping.carriers import cells, files
from shop.shipping.carriers.batches import alone, booked
from shop.shipping.carriers.cells import is_tracking
from shop.shipping.carriers.yalidine import mapping
from shop.shipping.carriers.yalidine.client import TENANTS, Client
from shop.shipping.carriers.yalidine.statuses import CANCELLED, TO_BE_CHANGED, word_of
from shop.shipping.contract import (
    Booking,
    CarrierStatement,
    Fee,
    Http,
    Notice,
    Parcel,
    ParcelScan,
    Plugin,
    Point,
    Quote,
    StatementLine,
    TheirPlace,
    setting,
    unfit,
)

WEIGHING = Weighing(included_g=5_000, cm3_per_kg=5_000)  # 0.0002 kg for each cubic centimetre
DAYS = (1, 5)
UNHEARD = "it did not say what became of this parcel: is its commune spelled as theirs?"
_ID, _TOKEN = re.compile(r"\d{4,40}"), re.compile(r"[A-Za-z0-9]{16,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,200}")


@dataclass(frozen=True)
class Settings:
    """The account at one of the six companies."""

    brand: str = setting(
        "Company", default="yalidine", choices=tuple((key, name) for key, (name, _url) in TENANTS.items())
    )
    api_id: str = setting("API ID", hint="It is in your account there, under Development.", most=40)
    api_token: str = setting("API token", secret=True, most=128)
    hook_secret: str = setting(
        "Secret key of the webhook", hint="Only if you register the address for notices there.", secret=True, most=128
    )

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        return unfit(
            self,
            api_id=(_ID, "The API ID is a number without spaces."),
            api_token=(_TOKEN, "The API token has letters and digits only. Please copy all of it."),
        )


@dataclass(frozen=True)
class Yalidine:
    """One account; nothing is remembered between two calls."""

    settings: Settings
    client: Client

    @property
    def key(self) -> str:
        """The plug-in's key."""
        return "yalidine"

    def check(self) -> None:
        """Ask for its wilayas."""
        self.client.get("wilayas/", page_size=1)

    def quotes(self, parcel: Parcel) -> list[Quote]:
        """Ask what delivery from the sender's wilaya costs, in the commune if it is told."""
        told = self._fees(parcel.sender_wilaya_code, parcel.to.wilaya_code_58)
        row = mapping.of_commune(told.get("per_commune"), parcel.to.theirs or parcel.to.commune_name)
        if row is None:
            return []
        counted = billable_g(parcel.weight_g, parcel.box, WEIGHING.cm3_per_kg)
        over = overweight_fee(counted, WEIGHING.included_g, cells.price(told.get("oversize_fee")) or Money(0))
        found = (("home", cells.price(row.get("express_home"))), ("desk", cells.price(row.get("express_desk"))))
        return [Quote(kind, price + over, *DAYS) for kind, price in found if price is not None]

    def book(self, parcel: Parcel) -> Booking:
        """Book the parcel, unless it is booked already."""
        return alone(self.book_many([parcel]))

    def book_many(self, parcels: Sequence[Parcel]) -> Sequence[Booking | AdapterError]:
        """Seek them all by our references, then ask for those that are not there, in one request each."""
        there = self._sought([each.reference for each in parcels])
        return booked(parcels, there, mapping.wanted, self._asked)

    def _asked(self, asked: Sequence[dict[str, Any]]) -> dict[str, Booking | AdapterError]:
        if not asked:
            return {}
        try:
            told = self.client.post("parcels/", list(asked))
        except AdapterError as error:
            return {each["order_id"]: error for each in asked}
        entries = told if isinstance(told, Mapping) else {}  # names that it does not know were seen to give []
        return {each["order_id"]: _booked(each["order_id"], entries.get(each["order_id"])) for each in asked}

    def find(self, reference: str) -> str:
        """Return the number that it gave under our reference."""
        return self._sought([reference]).get(reference, "")

    def _sought(self, references: Sequence[str]) -> dict[str, str]:
        """Return what is booked under references; the oldest where one is there twice, none that was taken back."""
        rows = self.client.rows("parcels/", order_id=",".join(references))
        found: dict[str, tuple[str, str]] = {}
        for row in rows:
            reference, tracking = str(row.get("order_id") or ""), str(row.get("tracking") or "")
            if row.get("last_status") == CANCELLED or reference not in references or not is_tracking(tracking):
                continue
            made = (str(row.get("date_creation") or ""), tracking)
            found[reference] = min(found.get(reference, made), made)
        return {reference: tracking for reference, (_made, tracking) in found.items()}

    def cancel(self, tracking: str) -> None:
        """Take a parcel back while it is being prepared; one that is gone already is as good."""
        if not is_tracking(tracking):
            raise Rejected("this is no number of theirs", fields={"tracking": "unknown"})
        rows = list(self.client.rows("parcels/", tracking=tracking))
        if not rows or rows[0].get("last_status") == CANCELLED:
            return
        if rows[0].get("last_status") != TO_BE_CHANGED:
            raise Rejected("it is on its way already", fields={"tracking": "on its way"})
        told = self.client.delete(f"parcels/{tracking}")
        row = told[0] if isinstance(told, list) and told else {}
        if not (isinstance(row, Mapping) and row.get("deleted")):
            raise Rejected("it was not taken back", fields={"tracking": "not deleted"})

    def label(self, tracking: str) -> bytes:
        """Return the label of a parcel. Raises Rejected for a page that is no PDF, as some companies show one."""
        rows = list(self.client.rows("parcels/", tracking=tracking)) if is_tracking(tracking) else []
        if not rows:
            raise Rejected("this is no number of theirs", fields={"tracking": "unknown"})
        return files.fetched(self.client.http, rows[0].get("label"))

    def scans(self, tracking: str) -> list[ParcelScan]:
        """Return the history of a parcel."""
        return self.scans_of([tracking])

    def scans_of(self, trackings: Sequence[str]) -> list[ParcelScan]:
        """Return the histories of parcels."""
        known = [each for each in trackings if is_tracking(each)]
        rows = self.client.rows("histories/", tracking=",".join(known)) if known else ()
        found = [each for each in map(mapping.scan, rows) if each is not None and each.tracking in known]
        return sorted(found, key=lambda each: (each.at, each.key))

    def points(self, wilaya_code: str) -> list[Point]:
        """Return the desks of a wilaya, or all of them; those wilayas that are new since 2026 it does not know."""
        if wilaya_code and not (wilaya_code.isdigit() and 1 <= int(wilaya_code) <= cells.WILAYAS):
            return []
        only = {"wilaya_id": int(wilaya_code)} if wilaya_code else {}
        return [
            Point(
                key=str(row["center_id"]), name=str(row.get("name") or ""), wilaya_code=cells.two(row.get("wilaya_id")),
                address=str(row.get("address") or ""), commune=str(row.get("commune_name") or ""),
            )
            for row in self.client.rows("centers/", **only)
            if str(row.get("center_id") or "").isdigit() and row.get("name") and cells.two(row.get("wilaya_id"))
        ]  # fmt: skip

    def places(self) -> list[TheirPlace]:
        """Return its communes."""
        return [
            TheirPlace(cells.two(row.get("wilaya_id")), str(row.get("wilaya_name") or ""), str(row["name"]),
                       bool(row.get("is_deliverable")))
            for row in self.client.rows("communes/") if row.get("name") and cells.two(row.get("wilaya_id"))
        ]  # fmt: skip

    def fees(self, sender: str, to: str) -> list[Fee]:
        """Return what it charges between two wilayas, commune by commune."""
        told = self._fees(sender, to)
        per_commune, per_kg = told.get("per_commune"), cells.price(told.get("oversize_fee"))
        insurance = cells.hundredths(told.get("insurance_percentage"))
        rows = per_commune.values() if isinstance(per_commune, Mapping) else ()
        return [
            Fee(str(row.get("commune_name") or ""), cells.price(row.get("express_home")),
                cells.price(row.get("express_desk")), per_kg, insurance)
            for row in rows if isinstance(row, Mapping)
        ]  # fmt: skip

    def statements(self, since: date) -> list[CarrierStatement]:
        """Return what it paid out, payment by payment; a parcel tells by itself within which one it was paid."""
        until = clock.today() + timedelta(days=1)
        rows = self.client.rows("parcels/", payment_status="payed", date_last_status=f"{since},{until}")
        lines: dict[str, list[StatementLine]] = defaultdict(list)
        for payment, line in filter(None, map(mapping.paid, rows)):
            lines[payment].append(line)
        return [CarrierStatement(payment, tuple(found)) for payment, found in lines.items()]

    def read(self, notice: Notice) -> list[ParcelScan]:
        """Read a notice, signed over its raw bytes by the secret of the webhook. Raises Forged."""
        secret = self.settings.hook_secret.encode()
        due = hmac.new(secret, notice.body, hashlib.sha256).hexdigest().encode()
        if not secret or not hmac.compare_digest(due, notice.headers.get("x-yalidine-signature", "").encode()):
            raise Forged("the signature is not made with our key over these bytes")
        told = _object(notice.body)
        events = told.get("events")
        kind = str(told.get("type") or "")
        read = (_event(each, kind) for each in events) if isinstance(events, list) else ()
        return [each for each in read if each is not None]

    def challenge(self, asked: Mapping[str, str]) -> str:
        """Return the token by which the address for notices is checked."""
        token = asked.get("crc_token", "")
        return token if _CHALLENGE.fullmatch(token) else ""

    def _fees(self, sender_58: str, to_58: str) -> Mapping[str, Any]:
        try:
            told = self.client.get("fees/", from_wilaya_id=int(sender_58), to_wilaya_id=int(to_58))
        except (Rejected, ValueError):
            return {}
        return told if isinstance(told, Mapping) else {}


def _booked(reference: str, entry: object) -> Booking | Rejected:
    if not isinstance(entry, Mapping):
        return Rejected(UNHEARD, fields={"commune": "unknown"})
    tracking = str(entry.get("tracking") or "")
    if entry.get("success") is not True or not is_tracking(tracking):
        return Rejected(str(entry.get("message") or UNHEARD)[:150], fields={"parcel": "refused"})
    return Booking(reference, tracking)


def _event(event: object, kind: str) -> ParcelScan | None:
    data = event.get("data") if isinstance(event, Mapping) else None
    if not isinstance(event, Mapping) or not isinstance(data, Mapping) or not is_tracking(str(data.get("tracking"))):
        return None
    raw = str(data.get("status") or "") if kind == "parcel_status_updated" else kind
    at = cells.moment(event.get("occurred_at")) or datetime.fromtimestamp(0, UTC)
    key = str(event.get("event_id") or "")[:80] or hashlib.sha256(repr(event).encode()).hexdigest()
    return ParcelScan(
        key=key, tracking=str(data["tracking"]), word=word_of(raw) or "unknown", at=at, raw=raw[:200] or "unknown",
        text=str(data.get("reason") or "")[:300],
    )  # fmt: skip


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Forged("a signed notice that can't be read") from None
    return told if isinstance(told, Mapping) else {}


def _build(settings: Settings, http: Http | None) -> Yalidine:
    way = http.for_account(secrets=[settings.api_token, settings.hook_secret]) if http is not None else None
    return Yalidine(settings, Client(settings.brand, settings.api_id, settings.api_token, way))


PLUGIN = Plugin(
    key="yalidine", title="Yalidine", settings=Settings, build=_build, outside=True, weighing=WEIGHING,
    insures=mapping.MOST, exchanges=True, named_by=("brand", "api_id", "api_token"),
)  # fmt: skip
