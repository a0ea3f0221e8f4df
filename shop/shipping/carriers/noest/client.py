"""Speaking with NOEST: a token and the GUID of the user in each request, two ways to refuse, sixty in a minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.shipping.carriers import files
from shop.shipping.contract import Answer, Http

BASE = "https://app.noest-dz.com"
DUPLICATE, VALIDATED = "duplicate_order", "already_validated"
SAID: Mapping[str, str] = {
    DUPLICATE: "a draft of this parcel lies there already: delete it in your account there, then ask again",
    VALIDATED: "it is confirmed there already, and can no longer be changed",
    "account_suspended": "your account there is suspended", "inactive_commune": "this commune is not served now",
    "max_amount_exceeded": "the amount to collect is more than is allowed",
    "stopdesk_disabled": "this desk takes no parcels now", "station_code": "this desk is none of theirs",
}  # fmt: skip
REFUSED = "The partner refused these keys. Please compare them with those of your account there."
KEYS = frozenset({"user_guid", "api_token"})


@dataclass(frozen=True)
class Client:
    """One account."""

    guid: str
    token: str = field(repr=False)
    http: Http | None

    def get(self, path: str) -> Any:
        """Read one answer."""
        return _read(self._way.get(f"{BASE}/api/public/{path}", params={"user_guid": self.guid}, headers=self._headers))

    def file(self, path: str, **params: str) -> bytes:
        """Read a PDF from where the answer leads."""
        asked = {"user_guid": self.guid, **params}
        answer = self._way.get(f"{BASE}/api/public/{path}", params=asked, headers=self._headers)
        if 300 <= answer.status < 400:
            return files.fetched(self.http, answer.headers.get("location"))
        if not answer.ok:
            _read(answer)
        return files.pdf_of(answer)

    def ask(self, path: str, **body: object) -> Any:
        """Read one answer to what is asked in a body."""
        told = {"user_guid": self.guid, **body}
        return _read(self._way.post(f"{BASE}/api/public/{path}", json=told, headers=self._headers))

    def do(self, path: str, **body: object) -> Mapping[str, Any]:
        """Ask for something to be done. Raises Rejected when it was not."""
        told = self.ask(path, **body)
        if not isinstance(told, Mapping):
            raise Unavailable("an answer that is none")
        if told.get("success") not in (True, 1, "1", "true"):
            raise _refusal(told)
        return told

    @property
    def _way(self) -> Http:
        if self.http is None or not (self.guid and self.token):
            raise Misconfigured("The partner has no key here yet. Please type it in the settings of delivery.")
        return self.http

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def _read(answer: Answer) -> Any:
    if answer.status in {401, 403}:
        raise Misconfigured(REFUSED)
    if answer.status == 429:
        raise Unavailable("the partner's limit of requests is reached for now")
    if answer.status in {400, 404, 422}:
        raise _refusal(answer.json())
    if not answer.ok:
        raise Unavailable(f"the partner answers {answer.status}")
    return answer.json()


def _refusal(told: Any) -> Rejected | Misconfigured:
    """Return what a refusal says, in one line, under the fields that it names, or under the name of its kind."""
    told = told if isinstance(told, Mapping) else {}
    kind, errors = str(told.get("error") or ""), told.get("errors")
    if kind in SAID:
        return Rejected(SAID[kind], fields={"error": kind})
    named = {str(name): _first(words) for name, words in errors.items()} if isinstance(errors, Mapping) else {}
    if named and named.keys() <= KEYS:
        return Misconfigured(REFUSED)
    said = " ".join(named.values()) or str(told.get("message") or "") or kind or "refused"
    return Rejected(said[:150], fields=named or {"parcel": "refused"})


def _first(words: object) -> str:
    return str(words[0] if isinstance(words, list) and words else words)


def rows_of(told: Any) -> list[Mapping[str, Any]]:
    """Return the rows of a list, or of an object that has a name for each of them."""
    rows = told.values() if isinstance(told, Mapping) else told if isinstance(told, list) else ()
    return [row for row in rows if isinstance(row, Mapping)]
