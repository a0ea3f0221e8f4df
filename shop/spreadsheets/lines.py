"""What the lines of one product ask for: read, checked, and compared with the product there is; nothing is written.

A problem is {"line", "said", "values"}; a change is {"field", "choice", "before", "after"}: plain JSON, said in words
when it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shop.catalogue.models import Product, Variant
from shop.catalogue.service import MOST_VARIANTS, NAMELESS, OWN_NUMBER, PRICELESS, TOO_MANY_VARIANTS
from shop.core.text import clean, clean_block, fold
from shop.plumbing.i18n import LANGUAGES, N_, _, speaking
from shop.spreadsheets import cells
from shop.spreadsheets.columns import PRODUCT
from shop.stores.crafts import CRAFT_NAMES

MOST_STOCK, MOST_PRICE, MOST_WEIGHT, MOST_DAYS = 9_999, 10_000_000_00, 100_000, 180
LONGEST = {"reference": 40, "name": 160, "choice": 80, "description": 4000, "materials": 4000}

NO_REFERENCE = N_("Write a reference: a code of your own that names this product, on this line and next time.")
NO_SUCH_NUMBER = N_("There is no product {reference} in your shop. Write a reference of your own to make a new one.")
NOT_A_PRICE = N_("Price: write the amount in dinars in figures, for example 650 or 1250,50.")
NOT_WHOLE = N_("{column}: write a whole number between {least} and {most}.")
NOT_YES = N_("{column}: write yes or no.")
NO_SUCH_CRAFT = N_("Craft: “{text}” is not in the list. Copy a name from the template.")
TOO_LONG = N_("{column}: at most {most} characters.")
TWO_ANSWERS = N_("{column}: line {line} says something else about the same product. Write it once, or twice the same.")
SAME_CHOICE = N_("Line {line} has the same choice. Write what makes this one different.")
WHICH_CHOICE = N_("This product has several choices. Write which one this line is about.")
NO_PRICE = N_("Write a price above zero: this line makes something new.")

Problem = dict[str, Any]
Change = dict[str, Any]


class Line(NamedTuple):
    """One line of a sheet: its number, and what stands in our columns."""

    number: int
    cells: Mapping[str, str]


@dataclass
class Choice:
    """One variant as a line asks for it; None leaves as it is."""

    line: int
    labels: dict[str, str]
    price_minor: int | None
    on_hand: int | None


@dataclass
class Wanted:
    """One product as its lines ask for it: only what they say."""

    reference: str
    fields: dict[str, Any] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)  # columns with a cell that is a problem already


@dataclass
class Plan:
    """What is to be done for one product: `matched` are its variants with what the sheet says of each."""

    verdict: str
    wanted: Wanted
    known: Known | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    matched: list[tuple[Variant, Choice]] = field(default_factory=list)
    added: list[Choice] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """Why nothing of it is done."""
        return self.wanted.problems


@dataclass
class Known:
    """A product that is there, with its variants in their order."""

    product: Product
    variants: list[Variant]


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def wanted(reference: str, lines: Sequence[Line]) -> Wanted:
    """Read the lines of one product; what cannot be read is a problem, and all problems are found."""
    found = Wanted(reference)
    if not reference:
        _wrong(found, lines[0], NO_REFERENCE)
    said_on: dict[str, int] = {}
    for line in lines:
        for key, reader in _FIELDS.items():
            value = _read(found, line, key, reader)
            if value is None:
                continue
            if found.fields.setdefault(key, value) != value:
                _wrong(found, line, TWO_ANSWERS, column=_header(key), line=said_on[key])
            said_on.setdefault(key, line.number)
        found.choices.append(_choice(found, line))
    _require_different(found, lines)
    return found


def _choice(found: Wanted, line: Line) -> Choice:
    labels = {lang: _read(found, line, f"choice_{lang}", _text) or "" for lang in LANGUAGES}
    price = _read(found, line, "price", _price)
    stock = _read(found, line, "stock", _count)
    if stock is not None and cells.whole(line.cells.get("stock_seen", "")) == stock:
        stock = None  # as the export wrote it: she did not count
    return Choice(line.number, labels, price, stock)


def _require_different(found: Wanted, lines: Sequence[Line]) -> None:
    seen: dict[str, int] = {}
    for line, choice in zip(lines, found.choices, strict=True):
        name = fold(" ".join(choice.labels.values()))
        if name in seen:
            _wrong(found, line, SAME_CHOICE, line=seen[name])
        seen.setdefault(name, line.number)
    if len(lines) > MOST_VARIANTS:
        _wrong(found, lines[-1], TOO_MANY_VARIANTS, most=MOST_VARIANTS)


class _Bad(Exception):
    """A cell cannot be read; it carries the sentence and its values."""

    def __init__(self, said: str, **values: object) -> None:
        super().__init__(said)
        self.said, self.values = said, values


def _read(found: Wanted, line: Line, key: str, reader: Callable[[str, str], Any]) -> Any:
    text = line.cells.get(key, "")
    if not text.strip():
        return None
    try:
        return reader(key, text)
    except _Bad as bad:
        _wrong(found, line, bad.said, **bad.values)
        found.unread.add(key)
        return None


def _text(key: str, text: str) -> str:
    what = key.rpartition("_")[0]
    most = LONGEST[what]
    read = (clean_block if what in {"description", "materials"} else clean)(text, limit=most + 1)
    if len(read) > most:
        raise _Bad(TOO_LONG, column=_header(key), most=most)
    return read


def _price(_key: str, text: str) -> int:
    amount = cells.minor(text)
    if amount is None or amount > MOST_PRICE:
        raise _Bad(NOT_A_PRICE)
    if amount == 0:
        raise _Bad(PRICELESS)
    return amount


def _count(key: str, text: str) -> int:
    return _whole(key, text, 0, MOST_STOCK)


def _whole(key: str, text: str, least: int, most: int) -> int:
    number = cells.whole(text)
    if number is None or not least <= number <= most:
        raise _Bad(NOT_WHOLE, column=_header(key), least=least, most=most)
    return number


def _yes(key: str, text: str) -> bool:
    answer = cells.truth(text)
    if answer is None:
        raise _Bad(NOT_YES, column=_header(key))
    return answer


def _craft(_key: str, text: str) -> str:
    said = fold(text)
    for key, name in CRAFT_NAMES.items():
        if said in {fold(key), *(fold(each) for each in _in_all_languages(name))}:
            return key
    raise _Bad(NO_SUCH_CRAFT, text=clean(text, limit=40))


def _in_all_languages(message: str) -> list[str]:
    spoken = []
    for lang in LANGUAGES:
        with speaking(lang):
            spoken.append(_(message))
    return spoken


_FIELDS: Mapping[str, Callable[[str, str], Any]] = {
    **{f"name_{lang}": _text for lang in LANGUAGES},
    "craft": _craft,
    "weight_g": lambda key, text: _whole(key, text, 0, MOST_WEIGHT),
    "made_to_order_days": lambda key, text: _whole(key, text, 1, MOST_DAYS),
    "fragile": _yes,
    **{f"{what}_{lang}": _text for what in ("description", "materials") for lang in LANGUAGES},
}


def _header(key: str) -> str:
    return next(column.header for column in PRODUCT if column.key == key)


def _wrong(found: Wanted, at: Line | Choice, said: str, **values: object) -> None:
    number = at.number if isinstance(at, Line) else at.line
    found.problems.append({"line": number, "said": said, "values": values})


# ── comparing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def plan(wanted: Wanted, known: Known | None, looked: Mapping[int, int] | None = None) -> Plan:
    """Compare what is asked for with what is there; `looked` are the pieces of each variant at the dry run."""
    if known is None:
        return _new(wanted)
    made = Plan("same", wanted, known)
    _match(made, known)
    for key, value in wanted.fields.items():
        before = getattr(known.product, key)
        if before != value:
            made.fields[key] = value
            made.changes.append(_change(key, before, value))
    for variant, choice in made.matched:
        made.changes += _changes_of(variant, choice, (looked or {}).get(variant.id, variant.on_hand))
    made.changes += [_change("choice", "", _label(choice.labels)) for choice in made.added]
    made.verdict = "wrong" if made.problems else "changed" if made.changes else "same"
    return made


def _new(wanted: Wanted) -> Plan:
    line = wanted.choices[0]
    if wanted.reference.startswith(OWN_NUMBER):
        _wrong(wanted, line, NO_SUCH_NUMBER, reference=wanted.reference)
    if not any(wanted.fields.get(f"name_{lang}") or f"name_{lang}" in wanted.unread for lang in LANGUAGES):
        _wrong(wanted, line, NAMELESS)
    _fill_prices(wanted, wanted.choices, None)
    if len(wanted.choices) > 1:
        for choice in wanted.choices:
            if not any(choice.labels.values()):
                _wrong(wanted, choice, WHICH_CHOICE)
    return Plan("wrong" if wanted.problems else "new", wanted, added=list(wanted.choices))


def _match(made: Plan, known: Known) -> None:
    free = list(known.variants)
    for choice in made.wanted.choices:
        variant = _variant_of(choice, free, len(known.variants))
        if variant is not None:
            free.remove(variant)
            made.matched.append((variant, choice))
        elif not any(choice.labels.values()):
            _wrong(made.wanted, choice, WHICH_CHOICE)
        else:
            made.added.append(choice)
    if len(known.variants) + len(made.added) > MOST_VARIANTS:
        _wrong(made.wanted, made.added[0], TOO_MANY_VARIANTS, most=MOST_VARIANTS)
    _fill_prices(made.wanted, made.added, known.product.price_minor or None)


def _variant_of(choice: Choice, free: Sequence[Variant], several: int) -> Variant | None:
    """Return the variant that a line is about: by a label in any language, else the only one there is."""
    if not any(choice.labels.values()):
        return free[0] if several == 1 and free else next((each for each in free if not any(_labels(each))), None)
    for each in free:
        for lang, label in choice.labels.items():
            if label and fold(label) == fold(getattr(each, f"label_{lang}")):
                return each
    return free[0] if several == 1 and free and not any(_labels(free[0])) else None


def _fill_prices(wanted: Wanted, choices: Sequence[Choice], otherwise: int | None) -> None:
    """Give each new choice a price: its own, the first one written, or the product's."""
    first = next((each.price_minor for each in wanted.choices if each.price_minor), otherwise)
    for choice in choices:
        choice.price_minor = choice.price_minor or first
        if not choice.price_minor and "price" not in wanted.unread:
            _wrong(wanted, choice, NO_PRICE)


def _changes_of(variant: Variant, choice: Choice, pieces: int) -> list[Change]:
    label = _label(choice.labels) or _label(dict(zip(LANGUAGES, _labels(variant), strict=True)))
    changes = []
    if choice.price_minor is not None and choice.price_minor != variant.price_minor:
        changes.append(_change("price", variant.price_minor, choice.price_minor, label))
    if choice.on_hand is not None and choice.on_hand != pieces:
        changes.append(_change("stock", pieces, choice.on_hand, label))
    for lang, text in choice.labels.items():
        before = getattr(variant, f"label_{lang}")
        if text and text != before:
            changes.append(_change(f"choice_{lang}", before, text, label))
    return changes


def _labels(variant: Variant) -> tuple[str, ...]:
    return tuple(getattr(variant, f"label_{lang}") for lang in LANGUAGES)


def _label(labels: Mapping[str, str]) -> str:
    return labels.get("fr") or labels.get("ar") or labels.get("en") or ""


def _change(key: str, before: object, after: object, choice: str = "") -> Change:
    return {"field": key, "choice": choice, "before": _short(before), "after": _short(after)}


def _short(value: object) -> object:
    return value[:60] if isinstance(value, str) else value
