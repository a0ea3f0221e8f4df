"""The station: labels are brought ahead, printed one by one, told of; each step is written down before it is made."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from shop.print_station.notes import Notes
from shop.print_station.printers import DoubtError, Label, NotAcceptedError, Printer
from shop.print_station.server import AwayError, CutError, Job, RefusedError, Server

WAIT_S = 20  # how long the server may keep a question open
REST_S = 3  # between questions that the server does not keep open, as when many stations wait
CUTS = 2  # streams that were cut at once, one after the other, before the server is asked instead
ASKS_S = 3600  # for how long
PAUSES_S = (1, 2, 5, 10, 30)  # before the next try, when the server or the printer does not answer
LOOKS_S = 5  # after it looked at its printer and spoke with the server, it need not do so again
FRESH_S = 30  # a label that was fetched ahead is fetched again after that: its order may have been changed
LINES = 3  # to the server at once: labels come ahead while answers go


class _Coming(NamedTuple):
    """A label of which the server has told, and what of it is on its way here."""

    key: str
    again: bool
    label: Future[tuple[Label, float]] | None


class Station:
    """One printer of a workshop. Labels come ahead, and answers go, while it prints."""

    def __init__(self, server: Server, printer: Printer, notes: Notes, say: Callable[[str], None] = print) -> None:
        self._server, self._printer, self._notes, self._say = server, printer, notes, say
        self._lines = ThreadPoolExecutor(LINES)
        self._ahead: deque[_Coming] = deque()
        self._known: set[str] = set()  # the labels of this round
        self._telling: deque[Future[list[Job]]] = deque()
        self._said: str | None = None

    def recover(self) -> None:
        """Say what became of the labels that were under way when this station stopped. Raises AwayError."""
        for key, state in self._notes.open():
            found = self._looked(key) if state == "printing" else state
            if found in {"printed", "doubtful"}:
                self._tell(key, "confirmed" if found == "printed" else "doubtful", "the station was stopped")

    def _looked(self, key: str) -> str:
        """Write down what the printer knows of a label that was being printed."""
        found = {True: "printed", False: "taken", None: "doubtful"}[self._printer.has(key)]
        self._notes.write(key, found)
        return found

    def report(self, problem: str | None) -> None:
        """Say how the printer is, if that is news. Raises AwayError, RefusedError."""
        if problem is not None and problem != self._said:
            self._server.printer(problem)
            self._said = problem

    def once(self, wait_s: int = WAIT_S) -> bool:
        """Print what there is; tell whether any was new. Raises AwayError, NotAcceptedError, RefusedError."""
        self._forget()
        self.report(problem := self._printer.problem())
        return self._work(self._server.work(wait_s), problem)

    def follow(self) -> bool:
        """Print what the server tells of while its answer stays open; tell whether any was new.

        Raises AwayError, NotAcceptedError, RefusedError; CutError when no answer stays open on this line.
        """
        news, looked = False, 0.0
        for number, found in enumerate(self._server.stream()):
            if not found and time.monotonic() - looked < LOOKS_S:  # it lay here while labels were printed
                continue
            self._forget()
            self.report(problem := self._printer.problem())
            if not found:
                self._server.here()
            # The first line is what is so now. One that came later may have lain here while a label was printed.
            fresh = [each for each in found if number == 0 or not self._notes.of(each[0])]
            news = self._work(fresh, problem) or news
            looked = time.monotonic()
        return news

    def _forget(self) -> None:
        """Begin a round."""
        self._ahead.clear()
        self._telling.clear()
        self._known.clear()

    def _work(self, found: list[Job], problem: str | None) -> bool:
        """Print these labels, and those that the answers tell of; tell whether any was new."""
        news = any(not self._notes.of(key).startswith("told ") for key, _again in found)
        # Nothing is fetched ahead for a printer that does not print: phones pay for what they load.
        self._begin(found[:1] if problem or self._said else found)
        while self._ahead or self._telling:
            if self._ahead:
                self._print(self._ahead[0])
                self._ahead.popleft()
            while self._telling and (self._telling[0].done() or not self._ahead):
                self._begin(self._telling.popleft().result())
        return news

    def _begin(self, found: list[Job]) -> None:
        """Have labels brought that are news."""
        for key, again in found:
            if key in self._known:
                continue
            self._known.add(key)
            label = None
            if self._notes.of(key) == "taken" or not (again or self._notes.of(key)):
                self._notes.write(key, "taken")
                label = self._lines.submit(self._fetched, key)
            self._ahead.append(_Coming(key, again, label))

    def _fetched(self, key: str) -> tuple[Label, float]:
        return self._server.label(key), time.monotonic()

    def _print(self, coming: _Coming) -> None:
        key, state = coming.key, self._notes.of(coming.key)
        if state.startswith("told "):  # the server has not kept what it was told: it is told again
            self._tell_soon(key, state.removeprefix("told "))
        elif state == "printed":
            self._tell_soon(key, "confirmed")
        elif coming.label is None:
            self._doubt(key, "the printer did not say" if state else "no note of it is left")
        elif label := self._label(key, coming.label):
            self._give(key, label)

    def _label(self, key: str, coming: Future[tuple[Label, float]]) -> Label | None:
        """Return a label that was brought, brought again if that was long ago; None for one that nobody wants now."""
        try:
            label, at = coming.result()
            return label if time.monotonic() - at < FRESH_S else self._server.label(key)
        except RefusedError as error:
            if error.status not in {404, 409} or error.word == "token":
                raise
            self._notes.write(key, "told failed")
            self._say(f"{key}: not wanted any more ({error.word})")
            return None

    def _give(self, key: str, label: Label) -> None:
        self._notes.write(key, "printing")
        try:
            self._printer.accept(key, label)
        except NotAcceptedError as error:
            self._notes.write(key, "taken")
            self.report(error.word)
            raise
        except DoubtError as error:
            self._doubt(key, str(error))
            return
        self._notes.write(key, "printed")
        self._say(f"{key}: printed")
        self._tell_soon(key, "confirmed")
        if self._said:
            self.report("")

    def _doubt(self, key: str, why: str) -> None:
        self._notes.write(key, "doubtful")
        self._say(f"{key}: maybe printed ({why})")
        self._tell_soon(key, "doubtful", why)

    def _tell_soon(self, key: str, state: str, why: str = "") -> None:
        self._telling.append(self._lines.submit(self._tell, key, state, why))

    def _tell(self, key: str, state: str, why: str = "") -> list[Job]:
        more: list[Job] = []
        try:
            more = self._server.answer(key, state, why)
        except RefusedError as error:
            if error.status not in {404, 409} or error.word == "token":  # it was settled by somebody meanwhile
                raise
        self._notes.write(key, f"told {state}")
        return more


def run(station: Station, say: Callable[[str], None] = print) -> None:
    """Print until the station is let go; whatever does not answer is asked again. Raises RefusedError."""
    tries, cuts, asks_until, recovered = 0, 0, 0.0, False
    while True:
        asked = time.monotonic()
        try:
            if not recovered:
                station.recover()
                recovered = True
            news = station.once() if asked < asks_until else station.follow()
            if not news and time.monotonic() - asked < REST_S:
                time.sleep(REST_S)
            tries, cuts = 0, 0
        except CutError as error:
            cuts += 1
            if cuts >= CUTS:
                say(f"server: the line does not stay open ({error}); asking now and then for {ASKS_S // 60} minutes")
                asks_until = time.monotonic() + ASKS_S
        except (AwayError, NotAcceptedError) as error:
            cuts = 0
            tries = 0 if time.monotonic() - asked > PAUSES_S[-1] else tries
            pause = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
            say(f"{'server' if isinstance(error, AwayError) else 'printer'}: {error}; again in {pause} s")
            tries += 1
            time.sleep(pause)
