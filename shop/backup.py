"""Backups: one archive with the database as it stood at one moment, the pictures, the key, and a list of hashes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from shop.core import clock
from shop.plumbing.settings import Settings

DATABASE = {True: "hirfa.sqlite3", False: "hirfa.pgdump"}
KEPT = ("media", "private", "secret_key")


class BackupError(RuntimeError):
    """The archive could not be made, or is not whole."""


def backup(settings: Settings, target: Path) -> Path:
    """Write `target` (or a dated file in it, when it is a folder) and return it. Safe while the shop is open."""
    if target.is_dir():
        target = target / f"hirfa-{clock.now():%Y%m%d-%H%M%S}.tar.gz"
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name)
        _dump(settings, folder / DATABASE[settings.is_sqlite])
        for kept in KEPT:
            _copy(settings.data_dir / kept, folder / kept)
        hashes = {str(file.relative_to(folder)): _hash(file) for file in sorted(folder.rglob("*")) if file.is_file()}
        (folder / "hashes.json").write_text(json.dumps(hashes, indent=1), encoding="utf-8")
        draft = target.with_name(target.name + ".part")
        with tarfile.open(draft, "w:gz", compresslevel=3) as archive:
            archive.add(folder, arcname=".")
        draft.chmod(0o600)
        draft.replace(target)
    return target


def restore(settings: Settings, source: Path) -> None:
    """Put an archive into an empty deployment. Raises BackupError when it is not whole or something is there."""
    database = settings.data_dir / DATABASE[True]
    if settings.is_sqlite and database.exists():
        raise BackupError(f"{database} exists: restore into an empty data folder")
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=settings.data_dir) as name:
        folder = Path(name)
        with tarfile.open(source, "r:gz") as archive:
            _unpack(archive, folder)
        _verify(folder)
        dump = folder / DATABASE[settings.is_sqlite]
        if not dump.exists():
            raise BackupError("the archive was made from the other kind of database")
        for kept in KEPT:
            if (folder / kept).exists():
                _replace(folder / kept, settings.data_dir / kept)
        if settings.is_sqlite:
            dump.replace(database)
        else:
            _postgres(settings, "pg_restore", "--exit-on-error", "--no-owner", "--single-transaction", str(dump))


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpack plain files and folders, and nothing outside of `folder` (Python 3.11.2 has no filters of its own)."""
    within = folder.resolve()
    for member in archive:
        place = (within / member.name).resolve()
        if not (member.isfile() or member.isdir()) or not place.is_relative_to(within):
            raise BackupError(f"{member.name} does not belong into an archive")
        archive.extract(member, within, set_attrs=False)
        place.chmod(member.mode & 0o755)


def _dump(settings: Settings, file: Path) -> None:
    if not settings.is_sqlite:
        _postgres(settings, "pg_dump", "-Fc", "--no-owner", "-f", str(file))
        return
    with sqlite3.connect(settings.data_dir / DATABASE[True]) as source:
        source.execute("VACUUM INTO ?", (str(file),))
    source.close()


def _postgres(settings: Settings, program: str, *arguments: str) -> None:
    where = urlsplit(settings.database)
    environment = {**os.environ, "PGPASSWORD": where.password or ""}
    to = ["-h", where.hostname or "", "-p", str(where.port or 5432), "-U", where.username or "", "-d", where.path[1:]]
    done = subprocess.run([program, *to, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    if done.returncode:
        raise BackupError(f"{program}: {done.stderr.strip()}")


def _verify(folder: Path) -> None:
    try:
        hashes: Mapping[str, str] = json.loads((folder / "hashes.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BackupError("the archive has no list of hashes") from None
    broken = [name for name, value in hashes.items() if not (folder / name).is_file() or _hash(folder / name) != value]
    if broken:
        raise BackupError(f"the archive is damaged: {', '.join(broken[:5])}")


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        shutil.copy2(source, target)


def _replace(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)
