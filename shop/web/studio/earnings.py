"""Earnings in words: what a month brought, what each product and each wilaya earned, and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import make_response, request
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.cells import as_csv
from shop.core.money import Money
from shop.core.text import western_digits
from shop.earnings import queries
from shop.earnings.ledger import Ended, Row
from shop.plumbing import geography
from shop.plumbing.formats import MONTHS, money_text
from shop.plumbing.i18n import _, language, pick
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

MOST_ROWS = 20
HEAD = ("order", "day", "taken", "wilaya", "article", "pieces", "price", "cost", "discount", "delivery given away",
        "fees", "missing", "given back", "way back", "earned", "currency")  # fmt: skip
TALL = 100  # the height of the highest bar


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, from 0 to TALL; what is lost hangs as a bar of nothing."""

    label: str
    height: int
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """One row with its name, as the page shows it."""

    name: str
    row: Row
    url: str = ""


@studio.get("/<name:store>/money/earnings")
@entry(Access.OWNER)
def earnings() -> str:
    """Tell what a month earned."""
    day = _month_asked()
    found = queries.month(here().store.id, day)
    months = queries.months(here().store.id, clock.today())
    return shop_page(
        "studio/earnings.html", "money", e=found, month=_named(f"{day:%Y-%m}"), this=f"{day:%Y-%m}",
        months=[Told(_named(row.key), row, page_url("studio.earnings", month=row.key)) for row in reversed(months)],
        bars=_bars([(row.key[5:].lstrip("0"), row.earned) for row in months]),  # the months by their numbers
        products=[Told(pick(dict(row.names))[0], row) for row in found.by_product()[:MOST_ROWS]],
        wilayas=[Told(geography.name(geography.wilaya(row.key)), row) for row in found.by_wilaya()[:MOST_ROWS]],
    )  # fmt: skip


@studio.get("/<name:store>/money/earnings.csv")
@entry(Access.OWNER)
def earnings_csv() -> Response:
    """Hand out a month's orders, line by line; what is not known is an empty cell."""
    day = _month_asked()
    rows = [row for order in queries.month(here().store.id, day).orders for row in _rows(order)]
    answer = make_response(as_csv(HEAD, rows))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="earnings-{day:%Y-%m}.csv"'
    return answer


def _rows(order: Ended) -> list[list[object]]:
    begun: list[object] = [order.code, f"{clock.local(order.at):%Y-%m-%d}", "yes" if order.taken else "no",
                           order.wilaya_code]  # fmt: skip
    missing, back = -order.difference if order.difference else None, None if order.taken else order.way_back
    whole = [order.offered, order.fees, missing, order.given_back, back]
    rows: list[list[object]] = []
    for at, (line, earned) in enumerate(zip(order.lines, order.by_line, strict=True)):
        rows.append([
            *begun, pick(dict(line.names))[0], line.pieces, *map(_figure, (line.price, line.cost, line.discount)),
            *(_figure(each) if at == 0 else "" for each in whole), _figure(earned), earned.currency,
        ])  # fmt: skip
    return rows


def _figure(amount: Money | None) -> str | float:
    return "" if amount is None else amount.minor / 100


def _month_asked() -> date:
    """Return the first day of the month asked for (YYYY-MM), else of this month."""
    today = clock.today()
    try:
        asked = date.fromisoformat(western_digits(request.args.get("month", "")[:7]) + "-01")
    except ValueError:
        return today.replace(day=1)
    return asked if date(2000, 1, 1) <= asked <= today else today.replace(day=1)


def _named(month: str) -> str:
    year, number = month.split("-")
    return _("{month} {year}", month=MONTHS[language()][int(number) - 1], year=year)


def _bars(amounts: list[tuple[str, Money]]) -> list[Bar]:
    highest = max((amount.minor for _label, amount in amounts), default=0)
    return [
        Bar(label, max(0, amount.minor) * TALL // highest if highest > 0 else 0, money_text(amount))
        for label, amount in amounts
    ]  # fmt: skip
