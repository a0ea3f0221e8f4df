"""What the lines of one product ask for: read and checked; nothing is compared with the shop yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shop.catalogue.families import FAMILIES, Said
from shop.catalogue.service import MOST_VARIANTS, PRICELESS, TOO_MANY_VARIANTS
from shop.core import cells
from shop.core.text import fold
from shop.plumbing.i18n import LANGUAGES, N_
from shop.spreadsheets.columns import SAID
from shop.spreadsheets.values import NOTHING, Bad, Field, Line, Reading, amount, day, listed, text, whole, yes
from shop.stores.crafts import CRAFT_NAMES

MOST_STOCK, MOST_WEIGHT, MOST_DAYS, MOST_WEEKLY = 9_999, 100_000, 180, 1_000
STATES: Mapping[str, str] = {"draft": N_("Draft"), "published": N_("In the shop"), "hidden": N_("Hidden")}

NO_REFERENCE = N_("Write a reference: a code of your own that names this product, on this line and next time.")
SAME_CHOICE = N_("Line {line} has the same choice. Write what makes this one different.")


@dataclass
class Choice:
    """One variant as a line asks for it; None leaves as it is."""

    line: int
    labels: dict[str, str]
    price_minor: int | None
    on_hand: int | None
    offered: bool | None = None


@dataclass
class Wanted(Reading):
    """One product as its lines ask for it: only what they say. `said` is what its family asks, by key and language."""

    reference: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    said: dict[str, dict[str, str]] = field(default_factory=dict)
    lot: dict[str, Any] = field(default_factory=dict)
    state: str = ""
    choices: list[Choice] = field(default_factory=list)


def wanted(reference: str, lines: Sequence[Line]) -> Wanted:
    """Read the lines of one product; what cannot be read is a problem, and all problems are found."""
    found = Wanted(reference=reference)
    if not reference:
        found.wrong(lines[0].number, NO_REFERENCE)
    _sort_out(found, found.agreed(lines, _OF_A_PRODUCT))
    found.choices += [_choice(found, line) for line in lines]
    _require_different(found, lines)
    return found


def _sort_out(found: Wanted, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if key.startswith(SAID):
            name, lang = _SAID[key]
            found.said.setdefault(name, {})[lang] = value
        elif key.startswith("lot"):
            found.lot[key.removeprefix("lot_")] = value
        elif key == "state":
            found.state = value
        else:
            found.fields[key] = value


def _choice(found: Wanted, line: Line) -> Choice:
    labels = {lang: _given(found, line, f"choice_{lang}", "") for lang in LANGUAGES}
    price, offered = _given(found, line, "price", None), _given(found, line, "offered", None)
    stock = _given(found, line, "stock", None)
    if stock is not None and cells.whole(line.cells.get("stock_seen", "")) == stock:
        stock = None  # as the export wrote it: she did not count
    return Choice(line.number, labels, price, stock, offered)


def _given(found: Wanted, line: Line, key: str, otherwise: Any) -> Any:
    value = found.value(line, key, _OF_A_CHOICE[key])
    return otherwise if value is NOTHING else value


def _require_different(found: Wanted, lines: Sequence[Line]) -> None:
    seen: dict[str, int] = {}
    for line, choice in zip(lines, found.choices, strict=True):
        name = fold(" ".join(choice.labels.values()))
        if name in seen:
            found.wrong(line.number, SAME_CHOICE, line=seen[name])
        seen.setdefault(name, line.number)
    if len(lines) > MOST_VARIANTS:
        found.wrong(lines[-1].number, TOO_MANY_VARIANTS, most=MOST_VARIANTS)


# ── how each column is read ───────────────────────────────────────────────────────────────────────────────────────


def _price(typed: str) -> int:
    found = amount(typed)
    if found == 0:
        raise Bad(PRICELESS)
    return found


_OF_A_CHOICE: Mapping[str, Field] = {
    **{f"choice_{lang}": Field(text(80)) for lang in LANGUAGES},
    "price": Field(_price),
    "stock": Field(whole(0, MOST_STOCK)),
    "offered": Field(yes),
}


def _reader_of(said: Said) -> Field:
    match said.kind:
        case "number":
            number = whole(1, 100_000)
            return Field(lambda typed: str(number(typed)), "")
        case "choice":
            namesakes = (each for family in FAMILIES.values() for each in family.all if each.key == said.key)
            return Field(listed(choice for each in namesakes for choice in each.choices), "")
        case "date":
            return Field(lambda typed: day(typed).isoformat(), "")
        case "tick":
            return Field(lambda typed: "1" if yes(typed) else "", "")
        case _:
            return Field(text(said.most, block=said.kind in {"text", "long"}), "")


def _said_fields() -> dict[str, tuple[str, str, Field]]:
    found: dict[str, tuple[str, str, Field]] = {}
    for family in FAMILIES.values():
        for said in family.all:
            for lang in LANGUAGES if said.kind == "text" else ("",):
                key = f"{SAID}{said.key}_{lang}" if lang else f"{SAID}{said.key}"
                found.setdefault(key, (said.key, lang, _reader_of(said)))
    return found


_SAID_FIELDS = _said_fields()
_SAID = {key: (name, lang) for key, (name, lang, _column) in _SAID_FIELDS.items()}
_OF_A_PRODUCT: Mapping[str, Field] = {
    **{f"name_{lang}": Field(text(160), "") for lang in LANGUAGES},
    **{f"{what}_{lang}": Field(text(4000, block=True), "") for what in ("description", "materials")
       for lang in LANGUAGES},
    "craft": Field(listed(CRAFT_NAMES.items())),
    "family": Field(listed((key, family.title) for key, family in FAMILIES.items()), ""),
    "weight_g": Field(whole(0, MOST_WEIGHT)),
    "made_to_order_days": Field(whole(1, MOST_DAYS), None),
    "capacity_week": Field(whole(1, MOST_WEEKLY), None),
    "queue_most": Field(whole(1, MOST_WEEKLY), None),
    "fragile": Field(yes),
    "lot": Field(text(40)),
    "lot_made_on": Field(day),
    "lot_best_before": Field(day),
    "state": Field(listed(STATES.items())),
    **{key: column for key, (_name, _lang, column) in _SAID_FIELDS.items()},
}  # fmt: skip
