"""What MyDHL says of a parcel, in our words: the two letters of an event. What is not here stays unknown.

The letters are those of DHL's public list of Express statuses. Those that tell of no movement (SC, RR, CS) and those
that can mean two things (PD: a part was delivered) are left out, so that nobody is told what may not be true.
"""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[str, str] = {
    "picked_up": "PU SA",
    "in_transit": "DF FD TR TP CR BR IC BN MC MS MD",
    "at_hub": "AF AR PL",
    "out_for_delivery": "WC",
    "ready_for_pickup": "CC",
    "attempt_failed": "NH CA ND BA CM RD",
    "on_hold": "OH HP CD UD AD SS",
    "delivered": "OK DD",
    "returning": "RT",
    "lost": "DS",
}
WORDS: Mapping[str, str] = {code: word for word, codes in _WORDS.items() for code in codes.split()}


def word_of(code: str) -> str:
    """Return one of our words for an event, `unknown` for one that is not in the table."""
    return WORDS.get(code.upper(), "unknown")
