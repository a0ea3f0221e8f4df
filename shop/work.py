"""Which function does which kind of job, and what comes round by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from shop.accounts import codes
from shop.cart import service as carts
from shop.checkout import links
from shop.customers import service as customers
from shop.documents import by_itself, invoices, receipts
from shop.fulfilment import booking, following, instructions, partner_labels, unpaid, zone_prices
from shop.notifications.words import JOB, VERBS
from shop.orders import service as orders
from shop.payments import inbox
from shop.plumbing import jobs, journal, limits, once
from shop.plumbing.db import session, transaction
from shop.plumbing.http import Outbound
from shop.plumbing.jobs import Handler
from shop.plumbing.journal import SYSTEM
from shop.plumbing.links import Signer
from shop.plumbing.outside import Outside
from shop.plumbing.seals import Seal
from shop.plumbing.settings import Settings
from shop.risk import holds
from shop.risk import service as risk
from shop.settlement import brought
from shop.shipping import inbox as carriers_inbox
from shop.shipping import labels, learning, packing
from shop.stores import service as stores
from shop.stores import verification

PERIODIC: Mapping[str, int] = {
    "jobs.forget_done": 86_400, "limits.forget_old": 3_600, "carts.forget_old": 86_400, "codes.forget_old": 86_400,
    "once.forget_old": 86_400, "spreadsheets.forget_old": 86_400, "stores.check_cards": 14_400,
    "links.expire": 60, "customers.erase": 86_400, "risk.forget_old": 86_400, "risk.forget_holds": 86_400,
    "orders.forget_networks": 3_600, unpaid.RECONCILE: 60, following.FOLLOW: following.EVERY_S,
    packing.FORGET_OLD: 86_400, "documents.follow_refunds": 300, "shipping.forget_labels": 86_400,
    brought.JOB: brought.EVERY_S,
}  # fmt: skip


def listen() -> None:
    """See to it that the journal enqueues what somebody must hear of."""
    journal.listen(VERBS, job=JOB)


def outside(settings: Settings) -> Outside:
    """Return how this deployment reaches the outside of its methods: the real one, or simulators on this machine."""
    instead = None
    if settings.simulators:
        from shop.testing.outside import instead_of  # noqa: PLC0415 - a shop that others reach never loads it

        instead = instead_of(settings.simulators)
    seal = Seal(settings.secret_key, settings.old_secret_keys)
    return Outside(seal, Outbound(instead=instead), settings.base_url.rstrip("/"))


def handlers(settings: Settings, signer: Signer) -> Mapping[str, Handler]:
    """Return the function of each kind of job."""
    # Only a process that works needs to reach people; a server without a worker never loads this.
    from shop.notifications import receipts as receipts_by_mail  # noqa: PLC0415
    from shop.notifications import service as notifications  # noqa: PLC0415
    from shop.plumbing import mail, messenger  # noqa: PLC0415
    from shop.plumbing.storage import FileStorage  # noqa: PLC0415
    from shop.spreadsheets import service as sheets  # noqa: PLC0415

    private, ways_out = FileStorage(settings.data_dir / "private"), outside(settings)

    phones = messenger.messenger(settings.messenger_url, token=settings.messenger_token)
    post = notifications.Post(
        base_url=settings.base_url,
        signer=signer,
        mailer=mail.mailer(settings.mail_url, sender=settings.mail_from),
        messenger=phones,
    )
    code_post = codes.CodePost(settings.base_url, signer, phones, shown=not settings.messenger_url)
    return {
        JOB: partial(notifications.tell, post),
        receipts.JOB: partial(receipts_by_mail.send, post, ways_out.seal),
        codes.JOB: partial(codes.send, code_post),
        "codes.forget_old": codes.forget_old,
        "fulfilment.book": partial(booking.book_later, ways_out),
        by_itself.JOB: partial(print_confirmed, ways_out),
        "fulfilment.cancel_booking": partial(booking.cancel_booking, ways_out),
        partner_labels.JOB: partial(partner_labels.fetch_later, ways_out),
        instructions.JOB: partial(instructions.tell, ways_out),
        following.FOLLOW: partial(following.follow, ways_out),
        zone_prices.JOB: partial(zone_prices.take, ways_out),
        learning.JOB: partial(learning.learn, ways_out),
        carriers_inbox.JOB: partial(following.look_into, ways_out),
        "jobs.forget_done": jobs.forget_done,
        "limits.forget_old": limits.forget_old,
        "carts.forget_old": partial(_in_one, carts.forget_old),
        "once.forget_old": once.forget_old,
        sheets.LOOK: partial(sheets.look, private),
        sheets.APPLY: partial(sheets.apply, private),
        "spreadsheets.forget_old": partial(sheets.forget_old, private),
        "stores.check_cards": partial(_check_cards, settings),
        "links.expire": _expire_links,
        inbox.JOB: partial(inbox.handle, ways_out),
        brought.JOB: partial(brought.bring, ways_out),
        unpaid.RECONCILE: partial(unpaid.reconcile, ways_out),
        "customers.erase": _erase_customers,
        "risk.forget_old": partial(_in_one, risk.forget_old),
        packing.FORGET: partial(packing.forget_old, private),
        packing.FORGET_OLD: partial(packing.forget_old, private),
        "documents.follow_refunds": invoices.follow_refunds,
        "risk.forget_holds": partial(_in_one, holds.forget_old),
        "shipping.forget_labels": partial(_in_one, labels.forget_old),
        "orders.forget_networks": partial(_in_one, orders.forget_networks),
    }


def see_to_periodic() -> None:
    """See to it that each periodic job has its row."""
    with transaction():
        for kind, seconds in PERIODIC.items():
            jobs.every(kind, seconds)


def print_confirmed(ways_out: Outside, payload: dict[str, Any]) -> None:
    """Print the label of an order that was confirmed; a partner without an answer by now does not keep it waiting."""
    shipment_id = by_itself.wanted(payload)
    session.rollback()
    if shipment_id is None:
        return
    booking.announce(payload["store_id"], [shipment_id], by=SYSTEM, outside=ways_out)
    with transaction():
        by_itself.print_now(payload, by=SYSTEM)


def _erase_customers(_payload: dict[str, Any]) -> None:
    from shop.notifications import service as notifications  # noqa: PLC0415 - only a process that works loads this

    for store_id, erasure_id in customers.due_erasures():
        with transaction():
            phone = customers.phone_of(erasure_id)
            if customers.erase_due(store_id, erasure_id):
                notifications.forget_address(store_id, phone)


def _expire_links(_payload: dict[str, Any]) -> None:
    links.expire_due()


def _in_one(verb: Callable[[], object], _payload: dict[str, Any]) -> None:
    """Do something that comes round by itself, in one transaction."""
    with transaction():
        verb()


def _check_cards(settings: Settings, _payload: dict[str, Any]) -> None:
    """Let verifications end with their card, and tell in good time that one will."""
    with transaction():
        for store_id in verification.expire_due():
            if not settings.unverified_may_sell:
                stores.stop_unverified(store_id, by=SYSTEM)
        verification.remind_due()
