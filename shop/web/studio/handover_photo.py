"""Parcels to hand over are counted from a photo of their labels, where the phone itself reads no bars."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import request
from werkzeug.datastructures import FileStorage

from shop.core.errors import Busy, Refused
from shop.plumbing import images
from shop.plumbing.db import session
from shop.plumbing.i18n import N_, _
from shop.shipping import queries as shipping
from shop.shipping.models import Shipment
from shop.web.studio.blueprint import studio
from shop.web.studio.handover import hand_over_page
from shop.web.studio.labels import shipment_ids
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here

NO_PHOTO = N_("Take a photo of the labels first, or type the last 4 characters.")
NOT_READ = N_(
    "No label could be read in this photo. Go closer, give more light and hold still, or type the last 4 characters."
)
NOT_HERE = N_("No parcel of this list is in this photo, but others: {codes}")
AT_WORK = N_("Many photos are being read just now. Please send yours again in a minute; what you ticked is kept.")
_CODE = re.compile(r"[A-Z0-9-]{4,40}")


@studio.post("/<name:store>/hand-over/photo", endpoint="read_labels")
@entry(Access.HELPER, body=UPLOAD_BYTES)
def read_labels() -> tuple[str, int] | str:
    """Tick every parcel whose label is in the photo that came; what was ticked before stays so."""
    store_id, ticked, carrier = here().store.id, shipment_ids(), request.form.get("carrier", "")
    try:
        found = codes_of(request.files.get("photo"))
        parcels = shipping.by_codes(store_id, {code for codes in found for code in codes})
        strange = unknown(found, parcels)
        if not parcels:
            raise Refused(NOT_HERE, codes=" · ".join(strange)) if strange else Refused(NOT_READ)
    except Busy:
        return hand_over_page(ticked=ticked, carrier=carrier, problem=_(AT_WORK), at="photo"), 503
    except Refused as refused:
        return hand_over_page(ticked=ticked, carrier=carrier, problem=said(refused), at="photo"), 422
    titles = {each.carrier_title for each in parcels}
    carrier = carrier if carrier in titles else parcels[0].carrier_title
    ticked = [*ticked, *(each.id for each in parcels)]
    return hand_over_page(ticked=ticked, carrier=carrier, added=parcels, strange=strange)


def codes_of(upload: FileStorage | None) -> list[list[str]]:
    """Return what each bar or QR code of a photo says that could be a parcel's. Raises Refused, Busy.

    The QR code of our labels says reference and number; bars say the number alone.
    """
    if upload is None or not upload.filename:
        raise Refused(NO_PHOTO)
    content = upload.stream.read(images.MOST_BYTES + 1)
    session.rollback()  # no connection waits for a photo to be read
    apart = (text.upper().split("|") for text in images.codes(content))
    return [codes for codes in apart if all(map(_CODE.fullmatch, codes))]


def unknown(found: Sequence[Sequence[str]], parcels: Sequence[Shipment]) -> list[str]:
    """Return the numbers in a photo that are none of these parcels', each once."""
    known = {code.upper() for each in parcels for code in (each.reference, each.tracking)}
    return sorted({codes[-1] for codes in found if known.isdisjoint(codes)})
