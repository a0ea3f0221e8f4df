"""The lot of one line of an order, as it is corrected while packing."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from shop.orders.lots import LONGEST, LotWord
from shop.orders.models import OrderLine
from shop.plumbing.i18n import N_
from shop.web.ui.forms import DayField, HirfaForm, TextField


class LotForm(HirfaForm):
    """Code and date of one line; an empty code takes the lot away."""

    lot = TextField(N_("Lot"), most=LONGEST)
    best_before = DayField(N_("Best before"), since=2000)

    def word(self) -> LotWord:
        """Return what is written on the line."""
        return LotWord(self.lot.data or "", self.best_before.data)


def lot_form(line: OrderLine, typed: Mapping[str, str] | None) -> LotForm:
    """Return the form of a line, with its lot, or with what was typed and what is wrong with it."""
    prefix = f"l{line.id}-"
    if typed is None or f"{prefix}lot" not in typed:
        return LotForm(prefix=prefix, obj=line)
    form = LotForm(MultiDict(typed), prefix=prefix)
    form.validate()
    return form
