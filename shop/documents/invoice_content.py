"""What an invoice of an order says, reckoned from the order's frozen rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shop.core import clock
from shop.core.money import Money, total
from shop.core.spoken import amount_in_words
from shop.documents import invoice_queries as invoices
from shop.documents.frozen import Abroad, Buyer, Content, Extra, Line, Seller, Tax
from shop.documents.models import PaperRules
from shop.documents.taxes import Shares, stamp_duty, taken_out
from shop.orders import queries as order_queries
from shop.orders.companies import company_of
from shop.orders.models import Order, OrderLine
from shop.payments.models import Payment
from shop.payments.queries import counting, of_order
from shop.plumbing import geography
from shop.plumbing.db import session
from shop.plumbing.i18n import LANGUAGES
from shop.stores.models import Store
from shop.stores.queries import identity

CASH = frozenset({"cash_on_delivery", "cash_in_hand"})
FORM = 1


def content_of(order: Order, rules: PaperRules, *, code: str) -> Content:
    """Return the content of the invoice of an order as it stands now."""
    store = session.get_one(Store, order.store_id)
    lines = order_queries.lines(order.store_id, [order.id])[order.id]
    rates = _rates(order, lines, rules)
    gross = [line.unit_minor * line.pieces for line in lines]
    discounts = _by_rate(rates, [-line.discount_minor for line in lines])
    shares = taken_out([
        *zip(gross, rates, strict=True), (order.delivery_minor, _delivery_rate(rules)),
        *((amount, rate) for rate, amount in discounts),
    ])  # fmt: skip
    languages = _languages(store.language, rules)
    paid = of_order(order.store_id, order.id)
    payment = counting(paid)
    content = Content(
        form=FORM, kind=rules.kind, code=code, issued_on=clock.today().isoformat(), order_code=order.code,
        ordered_on=clock.local(order.placed_at).date().isoformat(), languages=languages,
        seller=seller_of(order, rules), buyer=_billed(order),
        lines=[line_of(*each) for each in zip(lines, rates, shares.nets, strict=False)],
        delivery=Extra(total=order.delivery_minor, net=shares.nets[len(lines)], rate=_delivery_rate(rules)),
        discounts=[
            Extra(total=amount, net=net, rate=rate)
            for (rate, amount), net in zip(discounts, shares.nets[len(lines) + 1 :], strict=True)
        ],
        taxes=_taxes(shares) if rules.charges_vat else [], goods=order.goods_minor,
        net=sum(each.net for each in shares.by_rate), total=order.total_minor, stamp=_stamp(payment, rules),
        currency=order.currency, words={each: amount_in_words(order.total, each) for each in languages},
        method=payment.method if payment else "", paid_on=_paid_on(payment), cancels="", reason="",
    )  # fmt: skip
    if came := _abroad(paid, order.total):
        content["paid_abroad"] = came
    if payment is not None and (before := _before(payment, paid)):
        content["before"] = before.minor
    return content


def _abroad(paid: Sequence[Payment], whole: Money) -> Abroad | None:
    """Return what came in another currency; of which part of the total, unless it paid all of it."""
    mine = [each for each in paid if each.worth_minor is not None and each.collected_minor]
    if len({each.currency for each in mine}) != 1:
        return None
    found = Abroad(minor=sum(each.collected_minor for each in mine), currency=mine[0].currency)
    of = total((each.worth_of(each.collected_minor) for each in mine), whole.currency)
    if of < whole:
        found["of"] = of.minor
    return found


def _before(payment: Payment, paid: Sequence[Payment]) -> Money:
    """Return what was paid before, where a courier brings the rest."""
    if payment.expires_at is not None:
        return Money(0, payment.currency)
    return total((each.kept_worth for each in paid if each.expires_at is not None), payment.currency)


def seller_of(order: Order, rules: PaperRules) -> Seller:
    """Return who sold, as it was frozen with the order; an order of the release before has none."""
    told: Mapping[str, Any] = order.seller or identity(session.get_one(Store, order.store_id))
    return Seller(
        name=told["name"], legal_name=told["legal_name"], legal_form=rules.legal_form,
        register_type=told["register_type"], register_number=told["register_number"], nif=told["nif"],
        nis=told.get("nis", ""),
        address=told["address"], place=_place(told["commune_code"], told["wilaya_code"]), phone=told["phone"],
        email=told["email"],
    )  # fmt: skip


def buyer_of(order: Order) -> Buyer:
    """Return who bought: the name, the street, the commune and wilaya."""
    return Buyer(
        name=order.buyer_name, street=" ".join(f"{order.address} {order.town}".split()),
        place=_place(order.commune_code, order.wilaya_code),
    )  # fmt: skip


def _billed(order: Order) -> Buyer:
    """Return to whom the invoice is made out: the company that the artisan wrote down, else the buyer."""
    buyer, company = buyer_of(order), company_of(order.store_id, order.id)
    if company is None:
        return buyer
    return Buyer(
        name=company.name, street=buyer["street"], place=buyer["place"], contact=buyer["name"],
        register_number=company.register_number, nif=company.nif, nis=company.nis,
    )  # fmt: skip


def _place(commune_code: str, wilaya_code: str) -> dict[str, str]:
    names = {}
    for lang in LANGUAGES:
        wilaya = geography.name(geography.wilaya(wilaya_code), lang) if wilaya_code else ""
        commune = geography.name(geography.commune(commune_code), lang) if commune_code else ""
        between = "، " if lang == "ar" else ", "
        names[lang] = between.join(dict.fromkeys(filter(None, (commune, wilaya))))
    return names


def line_of(line: OrderLine, rate: int, net: int) -> Line:
    """Return a line of an order, with its rate and its total without tax."""
    return Line(
        name={"ar": line.name_ar, "fr": line.name_fr, "en": line.name_en},
        label={"ar": line.label_ar, "fr": line.label_fr, "en": line.label_en},
        pieces=line.pieces, unit=line.unit_minor, total=line.unit_minor * line.pieces, rate=rate, net=net,
    )  # fmt: skip


def _rates(order: Order, lines: Sequence[OrderLine], rules: PaperRules) -> list[int]:
    if not rules.charges_vat:
        return [0] * len(lines)
    own = invoices.rates(order.store_id, {line.product_id for line in lines})
    return [own.get(line.product_id, rules.vat_rate) for line in lines]


def _delivery_rate(rules: PaperRules) -> int:
    return rules.vat_rate if rules.charges_vat else 0


def _by_rate(rates: Sequence[int], amounts: Sequence[int]) -> list[tuple[int, int]]:
    """Add up what each rate has, leaving out those that have nothing."""
    sums: dict[int, int] = {}
    for rate, amount in zip(rates, amounts, strict=True):
        sums[rate] = sums.get(rate, 0) + amount
    return [(rate, amount) for rate, amount in sorted(sums.items()) if amount]


def _taxes(shares: Shares) -> list[Tax]:
    return [Tax(rate=each.rate, net=each.net, tax=each.tax) for each in shares.by_rate]


def _languages(language: str, rules: PaperRules) -> list[str]:
    if not rules.both_languages:
        return [language]
    return [language, "fr" if language == "ar" else "ar"]


def _stamp(payment: Payment | None, rules: PaperRules) -> int:
    cash = rules.stamp and payment is not None and payment.method in CASH
    return stamp_duty(payment.amount, clock.today()).minor if cash and payment else 0


def _paid_on(payment: Payment | None) -> str:
    return clock.local(payment.collected_at).date().isoformat() if payment and payment.collected_at else ""
