"""Every address of the shop, with something in it: one's own, somebody else's, nobody's; and what its forms send."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from werkzeug.routing import Rule

from shop.core import clock
from tests.studio.photographs import bars, photograph
from tests.trust.partners import KEYS, OF_PARTNERS
from tests.trust.street import Shop, Street

NOBODYS = 999_999_999
PASSWORD = "long enough 1"  # as tests.people gives everybody

# What an address names. "own" is Amina's and named in her workshop; the others are what she must not reach.
OWN = "own"
FOREIGN = "foreign"  # Ismahane's workshop and her thing; for carts and devices: somebody else's
STRAYED = "strayed"  # Amina's workshop, Ismahane's thing
HALF = "half strayed"  # Amina's workshop and product or carrier, Ismahane's picture or desk
SMUGGLED = "smuggled"  # Amina's workshop and thing, Ismahane's numbers in the form or behind the question mark
TYPED = "typed"  # the same, by what Ismahane's papers say and somebody types
MISSING = "missing"
CLOSED = "closed"  # not public (any more): a draft, a suspended workshop, a used invitation
NOTHING = "-"  # the address names nothing

Fields = dict[str, Any]


# Behind the secret of a link that keeps pieces.
OF_LINKS = ("storefront.order_link", "storefront.link_details", "storefront.link_parcels", "storefront.link_check",
            "storefront.link_place")  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One address with a method and, for a form, what it sends."""

    rule: str
    method: str
    thing: str
    endpoint: str
    url: str
    form: Fields | None = None


def targets(street: Street) -> Iterator[Target]:
    """Yield every rule with every method and everything it could name. Raises KeyError for an unknown argument."""
    by_rule: dict[str, dict[str, Rule]] = {}
    for rule in street.application.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            by_rule.setdefault(rule.rule, {})[method] = rule
    for text, methods in sorted(by_rule.items()):
        for method in ("GET", "POST"):
            known = methods.get(method)
            if known is None:  # one row says that this method is not taken
                other = next(iter(methods.values()))
                yield Target(text, method, NOTHING, "", _url(street, other, OWN), {})
                continue
            for thing in things(known, method):
                yield _target(street, known, method, thing)


def things(rule: Rule, method: str) -> list[str]:
    """Return what an address of this rule can name."""
    arguments = rule.arguments - {"lang"}
    found = [OWN, MISSING] if arguments else [NOTHING]
    if "store" in arguments:
        found.append(FOREIGN)
    if arguments - {"store", "figure", "screen", "kind", "method", "currency", "paper"} and "store" in arguments:
        found.append(STRAYED)
        found += [HALF] if len(arguments) > 2 and not arguments & {"page", "head"} else []
    if arguments & {"line_id", "device_id", "passkey_id"}:
        found.append(FOREIGN)
    if "proof" in arguments:
        found.append(STRAYED)
    if rule.endpoint in {"storefront.store", "storefront.store_terms", "storefront.product", "studio.join", *OF_LINKS}:
        found.append(CLOSED)
    found += [each for each, sent in SENT.items() if (rule.endpoint, method) in sent]
    return sorted(found)


def _target(street: Street, rule: Rule, method: str, thing: str) -> Target:
    url = _url(street, rule, OWN if thing in {SMUGGLED, TYPED, NOTHING} else thing)
    form: Fields | None = None
    if method == "POST":
        shop = street.ismahane if thing in {FOREIGN, STRAYED} else street.amina
        form = _form(street, rule.endpoint, shop)
    if thing in {OWN, FOREIGN} and (rule.endpoint, method) in ASKED:
        url += "?" + ASKED[rule.endpoint, method](street.amina if thing == OWN else street.ismahane)
    if thing in SENT:
        sent = SENT[thing][rule.endpoint, method](street)
        if method == "GET":
            url += "?" + "&".join(f"{name}={value}" for name, value in sent.items())
        else:
            form = {**(form or {}), **sent}
    return Target(rule.rule, method, thing, rule.endpoint, url, form)


def _url(street: Street, rule: Rule, thing: str) -> str:
    adapter = street.application.url_map.bind("127.0.0.1:8000")
    values = _values(street, rule, thing)
    return adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}, force_external=False)


def _values(street: Street, rule: Rule, thing: str) -> dict[str, Any]:
    in_store = "store" in rule.arguments
    shop = street.ismahane if thing in {FOREIGN, STRAYED} else street.amina
    values = _of(street, rule.endpoint, shop) | _of_opening(street, rule.endpoint)
    last = rule.rule.rpartition(":")[2].partition(">")[0]  # the name of its last argument
    if in_store and thing == STRAYED:
        values["store"] = street.amina.slug
    if thing == HALF:
        values[last] = _of(street, rule.endpoint, street.ismahane)[last]
    if thing == MISSING:
        values.update(
            {name: _nobodys(name) for name in rule.arguments if name in {last, "code", "product_id"} - _kept(rule)}
        )
    if thing == CLOSED:
        product = street.amina
        values.update(slug="brouillon" if rule.endpoint.endswith("product") else street.suspended[1],
                      product_id=product.draft_id,
                      token=shop.closed_link if rule.endpoint in OF_LINKS else street.used_token)  # fmt: skip
    if thing == STRAYED and not in_store:
        values["code"] = street.amina.purchase
    return values


def _kept(rule: Rule) -> set[str]:
    """Return what stays Amina's when the last thing of an address is nobody's."""
    return {"product_id"} if rule.endpoint in {"studio.picture", "studio.sell_lot", "studio.square"} else set()


UNNAMED = {"number", "page", "receipt", "incident", "hold", "station", "label", "photo"}  # numbers all the same


def _nobodys(name: str) -> Any:
    if name in {"code", "reference"}:
        return "ZZZZZZZ"
    return NOBODYS if name.endswith("_id") or name in UNNAMED else {"width": 241}.get(name, "nobody")


def _of(street: Street, endpoint: str, shop: Shop) -> dict[str, Any]:
    """Return what may stand in an address for the things of one workshop."""
    stage = {
        "studio.call": "placed", "studio.undo_call": "called", "studio.cancel_order": "confirmed",
        "studio.correct_lots": "confirmed", "studio.issue_invoice": "confirmed", "studio.scan": "handed_over",
        "studio.parcel_number": "handed_over", "studio.instruction": "handed_over",
        "studio.pack": "labelled", "studio.packing_photo": "labelled", "studio.remove_packing_photo": "labelled",
        "studio.undo_sale": "hand", "studio.order_company": "confirmed", "studio.answer_outcome": "contested",
        "studio.money_came": "to_pay", "studio.waive_deposit": "deposit", "studio.lift_hold": "held",
        "studio.customs_pdf": "abroad", "studio.customs_csv": "abroad",
        "studio.ask_first": "sent_back", "studio.book_again": "confirmed",
        "studio.ask_price": "confirmed", "studio.insure": "confirmed", "studio.goods_back": "paid",
        "studio.ask_for_receipt": "to_pay", "storefront.pay": "to_pay", "storefront.send_receipt": "to_pay",
        "storefront.check_payment": "to_pay",
    }.get(endpoint, "paid")  # fmt: skip
    tracked = endpoint in {"storefront.tracking", "storefront.cancel", "storefront.contract_pdf"}
    invoiced = endpoint in {"studio.invoice_pdf", "storefront.invoice_pdf"}
    bought = shop.purchase if tracked else shop.codes[stage]
    if endpoint == "storefront.contest":
        bought = shop.codes["sent_back"]
    if endpoint == "storefront.shared":
        bought = f"s{shop.store_id}w"
    return {
        "reference": shop.references.get(stage, ""), "lang": "fr", "craft": "soap",
        "slug": "savon" if endpoint == "storefront.product" else shop.slug,
        "line_id": shop.line_id, "code": bought, "order": bought,
        "proof": street.proof(bought), "seal": "older", "key": shop.picture, "width": 240, "part": "pages",
        "store": shop.waiting if endpoint == "studio.opening" else shop.slug,
        "number": shop.invoice if invoiced else shop.sheet,
        "batch": f"leaves-{shop.store_id}" if endpoint == "studio.label_customs" else shop.batch,
        "page": 1, "head": "tspl-203", "paper": "a6",
        "station": shop.station_id, "label": shop.print_job_id, "job": shop.print_key,
        "figure": "expected", "remittance_id": shop.remittance_id,
        "statement_id": shop.statement_id, "payment_id": shop.payments["paid"],
        "product_id": shop.draft_id if endpoint in {"studio.publish", "studio.product"} else shop.product_id,
        "picture_id": shop.picture_id, "lot_id": shop.lot_id, "desk_id": shop.desk_id,
        "account_id": shop.partner_id if endpoint in OF_PARTNERS else shop.account_id,
        "zone_id": shop.zone_id, "offer_id": shop.offer_id, "member_id": shop.member_id, "device_id": shop.device_id,
        "passkey_id": shop.passkey_id,
        "token": shop.order_link if endpoint in OF_LINKS else shop.token,
        "link_id": shop.link_id,
        "store_id": street.suspended[0] if endpoint == "desk.resume" else shop.store_id, "review_id": shop.review_id,
        "variant_id": shop.variant_id, "sheet_id": shop.sheet_id, "kind": "csv",
        "contact_id": shop.contact_id, "outcome_id": shop.outcome_id, "receipt": shop.receipt_id,
        "incident": shop.incident_id, "method": "transfer", "currency": "EUR", "hold": shop.hold_id,
        "photo": shop.photo_id,
    }  # fmt: skip


def _of_opening(street: Street, endpoint: str) -> dict[str, Any]:
    """Return what stands in the addresses by which a shop is opened: a screen, and the page that takes a code."""
    tokens = street.code_tokens
    return {"screen": "who"} | ({"token": tokens[endpoint]} if endpoint in tokens else {})


# ── what forms send ───────────────────────────────────────────────────────────────────────────────────────────────


def _form(street: Street, endpoint: str, shop: Shop) -> Fields:
    of_shop = OF_A_SHOP[endpoint](street, shop) if endpoint in OF_A_SHOP else {}
    code = {"code": street.digits[endpoint]} if endpoint in street.digits else {}
    return {**STILL.get(endpoint, {}), **OPENING.get(endpoint, {}), **of_shop, **code}


def photo() -> tuple[io.BytesIO, str]:
    """Return a photograph as a form sends it."""
    return photograph((240, 200)), "savon.jpg"


CARRIER = {"title": "Barq", "title_ar": "برق", "phone": "0550123456"}
DESK = {"name": "Oran Est", "wilaya_code": "31", "address": "1 rue des Lilas", "hours": "9-17"}
ZONE = {"name": "Europe", "service": "packet", "min_days": "7", "max_days": "21", "weight-0": "500", "price-0": "1500"}
SHEET = b"Reference;Name in French;Price in dinars\r\nA;Savon;650\r\n"
PRODUCT = {"name_fr": "Savon noir", "craft": "soap", "weight_g": "300"}
STILL: Mapping[str, Fields] = {
    "storefront.set_pieces": {"pieces": "1"}, "storefront.choose_wilaya": {"wilaya": "31", "next": "/fr/"},
    "desk.new_store": {"name": "Atelier Neuf", "craft": "soap", "wilaya_code": "31"},
    "desk.invite": {"role": "owner"}, "desk.resume": {"reason": "mended"}, "desk.suspend": {"reason": "fraud"},
    "studio.call": {"outcome": "confirmed"}, "studio.cancel_order": {"reason": "out_of_stock"},
    "studio.lots": {"code": "L9", "made_on": "2026-11-20"}, "studio.costs": {"materials": "120", "packaging": "30"},
    "studio.options": {"o1-name_fr": "Poids", "o1-values_fr": "250 g\n500 g"},
    "studio.sign_sheet": {"on": "paper"},
    "studio.scan": {"word": "delivered"}, "studio.parcel_number": {"number": "BARQ-4471"},
    "studio.instruction": {"instruction": "try_again"},
    "studio.insure": {"insured": "1"}, "studio.start_exchange": {"collect": "0", "action": "confirm"},
    "studio.product": PRODUCT, "studio.desks": DESK, "studio.desk": DESK,
    "studio.carrier": CARRIER, "studio.new_carrier": {**CARRIER, "carrier": "rate_sheet"},
    "studio.zone": ZONE, "studio.new_zone": ZONE, "studio.connection": KEYS, "studio.choose_label": {"label": "theirs"},
    "studio.rates": {"home-31": "500", "desk-31": "300"},
    "studio.paste_rates": {"text": "31;450;250", "action": "apply"},
    "studio.new_product": {"name": "Savon neuf", "price": "600", "stock": "5", "craft": "soap"},
    "studio.picture": {"action": "describe", "alt_fr": "Un savon"}, "studio.square": {"part": "start"},
    "studio.legal": {"legal_name": "A. Benali", "register_type": "artisan_card", "register_number": "16/1",
                     "nif": "1" * 15},
    "studio.invite": {"role": "helper"}, "studio.remove_member": {"sure": "1"},
    "studio.invoicing": {"kind": "voucher", "vat_rate": "19"}, "studio.credit_invoice": {"reason": "wrong name"},
    "studio.product_tax": {"rate": "9"},
    "studio.order_company": {"company-name": "SARL Zitoun", "company-nif": "1" * 15},
    "studio.refund": {"restock": "1", "reason": "broken", "amount": "1100", "proof": "CCP 4471"},
    "studio.money_came": {"came": "1100"}, "studio.ask_first": {"asks": "before"},
    "studio.way_to_pay": {"holder": "A. Benali", "ccp": "12345678", "ccp_check": "28", "days": "4", "on": "y"},
    "studio.currency": {"worth": "250", "step": "10"},
    "studio.add_printer": {"name": "Zebra", "head": "zpl-203"}, "studio.print_by_itself": {"on": "1"},
    "studio.papers": {"paper": "a6", "label_start": "1"},
    "studio.paper_place": {"nudge_x": "5", "nudge_y": "0"}, "studio.printer_place": {"nudge_x": "5", "nudge_y": "0"},
    "studio.profile": {"name": "Atelier", "craft": "soap", "wilaya_code": "16", "preparation_days": "2",
                       "language": "fr"},
    "desk.add_word": {"word": "loterie royale", "ground": "gambling", "rule": "review"},
    "desk.retire_word": {"word": "vodka"}, "desk.answer_goods": {"action": "allow"},
    "studio.new_offer": {"kind": "percent", "value": "5", "name": "Aid"},
    "studio.offer": {"kind": "amount", "value": "50", "name": "Aid", "most_per_phone": "2"},
    "studio.answer_outcome": {"answer": "struck"}, "desk.answer_contestation": {"answer": "upheld"},
    "studio.terms": {"terms_fr": "Nos conditions."}, "studio.set_language": {"language": "en"},
    "studio.rename": {"name": "Quelqu'une"}, "studio.change_password": {"old": PASSWORD, "new": PASSWORD * 2},
    "studio.sign_in": {"identifier": "0550000011", "password": PASSWORD},
    "studio.move_stock": {"seen": "9", "pieces": "10", "reason": "made"}, "studio.tell_below": {"below": "3"},
    "studio.export_orders": {"kind": "csv"}, "studio.export_customers": {"kind": "csv"},
    "studio.export_past": {"kind": "csv"}, "studio.forget_past_customer": {"sure": "1"},
    "studio.join": {"name": "Nouvelle", "phone": "0550444555", "password": PASSWORD},
}  # fmt: skip

# The forms by which a shop is opened.
OPENING: Mapping[str, Fields] = {
    "studio.sign_up": {"phone": "0661 00 00 77"}, "studio.forgotten": {"phone": "0550 00 00 11"},
    "studio.sign_in_by_passkey": {"challenge": "1.x.y", "answer": "{}"},
    "studio.passkeys": {"name": "Téléphone", "old": PASSWORD, "challenge": "1.x.y", "answer": "{}"},
    "studio.second_step": {"code": "123456"}, "studio.second_factor_page": {"action": "begin"},
    "studio.begin": {"person": "Quelqu'une", "name": "Atelier à venir"},
    "studio.begin_craft": {"craft": "soap", "wilaya_code": "16", "commune_code": "1601"},
    "studio.wizard": {"person": "Quelqu'une", "name": "Atelier"},
}  # fmt: skip

OF_A_SHOP: Mapping[str, Callable[[Street, Shop], Fields]] = {
    "storefront.add_line": lambda _street, shop: {"variant": shop.variant_id, "pieces": "1"},
    "storefront.wish": lambda _street, shop: {"variant": shop.sold_out_id, "phone": "0550123456"},
    "storefront.details": lambda street, _shop: {
        "phone": "0550778899", "name": "Yacine", "wilaya": "31", "commune": "3101", "address": "12 rue des Oliviers",
        "payment": "cash_on_delivery",
        **{f"delivery-{each.store_id}": each.value for each in (street.amina, street.ismahane)},
    },
    "storefront.place": lambda street, _shop: street.confirmation,
    "storefront.find_order": lambda _street, shop: {"code": shop.purchase, "digits": shop.phone[-4:]},
    "storefront.cancel": lambda _street, shop: {"order": shop.codes["placed"]},
    "storefront.contest": lambda _street, shop: {"order": shop.codes["sent_back"], "said": "Personne"},
    "storefront.pay": lambda _street, shop: {"order": shop.codes["to_pay"], "method": "cash_on_delivery"},
    "storefront.send_receipt": lambda _street, shop: {"order": shop.codes["to_pay"], "receipt": photo()},
    "storefront.mail_receipt": lambda _street, shop: {
        "order": shop.codes["paid"], "reference": shop.references["paid"], "email": "yacine@example.com",
    },
    "desk.approve": lambda _street, shop: {"submission": shop.submission_id},
    "desk.refuse": lambda _street, shop: {"submission": shop.submission_id, "reason": "unreadable"},
    "studio.holiday": lambda _street, _shop: {"until": (clock.today() + timedelta(days=9)).isoformat()},
    "storefront.link_details": lambda _street, shop: {
        "phone": "0550778811", "name": "Yacine", "wilaya": "31", "commune": "3101", "address": "12 rue des Oliviers",
        "payment": "cash_on_delivery", f"delivery-{shop.store_id}": shop.value,
    },
    "storefront.link_place": lambda _street, shop: {"key": f"link of {shop.slug}", "seen": shop.link_seen},
    "studio.new_order": lambda _street, shop: {
        "action": "link", "line-0-variant": shop.variant_id, "line-0-pieces": "1", "phone": "0550778811",
    },
    "studio.add_note": lambda _street, _shop: {"text": "Sonne deux fois"},
    "studio.record_consent": lambda _street, _shop: {
        "channel": "sms", "answer": "yes", "place": "Salon", "wording": "Oui",
    },
    "studio.erase_customer": lambda _street, _shop: {"sure": "1"},
    "studio.sale": lambda _street, shop: {f"v{shop.variant_id}": "1", "action": "check"},
    "studio.product_link": lambda _street, shop: {"variant": shop.variant_id, "pieces": "1", "hours": "2"},
    "studio.send_labels": lambda _street, shop: {"station": shop.spare_station_id},
    "studio.print_labels": lambda _street, shop: {"shipments": shop.parcels["confirmed"], "paper": "a6"},
    "studio.make_sheet": lambda _street, shop: {"shipments": shop.parcels["labelled"], "action": "sheet"},
    "studio.pack": lambda _street, _shop: {"photos": photo(), "weight_g": "480"},
    "studio.read_labels": lambda _street, shop: {"photo": (bars(shop.reference), "label.jpg")},
    "studio.record_remittance": lambda _street, shop: {
        "carrier": shop.carrier, "received_on": clock.today().isoformat(), "reference": "R-2",
        "lines": shop.payments["delivered"], f"received-{shop.payments['delivered']}": "1100",
    },
    "studio.record_payout": lambda _street, shop: {
        "service": "chargily", "currency": "DZD", "key": f"of {shop.slug}", "lines": shop.payments["by_card"],
        "received": "1090", "received_on": clock.today().isoformat(),
    },
    "studio.record_rest": lambda _street, _shop: {
        "missing": "10000", "received": "100", "received_on": clock.today().isoformat(),
    },
    "studio.record_loss": lambda _street, _shop: {"missing": "10000", "reason": "The carrier has closed."},
    "studio.bring_statement": lambda _street, shop: {
        "carrier": shop.carrier, "received_on": clock.today().isoformat(), "text": "yal-1X2Y3 1100 DA",
    },
    "studio.say_columns": lambda _street, _shop: {"column-0": "tracking", "column-1": "collected"},
    "studio.write_statement": lambda _street, _shop: {"received_on": clock.today().isoformat(), "reference": "R-9"},
    "studio.change_figures": lambda _street, shop: {
        f"p{shop.product_id}-price": "650", f"p{shop.product_id}-on_hand": "9",
    },
    "studio.correct_lots": lambda _street, shop: {f"l{shop.order_line_id}-lot": "L1"},
    "studio.add_pictures": lambda _street, _shop: {"photos": photo()},
    "studio.new_zone": lambda _street, shop: {"account": shop.account_id, "countries": "BE"},
    "studio.zone": lambda _street, shop: {"account": shop.account_id, "countries": "FR"},
    "studio.send_sheet": lambda _street, _shop: {"file": (io.BytesIO(SHEET), "a.csv")},
    "studio.take_stock": lambda _street, shop: {
        "shelf": shop.variant_id, f"seen-{shop.variant_id}": "9", f"s{shop.variant_id}-found": "8", "action": "book",
    },
    "studio.variants": lambda _street, shop: {
        "v0-id": shop.variant_id, "v0-label_fr": "250 g", "v0-price": "600", "v0-on_hand": "9",
    },
}  # fmt: skip

# What is asked behind the question mark, where nothing else would show anything.
ASKED: Mapping[tuple[str, str], Callable[[Shop], str]] = {
    ("studio.slips_pdf", "GET"): lambda shop: f"orders={shop.orders['confirmed']}",
    ("hooks.carrier_challenge", "GET"): lambda _shop: "subscribe=1&crc_token=abc123",
    ("studio.goods_labels_pdf", "GET"): lambda _shop: "paper=60x40&copies=1&start=1&languages=ar&net=100",
    ("studio.tags_pdf", "GET"): lambda shop: f"paper=60x40&copies=1&start=1&products={shop.product_id}",
    ("studio.invoices_pdf", "GET"): lambda shop: f"numbers={shop.invoice}",
}

# Ismahane's numbers, sent into Amina's workshop (or into a cart, or along with a link).
SMUGGLED_IN: Mapping[tuple[str, str], Callable[[Street], Fields]] = {
    ("storefront.add_line", "POST"): lambda street: {"variant": street.ismahane.draft_variant_id},
    ("storefront.wish", "POST"): lambda street: {"variant": street.ismahane.draft_variant_id},
    ("storefront.details", "POST"): lambda street: {f"delivery-{street.amina.store_id}": street.ismahane.value},
    ("storefront.find_order", "POST"): lambda street: {"digits": street.ismahane.phone[-4:][::-1]},
    ("storefront.cancel", "POST"): lambda street: {"order": street.ismahane.codes["placed"]},
    ("storefront.contest", "POST"): lambda street: {"order": street.ismahane.codes["sent_back"]},
    ("storefront.pay", "POST"): lambda street: {"order": street.ismahane.codes["to_pay"]},
    ("storefront.send_receipt", "POST"): lambda street: {"order": street.ismahane.codes["to_pay"]},
    ("storefront.mail_receipt", "POST"): lambda street: {"reference": street.ismahane.references["paid"]},
    ("storefront.parcels", "GET"): lambda street: {
        "wilaya": "31", f"delivery-{street.amina.store_id}": street.ismahane.value,
    },
    ("studio.today", "GET"): lambda street: {"done": street.ismahane.codes["called"]},
    ("studio.orders", "GET"): lambda street: {"q": street.ismahane.codes["placed"]},
    ("studio.order", "GET"): lambda street: {"done": street.ismahane.codes["called"]},
    ("studio.products", "GET"): lambda street: {"q": "Savon", "before": street.ismahane.draft_id + 1},
    ("studio.money_orders", "GET"): lambda street: {"carrier": street.ismahane.carrier},
    ("studio.statements", "GET"): lambda street: {"carrier": street.ismahane.carrier},
    ("studio.remittance", "GET"): lambda street: {"carrier": street.ismahane.carrier, "all": "1"},
    ("studio.slips_pdf", "GET"): lambda street: {"orders": street.ismahane.orders["confirmed"]},
    ("studio.tags_pdf", "GET"): lambda street: {
        "paper": "60x40", "copies": 1, "start": 1, "products": street.ismahane.product_id,
    },
    ("studio.invoices_pdf", "GET"): lambda street: {"numbers": street.ismahane.invoice},
    ("studio.hand_over", "GET"): lambda street: {"carrier": street.ismahane.carrier},
    ("studio.print_labels", "POST"): lambda street: {"shipments": street.ismahane.parcels["confirmed"]},
    ("studio.make_sheet", "POST"): lambda street: {
        "shipments": [street.amina.parcels["labelled"], street.ismahane.parcels["labelled"]],
    },
    ("studio.read_labels", "POST"): lambda street: {"photo": (bars(street.ismahane.reference), "label.jpg")},
    ("studio.record_remittance", "POST"): lambda street: {
        "lines": street.ismahane.payments["delivered"],
        f"received-{street.ismahane.payments['delivered']}": "1100",
    },
    ("studio.record_payout", "POST"): lambda street: {
        "lines": [street.amina.payments["by_card"], street.ismahane.payments["by_card"]],
    },
    ("studio.new_product", "POST"): lambda street: {"draft": street.ismahane.draft_id},
    ("studio.new_offer", "GET"): lambda street: {"products": street.ismahane.draft_id},
    ("studio.new_offer", "POST"): lambda street: {"products": street.ismahane.product_id},
    ("studio.offer", "POST"): lambda street: {"products": street.ismahane.product_id},
    ("storefront.link_details", "POST"): lambda street: {f"delivery-{street.amina.store_id}": street.ismahane.value},
    ("storefront.link_parcels", "GET"): lambda street: {
        "wilaya": "31", f"delivery-{street.amina.store_id}": street.ismahane.value,
    },
    ("storefront.link_place", "POST"): lambda street: {"seen": street.ismahane.link_seen},
    ("studio.new_zone", "POST"): lambda street: {"account": street.ismahane.account_id},
    ("studio.zone", "POST"): lambda street: {"account": street.ismahane.account_id},
    ("studio.new_order", "POST"): lambda street: {"line-0-variant": street.ismahane.variant_id},
    ("studio.sale", "POST"): lambda street: {
        f"v{street.amina.variant_id}": "0", f"v{street.ismahane.variant_id}": "1",
    },
    ("studio.sale", "GET"): lambda street: {"sold": street.ismahane.codes["hand"]},
    ("studio.product_link", "POST"): lambda street: {"variant": street.ismahane.variant_id},
    ("studio.variants", "POST"): lambda street: {"v0-id": street.ismahane.variant_id},
    ("studio.currency", "POST"): lambda street: {f"fixed-{street.ismahane.variant_id}": "9"},
    ("studio.correct_lots", "POST"): lambda street: {f"l{street.ismahane.order_line_id}-lot": "L1"},
    ("studio.stock_taking", "GET"): lambda street: {"q": "Savon", "page": "0"},
    ("studio.take_stock", "POST"): lambda street: {
        "shelf": street.ismahane.variant_id, f"seen-{street.ismahane.variant_id}": "9",
        f"s{street.ismahane.variant_id}-found": "8", "action": "book",
    },
    ("desk.approve", "POST"): lambda street: {"submission": street.ismahane.submission_id},
    ("desk.refuse", "POST"): lambda street: {"submission": street.ismahane.submission_id},
}  # fmt: skip

# Codes of Ismahane's, typed into Amina's workshop.
TYPED_IN: Mapping[tuple[str, str], Callable[[Street], Fields]] = {
    ("studio.make_sheet", "POST"): lambda street: {"code": street.ismahane.ending, "shipments": [], "action": "add"},
    ("studio.today", "GET"): lambda street: {"done": street.ismahane.codes["confirmed"]},
    ("studio.orders", "GET"): lambda street: {"q": street.ismahane.phone[5:]},
    ("storefront.add_line", "POST"): lambda street: {"product": street.ismahane.draft_id, "o1": "1", "o2": "2"},
    ("studio.new_product", "POST"): lambda street: {"draft": NOBODYS},
    ("storefront.find_order", "POST"): lambda street: {"code": street.ismahane.purchase},
    ("storefront.details", "POST"): lambda street: {f"code-{street.amina.store_id}": street.ismahane.offer_code},
}

SENT = {SMUGGLED: SMUGGLED_IN, TYPED: TYPED_IN}
