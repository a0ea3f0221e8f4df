"""Booking with a carrier that has an outside: once, unknown when no answer came, never inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from shop.core.errors import Rejected, Unavailable
from shop.documents import service as documents
from shop.fulfilment import service as fulfilment
from shop.plumbing import jobs
from shop.plumbing.db import in_transaction, session, transaction
from shop.plumbing.journal import Entry
from shop.shipping.carriers import CARRIERS
from shop.shipping.contract import Booking, Parcel, Plugin, Quote
from tests.checkout.cast import AMINA, Workshop, confirmed, handed_over, ordered, parcel, workshop
from tests.payments.till import OUTSIDE

pytestmark = pytest.mark.usefixtures("app")


@dataclass(frozen=True)
class Nothing:
    """No settings."""


@dataclass
class Nassim:
    """A carrier with a memory, that can be told to fail before or after it books."""

    booked: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    fault: str = ""

    key = "nassim"

    def quotes(self, parcel: Parcel) -> list[Quote]:
        return []

    def book(self, parcel: Parcel) -> Booking:
        assert not in_transaction()
        self.calls.append(parcel.reference)
        if self.fault == "rejected":
            raise Rejected("no such commune", fields={"commune": "unknown"})
        tracking = self.booked.setdefault(parcel.reference, f"NAS-{len(self.booked) + 1:06d}")
        if self.fault == "silent":
            raise Unavailable("timed out after it was booked")
        return Booking(parcel.reference, tracking)

    def cancel(self, tracking: str) -> None:
        self.cancelled.append(tracking)


@pytest.fixture
def nassim() -> Iterator[Nassim]:
    carrier = Nassim()
    plugins = dict(CARRIERS.usable)
    plugins["nassim"] = Plugin("nassim", "Nassim", Nothing, lambda _settings, _http: carrier)
    CARRIERS.__dict__["_found"] = (plugins, CARRIERS.disabled)
    yield carrier
    del CARRIERS.__dict__["_found"]


@pytest.fixture
def amina(nassim: Nassim) -> Workshop:
    shop = workshop(stock=60)
    with transaction():
        shop.carrier.carrier = "nassim"
    return shop


def confirmed_here(shop: Workshop) -> int:
    """Confirm an order while the sheet quotes; Nassim books."""
    with transaction():
        shop.carrier.carrier = "rate_sheet"
    box = confirmed(shop)[1].id
    with transaction():
        shop.carrier.carrier = "nassim"
    return box


def test_booking_writes_the_carriers_number(amina: Workshop, nassim: Nassim) -> None:
    box = confirmed_here(amina)
    assert [(each.outcome, each.tracking) for each in fulfilment.book(amina.id, [box], by=AMINA)] == [
        ("booked", "NAS-000001")
    ]
    verbs = select(Entry.verb).where(Entry.subject == "shipment", Entry.subject_id == box).order_by(Entry.id)
    assert list(session.scalars(verbs)) == ["shipment.booking", "shipment.booked"]


def test_what_is_booked_is_not_booked_again(amina: Workshop, nassim: Nassim) -> None:
    box = confirmed_here(amina)
    fulfilment.book(amina.id, [box], by=AMINA)
    assert fulfilment.book(amina.id, [box], by=AMINA) == []
    assert len(nassim.calls) == 1


def test_no_answer_is_unknown_and_is_asked_again_by_a_job(amina: Workshop, nassim: Nassim) -> None:
    box = confirmed_here(amina)
    nassim.fault = "silent"
    assert [each.outcome for each in fulfilment.book(amina.id, [box], by=AMINA)] == ["unknown"]
    assert [each.outcome for each in fulfilment.book(amina.id, [box], by=AMINA)] == ["busy"]
    assert len(nassim.calls) == 1
    job = session.scalars(select(jobs.Job).where(jobs.Job.kind == "fulfilment.book")).one()
    assert job.payload == {"store_id": amina.id, "shipment_id": box}


def test_our_own_label_prints_while_the_carrier_is_down(amina: Workshop, nassim: Nassim) -> None:
    box = confirmed_here(amina)
    nassim.fault = "silent"
    fulfilment.book(amina.id, [box], by=AMINA)
    with transaction():
        batch = documents.print_labels(amina.id, [box], paper="a6", start=1, by=AMINA)
    assert documents.batch_pdf(amina.id, batch).startswith(b"%PDF")


def test_the_job_finds_the_booking_that_was_made(
    amina: Workshop, nassim: Nassim, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = confirmed_here(amina)
    nassim.fault = "silent"
    monkeypatch.setattr("shop.fulfilment.booking.LEASE_S", 0)
    fulfilment.book(amina.id, [box], by=AMINA)
    nassim.fault = ""
    fulfilment.book_later(OUTSIDE, {"store_id": amina.id, "shipment_id": box})
    fulfilment.book_later(OUTSIDE, {"store_id": amina.id, "shipment_id": box})
    assert list(nassim.booked.values()) == ["NAS-000001"]
    assert nassim.calls == [nassim.calls[0]] * 2


def test_a_refusal_says_why_and_can_be_tried_again(amina: Workshop, nassim: Nassim) -> None:
    box = confirmed_here(amina)
    nassim.fault = "rejected"
    refused = fulfilment.book(amina.id, [box], by=AMINA)[0]
    assert (refused.outcome, refused.why) == ("refused", "no such commune")
    nassim.fault = ""
    assert fulfilment.book(amina.id, [box], by=AMINA)[0].outcome == "booked"


def test_what_was_cancelled_meanwhile_is_taken_back_at_the_carrier(amina: Workshop, nassim: Nassim) -> None:
    box = confirmed_here(amina)
    fulfilment.book(amina.id, [box], by=AMINA)
    order_id = session.scalars(select(Entry.subject_id).where(Entry.verb == "order.confirmed")).one()
    with transaction():
        fulfilment.cancel(amina.id, order_id, "other", by=AMINA)
    job = session.scalars(select(jobs.Job).where(jobs.Job.kind == "fulfilment.cancel_booking")).one()
    fulfilment.cancel_booking(OUTSIDE, job.payload)
    assert nassim.cancelled == ["NAS-000001"]


def test_many_parcels_are_booked_in_chunks(amina: Workshop, nassim: Nassim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.fulfilment.booking.AT_ONCE", 2)
    boxes = [confirmed_here(amina) for _each in range(5)]
    assert {each.outcome for each in fulfilment.book(amina.id, boxes, by=AMINA)} == {"booked"}
    assert len(set(nassim.booked.values())) == 5


def test_booking_inside_a_transaction_is_a_bug() -> None:
    with pytest.raises(RuntimeError), transaction():
        fulfilment.book(1, [1], by=AMINA)


def test_only_confirmed_parcels_that_are_here_are_booked() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    waiting = parcel(amina, ordered(amina)).id
    gone = handed_over(amina)[1].id
    _order, box = confirmed(amina)
    assert fulfilment.book(amina.id, [waiting, gone], by=AMINA) == []
    assert fulfilment.book(ismahane.id, [box.id], by=AMINA) == []
    assert session.scalar(select(func.count()).where(Entry.verb == "shipment.booking")) == 0


def test_a_carrier_that_is_gone_is_refused_and_the_shop_goes_on() -> None:
    amina = workshop()
    _order, box = confirmed(amina)
    with transaction():
        amina.carrier.carrier = "vanished"
    refused = fulfilment.book(amina.id, [box.id], by=AMINA)[0]
    assert (refused.outcome, "vanished" in refused.why) == ("refused", True)
