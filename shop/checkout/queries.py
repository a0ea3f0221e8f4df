"""Reading a basket for its checkout: its parcels, what delivery could be, and the last look before confirming."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import Any

from sqlalchemy import literal, select

from shop.abroad.words import PriceList
from shop.cart.models import CartLine
from shop.catalogue.details import kept_home
from shop.catalogue.families import caution_of
from shop.catalogue.models import Product, Variant
from shop.checkout import abroad
from shop.checkout.words import Choice, Details, Line, Parcel, Review, ReviewParcel
from shop.core import clock
from shop.core.boxes import box_of
from shop.core.calendar import arrival_window
from shop.core.errors import NotFound, OutOfStock, PriceChanged, Refused, StoreClosed
from shop.core.money import Money
from shop.offers import queries as offers_of
from shop.offers import words as offer_words
from shop.offers.words import Deal, Problem, Standing
from shop.orders import queries as order_queries
from shop.payments.contract import Ask
from shop.payments.tills import MethodOffer, Till, tills
from shop.plumbing import geography
from shop.plumbing.countries import HOME, is_abroad
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
from shop.risk.holds import asked_of
from shop.shipping.contract import Place
from shop.shipping.queries import DeskPoint, Load, StoreQuote, place_of, place_of_wilaya, quotes_for
from shop.stores import queries as stores
from shop.stores.models import Store

GIFT_BEFORE = N_("A gift is paid before it leaves: choose another way to pay.")
Held = Mapping[int, int]  # pieces by variant that a link keeps for this very order
NONE: Mapping[int, Any] = MappingProxyType({})

_LINES = select(
    Variant.store_id, Variant.id.label("variant_id"), Variant.product_id, Variant.price_minor,
    Variant.currency, Variant.on_hand, Variant.hidden, Variant.label_ar, Variant.label_fr, Variant.label_en,
    Product.name_ar, Product.name_fr, Product.name_en, Product.cover, Product.weight_g, Product.fragile,
    Product.made_to_order_days, Product.capacity_week, Product.queued, Product.queue_most, Product.state,
    Product.craft, Product.family, Product.materials_minor, Product.packaging_minor,
    Product.abroad, Product.hs_code, Product.eu_file, Product.length_mm, Product.width_mm, Product.height_mm,
).join(Product, Product.id == Variant.product_id)  # fmt: skip


@dataclass(frozen=True)
class ParcelOffer:
    """One parcel with every way it could travel (home, desk) and be paid; nothing chosen."""

    parcel: Parcel
    quotes: tuple[StoreQuote, ...]
    till: Till
    bargain: Bargain
    first_time: bool = False  # nothing was delivered to this phone yet, where a method asks
    lists: tuple[PriceList, ...] = ()  # prices in other currencies that its till takes


@dataclass(frozen=True)
class Bargain:
    """The offers that one parcel could use, and the code that was typed for it, if any."""

    offers: tuple[Standing, ...]
    code: str
    problem: Problem | None
    used_by_phone: Mapping[int, int]

    @property
    def asks_code(self) -> bool:
        """Tell whether there is anything to type a code for."""
        return bool(self.code) or any(each.code and each.stage(clock.today()) == "running" for each in self.offers)

    def deal(self, parcel: Parcel, delivery: Money) -> Deal:
        """Return the best deal when the parcel's way costs this much; a code that does not count is passed over."""
        return offer_words.best(
            self.offers, parcel.articles, delivery, today=clock.today(), code=self.code,
            used_by_phone=self.used_by_phone,
        )  # fmt: skip


def offered(
    cart_id: int, *, wilaya_code: str, commune_code: str = "", phone: str = "",
    codes: Mapping[int, str] = NONE, held: Held = NONE,
) -> list[ParcelOffer]:  # fmt: skip
    """Return what a basket's parcels could be, to a wilaya or a commune, in five statements. Raises NotFound.

    One more reads prices in other currencies, where a way to pay takes such. Without a place nothing can travel yet.
    `codes` are those that were typed, by store; a phone tells whether it has used an offer up (one more statement,
    where an offer asks); `held` is as for `review`.
    """
    parcels, _rows = _parcels(cart_id, held, phone)
    parcels = _as_they_leave(parcels, wilaya_code)
    found: dict[int, list[StoreQuote]] = {}
    if wilaya_code or commune_code:
        found = _quotes(parcels, place_of(commune_code) if commune_code else place_of_wilaya(wilaya_code))
    bargains, paid = _bargains(parcels, phone, codes), tills([each.store_id for each in parcels])
    new, lists = _new_to(paid, phone), abroad.lists_for(paid, parcels)
    return [
        ParcelOffer(
            each, tuple(found.get(each.store_id, ())), paid[each.store_id], bargains[each.store_id],
            each.store_id in new, lists.get(each.store_id, ()),
        )
        for each in parcels
    ]  # fmt: skip


def offered_of(
    store: Store, wanted: Mapping[int, int], *, wilaya_code: str, commune_code: str = "", phone: str = ""
) -> ParcelOffer:
    """Return what a parcel of a store's own variants (variant → pieces) could be. Raises NotFound for another store's.

    What is not offered to buyers is left in: whoever makes an order of it is told then.
    """
    place = place_of(commune_code) if commune_code else place_of_wilaya(wilaya_code)
    parcel = _parcel(store, lines_of(store.id, wanted))
    found = _quotes([parcel], place)
    paid = tills([store.id])
    bargain = _bargains([parcel], phone, {})[store.id]
    lists = abroad.lists_for(paid, [parcel]).get(store.id, ())
    return ParcelOffer(parcel, tuple(found[store.id]), paid[store.id], bargain, store.id in _new_to(paid, phone), lists)


def lines_of(store_id: int, wanted: Mapping[int, int]) -> list[Line]:
    """Return lines of a store's variants as they stand now, in the order asked. Raises NotFound for others'."""
    query = _LINES.add_columns(literal(0).label("id"), literal(0).label("pieces"), literal("").label("personal")).where(
        Variant.store_id == store_id, Variant.id.in_(list(wanted))
    )
    found = {row.variant_id: _line(row) for row in session.execute(query)}
    if set(found) != set(wanted):
        raise NotFound("some of these articles are not this workshop's")
    return [replace(found[variant_id], pieces=pieces) for variant_id, pieces in wanted.items()]


def review(cart_id: int, details: Details, choices: Sequence[Choice], *, held: Held = NONE) -> Review:
    """Return the purchase as it would be ordered now, in five statements, one less without desks, one more where a way
    to pay takes other currencies.

    `held` pieces (by variant) wait for it.

    Raises Refused (with its field) for an empty basket, a missing choice, a code that does not count or a place that
    isn't served, OutOfStock, StoreClosed, and PriceChanged when delivery costs something else than was seen.
    """
    parcels, rows = _parcels(cart_id, held, details.phone)
    if not parcels:
        raise Refused(N_("Your basket is empty."))
    parcels = _as_they_leave(parcels, details.wilaya_code)
    _check_details(details)
    for parcel in parcels:
        _check_parcel(parcel, rows[parcel.store_id])
    to_desks = any(choice.kind == "desk" for choice in choices)
    found = _quotes(parcels, place_of(details.commune_code), with_desks=to_desks)
    chosen = {choice.store_id: choice for choice in choices}
    bargains = _bargains(parcels, details.phone, {choice.store_id: choice.code for choice in choices})
    paid = tills([each.store_id for each in parcels])
    new, lists = _new_to(paid, details.phone), abroad.lists_for(paid, parcels)
    return Review(
        details=details,
        parcels=tuple(
            _reviewed(
                each, rows[each.store_id], quotes=found[each.store_id], choice=chosen.get(each.store_id),
                bargain=bargains[each.store_id], paid=paid[each.store_id], first_time=each.store_id in new,
                details=details, parcels=len(parcels), lists=lists.get(each.store_id, ()),
            )
            for each in parcels
        ),
    )  # fmt: skip


def _parcels(cart_id: int, held: Held, phone: str) -> tuple[list[Parcel], dict[int, Store]]:
    wanted = (
        _LINES.add_columns(
            CartLine.id, CartLine.pieces, CartLine.personal, Store, asked_of(Store.id, phone).label("asks")
        )
        .join(CartLine, CartLine.variant_id == Variant.id)
        .join(Store, Store.id == Variant.store_id)
        .where(CartLine.cart_id == cart_id, CartLine.removed_at.is_(None))
        .order_by(Variant.store_id, CartLine.id)
    )
    found = session.execute(wanted, execution_options={"populate_existing": True}).all()
    lines = _with_held([_line(row) for row in found], held)
    rows = {row.Store.id: row.Store for row in found}
    asks = {row.store_id: row.asks for row in found}
    grouped = groupby(lines, key=lambda line: line.store_id)
    return [_parcel(rows[store_id], list(mine), asks[store_id]) for store_id, mine in grouped], rows


def _as_they_leave(parcels: list[Parcel], country: str) -> list[Parcel]:
    """Return parcels with what the rules of today keep at home, in four statements more if they go abroad."""
    if not is_abroad(country):
        return parcels
    home = kept_home({line.product_id for each in parcels for line in each.lines if line.leaves})
    return [
        replace(each, lines=tuple(
            replace(line, leaves=False) if line.product_id in home else line for line in each.lines
        ))
        for each in parcels
    ]  # fmt: skip


def _with_held(lines: list[Line], held: Held) -> list[Line]:
    """Return lines as they stand for whoever they are held for: she neither lacks her own pieces nor waits for them."""
    places: Counter[int] = Counter()
    for line in lines:
        places[line.product_id] += held.get(line.variant_id, 0)
    return [
        replace(line, on_hand=line.on_hand + held.get(line.variant_id, 0))
        if line.made_to_order_days is None
        else replace(line, queued=max(0, line.queued - places[line.product_id]))
        for line in lines
    ] if held else lines  # fmt: skip


def _parcel(store: Store, lines: Sequence[Line], held: str = "") -> Parcel:
    return Parcel(
        store_id=store.id, store_slug=store.slug, store_name=store.name, preparation_days=store.preparation_days,
        lines=tuple(lines), held=held, sends_to=tuple(store.sends_to.split()),
    )  # fmt: skip


def _line(row: Any) -> Line:
    return Line(
        line_id=row.id, store_id=row.store_id, variant_id=row.variant_id, product_id=row.product_id,
        names={"ar": row.name_ar, "fr": row.name_fr, "en": row.name_en},
        labels={"ar": row.label_ar, "fr": row.label_fr, "en": row.label_en},
        cover=row.cover, unit=Money(row.price_minor, row.currency), pieces=row.pieces, weight_g=row.weight_g,
        fragile=row.fragile, on_hand=row.on_hand, made_to_order_days=row.made_to_order_days,
        offered=row.state == "published" and not row.hidden, personal=row.personal, capacity_week=row.capacity_week,
        queued=row.queued, queue_most=row.queue_most,
        caution="" if row.abroad else caution_of(row.craft, row.family),  # what burns does not leave
        cost_minor=_cost(row.materials_minor, row.packaging_minor), leaves=row.abroad, hs_code=row.hs_code,
        eu_file=row.eu_file, box=box_of(row.length_mm, row.width_mm, row.height_mm),
    )  # fmt: skip


def _cost(materials: int | None, packaging: int | None) -> int | None:
    return None if materials is None and packaging is None else (materials or 0) + (packaging or 0)


def _quotes(parcels: Sequence[Parcel], place: Place, *, with_desks: bool = True) -> dict[int, list[StoreQuote]]:
    country = place.wilaya_code if is_abroad(place.wilaya_code) else HOME
    loads = {each.store_id: Load(each.weight_g, each.goods, each.box) for each in parcels if not each.staying(country)}
    found = quotes_for(loads, place, with_desks=with_desks) if loads else {}
    return {each.store_id: found.get(each.store_id, []) for each in parcels}


def _bargains(parcels: Sequence[Parcel], phone: str, codes: Mapping[int, str]) -> dict[int, Bargain]:
    typed = {store_id: offer_words.read_code(code) for store_id, code in codes.items() if code}
    found = offers_of.standing({each.store_id for each in parcels}, codes=set(typed.values()))
    return {
        each.store_id: _bargain(each, tuple(found.get(each.store_id, ())), phone, typed.get(each.store_id, ""))
        for each in parcels
    }


def _bargain(parcel: Parcel, offers: tuple[Standing, ...], phone: str, code: str) -> Bargain:
    limited = [each.offer_id for each in offers if each.most_per_phone is not None and each.code in {"", code}]
    used = offers_of.used_by_phone(parcel.store_id, limited, phone) if limited and phone else {}
    wanted = next((each for each in offers if each.code == code), None) if code else None
    problem = offer_words.problem_of(
        wanted, parcel.articles, today=clock.today(), used_by_phone=used.get(wanted.offer_id, 0) if wanted else 0
    )  # fmt: skip
    return Bargain(offers, code, problem if code else None, used)


def _check_details(details: Details) -> None:
    if not details.name:
        raise Refused(N_("Please type your name."), field="name")
    if not details.phone:
        raise Refused(N_("Please type your phone number."), field="phone")
    if geography.commune(details.commune_code).wilaya_code != details.wilaya_code:
        raise Refused(N_("This commune is in another wilaya."), field="commune")
    if details.gift and not details.payer_phone:
        raise Refused(
            N_("Write your own number too: who receives the gift is told nothing of the payment."), field="payer"
        )
    if details.country != HOME and not details.city:
        raise Refused(N_("Write the city."), field="city")


def _check_parcel(parcel: Parcel, store: Store) -> None:
    if not stores.accepting(store):
        raise StoreClosed(N_("{store} is not taking orders at the moment."), store=store.name)
    for line in parcel.lines:
        if not line.offered:
            raise OutOfStock(N_("{name} is no longer for sale."), name=line.name)
        require_stock(line)


def require_stock(line: Line) -> None:
    """Raise OutOfStock, in words, when fewer pieces are there, or can be made, than the line asks."""
    left = line.on_hand
    if line.made_to_order_days is None and line.pieces > left:
        message = N_("Only {n} left of {name}.") if left else N_("{name} is sold out.")
        raise OutOfStock(message, n=left, name=line.name)
    if line.made_to_order_days is not None and line.queue_most is not None:
        room = max(0, line.queue_most - line.queued)
        if line.pieces > room:
            message = (
                N_("Only {n} more of {name} can be made for now.") if room else N_("{name} takes no orders for now.")
            )
            raise OutOfStock(message, n=room, name=line.name)


def _reviewed(
    parcel: Parcel, store: Store, *, quotes: Sequence[StoreQuote], choice: Choice | None, bargain: Bargain,
    paid: Till, first_time: bool, details: Details, parcels: int, lists: Sequence[PriceList],
) -> ReviewParcel:  # fmt: skip
    quote, desk = _chosen(parcel, quotes, choice, details)
    if bargain.problem is not None:
        raise Refused(bargain.problem.message, field=f"code-{parcel.store_id}", **bargain.problem.values)
    deal = bargain.deal(parcel, quote.price)
    ask = Ask(
        "", parcel.goods + quote.price - deal.worth, details.language, stores_in_purchase=parcels,
        wilaya_code=details.wilaya_code, first_time=first_time, held=parcel.held, country=details.country,
    )  # fmt: skip
    way = _way(paid, ask, abroad.asked(lists, parcel, deal, quote.price), choice)
    if details.gift and not way.before:
        raise Refused(GIFT_BEFORE, field="payment")
    terms, terms_hash = stores.terms_of(store, details.language, way.deposit.rule if way.deposit else "")
    return ReviewParcel(
        **{name: getattr(parcel, name) for name in Parcel.__dataclass_fields__},
        quote=quote, deal=deal, desk=desk, way=way, terms=terms, terms_hash=terms_hash,
        promised=arrival_window(parcel.leaves_on(clock.today()), quote.min_days, quote.max_days),
        legal=tuple(stores.legal_lines(store)), register_type=store.register_type, verification=store.verification,
    )  # fmt: skip


def _chosen(
    parcel: Parcel, quotes: Sequence[StoreQuote], choice: Choice | None, details: Details
) -> tuple[StoreQuote, DeskPoint | None]:
    field = f"delivery-{parcel.store_id}"
    if not quotes:
        raise Refused(N_("{store} does not deliver to this place."), field=field, store=parcel.store_name)
    if choice is None:
        raise Refused(N_("Please choose how the parcel of {store} travels."), field=field, store=parcel.store_name)
    quote = next((each for each in quotes if each.kind == choice.kind), None)
    if quote is None:
        raise Refused(N_("{store} does not deliver this way here."), field=field, store=parcel.store_name)
    if (quote.account_id, quote.price) != (choice.account_id, choice.price):
        raise PriceChanged(field=field)
    if quote.kind == "home" and not details.address:
        raise Refused(N_("Please type the address where the parcel goes."), field="address")
    return quote, _desk(quote, choice, f"desk-{parcel.store_id}")


def _desk(quote: StoreQuote, choice: Choice, field: str) -> DeskPoint | None:
    """Return the chosen desk; a carrier without a list of desks tells the buyer by phone where to come."""
    if quote.kind != "desk" or not quote.points:
        return None
    desk = next((each for each in quote.points if each.desk_id == choice.desk_id), None)
    if desk is None:
        raise Refused(N_("Please choose the desk where you will fetch the parcel."), field=field)
    return desk


def _new_to(paid: Mapping[int, Till], phone: str) -> frozenset[int]:
    """Return the workshops for which this is a first order, as far as one of their ways to be paid asks."""
    asking = [store_id for store_id, each in paid.items() if each.asks_who]
    return order_queries.strangers(asking, phone) if asking else frozenset()


def _way(paid: Till, ask: Ask, other: Sequence[Money], choice: Choice | None) -> MethodOffer:
    way = paid.way(choice.method if choice else "", ask, other)
    if way is None:
        raise Refused(N_("Please choose how you will pay."), field="payment")
    return way
