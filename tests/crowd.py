"""Several people who do something at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask


def at_once(application: Flask, *deeds: Callable[[], object]) -> list[BaseException]:
    """Do all deeds at the same moment, each in its own thread and session; return what they raised."""
    raised: list[BaseException] = []
    gate = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> None:
        with application.app_context():
            gate.wait()
            try:
                deed()
            except Exception as error:  # noqa: BLE001 - the test looks at it
                raised.append(error)

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
