"""What customs was told stays told; label, form and invoices of a parcel that leaves come out in one print."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select, update

from shop.core.errors import NotFound, Refused
from shop.documents import customs, engine, stations
from shop.documents import service as documents
from shop.documents.leaving import with_customs
from shop.documents.queries import label_contents
from shop.documents.station_models import PrintStation
from shop.fulfilment import booking, leaving
from shop.orders.models import Order
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.print_station.ipp import Ipp
from shop.print_station.printers import Label
from shop.shipping import customs_facts
from shop.shipping import service as shipping
from shop.shipping.abroad_models import ZoneAbroad
from shop.shipping.customs_models import CustomsFacts
from shop.shipping.models import Shipment
from shop.stores.models import Store
from tests.checkout.cast import AMINA, Workshop, parcel, workshop
from tests.checkout.cast import confirmed as confirmed_at_home
from tests.checkout.test_abroad import leaves, placed, shop
from tests.documents.printers import A4_PAPER, a_roll, until
from tests.documents.test_customs import SOAP, sizes, texts

__all__ = ["shop"]
pytestmark = pytest.mark.usefixtures("app")
NUMBER = "RR123456785DZ"


def confirmed(shop: Workshop) -> tuple[Order, Shipment]:
    """An order to Lyon that is to be packed."""
    leaves(shop, **SOAP)
    order, _payment = placed(shop, pieces=1)
    with transaction():
        changed(update(Order).where(Order.id == order.id).values(state="confirmed"))
    session.expire_all()
    return session.get_one(Order, order.id), parcel(shop, order)


def printed(shop: Workshop, *boxes: Shipment, paper: str = "100x150", start: int = 1) -> str:
    with transaction():
        return documents.print_labels(shop.id, [box.id for box in boxes], paper=paper, start=start, by=AMINA)


def told(order: Order) -> tuple[str, int, str]:
    (goods,) = customs.declaration(order).goods
    return goods.hs, goods.net_g, goods.fr


def test_until_the_label_is_printed_the_products_speak(shop: Workshop) -> None:
    order, _box = confirmed(shop)
    leaves(shop, hs_code="340130", hs_more="", net_weight_g=90)
    assert told(order) == ("340130", 90, SOAP["customs_fr"])


def test_what_was_printed_stays_whatever_becomes_of_the_product(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, box = confirmed(shop)
    printed(shop, box)
    before = customs.declaration(order)
    leaves(shop, hs_code="961700", hs_more="", net_weight_g=400, customs_fr="Autre chose", origin="MA")
    with transaction():
        session.execute(update(ZoneAbroad).values(service="parcel"))
    monkeypatch.setattr("shop.shipping.customs_facts.rates", lambda: (customs_facts.Rate(before.day, 1, "tomorrow"),))
    assert customs.declaration(order) == before
    assert engine.customs_pdf(customs.declaration(order)) == engine.customs_pdf(before)


def test_a_change_before_the_carrier_is_asked_makes_the_label_old(shop: Workshop) -> None:
    order, box = confirmed(shop)
    with transaction():
        code = stations.add(shop.id, name="Zebra", head="zpl-203", by=AMINA)
        station, _token = stations.pair(code, by=SYSTEM)
    batch = printed(shop, box)
    with transaction():
        stations.send(shop.id, batch, station.id, by=AMINA)
    assert not customs_facts.outdated(order, box)
    leaves(shop, net_weight_g=80)
    assert customs_facts.outdated(order, box)
    (work,) = stations.work(station.id)
    with transaction():
        assert stations.take(station, work.key) is False, "its label says that it weighs more"
    printed(shop, box, paper="a6")
    assert not customs_facts.outdated(order, box)
    assert told(order)[1] == 80


def test_once_the_carrier_was_asked_nothing_moves_any_more(shop: Workshop) -> None:
    order, box = confirmed(shop)
    (answer,) = booking.book(shop.id, [box.id])
    assert answer.outcome == "booked", answer
    box = parcel(shop, order)
    assert box.booked_at is not None
    leaves(shop, net_weight_g=80)
    assert told(order)[1] == 100
    assert not customs_facts.outdated(order, box)
    batch = printed(shop, box)
    leaves(shop, net_weight_g=70)
    with transaction():
        code = stations.add(shop.id, name="Zebra", head="zpl-203", by=AMINA)
        station, _token = stations.pair(code, by=SYSTEM)
        stations.send(shop.id, batch, station.id, by=AMINA)
    (work,) = stations.work(station.id)
    with transaction():
        assert stations.take(station, work.key) is True


def test_a_carrier_is_told_what_it_was_told_the_first_time(shop: Workshop) -> None:
    order, box = confirmed(shop)
    with transaction():
        customs_facts.freeze(shop.id, [box.id], by=AMINA)
        shipping.note_asked(shop.id, [box.id])
    leaves(shop, net_weight_g=80)
    store, asked = session.get_one(Store, shop.id), parcel(shop, order)
    found = leaving.abroad_of(order, store, asked)
    assert found is not None
    assert [each.net_g for each in found.goods] == [100]
    with transaction():
        shipping.note_refused(shop.id, box.id, "the code is wrong")
    again = leaving.abroad_of(order, store, parcel(shop, order))
    assert again is not None
    assert [each.net_g for each in again.goods] == [80], "what it refused is told anew, corrected"


def test_a_parcel_that_stays_is_told_to_nobody(shop: Workshop) -> None:
    home = workshop("home")
    _order, box = confirmed_at_home(home)
    batch = printed(home, box)
    assert session.scalar(select(CustomsFacts.id)) is None
    with pytest.raises(NotFound):
        documents.batch_customs_pdf(home.id, batch)


def test_facts_that_were_written_down_are_read_as_they_were(shop: Workshop) -> None:
    order, box = confirmed(shop)
    found = customs_facts.facts_now(order, box)
    assert customs_facts.read(json.loads(json.dumps(customs_facts.content_of(found)))) == found


@pytest.mark.parametrize("form", ["CN22", "CN23"])
def test_the_number_of_the_post_is_bars_on_its_form(shop: Workshop, form: str) -> None:
    order, _box = confirmed(shop)
    if form == "CN23":
        with transaction():
            session.execute(update(ZoneAbroad).values(service="parcel"))
    assert bars(engine.customs_pdf(customs.declaration(order)), 0) == []
    with transaction():
        changed(update(Shipment).where(Shipment.order_id == order.id).values(tracking=NUMBER))
    session.expire_all()
    pdf = engine.customs_pdf(customs.declaration(order))
    assert bars(pdf, 0) == [NUMBER]
    assert NUMBER in texts(pdf)[0]
    assert len(sizes(pdf)) == 2


def bars(pdf: bytes, page: int) -> list[str]:
    picture = Image.open(io.BytesIO(engine.page_png(pdf, page, dots_per_mm=12)))
    return [each.text for each in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.Code128)]


ROLL, A4, A5, A6, WIDE = (100, 150), (210, 297), (148, 210), (105, 148), (210, 148)


@pytest.mark.parametrize(
    ("paper", "service", "wanted"),
    [
        ("100x150", "packet", [ROLL, ROLL, A4, A4]), ("a6", "packet", [A6, A6, A4, A4]),
        ("a4x4", "packet", [A4, A4, A4]),
        ("100x150", "parcel", [ROLL, WIDE, A4, A4]), ("a5", "parcel", [A5, A5, A4, A4]),
        ("a4x2", "parcel", [A4, A4, A4]),
    ],
)  # fmt: skip
def test_label_form_and_invoices_come_out_in_one_print(
    shop: Workshop, paper: str, service: str, wanted: Sequence[tuple[int, int]]
) -> None:
    order, box = confirmed(shop)
    with transaction():
        session.execute(update(ZoneAbroad).values(service=service))
    batch = printed(shop, box, paper=paper)
    pdf = documents.batch_customs_pdf(shop.id, batch, copies=2)
    assert sizes(pdf) == wanted
    found = texts(pdf)
    assert [("COMMERCIAL INVOICE" in page) for page in found] == [False] * (len(wanted) - 2) + [True, True]
    with_form = found[0] if len(wanted) == 3 else found[1]
    assert ("CN 22" if service == "packet" else "CN 23") in with_form
    assert bars(pdf, 0) == [box.reference]
    assert order.code in found[-1]


@pytest.mark.parametrize(
    ("head", "paper", "service", "wanted"),
    [
        ("pdf", "a4x4", "packet", [A4] * 4), ("pdf", "a4x2", "packet", [A4] * 4), ("pdf", "a4x2", "parcel", [A4] * 4),
        ("pdf", "a4x4", "parcel", [A4] * 4), ("pdf", "100x150", "packet", [ROLL]), ("pdf", "a5", "packet", [A5]),
    ],
)  # fmt: skip
def test_a_station_with_sheets_of_a4_prints_the_papers_with_their_label(
    shop: Workshop, head: str, paper: str, service: str, wanted: Sequence[tuple[int, int]]
) -> None:
    order, box = confirmed(shop)
    with transaction():
        session.execute(update(ZoneAbroad).values(service=service))
    (station, key), form = at_a_station(shop, box, paper, head), "CN 22" if service == "packet" else "CN 23"
    with transaction():
        assert stations.take(station, key)
    pdf, said = stations.drawn(station, key)
    assert sizes(pdf) == wanted
    assert (said.width // 10, said.height // 10) == wanted[0]
    assert ["COMMERCIAL INVOICE" in page for page in texts(pdf)] == [False] + [True] * (len(wanted) - 1)
    assert (form in texts(pdf)[0]) is (len(wanted) > 1)
    assert bars(pdf, 0) == [box.reference]
    assert order.code in texts(pdf)[-1]


def at_a_station(shop: Workshop, box: Shipment, paper: str, head: str = "pdf") -> tuple[PrintStation, str]:
    """Send the label of a parcel to a new station; return it and the key of the label."""
    with transaction():
        station, _token = stations.pair(stations.add(shop.id, name="Canon", head=head, by=AMINA), by=SYSTEM)
    batch = printed(shop, box, paper=paper)
    with transaction():
        stations.send(shop.id, batch, station.id, by=AMINA)
    (work,) = stations.work(station.id)
    return station, work.key


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_ordinary_printer_gets_label_and_papers_as_one_job_on_a4(shop: Workshop, tmp_path: Path) -> None:
    _order, box = confirmed(shop)
    station, key = at_a_station(shop, box, "a4x4")
    with transaction():
        stations.take(station, key)
    pdf, paper = stations.drawn(station, key)
    with a_roll(tmp_path / "office", A4_PAPER) as printer:
        Ipp(printer.address).accept(key, Label(pdf, paper.width, paper.height))
        until(lambda: printer.labels() == [pdf])
        told_of = (printer.out / f"{key}.env").read_text()
    assert "x-dimension=21000 y-dimension=29700" in told_of


def test_in_a_batch_each_one_is_followed_by_its_papers(shop: Workshop) -> None:
    order, box = confirmed(shop)
    (content,) = label_contents(shop.id, [box.id])
    declared = customs.declaration(order)
    pdf = with_customs([content] * 3, {0: declared, 2: declared}, "a6", copies=1)
    kinds = ["invoice" if "COMMERCIAL" in page else "form" if "CN 22" in page else "label" for page in texts(pdf)]
    assert kinds == ["label", "form", "invoice", "label", "label", "form", "invoice"]
    for copies in (0, 6):
        with pytest.raises(Refused, match="copies"):
            with_customs([content], {0: declared}, "a6", copies=copies)


def test_four_kinds_of_goods_with_long_names_keep_to_one_form(shop: Workshop) -> None:
    order, _box = confirmed(shop)
    declared = customs.declaration(order)
    long = replace(
        declared.goods[0], fr="Savon à l’huile d’olive et de laurier, fait main " + "é" * 30, en="Olive " * 13
    )
    pdf = engine.customs_pdf(replace(declared, goods=(long,) * 4, item=NUMBER))
    assert sizes(pdf) == [A6, A4]
    assert bars(pdf, 0) == [NUMBER]
