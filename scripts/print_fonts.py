"""Build the faces that papers are set in: IBM Plex Sans Arabic without its hints.

Usage: python scripts/print_fonts.py SOURCES [OUT]

SOURCES holds `IBMPlexSansArabic-Regular.ttf` and `IBMPlexSansArabic-Bold.ttf` 1.101 (fontpkg-ibm-plex-sans-arabic,
OFL-1.1). Hints are instructions for coarse screens: two fifths of every face in every PDF, for a difference that
nobody sees at 203 dots to the inch. The licence reserves the name "Plex", so the faces carry another one.
"""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Hirfa Print"
STYLES = ("Regular", "Bold")
SAYS_NOTHING = ["DSIG", "meta", "gasp"]  # a signature of another file, languages, smoothing on screens
NAMES_KEPT = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # whose it is and under which licence, and what it is called


def make(source: Path, out: Path, style: str) -> None:
    """Write one face with every letter and feature of its source, at the same glyph numbers."""
    options = subset.Options()
    options.hinting, options.retain_gids, options.notdef_outline, options.glyph_names = False, True, True, True
    options.layout_features, options.name_IDs, options.recalc_timestamp = ["*"], NAMES_KEPT, False
    options.drop_tables += SAYS_NOTHING
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(glyphs=font.getGlyphOrder())
    subsetter.subset(font)
    plain = f"{FAMILY.replace(' ', '')}-{style}"
    called = {1: FAMILY, 3: plain, 4: f"{FAMILY} {style}", 6: plain}
    for record in font["name"].names:
        record.string = called.get(record.nameID, record.string)
    font.save(out)
    sys.stdout.write(f"{out.name} {out.stat().st_size}\n")


def main() -> None:
    sources = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parents[1] / "templates" / "documents" / "fonts"
    for style in STYLES:
        make(sources / f"IBMPlexSansArabic-{style}.ttf", out / f"HirfaPrint-{style}.ttf", style)


if __name__ == "__main__":
    main()
