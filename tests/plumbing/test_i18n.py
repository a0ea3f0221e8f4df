"""Speaking three languages, and the catalogues they are spoken from."""

from __future__ import annotations

import gettext
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from shop.plumbing import catalogue_check, catalogues, i18n
from shop.plumbing.i18n import N_, _, _m, direction, language, negotiate, ngettext, pick, set_language, speaking

PLURALS = {"ar": ["لا طرد", "طرد واحد", "طردان", "{n} طرود", "{n} طردًا", "{n} طرد"], "fr": ["{n} colis", "{n} colis"]}
HELLO = {"ar": "مرحبا {name}", "fr": "Bonjour {name}"}


def _po(lang: str, hello: str, extra: str = "") -> str:
    forms = "".join(f'msgstr[{i}] "{text}"\n' for i, text in enumerate(PLURALS[lang]))
    return (
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        f'msgid "Hello {{name}}"\nmsgstr "{hello}"\n\n'
        f'msgid "{{n}} parcel"\nmsgid_plural "{{n}} parcels"\n{forms}\n{extra}'
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two small catalogues of one area."""
    for lang in ("ar", "fr"):
        (tmp_path / lang).mkdir()
        (tmp_path / lang / "core.po").write_text(_po(lang, HELLO[lang]), encoding="utf-8")
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path)
    i18n.forget()
    yield tmp_path
    i18n.forget()


def test_english_is_spoken_until_a_language_is_set(folder: Path) -> None:
    assert language() == "en"
    assert _("Hello {name}", name="Yacine") == "Hello Yacine"
    with speaking("ar"):
        assert _("Hello {name}", name="Yacine") == "مرحبا Yacine"
        with speaking("fr"):
            assert _("Hello {name}", name="Yacine") == "Bonjour Yacine"
        assert language() == "ar"
    assert language() == "en"


def test_another_thread_speaks_its_own_language(folder: Path) -> None:
    heard: list[str] = []

    def speak() -> None:
        heard.append(language())
        set_language("fr")
        heard.append(_("Hello {name}", name="Nadia"))

    with speaking("ar"):
        thread = threading.Thread(target=speak)
        thread.start()
        thread.join()
        assert _("Hello {name}", name="Nadia") == "مرحبا Nadia"
    assert heard == ["en", "Bonjour Nadia"]


def test_a_language_that_is_not_spoken_is_refused() -> None:
    for lang in ("de", "", "AR"):
        with pytest.raises(ValueError, match="no language"):
            set_language(lang)


def test_arabic_has_six_plurals_and_large_numbers_stand_in_groups(folder: Path) -> None:
    with speaking("ar"):
        said = [ngettext("{n} parcel", "{n} parcels", n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 103, 1250)]
    assert said == [
        "لا طرد", "طرد واحد", "طردان", "3 طرود", "10 طرود", "11 طردًا", "99 طردًا", "100 طرد", "103 طرود",
        "1\u00a0250 طردًا",
    ]  # fmt: skip
    assert ngettext("{n} parcel", "{n} parcels", 1) == "1 parcel"
    assert ngettext("{n} parcel", "{n} parcels", 0) == "0 parcels"


def test_what_no_catalogue_has_is_said_in_english(folder: Path) -> None:
    with speaking("ar"):
        assert _("Not translated {x}", x=1) == "Not translated 1"
        assert ngettext("{n} soap", "{n} soaps", 2) == "2 soaps"
        assert _("") == ""


def test_a_translation_with_a_wrong_place_falls_back_and_a_wrong_call_is_a_bug(folder: Path) -> None:
    (folder / "fr" / "core.po").write_text(_po("fr", "Bonjour {nom} {"), encoding="utf-8")
    with speaking("fr"):
        assert _("Hello {name}", name="Yacine") == "Hello Yacine"
        assert _m("Hello {name}", name="<b>") == "Hello &lt;b&gt;"
    with pytest.raises(KeyError):
        _("Hello {name}", nom="Yacine")


def test_values_are_never_read_as_places() -> None:
    assert _("Hello {name}", name="{n} {0} {name.__class__}") == "Hello {n} {0} {name.__class__}"


def test_html_messages_escape_everything_that_is_not_markup(folder: Path) -> None:
    with speaking("fr"):
        said = _m("Hello {name}", name="<script>")
        assert said == Markup("Bonjour &lt;script&gt;")
        assert _m("Hello {name}", name=Markup("<b>Amina</b>")) == "Bonjour <b>Amina</b>"
    assert _m("Soap & <b>bowl</b>") == "Soap &amp; &lt;b&gt;bowl&lt;/b&gt;"
    assert isinstance(said, Markup)


def test_a_marked_constant_stays_as_it_is_until_shown(folder: Path) -> None:
    marked = N_("Hello {name}")
    with speaking("fr"):
        assert _(marked, name="x") == "Bonjour x"
    assert marked == "Hello {name}"


@pytest.mark.parametrize(
    ("header", "cookie", "lang"),
    [
        (None, None, "ar"),
        ("", "", "ar"),
        ("fr-DZ,fr;q=0.9,ar;q=0.8", None, "fr"),
        ("de-DE,de;q=0.9,en;q=0.2,fr;q=0.8", None, "fr"),
        ("en", "ar", "ar"),
        ("en", "de", "en"),
        ("fr;q=0,en;q=0.001", None, "en"),
        ("*", None, "ar"),
        ("fr;q=x, ;;;,=", None, "ar"),
        ("AR-dz", None, "ar"),
        ("FR", None, "fr"),
    ],
)
def test_the_greeting_follows_the_cookie_then_the_browser_then_arabic(
    header: str | None, cookie: str | None, lang: str
) -> None:
    assert negotiate(header, cookie) == lang


@given(st.text(max_size=200), st.text(max_size=5))
def test_any_header_gives_one_of_the_three(header: str, cookie: str) -> None:
    assert negotiate(header, cookie) in i18n.LANGUAGES


def test_a_text_is_picked_in_the_language_or_the_next_best() -> None:
    both = {"ar": "صابون", "fr": "Savon", "en": ""}
    with speaking("en"):
        assert pick(both) == ("Savon", "fr")
    assert pick(both, "ar") == ("صابون", "ar")
    assert pick({"ar": None, "fr": "Savon"}, "ar") == ("Savon", "fr")
    assert pick({"ar": "صابون", "en": "Soap"}, "fr") == ("صابون", "ar")
    assert pick({}, "fr") == ("", "fr")
    assert pick(both, "pseudo") == ("Savon", "fr")


def test_only_arabic_is_written_from_the_right() -> None:
    assert [direction(lang) for lang in ("ar", "fr", "en", "pseudo")] == ["rtl", "ltr", "ltr", "ltr"]


def test_pseudo_english_is_longer_and_keeps_places_and_markup() -> None:
    with speaking("pseudo"):
        said = _("Pay {amount} for <b>{count}</b> creations now", amount="10 DA", count=2)
        assert _m("Hello {name}", name=Markup("<i>x</i>")).count("<i>x</i>") == 1
        assert ngettext("{n} parcel", "{n} parcels", 3).startswith("[3 pàrç")
    assert said.startswith("[Pàý 10 DA")
    assert "<b>2</b>" in said
    assert len(said) >= 1.35 * len("Pay 10 DA for 2 creations now")


def test_a_changed_po_file_is_compiled_anew_and_an_unchanged_one_is_not(folder: Path) -> None:
    with speaking("fr"):
        _("x")
        target = folder / "fr" / "messages.mo"
        first = target.stat().st_mtime_ns
        i18n.forget()
        _("x")
        assert target.stat().st_mtime_ns == first
        (folder / "fr" / "core.po").write_text(_po("fr", "Salut {name}"), encoding="utf-8")
        i18n.forget()
        assert _("Hello {name}", name="Sami") == "Salut Sami"
    assert not [each for each in (folder / "fr").iterdir() if each.suffix not in {".po", ".mo"}]


def test_an_installation_without_po_files_speaks_from_what_was_compiled(folder: Path) -> None:
    catalogues.compile_all(folder)
    for file in folder.glob("*/*.po"):
        file.unlink()
    i18n.forget()
    with speaking("ar"):
        assert _("Hello {name}", name="x") == "مرحبا x"


def test_a_missing_catalogue_leaves_english(folder: Path) -> None:
    for file in folder.glob("*/*"):
        file.unlink()
    i18n.forget()
    with speaking("ar"):
        assert _("Hello {name}", name="x") == "Hello x"


def test_the_english_catalogue_is_complete(folder: Path) -> None:
    catalogues.compile_all(folder)
    with (folder / "en" / "messages.mo").open("rb") as file:
        english = gettext.GNUTranslations(file)
    english.add_fallback(_Shouting())
    assert english.gettext("Hello {name}") == "Hello {name}"
    assert english.ngettext("{n} parcel", "{n} parcels", 2) == "{n} parcels"
    assert english.gettext("Not there") == "NOT THERE"


class _Shouting(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return message.upper()


@pytest.fixture
def tree(folder: Path, tmp_path: Path) -> Path:
    """A small project that says what the small catalogues translate."""
    (tmp_path / "shop" / "web" / "studio").mkdir(parents=True)
    (tmp_path / "templates" / "desk").mkdir(parents=True)
    (tmp_path / "shop" / "web" / "studio" / "pages.py").write_text('_("Hello {name}", name=1)\n')
    (tmp_path / "templates" / "desk" / "a.html").write_text('{{ ngettext("{n} parcel", "{n} parcels", 3) }}')
    return tmp_path


def test_complete_catalogues_have_no_problems(tree: Path) -> None:
    report = catalogue_check.examine(tree, tree)
    assert not report, report.problems
    assert report.unused == []


def test_what_is_said_but_not_translated_is_told_with_its_area_and_line(tree: Path) -> None:
    (tree / "shop" / "web" / "studio" / "more.py").write_text('\nx = _m("Print all" " now")\nN_("Print")\n')
    (tree / "templates" / "desk" / "b.html").write_text("<p>\n{{ _('Store') }}{{ _m('Owner') }}</p>")
    (tree / "shop" / "stores.py").write_text(
        'class Gone(Refused):\n    message = "It is gone."\n\nclass Away(Gone):\n    pass\n\nraise Away("Away.")\n'
    )
    report = catalogue_check.examine(tree, tree)
    assert [line.split(":", 1)[1] for line in report.problems["studio"]] == [
        " 'Print all now' is missing (shop/web/studio/more.py:2)",
        " 'Print' is missing (shop/web/studio/more.py:3)",
    ]
    assert [line.split("'")[1] for line in report.problems["desk"]] == ["Store", "Owner"]
    assert [line.split("'")[1] for line in report.problems["core"]] == ["It is gone.", "Away."]


def test_a_template_that_cannot_be_read_is_a_problem(tree: Path) -> None:
    (tree / "templates" / "desk" / "b.html").write_text("{% if %}")
    assert "unreadable" in catalogue_check.examine(tree, tree).problems["desk"][0]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('#, fuzzy\nmsgid "New"\nmsgstr "Nouveau"\n', "is fuzzy"),
        ('msgid "New"\nmsgstr ""\n', "is not translated"),
        ('msgid "New {x}"\nmsgstr "Nouveau {y}"\n', "places"),
        ('msgid "New {x}"\nmsgstr "Nouveau"\n', "places"),
        ('msgid "New"\nmsgstr "Nouveau {"\n', "places"),
        ('msgid "{n} a"\nmsgid_plural "{n} b"\nmsgstr[0] "{n} c"\nmsgstr[1] ""\n', "is not translated"),
        (
            'msgid "{n} a"\nmsgid_plural "{n} b"\nmsgstr[0] "a"\nmsgstr[1] "b"\nmsgstr[2] "c"\n',
            "more translations than",
        ),
        ('msgid "New"\nmsgstr "Neuf\n', "unreadable"),
    ],
)
def test_a_faulty_entry_fails_the_check(tree: Path, entry: str, fault: str) -> None:
    (tree / "fr" / "desk.po").write_text(entry, encoding="utf-8")
    assert any(fault in line for line in catalogue_check.examine(tree, tree).problems["desk"])


def test_a_header_that_counts_otherwise_fails_the_check(tree: Path) -> None:
    head = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=6; plural={};\\n"\n'
    same = "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5"
    (tree / "ar" / "desk.po").write_text(head.format(same), encoding="utf-8")
    assert not catalogue_check.examine(tree, tree)
    other = "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=0 && n%100<=2 ? 4 : 5"
    (tree / "ar" / "desk.po").write_text(head.format(other), encoding="utf-8")
    assert "Plural-Forms must be" in catalogue_check.examine(tree, tree).problems["desk"][0]


def test_two_areas_must_translate_a_message_alike(tree: Path) -> None:
    same = _po("fr", HELLO["fr"])
    (tree / "fr" / "desk.po").write_text(same, encoding="utf-8")
    assert not catalogue_check.examine(tree, tree)
    (tree / "fr" / "desk.po").write_text(same.replace("Bonjour", "Salut"), encoding="utf-8")
    assert "otherwise in core.po" in catalogue_check.examine(tree, tree).problems["desk"][0]


def test_a_message_that_nobody_says_any_more_is_named(tree: Path) -> None:
    (tree / "templates" / "desk" / "a.html").unlink()
    report = catalogue_check.examine(tree, tree)
    assert not report
    assert report.unused == ["ar/core.po: '{n} parcel'", "fr/core.po: '{n} parcel'"]


@pytest.mark.parametrize(
    ("file", "area"),
    [
        ("templates/storefront/home.html", "storefront"),
        ("shop/web/storefront/checkout.py", "checkout"),
        ("templates/storefront/cart.html", "checkout"),
        ("templates/studio/products/edit.html", "catalogue_studio"),
        ("shop/web/studio/today.py", "studio"),
        ("shop/web/ui/forms.py", "ui"),
        ("templates/base_studio.html", "ui"),
        ("templates/errors/error.html", "errors"),
        ("shop/documents/labels.py", "documents"),
        ("shop/orders/service.py", "core"),
    ],
)
def test_a_files_area_is_guessed_from_its_path(file: str, area: str) -> None:
    assert catalogue_check.area_of(file) == area
