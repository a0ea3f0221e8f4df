"""Bad input, made by chance from a seed: requests over every address of the shop, and what no answer may ever be.

Nothing here knows the shop's forms. Which fields an endpoint reads is learned by watching it read them, and what it
would accept is read off the forms that stand on its pages; each request is then such a right one with something wrong.
"""

from __future__ import annotations

import io
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes, urlsplit

from flask import Flask
from lxml import html
from structlog.testing import capture_logs
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.test import create_environ, run_wsgi_app

from shop.web.ui.access import SESSION, Access, access_of
from shop.web.ui.converters import NumberConverter
from tests.trust.nonsense import (
    COOKIE_VALUES,
    COOKIES,
    FILE_TYPES,
    FILENAMES,
    FORM,
    GOOD_FILES,
    HEADER_VALUES,
    HEADERS,
    MARK,
    METHODS,
    TYPES,
    Fields,
    as_bytes,
    picture,
    sheet,
    spoil,
    value,
)

SLOWEST_S = 20.0
# Where an answer may lead: a path of ours. Browsers take /\\x and https:///x for another host.
OURS = re.compile(r"(?:http://(?:127\.0\.0\.1|localhost)(?::\d+)?)?/(?![/\\\s])")
FILES = frozenset(name for name, _content in GOOD_FILES)  # fields that take files
DOORS_EVERY = 20
# An answer that holds one of these shows what typed text must never become, or Python's own words.
GIVEN_AWAY = (MARK, "Traceback (most", "invalid literal for", "sqlalche.me", "psycopg.errors", "sqlite3.")


class Broken(AssertionError):
    """An answer that may not be, with all that is needed to ask again."""


# ── what is known of the shop ─────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Visitor:
    """Somebody with cookies; the token goes into her forms."""

    name: str
    cookies: dict[str, str]
    csrf: str = ""


@dataclass
class Target:
    """One address and method: what may stand in its path, what its forms carry, what it reads."""

    rule: Rule
    method: str
    access: Access
    right: list[Fields] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    accepted: bool = False  # some right form came through
    weight: float = 1.0

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


@dataclass
class Request:
    """A request as it goes over the wire."""

    method: str
    path: bytes
    query: bytes = b""
    body: bytes = b""
    content_type: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"{self.method} {self.path[:400]!r} ?{self.query[:300]!r}\n  {self.headers} cookies {self.cookies}\n"
            f"  {self.content_type} ({len(self.body)} bytes) {self.body[:900]!r}"
        )

    def environ(self) -> dict[str, Any]:
        """Return it as a server hands it over: raw bytes, as WSGI spells them."""
        made = create_environ("/", "http://127.0.0.1:8000", method=self.method)
        cookie = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        made |= {
            "PATH_INFO": self.path.decode("latin-1"), "QUERY_STRING": self.query.decode("latin-1"),
            "wsgi.input": io.BytesIO(self.body), "CONTENT_LENGTH": str(len(self.body)), "REMOTE_ADDR": "127.0.0.1",
            "REQUEST_URI": quote_from_bytes(self.path, safe="/"),
        }  # fmt: skip
        if self.content_type:
            made["CONTENT_TYPE"] = self.content_type
        if cookie:
            made["HTTP_COOKIE"] = cookie
        for name, text in self.headers:
            key = name.upper().replace("-", "_")
            made[key if key in {"CONTENT_LENGTH", "CONTENT_TYPE", "REMOTE_ADDR"} else f"HTTP_{key}"] = text
        return made


class Watched(ImmutableMultiDict[str, Any]):
    """Fields that note by which names they are read."""

    seen: set[str] = set()

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        """Note, and pass on."""
        self.seen.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        """Note, and pass on."""
        self.seen.add(key)
        return super().getlist(key, *args, **kwargs)

    def __getitem__(self, key: str) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.seen.add(str(key))
        return super().__contains__(key)


@dataclass
class World:
    """The shop under attack: who comes, and which rows stand in it, by the names that addresses give them."""

    app: Flask
    places: Mapping[str, list[str]]
    people: Mapping[str, Visitor]
    again: Callable[[], None]  # put everything back as it was
    hints: Mapping[
        str, str
    ]  # what is right in a field, by its name, by endpoint:name, or in any case by =endpoint:name
    targets: list[Target] = field(default_factory=list)

    def visitor(self, access: Access) -> Visitor:
        """Return who may enter there."""
        if access is Access.OPERATOR:
            return self.people["nadia"]
        return self.people["amina" if access in SESSION else "yacine"]

    def path(self, rule: Rule, rng: random.Random | None) -> bytes:
        """Return an address that a rule answers, of rows that are there: the first ones without a chance."""
        parts = []
        for is_dynamic, text in rule._trace:
            parts.append(self._part(rule, text, rng) if is_dynamic else text.lstrip("|"))
        return "".join(parts).encode()

    def _part(self, rule: Rule, name: str, rng: random.Random | None) -> str:
        if rng and isinstance(rule._converters[name], NumberConverter) and rng.random() < 0.05:
            return rng.choice(("2147483647", "2147483648", "4294967297", "9" * 18))
        return one_of(self.standing(rule, name), rng)

    def standing(self, rule: Rule, name: str) -> list[str]:
        """Return what may stand in a place of an address: the endpoint's own, or the same everywhere."""
        return list(self.places.get(f"{rule.endpoint}:{name}") or self.places[name])

    def ask(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        """Send a request through the whole stack."""
        chunks, status, headers = run_wsgi_app(self.app.wsgi_app, request.environ(), buffered=True)  # type: ignore[arg-type]
        return int(status[:3]), headers, b"".join(chunks)

    def keep_doors_open(self) -> None:
        """Put everything back when somebody was shut out: signed out, removed, suspended, her basket emptied."""
        doors = (("amina", "/studio/atelier-amina/settings"), ("lila", "/studio/atelier-amina/"), ("nadia", "/desk/"))
        for name, door in (*doors, ("yacine", "/ar/checkout")):
            if self.ask(Request("GET", door.encode(), cookies=self.people[name].cookies))[0] != 200:
                self.again()
                return

    def learn(self) -> None:
        """Find every address, what its forms carry and which fields it reads."""
        self.targets = [
            Target(rule, method, access_of(self.app, rule.endpoint))
            for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
            for method in sorted((rule.methods or set()) & {"GET", "POST"})
        ]
        self._read_pages()
        self.app.request_class = type("Watching", (self.app.request_class,), {"parameter_storage_class": Watched})
        for target in self.targets:
            Watched.seen = set()
            self._try(target, [("csrf", "")])
            target.right = [self._filled(target, fields) for fields in target.right]
            for _turn in range(2):  # fields may be read only once others are there
                target.right.append(self._filled(target, [(name, "") for name in sorted(Watched.seen)]))
                self._try(target, target.right[-1])
            for fields in target.right[:-2]:
                self._try(target, fields)
            if target.method == "POST" and target.accepted:
                self.again()
            target.names = sorted(Watched.seen)
        self.app.request_class = self.app.request_class.__mro__[1]
        self.again()

    def _try(self, target: Target, fields: Fields) -> None:
        status, _headers, _body = self.ask(self.right_request(target, fields))
        target.accepted |= status < 400

    def _filled(self, target: Target, fields: Fields) -> Fields:
        """Return fields with something sensible in each that stands empty."""
        own = f"{target.rule.endpoint}:"
        hints = {
            **self.hints,
            **{key.removeprefix(own): text for key, text in self.hints.items() if key.startswith(own)},
        }
        return [
            (name, self.hints.get(f"={own}{name}") or text or hints.get(name) or hints.get(name.rpartition("-")[2], ""))
            for name, text in fields
        ]

    def right_request(self, target: Target, fields: Fields, rng: random.Random | None = None) -> Request:
        """Return a request as a browser would send it."""
        who = self.visitor(target.access)
        path = self.path(target.rule, rng)
        if target.method == "GET":
            return Request("GET", path, query=encoded(fields), cookies=who.cookies)
        fields = [each for each in fields if each[0] != "csrf"] + [("csrf", who.csrf)]
        if rng is None and (files := [each for each in GOOD_FILES if each[0] in dict(fields)]):
            kind, body = multipart(random.Random(0), fields, [], files)
            return Request("POST", path, body=body, content_type=kind, cookies=who.cookies)
        return Request("POST", path, body=encoded(fields), content_type=FORM, cookies=who.cookies)

    def _read_pages(self) -> None:
        urls = self.app.url_map.bind("127.0.0.1")
        by_rule: dict[tuple[str, str], list[Fields]] = defaultdict(list)
        for target in self.targets:
            if target.method != "GET":
                continue
            status, headers, body = self.ask(self.right_request(target, []))
            if status != 200 or "html" not in headers.get("Content-Type", ""):
                continue
            for method, action, fields in forms(body):
                address = urlsplit(action).path or self.path(target.rule, None).decode()
                if address.startswith("/") and urls.test(address, method):
                    rule, _values = urls.match(address, method, return_rule=True)
                    by_rule[rule.rule, method].append(fields)
        for target in self.targets:
            target.right = by_rule[target.rule.rule, target.method] or [[]]


def one_of(values: list[str], rng: random.Random | None) -> str:
    """Return one by chance, or the first."""
    return rng.choice(values) if rng else values[0]


def forms(page: bytes) -> Iterator[tuple[str, str, Fields]]:
    """Yield each form of a page: its method, where it goes, what it sends as it stands, each button once."""
    for form in html.fromstring(page).iter("form"):
        fields: Fields = []
        for each in form.iter("input", "select", "textarea", "button"):
            name, kind = each.get("name"), each.get("type", "")
            if not name or (kind in {"radio", "checkbox"} and any(name == known for known, _text in fields)):
                continue
            options = [option.get("value", "") for option in each.iter("option")]
            fields.append((name, options[-1] if options else each.get("value") or (each.text or "")))
        yield form.get("method", "get").upper(), form.get("action", ""), fields


# ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────────


def encoded(fields: Fields) -> bytes:
    """Return fields as a form or a query carries them."""
    return "&".join(
        f"{quote_from_bytes(as_bytes(name))}={quote_from_bytes(as_bytes(text))}" for name, text in fields
    ).encode()


class Attack:
    """Requests made from one seed over a world."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.rng = world, random.Random(seed)
        self._weights = [target.weight for target in world.targets]

    def next(self) -> tuple[Target, Request]:
        """Return the next request and the address that it was made for."""
        rng = self.rng
        target = rng.choices(self.world.targets, self._weights)[0]
        fields = spoil(rng, rng.choice(target.right) if target.right else [], target.names)
        made = self.world.right_request(target, fields, rng)
        if target.method == "POST":
            self._send(made, fields, target)
        if rng.random() < 0.12:
            made.path = self._strange_path(made.path)
        if target.method == "POST" and rng.random() < 0.1:
            made.query = encoded([(rng.choice(target.names or ["q"]), value(rng))])
        if rng.random() < 0.12:
            self._other_person(made)
        if rng.random() < 0.15:
            made.headers = [(rng.choice(HEADERS), rng.choice(HEADER_VALUES)) for _each in range(rng.randrange(1, 4))]
        if rng.random() < 0.03:
            made.method = rng.choice(METHODS)
        return target, made

    def _send(self, made: Request, fields: Fields, target: Target) -> None:
        """Choose how a form travels: as it should, with files, or as something else."""
        rng, csrf = self.rng, self.world.visitor(target.access).csrf
        fields = fields if any(name == "csrf" for name, _text in fields) and rng.random() < 0.03 else [
            each for each in fields if each[0] != "csrf"] + [("csrf", csrf)]  # fmt: skip
        rng.shuffle(fields)
        draw = rng.random()
        if draw < 0.80 and not FILES & set(target.names):
            made.body = encoded(fields)
        elif draw < 0.93:
            made.content_type, made.body = multipart(rng, fields, target.names)
        elif draw < 0.96:
            made.content_type = "application/json"
            made.body = rng.choice(
                (
                    b"[" * 60_000,
                    b"NaN",
                    b'{"csrf":NaN}',
                    b"{",
                    json.dumps({name: [1] for name in target.names}).encode(),
                )
            )
        else:
            made.content_type, made.body = rng.choice(TYPES), encoded(fields)
        if rng.random() < 0.02:
            made.body = made.body[: rng.randrange(len(made.body) + 1)]

    def _strange_path(self, path: bytes) -> bytes:
        rng = self.rng
        parts = path.split(b"/")
        at = rng.randrange(1, len(parts))
        wrong = as_bytes(value(rng))[:3000]
        parts[at] = rng.choice(
            (
                wrong,
                parts[at] + wrong,
                parts[at][:1] + wrong,
                b"..",
                b"",
                wrong + b"-" + parts[at],
                "٣".encode(),
                "سوق-240.webp".encode(),
            )
        )
        return b"/".join(parts)

    def _other_person(self, made: Request) -> None:
        rng = self.rng
        made.cookies = dict(rng.choice(list(self.world.people.values())).cookies)
        if rng.random() < 0.7:
            made.cookies[rng.choice(COOKIES)] = rng.choice(COOKIE_VALUES)


def multipart(
    rng: random.Random, fields: Fields, names: list[str], files: list[tuple[str, bytes]] | None = None
) -> tuple[str, bytes]:  # fmt: skip
    """Return fields, and files, as a form with files carries them: mostly well made."""
    edge = b"edge%d" % rng.randrange(1000)
    if files is None:
        asked = [name for name in names if name in FILES]
        wanted = rng.choice(asked) if asked and rng.random() < 0.9 else rng.choice([*names, "file"])
        files = [
            (wanted, sheet(rng) if wanted == "file" else picture(rng)) for _each in range(rng.choice((1, 1, 1, 2, 12)))
        ]
        last = edge + (b"--" if rng.random() < 0.9 else b"")
    else:
        last = edge + b"--"
    body = b"".join(part(edge, name, as_bytes(text)) for name, text in fields)
    body += b"".join(
        part(edge, name, content, rng.choice(FILENAMES), rng.choice(FILE_TYPES)) for name, content in files
    )
    return f"multipart/form-data; boundary={edge.decode()}", body + b"--" + last + b"\r\n"


def part(edge: bytes, name: str, content: bytes, filename: str | None = None, kind: bytes = b"") -> bytes:
    """Return one part of a form with files."""
    head = b'Content-Disposition: form-data; name="' + re.sub(rb'["\r\n]', b"%", as_bytes(name)) + b'"'
    if filename is not None:
        head += b'; filename="' + as_bytes(filename).replace(b'"', b"%22") + b'"\r\nContent-Type: ' + kind
    return b"--" + edge + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


# ── answers ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Report:
    """What came back."""

    asked: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    seconds: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        told = " ".join(f"{status}:{n}" for status, n in sorted(self.statuses.items()))
        return f"{self.asked} bad inputs, {told}; slowest {self.slowest[0]:.2f} s {self.slowest[1]}"


def attack(world: World, seed: int, count: int, report: Report, *, found: Callable[[Broken], None]) -> None:
    """Send so many requests made from a seed, and look at every answer; `found` hears of each that may not be."""
    attacker = Attack(world, seed)
    for number in range(count):
        if number % DOORS_EVERY == 0:
            world.keep_doors_open()
        target, request = attacker.next()
        began = time.monotonic()
        with capture_logs() as logs:
            try:
                status, headers, body = world.ask(request)
                wrong = what_is_wrong(status, headers, body) or logged(logs)
            except Exception as error:  # noqa: BLE001 - whatever leaves the application is what is looked for
                status, wrong = 0, f"raised {error!r}"
        took = time.monotonic() - began
        report.asked += 1
        report.statuses[status] += 1
        report.reached[str(target)] += status < 400
        report.seconds[str(target)] += took  # type: ignore[assignment]
        report.slowest = max(report.slowest, (took, str(target)))
        if wrong or took > SLOWEST_S:
            found(Broken(f"seed {seed}, input {number}: {wrong or f'took {took:.1f} s'}\n{target}\n{request}"))


def what_is_wrong(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """Return what an answer is that none may be; "" for a good one."""
    if status >= 500:
        return f"answered {status}"
    place = headers.get("Location")
    if place is not None and not OURS.match(place):
        return f"sent away to {place}"
    if any(re.search(r"[\r\n]", text) for text in headers.values()):
        return "a header with a line end"
    if "html" not in headers.get("Content-Type", "") or headers.get("Content-Encoding"):
        return ""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "a page that is no UTF-8"
    return next((f"gave away {each!r}" for each in GIVEN_AWAY if each in text), "")


def logged(logs: list[Any]) -> str:
    """Return the first error that was logged; "" when there is none."""
    worst = next((each for each in logs if each["log_level"] in {"error", "critical"}), None)
    return f"logged {worst!r}" if worst else ""
