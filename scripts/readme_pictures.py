"""Photograph the running demo for the readme: `.venv/bin/python -m scripts.readme_pictures`, then look at them."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from shop.documents.engine import page_png
from tests.browser.conftest import AMINA, ARGUMENTS, find_chromium, sign_in, speak
from tests.browser.phone import Phone
from tests.browser.server import demo_shop

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
WIDTH = 540
TALL: ViewportSize = {"width": 360, "height": 800}
SOAP = "/p/40-x"


def main() -> None:
    """Open the demo on a phone and keep three pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo_shop(Path(folder) / "demo") as base, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        photograph(browser, base)
        browser.close()


def photograph(browser: Browser, base: str) -> None:
    """Keep a product's page in Arabic, Amina's day in French, and the first label of that day."""
    buyer = Phone(browser, base=base, lang="ar", javascript=True, device_scale_factor=1.5)
    buyer.page.set_viewport_size(TALL)
    buyer.open("/ar" + SOAP)
    buyer.page.wait_for_function("document.fonts.status === 'loaded'")
    buyer.open("/ar" + SOAP)  # the letters of the shop are there from the second page on
    keep("product-ar", buyer.page.screenshot())
    amina = Phone(browser, base=base, lang="fr", javascript=True, device_scale_factor=1.5)
    sign_in(amina, AMINA)
    speak(amina)
    amina.page.set_viewport_size(TALL)
    page = amina.open("/studio/atelier-amina/")
    keep("today-fr", page.screenshot())
    amina.tap(page.locator("form:has(input[name=shipments]) button.btn-big"))
    answer = amina.context.request.get(page.locator(".bar a").get_attribute("href") or "")
    keep("label", page_png(answer.body(), 0))


def keep(name: str, png: bytes) -> None:
    """Write a picture small enough for a readme."""
    with Image.open(io.BytesIO(png)) as picture:
        small = picture.convert("RGB").resize(
            (WIDTH, WIDTH * picture.height // picture.width), Image.Resampling.LANCZOS
        )
        small.quantize(128).save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
