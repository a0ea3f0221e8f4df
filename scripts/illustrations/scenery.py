"""Colours, walls, tables, shadows and the plants that lie beside the products."""

from __future__ import annotations

import math
import random

from .canvas import SIDE


def shade(colour: str, amount: float) -> str:
    """Lighten (towards 1) or darken (towards -1) a #rrggbb colour."""
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    mixed = [int(c + (255 - c) * amount) if amount > 0 else int(c * (1 + amount)) for c in channels]
    return "#" + "".join(f"{max(0, min(255, c)):02x}" for c in mixed)


def across(name: str, *stops: tuple[float, str], down: float = 0) -> str:
    """Define a linear gradient from left to right, or slanted with `down`."""
    inner = "".join(f'<stop offset="{at}" stop-color="{colour}"/>' for at, colour in stops)
    return f'<linearGradient id="{name}" x1="0" y1="0" x2="1" y2="{down}">{inner}</linearGradient>'


def downwards(name: str, top: str, bottom: str) -> str:
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{top}"/>'
        f'<stop offset="1" stop-color="{bottom}"/></linearGradient>'
    )


def wall_and_table(wall: str, table: str, horizon: float) -> str:
    return (
        across("wall", (0, shade(wall, 0.22)), (1, shade(wall, -0.1)), down=1)
        + downwards("table", shade(table, 0.1), shade(table, -0.14))
        + f'<rect width="{SIDE}" height="{SIDE}" fill="url(#wall)"/>@'
        + f'<rect y="{horizon}" width="{SIDE}" height="{SIDE - horizon}" fill="url(#table)"/>'
        + f'<rect y="{horizon}" width="{SIDE}" height="5" fill="{shade(table, 0.35)}" opacity=".7"/>'
    )


def niche(wall: str, table: str = "#B98F66", horizon: float = 770) -> str:
    """A limewashed wall with a horseshoe niche."""
    arch = f"M150 {horizon} V520 C90 300 330 60 600 60 C870 60 1110 300 1050 520 V{horizon}"
    hollow = across("niche", (0, shade(wall, -0.2)), (0.3, shade(wall, -0.1)), (1, shade(wall, -0.03)))
    edge = f"M1050 {horizon} V520 C1110 300 870 60 600 60"
    drawn = (
        f'{hollow}<path d="{arch} Z" fill="url(#niche)"/>'
        f'<path d="{edge}" fill="none" stroke="{shade(wall, 0.5)}" stroke-width="5" opacity=".7"/>'
    )
    return wall_and_table(wall, table, horizon).replace("@", drawn)


def window_light(wall: str, table: str = "#B98F66", horizon: float = 770) -> str:
    """A plain wall with the slanted light of a four-pane window."""
    panes = ""
    for column in range(2):
        for row in range(2):
            x, y = 560 + column * 215, 90 + row * 270 + column * 60
            panes += f'<path d="M{x} {y} l190 54 v240 l-190 -54z" fill="#fff" opacity=".34" filter="url(#haze)"/>'
    return wall_and_table(wall, table, horizon).replace("@", panes)


def tiled_wall(wall: str, tile: str, table: str = "#A7835B", horizon: float = 800) -> str:
    """A wall with a band of star tiles above the table."""
    band = f'<rect y="{horizon - 330}" width="{SIDE}" height="330" fill="{shade(wall, 0.35)}"/>'
    for row in range(2):
        for column in range(8):
            x, y = 75 + column * 150, horizon - 248 + row * 165
            band += star8(x, y, 66, shade(tile, 0.18), 0) + star8(x, y, 46, shade(wall, 0.4), 22.5)
            band += star8(x, y, 28, shade(tile, -0.05)) + star8(x + 75, y + 82, 20, shade(tile, 0.45))
    grout = "".join(f"M0 {horizon - 330 + row * 165}H{SIDE}" for row in range(2))
    band += "".join(f'<path d="M{c * 150} {horizon - 330}v330" stroke="#0001" stroke-width="3"/>' for c in range(9))
    band += f'<path d="{grout}" stroke="#0002" stroke-width="4"/>'
    return wall_and_table(wall, table, horizon).replace("@", f'<g opacity=".55">{band}</g>')


def linen(colour: str) -> str:
    """A cloth seen from above, with soft folds."""
    folds = "".join(
        f'<path d="M{x} -40 q{b} 640 {d} 1300" stroke="{tone}" stroke-width="{w}" fill="none" '
        'opacity=".3" filter="url(#soft)"/>'
        for x, b, d, w, tone in (
            (90, 110, -40, 60, shade(colour, -0.35)),
            (170, 110, -40, 46, "#ffffff"),
            (1010, -130, 70, 70, shade(colour, -0.35)),
            (1090, -130, 70, 50, "#ffffff"),
            (640, 60, 160, 40, shade(colour, -0.2)),
        )
    )
    return f'<rect width="{SIDE}" height="{SIDE}" fill="{colour}" filter="url(#cloth)"/>{folds}'


def planks(colour: str) -> str:
    """A wooden table seen from above."""
    boards = ""
    for row in range(5):
        tone = shade(colour, (-0.06, 0.05, -0.02, 0.08, -0.08)[row])
        boards += f'<rect y="{row * 240}" width="{SIDE}" height="240" fill="{tone}" filter="url(#wood)"/>'
        boards += f'<path d="M0 {row * 240}H{SIDE}" stroke="{shade(colour, -0.55)}" stroke-width="5" opacity=".7"/>'
    return boards


def shadow(cx: float, cy: float, rx: float, ry: float, strength: float = 0.42) -> str:
    return (
        f'<ellipse cx="{cx + 40}" cy="{cy}" rx="{rx}" ry="{ry}" fill="#1b120a" opacity="{strength}" '
        f'filter="url(#soft)"/><ellipse cx="{cx + 6}" cy="{cy}" rx="{rx * 0.86:.0f}" ry="{ry * 0.45:.0f}" '
        f'fill="#1b120a" opacity="{strength}" filter="url(#blur)"/>'
    )


def placed(body: str, x: float, y: float, scale: float = 1, turn: float = 0) -> str:
    return f'<g transform="translate({x} {y}) rotate({turn}) scale({scale})">{body}</g>'


def star8(cx: float, cy: float, radius: float, fill: str, turn: float = 0) -> str:
    points = []
    for i in range(16):
        reach = radius if i % 2 == 0 else radius * 0.765
        angle = math.radians(turn + i * 22.5)
        points.append(f"{cx + reach * math.cos(angle):.1f},{cy + reach * math.sin(angle):.1f}")
    return f'<polygon points="{" ".join(points)}" fill="{fill}"/>'


def leaf(length: float, colour: str, width: float = 0.22) -> str:
    top, low = -length * width, length * width * 0.8
    return (
        f'<path d="M0 0C{length * 0.25} {top} {length * 0.75} {top * 0.9} {length} 0C{length * 0.75} {low} '
        f'{length * 0.25} {low} 0 0Z" fill="{colour}"/>'
        f'<path d="M0 0H{length * 0.96}" stroke="{shade(colour, 0.35)}" stroke-width="3" opacity=".8"/>'
    )


def sprig(x: float, y: float, turn: float, colour: str, *, leaves: int = 5) -> str:
    """An olive or laurel twig."""
    step, long = 62.0, 110.0
    drawn = (
        f'<path d="M0 0Q{leaves * step / 2} -26 {leaves * step} 0" fill="none" stroke="{shade(colour, -0.35)}" '
        'stroke-width="7" stroke-linecap="round"/>'
    )
    for i in range(leaves):
        at = step * (i + 0.4)
        lift = -23 * math.sin(math.pi * at / (leaves * step))
        size = long * (1 - 0.04 * i)
        drawn += placed(leaf(size, colour), at, lift, turn=-38)
        drawn += placed(leaf(size, shade(colour, -0.16)), at + 18, lift, turn=34)
    return placed(drawn + placed(leaf(long * 0.8, colour), leaves * step, 0), x, y, turn=turn)


def rosemary(x: float, y: float, turn: float, colour: str) -> str:
    """A twig with needle leaves in close rows."""
    drawn = f'<path d="M0 0H420" stroke="{shade(colour, -0.45)}" stroke-width="8" stroke-linecap="round"/>'
    for i in range(26):
        at, size = 14 + i * 16, 70 - i * 0.9
        drawn += placed(leaf(size, shade(colour, -0.1), 0.1), at, 0, turn=-48 - i % 3 * 7)
        drawn += placed(leaf(size, shade(colour, 0.12), 0.1), at + 6, 0, turn=44 + i % 4 * 6)
    return placed(drawn, x, y, turn=turn)


def lavender(x: float, y: float, turn: float) -> str:
    """A tied bunch of lavender."""
    drawn = ""
    for stem in range(7):
        lean = (stem - 3) * 5.5
        spike = '<path d="M0 0H330" stroke="#77865b" stroke-width="6"/>'
        for i in range(9):
            for side in (-1, 1):
                tone = ("#7C6AA8", "#9A88C4", "#6A5896")[(i + stem + side) % 3]
                spike += f'<ellipse cx="{300 + i * 19}" cy="{side * (15 - i)}" rx="15" ry="10" fill="{tone}"/>'
        drawn += placed(spike, 0, 0, turn=lean)
    tie = '<path d="M96 -44q16 44 0 88" stroke="#b48a52" stroke-width="13" fill="none"/>'
    return placed(drawn + tie, x, y, turn=turn)


def petals(seed: int, colours: tuple[str, ...], area: tuple[float, float, float, float], count: int = 9) -> str:
    rnd = random.Random(seed)
    left, top, right, bottom = area
    drawn = ""
    for _ in range(count):
        petal = (
            '<ellipse cx="4" cy="10" rx="36" ry="15" fill="#000" opacity=".18"/>'
            f'<path d="M-38 0C-20 -30 22 -28 38 0C20 18 -20 20 -38 0Z" fill="{rnd.choice(colours)}"/>'
        )
        drawn += placed(
            petal, round(rnd.uniform(left, right)), round(rnd.uniform(top, bottom)), turn=rnd.randrange(180)
        )
    return drawn


def blossom(x: float, y: float, radius: float, fill: str, heart: str, *, count: int = 5) -> str:
    """A flower seen from above: five round petals for orange, longer ones for jasmine."""
    drawn = f'<circle cx="6" cy="10" r="{radius * 0.9}" fill="#000" opacity=".16" filter="url(#haze)"/>'
    for i in range(count):
        petal = (
            f'<ellipse cx="{radius * 0.55}" cy="0" rx="{radius * 0.5}" ry="{radius * 0.3}" fill="{fill}"/>'
            f'<path d="M0 0H{radius * 0.8}" stroke="{shade(fill, -0.14)}" stroke-width="3"/>'
        )
        drawn += placed(petal, 0, 0, turn=i * 360 / count)
    return placed(drawn + f'<circle r="{radius * 0.17}" fill="{heart}"/>', x, y)


def rose(x: float, y: float, radius: float, colour: str) -> str:
    drawn = f'<circle cx="8" cy="14" r="{radius}" fill="#000" opacity=".22" filter="url(#blur)"/>'
    for ring in range(6):
        reach = radius * (1 - ring * 0.155)
        for i in range(5):
            spot = f'<ellipse cx="{reach * 0.42:.0f}" cy="0" rx="{reach * 0.6:.0f}" ry="{reach * 0.56:.0f}"'
            tone = shade(colour, 0.34 - ring * 0.11 + 0.05 * (i % 2))
            drawn += placed(
                f'{spot} fill="{tone}" stroke="{shade(colour, -0.3)}" stroke-width="2"/>', 0, 0, turn=i * 72 + ring * 31
            )
    return placed(drawn, x, y)
