"""The settings hub, the shop's profile, its terms, opening and holidays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import BooleanField

from shop.catalogue import service as catalogue
from shop.core import clock
from shop.core.errors import Refused
from shop.core.text import western_digits
from shop.opening import service as doors
from shop.plumbing import geography
from shop.plumbing.db import transaction
from shop.plumbing.formats import date_long
from shop.plumbing.i18n import LANGUAGES, N_, NATIVE_NAMES, _
from shop.shipping import queries as shipping
from shop.stores import queries, service
from shop.stores.models import Store
from shop.web.studio.blueprint import studio
from shop.web.studio.readiness import missing_lines
from shop.web.ui.access import Access, entry
from shop.web.ui.crafts import craft_choices
from shop.web.ui.errors import said
from shop.web.ui.forms import (
    BlockField,
    ChoiceField,
    EmailField,
    HirfaForm,
    PhoneField,
    TextField,
    WholeField,
    required,
)
from shop.web.ui.here import here, settings
from shop.web.ui.registers import verification_words
from shop.web.ui.templating import page_url

LONGEST_HOLIDAY_DAYS = 365
STORY_LETTERS = 3000
TERMS_LETTERS = 8000


class ProfileForm(HirfaForm):
    """What buyers read about the workshop."""

    name = TextField(N_("Name of the shop"), [required()], most=120)
    artisan_ar = TextField(N_("Your name in Arabic"), most=120)
    artisan_fr = TextField(N_("Your name in French"), most=120)
    craft = ChoiceField(N_("Craft"), [required(N_("Please choose a craft."))])
    wilaya_code = ChoiceField(N_("Wilaya"), [required(N_("Please choose a wilaya."))])
    commune_code = ChoiceField(N_("Commune"))
    address = TextField(N_("Address of the workshop"), most=300)
    phone = PhoneField(N_("Phone that customers may call"))
    whatsapp = PhoneField(N_("WhatsApp number"))
    email = EmailField(N_("E-mail"))
    preparation_days = WholeField(N_("Days to prepare an order"), [required()], least=0, most=60)
    language = ChoiceField(N_("Language of your documents and messages"), [required()])
    silent_way = BooleanField(N_("Send buyers no messages about the way of their parcel"))
    story_ar = BlockField(N_("Your story in Arabic"), most=STORY_LETTERS)
    story_fr = BlockField(N_("Your story in French"), most=STORY_LETTERS)
    story_en = BlockField(N_("Your story in English"), most=STORY_LETTERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.craft.choices = craft_choices()
        self.wilaya_code.choices = [(each.code, geography.label(each)) for each in geography.wilayas()]
        self.language.choices = [(code, NATIVE_NAMES[code]) for code in LANGUAGES]
        self.follow_wilaya()

    def follow_wilaya(self) -> None:
        """Offer the communes of the wilaya that is chosen."""
        known = self.wilaya_code.data in {code for code, _label in self.wilaya_code.choices}
        communes = geography.communes(str(self.wilaya_code.data)) if known else ()
        self.commune_code.choices = [(each.code, geography.name(each)) for each in communes]


class TermsForm(HirfaForm):
    """What the workshop adds to the general terms."""

    terms_ar = BlockField(N_("Your own terms in Arabic"), most=TERMS_LETTERS)
    terms_fr = BlockField(N_("Your own terms in French"), most=TERMS_LETTERS)
    terms_en = BlockField(N_("Your own terms in English"), most=TERMS_LETTERS)


class HolidayForm(HirfaForm):
    """Until when the workshop takes no orders."""

    until = TextField(N_("First day on which you take orders again"), most=10)
    message = TextField(N_("What customers read meanwhile"), most=300)


@studio.get("/<name:store>/settings", endpoint="settings")
@entry(Access.OWNER)
def settings_page() -> str:
    """Show what can be set, what is missing before the shop opens, and the public address."""
    return hub(HolidayForm())


@studio.route("/<name:store>/settings/profile", methods=["GET", "POST"])
@entry(Access.OWNER)
def profile() -> str | Response | tuple[str, int]:
    """Set what buyers read about the workshop."""
    store = here().store
    form = ProfileForm(request.form or None, obj=store)
    if request.method == "GET" or request.form.get("action") == "communes":
        return profile_page(form)
    if not form.validate():
        return profile_page(form), 422
    moved = (store.wilaya_code, store.name) != (form.wilaya_code.data, form.name.data)
    with transaction():
        service.update_profile(store.id, by=here().by, **written(form))
        if moved:
            catalogue.follow_store(store.id, str(form.wilaya_code.data))
    flash(_("Saved."), "done")
    return redirect(page_url("studio.settings"), 303)


@studio.route("/<name:store>/settings/terms", methods=["GET", "POST"])
@entry(Access.OWNER)
def terms() -> str | Response | tuple[str, int]:
    """Set the workshop's own terms, beside the general ones."""
    form = TermsForm(request.form or None, obj=here().store)
    if request.method == "GET":
        return terms_page(form)
    if not form.validate():
        return terms_page(form), 422
    with transaction():
        service.update_profile(here().store.id, by=here().by, **written(form))
    flash(_("Saved."), "done")
    return redirect(page_url("studio.settings"), 303)


@studio.post("/<name:store>/settings/opening")
@entry(Access.OWNER)
def opening() -> Response | tuple[str, int]:
    """Open the shop, or say what is missing."""
    try:
        with transaction():
            doors.open_shop(here().store.id, by=here().by, verified_only=not settings().unverified_may_sell)
    except Refused as refused:
        return hub(HolidayForm(), refused=said(refused)), 422
    flash(_("Your shop is open. Customers can find it now."), "done")
    return redirect(page_url("studio.settings"), 303)


@studio.post("/<name:store>/settings/holiday")
@entry(Access.OWNER)
def holiday() -> Response | tuple[str, int]:
    """Take no orders before a day, or take them again at once."""
    form = HolidayForm(request.form or None)
    day = None
    if request.form.get("action") != "back":
        day = read_day(form)
        if day is None:
            return hub(form), 422
    with transaction():
        service.close_until(here().store.id, day, message=form.message.data or "", by=here().by)
    back = _("You take orders again from {day}.", day=date_long(day)) if day else _("You take orders again.")
    flash(back, "done")
    return redirect(page_url("studio.settings"), 303)


def hub(form: HolidayForm, *, refused: str = "") -> str:
    """Draw the settings hub."""
    store = here().store
    if not form.until.raw_data and store.closed_until:
        form.until.data = store.closed_until.isoformat()
        form.message.data = store.closed_message
    return render_template(
        "studio/settings.html", store=store, shop_name=store.name, form=form, missing=missing_lines(), refused=refused,
        failed=bool(refused or form.errors), closed=closed(store), accepting=queries.accepting(store),
        carriers=[each for each in shipping.carrier_accounts(store.id) if each.active], public_url=public_url(store),
        members=len(queries.members(store.id)), today=clock.today(),
        verification=verification_words()[store.verification],
    )  # fmt: skip


def profile_page(form: ProfileForm) -> str:
    """Draw the profile with what was typed."""
    return render_template(
        "studio/settings_profile.html", form=form, store=here().store, shop_name=here().store.name,
        failed=bool(form.errors),
    )  # fmt: skip


def terms_page(form: TermsForm) -> str:
    """Draw the terms: the general ones to read, the own ones to write."""
    return render_template(
        "studio/settings_terms.html", form=form, shop_name=here().store.name, failed=bool(form.errors),
        general=[_(sentence) for sentence in queries.DEFAULT_TERMS],
    )  # fmt: skip


def written(form: HirfaForm) -> dict[str, Any]:
    """Return what a form holds, nothing typed as empty text."""
    return {name: "" if value is None else value for name, value in form.data.items()}


def public_url(store: Store) -> str:
    """Return the absolute address of the shop's public page, as it is shared."""
    return settings().base_url.rstrip("/") + page_url("storefront.store", slug=store.slug)


def closed(store: Store) -> bool:
    """Tell whether the workshop is on holiday today."""
    return store.closed_until is not None and store.closed_until > clock.today()


def read_day(form: HolidayForm) -> date | None:
    """Return the day that was typed, or None with a sentence at the field."""
    if not form.validate():
        return None
    try:
        day = date.fromisoformat(western_digits(form.until.data or ""))
    except ValueError:
        form.refuse("until", _("Choose a day."))
        return None
    if not clock.today() < day <= clock.today() + timedelta(days=LONGEST_HOLIDAY_DAYS):
        form.refuse("until", _("Choose a day after today, within a year."))
        return None
    return day
