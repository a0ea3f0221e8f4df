"""What simulators of carriers share: parcels that go their way on the clock, quotas of accounts, a control port.

A carrier subclasses `CarrierSystem`, names its journeys, and says in `say` how a status is written down there.
`/control/<key>/parcels/<tracking>` moves a parcel, `/control/<key>/keys` closes accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from shop.testing.outside.world import System

STEP_S = 180  # beside a demo shop
View = Callable[..., Any]
Rule = tuple[str, str, View]


@dataclass
class Made:
    """A parcel of an account, with all that was said of it and what is still to come."""

    account: str
    tracking: str
    row: dict[str, Any]
    told: list[dict[str, Any]] = field(default_factory=list)
    script: list[tuple[datetime, str]] = field(default_factory=list)


class CarrierSystem(System):
    """A carrier in memory: the parcels of its accounts."""

    reference = "reference"  # the field of a row that holds our reference
    journeys: Mapping[str, tuple[str, ...]] = {}  # name → statuses, in its own words
    most: Mapping[str, tuple[int, int]] = {}  # window → its seconds, and the requests of an account in it

    def forget(self) -> None:
        """Know no parcels and refuse no key."""
        self.parcels: dict[str, Made] = {}
        self.closed: set[str] = set()
        self.limits = dict(self.most)
        self.pace_s = 0.0  # where it is more, parcels go their way by themselves, a step each so many seconds
        self.asked: dict[str, list[float]] = defaultdict(list)
        self.offences = 0

    def live(self) -> None:
        """Let every parcel go its way by itself."""
        self.pace_s = STEP_S

    def tick(self) -> None:
        """Let parcels go on their way."""
        now = self.world.clock.now()
        with self.lock:
            for made in list(self.parcels.values()):
                while made.script and made.script[0][0] <= now:
                    at, status = made.script.pop(0)
                    self.say(made, status, at=at)

    def say(self, made: Made, status: str, *, at: datetime, reason: str | None = None) -> None:
        """Write down a status of a parcel, and send the notice of it where there are any."""
        raise NotImplementedError("each carrier has its own words")

    def become(self, tracking: str, status: str, *, reason: str | None = None) -> None:
        """Say a status of a parcel now."""
        with self.lock:
            self.say(self.parcels[tracking], status, at=self.world.clock.now(), reason=reason)

    def go(self, tracking: str, journey: str, *, step_s: float) -> None:
        """Write down how a parcel goes on, a step each so many seconds; time does it."""
        with self.lock:
            now, made = self.world.clock.now(), self.parcels[tracking]
            steps = enumerate(self.journeys[journey], 1)
            made.script = [(now + timedelta(seconds=step_s * at), each) for at, each in steps]

    def set_out(self, made: Made, journey: str) -> None:
        """Let a parcel go its way by itself, where parcels do."""
        if self.pace_s:
            self.go(made.tracking, journey, step_s=self.pace_s)

    def mine(self, account: str, tracking: str) -> Made | None:
        """Return a parcel of an account; None for another one's."""
        made = self.parcels.get(tracking)
        return made if made is not None and made.account == account else None

    def of_reference(self, reference: str) -> list[Mapping[str, Any]]:
        """Return the parcels that were made under a reference."""
        with self.lock:
            return [each.row for each in self.parcels.values() if each.row[self.reference] == reference]

    def left(self, account: str) -> dict[str, int]:
        """Return how often an account may ask yet, by window."""
        now, seen = self.world.clock.now().timestamp(), self.asked[account]
        return {name: most - sum(at > now - s for at in seen) for name, (s, most) in self.limits.items()}

    def counted(self, account: str) -> dict[str, int] | None:
        """Count a request of an account; return what is left after it, None when it may not ask now."""
        left = self.left(account)
        if min(left.values(), default=1) <= 0:
            self.offences += 1
            return None
        self.asked[account].append(self.world.clock.now().timestamp())
        return {name: each - 1 for name, each in left.items()}

    def control(self) -> Blueprint:
        """Return what can be told: how a parcel goes, which accounts are closed."""
        port = Blueprint(f"{self.key}_control", __name__)

        @port.post("/parcels/<tracking>")
        def becomes(tracking: str) -> ResponseReturnValue:
            told = request.get_json(force=True)
            if "journey" in told:
                self.go(tracking, told["journey"], step_s=float(told.get("step_s", 3600)))
            else:
                self.become(tracking, told["status"], reason=told.get("reason"))
            return {}

        @port.post("/keys")
        def keys() -> ResponseReturnValue:
            self.closed = set(request.get_json(force=True)["closed"])
            return {}

        @port.get("/parcels")
        def made() -> ResponseReturnValue:
            return jsonify([each.row for each in self.parcels.values()])

        return port


def routes(
    port: Blueprint, prefix: str, rules: Sequence[Rule], admitted: Callable[[View], View], *, strict: bool = True
) -> None:
    """Serve a carrier's interface below a prefix: each rule a method, a path and its view, for who is admitted.

    One that is not strict answers with and without a slash at the end.
    """
    for at, (method, path, view) in enumerate(rules):
        rule = f"{prefix}{path}"
        port.add_url_rule(rule, f"rule-{at}", admitted(view), methods=[method], strict_slashes=strict)
