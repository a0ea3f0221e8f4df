"""So many requests at once, whatever becomes of them; who only waits for news is in nobody's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from shop.web.ui.turnstile import WAITS, Turnstile


def left(_status: str, _headers: list[tuple[str, str]], _error: Any = None) -> Any:
    """Start an answer."""


class Body:
    """An answer in pieces."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"a piece"

    def close(self) -> None:
        """Nothing is to be closed."""


def answered(environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
    time.sleep(environ.get("takes", 0))
    if environ.get("fails"):
        raise ZeroDivisionError
    if environ.get("waits"):
        environ[WAITS] = True
    return [b"whole"] if environ.get("whole") else Body()


def test_so_many_at_once_and_no_place_is_lost() -> None:
    turnstile, inside, most = Turnstile(answered, 2), threading.Semaphore(2), list[bool]()

    def ask() -> None:
        body = turnstile({"takes": 0.02}, left)
        most.append(inside.acquire(blocking=False))
        assert list(body) == [b"a piece"]
        time.sleep(0.02)
        inside.release()
        body.close()  # type: ignore[attr-defined]

    asking = [threading.Thread(target=ask) for _one in range(9)]
    for each in asking:
        each.start()
    for each in asking:
        each.join(10)
    assert most == [True] * 9


@pytest.mark.parametrize("how", ["fails", "waits", "whole"])
def test_what_fails_or_waits_or_is_there_at_once_leaves_its_place(how: str) -> None:
    turnstile = Turnstile(answered, 1)
    done = threading.Thread(target=several, args=(turnstile, how), daemon=True)
    done.start()
    done.join(5)
    assert not done.is_alive()


def several(turnstile: Turnstile, how: str) -> None:
    for _time in range(3):
        with suppress(ZeroDivisionError):
            turnstile({how: True}, left)
