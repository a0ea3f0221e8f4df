"""A seventh shop that is not open yet: Nour has signed up, and is in the middle of the screens."""

from __future__ import annotations

import shutil
from pathlib import Path

from shop.accounts import service as accounts
from shop.catalogue import service as catalogue
from shop.core.money import Money
from shop.opening import service as opening
from shop.plumbing.journal import Actor

NOUR = "+213550000107"


def begin(media: Path, pictures: Path, password: str) -> None:
    """Make Nour, her draft shop and its first product, inside the current transaction."""
    nour = accounts.create_account(name="Nour Benyoucef", password=password, phone=NOUR, language="fr")
    by = Actor("member", nour.id, nour.name)
    opening.keep(nour.id, "who", {"person": nour.name, "name": "Terre et feu"}, store_id=None)
    shop = opening.begin(
        nour.id, screen="who", name="Terre et feu", craft="pottery", wilaya_code="15", by=by, commune_code="1501",
        artisan_fr=nour.name, phone=NOUR, language="fr",
    )  # fmt: skip
    assert shop is not None
    names = {"fr": "Bol de terre ocre", "ar": "صحن من الطين"}
    made = catalogue.create_product(
        shop.id, by=by, craft="pottery", names=names, price=Money.dinars(1800), stock=4, weight_g=700
    )
    key = "nour-bowl"
    for width in (240, 480, 900):
        shutil.copyfile(pictures / f"bowl-ochre-{width}.webp", media / f"{key}-{width}.webp")
    catalogue.add_picture(shop.id, made.id, key, width=900, height=900, by=by)
    catalogue.publish(shop.id, made.id, by=by)
