"""The shipped web fonts against what people here are called, live in and read."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[1]
FONTS = ROOT / "static" / "fonts"
GEOGRAPHY = ROOT / "shop" / "data" / "geography"
ARABIC = ("hirfa-text-arabic-400-700.woff2", "hirfa-display-arabic-600.woff2")
LATIN = ("readex-pro-latin-400-700.woff2", "el-messiri-latin-600.woff2")
FAMILIES = ("Hirfa Text", "Hirfa Display")
HARD_NAMES = (
    "ڨندورة ڨالمة ورڨلة ڤرڤور پاپا گلميم بگر سگ",
    "آسيا إيمان أُمّ هانئ رؤوف لؤي عبد الله مُصطفى تاسعديت هِبةُ اللّه ٱلرحمن",
    "بن عكنون، زمورة؛ أين؟ ٠١٢٣٤٥٦٧٨٩ هـ ى ئ ء",
    "Aït Saïd-Ouâmara, Maâtkas, M’zab, Œuvre d’Élodie, Ça, « 1 250 DA » — 5 % … €",
)


@cache
def letters_of(name: str) -> frozenset[int]:
    return frozenset(TTFont(FONTS / name).getBestCmap())


def is_arabic(char: str) -> bool:
    return "\u0600" <= char <= "\u06ff"


def missing_from_fonts(text: str) -> set[str]:
    """Characters of the text that a face of their script does not have."""
    missing = set()
    for char in set(unicodedata.normalize("NFC", text)):
        if char.isspace() or unicodedata.category(char) in {"Cf", "Cc"}:
            continue
        faces = ARABIC if is_arabic(char) else LATIN
        if any(ord(char) not in letters_of(face) for face in faces):
            missing.add(char)
    return missing


def words_in(po: str) -> str:
    """All quoted text of a PO file, its header left out."""
    lines = re.findall(r'^(?:msg\w+(?:\[\d\])? )?"(.*)"$', po, flags=re.MULTILINE)
    return "".join(line for line in lines if ": " not in line or not line.endswith("\\n"))


@pytest.mark.parametrize("text", HARD_NAMES)
def test_every_letter_of_a_hard_name_is_in_both_faces_of_its_script(text: str) -> None:
    assert missing_from_fonts(text) == set()


def test_a_letter_that_is_in_no_font_is_reported() -> None:
    assert missing_from_fonts("ݣ中") == {"ݣ", "中"}


@pytest.mark.skipif(not GEOGRAPHY.exists(), reason="the geography is not vendored yet")
def test_every_wilaya_and_commune_can_be_written() -> None:
    tables = sorted(GEOGRAPHY.rglob("*.csv"))
    assert tables
    for table in tables:
        with table.open(encoding="utf-8", newline="") as lines:
            text = "".join(value for row in csv.reader(lines) for value in row)
        assert missing_from_fonts(text) == set(), table.name


def test_every_sentence_of_the_translations_can_be_written() -> None:
    for catalogue in sorted((ROOT / "shop" / "translations").rglob("*.po")):
        assert missing_from_fonts(words_in(catalogue.read_text("utf-8"))) == set(), catalogue


def test_every_word_of_the_demo_shop_can_be_written() -> None:
    for table in sorted((ROOT / "shop" / "demo").rglob("*.csv")):
        assert missing_from_fonts(table.read_text("utf-8")) == set(), table.name


@pytest.mark.parametrize("face", ARABIC)
@pytest.mark.parametrize("letter", "ڨڤپگ")
def test_the_letters_of_the_country_join_like_the_others(face: str, letter: str) -> None:
    font = TTFont(FONTS / face)
    glyph = font.getBestCmap()[ord(letter)]
    forms = {tag: joined(font, tag).get(glyph) for tag in ("init", "medi", "fina")}
    assert None not in forms.values()
    assert len({glyph, *forms.values()}) == 4
    assert all(font["glyf"][name].numberOfContours for name in forms.values())


@pytest.mark.parametrize("face", ARABIC)
def test_vowel_signs_sit_on_the_added_letters(face: str) -> None:
    font = TTFont(FONTS / face)
    glyph = font.getBestCmap()[ord("ڨ")]
    bases = [t.BaseCoverage.glyphs for t in positioning(font) if t.LookupType == 4]
    assert any(glyph in covered for covered in bases)


@pytest.mark.parametrize("letter", "ڨپگ")
def test_an_added_letter_gets_heavier_with_the_weight(letter: str) -> None:
    font = TTFont(FONTS / ARABIC[0])
    glyph = font.getBestCmap()[ord(letter)]
    assert any(variation.hasImpact() for variation in font["gvar"].variations[glyph])


@pytest.mark.parametrize(("face", "family"), list(zip(ARABIC, FAMILIES, strict=True)))
def test_a_changed_font_has_its_own_name_and_keeps_its_licence(face: str, family: str) -> None:
    names = TTFont(FONTS / face)["name"]
    assert names.getDebugName(1) == family
    assert "Copyright" in names.getDebugName(0)
    assert "Open Font License" in names.getDebugName(13)


def test_both_licences_lie_beside_the_fonts() -> None:
    for family in ("readex-pro", "el-messiri"):
        assert "SIL OPEN FONT LICENSE" in (FONTS / f"{family}-OFL.txt").read_text("utf-8")


def test_the_fonts_of_a_page_stay_small() -> None:
    french = sum((FONTS / name).stat().st_size for name in LATIN)
    arabic = french + sum((FONTS / name).stat().st_size for name in ARABIC)
    assert french <= 36_000
    assert arabic <= 60_000


def joined(font: Any, tag: str) -> dict[str, str]:
    gsub = font["GSUB"].table
    features = [r.Feature for r in gsub.FeatureList.FeatureRecord if r.FeatureTag == tag]
    lookups = [gsub.LookupList.Lookup[i] for f in features for i in f.LookupListIndex]
    tables = [getattr(t, "ExtSubTable", t) for lookup in lookups for t in lookup.SubTable]
    return {old: new for t in tables for old, new in t.mapping.items()}


def positioning(font: Any) -> list[Any]:
    lookups = font["GPOS"].table.LookupList.Lookup
    return [getattr(t, "ExtSubTable", t) for lookup in lookups for t in lookup.SubTable]
