"""Where each printer prints: every paper and every print station has its own place and darkness, to the dot."""

from __future__ import annotations

import pytest
from PIL import Image
from sqlalchemy import select

from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.documents import heads, nudges, stations
from shop.documents import service as documents
from shop.documents.engine import calibration_pdf, pages_dots
from shop.documents.models import LabelPrint
from shop.documents.papers import PAPERS
from shop.documents.printer_languages import Dots
from shop.documents.station_models import PrintJob, PrintStation
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Entry
from shop.stores.models import Store
from tests.checkout.cast import AMINA, Workshop, confirmed, workshop
from tests.documents.cast import labels, printed

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def amina() -> Workshop:
    return workshop(stock=30)


def station(shop: Workshop, head: str = "zpl-203") -> PrintStation:
    with transaction():
        made, _token = stations.pair(stations.add(shop.id, name="Zebra", head=head, by=AMINA), by=SYSTEM)
        return made


def sent(shop: Workshop, to: PrintStation) -> str:
    _order, box = confirmed(shop)
    with transaction():
        batch = documents.print_labels(shop.id, [box.id], paper="100x150", start=1, by=AMINA)
        stations.send(shop.id, batch, to.id, by=AMINA)
    return session.scalars(select(PrintJob.key).where(PrintJob.batch == batch)).one()


def picture(dots: Dots) -> Image.Image:
    return Image.frombytes("1", (dots.width, dots.height), dots.rows)


def test_every_paper_has_a_place_of_its_own_and_the_others_keep_theirs(amina: Workshop) -> None:
    with transaction():
        session.get_one(Store, amina.id).nudge_x = 7
    assert nudges.of_paper(amina.id, "a6") == (7, 0), "what was said of all of them before"
    with transaction():
        nudges.move_paper(amina.id, "a6", (-100, 100), by=AMINA)
        nudges.move_paper(amina.id, "a6", (-12, 30), by=AMINA)
    assert nudges.of_papers(amina.id) == {key: (-12, 30) if key == "a6" else (7, 0) for key in PAPERS}
    assert nudges.of_paper(workshop("other").id, "a6") == (0, 0)
    said = session.scalars(select(Entry.data).where(Entry.verb == "paper.moved").order_by(Entry.id.desc())).first()
    assert said == {"paper": "a6", "x": -12, "y": 30}
    for wrong in ((101, 0), (0, -101)):
        with pytest.raises(Refused, match="10 mm"), transaction():
            nudges.move_paper(amina.id, "a6", wrong, by=AMINA)


def test_a_print_lies_where_its_paper_says_to_the_dot(amina: Workshop) -> None:
    _order, box = confirmed(amina)
    with transaction():
        batch = documents.print_labels(amina.id, [box.id], paper="a6", start=1, by=AMINA)
    before = printed(documents.batch_pdf(amina.id, batch))
    with transaction():
        nudges.move_paper(amina.id, "a6", (20, 10), by=AMINA)
        nudges.move_paper(amina.id, "100x150", (-20, 0), by=AMINA)
    after = printed(documents.batch_pdf(amina.id, batch))
    assert after.crop((16, 8, 840, 1184)).tobytes() == before.crop((0, 0, 824, 1176)).tobytes()
    stream = documents.batch_stream(amina.id, batch, "zpl-203")
    assert stream == heads.stream(
        documents.label_contents(amina.id, [box.id]), "zpl-203", paper="a6", nudge=(-20, 0)
    ), "a label printer has the place of its roll"


@pytest.mark.parametrize("dots_per_mm", [heads.DPI_203, heads.DPI_300])
def test_ten_millimetres_are_ten_millimetres_on_every_head(dots_per_mm: float) -> None:
    """The frame of the test page moves by whole dots."""
    straight, moved = (
        picture(pages_dots(calibration_pdf("100x150", nudge=nudge), dots_per_mm=dots_per_mm)[0])
        for nudge in ((0, 0), (100, 0))
    )  # fmt: skip
    whole, down = round(10 * dots_per_mm), round(60 * dots_per_mm)
    line = [each.crop((0, down, each.width, down + 1)) for each in (straight, moved)]
    first = [next(x for x in range(each.width) if each.getpixel((x, 0))) for each in line]
    assert abs(first[1] - first[0] - whole) <= 1


def test_a_station_has_its_own_place_and_darkness(amina: Workshop) -> None:
    zebra, other = station(amina), station(amina)
    with transaction():
        nudges.set_station(amina.id, zebra.id, (8, -8), 22, by=AMINA)
        nudges.move_paper(amina.id, "100x150", (50, 50), by=AMINA)
    mine, theirs = sent(amina, zebra), sent(amina, other)
    contents = [
        documents.label_contents(amina.id, [session.scalars(
            select(LabelPrint.shipment_id).join(PrintJob, PrintJob.batch == LabelPrint.batch).where(PrintJob.key == key)
        ).one()])
        for key in (mine, theirs)
    ]  # fmt: skip
    stream, _paper = stations.drawn(zebra, mine)
    assert stream == heads.stream(contents[0], "zpl-203", paper="100x150", nudge=(8, -8), darkness=22)
    assert stream.startswith(b"~SD22^XA")
    plain, _paper = stations.drawn(other, theirs)
    assert plain == heads.stream(contents[1], "zpl-203", paper="100x150")
    assert plain.startswith(b"^XA"), "a printer is left as it is set"


def test_darkness_is_said_in_the_language_of_the_printer() -> None:
    told = {
        head: heads.stream(labels(1), head, paper="100x150", darkness=heads.darkest(head) or None)
        for head in heads.HEADS
    }  # fmt: skip
    assert all(told[head].startswith(b"~SD30^XA") for head in heads.HEADS if head.startswith("zpl"))
    assert b"\r\nDENSITY 15\r\nREFERENCE 0,0\r\n" in told["tspl-203"]
    assert (heads.darkest("escpos-80"), heads.darkest("pdf")) == (0, 0)


@pytest.mark.parametrize(("head", "wrong"), [("zpl-203", 31), ("tspl-203", 16), ("escpos-80", 1), ("pdf", 1)])
def test_what_a_printer_cannot_do_is_refused(amina: Workshop, head: str, wrong: int) -> None:
    made = station(amina, head)
    with pytest.raises(Refused, match="Darkness") as refused, transaction():
        nudges.set_station(amina.id, made.id, (0, 0), wrong, by=AMINA)
    assert refused.value.field == "darkness"
    with transaction():
        nudges.set_station(amina.id, made.id, (1, 1), None, by=AMINA)
    other = workshop("other")
    with pytest.raises(NotFound), transaction():
        nudges.set_station(other.id, made.id, (0, 0), None, by=AMINA)
    with transaction():
        stations.end(amina.id, made.id, by=AMINA)
    with pytest.raises(NotFound), transaction():
        nudges.set_station(amina.id, made.id, (0, 0), None, by=AMINA)


@pytest.mark.parametrize("head", ["pdf", "zpl-300", "tspl-203", "escpos-80"])
def test_a_station_prints_the_page_to_measure_as_it_prints_labels(amina: Workshop, head: str) -> None:
    made = station(amina, head)
    with transaction():
        nudges.set_station(amina.id, made.id, (10, 5), None, by=AMINA)
        stations.send_ruler(amina.id, made.id, by=AMINA)
    (work,) = stations.work(made.id)
    with transaction():
        assert stations.take(made, work.key) is True
    content, paper = stations.drawn(made, work.key)
    if head == "pdf":
        assert content == calibration_pdf(paper.key, nudge=(10, 5))
    else:
        assert content == heads.ruler_page(head, paper=paper.key, nudge=(10, 5))
    with transaction():
        stations.answered(made, work.key, "confirmed")
    assert stations.work(made.id) == []


def test_of_a_test_page_nobody_is_in_doubt(amina: Workshop) -> None:
    made = station(amina)
    with transaction():
        stations.send_ruler(amina.id, made.id, by=AMINA)
    (work,) = stations.work(made.id)
    with transaction():
        stations.take(made, work.key)
        stations.answered(made, work.key, "doubtful")
    assert (stations.doubtful(amina.id), stations.seen(amina.id)[0].doubtful) == ([], 0)
    with pytest.raises(InvalidTransition), transaction():
        stations.answered(made, work.key, "confirmed")
    other = workshop("other")
    with pytest.raises(NotFound), transaction():
        stations.send_ruler(other.id, made.id, by=AMINA)
