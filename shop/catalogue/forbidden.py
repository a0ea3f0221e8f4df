"""Forbidden goods: which words of a product the law does not let pass, and what the desk says of doubtful ones.

The list that comes with the shop is a table beside this file; the desk adds, changes and retires words, and its word
goes before. Words are compared as search does: without accents, harakat, articles and capitals.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from shop.catalogue.models import Product, Review, Word
from shop.catalogue.wording import saying, texts_of
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.states import REVIEW
from shop.core.text import fold
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor

REFUSE, ASK = "refuse", "review"
GROUNDS: Mapping[str, str] = {
    "gambling": N_("Gambling, bets and lotteries"),
    "alcohol": N_("Alcoholic drinks"),
    "tobacco": N_("Tobacco"),
    "medicine": N_("Medicines, and promises to heal"),
    "counterfeit": N_("Copies of what belongs to others"),
    "deed": N_("Goods that need a notary"),
    "sensitive": N_("Weapons and sensitive equipment"),
    "prohibited": N_("Goods that the law prohibits"),
}
FORBIDDEN = N_("“{word}” may not be sold online: {ground} (law 18-05, articles 3 and 5).")
DISALLOWED = N_("The people who run Hirfa refused “{word}”: {ground}. {note}")
KNOWN_ALREADY = N_("This word is in the list already.")
NO_WORD = N_("Write a word of two letters at least.")
_FILE = Path(__file__).with_name("forbidden.csv")


@dataclass(frozen=True)
class Forbidden:
    """A word of the list: `rule` says whether it is refused at once or looked at by the desk first."""

    word: str
    folded: str
    ground: str
    rule: str
    retired: bool = False


@dataclass(frozen=True)
class Match:
    """A word of the list, found in one field of a product."""

    field: str
    forbidden: Forbidden


def words() -> dict[str, Forbidden]:
    """Return the whole list by folded word, retired ones too: what comes with the shop under what the desk said."""
    rows = session.scalars(select(Word))
    return _built_in() | {
        each.folded: Forbidden(each.word, each.folded, each.ground, each.rule, each.retired) for each in rows
    }


def found_in(texts: Mapping[str, str]) -> list[Match]:
    """Return every forbidden word in some texts (field → text), each once per field, the refused ones first.

    The one check for pages, imports and whoever else lets a product through.
    """
    return _matches(texts, words().values())


def unsettled(texts: Mapping[int, Mapping[str, str]]) -> set[int]:
    """Return which of many products (number → field → text) must be `admitted` one by one: one of their words is on
    the list, or the desk was asked about them before."""
    asked = set(session.scalars(select(Review.product_id).where(Review.product_id.in_(texts))))
    listed = words().values()
    return asked | {product_id for product_id, said in texts.items() if _matches(said, listed)}


def _matches(texts: Mapping[str, str], every: Iterable[Forbidden]) -> list[Match]:
    listed = [each for each in every if not each.retired]
    found = []
    for field, text in texts.items():
        folded = f" {fold(text)} "
        found += [Match(field, each) for each in listed if f" {each.folded} " in folded]
    return sorted(found, key=lambda match: match.forbidden.rule != REFUSE)


def look_again(product: Product, *, by: Actor) -> None:
    """Look at what is in the shop after other words were written than those of the product itself. Raises Refused."""
    if product.state == "published":
        admitted(product, by=by)


def admitted(product: Product, *, by: Actor, also: Mapping[str, str] | None = None) -> bool:
    """Tell whether a product may be in the shop now; a word to look at puts it into the desk's queue (False).

    `also` are texts, by field, that are about to be written. Raises Refused for a word that may not be sold, or that
    the desk has refused.
    """
    found = found_in({**texts_of(product)[product.id], **(also or {})})
    for match in found:
        if match.forbidden.rule == REFUSE:
            raise Refused(
                FORBIDDEN, field=match.field, word=match.forbidden.word, ground=GROUNDS[match.forbidden.ground]
            )
    row = review_of(product.id)
    if not found:
        _ask_no_more(product, row, by=by)
        return True
    asked = {match.forbidden.folded for match in found}
    answered = set(row.words.split("|")) if row is not None else set()
    if row is not None and asked <= answered:
        if row.state == "refused":
            word = found[0].forbidden
            raise Refused(DISALLOWED, field=found[0].field, word=word.word, ground=GROUNDS[word.ground], note=row.note)
        return row.state == "allowed"
    _ask(product, row, sorted(asked | answered), by=by)
    return False


def _ask(product: Product, row: Review | None, asked: list[str], *, by: Actor) -> None:
    fresh = {"state": "waiting", "words": "|".join(asked), "note": "", "asked_at": clock.now(), "answered_at": None}
    if row is None:
        session.execute(insert(Review), {"store_id": product.store_id, "product_id": product.id, **fresh})
    elif changed(update(Review).where(Review.id == row.id, Review.words == row.words).values(fresh)) != 1:
        raise InvalidTransition
    _record("product.to_review", product, by, words=asked)


def _ask_no_more(product: Product, row: Review | None, *, by: Actor) -> None:
    if row is not None and row.state == "waiting":
        changed(delete(Review).where(Review.id == row.id, Review.state == "waiting"))
        _record("product.review_ended", product, by)


def answer(review_id: int, state: str, *, note: str, by: Actor) -> Product:
    """Allow or refuse a product that waits; return it. Raises NotFound, InvalidTransition when answered already."""
    row = session.get(Review, review_id)
    if row is None or state not in {"allowed", "refused"}:
        raise NotFound(f"no review {review_id}")
    guarded = update(Review).where(Review.id == review_id, Review.state.in_(REVIEW.sources(state)))
    if changed(guarded.values(state=state, note=note, answered_at=clock.now())) != 1:
        raise InvalidTransition
    product = session.get_one(Product, row.product_id)
    _record(f"product.{state}", product, by, words=row.words.split("|"), note=note)
    return product


def review_of(product_id: int) -> Review | None:
    """Return what the desk says of a product, if it was ever asked."""
    return session.scalar(select(Review).where(Review.product_id == product_id))


def waiting_reviews() -> list[tuple[Review, Product]]:
    """Return what waits at the desk, the oldest first."""
    wanted = (
        select(Review, Product).join(Product, Product.id == Review.product_id)
        .where(Review.state == "waiting").order_by(Review.asked_at, Review.id)
    )  # fmt: skip
    return [(row[0], row[1]) for row in session.execute(wanted)]


def add_word(word: str, *, ground: str, rule: str, by: Actor) -> int:
    """Put a word on the list, or bring a retired one back; return how many products in the shop go to the desk for it.

    Raises Refused for a word that stands there already.
    """
    folded = fold(word)
    if len(folded) < 2:
        raise Refused(NO_WORD, field="word")
    known = words().get(folded)
    if known is not None and not known.retired and (known.ground, known.rule) == (ground, rule):
        raise Refused(KNOWN_ALREADY, field="word")
    _write(Forbidden(word, folded, ground, rule), by)
    return _look_for(folded, by)


def _look_for(folded: str, by: Actor) -> int:
    """Put every published product that has a new word into the queue; return how many."""
    having = saying(folded)
    for product in having:
        row = review_of(product.id)
        _ask(product, row, sorted({folded, *(row.words.split("|") if row is not None else ())}), by=by)
    return len(having)


def retire_word(folded: str, *, by: Actor) -> None:
    """Take a word off the list. Raises NotFound for one that isn't on it."""
    known = words().get(folded)
    if known is None or known.retired:
        raise NotFound(f"no word {folded!r}")
    _write(Forbidden(known.word, known.folded, known.ground, known.rule, retired=True), by)


def _write(word: Forbidden, by: Actor) -> None:
    values = {"word": word.word, "ground": word.ground, "rule": word.rule, "retired": word.retired,
              "changed_at": clock.now()}  # fmt: skip
    if changed(update(Word).where(Word.folded == word.folded).values(values)) == 0:
        session.execute(insert(Word), {"folded": word.folded, **values})
    verb = "word.retired" if word.retired else "word.added"
    journal.record(verb, subject="word", subject_id=0, store_id=None, by=by, word=word.word, rule=word.rule,
                   ground=word.ground)  # fmt: skip


def _record(verb: str, product: Product, by: Actor, **data: object) -> None:
    journal.record(verb, subject="product", subject_id=product.id, store_id=product.store_id, by=by, **data)


@cache
def _built_in() -> dict[str, Forbidden]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [Forbidden(row["word"], fold(row["word"]), row["ground"], row["rule"]) for row in csv.DictReader(file)]
    return {each.folded: each for each in rows}
