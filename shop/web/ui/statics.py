"""Static files: one digest in their address, so that they may be kept for a year; compressed once per digest."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from shop.paths import STATIC
from shop.plumbing.settings import Settings
from shop.web.ui.headers import POLICY_OF_FILES

_TEXT = {".css", ".js", ".svg", ".json", ".txt", ".webmanifest"}


def install(app: Flask, settings: Settings) -> None:
    """Serve static/ under /static/<digest>/, and let templates ask for `asset('css/hirfa.css')`."""
    digest = _digest(STATIC)
    folder = _compressed(STATIC, settings.data_dir / "static" / digest)
    served = WhiteNoise(
        app.wsgi_app, immutable_file_test=lambda _path, _url: True, allow_all_origins=False, add_headers_function=_bind
    )
    served.add_files(str(folder), prefix=f"static/{digest}/")
    app.wsgi_app = served  # type: ignore[method-assign]
    app.jinja_env.globals["asset"] = lambda path: f"/static/{digest}/{path}"
    app.extensions["hirfa_static_digest"] = digest


def _bind(headers: Headers, path: str, _url: str) -> None:
    """Keep browsers from guessing what a file is, and from running a drawing that is opened by itself."""
    headers["X-Content-Type-Options"] = "nosniff"
    if path.endswith(".svg"):
        headers["Content-Security-Policy"] = POLICY_OF_FILES


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            whole.update(str(file.relative_to(folder)).encode())
            whole.update(file.read_bytes())
    return whole.hexdigest()[:12]


def _compressed(source: Path, target: Path) -> Path:
    """Copy the files beside a .gz of each text, once; a half-made copy is never used."""
    if target.is_dir():
        return target
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(source, draft)
    for file in list(draft.rglob("*")):
        if file.suffix in _TEXT:
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
    try:
        draft.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(draft)
    return target
