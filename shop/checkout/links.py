"""Links that hold pieces for whoever has them: made by the artisan, used once, or free again after their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from shop.cart import service as carts
from shop.cart.models import Cart, CartLine
from shop.catalogue import service as catalogue
from shop.catalogue.models import Product, Variant
from shop.checkout import service as checkout
from shop.checkout.models import OrderLink, Reservation
from shop.checkout.words import Choice, Details, Placed
from shop.core import clock
from shop.core.errors import NotFound, OutOfStock, Refused
from shop.core.states import LINK
from shop.orders import queries as orders
from shop.plumbing import journal
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.i18n import N_, pick
from shop.plumbing.journal import BUYER, SYSTEM, Actor
from shop.plumbing.links import digest, new_token

CHAT_HOURS = 48
HOURS = (2, 24, 48)  # how long a private link of a product may hold its pieces
MOST_OPEN = 200  # links of one workshop that hold pieces at the same time

FULL = N_("There are {most} open links. Withdraw some of them first.")
NOTHING = N_("Choose at least one article.")
FEW_LEFT = N_("There are not enough pieces left of {name}.")
WORDS_OF_STATE: Mapping[str, str] = {
    "used": N_("This link has been used: the order was placed."),
    "expired": N_("This link is over. The pieces are no longer kept; write to the workshop for a new one."),
    "withdrawn": N_("The workshop has withdrawn this link. Write to it for a new one."),
}


class LinkClosed(Refused):
    """The link was used, has expired or was withdrawn: nothing can be ordered by it."""

    message = "This link is over. The pieces are no longer kept; write to the workshop for a new one."


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that holds pieces, as the artisan sees it: what it holds, in words, and until when."""

    link: OrderLink
    goods: tuple[tuple[str, int], ...]  # name, pieces
    buyer: str


def open_link(
    store_id: int, pieces: Mapping[int, int], *, kind: str, hours: int, language: str, by: Actor,
    details: Mapping[str, str] | None = None,
) -> tuple[OrderLink, str]:  # fmt: skip
    """Put pieces of a store's variants (variant → pieces) aside behind a new secret link; return both.

    `details` is what is known of the buyer, as the checkout's form keeps it. Raises Refused, OutOfStock, NotFound for
    another store's variant.
    """
    if not pieces:
        raise Refused(NOTHING, field="line-0-variant")
    _require_own(store_id, pieces)
    _require_room(store_id)
    cart = carts.open_cart(new_token())
    for variant_id, wanted in pieces.items():
        if carts.add(cart.id, variant_id, pieces=wanted).capped:
            raise OutOfStock(FEW_LEFT, name=_name(variant_id))
    carts.keep_details(cart.id, dict(details or {}))
    token, now = new_token(), clock.now()
    link = OrderLink(
        store_id=store_id, cart_id=cart.id, kind=kind, state="open", token_hash=digest(token), language=language,
        created_at=now, expires_at=now + timedelta(hours=hours),
    )  # fmt: skip
    session.add(link)
    session.flush()
    _hold(link, pieces, by=by)
    _tell("link.opened", link, by=by, kind=kind, pieces=sum(pieces.values()), hours=hours)
    return link, token


def _require_own(store_id: int, pieces: Mapping[int, int]) -> None:
    hers = select(func.count()).where(Variant.store_id == store_id, Variant.id.in_(list(pieces)))
    if session.scalar(hers) != len(pieces):
        raise NotFound("some of these articles are not this workshop's")


def _require_room(store_id: int) -> None:
    if count_open(store_id) >= MOST_OPEN:
        raise Refused(FULL, most=MOST_OPEN)


def _name(variant_id: int) -> str:
    wanted = select(Product).join(Variant, Variant.product_id == Product.id).where(Variant.id == variant_id)
    product = session.scalars(wanted).one()
    return pick({"ar": product.name_ar, "fr": product.name_fr, "en": product.name_en})[0]


def _hold(link: OrderLink, pieces: Mapping[int, int], *, by: Actor) -> None:
    in_turn = select(Variant.id).where(Variant.id.in_(list(pieces))).order_by(*_IN_TURN)
    rows = [
        {
            "store_id": link.store_id, "link_id": link.id, "variant_id": variant_id, "pieces": pieces[variant_id],
            "queued": not catalogue.hold(link.store_id, variant_id, pieces[variant_id], by=by),
        }
        for variant_id in session.scalars(in_turn).all()
    ]  # fmt: skip
    session.execute(insert(Reservation), rows)


# The one order in which stock is touched, so that nobody waits crosswise.
_IN_TURN = (Variant.product_id, Variant.id)


def place_by_link(link_id: int, *, key: str, details: Details, choices: Sequence[Choice], review_hash: str) -> Placed:
    """Order what a link holds: once, whoever is first. The same tap again gives the first purchase back.

    Raises LinkClosed when the link was used by another, expired or withdrawn, and what `checkout.place` raises; then
    the link is as it was.
    """
    link = session.get_one(OrderLink, link_id)
    if not _close(link, "used", only_in_time=True):
        if orders.order_of_key(link.store_id, key) is None:
            raise LinkClosed(WORDS_OF_STATE.get(state_of(link), LinkClosed.message))
        return checkout.place(link.cart_id, key=key, details=details, choices=choices, review_hash=review_hash)
    _release(link, by=BUYER)
    placed = checkout.place(link.cart_id, key=key, details=details, choices=choices, review_hash=review_hash)
    changed(update(OrderLink).where(OrderLink.id == link.id).values(order_id=placed.order_ids[0]))
    _tell("link.used", link, by=BUYER, order=placed.order_ids[0])
    return placed


def withdraw(store_id: int, link_id: int, *, by: Actor) -> None:
    """Take an open link back: its pieces are free. Raises NotFound, LinkClosed once it was used or has expired."""
    mine = select(OrderLink).where(OrderLink.store_id == store_id, OrderLink.id == link_id)
    link = session.scalars(mine).one_or_none()
    if link is None:
        raise NotFound(f"no link {link_id}")
    if not _close(link, "withdrawn"):
        raise LinkClosed(WORDS_OF_STATE.get(state_of(link), LinkClosed.message))
    _release(link, by=by)
    _tell("link.withdrawn", link, by=by)


def expire_due(_payload: dict[str, Any] | None = None) -> int:
    """Free the pieces of every link whose time is over; return how many links. For a job.

    One link in each transaction: whoever holds pieces of two links would wait crosswise with the one who uses them.
    """
    due = select(OrderLink.id).where(OrderLink.state == "open", OrderLink.expires_at <= clock.now())
    return sum([_expire(link_id) for link_id in list(session.scalars(due.order_by(OrderLink.id)))])


def _expire(link_id: int) -> bool:
    with transaction():
        link = session.get_one(OrderLink, link_id)
        if not _close(link, "expired"):
            return False
        _release(link, by=SYSTEM)
        _tell("link.expired", link, by=SYSTEM)
    return True


def _close(link: OrderLink, state: str, *, only_in_time: bool = False) -> bool:
    """Move an open link on, in one guarded statement; tell whether it was this one that moved it."""
    mine = update(OrderLink).where(OrderLink.id == link.id, OrderLink.state.in_(LINK.sources(state)))
    if only_in_time:
        mine = mine.where(OrderLink.expires_at > clock.now())
    return changed(mine.values(state=state, closed_at=clock.now())) == 1


def _release(link: OrderLink, *, by: Actor) -> None:
    kept = (
        select(Reservation.variant_id, Reservation.pieces, Reservation.queued)
        .join(Variant, Variant.id == Reservation.variant_id).where(_of(link)).order_by(*_IN_TURN)
    )  # fmt: skip
    for variant_id, pieces, queued in session.execute(kept).all():
        if queued:
            catalogue.free_place(link.store_id, variant_id, pieces)
        else:
            catalogue.release(link.store_id, variant_id, pieces, by=by)


def held_by(link: OrderLink) -> dict[int, int]:
    """Return the pieces that a link keeps, by variant: out of the stock, or as places in the queue."""
    rows = select(Reservation.variant_id, Reservation.pieces).where(_of(link))
    return {row.variant_id: row.pieces for row in session.execute(rows)}


def _of(link: OrderLink) -> ColumnElement[bool]:
    return and_(Reservation.store_id == link.store_id, Reservation.link_id == link.id)


def link_by_token(token: str) -> OrderLink | None:
    """Return the link of a secret, in whatever state, or None."""
    wanted = select(OrderLink).where(OrderLink.token_hash == digest(token))
    return session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()


def state_of(link: OrderLink) -> str:
    """Return how a link stands now; one whose time is over is expired, even before the job has freed its pieces."""
    state = session.scalar(select(OrderLink.state).where(OrderLink.id == link.id)) or ""
    return "expired" if state == "open" and link.expires_at <= clock.now() else state


def count_open(store_id: int) -> int:
    """Return how many links of a store hold pieces."""
    held = select(func.count()).where(OrderLink.store_id == store_id, OrderLink.state == "open")
    return session.scalar(held) or 0


def open_links(store_id: int) -> list[OpenLink]:
    """Return the links that hold pieces of a store, the newest first."""
    mine = select(OrderLink).where(OrderLink.store_id == store_id, OrderLink.state == "open")
    links = list(session.scalars(mine.order_by(OrderLink.id.desc()).limit(MOST_OPEN)))
    baskets = [link.cart_id for link in links]
    goods: dict[int, list[tuple[str, int]]] = {}
    wanted = (
        select(CartLine.cart_id, CartLine.pieces, Product.name_ar, Product.name_fr, Product.name_en)
        .join(Variant, Variant.id == CartLine.variant_id).join(Product, Product.id == Variant.product_id)
        .where(CartLine.cart_id.in_(baskets), Product.store_id == store_id).order_by(CartLine.id)
    )  # fmt: skip
    for row in session.execute(wanted):
        name, _lang = pick({"ar": row.name_ar, "fr": row.name_fr, "en": row.name_en})
        goods.setdefault(row.cart_id, []).append((name, row.pieces))
    known = select(Cart.id, Cart.details).where(Cart.id.in_(baskets))
    buyers = {cart_id: str(details.get("name", "")) for cart_id, details in session.execute(known)}
    return [OpenLink(each, tuple(goods.get(each.cart_id, ())), buyers.get(each.cart_id, "")) for each in links]


def _tell(verb: str, link: OrderLink, *, by: Actor, **values: object) -> None:
    journal.record(verb, subject="link", subject_id=link.id, store_id=link.store_id, by=by, **values)
