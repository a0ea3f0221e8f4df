"""Who works in the shop: members, links that invite one more, leaving."""

from __future__ import annotations

from flask import flash, get_flashed_messages, redirect, render_template, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from shop.accounts import queries as accounts
from shop.core.errors import Refused
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.stores import queries, service
from shop.stores.models import ROLES
from shop.web.studio.blueprint import studio
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here, settings
from shop.web.ui.qr import qr
from shop.web.ui.templating import page_url

INVITATION = "invitation"  # the flash that carries a link, which is shown once
OFFERED = ("helper", "owner")  # the smaller power first
ROLE_WORDS = {
    "owner": (N_("Owner"), N_("May do everything, settings and money too.")),
    "helper": (N_("Helper"), N_("Sees orders, products and money; does not change settings.")),
}


@studio.get("/<name:store>/settings/members")
@entry(Access.OWNER)
def members() -> str:
    """Show who works here and, once, the link that was just made."""
    return members_page()


@studio.post("/<name:store>/settings/members/invitations")
@entry(Access.OWNER)
def invite() -> Response | tuple[str, int]:
    """Make a link for one person."""
    role = request.form.get("role", "")
    if role not in ROLES:
        return members_page(problem=_("Choose what the person may do.")), 422
    try:
        with transaction():
            token = service.invite(here().store.id, role, by=here().by)
    except Refused as refused:
        return members_page(problem=said(refused)), 422
    flash(token, INVITATION)
    return redirect(page_url("studio.members", _anchor="invitation"), 303)


@studio.post("/<name:store>/settings/members/<number:member_id>/removal")
@entry(Access.OWNER)
def remove_member(member_id: int) -> Response | tuple[str, int]:
    """Take a person out of the shop."""
    if request.form.get("sure") != "1":
        raise BadRequest
    try:
        with transaction():
            service.remove_member(here().store.id, member_id, by=here().by)
    except Refused as refused:
        return members_page(problem=said(refused)), 422
    if queries.member_role(here().store.id, here().who.account_id) is None:
        return redirect(page_url("studio.home"), 303)
    flash(_("This person no longer has access."), "done")
    return redirect(page_url("studio.members"), 303)


def members_page(*, problem: str = "") -> str:
    """Draw the members."""
    store = here().store
    people = [(each, accounts.account(each.account_id)) for each in queries.members(store.id)]
    tokens = get_flashed_messages(category_filter=[INVITATION])
    link = settings().base_url.rstrip("/") + page_url("studio.join", token=tokens[-1]) if tokens else ""
    return render_template(
        "studio/settings_members.html", shop_name=store.name, people=people, link=link, problem=problem,
        qr=qr(link) if link else "",
        roles=[{"value": key, "label": _(ROLE_WORDS[key][0]), "note": _(ROLE_WORDS[key][1])} for key in OFFERED],
        role_names={key: _(words[0]) for key, words in ROLE_WORDS.items()}, me=here().who.account_id,
        failed=bool(problem), days=service.INVITATION_DAYS,
    )  # fmt: skip
