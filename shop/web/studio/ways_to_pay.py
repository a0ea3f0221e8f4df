"""Ways to be paid: each method on or off, its settings drawn from what it declares, its secrets never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response
from wtforms import BooleanField

from shop.core.errors import Refused
from shop.payments import setup
from shop.payments.contract import Checks, Plugin, ServesAbroad
from shop.payments.methods import METHODS
from shop.payments.models import PaymentSettings
from shop.payments.service import IN_HAND
from shop.payments.tills import secrets_in, settings_from, settings_row, settings_rows
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.web.studio.blueprint import studio
from shop.web.ui import drawn
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm
from shop.web.ui.here import here, outside, seal, settings
from shop.web.ui.templating import page_url

CHECKED = N_("The connection works.")


@studio.get("/<name:store>/settings/payments")
@entry(Access.OWNER)
def ways_to_pay() -> str:
    """List the methods: which are on, and what is wrong with one."""
    rows = settings_rows(here().store.id)
    ways = [
        {"key": key, "title": _(plugin.title), "on": rows[key].enabled if key in rows else plugin.on,
         "problem": trouble(rows.get(key))}
        for key, plugin in METHODS.usable.items() if key != IN_HAND
    ]  # fmt: skip
    return render_template("studio/settings_payments.html", ways=ways, shop_name=here().store.name)


def trouble(row: PaymentSettings | None) -> str:
    """Say what keeps a method that is set from being of use: its last check, or a deposit that nothing brings."""
    if row is None:
        return ""
    stuck = setup.without_a_way(row.store_id, row.method, row.plain) if row.enabled else {}
    told = row.problem or stuck.get("deposit", "")
    return _(told) if told else ""


@studio.route("/<name:store>/settings/payments/<name:method>", methods=["GET", "POST"])
@entry(Access.OWNER)
def way_to_pay(method: str) -> str | Response | tuple[str, int]:
    """Set one method. What is wrong is said at its field; nothing typed is lost, secrets apart."""
    plugin, row = plugin_here(method), settings_row(here().store.id, method)
    if request.method == "GET":
        return page(plugin, row, form_of(plugin)(data=known(plugin, row)))
    form = form_of(plugin)(request.form)
    if not form.validate():
        return page(plugin, row, form), 422
    on = bool(form["on"].data)
    values = drawn.read(plugin.settings, form)
    for field, sentence in wrong(plugin, row, values).items() if on else ():
        form.refuse(field, _(sentence))
    if form.errors:
        return page(plugin, row, form), 422
    try:
        with transaction():
            setup.set_up(here().store.id, method, values, on=on, seal=seal(), by=here().by)
    except Refused as refused:
        form.refuse(refused.field, said(refused))
        return page(plugin, row, form), 422
    flash(_("Saved."), "done")
    return redirect(page_url("studio.way_to_pay", method=method), 303)


@studio.post("/<name:store>/settings/payments/<name:method>/check")
@entry(Access.OWNER)
def check_way_to_pay(method: str) -> Response:
    """Ask the service of a method whether the keys work, and say so."""
    plugin_here(method)
    problem = setup.check(here().store.id, method, outside())
    with transaction():
        setup.note_check(here().store.id, method, problem)
    flash(_(problem or CHECKED), "problem" if problem else "done")
    return redirect(page_url("studio.way_to_pay", method=method), 303)


def plugin_here(method: str) -> Plugin:
    """Return a method that a workshop can set. Raises NotFound."""
    plugin = METHODS.usable.get(method) if method != IN_HAND else None
    if plugin is None:
        raise NotFound
    return plugin


def kept(row: PaymentSettings | None) -> Mapping[str, str]:
    """Return the secrets of a method; none of one that was never set."""
    return secrets_in(row, seal()) if row is not None else {}


def page(plugin: Plugin, row: PaymentSettings | None, form: HirfaForm) -> str:
    """Draw the settings of a method; of a secret, only whether there is one."""
    hook = f"{settings().base_url.rstrip('/')}/hooks/payments/{here().store.id}/{plugin.key}"
    method = plugin.build(settings_from(plugin, known(plugin, row)), outside().http)
    return render_template(
        "studio/settings_payment.html", form=form, plugin=plugin, title=_(plugin.title), row=row,
        failed=bool(form.errors), shop_name=here().store.name, checks=isinstance(method, Checks) and row is not None,
        hook=hook if hasattr(method, "read") else "", abroad=isinstance(method, ServesAbroad),
        problem=_(row.problem) if row is not None and row.problem else "",
        fields=drawn.shown(plugin.settings, kept(row)),
    )  # fmt: skip


def known(plugin: Plugin, row: PaymentSettings | None) -> Mapping[str, Any]:
    """Return what the form shows: what was set, else what a method comes with; never a secret."""
    values = drawn.known(plugin.settings, row.plain if row is not None else {})
    return {**values, "on": row.enabled if row is not None else plugin.on}


def form_of(plugin: Plugin) -> type[HirfaForm]:
    """Return the form of a method's settings, and whether it is on."""
    return drawn.form_of(plugin.settings, on=BooleanField(N_("Customers can pay this way")))


def wrong(plugin: Plugin, row: PaymentSettings | None, values: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what can't be right about what was typed, together with the secrets that are kept."""
    lacking = setup.without_a_way(here().store.id, plugin.key, values)
    return {**lacking, **drawn.wrong(plugin.settings, kept(row), values)}
