"""The place of papers: what was issued, what must be cancelled, the monthly register."""

from __future__ import annotations

import re
from datetime import date

from flask import flash, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.errors import Refused
from shop.documents import invoice_queries as invoices
from shop.documents import service
from shop.documents.register import register_csv
from shop.plumbing.formats import MONTHS
from shop.plumbing.i18n import language
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import shop_page
from shop.web.studio.pdf import pdf_answer
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

SHOWN = 30
MONTHS_OFFERED = 6
_MONTH = re.compile("20[0-9]{2}-(?:0[1-9]|1[0-2])")


@studio.get("/<name:store>/documents")
@entry(Access.HELPER)
def documents() -> str:
    """Show the papers of the workshop."""
    store_id = here().store.id
    return shop_page(
        "studio/documents.html", "", newest=invoices.newest(store_id, SHOWN), to_cancel=invoices.to_cancel(store_id),
        months=months(clock.today()),
    )  # fmt: skip


@studio.get("/<name:store>/register.csv")
@entry(Access.OWNER)
def register() -> Response:
    """Send the register of a month: this one, unless the address names another."""
    month = month_asked()
    answer = Response(register_csv(here().store.id, month), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="register-{month:%Y-%m}.csv"'
    return answer


@studio.get("/<name:store>/invoices.pdf")
@entry(Access.HELPER)
def invoices_pdf() -> Response:
    """Send the papers that were ticked in one file, else all of a month."""
    store_id, ticked = here().store.id, request.args.getlist("numbers")[: service.MOST_TOGETHER + 1]
    papers = (
        invoices.by_codes(store_id, ticked) if ticked
        else invoices.of_month(store_id, month_asked(), most=service.MOST_TOGETHER + 1)
    )  # fmt: skip
    try:
        pdf = service.invoices_pdf(papers)
    except Refused as error:
        flash(said(error), "problem")
        return redirect(page_url("studio.documents"), 303)
    return pdf_answer(pdf, f"invoices-{'ticked' if ticked else f'{month_asked():%Y-%m}'}")


def month_asked() -> date:
    """Return the first day of the month that the address names, this one when it names none. Raises NotFound."""
    asked = request.args.get("month", f"{clock.today():%Y-%m}")
    if not _MONTH.fullmatch(asked):
        raise NotFound
    return date.fromisoformat(f"{asked}-01")


def months(day: date) -> list[tuple[str, str]]:
    """Return this month and those before it: as the address names them, and as they are said."""
    names = MONTHS.get(language(), MONTHS["en"])
    numbers = [day.year * 12 + day.month - 1 - back for back in range(MONTHS_OFFERED)]
    return [(f"{each // 12}-{each % 12 + 1:02d}", f"{names[each % 12]} {each // 12}") for each in numbers]
