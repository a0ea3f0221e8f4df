"""The demo's one parcel that came back, and whose buyer says that it was not her doing: it waits at the desk."""

from __future__ import annotations

from sqlalchemy import select

from shop.demo.days import ALFA
from shop.plumbing.db import session, transaction
from shop.risk import service as risk
from shop.risk.models import Outcome
from shop.stores.models import Store

SAID = "Le livreur ne m’a jamais appelée, le colis est reparti le jour même."


def contest() -> None:
    """Let her say so. Says nothing twice."""
    mine = select(Outcome).join(Store, Store.id == Outcome.store_id).where(
        Store.slug == ALFA, Outcome.outcome == "refused", Outcome.state == "counted", Outcome.contested_at.is_(None)
    )  # fmt: skip
    for each in session.scalars(mine).all():
        with transaction():
            risk.contest(each.store_id, each.order_id, SAID)
