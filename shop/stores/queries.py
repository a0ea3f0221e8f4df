"""Reads: workshops, who belongs to them, what the law wants said of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from shop.core import clock
from shop.plumbing import geography
from shop.plumbing.db import session
from shop.plumbing.formats import phone_shown
from shop.plumbing.i18n import N_, pick, speaking
from shop.plumbing.i18n import _ as say
from shop.plumbing.links import digest
from shop.stores.models import Invitation, Member, Store, Submission

REGISTER_NAMES = {
    "artisan_card": N_("Artisan card no."),
    "artisan_cooperative": N_("Artisan cooperative no."),
    "artisan_enterprise": N_("Artisan enterprise no."),
    "trade_register": N_("Trade register"),
    "farmer": N_("Farmer’s card no."),
    "association": N_("Association no."),
    "auto_entrepreneur": N_("Auto-entrepreneur card no."),
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


@dataclass(frozen=True)
class Mention:
    """Something that the law asks for and that is not there yet."""

    field: str
    sentence: str  # msgid
    page: str  # of the studio, where it is written: legal or profile


def store(store_id: int) -> Store | None:
    """Return a workshop by its number."""
    return session.get(Store, store_id)


def store_by_slug(slug: str) -> Store | None:
    """Return a workshop by the name in its address."""
    return session.scalar(select(Store).where(Store.slug == slug))


def public_stores() -> list[Store]:
    """Return the workshops that buyers can see, the newest first."""
    return list(session.scalars(select(Store).where(Store.state == "open").order_by(Store.created_at.desc(), Store.id)))


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


def missing_mentions(store: Store) -> list[Mention]:
    """Return what the law asks an offer to show (18-05, art. 11) and the workshop has not said yet. Pure.

    No shop opens and no product is published before the list is empty. Terms of sale are never missing: the general
    ones hold for everybody.
    """
    wanted = (
        ("legal_name", store.legal_name, N_("Write the name under which you are registered.")),
        ("register_number", store.register_number, N_("Write the number of your artisan card or trade register.")),
        ("nif", store.nif, N_("Write your tax number (NIF).")),
        ("address", store.address, N_("Write the address of your workshop.")),
        ("phone", store.phone, N_("Write the phone number that customers may call.")),
        ("email", store.email, N_("Write an e-mail address.")),
    )
    return [
        Mention(field, sentence, "profile" if field in {"address", "phone", "email"} else "legal")
        for field, value, sentence in wanted
        if not value
    ]


def legal_lines(store: Store) -> list[tuple[str, str]]:
    """Return the mentions of the law as (label msgid, value) in the language being spoken, only what is known.

    Store page, product page, check page and packing slip show them from here, so that none forgets one.
    """
    lines = (
        (N_("Seller"), store.legal_name or store.name),
        (REGISTER_NAMES[store.register_type], _register(store)),
        (N_("NIF"), store.nif),
        (N_("Address"), _address(store)),
        (N_("Phone"), phone_shown(store.phone) if store.phone else ""),
        (N_("E-mail"), store.email),
    )
    return [(label, value) for label, value in lines if value]


def identity(store: Store) -> dict[str, str]:
    """Return who sells, as the law wants it on a contract and an invoice; frozen with every order."""
    return {
        "name": store.name, "legal_name": store.legal_name or store.name, "register_type": store.register_type,
        "register_number": store.register_number, "nif": store.nif, "nis": store.nis, "address": store.address,
        "phone": store.phone, "email": store.email, "wilaya_code": store.wilaya_code,
        "commune_code": store.commune_code,
    }  # fmt: skip


def _register(store: Store) -> str:
    if not (store.register_number and store.register_wilaya):
        return store.register_number
    return f"{store.register_number} ({geography.name(geography.wilaya(store.register_wilaya))})"


def _address(store: Store) -> str:
    place = geography.name(geography.commune(store.commune_code)) if store.commune_code else ""
    return say("{shop}, {place}", shop=store.address, place=place) if store.address and place else store.address


def waiting_submissions() -> list[tuple[Submission, Store]]:
    """Return what waits for the operator, the oldest first."""
    wanted = (
        select(Submission, Store).join(Store, Store.id == Submission.store_id)
        .where(Submission.answer == "").order_by(Submission.sent_at, Submission.id)
    )  # fmt: skip
    return [(row[0], row[1]) for row in session.execute(wanted)]


def submissions(store_id: int) -> list[Submission]:
    """Return everything that a workshop ever sent, the newest first."""
    return list(
        session.scalars(select(Submission).where(Submission.store_id == store_id).order_by(Submission.id.desc()))
    )


def terms_of(store: Store, language: str, rule: str = "") -> tuple[str, str]:
    """Return the terms of sale in a language, the workshop's own after the general ones, and their SHA-256.

    `rule` is one more sentence that holds for this sale: an English msgid.
    """
    with speaking(language):
        general = "\n".join(say(sentence) for sentence in (*DEFAULT_TERMS, *filter(None, (rule,))))
    own, _language = pick({"ar": store.terms_ar, "fr": store.terms_fr, "en": store.terms_en}, language)
    text = f"{general}\n\n{own}".strip()
    return text, hashlib.sha256(text.encode()).hexdigest()
