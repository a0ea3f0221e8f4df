"""Stripe: cards of other countries, on Stripe's own page (a Checkout Session, reached by redirect).

One payment is one session. It bears our reference as its `client_reference_id`, and so does the key of its making:
asked twice, Stripe gives the same session. Stripe forgets such keys after a day at the earliest; a session can be paid
for a day at the longest. So when the key is gone, the first session has been paid, or can't be any more: whoever then
starts the same reference again must look it up first, as `shop.payments.service` does with all it has no answer for.

Nothing that a notice says is believed before the session is fetched again: notices tell where to look.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from shop.core import clock
from shop.core.errors import Conflict, Declined, Forged, Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.payments.contract import Ask, Begun, Fact, Http, Notice, Offer, Plugin, setting
from shop.payments.methods.stripe_amounts import UNSERVED, charged, counted, money

if TYPE_CHECKING:
    import stripe

TITLE = "By bank card, from any country"
DETAIL = "You pay on the page of Stripe, then come back here."
WAIT_H = 24  # a session can be paid for so long
TOLERANCE_S = 300  # between the moment at which a notice was signed and the one at which it came, both ways
SURELY_LOST = timedelta(minutes=15)  # after this, what Stripe has never heard of is not on its way any more
PAGES, PER_PAGE = 10, 100

REFUSED = "The card was refused. Nothing was taken."
CLOSED = "The payment page was open for too long and has closed. Nothing was taken."
WRONG_KEY = "Stripe does not accept this secret key. Copy it again from the page of your account."
NO_RIGHT = "This key may not do what is needed: it must write Checkout Sessions and refunds, and read disputes."
NOT_READY = "Stripe does not let this account take payments yet. Its page says what is missing."
TOO_LITTLE = "The balance at Stripe is too small to give this back."

NO_KEY = "A secret key of Stripe begins with sk_test_, sk_live_, rk_test_ or rk_live_."
NO_SIGNING = "A signing secret of Stripe begins with whsec_."
NO_CURRENCIES = "These are not codes of currencies that Stripe serves, as EUR USD CAD."

LOCALES = {"fr": "fr", "en": "en"}  # Stripe's page speaks no Arabic: the browser's other languages decide

REFUNDS = {
    "succeeded": "refunded", "pending": "pending", "requires_action": "pending", "failed": "failed",
    "canceled": "failed",
}  # fmt: skip
TOO_MUCH = frozenset(
    {"charge_already_refunded", "amount_too_large", "charge_disputed", "payment_intent_unexpected_state"}
)

_KEY = re.compile(r"(?:sk|rk)_(test|live)_[A-Za-z0-9_]{8,240}")
_SIGNING = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,240}")
_TIME = re.compile(r"[0-9]{1,12}")

# The events of sessions; what two of them mean, whatever the session says.
SESSIONS: Mapping[str, tuple[str, str] | None] = {
    "checkout.session.completed": None,
    "checkout.session.async_payment_succeeded": None,
    "checkout.session.async_payment_failed": ("failed", REFUSED),
    "checkout.session.expired": ("cancelled", CLOSED),
}
EXPANDED = ["payment_intent.latest_charge"]
SENT = frozenset({"Authorization", "Content-Type", "Idempotency-Key", "Stripe-Version"})

Told = Mapping[str, Any]  # an object of Stripe, as its API shows it


@dataclass(frozen=True)
class Settings:
    """The account at Stripe: its key tells whether it is in test mode."""

    secret_key: str = setting(
        "Secret key", hint="It begins with sk_ or rk_. It is in Stripe under Developers, API keys.", secret=True,
        most=255,
    )  # fmt: skip
    signing_secret: str = setting(
        "Signing secret of notices", secret=True, most=255,
        hint="It begins with whsec_. Stripe shows it where you give it the address for notices.",
    )  # fmt: skip
    signing_secret_before: str = setting(
        "Signing secret until now", hint="Only while you replace it: notices signed with either one are accepted.",
        secret=True, most=255,
    )  # fmt: skip
    currencies: str = setting(
        "Currencies", default="EUR USD", hint="Codes of three letters with a space between, as EUR USD CAD.", most=120
    )

    @property
    def served(self) -> frozenset[str]:
        """The currencies in which the account takes payments."""
        return frozenset(self.currencies.upper().replace(",", " ").split())

    @property
    def live(self) -> bool:
        """Tell whether real money moves."""
        found = _KEY.fullmatch(self.secret_key)
        return bool(found and found[1] == "live")

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        found = {} if _KEY.fullmatch(self.secret_key) else {"secret_key": NO_KEY}
        for name in ("signing_secret", "signing_secret_before"):
            if getattr(self, name) and not _SIGNING.fullmatch(getattr(self, name)):
                found[name] = NO_SIGNING
        if not self.served or not all(re.fullmatch("[A-Z]{3}", each) for each in self.served) or self.served & UNSERVED:
            found["currencies"] = NO_CURRENCIES
        return found


@dataclass(frozen=True)
class Stripe:
    """One Checkout Session at Stripe per payment."""

    settings: Settings
    http: Http | None

    @property
    def key(self) -> str:
        """The name under which payments are stored."""
        return "stripe"

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies of the account besides the dinar."""
        return self.settings.served - {"DZD"}

    def offer(self, ask: Ask) -> Offer | None:
        """Serve one workshop at a time, in the currencies of its account, from the least that Stripe takes."""
        if ask.stores_in_purchase != 1 or ask.face_to_face:
            return None
        if ask.amount.currency not in self.settings.served or charged(ask.amount) is None:
            return None
        return Offer(title=TITLE, detail=DETAIL, wait_h=WAIT_H)

    def start(self, ask: Ask) -> Fact:
        """Open a session, or find the one that was opened under this reference, and send the buyer to its page."""
        amount = charged(ask.amount)
        if amount is None:
            raise Rejected("Stripe does not take this amount", fields={"amount": "amount"})
        try:
            with _in_our_words():
                made = self._client.v1.checkout.sessions.create(_wanted(ask, amount), _once("start", ask.reference))
            return _fact(_session_of(made), Begun(ask.reference, ask.amount))
        except Conflict:  # begun before in another language, or with another address to come back to
            session, _ = self._sought(ask.reference, clock.now() - timedelta(hours=25))
        if session is None or session["amount_total"] != amount:
            raise Rejected("this reference was begun with another amount", fields={"amount": "amount"})
        return _fact(session, Begun(ask.reference, ask.amount))

    def look_up(self, begun: Begun) -> Fact:
        """Fetch the session; without its name it is sought among those opened since. A dispute is told in `raw`.

        An outside name that is a payment's (pi_…), as notices of refunds and disputes have it, finds its session.
        """
        session, sure = self._session(begun)
        if session is None:
            late = begun.started_at is not None and clock.now() - begun.started_at > SURELY_LOST
            state = "cancelled" if sure and late else "unknown"
            return Fact(begun.reference, state, begun.amount, external=begun.external)
        fact = _fact(session, begun)
        return self._disputed(fact, session) if _charge(session).get("disputed") else fact

    def expire(self, begun: Begun) -> Fact:
        """Close the session; one that is not open any more stays as it is."""
        session, _ = self._session(begun)
        if session is None or session["status"] != "open":
            return self.look_up(begun)
        try:
            with _in_our_words():
                self._client.v1.checkout.sessions.expire(session["id"])
        except Rejected:  # it was paid, or ran out, a moment ago
            return self.look_up(replace(begun, external=session["id"]))
        return self.look_up(replace(begun, external=session["id"]))

    def refund(self, begun: Begun, amount: Money, reference: str) -> Fact:
        """Give back; what bears this reference already is not given again, however long ago it was."""
        session, _ = self._session(begun)
        payment, charge = _payment(session or {}), _charge(session or {})
        if session is None or payment.get("status") != "succeeded":
            raise Declined("nothing was collected, so nothing can be given back")
        given = self._refunds(payment["id"])
        mine = next((each for each in given if dict(each["metadata"] or {}).get("reference") == reference), None)
        if mine is None:
            back = counted(amount)
            taken, returned = (money(charge.get(name), session["currency"]) for name in ("amount", "amount_refunded"))
            if taken is None or returned is None:
                raise Unavailable("Stripe's answer is not whole")
            if back is None or back < 1 or amount.currency != taken.currency or amount > taken - returned:
                raise Declined("this is more than is left of what was collected")
            return _refunded(self._given_back(payment["id"], back, reference), reference, amount)
        return _refunded(mine, reference, amount)

    def check(self) -> None:
        """Ask for one session, and whether the account may take payments. Raises Misconfigured or Unavailable."""
        if self.settings.problems():
            raise Misconfigured(WRONG_KEY)
        with _in_our_words():
            self._client.v1.checkout.sessions.list({"limit": 1})
        try:
            with _in_our_words():
                ready = self._client.v1.accounts.retrieve_current().charges_enabled
        except Misconfigured:  # a restricted key that may not read the account may serve all the same
            return
        if not ready:
            raise Misconfigured(NOT_READY)

    def read(self, notice: Notice) -> list[Fact]:
        """Read an event signed by Stripe, over its raw bytes. Raises Forged; what is not about payments is no fact."""
        self._prove(notice)
        try:
            event = json.loads(notice.body)
            about, kind, created = event["data"]["object"], event["type"], event["created"]
            name, live = event["id"], event["livemode"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return []
        if not isinstance(created, int) or not isinstance(about, dict) or live is not self.settings.live:
            return []
        if created > notice.at.timestamp() + TOLERANCE_S:
            raise Forged("an event of the future")
        fact = _heard(str(kind), about)
        at = datetime.fromtimestamp(max(created, 0), UTC)
        return [replace(fact, event=str(name), at=at)] if fact else []

    def _prove(self, notice: Notice) -> None:
        """Raise Forged unless one of our signing secrets signed these bytes within the tolerance.

        Done here, not by their library: it takes any moment of the future, reads other digits than these as times, and
        knows no time of arrival but now.
        """
        parts = [part.partition("=") for part in notice.headers.get("stripe-signature", "").split(",")[:20]]
        times = [value for name, _, value in parts if name == "t" and _TIME.fullmatch(value)]
        proofs = [value.encode(errors="replace") for name, _, value in parts if name == "v1"]
        secrets = [each for each in (self.settings.signing_secret, self.settings.signing_secret_before) if each]
        if len(times) != 1 or not proofs or not secrets:
            raise Forged("no signature, or no secret to prove it by")
        signed = times[0].encode() + b"." + notice.body
        due = [hmac.new(each.encode(), signed, hashlib.sha256).hexdigest().encode() for each in secrets]
        if not any(hmac.compare_digest(mine, theirs) for mine in due for theirs in proofs):
            raise Forged("the signature is not made with our secret over these bytes")
        if abs(notice.at.timestamp() - int(times[0])) > TOLERANCE_S:
            raise Forged("signed at another time than it came")

    @cached_property
    def _client(self) -> stripe.StripeClient:
        import stripe  # noqa: PLC0415 - loaded by shops that use it, when they do

        if not self.settings.secret_key or self.http is None:
            raise Misconfigured(WRONG_KEY)
        stripe.enable_telemetry = False
        logging.getLogger("stripe").setLevel(logging.WARNING)  # it would tell what is asked and answered
        secrets = [each for each in (self.settings.secret_key, self.settings.signing_secret) if each]
        through = _through()(self.http.for_account(secrets=secrets))
        return stripe.StripeClient(self.settings.secret_key, http_client=through, max_network_retries=0)

    def _session(self, begun: Begun) -> tuple[Told | None, bool]:
        """Return the session of a payment, and whether Stripe surely knows no other."""
        if not begun.external:
            began = begun.started_at or clock.now() - timedelta(hours=WAIT_H)
            return self._sought(begun.reference, began - SURELY_LOST)
        if begun.external.startswith("pi_"):
            found = self._page({"payment_intent": begun.external})
            return (found[0] if found else None), False
        try:
            with _in_our_words():
                fetched = self._client.v1.checkout.sessions.retrieve(begun.external, {"expand": EXPANDED})
        except Rejected:
            return None, False
        return _session_of(fetched), False

    def _sought(self, reference: str, since: datetime) -> tuple[Told | None, bool]:
        """Return the newest session that bears our reference, and whether all of them were seen."""
        last = ""
        for _ in range(PAGES):
            page = self._page(
                {"created": {"gte": int(since.timestamp())}, **({"starting_after": last} if last else {})}
            )
            found = next((each for each in page if each["client_reference_id"] == reference), None)
            if found is not None or len(page) < PER_PAGE:
                return found, True
            last = page[-1]["id"]
        return None, False

    def _page(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        with _in_our_words():
            asked: Any = {"limit": PER_PAGE, "expand": [f"data.{each}" for each in EXPANDED], **wanted}
            return [_session_of(each) for each in _items(self._client.v1.checkout.sessions.list(asked))]

    def _disputed(self, fact: Fact, session: Told) -> Fact:
        """Return the fact of a payment that the buyer's bank has called back: lost is for a person to look at."""
        with _in_our_words():
            found = _items(self._client.v1.disputes.list({"payment_intent": _payment(session)["id"], "limit": 1}))
            status = found[0].status if found else "unknown"
        return replace(fact, state="unknown" if status == "lost" else fact.state, raw=f"dispute:{status}")

    def _refunds(self, payment: str) -> list[dict[str, Any]]:
        with _in_our_words():
            listed = self._client.v1.refunds.list({"payment_intent": payment, "limit": 100})
            return [_has(each, "id", "status", "metadata") for each in _items(listed)]

    def _given_back(self, payment: str, back: int, reference: str) -> Told:
        import stripe  # noqa: PLC0415 - loaded by shops that use it, when they do

        wanted: Any = {"payment_intent": payment, "amount": back, "metadata": {"reference": reference}}
        try:
            with _in_our_words():
                try:
                    return _has(self._client.v1.refunds.create(wanted, _once("refund", reference)), "id", "status")
                except stripe.InvalidRequestError as error:
                    if error.code in TOO_MUCH or error.param == "amount":
                        raise Declined("this is more than is left of what was collected") from None
                    if error.code in {"balance_insufficient", "insufficient_funds"}:
                        raise Misconfigured(TOO_LITTLE) from None
                    raise
        except Conflict:  # another amount is on its way under this reference: the list will have it
            raise Unavailable("this refund was asked for a moment ago") from None


def _wanted(ask: Ask, amount: int) -> Any:
    """Return what a session is opened with: the same ask, the same words, so that Stripe knows it again."""
    price = {
        "currency": ask.amount.currency.lower(), "unit_amount": amount,
        "product_data": {"name": (ask.description or ask.reference)[:200]},
    }  # fmt: skip
    return {
        "mode": "payment", "client_reference_id": ask.reference, "metadata": {"reference": ask.reference},
        "line_items": [{"price_data": price, "quantity": 1}], "success_url": ask.return_url,
        "cancel_url": ask.return_url, "locale": LOCALES.get(ask.language, "auto"),
        "payment_intent_data": {"metadata": {"reference": ask.reference}},
    }  # fmt: skip


def _once(verb: str, reference: str) -> Any:
    return {"idempotency_key": f"hirfa-{verb}-{reference}"}


def _fact(session: Told, begun: Begun) -> Fact:
    """Return what a session says of the payment that was begun."""
    reference = str(session.get("client_reference_id") or "")
    if begun.reference and reference != begun.reference:
        return Fact(begun.reference, "unknown", begun.amount, external=begun.external, raw="another reference")
    state, raw, problem = _outcome(session)
    amount = money(session.get("amount_total"), session.get("currency"))
    received = money(_payment(session).get("amount_received"), session.get("currency"))
    if state == "collected" and received is not None:
        back = money(_charge(session).get("amount_refunded", 0), session.get("currency"))
        state, amount, raw = ("refunded", back, "refunded") if back == received else (state, received, raw)
    if amount is None:
        state, amount, raw = "unknown", begun.amount, "no amount"
    return Fact(
        reference=reference, state=state, amount=amount, external=str(session["id"]), problem=problem, raw=raw,
        redirect=str(session.get("url") or "") if state == "pending" else "",
    )  # fmt: skip


def _outcome(session: Told) -> tuple[str, str, str]:
    """Return state, Stripe's own word and, when it failed, what the buyer is told."""
    status, paid = session.get("status"), session.get("payment_status")
    payment = _payment(session).get("status")
    known = {
        ("open", "unpaid"): ("pending", ""), ("complete", "unpaid"): ("pending", ""),
        ("complete", "paid"): ("collected", ""), ("expired", "unpaid"): ("cancelled", CLOSED),
    }  # fmt: skip
    state, problem = known.get((str(status), str(paid)), ("unknown", ""))
    if (status, paid) == ("complete", "unpaid") and payment in {"requires_payment_method", "canceled"}:
        state, problem = "failed", REFUSED
    return state, f"{status}:{paid}", problem


def _heard(kind: str, about: Told) -> Fact | None:
    """Return what an event hints at. Events of refunds and disputes may name no reference but the payment's name."""
    if kind in SESSIONS:
        return _of_session(about, SESSIONS[kind])
    what = next((each for each in ("dispute", "refund") if kind.startswith((f"charge.{each}.", f"{each}."))), None)
    amount, payment = money(about.get("amount"), about.get("currency")), about.get("payment_intent")
    if what is None or amount is None or not isinstance(payment, str):
        return None
    told = about.get("metadata")
    reference = told.get("reference") if isinstance(told, dict) else None
    if what == "refund" and isinstance(reference, str) and reference:
        return _refunded(about, reference, amount)
    return Fact("", "unknown", amount, external=payment, raw=f"{what}:{about.get('status')}")


def _of_session(session: Told, known: tuple[str, str] | None) -> Fact | None:
    reference, name = session.get("client_reference_id"), session.get("id")
    if not isinstance(reference, str) or not isinstance(name, str) or session.get("mode") != "payment":
        return None
    fact = _fact({**session, "payment_intent": None}, Begun(reference, Money(0)))
    return replace(fact, state=known[0], problem=known[1], redirect="") if known else fact


def _refunded(refund: Told, reference: str, amount: Money) -> Fact:
    status = str(refund.get("status"))
    really = money(refund.get("amount"), refund.get("currency")) or amount
    return Fact(reference, REFUNDS.get(status, "unknown"), really, external=str(refund.get("id")), raw=status)


def _items(listed: Any) -> list[Any]:
    found = getattr(listed, "data", None)
    if not isinstance(found, list):
        raise Unavailable("Stripe's list is none")
    return found


def _session_of(told: Any) -> dict[str, Any]:
    return _has(told, "id", "status", "payment_status", "client_reference_id", "amount_total", "currency")


def _has(told: Any, *names: str) -> dict[str, Any]:
    """Return an object of the library as a plain one that has these. Raises Unavailable for one that has not."""
    found = told.to_dict() if hasattr(told, "to_dict") else {}
    if not set(names) <= set(found):
        raise Unavailable("Stripe's answer is not whole")
    return dict(found)


def _payment(session: Told) -> Told:
    found = session.get("payment_intent")
    return found if isinstance(found, Mapping) else {}


def _charge(session: Told) -> Told:
    found = _payment(session).get("latest_charge")
    return found if isinstance(found, Mapping) else {}


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Raise in the words of the contract what Stripe's library raises in its own; theirs may quote what was sent."""
    import stripe  # noqa: PLC0415 - loaded by shops that use it, when they do

    try:
        yield
    except stripe.AuthenticationError:
        raise Misconfigured(WRONG_KEY) from None
    except stripe.PermissionError:
        raise Misconfigured(NO_RIGHT) from None
    except stripe.CardError as error:
        raise Declined(str(error.code)) from None
    except stripe.IdempotencyError:
        raise Conflict("this key was used for something else") from None
    except stripe.InvalidRequestError as error:
        raise Rejected(f"Stripe refuses it: {error.code}", fields={str(error.param): str(error.code)}) from None
    except stripe.StripeError as error:
        raise Unavailable(f"Stripe: {type(error).__name__} {error.http_status}") from None
    except (AttributeError, LookupError, TypeError, ValueError):  # the library takes answers apart without looking
        raise Unavailable("Stripe's answer can't be read") from None


@cache
def _through() -> type[Any]:
    """Return the client that leads the library's traffic through our one way out."""
    import stripe  # noqa: PLC0415 - loaded by shops that use it, when they do

    class Through(stripe.HTTPClient):
        """Sends what is needed of what the library would send: nothing of this machine, and nothing twice."""

        name = "hirfa"

        def __init__(self, http: Http) -> None:
            super().__init__()
            self._http = http

        def request(
            self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, *, _usage: Any = None
        ) -> tuple[str, int, Mapping[str, str]]:
            kept = {name: value for name, value in (headers or {}).items() if name in SENT}
            if method == "get":
                answer = self._http.get(url, headers=kept)
            else:
                answer = self._http.post(url, content=(post_data or "").encode(), headers=kept)
            return answer.body.decode("utf-8", "replace"), answer.status, answer.headers

    return Through


PLUGIN = Plugin(key="stripe", title=TITLE, settings=Settings, build=Stripe, hosts=("https://checkout.stripe.com",))
