"""What was done a moment ago and can be undone: the bar below the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shop.core import clock
from shop.core.errors import NotFound
from shop.core.text import is_code
from shop.orders import calls, queries
from shop.orders.models import Call, Order
from shop.plumbing.formats import date_long, time_short
from shop.plumbing.i18n import _
from shop.web.ui.here import here

UNDO_SHOWN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Done:
    """What was just done, as the undo bar says it."""

    code: str
    text: str


def just_done(code: str) -> Done | None:
    """Return what was done to an order within the last seconds, if it can be undone; for the undo bar."""
    if not is_code(code):
        return None
    store_id = here().store.id
    try:
        order = queries.order_by_code(store_id, code)
    except NotFound:
        return None
    made = calls.last_call(store_id, order.id)
    if made is None or clock.now() - made.at > UNDO_SHOWN:
        return None
    return Done(code, outcome_said(order, made))


def outcome_said(order: Order, made: Call) -> str:
    """Say in a sentence what a call led to."""
    name = order.buyer_name
    if made.outcome == "no_answer" and order.state == "cancelled":
        return _("{name}: cancelled, nobody answered {n} calls.", name=name, n=order.tries)
    if made.outcome in {"no_answer", "postponed"} and made.call_at:
        same_day = clock.local(made.call_at).date() == clock.today()
        when = time_short(made.call_at) if same_day else date_long(clock.local(made.call_at).date())
        return _("{name}: call again, {when}.", name=name, when=when)
    return _("{name}: confirmed.", name=name) if made.outcome == "confirmed" else _("{name}: cancelled.", name=name)
