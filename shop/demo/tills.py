"""How the demo's workshops are paid: cash everywhere, transfers and cards at two of them, with keys for tests only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from shop.demo.days import AMINA, ISMAHANE
from shop.payments import setup
from shop.plumbing.db import session
from shop.plumbing.journal import Actor
from shop.plumbing.seals import Seal
from shop.stores.models import Store

WAYS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    AMINA: {
        "transfer": {"holder": "Amina Benali", "ccp": "12345678", "ccp_check": "28", "bank": "", "rib": "", "days": 3},
        "chargily": {"secret_key": "test_sk_HirfaDemoAmina"},
    },
    ISMAHANE: {
        "satim": {
            "user_name": "SATIMULE01", "password": "essai-sans-argent", "terminal": "E010000001", "mode": "test",
        },
    },
}  # fmt: skip


def open_tills(owners: Mapping[str, Actor], seal: Seal) -> None:
    """Set the ways to be paid, inside the caller's transaction."""
    for slug, ways in WAYS.items():
        store_id = session.scalar(select(Store.id).where(Store.slug == slug))
        if store_id is None:
            continue
        for key, values in ways.items():
            setup.set_up(store_id, key, values, on=True, seal=seal, by=owners[slug])
