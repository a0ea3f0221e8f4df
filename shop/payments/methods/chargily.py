"""Chargily Pay V2: EDAHABIA and CIB cards on Chargily's own page, in whole dinars.

Chargily has no idempotency keys and no refunds. A checkout bears our reference in its metadata, by which it is found
again; a buyer who never got the address of its page can't pay it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from shop.core.errors import Forged, Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.payments.contract import Answer, Ask, Begun, Fact, Http, Mentions, Notice, Offer, Plugin, setting

TITLE = "By EDAHABIA or CIB card"
DETAIL = "You pay on the page of Chargily Pay, then come back here."
LIVE = "https://pay.chargily.net/api/v2"
TEST = "https://pay.chargily.net/test/api/v2"
HOSTS = ("https://pay.chargily.net", "https://pay.chargily.dz", "https://pay.chargily.com")
LEAST = Money.dinars(75)
WAIT_H = 24  # a page lives for half an hour; the buyer may begin anew for a day
PER_PAGE = 50

STATES = {
    "pending": "pending", "processing": "pending", "paid": "collected", "failed": "failed",
    "canceled": "cancelled", "cancelled": "cancelled", "expired": "cancelled",
}  # fmt: skip
PROBLEMS = {
    "failed": "The card was refused. Nothing was taken.",
    "canceled": "The payment was cancelled on the payment page. Nothing was taken.",
    "cancelled": "The payment was cancelled on the payment page. Nothing was taken.",
    "expired": "The payment page was open for too long and has closed. Nothing was taken.",
}
# All that is kept of an answer: it names the merchant, and a buyer's address, too.
KEPT = ("id", "status", "amount", "currency", "fees", "livemode", "payment_method", "created_at", "updated_at")
_KEY = re.compile(r"(test|live)_sk_[A-Za-z0-9]{8,100}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True)
class Settings:
    """The account at Chargily: its secret key tells whether it is the one for tests."""

    secret_key: str = setting(
        "Secret key", hint="It begins with test_sk_ or live_sk_. It is in Chargily under Developers.", secret=True,
        most=120,
    )  # fmt: skip

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        if _KEY.fullmatch(self.secret_key):
            return {}
        return {"secret_key": "A secret key of Chargily begins with test_sk_ or live_sk_."}


@dataclass(frozen=True)
class Chargily:
    """One checkout at Chargily per payment."""

    settings: Settings
    http: Http | None

    @property
    def key(self) -> str:
        """The name under which payments are stored."""
        return "chargily"

    def offer(self, ask: Ask) -> Offer | None:
        """Serve Algeria, whole dinars, one workshop at a time."""
        if ask.country != "DZ" or ask.stores_in_purchase != 1 or ask.face_to_face:
            return None
        if ask.amount.currency != "DZD" or ask.amount.minor % 100 or ask.amount < LEAST:
            return None
        return Offer(title=TITLE, detail=DETAIL, wait_h=WAIT_H)

    def start(self, ask: Ask) -> Fact:
        """Make a checkout, unless one bears this reference already, and send the buyer to its page."""
        if self.offer(ask) is None:
            raise Rejected("Chargily serves whole dinars in Algeria", fields={"amount": "whole dinars"})
        begun = Begun(ask.reference, ask.amount)
        checkout = self._sought(begun.reference) or self._read(self._post("checkouts", _wanted(ask)))
        if checkout is None:
            raise Unavailable("Chargily knows no checkouts")
        return self._fact(checkout, begun)

    def look_up(self, begun: Begun) -> Fact:
        """Ask for the checkout by its id, else seek it by our reference."""
        checkout = self._one(begun.external) if begun.external else self._sought(begun.reference)
        if checkout is None:
            # Nobody has the address of a page that was never told to us; one that was told may have been used.
            state = "unknown" if begun.external else "cancelled"
            return Fact(begun.reference, state, begun.amount, external=begun.external)
        return self._fact(checkout, begun)

    def expire(self, begun: Begun) -> Fact:
        """Close the page, then look: it may have been paid meanwhile. One that is closed already refuses."""
        now = self.look_up(begun)
        if now.state != "pending":
            return now
        self._read(self._post(f"checkouts/{now.external}/expire"), refusals=True)
        return self.look_up(Begun(begun.reference, begun.amount, now.external))

    def read(self, notice: Notice) -> list[Fact]:
        """Read a notice, signed over its raw bytes by the secret key. Raises Forged."""
        secret = self.settings.secret_key.encode()
        due = hmac.new(secret, notice.body, hashlib.sha256).hexdigest().encode()
        if not secret or not hmac.compare_digest(due, notice.headers.get("signature", "").encode()):
            raise Forged("the signature is not made with our key over these bytes")
        event = _object(notice.body)
        checkout = event.get("data")
        if not isinstance(checkout, Mapping) or checkout.get("entity", "checkout") != "checkout":
            return []
        if not _name(checkout.get("id")):
            return []
        begun = Begun(_reference(checkout), _money(checkout.get("amount")) or Money(0))
        fact = self._fact({"livemode": event.get("livemode"), **checkout, "checkout_url": ""}, begun)
        return [replace(fact, event=_name(event.get("id")) or hashlib.sha256(notice.body).hexdigest())]

    def check(self) -> None:
        """Ask for the balance."""
        self._read(self._get("balance"))

    def _fact(self, checkout: Mapping[str, Any], begun: Begun) -> Fact:
        status, external = str(checkout.get("status", "")), _name(checkout.get("id"))
        if not external:
            raise Unavailable("a checkout of Chargily without an id")
        state, came = STATES.get(status, "unknown"), _money(checkout.get("amount"))
        if state == "collected" and (came is None or not self._is_ours(checkout, begun)):
            state = "unknown"  # other currency, other payment, other world: nothing that we could count
        return Fact(
            reference=begun.reference, state=state, external=external, raw=_kept(checkout),
            amount=came if state == "collected" and came else begun.amount,
            redirect=self._page(str(checkout.get("checkout_url") or "")) if state == "pending" else "",
            problem=PROBLEMS.get(status, ""), mentions=_mentions(checkout) if state == "collected" else (),
            at=_moment(checkout.get("updated_at")) if state == "collected" else None,
        )  # fmt: skip

    def _is_ours(self, checkout: Mapping[str, Any], begun: Begun) -> bool:
        live = str(checkout.get("livemode")).lower() == "true"
        theirs = _reference(checkout)
        return checkout.get("currency") == "dzd" and theirs in {"", begun.reference} and live != self._is_test

    def _page(self, url: str) -> str:
        """Return where the buyer pays: always over https, and at Chargily's; a simulator on this machine for tests."""
        parts = urlsplit(url)
        if not url or (self._is_test and _is_loopback(parts.hostname or "")):
            return url
        secure = parts._replace(scheme="https").geturl()
        if f"https://{parts.netloc}" not in HOSTS or parts.scheme not in {"http", "https"}:
            raise Unavailable("Chargily names a payment page that is not at Chargily's")
        return secure

    @property
    def _is_test(self) -> bool:
        return not self.settings.secret_key.startswith("live_sk_")

    def _one(self, external: str) -> Mapping[str, Any] | None:
        if not _name(external):
            return None
        return self._read(self._get(f"checkouts/{external}"))

    def _sought(self, reference: str) -> Mapping[str, Any] | None:
        """Return the checkout that bears our reference, from among the newest: the list begins or ends with them."""
        return next((each for each in self._listed() if _reference(each) == reference), None)

    def _listed(self) -> Iterator[Mapping[str, Any]]:
        page = self._read(self._get("checkouts", {"per_page": PER_PAGE, "page": 1})) or {}
        yield from _rows(page)
        last = page.get("last_page")
        if isinstance(last, int) and last > 1:
            yield from _rows(self._read(self._get("checkouts", {"per_page": PER_PAGE, "page": last})) or {})

    def _get(self, path: str, params: Mapping[str, str | int] | None = None) -> Answer:
        return self._way.get(f"{self._base}/{path}", params=params, headers=self._headers)

    def _post(self, path: str, body: object = None) -> Answer:
        return self._way.post(f"{self._base}/{path}", json=body, headers=self._headers)

    def _read(self, answer: Answer, *, refusals: bool = False) -> Mapping[str, Any] | None:
        """Return what an answer holds, None for what isn't there. `refusals` are as good as an answer."""
        if answer.status in {401, 403}:
            raise Misconfigured("Chargily does not take this secret key")
        if answer.status == 404 or (refusals and 400 <= answer.status < 500 and answer.status != 429):
            return None
        if answer.status in {400, 422}:
            raise Rejected("Chargily does not take this payment")
        if not answer.ok:
            raise Unavailable(f"Chargily answers {answer.status}")
        found = answer.json()
        if not isinstance(found, Mapping):
            raise Unavailable("an answer of Chargily that is not an object")
        return found

    @property
    def _way(self) -> Http:
        if self.http is None or not self.settings.secret_key:
            raise Misconfigured("Chargily has no secret key here")
        return self.http

    @property
    def _base(self) -> str:
        return TEST if self._is_test else LIVE

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.settings.secret_key}"}


def _wanted(ask: Ask) -> Mapping[str, Any]:
    told = {
        "amount": ask.amount.minor // 100, "currency": "dzd", "success_url": ask.return_url,
        "failure_url": ask.return_url, "webhook_endpoint": ask.notice_url, "description": ask.description[:200],
        "locale": ask.language if ask.language in {"ar", "en", "fr"} else "ar",
        "metadata": {"reference": ask.reference},
    }  # fmt: skip
    return {**{name: value for name, value in told.items() if value != ""}, "pass_fees_to_customer": False}


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise Forged("a signed notice that can't be read") from None
    return event if isinstance(event, Mapping) else {}


def _rows(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = page.get("data")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _reference(checkout: Mapping[str, Any]) -> str:
    """Return our reference; metadata come as one object or as a list of them."""
    metadata = checkout.get("metadata")
    for each in metadata if isinstance(metadata, list) else [metadata]:
        if isinstance(each, Mapping) and _name(each.get("reference")):
            return _name(each["reference"])
    return ""


def _name(value: object) -> str:
    """Return an id or a reference, '' for what can't be one."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _money(dinars: object) -> Money | None:
    """Return an amount in dinars, however it is written; None for what is none."""
    try:
        minor = Decimal(str(dinars)) * 100
    except ArithmeticError:
        return None
    if isinstance(dinars, bool) or not minor.is_finite() or minor != minor.to_integral_value():
        return None
    return Money(int(minor)) if 0 < minor < 10**15 else None


def _moment(stamp: object) -> datetime | None:
    if not isinstance(stamp, int) or not 0 < stamp < 2**33:
        return None
    return datetime.fromtimestamp(stamp, UTC)


def _mentions(checkout: Mapping[str, Any]) -> Mentions:
    card = {"edahabia": "EDAHABIA", "cib": "CIB"}.get(str(checkout.get("payment_method")), "")
    told = (("Card", card), ("Number of the transaction", str(checkout["id"])))
    return tuple(each for each in told if each[1])


def _kept(checkout: Mapping[str, Any]) -> str:
    plain = {name: checkout[name] for name in KEPT if isinstance(checkout.get(name), str | int | float)}
    return json.dumps({name: str(value)[:80] for name, value in plain.items()}, sort_keys=True)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _build(settings: Settings, http: Http | None) -> Chargily:
    return Chargily(settings, http.for_account(secrets=[settings.secret_key]) if http else None)


PLUGIN = Plugin(key="chargily", title=TITLE, settings=Settings, build=_build, hosts=HOSTS)
