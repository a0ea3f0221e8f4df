"""SATIM's CIB ePay in small: orders with their pages, acknowledgement, refunds. Keyed as theirs, some numbers as text.

One merchant has an account, whose words stand below. An order number is taken once; refunds have no reference.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from shop.core.money import Money
from shop.testing.outside.pages import Words, hosted
from shop.testing.outside.world import System

USER_NAME, PASSWORD, TERMINAL = "SATIMULE01", "essai-sans-argent", "E010000001"
LIVES_S = 20 * 60
REUSED = {"errorCode": "1", "errorMessage": "Order with this number is already registered in the system"}
CURRENCY = {"errorCode": "3", "errorMessage": "Unknown currency"}
MISSING = {"errorCode": "4", "errorMessage": "Mandatory parameter is missing or wrong"}
DENIED = {"errorCode": "5", "errorMessage": "Access denied"}
UNHEARD = {"errorCode": "6", "errorMessage": "Unregistered order"}
WRONG_STATE = {"errorCode": "7", "errorMessage": "Payment must be in a correct state"}
DONE = {"errorCode": "0", "errorMessage": "Success"}


@dataclass(frozen=True)
class Card:
    """A test card: what comes of paying with it."""

    says: str
    status: int | None
    action: int
    response: str
    system: str = "CIB"


CARDS: Mapping[str, Card] = {
    "cib": Card("CIB card that pays", 2, 0, "00"),
    "edahabia": Card("EDAHABIA card that pays", 2, 0, "00", "EDAHABIA"),
    "poor": Card("Card without enough money", 6, 116, "51"),
    "old": Card("Card that has expired", 6, 101, "54"),
    "blocked": Card("Card that is blocked", 6, 209, "43"),
    "mistyped": Card("Card with a wrong code", 6, 2003, "55"),
    "away": Card("Card whose bank does not answer", 6, 907, "91"),
    "refused": Card("Card that is refused", 6, 100, "05"),
}
LEFT, TIMED_OUT = Card("Cancel", None, 10, ""), Card("", 6, -2007, "")
TAKEN = ("Your payment was accepted", "تم قبول دفعتكم", "Votre paiement a été accepté")
REJECTED = ("Your transaction was rejected", "رُفضت معاملتكم", "Votre transaction a été rejetée")
WORDS: Words = {
    "CIB card that pays": ("بطاقة CIB تدفع", "Carte CIB qui paie"),
    "EDAHABIA card that pays": ("بطاقة ذهبية تدفع", "Carte EDAHABIA qui paie"),
    "Card without enough money": ("بطاقة رصيدها غير كافٍ", "Carte sans provision suffisante"),
    "Card that has expired": ("بطاقة منتهية الصلاحية", "Carte expirée"),
    "Card that is blocked": ("بطاقة محظورة", "Carte bloquée"),
    "Card with a wrong code": ("بطاقة رمزها خاطئ", "Carte au mauvais code"),
    "Card whose bank does not answer": ("بطاقة لا يجيب بنكها", "Carte dont la banque ne répond pas"),
    "Card that is refused": ("بطاقة مرفوضة", "Carte refusée"),
    "Order number": ("رقم الطلب", "Numéro de commande"),
    "This payment is closed.": ("هذا الدفع مغلق.", "Ce paiement est clos."),
}


@dataclass
class Order:
    """An order: what was registered, and what became of it."""

    id: str
    form: Mapping[str, str]
    made: int
    card: Card | None = None
    at: int = 0
    authorisation: str = ""
    acknowledged: bool = False
    status: int | None = 0
    refunded: int = 0

    @property
    def amount(self) -> int:
        """The amount in centimes."""
        return int(self.form["amount"])


class SatimSim(System):
    """The merchant's orders, in memory."""

    key = "satim"
    api = "/rest"
    stands_for = {"https://test2.satim.dz/payment/rest": "/rest", "https://cib.satim.dz/payment/rest": "/rest"}

    def forget(self) -> None:
        """Know no orders, and give money back."""
        self.orders: dict[str, Order] = {}
        self.gives_back = True

    def blueprint(self) -> Blueprint:
        """Return the interface, which takes forms only, and the hosted pages."""
        port = Blueprint("satim", __name__)
        verbs: dict[str, Callable[[], dict[str, Any]]] = {
            "register.do": self._register, "getOrderStatusExtended.do": self._status,
            "public/acknowledgeTransaction.do": self._acknowledge, "refund.do": self._refund,
        }  # fmt: skip
        for path, verb in verbs.items():
            port.add_url_rule(f"/rest/{path}", path.replace(".", "-"), self._admitted(verb), methods=["POST"])
        port.add_url_rule("/merchants/hirfa/payment_<language>.html", "page", self._page, methods=["GET", "POST"])
        return port

    def become(self, id: str, card: Card) -> None:  # noqa: A002 - their word
        """Let a card be used for an order."""
        with self.lock:
            order = self.orders[id]
            order.card, order.status, order.at = card, card.status, self._now_ms()
            order.authorisation = f"{secrets.randbelow(10**6):06}" if card.status == 2 else ""

    def _admitted(self, verb: Callable[[], dict[str, Any]]) -> Callable[[], ResponseReturnValue]:
        """Let the merchant in, and let orders grow old first."""

        def admitted() -> ResponseReturnValue:
            if (request.form.get("userName"), request.form.get("password")) != (USER_NAME, PASSWORD):
                return DENIED
            with self.lock:
                self._age()
                return verb()

        return admitted

    def _register(self) -> dict[str, Any]:
        form = request.form.to_dict()
        number, amount = form.get("orderNumber", ""), form.get("amount", "")
        if not number.isalnum() or len(number) > 10 or not amount.isdecimal() or int(amount) < 5000:
            return MISSING
        if not form.get("returnUrl") or form.get("language") not in {"AR", "FR", "EN"}:
            return MISSING
        if form.get("currency") != "012":
            return CURRENCY
        if _params(form).get("force_terminal_id") != TERMINAL:
            return DENIED
        if any(each.form["orderNumber"] == number for each in self.orders.values()):
            return REUSED
        made = Order(secrets.token_hex(10), form, self._now_ms())
        self.orders[made.id] = made
        page = f"/merchants/hirfa/payment_{form['language'].lower()}.html?mdOrder={made.id}"
        return {"errorCode": "0", "orderId": made.id, "formUrl": self.page_url(page)}

    def _status(self) -> dict[str, Any]:
        form = request.form
        numbered = {each.form["orderNumber"]: each for each in self.orders.values()}
        order = self.orders.get(form.get("orderId", "")) or numbered.get(form.get("orderNumber", ""))
        return _told(order) if order else UNHEARD

    def _acknowledge(self) -> dict[str, Any]:
        order = self.orders.get(request.form.get("mdOrder", ""))
        if order is None:
            return {"ErrorCode": "6", "ErrorMessage": "Unregistered order"}
        order.acknowledged = True
        return _result(order)

    def _refund(self) -> dict[str, Any]:
        order, amount = self.orders.get(request.form.get("orderId", "")), request.form.get("amount", "")
        if order is None:
            return UNHEARD
        if not amount.isdecimal() or int(amount) == 0:
            return MISSING
        if not self.gives_back or order.status not in {2, 4} or int(amount) > order.amount - order.refunded:
            return WRONG_STATE
        order.status, order.refunded = 4, order.refunded + int(amount)
        return DONE

    def _age(self) -> None:
        for each in self.orders.values():
            if each.status == 0 and self._now_ms() - each.made >= LIVES_S * 1000:
                self.become(each.id, TIMED_OUT)

    def _now_ms(self) -> int:
        return self.world.clock.stamp() * 1000

    def _page(self, language: str) -> ResponseReturnValue:
        if request.method == "POST":
            return self._choice()
        with self.lock:
            self._age()
            order = self.orders.get(request.args.get("mdOrder", ""))
        if order is None:
            return "404", 404
        return hosted(
            "satim.html", language=language, words=WORDS, name="SATIM CIB ePay", money=Money(order.amount),
            number=order.form["orderNumber"], cards=CARDS, is_open=order.status == 0, back=_back(order),
        )  # fmt: skip

    def _choice(self) -> ResponseReturnValue:
        chosen = request.form.get("choice", "")
        with self.lock:
            self._age()
            order = self.orders.get(request.args.get("mdOrder", ""))
            card = LEFT if chosen == "cancel" else CARDS.get(chosen)
            if order is None or card is None:
                return "404", 404
            if order.status == 0:
                self.become(order.id, card)
        return redirect(_back(order), 303)


def _back(order: Order) -> str:
    url = order.form["returnUrl"] if order.status == 2 else order.form.get("failUrl") or order.form["returnUrl"]
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'orderId': order.id})}"


def _params(form: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        told = json.loads(form.get("jsonParams", "{}"))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _said(order: Order) -> str:
    card = order.card
    words = TAKEN if card is None or card.response in {"00", ""} else REJECTED
    return words[{"EN": 0, "AR": 1}.get(order.form["language"], 2)]


def _told(order: Order) -> dict[str, Any]:
    """Return an order as the extended status tells it: small letters, numbers as numbers, whose card it was."""
    card, left = order.card, order.amount - order.refunded
    paid = order.status in {2, 4}
    told = {
        **DONE, "orderNumber": order.form["orderNumber"], "orderStatus": order.status,
        "actionCode": card.action if card else -100, "actionCodeDescription": _said(order) if card else "",
        "amount": order.amount, "currency": "012", "date": order.made, "ip": "41.100.12.34",
        "merchantOrderParams": [{"name": "udf1", "value": _params(order.form).get("udf1")}],
        "attributes": [{"name": "mdOrder", "value": order.id}], "terminalId": TERMINAL,
        "paymentAmountInfo": {
            "paymentState": {2: "DEPOSITED", 4: "REFUNDED"}.get(order.status or 0, "CREATED"),
            "approvedAmount": order.amount if paid else 0, "depositedAmount": left if paid else 0,
            "refundedAmount": order.refunded,
        },
    }  # fmt: skip
    if card:
        told["cardAuthInfo"] = {
            "maskedPan": "628058**1234", "expiration": "202812", "cardholderName": "YACINE SIMULÉ",
            "approvalCode": order.authorisation, "paymentSystem": card.system,
        }  # fmt: skip
        told["authDateTime"] = order.at
    return {name: value for name, value in told.items() if value is not None}


def _result(order: Order) -> dict[str, Any]:
    """Return an order as the acknowledgement tells it: capitals, some numbers as text, no status once it was left."""
    card = order.card
    told: dict[str, Any] = {
        "ErrorCode": "0", "ErrorMessage": "Success", "OrderNumber": order.form["orderNumber"],
        "Amount": order.amount, "depositAmount": order.amount - order.refunded, "currency": "012",
        "OrderStatus": order.status,
    }  # fmt: skip
    if card:
        told |= {
            "actionCode": card.action, "actionCodeDescription": _said(order), "Pan": "628058**1234",
            "approvalCode": order.authorisation, "cardholderName": "YACINE SIMULÉ", "expiration": "202812",
            "Ip": "41.100.12.34", "SvfeResponse": card.response,
            "params": {
                "respCode": card.response, "respCode_desc": _said(order), "udf1": _params(order.form).get("udf1"),
            },
        }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}
