"""What is typed about the money of one order: what came on her account, what goes back to the buyer."""

from __future__ import annotations

from shop.plumbing.i18n import N_
from shop.web.ui.forms import NOT_AN_AMOUNT, DinarsField, HirfaForm, TextField, required


class MoneyForm(HirfaForm):
    """Amounts in dinars; `proof` says how money went back that no service gives back."""

    came = DinarsField(N_("Amount that came"))
    amount = DinarsField(N_("Amount to give back"))
    proof = TextField(N_("How it went back"), most=200)
    reason = TextField(N_("Reason"), most=200)

    def asks(self, name: str) -> bool:
        """Check one amount; the sentence goes to its field."""
        self[name].validators = [required(NOT_AN_AMOUNT)]
        return bool(self.validate())
