"""A day in a form, as a phone's calendar sends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field

from shop.core.text import western_digits
from shop.plumbing.i18n import N_, _
from shop.web.ui.forms import Validator

NOT_A_DAY = N_("Choose a day.")
OUT_OF_RANGE = N_("Choose a day between 2000 and 2100.")
YEARS = range(2000, 2101)


class DayField(Field):
    """A day, kept as a date; what was typed is shown again as it was."""

    def __init__(self, label: str = "", validators: Sequence[Validator] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day. Raises ValueError with the sentence to show."""
        text = western_digits(str(valuelist[0])).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError(_(NOT_A_DAY)) from None
        if day.year not in YEARS:
            raise ValueError(_(OUT_OF_RANGE))
        self.data = day
