"""From a drawing to the three committed sizes."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image, ImageFilter

SIDE = 1200
SIZES = {900: (78, 58_000), 480: (74, 17_500), 240: (62, 6_000)}  # pixels: WebP quality, most bytes
GRAIN = 3.6

Box = tuple[float, float, float, float]

FILTERS = """<filter id="soft" x="-50%" y="-50%" width="200%" height="200%">
<feGaussianBlur stdDeviation="26"/></filter>
<filter id="blur" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="9"/></filter>
<filter id="haze" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="3"/></filter>"""


def relief(name: str, frequency: str, depth: float, gain: float, *, seed: int) -> str:
    """Define a filter that gives flat colour the uneven surface of soap, clay or cloth."""
    return (
        f'<filter id="{name}" x="0" y="0" width="100%" height="100%">'
        f'<feTurbulence type="fractalNoise" baseFrequency="{frequency}" numOctaves="4" seed="{seed}" result="n"/>'
        f'<feDiffuseLighting in="n" surfaceScale="{depth}" diffuseConstant="1.08" lighting-color="#fff" result="l">'
        '<feDistantLight azimuth="230" elevation="60"/></feDiffuseLighting>'
        f'<feComposite in="l" in2="SourceGraphic" operator="arithmetic" k1="{gain}" k2="0" k3="0.05" k4="0"'
        ' result="m"/><feComposite in="m" in2="SourceAlpha" operator="in"/></filter>'
    )


RELIEFS = (
    relief("soap", "0.012 0.03", 2.0, 1.06, seed=9)
    + relief("clay", "0.035 0.06", 3.0, 1.12, seed=4)
    + relief("cloth", "0.02 0.015", 2.6, 1.1, seed=7)
    + relief("wood", "0.004 0.09", 2.2, 1.1, seed=12)
)


def paint(body: str, view: Box = (0, 0, SIDE, SIDE)) -> Image.Image:
    """Render SVG elements; a smaller `view` is the same drawing seen from nearer."""
    box = " ".join(f"{value:g}" for value in view)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{SIDE}" height="{SIDE}">'
        f"<defs>{FILTERS}{RELIEFS}</defs>{body}</svg>"
    )
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg))
    return Image.open(io.BytesIO(png)).convert("RGBA").resize((SIDE, SIDE))


def finish(picture: Image.Image, *, seed: int) -> Image.Image:
    """Lay the light of an upper-left window and the grain of a photograph over the drawing."""
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float64)
    noise = np.random.default_rng(seed).normal(0, GRAIN, pixels.shape[:2])
    cloudy = Image.fromarray((noise + 128).clip(0, 255).astype("uint8")).filter(ImageFilter.GaussianBlur(1.6))
    noise = 0.6 * noise + 0.4 * (np.asarray(cloudy, dtype=np.float64) - 128)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    light = 1.035 - 0.14 * ((x - 0.35) ** 2 + (y - 0.32) ** 2)
    return Image.fromarray((pixels * light[..., None] + noise[..., None]).clip(0, 255).astype("uint8"))


def save_sizes(picture: Image.Image, key: str, folder: Path) -> None:
    """Write `key-900.webp`, `key-480.webp` and `key-240.webp`, without any metadata."""
    for size, (quality, most) in SIZES.items():
        small = picture.resize((size, size), Image.Resampling.LANCZOS)
        (folder / f"{key}-{size}.webp").write_bytes(encoded(small, quality, most))


def encoded(picture: Image.Image, quality: int, most: int) -> bytes:
    """Encode as WebP, lowering the quality until the picture fits in `most` bytes."""
    while True:
        stream = io.BytesIO()
        picture.save(stream, "WEBP", quality=quality, method=6)
        if stream.tell() <= most or quality < 30:
            return stream.getvalue()
        quality -= 4
