"""Speaking with MyDHL: a user and a password in every request, JSON, refusals with their sentences.

A failure of a process is no refusal, whatever its status and number: it may have been done all the same.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.shipping.carriers import cells
from shop.shipping.contract import Answer, Http

BASES: Mapping[str, str] = {
    "live": "https://express.api.dhl.com/mydhlapi",
    "test": "https://express.api.dhl.com/mydhlapi/test",
}
REFUSED = "The partner refused these keys. Please compare them with those of your account there."
_TRACKING = re.compile(r"[0-9A-Za-z]{8,39}")
_IN_BETWEEN = re.compile(r"process\s+failure", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d{3,6}:\s*")


class Missing(Rejected):
    """There is nothing under this number or reference."""


@dataclass
class Client:
    """One account, at the real service or at the one for trying."""

    stage: str
    user: str
    password: str = field(repr=False)
    http: Http | None

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        """Read one answer."""
        return self._read(self._way.get(f"{self._base}/{path}", params=params, headers=self._headers("")))

    def post(self, path: str, body: object, *, reference: str = "") -> Any:
        """Send JSON. `reference` names the message to them; it does not keep them from doing it twice."""
        return self._read(self._way.post(f"{self._base}/{path}", json=body, headers=self._headers(reference)))

    def _read(self, answer: Answer) -> Any:
        if answer.ok:
            return answer.json()
        if answer.status in {401, 403}:
            raise Misconfigured(REFUSED)
        words = _said(answer)
        if answer.status == 404:
            raise Missing(words, fields={"parcel": "missing"})
        if answer.status in {400, 422} and not _IN_BETWEEN.search(words):
            raise Rejected(words, fields={"parcel": "refused"})
        raise Unavailable(f"the partner answers {answer.status}")

    @property
    def _base(self) -> str:
        return BASES.get(self.stage, BASES["live"])

    @property
    def _way(self) -> Http:
        if self.http is None or not (self.user and self.password):
            raise Misconfigured("The partner has no key here yet. Please type it in the settings of delivery.")
        return self.http

    def _headers(self, reference: str) -> Mapping[str, str]:
        words = b64encode(f"{self.user}:{self.password}".encode()).decode()
        named = {"Message-Reference": uuid5(NAMESPACE_URL, reference).hex} if reference else {}  # 32 of 28 to 36
        return {"Authorization": f"Basic {words}", "Accept": "application/json", **named}


def rows(found: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list; none of what is no list."""
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def part(row: object, name: str) -> Mapping[str, Any]:
    """Return an object within an object; an empty one where there is none."""
    found = row.get(name) if isinstance(row, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def is_tracking(text: str) -> bool:
    """Tell whether this can be a number of theirs, and stand in an address."""
    return _TRACKING.fullmatch(text) is not None


def _said(answer: Answer) -> str:
    """Return what a refusal says, in one line; where several things are wrong, what each of them is."""
    told = cells.told(answer)
    more = told.get("additionalDetails")
    details = [str(each) for each in more] if isinstance(more, list) else []
    details += [str(each.get("msg") or "") for each in rows(told.get("reasons"))]
    found = [each for each in details if each] or [str(told.get("detail") or told.get("message") or "")]
    words = " · ".join(dict.fromkeys(_NUMBERED.sub("", each) for each in found if each))
    return cells.refusal(words, answer)
