"""What is said of print stations: in one line when one needs a hand, nothing while all is well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shop.documents import stations
from shop.documents.stations import Seen
from shop.plumbing.i18n import N_, _, ngettext

NO_PAPER = N_("there is no paper in it")
OPEN = N_("its cover is open")
USED_UP = N_("its ribbon or ink is used up")
PAUSED = N_("it is paused or switched off")
OTHER = N_("it has a problem, please look at it")
# In the words of IPP, and a few of the station's own.
PROBLEMS = {
    "media-empty": NO_PAPER, "media-needed": NO_PAPER, "input-tray-missing": NO_PAPER,
    "media-jam": N_("paper is jammed in it"), "cover-open": OPEN, "door-open": OPEN, "interlock-open": OPEN,
    "marker-supply-empty": USED_UP, "toner-empty": USED_UP, "paused": PAUSED, "moving-to-paused": PAUSED,
    "stopped": PAUSED, "shutdown": PAUSED, "offline": PAUSED,
    "unreachable": N_("the printer does not answer: is it on?"),
    "certificate-changed": N_("it shows another certificate than at first: the print station’s window says what to do"),
    "refused": N_("it does not take these labels: please look at its paper and its settings"),
}  # fmt: skip
OFF = frozenset({"paused", "moving-to-paused", "stopped", "shutdown", "offline", "unreachable"})


@dataclass(frozen=True, slots=True)
class Need:
    """A station that needs a hand: its name, and why."""

    name: str
    why: str


def needs(store_id: int) -> list[Need]:
    """Return what needs a hand, a line for each station, in one statement."""
    found = ((each, next(_whys(each), "")) for each in stations.seen(store_id))
    return [Need(each.station.name, why) for each, why in found if why]


def need_of(seen: Seen) -> str:
    """Return why a station needs a hand, or nothing."""
    return next(_whys(seen), "")


def _whys(seen: Seen) -> Iterator[str]:
    """Yield the reasons, the most pressing first. A printer that is off while nothing waits for it needs nothing."""
    if seen.doubtful:
        yield ngettext("{n} label maybe printed", "{n} labels maybe printed", seen.doubtful)
    here, problem = stations.is_here(seen.station), seen.station.problem
    if here and problem and (seen.waiting or problem not in OFF):
        yield _(PROBLEMS.get(problem, OTHER))
    if not here and seen.waiting:
        yield ngettext("does not answer, {n} label waits", "does not answer, {n} labels wait", seen.waiting)
    if seen.changed:
        yield ngettext(
            "{n} label was not printed: its order was changed",
            "{n} labels were not printed: their orders were changed", seen.changed,
        )  # fmt: skip
