"""What is the same for every application of a run is made once: most of an ordinary test would be making it anew.

Nothing here changes what an application does. It compiles its templates, its addresses and its SQL, and reads and
compresses its files, as a served one does: that, too, lives longer than one test.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from shop.web.ui import statics

STATEMENTS = 5_000  # an engine keeps 500 for itself; here are those of both databases, and of every test of a worker
OBJECTS = 20_000


class Templates(BytecodeCache):
    """Templates compiled once: half of a page's first answer is compiling it."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key, bucket.checksum] = bucket.code


class Statements(LRUCache[Any, Any]):
    """SQL compiled once for all engines that speak one dialect: a third of an ordinary test is compiling it."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_by_kind(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_by_kind(key), value)


def _by_kind(key: Any) -> Any:
    dialect, *rest = key
    return (type(dialect), *rest)


def builders(build: Callable[[Rule, bool], object]) -> Callable[[Rule, bool], object]:
    """Return what builds an address from its parts, compiled once for each rule."""
    built: dict[object, object] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> object:
        if rule.defaults:
            return build(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in built:
            built[key] = build(rule, append_unknown)
        return built[key]

    return builder


def parts(parse: Callable[[Rule, str], Iterable[Any]]) -> Callable[[Rule, str], Iterable[Any]]:
    """Return what reads the parts of an address, read once for each rule with the same converters."""
    known: dict[object, tuple[list[Any], list[Any], dict[str, Any]]] = {}

    def parsed(rule: Rule, text: str) -> Iterable[Any]:
        key = (text, frozenset(rule.map.converters.items()))
        if key not in known:
            before = len(rule._trace)
            found = list(parse(rule, text))
            known[key] = found, rule._trace[before:], dict(rule._converters)
            return found
        found, trace, converters = known[key]
        rule._trace.extend(trace)
        rule._converters.update(converters)
        rule.arguments.update(converters)
        return found

    return parsed


def files(add: Callable[..., None]) -> Callable[..., None]:
    """Return what serves a folder of files, each looked at once."""
    known: dict[tuple[str, str], dict[str, Any]] = {}

    def added(served: WhiteNoise, root: str, prefix: str) -> None:
        key = (root, prefix)
        if key not in known:
            before = set(served.files)
            add(served, root, prefix)
            known[key] = {url: file for url, file in served.files.items() if url not in before}
        served.files.update(known[key])

    return added


@pytest.fixture(autouse=True, scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let every application of this run have what the first one made."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(Flask.jinja_options, "bytecode_cache", Templates())
        patched.setattr(Rule, "_compile_builder", builders(Rule._compile_builder))
        patched.setattr(Rule, "_parse_rule", parts(Rule._parse_rule))
        _files(patched, tmp_path_factory.mktemp("static"))
        _statements(patched)
        # What is imported by now stays until the end: no search for garbage walks through it again, and as a test's
        # application is thousands of objects that all go together, there is no need to search after each 700.
        gc.collect()
        gc.freeze()
        gc.set_threshold(OBJECTS)
        yield


def _files(patched: pytest.MonkeyPatch, folder: Path) -> None:
    digest, compressed = statics._digest(statics.STATIC), statics._compressed
    ours = compressed(statics.STATIC, folder / digest)
    patched.setattr(statics, "_digest", lambda _source: digest)
    patched.setattr(statics, "_compressed", lambda _source, _target: ours)
    patched.setattr(WhiteNoise, "add_files", files(WhiteNoise.add_files))


def _statements(patched: pytest.MonkeyPatch) -> None:
    statements = Statements(STATEMENTS)
    shared = property(lambda _engine: statements, lambda _engine, _own: None)
    patched.setattr(Engine, "_compiled_cache", shared, raising=False)
