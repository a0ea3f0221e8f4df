"""The company that an order's invoice is for, as the artisan writes it on the order's page."""

from __future__ import annotations

from shop.orders.companies import LONGEST, CompanyWord
from shop.orders.models import Company
from shop.plumbing.i18n import N_, _
from shop.stores import papers
from shop.web.ui.forms import BareNumberField, HirfaForm, TextField

PREFIX = "company-"
_UNUSUAL = (
    ("register_number", papers.unusual_trade_register,
     N_("A trade register number usually looks like 16/00-1234567B19. Please check this one.")),
    ("nif", papers.unusual_nif, N_("A NIF usually has 15 or 20 digits. Please check this one.")),
    ("nis", papers.unusual_nis, N_("A NIS usually has 15 digits. Please check this one.")),
)  # fmt: skip


class CompanyForm(HirfaForm):
    """Name and numbers; an empty form takes the company off the order."""

    name = TextField(N_("Name of the company"), most=LONGEST["name"])
    register_number = TextField(N_("Trade register"), most=LONGEST["register_number"])
    nif = BareNumberField(N_("NIF"), most=LONGEST["nif"])
    nis = BareNumberField(N_("NIS"), most=LONGEST["nis"])

    def word(self) -> CompanyWord:
        """Return what was said of the company."""
        return CompanyWord(**{name: self[name].data or "" for name in LONGEST})


def unusual(company: Company | None) -> list[str]:
    """Return what is worth a second look in the numbers of a company; it never blocks."""
    return [_(sentence) for name, is_odd, sentence in _UNUSUAL if company and is_odd(getattr(company, name))]
