"""What a workshop asks of a partner for a parcel that found nobody: another attempt, or that it comes back.

The instruction is written down at once and told by a job; what the partner makes of it comes back as its own word for
where the parcel is. Nothing is asked twice: the last thing that is written down says whether an instruction stands.
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

JOB: Final = "fulfilment.instruction"
INSTRUCTIONS: Final[Mapping[str, type[Any]]] = MappingProxyType({"try_again": TriesAgain, "send_back": SendsBack})
_REFUSED: Final = "shipment.instruction_refused"
_ASKED: Final[Mapping[str, str]] = MappingProxyType({f"shipment.{key}": key for key in INSTRUCTIONS})
_NOBODY_FOUND: Final = frozenset({"attempt_failed", "at_point"})
_WHILE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"try_again": frozenset({"attempt_failed"}), "send_back": _NOBODY_FOUND}
)


def possible(parcel: Shipment) -> list[str]:
    """Return what can be asked of its partner for a parcel now; nothing while an instruction stands."""
    if parcel.booked_at is None or parcel.state not in _NOBODY_FOUND or standing(parcel):
        return []
    return [
        key for key, verb in INSTRUCTIONS.items() if parcel.state in _WHILE[key] and partners.can(parcel.carrier, verb)
    ]


def standing(parcel: Shipment) -> str:
    """Return the instruction that was told, or is about to be, since the parcel stands where it does; '' for none."""
    told = _told(parcel) if parcel.state in _NOBODY_FOUND else []
    return _ASKED.get(told[-1], "") if told else ""


def _told(parcel: Shipment) -> list[str]:
    said = [each.verb for each in journal.timeline("shipment", parcel.id, store_id=parcel.store_id)]
    return [each for each in said if each in _ASKED or each in {_REFUSED, f"shipment.{parcel.state}"}]


def ask(store_id: int, shipment_id: int, instruction: str, *, by: Actor) -> None:
    """Write down an instruction and have the partner told, once. Raises NotFound, Refused, InvalidTransition."""
    if instruction not in INSTRUCTIONS:
        raise Refused(N_("Please choose what the partner is asked for."), field="instruction")
    parcel = shipping.shipment(store_id, shipment_id)
    if standing(parcel) == instruction:
        return
    if instruction not in possible(parcel):
        raise InvalidTransition
    journal.record(f"shipment.{instruction}", subject="shipment", subject_id=shipment_id, store_id=store_id, by=by)
    payload = {"store_id": store_id, "shipment_id": shipment_id, "instruction": instruction}
    jobs.enqueue(JOB, payload, key=f"{JOB}:{shipment_id}:{len(_told(parcel))}")  # two taps at once are one instruction


def tell(outside: Outside, payload: dict[str, Any]) -> None:
    """Handle the job: tell the partner; a refusal is written down. Raises Unavailable, so that it comes again."""
    store_id, instruction = payload["store_id"], payload["instruction"]
    parcel = shipping.shipment(store_id, payload["shipment_id"])
    if parcel.account_id is None or standing(parcel) != instruction:
        session.rollback()
        return  # it stands elsewhere by now
    number = parcel.tracking
    try:
        carrier = shipping.carrier_of(shipping.carrier_account(store_id, parcel.account_id), outside)
        session.rollback()  # the read snapshot does not wait for the outside
        _said(carrier, instruction, number)
    except (Rejected, Misconfigured) as error:
        with transaction():
            journal.record(
                _REFUSED, subject="shipment", subject_id=payload["shipment_id"], store_id=store_id, by=SYSTEM,
                why=str(error)[:200],
            )  # fmt: skip


def _said(carrier: Carrier, instruction: str, tracking: str) -> None:
    if instruction == "try_again" and isinstance(carrier, TriesAgain):
        carrier.try_again(tracking)
    elif instruction == "send_back" and isinstance(carrier, SendsBack):
        carrier.send_back(tracking)
