"""Labels that print by themselves: once, after the moment in which a call can be undone, whatever the partner does."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from shop import work
from shop.core import clock
from shop.core.errors import NotFound
from shop.documents import by_itself, stations
from shop.documents import service as documents
from shop.documents.models import LabelPrint
from shop.documents.station_models import PrintJob
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing import jobs
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Entry
from shop.shipping.models import Shipment
from tests.checkout.cast import AMINA, Workshop, ordered, parcel, workshop
from tests.fulfilment.partner import Partner

pytestmark = pytest.mark.usefixtures("app")


def station(store_id: int, name: str = "Zebra") -> int:
    with transaction():
        made, _token = stations.pair(stations.add(store_id, name=name, head="pdf", by=AMINA), by=SYSTEM)
        return made.id


@pytest.fixture
def zebra(amina: Workshop) -> int:
    """Her print station, which prints by itself."""
    made = station(amina.id)
    with transaction():
        by_itself.turn_on(amina.id, made, by=AMINA)
    return made


def confirm(shop: Workshop, order: Order | None = None) -> tuple[Order, Shipment]:
    """Confirm an order as the studio does."""
    order = order or ordered(shop)
    with transaction():
        fulfilment.confirm(shop.id, order.id, by=AMINA)
        by_itself.print_soon(shop.id, order.id, after=booking.PRINTED_AFTER)
    return order, parcel(shop, order)


def works(partner: Partner, *, seconds: float) -> None:
    """Let the jobs run that are due by then."""
    partner.works(minutes=seconds / 60)


def its_job() -> dict[str, object]:
    """Return what the printing job was told."""
    told = session.scalars(select(jobs.Job.payload).where(jobs.Job.kind == by_itself.JOB)).one()
    session.rollback()
    return told


def on_their_way() -> list[str]:
    return list(session.scalars(select(PrintJob.state).order_by(PrintJob.id)))


def printed() -> int:
    return len(session.scalars(select(LabelPrint.id)).all())


def failures() -> list[str]:
    return [each for each in session.scalars(select(jobs.Job.error)) if each]


def test_a_confirmed_order_prints_with_its_partners_number_once_it_can_no_longer_be_undone(
    amina: Workshop, partner: Partner, zebra: int
) -> None:
    order, box = confirm(amina)
    works(partner, seconds=14)
    assert on_their_way() == []
    works(partner, seconds=17)
    box = parcel(amina, order)
    assert (on_their_way(), box.state) == (["queued"], "labelled")
    (label,) = documents.label_contents(amina.id, [box.id])
    assert label.code == box.tracking != ""
    with transaction():
        (work_,) = stations.work(stations.live(amina.id)[0].id)
        assert stations.take(stations.live(amina.id)[0], work_.key), "what was printed is what stands on it now"
    assert failures() == []


def test_a_silent_partner_keeps_no_label_waiting(amina: Workshop, partner: Partner, zebra: int) -> None:
    partner.world.faults.add("yalidine", "cut", times=None)
    order, box = confirm(amina)
    works(partner, seconds=17)
    assert on_their_way() == ["queued"]
    box = parcel(amina, order)
    assert (box.tracking, [each.code for each in documents.label_contents(amina.id, [box.id])]) == ("", [box.reference])


def test_a_partner_that_was_not_asked_yet_gets_a_moment(amina: Workshop, partner: Partner, zebra: int) -> None:
    order, _box = confirm(amina)
    work.print_confirmed(partner.outside, its_job())  # the job that books has not run
    assert parcel(amina, order).tracking != ""
    assert on_their_way() == ["queued"]


def test_what_is_undone_is_not_printed_and_what_is_confirmed_anew_waits_anew(
    amina: Workshop, partner: Partner, zebra: int
) -> None:
    order, _box = confirm(amina)
    with clock.standing_at(clock.now() + timedelta(seconds=10)):
        with transaction():
            fulfilment.undo_call(amina.id, order.id, by=AMINA)
        confirm(amina, order)
    works(partner, seconds=20)
    assert on_their_way() == [], "the first confirmation was taken back"
    works(partner, seconds=27)
    assert on_their_way() == ["queued"]


def test_what_somebody_printed_by_hand_is_not_printed_again(amina: Workshop, partner: Partner, zebra: int) -> None:
    _order, box = confirm(amina)
    with transaction():
        documents.print_labels(amina.id, [box.id], paper="100x150", start=1, by=AMINA)
    works(partner, seconds=17)
    assert (on_their_way(), printed()) == ([], 1)
    assert failures() == []


def test_the_same_job_twice_and_two_at_once_print_one_label(amina: Workshop, partner: Partner, zebra: int) -> None:
    order, _box = confirm(amina)
    application, payload = current_app._get_current_object(), its_job()  # type: ignore[attr-defined]

    def run() -> None:
        with application.app_context():
            work.print_confirmed(partner.outside, payload)
            session.remove()  # type: ignore[attr-defined]

    both = [threading.Thread(target=run) for _worker in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    run()
    assert (on_their_way(), printed()) == (["queued"], 1)
    assert parcel(amina, order).state == "labelled"


def test_nothing_prints_where_no_station_wants_it(amina: Workshop, partner: Partner, zebra: int) -> None:
    confirm(amina)
    with transaction():
        by_itself.turn_off(amina.id, zebra, by=AMINA)
    works(partner, seconds=17)
    confirm(amina)
    works(partner, seconds=60)
    assert (on_their_way(), printed()) == ([], 0)


def test_one_station_of_a_workshop_prints_by_itself(amina: Workshop, partner: Partner, zebra: int) -> None:
    spare = station(amina.id, "Spare")
    with transaction():
        by_itself.turn_on(amina.id, spare, by=AMINA)
        by_itself.turn_on(amina.id, spare, by=AMINA)
    assert [each.by_itself for each in stations.live(amina.id)] == [False, True]
    confirm(amina)
    works(partner, seconds=17)
    assert list(session.scalars(select(PrintJob.station_id))) == [spare]
    verbs = session.scalars(select(Entry.verb).where(Entry.verb.startswith("print_station.prints")))
    assert list(verbs) == [
        "print_station.prints_by_itself", "print_station.prints_when_told", "print_station.prints_by_itself",
    ]  # fmt: skip


def test_only_a_station_of_hers_that_is_paired_prints_by_itself(amina: Workshop, zebra: int) -> None:
    other = workshop("Atelier Ismahane")
    with transaction():
        stations.add(amina.id, name="New", head="pdf", by=AMINA)
    new = stations.live(amina.id)[-1].id
    for store_id, wrong in ((amina.id, new), (other.id, zebra), (amina.id, 0)):
        with pytest.raises(NotFound), transaction():
            by_itself.turn_on(store_id, wrong, by=AMINA)
    with pytest.raises(NotFound), transaction():
        by_itself.turn_off(other.id, zebra, by=AMINA)
