"""Every page behind the sign-in, in Arabic and French: axe finds nothing, nothing overflows, longer words have room."""

from __future__ import annotations

import re

import pytest

from shop.demo.workshops import OPERATOR
from tests.browser.conftest import AMINA, MakePhone, speak
from tests.browser.looks import Findings
from tests.browser.walk import kind, pages_behind

pytestmark = pytest.mark.browser

STUDIO = "/studio/atelier-amina/"


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_studio_is_for_everybody(phone: MakePhone, keys: dict[str, object], lang: str) -> None:
    amina = phone(lang, storage_state=keys[AMINA])
    speak(amina)
    findings = Findings(amina, "studio")
    seen = 0
    for path in pages_behind(amina, STUDIO, under="/studio/"):
        amina.open(path)
        findings.look(_file(path))
        seen += 1
    page = amina.open(f"{STUDIO}orders?step=to_pack")
    amina.tap(page.locator("button[name=shipments]").first)
    findings.look("label-batch")
    assert seen >= 25, f"only {seen} pages were found"
    findings.settle()


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_desk_is_for_everybody(phone: MakePhone, keys: dict[str, object], lang: str) -> None:
    nadia = phone(lang, storage_state=keys[OPERATOR])
    speak(nadia)
    findings = Findings(nadia, "desk")
    for path in pages_behind(nadia, "/desk/", under="/desk/"):
        nadia.open(path)
        findings.look(_file(path))
    findings.settle()


def _file(path: str) -> str:
    return re.sub(r"\W+", "-", kind(path).removeprefix("/studio/atelier-amina")).strip("-") or "today"
