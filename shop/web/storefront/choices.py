"""Choosing among the variants of a product: a plain list of chips, or one group of chips for each option."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shop.catalogue.models import Value, Variant
from shop.catalogue.queries import ProductView, Shot
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import LANGUAGES, _, pick

Address = Callable[[Variant], str]  # where the page stands on which a variant is chosen


@dataclass(frozen=True)
class Group:
    """One option as chips: its name, the name of its field, the value that is chosen, all values."""

    legend: str
    name: str
    value: int
    options: list[dict[str, Any]]


def chosen_of(view: ProductView, asked: Mapping[str, str]) -> Variant:
    """Return the variant that an address asks for, else the first that can be had."""
    wanted = asked.get("variant", "")
    if view.options and (first := asked.get("o1", "")):
        wanted = _paired(view, first, asked.get("o2", "")) or wanted
    found = next((each for each in view.variants if str(each.id) == wanted), None)
    return found or next((each for each in view.variants if view.can_buy(each)), view.variants[0])


def _paired(view: ProductView, first: str, second: str) -> str:
    """Return the shown variant of two values; of the first one alone, when the second does not go with it."""
    shown = {each.id for each in view.variants}
    mine = [each for each in view.options.faces.values() if str(each.first_id) == first and each.variant_id in shown]
    exact = [each for each in mine if str(each.second_id or "") == second]
    return str((exact or mine)[0].variant_id) if mine else ""


def plain_choices(view: ProductView, address: Address) -> list[dict[str, Any]]:
    """Return the variants as chips; none when there is nothing to choose."""
    if len(view.variants) < 2:
        return []
    one_price = len({each.price_minor for each in view.variants}) == 1
    return [
        {
            "value": each.id,
            "label": _label(each) if one_price else f"{_label(each)} · {money_text(each.price)}",
            "sold_out": not view.can_buy(each),
            "url": address(each),
        }
        for each in view.variants
    ]


def groups_of(view: ProductView, chosen: Variant, address: Address) -> list[Group]:
    """Return the options as groups of chips: a value of the first is struck when nothing is left of it, one of the
    second when nothing is left of it together with the first that is chosen."""
    face = view.options.faces.get(chosen.id)
    if not view.options or face is None or face.first_id is None:
        return []
    firsts = [
        _chip(view, each, [v for v in view.variants if _has(view, v, each.id)], address) for each in view.options.first
    ]
    groups = [Group(_named(view, 1), "o1", face.first_id, [each for each in firsts if each])]
    if view.options.second and face.second_id is not None:
        beside = [each for each in view.variants if _has(view, each, face.first_id)]
        seconds = [
            _chip(view, v, [each for each in beside if _has(view, each, v.id)], address) for v in view.options.second
        ]
        groups.append(Group(_named(view, 2), "o2", face.second_id, [each for each in seconds if each]))
    return groups


def pictures_of(view: ProductView, chosen: Variant) -> Sequence[Shot]:
    """Return the photographs, the one that shows the chosen variant first."""
    face = view.options.faces.get(chosen.id)
    if face is None or face.picture_id is None:
        return view.pictures
    return sorted(view.pictures, key=lambda each: each.id != face.picture_id)


def _has(view: ProductView, variant: Variant, value_id: int) -> bool:
    face = view.options.faces.get(variant.id)
    return face is not None and value_id in {face.first_id, face.second_id}


def _chip(view: ProductView, value: Value, variants: Iterable[Variant], address: Address) -> dict[str, Any]:
    """Return a value as a chip that leads to the first of its variants; nothing when none is shown."""
    mine = list(variants)
    if not mine:
        return {}
    left = [each for each in mine if view.can_buy(each)]
    return {
        "value": value.id, "label": pick({lang: getattr(value, f"label_{lang}") for lang in LANGUAGES})[0],
        "sold_out": not left, "url": address((left or mine)[0]),
    }  # fmt: skip


def _named(view: ProductView, n: int) -> str:
    return pick({lang: getattr(view.product, f"option{n}_{lang}") for lang in LANGUAGES})[0] or _("Choose")


def _label(variant: Variant) -> str:
    label, _lang = pick({lang: getattr(variant, f"label_{lang}") for lang in LANGUAGES})
    return label or _("Standard")
