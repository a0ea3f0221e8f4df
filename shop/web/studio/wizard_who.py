"""The first two screens: who she is, and what she makes where. The workshop begins when both are known."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from shop.accounts import queries as account_queries
from shop.accounts import service as accounts
from shop.catalogue import service as catalogue
from shop.core.errors import Refused
from shop.opening import queries
from shop.opening import service as opening
from shop.plumbing import geography
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_
from shop.stores import queries as stores
from shop.stores import service
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import by_invitation
from shop.web.studio.wizard_frame import (
    CRAFT,
    PRODUCT,
    WHO,
    is_unsent,
    keep_unsent,
    next_url,
    screen_page,
    unsent,
)
from shop.web.ui.access import Access, entry
from shop.web.ui.crafts import craft_choices
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, HirfaForm, TextField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url


class WhoForm(HirfaForm):
    """The person and her shop by name."""

    person = TextField(N_("Your name"), [required(N_("Write your name."))], most=120)
    name = TextField(N_("Name of the shop"), [required(N_("Write how your shop is called."))], most=120)


class CraftForm(HirfaForm):
    """What she makes, and where."""

    craft = ChoiceField(N_("Craft"), [required(N_("Please choose a craft."))])
    wilaya_code = ChoiceField(N_("Wilaya"), [required(N_("Please choose a wilaya."))])
    commune_code = ChoiceField(N_("Commune"), [required(N_("Please choose a commune."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.craft.choices = craft_choices()
        self.wilaya_code.choices = [(each.code, geography.label(each)) for each in geography.wilayas()]
        known = self.wilaya_code.data in {code for code, _label in self.wilaya_code.choices}
        communes = geography.communes(str(self.wilaya_code.data)) if known else ()
        self.commune_code.choices = [(each.code, geography.name(each)) for each in communes]


@studio.route("/opening", methods=["GET", "POST"])
@entry(Access.SIGNED_IN)
def begin() -> str | Response | tuple[str, int]:
    """Ask a person without a workshop who she is and how it is called."""
    if request.method == "GET" and (going_on := started()):
        return going_on
    if closed := by_invitation():
        return closed
    form = WhoForm(request.form or unsent(WHO), person=here().who.name)
    if request.method == "GET":
        return screen_page(WHO, form)
    if is_unsent():
        return keep_unsent(WHO, form)
    if not form.validate():
        return screen_page(WHO, form), 422
    with transaction():
        accounts.rename(here().who.account_id, str(form.person.data))
        opening.keep(here().who.account_id, WHO, named(form), store_id=None)
    return redirect(page_url("studio.begin_craft"), 303)


@studio.route("/opening/craft", methods=["GET", "POST"])
@entry(Access.SIGNED_IN)
def begin_craft() -> str | Response | tuple[str, int]:
    """Ask what she makes and where; then her workshop is there, a draft, and she goes on inside it."""
    if closed := by_invitation():
        return started() or closed
    who = queries.typed(here().who.account_id, WHO, store_id=None)
    if not (who.get("name") and who.get("person")):
        return started() or redirect(page_url("studio.begin"), 303)
    form = CraftForm(request.form or unsent(CRAFT))
    if request.method == "GET" or request.form.get("action") == "communes":
        return screen_page(CRAFT, form)
    if is_unsent():
        return keep_unsent(CRAFT, form)
    if not form.validate():
        return screen_page(CRAFT, form), 422
    return made(who, form)


def made(who: dict[str, str], form: CraftForm) -> Response | tuple[str, int]:
    """Make the workshop out of both screens; a second tap finds it made."""
    person, account = here().who, account_queries.account(here().who.account_id)
    phone = (account and account.phone) or ""
    try:
        with transaction():
            store = opening.begin(
                person.account_id, screen=WHO, name=who["name"], by=here().by, craft=form.craft.data,
                wilaya_code=form.wilaya_code.data, commune_code=form.commune_code.data, phone=phone,
                language=person.language if person.language in {"ar", "fr"} else "fr", **artisan(who["person"]),
            )  # fmt: skip
            opening.forget(person.account_id, CRAFT)
    except Refused as refused:
        form.refuse("craft", said(refused))
        return screen_page(CRAFT, form), 422
    if store is None:
        return started() or redirect(page_url("studio.begin"), 303)
    return redirect(page_url("studio.wizard", store=store.slug, screen=PRODUCT), 303)


def started() -> Response | None:
    """Lead her who has a workshop that is not open yet on with that one."""
    mine = [each for each in stores.memberships(here().who.account_id) if each.role == "owner"]
    draft = next((each for each in reversed(mine) if each.state == "draft"), None)
    return None if draft is None else redirect(page_url("studio.wizard_start", store=draft.slug), 303)


def who_screen() -> str | Response | tuple[str, int]:
    """Change who she is and how the shop is called, once it is there."""
    store = here().store
    form = WhoForm(request.form or unsent(WHO), person=here().who.name, name=store.name)
    if request.method == "GET":
        return screen_page(WHO, form)
    if is_unsent():
        return keep_unsent(WHO, form)
    if not form.validate():
        return screen_page(WHO, form), 422
    with transaction():
        accounts.rename(here().who.account_id, str(form.person.data))
        service.update_profile(store.id, by=here().by, name=form.name.data, **artisan(str(form.person.data)))
        catalogue.follow_store(store.id, store.wilaya_code)
        opening.forget(here().who.account_id, WHO)
    return redirect(next_url(WHO), 303)


def craft_screen() -> str | Response | tuple[str, int]:
    """Change what she makes and where, once the shop is there."""
    store = here().store
    form = CraftForm(request.form or unsent(CRAFT), obj=store)
    if request.method == "GET" or request.form.get("action") == "communes":
        return screen_page(CRAFT, form)
    if is_unsent():
        return keep_unsent(CRAFT, form)
    if not form.validate():
        return screen_page(CRAFT, form), 422
    with transaction():
        service.update_profile(store.id, by=here().by, **form.data)
        catalogue.follow_store(store.id, form.wilaya_code.data)
        opening.forget(here().who.account_id, CRAFT)
    return redirect(next_url(CRAFT), 303)


def named(form: WhoForm) -> dict[str, str]:
    """Return both names as they were typed."""
    return {"person": str(form.person.data), "name": str(form.name.data)}


def artisan(person: str) -> dict[str, str]:
    """Return her name for the script in which she writes it."""
    arabic = any("\u0600" <= letter <= "\u06ff" for letter in person)
    return {"artisan_ar" if arabic else "artisan_fr": person}
