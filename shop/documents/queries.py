"""What stands on the papers of a store, read from its orders and parcels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from shop.core.errors import NotFound
from shop.documents.engine import Foreign
from shop.documents.imposing import fits
from shop.documents.models import LabelPrint
from shop.documents.papers import PAPERS
from shop.documents.words import (
    DeliveryKind,
    HandoverContent,
    HandoverLine,
    LabelContent,
    SlipContent,
    SlipLine,
)
from shop.orders import queries as order_queries
from shop.orders.models import Order, OrderLine
from shop.plumbing import geography
from shop.plumbing.countries import HOME
from shop.plumbing.db import session
from shop.plumbing.formats import date_short, time_short
from shop.plumbing.i18n import _, pick, speaking
from shop.shipping import labels as partner_labels
from shop.shipping import queries as shipping
from shop.shipping.label_models import PartnerLabel
from shop.shipping.models import CarrierAccount, Shipment
from shop.shipping.partners import far
from shop.stores.models import Store
from shop.stores.queries import legal_lines


def label_contents(store_id: int, shipment_ids: Sequence[int]) -> list[LabelContent]:
    """Return what stands on the labels of parcels, in the order given, in three statements. Raises NotFound."""
    rows = session.execute(
        select(Shipment, Order, CarrierAccount)
        .join(Order, Order.id == Shipment.order_id)
        .outerjoin(CarrierAccount, CarrierAccount.id == Shipment.account_id)
        .where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids))
    ).all()
    found = {row[0].id: (row[0], row[1], row[2]) for row in rows}
    if missing := set(shipment_ids) - found.keys():
        raise NotFound(f"no parcels {sorted(missing)}")
    store = store_row(store_id)
    lines = order_queries.lines(store_id, [order.id for _shipment, order, _account in found.values()])
    return [_label(store, *found[each], lines[found[each][1].id]) for each in shipment_ids]


def _label(
    store: Store, shipment: Shipment, order: Order, account: CarrierAccount | None, lines: Sequence[OrderLine]
) -> LabelContent:
    commune = geography.commune(order.commune_code)
    wilaya = geography.wilaya(commune.wilaya_code_58)
    return LabelContent(
        code=(shipment.tracking if shipment.carrier in far() else "") or shipment.reference,
        reference=order.code,
        carrier_name=shipment.carrier_title,
        carrier_name_ar=account.title_ar if account else "",
        recipient=order.buyer_name,
        phone=order.phone,
        address=_where(shipment, order),
        commune_fr=order.town or commune.name_fr,
        commune_ar="" if order.town else commune.name_ar,
        wilaya_code=wilaya.code,
        wilaya_fr=wilaya.name_fr,
        wilaya_ar=wilaya.name_ar,
        collect=shipment.collect,
        sender_name=store.name,
        sender_phone=store.phone,
        sender_wilaya=geography.wilaya(store.wilaya_code).name_fr,
        sender_address=store.address,
        date=date_short(order.placed_at),
        kind=_KIND[shipment.kind],
        desk_name=shipment.desk_name or None,
        weight_g=shipment.weighs_g,
        contents=contents(lines, order.language),
        note=order.note,
        caution=next(iter(order_queries.cautions(lines)), ""),
        fragile=any(line.fragile for line in lines),
        may_open=account.may_open if account else False,
        exchange=bool(shipment.takes_back),
    )


def _where(shipment: Shipment, order: Order) -> str:
    """Return the address that the carrier goes to: that of the desk, for a parcel that is fetched there."""
    if shipment.kind != "desk" or not (shipment.desk_address or shipment.desk_commune):
        return order.address
    commune = geography.commune(shipment.desk_commune).name_fr if shipment.desk_commune else ""
    return ", ".join(each for each in (shipment.desk_address, commune) if each)


_KIND: Mapping[str, DeliveryKind] = {"home": "home", "desk": "desk"}


def contents(lines: Sequence[OrderLine], language: str) -> str:
    """Return what is in a parcel, in one line: 2 × Savon noir, 1 × Bol."""
    comma = "، " if language == "ar" else ", "
    return comma.join(f"{line.pieces} × {_name(line, language)}" for line in lines)


def _name(line: OrderLine, language: str) -> str:
    return pick({"ar": line.name_ar, "fr": line.name_fr, "en": line.name_en}, language)[0]


def _variant(line: OrderLine, language: str) -> str:
    return pick({"ar": line.label_ar, "fr": line.label_fr, "en": line.label_en}, language)[0]


def _lot(line: OrderLine, language: str) -> str:
    if not line.lot:
        return ""
    with speaking(language):
        if line.best_before is None:
            return _("Lot {code}", code=line.lot)
        return _("Lot {code} ({day})", code=line.lot, day=date_short(line.best_before))


def slip_contents(store_id: int, order_ids: Sequence[int]) -> list[SlipContent]:
    """Return the packing slips of orders, in the order given, each in its buyer's language. Raises NotFound."""
    wanted = select(Order).where(Order.store_id == store_id, Order.id.in_(order_ids))
    found = {order.id: order for order in session.scalars(wanted)}
    if missing := set(order_ids) - found.keys():
        raise NotFound(f"no orders {sorted(missing)}")
    store, lines = store_row(store_id), order_queries.lines(store_id, order_ids)
    return [_slip(store, found[each], lines[each]) for each in order_ids]


def _slip(store: Store, order: Order, lines: Sequence[OrderLine]) -> SlipContent:
    return SlipContent(
        shop=store.name,
        buyer=order.buyer_name,
        code=order.code,
        date=date_short(order.placed_at),
        lines=tuple(
            SlipLine(
                name=_name(line, order.language), variant=_variant(line, order.language), pieces=line.pieces,
                unit_price=line.unit, total=line.unit * line.pieces, personal=line.personal,
                lot=_lot(line, order.language),
            )
            for line in lines
        ),
        language=order.language,
        with_prices=store.slip_prices and not order.gift, card=order.gift_words, seller=_seller(store, order.language),
        delivery=order.delivery,
        discount=order.discount,
        offer=order.offer_name,
    )  # fmt: skip


def _seller(store: Store, language: str) -> tuple[tuple[str, str], ...]:
    with speaking(language):
        return tuple(legal_lines(store))


def handover_content(store_id: int, handover_id: int, *, signature: bytes = b"") -> HandoverContent:
    """Return what stands on a hand-over sheet, in the store's language, and what was drawn on it. Raises NotFound."""
    sheet, store = shipping.handover(store_id, handover_id), store_row(store_id)
    rows = session.execute(
        select(Shipment, Order)
        .join(Order, Order.id == Shipment.order_id)
        .where(Shipment.store_id == store_id, Shipment.handover_id == handover_id)
        .order_by(Shipment.id)
    ).all()
    return HandoverContent(
        number=str(sheet.number),
        date=date_short(sheet.at),
        carrier=sheet.carrier_title,
        shop=store.name,
        shop_phone=store.phone,
        language=store.language,
        handed_by=sheet.by_name,
        signed_by=sheet.signed_by,
        signed_at=_moment(sheet.signed_at) if signature else "",
        signature=signature,
        lines=tuple(_handed(row[0], row[1], store.language) for row in rows),
    )


def _moment(at: datetime | None) -> str:
    return f"{date_short(at)} {time_short(at)}" if at else ""


def _handed(shipment: Shipment, order: Order, language: str) -> HandoverLine:
    wilaya = geography.wilaya(geography.commune(order.commune_code).wilaya_code_58)
    return HandoverLine(
        tracking=shipment.tracking or shipment.reference, reference=order.code, recipient=order.buyer_name,
        wilaya=f"{wilaya.code} {geography.name(wilaya, language)}", collect=shipment.collect,
    )  # fmt: skip


def store_row(store_id: int) -> Store:
    """Return the store. Raises NotFound."""
    store = session.get(Store, store_id)
    if store is None:
        raise NotFound(f"no store {store_id}")
    return store


def prints(store_id: int, batch: str) -> list[LabelPrint]:
    """Return the prints of one PDF in their places. Raises NotFound."""
    wanted = select(LabelPrint).where(LabelPrint.store_id == store_id, LabelPrint.batch == batch)
    found = list(session.scalars(wanted.order_by(LabelPrint.place)))
    if not found:
        raise NotFound(f"no labels {batch}")
    return found


def prints_of(store_id: int, shipment_id: int) -> list[LabelPrint]:
    """Return every print of one parcel's label, oldest first."""
    wanted = select(LabelPrint).where(LabelPrint.store_id == store_id, LabelPrint.shipment_id == shipment_id)
    return list(session.scalars(wanted.order_by(LabelPrint.number)))


def next_numbers(store_id: int, shipment_ids: Collection[int]) -> Callable[[int], int]:
    """Return which number the next print of each parcel's label bears: 0 is the first."""
    wanted = select(LabelPrint.shipment_id, func.count()).where(
        LabelPrint.store_id == store_id, LabelPrint.shipment_id.in_(shipment_ids)
    )
    done = {row[0]: int(row[1]) for row in session.execute(wanted.group_by(LabelPrint.shipment_id))}
    return lambda shipment_id: done.get(shipment_id, 0)


def leaving_orders(store_id: int, shipment_ids: Collection[int]) -> dict[int, Order]:
    """Return the orders of those of these parcels that leave the country, by parcel."""
    rows = session.execute(
        select(Shipment.id, Order).join(Order, Order.id == Shipment.order_id)
        .where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids))
    )  # fmt: skip
    return {row[0]: row[1] for row in rows if row[1].country != HOME}


def under_theirs(store_id: int, shipment_ids: Collection[int], paper: str) -> dict[int, PartnerLabel]:
    """Return the partners' own labels that are printed for these parcels; one too large for the paper is not."""
    found = partner_labels.ready(store_id, shipment_ids)
    return {key: each for key, each in found.items() if fits(each.body, PAPERS[paper])}


def foreign(store_id: int, printed: Sequence[LabelPrint]) -> dict[int, Foreign]:
    """Return the partners' labels that were printed, by their place; ours stands in for one that is gone."""
    marks = {each.shipment_id: each.their_mark for each in printed if each.their_mark}
    bodies = partner_labels.bodies(store_id, marks) if marks else {}
    return {
        at: Foreign(bodies[each.shipment_id], each.cells)
        for at, each in enumerate(printed) if each.shipment_id in bodies
    }  # fmt: skip


def batch_contents(store_id: int, batch: str) -> list[LabelContent]:
    """Return the labels of one PDF as they were printed, reprints marked. Raises NotFound."""
    printed = prints(store_id, batch)
    labels = label_contents(store_id, [each.shipment_id for each in printed])
    return [replace(label, reprint=each.number) for label, each in zip(labels, printed, strict=True)]
