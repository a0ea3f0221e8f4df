"""Everything that one loaded page must keep to: axe's rules, no overflow, longer words, wider spacing, its bones."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.phone import Phone

HERE = Path(__file__).parent
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HEIGHT = 640
DESK_WIDTH = 1280
# WCAG 1.4.12, what a reader may set
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-block-end: 2em !important }"""


class Findings:
    """What was wrong on which page; looks at one page after the other."""

    def __init__(self, phone: Phone, area: str) -> None:
        self.phone, self.area, self.found = phone, area, list[str]()

    def look(self, name: str, *, wide: bool = True) -> None:
        """Keep a picture of the open page and write down its faults."""
        self.phone.picture(f"{self.area}-{name}")
        self.found += [f"{name}: {each}" for each in faults(self.phone.page, self.phone.lang, wide=wide)]
        self.phone.page.set_viewport_size({"width": 360, "height": 640})

    def settle(self) -> None:
        """Fail with everything that was found."""
        assert not self.found, f"{len(self.found)} faults\n" + "\n".join(self.found)


def faults(page: Page, lang: str, *, wide: bool = True) -> list[str]:
    """Return what is wrong with the page that is open: structure, accessibility, overflow. The page is spoilt then."""
    page.evaluate(_text("looks.js"))
    page.evaluate(_text("vendor/axe.min.js"))
    found = list(page.evaluate("lang => hirfaLooks.structure(lang)", lang))
    found += _violations(page, 360)
    if wide:
        found += _violations(page, DESK_WIDTH) + _outside(page, DESK_WIDTH)
    for width in (320, 360):
        found += _outside(page, width)
    page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
        " document.adoptedStyleSheets = [sheet]; }", SPACING,
    )  # fmt: skip
    found += [f"spaced: {each}" for each in _outside(page, 320) + page.evaluate("hirfaLooks.cut()")]
    page.evaluate("document.adoptedStyleSheets = []; hirfaLooks.lengthen()")
    for width in (320, 360):
        found += [f"longer: {each}" for each in _outside(page, width)]
    return found + [f"longer: {each}" for each in page.evaluate("hirfaLooks.cut()")]


def _violations(page: Page, width: int) -> list[str]:
    # a tall window: what a sticky bar happens to cover can be scrolled free
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(HEIGHT, tall)})
    answer: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'], elementRef: false })", RULES
    )
    return [
        f"axe at {width}: {each['id']} ({each['help']}): {each['nodes'][0]['html'][:160]} "
        f"{each['nodes'][0]['failureSummary'][:200]} [{len(each['nodes'])}]"
        for each in answer["violations"]
    ]  # fmt: skip


def _outside(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": HEIGHT if width < DESK_WIDTH else 800})
    return list(page.evaluate("width => hirfaLooks.outside(width)", width))


@cache
def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
