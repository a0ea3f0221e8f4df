"""Speaking with ZR Express: two keys in headers, searches in pages, refusals with their sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.shipping.carriers import cells
from shop.shipping.carriers.cells import is_mark
from shop.shipping.contract import Answer, Http

BASE = "https://api.zrexpress.app/api/v1"
PAGE = 1000
MOST_PAGES = 40


class Taken(Rejected):
    """Our reference was used before: a parcel of it is there."""


class Missing(Rejected):
    """There is nothing under this mark or number."""


@dataclass
class Client:
    """One account. What it lists is fetched once by each client, which lives as long as a job does."""

    tenant: str
    key: str = field(repr=False)
    http: Http | None
    _listed: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict, repr=False)

    def get(self, path: str) -> Any:
        """Read one answer."""
        return self._read(self._way.get(f"{BASE}/{path}", headers=self._headers))

    def post(self, path: str, body: object) -> Any:
        """Send JSON."""
        return self._read(self._way.post(f"{BASE}/{path}", json=body, headers=self._headers))

    def delete(self, path: str) -> None:
        """Remove."""
        answer = self._way.delete(f"{BASE}/{path}", headers=self._headers)
        if not answer.ok:
            self._read(answer)

    def listed(self, what: str) -> list[Mapping[str, Any]]:
        """Return all that is there of territories, hubs or workflows."""
        if what not in self._listed:
            self._listed[what] = list(self._pages(what))
        return self._listed[what]

    def rates(self) -> list[Mapping[str, Any]]:
        """Return what the account pays, territory by territory."""
        if "rates" not in self._listed:
            told = self.get("delivery-pricing/rates")
            self._listed["rates"] = rows(told.get("rates") if isinstance(told, Mapping) else None)
        return self._listed["rates"]

    def _pages(self, what: str) -> Iterator[Mapping[str, Any]]:
        """Read page after page, until one brings nothing new: who takes smaller pages than asked is read whole too."""
        seen: set[str] = set()
        for page in range(1, MOST_PAGES + 1):
            told = self.post(f"{what}/search", {"pageNumber": page, "pageSize": PAGE})
            found = rows(told.get("items") if isinstance(told, Mapping) else None)
            new = [each for each in found if is_mark(str(each.get("id"))) and str(each["id"]) not in seen]
            yield from new
            seen |= {str(each["id"]) for each in new}
            if not new or told.get("hasNext") is False or len(seen) == told.get("totalCount"):
                return

    def _read(self, answer: Answer) -> Any:
        if answer.status in {401, 403}:
            raise Misconfigured("The partner refused these keys. Please compare them with those of your account there.")
        if answer.status == 404:
            raise Missing(_said(answer), fields={"parcel": "missing"})
        if answer.status == 409:
            raise Taken(_said(answer), fields={"reference": "taken"})
        if answer.status in {400, 422}:
            raise Rejected(_said(answer), fields={"parcel": "refused"})
        if not answer.ok:  # of which 429: the limits of this partner are not known
            raise Unavailable(f"the partner answers {answer.status}")
        return answer.json()

    @property
    def _way(self) -> Http:
        if self.http is None or not (self.tenant and self.key):
            raise Misconfigured("The partner has no key here yet. Please type it in the settings of delivery.")
        return self.http

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"X-Tenant": self.tenant, "X-Api-Key": self.key}


def rows(found: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list; none of what is no list."""
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object within an object; an empty one where there is none."""
    found = row.get(name)
    return found if isinstance(found, Mapping) else {}


def _said(answer: Answer) -> str:
    """Return what a refusal says, in one line."""
    found = cells.told(answer)
    said = [str(each.get("description") or each.get("message") or "") for each in rows(found.get("errors"))]
    words = " · ".join(each for each in said if each) or str(found.get("detail") or found.get("title") or "")
    return cells.refusal(words, answer)
