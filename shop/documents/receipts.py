"""The receipt of a payment: one paper for every method, with what each of them wants to be mentioned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.core import clock
from shop.core.errors import Declined, NotFound
from shop.core.money import Money
from shop.documents import invoice_queries as invoices
from shop.documents.frozen import Seller
from shop.documents.invoice_content import seller_of
from shop.documents.invoice_sheets import letterhead, said
from shop.documents.letters import printable
from shop.documents.sheets import LINE, NAME, Sheet
from shop.orders.models import Order
from shop.payments import refunds
from shop.payments.contract import Mentions
from shop.payments.models import Payment
from shop.payments.queries import of_order
from shop.payments.tills import plugin_of
from shop.plumbing import jobs
from shop.plumbing.formats import date_short, money_text, time_short
from shop.plumbing.i18n import N_, _, speaking
from shop.plumbing.seals import Seal

HAVE_COME = frozenset({"collected", "settled", "refunded"})
JOB = "receipts.send"
TRIED_FOR = timedelta(hours=2)  # an address is kept until the letter has left, no longer than this
NO_INVOICE = N_("This receipt shows what was paid. It is no invoice.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptContent:
    """What was paid for an order in one go, how, and what went back of it: each part with its day."""

    reference: str
    language: str
    order_code: str
    seller: Seller
    method: str  # an English msgid
    paid_at: datetime | None
    came: Money
    mentions: Mentions
    given_back: tuple[tuple[datetime, Money], ...]

    @property
    def kept(self) -> Money:
        """What came and did not go back."""
        return self.came - Money(sum(amount.minor for _day, amount in self.given_back), self.came.currency)


def has_receipt(payment: Payment) -> bool:
    """Tell whether money came by a payment, so that there is a receipt of it."""
    return payment.state in HAVE_COME and payment.collected_minor > 0


def method_title(method: str) -> str:
    """Return what a method is called: an English msgid."""
    try:
        return plugin_of(method).title
    except Declined:  # a package that was here when it was paid
        return method


def receipt_of(order: Order, reference: str, *, language: str) -> ReceiptContent:
    """Return the receipt of a payment of an order. Raises NotFound for one that is none of its, or did not come."""
    mine = [each for each in of_order(order.store_id, order.id) if each.reference == reference and has_receipt(each)]
    if not mine:
        raise NotFound(f"no receipt {reference}")
    payment = mine[0]
    back = refunds.refunds(order.store_id, [payment.id])
    return ReceiptContent(
        reference=payment.reference, language=language, order_code=order.code,
        seller=seller_of(order, invoices.rules(order.store_id)), method=method_title(payment.method),
        paid_at=payment.collected_at, came=payment.came,
        mentions=tuple((str(label), str(value)) for label, value in payment.mentions),
        given_back=tuple((each.done_at, each.amount) for each in back if each.state == "done" and each.done_at),
    )  # fmt: skip


def ask_by_mail(order: Order, reference: str, address: str, *, language: str, seal: Seal) -> None:
    """Have the receipt of a payment sent to an address by a job, in the current transaction. Raises NotFound.

    The address stands sealed in the job until the letter has left, and nowhere else.
    """
    receipt_of(order, reference, language=language)
    letter = {
        "order": order.id, "reference": reference, "language": language, "to": seal.close(JOB, address),
        "until": (clock.now() + TRIED_FOR).isoformat(),
    }  # fmt: skip
    jobs.enqueue(JOB, letter)


def receipt_sheet(receipt: ReceiptContent) -> Sheet:
    """Return what receipt.typ draws, in the language of the receipt."""
    spoken = [receipt.language]
    with speaking(receipt.language):
        return {
            **letterhead(receipt.seller, spoken, [_("Payment receipt")], receipt.reference),
            "facts": [
                [said(spoken, N_("Number")), receipt.reference],
                [said(spoken, N_("Order")), printable(receipt.order_code, most=24)],
                *([[said(spoken, N_("Date")), _moment(receipt.paid_at)]] if receipt.paid_at else []),
            ],
            "paid": [_("Amount paid"), money_text(receipt.came)],
            "rows": [[_("Payment method"), _(receipt.method)]] + [
                [printable(_(label), most=LINE), printable(value, most=LINE)] for label, value in receipt.mentions
            ],
            "back": _given_back(receipt),
            "note": _(NO_INVOICE),
            "name": printable(receipt.seller["name"], most=NAME),
        }  # fmt: skip


def _given_back(receipt: ReceiptContent) -> Sheet | None:
    if not receipt.given_back:
        return None
    rows = [
        [_("Given back on {day}", day=f"\u2066{date_short(day)}\u2069"), money_text(amount)]
        for day, amount in receipt.given_back
    ]
    return {"heading": _("Given back"), "rows": rows, "kept": [_("Remains paid"), money_text(receipt.kept)]}


def _moment(moment: datetime) -> str:
    return f"{date_short(moment)} {time_short(moment)}"
