"""How a deployment reaches the outside systems of its workshops."""

from __future__ import annotations

from dataclasses import dataclass

from shop.plumbing.http import Outbound
from shop.plumbing.seals import Seal


@dataclass(frozen=True)
class Outside:
    """What opens the secrets of adapters, the way to the network, and where notices come back to."""

    seal: Seal
    http: Outbound
    base_url: str
