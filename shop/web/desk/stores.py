"""The operator's workshops: the list, a new one and the link for its owner, suspending and resuming."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import flash, get_flashed_messages, redirect, render_template, request
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from shop.accounts import queries as accounts
from shop.catalogue import forbidden
from shop.catalogue.models import Product
from shop.core.errors import NotFound, Refused
from shop.opening import queries as opening
from shop.orders.models import Order
from shop.plumbing import geography
from shop.plumbing.db import session, transaction
from shop.plumbing.i18n import N_, _
from shop.risk.queries import contested
from shop.shipping.strange_words import strange_words
from shop.stores import queries, service
from shop.stores.models import ROLES, Store
from shop.web.desk.blueprint import desk
from shop.web.ui.access import Access, entry
from shop.web.ui.crafts import craft_choices
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, HirfaForm, TextField, required
from shop.web.ui.here import here, settings
from shop.web.ui.qr import qr
from shop.web.ui.registers import verification_words
from shop.web.ui.templating import page_url

INVITATION = "invitation"  # the flash that carries a link, which is shown once
STATE_WORDS = {
    "draft": (N_("Getting ready"), "soon"),
    "open": (N_("Open"), "good"),
    "suspended": (N_("Suspended"), "bad"),
}
ROLE_WORDS = {"owner": N_("Owner"), "helper": N_("Helper")}


class StoreForm(HirfaForm):
    """A new workshop."""

    name = TextField(N_("Name of the shop"), [required()], most=120)
    craft = ChoiceField(N_("Craft"), [required(N_("Please choose a craft."))])
    wilaya_code = ChoiceField(N_("Wilaya"), [required(N_("Please choose a wilaya."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.craft.choices = craft_choices()
        self.wilaya_code.choices = [(each.code, geography.label(each)) for each in geography.wilayas()]


class ReasonForm(HirfaForm):
    """Why a workshop is suspended or resumed: the journal keeps it."""

    reason = TextField(N_("Reason"), [required(N_("Write the reason: the journal keeps it."))], most=300)


@desk.get("/")
@entry(Access.OPERATOR)
def home() -> str:
    """Show every workshop with its state and figures."""
    products, orders = per_store(Product), per_store(Order)
    rows = [(each, products[each.id], orders[each.id]) for each in queries.all_stores()]
    return render_template(
        "desk/stores.html", rows=rows, states=states(), home_url=page_url("desk.home"), wilaya_name=wilaya_name,
        papers=len(queries.waiting_submissions()), goods=len(forbidden.waiting_reviews()),
        contested=len(contested()), strange=len(strange_words()),
    )  # fmt: skip


@desk.route("/stores/new", methods=["GET", "POST"])
@entry(Access.OPERATOR)
def new_store() -> str | Response | tuple[str, int]:
    """Make a workshop and the link that invites its owner."""
    form = StoreForm(request.form or None)
    if request.method == "GET":
        return new_page(form)
    if not form.validate():
        return new_page(form), 422
    with transaction():
        made = service.create_store(
            name=form.name.data or "", craft=form.craft.data, wilaya_code=form.wilaya_code.data, by=here().by
        )
        token = service.invite(made.id, "owner", by=here().by)
    flash(token, INVITATION)
    return redirect(page_url("desk.store", store_id=made.id), 303)


@desk.get("/stores/<number:store_id>")
@entry(Access.OPERATOR)
def store(store_id: int) -> str:
    """Show a workshop: state, members, figures, and once the link that was just made."""
    return store_page(found(store_id), ReasonForm())


@desk.post("/stores/<number:store_id>/invitations")
@entry(Access.OPERATOR)
def invite(store_id: int) -> Response | tuple[str, int]:
    """Make one more link for an owner or a helper."""
    row = found(store_id)
    role = request.form.get("role", "owner")
    try:
        with transaction():
            token = service.invite(row.id, role if role in ROLES else "owner", by=here().by)
    except Refused as refused:
        return store_page(row, ReasonForm(), problem=said(refused)), 422
    flash(token, INVITATION)
    return redirect(page_url("desk.store", store_id=store_id), 303)


@desk.post("/stores/<number:store_id>/suspension")
@entry(Access.OPERATOR)
def suspend(store_id: int) -> Response | tuple[str, int]:
    """Take a workshop off the shop, with a reason."""
    row, form = found(store_id), ReasonForm(request.form or None)
    if not form.validate():
        return store_page(row, form), 422
    with transaction():
        service.suspend(store_id, reason=form.reason.data or "", by=here().by)
    flash(_("The workshop is suspended. Its pages are gone; its orders go on."), "done")
    return redirect(page_url("desk.store", store_id=store_id), 303)


@desk.post("/stores/<number:store_id>/resumption")
@entry(Access.OPERATOR)
def resume(store_id: int) -> Response | tuple[str, int]:
    """Let a suspended workshop sell again, with a reason."""
    row, form = found(store_id), ReasonForm(request.form or None)
    if not form.validate():
        return store_page(row, form), 422
    with transaction():
        service.resume(store_id, reason=form.reason.data or "", by=here().by)
    flash(_("The workshop sells again."), "done")
    return redirect(page_url("desk.store", store_id=store_id), 303)


def new_page(form: StoreForm) -> str:
    """Draw the form of a new workshop."""
    return render_template(
        "desk/store_new.html", form=form, failed=bool(form.errors), home_url=page_url("desk.home"),
        days=service.INVITATION_DAYS,
    )  # fmt: skip


def store_page(row: Store, form: ReasonForm, *, problem: str = "") -> str:
    """Draw one workshop."""
    people = [(each, accounts.account(each.account_id)) for each in queries.members(row.id)]
    tokens = get_flashed_messages(category_filter=[INVITATION])
    link = settings().base_url.rstrip("/") + page_url("studio.join", token=tokens[-1]) if tokens else ""
    return render_template(
        "desk/store.html", store=row, form=form, people=people, link=link, problem=problem,
        qr=qr(link) if link else "", states=states(),
        failed=bool(problem or form.errors), home_url=page_url("desk.home"), days=service.INVITATION_DAYS,
        products=per_store(Product, row.id)[row.id], orders=per_store(Order, row.id)[row.id],
        missing=[_(lack.sentence) for lack in opening.lacks(opening.facts(row))],
        verification=verification_words()[row.verification],
        role_names={key: _(word) for key, word in ROLE_WORDS.items()}, wilaya_name=wilaya_name,
    )  # fmt: skip


def found(store_id: int) -> Store:
    """Return a workshop of the platform. Raises NotFound."""
    row = queries.store(store_id)
    if row is None:
        raise NotFound(f"no workshop {store_id}")
    return row


def states() -> dict[str, tuple[str, str]]:
    """Return each state's word and colour."""
    return {key: (_(word), kind) for key, (word, kind) in STATE_WORDS.items()}


def wilaya_name(code: str) -> str:
    """Return a wilaya as lists show it."""
    return geography.label(geography.wilaya(code))


def per_store(table: type[Product] | type[Order], store_id: int | None = None) -> Counter[int]:
    """Count rows by workshop, in one query."""
    counted = select(table.store_id, func.count()).group_by(table.store_id)
    if store_id is not None:
        counted = counted.where(table.store_id == store_id)
    return Counter({row[0]: row[1] for row in session.execute(counted)})
