"""Verbs of the opening: what is typed is kept, a workshop begins, and its doors open when nothing is missing."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from shop.core import clock
from shop.core.errors import Refused
from shop.opening import queries
from shop.opening.models import OpeningDraft
from shop.plumbing import limits
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.stores import queries as stores
from shop.stores import service
from shop.stores.models import Store

MOST_LETTERS = 400
SHOPS_A_DAY = 3
A_DAY_S = 86_400
NOT_READY = N_("The shop cannot open yet. See what is missing.")
ENOUGH_SHOPS = N_("You have begun several shops today. Go on with one of them, or call us.")


def keep(account_id: int, screen: str, fields: Mapping[str, str], *, store_id: int | None) -> None:
    """Keep what was typed into a screen, in place of what was kept before."""
    row = {
        "account_id": account_id, "screen": screen, "store_id": store_id, "saved_at": clock.now(),
        "typed": {name: text[:MOST_LETTERS] for name, text in fields.items()},
    }  # fmt: skip
    upsert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    made = upsert(OpeningDraft).values(row)
    again = {name: made.excluded[name] for name in ("store_id", "typed", "saved_at")}
    session.execute(made.on_conflict_do_update(index_elements=["account_id", "screen"], set_=again))


def forget(account_id: int, screen: str) -> bool:
    """Drop what was kept of a screen, now that it was sent; return whether there was something."""
    mine = delete(OpeningDraft).where(OpeningDraft.account_id == account_id, OpeningDraft.screen == screen)
    return changed(mine) == 1


def begin(
    account_id: int, *, screen: str, name: str, craft: str, wilaya_code: str, by: Actor, **fields: str
) -> Store | None:
    """Make a person's workshop, a draft of which she is the owner, out of what she typed.

    The kept first `screen` is spent by it, so that a second tap makes no second workshop: it gets None. Raises Refused
    when she has begun several today.
    """
    if not forget(account_id, screen):
        return None
    if not limits.allow("new shop", str(account_id), most=SHOPS_A_DAY, within_s=A_DAY_S):
        raise Refused(ENOUGH_SHOPS)
    made = service.create_store(name=name, craft=craft, wilaya_code=wilaya_code, by=by)
    service.update_profile(made.id, by=by, **fields)
    service.add_member(made.id, account_id, "owner", by=by)
    return made


def open_shop(store_id: int, *, by: Actor, verified_only: bool = False) -> None:
    """Let buyers in. Raises Refused while anything is missing, or the verification that is asked for."""
    row = stores.store(store_id)
    if row is None or queries.lacks(queries.facts(row)):
        raise Refused(NOT_READY)
    service.open_store(store_id, by=by, verified_only=verified_only)
