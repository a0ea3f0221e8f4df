"""Import and export: sheets come in, lists go out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response as Streamed
from flask import flash, redirect, request, stream_with_context
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.text import clean
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _, ngettext, speaking
from shop.plumbing.storage import FileStorage
from shop.spreadsheets import columns, exports, queries, reading, service, writing
from shop.spreadsheets.models import Sheet, SheetItem
from shop.spreadsheets.words import change_said, problem_said
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import whole
from shop.web.studio.pages import shop_page
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, HirfaForm, TextField
from shop.web.ui.here import here, settings
from shop.web.ui.templating import page_url

PER_PAGE = 50
VERDICTS = {"new": N_("New"), "changed": N_("Changed"), "same": N_("As before"), "wrong": N_("To mend")}
STATES = {
    "waiting": (N_("Being looked at"), "soon"), "looked": (N_("Waits for you"), "soon"),
    "confirmed": (N_("Being written"), "soon"), "done": (N_("Written"), "good"), "dropped": (N_("Set aside"), ""),
}  # fmt: skip
TOPICS = {
    columns.PRODUCTS: N_("Products"), columns.CUSTOMERS: N_("Customers"), columns.PAST: N_("Sales from before Hirfa"),
}  # fmt: skip
TITLES = {
    columns.PRODUCTS: N_("Sheet of products"), columns.CUSTOMERS: N_("Sheet of customers"),
    columns.PAST: N_("Sheet of sales from before Hirfa"),
}  # fmt: skip
NO_FILE = N_("Choose the file that you filled in.")
MEANWHILE = N_("This sheet was already dealt with.")


class SheetForm(HirfaForm):
    """A file, and what it is about; people are the owner's business."""

    topic = ChoiceField(N_("What is on the sheet?"))
    file = TextField(N_("The sheet, as .xlsx or .csv"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.topic.choices = [(key, _(name)) for key, name in TOPICS.items() if may_see(key)]


@studio.get("/<name:store>/sheets")
@entry(Access.HELPER)
def sheets() -> str:
    """Show what can come in and go out, and the last sheets."""
    return sheets_page(SheetForm())


@studio.post("/<name:store>/sheets")
@entry(Access.HELPER, body=UPLOAD_BYTES)
def send_sheet() -> Response | tuple[str, int]:
    """Keep a sheet and have it looked at; nothing is written to the shop."""
    form = SheetForm(request.form)
    upload = request.files.get("file")
    if not form.validate():
        return sheets_page(form), 422
    topic = form.topic.data or columns.PRODUCTS
    try:
        if upload is None or not upload.filename:
            raise Refused(NO_FILE, field="file")
        made = keep(reading.read(upload.stream.read(reading.MOST_BYTES + 1), topic), upload.filename)
    except Refused as refused:
        form.refuse("file", said(refused))
        return sheets_page(form), 422
    return redirect(page_url("studio.sheet", sheet_id=made.id), 303)


@studio.get("/<name:store>/sheets/<number:sheet_id>")
@entry(Access.HELPER)
def sheet(sheet_id: int) -> str:
    """Show how far a sheet is, and what it would change or has changed."""
    found = hers(sheet_id)
    verdict = request.args.get("verdict", "")
    verdict = verdict if verdict in VERDICTS else ""
    after = whole(request.args.get("after", "")) or None
    rows = queries.items(here().store.id, sheet_id, verdict=verdict, after=after, limit=PER_PAGE + 1)
    counts = queries.counts(here().store.id, sheet_id)
    following = page_url(
        "studio.sheet", sheet_id=sheet_id, verdict=verdict or None, after=rows[PER_PAGE - 1].position
    ) if len(rows) > PER_PAGE else ""  # fmt: skip
    told_rows = [told(found.topic, row) for row in rows[:PER_PAGE]]
    return shop_page(
        "studio/sheet.html", "products", sheet=found, state=STATES[found.state], counts=counts, verdict=verdict,
        verdicts={key: _(word) for key, word in VERDICTS.items()}, rows=told_rows,
        following=following, to_write=counts["new"] + counts["changed"], failed=False,
        title=_(TITLES[found.topic]), working=found.state in {"waiting", "confirmed"},
    )  # fmt: skip


@studio.post("/<name:store>/sheets/<number:sheet_id>/confirmation")
@entry(Access.HELPER)
def confirm_sheet(sheet_id: int) -> Response:
    """Have what a sheet asks for written."""
    return moved(sheet_id, service.confirm, "")


@studio.post("/<name:store>/sheets/<number:sheet_id>/dropping")
@entry(Access.HELPER)
def drop_sheet(sheet_id: int) -> Response:
    """Set a sheet aside."""
    return moved(sheet_id, service.drop, _("The sheet is set aside. Nothing of it was written."))


@studio.get("/<name:store>/sheets/<number:sheet_id>/refused.csv")
@entry(Access.HELPER)
def refused_lines(sheet_id: int) -> Response:
    """Give the refused lines back, each with what is wrong, to be mended and sent again."""
    found = hers(sheet_id)
    if not found.key:
        raise NotFound(f"the file of sheet {sheet_id} is gone")
    headers, rows = queries.refused_rows(private(), found)
    return streamed(writing.plain_csv(headers, rows), "refused", writing.CSV)


@studio.get("/<name:store>/sheets/template.<name:kind>")
@entry(Access.HELPER)
def sheet_template(kind: str) -> Response:
    """Give a sheet to fill in, with some lines as they should look."""
    topic, craft = request.args.get("topic", columns.PRODUCTS), here().store.craft
    if topic not in TOPICS:
        raise NotFound(f"no such topic: {topic}")
    listed, rows = exports.template_columns(topic, craft), exports.template_rows(topic, craft)
    return streamed(writing.written(known(kind), listed, rows), f"template-{topic}", kind)


@studio.get("/<name:store>/sheets/products.<name:kind>")
@entry(Access.HELPER)
def export_products(kind: str) -> Response:
    """Give all products with their choices."""
    listed = exports.product_columns(here().store.id)
    rows = exports.product_rows(here().store.id, listed)
    return streamed(writing.written(known(kind), listed, rows), "products", kind)


@studio.post("/<name:store>/sheets/orders")
@entry(Access.OWNER)
def export_orders() -> Response:
    """Give all orders to the owner, and write down that they left."""
    return taken_out("orders", exports.ORDERS, exports.order_rows(here().store.id))


@studio.post("/<name:store>/sheets/customers")
@entry(Access.OWNER)
def export_customers() -> Response:
    """Give all customers to the owner, and write down that they left."""
    return taken_out("customers", exports.CUSTOMERS, exports.customer_rows(here().store.id))


@studio.post("/<name:store>/sheets/past")
@entry(Access.OWNER)
def export_past() -> Response:
    """Give the sales of before Hirfa to the owner, and write down that they left."""
    return taken_out("past", columns.SALE, exports.sale_rows(here().store.id))


def may_see(topic: str) -> bool:
    """Tell whether who looks may send and see a sheet about this: a helper brings products, no lists of people."""
    return topic == columns.PRODUCTS or here().role == "owner"


def hers(sheet_id: int) -> Sheet:
    """Return a sheet that who looks may see. Raises NotFound."""
    found = queries.sheet(here().store.id, sheet_id)
    if not may_see(found.topic):
        raise NotFound(f"sheet {sheet_id} is about people")
    return found


def sheets_page(form: SheetForm) -> str:
    """Draw what can come in and go out."""
    recent = [each for each in queries.recent(here().store.id) if may_see(each.topic)]
    return shop_page(
        "studio/sheets.html", "products", form=form, failed=bool(form.summary), most=reading.MOST_LINES,
        recent=[(each, STATES[each.state]) for each in recent], days=service.KEEP.days,
        topics=[{"value": key, "label": label} for key, label in form.topic.choices],
    )  # fmt: skip


def keep(table: reading.Table, filename: str) -> Sheet:
    """Keep the file and write the sheet down; without its row the file goes away again."""
    key = service.new_key()
    private().put(key, table.body, "application/jsonl")
    try:
        with transaction():
            return service.receive(
                here().store.id, table, key=key, name=clean(filename, limit=120) or "sheet", by=here().by
            )
    except BaseException:
        private().delete(key)
        raise


def moved(sheet_id: int, verb: Any, sentence: str) -> Response:
    """Confirm a sheet or set it aside, and go back to it."""
    hers(sheet_id)
    try:
        with transaction():
            verb(here().store.id, sheet_id, by=here().by)
    except InvalidTransition:
        flash(_(MEANWHILE), "problem")
    else:
        if sentence:
            flash(sentence, "done")
    return redirect(page_url("studio.sheet", sheet_id=sheet_id), 303)


def told(topic: str, row: SheetItem) -> dict[str, Any]:
    """Return one thing on a sheet as the page says it."""
    lines = [str(line) for line, _at in row.lines["at"]]
    return {
        "reference": row.reference, "name": row.name, "verdict": row.verdict, "word": _(VERDICTS[row.verdict]),
        "lines": ngettext("Line {lines}", "Lines {lines}", len(lines), lines=" · ".join(lines[:6])),
        "changes": [change_said(topic, each) for each in row.told["changes"]],
        "problems": [(each["line"], problem_said(topic, each)) for each in row.told["problems"]],
        "written": row.applied_at is not None,
    }  # fmt: skip


def taken_out(what: str, listed: Any, rows: Iterator[Any]) -> Response:
    """Write down that a list leaves the shop, then give it."""
    kind = known(request.form.get("kind", writing.XLSX))
    with transaction():
        service.took_out(here().store.id, what, by=here().by)
    return streamed(writing.written(kind, listed, rows), what, kind)


def known(kind: str) -> str:
    """Return a kind of file. Raises NotFound for one that isn't made here."""
    if kind not in writing.MIMETYPES:
        raise NotFound(f"no such kind of file: {kind}")
    return kind


def streamed(pieces: Iterator[bytes], name: str, kind: str) -> Response:
    """Answer with a file, piece by piece, in the language of this page."""
    lang = here().lang

    def spoken() -> Iterator[bytes]:
        with speaking(lang):
            yield from pieces

    response = Streamed(stream_with_context(spoken()), mimetype=writing.MIMETYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{clock.today().isoformat()}.{kind}"'
    return response


def private() -> FileStorage:
    """Return where sheets are kept; nobody is shown them."""
    return FileStorage(settings().data_dir / "private")
