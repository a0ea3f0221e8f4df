"""Baskets, dishes and mats woven of halfa grass and palm."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from .scenery import linen, placed, shade, shadow

Profile = list[tuple[float, float]]  # (height on the picture, half width), from the foot up
Motif = Callable[[int, int], bool]


def belly(rows: int = 17, foot: float = 255, swell: float = 150, height: float = 470) -> Profile:
    points = []
    for i in range(rows):
        t = i / (rows - 1)
        points.append((1000 - t * height, foot + swell * math.sin(math.pi * (0.16 + t * 0.62)) + 20 * t))
    return points


def straight(rows: int, foot: float, mouth: float, height: float) -> Profile:
    steps = [i / (rows - 1) for i in range(rows)]
    return [(1000 - t * height, foot + (mouth - foot) * t) for t in steps]


def diamonds(row: int, column: int) -> bool:
    return row in range(6, 11) and abs(column % 8 - 4) < 3.5 - abs(row - 8)


def bands(row: int, column: int) -> bool:
    return row % 6 in (2, 3) and (column // 3 + row // 6) % 2 == 0


def zigzag(row: int, column: int) -> bool:
    return 4 <= row <= 12 and (row - 4 - abs(column % 10 - 5)) % 9 in (0, 1)


def plain(_row: int, _column: int) -> bool:
    return False


def woven(profile: Profile, straw: str, dyed: str, motif: Motif, *, seed: int = 5, flat: float = 0.2) -> str:
    """The side of a round basket, stitch by stitch; `flat` is how much of the circle is seen."""
    rnd = random.Random(seed)
    step = (profile[0][0] - profile[1][0]) * 0.52
    drawn = ""
    for i, (y, w) in enumerate(profile):
        drawn += f'<ellipse cx="600" cy="{y:.0f}" rx="{w:.0f}" ry="{w * flat:.0f}" fill="{shade(straw, -0.32)}"/>'
        for j in range(46):
            a, b = math.pi * j / 46, math.pi * (j + 0.86) / 46
            x0, x1 = 600 - w * math.cos(a), 600 - w * math.cos(b)
            y0, y1 = y + w * flat * math.sin(a), y + w * flat * math.sin(b)
            round_ = 0.3 * math.sin(math.pi * min(1, max(0, (x0 - 600 + w) / (2 * w))) ** 0.8) - 0.18
            tone = max(-0.5, min(0.5, round_ + rnd.uniform(-0.05, 0.05)))
            colour = shade(dyed if motif(i, j + i // 2) else straw, tone)
            drawn += (
                f'<path d="M{x0:.0f} {y0 - step:.0f}L{x1:.0f} {y1 - step:.0f}L{x1 + 5:.0f} '
                f'{y1 + step:.0f}L{x0 + 5:.0f} {y0 + step:.0f}Z" fill="{colour}"/>'
            )
    return drawn


def mouth(profile: Profile, straw: str, *, flat: float = 0.2) -> str:
    y, w = profile[-1]
    return (
        f'<ellipse cx="600" cy="{y - 8}" rx="{w - 14}" ry="{(w - 14) * flat:.0f}" fill="{shade(straw, -0.55)}"/>'
        f'<ellipse cx="600" cy="{y + 8}" rx="{w - 60}" '
        f'ry="{(w - 60) * flat * 0.85:.0f}" fill="{shade(straw, -0.4)}"/>'
        f'<ellipse cx="600" cy="{y - 8}" rx="{w - 7}" ry="{(w - 7) * flat:.0f}" fill="none" '
        f'stroke="{shade(straw, 0.25)}" stroke-width="15" stroke-dasharray="17 4"/>'
    )


def looking_out(profile: Profile, contents: str, *, flat: float = 0.2) -> str:
    """Contents above the mouth, hidden where the near rim is in front of them."""
    y, w = profile[-1][0] - 8, profile[-1][1] - 20
    cut = f"M{600 - w} {y}a{w} {w * flat} 0 0 0 {2 * w} 0V0H{600 - w}Z"
    return f'<clipPath id="rim"><path d="{cut}"/></clipPath><g clip-path="url(#rim)">{contents}</g>'


def open_basket(straw: str, dyed: str) -> str:
    profile = belly()
    return shadow(610, 1010, 330, 56, 0.46) + woven(profile, straw, dyed, diamonds) + mouth(profile, straw)


def handle(x: float, y: float, width: float, height: float, colour: str) -> str:
    arc = f"M{x} {y}C{x + 10} {y - height} {x + width - 10} {y - height} {x + width} {y}"
    return (
        f'<path d="{arc}" fill="none" stroke="{shade(colour, -0.4)}" stroke-width="34"/>'
        f'<path d="{arc}" fill="none" stroke="{colour}" stroke-width="26"/>'
        f'<path d="{arc}" fill="none" stroke="{shade(colour, 0.4)}" stroke-width="20" '
        f'stroke-dasharray="9 15" opacity=".6"/>'
    )


def market_basket(straw: str, dyed: str) -> str:
    """A flared shopping basket with two long handles, greens and oranges looking out."""
    profile = straight(16, 250, 400, 440)
    top = profile[-1][0]
    greens = ""
    for i in range(13):
        blade = (
            '<path d="M0 0C-46 -90 -20 -190 20 -230C60 -170 50 -70 0 0Z" '
            f'fill="{("#6F8B45", "#4f6b32", "#86a159")[i % 3]}"/>'
        )
        greens += placed(blade, 350 + i * 24, top + 40, 1.15, turn=(i - 6) * 7)
    oranges = "".join(
        (
            f'<circle cx="{x}" cy="{top - 10}" r="66" fill="#E08A2E"/><circle cx="{x - 20}" '
            f'cy="{top - 32}" r="20" fill="#fff" opacity=".25"/>'
        )
        for x in (730, 850)
    )
    back = handle(420, top, 360, 330, shade(dyed, -0.15))
    front = handle(400, top + 66, 400, 350, dyed)
    body = woven(profile, straw, dyed, zigzag) + mouth(profile, straw)
    return shadow(610, 1010, 330, 56, 0.46) + body + back + looking_out(profile, greens + oranges) + front


def lid(straw: str, dyed: str, x: float, y: float, scale: float = 1) -> str:
    """A conical lid with a knob, its foot at y."""
    drawn = ""
    for i in range(11):
        w, up = 372 - i * 31, i * 25
        drawn += f'<ellipse cx="0" cy="{-up}" rx="{w}" ry="{w * 0.2:.0f}" fill="{shade(straw, -0.3)}"/>'
        for j in range(44):
            a, b = math.pi * j / 44, math.pi * (j + 0.85) / 44
            x0, x1 = -w * math.cos(a), -w * math.cos(b)
            tone = 0.28 * math.sin(math.pi * j / 44) - 0.16 + 0.04 * (j % 2)
            colour = shade(dyed if i in (2, 3, 6, 7) and (j + i) % 6 < 3 else straw, tone)
            y0, y1 = -up + w * 0.2 * math.sin(a), -up + w * 0.2 * math.sin(b)
            drawn += (
                f'<path d="M{x0:.0f} {y0 - 13:.0f}L{x1:.0f} {y1 - 13:.0f}L{x1:.0f} {y1 + 13:.0f}L{x0:.0f} '
                f'{y0 + 13:.0f}Z" fill="{colour}"/>'
            )
    knob = (
        f'<ellipse cx="0" cy="-292" rx="44" ry="40" fill="{shade(dyed, -0.1)}"/><ellipse cx="-12" '
        'cy="-306" rx="14" ry="10" fill="#fff" opacity=".3"/>'
    )
    return placed(drawn + knob, x, y, scale)


def bread_basket(straw: str, dyed: str) -> str:
    profile = straight(9, 300, 360, 210)
    return shadow(610, 1010, 340, 56, 0.46) + woven(profile, straw, dyed, bands) + lid(straw, dyed, 600, 790)


def open_bread_basket(straw: str, dyed: str) -> str:
    """The lid taken off and round loaves inside."""
    profile = straight(9, 280, 340, 200)
    loaves = "".join(
        f'<ellipse cx="{x}" cy="{y}" rx="150" ry="62" fill="#a8672f"/><ellipse cx="{x}" '
        f'cy="{y - 10}" rx="142" ry="52" fill="#d29a55"/>'
        f'<path d="M{x - 80} {y - 20}q80 -26 160 0M{x - 60} {y + 6}q60 -18 120 0" '
        f'stroke="#8f5a28" stroke-width="6" fill="none"/>'
        for x, y in ((500, 770), (700, 762), (600, 730))
    )
    body = woven(profile, straw, dyed, bands) + mouth(profile, straw)
    basket = shadow(610, 1010, 320, 56, 0.46) + body + looking_out(profile, loaves)
    return placed(basket, -120, 0) + placed(shadow(0, 40, 190, 30) + lid(straw, dyed, 0, 20, 0.62), 930, 1010)


def laundry_basket(straw: str, dyed: str) -> str:
    """A tall basket with two ear handles and a cloth over its rim."""
    profile = straight(24, 270, 310, 660)
    top = profile[-1][0]
    cloth = (
        f'<path d="M330 {top + 30}C380 {top - 70} 620 {top - 80} 690 {top - 30}C700 {top + 60} 690 '
        f"{top + 190} 640 {top + 230}C600 {top + 170} 560 {top + 250} 520 {top + 190}C480 {top + 130} "
        f'400 {top + 120} 330 {top + 30}Z" fill="#EFE9DC" filter="url(#cloth)"/>'
    )
    ears = handle(232, 560, 90, 150, dyed) + handle(880, 560, 90, 150, dyed)
    return shadow(610, 1010, 330, 56, 0.46) + ears + woven(profile, straw, dyed, bands) + mouth(profile, straw) + cloth


def coil(cx: float, cy: float, radius: float, straw: str, dyed: str, *, turns: int = 9, petals: int = 8) -> str:
    """A round coiled piece seen from above."""
    drawn = shadow(cx - 20, cy + 22, radius, radius, 0.32)
    ring = radius / turns
    for i in range(turns, 0, -1):
        reach = i * ring
        stitches = max(8, int(reach * 0.24))
        drawn += f'<circle cx="{cx}" cy="{cy}" r="{reach:.0f}" fill="{shade(straw, -0.34)}"/>'
        for j in range(stitches):
            a = math.tau * j / stitches
            wave = math.cos(petals * a) * 0.5 + 0.5
            coloured = 0.3 < i / turns - 0.32 * wave < 0.55 or i == turns
            tone = 0.12 + 0.16 * math.cos(a + 2.3)
            x, y = cx + (reach - ring * 0.5) * math.cos(a), cy + (reach - ring * 0.5) * math.sin(a)
            spot = (
                f'<rect x="{-ring * 0.42:.1f}" y="{-math.pi * reach / stitches * 0.86:.1f}" '
                f'width="{ring * 0.84:.1f}" height="{math.tau * reach / stitches * 0.86:.1f}" rx="4" '
                f'fill="{shade(dyed if coloured else straw, tone)}"/>'
            )
            drawn += placed(spot, round(x), round(y), turn=round(math.degrees(a)))
    return drawn


def date_dish(straw: str, dyed: str) -> str:
    """A shallow dish of dates, seen from above."""
    rnd = random.Random(7)
    hollow = (
        '<radialGradient id="hol"><stop offset=".3" stop-opacity=".5"/><stop offset="1" '
        'stop-opacity="0"/></radialGradient><circle cx="600" cy="600" r="300" fill="url(#hol)"/>'
    )
    dates = ""
    for _ in range(34):
        a, r = rnd.uniform(0, math.tau), 205 * math.sqrt(rnd.random())
        tone = rnd.choice(("#6b3a1d", "#7d4824", "#8f5a2c", "#5a2f18"))
        fruit = (
            '<ellipse cx="5" cy="8" rx="60" ry="29" fill="#000" opacity=".3"/><ellipse rx="58" ry="27" '
            f'fill="{tone}"/><ellipse cx="-12" cy="-9" rx="30" ry="7" fill="#fff" opacity=".26"/><path '
            'd="M-56 0l-14 -4v8z" fill="#c9a05e"/>'
        )
        dates += placed(fruit, round(600 + r * math.cos(a)), round(600 + r * math.sin(a)), turn=rnd.randrange(360))
    return linen("#DCE0DA") + coil(600, 600, 450, straw, dyed, turns=12, petals=12) + hollow + dates


def four_mats(straw: str, dyes: tuple[str, str, str, str]) -> str:
    places = ((370, 380, 8), (830, 360, 6), (360, 820, 10), (820, 830, 12))
    mats = "".join(coil(x, y, 215, straw, dye, turns=7, petals=n) for (x, y, n), dye in zip(places, dyes, strict=True))
    return linen("#E3DCCF") + mats


def from_above(straw: str, dyed: str) -> str:
    """Looking down into the basket."""
    rim = coil(600, 600, 460, straw, dyed, turns=12, petals=16)
    depth = (
        '<radialGradient id="deep" cx=".58" cy=".6" r=".6"><stop offset="0" stop-opacity=".15"/>'
        '<stop offset=".7" stop-opacity=".5"/><stop offset="1" stop-opacity=".72"/></radialGradient>'
    )
    return linen("#D5CDBD") + rim + depth + '<circle cx="600" cy="600" r="385" fill="url(#deep)"/>'
