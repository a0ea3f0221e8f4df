"""The fold of scans into a parcel's way: every order of every family's journeys, heard in any pieces, one end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise, permutations
from random import Random

import pytest

from shop.core.states import SCANS, SHIPMENT
from shop.shipping.contract import ParcelScan
from shop.shipping.scans import FINAL, folded
from shop.testing.carrier_parcels import CarrierSystem
from shop.testing.outside.serving import known

NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)
JOURNEYS = sorted({
    tuple(filter(None, map(import_module(f"shop.shipping.carriers.{kind.key}.statuses").word_of, journey)))
    for kind in known() if issubclass(kind, CarrierSystem) for journey in kind.journeys.values()
})  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """A scan as it is kept."""

    key: str
    word: str
    at: datetime


def way(words: tuple[str, ...]) -> list[ParcelScan]:
    return [
        ParcelScan(key=f"{at}", tracking="T", word=word, at=NOON + timedelta(hours=at), raw=word)
        for at, word in enumerate(words)
    ]


def heard(*pieces: list[ParcelScan]) -> tuple[list[str], int]:
    """Return the states through which a parcel goes whose scans come in these pieces, and how many are kept."""
    went, kept = ["handed_over"], list[Heard]()
    for piece in pieces:
        for scan, steps in folded(went[-1], piece, kept):
            went += steps
            kept.append(Heard(scan.key, scan.word, scan.at))
    return went, len(kept)


@pytest.mark.parametrize("words", JOURNEYS, ids="-".join)
def test_scans_in_every_order_and_again_lead_to_one_end(words: tuple[str, ...]) -> None:
    scans = way(words)
    (*_way, end), _kept = heard(scans)
    for order in permutations(scans):
        went, kept = heard(*([each] for each in order), scans[:2])
        assert (went[-1], kept) == (end, len(scans)), [each.word for each in order]
        assert all(SHIPMENT.allows(old, new) for old, new in pairwise(went))
        assert sum(each in FINAL for each in went) == (end in FINAL)


@pytest.mark.parametrize("words", JOURNEYS, ids="-".join)
def test_wherever_a_way_has_got_to_its_pieces_agree(words: tuple[str, ...]) -> None:
    for far in range(1, len(words) + 1):
        scans = way(words[:far])
        (*_way, here), _kept = heard(scans)
        for seed in range(200):
            chance = Random(seed)
            pieces = [chance.sample(scans, chance.randint(1, far)) for _each in range(3)]
            went, kept = heard(*pieces, [*scans, *pieces[0]])
            assert (went[-1], kept) == (here, far), pieces


def test_a_repeat_within_one_answer_is_the_same_scan() -> None:
    (scan,) = way(("picked_up",))
    assert heard([scan, scan]) == (["handed_over", "in_transit"], 1)


def test_every_word_is_kept_and_what_is_unknown_moves_nothing() -> None:
    for word in (*SCANS, "never heard"):
        (found,) = folded("delivered", way((word,)), [])
        assert found[1] == []
