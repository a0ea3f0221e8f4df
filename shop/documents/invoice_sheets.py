"""From a frozen invoice, or what was agreed at ordering, to what a4.typ, invoice.typ and contract.typ draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from shop.core.money import Money
from shop.documents.agreed import Agreement
from shop.documents.frozen import Buyer, Content, Extra, Line, Seller, Texts
from shop.documents.letters import breakable, direction, printable
from shop.documents.sheets import LINE, NAME, Sheet, phone, title
from shop.payments.methods import METHODS as PLUGINS
from shop.plumbing.formats import date_long, date_short, money_in_full, money_text, time_short
from shop.plumbing.i18n import N_, _, language, pick, speaking
from shop.plumbing.i18n import direction as direction_of
from shop.stores.queries import REGISTER_NAMES

TERMS = 20_000  # letters; her own terms are at most 8,000

_HEADINGS: Mapping[str, str] = {
    "invoice": N_("Invoice"), "voucher": N_("Commercial transaction voucher"), "credit": N_("Credit note"),
}  # fmt: skip
_CANCELLED: Mapping[str, str] = {"invoice": N_("INVOICE CANCELLED"), "voucher": N_("VOUCHER CANCELLED")}
_IN_WORDS: Mapping[str, str] = {
    "invoice": N_("This invoice amounts to:"), "voucher": N_("This voucher amounts to:"),
    "credit": N_("This credit note amounts to:"),
}  # fmt: skip
KINDS: Mapping[str, str] = {
    "home": N_("To your home"), "desk": N_("To a pick-up desk"), "hand": N_("From hand to hand"),
}  # fmt: skip

Said = list[str]  # a message in each language of the paper
Figure = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Bill:
    """A frozen paper as it is drawn: crossed by the credit note that cancelled it.

    `discreet` leaves the buyer's street out: for the copy that whoever has the link can read.
    """

    content: Content
    cancelled_by: str = ""
    discreet: bool = False


def invoices_sheet(bills: Sequence[Bill]) -> Sheet:
    """Return what invoice.typ draws: papers of one shop, each from a page of its own on."""
    papers = [_invoice(bill) for bill in bills]
    return {
        "title": title([each["title"] for each in papers]),
        "author": papers[0]["author"],
        "papers": papers,
    }


def _invoice(bill: Bill) -> Sheet:
    content = bill.content
    spoken, figure = content["languages"], _figures(_amounts(content), content["currency"])
    with speaking(spoken[0]):
        return {
            **letterhead(content["seller"], spoken, said(spoken, _HEADINGS[content["kind"]]), content["code"]),
            "facts": [
                [said(spoken, N_("Number")), content["code"]],
                [said(spoken, N_("Date")), date_short(date.fromisoformat(content["issued_on"]))],
                [said(spoken, N_("Order")), printable(content["order_code"], most=24)],
                *_cancels(content, spoken),
            ],
            "buyer": _buyer(content["buyer"], spoken, discreet=bill.discreet),
            **_goods(content["lines"], spoken, figure, taxed=bool(content["taxes"])),
            "sums": _sums(content, spoken, figure),
            "words": [
                {"label": said([lang], _IN_WORDS[content["kind"]])[0], "text": text, "side": direction_of(lang)}
                for lang, text in content["words"].items()
            ],
            "notes": _notes(content, spoken),
            "cancelled": _crossed(content, bill.cancelled_by, spoken),
            "signing": said(spoken, N_("Stamp and signature")),
        }  # fmt: skip


def contract_sheet(agreed: Agreement, *, discreet: bool = False) -> Sheet:
    """Return what contract.typ draws: what was agreed when the order was placed, in the buyer's language."""
    spoken = [agreed.language]
    units = [line["unit"] for line in agreed.lines]
    figure = _figures([*units, agreed.delivery.minor, agreed.discount.minor], agreed.currency)
    with speaking(agreed.language):
        moment = f"{date_short(agreed.placed_at)} {time_short(agreed.placed_at)}"
        return {
            **letterhead(agreed.seller, spoken, [_("Order contract")], agreed.code),
            "facts": [[[_("Order")], printable(agreed.code, most=24)], [[_("Ordered on")], moment]],
            "buyer": _buyer(agreed.buyer, spoken, discreet=discreet)
            | ({"phone": [_("Phone"), f"•••• {agreed.phone_ending}"]} if agreed.phone_ending else {}),
            **_goods(agreed.lines, spoken, figure, taxed=False),
            "sums": _agreed_sums(agreed, figure),
            "terms-of-order": [
                [[_("Delivery")], sided(_delivery(agreed), LINE)],
                [[_("Payment")], sided(_payment(agreed), LINE)],
                [[_("Prices")], sided(_("All taxes included."), LINE)],
            ],
            "terms": [_("Terms of sale")] + [sided(text, 2000) for text in agreed.terms[:TERMS].split("\n")],
            "hash": [_("Fingerprint of these terms (SHA-256)"), agreed.terms_hash],
            "promise": _("This is what was agreed when the order was confirmed by the buyer. It is never changed."),
        }  # fmt: skip


def paid_by(method: str) -> str:
    """Return the English msgid of a way to pay; one that is not here any more is called by its key."""
    plugin = PLUGINS.usable.get(method)
    return plugin.title if plugin else method


def said(spoken: Sequence[str], message: str, **values: object) -> Said:
    """Return a message in each language of a paper, with the amounts in it written as that language does."""
    return _said(spoken, message, values) if values else list(_fixed(tuple(spoken), message))


@lru_cache(maxsize=512)
def _fixed(spoken: tuple[str, ...], message: str) -> Said:
    return _said(spoken, message, {})


def _said(spoken: Sequence[str], message: str, values: Mapping[str, object]) -> Said:
    found = []
    for lang in spoken:
        with speaking(lang):
            shown = {name: money_text(value) if isinstance(value, Money) else value for name, value in values.items()}
            found.append(_(message, **shown))
    return list(dict.fromkeys(found))


def letterhead(seller: Seller, spoken: Sequence[str], heading: Said, code: str) -> Sheet:
    """Return what a4.typ draws of any paper under the workshop's name: who gives it, what it is, its number."""
    return {
        "title": printable(f"{heading[0]} {code}", most=LINE),
        "author": printable(seller["name"], most=NAME),
        "direction": direction_of(language()),
        "lang": language(),
        "heading": heading,
        "number": printable(code, most=24),
        "seller": {
            "name": sided(seller["name"], NAME),
            "lines": [sided(line, LINE) for line in _who(seller)],
            "label": said(spoken, N_("Seller")),
            "numbers": _numbers(seller, spoken),
        },
        "page": _("Page {page} of {pages}", page="\ue000", pages="\ue001"),
    }


def _who(seller: Seller) -> list[str]:
    name = seller["legal_name"] if seller["legal_name"] != seller["name"] else ""
    named = " · ".join(filter(None, (name, seller["legal_form"])))
    return [line for line in (named, seller["address"], seller["place"].get(language(), "")) if line]


def _numbers(seller: Seller, spoken: Sequence[str]) -> list[tuple[Said, str]]:
    register = REGISTER_NAMES.get(seller["register_type"], N_("Registration"))
    numbers = (
        (N_("Phone"), phone(seller["phone"]) if seller["phone"] else ""), (N_("E-mail"), seller["email"]),
        (register, seller["register_number"]), (N_("NIF"), seller["nif"]), (N_("NIS"), seller["nis"]),
    )  # fmt: skip
    return _labelled(numbers, spoken)


def _labelled(numbers: Sequence[tuple[str, str]], spoken: Sequence[str]) -> list[tuple[Said, str]]:
    return [(said(spoken, label), printable(value, most=NAME)) for label, value in numbers if value]


def _buyer(buyer: Buyer, spoken: Sequence[str], *, discreet: bool) -> Sheet:
    street = "" if discreet else buyer["street"]
    lines = [line for line in (buyer.get("contact", ""), street, buyer["place"].get(language(), "")) if line]
    numbers = (
        (N_("Trade register"), buyer.get("register_number", "")), (N_("NIF"), buyer.get("nif", "")),
        (N_("NIS"), buyer.get("nis", "")),
    )  # fmt: skip
    return {
        "label": said(spoken, N_("Buyer")),
        "name": sided(buyer["name"] or _("Walk-in customer"), NAME),
        "lines": [sided(line, LINE) for line in lines],
        "numbers": _labelled(numbers, spoken),
    }


def _goods(lines: Sequence[Line], spoken: Sequence[str], figure: Figure, *, taxed: bool) -> Sheet:
    """Return the table: unit prices and totals without tax where there is one, else as the buyer pays them."""
    price, total = (N_("Unit price excl. tax"), N_("Total excl. tax")) if taxed else (N_("Unit price"), N_("Total"))
    columns = [N_("Goods"), N_("Qty"), price, *([N_("VAT")] if taxed else []), total]
    return {
        "taxed": taxed,
        "columns": [said(spoken, column) for column in columns],
        "lines": [_row(line, figure, taxed=taxed) for line in lines],
    }


def _row(line: Line, figure: Figure, *, taxed: bool) -> Sheet:
    total = line["net"] if taxed else line["total"]
    unit = _rounded(total, line["pieces"]) if taxed else line["unit"]
    cells = [str(line["pieces"]), figure(unit)]
    cells += [f"{line['rate']} %"] if taxed else []
    return {
        "name": sided(_text(line["name"]), LINE),
        "label": sided(_text(line["label"]), NAME),
        "cells": [*cells, figure(total)],
    }


def _sums(content: Content, spoken: Sequence[str], figure: Figure) -> list[tuple[Said, str, bool]]:
    taxed = bool(content["taxes"])

    def line(message: str, amount: int, *, strong: bool = False, **values: object) -> tuple[Said, str, bool]:
        return said(spoken, message, **values), figure(amount), strong

    def shown(extra: Extra) -> int:
        return extra["net"] if taxed else extra["total"]

    goods = sum(each["net"] if taxed else each["total"] for each in content["lines"])
    rows = [line(N_("Goods excl. tax") if taxed else N_("Goods"), goods)]
    rows += [line(N_("Discount"), shown(each)) for each in content["discounts"]]
    if content["delivery"]["total"]:
        rows.append(line(N_("Transport excl. tax") if taxed else N_("Transport"), shown(content["delivery"])))
    rows += [line(N_("Credited before"), shown(each)) for each in content.get("credited", [])]
    if taxed:
        rows.append(line(N_("Total excl. tax"), content["net"]))
        rows += [line(N_("VAT {rate} %"), each["tax"], rate=each["rate"]) for each in content["taxes"]]
    rows.append(line(N_("Total incl. tax"), content["total"], strong=True))
    return rows


def _payment(agreed: Agreement) -> str:
    """Say how it is paid: a deposit first, where one was agreed."""
    way = _(paid_by(agreed.method))
    if agreed.deposit is None:
        return way
    first = _(paid_by(agreed.deposit_method))
    return _("{amount} before, {first}; the rest: {way}", amount=money_text(agreed.deposit), first=first, way=way)


def _notes(content: Content, spoken: Sequence[str]) -> list[tuple[Said, Said]]:
    notes = [(said(spoken, N_("Payment")), said(spoken, paid_by(content["method"])))]
    if content.get("before"):
        before = Money(content["before"], content["currency"])
        notes.append((said(spoken, N_("Deposit")), said(spoken, N_("{amount}, paid before"), amount=before)))
    if content["paid_on"]:
        notes.append((said(spoken, N_("Paid on")), [date_short(date.fromisoformat(content["paid_on"]))]))
    if (abroad := content.get("paid_abroad")) and content["kind"] != "credit":
        came = Money(abroad["minor"], abroad["currency"])
        part = Money(abroad.get("of", content["total"]), content["currency"])
        words = N_("{amount}, for {part} of it") if "of" in abroad else N_("{amount}, for the whole")
        notes.append((said(spoken, N_("Paid from abroad")), said(spoken, words, amount=came, part=part)))
    if not content["taxes"]:
        notes.append((said(spoken, N_("Taxes")), said(spoken, N_("Not subject to VAT (flat tax, IFU)."))))
    if content["stamp"]:
        amount = Money(content["stamp"], content["currency"])
        borne = said(spoken, N_("{amount}, paid by the seller, within the total"), amount=amount)
        notes.append((said(spoken, N_("Stamp duty")), borne))
    if content["reason"]:
        notes.append((said(spoken, N_("Reason")), [printable(content["reason"], most=200)]))
    return notes


def _cancels(content: Content, spoken: Sequence[str]) -> list[tuple[Said, str]]:
    if lowers := content.get("lowers"):
        return [(said(spoken, N_("Concerns")), lowers)]
    return [(said(spoken, N_("Cancels")), content["cancels"])] if content["cancels"] else []


def _crossed(content: Content, cancelled_by: str, spoken: Sequence[str]) -> Sheet | None:
    if not cancelled_by:
        return None
    return {
        "words": said(spoken, _CANCELLED[content["kind"]]),
        "by": said(spoken, N_("Cancelled by credit note {code}"), code=f"\u2066{cancelled_by}\u2069"),
    }


def _agreed_sums(agreed: Agreement, figure: Figure) -> list[tuple[Said, str, bool]]:
    rows = [([_("Goods")], figure(agreed.goods.minor), False)]
    if agreed.discount:
        rows.append(([_("Discount")], figure(-agreed.discount.minor), False))
    if agreed.kind != "hand":
        rows.append(([_("Delivery")], figure(agreed.delivery.minor), False))
    rows.append(([_("Total to pay")], figure(agreed.total.minor), True))
    return rows


def _delivery(agreed: Agreement) -> str:
    parts = [_(KINDS[agreed.kind]), agreed.carrier, agreed.desk]
    if agreed.promised:
        first, last = agreed.promised
        parts.append(_("between {first} and {last}", first=date_long(first), last=date_long(last)))
    return " · ".join(filter(None, parts))


def sided(text: str, most: int) -> Sheet:
    """Return a printable text and the side from which it is read: a table's cell grows with it, nothing is measured."""
    written = breakable(printable(text, most=most))
    return {"text": written, "side": direction(written) if written else direction_of(language())}


def _text(texts: Texts) -> str:
    return pick(texts)[0]


def _amounts(content: Content) -> list[int]:
    extras = [content["delivery"], *content["discounts"], *content.get("credited", [])]
    nets = [each["net"] for each in (*content["lines"], *extras)] if content["taxes"] else []
    return [*nets, *(line["unit"] for line in content["lines"]), *(extra["total"] for extra in extras)]


def _figures(amounts: Sequence[int], currency: str) -> Figure:
    """Return how a paper writes its amounts: all with their centimes or none, so that they stand below one another."""
    written = money_in_full if any(minor % 100 for minor in amounts) else money_text
    return lambda minor: written(Money(minor, currency))


def _rounded(total: int, pieces: int) -> int:
    return (2 * total + pieces) // (2 * pieces)
