"""Message catalogues: the areas' PO files merged and compiled per language.

`python -m shop.plumbing.catalogues` compiles them and tells what is missing; with --check that is an error.
Babel is imported only when something has to be compiled or checked.
"""

from __future__ import annotations

import contextlib
import gettext
import hashlib
import io
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

TRANSLATED = ("ar", "fr")
# Gettext's usual order of the Arabic forms: zero, one, two, few, many (11–99), other. Babel's own rule swaps
# the last two, so ours is written into what is compiled, whatever a file's header says or leaves out.
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);",
    "fr": "nplurals=2; plural=(n > 1);",
    "en": "nplurals=2; plural=(n != 1);",
}
_STAMP = ("hirfa", "sources")  # context and key under which a compiled catalogue tells what it was made from


def fresh(folder: Path, lang: str) -> gettext.GNUTranslations:
    """Return the catalogue of a language, compiled anew if its PO files changed since it was compiled.

    What was compiled is kept beside them when the folder can be written. Raises FileNotFoundError when there
    is neither a compiled catalogue nor a PO file.
    """
    target = folder / lang / "messages.mo"
    sources = _sources(folder, lang)
    if target.is_file():
        kept = _opened(target.read_bytes())
        if not sources or kept.pgettext(*_STAMP) == _digest(sources):
            return kept
    if not sources:
        raise FileNotFoundError(f"no catalogue for {lang} in {folder}")
    compiled = compile_language(folder, lang)
    with contextlib.suppress(OSError):  # a read-only installation keeps it in memory
        _write(target, compiled)
    return _opened(compiled)


def compile_all(folder: Path) -> list[Path]:
    """Compile every language in place and return the files; safe beside readers and other writers."""
    targets = []
    for lang in (*TRANSLATED, "en"):
        target = folder / lang / "messages.mo"
        _write(target, compile_language(folder, lang))
        targets.append(target)
    return targets


def compile_language(folder: Path, lang: str) -> bytes:
    """Merge the PO files of a language and return them compiled; English is made from the others' keys."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415

    catalog = merged(folder, lang)
    catalog.add(_STAMP[1], _digest(_sources(folder, lang)), context=_STAMP[0])
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def merged(folder: Path, lang: str) -> Catalog:
    """Return the PO files of a language as one catalogue; the first translation of a message stays."""
    from babel.messages.catalog import Catalog  # noqa: PLC0415

    whole = Catalog(locale=lang, fuzzy=False)
    whole.mime_headers = [("Plural-Forms", PLURALS[lang])]
    for source in _sources(folder, lang):
        for message in read(source):
            if lang == "en":
                whole.add(message.id, message.id)
            elif message.id not in whole:
                whole.add(message.id, message.string, flags=message.flags)
    return whole


def read(source: Path, *, abort_invalid: bool = False) -> list[Message]:
    """Return the messages of one PO file, without its header; what can't be read is left out, or a PoFileError."""
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with source.open("rb") as file:
        catalog = read_po(file, locale=source.parent.name, abort_invalid=abort_invalid)
    return [message for message in catalog if message.id]


def main(arguments: Sequence[str]) -> int:
    """Compile the catalogues, print what is wrong by area, and return 1 for it when asked to --check."""
    from shop import paths  # noqa: PLC0415
    from shop.plumbing.catalogue_check import examine  # noqa: PLC0415

    folder = paths.PACKAGE / "translations"
    compile_all(folder)
    report = examine(folder, paths.ROOT)
    for line in report.unused:
        print(f"unused  {line}")
    for area, problems in sorted(report.problems.items()):
        for problem in problems:
            print(f"{area}  {problem}")
    print(f"{sum(map(len, report.problems.values()))} problems, {len(report.unused)} unused messages")
    return 1 if report and "--check" in arguments else 0


def _sources(folder: Path, lang: str) -> list[Path]:
    languages = TRANSLATED if lang == "en" else (lang,)
    return [file for each in languages for file in sorted((folder / each).glob("*.po"))]


def _digest(sources: list[Path]) -> str:
    total = hashlib.blake2b(repr(PLURALS).encode(), digest_size=16)
    for source in sources:
        total.update(f"{source.parent.name}/{source.name}\0".encode() + source.read_bytes())
    return total.hexdigest()


def _opened(compiled: bytes) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(compiled))


def _write(target: Path, compiled: bytes) -> None:
    target.parent.mkdir(exist_ok=True)
    draft = target.with_suffix(f".{secrets.token_hex(6)}")
    draft.write_bytes(compiled)
    draft.replace(target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
