"""The demo's registrations: one verified, one that waits, one refused, one expired; all six shops go on selling."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from PIL import Image, ImageDraw
from sqlalchemy import select

from shop.core import clock
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.storage import FileStorage
from shop.stores import service, verification
from shop.stores.models import Store, Submission

NADIA = Actor("operator", None, "Nadia Rahmani")


@dataclass(frozen=True)
class Paper:
    """What becomes of one workshop's card: how many days ago it was sent and answered, and when it ends."""

    slug: str
    sent: int
    answered: int
    ends: int  # days from today; below zero: it has ended
    answer: str = "verified"
    reason: str = ""
    note: str = ""


PAPERS = (
    Paper("atelier-amina", 60, 58, 900),
    Paper("cuivres-de-la-medina", 90, 88, 20),
    Paper("terre-de-maatkas", 2, 0, 700, answer=""),
    Paper("tapis-du-mzab", 400, 398, -3),
    Paper("alfa-et-palme", 9, 8, 500, "refused", "unreadable", "Le numéro est caché par un reflet."),
)


def send(private: Path, owners: dict[str, Actor]) -> None:
    """Send and answer every card at its own past moment. Adds nothing twice."""
    for paper in PAPERS:
        store_id = session.scalar(select(Store.id).where(Store.slug == paper.slug)) or 0
        if session.scalar(select(Submission.id).where(Submission.store_id == store_id)) is None:
            _send(store_id, paper, private, owners[paper.slug])
    with transaction():
        verification.expire_due()


def _send(store_id: int, paper: Paper, private: Path, by: Actor) -> None:
    today = clock.now()
    row = session.get_one(Store, store_id)
    key = secrets.token_hex(12)
    FileStorage(private).put(f"cards/{key}.webp", card(row.legal_name, row.register_number), "image/webp")
    ends = clock.today() + timedelta(days=paper.ends)
    with clock.standing_at(today - timedelta(days=paper.sent)), transaction():
        service.update_profile(
            store_id, by=by, register_wilaya=row.wilaya_code, register_expires=ends,
            register_issued=ends - timedelta(days=3652),
        )  # fmt: skip
        service.keep_card(store_id, key, by=by)
        verification.submit(store_id, by=by)
    if paper.answer:
        with clock.standing_at(today - timedelta(days=paper.answered)), transaction():
            _answer(store_id, paper)


def _answer(store_id: int, paper: Paper) -> None:
    sent = session.scalars(select(Submission.id).where(Submission.store_id == store_id)).one()
    if paper.answer == "verified":
        verification.verify(store_id, sent, by=NADIA)
    else:
        verification.refuse(store_id, sent, reason=paper.reason, note=paper.note, by=NADIA)


def card(name: str, number: str) -> bytes:
    """Return the picture of a card that nobody could take for a real one."""
    image = Image.new("RGB", (860, 540), (226, 238, 232))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 860, 90), fill=(15, 91, 80))
    draw.rectangle((40, 140, 240, 400), fill=(205, 214, 208), outline=(120, 130, 125), width=3)
    for size, at, text in ((44, (40, 20), "SPECIMEN"), (36, (280, 150), name), (36, (280, 230), number)):
        draw.text(at, text, fill=(255, 255, 255) if at[1] < 90 else (27, 36, 48), font_size=size)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=70)
    return out.getvalue()
