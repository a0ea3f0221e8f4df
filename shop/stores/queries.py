"""Reads: workshops, who belongs to them, what the law wants said of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from shop.core import clock
from shop.plumbing.db import session
from shop.plumbing.i18n import N_, pick, speaking
from shop.plumbing.i18n import _ as say
from shop.plumbing.links import digest
from shop.stores.models import Invitation, Member, Store

REGISTER_NAMES = {
    "artisan_card": N_("Artisan card no."),
    "trade_register": N_("Trade register"),
    "other": N_("Registration"),
}
DEFAULT_TERMS = (
    N_("You order without an account. The workshop calls you to confirm before it sends the parcel."),
    N_("You pay the amount shown when the parcel is handed to you. No other sum is asked for."),
    N_("If the parcel comes later than promised, you may return it within 4 working days after you got it."),
    N_(
        "If what you got is damaged or is not what you ordered, tell the workshop within 4 working days and keep the "
        "packaging: the workshop pays for the return, and replaces, repairs or refunds it within 15 days."
    ),
    N_("Your name, phone and address serve this order only; only the workshop and the courier read them."),
)


@dataclass(frozen=True)
class Membership:
    """A person's place in one workshop."""

    store_id: int
    slug: str
    name: str
    role: str
    state: str


def store(store_id: int) -> Store | None:
    """Return a workshop by its number."""
    return session.get(Store, store_id)


def store_by_slug(slug: str) -> Store | None:
    """Return a workshop by the name in its address."""
    return session.scalar(select(Store).where(Store.slug == slug))


def public_stores() -> list[Store]:
    """Return the workshops that buyers can see, the newest first."""
    return list(session.scalars(select(Store).where(Store.state == "open").order_by(Store.created_at.desc(), Store.id)))


def newest_stores(limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return what the first page shows of the newest workshops: id, slug, name, craft, wilaya_code, artisan_*."""
    columns = (Store.id, Store.slug, Store.name, Store.craft, Store.wilaya_code, Store.artisan_ar, Store.artisan_fr)
    wanted = select(*columns).where(Store.state == "open").order_by(Store.created_at.desc(), Store.id)
    return session.execute(wanted.limit(limit)).all()


def all_stores() -> list[Store]:
    """Return every workshop, for the operator."""
    return list(session.scalars(select(Store).order_by(Store.name, Store.id)))


def accepting(store: Store) -> bool:
    """Tell whether the workshop takes orders today."""
    return store.state == "open" and (store.closed_until is None or store.closed_until <= clock.today())


def memberships(account_id: int) -> list[Membership]:
    """Return the workshops that a person belongs to."""
    wanted = (
        select(Store.id, Store.slug, Store.name, Member.role, Store.state)
        .join(Member, Member.store_id == Store.id)
        .where(Member.account_id == account_id)
        .order_by(Member.joined_at, Store.id)
    )
    return [Membership(*row) for row in session.execute(wanted)]


def membership(account_id: int, slug: str) -> tuple[Store, str] | None:
    """Return a workshop and the person's role in it; None when it isn't hers, or isn't there."""
    wanted = (
        select(Store, Member.role)
        .join(Member, Member.store_id == Store.id)
        .where(Store.slug == slug, Member.account_id == account_id)
    )
    row = session.execute(wanted).one_or_none()
    return None if row is None else (row[0], row[1])


def member_role(store_id: int, account_id: int) -> str | None:
    """Return a person's role in a workshop."""
    return session.scalar(select(Member.role).where(Member.store_id == store_id, Member.account_id == account_id))


def members(store_id: int) -> list[Member]:
    """Return the members of a workshop, the first first."""
    return list(
        session.scalars(select(Member).where(Member.store_id == store_id).order_by(Member.joined_at, Member.id))
    )


def invitation(token: str) -> Invitation | None:
    """Return an invitation that can still be used."""
    wanted = select(Invitation).where(
        Invitation.token_hash == digest(token), Invitation.used_at.is_(None), Invitation.expires_at > clock.now()
    )
    return session.scalar(wanted)


def missing(store: Store) -> list[tuple[str, str]]:
    """Return what must still be said before the workshop may sell: (field, msgid), as the law asks of an offer."""
    wanted = (
        ("legal_name", store.legal_name, N_("Write the name under which you are registered.")),
        ("register_number", store.register_number, N_("Write the number of your artisan card or trade register.")),
        ("nif", store.nif, N_("Write your tax number (NIF).")),
        ("address", store.address, N_("Write the address of your workshop.")),
        ("phone", store.phone, N_("Write the phone number that customers may call.")),
        ("email", store.email, N_("Write an e-mail address.")),
    )
    return [(field, sentence) for field, value, sentence in wanted if not value]


def legal_lines(store: Store) -> list[tuple[str, str]]:
    """Return the seller's legal identity as (label msgid, value), only what is known."""
    lines = (
        (N_("Seller"), store.legal_name or store.name),
        (REGISTER_NAMES[store.register_type], store.register_number),
        (N_("NIF"), store.nif),
        (N_("Address"), store.address),
        (N_("E-mail"), store.email),
    )
    return [(label, value) for label, value in lines if value]


def terms_of(store: Store, language: str) -> tuple[str, str]:
    """Return the terms of sale in a language, the workshop's own after the general ones, and their SHA-256."""
    with speaking(language):
        general = "\n".join(say(sentence) for sentence in DEFAULT_TERMS)
    own, _language = pick({"ar": store.terms_ar, "fr": store.terms_fr, "en": store.terms_en}, language)
    text = f"{general}\n\n{own}".strip()
    return text, hashlib.sha256(text.encode()).hexdigest()
