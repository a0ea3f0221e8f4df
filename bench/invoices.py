"""How fast invoices are drawn: separate tagged PDFs of eight lines, in two languages with tax, every text its own."""

from __future__ import annotations

import statistics
import time
from itertools import count

from shop.core.money import Money
from shop.core.spoken import amount_in_words
from shop.documents.engine import invoice_pdf
from shop.documents.frozen import Buyer, Content, Extra, Line, Seller, Tax
from shop.documents.taxes import taken_out

LINES = 8
SEPARATE = 40
REPETITIONS = 5

_serial = count(1)


def measure() -> dict[str, float]:
    """Return invoices per second of one core, as separate PDFs."""
    invoice_pdf(distinct_invoice())
    rates = [SEPARATE / _seconds(SEPARATE) for _ in range(REPETITIONS)]
    return {"invoices_per_second": round(statistics.median(rates), 1)}


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


def _seconds(invoices: int) -> float:
    contents = [distinct_invoice() for _ in range(invoices)]
    start = time.process_time()
    for content in contents:
        invoice_pdf(content)
    return time.process_time() - start


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name}: {figure}")
