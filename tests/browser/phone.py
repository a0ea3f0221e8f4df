"""A phone in a hand: 360 × 640, touch. It remembers everything that went wrong on the pages it saw."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, Response

ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
PICTURES = bool(os.environ.get("TEST_PICTURES"))
WIDTH, HEIGHT = 360, 640
PATIENCE_S = 30  # a loaded machine is slow, not broken
TALLEST = 8000  # what Chromium draws at once everywhere; the rest of a longer list looks like its beginning
LOCALES = {"ar": "ar-DZ", "fr": "fr-DZ", "en": "en-GB"}
# The browser says this of every answer from 400 on; the answers are looked at themselves.
_SAID_ANYWAY = "Failed to load resource"
# In the worker: true once nothing comes through any more. The browser may tell it later than it tells the page.
_CUT_OFF = f"""async () => {{
  for (const end = performance.now() + {1000 * PATIENCE_S}; performance.now() < end;) {{
    try {{ await fetch('/healthz', {{ cache: 'no-store' }}); }} catch {{ return true; }}
  }}
  return false;
}}"""


class Phone:
    """One person's browser, her language, and the complaints about what she saw."""

    def __init__(self, browser: Browser, *, base: str, lang: str, javascript: bool, **more: Any) -> None:
        settings: dict[str, Any] = {
            "viewport": {"width": WIDTH, "height": HEIGHT}, "screen": {"width": WIDTH, "height": HEIGHT},
            "is_mobile": True, "has_touch": True, "locale": LOCALES[lang], "timezone_id": "Africa/Algiers",
            "java_script_enabled": javascript, "base_url": base, "reduced_motion": "reduce",
        }  # fmt: skip
        self.base, self.lang, self.javascript = base, lang, javascript
        self.context: BrowserContext = browser.new_context(**(settings | more))
        self.context.set_default_timeout(1000 * PATIENCE_S)
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        self.context.on("response", self._response)
        self.page: Page = self.context.new_page()

    def open(self, path: str) -> Page:
        """Go to an address of the shop."""
        self.page.goto(path)
        self._past_copies()
        return self.page

    def tap(self, target: Locator) -> None:
        """Tap something that leads to another page, and wait until that has come.

        What goes by the worker's queue may lead to a new part of the same page first, and then read the page anew.
        """
        queued = target.evaluate("each => 'later' in ((each.form ?? each.closest('form'))?.dataset ?? {})")
        with self.page.expect_event("load") if queued else self.page.expect_navigation():
            target.tap()
        self._past_copies()

    def lose_the_network(self) -> None:
        """Cut the network, and wait until the page knows, and its worker, which answers for it from now on."""
        self.context.set_offline(True)
        until(self.page, "!navigator.onLine")
        for worker in self.context.service_workers:
            assert worker.evaluate(_CUT_OFF), "the worker still reaches the shop"

    def find_the_network(self) -> None:
        """Let the network come back, and wait until the page knows."""
        self.context.set_offline(False)
        until(self.page, "navigator.onLine")

    def hear_that_the_network_is_back(self) -> None:
        """Let the page hear it, as a browser tells it, whatever page it is by now."""
        until(self.page, "dispatchEvent(new Event('online')) || true")

    def _past_copies(self) -> None:
        """Ask again as long as the worker shows its copy, because the shop was slower than its patience."""
        for _time in range(5):
            if not now(self.page, "'kept' in document.documentElement.dataset && navigator.onLine"):
                return
            self.page.reload()

    def picture(self, name: str) -> None:
        """Keep a picture of the whole screen for a person to look at, if one asked for them."""
        if not PICTURES:
            return
        file = ARTEFACTS / self.lang / f"{name}{'' if self.javascript else '-plain'}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        tall = self._height()
        self.page.set_viewport_size({"width": WIDTH, "height": min(max(HEIGHT, tall), TALLEST)})
        self.page.screenshot(path=file)
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})

    def _height(self) -> int:
        """Return how tall the page is, once it stays: a form that was queued leads on by itself after its answer."""
        return int(until(self.page, "document.documentElement?.scrollHeight ?? 0"))

    def quietly(self, action: Callable[[], object], *, status: int) -> None:
        """Do what is meant to answer with an error of this status."""
        self.expected.add(status)
        action()
        self.expected.discard(status)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_SAID_ANYWAY):
            self.complaints.append(f"console: {message.text} ({message.page.url if message.page else ''})")

    def _response(self, response: Response) -> None:
        document = response.request.resource_type == "document"
        if response.status >= (500 if document else 400) and response.status not in self.expected:
            self.complaints.append(f"{response.status} {response.url}")


def now(page: Page, expression: str) -> Any:
    """Ask the page something; None while it is just leaving for another one."""
    try:
        return page.evaluate(expression)
    except Error:
        return None


def until_reloaded(phone: Phone, holds: Callable[[], bool]) -> None:
    """Read a page anew until something holds on it: what another process does takes its time."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, phone.page.locator("main").inner_text()
        time.sleep(0.3)
        phone.page.reload()


def until(page: Page, expression: str) -> Any:
    """Wait until something is so in the page, and return it (Playwright's own way needs `eval`, which ours forbid)."""
    patience = time.monotonic() + PATIENCE_S
    while time.monotonic() < patience:
        if found := now(page, expression):
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"never so: {expression}")


def place(target: Locator) -> dict[str, float]:
    """Return where something lies that is shown, or will be in a moment: x, y, width and height."""
    patience = time.monotonic() + PATIENCE_S
    while time.monotonic() < patience:
        if box := target.bounding_box():
            return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}
        target.page.wait_for_timeout(50)  # a list that is drawn anew has it for a moment only
    raise AssertionError(f"{target} is not shown")


def under_the_thumb(action: Locator) -> None:
    """Assert that an action can be tapped without scrolling, in the lower half of the screen or in a sticky bar."""
    scrolled = action.page.evaluate("scrollY")
    assert scrolled == 0, f"scrolled by {scrolled}"
    box = place(action)
    middle = box["y"] + box["height"] / 2
    in_bar = action.evaluate("each => each.closest('.bar') !== null")
    assert box["y"] + box["height"] <= HEIGHT + 1, f"{action} ends at {box['y'] + box['height']:.0f} of {HEIGHT}"
    assert in_bar or middle >= HEIGHT / 2, f"{action} lies at {middle:.0f} of {HEIGHT}"
    assert box["height"] >= 44, f"{action} is {box['height']:.0f} px high"
