"""Yacine's invoice from Amina's workshop, as it is frozen; and what the two agreed when he ordered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from shop.core.money import Money
from shop.core.spoken import amount_in_words
from shop.documents.agreed import Agreement
from shop.documents.frozen import Buyer, Content, Extra, Line, Seller, Tax
from shop.documents.taxes import taken_out

SELLER = Seller(
    name="Atelier Amina", legal_name="Amina Benali", legal_form="Artisane individuelle", register_type="artisan_card",
    register_number="16/2214/19", nif="123456789012345", nis="098765432109876", address="12 rue des Roses",
    place={"ar": "القبة، الجزائر", "fr": "Kouba, Alger", "en": "Kouba, Algiers"}, phone="+213550000001",
    email="amina@example.dz",
)  # fmt: skip
BUYER = Buyer(
    name="Yacine Haddad", street="Cité 300 logements, Bt 12",
    place={"ar": "بئر الجير، وهران", "fr": "Bir El Djir, Oran", "en": "Bir El Djir, Oran"},
)  # fmt: skip
FIRM = Buyer(
    name="SARL Zitoun et Frères", street=BUYER["street"], place=BUYER["place"], contact="Yacine Haddad",
    register_number="31/00-7654321B18", nif="0" * 15, nis="1" * 15,
)  # fmt: skip
GOODS = (
    ({"ar": "صابون زيت الزيتون", "fr": "Savon à l’huile d’olive", "en": "Olive oil soap"}, "100 g", 3, 45_000),
    ({"ar": "عطر الياسمين", "fr": "Parfum « Jasmin »", "en": "Jasmine perfume"}, "", 1, 390_000),
)


def line(name: dict[str, str], label: str, pieces: int, unit: int, *, rate: int = 0, net: int = 0) -> Line:
    return Line(
        name=name, label={"ar": label, "fr": label, "en": label}, pieces=pieces, unit=unit, total=unit * pieces,
        rate=rate, net=net or unit * pieces,
    )  # fmt: skip


def invoice(languages: tuple[str, ...] = ("fr",), *, rates: tuple[int, int] = (0, 0), **changes: Any) -> Content:
    """Return the invoice of two kinds of soap sent to Oran, taxed when a rate is given."""
    gross = [pieces * unit for _name, _label, pieces, unit in GOODS]
    discount = changes.pop("discount", 0)
    extra = [(-discount, rates[0])] if discount else []
    shares = taken_out([*zip(gross, rates, strict=True), (60_000, max(rates)), *extra])
    total = sum(gross) + 60_000 - discount
    content = Content(
        form=1, kind="invoice", code="F-2026-0041", issued_on="2026-11-23", order_code="7K3M92A",
        ordered_on="2026-11-20", languages=list(languages), seller=SELLER, buyer=BUYER,
        lines=[line(*each, rate=rate, net=net) for each, rate, net in zip(GOODS, rates, shares.nets, strict=False)],
        delivery=Extra(total=60_000, net=shares.nets[2], rate=max(rates)),
        discounts=[Extra(total=-discount, net=shares.nets[3], rate=rates[0])] if discount else [],
        taxes=[Tax(rate=each.rate, net=each.net, tax=each.tax) for each in shares.by_rate] if any(rates) else [],
        goods=sum(gross), net=sum(each.net for each in shares.by_rate), total=total, stamp=0, currency="DZD",
        words={each: amount_in_words(Money(total), each) for each in languages}, method="cash_on_delivery",
        paid_on="", cancels="", reason="",
    )  # fmt: skip
    return {**content, **changes}  # type: ignore[typeddict-item]


def agreed(language: str = "fr", **changes: Any) -> Agreement:
    """Return what Yacine agreed to."""
    values: dict[str, Any] = {
        "code": "7K3M92A", "language": language, "placed_at": datetime(2026, 11, 20, 9, 12, tzinfo=UTC),
        "seller": SELLER, "buyer": BUYER, "phone_ending": "56", "lines": tuple(line(*each) for each in GOODS),
        "goods": Money(525_000), "delivery": Money(60_000), "discount": Money(0), "total": Money(585_000),
        "deposit": None, "deposit_method": "", "currency": "DZD", "kind": "home", "carrier": "Barq Express", "desk": "",
        "promised": (date(2026, 11, 24), date(2026, 11, 26)), "method": "cash_on_delivery",
        "terms": {"ar": TERMS_AR, "fr": TERMS_FR}.get(language, TERMS_FR), "terms_hash": "0123456789abcdef" * 4,
    }  # fmt: skip
    return Agreement(**{**values, **changes})


TERMS_FR = (
    "Vous commandez sans compte. L’atelier vous appelle avant l’envoi.\n"
    "Vous payez le montant affiché à la remise du colis.\n\nÉchanges acceptés pendant 7 jours."
)
TERMS_AR = (
    "الطلب دون حساب. تتصل الورشة للتأكيد قبل الإرسال.\nيُدفع المبلغ الظاهر عند تسليم الطرد.\n\nالتبديل ممكن خلال 7 أيام."
)
