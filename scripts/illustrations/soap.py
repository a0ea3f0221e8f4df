"""Soap bars: stacked, leaning, close by, cut, and in a gift box."""

from __future__ import annotations

import random

from .scenery import linen, niche, petals, placed, planks, rosemary, shade, shadow, sprig, star8

TWINE = "#8a6a3d"


def bar(at: tuple[float, float], size: tuple[float, float, float], colour: str, *, fleck: str = "") -> str:
    """A bar (width, height, depth) in cabinet projection, its maker's star pressed into the front."""
    (x, y), (width, height, depth) = at, size
    sx, sy = depth * 0.62, -depth * 0.36
    front = (
        f'<path d="M{x} {y}h{width}q14 0 14 14v{height - 28}q0 14 -14 14h{-width}q-14 0 -14 -14v{28 - height}'
        f'q0 -14 14 -14z" fill="{colour}"/>'
    )
    lid = (
        f'<path d="M{x - 8} {y + 4}L{x + sx} {y + sy}H{x + width + sx}L{x + width + 8} {y + 4}Z" '
        f'fill="{shade(colour, 0.42)}"/>'
    )
    side = (
        f'<path d="M{x + width + 6} {y + 5}L{x + width + sx + 4} {y + sy + 2}V{y + height + sy - 10}'
        f'L{x + width + 8} {y + height - 8}Z" fill="{shade(colour, -0.26)}"/>'
    )
    edge = (
        f'<path d="M{x} {y + 3}H{x + width}L{x + width + sx} {y + sy + 4}" fill="none" '
        f'stroke="{shade(colour, 0.65)}" stroke-width="5" opacity=".55"/>'
    )
    stamp = pressed_star(x + width / 2, y + height / 2, min(width, height) * 0.33, colour)
    return f'<g filter="url(#soap)">{side}{lid}{front}</g>{edge}' + flecks(x, y, width, height, fleck) + stamp


def pressed_star(cx: float, cy: float, radius: float, colour: str) -> str:
    return (
        '<g opacity=".9">'
        + star8(cx + 2.5, cy + 3.5, radius, shade(colour, 0.5))
        + star8(cx, cy, radius, shade(colour, -0.24))
        + star8(cx + 1, cy + 2, radius * 0.82, shade(colour, -0.08))
        + star8(cx, cy, radius * 0.4, shade(colour, -0.26), 22.5)
        + "</g>"
    )


def flecks(x: float, y: float, width: float, height: float, colour: str) -> str:
    if not colour:
        return ""
    rnd = random.Random(f"{x}{y}{width}")
    drawn = ""
    for _ in range(60):
        fx, fy, size = rnd.uniform(x + 6, x + width - 6), rnd.uniform(y + 8, y + height - 8), rnd.uniform(1.5, 5)
        drawn += (
            f'<ellipse rx="{size:.1f}" ry="{size * 0.6:.1f}" fill="{colour}" opacity=".65" '
            f'transform="translate({fx:.0f} {fy:.0f}) rotate({rnd.uniform(0, 180):.0f})"/>'
        )
    return drawn


def stack(colours: tuple[str, str, str], wall: str, fleck: str, beside: str) -> str:
    """Three bars, the upper one tied with twine."""
    low, light, high = colours
    drawn = niche(wall) + shadow(600, 985, 430, 70)
    drawn += bar((235, 800), (360, 175, 250), low, fleck=fleck) + bar((640, 815), (330, 168, 230), light)
    drawn += shadow(590, 735, 300, 34, 0.34) + bar((400, 590), (350, 170, 240), high, fleck=fleck)
    knot = "M470 660q-46 -46 -70 -6q34 24 70 6q40 -50 76 -14q-30 34 -76 14"
    drawn += f'<path d="M470 588V762M470 590L620 503" stroke="{TWINE}" stroke-width="9" fill="none"/>'
    return drawn + f'<path d="{knot}" fill="none" stroke="{TWINE}" stroke-width="8"/>' + beside


def pair(ground: str, colours: tuple[str, str], fleck: str, beside: str) -> str:
    """One bar lying on another, larger one."""
    drawn = ground + shadow(560, 985, 400, 66)
    drawn += bar((210, 760), (470, 215, 250), colours[0], fleck=fleck)
    drawn += shadow(540, 722, 230, 26, 0.36) + bar((330, 552), (390, 172, 200), colours[1], fleck=fleck)
    return drawn + beside


def pillar(ground: str, colours: tuple[str, ...], beside: str) -> str:
    """A tower of thin bars, slightly turned."""
    drawn = ground + shadow(560, 1010, 330, 60)
    for i, colour in enumerate(colours):
        drawn += bar((330 + (i % 2) * 44 - i * 4, 880 - i * 140), (400, 122, 230), colour)
    return drawn + beside


def top_bar(x: float, y: float, width: float, height: float, colour: str, *, fleck: str = "") -> str:
    """A bar seen from above."""
    body = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="22" fill="{colour}" filter="url(#soap)"/>'
    rim = (
        f'<rect x="{x + 12}" y="{y + 12}" width="{width - 24}" height="{height - 24}" rx="14" fill="none" '
        f'stroke="{shade(colour, 0.5)}" stroke-width="6" opacity=".6"/>'
    )
    cast = (
        f'<rect x="{x + 12}" y="{y + 16}" width="{width}" height="{height}" rx="22" fill="#1b120a" '
        'opacity=".4" filter="url(#blur)"/>'
    )
    stamp = pressed_star(x + width / 2, y + height / 2, min(width, height) * 0.3, colour)
    return cast + body + rim + flecks(x, y, width, height, fleck) + stamp


def gift_box() -> str:
    """Four soaps of different colours in an open box, seen from above."""
    box = (
        '<rect x="196" y="216" width="840" height="800" rx="14" fill="#1b120a" opacity=".45" filter="url(#soft)"/>'
        '<rect x="170" y="170" width="840" height="800" rx="12" fill="#b58c5c" filter="url(#cloth)"/>'
        '<rect x="206" y="206" width="768" height="728" rx="6" fill="#6d5030"/>'
    )
    rnd = random.Random(8)
    straw = "".join(
        f'<path d="M{rnd.uniform(210, 930):.0f} {rnd.uniform(215, 900):.0f}q{rnd.uniform(-40, 40):.0f} '
        f'{rnd.uniform(-40, 40):.0f} {rnd.uniform(-60, 60):.0f} {rnd.uniform(10, 30):.0f}" '
        f'stroke="{rnd.choice(("#e5cf9f", "#d2b57a", "#c2a063"))}" stroke-width="6" fill="none"/>'
        for _ in range(420)
    )
    soaps = top_bar(240, 240, 330, 310, "#A8A578", fleck="#5a6430") + top_bar(
        612, 240, 330, 310, "#D3AAA0", fleck="#a34d4a"
    )
    soaps += top_bar(240, 592, 330, 310, "#4f4a48") + top_bar(612, 592, 330, 310, "#D9A85A", fleck="#a8762b")
    bands = "".join(
        f'<rect x="{x}" y="{y}" width="84" height="310" fill="#f3e7cf"/><rect '
        f'x="{x + 10}" y="{y}" width="4" height="310" '
        f'fill="{tone}"/><rect x="{x + 70}" y="{y}" width="4" height="310" fill="{tone}"/>'
        for x, y, tone in ((254, 240, "#6F7B3F"), (844, 240, "#a34d4a"), (254, 592, "#2a2422"), (844, 592, "#a8762b"))
    )
    return linen("#E7E0D2") + box + straw + soaps + bands + rosemary(690, 1090, -10, "#6F7B3F")


def cut_loaf(colour: str, fleck: str) -> str:
    """A loaf being cut into bars, seen from above on a board."""
    drawn = planks("#A97F55")
    for i in range(4):
        drawn += top_bar(190 + i * 215, 330 + (i % 2) * 16, 180, 470, shade(colour, 0.08 * i), fleck=fleck)
    return drawn + rosemary(240, 1010, -6, "#6F7B3F")


def near_bar(colour: str, fleck: str) -> str:
    """One bar close by on linen, a rosemary twig across its corner."""
    drawn = linen("#E9E2D3") + top_bar(230, 330, 720, 520, colour, fleck=fleck)
    return drawn + flecks(260, 360, 660, 460, fleck) + rosemary(620, 960, -24, "#6F7B3F")


def prickly_pear(x: float, y: float) -> str:
    """A cactus pad with two fruits."""
    pad = '<path d="M0 0C-120 -90 -130 -330 0 -390C130 -330 120 -90 0 0Z" fill="#6d8a52" filter="url(#soap)"/>'
    rnd = random.Random(2)
    spines = "".join(
        (
            f'<path d="M{rnd.uniform(-75, 75):.0f} {rnd.uniform(-330, -60):.0f}l9 -13m-9 13l-9 -13" '
            'stroke="#e9e4c8" stroke-width="4"/>'
        )
        for _ in range(22)
    )
    fruits = "".join(
        f'<ellipse cx="{cx}" cy="{cy}" rx="46" ry="66" fill="{tone}" transform="rotate({turn} {cx} {cy})"/>'
        f'<ellipse cx="{cx - 14}" cy="{cy - 20}" rx="10" ry="20" fill="#fff" opacity=".3"/>'
        for cx, cy, tone, turn in ((-66, -408, "#b8413f", -18), (26, -440, "#d9803a", 8), (100, -372, "#c25a3a", 34))
    )
    return placed(shadow(0, 0, 130, 26) + fruits + pad + spines, x, y)


def cut_fruit(x: float, y: float) -> str:
    seeds = "".join(
        f'<circle cx="{(i * 37) % 90 - 45}" cy="{(i * 53) % 60 - 30}" r="5" fill="#4a2a1c"/>' for i in range(17)
    )
    flesh = '<ellipse rx="84" ry="62" fill="#b8413f"/><ellipse rx="68" ry="48" fill="#e8a04a"/>'
    return placed(shadow(0, 50, 90, 20) + flesh + seeds, x, y)


def comb(x: float, y: float) -> str:
    """A piece of honeycomb with a drop of honey and a wooden dipper."""
    cells = ""
    for row in range(4):
        for column in range(5):
            cx, cy = column * 62 + (row % 2) * 31, row * 53
            points = " ".join(
                f"{cx + dx},{cy + dy}" for dx, dy in ((0, -34), (29, -17), (29, 17), (0, 34), (-29, 17), (-29, -17))
            )
            tone = ("#e3a33a", "#d08a24", "#efbb57")[(row * 2 + column) % 3]
            cells += f'<polygon points="{points}" fill="{tone}" stroke="#f6d58e" stroke-width="9"/>'
    dipper = '<path d="M-60 60L-330 -130" stroke="#9a6a3a" stroke-width="20" stroke-linecap="round"/>'
    for i in range(5):
        dipper += (
            f'<ellipse cx="{-40 + i * 19}" cy="{74 + i * 13}" rx="17" ry="42" '
            f'fill="{shade("#b07a42", -0.1 * (i % 2))}" transform="rotate(-55 {-40 + i * 19} '
            f'{74 + i * 13})"/>'
        )
    pool = '<path d="M-40 190C60 150 330 150 380 200C330 236 40 244 -40 190Z" fill="#c9812b" opacity=".85"/>'
    return placed(pool + cells + placed(dipper, 40, 40, 0.8), x, y)


def black_seeds(seed: int, area: tuple[float, float, float, float], count: int = 90) -> str:
    rnd = random.Random(seed)
    left, top, right, bottom = area
    return "".join(
        f'<ellipse rx="9" ry="5" fill="#1d1a1c" '
        f'transform="translate({rnd.gauss((left + right) / 2, (right - left) / 4):.0f} '
        f'{rnd.gauss((top + bottom) / 2, (bottom - top) / 4):.0f}) rotate({rnd.randrange(180)})"/>'
        for _ in range(count)
    )


def rose_petals() -> str:
    return petals(5, ("#E9B7B4", "#D98E8B", "#C96F73"), (660, 1000, 1020, 1130), 13)


def olive_twig() -> str:
    return sprig(690, 1090, -12, "#6F7B3F")
