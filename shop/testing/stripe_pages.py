"""The simulated Stripe as people meet it: its payment page, and what a test tells it at the control port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from shop.core.money import Money
from shop.testing.outside.control import told
from shop.testing.outside.pages import Words, hosted
from shop.testing.stripe_account import BANKS, CARDS, Account, Object, seen

if TYPE_CHECKING:
    from shop.testing.stripe_api import Stripe

WORDS: Words = {
    "Card that pays": ("بطاقة تدفع", "Carte qui paie"),
    "Card that is declined": ("بطاقة مرفوضة", "Carte refusée"),
    "Card without enough money": ("بطاقة بلا رصيد كافٍ", "Carte sans argent suffisant"),
    "Card whose bank asks first": ("بطاقة يسأل بنكها أولاً", "Carte dont la banque demande d’abord"),
    "Bank debit that arrives later": ("خصم بنكي يصل لاحقًا", "Prélèvement qui arrive plus tard"),
    "Bank debit that fails later": ("خصم بنكي يفشل لاحقًا", "Prélèvement qui échoue plus tard"),
    "Your bank asks whether it is you": ("البنك يطلب التأكّد من الهوية", "Votre banque demande si c’est bien vous"),
    "It is me": ("تأكيد الهوية", "C’est bien moi"),
    "It is not me": ("رفض التأكيد", "Ce n’est pas moi"),
    "The card was not accepted. Nothing was taken.": (
        "لم تُقبل البطاقة. لم يُؤخذ أي مبلغ.",
        "La carte n’a pas été acceptée. Rien n’a été prélevé.",
    ),
    "This payment can no longer be made.": ("لم يعد هذا الدفع ممكنًا.", "Ce paiement n’est plus possible."),
    "Back without paying": ("العودة دون دفع", "Revenir sans payer"),
}
CHOICES = (
    ("4242", "Card that pays"), ("3155", "Card whose bank asks first"), ("0002", "Card that is declined"),
    ("9995", "Card without enough money"), ("bank_pays", "Bank debit that arrives later"),
    ("bank_fails", "Bank debit that fails later"),
)  # fmt: skip


def add_pages(pages: Blueprint, stripe: Stripe) -> None:
    """Serve the payment page: a buyer chooses a test card from buttons, no number is asked for."""

    @pages.get("/c/pay/<name>")
    def page(name: str) -> ResponseReturnValue:
        with stripe.lock:
            stripe.tick()
            account, session = stripe.owner(name)
            return _drawn(account, session)

    @pages.post("/c/pay/<name>")
    def pay(name: str) -> ResponseReturnValue:
        with stripe.lock:
            stripe.tick()
            account, session = stripe.owner(name)
            how, answer = request.form.get("how", ""), request.form.get("answer", "")
            if answer in {"yes", "no"}:
                why = account.authenticate(session, passed=answer == "yes")
            elif how in CARDS or how in BANKS:
                why = account.pay(session, how)
            else:
                return _drawn(account, session), 400
            return redirect(session["success_url"], 303) if why == "" else _drawn(account, session)


def _drawn(account: Account, session: Object) -> str:
    intent = account.objects.get(session["payment_intent"] or "", {})
    language = (
        session["locale"]
        if session["locale"] in {"fr", "en"}
        else request.accept_languages.best_match(["ar", "fr", "en"], "en")
    )
    return hosted(
        "stripe/pay.html", language=language, words=WORDS, name=session["_name"], session=session, choices=CHOICES,
        amount=shown(session["amount_total"], session["currency"]), intent=intent,
        back=session["cancel_url"] or session["success_url"],
    )  # fmt: skip


def shown(amount: int, currency: str) -> Money:
    """Return what their API counts as our money, whose decimals are the same but for the króna."""
    return Money(amount // 100 if currency == "isk" else amount, currency.upper())


def add_control(port: Blueprint, stripe: Stripe) -> None:
    """Serve what only a test can do.

    POST endpoints  {"key", "url", "secret", "events"}: an address for notices, as the dashboard registers it; the
                    same address again gets one more secret, as while one is replaced
    POST payments   {"session", "how"}: what the buyer would choose on the page
    POST arrivals   {"session", "outcome": "succeeded" | "failed"}: money that was on its way
    POST disputes   {"session", "reason"}; POST disputes/closing {"dispute", "status": "won" | "lost"}
    POST refunds/failing {"refund"}
    """

    @port.post("/endpoints")
    def endpoints() -> ResponseReturnValue:
        words = told()
        account = stripe.account(words["key"])
        with stripe.lock:
            known = next((each for each in account.newest("webhook_endpoint") if each["url"] == words["url"]), None)
            if known is None:
                return account.new_endpoint(words["url"], words.get("events", ["*"]), words.get("secret", ""))
            known["_secrets"] = [words["secret"], *known["_secrets"]][:2]
            return seen(known)

    @port.post("/payments")
    def payments() -> ResponseReturnValue:
        with stripe.lock:
            account, session = stripe.owner(told()["session"])
            return {"why": account.pay(session, told()["how"]), "session": seen(session)}

    @port.post("/arrivals")
    def arrivals() -> ResponseReturnValue:
        with stripe.lock:
            account, session = stripe.owner(told()["session"])
            account.arrive(session, told()["outcome"])
            return seen(session)

    @port.post("/disputes")
    def disputes() -> ResponseReturnValue:
        with stripe.lock:
            account, session = stripe.owner(told()["session"])
            intent = account.objects[session["payment_intent"]]
            return seen(account.dispute(intent, told().get("reason", "fraudulent")))

    @port.post("/disputes/closing")
    def closing() -> ResponseReturnValue:
        with stripe.lock:
            account, dispute = stripe.owner(told()["dispute"])
            account.close(dispute, told()["status"])
            return seen(dispute)

    @port.post("/refunds/failing")
    def failing() -> ResponseReturnValue:
        with stripe.lock:
            account, refund = stripe.owner(told()["refund"])
            account.fail_refund(refund)
            return seen(refund)
