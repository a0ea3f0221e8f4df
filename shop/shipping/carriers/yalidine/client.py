"""Speaking with Yalidine and the companies that use its system: keys in headers, pages, refusals, quotas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.shipping.carriers import cells
from shop.shipping.contract import Answer, Http

TENANTS: Mapping[str, tuple[str, str]] = {  # key → as people know it, where it answers
    "yalidine": ("Yalidine", "https://api.yalidine.app"),
    "guepex": ("Guepex", "https://api.guepex.app"),
    "yalitec": ("Yalitec", "https://api.yalitec.me"),
    "economiqua": ("Economiqua", "https://api.economiqua.app"),
    "easyandspeed": ("Easy & Speed", "https://api.easyandspeed.app"),
    "wecan": ("WeCan Services", "https://api.wecanservices.me"),
}
PAGE = 1000
MOST_PAGES = 20


@dataclass
class Client:
    """One account at one of the companies."""

    brand: str
    api_id: str
    api_token: str = field(repr=False)
    http: Http | None

    def get(self, path: str, **params: str | int) -> Any:
        """Read one answer."""
        return self._read(self._way.get(self._url(path), params=params or None, headers=self._headers))

    def rows(self, path: str, **params: str | int) -> Iterator[Mapping[str, Any]]:
        """Read all pages of a list."""
        for page in range(1, MOST_PAGES + 1):
            told = self.get(path, page_size=PAGE, page=page, **params)
            if not isinstance(told, Mapping):
                raise Unavailable("a list of Yalidine that is none")
            rows = told.get("data")
            yield from (row for row in rows or () if isinstance(row, Mapping))
            if not told.get("has_more"):
                return

    def post(self, path: str, body: object) -> Any:
        """Send JSON."""
        return self._read(self._way.post(self._url(path), json=body, headers=self._headers))

    def delete(self, path: str) -> Any:
        """Remove."""
        return self._read(self._way.delete(self._url(path), headers=self._headers))

    def _read(self, answer: Answer) -> Any:
        if answer.status in {401, 403}:
            raise Misconfigured("The partner refused these keys. Please compare them with those of your account there.")
        if answer.status == 429:
            raise Unavailable("the partner's limit of requests is reached for now")
        if answer.status in {400, 404, 422}:
            raise Rejected(_said(answer))
        if not answer.ok:
            raise Unavailable(f"the partner answers {answer.status}")
        return answer.json()

    def _url(self, path: str) -> str:
        return f"{TENANTS[self.brand][1]}/v1/{path}"

    @property
    def _way(self) -> Http:
        if self.http is None or not (self.api_id and self.api_token and self.brand in TENANTS):
            raise Misconfigured("The partner has no key here yet. Please type it in the settings of delivery.")
        return self.http

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"X-API-ID": self.api_id, "X-API-TOKEN": self.api_token}


def _said(answer: Answer) -> str:
    """Return what a refusal says, in one line."""
    told = cells.told(answer)
    message = told.get("message") or told.get("error")
    words = message.get("message") if isinstance(message, Mapping) else message
    return cells.refusal(str(words or ""), answer)
