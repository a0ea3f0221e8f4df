"""From the label to the door or back: prints, hand-over sheets, scans by hand and by carrier, cancellations."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import func, select

from shop import audit
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.documents import service as documents
from shop.documents.models import LabelPrint
from shop.documents.queries import batch_contents, label_contents, prints_of
from shop.fulfilment import service as fulfilment
from shop.payments.queries import payment_of
from shop.plumbing import jobs
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.shipping.contract import ParcelScan
from shop.shipping.models import Handover, Scan
from shop.shipping.queries import by_ending, shipment, shipments_of_orders
from tests.checkout.cast import (
    AMINA,
    Workshop,
    confirmed,
    delivered,
    handed_over,
    labelled,
    ordered,
    parcel,
    workshop,
)
from tests.payments.till import OUTSIDE

pytestmark = pytest.mark.usefixtures("app")
CARRIER = Actor("carrier", name="Barq Express")


def said(word: str, *, minute: int = 0, key: str = "") -> ParcelScan:
    at = clock.now() + timedelta(minutes=minute)
    return ParcelScan(key=key or f"{word}-{minute}", tracking="", word=word, at=at, raw=word.upper())


def record(shop: Workshop, shipment_id: int, *scans: ParcelScan) -> list[str]:
    with transaction():
        return fulfilment.record(shop.id, shipment_id, scans, by=CARRIER)


def test_a_first_print_labels_the_parcel_and_a_reprint_is_marked() -> None:
    amina = workshop()
    order, box = labelled(amina)
    assert box.state == "labelled"
    with transaction():
        again = documents.print_labels(amina.id, [box.id], paper="a4x4", start=3, by=AMINA)
    assert [(each.number, each.paper, each.start, each.by_name) for each in prints_of(amina.id, box.id)] == [
        (0, "100x150", 1, "Amina"), (1, "a4x4", 3, "Amina"),
    ]  # fmt: skip
    assert [label.reprint for label in batch_contents(amina.id, again)] == [1]
    assert parcel(amina, order).state == "labelled"
    assert list(audit.findings()) == []


def test_a_second_tap_on_print_prints_nothing_twice() -> None:
    amina = workshop()
    _order, box = confirmed(amina)
    batches = set()
    for _tap in range(2):
        with transaction():
            batches.add(documents.print_labels(amina.id, [box.id], paper="a6", start=1, by=AMINA))
    assert len(batches) == 1
    assert session.scalar(select(func.count()).select_from(LabelPrint)) == 1


def test_many_labels_keep_their_order_of_packing() -> None:
    amina = workshop(stock=9)
    boxes = [confirmed(amina)[1].id for _each in range(3)]
    wanted = [boxes[2], boxes[0], boxes[1]]
    with transaction():
        batch = documents.print_labels(amina.id, wanted, paper="a4x4", start=2, by=AMINA)
    assert [label.code for label in batch_contents(amina.id, batch)] == [
        shipment(amina.id, each).reference for each in wanted
    ]
    assert documents.batch_pdf(amina.id, batch).startswith(b"%PDF")


def test_the_label_says_what_the_courier_needs() -> None:
    amina = workshop()
    order, box = confirmed(amina, pieces=2)
    label = label_contents(amina.id, [box.id])[0]
    assert (label.code, label.reference, label.collect) == (box.reference, order.code, Money.dinars(1700))
    assert (label.wilaya_code, label.wilaya_fr, label.commune_fr) == ("31", "Oran", "Oran")
    assert (label.recipient, label.phone) == ("Yacine Haddad", "+213550123456")
    assert (label.carrier_name, label.carrier_name_ar, label.may_open) == ("Barq Express", "برق", True)
    assert (label.weight_g, label.contents) == (600, "2 × صابون")


def test_an_order_that_is_not_confirmed_gets_no_label() -> None:
    amina = workshop()
    order = ordered(amina)
    with pytest.raises(InvalidTransition), transaction():
        documents.print_labels(amina.id, [parcel(amina, order).id], paper="a6", start=1, by=AMINA)


@pytest.mark.parametrize(("paper", "start"), [("a3", 1), ("a6", 2), ("a4x4", 5)])
def test_a_paper_or_place_that_is_not_there_is_refused(paper: str, start: int) -> None:
    amina = workshop()
    _order, box = confirmed(amina)
    with pytest.raises(Refused), transaction():
        documents.print_labels(amina.id, [box.id], paper=paper, start=start, by=AMINA)
    assert shipment(amina.id, box.id).state == "preparing"


def test_slips_and_sheets_are_drawn() -> None:
    amina = workshop()
    order, box = handed_over(amina)
    assert documents.slips_pdf(amina.id, [order.id]).startswith(b"%PDF")
    assert box.handover_id is not None
    assert documents.handover_pdf(amina.id, box.handover_id).startswith(b"%PDF")


def test_a_sheet_counts_parcels_and_cash_and_numbers_have_no_gaps() -> None:
    amina = workshop(stock=9)
    boxes = [labelled(amina)[1] for _each in range(3)]
    with transaction():
        first = fulfilment.hand_over(amina.id, [boxes[0].id, boxes[1].id], by=AMINA)
    with pytest.raises(InvalidTransition), transaction():
        fulfilment.hand_over(amina.id, [boxes[1].id, boxes[2].id], by=AMINA)
    with transaction():
        second = fulfilment.hand_over(amina.id, [boxes[2].id], by=AMINA)
    assert [(s.number, s.parcels, s.collect_minor) for s in (first, second)] == [(1, 2, 220_000), (2, 1, 110_000)]


def test_a_second_tap_on_hand_over_gets_the_same_sheet() -> None:
    amina = workshop()
    _order, box = labelled(amina)
    numbers = []
    for _tap in range(2):
        with transaction():
            numbers.append(fulfilment.hand_over(amina.id, [box.id], by=AMINA).number)
    assert numbers == [1, 1]
    assert session.scalar(select(func.count()).select_from(Handover)) == 1


def test_only_labelled_parcels_of_one_carrier_and_ones_own_are_handed_over() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    _order, unlabelled = confirmed(amina)
    _order, box = labelled(amina)
    _order, other = labelled(amina)
    with transaction():
        shipment(amina.id, other.id).carrier_title = "Nassim Poste"
    for ids, error in (
        ([unlabelled.id], InvalidTransition), ([box.id, other.id], Refused), ([], Refused), ([box.id, 999], NotFound),
    ):  # fmt: skip
        with pytest.raises(error), transaction():
            fulfilment.hand_over(amina.id, ids, by=AMINA)
    with pytest.raises(Refused), transaction():
        fulfilment.hand_over(ismahane.id, [box.id], by=AMINA)


def test_delivered_completes_the_order_and_the_cash_is_collected() -> None:
    amina = workshop()
    order, box = delivered(amina)
    payment = payment_of(amina.id, order.id)
    assert (order.state, box.state) == ("completed", "delivered")
    assert order.completed_at is not None
    assert payment is not None
    assert (payment.state, payment.collected_at is not None) == ("collected", True)
    assert list(audit.findings()) == []


def test_returned_puts_the_stock_back_and_cancels_the_cash() -> None:
    amina = workshop()
    order, box = handed_over(amina, pieces=2)
    with transaction():
        fulfilment.scan(amina.id, box.id, "returning", by=AMINA)
    assert (parcel(amina, order).state, amina.on_hand()) == ("returning", 3)
    with transaction():
        fulfilment.scan(amina.id, box.id, "returned", by=AMINA)
    assert (parcel(amina, order).state, amina.on_hand()) == ("returned", 5)
    assert (order.state, order.cancel_reason) == ("cancelled", "refused")
    assert payment_of(amina.id, order.id).state == "cancelled"  # type: ignore[union-attr]
    assert list(audit.findings()) == []


def test_an_attempt_that_failed_is_written_and_tried_again() -> None:
    amina = workshop()
    order, box = handed_over(amina)
    with transaction():
        fulfilment.scan(amina.id, box.id, "attempt_failed", by=AMINA, text="لا يرد")
    assert parcel(amina, order).state == "attempt_failed"
    with transaction():
        fulfilment.scan(amina.id, box.id, "delivered", by=AMINA)
    assert parcel(amina, order).state == "delivered"


def test_the_same_word_by_hand_twice_is_harmless() -> None:
    amina = workshop()
    order, box = delivered(amina)
    with transaction():
        assert fulfilment.scan(amina.id, box.id, "delivered", by=AMINA) == []
    assert parcel(amina, order).state == "delivered"
    assert session.scalar(select(func.count()).select_from(Scan)) == 1


@pytest.mark.parametrize("word", ["returned", "attempt_failed", "returning", "lost", "in_transit"])
def test_by_hand_nothing_moves_a_delivered_parcel(word: str) -> None:
    amina = workshop()
    order, box = delivered(amina)
    with pytest.raises(InvalidTransition), transaction():
        fulfilment.scan(amina.id, box.id, word, by=AMINA)
    assert (parcel(amina, order).state, order.state) == ("delivered", "completed")


def test_by_hand_a_parcel_leaves_only_with_its_sheet() -> None:
    amina = workshop()
    _order, box = labelled(amina)
    with pytest.raises(InvalidTransition), transaction():
        fulfilment.scan(amina.id, box.id, "delivered", by=AMINA)
    with pytest.raises(Refused), transaction():
        fulfilment.scan(amina.id, box.id, "teleported", by=AMINA)


def test_a_repeated_scan_is_one_row_and_moves_once() -> None:
    amina = workshop()
    order, box = handed_over(amina)
    scan = said("delivered")
    assert record(amina, box.id, scan, scan) == ["delivered"]
    assert record(amina, box.id, scan) == []
    assert session.scalar(select(func.count()).select_from(Scan)) == 1
    assert payment_of(amina.id, order.id).state == "collected"  # type: ignore[union-attr]


def test_a_repeat_of_the_same_minute_does_not_move_it_back() -> None:
    amina = workshop()
    order, box = handed_over(amina)
    now = clock.now()
    failed, again = (
        ParcelScan(key=key, tracking="", word=word, at=now) for key, word in (("a", "attempt_failed"), ("b", "at_hub"))
    )
    assert record(amina, box.id, failed) == ["attempt_failed"]
    assert record(amina, box.id, again) == ["in_transit"]
    assert record(amina, box.id, failed) == []
    assert parcel(amina, order).state == "in_transit"


def test_a_late_scan_is_kept_and_moves_nothing() -> None:
    amina = workshop()
    order, box = handed_over(amina)
    assert record(amina, box.id, said("attempt_failed", minute=30)) == ["attempt_failed"]
    assert record(amina, box.id, said("out_for_delivery", minute=10)) == []
    assert parcel(amina, order).state == "attempt_failed"
    assert [scan.moved for scan in session.scalars(select(Scan).order_by(Scan.id))] == [True, False]


def test_an_unknown_word_is_kept_raw_and_moves_nothing() -> None:
    amina = workshop()
    order, box = handed_over(amina)
    assert record(amina, box.id, said("Perdu dans la nature")) == []
    kept = session.scalars(select(Scan)).one()
    assert (kept.word, kept.raw, kept.moved) == ("unknown", "PERDU DANS LA NATURE", False)
    assert parcel(amina, order).state == "handed_over"


STORY = [said(word, minute=at) for at, word in enumerate(("picked_up", "at_hub", "attempt_failed", "delivered"))]


@pytest.mark.parametrize("order_of_arrival", list(permutations(range(4))))
def test_scans_in_any_order_end_in_the_same_state(order_of_arrival: tuple[int, ...]) -> None:
    amina = workshop()
    order, box = handed_over(amina)
    for at in order_of_arrival:
        record(amina, box.id, STORY[at])
    assert (parcel(amina, order).state, order.state) == ("delivered", "completed")
    assert session.scalar(select(func.count()).select_from(Scan)) == 4
    assert list(audit.findings()) == []


def test_a_carriers_scan_proves_that_it_has_the_parcel() -> None:
    amina = workshop()
    order, box = labelled(amina)
    assert record(amina, box.id, said("picked_up")) == ["handed_over", "in_transit"]
    assert parcel(amina, order).handed_over_at is not None


def test_a_return_that_was_never_announced_is_a_return() -> None:
    amina = workshop()
    order, box = handed_over(amina)
    assert record(amina, box.id, said("returned")) == ["returning", "returned"]
    assert (parcel(amina, order).state, amina.on_hand()) == ("returned", 5)


@pytest.mark.parametrize("make", [ordered, confirmed, labelled])
def test_cancelling_frees_stock_cash_and_parcel(make: object) -> None:
    amina = workshop()
    made = make(amina, pieces=2)  # type: ignore[operator]
    order = made[0] if isinstance(made, tuple) else made
    with transaction():
        fulfilment.cancel(amina.id, order.id, "out_of_stock", by=AMINA)
    session.refresh(order)
    assert (order.state, order.cancel_reason, amina.on_hand()) == ("cancelled", "out_of_stock", 5)
    assert payment_of(amina.id, order.id).state == "cancelled"  # type: ignore[union-attr]
    assert shipments_of_orders(amina.id, [order.id])[order.id].state == "cancelled"
    assert list(audit.findings()) == []


def test_what_is_on_its_way_is_not_cancelled() -> None:
    amina = workshop()
    order, box = handed_over(amina)
    with pytest.raises(InvalidTransition), transaction():
        fulfilment.cancel(amina.id, order.id, "other", by=AMINA)
    assert (parcel(amina, order).state, order.state, amina.on_hand()) == ("handed_over", "confirmed", 4)
    assert box.id == parcel(amina, order).id


def test_a_lost_parcel_can_be_written_off_and_its_pieces_stay_gone() -> None:
    amina = workshop()
    order, box = handed_over(amina)
    record(amina, box.id, said("lost"))
    with transaction():
        fulfilment.cancel(amina.id, order.id, "other", by=AMINA)
    assert (parcel(amina, order).state, order.state, amina.on_hand()) == ("lost", "cancelled", 4)
    assert list(audit.findings()) == []


def test_cancelling_a_booked_parcel_takes_the_booking_back_later() -> None:
    amina = workshop()
    order, box = confirmed(amina)
    fulfilment.book(amina.id, [box.id], by=AMINA)
    with transaction():
        fulfilment.cancel(amina.id, order.id, "other", by=AMINA)
    job = session.scalars(select(jobs.Job).where(jobs.Job.kind == "fulfilment.cancel_booking")).one()
    for _twice in range(2):
        fulfilment.cancel_booking(OUTSIDE, job.payload)


def test_a_parcel_is_found_by_its_last_characters() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    _order, box = labelled(amina)
    assert by_ending(amina.id, f" {box.reference[-4:].lower()} ").id == box.id
    assert by_ending(amina.id, box.reference).id == box.id
    for store_id, typed in ((amina.id, box.reference[-3:]), (amina.id, "%%%%"), (ismahane.id, box.reference)):
        with pytest.raises(Refused):
            by_ending(store_id, typed)


def test_another_workshops_parcels_are_not_found() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    _order, box = labelled(amina)
    for verb in (
        lambda: fulfilment.scan(ismahane.id, box.id, "lost", by=AMINA),
        lambda: fulfilment.record(ismahane.id, box.id, [said("lost")], by=AMINA),
        lambda: documents.print_labels(ismahane.id, [box.id], paper="a6", start=1, by=AMINA),
        lambda: label_contents(ismahane.id, [box.id]),
    ):
        with pytest.raises(NotFound), transaction():
            verb()
