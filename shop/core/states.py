"""The machines of the house, as plain tables. No callbacks: verbs move things, tables say what may move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop.core.errors import InvalidTransition


@dataclass(frozen=True)
class Machine:
    """A table of states: from each one, the states it may become."""

    name: str
    table: Mapping[str, frozenset[str]]

    @property
    def states(self) -> frozenset[str]:
        """All states, the final ones included."""
        return frozenset(self.table) | frozenset(s for targets in self.table.values() for s in targets)

    def allows(self, old: str, new: str) -> bool:
        """Tell whether old may become new."""
        return new in self.table.get(old, frozenset())

    def require(self, old: str, new: str) -> None:
        """Raise InvalidTransition unless old may become new."""
        if not self.allows(old, new):
            raise InvalidTransition

    def sources(self, new: str) -> frozenset[str]:
        """The states from which new can be reached in one step."""
        return frozenset(old for old, targets in self.table.items() if new in targets)


def _machine(name: str, **table: str) -> Machine:
    return Machine(name, {old: frozenset(new.split()) for old, new in table.items()})


ORDER = _machine("order", placed="confirmed cancelled", confirmed="completed cancelled", completed="", cancelled="")

# A payment that was given up can still come: late money is money, and somebody has to look at it.
PAYMENT = _machine(
    "payment",
    pending="collected failed cancelled",
    failed="pending cancelled collected",
    collected="settled refunded",
    settled="refunded",
    cancelled="collected",
    refunded="",
)

_ON_THE_ROAD = "in_transit at_point delivered attempt_failed returning lost"
SHIPMENT = _machine(
    "shipment",
    preparing="labelled cancelled",
    labelled="handed_over cancelled",
    handed_over=_ON_THE_ROAD,
    in_transit=_ON_THE_ROAD,
    at_point="delivered attempt_failed returning lost",
    attempt_failed="in_transit at_point delivered returning lost",
    returning="returned lost",
    delivered="",
    returned="",
    lost="",
    cancelled="",
)

# A label on its way to a printer. Doubtful: it may have been printed, and somebody has to look.
PRINT_JOB = _machine(
    "print job",
    queued="sent failed",
    sent="confirmed doubtful failed",
    doubtful="confirmed failed",
    confirmed="",
    failed="",
)

# How far the platform has checked who a workshop is; a change of what was checked leads back to submitted.
VERIFICATION = _machine(
    "verification",
    draft="submitted",
    submitted="verified refused",
    verified="expired submitted",
    refused="submitted",
    expired="submitted",
)

# What the operator says of a product with a word that must be looked at first; new words are asked about anew.
REVIEW = _machine("review", waiting="allowed refused", allowed="waiting", refused="waiting")

# A link that holds pieces for whoever has it: for one order, and for so long.
LINK = _machine("link", open="used expired withdrawn", used="", expired="", withdrawn="")

# What was written of a parcel that came back: contested, it counts for nobody until it is struck or upheld.
OUTCOME = _machine("outcome", counted="contested struck", contested="upheld struck", upheld="struck", struck="")

# What a carrier's scan can mean, and the shipment state it asks for ('' moves nothing).
SCANS: Mapping[str, str] = {
    "picked_up": "in_transit",
    "in_transit": "in_transit",
    "at_hub": "in_transit",
    "out_for_delivery": "in_transit",
    "ready_for_pickup": "at_point",
    "attempt_failed": "attempt_failed",
    "on_hold": "",
    "delivered": "delivered",
    "returning": "returning",
    "returned": "returned",
    "lost": "lost",
    "cancelled": "",
    "unknown": "",
}
