"""Sheets of products come in: received, looked at without writing anything, confirmed, and applied piece by piece.

Whatever stops in between goes on where it stood: each transaction takes some products and says that they are done.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, update

from shop.catalogue import bulk, stock
from shop.catalogue import service as catalogue
from shop.catalogue.bulk import NewProduct
from shop.catalogue.models import Product, Variant
from shop.catalogue.service import OWN_NUMBER, VariantRow
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.plumbing import jobs, journal
from shop.plumbing.db import changed, part, session, transaction
from shop.plumbing.i18n import LANGUAGES, _
from shop.plumbing.journal import Actor
from shop.plumbing.storage import Storage
from shop.spreadsheets import reading
from shop.spreadsheets.kept import Group, KeptSheet, opened
from shop.spreadsheets.lines import Choice, Known, Plan, plan, wanted
from shop.spreadsheets.models import Sheet, SheetItem
from shop.spreadsheets.reading import Table

LOOK, APPLY = "spreadsheets.look", "spreadsheets.apply"
LINES_AT_ONCE = 200  # in one transaction
CHUNKS_PER_TURN = 20  # then other jobs have their turn
FOLDER = "sheets"
KEEP = timedelta(days=7)
T = TypeVar("T", Group, SheetItem)
FRESH = {"populate_existing": True}


def receive(store_id: int, table: Table, *, key: str, name: str, by: Actor) -> Sheet:
    """Write down that a sheet came, whose file is kept under `key`; a job looks at it. Raises Refused."""
    if "reference" not in table.keys:
        raise Refused(reading.NO_REFERENCE, field="file", column=_("Reference"))
    made = Sheet(store_id=store_id, key=key, name=name, lines=table.lines, created_at=clock.now(),
                 account_id=by.account_id, by_name=by.name)  # fmt: skip
    session.add(made)
    session.flush()
    journal.record("sheet.received", subject="sheet", subject_id=made.id, store_id=store_id, by=by, lines=table.lines)
    jobs.enqueue(LOOK, {"sheet": made.id}, key=f"sheet:{made.id}:look:0")
    return made


def confirm(store_id: int, sheet_id: int, *, by: Actor) -> None:
    """Have a sheet applied that was looked at. Raises InvalidTransition, NotFound."""
    _move(store_id, sheet_id, ("looked",), "confirmed", applied=0, confirmed_at=clock.now(),
          account_id=by.account_id, by_name=by.name)  # fmt: skip
    journal.record("sheet.confirmed", subject="sheet", subject_id=sheet_id, store_id=store_id, by=by)
    jobs.enqueue(APPLY, {"sheet": sheet_id}, key=f"sheet:{sheet_id}:apply:0")


def drop(store_id: int, sheet_id: int, *, by: Actor) -> None:
    """Set a sheet aside before anything of it was written. Raises InvalidTransition, NotFound."""
    _move(store_id, sheet_id, ("waiting", "looked"), "dropped", finished_at=clock.now())
    journal.record("sheet.dropped", subject="sheet", subject_id=sheet_id, store_id=store_id, by=by)


def took_out(store_id: int, what: str, *, by: Actor) -> None:
    """Write down that somebody took a list out of the shop."""
    journal.record("sheet.exported", subject="store", subject_id=store_id, store_id=store_id, by=by, what=what)


# ── the dry run ───────────────────────────────────────────────────────────────────────────────────────────────────


def look(files: Storage, payload: Mapping[str, Any]) -> None:
    """Compare a sheet with the shop, without writing to it. A job; goes on where an earlier run stopped."""
    sheet = _waiting(payload["sheet"], "waiting")
    if sheet is None:
        return
    with files.open(sheet.key) as file:
        kept = opened(file)
        groups = kept.groups()
        for chunk in range(1, CHUNKS_PER_TURN + 1):
            with transaction():
                if not _look_at_some(sheet.id, kept, groups, last=chunk == CHUNKS_PER_TURN):
                    return


def _look_at_some(sheet_id: int, kept: KeptSheet, groups: Sequence[Group], *, last: bool) -> bool:
    sheet = _held(sheet_id, "waiting")
    if sheet is None:
        return False
    some = _some(groups[sheet.applied :])
    known = _known(sheet.store_id, [group.reference for group in some])
    rows = []
    for position, group in enumerate(some, start=sheet.applied):
        found = plan(wanted(group.reference, kept.lines(group.places)), known.get(group.reference))
        rows.append(_item(sheet, position, group, found))
    session.execute(insert(SheetItem), rows)
    sheet.applied += len(some)
    sheet.products = len(groups)
    if sheet.applied == len(groups):
        sheet.state = "looked"
        journal.record("sheet.looked", subject="sheet", subject_id=sheet.id, store_id=sheet.store_id, by=_her(sheet),
                       products=sheet.products)  # fmt: skip
        return False
    if last:
        jobs.enqueue(LOOK, {"sheet": sheet.id}, key=f"sheet:{sheet.id}:look:{sheet.applied}")
    return not last


def _item(sheet: Sheet, position: int, group: Group, found: Plan) -> dict[str, Any]:
    names = [found.wanted.fields.get(f"name_{lang}") for lang in ("fr", "ar", "en")]
    if found.known is not None:
        names += [getattr(found.known.product, f"name_{lang}") for lang in ("fr", "ar", "en")]
    return {
        "store_id": sheet.store_id, "sheet_id": sheet.id, "position": position, "reference": group.reference,
        "name": next(filter(None, names), ""), "verdict": found.verdict,
        "lines": {"at": group.places, "seen": {str(v.id): v.on_hand for v, _choice in found.matched}},
        "told": {"changes": found.changes, "problems": found.problems},
    }  # fmt: skip


# ── the writing ───────────────────────────────────────────────────────────────────────────────────────────────────


def apply(files: Storage, payload: Mapping[str, Any]) -> None:
    """Write what a confirmed sheet asks for. A job; goes on where an earlier run stopped, nothing twice."""
    sheet = _waiting(payload["sheet"], "confirmed")
    if sheet is None:
        return
    with files.open(sheet.key) as file:
        kept = opened(file)
        for chunk in range(1, CHUNKS_PER_TURN + 1):
            with transaction():
                if not _apply_some(sheet.id, kept, last=chunk == CHUNKS_PER_TURN):
                    return


def _apply_some(sheet_id: int, kept: KeptSheet, *, last: bool) -> bool:
    sheet = _held(sheet_id, "confirmed")
    if sheet is None:
        return False
    pending = select(SheetItem).where(
        SheetItem.sheet_id == sheet.id, SheetItem.verdict.in_(("new", "changed")), SheetItem.applied_at.is_(None)
    )
    items = _some(session.scalars(pending.order_by(SheetItem.position).limit(LINES_AT_ONCE)).all())
    if not items:
        sheet.state, sheet.finished_at = "done", clock.now()
        journal.record("sheet.applied", subject="sheet", subject_id=sheet.id, store_id=sheet.store_id, by=_her(sheet),
                       products=sheet.applied)  # fmt: skip
        return False
    _write(sheet, kept, items)
    if last:
        jobs.enqueue(APPLY, {"sheet": sheet.id}, key=f"sheet:{sheet.id}:apply:{items[-1].position}")
    return not last


def _write(sheet: Sheet, kept: KeptSheet, items: Sequence[SheetItem]) -> None:
    known = _known(sheet.store_id, [item.reference for item in items], hold=True)
    fresh: list[NewProduct] = []
    for item in items:
        seen = {int(number): pieces for number, pieces in item.lines["seen"].items()}
        lines = kept.lines(item.lines["at"])
        found = plan(wanted(item.reference, lines), known.get(item.reference), seen)
        if found.verdict == "new":
            fresh.append(_new(found))
        elif found.verdict == "changed":
            _try(sheet, item, found)
        elif found.verdict == "wrong":  # the shop changed since the dry run
            _refuse(item, found.problems)
        if item.verdict != "wrong":
            item.applied_at = clock.now()
            sheet.applied += 1
    bulk.create_products(sheet.store_id, fresh, by=_her(sheet))


def _try(sheet: Sheet, item: SheetItem, found: Plan) -> None:
    """Change one product; what is refused stays as it was and is told at its line."""
    try:
        with part():
            _change(sheet.store_id, found, {int(n): p for n, p in item.lines["seen"].items()}, _her(sheet))
    except Refused as refused:
        values = {name: str(value) for name, value in refused.values.items()}
        _refuse(item, [{"line": item.lines["at"][0][0], "said": refused.message, "values": values}])


def _refuse(item: SheetItem, problems: list[dict[str, Any]]) -> None:
    item.verdict, item.told = "wrong", {"changes": [], "problems": problems}


def _new(found: Plan) -> NewProduct:
    return NewProduct(found.wanted.reference, found.wanted.fields, [_row(each) for each in found.added])


def _row(choice: Choice) -> VariantRow:
    return VariantRow(choice.labels, Money(choice.price_minor or 0), choice.on_hand or 0)


def _change(store_id: int, found: Plan, seen: Mapping[int, int], by: Actor) -> None:
    assert found.known is not None
    product_id = found.known.product.id
    if found.fields:
        catalogue.update_product(store_id, product_id, by=by, **found.fields)
    for variant, choice in found.matched:
        labels = {lang: choice.labels[lang] for lang in LANGUAGES
                  if choice.labels[lang] not in {"", getattr(variant, f"label_{lang}")}}  # fmt: skip
        if labels:
            bulk.name_choice(store_id, variant.id, labels, by=by)
        if choice.price_minor is not None and choice.price_minor != variant.price_minor:
            catalogue.set_price(store_id, variant.id, Money(choice.price_minor), by=by)
        if choice.on_hand is not None:
            catalogue.count_stock(store_id, variant.id, choice.on_hand, seen=seen.get(variant.id), by=by)
    if found.added:
        bulk.add_choices(store_id, product_id, [_row(each) for each in found.added], by=by)


# ── what both need ────────────────────────────────────────────────────────────────────────────────────────────────


def _known(store_id: int, references: Sequence[str], *, hold: bool = False) -> dict[str, Known]:
    """Return the products under these references, or under their own numbers; held, when they will be changed."""
    numbers = {each: int(each[1:]) for each in references if _is_number(each)}
    named = Product.reference.in_(references) | (Product.id.in_(numbers.values()) & Product.reference.is_(None))
    products = session.scalars(select(Product).where(Product.store_id == store_id, named)).all()
    ids = [each.id for each in products]
    if hold and ids:
        stock.hold_products(ids)
        session.scalars(select(Product).where(Product.id.in_(ids)), execution_options=FRESH).all()
    rows = select(Variant).where(Variant.product_id.in_(ids)).order_by(Variant.position, Variant.id)
    variants: dict[int, list[Variant]] = {number: [] for number in ids}
    for each in session.scalars(rows, execution_options=FRESH):
        variants[each.product_id].append(each)
    for row in (*products, *(each for several in variants.values() for each in several)):
        session.expunge(row)  # to be read only: each statement of the verbs would look at all of them
    return {each.reference or f"{OWN_NUMBER}{each.id}": Known(each, variants[each.id]) for each in products}


def _is_number(reference: str) -> bool:
    digits = reference[1:]
    return reference.startswith(OWN_NUMBER) and digits.isascii() and digits.isdigit() and len(digits) <= 17


def _some(several: Sequence[T]) -> list[T]:
    """Return as many of the first as one transaction takes, and one at least."""
    taken: list[T] = []
    lines = 0
    for each in several[:LINES_AT_ONCE]:
        lines += len(each.places if isinstance(each, Group) else each.lines["at"])
        if taken and lines > LINES_AT_ONCE:
            break
        taken.append(each)
    return taken


def _waiting(sheet_id: int, state: str) -> Sheet | None:
    sheet = session.get(Sheet, sheet_id)
    session.rollback()
    return sheet if sheet is not None and sheet.state == state and sheet.key else None


def _held(sheet_id: int, state: str) -> Sheet | None:
    """Return a sheet that nobody else works on until this transaction ends."""
    hers = select(Sheet).where(Sheet.id == sheet_id, Sheet.state == state)
    return session.scalars(hers.with_for_update(), execution_options=FRESH).one_or_none()


def _move(store_id: int, sheet_id: int, old: Sequence[str], new: str, **more: Any) -> None:
    guarded = update(Sheet).where(Sheet.id == sheet_id, Sheet.store_id == store_id, Sheet.state.in_(old))
    if changed(guarded.values(state=new, **more)) == 1:
        return
    if session.scalar(select(Sheet.id).where(Sheet.id == sheet_id, Sheet.store_id == store_id)) is None:
        raise NotFound(f"no sheet {sheet_id}")
    raise InvalidTransition


def _her(sheet: Sheet) -> Actor:
    return Actor("member", sheet.account_id, sheet.by_name)


def new_key() -> str:
    """Return where the file of a sheet is kept: its day, so that even one without a row is deleted in time."""
    return f"{FOLDER}/{clock.today():%Y%m%d}/{secrets.token_hex(12)}.jsonl"


def forget_old(files: Storage, _payload: Mapping[str, Any]) -> None:
    """Delete the files and lines of sheets of some days ago; what was applied stays counted."""
    with transaction():
        old = select(Sheet).where(Sheet.key != "", Sheet.state != "confirmed", Sheet.created_at < clock.now() - KEEP)
        for sheet in session.scalars(old.limit(100)).all():
            changed(delete(SheetItem).where(SheetItem.sheet_id == sheet.id))
            sheet.key = ""
            if sheet.state != "done":
                sheet.state, sheet.finished_at = "dropped", clock.now()
    named = set(session.scalars(select(Sheet.key)))
    session.rollback()
    last_day = f"{clock.today() - KEEP:%Y%m%d}"
    for key in [key for key in files.keys(f"{FOLDER}/") if key.split("/")[1] < last_day and key not in named]:
        files.delete(key)
