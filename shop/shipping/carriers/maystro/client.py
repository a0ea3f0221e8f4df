"""Speaking with Maystro: one token, lists in two shapes, refusals by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.shipping.contract import Answer, Http

BASE = "https://backend.maystro-delivery.com/api"
MOST_PAGES = 10


class Missing(Rejected):
    """There is nothing at this address."""


@dataclass
class Client:
    """One account. Its communes are fetched once by each client, which lives as long as a job does."""

    token: str = field(repr=False)
    http: Http | None
    _communes: list[Mapping[str, Any]] | None = field(default=None, repr=False)

    def get(self, path: str, **params: str | int) -> Any:
        """Read one answer."""
        return self._read(self._way.get(f"{BASE}/{path}", params=params or None, headers=self._headers))

    def post(self, path: str, body: object) -> Any:
        """Send JSON."""
        return self._read(self._way.post(f"{BASE}/{path}", json=body, headers=self._headers))

    def patch(self, path: str, body: object) -> Any:
        """Change by JSON."""
        return self._read(self._way.patch(f"{BASE}/{path}", json=body, headers=self._headers))

    def communes(self) -> list[Mapping[str, Any]]:
        """Return all of its communes."""
        if self._communes is None:
            self._communes = [each for each in rows(self.get("shared/communes/")) if number(each.get("id"))]
        return self._communes

    def orders(self, reference: str) -> Iterator[Mapping[str, Any]]:
        """Return its parcels under a reference, if it looks for one; else all. Raises Unavailable for too many."""
        for page in range(1, MOST_PAGES + 1):
            told = self.get("stores/orders/", external_order_id=reference, page=page)
            listed = told.get("list") if isinstance(told, Mapping) and isinstance(told.get("list"), Mapping) else told
            yield from rows(listed)
            if not isinstance(listed, Mapping) or not listed.get("next"):
                return
        raise Unavailable("the partner's list of parcels is longer than can be read")

    def _read(self, answer: Answer) -> Any:
        if answer.status in {401, 403}:
            raise Misconfigured("The partner refused these keys. Please compare them with those of your account there.")
        if answer.status == 404:
            raise Missing(_said(answer), fields={"parcel": "missing"})
        if answer.status in {400, 422}:
            raise Rejected(_said(answer), fields={"parcel": "refused"})
        if not answer.ok:
            raise Unavailable(f"the partner answers {answer.status}")
        return answer.json()

    @property
    def _way(self) -> Http:
        if self.http is None or not self.token:
            raise Misconfigured("The partner has no key here yet. Please type it in the settings of delivery.")
        return self.http

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Token {self.token}"}


def rows(told: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list, which may stand in `results`; none of what is no list."""
    found = told.get("results") if isinstance(told, Mapping) else told
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def number(told: object) -> int:
    """Return a number above zero; zero for what is none."""
    return told if isinstance(told, int) and not isinstance(told, bool) and told > 0 else 0


def _said(answer: Answer) -> str:
    """Return what a refusal says, in one line: its detail, else its first field."""
    try:
        told = answer.json()
    except Unavailable:
        return f"refused ({answer.status})"
    if not isinstance(told, Mapping) or not told:
        return f"refused ({answer.status})"
    name, said = next(iter(told.items()))
    first = said[0] if isinstance(said, list) and said else said
    return (str(first) if name == "detail" else f"{name}: {first}")[:150]
