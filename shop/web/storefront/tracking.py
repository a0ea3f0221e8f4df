"""The way of each parcel, behind a secret link. Made to be shown around: no phone and no address stand on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from flask import make_response, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.checkout import service as checkout
from shop.core import clock
from shop.core.errors import InvalidTransition
from shop.core.money import Money
from shop.documents.invoice_queries import of_order as papers_of
from shop.documents.models import Invoice
from shop.documents.receipts import has_receipt, method_title
from shop.fulfilment.queries import Story, story_of
from shop.orders import exchanges
from shop.orders import queries as orders
from shop.orders.models import Order, OrderLine, Purchase
from shop.payments import queries as payments
from shop.payments.models import Payment
from shop.plumbing.db import transaction
from shop.plumbing.formats import date_long, time_short
from shop.plumbing.i18n import LANGUAGES, N_, _, ngettext, pick
from shop.plumbing.links import tracking_path
from shop.risk import service as risk
from shop.risk.models import Outcome
from shop.risk.queries import outcome_of
from shop.shipping.models import Shipment
from shop.shipping.numbers import follow_url
from shop.shipping.queries import live_shipment
from shop.stores import queries as stores
from shop.stores.models import Store
from shop.web.storefront.blueprint import front
from shop.web.storefront.checkout import tracking_url
from shop.web.storefront.pay_view import PayView, glance_at, pay_view
from shop.web.ui.access import Access, entry
from shop.web.ui.forms import HirfaForm
from shop.web.ui.here import here, settings, signer

# What one word says of a parcel, and the colour it is said in.
TAGS = {
    "to_pay": (N_("To be paid"), "soon"),
    "to_confirm": (N_("To be confirmed"), "soon"),
    "to_pack": (N_("Being prepared"), "info"),
    "to_hand_over": (N_("Packed"), "info"),
    "on_the_way": (N_("On its way"), "soon"),
    "at_desk": (N_("At the desk"), "soon"),
    "attempt_failed": (N_("Will be tried again"), "bad"),
    "coming_back": (N_("Going back"), "bad"),
    "returned": (N_("Went back"), "bad"),
    "lost": (N_("Lost"), "bad"),
    "delivered": (N_("Delivered"), "good"),
    "paid": (N_("Delivered"), "good"),
    "refunded": (N_("Refunded"), ""),
    "cancelled": (N_("Cancelled"), ""),
}
OVER = frozenset({"coming_back", "returned", "lost", "delivered", "paid", "refunded", "cancelled"})
TITLES = {
    "to_pay": N_("Your order waits for its payment"),
    "to_confirm": N_("Thank you, your order has been received"),
    "delivered": N_("Delivered. Thank you"),
    "paid": N_("Delivered. Thank you"),
    "cancelled": N_("This order is cancelled"),
}
RECEIPT = N_("Your receipt was sent. The workshop looks at it and tells you.")
MAILED = N_("The receipt is on its way to your e-mail address.")
CANCELLED = N_("The parcel is cancelled. Nothing is to be paid for it.")
CONTESTED = N_("Thank you. Until the workshop or Hirfa has answered, this parcel counts for nobody.")
SAID_BEFORE = N_("There is nothing to contest, or you have said so already.")
TOLD = {"cancelled": CANCELLED, "contested": CONTESTED, "receipt": RECEIPT, "mailed": MAILED}
LONGEST_SAID = 600
READ_AGAIN = (2, 4, 8, 15, 30, 60, 60, 60)  # seconds until a page whose payment is awaited reads itself anew
TOO_LATE = N_("The workshop has already confirmed this parcel. Call it to cancel.")


@dataclass(frozen=True)
class StepView:
    """One step as it is drawn: done, now, todo or stop, and when it happened."""

    state: str
    title: str
    note: str


@dataclass(frozen=True)
class ParcelView:
    """One parcel as its buyer sees it."""

    order: Order
    store: Store
    lines: list[OrderLine]
    shipment: Shipment | None
    story: Story
    papers: list[Invoice]
    outcome: Outcome | None  # what is remembered of it, once it came back
    pay: PayView | None
    receipts: list[tuple[Payment, str]]  # payments by which money came, and what their methods are called

    @property
    def owed(self) -> Money | None:
        """What is the buyer's because an exchange costs less than what comes back; asked of exchanges only."""
        if self.shipment is None or not self.shipment.takes_back:
            return None
        made = exchanges.exchange_of(self.order.store_id, self.order.id)
        return made.owed or None if made else None

    @property
    def tag(self) -> tuple[str, str]:
        """The word for how it stands, and its colour."""
        text, kind = TAGS[self.story.key]
        return _(text), kind

    @property
    def artisan(self) -> str:
        """Who made it, by the name that the buyer knows."""
        return artisan_of(self.store)

    @property
    def due(self) -> Money | None:
        """What is to be prepared in cash; None when nothing is awaited any more."""
        return None if self.story.key in OVER or self.shipment is None else self.shipment.collect or None

    @property
    def follow(self) -> str:
        """Where to follow it at its carrier's; empty where there is no such page."""
        return follow_url(self.shipment) if self.shipment and self.story.key not in OVER else ""

    @property
    def can_cancel(self) -> bool:
        """Tell whether the buyer may still cancel by herself."""
        return self.order.state == "placed"

    @property
    def late_since(self) -> date | None:
        """The last promised day, when it is over and the parcel has not come."""
        promised = self.order.promised_to
        return promised if promised and promised < clock.today() and self.story.key not in OVER else None

    @property
    def steps(self) -> list[StepView]:
        """The steps of the way, with the moments that are known."""
        times = self._times()
        return [
            StepView({"failed": "stop"}.get(each.progress, each.progress), _(each.label), said_at(times.get(each.key)))
            for each in self.story.buyer_steps
        ]

    @property
    def promise(self) -> tuple[date, date] | None:
        """Between which days it was promised."""
        first, last = self.order.promised_from, self.order.promised_to
        return (first, last) if first and last and self.story.key not in OVER else None

    def _times(self) -> dict[str, datetime | None]:
        parcel = self.shipment
        return {
            "placed": self.order.placed_at, "confirmed": self.order.confirmed_at, "cancelled": self.order.cancelled_at,
            "packed": parcel.labelled_at if parcel else None, "sent": parcel.handed_over_at if parcel else None,
            "delivered": parcel.delivered_at if parcel else None, "returned": parcel.returned_at if parcel else None,
        }  # fmt: skip


@front.get("/<lang:lang>/t/<code:code>/<proof>")
@entry(Access.LINK)
def tracking(code: str, proof: str) -> Response:
    """Show a purchase to whoever holds its link.

    A page that reads itself anew while a payment is awaited (`look` is how often it has) asks what became of it first.
    """
    told, looks = _(TOLD.get(request.args.get("told", ""), "")), _looks()
    purchase = purchase_of(code, proof)
    if looks:
        glance_at(purchase.id)
    return page_of(purchase, told=told, kind="good", looks=looks)


@front.post("/<lang:lang>/t/<code:code>/<proof>/cancellation")
@entry(Access.LINK)
def cancel(code: str, proof: str) -> Response:
    """Cancel one parcel of a purchase while the workshop has not confirmed it."""
    purchase = purchase_of(code, proof)
    try:
        with transaction():
            checkout.cancel_by_buyer(purchase.code, request.form.get("order", "")[:12])
    except InvalidTransition:
        return page_of(purchase_of(code, proof), told=_(TOO_LATE), kind="bad", status=409)
    return redirect(tracking_url(purchase.code) + "?told=cancelled", 303)


@front.post("/<lang:lang>/t/<code:code>/<proof>/contestation")
@entry(Access.LINK)
def contest(code: str, proof: str) -> Response:
    """Let the buyer say that a parcel did not come back because of her; the workshop or the desk answers."""
    purchase, wanted = purchase_of(code, proof), request.form.get("order", "")[:12]
    order = next((each for each in orders.orders_of_purchase(purchase.id) if each.code == wanted), None)
    if order is None:
        raise NotFound
    try:
        with transaction():
            risk.contest(order.store_id, order.id, request.form.get("said", "")[:LONGEST_SAID])
    except InvalidTransition:
        return page_of(purchase_of(code, proof), told=_(SAID_BEFORE), kind="bad", status=409)
    return redirect(tracking_url(purchase.code) + "?told=contested", 303)


def purchase_of(code: str, proof: str) -> Purchase:
    """Return the purchase of a secret link. Raises NotFound when the proof is not its own."""
    found = orders.purchase_by_code(code) if signer().holds("track", code, proof) else None
    if found is None or found.code != code:
        raise NotFound
    return found


def _looks() -> int:
    """Return how often a page has read itself anew, 0 for one that was opened."""
    said = request.args.get("look", "")
    return min(int(said), len(READ_AGAIN)) if said.isascii() and said.isdecimal() and len(said) < 3 else 0


def page_of(
    purchase: Purchase, *, told: str = "", kind: str = "good", status: int = 200, looks: int = 0,
    letter: HirfaForm | None = None,
) -> Response:  # fmt: skip
    """Draw a purchase, with what was just done or why it could not be; `letter` is a form that was refused."""
    parcels = [_parcel(order) for order in orders.orders_of_purchase(purchase.id)]
    proof = signer().proof("track", purchase.code)
    address = settings().base_url + tracking_path(signer(), here().lang, purchase.code)
    page = render_template(
        "storefront/tracking.html", purchase=purchase, proof=proof, parcels=parcels, title=title_of(parcels),
        told=told, told_kind=kind, contact=settings().contact_phone, due=[each for each in parcels if each.due],
        share=shared_on_whatsapp(address, len(parcels)),
        again=_again(purchase, parcels, looks) if status == 200 else None, letter=letter, failed=letter is not None,
        letters=bool(settings().mail_url),
        alternates=[(lang, tracking_path(signer(), lang, purchase.code)) for lang in LANGUAGES],
    )  # fmt: skip
    answer = make_response(page, status)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _again(purchase: Purchase, parcels: list[ParcelView], looks: int) -> tuple[int, str] | None:
    """Return after how many seconds the page reads itself anew without JavaScript, and where; None when it is done."""
    if looks >= len(READ_AGAIN) or not any(each.pay and each.pay.awaited for each in parcels):
        return None
    return READ_AGAIN[looks], f"{tracking_url(purchase.code)}?look={looks + 1}"


def _parcel(order: Order) -> ParcelView:
    store = stores.store(order.store_id)
    assert store is not None
    shipment = live_shipment(order.store_id, order.id)
    mine = payments.of_order(order.store_id, order.id)
    pay = pay_view(order, mine)
    return ParcelView(
        order=order, store=store, lines=orders.lines(order.store_id, [order.id])[order.id], shipment=shipment,
        papers=papers_of(order.store_id, order.id), pay=pay,
        receipts=[(each, _(method_title(each.method))) for each in mine if has_receipt(each)],
        story=story_of(
            order, payments.counting(mine), shipment, artisan=artisan_of(store),
            receipt=pay is not None and bool(pay.receipts),
        ),
        outcome=outcome_of(order.store_id, order.id) if order.cancel_reason == "refused" else None,
    )  # fmt: skip


def artisan_of(store: Store) -> str:
    """Return the artisan's name as it is known in this language, else the workshop's."""
    return pick({"ar": store.artisan_ar, "fr": store.artisan_fr, "en": ""})[0] or store.name


def title_of(parcels: list[ParcelView]) -> str:
    """Return the one sentence that says how the whole purchase stands."""
    keys = {each.story.key for each in parcels}
    if len(keys) == 1 and (title := TITLES.get(next(iter(keys)))):
        return _(title)
    if keys & {"on_the_way", "at_desk", "attempt_failed"}:
        on_the_road = sum(each.story.key in {"on_the_way", "at_desk", "attempt_failed"} for each in parcels)
        return ngettext("Your parcel is on its way", "Your parcels are on their way", on_the_road)
    if keys <= OVER:
        return _("Your order")
    return _("Your order is being prepared")


def said_at(moment: datetime | None) -> str:
    """Return a moment as a step shows it: lundi 23 novembre, 09:12."""
    return _("{day}, {time}", day=date_long(moment), time=time_short(moment)) if moment else ""


def shared_on_whatsapp(address: str, parcels: int) -> str:
    """Return the link that sends an address to somebody, with a sentence before it."""
    text = ngettext(
        "Follow my parcel from Hirfa: {link}", "Follow my parcels from Hirfa: {link}", parcels, link=address
    )
    return f"https://wa.me/?text={quote(text, safe='')}"
