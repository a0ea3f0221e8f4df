"""Parcels that came back, whose buyers say that it was not their doing: answered here when no workshop answers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.risk import queries
from shop.risk import service as risk
from shop.stores import queries as stores
from shop.web.desk.blueprint import desk
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

CHOOSE = N_("Please choose whether it stands or is struck.")
ANSWERED = N_("Somebody has answered this already.")
ANSWERS = {"struck": risk.strike, "upheld": risk.uphold}


@desk.get("/contestations")
@entry(Access.OPERATOR)
def contestations() -> str:
    """Show what waits for an answer, the oldest first."""
    return _page()


@desk.post("/contestations/<number:outcome_id>")
@entry(Access.OPERATOR)
def answer_contestation(outcome_id: int) -> Response | tuple[str, int]:
    """Strike a parcel from what is remembered of a phone, or say that it stands."""
    found = queries.outcome(outcome_id)
    if found is None:
        raise NotFound(f"no outcome {outcome_id}")
    answer = ANSWERS.get(request.form.get("answer", ""))
    if answer is None:
        return _page(problem=_(CHOOSE)), 422
    try:
        with transaction():
            answer(found.store_id, found.order_id, by=here().by)
    except InvalidTransition:
        flash(_(ANSWERED), "problem")
    else:
        flash(_("Answered."), "done")
    return redirect(page_url("desk.contestations"), 303)


def _page(*, problem: str = "") -> str:
    names = {each.id: each.name for each in stores.all_stores()}
    return render_template(
        "desk/contestations.html", rows=[(row, code, names.get(row.store_id, "")) for row, code in queries.contested()],
        home_url=page_url("desk.home"), now=clock.now(), problem=problem, failed=bool(problem),
    )  # fmt: skip
