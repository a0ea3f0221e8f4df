"""NOEST Express: a parcel is a draft, then confirmed. It knows no parcel by our reference, and sends no notices.

So the number of a draft is kept before it is confirmed: the same draft is confirmed once, and one whose number was
lost stays a draft that nobody fetches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shop.core.errors import Rejected, Unavailable
from shop.core.money import Money
from shop.core.text import fold
from shop.shipping.carriers import cells
from shop.shipping.carriers.cells import is_tracking
from shop.shipping.carriers.noest import mapping
from shop.shipping.carriers.noest.client import VALIDATED, Client, rows_of
from shop.shipping.carriers.noest.statuses import CONFIRMED, word_of
from shop.shipping.contract import (
    Booking,
    Fee,
    Http,
    Parcel,
    ParcelScan,
    Plugin,
    Point,
    Quote,
    TheirPlace,
    setting,
    unfit,
)

DAYS = (1, 5)
AT_ONCE = 100  # numbers in one request
DRAFT = "it lies there as a draft and was not accepted"
GONE = "its draft is no longer there; asked again, another one is made"
NOBODY = "ECSHIRFACHECK"  # a number that nobody has, to see whether the keys work
_GUID, _TOKEN = re.compile(r"[A-Za-z0-9-]{4,64}"), re.compile(r"[A-Za-z0-9|_.-]{16,200}")


@dataclass(frozen=True)
class Settings:
    """The account."""

    user_guid: str = setting("User GUID", hint="Both are in your account there.", most=64)
    api_token: str = setting("API token", secret=True, most=200)

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        return unfit(
            self,
            user_guid=(_GUID, "The GUID is one short word of letters and digits."),
            api_token=(_TOKEN, "The token is one long word without spaces. Please copy all of it."),
        )


@dataclass(frozen=True)
class Noest:
    """One account; nothing is remembered between two calls."""

    settings: Settings
    client: Client

    @property
    def key(self) -> str:
        """The plug-in's key."""
        return "noest"

    def check(self) -> None:
        """Ask about a number that nobody has."""
        self.client.ask("get/trackings/info", trackings=[NOBODY])

    def quotes(self, parcel: Parcel) -> list[Quote]:
        """Ask what delivery to the wilaya costs, if the commune is served."""
        name = parcel.to.theirs or parcel.to.commune_name
        communes = [row for row in self._communes(parcel.to.wilaya_code_58) if row.get("is_active")]
        if not any(not name or fold(str(row["nom"])) == fold(name) for row in communes):
            return []
        home, desk = self._prices().get(parcel.to.wilaya_code_58, (None, None))
        return [Quote(kind, price, *DAYS) for kind, price in (("home", home), ("desk", desk)) if price is not None]

    def book(self, parcel: Parcel) -> Booking:
        """Have the parcel's draft confirmed, made here where it has none."""
        number = parcel.draft or self.draft(parcel)
        self.confirm(number)
        return Booking(parcel.reference, number)

    def draft(self, parcel: Parcel) -> str:
        """Make a draft."""
        tracking = str(self.client.do("create/order", **mapping.wanted(parcel)).get("tracking") or "")
        if not is_tracking(tracking):
            raise Unavailable("it made a draft, and did not say its number")
        return tracking

    def confirm(self, tracking: str) -> None:
        """Confirm a draft; one that is confirmed already is as good."""
        try:
            self.client.do("valid/order", tracking=tracking)
        except Rejected as error:
            if error.fields.get("error") == VALIDATED:
                return
            if "tracking" in error.fields and not self._row(tracking):
                raise Rejected(GONE, fields={"draft": "gone"}) from None
            raise Rejected(f"{DRAFT} — {error}", fields=error.fields) from None

    def cancel(self, tracking: str) -> None:
        """Take a draft back; of one that is confirmed and not yet fetched, ask for the return. Gone is as good."""
        row = self._row(_number(tracking))
        words = [word for event in mapping.events(row) if (word := word_of(event))]
        if not row or (words and words[-1] in {"cancelled", "returning", "returned"}):
            return
        if words:
            raise Rejected("it is on its way already", fields={"tracking": "on its way"})
        path = "ask/return" if CONFIRMED in mapping.events(row) else "delete/order"
        self.client.do(path, tracking=tracking)

    def label(self, tracking: str) -> bytes:
        """Return the label of a parcel, which lies behind a link that ends after five minutes."""
        return self.client.file("get/order/label", tracking=_number(tracking))

    def try_again(self, tracking: str) -> None:
        """Ask for another attempt."""
        self.client.do("ask/new-tentative", tracking=_number(tracking))

    def send_back(self, tracking: str) -> None:
        """Ask that the parcel comes back; one that does already is as good."""
        if not ({word_of(event) for event in mapping.events(self._row(_number(tracking)))} & {"returning", "returned"}):
            self.client.do("ask/return", tracking=tracking)

    def _row(self, tracking: str) -> Mapping[str, Any]:
        told = self.client.ask("get/trackings/info", trackings=[tracking])
        row = told.get(tracking) if isinstance(told, Mapping) else None
        return row if isinstance(row, Mapping) else {}

    def scans(self, tracking: str) -> list[ParcelScan]:
        """Return the way of a parcel."""
        return self.scans_of([tracking])

    def scans_of(self, trackings: Sequence[str]) -> list[ParcelScan]:
        """Return the ways of parcels."""
        known = [each for each in trackings if is_tracking(each)]
        found: list[ParcelScan] = []
        for start in range(0, len(known), AT_ONCE):
            asked = known[start : start + AT_ONCE]
            told = self.client.ask("get/trackings/info", trackings=asked)
            rows = told if isinstance(told, Mapping) else {}  # no number known is an empty list
            found += [
                scan for each in asked if isinstance(rows.get(each), Mapping)
                for scan in mapping.scans(each, rows[each])
            ]  # fmt: skip
        return sorted(found, key=lambda each: (each.at, each.key))

    def points(self, wilaya_code: str) -> list[Point]:
        """Return the desks of a wilaya, or all of them; those wilayas that are new since 2026 it does not know."""
        found = {
            str(row.get("code")): Point(
                key=str(row.get("code")), name=str(row.get("name") or ""),
                wilaya_code=mapping.wilaya_of_desk(row.get("code")), address=str(row.get("address") or ""),
                hours=str(row.get("horaires") or ""), commune=str(row.get("commune") or ""),
            )
            for row in rows_of(self.client.get("desks")) if mapping.wilaya_of_desk(row.get("code")) and row.get("name")
        }  # fmt: skip
        return [each for each in found.values() if wilaya_code in {"", each.wilaya_code}]

    def places_of(self, wilaya_58: str) -> list[TheirPlace]:
        """Return its communes of a wilaya."""
        return [
            TheirPlace(wilaya_58, "", str(row["nom"]), bool(row.get("is_active"))) for row in self._communes(wilaya_58)
        ]

    def fees(self, sender: str, to: str) -> list[Fee]:  # noqa: ARG002 - the prices of an account begin where it is
        """Return what it charges to a wilaya, commune by commune."""
        home, desk = self._prices().get(to, (None, None))
        return [Fee(str(row["nom"]), home, desk) for row in self._communes(to) if row.get("is_active")]

    def _communes(self, wilaya_58: str) -> list[Mapping[str, Any]]:
        if not cells.two(wilaya_58):
            return []
        rows = rows_of(self.client.get(f"get/communes/{int(wilaya_58)}"))
        return [row for row in rows if row.get("nom") and cells.two(row.get("wilaya_id")) == wilaya_58]

    def _prices(self) -> dict[str, tuple[Money | None, Money | None]]:
        told = self.client.get("fees")
        rates = told.get("tarifs") if isinstance(told, Mapping) else None
        there = rates.get("delivery") if isinstance(rates, Mapping) else None
        return {
            cells.two(number): (cells.typed_price(row.get("tarif")), cells.typed_price(row.get("tarif_stopdesk")))
            for number, row in (there.items() if isinstance(there, Mapping) else ()) if isinstance(row, Mapping)
        }  # fmt: skip


def _number(tracking: str) -> str:
    if not is_tracking(tracking):
        raise Rejected("this is no number of theirs", fields={"tracking": "unknown"})
    return tracking


def _build(settings: Settings, http: Http | None) -> Noest:
    way = http.for_account(secrets=[settings.api_token]) if http is not None else None
    return Noest(settings, Client(settings.user_guid, settings.api_token, way))


PLUGIN = Plugin(
    key="noest", title="NOEST Express", settings=Settings, build=_build, outside=True, per_parcel=2,
    named_by=("user_guid", "api_token"),
    exchanges=True,
)  # fmt: skip
