"""Filling an empty database with the demo. Adds nothing twice; never touches a database with real stores."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import func, select

from shop.accounts.models import Account
from shop.demo import (
    BEGUN,
    abroad,
    beside,
    contests,
    days,
    deposits,
    doubts,
    express,
    has_begun,
    lists,
    losses,
    money,
    more_partners,
    offers,
    opening,
    packed,
    papers,
    partners,
    printers,
    registers,
    shelves,
    tills,
    workshops,
    zones,
)
from shop.plumbing import journal
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.settings import Settings
from shop.stores.models import Member, Store


def fill() -> list[str]:
    """Fill what is missing of the demo; return the lines to print: what happened and who can sign in."""
    settings: Settings = current_app.extensions["hirfa_settings"]
    begun = has_begun(BEGUN)
    if not begun and session.scalar(select(func.count()).select_from(Store)):
        return ["This database holds real workshops: the demo was not added."]
    if not begun:
        media = settings.data_dir / "media" / "pictures"
        media.mkdir(parents=True, exist_ok=True)
        with transaction():
            journal.record(BEGUN, subject="demo", subject_id=1, store_id=None, by=SYSTEM)
            workshops.build(media)
    if not has_begun("demo.opening"):
        with transaction():
            journal.record("demo.opening", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
            opening.begin(settings.data_dir / "media" / "pictures", workshops.HERE / "pictures", workshops.PASSWORD)
    if not has_begun("demo.offers"):
        with transaction():
            offers.write(_owners())
            journal.record("demo.offers", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
    if not has_begun("demo.filled"):
        with journal.unheard():
            days.tell(_owners())
            shelves.tell(days.AMINA, _owners()[days.AMINA], settings.data_dir)
            registers.send(settings.data_dir / "private", _owners())
            doubts.ask(settings.data_dir / "media" / "pictures", _owners())
            papers.issue(_owners())
            beside.tell(_owners())
            contests.contest()
            papers.give_back(_owners()[days.AMINA])
            lists.bring(days.AMINA, _owners()[days.AMINA])
        with transaction():
            journal.record("demo.filled", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
    if not has_begun("demo.tills"):
        with transaction():
            tills.open_tills(_owners(), current_app.extensions["hirfa_seal"])
            journal.record("demo.tills", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
    if not has_begun("demo.abroad"):
        with transaction():
            abroad.keep_lists(days.ISMAHANE, _owners()[days.ISMAHANE], current_app.extensions["hirfa_seal"])
            journal.record("demo.abroad", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
    if not has_begun("demo.money"):
        with journal.unheard():
            money.tell(_owners())
            losses.give_up(days.AMINA, _owners()[days.AMINA])
        with transaction():
            journal.record("demo.money", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
    _fill_deposits()
    _fill_partners(settings)
    _fill_workbench(settings)
    _fill_zones(settings)
    session.rollback()
    return _sign_ins(settings)


def _fill_deposits() -> None:
    if not has_begun("demo.deposits"):
        with journal.unheard():
            deposits.ask(_owners(), current_app.extensions["hirfa_seal"])
            deposits.order()
        with transaction():
            journal.record("demo.deposits", subject="demo", subject_id=1, store_id=None, by=SYSTEM)


def _fill_partners(settings: Settings) -> None:
    if not has_begun("demo.partners") and partners.is_simulated(settings):
        ismahane = _owners()[days.ISMAHANE]
        with transaction():
            partners.connect(ismahane, current_app.extensions["hirfa_seal"])
            journal.record("demo.partners", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
        with journal.unheard():
            partners.order(ismahane)
    if partners.is_simulated(settings):
        more_partners.join(_owners(), current_app.extensions["hirfa_seal"])


def _fill_workbench(settings: Settings) -> None:
    if not has_begun("demo.printers"):
        with transaction():
            printers.pair(_owners())
            journal.record("demo.printers", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
    if not has_begun("demo.packed"):
        with transaction():
            packed.photograph(
                settings.data_dir / "media" / "pictures", settings.data_dir / "private", _owners()[days.AMINA]
            )
            journal.record("demo.packed", subject="demo", subject_id=1, store_id=None, by=SYSTEM)


def _fill_zones(settings: Settings) -> None:
    if not has_begun("demo.zones"):
        with transaction():
            zones.open_zones(_owners()[days.ISMAHANE])
            journal.record("demo.zones", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
        with journal.unheard():
            zones.order()
    if not has_begun("demo.express") and partners.is_simulated(settings):
        ismahane = _owners()[days.ISMAHANE]
        with transaction():
            express.connect(ismahane, current_app.extensions["hirfa_seal"])
            journal.record("demo.express", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
        with journal.unheard():
            express.order(ismahane)


def _owners() -> dict[str, Actor]:
    query = (
        select(Store.slug, Account.id, Account.name).join(Member, Member.store_id == Store.id)
        .join(Account, Account.id == Member.account_id).where(Member.role == "owner")
    )  # fmt: skip
    return {slug: Actor("member", account_id, name) for slug, account_id, name in session.execute(query)}


def _sign_ins(settings: Settings) -> list[str]:
    base = settings.base_url
    return [
        "The demo: six workshops, forty products, about sixty orders. All invented.",
        f"  Buyers      {base}/",
        f"  The studio  {base}/studio/   (password for all: {workshops.PASSWORD})",
        "    0550 00 01 01  Amina, soap, owner       0550 00 01 21  Yasmine, her helper",
        "    0550 00 01 03  Ismahane, perfume        0550 00 01 02, …04, …05, …06  the other workshops",
        "    0550 00 01 07  Nour, who is just opening her shop",
        f"  The desk    {base}/desk/     ({workshops.OPERATOR})",
    ]
