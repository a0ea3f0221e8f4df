"""What goes out: products, orders and customers, read some hundred at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, case, func, select

from shop.catalogue import details
from shop.catalogue.families import FAMILIES
from shop.catalogue.models import Lot, Product, Variant
from shop.catalogue.service import OWN_NUMBER
from shop.core import clock
from shop.customers import past
from shop.customers.models import Contact, PastOrder
from shop.fulfilment.story import Facts, story
from shop.orders.models import Order, OrderLine
from shop.payments.models import Payment
from shop.plumbing import geography
from shop.plumbing.db import session
from shop.plumbing.formats import NBSP, date_short, phone_shown
from shop.plumbing.i18n import LANGUAGES, N_, _, pick
from shop.shipping.models import Shipment
from shop.spreadsheets import columns, words
from shop.spreadsheets.columns import SAID, Column
from shop.spreadsheets.lines import STATES
from shop.spreadsheets.people import OUTCOMES
from shop.spreadsheets.writing import Cell
from shop.stores.crafts import CRAFT_NAMES
from shop.stores.models import Store

AT_ONCE = 300

ORDERS: Sequence[Column] = (
    Column("code", N_("Order"), "code", 12), Column("day", N_("Day"), "day", 12),
    Column("state", N_("How it stands"), width=34), Column("name", N_("Name"), width=24),
    Column("phone", N_("Phone"), "code", 16), Column("wilaya", N_("Wilaya")), Column("commune", N_("Commune")),
    Column("address", N_("Address"), width=34), Column("goods_said", N_("Products"), width=44),
    Column("pieces", N_("Pieces"), "whole", 8), Column("goods", N_("Products in dinars"), "money", 12),
    Column("delivery", N_("Delivery in dinars"), "money", 12),
    Column("discount", N_("Discount in dinars"), "money", 12),
    Column("total", N_("Total in dinars"), "money", 12), Column("note", N_("Note"), width=34),
)  # fmt: skip
CUSTOMERS: Sequence[Column] = (
    Column("name", N_("Name"), width=24), Column("phone", N_("Phone"), "code", 16), Column("wilaya", N_("Wilaya")),
    Column("orders", N_("Orders"), "whole", 10), Column("completed", N_("Completed orders"), "whole", 10),
    Column("cancelled", N_("Cancelled orders"), "whole", 10), Column("spent", N_("Paid in dinars"), "money", 12),
    Column("first", N_("First order"), "day", 12), Column("last", N_("Last order"), "day", 12),
    Column("note", N_("Note"), width=34),
)  # fmt: skip


def product_columns(store_id: int) -> list[Column]:
    """Return the columns that the products of a workshop need: those of its craft, and of every family it has."""
    craft = session.scalars(select(Store.craft).where(Store.id == store_id)).one()
    kinds = session.execute(select(Product.family, Product.craft).where(Product.store_id == store_id).distinct())
    keys = {family or kind for family, kind in kinds} - {craft}
    return columns.product_columns(FAMILIES[key] for key in (craft, *sorted(keys)))


def product_rows(store_id: int, listed: Sequence[Column]) -> Iterator[Sequence[Cell]]:
    """Yield a line for each choice of each product, in these columns; what is said once stands once."""
    last = 0
    while products := list(session.scalars(
        select(Product).where(Product.store_id == store_id, Product.id > last).order_by(Product.id).limit(AT_ONCE)
    )):  # fmt: skip
        last = products[-1].id
        ids = [each.id for each in products]
        variants, said, sold = _variants(ids), details.said_of(ids), _lots(ids)
        for product in products:
            once = _product_cells(product) | _said_cells(said[product.id]) | sold.get(product.id, {})
            for variant in variants.get(product.id, []):
                cells = _choice_cells(product, variant) | once
                once = {}
                yield [cells.get(column.key) for column in listed]
        session.expunge_all()


def _variants(product_ids: Collection[int]) -> Mapping[int, list[Variant]]:
    query = select(Variant).where(Variant.product_id.in_(product_ids), Variant.hidden.is_(False))
    found: dict[int, list[Variant]] = {}
    for each in session.scalars(query.order_by(Variant.product_id, Variant.position, Variant.id)):
        found.setdefault(each.product_id, []).append(each)
    return found


def _lots(product_ids: Collection[int]) -> Mapping[int, dict[str, Cell]]:
    return {
        each.product_id: {
            "lot": each.code,
            "lot_made_on": _day(each.made_on),
            "lot_best_before": _day(each.best_before),
        }
        for each in session.scalars(select(Lot).where(Lot.product_id.in_(product_ids), Lot.current).order_by(Lot.id))
    }


def _choice_cells(product: Product, variant: Variant) -> dict[str, Cell]:
    return {
        "reference": product.reference or f"{OWN_NUMBER}{product.id}", "price": variant.price_minor,
        "stock": variant.on_hand, "stock_seen": variant.on_hand, "offered": _yes(not variant.hidden),
        **{f"choice_{lang}": getattr(variant, f"label_{lang}") for lang in LANGUAGES},
    }  # fmt: skip


def _product_cells(product: Product) -> dict[str, Cell]:
    return {
        "craft": _(CRAFT_NAMES[product.craft]), "family": _(FAMILIES[product.family].title) if product.family else "",
        "state": _(STATES[product.state]), "fragile": _yes(product.fragile),
        **{key: getattr(product, key) for key in ("weight_g", "made_to_order_days", "capacity_week", "queue_most")},
        **{f"{what}_{lang}": getattr(product, f"{what}_{lang}")
           for what in ("name", "description", "materials") for lang in LANGUAGES},
    }  # fmt: skip


def _said_cells(said: Mapping[str, Mapping[str, str]]) -> dict[str, Cell]:
    return {
        key: _shown(columns.every(columns.PRODUCTS).get(key), text)
        for name, texts in said.items()
        for lang, text in texts.items()
        for key in [f"{SAID}{name}_{lang}" if lang else f"{SAID}{name}"]
    }


def _shown(column: Column | None, text: str) -> Cell:
    """Write what is said as `lines` reads it again: figures as figures, names in the language being spoken."""
    if column is None:
        return text
    match column.kind:
        case "whole":
            return int(text) if text.isdecimal() else text
        case "day":
            return _day(date.fromisoformat(text))
        case "tick":
            return _yes(bool(text))
        case _:
            name = words.NAMES.get(column.key, {}).get(text)
            return _(name) if name else text


def _day(day: date | None) -> str | None:
    return date_short(day) if day else None


def _yes(said: bool) -> str:
    return _("yes") if said else _("no")


def template_columns(topic: str, craft: str) -> Sequence[Column]:
    """Return the columns that a workshop of a craft fills in."""
    if topic != columns.PRODUCTS:
        return columns.CUSTOMER if topic == columns.CUSTOMERS else columns.SALE
    return [each for each in columns.product_columns([FAMILIES[craft]]) if each.key != "stock_seen"]


def template_rows(topic: str, craft: str) -> Iterator[Sequence[Cell]]:
    """Yield some lines of a template, to be written over."""
    for cells in _EXAMPLES[topic](craft):
        yield [cells.get(column.key) for column in template_columns(topic, craft)]


def _products_to_write(craft: str) -> list[dict[str, Cell]]:
    """A product of one kind, and one in two sizes."""
    soap: dict[str, Cell] = {
        "reference": "SAV-01", "name_ar": "صابون زيت الزيتون", "name_fr": "Savon à l’huile d’olive",
        "name_en": "Olive oil soap", "craft": _(CRAFT_NAMES[craft]), "price": 65_000, "stock": 12, "weight_g": 120,
        "fragile": _("no"), "description_fr": "Séché six semaines.", "description_ar": "مجفف ستة أسابيع.",
    }  # fmt: skip
    small: dict[str, Cell] = {
        "reference": "SAV-02", "name_ar": "صابون بالورد", "name_fr": "Savon à la rose", "price": 70_000, "stock": 8,
        "choice_ar": "100 غ", "choice_fr": "100 g", "craft": _(CRAFT_NAMES[craft]), "weight_g": 250,
    }  # fmt: skip
    large: dict[str, Cell] = {
        "reference": "SAV-02", "price": 120_000, "stock": 3, "choice_ar": "200 غ", "choice_fr": "200 g",
    }  # fmt: skip
    return [soap, small, large]


def _customers_to_write(_craft: str) -> list[dict[str, Cell]]:
    return [_YACINE | {"wilaya": _wilaya("31"), "note": "Préfère le soir."}]


def _sales_to_write(_craft: str) -> list[dict[str, Cell]]:
    yacine = _YACINE | {"wilaya": _wilaya("31")}
    return [
        yacine | {"reference": "2025-014", "day": "14/10/2025", "what": "2 savons à l’huile d’olive",
                  "amount": 130_000, "outcome": _(OUTCOMES["taken"])},
        yacine | {"reference": "2025-015", "day": "02/11/2025", "what": "1 coffret", "amount": 250_000,
                  "outcome": _(OUTCOMES["refused"])},
    ]  # fmt: skip


_YACINE: dict[str, Cell] = {"name": "Yacine Haddad", "phone": "0550 12 34 56"}
_EXAMPLES = {
    columns.PRODUCTS: _products_to_write, columns.CUSTOMERS: _customers_to_write, columns.PAST: _sales_to_write
}  # fmt: skip


def order_rows(store_id: int) -> Iterator[Sequence[Cell]]:
    """Yield a line for each order, the oldest first, as `ORDERS` has them."""
    last = 0
    while rows := session.execute(
        select(Order, Shipment, Payment.state)
        .outerjoin(Shipment, (Shipment.order_id == Order.id) & (Shipment.state != "cancelled"))
        .outerjoin(Payment, (Payment.order_id == Order.id) & (Payment.state != "cancelled"))
        .where(Order.store_id == store_id, Order.id > last).order_by(Order.id).limit(AT_ONCE)
    ).all():  # fmt: skip
        last = rows[-1][0].id
        goods = _goods([row[0].id for row in rows])
        told: set[int] = set()
        for order, shipment, payment in rows:
            if order.id not in told:  # several payments of one order are one line
                told.add(order.id)
                yield _order_cells(order, _facts(order, shipment, payment or "pending"), goods.get(order.id, []))
        session.expunge_all()


def _goods(order_ids: Collection[int]) -> Mapping[int, list[OrderLine]]:
    found: dict[int, list[OrderLine]] = {}
    for each in session.scalars(select(OrderLine).where(OrderLine.order_id.in_(order_ids)).order_by(OrderLine.id)):
        found.setdefault(each.order_id, []).append(each)
    return found


def _facts(order: Order, shipment: Shipment | None, payment: str) -> Facts:
    return Facts(
        order=order.state, shipment=shipment.state if shipment else "preparing", payment=payment, kind=order.kind,
        carrier=shipment.carrier_title if shipment else "", desk=shipment.desk_name if shipment else "",
        collect=shipment.collect if shipment else order.total, cancel_reason=order.cancel_reason, tries=order.tries,
        call_at=order.call_at,
    )  # fmt: skip


def _order_cells(order: Order, facts: Facts, lines: Sequence[OrderLine]) -> list[Cell]:
    return [
        order.code, date_short(clock.local(order.placed_at).date()), story(facts).artisan.text(), order.buyer_name,
        _phone(order.phone), _wilaya(order.wilaya_code),
        geography.name(geography.commune(order.commune_code)), order.address,
        " · ".join(_line_said(line) for line in lines), sum(line.pieces for line in lines), order.goods_minor,
        order.delivery_minor, order.discount_minor, order.total_minor, order.note,
    ]  # fmt: skip


def _line_said(line: OrderLine) -> str:
    name = pick({lang: getattr(line, f"name_{lang}") for lang in LANGUAGES})[0]
    label = pick({lang: getattr(line, f"label_{lang}") for lang in LANGUAGES})[0]
    whole = _("{name}, {choice}", name=name, choice=label) if label else name
    return _("{product} × {n}", product=whole, n=line.pieces)


def customer_rows(store_id: int) -> Iterator[Sequence[Cell]]:
    """Yield a line for each phone, as `CUSTOMERS` has them: who ordered here, by the last name, then who did before."""
    last = ""
    while rows := session.execute(
        select(
            Order.phone, func.max(Order.id), func.count(), _count_of("completed"), _count_of("cancelled"),
            func.sum(case((Order.state == "completed", Order.total_minor), else_=0)), func.min(Order.placed_at),
            func.max(Order.placed_at),
        ).where(Order.store_id == store_id, Order.phone > last)
        .group_by(Order.phone).order_by(Order.phone).limit(AT_ONCE)
    ).all():  # fmt: skip
        last = rows[-1][0]
        ids = [row[1] for row in rows]
        people = {
            order_id: (name, wilaya)
            for order_id, name, wilaya in session.execute(
                select(Order.id, Order.buyer_name, Order.wilaya_code).where(Order.id.in_(ids))
            )
        }
        notes = {phone: each.note for phone, each in past.contacts(store_id, [row[0] for row in rows]).items()}
        for phone, newest, count, completed, cancelled, spent, first, latest in rows:
            name, wilaya = people[newest]
            yield [
                name, _phone(phone), _wilaya(wilaya), count, int(completed),
                int(cancelled), int(spent), date_short(first), date_short(latest), notes.get(phone, ""),
            ]  # fmt: skip
    for each in _contacts(store_id):
        yield [each.name, _phone(each.phone), _wilaya(each.wilaya_code), 0, 0, 0, 0, "", "", each.note]


def _contacts(store_id: int) -> Iterator[Contact]:
    """Yield whom the workshop knew before and who never ordered here."""
    ordered = select(Order.id).where(Order.store_id == store_id, Order.phone == Contact.phone).exists()
    last = 0
    while found := list(session.scalars(
        select(Contact).where(Contact.store_id == store_id, Contact.id > last, ~ordered).order_by(Contact.id)
        .limit(AT_ONCE)
    )):  # fmt: skip
        last = found[-1].id
        yield from found
        session.expunge_all()


def sale_rows(store_id: int) -> Iterator[Sequence[Cell]]:
    """Yield a line for each sale of before, as `columns.SALE` has them."""
    last = 0
    while found := list(session.scalars(
        select(PastOrder).where(PastOrder.store_id == store_id, PastOrder.id > last).order_by(PastOrder.id)
        .limit(AT_ONCE)
    )):  # fmt: skip
        last = found[-1].id
        people = past.contacts(store_id, {each.phone for each in found})
        for each in found:
            who = people.get(each.phone)
            yield [
                each.reference, date_short(each.day), who.name if who else "", _phone(each.phone),
                _wilaya(who.wilaya_code if who else ""), each.what, each.amount_minor,
                _(OUTCOMES[each.outcome]) if each.outcome else "",
            ]  # fmt: skip
        session.expunge_all()


def _wilaya(code: str) -> str:
    return geography.name(geography.wilaya(code)) if code else ""


def _phone(e164: str) -> str:
    """Write a number in groups apart by plain spaces: no program then takes it for a figure and drops its zero."""
    return phone_shown(e164).replace(NBSP, " ")


def _count_of(state: str) -> ColumnElement[int]:
    return func.sum(case((Order.state == state, 1), else_=0))
