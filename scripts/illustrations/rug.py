"""Woven wool: every knot is a cell of a grid, shaded as yarn."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from .canvas import SIDE, Box, paint
from .scenery import placed, shade

Grid = NDArray[np.int64]
Field = Callable[[int, int], int]
KNOT = (10, 9)


def banded(width: int, height: int, colours: int, *, seed: int) -> Grid:
    """Bands of lozenges, triangles, zigzags and combs between plain stripes."""
    rnd = random.Random(seed)
    grid = np.zeros((height, width), int)
    y = 4
    while y < height - 6:
        band, high = BANDS[rnd.choice(("lozenge", "triangle", "zigzag", "stripe", "comb", "lozenge"))]
        field = band(*rnd.sample(range(colours), 3))
        for row in range(min(high, height - 6 - y)):
            grid[y + row] = [field(x, row) for x in range(width)]
        y += high
        grid[y : min(y + 2, height - 6)] = rnd.randrange(colours)
        y += 2
    return bordered(grid)


def medallions(width: int, height: int, count: int) -> Grid:
    """Large nested lozenges down the middle on a ground with small crosses."""
    grid = np.zeros((height, width), int)
    tall = (height - 12) / count
    for y in range(height):
        for x in range(width):
            dx, dy = abs(x - width / 2 + 0.5), abs((y - 6) % tall - tall / 2)
            depth = dx / (width * 0.40) + dy / (tall * 0.5)
            steps = (0.16, 0.3, 0.42, 0.62, 0.74, 0.92)
            ring = next((i for i, edge in enumerate(steps) if depth < edge), -1)
            cross = (x + 3) % 12 < 3 and y % 12 < 3 and ((x + 3) % 12 == 1 or y % 12 == 1)
            grid[y, x] = (3, 1, 0, 2, 1, 4)[ring] if ring >= 0 else (1 if cross else 0)
    return bordered(grid)


def bordered(grid: Grid) -> Grid:
    grid[:4] = grid[-6:] = 0
    grid[:, :2] = grid[:, -2:] = 0
    return grid


def lozenge(a: int, b: int, c: int) -> Field:
    def knot(x: int, y: int) -> int:
        d = abs(x % 14 - 6.5) * 1.25 + abs(y - 9)
        return b if d < 3 else a if d < 5.5 else c if d < 8.2 else a

    return knot


def triangle(a: int, b: int, _c: int) -> Field:
    return lambda x, y: b if abs(x % 12 - 5.5) < y * 0.7 + 0.6 else a


def zigzag(a: int, b: int, c: int) -> Field:
    def knot(x: int, y: int) -> int:
        wave = abs(x % 12 - 6)
        return b if abs(y - 2 - wave) < 1.5 else c if abs(y - 5 - wave) < 1.2 else a

    return knot


def comb(a: int, b: int, _c: int) -> Field:
    return lambda x, y: b if x // 2 % 2 == 0 or y in (0, 5) else a


def stripe(a: int, b: int, _c: int) -> Field:
    return lambda _x, y: a if y in (0, 3) else b


BANDS = {
    "lozenge": (lozenge, 19),
    "triangle": (triangle, 9),
    "zigzag": (zigzag, 11),
    "comb": (comb, 6),
    "stripe": (stripe, 4),
}


def wool(grid: Grid, colours: tuple[str, ...], *, seed: int, fold: float = 0.07) -> Image.Image:
    """Turn a grid of colour numbers into yarn: jitter per knot, round profile, diagonal ply, soft folds."""
    kx, ky = KNOT
    palette = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours], dtype=np.float64)
    picture = palette[grid].repeat(ky, 0).repeat(kx, 1)
    high, wide = picture.shape[:2]
    y, x = np.mgrid[0:high, 0:wide]
    jitter = np.random.default_rng(seed).normal(0, 6.0, grid.shape).repeat(ky, 0).repeat(kx, 1)
    across = 0.72 + 0.28 * np.sin(np.pi * (x % kx + 0.5) / kx)
    profile = 0.8 + 0.26 * np.sin(np.pi * (y % ky + 0.5) / ky) * across
    ply = 0.035 * np.sin((x * 1.4 + y * 0.9) * np.pi * 0.4)
    folds = 1 + fold * np.sin(x / wide * 10 + 0.6) + fold * 0.3 * np.sin(x / wide * 31 + y / high * 2)
    shaded = (picture + jitter[..., None]) * ((profile + ply) * folds)[..., None]
    return Image.fromarray(shaded.clip(0, 255).astype("uint8")).convert("RGBA")


def fringe(left: float, top: float, width: float, colour: str, *, length: float = 62, gap: float = 9.9) -> str:
    rnd = random.Random(round(left))
    return "".join(
        f'<path d="M{left + 6 + i * gap:.0f} {top:.0f}q{rnd.uniform(-5, 5):.0f} '
        f'{length * 0.55:.0f} {rnd.uniform(-4, 4):.0f} {length}" '
        f'stroke="{shade(colour, -0.05 + 0.15 * rnd.random())}" '
        f'stroke-width="{gap * 0.6:.1f}" fill="none" stroke-linecap="round"/>'
        for i in range(int(width / gap))
    )


def hung(cloth: Image.Image, ground: str, colour: str, *, top: float = 92) -> Image.Image:
    """A textile hanging from a wooden pole in front of a wall."""
    width, height = cloth.size
    left = (SIDE - width) // 2
    pole = f'<rect x="{left - 60}" y="{top - 14}" width="{width + 120}" height="26" rx="13" fill="#5c4228"/>'
    pole += f'<rect x="{left - 60}" y="{top - 12}" width="{width + 120}" height="8" rx="4" fill="#8d6a43"/>'
    cast = (
        f'<rect x="{left + 25}" y="{top + 18}" width="{width}" height="{height - 20}" opacity=".35" '
        'filter="url(#soft)"/>'
    )
    base = paint(ground + pole + cast + fringe(left, top + height - 6, width, colour))
    base.alpha_composite(cloth, (left, round(top)))
    return base


def wall_hanging(cloth: Image.Image, ground: str, colour: str) -> Image.Image:
    """A small piece on a branch, with a cord, tassels and beads."""
    width, height = cloth.size
    left, top = (SIDE - width) // 2, 330
    cord = (
        f'<path d="M{left + 20} {top}L600 110L{left + width - 20} {top}" stroke="#8a6a3d" '
        'stroke-width="7" fill="none"/><circle cx="600" cy="106" r="12" fill="#4b3a2a"/>'
    )
    branch = (
        f'<path d="M{left - 80} {top + 4}q200 -26 {width / 2 + 60} -4t{width / 2 + 100} -2" '
        'stroke="#7a5737" stroke-width="26" fill="none" stroke-linecap="round"/>'
    )
    cast = (
        f'<rect x="{left + 30}" y="{top + 26}" width="{width}" height="{height + 90}" opacity=".28" '
        'filter="url(#soft)"/>'
    )
    tassels = ""
    for i in range(9):
        x, low = left + 24 + i * (width - 48) / 8, top + height - 8
        length = 210 - abs(i - 4) * 34
        threads = "".join(
            (
                f'<path d="M0 0q{d} {length / 2} {d * 1.4} {length}" stroke="{shade(colour, 0.08 * (d % 3))}" '
                'stroke-width="6" fill="none"/>'
            )
            for d in range(-9, 10, 3)
        )
        tassels += placed(
            threads
            + (
                '<rect x="-13" y="26" width="26" height="18" rx="8" '
                f'fill="{("#0F5B50", "#B5573A", "#E2A72E")[i % 3]}"/>'
            ),
            round(x),
            low,
        )
    base = paint(ground + cord + cast + tassels + branch)
    base.alpha_composite(cloth, (left, top + 6))
    return base


def cushion(cloth: Image.Image, ground: str, colour: str) -> Image.Image:
    """A square cushion leaning in the picture: curved seams, a soft belly of light, tassels."""
    side = 720
    mask = Image.new("L", (SIDE, SIDE))
    left, top, low = 240, 300, 300 + side
    edges = [(left, top, 0), (left + side, top, 1), (left + side, low, 2), (left, low, 3)]
    outline: list[tuple[float, float]] = []
    for (x0, y0, turn), (x1, y1, _) in zip(edges, edges[1:] + edges[:1], strict=True):
        inward = ((0, 1), (-1, 0), (0, -1), (1, 0))[turn]
        for i in range(40):
            t = i / 40
            bow = 34 * np.sin(np.pi * t)
            outline.append((x0 + (x1 - x0) * t + inward[0] * bow, y0 + (y1 - y0) * t + inward[1] * bow))
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(1.2))
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    far = np.maximum(abs(x - 600) / 360, abs(y - 660) / 360)
    glow = 1.12 - 0.42 * far**4 - 0.16 * ((x - 480) / 600) - 0.12 * ((y - 560) / 600)
    flat = Image.new("RGBA", (SIDE, SIDE))
    flat.paste(cloth.resize((side, side), Image.Resampling.LANCZOS), (left, top))
    pixels = np.asarray(flat, dtype=np.float64)
    pixels = np.dstack([pixels[..., :3] * glow[..., None], np.asarray(mask, dtype=np.float64)])
    puffed = Image.fromarray(pixels.clip(0, 255).astype("uint8"))
    base = paint(
        ground
        + cushion_shadow()
        + "".join(
            tassel(x, y, turn, colour)
            for x, y, turn in ((250, 310, 135), (950, 310, 225), (250, 1010, 45), (950, 1010, -45))
        )
    )
    base.alpha_composite(puffed)
    return base


def cushion_shadow() -> str:
    return '<ellipse cx="630" cy="1020" rx="400" ry="46" fill="#1b120a" opacity=".5" filter="url(#soft)"/>'


def tassel(x: float, y: float, turn: float, colour: str) -> str:
    threads = "".join(
        f'<path d="M0 0L{d} 84" stroke="{shade(colour, 0.06 * (d % 4))}" stroke-width="6" stroke-linecap="round"/>'
        for d in range(-20, 21, 5)
    )
    return placed(threads + f'<circle r="18" fill="{colour}"/>', x, y, turn=turn)


def near(cloth: Image.Image, box: Box) -> Image.Image:
    """A piece of the weave, close enough to count the knots."""
    return cloth.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3]))).resize(
        (SIDE, SIDE), Image.Resampling.BICUBIC
    )


def rolled(cloth: Image.Image, ground: str, colour: str) -> Image.Image:
    """The rug rolled up and tied, its end face showing the turns."""
    strip = cloth.crop((0, 0, 840, 300)).resize((820, 300))
    pixels = np.asarray(strip.convert("RGB"), dtype=np.float64)
    y = np.linspace(-1, 1, 300)[:, None, None]
    strip = Image.fromarray(
        (pixels * (1.12 * np.sqrt(np.maximum(0.05, 1 - (y + 0.25) ** 2 * 0.62)))).clip(0, 255).astype("uint8")
    )
    cast = '<ellipse cx="610" cy="1010" rx="500" ry="46" fill="#1b120a" opacity=".5" filter="url(#soft)"/>'
    base = paint(ground + cast)
    base.paste(strip, (250, 704))
    turns = "".join(
        (
            f'<ellipse cx="250" cy="854" rx="{r * 0.55:.0f}" ry="{r}" fill="none" '
            f'stroke="{shade(colour, -0.45 if r % 20 else 0.3)}" stroke-width="6"/>'
        )
        for r in range(20, 150, 10)
    )
    ties = "".join(
        (
            f'<path d="M{x} 704q-50 150 0 300" stroke="#E9DFCB" stroke-width="18" fill="none"/><path '
            f'd="M{x - 26} 800q-40 -50 -70 0q40 30 70 0q34 -50 70 0q-40 34 -70 0" stroke="#E9DFCB" '
            'stroke-width="12" fill="none"/>'
        )
        for x in (480, 860)
    )
    end = paint(f'<ellipse cx="250" cy="854" rx="84" ry="150" fill="{colour}"/>{turns}{ties}')
    base.alpha_composite(end)
    return base
