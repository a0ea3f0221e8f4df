"""How a confirmation call ended, as a form."""

from __future__ import annotations

from datetime import date
from typing import Any

from shop.core.text import western_digits
from shop.orders.models import CANCEL_REASONS, OUTCOMES
from shop.plumbing.i18n import N_, _
from shop.web.studio.trail import REASONS
from shop.web.ui.forms import ChoiceField, HirfaForm, TextField, required

CHOOSABLE = tuple(each for each in CANCEL_REASONS if each not in {"buyer", "refused", "unreachable"})


class CallForm(HirfaForm):
    """How a call ended; a day when it is put off, a reason when it is cancelled."""

    outcome = ChoiceField(
        N_("How did the call end?"), [required(N_("Please choose how the call ended."))],
        choices=[(each, each) for each in OUTCOMES],
    )  # fmt: skip
    call_at = TextField(N_("Call again on"), most=10)
    reason = ChoiceField(N_("Reason"))
    note = TextField(N_("Note"), most=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = reasons()

    @property
    def day(self) -> date | None:
        """The day that was chosen; None when there is none that can be read."""
        try:
            return date.fromisoformat(western_digits(self.call_at.data or ""))
        except ValueError:
            return None


def reasons() -> list[tuple[str, str]]:
    """Return the reasons that one can choose for a cancellation, in words."""
    return [(each, _(REASONS[each])) for each in CHOOSABLE]
