"""Which parcels wait for their partners, and why: it is silent, it refused them, or it is asked a few at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shop.fulfilment.queries import JobCard
from shop.shipping import partners


@dataclass(frozen=True, slots=True)
class AtPartner:
    """The parcels of one account that have no number yet; `code` is the first order that was refused."""

    carrier: str
    waiting: int
    refused: int
    code: str
    silent: bool


def at_partners(store_id: int, cards: Iterable[JobCard]) -> list[AtPartner]:
    """Return what waits of confirmed orders, by account."""
    found: dict[tuple[int, str], list[JobCard]] = {}
    for card in cards:
        if card.account_id is not None:
            found.setdefault((card.account_id, card.carrier_title), []).append(card)
    silent = partners.silent(store_id) if found else {}
    return [_of(mine, silent=account_id in silent) for (account_id, _title), mine in found.items()]


def _of(cards: list[JobCard], *, silent: bool) -> AtPartner:
    refused = [card.code for card in cards if card.refused]
    silent = silent or any(card.asked for card in cards if not card.refused)
    return AtPartner(cards[0].carrier_title, len(cards) - len(refused), len(refused), (*refused, "")[0], silent)
