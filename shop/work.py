"""Which function does which kind of job, and what comes round by itself."""

from __future__ import annotations

from collections.abc import Mapping

from shop.plumbing import jobs, limits
from shop.plumbing.db import transaction
from shop.plumbing.jobs import Handler

HANDLERS: Mapping[str, Handler] = {
    "jobs.forget_done": jobs.forget_done,
    "limits.forget_old": limits.forget_old,
}
PERIODIC: Mapping[str, int] = {"jobs.forget_done": 86_400, "limits.forget_old": 3_600}


def see_to_periodic() -> None:
    """See to it that each periodic job has its row."""
    with transaction():
        for kind, seconds in PERIODIC.items():
            jobs.every(kind, seconds)
