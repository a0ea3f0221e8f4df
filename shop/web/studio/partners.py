"""A partner's key: typed once, checked in one tap, never shown again; and a parcel that it refused, asked again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from shop.core.errors import NotFound, Refused
from shop.fulfilment import booking, partner_labels
from shop.orders import queries as orders
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.shipping import labels, learning, partners, queries
from shop.shipping.contract import Checks, Plugin, ReadsNotices
from shop.shipping.models import CarrierAccount
from shop.web.studio.blueprint import studio
from shop.web.ui import drawn
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm
from shop.web.ui.here import here, outside, seal, settings
from shop.web.ui.templating import page_url

BOOKED = N_("The parcel is booked.")
LABEL_HERE = N_("The partner's label is here. Print it again, so that the parcel bears it.")
NO_LABEL_YET = N_("The partner has not given its label yet. Until then, your own label is printed.")
NOT_YET = N_("The partner has not answered yet. The parcel is booked as soon as it does.")


@studio.route("/<name:store>/settings/delivery/<number:account_id>/connection", methods=["GET", "POST"])
@entry(Access.OWNER)
def connection(account_id: int) -> str | Response | tuple[str, int]:
    """Type a partner's key. What is wrong is said at its field; nothing typed is lost, secrets apart."""
    account, plugin = partner_here(account_id)
    kind = drawn.form_of(plugin.settings)
    if request.method == "GET":
        return page(account, plugin, kind(data=drawn.known(plugin.settings, account.settings)))
    form = kind(request.form)
    form.validate()
    values = drawn.read(plugin.settings, form)
    for field, sentence in drawn.wrong(plugin.settings, partners.secrets_of(account, seal()), values).items():
        if not form[field].errors:
            form.refuse(field, _(sentence))
    if form.errors:
        return page(account, plugin, form), 422
    with transaction():
        partners.connect(queries.carrier_account(here().store.id, account_id), values, seal=seal(), by=here().by)
    answer = check_now(account_id)
    with transaction():
        fresh = queries.carrier_account(here().store.id, account_id)
        known = fresh.learned is not None or plugin.abroad or queries.rates(fresh.store_id, fresh.id)
        if not fresh.problem and not known:
            learning.ask(fresh.store_id, fresh.id, by=here().by)
    return answer


@studio.post("/<name:store>/settings/delivery/<number:account_id>/connection/check")
@entry(Access.OWNER)
def check_connection(account_id: int) -> Response:
    """Ask the partner whether the key works, and say so."""
    partner_here(account_id)
    return check_now(account_id)


@studio.post("/<name:store>/settings/delivery/<number:account_id>/connection/prices")
@entry(Access.OWNER)
def learn_prices(account_id: int) -> Response:
    """Have the partner's desks and prices fetched, in place of those that are here."""
    if partner_here(account_id)[1].abroad:
        raise NotFound(f"carrier {account_id} has no prices per wilaya")
    with transaction():
        learning.ask(here().store.id, account_id, by=here().by)
    return redirect(page_url("studio.connection", account_id=account_id), 303)


@studio.post("/<name:store>/settings/delivery/<number:account_id>/label")
@entry(Access.OWNER)
def choose_label(account_id: int) -> Response:
    """Choose under which label the parcels of a partner go: ours, or the one that it makes."""
    account, _plugin = partner_here(account_id)
    try:
        with transaction():
            labels.choose(account, theirs=request.form.get("label") == "theirs", by=here().by)
        flash(_("Saved."), "done")
    except Refused as refused:
        flash(said(refused), "problem")
    return redirect(page_url("studio.connection", account_id=account_id), 303)


@studio.post("/<name:store>/orders/<code>/booking")
@entry(Access.HELPER)
def book_again(code: str) -> Response:
    """Ask the partner again for a parcel that it refused, or for its label."""
    order = orders.order_by_code(here().store.id, code)
    parcel = queries.live_shipment(here().store.id, order.id)
    if parcel is None:
        raise NotFound
    if parcel.booked_at is not None:
        return label_again(code, parcel.id)
    booked, waiting = booking.announce(here().store.id, [parcel.id], by=here().by, outside=outside())
    refused = any(each.outcome == "refused" for each in booked)
    if not refused:
        flash(_(NOT_YET if waiting else BOOKED), "problem" if waiting else "done")
    return redirect(page_url("studio.order", code=code), 303)


def label_again(code: str, shipment_id: int) -> Response:
    """Ask for the partner's label of a booked parcel; why it can't be had stays on the order's page."""
    left = partner_labels.fetch(here().store.id, [shipment_id], outside=outside(), again=True)
    if left:
        flash(_(NO_LABEL_YET), "problem")
    elif labels.ready(here().store.id, [shipment_id]):
        flash(_(LABEL_HERE), "done")
    return redirect(page_url("studio.order", code=code), 303)


def check_now(account_id: int) -> Response:
    """Check a partner's key and write down what came of it: its page says so, and when that was."""
    problem = partners.check(queries.carrier_account(here().store.id, account_id), outside())
    with transaction():
        partners.note_check(here().store.id, account_id, problem)
    return redirect(page_url("studio.connection", account_id=account_id), 303)


def partner_here(account_id: int) -> tuple[CarrierAccount, Plugin]:
    """Return a carrier of the shop that is asked over the network. Raises NotFound."""
    account = queries.carrier_account(here().store.id, account_id)
    plugin = partners.partner_of(account)
    if plugin is None:
        raise NotFound(f"carrier {account_id} has no key")
    return account, plugin


def page(account: CarrierAccount, plugin: Plugin, form: HirfaForm) -> str:
    """Draw the key of a partner; of a secret, only whether there is one."""
    carrier = partners.built(account, outside())
    hook = f"{settings().base_url.rstrip('/')}/hooks/carriers/{account.store_id}/{account.id}"
    return render_template(
        "studio/settings_connection.html", form=form, account=account, title=_(plugin.title),
        failed=bool(form.errors), shop_name=here().store.name, problem=_(account.problem) if account.problem else "",
        learned=account.learned, leaves=plugin.abroad, all_wilayas=len(learning.WILAYAS),
        prices=len(queries.rates(account.store_id, account.id)),
        works=account.checked_at is not None and not account.problem,
        checks=isinstance(carrier, Checks) and bool(account.sealed),
        hook=hook if isinstance(carrier, ReadsNotices) else "",
        makes_labels=labels.makes(account.carrier), their_only=labels.must(account.carrier), kinds=label_kinds(),
        fields=drawn.shown(plugin.settings, partners.secrets_of(account, seal())),
    )  # fmt: skip


def label_kinds() -> list[dict[str, str]]:
    """Return both kinds of labels as radio cards."""
    return [
        {"value": "ours", "label": _("Yours"), "note": _("In Arabic and French, with this partner's number.")},
        {"value": "theirs", "label": _("The partner's own"), "note": _("On your paper. While it can't be had, yours.")},
    ]
