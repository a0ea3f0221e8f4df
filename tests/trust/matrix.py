"""Who gets what answer at every address of the shop: asked of the running application, compared with matrix.csv.

`python -m tests.trust.matrix` asks again and writes the file. Read every line that changed before you keep it: a
figure in this file says who may enter.
"""

from __future__ import annotations

import csv
import html
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from shop.app import create_app
from shop.plumbing import schema
from shop.plumbing.db import db, session
from shop.plumbing.settings import Settings
from tests.trust.addresses import OWN, Target, targets
from tests.trust.kept import Kept
from tests.trust.street import AMINAS, ROLES, Street, Visitor, build

FILE = Path(__file__).with_name("matrix.csv")
HEAD = ("rule", "method", "object", *ROLES)
SIGN_IN = "/studio/sign-in"
BASE = "http://127.0.0.1:8000"
TALLIES = "tallies"  # counts tries, refused ones above all
MAY_CHANGE = {
    name: {TALLIES, "carts"} for name in ("storefront.details", "storefront.link_details")
}  # what was typed is kept, right or wrong

Key = tuple[str, str, str]
Row = dict[str, str]


@dataclass
class Walk:
    """Asks every question once, in a shop that is the same for each, and keeps what was not as it must be."""

    street: Street
    kept: Kept
    found: dict[Key, Row] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)  # each seeded word, by how many answers rightly showed it
    written: int = 0  # so many answers changed something

    def everywhere(self, wanted: Callable[[Target], bool] = lambda _target: True) -> None:
        """Ask every address, by every method, for everything it could name, in every role."""
        for target in filter(wanted, targets(self.street)):
            row = self.found.setdefault((target.rule, target.method, target.thing), {})
            for role in ROLES:
                row[role] = self._asked(target, role)

    def _asked(self, target: Target, role: str) -> str:
        before = self.kept.mark()
        answer = ask(self.street.application, self.street.visitors[role], target)
        self._look_for_secrets(target, role, answer)
        if self.kept.mark() != before:
            self._look_at_changes(target, role, answer)
        return said(answer)

    def _look_for_secrets(self, target: Target, role: str, answer: TestResponse) -> None:
        text = readable(answer)
        for secret in self.street.secrets:
            if secret.word.lower() not in text:
                continue
            if role in secret.readers or (secret.linked and by_link(target)):
                self.read[secret.word] += 1
            else:
                self.problems.append(f"{role} reads {secret.word}: {target.method} {target.url} ({target.thing})")

    def _look_at_changes(self, target: Target, role: str, answer: TestResponse) -> None:
        """Looking changes nothing, whoever is refused changes nothing, and a member changes her own workshop only."""
        now = self.kept.now()
        changed = {name for name, rows in now.items() if rows != self.kept.contents[name]}
        what = f"{role}, {target.method} {target.url} ({target.thing}), answered {answer.status_code}"
        if changed and target.method == "GET":
            self.problems.append(f"looking changed {sorted(changed)}: {what}")
        if (changed - MAY_CHANGE.get(target.endpoint, {TALLIES})) and answer.status_code >= 400:
            self.problems.append(f"a refused request changed {sorted(changed)}: {what}")
        for readers, shop in ((AMINAS, self.street.ismahane), (frozenset({"neighbour"}), self.street.amina)):
            if role in readers and inside(target) and self._differ(now, shop.store_id):
                self.problems.append(f"a stranger changed {shop.slug}: {what}")
        if changed:
            self.written += 1
            self.kept.again(changed)

    def _differ(self, now: Mapping[str, frozenset[tuple[object, ...]]], store_id: int) -> bool:
        return self.kept.of_store(dict(now), store_id) != self.kept.of_store(self.kept.contents, store_id)


def by_link(target: Target) -> bool:
    """Tell whether an address is a paper behind the secret link of Amina's buyer, where his name may be read."""
    return "<proof>" in target.rule and target.rule.endswith(".pdf") and target.thing == OWN


def inside(target: Target) -> bool:
    """Tell whether an address is behind the door of a workshop, where only its own rows may be touched."""
    return "<name:store>" in target.rule


def ask(
    application: Flask, who: Visitor, target: Target, *, csrf: str | None = None,
    headers: Mapping[str, str] | None = None, base: str = BASE,
) -> TestResponse:  # fmt: skip
    """Send one request as somebody, from a browser that knows nothing else; `csrf` in place of her forms' token."""
    client = application.test_client()
    for name, value in who.cookies.items():
        client.set_cookie(name, value, domain=urlsplit(base).hostname or "")
    token = (who.csrf or "none") if csrf is None else csrf
    fields = None if target.form is None else MultiDict([("csrf", token), *_pairs(target.form)])
    return client.open(target.url, method=target.method, base_url=base, data=fields, headers=headers)


def _pairs(fields: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    for name, value in fields.items():
        if isinstance(value, list):
            yield from ((name, str(each)) for each in value)
        elif isinstance(value, tuple):  # a file, opened anew for each request
            yield name, (type(value[0])(value[0].getvalue()), value[1])
        else:
            yield name, str(value)


def said(answer: TestResponse) -> str:
    """Return an answer as the file writes it: its status, and whether it leads to the sign-in."""
    asks = answer.headers.get("Location", "").startswith(SIGN_IN)
    return f"{answer.status_code} sign-in" if asks else str(answer.status_code)


def readable(answer: TestResponse) -> str:
    """Return all that can be read in an answer, its head and its PDF too; numbers once more without their spaces."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    mimetype = answer.mimetype or ""
    if mimetype == "application/pdf":
        body = _printed(answer.get_data())
    elif mimetype.startswith("image/"):
        body = ""
    elif mimetype == "application/octet-stream":
        body = answer.get_data().decode("latin-1")
    else:
        body = html.unescape(answer.get_data(as_text=True))
    text = f"{head}\n{body}".lower()
    return f"{text}\n{''.join(text.split())}"


def _printed(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


# ── the file ──────────────────────────────────────────────────────────────────────────────────────────────────────


def load() -> dict[Key, Row]:
    """Return what is expected. Raises AssertionError for a line that stands twice."""
    with FILE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    found = {(line["rule"], line["method"], line["object"]): {role: line[role] for role in ROLES} for line in lines}
    assert len(found) == len(lines), "a line of matrix.csv stands twice"
    return found


def write(found: Mapping[Key, Row]) -> None:
    """Write what was found in place of what was expected."""
    with FILE.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEAD)
        out.writerows([*key, *(row[role] for role in ROLES)] for key, row in sorted(found.items()))


def main() -> None:
    """Ask a street of its own, on SQLite, and write the file; print what must not be in any case."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), secret_key="0123456789abcdef" * 4, worker=False, threads=8)
        application = create_app(settings)
        with application.app_context():
            schema.upgrade()
            session.remove()  # type: ignore[attr-defined]
        street = build(application, settings)
        kept = Kept(application, settings.database)
        walk = Walk(street, kept)
        walk.everywhere()
        kept.close()
        with application.app_context():
            db.engine.dispose()
    write(walk.found)
    print(*walk.problems, f"{len(walk.found)} lines written to {FILE.name}", sep="\n")


if __name__ == "__main__":
    main()
