"""Telling people what the journal says, each thing once: a row per message, sent after it is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shop.catalogue.models import Product, Variant
from shop.core import clock
from shop.notifications.models import Notice
from shop.notifications.words import ARTISAN, BUYER, STILL_TRUE, TOLD, Words
from shop.orders.models import Order, Purchase
from shop.payments.models import Payment
from shop.payments.queries import payment_of
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.formats import date_long, money_text
from shop.plumbing.i18n import LANGUAGES, _, pick, speaking
from shop.plumbing.journal import Entry
from shop.plumbing.links import Signer, tracking_path
from shop.plumbing.mail import Letter, Mailer
from shop.plumbing.messenger import Messenger
from shop.shipping.models import Shipment
from shop.stores.models import Store
from shop.stores.verification import REASONS

MESSAGE, MAIL = "message", "mail"


@dataclass(frozen=True)
class Post:
    """How this deployment reaches people."""

    base_url: str
    signer: Signer
    mailer: Mailer
    messenger: Messenger


@dataclass(frozen=True)
class _About:
    """What an entry is about."""

    entry: Entry
    order: Order
    purchase: Purchase
    store: Store
    shipment: Shipment | None
    payment: Payment | None


@dataclass(frozen=True)
class _Draft:
    """One message to one person by one channel."""

    channel: str
    address: str
    language: str
    template: str
    subject: str
    text: str


def tell(post: Post, payload: dict[str, Any]) -> None:
    """Write and send the messages about one journal entry. Idempotent: what was sent is not sent again.

    Raises Unavailable when a channel gives no answer; the job comes back and sends what is missing.
    """
    store_id, drafts = _told(post, payload["entry"])
    entry_id = _first_alike(payload["entry"]) if drafts else 0
    if not drafts:
        session.rollback()
    for draft in drafts:
        with transaction():
            notice_id, sent = _written(entry_id, store_id, draft)
        if not sent:
            _send(post, draft, reference=f"hirfa-notice-{notice_id}")
            with transaction():
                changed(update(Notice).where(Notice.id == notice_id).values(sent_at=clock.now()))


def forget_address(store_id: int, address: str) -> None:
    """Take an address out of a workshop's messages: when and what was sent stays, to whom does not."""
    mine = update(Notice).where(Notice.store_id == store_id, Notice.address == address)
    changed(mine.values(address=""))


def _told(post: Post, entry_id: int) -> tuple[int, list[_Draft]]:
    """Return the store of an entry and the messages about it."""
    entry = session.get(Entry, entry_id)
    if entry is None:
        return 0, []
    if entry.subject == "variant":
        return entry.scope, list(_of_stock(post, entry))
    if entry.subject in {"store", "product"}:
        return entry.scope, list(_of_desk(post, entry))
    about = _about(entry)
    return entry.scope, [] if about is None else list(_drafts(post, about))


def _first_alike(entry_id: int) -> int:
    """Return the entry under which a message is written down: a parcel is at each stage for the first time once."""
    entry = session.get_one(Entry, entry_id)
    if entry.verb not in STILL_TRUE:
        return entry_id
    alike = (Entry.subject == entry.subject, Entry.subject_id == entry.subject_id, Entry.verb == entry.verb)
    return session.scalars(select(func.min(Entry.id)).where(*alike)).one()


def _about(entry: Entry) -> _About | None:
    shipment = session.get(Shipment, entry.subject_id) if entry.subject == "shipment" else None
    payment = session.get(Payment, entry.subject_id) if entry.subject == "payment" else None
    order_id = shipment.order_id if shipment else payment.order_id if payment else entry.subject_id
    row = session.execute(
        select(Order, Purchase, Store)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .join(Store, Store.id == Order.store_id)
        .where(Order.id == order_id, Order.store_id == entry.scope)
    ).one_or_none()
    if row is None:
        return None
    return _About(entry, row[0], row[1], row[2], shipment, payment or payment_of(entry.scope, order_id))


def _drafts(post: Post, about: _About) -> Iterator[_Draft]:
    told = TOLD.get(_verb(about), {}) if _is_news(about) else {}
    if BUYER in told and not _is_her_own_doing(about):
        yield _draft(post, about, told[BUYER], MESSAGE, about.order.told_at, about.order.language)
    if ARTISAN in told and about.entry.actor != "member":
        if about.store.phone:
            yield _draft(post, about, told[ARTISAN], MESSAGE, about.store.phone, about.store.language)
        if about.store.email:
            yield _draft(post, about, told[ARTISAN], MAIL, about.store.email, about.store.language)


def _is_news(about: _About) -> bool:
    """Tell whether a stage of a parcel's way is still true, and told by this workshop at all: a poll brings several at
    once, and what waited for its gateway speaks of a parcel that went on."""
    states = STILL_TRUE.get(about.entry.verb)
    if states is None or about.shipment is None:
        return True
    return about.shipment.state in states and not about.store.silent_way


def _verb(about: _About) -> str:
    """Return what is told of: an order that waits for its money is another message, cash at the door is none, and a
    parcel that was paid before comes without a word about cash."""
    verb, waits = about.entry.verb, about.payment is not None and about.payment.expires_at is not None
    if verb == "order.placed" and waits:
        return "order.placed_unpaid"
    if about.shipment is not None and not about.shipment.collect_minor and f"{verb}_paid" in TOLD:
        return f"{verb}_paid"
    return "" if verb == "payment.collected" and not waits else verb


def _of_stock(post: Post, entry: Entry) -> Iterator[_Draft]:
    """Tell the artisan of few pieces left; what she did herself she knows."""
    row = session.execute(
        select(Variant, Product, Store).join(Product, Product.id == Variant.product_id)
        .join(Store, Store.id == Variant.store_id)
        .where(Variant.id == entry.subject_id, Variant.store_id == entry.scope)
    ).one_or_none()  # fmt: skip
    if row is None or entry.actor == "member":
        return
    variant, product, store = row
    with speaking(store.language):
        name = pick({lang: getattr(product, f"name_{lang}") for lang in LANGUAGES})[0]
        label = pick({lang: getattr(variant, f"label_{lang}") for lang in LANGUAGES})[0]
        values = {
            "product": _("{name}, {choice}", name=name, choice=label) if label else name, "left": entry.data["left"],
            "studio": f"{post.base_url}/studio/{store.slug}/stock/{variant.id}",
        }  # fmt: skip
    yield from _to_artisan(store, TOLD[entry.verb][ARTISAN], values)


def _of_desk(post: Post, entry: Entry) -> Iterator[_Draft]:
    """Tell the artisan what the desk answered about her registration or a product, or that her card ends."""
    store = session.get(Store, entry.scope)
    if store is None or entry.actor == "member":
        return
    product = session.get(Product, entry.subject_id) if entry.subject == "product" else None
    page = "settings/legal" if product is None else f"products/{product.id}"
    reason = REASONS.get(str(entry.data.get("reason")), "") if entry.data.get("reason") != "other" else ""
    with speaking(store.language):
        values = {
            "shop": store.name,
            "why": " ".join(each for each in (reason and _(reason), str(entry.data.get("note", ""))) if each),
            "day": date_long(date.fromisoformat(entry.data["until"])) if "until" in entry.data else "",
            "name": pick({lang: getattr(product, f"name_{lang}", "") for lang in LANGUAGES})[0],
            "studio": f"{post.base_url}/studio/{store.slug}/{page}",
        }
    yield from _to_artisan(store, TOLD[entry.verb][ARTISAN], values)


def _to_artisan(store: Store, words: Words, values: dict[str, Any]) -> Iterator[_Draft]:
    """Say something in the workshop's language, on every channel that it has."""
    with speaking(store.language):
        subject, said = _(words.subject, **values), _(words.text, **values)
    for channel, address in ((MESSAGE, store.phone), (MAIL, store.email)):
        if address:
            yield _Draft(channel, address, store.language, words.template, subject, said)


def _is_her_own_doing(about: _About) -> bool:
    return about.entry.verb == "order.cancelled" and about.entry.actor == "buyer"


def _draft(post: Post, about: _About, words: Words, channel: str, address: str, language: str) -> _Draft:  # noqa: PLR0917
    order, base = about.order, post.base_url
    with speaking(language):
        values = {
            "shop": about.store.name,
            "code": order.code,
            "amount": money_text(about.shipment.collect if about.shipment is not None else order.total),
            "name": order.buyer_name,
            "desk": _desk(about.shipment),
            "link": base + tracking_path(post.signer, language, about.purchase.code),
            "studio": f"{base}/studio/{about.store.slug}/orders/{order.code}",
        }
        subject = _(words.subject, **values) if words.subject else ""
        return _Draft(channel, address, language, words.template, subject, _(words.text, **values))


def _desk(shipment: Shipment | None) -> str:
    """Name the desk where a parcel waits: one that a courier took back there was never chosen."""
    if shipment is None:
        return ""
    return shipment.desk_name or _("the desk of {carrier}", carrier=shipment.carrier_title)


def _written(entry_id: int, store_id: int, draft: _Draft) -> tuple[int, bool]:
    """Write the message down unless it is; return its number and whether it was sent already."""
    row = {
        "entry_id": entry_id, "store_id": store_id, "channel": draft.channel, "address": draft.address,
        "language": draft.language, "template": draft.template, "created_at": clock.now(),
    }  # fmt: skip
    upsert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    made = session.scalar(upsert(Notice).values(row).on_conflict_do_nothing().returning(Notice.id))
    if made is not None:
        return made, False
    found = session.execute(
        select(Notice.id, Notice.sent_at).where(
            Notice.entry_id == entry_id, Notice.channel == draft.channel, Notice.address == draft.address
        )
    ).one()
    return found[0], found[1] is not None


def _send(post: Post, draft: _Draft, *, reference: str) -> None:
    if draft.channel == MESSAGE:
        post.messenger.send(draft.address, draft.text, reference=reference)
    else:
        letter = Letter(to=draft.address, subject=draft.subject, text=draft.text, language=draft.language)
        post.mailer.send(letter, reference=reference)
