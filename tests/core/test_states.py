"""Every state × every target of the machines, against the tables as the design draws them."""

from __future__ import annotations

import pytest

from shop.core.errors import InvalidTransition
from shop.core.states import LINK, ORDER, PAYMENT, REVIEW, SCANS, SHIPMENT, VERIFICATION, Machine

_ROAD = {"in_transit", "at_point", "delivered", "attempt_failed", "returning", "lost"}
DRAWN: dict[str, tuple[Machine, dict[str, set[str]]]] = {
    "order": (ORDER, {
        "placed": {"confirmed", "cancelled"}, "confirmed": {"completed", "cancelled"}, "completed": set(),
        "cancelled": set(),
    }),
    "payment": (PAYMENT, {
        "pending": {"collected", "failed", "cancelled"}, "failed": {"pending", "cancelled", "collected"},
        "collected": {"settled", "refunded"}, "settled": {"refunded"}, "cancelled": {"collected"},
        "refunded": set(),
    }),
    "shipment": (SHIPMENT, {
        "preparing": {"labelled", "cancelled"}, "labelled": {"handed_over", "cancelled"}, "handed_over": _ROAD,
        "in_transit": _ROAD, "at_point": {"delivered", "attempt_failed", "returning", "lost"},
        "attempt_failed": {"in_transit", "at_point", "delivered", "returning", "lost"},
        "returning": {"returned", "lost"}, "delivered": set(), "returned": set(), "lost": set(), "cancelled": set(),
    }),
    "verification": (VERIFICATION, {
        "draft": {"submitted"}, "submitted": {"verified", "refused"}, "verified": {"expired", "submitted"},
        "refused": {"submitted"}, "expired": {"submitted"},
    }),
    "review": (REVIEW, {"waiting": {"allowed", "refused"}, "allowed": {"waiting"}, "refused": {"waiting"}}),
    "link": (LINK, {
        "open": {"used", "expired", "withdrawn"}, "used": set(), "expired": set(), "withdrawn": set(),
    }),
}  # fmt: skip
CELLS = [
    (name, old, new)
    for name, (_machine, table) in DRAWN.items()
    for old in sorted(table)
    for new in sorted({*table, "nonsense"})
]


@pytest.mark.parametrize("name", DRAWN)
def test_a_machine_has_the_states_that_are_drawn(name: str) -> None:
    machine, table = DRAWN[name]
    assert machine.states == set(table)


@pytest.mark.parametrize(("name", "old", "new"), CELLS)
def test_a_state_becomes_another_only_where_it_is_drawn(name: str, old: str, new: str) -> None:
    machine, table = DRAWN[name]
    allowed = new in table[old]
    assert machine.allows(old, new) is allowed
    assert (old in machine.sources(new)) is allowed
    if allowed:
        machine.require(old, new)
    else:
        with pytest.raises(InvalidTransition):
            machine.require(old, new)


@pytest.mark.parametrize("name", DRAWN)
def test_every_state_but_the_first_can_be_reached(name: str) -> None:
    machine, table = DRAWN[name]
    first = next(iter(table))
    assert all(machine.sources(state) for state in table if state != first)


def test_an_unknown_state_becomes_nothing() -> None:
    assert not ORDER.allows("nonsense", "placed")


def test_what_a_carrier_says_asks_for_a_state_of_the_parcel_or_for_nothing() -> None:
    assert set(SCANS.values()) <= SHIPMENT.states | {""}
    assert SCANS["unknown"] == SCANS["on_hold"] == SCANS["cancelled"] == ""
