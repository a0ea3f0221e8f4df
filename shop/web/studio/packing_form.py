"""What was packed, as the order's page shows it: photos of the open parcel, what it weighs, and the form of both."""

from __future__ import annotations

from dataclasses import dataclass

from shop.plumbing.i18n import N_
from shop.shipping import packing
from shop.shipping.models import Shipment
from shop.shipping.packing_models import PackingPhoto
from shop.web.ui.forms import HirfaForm, WholeField
from shop.web.ui.here import here

FAR_OFF = 20  # per cent


class PackingForm(HirfaForm):
    """What a kitchen scale says of the packed parcel; photos come beside."""

    weight_g = WholeField(N_("Weight of the packed parcel, in grams"), least=1, most=packing.MOST_G)


@dataclass(frozen=True, slots=True)
class Packed:
    """Photos and weight of a parcel, whether they can still be given, and how far the scale is from the products.

    `off` is in per cent of what the products weigh together; 0 while it is small.
    """

    photos: list[PackingPhoto]
    form: PackingForm | None
    off: int
    asked: bool
    most: int = packing.MOST_PHOTOS


def packed_of(parcel: Shipment | None, form: PackingForm | None) -> Packed | None:
    """Return what is known of the packing of a parcel; None without a parcel."""
    if parcel is None:
        return None
    shown = packing.photos(parcel.store_id, [parcel.id])
    store, here_still = here().store, parcel.state in packing.HERE
    asked = here_still and ((store.asks_photo and not shown) or (store.asks_weight and parcel.measured_g is None))
    fresh = PackingForm(weight_g=parcel.measured_g)
    return Packed(shown, (form or fresh) if here_still else None, off(parcel), bool(asked))


def off(parcel: Shipment) -> int:
    """Return by how many per cent the scale says something else than the products, if that is much."""
    if parcel.measured_g is None or not parcel.weight_g:
        return 0
    percent = round(100 * (parcel.measured_g - parcel.weight_g) / parcel.weight_g)
    return percent if abs(percent) > FAR_OFF else 0
