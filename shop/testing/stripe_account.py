"""One account at the simulated Stripe: its objects, as their API shows them, and what may become of each."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shop.testing.outside.clock import Clock

Object = dict[str, Any]
Tell = Callable[[str, bytes, Callable[[bytes], Mapping[str, str]]], None]  # address, body, what signs it

SESSION_S = 24 * 3600  # how long a session can be paid when nobody says otherwise
LATER_S = 120  # how long money takes that does not come at once
LETTERS = string.ascii_letters + string.digits

# What a buyer can choose on the payment page: a test card's last digits and what its bank says.
CARDS = {"4242": "", "0002": "card_declined", "9995": "insufficient_funds", "3155": "three_d_secure"}
BANKS = {"bank_pays": "succeeded", "bank_fails": "failed"}


class Refusal(Exception):
    """An error as their API answers it."""

    def __init__(self, message: str, *, code: str = "", param: str = "", status: int = 400, kind: str = "") -> None:
        super().__init__(message)
        told = {"code": code, "message": message, "param": param, "type": kind or "invalid_request_error"}
        self.error = {name: value for name, value in told.items() if value}
        self.status = status


def new_id(prefix: str, length: int = 24) -> str:
    """Return a new name of an object."""
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(length))


def signature(body: bytes, at: int, keys: list[str]) -> str:
    """Return the header that proves a notice: one signature for each secret that is valid now."""
    signed = b"%d.%s" % (at, body)
    proofs = [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in keys]
    return ",".join([f"t={at}", *(f"v1={proof}" for proof in proofs)])


@dataclass
class Account:
    """What one secret key sees. Whoever calls holds the lock of the simulator."""

    key: str
    clock: Clock
    tell: Tell
    objects: dict[str, Object] = field(default_factory=dict)
    replies: dict[str, tuple[int, str, Object]] = field(default_factory=dict)  # by idempotency key: when, asked, told
    arriving: dict[str, tuple[int, str]] = field(default_factory=dict)  # by session: when money comes, or does not

    def find(self, name: str, kind: str, param: str) -> Object:
        """Return an object. Raises Refusal, as for any name that is not there."""
        found = self.objects.get(name)
        if found is None or found["object"] != kind:
            missing = {"code": "resource_missing", "param": param, "status": 404}
            raise Refusal(f"No such {kind}: '{name}'", **missing)  # type: ignore[arg-type]
        return found

    def newest(self, kind: str) -> Iterator[Object]:
        """Give the objects of a kind, the newest first."""
        return (each for each in reversed(list(self.objects.values())) if each["object"] == kind)

    def _make(self, prefix: str, kind: str, length: int = 24, **values: Any) -> Object:
        made = {
            "id": new_id(prefix, length), "object": kind, "created": self.clock.stamp(), "livemode": False, **values,
        }  # fmt: skip
        self.objects[made["id"]] = made
        return made

    def new_endpoint(self, url: str, events: list[str], secret: str = "") -> Object:
        """Register an address for notices; return it with its secret, as they show it once."""
        made = self._make(
            "we_", "webhook_endpoint", url=url, enabled_events=events, status="enabled", api_version=None, metadata={}
        )
        made["_secrets"] = [secret or new_id("whsec_", 32)]
        return {**seen(made), "secret": made["_secrets"][0]}

    def new_session(self, page: str, **values: Any) -> Object:
        """Open a session; `page` is where buyers find it, behind which its name is put."""
        made = self._make(
            "cs_test_", "checkout.session", 58, mode="payment", status="open", payment_status="unpaid",
            payment_intent=None, expires_at=self.clock.stamp() + SESSION_S, customer=None, customer_details=None,
            customer_email=None, ui_mode="hosted_page", **values,
        )  # fmt: skip
        made["url"] = page + made["id"]
        return made

    def pay(self, session: Object, how: str) -> str:
        """Let the buyer choose a test card or bank; return why it was declined, '' when it was not."""
        if session["status"] != "open":
            return "session_closed"
        intent = self._intent(session)
        if how in BANKS:
            intent["status"], session["status"] = "processing", "complete"
            self.arriving[session["id"]] = (self.clock.stamp() + LATER_S, BANKS[how])
            self._emit("checkout.session.completed", session)
            return ""
        if CARDS[how] == "":
            return self._take(session, intent, how)
        if CARDS[how] != "three_d_secure":
            return self._decline(intent, CARDS[how])
        intent["status"] = "requires_action"
        return "authentication_required"

    def authenticate(self, session: Object, *, passed: bool) -> str:
        """Let the buyer's bank say whether it was her; return why it was declined, '' when it was not."""
        intent = self._intent(session)
        if session["status"] != "open" or intent["status"] != "requires_action":
            return "session_closed"
        return (
            self._take(session, intent, "3155")
            if passed
            else self._decline(intent, "payment_intent_authentication_failure")
        )

    def _intent(self, session: Object) -> Object:
        if session["payment_intent"] is None:
            told = session["_intent_data"]
            made = self._make(
                "pi_", "payment_intent", amount=session["amount_total"], amount_received=0, latest_charge=None,
                currency=session["currency"], status="requires_payment_method", last_payment_error=None,
                capture_method="automatic", client_secret=None, payment_method_types=["card"], customer=None,
                metadata=dict(told.get("metadata", {})), description=told.get("description"),
            )  # fmt: skip
            session["payment_intent"] = made["id"]
        return self.objects[session["payment_intent"]]

    def _take(self, session: Object, intent: Object, card: str) -> str:
        amount = intent["amount"]
        details = (
            {"type": "card", "card": {"brand": "visa", "last4": card}} if card in CARDS else {"type": "sepa_debit"}
        )
        charge = self._make(
            "ch_", "charge", amount=amount, amount_captured=amount, amount_refunded=0, currency=intent["currency"],
            captured=True, paid=True, refunded=False, disputed=False, status="succeeded", payment_intent=intent["id"],
            metadata=dict(intent["metadata"]), payment_method_details=details, failure_code=None, failure_message=None,
            description=intent["description"], customer=None,
        )  # fmt: skip
        intent.update(status="succeeded", amount_received=amount, latest_charge=charge["id"], last_payment_error=None)
        later = session["status"] == "complete"
        session.update(status="complete", payment_status="paid", url=None)
        self._emit("payment_intent.succeeded", intent)
        self._emit("charge.succeeded", charge)
        self._emit("checkout.session.async_payment_succeeded" if later else "checkout.session.completed", session)
        return ""

    def _decline(self, intent: Object, code: str) -> str:
        generic = {"code": "card_declined", "decline_code": code if code != "card_declined" else "generic_decline"}
        told = generic if code in CARDS.values() else {"code": code}
        intent.update(status="requires_payment_method")
        intent["last_payment_error"] = {"type": "card_error", "message": "The card was not accepted.", **told}
        self._emit("payment_intent.payment_failed", intent)
        return code

    def expire(self, session: Object) -> Object:
        """Close a session that nobody has paid. Raises Refusal when it is not open."""
        if session["status"] != "open":
            raise Refusal(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of `{session['status']}`."
            )
        session.update(status="expired", url=None)
        self._emit("checkout.session.expired", session)
        return session

    def refund(self, intent: Object, amount: int | None, metadata: Mapping[str, str], reason: str | None) -> Object:
        """Give back. Raises Refusal when nothing, or less, is left."""
        charge = self.objects.get(intent["latest_charge"] or "")
        if charge is None:
            told = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            raise Refusal(told, code="payment_intent_unexpected_state")
        if charge["disputed"]:
            raise Refusal(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
        left = charge["amount"] - charge["amount_refunded"]
        if not left:
            raise Refusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        back = left if amount is None else amount
        if back > left:
            raise Refusal(
                f"Refund amount ({back}) is greater than unrefunded amount on charge ({left})", param="amount"
            )
        charge["amount_refunded"] += back
        charge["refunded"] = back == left
        made = self._make(
            "re_", "refund", amount=back, currency=charge["currency"], charge=charge["id"], status="succeeded",
            payment_intent=intent["id"], metadata=dict(metadata), reason=reason, balance_transaction=None,
        )  # fmt: skip
        self._emit("refund.created", made)
        self._emit("charge.refunded", charge)
        return made

    def fail_refund(self, refund: Object) -> None:
        """Let a bank send a refund back: the money is on the account again."""
        charge = self.objects[refund["charge"]]
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        refund.update(status="failed", failure_reason="expired_or_canceled_card")
        self._emit("refund.failed", refund)

    def dispute(self, intent: Object, reason: str = "fraudulent") -> Object:
        """Let the buyer's bank take the money back and ask for reasons."""
        charge = self.objects[intent["latest_charge"]]
        charge["disputed"] = True
        made = self._make(
            "du_", "dispute", amount=charge["amount"], currency=charge["currency"], charge=charge["id"], reason=reason,
            payment_intent=intent["id"], status="needs_response", is_charge_refundable=False, metadata={},
            balance_transactions=[], evidence_details={"due_by": self.clock.stamp() + 7 * 86400, "has_evidence": False},
        )  # fmt: skip
        self._emit("charge.dispute.created", made)
        return made

    def close(self, dispute: Object, status: str) -> None:
        """Let the bank decide: won or lost."""
        dispute["status"] = status
        self._emit("charge.dispute.closed", dispute)

    def tick(self) -> None:
        """Do what time does: sessions run out, money arrives, keys are forgotten after a day."""
        now = self.clock.stamp()
        for session in list(self.newest("checkout.session")):
            if session["status"] == "open" and session["expires_at"] <= now:
                self.expire(session)
        for name, (due, outcome) in list(self.arriving.items()):
            if due <= now:
                self.arrive(self.objects[name], outcome)
        self.replies = {key: told for key, told in self.replies.items() if told[0] + 86400 > now}

    def arrive(self, session: Object, outcome: str) -> None:
        """Let money that was on its way come, or not."""
        del self.arriving[session["id"]]
        intent = self._intent(session)
        if outcome == "succeeded":
            self._take(session, intent, "")
            return
        self._decline(intent, "payment_method_customer_decline")
        self._emit("checkout.session.async_payment_failed", session)

    def _emit(self, kind: str, about: Object) -> None:
        event = self._make(
            "evt_", "event", api_version="2026-10-28.endive", data={"object": copy.deepcopy(seen(about))},
            pending_webhooks=0, request={"id": None, "idempotency_key": None}, type=kind,
        )  # fmt: skip
        listening = [
            each for each in self.newest("webhook_endpoint")
            if each["status"] == "enabled" and {kind, "*"} & set(each["enabled_events"])
        ]  # fmt: skip
        event["pending_webhooks"] = len(listening)
        for endpoint in listening:
            self.tell(endpoint["url"], json.dumps(event, indent=2).encode(), self._signing(endpoint))

    def _signing(self, endpoint: Object) -> Callable[[bytes], Mapping[str, str]]:
        def sign(body: bytes) -> Mapping[str, str]:
            proof = signature(body, self.clock.stamp(), endpoint["_secrets"])
            return {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": proof}

        return sign


def seen(made: Object) -> Object:
    """Return an object as outsiders see it."""
    return {name: value for name, value in made.items() if not name.startswith("_")}
