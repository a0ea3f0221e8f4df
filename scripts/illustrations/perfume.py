"""Perfume bottles and flower waters in glass."""

from __future__ import annotations

from dataclasses import dataclass

from .scenery import across, blossom, placed, rose, shade, shadow, star8

BRASS = ((0.0, "#5d4217"), (0.25, "#d9b25a"), (0.45, "#fbe9b3"), (0.7, "#b98a33"), (1.0, "#5d4217"))
SQUAT = "M430 560q0 -60 60 -70l50 -10v-50h120v50l50 10q60 10 60 70v380q0 66 -66 66h-208q-66 0 -66 -66z"
TALL = "M470 480q0 -70 56 -90l34 -16v-70h80v70l34 16q56 20 56 90v476q0 50 -50 50h-160q-50 0 -50 -50z"
CUBE = "M400 560q0 -26 26 -26h114v-60h120v60h114q26 0 26 26v420q0 26 -26 26h-348q-26 0 -26 -26z"
PHIAL = "M520 700q0 -30 30 -38v-52h100v52q30 8 30 38v270q0 36 -36 36h-88q-36 0 -36 -36z"


@dataclass(frozen=True)
class Bottle:
    """Outline, level of the liquid, colours, and the place of the label (left, top, width, height)."""

    outline: str
    level: float
    glass: str
    liquid: str
    label: tuple[float, float, float, float]


def bottle(kind: Bottle, name: str, cap: str) -> str:
    """A filled bottle standing at y = 1006; `name` keeps its gradients apart from others'."""
    tone = kind.liquid
    stops = ((0.0, shade(tone, -0.35)), (0.18, tone), (0.5, shade(tone, 0.32)), (0.8, tone), (1.0, shade(tone, -0.45)))
    glare = (
        f'<linearGradient id="{name}g" x1="0" x2="1"><stop offset="0" stop-color="#fff" stop-opacity=".75"/>'
        '<stop offset=".14" stop-color="#fff" stop-opacity=".12"/><stop offset=".86" stop-color="#fff" '
        'stop-opacity=".08"/><stop offset="1" stop-color="#fff" stop-opacity=".6"/></linearGradient>'
    )
    inner = f'<clipPath id="{name}c"><path d="{kind.outline}" transform="translate(24 40) scale(.96)"/></clipPath>'
    filled = (
        f'<g clip-path="url(#{name}c)"><rect x="380" y="{kind.level}" width="440" '
        f'height="640" fill="url(#{name}l)" opacity=".94"/>'
        f'<ellipse cx="600" cy="{kind.level}" rx="190" ry="14" fill="{shade(tone, 0.5)}" opacity=".8"/></g>'
    )
    body = f'<path d="{kind.outline}" fill="{kind.glass}" opacity=".5"/>{filled}'
    shine = (
        f'<path d="{kind.outline}" fill="url(#{name}g)"/><path d="{kind.outline}" fill="none" '
        'stroke="#fff" stroke-opacity=".55" stroke-width="5"/>'
    )
    caustic = (
        f'<ellipse cx="860" cy="1004" rx="170" ry="32" fill="{shade(tone, 0.35)}" opacity=".55" filter="url(#blur)"/>'
    )
    return (
        shadow(640, 1010, 260, 52, 0.45)
        + caustic
        + across(f"{name}l", *stops)
        + glare
        + inner
        + body
        + shine
        + label(kind)
        + cap
    )


def label(kind: Bottle) -> str:
    left, top, width, height = kind.label
    ink, middle = shade(kind.liquid, -0.5), left + width / 2
    size = min(width * 0.23, height * 0.25)
    return (
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6" fill="#FBF4E2"/>'
        f'<rect x="{left + 11}" y="{top + 11}" width="{width - 22}" height="{height - 22}" rx="3" '
        f'fill="none" stroke="{ink}" stroke-width="3"/>'
        + star8(middle, top + height * 0.42, size, ink)
        + star8(middle, top + height * 0.42, size * 0.52, "#FBF4E2", 22.5)
        + f'<path d="M{middle - width * 0.3} '
        f"{top + height * 0.76}h{width * 0.6}M{middle - width * 0.18} "
        f'{top + height * 0.85}h{width * 0.36}" '
        f'stroke="{ink}" stroke-width="6" stroke-linecap="round"/>'
    )


def star_stopper() -> str:
    collar = (
        '<rect x="528" y="404" width="144" height="40" rx="8" fill="url(#brass)"/><rect x="548" '
        'y="360" width="104" height="50" rx="6" fill="url(#brass)"/>'
    )
    star = (
        star8(600, 268, 104, "url(#brass)")
        + star8(600, 268, 74, shade("#d9b25a", 0.25), 22.5)
        + star8(600, 268, 44, "url(#brass)")
    )
    return across("brass", *BRASS) + collar + star


def ball_stopper() -> str:
    ball = (
        '<radialGradient id="ball" cx=".35" cy=".3"><stop offset="0" stop-color="#fff3c9"/><stop '
        'offset=".4" stop-color="#d0a54a"/><stop offset="1" stop-color="#4d3612"/></radialGradient>'
    )
    return (
        across("brass", *BRASS)
        + ball
        + (
            '<rect x="530" y="420" width="140" height="64" rx="8" fill="url(#brass)"/><circle cx="600" '
            'cy="330" r="104" fill="url(#ball)"/>'
        )
    )


def cork() -> str:
    grain = "".join(
        f'<circle cx="{566 + (i * 29) % 68}" cy="{236 + (i * 17) % 66}" r="3" fill="#7d5a34"/>' for i in range(16)
    )
    tie = '<path d="M552 352h96M556 364h88" stroke="#8a6a3d" stroke-width="9"/>'
    return (
        across("cork", (0, "#9a7042"), (0.4, "#dcb987"), (1, "#8a6238"))
        + f'<path d="M556 226h88l-8 84h-72z" fill="url(#cork)"/>{grain}{tie}'
    )


def dropper() -> str:
    rubber = across("rubber", (0, "#161414"), (0.35, "#5b5553"), (1, "#121010"))
    return (
        across("brass", *BRASS)
        + rubber
        + (
            '<path d="M572 540q-4 -110 28 -110t28 110z" fill="url(#rubber)"/><rect x="540" y="536" '
            'width="120" height="84" rx="8" fill="url(#brass)"/>'
        )
    )


def plinth(colour: str) -> str:
    """A round stone the small oil bottle stands on."""
    return (
        shadow(620, 1080, 330, 40, 0.4)
        + across("stone", (0, shade(colour, -0.3)), (0.35, shade(colour, 0.2)), (1, shade(colour, -0.4)))
        + '<path d="M330 990v76q0 60 270 60t270 -60v-76z" fill="url(#stone)"/>'
        + f'<ellipse cx="600" cy="992" rx="270" ry="56" fill="{shade(colour, 0.3)}"/>'
    )


def carton(x: float, y: float, colour: str) -> str:
    """The closed carton of a perfume."""
    front = (
        f'<rect x="{x}" y="{y}" width="270" height="430" fill="{colour}"/><path d="M{x + 270} {y}l70 '
        f'-44v430l-70 44z" fill="{shade(colour, -0.3)}"/>'
    )
    front += f'<path d="M{x} {y}l70 -44h270l-70 44z" fill="{shade(colour, 0.25)}"/>'
    seal = (
        star8(x + 135, y + 190, 84, "#d9b25a")
        + star8(x + 135, y + 190, 60, colour, 22.5)
        + star8(x + 135, y + 190, 32, "#d9b25a")
    )
    return (
        shadow(x + 170, y + 430, 190, 30, 0.45)
        + front
        + seal
        + f'<path d="M{x + 70} {y + 330}h130M{x + 96} {y + 352}h78" stroke="#d9b25a" stroke-width="7"/>'
    )


def jasmine() -> str:
    return "".join(
        blossom(x, y, r, "#FFFDF4", "#d9b94a")
        for x, y, r in ((270, 1020, 70), (380, 1090, 62), (190, 1100, 56), (880, 1100, 60))
    )


def orange_blossom() -> str:
    slice_ = '<circle r="84" fill="#e08a2e"/><circle r="74" fill="#fbe3b8"/>' + "".join(
        placed('<path d="M6 -8L62 -30Q72 0 62 30L6 8Z" fill="#eda546"/>', 0, 0, turn=k * 45 + 22) for k in range(8)
    )
    flowers = "".join(blossom(x, y, r, "#FFFAF0", "#e3b23c") for x, y, r in ((300, 1030, 64), (400, 1110, 54)))
    return placed(slice_, 880, 1090, 0.95) + flowers


def roses() -> str:
    return rose(280, 1010, 104, "#C4616B") + rose(420, 1100, 70, "#D98E8B") + rose(900, 1100, 60, "#C4616B")


def resin() -> str:
    """Chips of dark wood and drops of resin."""
    chips = (
        ((230, 1040), -18, "#5b3b25"),
        ((330, 1090), 12, "#4a2f1e"),
        ((210, 1110), 30, "#6b4930"),
        ((900, 1100), -24, "#5b3b25"),
    )
    drawn = "".join(
        placed(
            (
                f'<path d="M-80 -14L60 -24L84 6L-60 22Z" fill="{tone}"/><path d="M-70 -6L70 -14" '
                'stroke="#8a6544" stroke-width="4"/>'
            ),
            x,
            y,
            turn=turn,
        )
        for (x, y), turn, tone in chips
    )
    return drawn + "".join(
        f'<circle cx="{x}" cy="{y}" r="{r}" fill="#c9812b" opacity=".9"/>'
        for x, y, r in ((400, 1040, 20), (440, 1070, 14), (850, 1060, 17))
    )


def cotton() -> str:
    drawn = ""
    for x, y in ((250, 1110), (330, 1080), (960, 1100)):
        drawn += "".join(
            f'<circle cx="{x + dx}" cy="{y + dy}" r="38" fill="{tone}"/>'
            for dx, dy, tone in ((-30, 8, "#e9e4da"), (30, 8, "#efeae0"), (0, -20, "#fffdf7"), (0, 18, "#f5f1e8"))
        )
    return drawn


def discovery_box(waters: tuple[Bottle, Bottle, Bottle]) -> str:
    """Three slim bottles standing in a tray of card."""
    back = '<path d="M170 700H1030V1010H170Z" fill="#8a6a45"/>'
    flasks = "".join(
        placed(bottle(kind, f"trio{i}", cork().replace("cork", f"cork{i}")), i * 275 - 155, 200, 0.8)
        for i, kind in enumerate(waters)
    )
    front = (
        '<rect x="140" y="850" width="920" height="210" rx="8" fill="#c39a68" filter="url(#cloth)"/>'
        '<rect x="140" y="850" width="920" height="10" fill="#e2c193"/>'
    )
    ribbon = (
        '<rect x="140" y="930" width="920" height="44" fill="#0F5B50"/>'
        f"{star8(600, 952, 62, '#0F5B50')}{star8(600, 952, 40, '#FBF4E2', 22.5)}"
    )
    return shadow(620, 1062, 470, 40, 0.45) + back + flasks + front + ribbon
