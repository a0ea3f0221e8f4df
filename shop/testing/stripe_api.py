"""The simulated Stripe: the part of their API that takes payments by Checkout Session, in test mode, in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, request

from shop.testing.outside.world import System
from shop.testing.stripe_account import Account, Object, Refusal, new_id, seen
from shop.testing.stripe_pages import add_control, add_pages

THREE = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})  # counted by thousandths, the last digit is 0
LEAST = {"eur": 50, "usd": 50, "gbp": 30, "cad": 50, "chf": 50, "jpy": 50}
LOCALES = frozenset({"auto", "de", "en", "es", "fr", "it", "nl", "pt", "tr"})  # some of theirs; no Arabic
MOST = 99_999_999

SESSION = {
    "allow_promotion_codes", "cancel_url", "client_reference_id", "customer_email", "expand", "expires_at",
    "line_items", "locale", "metadata", "mode", "payment_intent_data", "payment_method_types", "submit_type",
    "success_url",
}  # fmt: skip
LISTED = {"created", "ending_before", "expand", "limit", "payment_intent", "starting_after", "status", "charge"}

Asked = Mapping[str, Any]
Does = Callable[[Account, Asked], Object]


class Stripe(System):
    """Every secret key of test mode is an account of its own; live keys are unknown here."""

    key, api, stands_for = "stripe", "/v1", {"https://api.stripe.com": ""}

    def forget(self) -> None:
        """Begin without accounts."""
        self.accounts: dict[str, Account] = {}

    def account(self, key: str) -> Account:
        """Return the account of a key, opened when it is first used."""
        with self.lock:
            if key not in self.accounts:
                self.accounts[key] = Account(
                    key, self.world.clock, lambda url, body, sign: self.world.notices.put(self.key, url, body, sign)
                )
            return self.accounts[key]

    def tick(self) -> None:
        """Let time do its work on every account."""
        with self.lock:
            for account in self.accounts.values():
                account.tick()

    def owner(self, name: str) -> tuple[Account, Object]:
        """Return an object by its name alone, with its account; 404 when nobody has it."""
        found = next((each for each in self.accounts.values() if name in each.objects), None)
        return (found, found.objects[name]) if found else abort(404)

    def blueprint(self) -> Blueprint:
        """Serve the API below /v1 and the payment page below /c/pay."""
        api = Blueprint("stripe", __name__)

        @api.route("/v1/<path:path>", methods=["GET", "POST", "DELETE"])
        def ask(path: str) -> Response:
            with self.lock:
                self.tick()
                return self._answered(path)

        add_pages(api, self)
        return api

    def control(self) -> Blueprint:
        """Serve what nobody can ask the real one for: payments without a page, disputes, endpoints."""
        told = Blueprint("stripe_control", __name__)
        add_control(told, self)
        return told

    def _answered(self, path: str) -> Response:
        try:
            account = self.account(_key())
            asked = nested(
                request.form.items(multi=True) if request.method == "POST" else request.args.items(multi=True)
            )
            return _reply(*self._once(account, path, asked))
        except Refusal as refusal:
            return _reply({"error": refusal.error}, refusal.status)

    def _once(self, account: Account, path: str, asked: Asked) -> tuple[Object, int, bool]:
        """Do what is asked; the same idempotency key gets the same answer."""
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            return self._done(account, path, asked), 200, False
        print_ = json.dumps([path, asked], sort_keys=True)
        if key in account.replies:
            _, before, told = account.replies[key]
            if before != print_:
                message = (
                    "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                    f"Try using a key other than '{key}' if you meant to execute a different request."
                )
                raise Refusal(message, kind="idempotency_error")
            return told, 200, True
        told = json.loads(json.dumps(self._done(account, path, asked)))
        account.replies[key] = (self.world.clock.stamp(), print_, told)
        return told, 200, False

    def _done(self, account: Account, path: str, asked: Asked) -> Object:
        for method, pattern, does in self._verbs():
            match = re.fullmatch(pattern, path)
            if match and method == request.method:
                return _expanded(account, does(account, {**asked, **match.groupdict()}), asked.get("expand", []))
        raise Refusal(f"Unrecognized request URL ({request.method}: /v1/{path}).", status=404)

    def _verbs(self) -> tuple[tuple[str, str, Does], ...]:
        return (
            ("POST", r"checkout/sessions", self._new_session),
            ("GET", r"checkout/sessions", _listing("checkout.session", "checkout/sessions")),
            ("GET", r"checkout/sessions/(?P<session>\w+)", _getting("checkout.session", "session")),
            ("POST", r"checkout/sessions/(?P<session>\w+)/expire", _expire),
            ("GET", r"payment_intents/(?P<intent>\w+)", _getting("payment_intent", "intent")),
            ("POST", r"refunds", _refund),
            ("GET", r"refunds", _listing("refund", "refunds")),
            ("GET", r"refunds/(?P<refund>\w+)", _getting("refund", "refund")),
            ("GET", r"charges/(?P<charge>\w+)", _getting("charge", "charge")),
            ("GET", r"disputes", _listing("dispute", "disputes")),
            ("GET", r"disputes/(?P<dispute>\w+)", _getting("dispute", "dispute")),
            ("GET", r"events", _listing("event", "events")),
            ("GET", r"events/(?P<id>\w+)", _getting("event", "id")),
            ("POST", r"webhook_endpoints", _new_endpoint),
            ("GET", r"account", _account),
        )

    def _new_session(self, account: Account, asked: Asked) -> Object:
        _known(asked, SESSION)
        for name in ("mode", "line_items", "success_url"):
            _needed(asked, name)
        if asked["mode"] != "payment":
            raise Refusal("This simulator serves the mode payment only.", param="mode")
        for name in ("success_url", "cancel_url"):
            _address(asked, name)
        if asked.get("locale", "auto") not in LOCALES:
            raise Refusal(f"Invalid locale: {asked['locale']}", param="locale")
        currency, total = _summed(asked["line_items"])
        made = account.new_session(
            self.page_url("/c/pay/"), amount_subtotal=total, amount_total=total, currency=currency,
            client_reference_id=asked.get("client_reference_id"), success_url=asked["success_url"],
            cancel_url=asked.get("cancel_url"), locale=asked.get("locale"), metadata=dict(asked.get("metadata", {})),
            payment_method_types=["card"], _intent_data=dict(asked.get("payment_intent_data", {})),
            _name=asked["line_items"][0]["price_data"]["product_data"]["name"],
        )  # fmt: skip
        if "expires_at" in asked:
            made["expires_at"] = _number(asked, "expires_at")
        return made


def nested(pairs: Any) -> dict[str, Any]:
    """Return `a[b][0][c]=d` as dictionaries and lists."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        steps = re.findall(r"[^\[\]]+", name)
        place = root
        for step in steps[:-1]:
            place = place.setdefault(step, {})
        place[steps[-1]] = value
    return {name: _listed(value) for name, value in root.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(each) for name, each in value.items()}
    return list(inner.values()) if inner and all(name.isdigit() for name in inner) else inner


def _key() -> str:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not key:
        raise Refusal("You did not provide an API key.", status=401)
    if not re.match(r"(sk|rk)_test_", key) or "wrong" in key:
        shown = f"{key[:8]}{'*' * 12}{key[-4:]}"
        raise Refusal(f"Invalid API Key provided: {shown}", status=401)
    if "expired" in key:
        raise Refusal("Expired API Key provided.", code="api_key_expired", status=401)
    return key


def _reply(told: Object, status: int, replayed: bool = False) -> Response:
    answer = Response(json.dumps(seen(told), indent=2), status=status, mimetype="application/json")
    answer.headers["Request-Id"] = new_id("req_", 14)
    answer.headers["Stripe-Version"] = request.headers.get("Stripe-Version", "")
    if replayed:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _known(asked: Asked, names: set[str]) -> None:
    for name in asked:
        if name not in names:
            raise Refusal(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def _needed(asked: Asked, name: str) -> Any:
    if asked.get(name) in (None, ""):
        raise Refusal(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return asked[name]


def _number(asked: Asked, name: str, param: str = "") -> int:
    text = str(_needed(asked, name))
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise Refusal(f"Invalid integer: {text}", code="parameter_invalid_integer", param=param or name)
    return int(text)


def _address(asked: Asked, name: str) -> None:
    url = asked.get(name)
    if url is not None and not (urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc):
        raise Refusal("Not a valid URL", code="url_invalid", param=name)


def _summed(lines: Any) -> tuple[str, int]:
    """Return the currency and the sum of the lines, counted as their API counts."""
    if not isinstance(lines, list):
        raise Refusal("Invalid array", param="line_items")
    total, currency = 0, ""
    for i, line in enumerate(lines):
        price = _needed(line, "price_data")
        currency = _needed(price, "currency")
        amount = _number(price, "unit_amount", f"line_items[{i}][price_data][unit_amount]")
        _needed(_needed(price, "product_data"), "name")
        total += amount * _number(line, "quantity")
    if not re.fullmatch(r"[a-z]{3}", currency) or currency == "xts":
        raise Refusal(f"Invalid currency: {currency}.", param="line_items[0][price_data][currency]")
    _bounded(total, currency)
    return currency, total


def _bounded(total: int, currency: str) -> None:
    if (currency in THREE and total % 10) or (currency == "isk" and total % 100):
        raise Refusal("Invalid amount.", code="invalid_charge_amount_no_decimal_compatible")
    if total < LEAST.get(currency, 1):
        raise Refusal("The Checkout Session's total amount due is too small.", code="amount_too_small")
    if total > MOST:
        raise Refusal("The Checkout Session's total amount due is too large.", code="amount_too_large")


def _expire(account: Account, asked: Asked) -> Object:
    return account.expire(account.find(asked["session"], "checkout.session", "session"))


def _refund(account: Account, asked: Asked) -> Object:
    _known(asked, {"amount", "charge", "expand", "metadata", "payment_intent", "reason"})
    intent = account.find(_needed(asked, "payment_intent"), "payment_intent", "payment_intent")
    amount = _number(asked, "amount") if "amount" in asked else None
    if amount is not None and amount < 1:
        raise Refusal("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    return account.refund(intent, amount, asked.get("metadata", {}), asked.get("reason"))


def _new_endpoint(account: Account, asked: Asked) -> Object:
    _address(asked, "url")
    return account.new_endpoint(_needed(asked, "url"), list(_needed(asked, "enabled_events")))


def _account(account: Account, _asked: Asked) -> Object:
    if account.key.startswith("rk_"):
        raise Refusal("The provided key does not have the required permissions.", status=403)
    ready = "unready" not in account.key
    return {
        "id": "acct_simulated", "object": "account", "charges_enabled": ready, "payouts_enabled": ready,
        "country": "FR", "default_currency": "eur", "details_submitted": ready,
    }  # fmt: skip


def _getting(kind: str, param: str) -> Does:
    return lambda account, asked: account.find(asked[param], kind, param)


def _listing(kind: str, path: str) -> Does:
    def listing(account: Account, asked: Asked) -> Object:
        _known(asked, LISTED)
        limit = _number(asked, "limit") if "limit" in asked else 10
        if not 1 <= limit <= 100:
            raise Refusal("This value must be between 1 and 100.", code="parameter_invalid_integer", param="limit")
        found = [seen(each) for each in account.newest(kind) if _wanted(each, asked)]
        if "starting_after" in asked:
            names = [each["id"] for each in found]
            if asked["starting_after"] not in names:
                raise Refusal(f"No such {kind}", code="resource_missing", param="starting_after")
            found = found[names.index(asked["starting_after"]) + 1 :]
        return {"object": "list", "url": f"/v1/{path}", "has_more": len(found) > limit, "data": found[:limit]}

    return listing


def _wanted(each: Object, asked: Asked) -> bool:
    created = asked.get("created", {})
    bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
    inside = (
        each["created"] >= int(bounds.get("gte", 0)) and each["created"] <= int(bounds.get("lte", 10**12))
    )  # fmt: skip
    return inside and all(
        each.get(name) == asked[name] for name in ("payment_intent", "status", "charge") if name in asked
    )


def _expanded(account: Account, told: Object, paths: list[str]) -> Object:
    """Put objects in the place of their names, as `expand` asks."""
    whole: Object = json.loads(json.dumps(seen(told)))
    for path in paths:
        _expand(account, whole, path.split("."))
    return whole


def _expand(account: Account, place: Any, steps: list[str]) -> None:
    if isinstance(place, list):
        for each in place:
            _expand(account, each, steps)
    elif isinstance(place, dict) and steps:
        first, *rest = steps
        if isinstance(place.get(first), str) and place[first] in account.objects:
            place[first] = json.loads(json.dumps(seen(account.objects[place[first]])))
        _expand(account, place.get(first), rest)
