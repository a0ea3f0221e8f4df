"""Whatever was typed prints, and what can't be drawn is marked."""

from __future__ import annotations

import json
import os

import pypdfium2
import pytest
import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.core.money import Money
from shop.documents.engine import handover_pdf, labels_pdf, slip_pdf
from shop.documents.letters import MARK, Weight, direction, ems, most_ems, printable, unprintable
from shop.documents.setting import POINT, fitted
from shop.documents.words import LabelContent
from shop.paths import TEMPLATES
from shop.plumbing import geography
from tests.documents.cast import YACINE, handover, label, slip

FONTS = TEMPLATES / "documents" / "fonts"
TATWEEL = 0x640
ANY = st.text(max_size=120) | st.text(alphabet="ابتثجحخلأإآىيئڨڤپگ0123456789 ,./\u202e\u2069", max_size=300)


def widths(weight: str) -> dict[int, str]:
    """Return the widths of every character of a weight in the forms it takes, our own face before Noto."""
    found: dict[int, str] = {}
    for family in ("NotoSansArabic", "HirfaPrint"):
        font = TTFont(FONTS / f"{family}-{weight}.ttf")
        scale = 1000 / font["head"].unitsPerEm
        after, between, before = (forms(font, tag) for tag in ("fina", "medi", "init"))
        for point, glyph in font.getBestCmap().items():
            glyphs = [glyph]
            if glyph in after:
                glyphs += [after[glyph], between[glyph], before[glyph]] if glyph in between else [after[glyph]]
            if point == TATWEEL:
                glyphs = [glyph] * 4
            found[point] = "/".join(str(round(font["hmtx"][name][0] * scale)) for name in glyphs)
    return found


def forms(font: TTFont, tag: str) -> dict[str, str]:
    """Return which glyph stands for which other one in a place of a word."""
    table = font["GSUB"].table
    found: dict[str, str] = {}
    for feature in table.FeatureList.FeatureRecord:
        if feature.FeatureTag == tag:
            for index in feature.Feature.LookupListIndex:
                for lookup in table.LookupList.Lookup[index].SubTable:
                    mapping = getattr(getattr(lookup, "ExtSubTable", lookup), "mapping", {})
                    found |= {glyph: form for glyph, form in mapping.items() if isinstance(form, str)}
    return found


def test_the_list_of_letters_is_that_of_the_fonts() -> None:
    regular, bold = widths("Regular"), widths("Bold")
    wanted = [f"{point:04X} {regular[point]} {bold[point]}" for point in sorted(regular.keys() & bold.keys())]
    listed = FONTS / "letters.txt"
    if os.environ.get("REDRAW_GOLDEN"):
        listed.write_text("\n".join(wanted) + "\n", "ascii")
    assert listed.read_text("ascii").splitlines() == wanted


def true_widths(texts: list[str], weight: Weight) -> list[float]:
    """Return how many ems the engine needs for each text in one line."""
    page = """#set text(font: ("Hirfa Print", "Noto Sans Arabic"), size: 100pt, hyphenate: false)
    #let wide(said) = measure(text(weight: sys.inputs.weight, said)).width / 100pt
    #context [#metadata(json(bytes(sys.inputs.texts)).map(wide)) <widths>]"""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    inputs = {"weight": weight, "texts": json.dumps(texts)}
    return list(
        json.loads(typst.query(page.encode(), "<widths>", field="value", one=True, font_paths=fonts, sys_inputs=inputs))
    )


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_no_name_of_a_place_or_person_is_wider_than_it_is_taken_to_be(weight: Weight) -> None:
    people = ["Yacine Haddad", "AVENUE VATEL", "محمد الأمين مرابط", "لالا الزهراء", "ڨالمة", "Bt 12 حي 300"]
    texts = [
        *people,
        *(
            name
            for wilaya in geography.wilayas()
            for each in geography.communes(wilaya.code)
            for name in (each.name_fr, each.name_ar)
        ),
    ]
    widths = true_widths(texts, weight)
    assert len(widths) > 3000
    for text, width in zip(texts, widths, strict=True):
        assert width <= most_ems(text, weight), text
    for text, width in zip(people, widths, strict=False):
        assert 0.9 <= width / ems(text, weight) <= 1.08, text


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_a_text_stays_inside_the_box_that_it_is_fitted_to(weight: Weight) -> None:
    long = "Cité des 1200 logements, bâtiment 45، الطابق 3، قرب المسجد الجديد، derrière la pharmacie El Amel " * 2
    sizes, lines = (12.0, 11.0, 9.5, 8.0), []
    for width in (150, 260, 480, 692):
        for height in (30, 60, 100, 160):
            for text in (long, long[:90], "محمد الأمين مرابط", "X" * 60, ""):
                found = fitted(text, weight, width, height, sizes)
                assert found.size in sizes
                assert found.tall <= height or len(found.lines) == 1
                lines += [(line, width / (found.size * POINT)) for line in found.lines]
    for (line, room), wide in zip(lines, true_widths([line for line, _room in lines], weight), strict=True):
        assert wide <= room, line


def test_a_text_is_cut_with_a_mark_where_its_box_ends() -> None:
    whole = fitted("Rue Larbi Ben M’hidi", "regular", 692, 60, (12.0, 8.0))
    assert whole.lines == ("Rue Larbi Ben M’hidi",)
    cut = fitted("Rue Larbi Ben M’hidi, " * 9, "regular", 300, 30, (12.0, 8.0))
    assert cut.lines[-1].endswith("[…]")
    assert cut.size == 8


def test_a_pdf_carries_our_fonts_only() -> None:
    pdf = pypdfium2.PdfDocument(labels_pdf([label(recipient="ڨالمة Ṩ", note="ʻ ǧ ɣ ḥ ẓ")]))
    names = {text.get_font().get_base_name() for text in pdf[0].get_objects() if hasattr(text, "get_font")}
    pdf.close()
    assert names
    assert all("HirfaPrint" in name or "NotoSansArabic" in name for name in names)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Rue  de\n\tl’Émir", "Rue de l’Émir"),
        ("ڨالمة ورڨلة", "ڨالمة ورڨلة"),
        ("Amina 🌹👩‍👩‍👧", f"Amina {MARK}"),
        ("𝓨𝓪𝓬𝓲𝓷𝓮", "Yacine"),
        ("ﻣﺤﻤﺪ", "محمد"),
        ("e\u0301te\u0301", "été"),
        ("a\u202eb\u2069c\ufeffd\u00ade", "abcde"),
        ("\ud800", MARK),
        ("", ""),
        ("x" * 90, "x" * 59 + "…"),
    ],
)
def test_a_text_becomes_one_printable_line(typed: str, shown: str) -> None:
    assert printable(typed, most=60) == shown


def test_what_will_be_marked_is_told_before_printing() -> None:
    assert unprintable("حداد Émilie – 12/3 B") == []
    assert unprintable("🌹 Azul ⴰⵣⵓⵍ 🌹") == ["🌹", "ⴰ", "ⵣ", "ⵓ", "ⵍ"]


@pytest.mark.parametrize(
    ("text", "side"), [("12 rue", "ltr"), ("12 حي Didouche", "rtl"), ("", "ltr"), ("+213", "ltr"), ("Cité عدل", "ltr")]
)
def test_a_text_reads_from_the_side_of_its_first_letter(text: str, side: str) -> None:
    assert direction(text) == side


@given(ANY)
def test_no_text_turns_its_surroundings_round(text: str) -> None:
    shown = printable(text, most=60)
    assert len(shown) <= 60
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\n\r\t\x00")
    assert most_ems(shown, "bold") >= 0


@settings(max_examples=40)
@given(
    st.builds(
        LabelContent,
        **{name: ANY for name, kind in LabelContent.__annotations__.items() if kind == "str"},
        collect=st.builds(Money, st.integers(0, 10**12), st.sampled_from(["DZD", "EUR", "TND"])),
        kind=st.sampled_from(["home", "desk"]),
        desk_name=st.none() | ANY,
        phone_2=st.none() | ANY,
        pieces=st.integers(1, 999),
        weight_g=st.integers(-5, 10**9),
        fragile=st.booleans(),
        may_open=st.booleans(),
        exchange=st.booleans(),
        reprint=st.integers(0, 10**6),
    )
)
def test_any_words_make_a_label(content: LabelContent) -> None:
    pdf = labels_pdf([content, YACINE], "a4x4", start=3)
    assert pdf.startswith(b"%PDF-")


@settings(max_examples=15)
@given(ANY, ANY, st.sampled_from(["ar", "fr", "en"]))
def test_any_words_make_a_slip_and_a_handover_sheet(one: str, other: str, language: str) -> None:
    for pdf in (
        slip_pdf([slip(shop=one, buyer=other, code=other, thanks=one, language=language)], paper="a6"),
        handover_pdf(handover(2, number=one, carrier=other, shop=one, shop_phone=other, language=language)),
    ):
        assert pdf.startswith(b"%PDF-")


def test_the_space_within_an_amount_stays_and_others_become_one() -> None:
    assert printable(" 1\u00a0250\u00a0دج \t  100\u2003g ", most=40) == "1\u00a0250\u00a0دج 100 g"
