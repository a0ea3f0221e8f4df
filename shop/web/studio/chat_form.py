"""The form of an order that came by message: lines, buyer, place, delivery; filled by rules and mended by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from flask import request

from shop.catalogue.queries import MOST_PIECES, CartVariant, sold_by
from shop.checkout.messages import Doubt, Known, Reading
from shop.checkout.queries import offered_of
from shop.checkout.words import Choice, Details
from shop.core.money import Money, total
from shop.core.phone import national
from shop.core.text import western_digits
from shop.payments.tills import MethodOffer
from shop.plumbing.i18n import N_, _, pick
from shop.stores.models import Store
from shop.web.ui.checkout_form import Says, Ways, form_for, phone_of, place_of, settled, typed, understood, ways_of
from shop.web.ui.forms import HirfaForm

MOST_LINES = 12
FIRST_LINES = 2
TO_ARTISAN = Says(
    phone=N_("Write the customer’s phone number."),
    name=N_("Write the customer’s name."),
    wilaya=N_("Please choose the wilaya."),
    commune=N_("Please choose the commune."),
)
NO_ARTICLE = N_("Choose at least one article.")
BAD_PIECES = N_("Write how many pieces, from 1 to {most}.")
TOO_FEW = N_("Only {n} left of {name}.")
NONE_LEFT = N_("{name} is sold out.")


@dataclass(frozen=True, slots=True)
class Row:
    """One line as it was typed: which variant, how many."""

    variant: str
    pieces: str
    problem: str = ""


@dataclass
class ChatForm:
    """Everything that the page of a message shows; `kept` is what the checkout's own form would keep."""

    store: Store
    kept: dict[str, str]
    rows: list[Row]
    doubts: list[Doubt] = field(default_factory=list)

    @cached_property
    def articles(self) -> list[CartVariant]:
        """What can be ordered."""
        return sold_by(self.store.id)

    @cached_property
    def pieces(self) -> dict[int, int]:
        """How many are wanted of each variant: only what can be read and is hers."""
        hers = {each.variant_id for each in self.articles}
        found: dict[int, int] = {}
        for row in self.rows:
            variant, pieces = whole(row.variant), whole(row.pieces)
            if variant in hers and 0 < pieces <= MOST_PIECES:
                found[variant] = min(found.get(variant, 0) + pieces, MOST_PIECES)
        return found

    @cached_property
    def found(self) -> Ways:
        """Every way that the parcel could travel and be paid."""
        wilaya, commune = place_of(self.kept)
        if not (self.pieces and wilaya):
            return Ways((), (), wilaya, commune)
        offer = offered_of(
            self.store, self.pieces, wilaya_code=wilaya, commune_code=commune, phone=phone_of(self.kept)
        )  # fmt: skip
        return ways_of(offer, self.kept)

    @cached_property
    def way(self) -> MethodOffer | None:
        """How it is paid: as was chosen, else the first way that is open, which is cash where she takes it."""
        chosen = next((each for each in self.found.methods if each.value == self.kept.get("payment")), None)
        return chosen or next(iter(self.found.methods), None)

    @cached_property
    def form(self) -> HirfaForm:
        """The fields of the checkout, asked for in words for the artisan."""
        return form_for(self.found, self._kept_with_way, says=TO_ARTISAN)

    @property
    def goods(self) -> Money:
        """What the articles cost now."""
        prices = {each.variant_id: each.price for each in self.articles}
        return total(prices[variant] * pieces for variant, pieces in self.pieces.items())

    def check_lines(self) -> bool:
        """Say at each line what is wrong with it; return whether all are right and there is at least one."""
        by_id = {each.variant_id: each for each in self.articles}
        self.rows = [Row(row.variant, row.pieces, self._problem(row, by_id)) for row in self.rows]
        if not self.pieces and not any(row.problem for row in self.rows):
            first = self.rows[0]
            self.rows[0] = Row(first.variant, first.pieces, _(NO_ARTICLE))
        return not any(row.problem for row in self.rows)

    def _problem(self, row: Row, by_id: Mapping[int, CartVariant]) -> str:
        article = by_id.get(whole(row.variant))
        if article is None:
            return _(NO_ARTICLE) if row.variant else ""
        if not 0 < whole(row.pieces) <= MOST_PIECES:
            return _(BAD_PIECES, most=MOST_PIECES)
        if self.pieces[article.variant_id] > article.most:
            return _(TOO_FEW if article.most else NONE_LEFT, n=article.most, name=title(article))
        return ""

    @property
    def extra(self) -> list[tuple[str, str]]:
        """The problems of the lines, for the summary at the top."""
        return [(f"line-{at}-variant", row.problem) for at, row in enumerate(self.rows) if row.problem]

    @property
    def _kept_with_way(self) -> dict[str, str]:
        return {**self.kept, "payment": self.way.value if self.way else ""}

    @property
    def ready(self) -> dict[str, str]:
        """What is kept with a link: the details as typed, what there is no choice about filled in.

        Where there are several ways to pay, the customer chooses.
        """
        return settled(
            self.found, self._kept_with_way if len(self.found.methods) == 1 else {**self.kept, "payment": ""}
        )

    def meaning(self, lang: str) -> tuple[Details, list[Choice]] | None:
        """Return the details in the words of the checkout; None while they are not whole."""
        return understood(settled(self.found, self._kept_with_way), lang)


def blank(store: Store) -> ChatForm:
    """Return the form before anything was read or typed."""
    return ChatForm(store, {}, [Row("", "")] * FIRST_LINES)


def sent(store: Store) -> ChatForm:
    """Return the form as it was sent."""
    rows = [
        Row(request.form.get(f"line-{at}-variant", "")[:20], request.form.get(f"line-{at}-pieces", "")[:20])
        for at in range(MOST_LINES)
    ]
    filled = [row for row in rows if row.variant or row.pieces.strip()]
    return ChatForm(store, typed(request.form), [*filled, Row("", "")][:MOST_LINES])


def filled(before: ChatForm, reading: Reading) -> ChatForm:
    """Return the form with what a message says; what it does not say stays as it was typed."""
    kept = dict(before.kept)
    said = {
        "phone": national(reading.phone) if reading.phone else "", "name": reading.name, "wilaya": reading.wilaya_code,
        "commune": reading.commune_code, "address": reading.address,
    }  # fmt: skip
    kept |= {name: text for name, text in said.items() if text}
    if reading.wilaya_code and not reading.commune_code:
        kept.pop("commune", None)
    rows = [Row(str(variant or ""), str(pieces)) for variant, pieces in reading.lines] or before.rows
    made = ChatForm(before.store, kept, [*(row for row in rows if row.variant or row.pieces), Row("", "")],
                    reading.doubts)  # fmt: skip
    _choose_kind(made, reading.kind)
    return made


def _choose_kind(made: ChatForm, kind: str) -> None:
    """Choose the delivery that the message names, where there is one such way."""
    for parcel in made.found.parcels:
        alike = [quote for quote in parcel.quotes if quote.kind == kind]
        if len(alike) == 1:
            made.kept[f"delivery-{parcel.store_id}"] = parcel.value(alike[0])
            del made.found


def known(articles: Sequence[CartVariant]) -> list[Known]:
    """Return articles as the reader of messages knows them."""
    return [
        Known(
            each.variant_id, each.product_id, tuple(filter(None, each.names.values())),
            tuple(filter(None, each.labels.values())),
        )
        for each in articles
    ]  # fmt: skip


def title(article: CartVariant) -> str:
    """Return an article's name and choice in the reader's language."""
    name, label = pick(article.names)[0], pick(article.labels)[0]
    return _("{name}, {choice}", name=name, choice=label) if label else name


def whole(text: str) -> int:
    """Return a number as it was typed, in whatever digits; 0 for what is none."""
    digits = western_digits(text).strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0
