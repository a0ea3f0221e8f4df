"""Booking many parcels at once, at partners that are asked first which of them they have. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shop.core.errors import AdapterError, Rejected
from shop.shipping.contract import Booking, Parcel

Made = Booking | AdapterError


def alone(made: Sequence[Made]) -> Booking:
    """Return what came of a batch of one parcel; raise what kept it from being booked."""
    if isinstance(made[0], AdapterError):
        raise made[0]
    return made[0]


def booked(
    parcels: Sequence[Parcel],
    there: Mapping[str, str],
    wanted: Callable[[Parcel], dict[str, Any]],
    ask: Callable[[Sequence[dict[str, Any]]], Mapping[str, Made]],
) -> list[Made]:
    """Return what came of parcels, those that are not there (by reference: their number) being asked for together."""
    made: dict[str, Made] = {}
    asked = []
    for each in parcels:
        try:
            if each.reference in there:
                made[each.reference] = Booking(each.reference, there[each.reference])
            else:
                asked.append(wanted(each))
        except Rejected as error:
            made[each.reference] = error
    made |= ask(asked)
    return [made[each.reference] for each in parcels]
