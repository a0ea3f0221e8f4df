"""Photos of parcels as a phone takes them in a workshop: their real labels, turned, blurred, grainy, dark, small."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from shop.documents.engine import labels_pdf
from shop.documents.queries import label_contents
from shop.plumbing.i18n import speaking
from tests.documents.cast import printed
from tests.studio.day import Day


def drawn(day: Day, codes: Sequence[str]) -> list[Image.Image]:
    """Return the labels of orders as they come out of a printer."""
    with day.application.app_context(), speaking("fr"):
        pdf = labels_pdf(label_contents(day.store_id, [day.parcel(code).id for code in codes]))
    return [printed(pdf, page).convert("L") for page in range(len(codes))]


def photo(
    labels: Sequence[Image.Image], *, size: tuple[int, int] = (1600, 1200), angle: float | None = None,
    fills: float = 0.6, blur: float = 0, grain: float = 0, light: float = 1, seed: int = 1, kind: str = "JPEG",
) -> bytes:  # fmt: skip
    """Return one photo of labels side by side on a workbench.

    Each fills so much of its part of the picture and is turned by `angle` degrees, or anyhow; `blur` is in pixels.
    """
    chance = random.Random(seed)
    bench = Image.effect_noise(size, 20).point(lambda level: 60 + level // 3)
    part = size[0] / len(labels)
    for n, label in enumerate(labels):
        scale = fills * min(size[1] / label.height, part / label.width)
        small = label.resize((round(label.width * scale), round(label.height * scale)), Image.Resampling.LANCZOS)
        turn = chance.uniform(-180, 180) if angle is None else angle
        turned = small.rotate(turn, Image.Resampling.BICUBIC, expand=True)
        where = round(part * (n + 0.5) - turned.width / 2), round((size[1] - turned.height) / 2)
        bench.paste(turned, where, Image.new("L", small.size, 255).rotate(turn, expand=True))
    taken = ImageEnhance.Brightness(bench.filter(ImageFilter.GaussianBlur(blur))).enhance(light)
    if grain:
        taken = ImageChops.add(taken, Image.effect_noise(size, grain), 1, -128)
    out = io.BytesIO()
    taken.save(out, kind, quality=82)
    return out.getvalue()


# How photos go wrong, and what part of fifty of each kind has to be read all the same.
KINDS: dict[str, tuple[dict[str, float], float]] = {
    "straight": ({"angle": 0}, 1), "turned anyhow": ({}, 1), "a little blurred": ({"blur": 1.5}, 1),
    "blurred": ({"blur": 2.5}, 0.9), "grainy": ({"grain": 30}, 1), "dark": ({"light": 0.25, "grain": 6}, 1),
    "very dark": ({"light": 0.1, "grain": 4}, 0.9), "from afar": ({"fills": 0.25}, 0.9),
    "blurred, grainy, dark and far": ({"blur": 1.2, "grain": 10, "light": 0.5, "fills": 0.5}, 0.9),
}  # fmt: skip
