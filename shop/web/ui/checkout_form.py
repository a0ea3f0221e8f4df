"""The details of a checkout: what is asked, what was typed, and what it means for each parcel.

What was typed is kept with the cart as it was, right or wrong. A delivery is chosen by `home.<carrier>.<price>`:
the price that she saw comes back with her choice, so that another one is never taken silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, HiddenField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from shop.abroad.words import PriceList
from shop.cart.queries import CartView
from shop.checkout import abroad
from shop.checkout.queries import NONE, Bargain, Held, ParcelOffer, offered
from shop.checkout.words import Choice, Details, Parcel
from shop.core import clock
from shop.core.calendar import arrival_window
from shop.core.money import Money, total
from shop.core.phone import BadPhone, parse_phone
from shop.core.text import clean, clean_block
from shop.offers.words import Deal
from shop.payments.contract import Ask
from shop.payments.tills import MethodOffer, Till
from shop.plumbing import geography
from shop.plumbing.countries import HOME, is_abroad
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import N_, _, language
from shop.shipping import partners
from shop.shipping.queries import DeskPoint, StoreQuote, wilayas_served
from shop.web.ui import offers as spoken
from shop.web.ui.checkout_gift import gift_of, is_whole, paid_before, payer_needed, phone_of_country
from shop.web.ui.forms import BlockField, ChoiceField, EmailField, HirfaForm, PhoneField, TextField, required

KEPT = (
    "phone",
    "name",
    "wilaya",
    "commune",
    "city",
    "postcode",
    "email",
    "address",
    "payment",
    "note",
    "gift",
    "gift_words",
    "payer",
)
LONGEST = 2000
MOST_NAMED = 8
MOST_FIELDS = 200
_OF_A_PARCEL = re.compile(r"(?:delivery|desk|code)-[1-9][0-9]{0,17}")
_DELIVERY = re.compile(r"(home|desk)\.([1-9][0-9]{0,17})\.([0-9]{1,15})")

NAME_MISSING = N_("Write the name of the person who receives the parcel.")
PHONE_MISSING = N_("Write your phone number: the workshop and the courier call you.")
WILAYA_MISSING = N_("Please choose your wilaya.")
COMMUNE_MISSING = N_("Please choose your commune.")
TRAVEL_MISSING = N_("Please choose how the parcel of {store} travels.")
NOT_SERVED = N_("{store} does not deliver to this place. Choose another place, or take its articles out of the basket.")
TRAVEL_CHANGED = N_("The price of this delivery has changed. Please choose again.")
DESK_MISSING = N_("Please choose the desk where you will fetch the parcel.")
ADDRESS_MISSING = N_("Write the address where the parcel goes.")
CITY_MISSING = N_("Write the city.")
PAYMENT_MISSING = N_("Please choose how you will pay.")
DEPOSIT_NOW = N_("{now} now, {rest} to the courier. Deposit: {way}.")


@dataclass(frozen=True)
class Says:
    """How what is missing is asked for: of the buyer herself, or of the artisan who writes for her. English msgids."""

    phone: str = PHONE_MISSING
    name: str = NAME_MISSING
    wilaya: str = WILAYA_MISSING
    commune: str = COMMUNE_MISSING


TO_BUYER = Says()


@dataclass(frozen=True)
class Travel:
    """One parcel at checkout: what it holds, every way it could travel, the way that is chosen, and its offers."""

    parcel: Parcel
    bargain: Bargain
    till: Till
    quotes: tuple[StoreQuote, ...]
    chosen: StoreQuote | None
    first_time: bool = False
    lists: tuple[PriceList, ...] = ()
    staying: tuple[str, ...] = ()  # articles that may not be sent to the country that is chosen
    elsewhere: str = ""  # where the workshop does deliver, when not here and the list is short

    @property
    def store_id(self) -> int:
        """The workshop."""
        return self.parcel.store_id

    @property
    def store_name(self) -> str:
        """The workshop's name."""
        return self.parcel.store_name

    @property
    def goods(self) -> Money:
        """What its articles cost before any offer."""
        return self.parcel.goods

    @property
    def deal(self) -> Deal:
        """What is taken off as far as its way is chosen."""
        return self.deal_with(self.chosen.price if self.chosen else Money(0, self.goods.currency))

    @property
    def due(self) -> Money:
        """What is paid for it as far as its way is chosen."""
        way = self.goods + self.chosen.price if self.chosen else self.goods
        return way - self.deal.worth

    @property
    def abroad(self) -> list[Money]:
        """The same in other currencies."""
        return abroad.asked(self.lists, self.parcel, self.deal, self.chosen.price if self.chosen else self.goods * 0)

    def deal_with(self, price: Money) -> Deal:
        """Return what would be taken off if its way cost so much."""
        return self.bargain.deal(self.parcel, price)

    def value(self, quote: StoreQuote) -> str:
        """Return the choice as the form carries it."""
        return _value(quote)

    def days(self, quote: StoreQuote) -> tuple[date, date]:
        """Return between which days the parcel comes."""
        return arrival_window(self.parcel.leaves_on(clock.today()), quote.min_days, quote.max_days)


@dataclass(frozen=True)
class Ways:
    """All parcels of a basket with the ways that are open to them, and the ways to pay for all."""

    parcels: tuple[Travel, ...]
    methods: tuple[MethodOffer, ...]
    wilaya: str
    commune: str
    refusals: tuple[str, ...] = ()  # why a way to pay is not open: English msgids
    countries: tuple[str, ...] = ()  # where it could go abroad: one workshop's parcel, paid in another currency

    @property
    def country(self) -> str:
        """The country that is chosen, empty at home."""
        return self.wilaya if is_abroad(self.wilaya) else ""

    @property
    def goods(self) -> Money:
        """What the articles cost."""
        return total(each.goods for each in self.parcels)

    @property
    def due_so_far(self) -> Money:
        """What is paid as far as the ways are chosen."""
        return total(each.due for each in self.parcels)

    @property
    def can_be_gift(self) -> bool:
        """Tell whether it can be paid before it leaves, so that who receives it pays nothing."""
        return any(each.before for each in self.methods)

    @property
    def rules(self) -> tuple[str, ...]:
        """What becomes of deposits: English msgids."""
        return tuple(dict.fromkeys(each.deposit.rule for each in self.methods if each.deposit))

    @property
    def all_on_delivery(self) -> bool:
        """Tell whether nothing can be paid before the parcel comes."""
        return all(each.wait_h is None for each in self.methods)

    @property
    def due(self) -> Money | None:
        """What is paid in all; None until the way of each parcel is chosen."""
        chosen = [each.chosen.price for each in self.parcels if each.chosen]
        return total(each.due for each in self.parcels) if len(chosen) == len(self.parcels) else None


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """Return what is kept of a request: the fields of the checkout, as they were typed."""
    known = [name for name in form if name in KEPT or _OF_A_PARCEL.fullmatch(name)]
    return {name: clean_block(form[name][:LONGEST], limit=LONGEST) for name in known[:MOST_FIELDS]}


def ways(view: CartView, kept: Mapping[str, str], held: Held = NONE) -> Ways:
    """Return what a basket's parcels could be at the place that is chosen so far, in at most five statements.

    One more, where an offer counts how often a phone used it. `held`: the pieces, by variant, that a link keeps for it.
    """
    wilaya, commune = place_of(kept)
    codes = {int(name[5:]): code for name, code in kept.items() if name.startswith("code-")}
    found = offered(
        view.cart_id, wilaya_code=wilaya, commune_code=commune, phone=phone_of(kept), codes=codes, held=held
    )  # fmt: skip
    parcels = tuple(_travel(each, kept, wilaya) for each in found)
    return Ways(
        parcels, _methods(parcels, wilaya), wilaya, commune, _refusals(parcels, wilaya), _countries(found)
    )  # fmt: skip


def _countries(found: Sequence[ParcelOffer]) -> tuple[str, ...]:
    """Return where a basket could go abroad: a card is offered to one workshop's parcel only."""
    return found[0].parcel.sends_to if len(found) == 1 and found[0].lists else ()


def phone_of(kept: Mapping[str, str]) -> str:
    """Return the phone that was typed, in E.164, or nothing."""
    try:
        return parse_phone(kept.get("phone", ""))
    except BadPhone:
        return ""


def ways_of(offer: ParcelOffer, kept: Mapping[str, str]) -> Ways:
    """Return what one parcel could be that is in no basket yet."""
    wilaya, commune = place_of(kept, abroad=False)
    parcels = (_travel(offer, kept, wilaya),)
    return Ways(parcels, _methods(parcels, wilaya), wilaya, commune, _refusals(parcels, wilaya))


def place_of(kept: Mapping[str, str], *, abroad: bool = True) -> tuple[str, str]:
    """Return the codes of the wilaya and the commune that are chosen so far, empty for what is none.

    A country that is chosen stands in both places.
    """
    wilaya = kept.get("wilaya", "")
    if abroad and is_abroad(wilaya):
        return wilaya, wilaya
    if wilaya not in {each.code for each in geography.wilayas()}:
        return "", ""
    commune = kept.get("commune", "")
    return wilaya, commune if commune in {each.code for each in geography.communes(wilaya)} else ""


def _travel(offer: ParcelOffer, kept: Mapping[str, str], wilaya: str) -> Travel:
    parcel = offer.parcel
    wanted = kept.get(f"delivery-{parcel.store_id}", "")
    chosen = next((quote for quote in offer.quotes if _value(quote) == wanted), None)
    there = is_abroad(wilaya)
    staying = tuple(line.name for line in parcel.staying(wilaya)) if there else ()
    elsewhere = _elsewhere(parcel.store_id) if wilaya and not there and not offer.quotes else ""
    return Travel(
        parcel, offer.bargain, offer.till, offer.quotes, chosen, offer.first_time, offer.lists, staying, elsewhere
    )


def _value(quote: StoreQuote) -> str:
    return f"{quote.kind}.{quote.account_id}.{quote.price.minor}"


def _elsewhere(store_id: int) -> str:
    served = wilayas_served(store_id)
    names = [geography.label(geography.wilaya(code)) for code in served]
    return _(", ").join(names) if len(names) <= MOST_NAMED else ""


def _methods(parcels: Sequence[Travel], wilaya: str) -> tuple[MethodOffer, ...]:
    """Return the ways that serve every parcel: one purchase is paid in one way."""
    asked = [(each.till, _ask(each, wilaya, len(parcels)), each.abroad) for each in parcels]
    values = dict.fromkeys(each.value for paid, ask, other in asked for each in paid.offers(ask, other))
    found = ([paid.way(value, ask, other) for paid, ask, other in asked] for value in values)
    whole = [[each for each in ways_ if each] for ways_ in found]
    return tuple(_together(each) for each in whole if len(each) == len(parcels))


def _together(ways_: Sequence[MethodOffer]) -> MethodOffer:
    """Return one way for several parcels: with the deposits of all that ask one."""
    asking = [each for each in ways_ if each.deposit]
    told = (asking or ways_)[0]
    if told.deposit is None:
        return told
    deposit = total(each.deposit.amount for each in asking if each.deposit)
    return replace(told, deposit=replace(told.deposit, amount=deposit))


def way_title(way: MethodOffer) -> str:
    """Name a way to pay, and its currency where that is another one."""
    if way.amount is not None:
        return f"{_(way.title)} · {way.amount.currency}"
    return _("{way}, with a deposit", way=_(way.title)) if way.deposit else _(way.title)


def way_note(way: MethodOffer, found: Ways) -> str:
    """Say what is paid now, and what to the courier."""
    if way.deposit is None:
        return _(way.detail)
    now = way.deposit.amount
    rest = money_text(found.due - now) if found.due is not None else _("the rest")
    return _(DEPOSIT_NOW, now=money_text(now), rest=rest, way=_(way.first_title))


def _refusals(parcels: Sequence[Travel], wilaya: str) -> tuple[str, ...]:
    told = [sentence for each in parcels for sentence in each.till.refusals(_ask(each, wilaya, len(parcels)))]
    return tuple(dict.fromkeys(told))


def _ask(parcel: Travel, wilaya: str, stores: int) -> Ask:
    return Ask(
        "", parcel.due, language(), stores_in_purchase=stores, wilaya_code=wilaya, first_time=parcel.first_time,
        held=parcel.parcel.held, country=wilaya if is_abroad(wilaya) else HOME,
    )  # fmt: skip


class DetailsForm(HirfaForm):
    """Who buys and where she lives; `form_for` adds a choice for every parcel of her basket."""


class DeskField(ChoiceField):
    """The desk of a parcel: asked only when the parcel goes to one."""

    def __init__(self, label: str = "", *, delivery: str, **kwargs: Any) -> None:
        super().__init__(label, [required(DESK_MISSING)], message=DESK_MISSING, **kwargs)
        self.delivery = delivery

    def pre_validate(self, form: BaseForm) -> None:
        """Forget a desk that is not asked for."""
        if not str(form[self.delivery].data or "").startswith("desk."):
            self.data = None
            raise StopValidation
        super().pre_validate(form)


def form_for(found: Ways, kept: Mapping[str, str], *, says: Says = TO_BUYER) -> HirfaForm:
    """Make the form of a basket, filled with what was typed, its fields in the order of the page."""
    fields = dict(_fields(found, says))
    kind = type("DetailsFormOfBasket", (DetailsForm,), fields)
    form: HirfaForm = kind(MultiDict(kept))
    return form


def check_codes(form: HirfaForm) -> None:
    """Say at its field why a code that was tried does not count; nothing else is asked yet."""
    for field in form:
        if field.name.startswith("code-"):
            field.validate(form, tuple(field.validators))


def _fields(found: Ways, says: Says) -> Iterator[tuple[str, Any]]:
    communes = geography.communes(found.wilaya) if found.wilaya else ()
    yield "phone", PhoneField(N_("Phone"), [required(says.phone), phone_of_country(found.country)])
    yield "name", TextField(N_("Name"), [required(says.name)], most=120)
    yield "wilaya", ChoiceField(
        N_("Wilaya or country") if found.countries else N_("Wilaya"), [required(says.wilaya)], message=says.wilaya,
        choices=[(each.code, geography.label(each)) for each in (*geography.wilayas(), *_there(found))],
    )  # fmt: skip
    if found.country:
        yield "postcode", TextField(N_("Postcode"), most=16)
        yield "city", TextField(N_("City"), [required(CITY_MISSING)], most=80)
        yield "email", EmailField(N_("E-mail of who receives it")) if _announced(found) else HiddenField()
        yield "commune", HiddenField()  # what was chosen elsewhere waits until she comes back to it
    else:
        yield "postcode", HiddenField()
        yield "city", HiddenField()
        yield "email", HiddenField()
        yield "commune", ChoiceField(
            N_("Commune"), [required(says.commune)], message=says.commune,
            choices=[(each.code, geography.name(each)) for each in communes],
        )  # fmt: skip
    for parcel in found.parcels if found.wilaya else ():
        yield from _parcel_fields(parcel)
    yield "address", BlockField(N_("Address"), [_address_needed(found)], most=400)
    methods = [(each.value, way_title(each)) for each in found.methods]
    yield "payment", ChoiceField(
        N_("Payment"), [required(PAYMENT_MISSING), paid_before(found.methods)], message=PAYMENT_MISSING, choices=methods
    )  # fmt: skip
    if found.can_be_gift:
        yield "gift", BooleanField(N_("It is a gift"))
        yield "gift_words", BlockField(N_("Words for the card"), most=300)
        yield "payer", PhoneField(N_("Your own number"), [payer_needed])
    for parcel in found.parcels:
        if parcel.bargain.asks_code:
            yield f"code-{parcel.store_id}", TextField(N_("Code"), [_code_counts(parcel)], most=40)
    yield "note", BlockField(N_("A word for the workshop"), most=400)


def _announced(found: Ways) -> bool:
    """Tell whether a partner brings a parcel abroad, which announces it by e-mail: no other needs one."""
    return any(quote.carrier in partners.abroad() for parcel in found.parcels for quote in parcel.quotes)


def _there(found: Ways) -> Iterator[geography.Wilaya]:
    return (geography.wilaya(code) for code in found.countries)


def _parcel_fields(parcel: Travel) -> Iterator[tuple[str, Any]]:
    name = f"delivery-{parcel.store_id}"
    values = [(parcel.value(quote), "") for quote in parcel.quotes]
    yield name, ChoiceField("", [_travels(parcel)], message=TRAVEL_CHANGED, choices=values)
    desks = [(point.key, _desk_label(point)) for quote in parcel.quotes for point in quote.points]
    if len(desks) > 1:
        yield f"desk-{parcel.store_id}", DeskField(N_("Pick-up desk"), delivery=name, choices=desks)


def _desk_label(point: DeskPoint) -> str:
    """Return a desk as a plain list shows it, beside the commune where it is."""
    commune = geography.name(geography.commune(point.commune_code)) if point.commune_code else ""
    return _("{name}, {choice}", name=point.name, choice=commune) if commune else point.name


def _code_counts(parcel: Travel) -> Callable[[Form, Field], None]:
    def check(_form: Form, field: Field) -> None:
        if field.data and parcel.bargain.problem is not None:
            raise StopValidation(spoken.problem(parcel.bargain.problem))

    return check


def _travels(parcel: Travel) -> Callable[[Form, Field], None]:
    def check(_form: Form, field: Field) -> None:
        if not parcel.quotes:
            raise StopValidation(_(NOT_SERVED, store=parcel.store_name))
        if not field.data:
            raise StopValidation(_(TRAVEL_MISSING, store=parcel.store_name))

    return check


def _address_needed(found: Ways) -> Callable[[Form, Field], None]:
    def check(form: Form, field: Field) -> None:
        chosen = [str(form[f"delivery-{each.store_id}"].data or "") for each in found.parcels if found.wilaya]
        if not field.data and any(each.startswith("home.") for each in chosen):
            raise StopValidation(_(ADDRESS_MISSING))

    return check


def settled(found: Ways, kept: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed with the one desk of a carrier filled in where there is nothing to choose."""
    only = {
        f"desk-{each.store_id}": str(each.chosen.points[0].desk_id)
        for each in found.parcels
        if each.chosen and len(each.chosen.points) == 1
    }
    return {**kept, **only}


def understood(kept: Mapping[str, str], lang: str) -> tuple[Details, list[Choice]] | None:
    """Return what the kept details say in the words of the checkout; None when they can't be read."""
    wilaya, commune = place_of(kept)
    try:
        phone = parse_phone(kept.get("phone", ""))
    except BadPhone:
        return None
    if not commune or (is_abroad(wilaya) and not is_whole(kept.get("phone", ""))):
        return None
    gift = gift_of(kept)
    if gift is None:
        return None
    there = ("city", "postcode", "email") if is_abroad(wilaya) else ()
    details = Details(
        phone=phone, name=clean(kept.get("name", ""), limit=120), wilaya_code=wilaya, commune_code=commune,
        address=clean_block(kept.get("address", ""), limit=400), note=clean_block(kept.get("note", ""), limit=400),
        language=lang, gift=gift.given, gift_words=gift.words, payer_phone=gift.payer,
        **{name: clean(kept.get(name, ""), limit=254 if name == "email" else 80) for name in there},
    )  # fmt: skip
    return details, [choice for name in sorted(kept) if (choice := _choice(name, kept)) is not None]


def _choice(name: str, kept: Mapping[str, str]) -> Choice | None:
    chosen = _DELIVERY.fullmatch(kept[name])
    if not name.startswith("delivery-") or chosen is None:
        return None
    store_id = int(name.removeprefix("delivery-"))
    desk = kept.get(f"desk-{store_id}", "")
    return Choice(
        store_id=store_id, kind=chosen[1], account_id=int(chosen[2]), price=Money(int(chosen[3])),
        method=kept.get("payment", ""), code=kept.get(f"code-{store_id}", ""),
        desk_id=int(desk) if chosen[1] == "desk" and desk.isascii() and desk.isdigit() and len(desk) < 19 else None,
    )  # fmt: skip
