"""Speaking with a company on Ecotrack: one token, everything in the query, three ways to refuse, fifty in a minute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.shipping.carriers import files
from shop.shipping.carriers.ecotrack.brands import BRANDS
from shop.shipping.contract import Answer, Http

# Their numbers of refusals, in an answer whose status says that all is well.
LOCKED, UNSERVED, NO_RETURN = "10001", "10002", "10003"
SAID: Mapping[str, str] = {
    LOCKED: "it is confirmed there already, and can no longer be changed",
    UNSERVED: "this company does not deliver to this wilaya",
    NO_RETURN: "its return can not be asked for",
}
MOST_PAGES = 25  # of forty parcels
TOO_MANY = "Too Many Attempts."
Params = Mapping[str, str | int | Sequence[str]]


@dataclass(frozen=True)
class Client:
    """One account at one of the companies."""

    brand: str
    token: str = field(repr=False)
    http: Http | None

    def get(self, path: str, **params: str | int | Sequence[str]) -> Any:
        """Read one answer."""
        return _read(self._way.get(self._url(path, params), headers=self._headers))

    def file(self, path: str, **params: str) -> bytes:
        """Read a PDF; what is refused is said in JSON."""
        answer = self._way.get(self._url(path, params), headers={**self._headers, **files.ASKED_FOR})
        if not answer.ok or b"%PDF-" not in answer.body[:1024]:
            _read(answer)
        return files.pdf_of(answer)

    def post(self, path: str, params: Params) -> Mapping[str, Any]:
        """Ask for something to be done. Raises Rejected when it was not."""
        return _done(_read(self._way.post(self._url(path, params), headers=self._headers)))

    def delete(self, path: str, params: Params) -> Mapping[str, Any]:
        """Remove. Raises Rejected when it stayed."""
        return _done(_read(self._way.delete(self._url(path, params), headers=self._headers)))

    def orders(self, **params: str | int) -> Iterator[Mapping[str, Any]]:
        """Read the list of parcels page by page. Raises Unavailable when it is longer than can be read."""
        for page in range(1, MOST_PAGES + 1):
            told = self.get("get/orders", page=page, **params)
            rows = told.get("data") if isinstance(told, Mapping) else None
            if not isinstance(rows, list):
                raise Unavailable("a list of parcels that is none")
            yield from (row for row in rows if isinstance(row, Mapping))
            last = told.get("last_page")
            if not rows or not isinstance(last, int) or page >= last:
                return
        raise Unavailable("the list of parcels is too long to be looked through")

    def _url(self, path: str, params: Params) -> str:
        query = urlencode(params, doseq=True)
        return f"{BRANDS[self.brand][1]}/api/v1/{path}" + (f"?{query}" if query else "")

    @property
    def _way(self) -> Http:
        if self.http is None or not (self.token and self.brand in BRANDS):
            raise Misconfigured("The partner has no key here yet. Please type it in the settings of delivery.")
        return self.http

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def _read(answer: Answer) -> Any:
    if answer.status in {401, 403}:
        raise Misconfigured("The partner refused these keys. Please compare them with those of your account there.")
    if answer.status == 429:
        raise Unavailable("the partner's limit of requests is reached for now")
    if answer.status in {400, 404, 422}:
        raise _refusal(answer.json())
    if not answer.ok:
        raise Unavailable(f"the partner answers {answer.status}")
    told = answer.json()
    if isinstance(told, Mapping) and told.get("message") == TOO_MANY:
        raise Unavailable("the partner's limit of requests is reached for now")
    return told


def _done(told: Any) -> Mapping[str, Any]:
    if not isinstance(told, Mapping):
        raise Unavailable("an answer that is none")
    if told.get("success") not in (True, 1, "1", "true"):
        raise _refusal(told)
    return told


def _refusal(told: Any) -> Rejected:
    """Return what a refusal says, in one line, under the fields that it names."""
    told = told if isinstance(told, Mapping) else {}
    number, errors = str(told.get("error") or ""), told.get("errors")
    if number in SAID:
        return Rejected(SAID[number], fields={"error": number})
    named = {str(name): _first(words) for name, words in errors.items()} if isinstance(errors, Mapping) else {}
    said = " ".join(named.values()) or str(told.get("message") or "") or "refused"
    return Rejected(said[:150], fields=named or {"parcel": "refused"})


def _first(words: object) -> str:
    return str(words[0] if isinstance(words, list) and words else words)


def rows_of(told: Any) -> list[Mapping[str, Any]]:
    """Return the rows of a list, which some companies send as an object with numbers for names, or inside `data`."""
    found = told.get("data", told) if isinstance(told, Mapping) else told
    rows = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
    return [row for row in rows if isinstance(row, Mapping)]


def by_tracking(told: Any) -> Mapping[str, Mapping[str, Any]]:
    """Return what was said of parcels by their numbers, keyed or in a list; nothing is taken by its position."""
    found = told.get("data", told) if isinstance(told, Mapping) else told
    if isinstance(found, Mapping):
        return {str(key): row for key, row in found.items() if isinstance(row, Mapping)}
    return {str(row.get("tracking")): row for row in rows_of(found) if row.get("tracking")}
