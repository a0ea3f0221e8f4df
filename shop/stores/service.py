"""Verbs on workshops, their members and their invitations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.text import slug as slug_of
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.plumbing.links import digest, new_token
from shop.stores import queries, verification
from shop.stores.models import Invitation, Member, Store

INVITATION_DAYS = 14
MOST_MEMBERS = 20
NOT_READY = N_("Some things are still missing before you can sell: {what}")
NOT_VERIFIED = N_("Your registration must be verified first: send it under Legal identity.")
LAST_OWNER = N_("A workshop needs at least one owner.")
# these stand beside the workshops in the studio's addresses
RESERVED = frozenset({"account", "forgotten", "join", "opening", "sign-in", "sign-out", "sign-up"})
USED = N_("This invitation was already used or is too old. Ask for a new one.")

PROFILE = frozenset({
    "name", "craft", "wilaya_code", "commune_code", "address", "phone", "whatsapp", "email", "artisan_fr", "artisan_ar",
    "story_ar", "story_fr", "story_en", "cover", "language", "terms_ar", "terms_fr", "terms_en", "preparation_days",
    "paper", "label_start", "slip_prices", "silent_way", "asks_photo", "asks_weight",
    *verification.CHECKED,
})  # fmt: skip


def create_store(*, name: str, craft: str, wilaya_code: str, by: Actor, slug: str | None = None) -> Store:
    """Make a workshop, still a draft, under an address of its own."""
    made = Store(
        name=name, craft=craft, wilaya_code=wilaya_code, slug=_free_slug(slug or slug_of(name) or "atelier"),
        state="draft", created_at=clock.now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    _record("store.created", made.id, by, name=name)
    return made


def update_profile(store_id: int, *, by: Actor, **fields: Any) -> None:
    """Set fields of the profile; an identity that was checked is sent to be checked again.

    Raises ValueError for a field that isn't of the profile.
    """
    unknown = set(fields) - PROFILE
    if unknown:
        raise ValueError(f"not of the profile: {sorted(unknown)}")
    row = session.get_one(Store, store_id)
    moved = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in moved:
        setattr(row, name, fields[name])
    if moved:
        row.version += 1
        session.flush()
        _record("store.changed", store_id, by, fields=sorted(moved))
    if not verification.CHECKED.isdisjoint(moved):
        verification.follow_change(row, by=by)


def keep_card(store_id: int, key: str, *, by: Actor) -> str:
    """Name the photo of the card; return the key of the one before, whose file is to be deleted after the commit."""
    before = session.get_one(Store, store_id).card
    verification.forget_card(store_id, before)
    update_profile(store_id, by=by, card=key)
    return before


def open_store(store_id: int, *, by: Actor, verified_only: bool = False) -> None:
    """Let buyers in. Raises Refused while a mandatory mention is missing, or the verification that is asked for."""
    row = session.get_one(Store, store_id)
    lacking = queries.missing_mentions(row)
    if lacking:
        raise Refused(NOT_READY, field=lacking[0].field, what=", ".join(each.field for each in lacking))
    if verified_only and row.verification != "verified":
        raise Refused(NOT_VERIFIED)
    _move(store_id, "draft", "open")
    _record("store.opened", store_id, by)


def suspend(store_id: int, *, reason: str, by: Actor) -> None:
    """Take a workshop off the shop: its pages are gone, its orders go on."""
    _move(store_id, "open", "suspended")
    _record("store.suspended", store_id, by, reason=reason)


def resume(store_id: int, *, reason: str, by: Actor) -> None:
    """Let a suspended workshop sell again."""
    _move(store_id, "suspended", "open")
    _record("store.resumed", store_id, by, reason=reason)


def stop_unverified(store_id: int, *, by: Actor) -> None:
    """Suspend an open workshop that is no longer verified, where only verified ones may sell. Idempotent."""
    row = session.get_one(Store, store_id)
    if row.state == "open" and row.verification in {"refused", "expired"}:
        suspend(store_id, reason=row.verification, by=by)


def close_until(store_id: int, day: date | None, *, message: str = "", by: Actor) -> None:
    """Take no orders before a day (a holiday), with a message in her own words; None opens at once."""
    said = message if day else ""
    mine = update(Store).where(Store.id == store_id)
    changed(mine.values(closed_until=day, closed_message=said, version=Store.version + 1))
    _record("store.holiday", store_id, by, until=day.isoformat() if day else None)


def bump(store_id: int) -> None:
    """Say that something which buyers see has changed."""
    changed(update(Store).where(Store.id == store_id).values(version=Store.version + 1))


def invite(store_id: int, role: str, *, by: Actor) -> str:
    """Make an invitation for one person; return its token, which is stored hashed only."""
    if len(queries.members(store_id)) >= MOST_MEMBERS:
        raise Refused(N_("A workshop can have {most} members at most."), most=MOST_MEMBERS)
    token = new_token()
    now = clock.now()
    row = Invitation(store_id=store_id, role=role, token_hash=digest(token), created_at=now,
                     expires_at=now + timedelta(days=INVITATION_DAYS))  # fmt: skip
    session.add(row)
    session.flush()
    _record("member.invited", store_id, by, role=role, invitation=row.id)
    return token


def accept_invitation(token: str, account_id: int, *, by: Actor) -> Member:
    """Make the person a member, a helper an owner; a token works once. Raises Refused when used or too old."""
    found = queries.invitation(token)
    if found is None:
        raise Refused(USED)
    now = clock.now()
    mine = update(Invitation).where(Invitation.id == found.id, Invitation.used_at.is_(None))
    if changed(mine.values(used_at=now, used_by=account_id)) != 1:
        raise Refused(USED)
    member = session.scalar(select(Member).where(Member.store_id == found.store_id, Member.account_id == account_id))
    if member is not None and found.role == "owner":
        member.role = "owner"
    if member is None:
        member = Member(store_id=found.store_id, account_id=account_id, role=found.role, joined_at=now)
        session.add(member)
    session.flush()
    _record("member.joined", found.store_id, by, role=member.role, account=account_id)
    return member


def add_member(store_id: int, account_id: int, role: str, *, by: Actor) -> Member:
    """Make a person a member without an invitation (the operator, the demo)."""
    member = Member(store_id=store_id, account_id=account_id, role=role, joined_at=clock.now())
    session.add(member)
    session.flush()
    _record("member.joined", store_id, by, role=role, account=account_id)
    return member


def remove_member(store_id: int, member_id: int, *, by: Actor) -> None:
    """Take a person out of the workshop. Raises Refused for the last owner, NotFound for another workshop's member."""
    # two owners who remove each other at the same moment follow one another here
    session.execute(select(Store.id).where(Store.id == store_id).with_for_update(key_share=True))
    member = session.scalar(select(Member).where(Member.store_id == store_id, Member.id == member_id))
    if member is None:
        raise NotFound
    owners = select(func.count()).select_from(Member).where(Member.store_id == store_id, Member.role == "owner")
    if member.role == "owner" and session.scalar(owners) == 1:
        raise Refused(LAST_OWNER)
    session.delete(member)
    session.flush()
    _record("member.removed", store_id, by, account=member.account_id)


def _move(store_id: int, old: str, new: str) -> None:
    guarded = update(Store).where(Store.id == store_id, Store.state == old)
    if changed(guarded.values(state=new, version=Store.version + 1)) != 1:
        raise InvalidTransition


def _free_slug(wanted: str) -> str:
    taken = {*session.scalars(select(Store.slug).where(Store.slug.startswith(wanted, autoescape=True))), *RESERVED}
    if wanted not in taken:
        return wanted
    return next(f"{wanted}-{n}" for n in range(2, len(taken) + 3) if f"{wanted}-{n}" not in taken)


def _record(verb: str, store_id: int, by: Actor, **data: Any) -> None:
    journal.record(verb, subject="store", subject_id=store_id, store_id=store_id, by=by, **data)
