"""The demo's proofs of packing: Amina photographs her open parcels before she closes them, and weighs them."""

from __future__ import annotations

import io
import secrets
from pathlib import Path

from PIL import Image, ImageDraw
from sqlalchemy import select

from shop.orders.models import OrderLine
from shop.plumbing.db import session
from shop.plumbing.journal import Actor
from shop.plumbing.storage import FileStorage
from shop.shipping import packing
from shop.shipping.models import Shipment
from shop.stores.models import Store

SHOP = "atelier-amina"
HEAVIER = (104, 137)  # per cent of what the products say: paper and box, and a bowl that was weighed wrongly


def photograph(media: Path, private: Path, by: Actor) -> None:
    """Photograph and weigh the two oldest parcels that wait for the courier, inside the current transaction."""
    mine = select(Shipment).join(Store, Store.id == Shipment.store_id).where(Store.slug == SHOP)
    waiting = session.scalars(mine.where(Shipment.state == "labelled").order_by(Shipment.id).limit(len(HEAVIER))).all()
    for parcel, percent in zip(waiting, HEAVIER, strict=False):
        file = secrets.token_hex(12)
        FileStorage(private).put(packing.name_of(file), open_box(media, _covers(parcel)), "image/webp")
        packing.keep_photo(parcel.store_id, parcel.id, file, by=by)
        packing.weigh(parcel.store_id, parcel.id, parcel.weight_g * percent // 100, by=by)


def _covers(parcel: Shipment) -> list[str]:
    wanted = select(OrderLine.cover).where(OrderLine.store_id == parcel.store_id, OrderLine.order_id == parcel.order_id)
    return [each for each in session.scalars(wanted) if each]


def open_box(media: Path, covers: list[str]) -> bytes:
    """Draw an open box from above, with the pictures of what lies in it."""
    box = Image.new("RGB", (900, 700), "#c79a63")
    pen = ImageDraw.Draw(box)
    pen.rectangle((60, 60, 840, 640), fill="#8a6236")
    pen.rectangle((90, 90, 810, 610), fill="#efe6d6")
    for n, cover in enumerate(covers[:2]):
        with Image.open(media / f"{cover}-480.webp") as picture:
            box.paste(picture.convert("RGB").resize((320, 320)), (120 + 350 * n, 190))
    out = io.BytesIO()
    box.save(out, "WEBP", quality=80)
    return out.getvalue()
