"""Twenty photographs at once take the server little memory, and a bomb among them is refused within a second."""

from __future__ import annotations

import io
import os
import re
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
import pytest
from PIL import Image

from shop.demo.workshops import PASSWORD
from tests.browser.server import demo_shop
from tests.plumbing.test_images import png_claiming

pytestmark = pytest.mark.slow

UPLOADS = int(os.environ.get("TEST_UPLOADS", "6"))  # the full size is 20
AT_ONCE = 4
MOST_BYTES = 150 << 20
PHONE = {"identifier": "0550 00 01 01", "password": PASSWORD}
JSON = {"Accept": "application/json", "X-Later": "1"}


def shot() -> bytes:
    """A photograph of twelve megapixels with something to see in it, as a phone's camera makes it."""
    picture = Image.effect_noise((400, 300), 60).resize((4000, 3000), Image.Resampling.BICUBIC).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def serving(folder: Path) -> int:
    """Return the process that serves a demo shop from a folder."""
    wanted = f"HIRFA_DATA_DIR={folder}".encode()
    for each in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in each.read_bytes().split(b"\0"):
                return int(each.parent.name)
        except OSError:
            continue
    raise AssertionError("no server")


def family(root: int) -> Iterator[int]:
    """Yield a process and all below it."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(stat.parent.name))
    waiting = [root]
    while waiting:
        yield (now := waiting.pop())
        waiting += parents.get(now, [])


def memory(root: int) -> int:
    """Return the bytes that a process and all below it hold; what several share is counted once among them."""
    total = 0
    for each in family(root):
        try:
            held = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{each}/smaps_rollup").read_text(), re.MULTILINE)
        except OSError:
            continue
        total += int(held[1]) << 10 if held else 0
    return total


class Watch(threading.Thread):
    """Looks at the memory of a server again and again; keeps the most."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.most, self.over = root, 0, threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            self.most = max(self.most, memory(self.root))
            time.sleep(0.02)


def signed_in(base: str) -> tuple[httpx.Client, str]:
    """Sign Amina in; return her browser and the token of its forms."""
    client = httpx.Client(base_url=base, timeout=120, follow_redirects=True)
    page = client.post("/studio/sign-in", data=PHONE, headers={"Origin": base}).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token, page[:500]
    return client, token[1]


def send(client: httpx.Client, token: str, path: str, content: bytes) -> tuple[int, float]:
    """Send one photograph; return the status and how long it took."""
    began = time.monotonic()
    form = {"csrf": token, "once": str(uuid.uuid4())}
    answer = client.post(path, data=form, files={"photos": ("IMG.jpg", content, "image/jpeg")}, headers=JSON)
    return answer.status_code, time.monotonic() - began


def drafts(client: httpx.Client, token: str, number: int) -> list[str]:
    """Make drafts; return where the photographs of each are sent: a product has twelve at most."""
    found = []
    for each in range(number):
        form = {
            "csrf": token,
            "name": f"Savon {each}",
            "price": "500",
            "stock": "1",
            "craft": "soap",
            "action": "draft",
        }
        made = client.post("/studio/atelier-amina/products/new", data=form, headers=JSON)
        found.append(f"{made.json()['at']}/pictures")
    return found


def test_uploads_stay_within_150_megabytes_of_the_idle_server(tmp_path: Path) -> None:
    content, bomb = shot(), png_claiming(20_000, 20_000)
    folder = tmp_path / "demo"
    folder.mkdir()
    with demo_shop(folder, worker=False) as base:  # jobs that run meanwhile are no uploads
        client, token = signed_in(base)
        paths = drafts(client, token, 1 + UPLOADS // 10)
        send(client, token, paths[0], content)  # what the first one loads stays loaded: that is idle, too
        root = serving(folder)
        time.sleep(1)
        idle = memory(root)
        watch = Watch(root)
        watch.start()
        with ThreadPoolExecutor(AT_ONCE) as people:
            sent = list(people.map(lambda n: send(client, token, paths[n // 10], content), range(UPLOADS)))
        refused = send(client, token, paths[-1], bomb)
        watch.over.set()
        watch.join()
        client.close()
    grown, slowest = watch.most - idle, max(took for _status, took in sent)
    print(f"idle {idle >> 20} MB, {grown >> 20} MB more, {UPLOADS} uploads, slowest {slowest:.1f} s")
    assert {status for status, _took in sent} == {200}
    assert refused[0] == 422
    assert refused[1] < 1.0
    assert grown < MOST_BYTES
