"""One order as the artisan sees it: how it stands, whom to call, what to pack, what to collect, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from markupsafe import Markup

from shop.catalogue.families import CAUTIONS
from shop.core import clock
from shop.core.money import Money
from shop.core.states import SHIPMENT
from shop.documents import invoice_queries as invoices
from shop.documents.invoices import can_be_invoiced
from shop.documents.models import Invoice, LabelPrint
from shop.documents.queries import prints_of
from shop.documents.receipts import has_receipt
from shop.fulfilment import booking, instructions
from shop.fulfilment import queries as fulfilment
from shop.fulfilment.story import Step, Story
from shop.orders import queries as orders
from shop.orders.companies import company_of, last_of
from shop.orders.models import Company, Order, OrderLine
from shop.payments import queries as payments
from shop.payments.models import Payment
from shop.payments.tills import asks_deposits
from shop.plumbing import geography
from shop.plumbing.formats import money_text, sms_url, whatsapp_url
from shop.plumbing.i18n import N_, _, pick, speaking
from shop.risk import holds
from shop.risk import words as risk_words
from shop.risk.queries import history, outcome_of
from shop.shipping import customs_facts, labels, partners
from shop.shipping import queries as shipping
from shop.shipping.models import Shipment
from shop.shipping.partner_words import spoken
from shop.web.studio.call_form import CallForm, reasons
from shop.web.studio.cards import NOT_ASIDE
from shop.web.studio.company_form import PREFIX, CompanyForm, unusual
from shop.web.studio.cover import cover_of
from shop.web.studio.customs import customs_of
from shop.web.studio.express import price_of
from shop.web.studio.lot_form import LotForm, lot_form
from shop.web.studio.money_form import MoneyForm
from shop.web.studio.number_form import NumberForm, number_form_of
from shop.web.studio.packing_form import PackingForm, packed_of
from shop.web.studio.pages import shop_page
from shop.web.studio.pay_view import PayView, pay_view
from shop.web.studio.swap import Swap, swap_of
from shop.web.studio.trail import REASONS, trail
from shop.web.studio.undo import just_done
from shop.web.ui.forms import HirfaForm
from shop.web.ui.here import here, settings, signer
from shop.web.ui.templating import page_url

# What one can say of a parcel by hand: the scan's word, the state it leads to, its button.
SCANS = (
    ("delivered", "delivered", N_("Delivered")),
    ("attempt_failed", "attempt_failed", N_("The customer was not found")),
    ("ready_for_pickup", "at_point", N_("It waits at the desk")),
    ("returning", "returning", N_("It is coming back")),
    ("returned", "returned", N_("It came back to me")),
    ("lost", "lost", N_("It is lost")),
)
FINAL = frozenset({"returned", "lost"})
_PROGRESS = {"done": "done", "now": "now", "todo": "todo", "failed": "stop"}


@dataclass(frozen=True, slots=True)
class Links:
    """Ways to reach the buyer, the words already written in the buyer's language."""

    whatsapp: str
    sms: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the order in the reader's language."""

    name: str
    lang: str
    label: str
    pieces: int
    cover: str
    line: OrderLine


def order_page(
    code: str, *, call_form: CallForm | None = None, company_form: CompanyForm | None = None, problem: str = "",
    typed: Mapping[str, str] | None = None, money_form: HirfaForm | None = None,
    number_form: NumberForm | None = None, packing_form: PackingForm | None = None, photo_problems: Sequence[str] = (),
) -> str:  # fmt: skip
    """Draw the page of an order; `typed` are lots as they came. Raises NotFound."""
    store = here().store
    order = orders.order_by_code(store.id, code)
    shipment = shipping.live_shipment(store.id, order.id)
    paid = payments.of_order(store.id, order.id)
    payment = payments.counting(paid)
    pay = pay_view(order, paid)
    swap = swap_of(order, shipment, pay.refunds)
    told = fulfilment.story_of(order, payment, shipment, artisan=store.name, receipt=pay.to_look_at)
    goods = items(order)
    lot_forms = lots_of(order, goods, typed)
    papers = papers_of(order, payment)
    firm = company_form or company_form_of(order, papers)
    wrong = [each for _name, form in lot_forms for each in form.summary]
    return shop_page(
        "studio/order.html", "orders", order=order, shipment=shipment, payment=payment, story=told,
        steps=shown(told.artisan_steps), items=goods, place=place(order),
        links=links(order, told, shipment.collect if shipment else order.total),
        words=scan_words(shipment), finals=FINAL,
        instructions=instructions_of(shipment), reasons=reasons(), form=call_form or CallForm(),
        lot_forms=lot_forms, lots_wrong=wrong, cautions=CAUTIONS, company=firm,
        failed=bool(problem or wrong or any(f and f.errors for f in (firm, call_form, money_form, number_form))
                    or photo_problems or (packing_form and packing_form.errors)),
        packed=packed_of(shipment, packing_form), photo_problems=[("photos", each) for each in photo_problems],
        number_form=number_form or number_form_of(shipment),
        problem=problem, pay=pay, money_form=money_form or money_form_of(pay, swap),
        today=clock.today(),
        papers=papers, customs=customs_of(order, shipment), receipts=[each for each in paid if has_receipt(each)],
        store_craft=store.craft, trail=trail(order, shipment, payment),
        copies=copies(shipment), money_word=money_word(told.key, payment),
        done=just_done(request.args.get("done", "")), cancel_reason=_(REASONS.get(order.cancel_reason, "")),
        cancellable=order.state == "confirmed" and (shipment is None or _is_here(shipment)),
        repeats=fulfilment.alike(store.id, order.id) if order.state == "placed" else (),
        not_aside=_(NOT_ASIDE) if order.state == "placed" and not order.set_aside else "",
        risk=risk_of(order, shipment), outcome=outcome_of(store.id, order.id),
        asks_deposits=order.cancel_reason == "refused" and asks_deposits(store.id),
        waits=waiting_for(order, shipment), price=price_of(order, shipment), cover=cover_of(order, shipment),
        by_partner=shipment is not None and shipment.carrier in partners.abroad(),
        swap=swap,
        held=holds.live(store.id, order.phone) if order.cancel_reason == "refused" and order.phone else (),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waits:
    """What is said of a parcel whose partner has not given its number, and whether it can be asked again."""

    sentence: str
    kind: str
    again: bool = False
    keys: str = ""  # where those of the account are, if they are what is wrong


def waiting_for(order: Order, shipment: Shipment | None) -> Waits | None:
    """Return what a parcel waits for from its partner, or that its label is older than its number."""
    if shipment is not None and _stays_there(shipment):
        told = STAYS_HARMLESS if shipment.carrier in partners.abroad() else STAYS_THERE
        return Waits(_(told, carrier=shipment.carrier_title, number=shipment.tracking), "soon")
    if shipment is None or not _is_here(shipment) or order.state != "confirmed":
        return None
    if shipment.labelled_at and customs_facts.outdated(order, shipment):
        return Waits(_(CUSTOMS_CHANGED), "soon")
    if shipment.carrier not in partners.far():
        return None
    who = {"carrier": shipment.carrier_title}
    return _booked(shipment, who) if shipment.booked_at else _waiting_for_its_number(shipment, who)


def _booked(shipment: Shipment, who: Mapping[str, object]) -> Waits | None:
    """Return what is to be done about a parcel that has its number."""
    assert shipment.booked_at is not None
    printed = prints_of(shipment.store_id, shipment.id) if shipment.labelled_at else []
    if printed and max(each.at for each in printed) < shipment.booked_at:
        return Waits(_(LABEL_EARLY, **who), "soon")
    return _waiting_for_theirs(shipment, printed, who) or _left_there(shipment, who)


def _waiting_for_its_number(shipment: Shipment, who: Mapping[str, object]) -> Waits:
    why = shipment.booking_problem
    if why in partners.OF_KEYS:
        keys = page_url("studio.connection", account_id=shipment.account_id) if here().role == "owner" else ""
        return Waits(_(NO_ENTRY if why == partners.WRONG_KEYS else why, **who), "bad", again=True, keys=keys)
    if why:
        return Waits(_(REFUSED, why=spoken(why), **who), "bad", again=True)
    silent = shipment.asked_at is not None or shipment.account_id in partners.silent(shipment.store_id)
    return Waits(_(SILENT if silent else BEING_BOOKED, **who), "soon" if silent else "info")


def _waiting_for_theirs(
    shipment: Shipment, printed: Sequence[LabelPrint], who: Mapping[str, object]
) -> Waits | None:  # fmt: skip
    """Return why a parcel does not go under its partner's own label, where that was chosen."""
    why = labels.problems(shipment.store_id, [shipment.id]).get(shipment.id)
    if why is not None:
        said = _(NO_LABEL, why=spoken(why), **who) if why else _(LABEL_COMES, **who)
        return Waits(said, "soon", again=True)
    if not printed or shipment.id not in (here_now := labels.ready(shipment.store_id, [shipment.id])):
        return None
    came_later = here_now[shipment.id].at > printed[-1].at
    return Waits(_(LABEL_CAME, **who), "soon") if came_later else None


def _left_there(shipment: Shipment, who: Mapping[str, object]) -> Waits | None:
    return Waits(_(DRAFT_LEFT, number=shipment.tracking, **who), "info") if booking.left_a_draft(shipment) else None


def _stays_there(shipment: Shipment) -> bool:
    """Tell whether a parcel was cancelled here, and its partner has no way to hear of it."""
    return (
        shipment.state == "cancelled" and shipment.booked_at is not None and not partners.takes_back(shipment.carrier)
    )


CUSTOMS_CHANGED = N_("What customs is told of this parcel was changed after its label was printed. Print it again.")
STAYS_THERE = N_("{carrier} takes no parcel back by itself: please cancel {number} in your account there.")
STAYS_HARMLESS = N_("{carrier} takes nothing back. Keep the parcel {number}: what is not handed over does not travel.")
REFUSED = N_("{carrier} refused this parcel: {why}")
NO_ENTRY = N_(
    "{carrier} refused the keys of your account. Correct them, and the parcel is booked by itself. Your own label can"
    " be printed."
)
SILENT = N_("{carrier} is not answering: the parcel is booked as soon as it does. Your own label can be printed.")
BEING_BOOKED = N_("The parcel is being booked with {carrier}.")
NO_LABEL = N_("{carrier}'s own label can't be had ({why}). Yours is printed in its place.")
LABEL_COMES = N_("{carrier}'s own label is being fetched. Until it is here, yours is printed.")
LABEL_CAME = N_("{carrier}'s own label came after yours was printed. Print it again, so that the parcel bears it.")
DRAFT_LEFT = N_(
    "{carrier} was not heard at first: beside {number}, a draft of this parcel may lie in your account there. "
    "Nobody fetches it; it can be deleted."
)
LABEL_EARLY = N_("The label was printed before {carrier} gave its number. Print it again, so that it bears the number.")


@dataclass(frozen=True, slots=True)
class Instructions:
    """What can be asked of the partner now: (instruction, button, icon); or what it was asked for."""

    buttons: list[tuple[str, str, str]]
    told: str


def instructions_of(shipment: Shipment | None) -> Instructions | None:
    """Return what can be asked for a parcel that found nobody; None where nothing can be."""
    if shipment is None:
        return None
    if standing := instructions.standing(shipment):
        return Instructions([], _(INSTRUCTIONS[standing][2], carrier=shipment.carrier_title))
    buttons = [(each, _(INSTRUCTIONS[each][0]), INSTRUCTIONS[each][1]) for each in instructions.possible(shipment)]
    return Instructions(buttons, "") if buttons else None


# instruction: its button, its picture, what is said once it was asked
INSTRUCTIONS = {
    "try_again": (N_("Ask for another attempt"), "rotate-ccw", N_("{carrier} is asked for another attempt.")),
    "send_back": (N_("Have it sent back"), "undo-2", N_("{carrier} is asked to send the parcel back.")),
}


def money_form_of(pay: PayView, swap: Swap | None) -> MoneyForm:
    """Return the form of the money, filled with what is missing, and with what an exchange owes, else all there is."""
    left = pay.left[0] if pay.left else pay.missing
    if swap and swap.by and swap.owed and swap.owed.currency == left.currency:
        left = min(left, swap.owed)
    return MoneyForm(came=pay.missing, amount=left, currency=left.currency)


@dataclass(frozen=True, slots=True)
class Risk:
    """What is said of the phone of an order before its parcel leaves, and in which colour."""

    sentence: str
    kind: str


def risk_of(order: Order, shipment: Shipment | None) -> Risk | None:
    """Return what is known of the phone, while the parcel is here and the courier is to take cash for it."""
    if shipment is None or not (order.phone and shipment.collect_minor and _is_here(shipment)):
        return None
    known = history(order.store_id, order.phone)
    return Risk(risk_words.sentence(known), risk_words.kind(known))


@dataclass(frozen=True, slots=True)
class Papers:
    """What was issued for an order: every paper, the invoice that holds, whether one can be or must be cancelled."""

    issued: list[Invoice]
    live: Invoice | None
    can_issue: bool
    must_cancel: bool
    kind: str
    company: Company | None
    unusual: list[str]  # sentences about the company's numbers


def papers_of(order: Order, payment: Payment | None) -> Papers:
    """Return the invoices of an order, and what can be done."""
    issued = invoices.of_order(order.store_id, order.id)
    live, stands = invoices.live(issued), can_be_invoiced(order, payment)
    company = company_of(order.store_id, order.id)
    return Papers(
        issued, live, live is None and stands, live is not None and not stands, invoices.rules(order.store_id).kind,
        company, unusual(company),
    )  # fmt: skip


def company_form_of(order: Order, papers: Papers) -> CompanyForm:
    """Return the form of the company, filled with what is known: of this order, else of the buyer's last one."""
    known = papers.company or (last_of(order.store_id, order.phone) if papers.can_issue else None)
    return CompanyForm(prefix=PREFIX, obj=known)


def shown(steps: tuple[Step, ...]) -> list[dict[str, str]]:
    """Return steps as ui/steps.html draws them."""
    return [{"state": _PROGRESS[step.progress], "title": _(step.label), "note": ""} for step in steps]


def items(order: Order) -> list[Item]:
    """Return the lines under their names in the reader's language."""
    found = []
    for line in orders.lines(order.store_id, [order.id]).get(order.id, []):
        name, lang = pick({"ar": line.name_ar, "fr": line.name_fr, "en": line.name_en})
        label, _lang = pick({"ar": line.label_ar, "fr": line.label_fr, "en": line.label_en})
        found.append(Item(name, lang, label, line.pieces, line.cover, line))
    return found


def lots_of(order: Order, goods: Sequence[Item], typed: Mapping[str, str] | None) -> list[tuple[str, LotForm]]:
    """Return a small form for each line that has a lot or could have one, under its product's name."""
    if order.state not in {"confirmed", "completed"}:
        return []
    with_lots = orders.products_with_lots(order.store_id, [each.line.product_id for each in goods])
    return [
        (each.name, lot_form(each.line, typed)) for each in goods if each.line.lot or each.line.product_id in with_lots
    ]


def links(order: Order, told: Story, to_collect: Money) -> Links:
    """Prepare what is written to the buyer: to confirm, or how the order stands, in the buyer's language."""
    with speaking(order.language):
        values = {"name": order.buyer_name, "shop": here().store.name, "code": order.code}
        if told.key == "to_confirm" and to_collect:
            text = _(ASK, amount=money_text(to_collect), **values)
        else:
            text = f"{_(TELL, sentence=told.buyer.text(), **values)} {tracking_url(order)}"
    return Links(whatsapp_url(order.told_at, text), sms_url(order.told_at, text), text)


ASK = N_("Hello {name}, {shop} here, about your order {code}: {amount} to pay on delivery. Shall we confirm it?")
TELL = N_("Hello {name}, {shop} here, about your order {code}. {sentence}")


def tracking_url(order: Order) -> str:
    """Return the secret address under which the buyer follows the purchase."""
    purchase = orders.purchase_by_code(order.code)
    assert purchase is not None
    proof = signer().proof("track", purchase.code)
    path = page_url("storefront.tracking", lang=order.language, code=purchase.code, proof=proof)
    return settings().base_url.rstrip("/") + path


def place(order: Order) -> Markup:
    """Return the commune and wilaya, as the reader names them."""
    if order.kind == "hand":
        return Markup("")
    commune, wilaya = geography.commune(order.commune_code), geography.wilaya(order.wilaya_code)
    parts = [order.town or geography.name(commune), geography.label(wilaya)]
    named = parts[1:] if parts[0] == geography.name(wilaya) else parts
    return Markup("<bdi>{}</bdi>").format(" · ".join(named))


def scan_words(shipment: Shipment | None) -> list[tuple[str, str]]:
    """Return what can be said of a parcel now, by hand: (word, button)."""
    if shipment is None or _is_here(shipment):
        return []
    return [
        (word, _(button))
        for word, state, button in SCANS
        if _leads(shipment.state, state) and (word != "ready_for_pickup" or shipment.kind == "desk")
    ]


def money_word(moment: str, payment: Payment | None) -> str:
    """Say what the total of an order is by now."""
    if payment is not None and payment.state == "collected" and payment.expires_at is not None:
        return _("Paid")
    if payment is not None and payment.state == "collected" and payment.lost_minor:
        return _("Will not come")
    if payment is not None and payment.state in _MONEY:
        return _(_MONEY[payment.state])
    if payment is not None and payment.waits:
        return _("To be paid")
    return _("Total") if moment in NOTHING_TO_COLLECT else _("To collect")


NOTHING_TO_COLLECT = frozenset({"cancelled", "coming_back", "returned", "lost"})


_MONEY = {"collected": N_("Paid to the courier"), "settled": N_("Received"), "refunded": N_("Money given back")}


def copies(shipment: Shipment | None) -> int:
    """Return how often the label was printed."""
    return len(prints_of(shipment.store_id, shipment.id)) if shipment is not None and shipment.labelled_at else 0


def _leads(old: str, new: str) -> bool:
    if new == "returned":
        return old == "returning" or SHIPMENT.allows(old, "returning")
    return SHIPMENT.allows(old, new) and old != new


def _is_here(shipment: Shipment) -> bool:
    return shipment.state in {"preparing", "labelled"}
