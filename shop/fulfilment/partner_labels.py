"""Labels that partners make: fetched once a parcel is booked, drawn anew, and kept with it; no transaction waits.

While one can't be had, ours is printed. The link to it is asked for anew each time and leaves the adapter never.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from shop.core.errors import AdapterError, Misconfigured, Unavailable
from shop.plumbing import jobs
from shop.plumbing.db import in_transaction, session, transaction
from shop.plumbing.i18n import N_
from shop.plumbing.outside import Outside
from shop.shipping import labels, partners
from shop.shipping import queries as shipping
from shop.shipping.contract import Labels
from shop.shipping.models import Shipment

JOB: Final = "fulfilment.fetch_label"
NOT_GIVEN: Final = N_("it gave no label with its number")
AT_ONCE: Final = 5  # labels for which somebody who prints waits


def fetch_soon(store_id: int, shipment_ids: Collection[int]) -> None:
    """Have the labels of parcels fetched by a job, where their partner's were chosen; those that are here are not."""
    for each in labels.wanting(store_id, shipment_ids):
        payload = {"store_id": store_id, "shipment_id": each.id}
        jobs.enqueue(JOB, payload, key=f"label:{each.id}:{each.tracking}")


def fetch_later(outside: Outside, payload: dict[str, Any]) -> None:
    """Handle the job: a second time it does nothing. Raises Unavailable, so that it comes again."""
    left = fetch(payload["store_id"], [payload["shipment_id"]], outside=outside)
    if left:
        raise Unavailable("the partner has not given its label yet")


def announce(store_id: int, shipment_ids: Collection[int], *, outside: Outside) -> None:
    """Fetch the few labels that are missing while somebody waits to print, and the others by jobs."""
    missing = [each.id for each in labels.wanting(store_id, shipment_ids)]
    session.rollback()
    if len(missing) > AT_ONCE or (missing and fetch(store_id, missing, outside=outside)):
        with transaction():
            fetch_soon(store_id, missing)


def fetch(store_id: int, shipment_ids: Collection[int], *, outside: Outside, again: bool = False) -> int:
    """Fetch labels one after the other; return how many are still to come. A partner that is silent is left alone.

    `again`: those too which its partner refused.
    """
    if in_transaction():
        raise RuntimeError("no carrier is called inside a transaction")
    parcels = labels.wanting(store_id, shipment_ids, again=again)
    for at, parcel in enumerate(parcels):
        try:
            _fetch(parcel, outside)
        except Unavailable:
            session.rollback()
            return len(parcels) - at
    return 0


def _fetch(parcel: Shipment, outside: Outside) -> None:
    account = shipping.carrier_account(parcel.store_id, parcel.account_id or 0)
    tracking = parcel.tracking
    session.expunge(parcel)
    session.expunge(account)
    session.rollback()
    try:
        carrier = partners.built(account, outside)
        if not isinstance(carrier, Labels):
            raise Misconfigured(NOT_GIVEN)
        content = carrier.label(tracking)
    except Unavailable:
        raise
    except AdapterError as error:
        with transaction():
            labels.note_problem(parcel, tracking, str(error))
        return
    label = labels.redrawn(content)
    with transaction():
        labels.keep(parcel, tracking, label)


def keep_given(store_id: int, shipment_id: int, tracking: str, content: bytes) -> None:
    """Keep the label that came with a number, drawn outside of any transaction; not that of one that is given back."""
    label = labels.redrawn(content)
    with transaction():
        parcel = shipping.shipments(store_id, [shipment_id])[shipment_id]
        if parcel.tracking == tracking:
            labels.keep(parcel, tracking, label)
