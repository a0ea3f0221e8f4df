"""`make bench`: print the ratios of one run on this machine, and write them to bench/latest.json.

Everything runs in one process through WSGI, so that both sides of a ratio see the same machine at the same moment:
CPU seconds of this process, not wall clock. Each figure is the median of several rounds.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask

from bench import booking, foreign, invoices, labels, orders, pages, paying
from shop.app import create_app
from shop.plumbing import schema
from shop.plumbing.db import db
from shop.plumbing.settings import Settings

LATEST = Path(__file__).parent / "latest.json"
SMALL, LARGE = 1_000, 100_000


def main() -> None:
    """Measure, print, write."""
    large = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE
    found: dict[str, float] = {}
    with deployment() as (app, settings):
        pages.fill(app, SMALL)
        found |= pages.measure(app, create_app(replace(settings, page_cache_mb=32)))
        found |= orders.measure(app, settings)
        found |= paying.measure(app)
        found |= booking.measure(app, settings)
        small = pages.latencies(app)
        pages.fill(app, large)
        found |= pages.growth(small, pages.latencies(app), large)
    found |= {f"labels: {name}": value for name, value in (labels.measure() | labels.memory()).items()}
    found |= {f"papers: {name}": value for name, value in invoices.measure().items()}
    found |= {f"papers: {name}": value for name, value in foreign.measure().items()}
    for name, value in found.items():
        print(f"{name:64} {value:10.3f}")
    LATEST.write_text(json.dumps({"machine": machine(), "figures": rounded(found)}, indent=1) + "\n")


@contextmanager
def deployment() -> Iterator[tuple[Flask, Settings]]:
    """An empty, migrated deployment on SQLite without a page store."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder), secret_key="b" * 40, worker=False, page_cache_mb=0, log_level="ERROR"
        )
        app = create_app(settings)
        with app.app_context():
            schema.upgrade()
        yield app, settings
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def machine() -> dict[str, str]:
    """Describe what this ran on."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return {
        "cpu": cpu,
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def rounded(found: dict[str, float]) -> dict[str, float]:
    """Keep three decimals."""
    return {name: round(value, 3) for name, value in found.items()}


if __name__ == "__main__":
    main()
