"""What a workshop asks of a partner for a parcel that found nobody: another attempt, or that it comes back.

The wish is written down at once and told by a job; what the partner makes of it comes back as its own word for where
the parcel is. Nothing is asked twice: the last thing that is written down says whether a wish still stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from shop.core.errors import InvalidTransition, Misconfigured, Refused, Rejected
from shop.plumbing import jobs, journal
from shop.plumbing.db import session, transaction
from shop.plumbing.i18n import N_
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.outside import Outside
from shop.shipping import partners
from shop.shipping import queries as shipping
from shop.shipping.contract import Carrier, SendsBack, TriesAgain
from shop.shipping.models import Shipment

JOB: Final = "fulfilment.wish"
WISHES: Final[Mapping[str, type[Any]]] = MappingProxyType({"try_again": TriesAgain, "send_back": SendsBack})
_REFUSED: Final = "shipment.wish_refused"
_ASKED: Final[Mapping[str, str]] = MappingProxyType({f"shipment.{wish}": wish for wish in WISHES})
_NOBODY_FOUND: Final = frozenset({"attempt_failed", "at_point"})
_WHILE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"try_again": frozenset({"attempt_failed"}), "send_back": _NOBODY_FOUND}
)


def possible(parcel: Shipment) -> list[str]:
    """Return what can be asked of its partner for a parcel now; nothing while a wish stands."""
    if parcel.booked_at is None or parcel.state not in _NOBODY_FOUND or standing(parcel):
        return []
    return [
        wish for wish, verb in WISHES.items() if parcel.state in _WHILE[wish] and partners.can(parcel.carrier, verb)
    ]


def standing(parcel: Shipment) -> str:
    """Return the wish that was told, or is about to be, since the parcel came to stand where it does; '' for none."""
    told = _told(parcel)
    return _ASKED.get(told[-1], "") if told else ""


def _told(parcel: Shipment) -> list[str]:
    said = [each.verb for each in journal.timeline("shipment", parcel.id, store_id=parcel.store_id)]
    return [each for each in said if each in _ASKED or each in {_REFUSED, f"shipment.{parcel.state}"}]


def ask(store_id: int, shipment_id: int, wish: str, *, by: Actor) -> None:
    """Write down a wish and have its partner told, once. Raises NotFound, Refused for none, InvalidTransition."""
    if wish not in WISHES:
        raise Refused(N_("Please choose what the partner is asked for."), field="wish")
    parcel = shipping.shipment(store_id, shipment_id)
    if standing(parcel) == wish:
        return
    if wish not in possible(parcel):
        raise InvalidTransition
    journal.record(f"shipment.{wish}", subject="shipment", subject_id=shipment_id, store_id=store_id, by=by)
    payload = {"store_id": store_id, "shipment_id": shipment_id, "wish": wish}
    jobs.enqueue(JOB, payload, key=f"{JOB}:{shipment_id}:{len(_told(parcel))}")  # two taps at once are one wish


def tell(outside: Outside, payload: dict[str, Any]) -> None:
    """Handle the job: tell the partner; a refusal is written down. Raises Unavailable, so that it comes again."""
    store_id, wish = payload["store_id"], payload["wish"]
    parcel = shipping.shipment(store_id, payload["shipment_id"])
    if parcel.account_id is None or standing(parcel) != wish:
        session.rollback()
        return  # it stands elsewhere by now
    number = parcel.tracking
    try:
        carrier = shipping.carrier_of(shipping.carrier_account(store_id, parcel.account_id), outside)
        session.rollback()  # the read snapshot does not wait for the outside
        _said(carrier, wish, number)
    except (Rejected, Misconfigured) as error:
        with transaction():
            journal.record(
                _REFUSED, subject="shipment", subject_id=payload["shipment_id"], store_id=store_id, by=SYSTEM,
                why=str(error)[:200],
            )  # fmt: skip


def _said(carrier: Carrier, wish: str, tracking: str) -> None:
    if wish == "try_again" and isinstance(carrier, TriesAgain):
        carrier.try_again(tracking)
    elif wish == "send_back" and isinstance(carrier, SendsBack):
        carrier.send_back(tracking)
