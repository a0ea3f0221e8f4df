"""Speaking with Procolis: two keys in headers, and answers of 200 that may be refusals, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.core.text import fold
from shop.shipping.contract import Answer, Http

BASE = "https://procolis.com/api_v1"
OPEN = fold("Accès activé")


@dataclass
class Client:
    """One account. Its prices are fetched once by each client, which lives as long as a job does."""

    token: str = field(repr=False)
    key: str = field(repr=False)
    http: Http | None
    _prices: list[Mapping[str, Any]] | None = field(default=None, repr=False)

    def check(self) -> None:
        """Ask whether the account is open. Raises Misconfigured."""
        told = self._read(self._way.get(f"{BASE}/token", headers=self._headers))
        if not isinstance(told, Mapping) or fold(str(told.get("Statut") or "")) != OPEN:
            raise Misconfigured(REFUSED)

    def prices(self) -> list[Mapping[str, Any]]:
        """Return what the account pays, by wilaya."""
        if self._prices is None:
            self._prices = _rows(self._post("tarification", {}))
        return self._prices

    def known(self, trackings: Sequence[str]) -> list[Mapping[str, Any]]:
        """Return what it knows of parcels; it answers `null` where it knows none."""
        return self._parcels("lire", [{"Tracking": each} for each in trackings])

    def add(self, parcels: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Ask for parcels; return what it says of each."""
        return self._parcels("add_colis", parcels)

    def _parcels(self, path: str, parcels: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        told = self._post(path, {"Colis": list(parcels)}) if parcels else None
        return _rows(told.get("Colis") if isinstance(told, Mapping) else None)

    def _post(self, path: str, body: object) -> Any:
        return self._read(self._way.post(f"{BASE}/{path}", json=body, headers=self._headers))

    def _read(self, answer: Answer) -> Any:
        if answer.status in {401, 403}:
            raise Misconfigured(REFUSED)
        if answer.status in {400, 404, 422}:
            raise Rejected(f"refused ({answer.status})")
        if not answer.ok:
            raise Unavailable(f"the partner answers {answer.status}")
        told = answer.json()
        if isinstance(told, Mapping) and "Statut" in told and fold(str(told["Statut"])) != OPEN:
            raise Misconfigured(REFUSED)  # a closed account is told so in a 200
        return told

    @property
    def _way(self) -> Http:
        if self.http is None or not (self.token and self.key):
            raise Misconfigured("The partner has no key here yet. Please type it in the settings of delivery.")
        return self.http

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"token": self.token, "key": self.key}


REFUSED = "The partner refused these keys. Please compare them with those of your account there."


def _rows(found: object) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
