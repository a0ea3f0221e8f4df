"""Stock: pieces made, sold elsewhere, broken or given, one choice at a time; and the count of all shelves."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.catalogue import service, shelves
from shop.catalogue.shelves import Moved, Shelf
from shop.core.errors import OutOfStock, Refused
from shop.core.text import clean, western_digits
from shop.orders import queries as orders
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _, ngettext
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import whole
from shop.web.studio.once import acting
from shop.web.studio.pages import shop_page
from shop.web.studio.products import MOST_PIECES
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, HirfaForm, TextField, WholeField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

PER_PAGE = 40
HISTORY = 20
MOST_WANTED = 999
WHY = {
    "made": N_("Made"), "returned": N_("Came back"), "sold": N_("Sold elsewhere"), "broken": N_("Broken"),
    "gift": N_("Given"), "counted": N_("Counted"),
}  # fmt: skip
TOLD = {
    **WHY, "initial": N_("At the beginning"), "restocked": N_("Made"), "sold": N_("Sold"),
    "cancelled": N_("Order cancelled"), "returned": N_("Came back"), "held": N_("Kept for a link"),
    "released": N_("Free again after a link"),
}  # fmt: skip
GONE = N_("Pieces were sold meanwhile: look at the figure, then say again what changes.")


class MoveForm(HirfaForm):
    """How many pieces there are now, and why."""

    pieces = WholeField(N_("Pieces in stock"), [required()], most=MOST_PIECES)
    reason = ChoiceField(N_("Why"), [required(N_("Say why the stock changes."))])
    note = TextField(N_("Note"), most=200)


class BelowForm(HirfaForm):
    """When she wants to be told."""

    below = WholeField(N_("Tell me when fewer than so many pieces are left"), [required()], most=MOST_WANTED)


class ShelfForm(HirfaForm):
    """What is on the shelf."""

    found = WholeField(N_("On the shelf"), most=MOST_PIECES)


@dataclass
class Row:
    """One choice of the stock-taking: what should be there, what stood in the form, what was typed."""

    shelf: Shelf
    seen: int
    form: ShelfForm

    @property
    def difference(self) -> int:
        """Pieces more or less than the form said; 0 when nothing was typed."""
        return 0 if self.form.found.data is None else int(self.form.found.data) - self.seen

    @property
    def after(self) -> int:
        """The figure that will be booked: what was sold meanwhile is gone all the same."""
        return max(0, self.shelf.variant.on_hand + self.difference)


@studio.get("/<name:store>/stock/<number:variant_id>")
@entry(Access.HELPER)
def stock_of(variant_id: int) -> str:
    """Show the stock of one choice, and how it came to that."""
    found = shelves.shelf(here().store.id, variant_id)
    return stock_page(found, MoveForm(pieces=found.variant.on_hand), below_form(found))


@studio.post("/<name:store>/stock/<number:variant_id>")
@entry(Access.HELPER)
def move_stock(variant_id: int) -> str | Response | tuple[str, int]:
    """Write down that pieces came or went; a button that steps only changes the figure on the page."""
    found = shelves.shelf(here().store.id, variant_id)
    form = MoveForm(request.form)
    form.reason.choices = why()
    seen = whole(request.form.get("seen", ""))
    if request.form.get("step") in {"-1", "1"}:
        return stock_page(found, stepped(form), below_form(found), seen=seen)
    if not form.validate():
        return stock_page(found, form, below_form(found), seen=seen), 422
    place = page_url("studio.stock_of", variant_id=variant_id)
    try:
        with acting() as leads_to:
            leads_to(place)
            service.move(
                here().store.id, variant_id, form.pieces.data - seen, reason=form.reason.data or "",
                note=form.note.data or "", by=here().by,
            )  # fmt: skip
    except OutOfStock:
        form.refuse("pieces", _(GONE))
        return stock_page(shelves.shelf(here().store.id, variant_id), form, below_form(found)), 409
    except Refused as refused:
        form.refuse(refused.field, said(refused))
        return stock_page(found, form, below_form(found), seen=seen), 422
    flash(_("Saved."), "done")
    return redirect(place, 303)


@studio.post("/<name:store>/stock/<number:variant_id>/notice")
@entry(Access.HELPER)
def tell_below(variant_id: int) -> str | Response | tuple[str, int]:
    """Choose below how many pieces she is told."""
    found = shelves.shelf(here().store.id, variant_id)
    form = BelowForm(request.form)
    if not form.validate():
        return stock_page(found, MoveForm(pieces=found.variant.on_hand), form), 422
    with transaction():
        service.tell_below(here().store.id, variant_id, form.below.data, by=here().by)
    flash(_("Saved."), "done")
    return redirect(page_url("studio.stock_of", variant_id=variant_id), 303)


@studio.get("/<name:store>/stock")
@entry(Access.HELPER)
def stock_taking() -> str:
    """Show every shelf, to be counted."""
    return taking_page([Row(each, each.variant.on_hand, shelf_form(each)) for each in listed()])


@studio.post("/<name:store>/stock")
@entry(Access.HELPER)
def take_stock() -> str | Response | tuple[str, int]:
    """Show the differences; book them together or one of them, when that was asked."""
    rows = typed()
    wrong = [row for row in rows if not row.form.validate()]
    if wrong:
        return taking_page(rows, wrong=wrong), 422
    chosen = asked(rows)
    if not chosen:
        return taking_page(rows, looked=True)
    with transaction():
        for row in sorted(chosen, key=lambda row: row.shelf.variant.id):
            service.count_stock(here().store.id, row.shelf.variant.id, row.form.found.data, seen=row.seen, by=here().by)
    booked = {row.shelf.variant.id for row in chosen}
    left = [row for row in rows if row.difference and row.shelf.variant.id not in booked]
    if left:
        return taking_page(left, looked=True, booked=len(chosen))
    flash(ngettext("{n} difference is booked.", "{n} differences are booked.", len(chosen)), "done")
    return redirect(page_url("studio.stock_taking"), 303)


def stock_page(found: Shelf, form: MoveForm, below: BelowForm, *, seen: int | None = None) -> str:
    """Draw the stock of one choice; `seen` is the figure that the form began with."""
    form.reason.choices = why()
    before = whole(request.args.get("before", "")) or None
    moved = shelves.history(here().store.id, found.variant.id, before=before, limit=HISTORY + 1)
    more = moved[HISTORY - 1].movement.id if len(moved) > HISTORY else None
    following = page_url("studio.stock_of", variant_id=found.variant.id, before=more) if more else ""
    return shop_page(
        "studio/stock_of.html", "products", shelf=found, form=form, below=below, moved=told(moved[:HISTORY]),
        reasons=[{"value": key, "label": word} for key, word in why()], most=MOST_PIECES, following=following,
        seen=found.variant.on_hand if seen is None else seen, failed=bool(form.summary or below.summary),
        old=before is not None,
    )  # fmt: skip


def taking_page(rows: list[Row], *, looked: bool = False, wrong: list[Row] | None = None, booked: int = 0) -> str:
    """Draw the shelves, or the differences that were found."""
    differing = [row for row in rows if row.difference] if looked else []
    text, page = searched(), page_number()
    full = len(rows) >= PER_PAGE and not (differing or few())
    query = {"q": text or None}
    return shop_page(
        "studio/stock_taking.html", "products", rows=differing or rows, differing=bool(differing), q=text,
        few=few(), looked=looked, booked=booked, failed=bool(wrong), page=page,
        problems=[(row.form.found.id, sentence) for row in wrong or [] for _id, sentence in row.form.summary],
        following=page_url("studio.stock_taking", page=page + 1, **query) if full else "",
        previous=page_url("studio.stock_taking", page=page - 1 or None, **query) if page and not differing else "",
    )  # fmt: skip


def told(moved: list[Moved]) -> list[tuple[Moved, str, str]]:
    """Return movements with their reason in words, and the code of the order that they belong to."""
    ids = {each.movement.order_id for each in moved if each.movement.order_id is not None}
    codes = orders.codes(here().store.id, ids)
    return [
        (each, reason_told(each), codes.get(each.movement.order_id, "") if each.movement.order_id else "")
        for each in moved
    ]


def reason_told(moved: Moved) -> str:
    """Return why pieces moved: what she sold elsewhere is no order."""
    row = moved.movement
    return _(WHY["sold"] if row.reason == "sold" and row.order_id is None else TOLD.get(row.reason, row.reason))


def why() -> list[tuple[str, str]]:
    """Return the reasons, in the order of the chips."""
    return [(key, _(word)) for key, word in WHY.items()]


def stepped(form: MoveForm) -> MoveForm:
    """Return the form with one piece more or less, as the buttons do without JavaScript."""
    now = whole(western_digits(request.form.get("pieces", ""))) + int(request.form["step"])
    fresh = MoveForm(pieces=min(max(now, 0), MOST_PIECES), reason=form.reason.data, note=form.note.data)
    fresh.reason.choices = why()
    return fresh


def below_form(found: Shelf) -> BelowForm:
    """Return the small form with what stands now."""
    return BelowForm(below=found.variant.low_stock)


def shelf_form(found: Shelf) -> ShelfForm:
    """Return the field of one shelf, empty."""
    return ShelfForm(prefix=f"s{found.variant.id}-")


def listed() -> list[Shelf]:
    """Return the shelves of this page."""
    if few():
        return shelves.low_shelves(here().store.id, limit=PER_PAGE)
    return shelves.shelves(here().store.id, text=searched(), start=page_number() * PER_PAGE, limit=PER_PAGE)


def typed() -> list[Row]:
    """Return the shelves that the form named, with what was typed; those of others are left out."""
    ids = [whole(text) for text in request.form.getlist("shelf")[:PER_PAGE]]
    return [
        Row(each, whole(request.form.get(f"seen-{each.variant.id}", "")),
            ShelfForm(request.form, prefix=f"s{each.variant.id}-"))
        for each in shelves.shelves_of(here().store.id, ids)
    ]  # fmt: skip


def asked(rows: list[Row]) -> list[Row]:
    """Return what is to be booked: one shelf, all that differ, or nothing yet."""
    one = whole(request.form.get("one", ""))
    if one:
        return [row for row in rows if row.difference and row.shelf.variant.id == one]
    return [row for row in rows if row.difference] if request.form.get("action") == "book" else []


def few() -> bool:
    """Tell whether only that is listed of which few pieces are left."""
    return request.values.get("few") == "1"


def searched() -> str:
    """Return what is looked for among the shelves."""
    return clean(request.values.get("q", ""), limit=80)


def page_number() -> int:
    """Return which page of the shelves is asked for, from 0."""
    return whole(request.values.get("page", ""), most=10_000)
