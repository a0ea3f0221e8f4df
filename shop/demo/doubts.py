"""The demo's one product that waits at the desk because of a word."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from shop.catalogue import details, lots
from shop.catalogue import service as catalogue
from shop.catalogue.models import Picture
from shop.core import clock
from shop.core.money import Money
from shop.demo.workshops import HERE
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.stores.models import Store

KEY, LIKE = "soap-balm", "soap-lavender"
SAID = {
    "inci": {"": "Butyrospermum Parkii Butter, Olea Europaea Fruit Oil, Lavandula Angustifolia Oil"},
    "net_content": {"": "50 g"}, "period_after_opening": {"": "12"}, "in_progress": {"": "1"},
    "precautions": {"fr": "Usage externe. Éviter le contour des yeux.", "ar": "للاستعمال الخارجي. تجنب محيط العينين."},
}  # fmt: skip


def ask(media: Path, owners: dict[str, Actor]) -> None:
    """Let Amina try to publish a balm that promises too much. Adds nothing twice."""
    if session.scalar(select(Picture.id).where(Picture.key == KEY)) is not None:
        return
    slug = "atelier-amina"
    store_id = session.scalar(select(Store.id).where(Store.slug == slug)) or 0
    for width in (240, 480, 900):
        shutil.copyfile(HERE / "pictures" / f"{LIKE}-{width}.webp", media / f"{KEY}-{width}.webp")
    with transaction():
        made = catalogue.create_product(
            store_id, craft="soap", names={"fr": "Baume à la lavande", "ar": "بلسم الخزامى"}, price=Money.dinars(900),
            stock=6, by=owners[slug], description_fr="Un remède de grand-mère : il soulage la peau sèche en hiver.",
        )  # fmt: skip
        details.say(store_id, made.id, SAID, by=owners[slug])
        lots.add_lot(store_id, made.id, "B2611", by=owners[slug], made_on=clock.today(), pieces=6,
                     best_before=clock.today() + timedelta(days=365))  # fmt: skip
        catalogue.add_picture(store_id, made.id, KEY, width=900, height=900, by=owners[slug])
        catalogue.publish(store_id, made.id, by=owners[slug])
