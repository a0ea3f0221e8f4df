"""Two workshops side by side with something in every room, a word in each that no stranger may ever read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import select, update

from shop.catalogue import lots
from shop.catalogue import service as catalogue
from shop.catalogue.models import Picture, Product, Review, Variant
from shop.catalogue.service import VariantRow
from shop.checkout.words import Details
from shop.core import clock
from shop.core.money import Money
from shop.customers import past
from shop.documents import invoices
from shop.documents import service as documents
from shop.documents.models import LabelPrint
from shop.fulfilment import service as fulfilment
from shop.offers import service as offers
from shop.offers.service import Terms
from shop.orders.models import Call, Order, OrderLine, Purchase
from shop.payments.queries import payment_of
from shop.plumbing import i18n, journal
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.links import Signer
from shop.plumbing.settings import Settings
from shop.plumbing.storage import FileStorage
from shop.settlement import drafts
from shop.settlement import service as settlement
from shop.settlement.reading import pasted
from shop.shipping import packing
from shop.shipping import queries as shipping_queries
from shop.shipping import service as shipping
from shop.shipping.models import CarrierAccount, Desk, Handover
from shop.spreadsheets import reading
from shop.spreadsheets import service as sheets
from shop.stores import service as stores
from shop.stores import verification
from shop.stores.models import Store, Submission
from tests.checkout import cast
from tests.formalities import declare
from tests.people import Person, sign_in
from tests.storefront.buying import letters_leave
from tests.studio.conftest import LEGAL, make_ready
from tests.studio.photographs import photograph
from tests.trust import sales, unpaid
from tests.trust.baskets import fill
from tests.trust.partners import add_partner, add_zone, lead_nowhere
from tests.trust.printers import pair_printers
from tests.trust.ways_in import give_keys, sent_codes, used_invitation

ROLES = ("anonymous", "buyer", "helper", "owner", "neighbour", "operator")
AMINAS, ISMAHANES = frozenset({"helper", "owner"}), frozenset({"neighbour"})
STAGES = ("placed", "called", "confirmed", "labelled", "handed_over", "delivered", "paid")


@dataclass(frozen=True)
class Secret:
    """A word of a workshop, and the roles in which it may be read."""

    word: str
    readers: frozenset[str]
    seen: bool = True  # somebody does read it somewhere on the walk
    linked: bool = False  # whoever holds the link of the order reads it on its papers


@dataclass
class Shop:
    """One workshop: the numbers of everything in it."""

    slug: str
    store_id: int
    product_id: int
    variant_id: int
    sold_out_id: int = 0
    draft_id: int = 0
    draft_variant_id: int = 0
    picture_id: int = 0
    picture: str = ""
    waiting: str = ""  # the slug of the same owner's workshop that is not open yet
    account_id: int = 0
    partner_id: int = 0
    desk_id: int = 0
    zone_id: int = 0
    member_id: int = 0
    device_id: int = 0
    passkey_id: int = 0
    remittance_id: int = 0
    statement_id: int = 0
    sheet_id: int = 0
    contact_id: int = 0
    submission_id: int = 0
    review_id: int = 0
    sheet: int = 0
    invoice: str = ""
    batch: str = ""
    token: str = ""
    codes: dict[str, str] = field(default_factory=dict)  # an order's code by its stage; ids, parcels, payments alike
    orders: dict[str, int] = field(default_factory=dict)
    parcels: dict[str, int] = field(default_factory=dict)
    payments: dict[str, int] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)  # of payments
    purchase: str = ""
    photo_id: int = 0  # of what lies in it
    reference: str = ""  # of a parcel that waits for the courier
    ending: str = ""  # its last characters
    phone: str = ""
    carrier: str = ""
    line_id: int = 0
    lot_id: int = 0
    order_line_id: int = 0  # of the confirmed order
    offer_id: int = 0
    offer_code: str = ""
    link_id: int = 0
    outcome_id: int = 0  # of a parcel that came back and is contested
    order_link: str = ""  # the secret of a link that keeps a piece, and of one that was withdrawn
    closed_link: str = ""
    link_seen: str = ""  # what its check page showed
    receipt: str = ""  # the file of a buyer's receipt
    receipt_id: int = 0
    incident_id: int = 0
    hold_id: int = 0
    station_id: int = 0
    spare_station_id: int = 0
    print_job_id: int = 0
    print_key: str = ""
    value: str = ""  # how the delivery by its carrier is chosen at the checkout


@dataclass(frozen=True)
class Visitor:
    """Somebody's cookies and the token of her forms."""

    cookies: dict[str, str]
    csrf: str = ""


@dataclass
class Street:
    """The workshops, the people, and what nobody but some may read."""

    application: Flask
    amina: Shop
    ismahane: Shop
    visitors: dict[str, Visitor]
    secrets: list[Secret]
    suspended: tuple[int, str]
    confirmation: dict[str, str]  # what the button of the buyer's check page sends
    used_token: str
    code_tokens: dict[str, str]  # the pages that take a code, by endpoint
    digits: dict[str, str]  # and the right code of each

    def proof(self, code: str) -> str:
        """Return what makes the address of a purchase secret."""
        signer: Signer = self.application.extensions["hirfa_signer"]
        return signer.proof("track", code)


PHONE_BEFORE = {"Amina": "+213661770001", "Ismahane": "+213661770002"}  # who bought before Hirfa


def word(of: str, what: str) -> str:
    """Return the word that stands in one place of one workshop and nowhere else."""
    return f"Zx{of}{what}qz"


def build(application: Flask, settings: Settings) -> Street:
    """Furnish the street; inside no context. Its shop can send letters, so that every form is there."""
    letters_leave(application, "smtp://127.0.0.1:1")
    lead_nowhere(application)
    people = {
        "owner": sign_in(application, "Amina Benali", "+213550000011"),
        "helper": sign_in(application, "Lila Benali", "+213550000012"),
        "neighbour": sign_in(application, "Ismahane Kaci", "+213550000013"),
        "operator": sign_in(application, "Nadia Operator", "+213550000090", is_operator=True),
    }
    temporary = {key: sign_in(application, f"Zineb {key}", f"+21355000007{n}") for n, key in enumerate("AB")}
    with application.app_context(), i18n.speaking("en"):
        amina = _furnished("Amina", [("owner", people["owner"]), ("helper", people["helper"])], temporary["A"])
        ismahane = _furnished("Ismahane", [("owner", people["neighbour"])], temporary["B"])
        suspended = _suspended()
        used = used_invitation(amina.store_id, temporary["A"].account_id)
        tokens, digits = sent_codes(application)
        session.remove()  # type: ignore[attr-defined]
    for shop in (amina, ismahane):
        _write_pictures(settings.data_dir, shop.picture)
    for of in ("Amina", "Ismahane"):
        private = FileStorage(settings.data_dir / "private")
        private.put(f"cards/{card_key(of)}.webp", card_photo(of), "image/webp")
        private.put(packing.name_of(card_key(of)), card_photo(of), "image/webp")
        unpaid.write_receipt(private, amina if of == "Amina" else ismahane, word(of, "Receipt"))
    buyer, confirmation = fill(application, amina, ismahane, named=partial(word, "Yacine"))
    with application.app_context():
        signer: Signer = application.extensions["hirfa_signer"]
        visitors = {"anonymous": Visitor({}), "buyer": Visitor(buyer, signer.proof("form", buyer["cart"]))}
        session.remove()  # type: ignore[attr-defined]
    for role, person in people.items():
        kept = person.client.get_cookie("hirfa")
        assert kept is not None
        visitors[role] = Visitor({"hirfa": kept.value}, person.csrf)
    secrets = list(_secrets())
    return Street(application, amina, ismahane, visitors, secrets, suspended, confirmation, used, tokens, digits)


def _secrets() -> Iterator[Secret]:
    """Name every seeded word with its readers; phone numbers stand as their last nine digits."""
    for of, readers in (("Amina", AMINAS), ("Ismahane", ISMAHANES)):
        for what in ("Sheet", "Story", "Hidden", "Buyer", "Street", "Note", "Call", "Remittance", "Receipt", "Printer"):
            yield Secret(word(of, what), readers, linked=what == "Buyer")
        for what in ("Draft", "Carrier", "Lot", "Vow"):  # they stand in the journal, or in the desk's queue
            yield Secret(word(of, what), readers | {"operator"})
        for stage in STAGES:
            yield Secret(_phone(of, stage)[4:], readers, seen=stage not in {"handed_over", "delivered"})
        yield Secret(word(of, "Reason"), frozenset({"operator"}), seen=False)  # too far back in the journal
        yield Secret(word(of, "Mail").lower(), readers, seen=False)
    yield Secret(word("Amina", "Offer"), frozenset({"owner", "operator"}))
    yield Secret(word("Ismahane", "Offer"), frozenset({"neighbour", "operator"}))
    yield Secret(word("Amina", "Contest"), frozenset({"owner", "operator"}))
    yield Secret(word("Ismahane", "Contest"), ISMAHANES | {"operator"})
    yield Secret(word("Amina", "Device"), frozenset({"owner"}))
    yield Secret(word("Ismahane", "Device"), ISMAHANES)
    yield Secret(word("Amina", "Key"), frozenset({"owner"}))
    yield Secret(word("Ismahane", "Key"), ISMAHANES)
    for what in ("Name", "Street", "Note"):
        yield Secret(word("Yacine", what), frozenset({"buyer"}))
    yield Secret("550778899", frozenset({"buyer"}))


def _phone(of: str, stage: str) -> str:
    return f"+213660112{2 if of == 'Amina' else 7}{STAGES.index(stage)}0"


def _details(of: str, stage: str) -> Details:
    return replace(
        cast.YACINE, phone=_phone(of, stage), name=f"{word(of, 'Buyer')} Haddad", address=f"3 rue {word(of, 'Street')}",
        note=word(of, "Note"),
    )  # fmt: skip


def _furnished(of: str, members: list[tuple[str, Person]], temporary: Person) -> Shop:
    made = cast.workshop(f"Atelier {of}", stock=200)
    shop = Shop(f"atelier-{of.lower()}", made.id, made.product.id, made.variant.id)
    owner = Actor("member", members[0][1].account_id, members[0][0])
    with transaction():
        for role, person in members:
            stores.add_member(made.id, person.account_id, role, by=SYSTEM)
        shop.member_id = stores.add_member(made.id, temporary.account_id, "helper", by=SYSTEM).id
        stores.update_profile(made.id, by=SYSTEM, **LEGAL)
        stores.suspend(made.id, reason=word(of, "Reason"), by=SYSTEM)
        stores.resume(made.id, reason=word(of, "Reason"), by=SYSTEM)
        shop.token = stores.invite(made.id, "helper", by=SYSTEM)
        shop.device_id, shop.passkey_id = give_keys(
            members[0][1].account_id, mail=word(of, "Mail"), device=word(of, "Device"), passkey=word(of, "Key")
        )
    _products(of, shop, owner)
    _sheet(of, shop, owner)
    _offers(of, shop, owner)
    _waiting(of, shop, members)
    for stage in STAGES:
        _order(of, stage, shop, made, owner)
    sales.send_back(shop, owner)
    _papers(of, shop, owner)
    _identity(of, shop, owner)
    _carrier(of, shop, made, owner)
    shop.order_line_id = session.scalars(
        select(OrderLine.id).where(OrderLine.order_id == shop.orders["confirmed"])
    ).one()
    sales.furnish(shop, owner)
    unpaid.furnish(shop, owner)
    return shop


def _products(of: str, shop: Shop, by: Actor) -> None:
    shop.picture = ("a" if of == "Amina" else "b") * 24
    with transaction():
        draft = catalogue.create_product(
            shop.store_id, by=by, craft="soap", names={"fr": word(of, "Draft")}, price=Money.dinars(700), stock=3
        )
        catalogue.update_product(shop.store_id, draft.id, by=by, description_fr=word(of, "Story"))
        shop.draft_id = draft.id
        declare(draft.id)
        lots.add_lot(shop.store_id, shop.product_id, "L1", by=by)
        shop.lot_id = lots.add_lot(shop.store_id, shop.product_id, word(of, "Lot"), by=by).id
    with transaction():
        catalogue.add_picture(shop.store_id, shop.product_id, shop.picture, width=640, height=480, by=by)
        key = f"{shop.picture[:-1]}c"
        catalogue.add_picture(shop.store_id, shop.draft_id, key, width=640, height=480, by=by)
        catalogue.set_variants(
            shop.store_id, shop.product_id, by=by, rows=[
                VariantRow({"fr": "250 g"}, Money.dinars(600), 200, variant_id=shop.variant_id),
                VariantRow({"fr": "500 g"}, Money.dinars(900), 0),
                VariantRow({"fr": word(of, "Hidden")}, Money.dinars(800), 5, hidden=True),
            ],
        )  # fmt: skip
    shop.draft_variant_id = session.scalars(select(Variant.id).where(Variant.product_id == shop.draft_id)).one()
    shop.sold_out_id = session.scalars(
        select(Variant.id).where(Variant.product_id == shop.product_id, Variant.on_hand == 0)
    ).one()
    shop.picture_id = session.scalars(select(Picture.id).where(Picture.product_id == shop.product_id)).one()
    assert session.get_one(Product, shop.draft_id).state == "draft"


def _sheet(of: str, shop: Shop, by: Actor) -> None:
    """Bring a sheet of products in that was looked at and waits for her word; a line of it is to be mended."""
    files = FileStorage(Path(current_app.instance_path) / "private")
    header, row = "Reference;Name in French;Price in dinars", f"{word(of, 'Sheet')};{word(of, 'Sheet')};cher"
    table = reading.read(f"{header}\r\n{row}\r\nA-1;Savon;650\r\n".encode())
    key = sheets.new_key()
    files.put(key, table.body, "application/jsonl")
    with transaction():
        shop.sheet_id = sheets.receive(shop.store_id, table, key=key, name="a.csv", by=by).id
    sheets.look(files, {"sheet": shop.sheet_id})
    with transaction():
        sale = {"reference": "P1", "phone": PHONE_BEFORE[of], "name": word(of, "Before"), "wilaya_code": "31",
                "day": clock.today(), "what": word(of, "Sale"), "amount_minor": 65_000, "outcome": "taken"}  # fmt: skip
        past.keep_sales(shop.store_id, [sale], by=by)
        shop.contact_id = past.contacts(shop.store_id, [PHONE_BEFORE[of]])[PHONE_BEFORE[of]].id


def _offers(of: str, shop: Shop, by: Actor) -> None:
    shop.offer_code = f"ZX{of.upper()}26"
    terms = Terms(name=word(of, "Offer"), kind="percent", percent=10, code=shop.offer_code, from_day=clock.today())
    with transaction():
        shop.offer_id = offers.create_offer(shop.store_id, terms, by=by)


def _waiting(of: str, shop: Shop, members: list[tuple[str, Person]]) -> None:
    with transaction():
        made = stores.create_store(name=f"{of} en attente", craft="soap", wilaya_code="16", by=SYSTEM)
        stores.update_profile(made.id, by=SYSTEM, **LEGAL)
        for role, person in members:
            stores.add_member(made.id, person.account_id, role, by=SYSTEM)
        make_ready(made.id)
        shop.waiting = made.slug


def _order(of: str, stage: str, shop: Shop, made: cast.Workshop, by: Actor) -> None:
    placed = cast.place(cast.basket({made.variant: 1}), details=_details(of, stage))
    order_id = placed.order_ids[0]
    reached = STAGES.index(stage)
    with transaction():
        if stage == "called":
            fulfilment.call(shop.store_id, order_id, "no_answer", by=by, note=word(of, "Call"))
            # made a moment from now, so that it can be undone however long the tests take
            moment = clock.now().replace(year=clock.now().year + 1)
            session.execute(update(Call).where(Call.order_id == order_id).values(at=moment))
        if reached >= STAGES.index("confirmed"):
            fulfilment.call(shop.store_id, order_id, "confirmed", by=by, note=word(of, "Call"))
    parcel = shipping_queries.live_shipment(shop.store_id, order_id)
    assert parcel is not None
    parcel_id = parcel.id
    if reached >= STAGES.index("labelled"):
        with transaction():
            shop.batch = documents.print_labels(shop.store_id, [parcel_id], paper="100x150", start=1, by=by)
    if reached >= STAGES.index("handed_over"):
        with transaction():
            fulfilment.hand_over(shop.store_id, [parcel_id], by=by)
    if reached >= STAGES.index("delivered"):
        with transaction():
            fulfilment.scan(shop.store_id, parcel_id, "delivered", by=by)
    order = session.get_one(Order, order_id)
    session.refresh(order)
    payment = payment_of(shop.store_id, order_id)
    assert payment is not None
    shop.codes[stage], shop.orders[stage], shop.parcels[stage] = order.code, order_id, parcel_id
    shop.payments[stage], shop.references[stage] = payment.id, payment.reference
    if stage == "placed":
        _tell(of, shop, order_id)
        shop.purchase = session.get_one(Purchase, order.purchase_id).code
        shop.phone = _phone(of, stage)


def _tell(of: str, shop: Shop, order_id: int) -> None:
    """Write what no verb writes today, but some will: a buyer's words in the journal, which the operator reads."""
    with transaction():
        journal.record(
            "order.told", subject="order", subject_id=order_id, store_id=shop.store_id, by=SYSTEM,
            note=word(of, "Note"), buyer={"name": word(of, "Buyer"), "address": word(of, "Street")},
            said=f"call me on {_phone(of, 'placed')}",
        )  # fmt: skip


def _papers(of: str, shop: Shop, by: Actor) -> None:
    paid = session.get_one(Order, shop.orders["paid"])
    payment = payment_of(shop.store_id, paid.id)
    assert payment is not None
    with transaction():
        made = settlement.record_remittance(
            shop.store_id, carrier_title="Barq Express", received_on=clock.today(), by=by, note=word(of, "Remittance"),
            lines=[(payment.id, Money(payment.amount_minor - 100_00), Money(0))], reference=f"R-{of}",
        )  # fmt: skip
        shop.remittance_id = made.id
        box = shipping_queries.live_shipment(shop.store_id, shop.orders["delivered"])
        assert box is not None
        shop.statement_id = drafts.keep(
            shop.store_id, pasted(f"{box.tracking or box.reference} 1100 DA"), carrier_title="Barq Express",
            name=word(of, "Remittance"), reference=f"L-{of}", received_on=clock.today(), by=by,
        ).id  # fmt: skip
    with transaction():
        shop.invoice = invoices.issue(shop.store_id, paid.id, by=by).code
        if of == "Ismahane":  # one more invoice than Amina has: its number is nobody's in her workshop
            shop.invoice = invoices.issue(shop.store_id, shop.orders["delivered"], by=by).code
    if of == "Ismahane":  # one more sheet than Amina has: its number is nobody's in her workshop
        _order(of, "handed_over", shop, _as_cast(shop), by)
    shop.sheet = max(session.scalars(select(Handover.number).where(Handover.store_id == shop.store_id)))
    shop.batch = session.scalars(
        select(LabelPrint.batch).where(LabelPrint.shipment_id == shop.parcels["labelled"])
    ).one()
    _printers(of, shop, by)
    waits = shipping_queries.live_shipment(shop.store_id, shop.orders["labelled"])
    assert waits is not None
    with transaction():
        packing.keep_photo(shop.store_id, waits.id, card_key(of), by=by)
    shop.photo_id = packing.photos(shop.store_id, [waits.id])[0].id
    shop.reference, shop.ending = waits.reference, waits.reference[-5:]


def _printers(of: str, shop: Shop, by: Actor) -> None:
    made = pair_printers(shop.store_id, shop.parcels["handed_over"], word(of, "Printer"), by=by)
    shop.station_id, shop.spare_station_id, shop.print_job_id, shop.print_key = made


def _identity(of: str, shop: Shop, by: Actor) -> None:
    """Send a card to be verified, and leave a draft waiting at the desk because of a word."""
    with transaction():
        stores.keep_card(shop.store_id, card_key(of), by=by)
        verification.submit(shop.store_id, by=by)
        asked = catalogue.create_product(
            shop.store_id, by=by, craft="pottery", names={"fr": "Savon"}, price=Money.dinars(700), stock=3
        )
        catalogue.update_product(shop.store_id, asked.id, by=by, description_fr=f"{word(of, 'Vow')} remède")
        catalogue.add_picture(shop.store_id, asked.id, f"{shop.picture[:-1]}d", width=640, height=480, by=by)
        assert not catalogue.publish(shop.store_id, asked.id, by=by)
    shop.submission_id = session.scalars(select(Submission.id).where(Submission.store_id == shop.store_id)).one()
    shop.review_id = session.scalars(select(Review.id).where(Review.store_id == shop.store_id)).one()


def card_key(of: str) -> str:
    """Return the key of the photo of a workshop's card."""
    return ("e" if of == "Amina" else "f") * 24


def _as_cast(shop: Shop) -> cast.Workshop:
    return cast.Workshop(
        session.get_one(Store, shop.store_id), session.get_one(Product, shop.product_id),
        session.get_one(Variant, shop.variant_id),
        session.scalars(select(CarrierAccount).where(CarrierAccount.store_id == shop.store_id)).one(),
    )  # fmt: skip


def _carrier(of: str, shop: Shop, made: cast.Workshop, by: Actor) -> None:
    shop.account_id, shop.carrier = made.carrier.id, made.carrier.title
    shop.value = f"home.{shop.account_id}.50000"
    shop.desk_id = session.scalars(select(Desk.id).where(Desk.account_id == shop.account_id)).first() or 0
    with transaction():
        closed = shipping.add_carrier(shop.store_id, "own_delivery", word(of, "Carrier"), by=by)
        shipping.change_carrier(shop.store_id, closed.id, by=by, title=word(of, "Carrier"), active=False)
        shop.partner_id, shop.zone_id = add_partner(shop.store_id, by), add_zone(word(of, "Zone"), made, by)


def _suspended() -> tuple[int, str]:
    with transaction():
        made = stores.create_store(name="Atelier Fermé", craft="soap", wilaya_code="16", by=SYSTEM)
        stores.update_profile(made.id, by=SYSTEM, **LEGAL)
        stores.open_store(made.id, by=SYSTEM)
        stores.suspend(made.id, reason="no answer", by=SYSTEM)
        return made.id, made.slug


def card_photo(of: str) -> bytes:
    """Return the photo of a workshop's card: no other picture is like it."""
    return photograph((320, 200), colour=(len(of), 20, 200), kind="WEBP").getvalue()


def _write_pictures(data_dir: Path, key: str) -> None:
    folder = data_dir / "media" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for width in (240, 480, 900):
        (folder / f"{key}-{width}.webp").write_bytes(photograph((width, width), kind="WEBP").getvalue())
