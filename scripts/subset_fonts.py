"""Build the web fonts of the shop: subset them, limit their weights, add the letters they lack.

Usage: python scripts/subset_fonts.py SOURCES [OUT]

SOURCES holds the unpacked npm packages `el-messiri/` and `readex-pro/` (@fontsource-variable, both OFL-1.1
without a reserved font name). Algerian names need ڨ پ گ, which the Arabic faces do not all have; the letters
are put together from parts of the same face, so the Arabic files carry another family name than their source.
"""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphCoordinates
from fontTools.ttLib.tables.ttProgram import Program
from fontTools.ttLib.tables.TupleVariation import TupleVariation
from fontTools.varLib import instancer

ARABIC = "060C,061B,061F,0621-063A,0640-0652,0660-0669,066A-066C,0670,0671,067E,06A4,06A8,06AF,06CC,200C-200F,0020,00A0"
LATIN = (
    "0020-007E,00A0-00FF,0152,0153,0178,2009,2010-2014,2018-201A,201C-201E,2022,2026,202F,2032,2039,203A,"
    "20AC,2190-2193,2212,00D7"
)
FEATURES = [
    "ccmp", "locl", "mark", "mkmk", "init", "medi", "fina", "isol", "rlig", "calt", "liga", "kern", "curs",
    "rclt", "tnum", "lnum",
]  # fmt: skip
LICENCE = "This Font Software is licensed under the SIL Open Font License, Version 1.1."
NAMES_KEPT = [0, 1, 2, 3, 4, 5, 6, 13, 14]
GAF_GAP, GAF_THICKNESS, GAF_LENGTH = 0.55, 0.9, 0.95

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Outline:
    """Contours of one glyph in one master; `on` holds the on-curve flags, shared between masters."""

    contours: tuple[Points, ...]
    on: tuple[list[int], ...]
    width: float

    def __add__(self, other: Outline) -> Outline:
        return Outline(self.contours + other.contours, self.on + other.on, self.width)

    def moved(self, dx: float, dy: float) -> Outline:
        return Outline(tuple([(x + dx, y + dy) for x, y in c] for c in self.contours), self.on, self.width)

    def turned(self) -> Outline:
        """Rotate by half a turn: unlike a mirror image it keeps the direction of the contours."""
        return Outline(tuple([(-x, -y) for x, y in c] for c in self.contours), self.on, self.width)

    def picked(self, *which: int) -> Outline:
        return Outline(tuple(self.contours[i] for i in which), tuple(self.on[i] for i in which), self.width)

    def wide(self, width: float) -> Outline:
        return Outline(self.contours, self.on, width)

    @property
    def box(self) -> tuple[float, float, float, float]:
        xs, ys = zip(*(p for c in self.contours for p in c), strict=True)
        return min(xs), min(ys), max(xs), max(ys)


class Face:
    """One Arabic face with its masters; letters are composed in every master alike."""

    def __init__(self, font: Any) -> None:
        self.font = font
        self.masters = [font]
        if "fvar" in font:
            heaviest = font["fvar"].axes[0].maxValue
            self.masters.append(instancer.instantiateVariableFont(font, {"wght": heaviest}, inplace=False))
        self.forms = {tag: _single_substitutions(font, tag) for tag in ("init", "medi", "fina")}

    def lacks(self, letter: str) -> bool:
        return ord(letter) not in self.font.getBestCmap()

    def outlines(self, glyph: str) -> list[Outline]:
        return [_outline(master, glyph) for master in self.masters]

    def body_and_dots(self, glyph: str) -> list[tuple[Outline, Outline]]:
        """Return the outline without and of the dots: the faces build dotted letters from two components."""
        body = self.font["glyf"][glyph].components[0].glyphName
        count = len(_outline(self.font, body).contours)
        pairs = []
        for whole in self.outlines(glyph):
            everything = range(len(whole.contours))
            pairs.append((whole.picked(*everything[:count]), whole.picked(*everything[count:])))
        return pairs

    def add_letter(self, letter: str, like: str, shapes: dict[str, list[Outline]]) -> None:
        """Add a letter whose four forms behave (joining, kerning, marks) as those of the glyph `like`."""
        names = {"": f"uni{ord(letter):04X}"} | {tag: f"uni{ord(letter):04X}.{tag}" for tag in self.forms}
        for tag, name in names.items():
            model = self.forms[tag][like] if tag else like
            self._add_glyph(name, shapes[tag])
            _copy_behaviour(self.font, name, model)
        for tag, lookups in self._lookups().items():
            for mapping in lookups:
                if like in mapping:
                    mapping[names[""]] = names[tag]
        for table in self.font["cmap"].tables:
            if table.isUnicode():
                table.cmap[ord(letter)] = names[""]

    def _lookups(self) -> dict[str, list[dict[str, str]]]:
        return {tag: _single_mappings(self.font, tag) for tag in self.forms}

    def _add_glyph(self, name: str, masters: list[Outline]) -> None:
        base = masters[0]
        self.font.setGlyphOrder([*self.font.getGlyphOrder(), name])
        self.font["glyf"].glyphOrder = self.font.getGlyphOrder()
        self.font["glyf"].glyphs[name] = _drawn(base)
        self.font["hmtx"][name] = (round(base.width), round(base.box[0]))
        if len(masters) > 1:
            deltas = [
                (round(bx) - round(ax), round(by) - round(ay))
                for (ax, ay), (bx, by) in zip(_flat(base), _flat(masters[1]), strict=True)
            ]
            phantom = [(0, 0), (round(masters[1].width - base.width), 0), (0, 0), (0, 0)]
            self.font["gvar"].variations[name] = [TupleVariation({"wght": (0, 1, 1)}, deltas + phantom)]


def make_arabic(source: Path, out: Path, weight: int | tuple[int, int], family: str) -> None:
    """Write the Arabic file of one family, with the missing letters drawn and the family renamed."""
    font = _settled(instancer.instantiateVariableFont(TTFont(source), {"wght": weight}))
    if "HVAR" in font:
        del font["HVAR"]  # the advances of gvar say the same, for the added glyphs too
    face = Face(font)
    add_qaf_with_three_dots(face)
    add_peh(face)
    add_gaf(face)
    rename(font, family)
    write_subset(font, out, ARABIC)


def make_latin(source: Path, out: Path, weight: int | tuple[int, int]) -> None:
    write_subset(_settled(instancer.instantiateVariableFont(TTFont(source), {"wght": weight})), out, LATIN)


def add_qaf_with_three_dots(face: Face) -> None:
    """Draw ڨ: the body of ق under the three dots of ث, standing where the two dots stand."""
    if face.lacks("ڨ"):
        dots = face.outlines("threedotsupabovear")
        face.add_letter("ڨ", "uni0642", _redotted(face, "uni0642", dots, edge=1))


def add_peh(face: Face) -> None:
    """Draw پ: the body of ب over three dots, hanging where its single dot hangs."""
    if face.lacks("پ"):
        dots = [outline.turned() for outline in face.outlines("threedotsupabovear")]
        face.add_letter("پ", "uni0628", _redotted(face, "uni0628", dots, edge=3))


def add_gaf(face: Face) -> None:
    """Draw گ: the slanted head of joined ك with a second bar, and the tail of ك where nothing follows."""
    if not face.lacks("گ"):
        return
    kaf = "uni0643"
    heads = {"init": face.outlines(face.forms["init"][kaf]), "medi": face.outlines(face.forms["medi"][kaf])}
    barred = {tag: [head + _bar_over(head) for head in masters] for tag, masters in heads.items()}
    tails = [_tail(outline) for outline in face.outlines(kaf)]
    shapes = dict(barred)
    shapes[""] = [_with_tail(h, t) for h, t in zip(barred["init"], tails, strict=True)]
    shapes["fina"] = [_with_tail(h, t) for h, t in zip(barred["medi"], tails, strict=True)]
    face.add_letter("گ", kaf, shapes)


def rename(font: Any, family: str) -> None:
    """Give the changed font another name, keep its copyright and say its licence."""
    plain = family.replace(" ", "")
    for record in font["name"].names:
        if record.nameID in {1, 3, 4, 6, 16, 25}:
            record.string = plain if record.nameID in {3, 6, 25} else family
    font["name"].setName(LICENCE, 13, 3, 1, 0x409)
    font["name"].setName("https://openfontlicense.org", 14, 3, 1, 0x409)


def write_subset(font: Any, out: Path, unicodes: str) -> None:
    options = subset.Options()
    options.flavor, options.layout_features, options.hinting = "woff2", FEATURES, False
    options.name_IDs = NAMES_KEPT
    font.flavor = None
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(unicodes))
    subsetter.subset(font)
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    subset.save_font(font, str(out), options)
    sys.stdout.write(f"{out.name} {out.stat().st_size}\n")


def _redotted(face: Face, like: str, dots: list[Outline], *, edge: int) -> dict[str, list[Outline]]:
    """Return the forms of `like` with its dots replaced; `edge` 1 aligns their bottoms, 3 their tops."""
    shapes = {}
    for tag in ("", *face.forms):
        glyph = face.forms[tag][like] if tag else like
        masters = []
        for (body, old), new in zip(face.body_and_dots(glyph), dots, strict=True):
            dx = (old.box[0] + old.box[2] - new.box[0] - new.box[2]) / 2
            masters.append(body + new.moved(dx, old.box[edge] - new.box[edge]))
        shapes[tag] = masters
    return shapes


def _bar_over(head: Outline) -> Outline:
    """Return a bar parallel to the arm of the kaf: the tallest contour starts along the arm's upper edge."""
    tallest = max(head.contours, key=lambda contour: max(y for _, y in contour))
    (x0, y0), (x1, y1), (x2, y2) = tallest[:3]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    stroke = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    near, far = stroke * GAF_GAP, stroke * (GAF_GAP + GAF_THICKNESS)
    start, end = length * (1 - GAF_LENGTH), length
    corners = [(start, near), (start, far), (end, far), (end, near)]
    points = [(x0 + ux * a - uy * b, y0 + uy * a + ux * b) for a, b in corners]
    return Outline((points,), ([1, 1, 1, 1],), head.width)


def _tail(kaf: Outline) -> Outline:
    """Return the bowl of isolated ك: of its contours the one that reaches furthest left."""
    lefts = [min(x for x, _ in contour) for contour in kaf.contours]
    return kaf.picked(lefts.index(min(lefts)))


def _with_tail(head: Outline, tail: Outline) -> Outline:
    """Join a head that stands on the baseline to the bowl at its left."""
    shift = tail.box[2] - 60
    return (head.moved(shift, 0) + tail).wide(head.width + shift)


def _settled(font: Any) -> Any:
    """Save and reopen, so that every table agrees on the glyphs that are left."""
    stream = BytesIO()
    font.flavor = None
    font.save(stream)
    stream.seek(0)
    settled = TTFont(stream, lazy=False)
    settled.ensureDecompiled()
    return settled


def _outline(font: Any, glyph: str) -> Outline:
    coordinates, ends, flags = font["glyf"][glyph].getCoordinates(font["glyf"])[:3]
    starts = [0, *(end + 1 for end in ends)]
    spans = list(zip(starts, (end + 1 for end in ends), strict=False))
    contours = tuple([(float(x), float(y)) for x, y in coordinates[a:b]] for a, b in spans)
    return Outline(contours, tuple([f & 1 for f in flags[a:b]] for a, b in spans), font["hmtx"][glyph][0])


def _flat(outline: Outline) -> Points:
    return [point for contour in outline.contours for point in contour]


def _drawn(outline: Outline) -> Any:
    glyph: Any = Glyph()
    glyph.numberOfContours = len(outline.contours)
    glyph.coordinates = GlyphCoordinates([(round(x), round(y)) for x, y in _flat(outline)])
    glyph.flags = bytearray(flag for flags in outline.on for flag in flags)
    glyph.flags[0] |= 0x40  # the parts overlap
    total, ends = 0, []
    for contour in outline.contours:
        total += len(contour)
        ends.append(total - 1)
    glyph.endPtsOfContours = ends
    glyph.program = _no_instructions()
    glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax = (round(v) for v in outline.box)
    return glyph


def _no_instructions() -> Any:
    program: Any = Program()
    program.fromBytecode(b"")
    return program


def _single_mappings(font: Any, tag: str) -> list[dict[str, str]]:
    gsub = font["GSUB"].table
    records = [r.Feature for r in gsub.FeatureList.FeatureRecord if r.FeatureTag == tag]
    indexes = {index for feature in records for index in feature.LookupListIndex}
    tables = [t for i in sorted(indexes) for t in gsub.LookupList.Lookup[i].SubTable]
    return [t.mapping for t in (getattr(t, "ExtSubTable", t) for t in tables) if hasattr(t, "mapping")]


def _single_substitutions(font: Any, tag: str) -> dict[str, str]:
    return {old: new for mapping in _single_mappings(font, tag) for old, new in mapping.items()}


def _copy_behaviour(font: Any, glyph: str, model: str) -> None:
    font["GDEF"].table.GlyphClassDef.classDefs[glyph] = 1
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in (getattr(t, "ExtSubTable", t) for t in lookup.SubTable):
            if table.LookupType == 4 and model in table.BaseCoverage.glyphs:  # marks on bases
                record = table.BaseArray.BaseRecord[table.BaseCoverage.glyphs.index(model)]
                table.BaseCoverage.glyphs.append(glyph)
                table.BaseArray.BaseRecord.append(record)
            elif table.LookupType == 2 and table.Format == 2:  # kerning by classes
                _copy_kerning(table, glyph, model)


def _copy_kerning(table: Any, glyph: str, model: str) -> None:
    if model in table.Coverage.glyphs:
        table.Coverage.glyphs.append(glyph)
    for definition in (table.ClassDef1.classDefs, table.ClassDef2.classDefs):
        if model in definition:
            definition[glyph] = definition[model]


def main() -> None:
    sources = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parents[1] / "static" / "fonts"
    text, display = sources / "readex-pro" / "files", sources / "el-messiri" / "files"
    text_arabic = out / "hirfa-text-arabic-400-700.woff2"
    display_arabic = out / "hirfa-display-arabic-600.woff2"
    make_arabic(text / "readex-pro-arabic-wght-normal.woff2", text_arabic, (400, 700), "Hirfa Text")
    make_arabic(display / "el-messiri-arabic-wght-normal.woff2", display_arabic, 600, "Hirfa Display")
    text_latin, display_latin = out / "readex-pro-latin-400-700.woff2", out / "el-messiri-latin-600.woff2"
    make_latin(text / "readex-pro-latin-wght-normal.woff2", text_latin, (400, 700))
    make_latin(display / "el-messiri-latin-wght-normal.woff2", display_latin, 600)


if __name__ == "__main__":
    main()
