"""Chargily Pay V2 in small: checkouts with their pages, signed notices, a balance. Keyed as theirs, nothing idempotent.

Any key that begins with test_sk_ or live_sk_ opens an account of its own. `/control/chargily/keys` closes one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from shop.core.money import Money
from shop.testing.outside.pages import Words, hosted
from shop.testing.outside.world import System

LIVES_S = 30 * 60
MOST_PER_PAGE = 50
STATUSES = ("pending", "processing", "paid", "failed", "canceled", "expired")
CHOICES = {  # what a buyer can choose on the page: what becomes of it, and by which card
    "edahabia": ("paid", "edahabia"), "cib": ("paid", "cib"), "refused": ("failed", "edahabia"),
    "cancel": ("canceled", None),
}  # fmt: skip
WORDS: Words = {
    "EDAHABIA card that pays": ("بطاقة ذهبية تدفع", "Carte EDAHABIA qui paie"),
    "CIB card that pays": ("بطاقة CIB تدفع", "Carte CIB qui paie"),
    "EDAHABIA card that is refused": ("بطاقة ذهبية مرفوضة", "Carte EDAHABIA refusée"),
    "This payment is closed.": ("هذا الدفع مغلق.", "Ce paiement est clos."),
}
_KEY = re.compile(r"Bearer ((test|live)_sk_[A-Za-z0-9]{8,100})")


@dataclass
class Checkout:
    """A checkout of an account: what was asked, and what became of it."""

    id: str
    key: str
    asked: Mapping[str, Any]
    made: int
    changed: int
    status: str = "pending"
    card: str | None = None
    currency: str = "dzd"
    more: dict[str, Any] = field(default_factory=dict)  # what a test wants to be told otherwise


class ChargilySim(System):
    """The accounts and checkouts, in memory."""

    key = "chargily"
    api = "/api"
    stands_for = {
        "https://pay.chargily.net/test/api/v2": "/api/test",
        "https://pay.chargily.net/api/v2": "/api/live",
    }

    def forget(self) -> None:
        """Know no checkouts and refuse no key."""
        self.checkouts: dict[str, Checkout] = {}
        self.closed: set[str] = set()
        self.plain_http = False  # whether addresses of pages are told without their s

    def blueprint(self) -> Blueprint:
        """Return the interface and the hosted pages."""
        port = Blueprint("chargily", __name__)
        rules: tuple[tuple[str, str, Any], ...] = (
            ("GET", "balance", self._balance), ("GET", "checkouts", self._list), ("POST", "checkouts", self._create),
            ("GET", "checkouts/<id>", self._show), ("GET", "checkouts/<id>/items", self._items),
            ("POST", "checkouts/<id>/expire", self._expire),
        )  # fmt: skip
        for method, path, view in rules:
            name = f"{method}-{path.replace('/', '-')}"
            port.add_url_rule(f"/api/<mode>/{path}", name, self._admitted(view), methods=[method])
        port.add_url_rule("/checkouts/<id>/pay", "page", self._page, methods=["GET"])
        port.add_url_rule("/checkouts/<id>/pay", "choice", self._choice, methods=["POST"])
        return port

    def control(self) -> Blueprint:
        """Return what can be told: keys that no longer open anything, what becomes of a checkout."""
        port = Blueprint("chargily_control", __name__)

        @port.post("/keys")
        def keys() -> ResponseReturnValue:
            self.closed = set(request.get_json(force=True)["closed"])
            return {}

        @port.post("/checkouts/<id>")
        def becomes(id: str) -> ResponseReturnValue:  # noqa: A002 - the path's name
            self.become(id, request.get_json(force=True)["status"])
            return {}

        return port

    def become(self, id: str, status: str, card: str | None = None) -> None:  # noqa: A002
        """Let a checkout become something, and send the notice of it."""
        with self.lock:
            checkout = self.checkouts[id]
            checkout.status, checkout.card, checkout.changed = status, card, self.world.clock.stamp()
            self._send(checkout)

    def _admitted(self, view: Any) -> Any:
        """Let those in whose key opens this mode, and let checkouts grow old first."""

        def admitted(mode: str, **path: str) -> ResponseReturnValue:
            key = _KEY.fullmatch(request.headers.get("Authorization", ""))
            if key is None or key[2] != mode or key[1] in self.closed:
                return {"message": "Unauthenticated."}, 401
            with self.lock:
                self._age()
                answer: ResponseReturnValue = view(key[1], **path)
                return answer

        return admitted

    def _balance(self, key: str) -> ResponseReturnValue:
        wallet = {"currency": "dzd", "balance": 0, "ready_for_payout": 0, "on_hold": 0}
        return {"entity": "balance", "livemode": _is_live(key), "wallets": [wallet]}

    def _create(self, key: str) -> ResponseReturnValue:
        asked = request.get_json(silent=True)
        errors = _errors(asked) if isinstance(asked, dict) else {"amount": ["The amount field is required."]}
        if errors or not isinstance(asked, dict):
            return {"message": "The given data was invalid.", "errors": errors}, 422
        now = self.world.clock.stamp()
        made = Checkout("01" + secrets.token_hex(12), key, asked, now, now)
        self.checkouts[made.id] = made
        return self._told(made)

    def _show(self, key: str, id: str) -> ResponseReturnValue:  # noqa: A002
        checkout = self._mine(key, id)
        return self._told(checkout) if checkout else ({"message": "Not found."}, 404)

    def _items(self, key: str, id: str) -> ResponseReturnValue:  # noqa: A002
        return _paged([], 1, MOST_PER_PAGE, _is_live(key)) if self._mine(key, id) else ({"message": "Not found."}, 404)

    def _expire(self, key: str, id: str) -> ResponseReturnValue:  # noqa: A002
        checkout = self._mine(key, id)
        if checkout is None:
            return {"message": "Not found."}, 404
        if checkout.status != "pending":
            return {"message": "This checkout is not pending."}, 422
        self.become(id, "expired")
        return self._told(checkout)

    def _list(self, key: str) -> ResponseReturnValue:
        per_page = min(int(request.args.get("per_page", 10)), MOST_PER_PAGE)
        mine = [self._told(each) for each in reversed(self.checkouts.values()) if each.key == key]
        return _paged(mine, int(request.args.get("page", 1)), per_page, _is_live(key))

    def _mine(self, key: str, id: str) -> Checkout | None:  # noqa: A002
        found = self.checkouts.get(id)
        return found if found and found.key == key else None

    def _age(self) -> None:
        now = self.world.clock.stamp()
        for each in list(self.checkouts.values()):
            if each.status == "pending" and now - each.made >= LIVES_S:
                self.become(each.id, "expired")

    def _told(self, checkout: Checkout) -> dict[str, Any]:
        url = self.page_url(f"/checkouts/{checkout.id}/pay")
        return {**_shown(checkout), "currency": checkout.currency, "checkout_url": self._plain(url), **checkout.more}

    def _plain(self, url: str) -> str:
        return "http://pay.chargily.net/test" + url.partition("/chargily")[2] if self.plain_http else url

    def _send(self, checkout: Checkout) -> None:
        url = checkout.asked.get("webhook_endpoint")
        if not url or checkout.status not in {"paid", "failed", "canceled", "expired"}:
            return
        now = self.world.clock.stamp()
        event = {
            "id": "01" + secrets.token_hex(12), "entity": "event", "livemode": str(_is_live(checkout.key)).lower(),
            "type": f"checkout.{checkout.status}", "data": _shown(checkout), "created_at": now, "updated_at": now,
        }  # fmt: skip
        key = checkout.key
        self.world.notices.put("chargily", url, json.dumps(event).encode(), lambda body: signed(key, body))

    def _page(self, id: str) -> ResponseReturnValue:  # noqa: A002
        with self.lock:
            self._age()
            checkout = self.checkouts.get(id)
        if checkout is None:
            return "404", 404
        asked = checkout.asked
        return hosted(
            "chargily.html", language=asked.get("locale", "ar"), words=WORDS, name="Chargily Pay",
            money=Money.dinars(asked["amount"]), description=asked.get("description", ""),
            is_open=checkout.status == "pending", back=_back(checkout),
        )  # fmt: skip

    def _choice(self, id: str) -> ResponseReturnValue:  # noqa: A002
        with self.lock:
            self._age()
            checkout, choice = self.checkouts.get(id), CHOICES.get(request.form.get("choice", ""))
            if checkout is None or choice is None:
                return "404", 404
            if checkout.status == "pending":
                self.become(id, *choice)
        return redirect(_back(checkout), 303)


def signed(key: str, body: bytes) -> dict[str, str]:
    """Return the headers of a notice as Chargily signs it: over the raw bytes, by the account's secret key."""
    return {
        "signature": hmac.new(key.encode(), body, hashlib.sha256).hexdigest(), "content-type": "application/json",
    }  # fmt: skip


def _back(checkout: Checkout) -> str:
    asked = checkout.asked
    url = asked["success_url"] if checkout.status == "paid" else asked.get("failure_url", asked["success_url"])
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'checkout_id': checkout.id})}"


def _shown(checkout: Checkout) -> dict[str, Any]:
    """Return a checkout as notices tell it: without its currency, with an `url`, and with whom it belongs to."""
    asked = checkout.asked
    empty = dict.fromkeys((
        "invoice_id", "customer_id", "payment_link_id", "shipping_address", "discount", "amount_without_discount",
        "deposit_transaction_id",
    ))  # fmt: skip
    return {
        "id": checkout.id, "entity": "checkout", "livemode": _is_live(checkout.key), "amount": asked["amount"],
        "fees": 0, "pass_fees_to_customer": asked.get("pass_fees_to_customer"), "status": checkout.status,
        "locale": asked.get("locale", "ar"), "description": asked.get("description"),
        "metadata": asked.get("metadata"), "success_url": asked["success_url"],
        "failure_url": asked.get("failure_url"), "webhook_endpoint": asked.get("webhook_endpoint"),
        "payment_method": checkout.card, "collect_shipping_address": 0, "created_at": checkout.made,
        "updated_at": checkout.changed, "chargily_pay_fees_allocation": "merchant",
        "merchant": {"name": "Amina Simulée", "email": "amina@merchant.example"}, **empty,
    }  # fmt: skip


def _errors(asked: Mapping[str, Any]) -> dict[str, list[str]]:
    amount, errors = asked.get("amount"), {}
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 75:
        errors["amount"] = ["The amount must be a whole number, 75 at least."]
    if asked.get("currency") != "dzd":
        errors["currency"] = ["The selected currency is invalid."]
    if not str(asked.get("success_url", "")).startswith("http"):
        errors["success_url"] = ["The success url format is invalid."]
    if asked.get("locale", "ar") not in {"ar", "en", "fr"}:
        errors["locale"] = ["The selected locale is invalid."]
    return errors


def _paged(rows: list[dict[str, Any]], page: int, per_page: int, live: bool) -> dict[str, Any]:
    last = max(-(-len(rows) // per_page), 1)
    first = (page - 1) * per_page
    return {
        "livemode": live, "current_page": page, "data": rows[first : first + per_page], "first_page_url": "/?page=1",
        "last_page": last, "last_page_url": f"/?page={last}", "next_page_url": None, "path": "/",
        "per_page": per_page, "prev_page_url": None, "total": len(rows),
    }  # fmt: skip


def _is_live(key: str) -> bool:
    return key.startswith("live_")
