"""The sheet of a carrier's payment: every parcel that it paid, what it kept, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass

from shop.core.money import Money
from shop.documents.letters import printable
from shop.documents.sheets import NAME, Sheet, run, title
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import _, direction, language, ngettext, speaking


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidLine:
    """One parcel: what was to come, what the carrier kept, what came."""

    tracking: str
    recipient: str
    expected: Money
    fee: Money
    received: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceContent:
    """A carrier's payment; `sums` are English msgids with amounts, told above what was received in all."""

    reference: str
    date: str
    carrier: str
    shop: str
    language: str
    lines: tuple[PaidLine, ...]
    sums: tuple[tuple[str, Money], ...]
    received: Money


def remittance_sheet(content: RemittanceContent) -> Sheet:
    """Return what remittance.typ draws, in the language of the sheet."""
    with speaking(content.language):
        return {
            "title": title([f"{_('Payment received')} {content.reference}"]),
            "author": printable(content.shop, most=NAME),
            "direction": direction(language()),
            "heading": _("Payment received"),
            "number": run(content.reference, NAME),
            "date": run(content.date, NAME),
            "from": [_("From"), run(content.carrier, NAME)],
            "to": [_("To"), run(content.shop, NAME)],
            "columns": [_("Parcel"), _("Recipient"), _("Expected"), _("Fee kept"), _("Received")],
            "lines": [_paid(line) for line in content.lines],
            "sums": [[_(word), money_text(amount)] for word, amount in content.sums],
            "count": ngettext("{n} parcel", "{n} parcels", len(content.lines)),
            "cash": [_("Received"), money_text(content.received)],
            "page": _("Page {page} of {pages}", page="\ue000", pages="\ue001"),
        }


def _paid(line: PaidLine) -> Sheet:
    return {
        "tracking": printable(line.tracking, most=48),
        "recipient": run(line.recipient, NAME),
        "expected": money_text(line.expected),
        "fee": money_text(line.fee) if line.fee else "",
        "received": money_text(line.received),
    }
