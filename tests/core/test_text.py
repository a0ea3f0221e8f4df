"""Cleaning, folding, slugs and codes."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shop.core.text import (
    CODE_SYMBOLS,
    clean,
    clean_block,
    deletions,
    fold,
    is_code,
    new_code,
    read_code,
    slug,
    western_digits,
    within_one_edit,
    words,
)

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)  # lone surrogates too
ARABIC = st.text(alphabet="ابتةثجحخدذرزسشصضطظعغفقكلمنهويىءأإآؤئـًَُّْ الوبك'’", max_size=40)


@given(ANY_TEXT | ARABIC, st.integers(1, 50))
@example("a\u202e\u0301", 5)
@example("a b", 2)
@example("e\u200f\u0301", 1)
def test_cleaning_twice_changes_nothing_more(text: str, limit: int) -> None:
    for cleaner in (clean, clean_block):
        once = cleaner(text, limit=limit)
        assert cleaner(once, limit=limit) == once
        assert len(once) <= limit
        assert unicodedata.is_normalized("NFC", once)


@given(ANY_TEXT)
def test_what_is_clean_can_be_stored_and_cannot_reorder_its_neighbours(text: str) -> None:
    kept = clean_block(text, limit=100)
    kept.encode()  # no lone surrogate
    assert not any(0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 or c in "\u200e\u200f\0" for c in kept)
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in kept)


def test_a_line_is_one_line_and_a_block_keeps_its_lines() -> None:
    typed = "  Savon\t noir\r\n\r\n\r\n\r\n fait  main \u202e\u2067\x00\ud800 "
    assert clean(typed, limit=80) == "Savon noir fait main"
    assert clean_block(typed, limit=80) == "Savon noir\n\nfait main"


def test_digits_of_three_scripts_become_western() -> None:
    assert western_digits("٠٥٥٠ ۱۲۳ ４５６ 7") == "0550 123 456 7"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("الصَّابُون", "صابون"),
        ("والصابون بالصابون كالصابون للصابون صــابون", "صابون صابون صابون صابون صابون"),
        ("أحمد إحسان آمال ٱسم", "احمد احسان امال اسم"),
        ("زربية مصطفى", "زربيه مصطفي"),
        ("مسؤول شيء هيئة", "مسوول شي هييه"),
        ("ال له بال", "ال له بال"),
        ("ﺻﺎﺑﻮﻥ ڨربة", "صابون قربه"),
        ("L'huile d’olive", "huile olive"),
        ("Qu'est-ce que l’œuf ?", "est ce que oeuf"),
        ("M'Sila, N’Gaous", "msila ngaous"),
        ("ÉLÉGANT Cœur Straße", "elegant coeur strasse"),
        ("Tapis 120×160 ٢٠ cm", "tapis 120 160 20 cm"),
        ("", ""),
        ("؟!،", ""),
    ],
)
def test_one_word_folds_alike_however_it_is_written(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_a_word_beginning_with_alif_and_lam_meets_itself_with_its_article() -> None:
    assert fold("ألعاب") == fold("الألعاب")
    assert fold("ألوان") == fold("والألوان")


@given(ANY_TEXT | ARABIC)
@example("والالعاب")
@example("l'l'huile")
@example("ʼn ŉ")
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ARABIC)
def test_words_come_once_and_in_order(text: str) -> None:
    assert words(text) == list(dict.fromkeys(fold(text).split()))


def test_slugs_keep_arabic_and_fold_latin() -> None:
    assert slug("Savon à l’huile d'Olive — n° 20") == "savon-a-l-huile-d-olive-n-20"
    assert slug("صابونٌ بزيت الزيتـون ٢٠٪") == "صابون-بزيت-الزيتون-20"
    assert slug("أحمر 🌿 Œuvre") == "أحمر-oeuvre"
    assert slug("…") == ""


@given(ANY_TEXT | ARABIC)
def test_a_slug_is_short_and_its_own_slug(text: str) -> None:
    made = slug(text)
    assert slug(made) == made
    assert len(made) <= 80
    assert not made.startswith("-")
    assert not made.endswith("-")


def test_a_long_slug_is_cut_between_words() -> None:
    made = slug("savon " * 30)
    assert len(made) <= 80
    assert made.split("-") == ["savon"] * 13


def test_codes_use_31_symbols_and_differ() -> None:
    assert len(CODE_SYMBOLS) == len(set(CODE_SYMBOLS)) == 31
    made = {new_code() for _ in range(500)}
    assert len(made) == 500
    assert all(len(code) == 7 and is_code(code) for code in made)
    assert all(is_code(new_code(length)) for length in range(3, 30))


def test_every_wrong_symbol_and_every_swap_of_two_is_caught() -> None:
    for code in (new_code() for _ in range(40)):
        for place in range(7):
            for symbol in set(CODE_SYMBOLS) - {code[place]}:
                assert not is_code(code[:place] + symbol + code[place + 1 :])
        for place in range(6):
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert swapped == code or not is_code(swapped)


def test_a_code_is_read_as_people_type_it() -> None:
    code = new_code()
    assert read_code(f" {code[:3].lower()} – {code[3:].lower()}\u200f") == code
    arabic = code.translate(str.maketrans("23456789", "٢٣٤٥٦٧٨٩"))
    assert read_code(arabic) == code
    for other in ("", "ABC", "O0I1", "x" * 5000, code[:3]):
        assert read_code(other) is None


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("savon", "savon", True),
        ("savon", "savn", True),
        ("savon", "ssavon", True),
        ("savon", "savom", True),
        ("savon", "svaon", True),
        ("savon", "savno", True),
        ("savon", "svano", False),
        ("savon", "sav", False),
        ("", "a", True),
        ("", "ab", False),
        ("ab", "ba", True),
        ("abc", "cba", False),
    ],
)
def test_one_edit_is_a_letter_more_less_other_or_swapped(a: str, b: str, near: bool) -> None:
    assert within_one_edit(a, b) is near
    assert within_one_edit(b, a) is near


@given(st.text("ابتز", max_size=6), st.text("ابتز", max_size=6))
def test_one_edit_agrees_with_the_textbook_distance(a: str, b: str) -> None:
    assert within_one_edit(a, b) == (_distance(a, b) <= 1)


@given(st.text("abcde", min_size=1, max_size=8), st.randoms())
def test_words_within_one_edit_share_a_deletion(word: str, chance: random.Random) -> None:
    other = _edited(word, chance)
    assert set(deletions(word)) & set(deletions(other))
    assert deletions(word)[0] == word
    assert len(deletions(word)) == len(set(deletions(word)))


def _edited(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    return chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + "z" + word[place:],
            word[:place] + "z" + word[place + 1 :],
            word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
        ]
    )


def _distance(a: str, b: str) -> int:
    """Count edits with swaps of neighbours, slowly and plainly (optimal string alignment)."""
    rows = [[i + j if 0 in (i, j) else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = a[i - 1] != b[j - 1]
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost)
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]
