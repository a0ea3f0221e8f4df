"""The style sheets: one direction-free sheet, small, readable by everybody."""

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from shop.web.ui.icons import SHAPES

ROOT = Path(__file__).parents[2]
SHEETS = sorted((ROOT / "static/css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
HIRFA = (ROOT / "static/css/hirfa.css").read_text(encoding="utf-8")

# Physical words that are no property: shapes that are the same in both directions would stand here.
PHYSICAL_ALLOWED: set[str] = set()
IMPORTANT_ALLOWED = {"[hidden]"}  # besides the layers utilities and print

LARGE, SMALL = 3.0, 4.5
PAIRS = [  # text or control, ground, least contrast
    ("ink", "lime", 7), ("ink", "paper", 7), ("ink", "sand", 7), ("ink-2", "lime", SMALL), ("ink-2", "paper", SMALL),
    ("ink-2", "sand", SMALL), ("emerald", "lime", SMALL), ("emerald", "paper", SMALL),
    ("emerald", "emerald-wash", SMALL),
    ("emerald-deep", "emerald-wash", SMALL), ("ink-2", "emerald-wash", SMALL), ("paper", "emerald", SMALL),
    ("paper", "emerald-deep", SMALL), ("on-deep", "emerald-deep", SMALL), ("ink", "saffron", SMALL),
    ("ink", "saffron-light", SMALL), ("saffron-ink", "saffron-wash", SMALL), ("ink", "saffron-wash", SMALL),
    ("cobalt", "cobalt-wash", SMALL), ("ink", "cobalt-wash", SMALL), ("henna", "lime", SMALL),
    ("henna", "paper", SMALL),
    ("henna", "henna-wash", SMALL), ("ink", "henna-wash", SMALL), ("paper", "ink", SMALL),
    ("line-strong", "lime", LARGE), ("line-strong", "paper", LARGE), ("henna", "sand", LARGE),
    ("saffron", "emerald-deep", LARGE), ("saffron", "emerald", LARGE), ("saffron", "ink", LARGE),
    ("focus", "ink", LARGE), ("focus", "emerald", LARGE), ("focus", "emerald-deep", LARGE),
]  # fmt: skip


def rules(sheet: str) -> str:
    """A sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)


def outside(sheet: str, *layers: str) -> str:
    """A sheet without the layers named."""
    for layer in layers:
        start = sheet.find(f"@layer {layer} {{")
        if start >= 0:
            sheet = sheet[:start] + sheet[_end(sheet, start) :]
    return sheet


def _end(sheet: str, start: int) -> int:
    depth = 0
    for at in range(sheet.index("{", start), len(sheet)):
        depth += {"{": 1, "}": -1}.get(sheet[at], 0)
        if not depth:
            return at + 1
    raise AssertionError("a brace is missing")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
class TestSheets:
    def test_a_sheet_knows_no_left_and_no_right(self, sheet: Path) -> None:
        text = rules(sheet.read_text(encoding="utf-8"))
        found = re.findall(r"[\w-]*\b(?:left|right)\b[\w-]*", text)
        found += re.findall(
            r"(?<![\w-])(?:width|height|min-width|max-height|top|bottom):", re.sub(r"@media[^{]*", "", text)
        )
        assert [word for word in found if word not in PHYSICAL_ALLOWED] == []

    def test_four_sided_shorthands_are_the_same_in_both_directions(self, sheet: Path) -> None:
        for name, value in re.findall(r"(margin|padding|inset|border-width)\s*:\s*([^;}]+)", rules(sheet.read_text())):
            sides = re.sub(r"\([^()]*(?:\([^()]*\))*[^()]*\)", "", value).split()
            if len(sides) == 4:
                assert sides[1] == sides[3], (name, value)

    def test_nothing_is_important_but_hiding(self, sheet: Path) -> None:
        text = outside(rules(sheet.read_text(encoding="utf-8")), "utilities", "print")
        selectors = re.findall(r"([^{};]+)\{[^{}]*!important", text)
        assert {selector.strip() for selector in selectors} <= IMPORTANT_ALLOWED

    def test_no_rule_hangs_on_an_id(self, sheet: Path) -> None:
        assert re.findall(r"#[A-Za-z_][\w-]*(?=[^;{}]*\{)", rules(sheet.read_text(encoding="utf-8"))) == []

    def test_old_phones_can_read_it(self, sheet: Path) -> None:
        text = rules(sheet.read_text(encoding="utf-8"))
        assert not re.search(r"oklch|color-mix|@container|@scope|(?<![\w-])&", text)
        assert text.count("{") == text.count("}")
        assert _deepest(text) <= 3  # layer, media, rule: no rule inside a rule

    def test_a_sheet_stays_readable(self, sheet: Path) -> None:
        assert len(sheet.read_text(encoding="utf-8").splitlines()) < 500

    def test_every_variable_is_defined(self, sheet: Path) -> None:
        used = set(re.findall(r"var\((--[\w-]+)\s*\)", sheet.read_text(encoding="utf-8")))
        assert used <= set(re.findall(r"(--[\w-]+)\s*:", HIRFA + sheet.read_text(encoding="utf-8")))

    def test_every_file_it_names_exists(self, sheet: Path) -> None:
        for name in re.findall(r"url\(([^)]+)\)", sheet.read_text(encoding="utf-8")):
            assert (sheet.parent / name.strip("\"'")).resolve().is_file(), name


def _deepest(text: str) -> int:
    depth = deepest = 0
    for char in text:
        depth += {"{": 1, "}": -1}.get(char, 0)
        deepest = max(deepest, depth)
    return deepest


@pytest.mark.parametrize(("file", "limit"), [
    ("css/hirfa.css", 12_000), ("css/studio.css", 4_000), ("vendor/htmx.min.js", 14_000), ("img/zellige.svg", 1_500),
])  # fmt: skip
def test_a_file_stays_within_its_budget(file: str, limit: int) -> None:
    assert len(gzip.compress((ROOT / "static" / file).read_bytes(), 9)) <= limit


def test_the_modules_are_tiny() -> None:
    for module in (ROOT / "static/js").glob("*.js"):
        assert len(gzip.compress(module.read_bytes(), 9)) <= 1_500, module.name


def test_modules_evaluate_nothing_and_write_no_markup() -> None:
    for module in (ROOT / "static/js").glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function|document\.write|\.style\b",
                             module.read_text(encoding="utf-8")), module.name  # fmt: skip


@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_text_can_be_read_on_its_ground(front: str, ground: str, least: float) -> None:
    light, dark = sorted((luminance(token(front)), luminance(token(ground))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


def token(name: str) -> str:
    """The value of a colour token."""
    found = re.search(rf"--{name}:\s*#([0-9a-f]{{6}})\b", HIRFA)
    assert found, name
    return found[1]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert luminance("ffffff") == pytest.approx(1)
    assert (luminance("ffffff") + 0.05) / (luminance("767676") + 0.05) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
class TestTemplates:
    def test_a_template_holds_no_style_and_no_script_of_its_own(self, template: Path) -> None:
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<[^>]*\sstyle\s*=", text)
        assert "<style" not in text
        assert not re.search(r"<[a-z][^>{]*\son[a-z]+\s*=", text)
        assert "javascript:" not in text
        for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
            assert "src=" in attributes or 'type="application/ld+json"' in attributes
            assert not body.strip() or 'type="application/ld+json"' in attributes

    def test_a_template_asks_only_its_own_shop(self, template: Path) -> None:
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"""(?:src|srcset|action)\s*=\s*["']\s*(?:https?:)?//""", text)
        assert not re.search(r"""<link[^>]*href\s*=\s*["']\s*(?:https?:)?//""", text)

    def test_every_icon_it_draws_exists(self, template: Path) -> None:
        text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert set(re.findall(r"""\bicon\(\s*['"]([^'"]+)['"]""", text)) <= SHAPES.keys()

    def test_every_file_it_names_exists(self, template: Path) -> None:
        for name in re.findall(r"asset\('([^']+\.\w+)'\)", template.read_text(encoding="utf-8")):
            assert (ROOT / "static" / name).is_file(), name


def test_the_studios_worker_is_small_as_it_travels_and_evaluates_nothing(client: FlaskClient) -> None:
    answer = client.get("/studio/worker.js", headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) <= 3_950, len(answer.data)  # with the list of what it keeps
    whole = gzip.decompress(answer.data).decode()
    assert not re.search(r"\beval\b|new Function|importScripts", whole)
