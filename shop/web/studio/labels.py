"""Labels: chosen, printed, looked at as the very PDF, downloaded, shared; and the papers that go with them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, Refused
from shop.documents import engine, nudges, service, stations
from shop.documents import queries as documents
from shop.documents.leaving import MOST_COPIES
from shop.documents.models import LabelPrint
from shop.documents.papers import PAPERS, chosen
from shop.fulfilment import booking
from shop.fulfilment import queries as fulfilment
from shop.plumbing.i18n import N_, _, ngettext
from shop.shipping import labels as partner_labels
from shop.shipping import queries as shipping
from shop.shipping.partner_words import spoken
from shop.stores import service as stores
from shop.web.studio.blueprint import studio
from shop.web.studio.cards import grouped
from shop.web.studio.once import acting, is_later
from shop.web.studio.pages import shop_page
from shop.web.studio.pdf import pdf_answer, picture_answer
from shop.web.studio.printer_words import need_of
from shop.web.studio.trail import meanwhile
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here, outside
from shop.web.ui.templating import page_url

PAPER_NAMES = {
    "100x150": (N_("Roll of 100 × 150 mm"), N_("label printer")),
    "4x6": (N_("Roll of 4 × 6 inches"), N_("label printer")),
    "80mm": (N_("Roll of 80 mm"), N_("receipt printer, a smaller label")),
    "a6": (N_("A6 sheets"), N_("small sheets, one label each")),
    "a5": (N_("A5 sheets"), N_("ordinary printer, one label each")),
    "a4x2": (N_("A4 sheets, 2 labels each"), N_("ordinary printer")),
    "a4x4": (N_("A4 sheets, 4 labels each"), N_("ordinary printer")),
}
# For those whose printer takes no PDF.
HEAD_NAMES = {
    "zpl-203": (N_("ZPL, 203 dpi"), N_("Zebra and the like")),
    "zpl-300": (N_("ZPL, 300 dpi"), N_("Zebra and the like")),
    "zpl-203-z64": (N_("ZPL, 203 dpi, packed"), N_("a smaller file, for Zebra itself")),
    "zpl-300-z64": (N_("ZPL, 300 dpi, packed"), N_("a smaller file, for Zebra itself")),
    "tspl-203": (N_("TSPL, 203 dpi"), N_("TSC, Xprinter, Gprinter and the like")),
    "escpos-80": (N_("ESC/POS, 80 mm"), N_("receipt printer, a smaller label")),
}
TOO_LARGE = N_("it came later, or is too large for this paper")
SHOWN_AT_ONCE = 4
MOST_PAGES_SHOWN = 40


@studio.get("/<name:store>/labels", endpoint="labels")
@entry(Access.HELPER)
def choose() -> str:
    """Let parcels, paper and first place be chosen before printing."""
    return choose_page(None)


@studio.post("/<name:store>/labels")
@entry(Access.HELPER)
def print_labels() -> Response | tuple[str, int]:
    """Print labels in the order given, on the chosen paper, which the shop keeps; then show them."""
    store = here().store
    paper = request.form.get("paper", store.paper)
    start = whole(request.form.get("start", ""), least=1, most=9) or (store.label_start if paper == store.paper else 1)
    try:
        start = start if start <= chosen(paper).cells else 1
        announce(shipment_ids())
        with acting() as leads_to:
            require_first_print()
            if (paper, start) != (store.paper, store.label_start):
                stores.update_profile(store.id, by=here().by, paper=paper, label_start=start)
            batch = service.print_labels(store.id, shipment_ids(), paper=paper, start=start, by=here().by)
            leads_to(page_url("studio.label_batch", batch=batch))
    except InvalidTransition:
        changed = _("Some of these orders were changed meanwhile. Please look again.")
        return choose_page(f"{changed} {meanwhile(shipment_ids())}"), 409
    except Refused as error:
        return choose_page(said(error)), 422
    return redirect(page_url("studio.label_batch", batch=batch), 303)


@studio.get("/<name:store>/labels/<name:batch>")
@entry(Access.HELPER)
def label_batch(batch: str) -> str:
    """Show printed labels: pictures of the very PDF, and what to do with it."""
    printed = documents.prints(here().store.id, batch)
    paper = PAPERS[printed[0].paper]
    pages = page_count(printed)
    parcels = shipping.shipments(here().store.id, [each.shipment_id for each in printed])
    found = stations.seen(here().store.id)
    return shop_page(
        "studio/label_batch.html", "orders", batch=batch, count=len(printed), pages=pages, paper=paper,
        paper_name=_(PAPER_NAMES[paper.key][0]), shown=range(1, min(pages, SHOWN_AT_ONCE) + 1),
        rest=range(SHOWN_AT_ONCE + 1, min(pages, MOST_PAGES_SHOWN) + 1), papers=paper_options(),
        copies=sum(each.number > 0 for each in printed), ids=[each.shipment_id for each in printed],
        start=printed[0].start, orders=[parcels[each.shipment_id].order_id for each in printed],
        stations=found, ours=in_place_of_theirs(printed),
        with_papers=[each.station for each in found if stations.prints_papers(each.station, paper.key)],
        leaving=len(documents.leaving_orders(here().store.id, [each.shipment_id for each in printed])),
        heads=[(key, _(words), _(note)) for key, (words, note) in HEAD_NAMES.items()],
        width=paper.width * 4 // 10, height=paper.height * 4 // 10,
    )  # fmt: skip


@studio.get("/<name:store>/labels/<name:batch>.pdf")
@entry(Access.HELPER)
def label_pdf(batch: str) -> Response:
    """Send printed labels as they were printed."""
    return pdf_answer(service.batch_pdf(here().store.id, batch), f"labels-{batch[:6]}")


@studio.get("/<name:store>/labels/<name:batch>/customs.pdf")
@entry(Access.HELPER)
def label_customs(batch: str) -> Response:
    """Send printed labels with the customs forms and invoices of those that leave, in one file."""
    copies = whole(request.args.get("copies", "1"), most=MOST_COPIES) or 1
    pdf = service.batch_customs_pdf(here().store.id, batch, copies=copies)
    return pdf_answer(pdf, f"labels-customs-{batch[:6]}")


@studio.get("/<name:store>/labels/<name:batch>/<name:head>.prn")
@entry(Access.HELPER)
def label_stream(batch: str, head: str) -> Response:
    """Send printed labels as a file for a label printer. Raises NotFound for a kind that nobody makes."""
    response = Response(service.batch_stream(here().store.id, batch, head), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="labels-{batch[:6]}-{head}.prn"'
    return response


@studio.get("/<name:store>/labels/<name:batch>/<number:page>.png")
@entry(Access.HELPER)
def label_picture(batch: str, page: int) -> Response:
    """Send the picture of one page of that PDF. Raises NotFound past its end."""
    if page > page_count(documents.prints(here().store.id, batch)):
        raise NotFound
    return picture_answer(service.batch_pdf(here().store.id, batch), page)


@studio.get("/<name:store>/slips.pdf")
@entry(Access.HELPER)
def slips_pdf() -> Response:
    """Send the packing slips of orders; with or without prices as the shop has set."""
    ids = [each for each in (whole(text) for text in request.args.getlist("orders")) if each]
    return pdf_answer(service.slips_pdf(here().store.id, ids), "slips")


@studio.get("/<name:store>/calibration.pdf")
@entry(Access.HELPER)
def calibration_pdf() -> Response:
    """Send the page that shows whether a printer prints in real size, and where."""
    store = here().store
    paper = request.args.get("paper", store.paper)
    if paper not in PAPERS:
        raise NotFound
    return pdf_answer(engine.calibration_pdf(paper, nudge=nudges.of_paper(store.id, paper)), f"calibration-{paper}")


def announce(ids: Sequence[int]) -> None:
    """Book parcels with their carriers before their first print; our own label prints whatever they answer."""
    booked, waiting = booking.announce(here().store.id, ids, by=here().by, outside=outside())
    if waiting:
        flash(ngettext(
            "{n} parcel waits for its partner's number: it is booked as soon as the partner answers.",
            "{n} parcels wait for their partner's number: they are booked as soon as the partner answers.", waiting,
        ), "problem")  # fmt: skip
    refused = sum(each.outcome == "refused" for each in booked)
    if refused:
        flash(ngettext(
            "{n} parcel was refused by its carrier. Please call the carrier before handing it over.",
            "{n} parcels were refused by their carrier. Please call the carrier before handing them over.", refused,
        ), "problem")  # fmt: skip


def in_place_of_theirs(printed: Sequence[LabelPrint]) -> str:
    """Say how many of these labels are ours though the partner's own was chosen, and why if it is one reason."""
    ours = [each.shipment_id for each in printed if not each.their_mark]
    store_id = here().store.id
    missing, later = partner_labels.problems(store_id, ours), partner_labels.ready(store_id, ours)
    count = len(missing) + len(later)
    if not count:
        return ""
    said = ngettext(
        "{n} label is your own: the partner's could not be printed.",
        "{n} labels are your own: the partner's could not be printed.", count,
    )  # fmt: skip
    reasons = {*missing.values(), *([TOO_LARGE] if later else [])}
    why = reasons.pop() if len(reasons) == 1 else ""
    return f"{said} ({spoken(why)})" if why else said


def require_first_print() -> None:
    """Keep a queue from printing copies of labels that were printed while it waited. Raises InvalidTransition."""
    parcels = shipping.shipments(here().store.id, shipment_ids()) if is_later() else {}
    if any(parcel.labelled_at for parcel in parcels.values()):
        raise InvalidTransition


def page_count(printed: Sequence[LabelPrint]) -> int:
    """Return how many pages labels take, the free places before the first one counted."""
    return -(-(printed[0].start - 1 + sum(each.cells for each in printed)) // PAPERS[printed[0].paper].cells)


def choose_page(problem: str | None) -> str:
    """Draw the choice: all that is to be packed ticked, the shop's paper chosen."""
    store = here().store
    given = shipment_ids() if problem else []
    groups, printers = grouped(fulfilment.to_pack(store.id)), stations.seen(store.id)
    return shop_page(
        "studio/labels.html", "orders", groups=groups, problem=problem, failed=bool(problem), papers=paper_options(),
        printers=printers, needs={each.station.id: need_of(each) for each in printers},
        paper=request.form.get("paper", store.paper), start=whole(request.form.get("start", "")) or store.label_start,
        ticked=given or [card.shipment_id for _place, cards in groups for card in cards],
    )  # fmt: skip


def paper_options() -> list[dict[str, str]]:
    """Return the papers as radio cards."""
    return [{"value": key, "label": _(words), "note": _(note)} for key, (words, note) in PAPER_NAMES.items()]


def shipment_ids() -> Sequence[int]:
    """Return the parcels that the form names, in its order; what is no number is no parcel."""
    return [each for each in (whole(text) for text in request.form.getlist("shipments")) if each]


def whole(text: str, *, least: int = 1, most: int = 10**17) -> int:
    """Return a whole number within bounds, or 0."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return number if least <= number <= most else 0
