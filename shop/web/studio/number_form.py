"""The form of a parcel's number."""

from __future__ import annotations

from shop.plumbing.i18n import N_
from shop.shipping import numbers
from shop.shipping.models import Shipment
from shop.web.ui.forms import HirfaForm, TextField


class NumberForm(HirfaForm):
    """What stands on the receipt; nothing takes a wrong number away."""

    number = TextField(N_("Number on the carrier’s receipt"), most=40)


def number_form_of(parcel: Shipment | None) -> NumberForm | None:
    """Return the form with the number that is known; None where the carrier gives numbers by itself, or not now."""
    if parcel is None or numbers.by_hand(parcel) is None:
        return None
    return NumberForm(number=numbers.number_of(parcel))
