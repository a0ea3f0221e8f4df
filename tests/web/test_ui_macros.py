"""The macros: what every page is made of says the right thing to every reader and every machine."""

import gzip
import re
from html.parser import HTMLParser
from types import SimpleNamespace as Thing

import pytest

from shop.core.money import Money
from shop.plumbing.i18n import speaking
from tests.web.showcase import PAGES, drawn, environment

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def said(source: str, lang: str = "fr", **values: object) -> str:
    """A line of template, drawn, with its blanks run together."""
    with speaking(lang):
        return " ".join(environment().from_string(source).render(**values).split())


class Balance(HTMLParser):
    """Notices tags that are not closed, ids used twice and attributes given twice."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.refs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        names = [name for name, _ in attrs]
        self.faults += [f"{tag}: {name} twice" for name in names if names.count(name) > 1]
        values = dict(attrs)
        self.ids += [values["id"] or ""] if "id" in values else []
        for name in ("for", "aria-describedby", "aria-labelledby"):
            self.refs += (values.get(name) or "").split()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Shapes inside an icon close themselves."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"stray </{tag}>")


@pytest.mark.parametrize("lang", ["ar", "fr", "pseudo"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole(page: str, lang: str) -> None:
    reader = Balance()
    reader.feed(drawn(page, lang))
    assert reader.faults == []
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    assert set(reader.refs) <= set(reader.ids)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_its_language_and_direction(page: str) -> None:
    assert '<html lang="ar" dir="rtl">' in drawn(page, "ar")
    assert '<html lang="fr" dir="ltr">' in drawn(page, "fr")


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_every_word_of_the_frames_is_translated(lang: str) -> None:
    text = re.sub(r"<[^>]+>", " ", drawn("error-500", lang) + drawn("error-404", lang) + drawn("studio", lang))
    for english in ("Basket", "Search", "Today", "Follow", "Sell", "Nothing was", "Skip", "Undo"):
        assert english not in text


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("error")])
def test_an_error_page_is_light(page: str, lang: str) -> None:
    assert len(drawn(page, lang).encode()) < 12_000
    assert len(gzip.compress(drawn(page, lang).encode())) < 4_000


def test_a_lost_visitor_can_search_and_a_stranded_one_can_call() -> None:
    assert 'type="search"' in drawn("error-404", "fr").split("<main")[1]
    assert 'href="tel:+213550123456"' in drawn("error-500", "fr").split("<main")[1].split("</main>")[0]
    assert "tel:" not in drawn("error-404", "fr").split("<main")[1].split("</main>")[0]


def test_a_public_page_knows_nothing_of_its_visitor() -> None:
    page = drawn("styleguide", "fr")
    assert "data-basket" in page
    assert "token-of-the-session" not in page.split("<main")[0] + page.split("</main>")[1]


FIELD = "{% from 'ui/field.html' import field %}"


def test_a_field_with_an_error_points_at_its_hint_and_its_error() -> None:
    html = said(
        FIELD + "{{ field('phone', 'Téléphone', ['Dix chiffres'], 'Le livreur appelle', type='tel', dir='ltr') }}"
    )
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="phone-h phone-e"' in html
    assert html.index("<label") < html.index("Le livreur") < html.index("Dix chiffres") < html.index("<input")
    assert 'dir="ltr"' in html
    assert " required" in html


def test_a_quiet_field_points_at_nothing() -> None:
    html = said(FIELD + "{{ field('name', 'Nom', optional=True) }}")
    assert "aria-" not in html
    assert "required" not in html
    assert "(facultatif)" in html
    assert 'dir="auto"' in html


def test_what_was_typed_comes_back_as_text() -> None:
    html = said(FIELD + "{{ field('name', 'Nom', value=typed) }}", typed='"><script>alert(1)</script>')
    assert "<script>" not in html
    assert "&#34;&gt;&lt;script&gt;" in html


def test_a_password_never_comes_back() -> None:
    assert "secret" not in said(FIELD + "{{ field('p', 'Mot de passe', value='secret', type='password') }}")


def test_the_summary_links_every_sentence_to_its_field() -> None:
    form = Thing(errors={"phone": ["Dix chiffres"]}, summary=[("phone", "Dix chiffres")])
    html = said(
        "{% from 'ui/field.html' import errors_summary %}{{ errors_summary(form, [('lines', 'Le prix a changé')]) }}",
        form=form,
    )
    assert '<a href="#phone">Dix chiffres</a>' in html
    assert '<a href="#lines">Le prix a changé</a>' in html
    assert 'role="alert"' in html
    assert "autofocus" in html
    assert "Il y a un problème" in html


def test_a_form_without_errors_has_no_summary() -> None:
    form = Thing(errors={}, summary=[])
    assert said("{% from 'ui/field.html' import errors_summary %}{{ errors_summary(form) }}", form=form) == ""


PICK = "{% from 'ui/pick.html' import pick, chips %}"


def test_nothing_is_chosen_beforehand() -> None:
    options = [{"value": "home", "label": "À domicile", "price": Money(60000)}, {"value": "desk", "label": "Au bureau"}]
    html = said(PICK + "{{ pick('ship', 'Livraison', options) }}", options=options)
    assert "checked" not in html
    assert "600 DA" in html
    chosen = said(PICK + "{{ pick('ship', 'Livraison', options, value='desk') }}", options=options)
    assert chosen.count(" checked") == 1
    assert re.search(r'value="desk" checked', chosen)


def test_an_error_link_lands_on_the_first_card() -> None:
    options = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]
    html = said(PICK + "{{ pick('ship', 'Livraison', options, ['Choisissez']) }}", options=options)
    assert re.search(r'<input type="radio" id="ship" name="ship" value="a">', html)
    assert html.count('name="ship"') == 2


def test_a_sold_out_variant_stays_visible_and_struck() -> None:
    html = said(PICK + "{{ chips('v', 'Taille', [{'value': 1, 'label': '500 g', 'sold_out': true}]) }}")
    assert "<s>500 g</s>" in html
    assert "disabled" in html
    assert "Épuisé" in html


PICTURE = "{% from 'ui/picture.html' import picture %}"


def test_the_first_picture_hurries_and_the_others_wait() -> None:
    first = said(PICTURE + "{{ picture('bowl', 900, '92vw', 'Un bol', first=True) }}")
    assert 'fetchpriority="high"' in first
    assert "lazy" not in first
    assert "/media/bowl-240.webp 240w, /media/bowl-480.webp 480w, /media/bowl-900.webp 900w" in first
    assert 'loading="lazy"' in said(PICTURE + "{{ picture('bowl', 240, '', '') }}")


@pytest.mark.parametrize(("craft", "file"), [("soap", "craft-soap"), ("unheard-of", "craft-any"), ("", "craft-any")])
def test_a_product_without_a_picture_shows_its_craft(craft: str, file: str) -> None:
    html = said(PICTURE + "{{ picture(none, 480, '', 'x', craft=craft) }}", craft=craft)
    assert f'src="/static/img/{file}.svg"' in html
    assert 'width="480" height="480"' in html


def test_a_name_on_a_card_keeps_its_language_and_direction() -> None:
    item = Thing(url="/p", name="صابون", name_lang="ar", shop="Atelier Amina", wilaya="Alger", price=Money(65000),
                 picture=None, craft="soap", tag=None, sold_out=False)  # fmt: skip
    html = said("{% from 'ui/card.html' import card %}{{ card(item) }}", item=item)
    assert '<a href="/p" lang="ar" dir="auto">صابون</a>' in html
    assert "<bdi>Atelier Amina</bdi>, <bdi>Alger</bdi>" in html
    assert '<span class="num">650 DA</span>' in html
    assert "<bdi>Atelier Amina</bdi>، <bdi>Alger</bdi>" in said(
        "{% from 'ui/card.html' import card %}{{ card(item) }}", "ar", item=item
    )


def test_a_stepper_works_without_a_script_and_enter_takes_nothing_away() -> None:
    html = said("{% from 'ui/stepper.html' import stepper %}{{ stepper('qty', 1, max=3) }}")
    buttons = re.findall(r"<button([^>]*)>", html)
    assert "value=" not in buttons[0]
    assert 'value="-1"' in buttons[1]
    assert "disabled" in buttons[1]
    assert 'value="1"' in buttons[2]
    assert "disabled" not in buttons[2]


def test_an_undo_is_a_protected_form() -> None:
    html = said("{% from 'ui/undo.html' import undo_bar %}{{ undo_bar('Retiré', '/undo', {'line': 7}) }}")
    assert 'method="post" action="/undo"' in html
    assert 'name="csrf" value="token-of-the-session"' in html
    assert 'name="line" value="7"' in html
    assert 'role="status"' in html


def test_a_pager_is_made_of_links() -> None:
    source = "{% from 'ui/pager.html' import pager %}{{ pager(next) }}"
    assert 'rel="next" href="/next?after=7"' in said(source, next="/next?after=7")
    assert said(source, next=None) == ""


def test_the_current_step_is_told_without_colour() -> None:
    items = [{"state": "done", "title": "Confirmée"}, {"state": "now", "title": "En route", "note": "jeudi"}]
    html = said("{% from 'ui/steps.html' import steps %}{{ steps(items) }}", items=items)
    assert 'aria-current="step"' in html
    assert "(fait)" in html
