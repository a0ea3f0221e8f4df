"""Coiled and painted pottery: bowls on the table, from above, footed, in a set."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass

from .scenery import across, placed, shade, shadow

OUTER = "M210 560C220 760 350 990 470 1000H730C850 990 980 760 990 560Z"


@dataclass(frozen=True)
class Glaze:
    """Body clay, slip of the painted band, paint, and the motif of the band."""

    clay: str
    slip: str
    paint: str
    motif: str  # lozenges, chevrons, line, blossoms, combs


def bowl(glaze: Glaze, name: str, filling: str = "") -> str:
    """One bowl in a 1200 px square, standing at y = 1020; `name` keeps its gradients apart from others'."""
    clay = glaze.clay
    light = (
        f'<linearGradient id="{name}l" x1="0" x2="1"><stop offset="0" stop-opacity=".45"/>'
        '<stop offset=".25" stop-opacity="0"/><stop offset=".42" stop-color="#fff" stop-opacity=".22"/>'
        '<stop offset=".62" stop-opacity="0"/><stop offset="1" stop-opacity=".55"/></linearGradient>'
    )
    foot = f'<path d="M452 985H748L730 1024q-130 16 -260 0Z" fill="{shade(clay, -0.45)}"/>'
    body = f'<g filter="url(#clay)"><path d="{OUTER}" fill="{clay}"/></g>'
    band = f'<clipPath id="{name}b"><path d="{OUTER}"/></clipPath><g clip-path="url(#{name}b)">{painted(glaze)}'
    band += f'<path d="{OUTER}" fill="url(#{name}l)"/></g>'
    return shadow(610, 1016, 300, 50, 0.5) + light + foot + body + band + inside(glaze, name, filling)


def inside(glaze: Glaze, name: str, filling: str) -> str:
    """The mouth of the bowl, empty with painted teeth or filled."""
    clay, slip = glaze.clay, glaze.slip
    drawn = f'<ellipse cx="600" cy="560" rx="390" ry="108" fill="{shade(slip, -0.06)}"/>'
    if glaze.motif == "line":
        drawn += f'<ellipse cx="600" cy="560" rx="379" ry="103" fill="none" stroke="{glaze.paint}" stroke-width="9"/>'
    drawn += f'<ellipse cx="600" cy="562" rx="366" ry="96" fill="{shade(clay, -0.35)}"/>'
    drawn += (
        f'<clipPath id="{name}i"><path d="M234 562a366 96 0 0 0 732 0V0H234Z"/></clipPath><g clip-path="url(#{name}i)">'
    )
    if filling:
        return drawn + filling + "</g>"
    drawn += (
        f'<clipPath id="{name}j"><ellipse cx="600" cy="562" rx="366" ry="96"/></clipPath><g clip-path="url(#{name}j)">'
    )
    drawn += f'<ellipse cx="640" cy="610" rx="350" ry="100" fill="{shade(clay, -0.12)}"/>'
    drawn += f'<ellipse cx="690" cy="640" rx="250" ry="74" fill="{shade(clay, 0.1)}"/></g>'
    if glaze.motif in {"lozenges", "combs"}:
        drawn += teeth(slip)
    return drawn + "</g>"


def teeth(colour: str) -> str:
    drawn = ""
    for k in range(26):
        a = math.tau * k / 26
        corners = [(366, 96, a), (300, 76, a + 0.1), (366, 96, a + 0.2)]
        path = "L".join(f"{600 + rx * math.cos(t):.0f} {562 + ry * math.sin(t):.0f}" for rx, ry, t in corners)
        drawn += f'<path d="M{path}Z" fill="{colour}" opacity=".85"/>'
    return drawn


def painted(glaze: Glaze) -> str:
    """The painted band around the belly."""
    if glaze.motif == "line":
        return (
            f'<rect x="180" y="540" width="840" height="480" fill="{glaze.slip}" opacity=".5"/>'
            f'<rect x="180" y="640" width="840" height="12" fill="{glaze.paint}"/>'
        )
    ground = f'<rect x="180" y="612" width="840" height="190" fill="{glaze.slip}"/>'
    rules = ((612, 9), (628, 5), (776, 5), (790, 12))
    ground += "".join(f'<rect x="180" y="{y}" width="840" height="{h}" fill="{glaze.paint}"/>' for y, h in rules)
    return ground + BANDS[glaze.motif](glaze)


def around(count: int, reach: float = 410) -> list[tuple[float, float]]:
    """Left and right edge of each of `count` fields, narrower towards the sides as on a round belly."""
    xs = [600 + reach * math.sin(math.pi * (i / count - 0.5)) for i in range(count + 1)]
    return list(itertools.pairwise(xs))


def lozenges(glaze: Glaze) -> str:
    drawn = ""
    for i, (a, b) in enumerate(around(11)):
        m, half = (a + b) / 2, (b - a) / 2
        if i % 2 == 0:
            for reach, fill in ((1.0, glaze.paint), (0.6, glaze.slip), (0.28, glaze.clay)):
                w, h = half * reach, 61 * reach
                drawn += f'<path d="M{m} {705 - h}L{m + w} 705L{m} {705 + h}L{m - w} 705Z" fill="{fill}"/>'
        else:
            drawn += f'<path d="M{a} 644H{b}L{m} 700ZM{a} 766H{b}L{m} 710Z" fill="{glaze.clay}"/>'
            drawn += f'<path d="M{a} 644L{b} 766M{b} 644L{a} 766" stroke="{glaze.paint}" stroke-width="5"/>'
    return drawn + fringe(glaze)


def chevrons(glaze: Glaze) -> str:
    drawn = ""
    for row in range(3):
        y, fill = 652 + row * 40, (glaze.paint, glaze.clay, glaze.paint)[row]
        for a, b in around(16):
            m = (a + b) / 2
            drawn += f'<path d="M{a} {y + 34}L{m} {y}L{b} {y + 34}V{y + 50}L{m} {y + 16}L{a} {y + 50}Z" fill="{fill}"/>'
    return (
        '<clipPath id="chev"><rect x="180" y="636" width="840" height="138"/></clipPath><g '
        f'clip-path="url(#chev)">{drawn}</g>'
    )


def blossoms(glaze: Glaze) -> str:
    drawn = ""
    for i, (a, b) in enumerate(around(9)):
        m, squeeze = (a + b) / 2, (b - a) / 144
        flower = "".join(
            placed(
                f'<ellipse cx="30" rx="26" ry="12" fill="{glaze.paint if i % 2 else glaze.clay}"/>', 0, 0, turn=k * 45
            )
            for k in range(8)
        )
        centre = f'<circle r="13" fill="{glaze.clay if i % 2 else glaze.paint}"/>'
        drawn += f'<g transform="translate({m} 703) scale({squeeze:.3f} 1)">{flower}{centre}</g>'
    return drawn + fringe(glaze)


def combs(glaze: Glaze) -> str:
    drawn = ""
    for i, (a, b) in enumerate(around(13)):
        m = (a + b) / 2
        if i % 2:
            drawn += (
                f'<path d="M{a} 644H{b}V766H{a}Z" fill="{glaze.paint}"/><path d="M{m} 660V750" '
                f'stroke="{glaze.slip}" stroke-width="9"/>'
            )
        else:
            drawn += "".join(
                f'<path d="M{a} {y}L{m} {y + 20}L{b} {y}" fill="none" stroke="{glaze.paint}" stroke-width="7"/>'
                for y in range(650, 760, 26)
            )
    return drawn + fringe(glaze)


def fringe(glaze: Glaze) -> str:
    return "".join(f'<path d="M{a} 850L{(a + b) / 2} 815L{b} 850Z" fill="{glaze.paint}"/>' for a, b in around(24, 420))


BANDS = {"lozenges": lozenges, "chevrons": chevrons, "blossoms": blossoms, "combs": combs}


def soup() -> str:
    drawn = (
        '<ellipse cx="600" cy="586" rx="345" ry="82" fill="#b4512a"/><ellipse cx="560" cy="578" '
        'rx="250" ry="50" fill="#c9683a" opacity=".7"/>'
    )
    for x, y in ((440, 590), (520, 560), (640, 610), (740, 570), (800, 600), (580, 620)):
        drawn += f'<circle cx="{x}" cy="{y}" r="17" fill="#e3c48a"/>'
    for x, y in ((480, 615), (600, 575), (700, 595), (690, 550)):
        drawn += f'<path d="M{x} {y}q14 -20 28 0q-14 16 -28 0z" fill="#6d8a42"/>'
    return drawn


def spoon(x: float, y: float, turn: float) -> str:
    body = '<ellipse rx="80" ry="46" fill="#9a6a3c"/><ellipse cx="-4" cy="-6" rx="58" ry="28" fill="#77502b"/>'
    body += '<path d="M70 -8L420 -14q26 14 0 28L70 14z" fill="#a97846"/>'
    return placed(
        f'<ellipse cx="150" cy="34" rx="240" ry="14" fill="#000" opacity=".3" filter="url(#blur)"/>{body}',
        x,
        y,
        turn=turn,
    )


def fruit() -> str:
    """Oranges, figs and a lemon rising above the rim."""
    drawn = ""
    for x, y, r, tone in (
        (420, 500, 100, "#E08A2E"), (760, 490, 104, "#E59A3A"), (590, 450, 108, "#D97E28"),
        (500, 570, 86, "#6a3f5e"), (680, 580, 84, "#7b4a68"), (330, 570, 70, "#7b4a68"), (850, 570, 74, "#E3BF3F"),
    ):  # fmt: skip
        drawn += (
            f'<circle cx="{x}" cy="{y}" r="{r}" fill="{shade(tone, -0.22)}"/><circle cx="{x - r * 0.1}" '
            f'cy="{y - r * 0.1}" r="{r * 0.88}" fill="{tone}"/>'
        )
        drawn += (
            f'<circle cx="{x - r * 0.34}" cy="{y - r * 0.36}" r="{r * 0.26}" fill="#fff" opacity=".34" '
            'filter="url(#blur)"/>'
        )
    return drawn


def footed(glaze: Glaze) -> str:
    """A wide fruit bowl on a tall foot."""
    stem = across("stem", (0, shade(glaze.clay, -0.5)), (0.35, shade(glaze.clay, 0.15)), (1, shade(glaze.clay, -0.5)))
    stem += '<path d="M520 780H680L700 930Q800 960 810 1010Q600 1050 390 1010Q400 960 500 930Z" fill="url(#stem)"/>'
    stem += f'<path d="M404 986Q600 1024 796 986" fill="none" stroke="{glaze.slip}" stroke-width="12"/>'
    top = (
        '<g transform="translate(0 175) scale(1 .72)">'
        f"{bowl(glaze, 'fruit', fruit()).split('</linearGradient>', 1)[1]}</g>"
    )
    light = "<defs>" + bowl(glaze, "fruit").split("<linearGradient", 1)[1].split("</linearGradient>")[0].join(
        ("<linearGradient", "</linearGradient></defs>")
    )
    return shadow(620, 1016, 330, 46, 0.5) + stem + light + top


def from_above(glaze: Glaze) -> str:
    """Looking into the bowl: rings of teeth and lozenges around a star."""
    cx, cy = 600, 600
    drawn = shadow(cx, cy + 60, 440, 430, 0.4)
    for radius, fill in (
        (440, glaze.clay),
        (418, glaze.slip),
        (330, shade(glaze.clay, -0.2)),
        (250, glaze.slip),
        (170, glaze.clay),
    ):
        drawn += f'<circle cx="{cx}" cy="{cy}" r="{radius}" fill="{fill}" filter="url(#clay)"/>'
    for k in range(28):
        wedge = (
            f'<path d="M-46 -330L0 -410L46 -330Z" fill="{glaze.paint}"/><path d="M-20 -332L0 -372L20 '
            f'-332Z" fill="{glaze.clay}"/>'
        )
        drawn += placed(wedge, cx, cy, turn=k * 360 / 28)
    for k in range(16):
        field = (
            f'<path d="M0 -248L36 -210L0 -172L-36 -210Z" fill="{glaze.paint}"/><path d="M0 -226L15 -210L0 '
            f'-194L-15 -210Z" fill="{glaze.slip}"/>'
        )
        drawn += placed(field, cx, cy, turn=k * 22.5)
    cross = "".join(
        placed(
            f'<path d="M0 0L40 -70L0 -150L-40 -70Z" fill="{glaze.slip if k % 2 else glaze.paint}"/>',
            cx,
            cy,
            turn=k * 45,
        )
        for k in range(8)
    )
    hollow = (
        '<radialGradient id="hollow" cx=".62" cy=".66" r=".72"><stop offset="0" stop-color="#fff" '
        'stop-opacity=".2"/><stop offset=".55" stop-opacity="0"/><stop offset="1" stop-opacity=".5"/>'
        "</radialGradient>"
    )
    return drawn + cross + hollow + f'<circle cx="{cx}" cy="{cy}" r="420" fill="url(#hollow)"/>'


def set_of_four(glazes: tuple[Glaze, Glaze, Glaze, Glaze]) -> str:
    places = ((80, 190, 0.46), (560, 175, 0.46), (-10, 400, 0.56), (520, 410, 0.56))
    return "".join(
        placed(bowl(g, f"set{i}"), x, y, k) for i, (g, (x, y, k)) in enumerate(zip(glazes, places, strict=True))
    )


def shards(seed: int) -> str:
    """Clay crumbs and a brush, for the workshop's table."""
    rnd = random.Random(seed)
    return "".join(
        (
            f'<circle cx="{rnd.uniform(120, 360):.0f}" cy="{rnd.uniform(1010, 1110):.0f}" '
            f'r="{rnd.uniform(3, 9):.0f}" fill="#8E3F29"/>'
        )
        for _ in range(14)
    ) + (
        '<path d="M150 1130L430 1060" stroke="#c79a5e" stroke-width="14" stroke-linecap="round"/>'
        '<path d="M430 1052l70 -22l-20 40z" fill="#2a2422"/>'
    )
