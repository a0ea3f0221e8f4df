"""Where printers print, and how dark: each paper of a workshop, and each print station, has its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select, update

from shop.core.errors import NotFound, Refused
from shop.documents import heads
from shop.documents.models import PaperNudge
from shop.documents.papers import PAPERS, Nudge, chosen
from shop.documents.queries import store_row
from shop.documents.station_models import PrintStation
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor

TOO_DARK: Final = N_("Darkness goes from 0 to {most} for this printer.")


def of_paper(store_id: int, paper: str) -> Nudge:
    """Return by how much a workshop moves prints on a paper: what was said of it, else of all of them."""
    found = session.get(PaperNudge, (store_id, paper))
    if found is not None:
        return found.x, found.y
    store = store_row(store_id)
    return store.nudge_x, store.nudge_y


def of_papers(store_id: int) -> Mapping[str, Nudge]:
    """Return the same of every paper."""
    store = store_row(store_id)
    said = {each.paper: (each.x, each.y) for each in session.scalars(
        select(PaperNudge).where(PaperNudge.store_id == store_id)
    )}  # fmt: skip
    return {key: said.get(key, (store.nudge_x, store.nudge_y)) for key in PAPERS}


def move_paper(store_id: int, paper: str, nudge: Nudge, *, by: Actor) -> None:
    """Move what is printed on a paper from now on. Raises Refused for an unknown one, and for more than 10 mm."""
    chosen(paper, nudge=nudge)
    x, y = nudge
    mine = update(PaperNudge).where(PaperNudge.store_id == store_id, PaperNudge.paper == paper)
    if not changed(mine.values(x=x, y=y)):
        session.add(PaperNudge(store_id=store_id, paper=paper, x=x, y=y))
        session.flush()
    journal.record("paper.moved", subject="store", subject_id=store_id, store_id=store_id, by=by, paper=paper, x=x, y=y)


def set_station(store_id: int, station_id: int, nudge: Nudge, darkness: int | None, *, by: Actor) -> None:
    """Move what a station prints, and set how dark; None: as its printer is set.

    Raises NotFound for a station that has ended, Refused (nudge, darkness) for what its printer can't do.
    """
    station = session.scalar(
        select(PrintStation)
        .where(PrintStation.store_id == store_id, PrintStation.id == station_id, PrintStation.ended_at.is_(None))
    )  # fmt: skip
    if station is None:
        raise NotFound
    chosen("a6", nudge=nudge)
    most = heads.darkest(station.head)
    if darkness is not None and not (most and 0 <= darkness <= most):
        raise Refused(TOO_DARK, field="darkness", most=most)
    x, y = nudge
    mine = update(PrintStation).where(PrintStation.id == station_id, PrintStation.ended_at.is_(None))
    changed(mine.values(nudge_x=x, nudge_y=y, darkness=darkness))
    journal.record(
        "print_station.moved", subject="print_station", subject_id=station_id, store_id=store_id, by=by, x=x, y=y,
        darkness=darkness,
    )  # fmt: skip
