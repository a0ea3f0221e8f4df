"""What a sheet can be about: each topic compares some of a sheet's things with the shop, and writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from shop.plumbing.journal import Actor
from shop.spreadsheets.values import Change, Line, Problem


class Asked(NamedTuple):
    """One thing on a sheet: what names it, its lines, and how many pieces of which variant the dry run saw."""

    reference: str
    lines: Sequence[Line]
    seen: Mapping[int, int]


@dataclass(frozen=True)
class Told:
    """What the dry run found of one thing: new, changed, same or wrong, and why."""

    verdict: str
    name: str
    changes: Sequence[Change] = ()
    problems: Sequence[Problem] = ()
    seen: Mapping[int, int] = field(default_factory=dict)


class Topic(NamedTuple):
    """`look` writes nothing; `write` returns for each thing why it was not written, nothing for what was."""

    look: Callable[[int, Sequence[Asked]], list[Told]]
    write: Callable[[int, Sequence[Asked], Actor], list[Sequence[Problem]]]
