"""The articles of a message: which, and how many of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shop.checkout.message_tokens import Token, Tokens
from shop.checkout.message_words import AROUND, MONEY, NUMBERS, OF_PLACES, TIMES, UNITS, bare, means_two, sound, stem
from shop.core.text import within_one_edit, words

MOST_PIECES = 99
NEARLY = 0.8  # what a word with one letter wrong, or one that only sounds alike, counts
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """An article that can be ordered: the names of its product and the labels of its choice, in every language."""

    variant_id: int
    product_id: int
    names: tuple[str, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """The words of all articles by product: a word that few of them share says more."""

    of_product: dict[int, frozenset[str]]
    weights: dict[str, float]

    @property
    def stems(self) -> frozenset[str]:
        """All words, without their endings."""
        return frozenset(self.weights)


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One line: `unclear` is article, choice, pieces or empty; variant 0 when it isn't clear which."""

    variant_id: int
    pieces: int
    text: str
    name: str
    unclear: str


def vocabulary(articles: Sequence[Known]) -> Vocabulary:
    """Gather the words of the products' names."""
    of_product = {
        each.product_id: frozenset(stem(w) for name in each.names for w in words(name) if w not in AROUND)
        for each in articles
    }
    shared = Counter(word for mine in of_product.values() for word in mine)
    return Vocabulary(of_product, {word: 1 / many for word, many in shared.items()})


def find_lines(tokens: Tokens, vocabulary: Vocabulary, articles: Sequence[Known]) -> list[FoundLine]:
    """Find the articles that a message asks for; their words are taken."""
    found: list[tuple[int, FoundLine]] = []
    for span in list(_parts(tokens, vocabulary)):
        scores = _scores(tokens, span, vocabulary) if _is_firm(tokens, span, vocabulary) else {}
        if not scores:
            continue
        best = max(scores.values())
        products = [each for each, score in scores.items() if score >= best - 0.001]
        counted = _number(tokens, span, articles, products)
        if found and counted is None and found[-1][0] in products:
            _take(tokens, span, vocabulary)  # 'au miel et au lait': still the same article
            continue
        product = products[0] if len(products) == 1 else 0
        found.append((product, _line(tokens, span, articles, product, counted)))
        _take(tokens, span, vocabulary)
    return [line for _product, line in found]


def _parts(tokens: Tokens, vocabulary: Vocabulary) -> Iterator[Span]:
    """Part the message where a comma, an 'and', a second number or the same word again begins another article."""
    first, numbered, seen = 0, False, set[str]()
    for at, token in enumerate(tokens):
        word = _word(token, vocabulary) if not token.used else ""
        another = bool(token.number) and not token.used and numbered and bool(seen) and not _is_measure(tokens, at)
        if token.used or token.is_break or another or (word and word in seen):
            if seen:
                yield first, at
            first, numbered, seen = at, False, set()
        if token.used or token.is_break:
            first = at + 1
            continue
        numbered = numbered or (bool(token.number) and not _is_measure(tokens, at))
        if word:
            seen.add(word)
    if seen:
        yield first, len(tokens)


def _is_measure(tokens: Tokens, at: int) -> bool:
    """Tell whether a number is a weight or a price: 80 g, 1200 DA."""
    after = tokens.at(at + 1)
    return after is not None and after.bare in UNITS | MONEY


def _word(token: Token, vocabulary: Vocabulary) -> str:
    """Return the word of the vocabulary that a piece of the message is meant to be, or nothing."""
    if token.number or len(token.bare) < 2 or token.bare in AROUND | OF_PLACES:
        return ""
    own = _own(token)
    for each in own:
        if each in vocabulary.weights:
            return each
    near = [word for word in vocabulary.weights if _nearly(own[0], word)]
    return min(near, key=lambda word: (vocabulary.weights[word], word)) if near else ""


def _is_firm(tokens: Tokens, span: Span, vocabulary: Vocabulary) -> bool:
    """Tell whether some word stands there as an article's name has it, or long enough to be no accident.

    Hamza sounds like goat (ماعز) and Mila is nearly milk: beside 'savon' they may mean it, alone they don't.
    """
    for at in range(*span):
        word, typed = _word(tokens[at], vocabulary), stem(tokens[at].bare)
        almost = len(typed) >= 6 and within_one_edit(typed, word)
        if word and (word in _own(tokens[at]) or almost or len(sound(typed)) >= 3):
            return True
    return False


def _own(token: Token) -> list[str]:
    """Return the stems that a piece of a message may have: with and without the و, ب or ل that is written to it."""
    own = [stem(token.bare)]
    if token.bare[0] in "وبل" and len(token.bare) > 4:
        own.append(stem(token.bare[1:]))
    return own


def _nearly(typed: str, word: str) -> bool:
    if len(typed) >= 4 and len(word) >= 4 and within_one_edit(typed, word):
        return True
    written_apart = typed.isascii() != word.isascii()
    return written_apart and len(typed) >= 3 and len(sound(typed)) >= 2 and sound(typed) == sound(word)


def _scores(tokens: Tokens, span: Span, vocabulary: Vocabulary) -> dict[int, float]:
    """Return how well each product fits; those that don't at all are left out."""
    scores: dict[int, float] = {}
    for at in range(*span):
        word = _word(tokens[at], vocabulary)
        if not word:
            continue
        worth = vocabulary.weights[word] * (1 if stem(tokens[at].bare) == word else NEARLY)
        for product, mine in vocabulary.of_product.items():
            if word in mine:
                scores[product] = scores.get(product, 0) + worth
    return scores


def _number(tokens: Tokens, span: Span, articles: Sequence[Known], products: list[int]) -> int | None:
    """Return how many are asked for: x2, 2 savons, deux, زوج, صابونتين; None when no number is there."""
    mine = [each for each in articles if each.product_id in products]
    labels = {bare(label) for each in mine for label in each.labels}
    named = {word for each in mine for name in each.names for word in words(name)} if len(products) == 1 else set()
    other = labels | named
    numbers = [
        at for at in range(*span)
        if 0 < tokens[at].number <= MOST_PIECES and not _is_measure(tokens, at) and tokens[at].bare not in other
    ]  # fmt: skip
    times = [at for at in numbers if _beside_times(tokens, at)]
    for at in (*times, *numbers):
        return tokens[at + 1].number if at + 1 in numbers else tokens[at].number  # une douzaine
    return 2 if any(means_two(tokens[at].bare) for at in range(*span)) else None


def _beside_times(tokens: Tokens, at: int) -> bool:
    return any(each is not None and each.bare in TIMES for each in (tokens.at(at - 1), tokens.at(at + 1)))


def _line(tokens: Tokens, span: Span, articles: Sequence[Known], product: int, counted: int | None) -> FoundLine:
    text = _said(tokens, span)
    mine = [each for each in articles if each.product_id == product]
    if not mine:
        return FoundLine(0, counted or 1, text, "", "article")
    chosen = mine if len(mine) == 1 else [each for each in mine if _says(tokens, span, each.labels)]
    variant = chosen[0].variant_id if len(chosen) == 1 else 0
    unclear = "choice" if not variant else "pieces" if counted is None else ""
    name = next(filter(None, mine[0].names), "")
    return FoundLine(variant, counted or 1, text, name, unclear)


def _says(tokens: Tokens, span: Span, labels: Sequence[str]) -> bool:
    """Tell whether the label of a choice stands among these words: 80 g, rouge, كبير."""
    said = [tokens[at].bare for at in range(*span)]
    for label in filter(None, labels):
        wanted = [bare(each) for each in label.split()]
        if any(said[at : at + len(wanted)] == wanted for at in range(len(said))):
            return True
    return False


def _said(tokens: Tokens, span: Span) -> str:
    """Return the words of a line without those that everybody says before it."""
    first, last = span
    while first < last - 1 and not tokens[first].number and tokens[first].bare in AROUND:
        first += 1
    return tokens.text_of(first, last)[:60]


def _take(tokens: Tokens, span: Span, vocabulary: Vocabulary) -> None:
    """Take the words of a line; a name or a place beside them stays."""
    for at in range(*span):
        token = tokens[at]
        if token.number or token.bare in TIMES | UNITS or token.bare in NUMBERS or _word(token, vocabulary):
            token.used = True
