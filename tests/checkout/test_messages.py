"""Messages as people write them, in French, Arabic and Darija: what the rules read of each, and how much of it all."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from shop.checkout.message_words import sound, stem
from shop.checkout.messages import MOST, Known, Reading, read
from shop.core.phone import national
from shop.core.text import fold

FILE = Path(__file__).with_name("messages.csv")
FIELDS = ("phone", "name", "wilaya", "commune", "lines", "kind")
LEAST = 0.97  # of all fields of all messages
ARTICLES = {
    "olive": ("Savon à l’huile d’olive et au romarin", "صابون زيت الزيتون وإكليل الجبل", "Olive oil and rosemary soap"),
    "rose": ("Savon à la rose et à l’argile rose", "صابون الورد والطين الوردي", "Rose and pink clay soap"),
    "coal": ("Savon au charbon et à la nigelle", "صابون الفحم والحبة السوداء", "Charcoal and black seed soap"),
    "honey": ("Savon au miel et au lait de chèvre", "صابون العسل وحليب الماعز", "Honey and goat milk soap"),
    "prickly": ("Savon à l’huile de figue de Barbarie", "صابون زيت التين الشوكي", "Prickly pear oil soap"),
    "lavender-80": ("Savon à la lavande", "صابون الخزامى", "Lavender soap"),
    "lavender-200": ("Savon à la lavande", "صابون الخزامى", "Lavender soap"),
    "box": ("Coffret de quatre savons", "علبة هدايا من أربع قطع صابون", "Gift box of four soaps"),
}
NUMBER = {name: at for at, name in enumerate(ARTICLES, start=1)}
NAME = {at: name for name, at in NUMBER.items()}
LABELS = {"lavender-80": ("80 g", "80 غ"), "lavender-200": ("200 g", "200 غ")}


@dataclass(frozen=True)
class Case:
    """One message and what a careful reader takes from it."""

    message: str
    expected: dict[str, str]


def shelf() -> list[Known]:
    return [
        Known(NUMBER[name], 6 if name in LABELS else NUMBER[name], names, LABELS.get(name, ()))
        for name, names in ARTICLES.items()
    ]


def cases() -> list[Case]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))
    return [Case(row["message"].replace("\\n", "\n"), {name: row[name] or "" for name in FIELDS}) for row in rows]


@cache
def reading(message: str) -> Reading:
    return read(message, shelf())


def seen(message: str) -> dict[str, str]:
    """Return what was read, as the table writes it; an article or a choice that isn't clear bears a question mark."""
    found = reading(message)
    unclear = {each.message for each in found.doubts if each.of == "lines"}

    def line(variant: int, pieces: int) -> str:
        name = NAME.get(variant) or ("lavender?" if any("choice" in text for text in unclear) else "?")
        return f"{name} {pieces}"

    return {
        "phone": national(found.phone) if found.phone else "", "name": found.name, "wilaya": found.wilaya_code,
        "commune": found.commune_code, "lines": ", ".join(line(*each) for each in found.lines), "kind": found.kind,
    }  # fmt: skip


def test_there_are_sixty_messages_in_three_ways_of_writing() -> None:
    found = cases()
    arabic = sum(any("\u0600" <= letter <= "\u06ff" for letter in case.message) for case in found)
    darija = sum(any(word in case.message.lower() for word in ("saboun", "nheb", "n7ab", "khti")) for case in found)
    assert len(found) >= 60
    assert arabic >= 14
    assert darija >= 9


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.message[:40])
def test_phones_places_and_articles_are_read_as_they_stand(case: Case) -> None:
    """A wrong phone sends the parcel astray: these are right in every message. Names are measured below."""
    sure = ("phone", "wilaya", "lines")
    found = seen(case.message)
    assert {name: found[name] for name in sure} == {name: case.expected[name] for name in sure}


def test_the_share_of_fields_that_are_right() -> None:
    right: Counter[str] = Counter()
    wrong = []
    for case in cases():
        found = seen(case.message)
        for name in FIELDS:
            right[name] += found[name] == case.expected[name]
            if found[name] != case.expected[name]:
                wrong.append(f"{name}: {found[name]!r}, not {case.expected[name]!r}, of {case.message!r}")
    many = len(cases())
    share = right.total() / (many * len(FIELDS))
    print(f"{share:.1%} of {many * len(FIELDS)} fields;", {name: f"{right[name] / many:.0%}" for name in FIELDS})
    assert share >= LEAST, "\n".join(wrong)


def asked(message: str) -> set[str]:
    return {each.message for each in reading(message).doubts}


def test_what_is_not_sure_is_said() -> None:
    assert "Which commune of {wilaya}?" in asked("Yacine 0550 12 34 56 Oran, 2 savons au miel")
    assert "Which article is “{text}”?" in asked("2 savons svp, Oran, Malika 0550334466")
    assert "Which choice of {name}?" in asked("1 savon lavande, Skikda, Adel 0550334477")
    assert "How many of {name}? One is written." in asked("savon charbon, Karima, Alger 0770 00 11 22")
    assert "There is a second phone number: {text}." in asked("Nawel 0550454548 ou 0660454548 Oran 2 savons rose")
    assert "“{text}” is not a whole phone number." in asked("2 savons rose, Mila, 055012345")
    assert asked("") == {"No phone number was found.", "Which wilaya?", "Which articles?", "What is the name?"}


def test_a_message_that_is_clear_asks_nothing() -> None:
    assert asked("Je m'appelle Nadia, 2 savons miel, Bir El Djir Oran 0661.22.33.44") == set()


def test_the_language_to_answer_in_is_that_of_the_letters() -> None:
    assert reading("2 صابون العسل").language == "ar"
    assert reading("zouj saboun 3sel").language == "fr"


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "0" * 5_000, "و" * 5_000, "2 savon " * 900, "\u202e\x00\ud800", "٪؉‱²½"]
)
def test_nonsense_is_read_quickly_and_without_a_fault(text: str) -> None:
    found = read(text, shelf())
    assert found.phone == ""
    assert len(text[:MOST]) <= MOST


def test_words_sound_alike_across_scripts() -> None:
    for latin, arabic in (("saboun", "صابون"), ("zitoun", "زيتون"), ("3sel", "عسل"), ("werd", "ورد"), ("fa7m", "فحم")):
        assert sound(latin) == sound(fold(arabic))
    assert sound("savon") != sound(fold("صابون"))
    assert stem("savons") == stem("savon")
    assert stem(fold("صابونات")) == stem(fold("صابونة")) == stem(fold("صابونتين")) == fold("صابون")
