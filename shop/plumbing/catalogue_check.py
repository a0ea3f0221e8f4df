"""What the message catalogues lack, contradict or carry for nothing, compared with the code and templates."""

from __future__ import annotations

import ast
import gettext
import re
import string
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from shop.plumbing.catalogues import PLURALS, TRANSLATED, read

if TYPE_CHECKING:
    from babel.messages.catalog import Message

AREAS = (
    "storefront", "checkout", "catalogue_studio", "studio", "desk",
    "documents", "notifications", "errors", "ui", "core",
)  # fmt: skip
_KEYWORDS: dict[str, Any] = {"_": None, "_m": None, "N_": None, "ngettext": (1, 2)}
_TEMPLATE_OPTIONS = {"silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"}
_PO_LINE = re.compile(r'\s*(#.*|(msg(id|str|ctxt|id_plural)(\[\d\])?\s*)?"(?:[^"\\]|\\.)*"\s*)?')
_PLURAL = re.compile(r"plural=([^;\\]+)")
_REFUSALS = "Refused"  # the class whose heirs carry a message for a person
_STATED_ONCE = {"n"}  # one parcel, two parcels: Arabic says these without the figure


@dataclass(frozen=True)
class Use:
    """A message where the code or a template says it; `plural` is "" for one without."""

    message: str
    plural: str
    file: str
    line: int


@dataclass
class Report:
    """`problems` fail the check, by area; `unused` messages only take room."""

    problems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unused: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(self.problems.values())


@dataclass(frozen=True)
class Entry:
    """A translated message and the area's file it stands in."""

    area: str
    message: Message

    @property
    def key(self) -> str:
        """The message's singular, under which gettext looks it up."""
        return _ids(self.message)[0]


def examine(translations: Path, root: Path) -> Report:
    """Compare the PO files with what shop/ and templates/ under root say."""
    report = Report()
    uses = list(_uses(root, report))
    known: dict[str, dict[str, Entry]] = {}
    for lang in TRANSLATED:
        known[lang] = _compared(translations, lang, report)
    for use in uses:
        _look_up(use, known, report)
    said = {use.message for use in uses}
    for lang, entries in known.items():
        report.unused += [f"{lang}/{e.area}.po: {key!r}" for key, e in entries.items() if key not in said]
    return report


def area_of(file: str) -> str:
    """Guess from a path which area's PO file its messages belong to."""
    parts = re.split(r"[/_.]", file)
    if file.startswith(("templates/base", "templates/ui/", "shop/web/ui/")):
        return "ui"
    if "studio" in parts and {"catalogue", "product", "products"} & set(parts):
        return "catalogue_studio"
    if "checkout" in parts or "cart" in parts:
        return "checkout"
    return next((area for area in AREAS if area in parts), "core")


def _compared(translations: Path, lang: str, report: Report) -> dict[str, Entry]:
    """Return a language's messages by key, having noted everything that is wrong in its files."""
    entries: dict[str, Entry] = {}
    for source in sorted((translations / lang).glob("*.po")):
        for message in _strictly(source, report):
            entry = Entry(source.stem, message)
            where = report.problems[source.stem]
            where += [f"{lang}: {entry.key!r} {fault}" for fault in _faults(message, lang)]
            first = entries.setdefault(entry.key, entry)
            if _ids(first.message) != _ids(message) or _strings(first.message) != _strings(message):
                where.append(f"{lang}: {entry.key!r} is translated otherwise in {first.area}.po")
    return entries


def _strictly(source: Path, report: Report) -> list[Message]:
    from babel.messages.pofile import PoFileError  # noqa: PLC0415

    lang, where = source.parent.name, report.problems[source.stem]
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
        messages = read(source, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        where.append(f"{lang}: unreadable: {error}")
        return []
    # Babel takes a string without its closing quote and cuts its last letter off.
    where += [f"{lang}: unreadable: line {n}" for n, line in enumerate(lines, 1) if not _PO_LINE.fullmatch(line)]
    if any(_counts_otherwise(line, lang) for line in lines):
        where.append(f"{lang}: Plural-Forms must be {PLURALS[lang]}")
    return messages


def _counts_otherwise(line: str, lang: str) -> bool:
    stated, ours = _PLURAL.search(line), _PLURAL.search(PLURALS[lang])
    if not stated or not ours:
        return False
    theirs, own = gettext.c2py(stated[1]), gettext.c2py(ours[1])
    return any(theirs(n) != own(n) for n in range(205))


def _faults(message: Message, lang: str) -> Iterator[str]:
    if message.fuzzy:
        yield "is fuzzy"
    ids, strings = _ids(message), _strings(message)
    if not strings or not all(strings):
        yield "is not translated"
        return
    forms = {"ar": 6, "fr": 2}[lang] if len(ids) == 2 else 1
    if len(strings) != forms:
        yield f"has {len(strings)} forms and not {forms}"
    wanted = set().union(*map(_places, ids))
    needed = wanted - _STATED_ONCE if len(ids) == 2 else wanted
    for text in strings:
        if not needed <= _places(text) <= wanted:
            yield f"has other {{places}} in {text!r}"


def _look_up(use: Use, known: dict[str, dict[str, Entry]], report: Report) -> None:
    missing = [lang for lang, entries in known.items() if use.message not in entries]
    where = f"{use.file}:{use.line}"
    if missing:
        report.problems[area_of(use.file)].append(f"{' '.join(missing)}: {use.message!r} is missing ({where})")
        return
    for lang, entries in known.items():
        ids = _ids(entries[use.message].message)
        if ids != tuple(filter(None, (use.message, use.plural))):
            report.problems[area_of(use.file)].append(f"{lang}: {use.message!r} has another plural ({where})")


def _uses(root: Path, report: Report) -> Iterator[Use]:
    modules = {file: file.read_text(encoding="utf-8") for file in sorted((root / "shop").rglob("*.py"))}
    trees = {file: ast.parse(text) for file, text in modules.items()}
    refusals = _heirs(trees.values())
    for file, tree in trees.items():
        yield from _said_in(tree, refusals, file.relative_to(root).as_posix())
    for file in sorted((root / "templates").rglob("*")):
        if file.suffix in {".html", ".txt", ".xml", ".svg", ".j2", ".json"}:
            path = file.relative_to(root).as_posix()
            try:
                yield from list(_said_in_template(file, path))
            except (SyntaxError, UnicodeDecodeError, _template_error()) as error:
                report.problems[area_of(path)].append(f"{path}: unreadable: {error}")


def _said_in_template(file: Path, path: str) -> Iterator[Use]:
    from babel.messages.extract import extract  # noqa: PLC0415

    with file.open("rb") as source:
        for line, message, *_ in extract("jinja2", source, _KEYWORDS, (), {**_TEMPLATE_OPTIONS}):
            one, many = (message, "") if isinstance(message, str) else (message[0], message[1])
            yield Use(one, many, path, line)


def _heirs(trees: Iterable[ast.Module]) -> set[str]:
    """Return the names of Refused and of every class that descends from it, in whatever module."""
    bases = [
        (node.name, {base.id for base in node.bases if isinstance(base, ast.Name)})
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    family = {_REFUSALS}
    while grown := {name for name, parents in bases if parents & family} - family:
        family |= grown
    return family


def _said_in(tree: ast.Module, refusals: set[str], path: str) -> Iterator[Use]:
    """Yield what is said by _, _m, N_, ngettext, and by refusals, which shop.core makes without them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = _called(node)
            texts = node.args[: 2 if called == "ngettext" else 1] if called in {*_KEYWORDS, *refusals} else []
        elif isinstance(node, ast.ClassDef) and node.name in refusals:
            texts = [each.value for each in node.body if _assigns_message(each)]
        else:
            continue
        literals = [t.value for t in texts if isinstance(t, ast.Constant) and isinstance(t.value, str)]
        if literals:
            yield Use(literals[0], "".join(literals[1:]), path, node.lineno)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _assigns_message(node: ast.stmt) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "message" for target in node.targets
    )


def _template_error() -> type[Exception]:
    from jinja2 import TemplateError  # noqa: PLC0415

    return TemplateError


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _places(text: str) -> set[str]:
    """Return the {names} of a message; a lone brace is a place that nothing matches."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {"{"}
