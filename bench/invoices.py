"""How fast invoices are drawn: separate tagged PDFs of eight lines, in two languages with tax, every text its own."""

from __future__ import annotations

import statistics
from itertools import count

from bench import bare
from shop.core.money import Money
from shop.core.spoken import amount_in_words
from shop.documents.engine import invoice_pdf, invoices_pdf
from shop.documents.frozen import Buyer, Content, Extra, Line, Seller, Tax
from shop.documents.invoice_sheets import Bill
from shop.documents.taxes import taken_out

PAGE = (210, 297)
LINES = 8
SEPARATE = 40
REPETITIONS = 5

_serial = count(1)


def measure() -> dict[str, float]:
    """Return invoices per second of one core, as separate PDFs and in one, and what a page costs by itself."""
    invoice_pdf(Bill(distinct_invoice()))
    bare.pages(*PAGE, lines=1)
    apart = [(_seconds(), _bare_seconds()) for _ in range(REPETITIONS)]
    together = [_seconds_together() for _ in range(REPETITIONS)]
    return {
        "invoices_per_second": round(statistics.median(SEPARATE / ours for ours, _bare in apart), 1),
        "invoices_per_second_in_one_pdf": round(SEPARATE / statistics.median(together), 1),
        "as separate PDFs: times a bare page": statistics.median(ours / alone for ours, alone in apart),
    }


def distinct_invoice() -> Content:
    """Return an invoice that no one has drawn before: eight lines at two rates, in Arabic and French."""
    n = next(_serial)
    gross = [(45_000 + n * 100 + at, (9, 19)[at % 2]) for at in range(LINES)]
    shares = taken_out([*gross, (60_000, 19)])
    total = sum(amount for amount, _rate in gross) + 60_000
    return Content(
        form=1, kind="invoice", code=f"F-2026-{n:04d}", issued_on="2026-11-23", order_code=f"{n:07d}",
        ordered_on="2026-11-20", languages=["ar", "fr"], seller=_seller(n), buyer=_buyer(n),
        lines=[
            Line(name={"ar": f"صابون {n} {at}", "fr": f"Savon {n} {at}", "en": ""}, label={}, pieces=1, unit=amount,
                 total=amount, rate=rate, net=net)
            for at, ((amount, rate), net) in enumerate(zip(gross, shares.nets, strict=False))
        ],
        delivery=Extra(total=60_000, net=shares.nets[-1], rate=19), discounts=[],
        taxes=[Tax(rate=each.rate, net=each.net, tax=each.tax) for each in shares.by_rate],
        goods=total - 60_000, net=sum(each.net for each in shares.by_rate), total=total, stamp=0, currency="DZD",
        words={lang: amount_in_words(Money(total), lang) for lang in ("ar", "fr")}, method="cash_on_delivery",
        paid_on="", cancels="", reason="",
    )  # fmt: skip


def _seller(n: int) -> Seller:
    return Seller(
        name="Atelier Amina", legal_name="Amina Benali", legal_form="Artisane", register_type="artisan_card",
        register_number=f"16/{n}", nif=f"{n:015d}", nis="", address="12 rue des Roses",
        place={"ar": "القبة", "fr": "Kouba", "en": "Kouba"}, phone="+213550000001", email="amina@example.dz",
    )  # fmt: skip


def _buyer(n: int) -> Buyer:
    return Buyer(name=f"Yacine Haddad {n}", street=f"Cité {n}", place={"ar": "وهران", "fr": "Oran", "en": "Oran"})


def _seconds() -> float:
    bills = [Bill(distinct_invoice()) for _ in range(SEPARATE)]
    return bare.cpu_seconds(lambda: [invoice_pdf(bill) for bill in bills])


def _seconds_together() -> float:
    bills = [Bill(distinct_invoice()) for _ in range(SEPARATE)]
    return bare.cpu_seconds(lambda: invoices_pdf(bills))


def _bare_seconds() -> float:
    return bare.cpu_seconds(lambda: [bare.pages(*PAGE, lines=1) for _ in range(SEPARATE)])


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name}: {figure}")
