"""Invoices: issued from an order with one tap, cancelled by a credit note, sent as the PDF that they are for ever."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import BooleanField

from shop.core.errors import InvalidTransition, Refused
from shop.documents import invoice_queries as queries
from shop.documents import invoices, service
from shop.orders import queries as orders
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.web.studio.blueprint import studio
from shop.web.studio.company_form import PREFIX, CompanyForm
from shop.web.studio.labels import whole
from shop.web.studio.order_page import order_page
from shop.web.studio.pdf import pdf_answer
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, HirfaForm, TextField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

CANNOT = N_("An order can be invoiced once it is confirmed, and as long as it is not cancelled.")
KINDS = (
    ("invoice", N_("Invoice"), N_("For every seller. Companies ask for it.")),
    ("voucher", N_("Commercial transaction voucher"), N_("Artisans may issue it in place of an invoice.")),
)
RATES = (("19", N_("19 %, the ordinary rate")), ("9", N_("9 %, the reduced rate")))


class InvoicingForm(HirfaForm):
    """How the workshop issues its invoices."""

    kind = ChoiceField(N_("What you give your customers"), [required()])
    legal_form = TextField(N_("Legal form"), most=60)
    automatic = BooleanField(N_("Issue it by itself when the parcel is handed over"))
    both_languages = BooleanField(N_("In Arabic and French on the same sheet"))
    charges_vat = BooleanField(N_("I charge VAT"))
    vat_rate = ChoiceField(N_("Rate of VAT"), [required()])
    stamp = BooleanField(N_("Show the stamp duty on cash"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(key, _(word)) for key, word, _note in KINDS]
        self.vat_rate.choices = [(key, _(word)) for key, word in RATES]
        self.vat_rate.data = str(self.vat_rate.data) if self.vat_rate.data is not None else None


@studio.post("/<name:store>/orders/<code:code>/invoice")
@entry(Access.HELPER)
def issue_invoice(code: str) -> Response | tuple[str, int]:
    """Issue the invoice of an order; a second tap finds the first one."""
    order = orders.order_by_code(here().store.id, code)
    try:
        with transaction():
            issued = invoices.issue(here().store.id, order.id, by=here().by)
    except InvalidTransition:
        return order_page(code, problem=_(CANNOT)), 409
    flash(_("{code} is issued. Your customer finds it on the tracking page.", code=issued.code), "done")
    return to_papers(code)


@studio.post("/<name:store>/orders/<code:code>/credit-note")
@entry(Access.HELPER)
def credit_invoice(code: str) -> Response | tuple[str, int]:
    """Cancel the invoice of an order by a credit note."""
    order = orders.order_by_code(here().store.id, code)
    try:
        with transaction():
            note = invoices.credit(here().store.id, order.id, reason=request.form.get("reason", ""), by=here().by)
    except Refused as error:
        return order_page(code, problem=said(error)), 422
    flash(_("{code} is issued: the invoice is cancelled.", code=note.code), "done")
    return to_papers(code)


@studio.post("/<name:store>/orders/<code:code>/company")
@entry(Access.HELPER)
def order_company(code: str) -> Response | tuple[str, int]:
    """Write down the company that the invoice of an order is for."""
    order = orders.order_by_code(here().store.id, code)
    form = CompanyForm(request.form, prefix=PREFIX)
    try:
        if not form.validate():
            return order_page(code, company_form=form), 422
        with transaction():
            invoices.name_company(here().store.id, order.id, form.word(), by=here().by)
    except Refused as error:
        form.refuse(error.field, said(error))
        return order_page(code, company_form=form), 422
    flash(_("Saved."), "done")
    return to_papers(code)


def to_papers(code: str) -> Response:
    """Lead to the papers on an order's page."""
    return redirect(page_url("studio.order", code=code) + "#papers", 303)


@studio.get("/<name:store>/orders/<code:code>/contract.pdf")
@entry(Access.HELPER)
def contract_pdf(code: str) -> Response:
    """Send what was agreed when the order was placed."""
    order = orders.order_by_code(here().store.id, code)
    return pdf_answer(service.contract_pdf(order), f"contract-{code}")


@studio.get("/<name:store>/orders/<code:code>/receipts/<code:reference>.pdf")
@entry(Access.HELPER)
def receipt_pdf(code: str, reference: str) -> Response:
    """Send the receipt of a payment as the buyer has it, in the language of her order."""
    order = orders.order_by_code(here().store.id, code)
    return pdf_answer(service.receipt_pdf(order, reference, language=order.language), f"receipt-{reference}")


@studio.get("/<name:store>/invoices/<name:number>.pdf")
@entry(Access.HELPER)
def invoice_pdf(number: str) -> Response:
    """Send an invoice, voucher or credit note by its number."""
    return pdf_answer(service.invoice_pdf(queries.by_code(here().store.id, number)), number)


@studio.route("/<name:store>/settings/invoices", methods=["GET", "POST"])
@entry(Access.OWNER)
def invoicing() -> str | Response | tuple[str, int]:
    """Set how invoices are issued from now on."""
    form = InvoicingForm(request.form or None, obj=queries.rules(here().store.id))
    if request.method == "GET":
        return invoicing_page(form)
    if not form.validate():
        return invoicing_page(form), 422
    fields = {**form.data, "vat_rate": whole(str(form.vat_rate.data))}
    with transaction():
        invoices.set_rules(here().store.id, by=here().by, **fields | {"legal_form": form.legal_form.data or ""})
    flash(_("Saved."), "done")
    return redirect(page_url("studio.settings"), 303)


def invoicing_page(form: InvoicingForm) -> str:
    """Draw the rules with what was chosen."""
    options = [{"value": key, "label": _(word), "note": _(note)} for key, word, note in KINDS]
    return render_template(
        "studio/settings_invoices.html", form=form, options=options, shop_name=here().store.name,
        failed=bool(form.errors),
    )  # fmt: skip
