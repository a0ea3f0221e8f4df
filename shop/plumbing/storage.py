"""Files: named bytes in a place of their own, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from shop.core.errors import Busy, NotFound

MOST_KEY = 200  # characters
_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StorageFull(Busy):
    """There is no room for the file; nothing was written, and what was there before still is."""


class Storage(Protocol):
    """Where files are kept. A key is ASCII words joined by `/`; any other one raises ValueError.

    Content types are kept by whoever keeps the key (a row in the database); a store on the network may repeat them.
    """

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Write a file whole, in place of the one before. Raises StorageFull."""
        ...

    def get(self, key: str) -> bytes:
        """Return a file's content. Raises NotFound."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Open a file to be read piece by piece; whoever opens it closes it. Raises NotFound."""
        ...

    def exists(self, key: str) -> bool:
        """Tell whether there is such a file."""
        ...

    def delete(self, key: str) -> None:
        """Remove a file; a missing one is removed already."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys that begin with `prefix`, in alphabetical order of their folders."""
        ...

    def size(self, key: str) -> int:
        """Return a file's size in bytes. Raises NotFound."""
        ...


class FileStorage:
    """Files in a folder of this machine, readable by this user only unless other modes are given."""

    def __init__(self, root: Path, *, file_mode: int = 0o600, folder_mode: int = 0o700) -> None:
        """Use `root`, which is made at the first write."""
        self.root, self._file_mode, self._folder_mode = root, file_mode, folder_mode

    def put(self, key: str, content: bytes, content_type: str) -> None:  # noqa: ARG002 - the contract's, for others
        """Write a file whole, in place of the one before. Raises StorageFull."""
        path = self._path(key)
        try:
            self._make_folder(path.parent)
            self._replace(path, content)
        except OSError as error:
            if error.errno in _FULL:
                raise StorageFull(f"no room for {key} ({len(content)} bytes)") from error
            raise

    def get(self, key: str) -> bytes:
        """Return a file's content. Raises NotFound."""
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotFound(key) from None

    def open(self, key: str) -> BinaryIO:
        """Open a file to be read piece by piece; whoever opens it closes it. Raises NotFound."""
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotFound(key) from None

    def exists(self, key: str) -> bool:
        """Tell whether there is such a file."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove a file; a missing one is removed already."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            self._path(key).unlink()

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys that begin with `prefix`, in alphabetical order of their folders."""
        start = self.root / prefix.rpartition("/")[0]
        if ".." in prefix.split("/") or not start.is_relative_to(self.root):
            raise ValueError(f"not a prefix of keys: {prefix!r}")
        for folder, folders, names in os.walk(start):
            folders.sort()
            for name in sorted(names):
                key = (Path(folder) / name).relative_to(self.root).as_posix()
                if key.startswith(prefix) and _KEY.fullmatch(key):  # drafts of a broken write are no keys
                    yield key

    def size(self, key: str) -> int:
        """Return a file's size in bytes. Raises NotFound."""
        path = self._path(key)
        if not path.is_file():
            raise NotFound(key)
        return path.stat().st_size

    def _path(self, key: str) -> Path:
        if len(key) > MOST_KEY or not _KEY.fullmatch(key):
            raise ValueError(f"not a key: {key[:MOST_KEY]!r}")
        return self.root / key

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        if folder != self.root:
            self._make_folder(folder.parent)
        else:
            folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # another thread was first
            folder.mkdir(mode=self._folder_mode)
        _sync(folder.parent)

    def _replace(self, path: Path, content: bytes) -> None:
        draft = path.with_name(f".{secrets.token_hex(8)}.draft")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, self._file_mode)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
