"""Print stations in the studio: paired by a code, sent labels, let go; and what to do about a label in doubt."""

from __future__ import annotations

from typing import Any

from flask import flash, get_flashed_messages, redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, Refused
from shop.documents import by_itself, stations
from shop.documents.station_models import PrintStation
from shop.plumbing.i18n import N_, _, ngettext
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import HEAD_NAMES
from shop.web.studio.once import acting
from shop.web.studio.pages import shop_page
from shop.web.studio.printer_words import need_of
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, HirfaForm, TextField, required
from shop.web.ui.here import here, settings
from shop.web.ui.templating import page_url

CODE = "station-code"
KIND_NAMES = {stations.PDF: (N_("PDF"), N_("an ordinary printer, by CUPS")), **HEAD_NAMES}
PRINTS_BY_ITSELF = N_("From now on, the label prints by itself a moment after you confirm an order.")
PRINTS_WHEN_TOLD = N_("This station now prints only the labels that you send to it.")
ENDED = N_("This had ended already.")


class StationForm(HirfaForm):
    """A printer: what she calls it, and what it reads."""

    name = TextField(N_("Name of the printer"), [required(N_("Please give the printer a name."))], most=60)
    head = ChoiceField(N_("What does the printer read?"), [required(N_("Please choose what the printer reads."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head.choices = [(key, _(words[0])) for key, words in KIND_NAMES.items()]


@studio.get("/<name:store>/printers")
@entry(Access.HELPER)
def printers() -> str:
    """Show the print stations, what waits for them, what is in doubt and, once, the code that was just made."""
    return printers_page(StationForm())


@studio.post("/<name:store>/printers")
@entry(Access.OWNER)
def add_printer() -> Response | tuple[str, int]:
    """Make a code that pairs a print station."""
    form = StationForm(request.form)
    if not form.validate():
        return printers_page(form), 422
    try:
        with acting() as leads_to:
            code = stations.add(here().store.id, name=form.name.data or "", head=form.head.data, by=here().by)
            leads_to(page_url("studio.printers"))
    except Refused as refused:
        form.refuse(refused.field or "name", said(refused))
        return printers_page(form), 422
    flash(code, CODE)
    return redirect(page_url("studio.printers", _anchor="code"), 303)


@studio.post("/<name:store>/printers/<number:station>/end")
@entry(Access.OWNER)
def end_printer(station: int) -> Response:
    """Let a print station go."""
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.printers"))
            stations.end(here().store.id, station, by=here().by)
        flash(_("This print station gets nothing any more."), "done")
    except InvalidTransition:
        flash(_(ENDED), "problem")
    return redirect(page_url("studio.printers"), 303)


@studio.post("/<name:store>/printers/<number:station>/by-itself")
@entry(Access.OWNER)
def print_by_itself(station: int) -> Response:
    """Let a print station print each order's label once it is confirmed, or only what is sent to it."""
    on = request.form.get("on") == "1"
    with acting() as leads_to:
        leads_to(page_url("studio.printers"))
        (by_itself.turn_on if on else by_itself.turn_off)(here().store.id, station, by=here().by)
    flash(_(PRINTS_BY_ITSELF if on else PRINTS_WHEN_TOLD), "done")
    return redirect(page_url("studio.printers"), 303)


@studio.post("/<name:store>/labels/<name:batch>/printer")
@entry(Access.HELPER)
def send_labels(batch: str) -> Response:
    """Send the labels of a batch to a print station, each once."""
    chosen = request.form.get("station", "")
    station = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0
    with acting() as leads_to:
        leads_to(page_url("studio.label_batch", batch=batch))
        sent = stations.send(here().store.id, batch, station, by=here().by)
    if sent:
        flash(ngettext(
            "{n} label is on its way to the printer.", "{n} labels are on their way to the printer.", sent,
        ), "done")  # fmt: skip
    else:
        flash(_("These labels were sent to a printer before. To print one again, print a copy."), "problem")
    return redirect(page_url("studio.label_batch", batch=batch), 303)


@studio.post("/<name:store>/printers/labels/<number:label>")
@entry(Access.HELPER)
def settle_label(label: int) -> Response:
    """Say whether a doubtful label came out of the printer."""
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.printers"))
            stations.settle(here().store.id, label, printed=request.form.get("printed") == "1", by=here().by)
        flash(_("Noted."), "done")
    except InvalidTransition:
        flash(_(ENDED), "problem")
    return redirect(page_url("studio.printers"), 303)


def printers_page(form: StationForm) -> str:
    """Draw the stations."""
    store_id, codes = here().store.id, get_flashed_messages(category_filter=[CODE])
    counted = {each.station.id: each for each in stations.seen(store_id)}
    return shop_page(
        "studio/printers.html", "orders", form=form, failed=bool(form.errors), code=codes[-1] if codes else "",
        stations=[_told(each, counted.get(each.id)) for each in stations.live(store_id)],
        doubts=stations.doubtful(store_id), kinds={key: _(words[0]) for key, words in KIND_NAMES.items()},
        options=[{"value": key, "label": _(name), "note": _(note)} for key, (name, note) in KIND_NAMES.items()],
        address=settings().base_url.rstrip("/"), owner=here().role == "owner",
    )  # fmt: skip


def _told(station: PrintStation, counts: stations.Seen | None) -> tuple[PrintStation, stations.Seen | None, str, str]:
    need, state = need_of(counts) if counts else "", station_state(station)
    return station, counts, "hand" if need and state == "here" else state, need


def station_state(station: PrintStation) -> str:
    """Tell whether a station waits for its code, answers, or is away."""
    if station.paired_at is None:
        return "new"
    return "here" if stations.is_here(station) else "away"
