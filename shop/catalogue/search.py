"""Finding products: folded words in tables of our own, so that both databases answer the same.

A word is known under itself, its beginnings of three letters and more, and each form with one letter left out. So a
look-up by equality finds exact words, beginnings and words with one letter wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Row, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from shop.catalogue.listing import Bargain, Filter, Page, card_rows, conditions
from shop.catalogue.models import Neighbour, Posting, Product
from shop.core.text import deletions, within_one_edit, words
from shop.plumbing import geography
from shop.plumbing.db import changed, session, table_of
from shop.stores.models import Store

MOST_WORDS = 6
MOST_HITS = 500
SHORTEST_BEGINNING = 3
SHORTEST_TYPO = 4
LONGEST = 40
EXACT, BEGINNING, TYPO = 9, 4, 1


def index(*product_ids: int) -> None:
    """Make products findable under their present words, and no other. Idempotent."""
    wanted = {
        (product_id, word, weight)
        for product_id, weights in _weights(product_ids).items()
        for word, weight in weights.items()
    }
    known = {
        (row.product_id, row.word, row.weight)
        for row in session.execute(select(Posting.product_id, Posting.word, Posting.weight)
                                   .where(Posting.product_id.in_(product_ids)))
    }  # fmt: skip
    gone, fresh = sorted(known - wanted), sorted(wanted - known)
    if gone:
        table = table_of(Posting)
        one = delete(table).where(table.c.product_id == bindparam("of"), table.c.word == bindparam("said"))
        changed(one, [{"of": product_id, "said": word} for product_id, word, _weight in gone])
    if fresh:
        session.execute(insert(Posting), [
            {"product_id": product_id, "word": word, "weight": weight} for product_id, word, weight in fresh
        ])  # fmt: skip
        _learn({word for _product_id, word, _weight in fresh})


def unindex(product_id: int) -> None:
    """Make a product unfindable."""
    session.execute(delete(Posting).where(Posting.product_id == product_id))


def find(query: str, wanted: Filter, *, after: str | None = None, limit: int = 24, bargain: Bargain = None) -> Page:
    """Return the newest products that have every word, the best first; at most 500 are considered."""
    asked = words(query)[:MOST_WORDS]
    known = _known(asked)
    if not asked or any(not known[word] for word in asked):
        return Page([], None)
    ranked = _ranked(asked, known, wanted)
    start = int(after) if after and after.isascii() and after.isdigit() and len(after) < 5 else 0
    chosen = ranked[start : start + limit]
    found = card_rows(Product.id.in_(chosen), bargain=bargain) if chosen else []
    cards = {card.product_id: card for card in found}
    following = str(start + limit) if len(ranked) > start + limit else None
    return Page([cards[product_id] for product_id in chosen if product_id in cards], following, count=len(ranked))


def _known(asked: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """Return, for each word asked for, the words of the vocabulary that it may mean and how well they fit."""
    forms: dict[str, set[str]] = {word: {word[:LONGEST]} for word in asked}
    for word in asked:
        if len(word) >= SHORTEST_TYPO:
            forms[word].update(deletions(word[:LONGEST]))
    every = {form for each in forms.values() for form in each}
    vocabulary = set(session.scalars(select(Neighbour.word).where(Neighbour.form.in_(sorted(every))).distinct()))
    return {word: _fits(word[:LONGEST], vocabulary) for word in asked}


def _fits(word: str, vocabulary: Iterable[str]) -> dict[str, int]:
    fits: dict[str, int] = {}
    for candidate in vocabulary:
        if candidate == word:
            fits[candidate] = EXACT
        elif len(word) >= SHORTEST_BEGINNING and candidate.startswith(word):
            fits[candidate] = BEGINNING
        elif len(word) >= SHORTEST_TYPO and within_one_edit(word, candidate):
            fits[candidate] = TYPO
    return fits


def _ranked(asked: Sequence[str], known: Mapping[str, Mapping[str, int]], wanted: Filter) -> list[int]:
    hits: list[ColumnElement[bool]] = [
        Product.id.in_(select(Posting.product_id).where(Posting.word.in_(sorted(known[word])))) for word in asked
    ]
    newest = (
        select(Product.id, Product.price_minor).join(Store, Store.id == Product.store_id)
        .where(*conditions(wanted), *hits).order_by(Product.id.desc()).limit(MOST_HITS).subquery()
    )  # fmt: skip
    every = sorted({word for fits in known.values() for word in fits})
    rows = session.execute(
        select(Posting.product_id, Posting.word, Posting.weight, newest.c.price_minor)
        .join(newest, newest.c.id == Posting.product_id).where(Posting.word.in_(every))
    ).all()  # fmt: skip
    return _order(asked, known, rows, wanted.sort)


def _order(
    asked: Sequence[str],
    known: Mapping[str, Mapping[str, int]],
    rows: Sequence[Row[int, str, int, int]],
    sort: str,
) -> list[int]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    price: dict[int, int] = {}
    for product_id, word, weight, price_minor in rows:
        found[product_id][word] = weight
        price[product_id] = price_minor
    score = {
        product_id: sum(max(known[word].get(w, 0) * weight for w, weight in has.items()) for word in asked)
        for product_id, has in found.items()
    }
    if sort == "cheap":
        return sorted(found, key=lambda each: (price[each], -each))
    if sort == "dear":
        return sorted(found, key=lambda each: (-price[each], -each))
    return sorted(found, key=lambda each: (-score[each], -each))


def _weights(product_ids: Collection[int]) -> dict[int, dict[str, int]]:
    rows = session.execute(
        select(Product, Store.name, Store.artisan_fr, Store.artisan_ar).join(Store, Store.id == Product.store_id)
        .where(Product.id.in_(product_ids))
    )  # fmt: skip
    return {product.id: _words_of(product, *maker) for product, *maker in rows}


def _words_of(product: Product, *maker: str) -> dict[str, int]:
    place = geography.wilaya(product.wilaya_code)
    texts = (
        (3, (product.name_ar, product.name_fr, product.name_en)),
        (2, (*maker, place.name_fr, place.name_ar)),
        (1, (product.materials_ar, product.materials_fr, product.materials_en,
             product.description_ar, product.description_fr, product.description_en)),
    )  # fmt: skip
    weights: dict[str, int] = {}
    for weight, several in texts:
        for word in words(" ".join(several)):
            weights.setdefault(word[:LONGEST], weight)
    return weights


def _learn(weights: Iterable[str]) -> None:
    every = sorted(set(weights))
    known = set(
        session.scalars(select(Neighbour.word).where(Neighbour.word.in_(every), Neighbour.form == Neighbour.word))
    )
    rows = [{"form": form, "word": word} for word in every if word not in known for form in sorted(forms(word))]
    if rows:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        session.execute(dialect.insert(Neighbour).on_conflict_do_nothing(), rows)


def forms(word: str) -> set[str]:
    """Return the forms under which a word is known: itself, its beginnings, itself with a letter left out."""
    beginnings = {word[:length] for length in range(SHORTEST_BEGINNING, len(word))}
    return {word} | beginnings | (set(deletions(word)) if len(word) >= SHORTEST_TYPO - 1 else set())
