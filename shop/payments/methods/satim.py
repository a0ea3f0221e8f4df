"""SATIM (CIB ePay): CIB and EDAHABIA cards by a contract with the merchant's own bank, on SATIM's page.

An order number is used once there and is our reference, so a lost answer is looked up by it. SATIM sends no notices.
User name and password travel in the body of each request, never in an address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from shop.core import clock
from shop.core.errors import Declined, Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.core.text import clean
from shop.payments.contract import Ask, Begun, Fact, Http, Mentions, Offer, Plugin, setting

TITLE = "By CIB or EDAHABIA card"
DETAIL = "You pay on the page of SATIM, then come back here."
LIVE = "https://cib.satim.dz/payment/rest"
TEST = "https://test2.satim.dz/payment/rest"
HOSTS = ("https://cib.satim.dz", "https://test2.satim.dz", "https://test.satim.dz")
ANSWERED = timedelta(seconds=15)  # three times as long as anybody waits for an answer
LEAST, WAIT_H, DINARS = Money.dinars(50), 24, "012"
NEVER_USED = "HIRFACHECK"  # an order number that is no reference of ours: asked for to see whether we may ask

REUSED, DENIED, UNHEARD, DISORDER = 1, 5, 6, 7  # error codes
REGISTERED, APPROVED, PAID, REVERSED, REFUNDED, AT_THE_BANK, REFUSED, DECLINED = 0, 1, 2, 3, 4, 5, 6, -1
STATES = {
    REGISTERED: "pending", APPROVED: "pending", AT_THE_BANK: "pending", PAID: "collected", REVERSED: "cancelled",
    REFUNDED: "refunded", REFUSED: "failed", DECLINED: "failed",
}  # fmt: skip

TIMED_OUT = "The payment page was open for too long and has closed. Nothing was taken."
LOST = "The payment page could not be opened. Nothing was taken."
LEFT = "The payment was cancelled on the payment page. Nothing was taken."
CARD_REFUSED = "The card was refused. Nothing was taken."
UNDONE = "The bank has undone the payment. Nothing was taken."
NOT_ENOUGH = "There is not enough money on the card. Nothing was taken."
EXPIRED = "The card has expired. Nothing was taken."
LIMIT = "The card may not pay as much at once. Nothing was taken."
BLOCKED = "The card is blocked: its bank can say why. Nothing was taken."
MISTYPED = "A number or a code of the card was not right. Nothing was taken."
BANK_AWAY = "The bank of the card does not answer at the moment. Nothing was taken."
CLOSING = {-2007: TIMED_OUT, 10: LEFT}  # action codes of an order that nobody paid and nobody can pay
WORDS = {
    "51": NOT_ENOUGH, "116": NOT_ENOUGH, "54": EXPIRED, "101": EXPIRED, "61": LIMIT, "121": LIMIT, "41": BLOCKED,
    "43": BLOCKED, "62": BLOCKED, "208": BLOCKED, "209": BLOCKED, "14": MISTYPED, "55": MISTYPED, "82": MISTYPED,
    "111": MISTYPED, "117": MISTYPED, "91": BANK_AWAY, "907": BANK_AWAY,
}  # fmt: skip

# All that is kept of an answer: it names the holder of the card, too.
KEPT = ("orderStatus", "actionCode", "amount", "currency", "orderNumber", "approvalCode", "errorCode", "depositAmount")
_ORDER_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_CARD_NUMBER = re.compile(r"\d(?:[ -]?\d){12,18}")
_NUMBER = re.compile(r"[A-Za-z0-9]{1,10}")


@dataclass(frozen=True)
class Settings:
    """The merchant's account at SATIM, as the contract with the bank names it."""

    user_name: str = setting("User name", hint="As SATIM wrote it to you.", most=60)
    password: str = setting("Password", secret=True, most=120)
    terminal: str = setting("Terminal number", hint="For instance E010901234.", most=20)
    mode: str = setting("Mode", default="test", choices=(("test", "Test"), ("live", "Production")))

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        told = {"user_name": self.user_name, "password": self.password, "terminal": self.terminal}
        wrong = {name: "SATIM gave you this with your contract." for name, value in told.items() if not value.strip()}
        if self.terminal and not re.fullmatch(r"[A-Za-z0-9]{1,20}", self.terminal):
            wrong["terminal"] = "A terminal number has letters and digits only."
        return wrong


@dataclass(frozen=True)
class Satim:
    """One order at SATIM per payment."""

    settings: Settings
    http: Http | None

    @property
    def key(self) -> str:
        """The name under which payments are stored."""
        return "satim"

    def offer(self, ask: Ask) -> Offer | None:
        """Serve Algeria, dinars, one workshop at a time."""
        if ask.country != "DZ" or ask.stores_in_purchase != 1 or ask.face_to_face:
            return None
        if ask.amount.currency != "DZD" or ask.amount < LEAST:
            return None
        return Offer(title=TITLE, detail=DETAIL, wait_h=WAIT_H)

    def start(self, ask: Ask) -> Fact:
        """Register an order; one that is registered already is looked up, and its page is not told again."""
        if self.offer(ask) is None or not _NUMBER.fullmatch(ask.reference):
            raise Rejected("SATIM serves dinars in Algeria", fields={"amount": "dinars, 50 at least"})
        begun = Begun(ask.reference, ask.amount)
        answer = self._ask("register.do", _order(ask, self.settings.terminal), ask.language)
        if _number(answer, "errorCode") == REUSED:
            return self.look_up(begun)
        self._require(answer)
        external, page = _name(answer.get("orderId")), str(answer.get("formUrl", ""))
        if not external:
            raise Unavailable("an order of SATIM without an id")
        redirect = self._page(page)
        return Fact(ask.reference, "pending", ask.amount, external=external, redirect=redirect, raw=_kept(answer))

    def look_up(self, begun: Begun) -> Fact:
        """Ask for the order, by its id or our reference. A result is acknowledged: that tells what the scheme shows."""
        answer = self._status(begun)
        if answer is None:
            # An order number that SATIM never heard of has no page to pay at; an id that it gave us has had one.
            state = "unknown" if begun.external else "cancelled"
            return Fact(begun.reference, state, begun.amount, external=begun.external)
        external = _order_id(answer) or begun.external
        if external and _number(answer, "orderStatus") not in {REGISTERED, AT_THE_BANK}:
            said = self._ask("public/acknowledgeTransaction.do", {"mdOrder": external}, begun.language)
            if _number(said, "errorCode") == 0:
                answer = {**answer, **{name: value for name, value in said.items() if value is not None}}
        if _number(answer, "orderStatus") == REGISTERED and _page_is_lost(begun):
            return Fact(begun.reference, "cancelled", begun.amount, external=external, raw=_kept(answer), problem=LOST)
        return _fact(answer, begun, external)

    def refund(self, begun: Begun, amount: Money, reference: str) -> Fact:
        """Give back all or a part. SATIM knows no references of refunds: what it has given back tells one it has seen.

        Raises Declined for more than is left, Unavailable when what was given back is neither before nor after this.
        """
        order = self._status(begun)
        if order is None or _number(order, "orderStatus") not in {PAID, REFUNDED}:
            raise Declined("SATIM has collected nothing for this payment")
        before, given = begun.refunded or Money(0), _given_back(order)
        external = _order_id(order) or begun.external
        done = Fact(reference, "refunded", amount, external=external, raw=_kept(order))
        if amount.currency != "DZD" or amount.minor <= 0 or before + amount > _paid(order):
            raise Declined("more than was collected")
        if given == before + amount:
            return done
        if given != before:
            raise Unavailable("SATIM has given back another amount than is written here")
        wanted = {"orderId": external, "amount": str(amount.minor), "currency": DINARS}
        answer = self._ask("refund.do", wanted, "fr")
        if _number(answer, "errorCode") in {DENIED, DISORDER}:
            # Both mean a refusal and a fault of theirs alike: what was given back tells.
            if _given_back(self._status(begun) or {}) != before + amount:
                raise Declined("SATIM does not give this amount back")
            return done
        self._require(answer)
        return done

    def check(self) -> None:
        """Ask for an order that isn't there: who may not ask is told so."""
        answer = self._ask("getOrderStatusExtended.do", {"orderNumber": NEVER_USED}, "fr")
        if _number(answer, "errorCode") not in {0, UNHEARD}:
            self._require(answer)

    def _status(self, begun: Begun) -> dict[str, Any] | None:
        """Return what SATIM knows of an order, None when it never heard of it."""
        wanted = {"orderId": begun.external} if begun.external else {"orderNumber": begun.reference}
        answer = self._ask("getOrderStatusExtended.do", wanted, "fr")
        if _number(answer, "errorCode") == UNHEARD:
            return None
        if "orderStatus" not in answer and "actionCode" not in answer:
            self._require(answer)
        return answer

    def _ask(self, path: str, told: Mapping[str, str], language: str) -> dict[str, Any]:
        """Ask by form, the password in its body. The names of an answer begin with small letters from here on."""
        if self.http is None or self.settings.problems():
            raise Misconfigured("SATIM has no account here")
        account = {"userName": self.settings.user_name, "password": self.settings.password}
        form = {**account, **told, "language": {"ar": "AR", "en": "EN"}.get(language, "FR")}
        base = LIVE if self.settings.mode == "live" else TEST
        answer = self.http.post(f"{base}/{path}", form=form)
        if answer.status in {401, 403}:
            raise Misconfigured("SATIM does not let this account in")
        if not answer.ok:
            raise Unavailable(f"SATIM answers {answer.status}")
        found = answer.json()
        if not isinstance(found, Mapping):
            raise Unavailable("an answer of SATIM that is not an object")
        return {name[:1].lower() + name[1:]: value for name, value in found.items()}

    def _require(self, answer: Mapping[str, Any]) -> None:
        """Raise what an error code means."""
        code = _number(answer, "errorCode")
        if code == DENIED:
            raise Misconfigured("SATIM does not take this user name and password, or this terminal")
        if code == DISORDER or code is None:
            raise Unavailable("SATIM is out of order")
        if code != 0:
            raise Rejected(f"SATIM does not take this payment ({code})")

    def _page(self, url: str) -> str:
        """Return where the buyer pays: at SATIM's over https; in tests a simulator on this machine may stand in."""
        parts = urlsplit(url)
        in_test = self.settings.mode != "live" and parts.hostname in {"127.0.0.1", "localhost"}
        if not in_test and f"{parts.scheme}://{parts.netloc}" not in HOSTS:
            raise Unavailable("SATIM names a payment page that is not at SATIM's")
        return url


def _page_is_lost(begun: Begun) -> bool:
    """Tell whether the answer that named the page of an order was lost: then nobody can ever pay it.

    Whoever asks while that answer may still come waits for it.
    """
    began = begun.started_at
    return not begun.external and began is not None and clock.now() - began > ANSWERED


def _order(ask: Ask, terminal: str) -> dict[str, str]:
    more = {"force_terminal_id": terminal, "udf1": ask.reference}
    return {
        "orderNumber": ask.reference, "amount": str(ask.amount.minor), "currency": DINARS,
        "returnUrl": ask.return_url, "failUrl": ask.return_url, "jsonParams": json.dumps(more),
    }  # fmt: skip


def _fact(answer: Mapping[str, Any], begun: Begun, external: str) -> Fact:
    state = _state(answer, begun)
    amounts = {"collected": _paid(answer), "refunded": _given_back(answer)}
    return Fact(
        reference=begun.reference, state=state, amount=amounts.get(state, begun.amount), external=external,
        problem=_problem(answer, state), raw=_kept(answer), at=_moment(answer) if state == "collected" else None,
        mentions=_mentions(answer, external) if state in {"collected", "failed", "cancelled"} else (),
    )  # fmt: skip


def _state(answer: Mapping[str, Any], begun: Begun) -> str:
    """Return our word. Paid is error code 0 and order status 2 only, in dinars, for this order."""
    status, action = _number(answer, "orderStatus"), _number(answer, "actionCode")
    if status in {None, REFUSED, DECLINED} and action in CLOSING:
        return "cancelled"
    if status is None:
        return "failed" if _response(answer) not in {"", "00"} else "unknown"
    if status in {PAID, REFUNDED} and not _is_ours(answer, begun):
        return "unknown"
    if status == PAID and _number(answer, "errorCode") != 0:
        return "unknown"
    return STATES.get(status, "unknown")


def _is_ours(answer: Mapping[str, Any], begun: Begun) -> bool:
    said = str(answer.get("orderNumber") or "")
    return said == begun.reference and str(answer.get("currency")).zfill(3) == DINARS and bool(_paid(answer))


def _problem(answer: Mapping[str, Any], state: str) -> str:
    if state == "cancelled":
        action = _number(answer, "actionCode")
        return UNDONE if _number(answer, "orderStatus") == REVERSED else CLOSING.get(action or 0, "")
    if state != "failed":
        return ""
    return WORDS.get(_response(answer)) or WORDS.get(str(_number(answer, "actionCode"))) or CARD_REFUSED


def _mentions(answer: Mapping[str, Any], external: str) -> Mentions:
    """Return what the scheme wants to be shown of every result, refused ones too."""
    at, amount = _moment(answer), _number(answer, "amount")
    told = (
        ("Answer of the bank", _text(_params(answer).get("respCode_desc") or answer.get("actionCodeDescription"))),
        ("Order number", _text(answer.get("orderNumber"))),
        ("Number of the transaction", external),
        ("Authorisation number", _text(answer.get("approvalCode") or _card(answer).get("approvalCode"))),
        ("Date of the payment", clock.local(at).strftime("%d/%m/%Y %H:%M") if at else ""),
        ("Amount", f"{amount // 100:,}".replace(",", "\u00a0") + f",{amount % 100:02}\u00a0DZD" if amount else ""),
        ("Card", _text(_card(answer).get("paymentSystem")) or "CIB / EDAHABIA"),
        ("In case of trouble, the free number of SATIM", "3020"),
    )
    return tuple(each for each in told if each[1])


def _card(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    told = answer.get("cardAuthInfo")
    return told if isinstance(told, Mapping) else {}


def _paid(answer: Mapping[str, Any]) -> Money:
    return Money(max(_number(answer, "amount") or 0, 0))


def _given_back(answer: Mapping[str, Any]) -> Money:
    """Return what was given back so far: told by itself, or as what is left of what was paid."""
    sums = answer.get("paymentAmountInfo")
    told = _number(sums, "refundedAmount") if isinstance(sums, Mapping) else None
    if told is None and _number(answer, "orderStatus") == REFUNDED:
        left = _number(answer, "depositAmount")
        told = _paid(answer).minor - left if left is not None else None
        if told is None:
            raise Unavailable("SATIM does not say how much was given back")
    return Money(told or 0)


def _order_id(answer: Mapping[str, Any]) -> str:
    pairs = answer.get("attributes")
    found = [each for each in pairs if isinstance(each, Mapping)] if isinstance(pairs, list) else []
    return next((_name(each.get("value")) for each in found if each.get("name") == "mdOrder"), "")


def _name(value: object) -> str:
    """Return an id of an order, '' for what can't be one."""
    return value if isinstance(value, str) and _ORDER_ID.fullmatch(value) else ""


def _params(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    params = answer.get("params")
    return params if isinstance(params, Mapping) else {}


def _response(answer: Mapping[str, Any]) -> str:
    return str(_params(answer).get("respCode") or "").strip()


def _moment(answer: Mapping[str, Any]) -> datetime | None:
    stamp = _number(answer, "authDateTime") or _number(answer, "date")  # milliseconds
    return datetime.fromtimestamp(stamp // 1000, UTC) if stamp and 0 < stamp < 2**43 else None


def _number(answer: Mapping[str, Any], name: str) -> int | None:
    """Return a number, which SATIM writes as one or as text; None for anything else."""
    value = str(answer.get(name)).strip()
    return int(value) if re.fullmatch(r"-?[0-9]{1,15}", value) else None


def _text(value: object) -> str:
    """Return a text that can be shown; what could be the number of a card never is."""
    return "" if value is None else clean(_CARD_NUMBER.sub("•••", str(value)), limit=120)


def _kept(answer: Mapping[str, Any]) -> str:
    plain = {name: answer[name] for name in KEPT if isinstance(answer.get(name), str | int)}
    return json.dumps({name: _text(value)[:40] for name, value in plain.items()}, sort_keys=True)


def _build(settings: Settings, http: Http | None) -> Satim:
    return Satim(settings, http.for_account(secrets=[settings.password]) if http else None)


PLUGIN = Plugin(key="satim", title=TITLE, settings=Settings, build=_build, hosts=HOSTS)
