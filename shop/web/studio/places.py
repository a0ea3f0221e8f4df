"""Where a printer prints, and how dark: measured on a test page, typed here, for each paper and each print station."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import NotFound, Refused
from shop.documents import heads, nudges, stations
from shop.documents.papers import NUDGE_LIMIT, PAPERS
from shop.documents.station_models import PrintStation
from shop.plumbing.i18n import N_, _
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import PAPER_NAMES
from shop.web.studio.once import acting
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm, WholeField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

ON_ITS_WAY = N_("The test page is on its way to the printer.")


class PlaceForm(HirfaForm):
    """By how much a print is moved, in tenths of a millimetre."""

    nudge_x = WholeField(N_("Move across"), [required()], least=-NUDGE_LIMIT, most=NUDGE_LIMIT)
    nudge_y = WholeField(N_("Move down"), [required()], least=-NUDGE_LIMIT, most=NUDGE_LIMIT)

    @property
    def nudge(self) -> tuple[int, int]:
        """To the right, and down."""
        return self.nudge_x.data or 0, self.nudge_y.data or 0


class StationPlaceForm(PlaceForm):
    """The same of a print station, and how dark it burns; without a figure, as it is set."""

    darkness = WholeField(N_("Darkness"), least=0, most=30)


@studio.route("/<name:store>/settings/papers/<name:paper>/place", methods=["GET", "POST"])
@entry(Access.OWNER)
def paper_place(paper: str) -> str | Response | tuple[str, int]:
    """Move what is printed on a paper."""
    store_id = here().store.id
    if paper not in PAPERS:
        raise NotFound(f"no paper {paper}")
    x, y = nudges.of_paper(store_id, paper)
    form = PlaceForm(request.form or None, data={"nudge_x": x, "nudge_y": y})
    test = page_url("studio.calibration_pdf", paper=paper)
    name, back = _(PAPER_NAMES[paper][0]), page_url("studio.papers")
    if request.method == "GET":
        return place_page(form, name, back, test=test)
    if not form.validate():
        return place_page(form, name, back, test=test), 422
    with acting() as leads_to:
        leads_to(page_url("studio.paper_place", paper=paper))
        nudges.move_paper(store_id, paper, form.nudge, by=here().by)
    flash(_("Saved."), "done")
    return redirect(page_url("studio.paper_place", paper=paper), 303)


@studio.route("/<name:store>/printers/<number:station>/place", methods=["GET", "POST"])
@entry(Access.OWNER)
def printer_place(station: int) -> str | Response | tuple[str, int]:
    """Move what a print station prints, and set how dark."""
    found = station_here(station)
    told = {"nudge_x": found.nudge_x, "nudge_y": found.nudge_y, "darkness": found.darkness}
    form = StationPlaceForm(request.form or None, data=told)
    if not heads.darkest(found.head):
        del form.darkness
    if request.method == "GET":
        return station_page(form, found)
    if not form.validate():
        return station_page(form, found), 422
    darkness: Any = form.darkness.data if "darkness" in form else None
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.printer_place", station=station))
            nudges.set_station(here().store.id, station, form.nudge, darkness, by=here().by)
    except Refused as refused:
        form.refuse(refused.field if refused.field in form else "nudge_x", said(refused))
        return station_page(form, found), 422
    flash(_("Saved."), "done")
    return redirect(page_url("studio.printer_place", station=station), 303)


@studio.post("/<name:store>/printers/<number:station>/test-page")
@entry(Access.OWNER)
def print_test_page(station: int) -> Response:
    """Have a print station print the page to measure."""
    with acting() as leads_to:
        leads_to(page_url("studio.printer_place", station=station))
        stations.send_ruler(here().store.id, station, by=here().by)
    flash(_(ON_ITS_WAY), "done")
    return redirect(page_url("studio.printer_place", station=station), 303)


def station_here(number: int) -> PrintStation:
    """Return a station of the shop that was paired and has not ended. Raises NotFound."""
    found = (each for each in stations.live(here().store.id) if each.id == number and each.paired_at)
    station = next(found, None)
    if station is None:
        raise NotFound(f"no print station {number}")
    return station


def station_page(form: StationPlaceForm, station: PrintStation) -> str:
    """Draw the place of a station."""
    ask = page_url("studio.print_test_page", station=station.id)
    back, most = page_url("studio.printers"), heads.darkest(station.head)
    return place_page(form, station.name, back, ask=ask, darkest=most)


def place_page(form: PlaceForm, name: str, back: str, *, test: str = "", ask: str = "", darkest: int = 0) -> str:
    """Draw a place: a test page to open, or one to ask a station for."""
    return shop_page(
        "studio/place.html", "orders", form=form, failed=bool(form.errors), name=name, leads_back=back, test=test,
        ask=ask, darkest=darkest,
    )  # fmt: skip
