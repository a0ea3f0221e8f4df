"""Reads: what a shop has, what it still lacks, and what was typed so far."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from shop.catalogue.models import Product
from shop.opening.models import OpeningDraft
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
from shop.shipping.queries import wilayas_served
from shop.stores import queries as stores
from shop.stores.models import Store

PLACE, PRODUCT, PUBLICATION, DELIVERY = "place", "product", "publication", "delivery"
SENTENCES = {
    PLACE: N_("Choose the commune of your workshop: couriers fetch your parcels there."),
    PRODUCT: N_("Add your first product, with a photograph."),
    PUBLICATION: N_("Publish a product: the ones that you have are drafts."),
    DELIVERY: N_("Say what delivery costs, to one wilaya at least."),
}


@dataclass(frozen=True)
class Facts:
    """What is known of a shop that is made ready: nothing here is read from a database any more."""

    mentions: tuple[tuple[str, str], ...]  # (field, msgid) of what the law asks and nobody has written yet
    has_place: bool
    published: int
    drafts: int
    first_draft: int | None
    wilayas: int


@dataclass(frozen=True)
class Lack:
    """One thing that is missing: what it is, a sentence (msgid) that says so, and the product that it is about."""

    what: str
    sentence: str
    product_id: int | None = None


def lacks(facts: Facts) -> list[Lack]:
    """Return what keeps a shop from opening, in the order in which it is asked for."""
    found = [] if facts.has_place else [Lack(PLACE, SENTENCES[PLACE])]
    if not facts.published:
        what = PUBLICATION if facts.drafts else PRODUCT
        found.append(Lack(what, SENTENCES[what], facts.first_draft))
    if not facts.wilayas:
        found.append(Lack(DELIVERY, SENTENCES[DELIVERY]))
    return found + [Lack(field, sentence) for field, sentence in facts.mentions]


def facts(store: Store) -> Facts:
    """Read what a shop has."""
    by_state = select(Product.state, func.count()).where(Product.store_id == store.id).group_by(Product.state)
    counts = {state: int(number) for state, number in session.execute(by_state)}
    return Facts(
        mentions=tuple((each.field, each.sentence) for each in stores.missing_mentions(store)),
        has_place=bool(store.commune_code),
        published=counts.get("published", 0), drafts=counts.get("draft", 0), first_draft=_first(store.id, "draft"),
        wilayas=len(wilayas_served(store.id)),
    )  # fmt: skip


def first_product(store_id: int) -> int | None:
    """Return the first product that was ever made here, whatever its state."""
    return _first(store_id, None)


def typed(account_id: int, screen: str, *, store_id: int | None) -> dict[str, str]:
    """Return what a person left in a screen of this workshop, or of the one that does not exist yet."""
    mine = OpeningDraft.store_id.is_(None) if store_id is None else OpeningDraft.store_id == store_id
    hers = select(OpeningDraft.typed).where(OpeningDraft.account_id == account_id, mine)
    wanted = hers.where(OpeningDraft.screen == screen)
    return {name: str(value) for name, value in (session.scalar(wanted) or {}).items()}


def _first(store_id: int, state: str | None) -> int | None:
    wanted = select(func.min(Product.id)).where(Product.store_id == store_id)
    return session.scalar(wanted if state is None else wanted.where(Product.state == state))
