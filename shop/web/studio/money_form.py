"""What is typed about the money of one order: what came on her account, what goes back to the buyer."""

from __future__ import annotations

import re
from typing import Any

from shop.plumbing.i18n import N_
from shop.web.ui.forms import NOT_AN_AMOUNT, AmountField, DinarsField, HirfaForm, TextField, required

_CODE = re.compile("[A-Z]{3}")


class MoneyForm(HirfaForm):
    """Amounts; `proof` says how money went back that no service gives back.

    What goes back is told in the `currency` in which it came: in dinars unless the form says another one.
    """

    came = DinarsField(N_("Amount that came"))
    currency = TextField(N_("Currency"), most=3)
    amount = AmountField(N_("Amount to give back"))
    proof = TextField(N_("How it went back"), most=200)
    reason = TextField(N_("Reason"), most=200)

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Read the amount in its currency."""
        told = str((formdata or kwargs).get("currency", ""))
        self.amount.currency = told if _CODE.fullmatch(told) else "DZD"
        super().process(formdata, *args, **kwargs)

    def asks(self, name: str) -> bool:
        """Check one amount; the sentence goes to its field."""
        self[name].validators = [required(NOT_AN_AMOUNT)]
        return bool(self.validate())
