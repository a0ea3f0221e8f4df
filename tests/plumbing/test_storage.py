"""Files are written whole or not at all, under keys that cannot leave their folder."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shop.core.errors import Busy, NotFound
from shop.plumbing.storage import FileStorage, Storage, StorageFull

BAD_KEYS = [
    "", "/etc/passwd", "../secret_key", "a/../../secret_key", "a//b", "a/", "./a", ".hidden", "a/.hidden", "a\\b",
    "a\0b", "a\n", "صورة", "a b", "x" * 201, "~root", "-rf",
]  # fmt: skip

FULL_DISK = """
import resource, sys
from pathlib import Path
from shop.plumbing.storage import FileStorage, StorageFull
files = FileStorage(Path(sys.argv[1]))
files.put("a/soap.webp", b"before", "image/webp")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    files.put("a/soap.webp", b"x" * 5000, "image/webp")
except StorageFull as error:
    print("full:", error)
"""


@pytest.fixture
def files(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path / "media")


def test_a_file_comes_back_as_it_was_put(files: FileStorage) -> None:
    storage: Storage = files
    storage.put("pictures/soap-240.webp", b"bytes", "image/webp")
    assert storage.exists("pictures/soap-240.webp")
    assert storage.get("pictures/soap-240.webp") == b"bytes"
    assert storage.size("pictures/soap-240.webp") == 5


def test_a_file_is_replaced_whole(files: FileStorage) -> None:
    files.put("a/b", b"a long first version", "text/plain")
    files.put("a/b", b"short", "text/plain")
    assert files.get("a/b") == b"short"
    assert [p.name for p in (files.root / "a").iterdir()] == ["b"]


def test_what_is_missing_is_not_found_and_may_be_deleted_twice(files: FileStorage) -> None:
    for read in (files.get, files.size):
        with pytest.raises(NotFound):
            read("pictures/none")
    assert not files.exists("pictures/none")
    files.put("pictures/one", b"1", "text/plain")
    files.delete("pictures/one")
    files.delete("pictures/one")
    assert not files.exists("pictures/one")
    files.delete("pictures/one/deeper")


def test_a_folder_is_no_file(files: FileStorage) -> None:
    files.put("a/b/c", b"1", "text/plain")
    assert not files.exists("a/b")
    for read in (files.get, files.size):
        with pytest.raises(NotFound):
            read("a/b")
        with pytest.raises(NotFound):
            read("a/b/c/d")


@pytest.mark.parametrize("key", BAD_KEYS)
def test_no_key_leaves_its_folder(files: FileStorage, key: str) -> None:
    files.put("a/b", b"1", "text/plain")
    (files.root.parent / "secret_key").write_text("secret", encoding="utf-8")
    for act in (files.get, files.exists, files.size, files.delete):
        with pytest.raises(ValueError, match="not a key"):
            act(key)
    with pytest.raises(ValueError, match="not a key"):
        files.put(key, b"", "text/plain")
    assert (files.root.parent / "secret_key").read_text(encoding="utf-8") == "secret"


def test_keys_are_listed_by_prefix_and_drafts_are_not_keys(files: FileStorage) -> None:
    for key in ("pictures/b-240", "pictures/a-240", "pictures/a-480", "documents/labels/1"):
        files.put(key, b"1", "text/plain")
    (files.root / "pictures" / ".0123.draft").write_bytes(b"half")
    assert list(files.keys()) == ["documents/labels/1", "pictures/a-240", "pictures/a-480", "pictures/b-240"]
    assert list(files.keys("pictures/a")) == ["pictures/a-240", "pictures/a-480"]
    assert list(files.keys("documents/")) == ["documents/labels/1"]
    assert list(files.keys("nothing/here")) == []
    for prefix in ("../", "/etc/", "a/../../"):
        with pytest.raises(ValueError, match="not a prefix"):
            list(files.keys(prefix))


def test_only_the_owner_reads_files(files: FileStorage) -> None:
    files.put("a/b/c", b"1", "text/plain")
    assert stat.S_IMODE((files.root / "a/b/c").stat().st_mode) == 0o600
    for folder in ("", "a", "a/b"):
        assert stat.S_IMODE((files.root / folder).stat().st_mode) == 0o700


def test_a_full_disk_says_so_and_leaves_the_file_before(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, check=True, timeout=30
    )
    assert run.stdout == "full: no room for a/soap.webp (5000 bytes)\n"
    assert FileStorage(tmp_path).get("a/soap.webp") == b"before"
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["soap.webp"]
    assert issubclass(StorageFull, Busy)


def test_readers_see_one_version_or_the_other_never_a_half(files: FileStorage) -> None:
    versions = [bytes([n]) * 200_000 for n in range(4)]
    files.put("a/b", versions[0], "text/plain")
    writers = [threading.Thread(target=_write_often, args=(files, each)) for each in versions]
    for writer in writers:
        writer.start()
    seen = [files.get("a/b") for _ in range(100)]
    for writer in writers:
        writer.join()
    assert set(seen) <= set(versions)


def _write_often(files: FileStorage, content: bytes) -> None:
    for _ in range(10):
        files.put("a/b", content, "text/plain")
