"""What the five screens of the opening share: their order, the mark of progress, what was typed and not sent."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from shop.opening import queries, service
from shop.opening.queries import Facts
from shop.plumbing.db import transaction
from shop.web.ui.forms import HirfaForm
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

WHO, CRAFT, PRODUCT, DELIVERY, PAPERS = SCREENS = ("who", "craft", "product", "delivery", "papers")


def screen_page(screen: str, form: HirfaForm, **context: Any) -> str:
    """Draw a screen in its frame: the way back, the step, the button that saves and goes on, the link for later."""
    store = here().store_row
    place = SCREENS.index(screen)
    failed = bool(form.errors or context.get("faults"))
    return render_template(
        f"studio/wizard_{screen}.html", form=form, step=place + 1, steps=len(SCREENS),
        shop_name=store.name if store else "", home_url=later_url(), later_url=later_url(),
        back_url=screen_url(SCREENS[place - 1]) if place else "", failed=failed, **context,
    )  # fmt: skip


def screen_url(screen: str) -> str:
    """Return where a screen is, before her workshop exists and after."""
    if here().store_row is not None:
        return page_url("studio.wizard", screen=screen)
    return page_url("studio.begin" if screen == WHO else "studio.begin_craft")


def later_url() -> str:
    """Return where she goes who leaves the rest for later."""
    return page_url("studio.today") if here().store_row is not None else page_url("studio.account")


def next_url(screen: str) -> str:
    """Return what comes after a screen: the next one, and Today after the last."""
    place = SCREENS.index(screen) + 1
    return screen_url(SCREENS[place]) if place < len(SCREENS) else page_url("studio.today", _anchor="opening")


def first_unfinished(facts: Facts) -> str:
    """Return the screen on which she goes on; the last one when there is nothing left."""
    done = {WHO: True, CRAFT: facts.has_place, PRODUCT: bool(facts.published + facts.drafts),
            DELIVERY: bool(facts.wilayas), PAPERS: False}  # fmt: skip
    return next(screen for screen in SCREENS if not done[screen])


def unsent(screen: str) -> MultiDict[str, str] | None:
    """Return what she left in a screen without sending it, or nothing."""
    store = here().store_row
    typed = queries.typed(here().who.account_id, screen, store_id=store.id if store else None)
    return MultiDict(typed) if typed else None


def keep_unsent(screen: str, form: HirfaForm) -> Response:
    """Keep what stands in a screen now; the page goes on being filled in."""
    names = {field.name for field in form}
    fields = {name: text for name, text in request.form.items() if name in names}
    store = here().store_row
    with transaction():
        service.keep(here().who.account_id, screen, fields, store_id=store.id if store else None)
    return Response(status=204)


def is_unsent() -> bool:
    """Tell whether this request only keeps what is being typed."""
    return request.form.get("action") == "keep"
