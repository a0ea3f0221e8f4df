"""A carrier's list comes in: as a file or pasted, its columns said once, looked at, then written down."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.errors import InvalidTransition, Refused
from shop.core.money import Money, total
from shop.fulfilment import service as fulfilment
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.plumbing.tables import MOST_BYTES, MOST_LINES
from shop.settlement import drafts, reading
from shop.settlement.matching import OUTCOMES, SETTLES, Match
from shop.settlement.models import Statement
from shop.shipping.queries import carrier_accounts
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import whole
from shop.web.studio.pages import shop_page
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import CHOOSE, BlockField, ChoiceField, DayField, HirfaForm, TextField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

PER_PAGE = 50
WRITTEN = {*SETTLES, "rest"}
MOST_TEXT = 100_000
SAMPLES = 3
MEANINGS = (
    ("", N_("Not needed")), (reading.TRACKING, N_("Tracking number")),
    (reading.REFERENCE, N_("Our reference or order")),
    (reading.COLLECTED, N_("Amount collected")), (reading.FEE, N_("Fee kept")), (reading.NET, N_("Amount paid to you")),
)  # fmt: skip
NOTHING_SENT = N_("Choose a file, or paste the list.")
BEFORE = N_("This list was already written down. Nothing was changed.")
KINDS = {
    "matched": "good", "short": "bad", "over": "soon", "rest": "good", "returned": "info", "early": "soon",
    "unknown": "bad", "again": "info", "unexpected": "bad", "unread": "bad",
}  # fmt: skip


class StatementForm(HirfaForm):
    """Where a list comes from, and what is said of it as a whole."""

    carrier = ChoiceField(N_("Carrier"), [required(CHOOSE)])
    text = BlockField(N_("Or paste the list"), most=MOST_TEXT)
    file = TextField(N_("The list, as .xlsx or .csv"))
    reference = TextField(N_("Reference of the payment"), most=60)
    received_on = DayField(N_("Received on"), [required(N_("Choose a day."))], since=2015)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.carrier.choices = [(each.title, each.title) for each in carrier_accounts(here().store.id)]


class WritingForm(HirfaForm):
    """What is said of the payment when its list is written down."""

    reference = TextField(N_("Reference of the payment"), most=60)
    received_on = DayField(N_("Received on"), [required(N_("Choose a day."))], since=2015)


@dataclass(frozen=True)
class Group:
    """The lines that mean the same, how much money that is, and what can be done about it."""

    outcome: str
    kind: str
    advice: str
    count: int
    amount: Money


@studio.get("/<name:store>/money/statements")
@entry(Access.OWNER)
def statements() -> str:
    """Ask for a carrier's list."""
    carrier = request.args.get("carrier", "")
    return statements_page(StatementForm(received_on=clock.today(), carrier=carrier))


@studio.post("/<name:store>/money/statements", endpoint="bring_statement")
@entry(Access.OWNER, body=UPLOAD_BYTES)
def bring() -> Response | tuple[str, int]:
    """Keep a list and show what it means; nothing is settled."""
    form = StatementForm(request.form)
    if not form.validate():
        return statements_page(form), 422
    try:
        name, table = sent(form)
        with transaction():
            made = drafts.keep(
                here().store.id, table, carrier_title=form.carrier.data, name=name, by=here().by,
                reference=form.reference.data or "", received_on=form.received_on.data,
            )  # fmt: skip
    except Refused as refused:
        form.refuse("text" if form.text.data and not has_file() else "file", said(refused))
        return statements_page(form), 422
    return redirect(page_url("studio.statement", statement_id=made.id), 303)


@studio.get("/<name:store>/money/statements/<number:statement_id>")
@entry(Access.OWNER)
def statement(statement_id: int) -> Response | str:
    """Ask what the columns mean while nobody has said it, else show what each line means."""
    found = drafts.statement(here().store.id, statement_id)
    if found.remittance_id is not None:
        return redirect(page_url("studio.remittance_page", remittance_id=found.remittance_id), 303)
    if not found.headers["keys"]:
        return columns_page(found, found.headers["guessed"])
    form = WritingForm(reference=found.reference, received_on=found.received_on)
    return statement_page(found, form)


@studio.post("/<name:store>/money/statements/<number:statement_id>/columns")
@entry(Access.OWNER)
def say_columns(statement_id: int) -> Response | tuple[str, int]:
    """Say what the columns mean, for this list and this carrier's next ones."""
    found = drafts.statement(here().store.id, statement_id)
    keys = [request.form.get(f"column-{at}", "") for at in range(len(found.headers["names"]))]
    try:
        with transaction():
            drafts.say_columns(here().store.id, statement_id, keys, by=here().by)
    except Refused as refused:
        return columns_page(drafts.statement(here().store.id, statement_id), keys, problem=said(refused)), 422
    return redirect(page_url("studio.statement", statement_id=statement_id), 303)


@studio.post("/<name:store>/money/statements/<number:statement_id>/confirmation")
@entry(Access.OWNER)
def write_statement(statement_id: int) -> Response | tuple[str, int]:
    """Write a list down: what matches is settled; parcels paid early are marked as delivered if she says so."""
    form = WritingForm(request.form)
    found = drafts.statement(here().store.id, statement_id)
    if not form.validate():
        return statement_page(found, form), 422
    try:
        with transaction():
            if request.form.get("delivered") == "1":
                mark_delivered(found)
            made = drafts.write(
                here().store.id, statement_id, reference=form.reference.data or "",
                received_on=form.received_on.data, by=here().by,
            )  # fmt: skip
    except Refused as refused:
        form.refuse(refused.field if refused.field in {"reference", "received_on"} else "reference", said(refused))
        return statement_page(drafts.statement(here().store.id, statement_id), form), 422
    if made.repeated:
        flash(_(BEFORE), "problem")
    return redirect(page_url("studio.remittance_page", remittance_id=made.remittance_id), 303)


@studio.post("/<name:store>/money/statements/<number:statement_id>/dropping")
@entry(Access.OWNER)
def drop_statement(statement_id: int) -> Response:
    """Set a list aside."""
    with transaction():
        drafts.drop(here().store.id, statement_id, by=here().by)
    flash(_("The list is set aside. Nothing of it was written."), "done")
    return redirect(page_url("studio.money"), 303)


def mark_delivered(found: Statement) -> None:
    """Mark the parcels as delivered that the carrier has paid; one that moved meanwhile stays as it is."""
    for each in drafts.look(found):
        if each.outcome == "early" and each.shipment_id is not None:
            try:
                fulfilment.scan(found.store_id, each.shipment_id, "delivered", by=here().by)
            except InvalidTransition:
                continue


def has_file() -> bool:
    """Tell whether a file was sent."""
    upload = request.files.get("file")
    return upload is not None and bool(upload.filename)


def sent(form: StatementForm) -> tuple[str, reading.Grid]:
    """Return the name and the table of what was sent. Raises Refused at the field `file`."""
    if has_file():
        upload = request.files["file"]
        return upload.filename or "", drafts.from_file(upload.stream.read(MOST_BYTES + 1))
    if not form.text.data:
        raise Refused(NOTHING_SENT, field="file")
    return _("Pasted text"), reading.pasted(form.text.data)


def statements_page(form: StatementForm) -> str:
    """Draw the form for a list."""
    return shop_page(
        "studio/statement_new.html", "money", form=form, failed=bool(form.summary), today=clock.today(),
        most=MOST_LINES,
    )  # fmt: skip


def columns_page(found: Statement, keys: list[str], *, problem: str = "") -> str:
    """Draw the columns of a list, each with its first cells and what it probably means."""
    rows = [row for row, _at in zip(drafts.rows(found), range(SAMPLES), strict=False)]
    columns = [
        (name, [row[at] for row in rows if len(row) > at and row[at]], keys[at] if at < len(keys) else "")
        for at, name in enumerate(found.headers["names"])
    ]
    return shop_page(
        "studio/statement_columns.html", "money", statement=found, columns=columns, failed=bool(problem),
        meanings=[(key, _(word)) for key, word in MEANINGS],
        extra=[(f"column-{lacking_at(columns)}", problem)] if problem else [],
    )  # fmt: skip


def lacking_at(columns: list[tuple[str, list[str], str]]) -> int:
    """Return which column is probably meant while one is lacking: the first of which nothing is said, of its kind."""
    amount = not {reading.COLLECTED, reading.NET} & {key for _name, _samples, key in columns}
    lacking = (
        at for at, (_name, samples, key) in enumerate(columns)
        if not key and any(reading.amount(each) is not None for each in samples) is amount
    )  # fmt: skip
    return next(lacking, 0)


def statement_page(found: Statement, form: WritingForm) -> str:
    """Draw what each line of a list means, and all that it comes to."""
    matches = drafts.look(found)
    wanted = request.args.get("outcome", "")
    at = whole(request.args.get("page", "")) or 0
    listed = [each for each in matches if each.outcome == wanted]
    start = min(at, 1000) * PER_PAGE
    return shop_page(
        "studio/statement.html", "money", statement=found, form=form, failed=bool(form.summary), wanted=wanted,
        groups=groups(matches), rows=listed[start : start + PER_PAGE], today=clock.today(),
        following=page_url("studio.statement", statement_id=found.id, outcome=wanted, page=at + 1)
        if len(listed) > start + PER_PAGE else "",
        settles=[each for each in matches if each.outcome in WRITTEN or (each.outcome == "returned" and each.fee)],
        early=[each for each in matches if each.outcome == "early"], received=received(matches),
        before=bool(matches) and all(each.outcome == "again" for each in matches),
    )  # fmt: skip


def received(matches: list[Match]) -> Money:
    """Return what the list pays in all, ways back taken off."""
    return total(each.received for each in matches if each.outcome not in {"again", "unread"})


def groups(matches: list[Match]) -> list[Group]:
    """Return what the lines mean, in the order in which it is told."""
    found = []
    for outcome in OUTCOMES:
        mine = [each for each in matches if each.outcome == outcome]
        if mine:
            found.append(Group(outcome, KINDS[outcome], _(ADVICE[outcome]), len(mine), amount(outcome, mine)))
    return found


def amount(outcome: str, mine: list[Match]) -> Money:
    """Return what counts of such lines: what is missing or too much, what a way back costs, else what was collected."""
    if outcome in {"short", "over"}:
        return total(-each.difference if outcome == "short" else each.difference for each in mine)
    return total(each.fee if outcome == "returned" else each.collected for each in mine)


ADVICE: dict[str, str] = {
    "matched": N_("Write it down below."),
    "short": N_("Ask the carrier for the rest. What is missing stays written on each parcel."),
    "over": N_("Look whether the carrier mixed two parcels up."),
    "rest": N_("It is taken off what is missing of these parcels. Write it down below."),
    "returned": N_("What the way back costs is charged to its order."),
    "early": N_("Look at the parcels: mark them as delivered below, or by hand."),
    "unknown": N_("Ask the carrier whose parcels these are. Their money belongs to no order here."),
    "again": N_("Nothing to do: they are left as they are."),
    "unexpected": N_("Call the carrier: these parcels were to bring no money."),
    "unread": N_("Look at these lines: no amount could be read."),
}
