"""A buyer's papers behind the secret link: the invoice once it is issued, the contract. No phone, no street."""

from __future__ import annotations

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.documents import invoice_queries as invoices
from shop.documents import service
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.web.storefront.blueprint import front
from shop.web.storefront.tracking import purchase_of
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here


@front.get("/<lang:lang>/t/<code:code>/<proof>/<code:order>/contract.pdf")
@entry(Access.LINK)
def contract_pdf(code: str, proof: str, order: str) -> Response:
    """Send what was agreed when an order of the purchase was placed."""
    return _answer(service.contract_pdf(_order(code, proof, order), discreet=True), f"contract-{order}")


@front.get("/<lang:lang>/t/<code:code>/<proof>/<code:order>/receipt/<code:reference>.pdf")
@entry(Access.LINK)
def receipt_pdf(code: str, proof: str, order: str, reference: str) -> Response:
    """Send the receipt of a payment of an order of the purchase, in the language of the page."""
    mine = _order(code, proof, order)
    return _answer(service.receipt_pdf(mine, reference, language=here().lang), f"receipt-{reference}")


@front.get("/<lang:lang>/t/<code:code>/<proof>/<code:order>/<name:number>.pdf")
@entry(Access.LINK)
def invoice_pdf(code: str, proof: str, order: str, number: str) -> Response:
    """Send an invoice or credit note of an order of the purchase."""
    mine = _order(code, proof, order)
    papers = invoices.of_order(mine.store_id, mine.id)
    paper = next((each for each in papers if each.code == number), None)
    if paper is None:
        raise NotFound
    return _answer(service.invoice_pdf(paper, discreet=True), number)


def _order(code: str, proof: str, order: str) -> Order:
    purchase = purchase_of(code, proof)
    found = next((each for each in orders.orders_of_purchase(purchase.id) if each.code == order), None)
    if found is None:
        raise NotFound
    return found


def _answer(pdf: bytes, name: str) -> Response:
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
