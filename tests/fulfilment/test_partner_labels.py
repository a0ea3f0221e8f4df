"""The label that a partner makes: chosen, fetched by a job, kept with its parcel, printed in place of ours."""

from __future__ import annotations

import io
from datetime import timedelta
from functools import partial

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import func, select, update

from shop.core import clock
from shop.core.errors import Refused
from shop.documents import engine, stations
from shop.documents import service as documents
from shop.documents.queries import prints
from shop.fulfilment import booking, partner_labels
from shop.notifications.words import JOB as NOTIFY
from shop.plumbing import jobs
from shop.plumbing.db import Base, changed, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.pdfs import TOO_MUCH
from shop.shipping import labels
from shop.shipping.carriers import CARRIERS
from shop.shipping.contract import Booking
from shop.shipping.label_models import PartnerLabel
from shop.shipping.models import CarrierAccount, Shipment
from shop.testing.carrier_labels import label_pdf
from tests.checkout.cast import AMINA, Workshop, confirmed, parcel, workshop
from tests.fulfilment.partner import Partner
from tests.plumbing.hostile import twice_packed

pytestmark = pytest.mark.usefixtures("app")


def chosen(shop: Workshop, *, theirs: bool = True) -> None:
    with transaction():
        labels.choose(session.get_one(CarrierAccount, shop.carrier.id), theirs=theirs, by=AMINA)


def fetched(partner: Partner, *, minutes: float = 0) -> int:
    """Let the jobs of labels run, beside those of the partner."""
    with clock.standing_at(clock.now() + timedelta(minutes=minutes)):
        handlers = {
            partner_labels.JOB: partial(partner_labels.fetch_later, partner.outside),
            "fulfilment.book": partial(booking.book_later, partner.outside),
        }
        told: list[object] = []
        return jobs.run_all({**handlers, NOTIFY: told.append}) - len(told)


def booked(shop: Workshop, partner: Partner) -> Shipment:
    order, _box = confirmed(shop)
    fetched(partner, minutes=1)
    return parcel(shop, order)


def printed(shop: Workshop, *boxes: Shipment, paper: str = "100x150", start: int = 1) -> str:
    with transaction():
        return documents.print_labels(shop.id, [box.id for box in boxes], paper=paper, start=start, by=AMINA)


def read(pdf: bytes, page: int = 0) -> list[str]:
    picture = Image.open(io.BytesIO(engine.page_png(pdf, page, dots_per_mm=12)))
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.Code128)
    return sorted(each.text for each in found)


def bears_ours(pdf: bytes, page: int = 0) -> bool:
    """Tell whether a page is our label: theirs has no square code."""
    picture = Image.open(io.BytesIO(engine.page_png(pdf, page, dots_per_mm=12)))
    return bool(zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode))


def kept(box: Shipment) -> PartnerLabel | None:
    return session.scalar(select(PartnerLabel).where(PartnerLabel.shipment_id == box.id))


def test_ours_is_printed_and_nobody_is_asked_for_theirs_until_it_is_chosen(amina: Workshop, partner: Partner) -> None:
    box = booked(amina, partner)
    assert kept(box) is None
    pdf = documents.batch_pdf(amina.id, printed(amina, box))
    assert (read(pdf), bears_ours(pdf)) == ([box.tracking], True)


def test_theirs_is_fetched_once_the_parcel_is_booked_and_printed(amina: Workshop, partner: Partner) -> None:
    chosen(amina)
    box = booked(amina, partner)
    label = kept(box)
    assert label is not None
    assert (label.pages, label.tracking, label.problem) == (1, box.tracking, "")
    batch = printed(amina, box)
    pdf = documents.batch_pdf(amina.id, batch)
    assert (read(pdf), bears_ours(pdf)) == ([box.tracking], False)
    assert documents.batch_stream(amina.id, batch, "zpl-203") != b""
    assert [each.their_mark for each in prints(amina.id, batch)] == [label.mark]


def test_its_private_link_is_written_nowhere(amina: Workshop, partner: Partner) -> None:
    chosen(amina)
    box = booked(amina, partner)
    link = str(partner.row(box)["label"])
    token = link.partition("token=")[2]
    printed(amina, box)
    assert len(token) == 32
    assert kept(box)
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            said = " ".join(str(each) for each in row)
            assert token not in said, f"the link is in {table.name}"
            assert "bordereau" not in said, f"the link is in {table.name}"


def test_mixed_prints_come_out_in_order(amina: Workshop, partner: Partner) -> None:
    first = booked(amina, partner)
    chosen(amina)
    second, third = booked(amina, partner), booked(amina, partner)
    with transaction():
        session.execute(update(PartnerLabel).where(PartnerLabel.shipment_id == third.id).values(pages=0, body=b""))
    batch = printed(amina, second, first, third, paper="a6")
    pdf = documents.batch_pdf(amina.id, batch)
    assert [read(pdf, page) for page in range(3)] == [[second.tracking], [first.tracking], [third.tracking]]
    assert [bears_ours(pdf, page) for page in range(3)] == [False, True, True]


def test_who_prints_at_once_waits_a_moment_for_theirs(amina: Workshop, partner: Partner) -> None:
    chosen(amina)
    _order, box = confirmed(amina)
    booking.announce(amina.id, [box.id], by=AMINA, outside=partner.outside)
    pdf = documents.batch_pdf(amina.id, printed(amina, box))
    assert not bears_ours(pdf)


def test_without_an_answer_ours_is_printed_and_theirs_comes_later(amina: Workshop, partner: Partner) -> None:
    chosen(amina)
    partner.world.faults.add("yalidine", "cut", path="/app/bordereau.php", times=None)
    order, box = confirmed(amina)
    booking.announce(amina.id, [box.id], by=AMINA, outside=partner.outside)
    box = parcel(amina, order)
    assert box.booked_at is not None
    batch = printed(amina, box)
    assert bears_ours(documents.batch_pdf(amina.id, batch))
    assert labels.problems(amina.id, [box.id]) == {box.id: ""}
    partner.world.faults.clear()
    fetched(partner, minutes=10)
    assert labels.problems(amina.id, [box.id]) == {}
    assert bears_ours(documents.batch_pdf(amina.id, batch)), "what was printed is shown as it was"
    with clock.standing_at(clock.now() + timedelta(minutes=11)):
        assert not bears_ours(documents.batch_pdf(amina.id, printed(amina, box)))


def test_a_page_that_is_no_pdf_is_refused_in_words_and_ours_prints(amina: Workshop, partner: Partner) -> None:
    chosen(amina)
    partner.sim.label_pages = True  # type: ignore[attr-defined]
    box = booked(amina, partner)
    assert labels.problems(amina.id, [box.id]) == {box.id: "its label is no PDF"}
    assert bears_ours(documents.batch_pdf(amina.id, printed(amina, box)))
    partner.sim.label_pages = False  # type: ignore[attr-defined]
    assert partner_labels.fetch(amina.id, [box.id], outside=partner.outside) == 0
    assert labels.problems(amina.id, [box.id]), "it is not asked for again by itself"
    assert partner_labels.fetch(amina.id, [box.id], outside=partner.outside, again=True) == 0
    assert labels.problems(amina.id, [box.id]) == {}


def test_a_hostile_label_is_never_kept_and_ours_prints(
    amina: Workshop, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    chosen(amina)
    bomb = twice_packed()
    monkeypatch.setattr("shop.testing.yalidine_sim.label_pdf", lambda *_told, **_size: bomb)
    box = booked(amina, partner)
    label = kept(box)
    assert label is not None
    assert (label.body, label.pages, label.problem) == (b"", 0, TOO_MUCH)
    assert bears_ours(documents.batch_pdf(amina.id, printed(amina, box)))


def test_what_is_kept_is_what_was_drawn_anew_and_no_transaction_waits_for_it(
    amina: Workshop, partner: Partner
) -> None:  # fmt: skip
    chosen(amina)
    label = kept(booked(amina, partner))
    assert label is not None
    assert b"/Subtype/Image" in label.body
    assert b"/Font" not in label.body
    with pytest.raises(RuntimeError, match="inside a transaction"), transaction():
        labels.redrawn(label.body)


def test_a_label_of_another_amount_is_not_printed(amina: Workshop, partner: Partner) -> None:
    chosen(amina)
    box = booked(amina, partner)
    with transaction():
        changed(update(Shipment).where(Shipment.id == box.id).values(collect_minor=box.collect_minor - 10_000))
    assert labels.ready(amina.id, [box.id]) == {}
    assert bears_ours(documents.batch_pdf(amina.id, printed(amina, parcel_of(box))))


def parcel_of(box: Shipment) -> Shipment:
    found = session.get_one(Shipment, box.id)
    session.refresh(found)
    return found


def test_a_station_prints_theirs_and_not_another_one_in_its_place(amina: Workshop, partner: Partner) -> None:
    chosen(amina)
    box = booked(amina, partner)
    with transaction():
        code = stations.add(amina.id, name="Zebra", head="pdf", by=AMINA)
        station, _token = stations.pair(code, by=SYSTEM)
        batch = printed_in(amina, box)
        stations.send(amina.id, batch, station.id, by=AMINA)
    (work_,) = stations.work(station.id)
    content, paper = stations.drawn(station, work_.key)
    assert (read(content), bears_ours(content), paper.key) == ([box.tracking], False, "100x150")
    with transaction():
        changed(update(PartnerLabel).where(PartnerLabel.shipment_id == box.id).values(mark="another"))
    with transaction():
        assert stations.take(station, work_.key) is False


def printed_in(shop: Workshop, box: Shipment) -> str:
    return documents.print_labels(shop.id, [box.id], paper="100x150", start=1, by=AMINA)


def test_a_label_that_comes_with_the_number_is_kept(
    amina: Workshop, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(amina)
    content = label_pdf("BY PLANE", "JD014600", ("Yacine",), pages=2)
    monkeypatch.setattr(
        "shop.shipping.carriers.yalidine.Yalidine.book_many",
        lambda _self, parcels: [Booking(each.reference, "JD014600", content) for each in parcels],
    )
    box = booked(amina, partner)
    assert (box.tracking, labels.ready(amina.id, [box.id])[box.id].pages) == ("JD014600", 2)
    batch = printed(amina, box, paper="a4x4", start=4)
    pdf = documents.batch_pdf(amina.id, batch)
    assert [read(pdf, page) for page in range(2)] == [["JD014600"], ["JD014600"]]
    assert [each.cells for each in prints(amina.id, batch)] == [2]


def test_what_cannot_be_chosen_is_refused(amina: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    other = workshop("other")
    with pytest.raises(Refused, match="makes no label"):
        chosen(other)
    monkeypatch.setattr("shop.shipping.labels.must", lambda _carrier: True)
    with pytest.raises(Refused, match="its own label only"):
        chosen(amina, theirs=False)


def test_the_partners_that_make_labels_are_known() -> None:
    assert {"ecotrack", "noest", "yalidine", "zrexpress"} <= set(labels.makers()) <= set(CARRIERS.usable)
    assert not {"maystro", "procolis", "rate_sheet"} & set(labels.makers())


def test_labels_are_forgotten_when_their_parcels_have_arrived(amina: Workshop, partner: Partner) -> None:
    chosen(amina)
    box = booked(amina, partner)
    batch = printed(amina, box)
    with clock.standing_at(clock.now() + labels.KEEP + timedelta(days=1)), transaction():
        labels.forget_old()
    assert session.scalar(select(func.count()).select_from(PartnerLabel)) == 0
    assert bears_ours(documents.batch_pdf(amina.id, batch)), "ours stands in for it"
