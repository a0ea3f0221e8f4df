"""Algérie Poste and EMS Champion Post: no API for merchants; the number comes from the counter, on the receipt.

Prices are typed per wilaya, as on a rate sheet. The number is validated (UPU S10), never invented: until it is
written down, the parcel is known by our own reference.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shop.core import s10
from shop.core.errors import Rejected
from shop.shipping.carriers.rate_sheet import RateSheet, Settings
from shop.shipping.contract import Plugin

NOT_A_NUMBER = "This is not a number of Algérie Poste: look at the receipt, for example EE000000005DZ."
MOST_G = 20_000


@dataclass(frozen=True)
class PostSettings(Settings):
    """The rate sheet, with the weight that the post takes."""

    most_g: int = field(default=MOST_G)


@dataclass(frozen=True)
class AlgeriePoste(RateSheet):
    """Quotes from the sheet; the tracking number is written down when the counter has given it."""

    @property
    def key(self) -> str:
        """The plug-in's key."""
        return "algerie_poste"

    def number(self, typed: str) -> str:
        """Return the item's number as it stands on the receipt. Raises Rejected for one that is mistyped."""
        read = s10.read(typed)
        if read is None or not read.endswith("DZ"):
            raise Rejected(NOT_A_NUMBER, fields={"number": NOT_A_NUMBER})
        return read


PLUGIN = Plugin(
    key="algerie_poste",
    title="Algérie Poste, EMS",
    settings=PostSettings,
    build=lambda settings, _http: AlgeriePoste(settings),
    follow="https://aptracking.poste.dz/",
)
