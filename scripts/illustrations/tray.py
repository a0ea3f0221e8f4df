"""Chased metal: trays standing, hanging, laid for tea; coasters and the couscous dish."""

from __future__ import annotations

import math
import random

from .scenery import across, placed, shade, shadow, star8


def metal(name: str, colour: str) -> str:
    stops = (
        (0, shade(colour, 0.72)),
        (0.35, shade(colour, 0.18)),
        (0.75, shade(colour, -0.2)),
        (1, shade(colour, -0.5)),
    )
    inner = "".join(f'<stop offset="{at}" stop-color="{tone}"/>' for at, tone in stops)
    return f'<radialGradient id="{name}" cx=".36" cy=".3" r=".85">{inner}</radialGradient>'


def engraved(path: str, colour: str, width: float = 4) -> str:
    """A chased line: its dark furrow and the light on its lower lip."""
    return (
        f'<path d="{path}" fill="none" stroke="{shade(colour, 0.65)}" '
        f'stroke-width="{width * 0.6}" transform="translate(2 3)" opacity=".8"/>'
        f'<path d="{path}" fill="none" stroke="{shade(colour, -0.58)}" stroke-width="{width}"/>'
    )


def circle(cx: float, cy: float, r: float) -> str:
    return f"M{cx - r} {cy}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z"


def star_lines(cx: float, cy: float, r: float, points: int, skip: int) -> str:
    """A star polygon: every corner joined to the one `skip` further on."""
    corners = [
        (cx + r * math.cos(math.tau * i / points), cy + r * math.sin(math.tau * i / points)) for i in range(points)
    ]
    return "".join(
        (
            f"M{corners[i][0]:.0f} {corners[i][1]:.0f}L{corners[(i + skip) % points][0]:.0f} "
            f"{corners[(i + skip) % points][1]:.0f}"
        )
        for i in range(points)
    )


def petal_ring(cx: float, cy: float, inner: float, outer: float, count: int) -> str:
    path, half = "", math.pi / count
    for i in range(count):
        a = math.tau * i / count
        middle = (inner + outer) / 2
        tip = (cx + outer * math.cos(a), cy + outer * math.sin(a))
        foot = (cx + inner * math.cos(a), cy + inner * math.sin(a))
        for side in (-half, half):
            x, y = cx + middle * math.cos(a + side * 0.9), cy + middle * math.sin(a + side * 0.9)
            path += f"M{foot[0]:.0f} {foot[1]:.0f}Q{x:.0f} {y:.0f} {tip[0]:.0f} {tip[1]:.0f}"
    return path


def scallops(cx: float, cy: float, r: float, count: int) -> str:
    path = ""
    for i in range(count):
        a, b = math.tau * i / count, math.tau * (i + 1) / count
        m = (a + b) / 2
        path += (
            f"M{cx + r * math.cos(a):.0f} {cy + r * math.sin(a):.0f}Q{cx + (r + 38) * math.cos(m):.0f} "
            f"{cy + (r + 38) * math.sin(m):.0f} {cx + r * math.cos(b):.0f} {cy + r * math.sin(b):.0f}"
        )
    return path


def hammered(cx: float, cy: float, radius: float, colour: str, *, dents: int = 520) -> str:
    rnd = random.Random(2)
    drawn = ""
    for _ in range(dents):
        a, r = rnd.uniform(0, math.tau), radius * math.sqrt(rnd.random())
        x, y = cx + r * math.cos(a), cy + r * math.sin(a)
        drawn += f'<ellipse cx="{x:.0f}" cy="{y:.0f}" rx="9" ry="8" fill="{shade(colour, 0.5)}" opacity=".16"/>'
        drawn += (
            f'<ellipse cx="{x + 3:.0f}" cy="{y + 3:.0f}" rx="9" ry="8" fill="{shade(colour, -0.5)}" opacity=".12"/>'
        )
    return drawn


def stars(cx: float, cy: float, r: float, colour: str) -> str:
    """Interlaced sixteen-pointed stars around a small khatam."""
    drawn = engraved(circle(cx, cy, r * 0.94), colour) + engraved(star_lines(cx, cy, r * 0.9, 16, 5), colour, 3.4)
    drawn += engraved(circle(cx, cy, r * 0.5), colour) + engraved(star_lines(cx, cy, r * 0.47, 16, 6), colour, 3)
    return drawn + star8(cx, cy, r * 0.14, shade(colour, -0.35)) + star8(cx, cy, r * 0.08, shade(colour, 0.4), 22.5)


def rosette(cx: float, cy: float, r: float, colour: str) -> str:
    drawn = ""
    for inner, outer, count in ((0.1, 0.42, 8), (0.42, 0.7, 16), (0.7, 0.92, 24)):
        drawn += engraved(petal_ring(cx, cy, r * inner, r * outer, count), colour)
        drawn += engraved(circle(cx, cy, r * outer), colour, 3)
    return drawn + f'<circle cx="{cx}" cy="{cy}" r="{r * 0.09}" fill="{shade(colour, -0.4)}"/>'


def arabesque(cx: float, cy: float, r: float, colour: str) -> str:
    drawn = "".join(
        engraved(scallops(cx, cy, r * k, n), colour, 3.4) for k, n in ((0.84, 28), (0.66, 22), (0.48, 16), (0.3, 10))
    )
    return drawn + engraved(star_lines(cx, cy, r * 0.26, 8, 3), colour) + engraved(circle(cx, cy, r * 0.95), colour)


def keyed(cx: float, cy: float, r: float, colour: str) -> str:
    drawn = engraved(circle(cx, cy, r * 0.92), colour) + engraved(circle(cx, cy, r * 0.74), colour)
    drawn += engraved(star_lines(cx, cy, r * 0.92, 40, 2), colour, 3) + engraved(
        petal_ring(cx, cy, r * 0.2, r * 0.7, 12), colour
    )
    return drawn + engraved(star_lines(cx, cy, r * 0.2, 12, 5), colour, 2.6)


ENGRAVINGS = {"stars": stars, "rosette": rosette, "arabesque": arabesque, "keyed": keyed}


def disc(cx: float, cy: float, radius: float, colour: str, engraving: str, *, lobes: int = 0) -> str:
    """A round tray seen from the front, its edge smooth or of `lobes` beads."""
    name = f"m{cx}{cy}".replace(".", "")
    edge = ""
    for i in range(lobes):
        a = math.tau * i / lobes
        tone = shade(colour, -0.28 + 0.3 * math.cos(a - 4))
        edge += (
            f'<circle cx="{cx + radius * math.cos(a):.0f}" cy="{cy + radius * math.sin(a):.0f}" '
            f'r="{radius * 3.5 / lobes:.0f}" fill="{tone}"/>'
        )
    face = f'<circle cx="{cx}" cy="{cy}" r="{radius}" fill="url(#{name})"/>' + hammered(
        cx, cy, radius * 0.88, colour, dents=int(radius * 1.3)
    )
    rim = engraved(circle(cx, cy, radius * 0.95), colour)
    return metal(name, colour) + edge + face + rim + ENGRAVINGS[engraving](cx, cy, radius * 0.86, colour)


def standing(colour: str, engraving: str, *, lobes: int = 48, radius: float = 420) -> str:
    return shadow(640, 1010, 330, 40, 0.5) + disc(600, 1010 - radius, radius, colour, engraving, lobes=lobes)


def hanging(colour: str, engraving: str) -> str:
    """A dish on a nail, hung by its ring."""
    cord = (
        '<circle cx="600" cy="96" r="13" fill="#4b3a2a"/><path d="M600 96L540 220M600 96L660 220" '
        'stroke="#7a5a38" stroke-width="7"/>'
    )
    ring = f'<circle cx="600" cy="222" r="40" fill="none" stroke="{shade(colour, -0.2)}" stroke-width="13"/>'
    return (
        '<circle cx="648" cy="664" r="380" fill="#1b120a" opacity=".4" filter="url(#soft)"/>'
        + cord
        + ring
        + disc(600, 610, 360, colour, engraving, lobes=16)
    )


def laid_for_tea(colour: str) -> str:
    """A small tray on the table with a teapot and two glasses of mint tea."""
    flat = placed(disc(0, 0, 430, colour, "arabesque", lobes=40), 600, 930)
    plate = f'<g transform="translate(600 930) scale(1 .34) translate(-600 -930)">{flat}</g>'
    lip = (
        '<path d="M166 930q0 34 434 180t434 -180q-10 60 -190 110t-244 50t-244 -50t-190 -110z" '
        f'fill="{shade(colour, -0.5)}" opacity="0"/>'
    )
    return shadow(610, 1020, 440, 60, 0.5) + lip + plate + teapot(480, 940) + tea_glass(760, 990) + tea_glass(890, 930)


def teapot(x: float, y: float) -> str:
    silver = across("pot", (0, "#6c6f70"), (0.3, "#f4f4f0"), (0.55, "#b9bcba"), (1, "#5c5f60"))
    body = '<path d="M-130 0C-190 -90 -150 -250 -70 -290H70C150 -250 190 -90 130 0Z" fill="url(#pot)"/>'
    body += '<path d="M-70 -290Q0 -390 70 -290Z" fill="url(#pot)"/><circle cx="0" cy="-362" r="20" fill="#9a9d9c"/>'
    spout = (
        '<path d="M-140 -90C-230 -120 -210 -230 -270 -270L-240 -290C-180 -260 -190 -190 -130 -190Z" fill="#a9acab"/>'
    )
    grip = '<path d="M120 -230C230 -270 240 -90 134 -70" fill="none" stroke="#808382" stroke-width="24"/>'
    return placed(
        silver
        + shadow(0, 0, 140, 26, 0.45)
        + spout
        + grip
        + body
        + engraved("M-150 -120Q0 -80 150 -120M-140 -170Q0 -130 140 -170", "#b9bcba"),
        x,
        y,
    )


def tea_glass(x: float, y: float) -> str:
    tea = (
        '<path d="M-44 -110L-36 0H36L44 -110Z" fill="#b5752a" opacity=".85"/><ellipse cy="-110" '
        'rx="44" ry="12" fill="#d9a24e"/>'
    )
    glass = (
        '<path d="M-52 -160L-38 6H38L52 -160Z" fill="#fff" opacity=".28"/><ellipse cy="-160" rx="52" '
        'ry="14" fill="none" stroke="#fff" stroke-width="4" opacity=".8"/>'
    )
    mint = '<path d="M-6 -116q-34 -40 -6 -70q26 34 6 70zm14 0q40 -26 34 -60q-36 10 -34 60z" fill="#5f8a42"/>'
    band = '<path d="M-48 -136q48 16 96 0" stroke="#d9b25a" stroke-width="8" fill="none"/>'
    return placed(shadow(-20, 4, 50, 12, 0.4) + tea + mint + glass + band, x, y)


def coasters(colour: str) -> str:
    """Six small discs laid out, each with its own engraving."""
    kinds = ("stars", "rosette", "keyed", "arabesque", "stars", "rosette")
    drawn = ""
    for i, kind in enumerate(kinds):
        x, y = 225 + (i % 3) * 375, 410 + (i // 3) * 385
        drawn += shadow(x - 18, y + 20, 165, 160, 0.4) + disc(x, y, 165, shade(colour, 0.06 * (i % 2)), kind)
    return drawn


def couscous_dish(colour: str) -> str:
    """A wide deep dish on a foot, heaped with couscous and vegetables."""
    side = across(
        "side", (0, shade(colour, -0.5)), (0.3, shade(colour, 0.45)), (0.55, colour), (1, shade(colour, -0.55))
    )
    foot = '<path d="M430 900H770L810 1010Q600 1050 390 1010Z" fill="url(#side)"/>'
    bowl = '<path d="M130 640C160 800 330 920 460 930H740C870 920 1040 800 1070 640Z" fill="url(#side)"/>'
    bands = engraved("M160 720Q600 900 1040 720M190 770Q600 940 1010 770", colour)
    for i in range(17):
        x = 210 + i * 49
        y = 752 + 83 * math.sin(math.pi * (x - 160) / 880)
        bands += engraved(f"M{x} {y - 20:.0f}l20 20l-20 20l-20 -20z", colour, 3)
    rim = (
        f'<ellipse cx="600" cy="640" rx="472" ry="120" fill="{shade(colour, 0.35)}"/><ellipse '
        f'cx="600" cy="644" rx="440" ry="104" fill="{shade(colour, -0.4)}"/>'
    )
    return shadow(610, 1016, 300, 44, 0.5) + side + foot + bowl + bands + rim + heap()


def heap() -> str:
    rnd = random.Random(3)
    drawn = '<path d="M190 660C280 480 460 420 600 420S920 480 1010 660Q600 760 190 660Z" fill="#E3C27C"/>'
    for _ in range(900):
        x = rnd.uniform(230, 970)
        top = 430 + 220 * ((x - 600) / 400) ** 2
        y = rnd.uniform(top, 690 - 40 * ((x - 600) / 400) ** 2)
        drawn += f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4" fill="{rnd.choice(("#F0D699", "#D2AC60", "#C99F52"))}"/>'
    for i, (x, y, turn, tone) in enumerate(
        (
            (520, 500, -62, "#E0762A"),
            (640, 490, -112, "#E0762A"),
            (450, 570, -30, "#7d9a4a"),
            (740, 560, -150, "#7d9a4a"),
            (590, 560, -88, "#E9B24A"),
        )
    ):
        stick = (
            f'<rect x="-80" y="-24" width="{170 - i * 6}" height="48" rx="24" fill="{shade(tone, -0.2)}"/>'
            f'<rect x="-76" y="-22" width="{160 - i * 6}" height="32" rx="16" fill="{tone}"/>'
        )
        drawn += placed(stick, x, y, turn=turn)
    for x, y in ((400, 640), (480, 670), (560, 640), (690, 650), (780, 620), (830, 660), (620, 690), (360, 610)):
        drawn += (
            f'<circle cx="{x}" cy="{y}" r="15" fill="#D9A75C"/><circle cx="{x - 4}" cy="{y - 5}" r="5" fill="#f3d9a4"/>'
        )
    return drawn
