"""The whole shop as bad input meets it: people, orders, papers and lists, and what may stand in its addresses."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select, update

from shop.accounts import codes as phone_codes
from shop.accounts.models import Device, Passkey
from shop.cart.models import CartLine
from shop.catalogue import lots
from shop.catalogue import service as catalogue
from shop.catalogue.models import Lot, Picture, Variant
from shop.checkout import hand, links
from shop.checkout.hand import HandBuyer
from shop.checkout.models import OrderLink
from shop.core import clock
from shop.core.money import Money
from shop.customers import past
from shop.customers.models import Contact
from shop.documents import invoices, stations
from shop.documents.invoice_queries import newest as newest_papers
from shop.documents.models import LabelPrint
from shop.documents.station_models import PrintJob, PrintStation
from shop.offers.models import Offer
from shop.orders.models import Order, Purchase
from shop.payments.models import Incident, Payment, PaymentProof
from shop.plumbing import i18n
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.links import Signer
from shop.plumbing.settings import Settings
from shop.plumbing.storage import FileStorage
from shop.risk import holds
from shop.risk.models import Outcome, PhoneHold
from shop.settlement import drafts
from shop.settlement import service as settlement
from shop.settlement.models import Remittance, RemittanceLine, Statement
from shop.settlement.reading import pasted
from shop.shipping import packing
from shop.shipping.abroad_models import ZoneAbroad
from shop.shipping.models import CarrierAccount, Desk, Handover, Shipment
from shop.shipping.packing_models import PackingPhoto
from shop.spreadsheets import reading
from shop.spreadsheets import service as sheets
from shop.spreadsheets.models import Sheet
from shop.stores import service as stores
from shop.stores import verification
from shop.stores.models import Member
from tests.checkout import cast
from tests.offers.cast import offer
from tests.people import Person
from tests.storefront.buying import Buyer, letters_leave
from tests.studio.conftest import LEGAL, make_ready
from tests.studio.day import Day
from tests.studio.photographs import photograph
from tests.studio.test_outcome import sent_back
from tests.trust import unpaid
from tests.trust.bad_input import Visitor
from tests.trust.nonsense import LABELLED
from tests.trust.partners import OF_PARTNERS, add_partner, add_zone, lead_nowhere, miss, partner_numbers, send_abroad
from tests.trust.ways_in import give_keys

PASSWORD = "long enough 1"  # as tests.people gives everybody
SEVERAL = 15
PICTURE, DOUBTFUL = "0123456789abcdef01234567", "0123456789abcdef0123456f"
LISTS = 20  # of a carrier, of each sort
CARD = photograph((240, 160), kind="WEBP")


def furnish(application: Flask, settings: Settings, day: Day) -> None:
    """Put something into every room: orders in every state, a photograph, a sheet, a remittance, an invitation."""
    letters_leave(application, "smtp://127.0.0.1:1")
    lead_nowhere(application)
    day.ordered()
    day.confirmed()
    waits = day.parcel(day.labelled()).id
    day.handed_over()
    missed = day.handed_over()
    paid, _held = day.delivered(), day.delivered()
    sent_back(day)
    sent_back(day, contested="Personne")
    payment = day.payment(paid)
    with application.app_context(), transaction():
        changed(update(Shipment).where(Shipment.id == waits).values(tracking=LABELLED))
        pack(day.store_id, waits, FileStorage(settings.data_dir / "private"))
        for order_id in session.scalars(select(Outcome.order_id).where(Outcome.outcome == "refused")).all():
            holds.ask_first(day.store_id, order_id, "deposit", by=SYSTEM)
    with application.app_context(), i18n.speaking("en"), transaction():
        shop = day._workshop()
        closed = stores.create_store(name="Atelier Fermé", craft="soap", wilaya_code="16", by=SYSTEM)
        stores.update_profile(closed.id, by=SYSTEM, **LEGAL)
        stores.open_store(closed.id, by=SYSTEM)
        stores.suspend(closed.id, reason="no answer", by=SYSTEM)
        stores.update_profile(day.store_id, by=SYSTEM, **LEGAL)
        catalogue.add_picture(day.store_id, shop.product.id, PICTURE, width=640, height=480, by=SYSTEM)
        lots.add_lot(day.store_id, shop.product.id, "L1", by=SYSTEM)
        lots.add_lot(day.store_id, shop.product.id, "L2", by=SYSTEM)
        settlement.record_remittance(
            day.store_id, carrier_title=shop.carrier.title, received_on=clock.today(), by=SYSTEM,
            lines=[(payment.id, Money(payment.amount_minor - 100_00), Money(0))],
        )  # fmt: skip
        bring_lists(day, shop)
        add_partner(day.store_id, SYSTEM)
        miss(missed)
        add_zone("Europe", shop, SYSTEM)
        station, _token = stations.pair(stations.add(day.store_id, name="Zebra", head="tspl-203", by=SYSTEM), by=SYSTEM)
        stations.send(day.store_id, session.scalars(select(LabelPrint.batch)).first() or "", station.id, by=SYSTEM)
        for _time in range(40):  # enough that some are left to be confirmed and set aside
            bring_a_sheet(settings, day)
        invoices.issue(day.store_id, payment.order_id, by=SYSTEM)
        wanted = {shop.variant.id: 1}
        buyer = HandBuyer(name="Leila", phone="+213661000001", language="fr")
        hand.sell_in_hand(
            shop.store, wanted, key="at the fair", seen=hand.goods_in_hand(day.store_id, wanted).hash, buyer=buyer,
            by=SYSTEM,
        )  # fmt: skip
        draft = stores.create_store(name="Amina en attente", craft="soap", wilaya_code="16", by=SYSTEM)
        stores.update_profile(draft.id, by=SYSTEM, **LEGAL)
        stores.add_member(draft.id, day.amina.account_id, "owner", by=SYSTEM)
        make_ready(draft.id)
        draft_id = draft.id
    with application.app_context(), i18n.speaking("en"):
        offer(shop, code="AID", most_uses=40)
        offer(shop, name="Deux savons", minimum=Money.dinars(1000), most_per_phone=30)
    folder = settings.data_dir / "media" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for key in (PICTURE, DOUBTFUL, f"{draft_id:024x}"):
        for width in (240, 480, 900):
            (folder / f"{key}-{width}.webp").write_bytes(photograph((width, width), kind="WEBP").getvalue())


def pack(store_id: int, shipment_id: int, private: FileStorage) -> None:
    """Have photos of an open parcel, inside the current transaction."""
    for n in range(3):
        private.put(packing.name_of(f"{n:024x}"), CARD.getvalue(), "image/webp")
        packing.keep_photo(store_id, shipment_id, f"{n:024x}", by=SYSTEM)


def bring_lists(day: Day, shop: cast.Workshop) -> None:
    """Bring carriers' lists, inside the current transaction: first those whose columns nobody has said."""
    road = session.scalars(select(Shipment).where(Shipment.state == "handed_over")).first()
    assert road is not None
    name = road.tracking or road.reference
    for content in (f"Suivi;Montant\n{name};1100", f"{name} 1100 DA"):
        for _time in range(LISTS):
            drafts.keep(
                day.store_id, pasted(content), carrier_title=shop.carrier.title, name="liste", reference="",
                received_on=clock.today(), by=SYSTEM,
            )  # fmt: skip


def bring_a_sheet(settings: Settings, day: Day) -> None:
    """Keep a sheet that was looked at, with a line to be mended, inside the current transaction."""
    table = reading.read(b"Reference;Name in French;Price in dinars\r\nA-1;Savon;650\r\nA-2;Huile;cher\r\n")
    key = sheets.new_key()
    FileStorage(settings.data_dir / "private").put(key, table.body, "application/jsonl")
    made = sheets.receive(day.store_id, table, key=key, name="a.csv", by=SYSTEM)
    made.state, made.products = "looked", 1
    sale = {"reference": "P1", "phone": "+213661770001", "name": "Lamia", "wilaya_code": "31", "day": clock.today(),
            "what": "2 savons", "amount_minor": 65_000, "outcome": "taken"}  # fmt: skip
    past.keep_sales(day.store_id, [sale], by=SYSTEM)


def card_and_doubt(day: Day, settings: Settings) -> None:
    """Send a card to the desk, and a product with a word to look at; inside a transaction."""
    FileStorage(settings.data_dir / "private").put(f"cards/{PICTURE}.webp", CARD.getvalue(), "image/webp")
    stores.keep_card(day.store_id, PICTURE, by=SYSTEM)
    verification.submit(day.store_id, by=SYSTEM)
    doubtful = catalogue.create_product(
        day.store_id, by=SYSTEM, craft="pottery", names={"fr": "Remède"}, price=Money.dinars(500), stock=1
    )
    catalogue.add_picture(day.store_id, doubtful.id, DOUBTFUL, width=640, height=480, by=SYSTEM)
    assert not catalogue.publish(day.store_id, doubtful.id, by=SYSTEM)


def fill_a_basket(yacine: Buyer) -> None:
    """Put Amina's and Sami's soap into a basket, and fill in the details."""
    for variant in (1, 2):
        yacine.send("/cart/lines", {"variant": str(variant), "pieces": "2"})
    yacine.open("/checkout")
    yacine.press("/checkout", button={"update": "1"}, phone="0550123456", wilaya="31", name="Yacine")
    ways = {f"delivery-{store}": yacine.page.ways(store)["home"] for store in (1, 2)}
    yacine.press("/checkout", commune="3101", payment="cash_on_delivery", address="12 rue des Oliviers", **ways)  # type: ignore[arg-type]
    assert yacine.page.path.endswith("/checkout/check"), yacine.page.text


def people(day: Day, nadia: Person, yacine: Buyer) -> dict[str, Visitor]:
    """Return everybody's cookies and token."""
    basket = yacine.cookie("cart")
    signer: Signer = day.application.extensions["hirfa_signer"]
    found = {
        "nobody": Visitor("nobody", {}),
        "yacine": Visitor("yacine", {"cart": basket}, signer.proof("form", basket)),
    }
    for name, person in {"amina": day.amina, "lila": day.lila, "sami": day.sami, "nadia": nadia}.items():
        kept = person.client.get_cookie("hirfa")
        assert kept is not None
        found[name] = Visitor(name, {"hirfa": kept.value}, person.csrf)
    return found


def places(application: Flask, day: Day) -> dict[str, list[str]]:
    """Return what may stand in an address, by the name that its rule gives it: mostly Amina's, some of Sami's."""
    signer: Signer = application.extensions["hirfa_signer"]
    with application.app_context():
        open_one = select(Purchase.code).join(Order).where(Order.state == "placed")
        purchase = session.scalars(open_one).first() or ""
        back = parcels_back(application)[0]
        with transaction():
            token = stores.invite(day.store_id, "helper", by=SYSTEM)
            give_keys(day.amina.account_id, mail="amina", device="Chrome, Android", passkey="Blue phone")
            variant = (
                session.scalars(select(Variant.id).where(Variant.store_id == day.store_id).order_by(Variant.id)).first()
                or 0
            )
            known = {"name": "Yacine", "phone": "0550123456", "wilaya": "31", "commune": "3101", "address": "rue 1",
                     "payment": "cash_on_delivery", "delivery-1": "home.1.50000"}  # fmt: skip
            held = [
                links.open_link(
                    day.store_id, {variant: 1}, kind="chat", hours=48, language="fr", by=SYSTEM, details=each
                )
                for each in (known, {})
            ]
            at_the_fair = list(session.scalars(select(Order.code).where(Order.kind == "hand")))
            links_made, secrets = [str(link.id) for link, _token in held], [secret for _link, secret in held]
        gone = [send_abroad()]
        labels_of = select(LabelPrint.batch).join(Shipment, Shipment.id == LabelPrint.shipment_id)
        leaving = list(
            session.scalars(labels_of.join(Order, Order.id == Shipment.order_id).where(Order.code == gone[0]))
        )
        codes = list(session.scalars(select(Order.code).order_by(Order.id)))
        to_pay = unpaid.code_to_pay()
        his = CartLine.cart_id.not_in(select(OrderLink.cart_id))
        lines = [str(n) for n in session.scalars(select(CartLine.id).where(his).order_by(CartLine.id.desc()))]
        found = {
            "lang": ["ar", "fr", "en"], "store": ["atelier-amina"] * 9 + ["atelier-sami"], "craft": ["soap", "pottery"],
            "token": [*secrets, token], "studio.join:token": [token],
            "studio.erase_customer:code": at_the_fair, "link_id": links_made,
            "batch": list(session.scalars(select(LabelPrint.batch))), "page": ["1", "1", "2"], "head": ["tspl-203"],
            "figure": ["expected", "on_the_way", "held", "late", "received", "given_back", "missing"],
            "part": ["pages", "shops-0", "0"], "width": ["240", "900"],
            "product_id": ["1"] * 5 + ["2", "999999999999999999"], "line_id": lines,
            "review_id": ["1", "2"], "store_id": ["1", "2"],
            "desk.resume:store_id": ["3"], "studio.opening:store": ["amina-en-attente"],
            "studio.remove_member:member_id": ["2", "1", "3"],
            **{f"{each}:account_id": partner_numbers() for each in OF_PARTNERS},
            "account_id": numbers(CarrierAccount), "desk_id": numbers(Desk), "zone_id": numbers(ZoneAbroad),
            "device_id": numbers(Device), "passkey_id": numbers(Passkey), "member_id": numbers(Member),
            "offer_id": numbers(Offer),
            "variant_id": ["1"] * 5 + ["2", "9"], "sheet_id": numbers(Sheet), "kind": ["csv", "xlsx", "exe"],
            "contact_id": numbers(Contact), "receipt": numbers(PaymentProof), "photo": numbers(PackingPhoto),
            "incident": numbers(Incident),
            "hold": numbers(PhoneHold), "station": numbers(PrintStation), "label": numbers(PrintJob),
            "job": list(session.scalars(select(PrintJob.key))),
            "studio.ask_first:code": parcels_back(application),
            "studio.label_customs:batch": leaving, "studio.customs_pdf:code": gone, "studio.customs_csv:code": gone,
            "method": ["transfer", "chargily", "stripe", "cash_on_delivery", "gold"],
            "currency": ["EUR", "TND", "JPY", "DZD"],
            "picture_id": numbers(Picture), "lot_id": numbers(Lot), "remittance_id": numbers(Remittance),
            "payment_id": [str(payment_id) for payment_id in session.scalars(select(RemittanceLine.payment_id))],
            "statement_id": numbers(Statement), "studio.write_statement:statement_id": numbers(Statement)[LISTS:],
            "proof": [signer.proof("track", purchase)], "storefront.tracking:code": [purchase],
            "storefront.cancel:code": [purchase],
            **{f"storefront.{name}:code": [to_pay] for name in unpaid.FORMS},
            **{f"storefront.{name}:proof": [signer.proof("track", to_pay)] for name in unpaid.FORMS},
            "outcome_id": numbers(Outcome), "paper": ["a6", "80mm", "a3"], **of_packing(),
            "studio.answer_outcome:code": parcels_back(application),
            "storefront.contest:code": [back], "storefront.contest:proof": [signer.proof("track", back)],
            "storefront.store:slug": ["atelier-amina"],
            "storefront.store_terms:slug": ["atelier-amina"], "storefront.product:slug": ["savon"],
            "storefront.shared:code": ["s1w", "p1i"],
            "media.picture:key": [PICTURE], "storefront.share_picture:key": [PICTURE], "seal": ["older"],
        }  # fmt: skip
        found |= places_of_papers(day, signer, purchase, codes)
        sheets = [str(number) for number in session.scalars(select(Handover.number))]
        session.remove()  # type: ignore[attr-defined]
    for rule in application.url_map.iter_rules():
        if rule.endpoint.startswith("studio."):
            found.setdefault(f"{rule.endpoint}:code", codes)
            found.setdefault(f"{rule.endpoint}:number", sheets)
    return found


def parcels_back(application: Flask) -> list[str]:
    """Return the codes of orders whose parcels came back, the uncontested first."""
    with application.app_context():
        sent = select(Order.code).join(Outcome, Outcome.order_id == Order.id).where(Outcome.outcome == "refused")
        return list(session.scalars(sent.order_by(Outcome.id)))


def of_opening(application: Flask) -> dict[str, list[str]]:
    """Return what stands in the addresses by which a shop is opened: the screens, and the pages that take a code."""
    with application.app_context():
        with transaction():
            new = phone_codes.ask("+213661000088", phone_codes.SIGN_UP, language="fr")
            known = phone_codes.ask("+213550000011", phone_codes.RESET, language="fr")
        session.remove()  # type: ignore[attr-defined]
    screens = ["who", "craft", "product", "delivery", "papers"]
    return {"screen": screens, "studio.sign_up_code:token": [new], "studio.forgotten_code:token": [known]}


def places_of_papers(day: Day, signer: Signer, purchase: str, codes: list[str]) -> dict[str, list[str]]:
    """Return what may stand in the addresses of invoices and contracts."""
    paper, bought = next((each.code, code) for each, code in newest_papers(day.store_id, 1))
    came = session.execute(
        select(Payment.reference, Order.code).join(Order, Order.id == Payment.order_id)
        .where(Payment.store_id == day.store_id, Payment.collected_minor > 0).order_by(Payment.id).limit(1)
    ).one()  # fmt: skip
    receipts = ("storefront.receipt_pdf", "storefront.mail_receipt", "studio.receipt_pdf")
    return {
        **{f"{each}:{name}": [came.code] for each in receipts for name in ("code", "order")},
        **{f"{each}:proof": [signer.proof("track", came.code)] for each in receipts}, "reference": [came.reference],
        "order": [purchase], "storefront.contract_pdf:code": [purchase], "storefront.invoice_pdf:code": [bought],
        "storefront.invoice_pdf:order": [bought], "storefront.invoice_pdf:proof": [signer.proof("track", bought)],
        "storefront.invoice_pdf:number": [paper], "studio.invoice_pdf:number": [paper, "F-2026-9999", "B-1-1"],
        "studio.issue_invoice:code": [bought, *codes], "studio.credit_invoice:code": [bought, *codes],
    }  # fmt: skip


def of_packing() -> dict[str, list[str]]:
    """Return what may stand in the addresses of photos of parcels: a parcel that is here, and its photos."""
    wanted = select(Order.code).join(Shipment, Shipment.order_id == Order.id).where(Shipment.tracking == LABELLED)
    here = [session.scalars(wanted).one()]
    return {f"studio.{name}:code": here for name in ("pack", "packing_photo", "remove_packing_photo")}


def numbers(table: Any) -> list[str]:
    """Return the numbers of a table's rows."""
    return [str(number) for number in session.scalars(select(table.id).order_by(table.id))]
